"""A single exporter against the monopolist of the textbook.

Exportia makes three tenths of what the world uses, for export alone, and one works holds all its licences; the rest of
supply does not answer prices. Use has an elasticity of 1/4 and is not saved for good. For such a seller theory knows
the price at any quota, p(q) = p0 ((q + F) / D0)^(-1/e), and the quota at which it earns most: q / (e D) = 1 - c / p.
Half-yearly quotas are imposed, and prices and income of the fifth and sixth year held against that. A holder is no
monopolist: it asks what clears its licences, and nothing while they suffice; the mark-up is the state's, by its quota.
Then the state looks for the best quota itself, by roll-outs of several lengths: buyers live off their stocks for years
before they pay, so that the rent of a quota is an investment, and a short view finds none. Last, what the doctrine
`leverage` expects of such a quota if rent is all it cares for; its roll-out of 78 weeks has licences for the first 26.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

from chokepoint.agents.behaviour import NOISE_OFF
from chokepoint.agents.doctrines import leverage
from chokepoint.agents.measure import Measure
from chokepoint.experiments.systems.frame import case_figures as draw
from chokepoint.experiments.systems.frame.cases import WORLDS, Tally
from chokepoint.sim.politics.governed import GovernedWorld
from chokepoint.sim.politics.observation import Seen
from chokepoint.sim.politics.outlook import expect, results
from chokepoint.sim.scenario.tables import Scenario
from chokepoint.sim.simulation import Simulation, load_scenario

if TYPE_CHECKING:
    import pandas
    from matplotlib.figure import Figure

ROWS = ("monopoly",)
REPLICATIONS = 10
FREE, FRINGE, BASE_PRICE, COST = 3000.0, 7000.0, 10.0, 3.5  # t a year, t a year, USD/kg, USD/kg
ELASTICITY = 0.25
SHARES = tuple(float(s) for s in np.round(np.arange(0.2, 1.01, 0.05), 2))
MEASURED = (date(2015, 1, 1), date(2017, 1, 1))  # after four years of quotas
DECIDES = date(2012, 1, 2)  # when a state in the free world looks ahead
HORIZONS = (78, 312, 520, 1040)  # weeks
STOCKS = {"": 6.0, ", low stocks": 1.5}  # months of use that buyers hold
# Use answers the price of the day and nothing else; a works that may not export stops.
ISOELASTIC = {"use_elasticity": ELASTICITY, "thrift_speed": 0.0, "run_low": 0.0}
BEST = "best quota"
THEORY, MODEL, SLACK = "theory", "model", "quota 150 %"


def price_of(exports: float) -> float:
    """Price at which the world uses what the exporter sends, t a year, and the fringe makes; USD/kg."""
    return float(BASE_PRICE * ((exports + FRINGE) / (FREE + FRINGE)) ** (-1.0 / ELASTICITY))


def monopoly_quota() -> float:
    """Exports at which the exporter earns most, t a year: where marginal revenue is cost."""
    low, high = 0.0, FREE

    def margin(exports: float) -> float:
        """Lerner's index less what it should be: share of the market over elasticity."""
        return (1.0 - COST / price_of(exports)) - exports / (ELASTICITY * (exports + FRINGE))

    for _ in range(200):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if margin(middle) > 0.0 else (low, middle)
    return low


def quotas(share: float) -> tuple[str, ...]:
    """Changes that give licences for a share of free exports in each half of 2011 to 2017."""
    halves = (("01-01", "06-30"), ("07-01", "12-31"))
    return tuple(
        f"act.q{y}{first[:2]}=Exportia:export_quota:all:{y}-{first}..{y}-{last}:{share * FREE / 2!r} t gross"
        for y in range(2011, 2018)
        for first, last in halves
    )


def scenario() -> Scenario:
    return load_scenario(WORLDS / "one-exporter")


def realised(share: float, replication: int, seed: int) -> tuple[float, float]:
    """Mean price outside, USD/kg, and income of the exporter, thousand USD a year, in the measured years."""
    world = Simulation(scenario(), changes=quotas(share), behaviour=ISOELASTIC, seed=seed).world(replication)
    first, last = (world.calendar.step_of(day) for day in MEASURED)
    world.advance(first)
    world.politics.cash_at[first] = world.S.cash.copy()
    world.advance(last)
    years = (last - first) * world.dt
    return float(world.R.price[first:last, 0, 0].mean()), results(world.politics, "Exportia", first).income / years


def free_world(months: float = 6.0) -> GovernedWorld:
    """A world in which nobody restricts and buyers hold so many months of use, at the day of the decision."""
    world = Simulation(scenario(), behaviour={**ISOELASTIC, **NOISE_OFF, "cover_outside_months": months}).world()
    world.advance(world.calendar.step_of(DECIDES))
    return world


def expected(world: GovernedWorld, share: float, weeks: int) -> float:
    """Income a year that a roll-out of so many weeks expects of a quota over all of them, thousand USD."""
    years = weeks * world.dt
    end = DECIDES + timedelta(weeks=weeks)
    quota = Measure(
        "quota", "export_quota", "Exportia", ("all",), share * FREE * years, "t gross", DECIDES, end, "search"
    )
    return expect(world.politics, "Exportia", (quota,), weeks).income / years


def by_doctrine(world: GovernedWorld, share: float, weeks: int) -> float:
    """What `leverage` expects of a quota of this share beyond doing nothing, if it cares for rent alone (1000 USD)."""
    weights = dict.fromkeys(leverage.MOTIVES, 0.0) | {"rent": 1.0}
    settings = leverage.Settings.model_validate(
        {**weights, "weeks": weeks, "quota_share": share, "instruments": ("quota",)}
    )
    doctrine, state = leverage.Doctrine(settings, []), world.politics.exporting[0]
    state.free_exports_t = FREE
    doctrine.decide(Seen(world.politics, state, DECIDES + timedelta(weeks=26)))
    return doctrine.decisions[0].options["quota"]


def best(income: Mapping[float, float]) -> float:
    """Share of free exports with the highest income, by a parabola through the best of the grid and its neighbours."""
    values = np.array([income[s] for s in SHARES])
    i = int(values.argmax())
    if i in (0, len(SHARES) - 1):
        return SHARES[i]
    left, top, right = values[i - 1 : i + 2]
    return float(SHARES[i] + 0.5 * (SHARES[1] - SHARES[0]) * (left - right) / (left - 2.0 * top + right))


def theory(share: float) -> float:
    """Income of the exporter at a quota, thousand USD a year."""
    return share * FREE * (price_of(share * FREE) - COST)


def table(replications: int = REPLICATIONS, seed: int = 1) -> "pandas.DataFrame":
    """Price and income by quota, in the model and in theory, and the quota that each way of looking for it finds."""
    tally = Tally(seed)
    grid = {share: [realised(share, i, seed) for i in range(replications)] for share in SHARES}
    same = np.ones(replications)
    for share, found in grid.items():
        case = f"quota {100 * share:.0f} %"
        tally.add(case, f"price, {MODEL}", "USD/kg", np.array([p for p, _ in found]))
        tally.add(case, f"price, {THEORY}", "USD/kg", same * price_of(share * FREE))
        tally.add(case, f"income, {MODEL}", "million USD a year", np.array([x for _, x in found]) / 1000.0)
        tally.add(case, f"income, {THEORY}", "million USD a year", same * theory(share) / 1000.0)
    slack = Simulation(scenario(), changes=quotas(1.5), behaviour={**ISOELASTIC, **NOISE_OFF}).world().run()
    tally.add(
        SLACK, "price over the price of free trade", "1", same * float(slack.R.price[52:, 0, 0].mean()) / BASE_PRICE
    )
    ways = {
        THEORY: same * monopoly_quota() / FREE,
        MODEL: np.array([best({s: found[i][1] for s, found in grid.items()}) for i in range(replications)]),
    }
    for name, months in STOCKS.items():
        world = free_world(months)
        for weeks in HORIZONS:
            ways[f"{weeks} weeks ahead{name}"] = same * best({s: expected(world, s, weeks) for s in SHARES})
    for name, values in ways.items():
        tally.add(name, BEST, "% of free exports", 100.0 * values)
        marks = np.array([price_of(v * FREE) / COST for v in values])
        tally.add(name, "price over cost at that quota, in theory", "1", marks)
    world = free_world()
    for weeks in (26, 78):
        gain = by_doctrine(world, 0.6, weeks) / 1000.0
        tally.add(f"leverage, {weeks} weeks", "expected gain from a quota of 60 %", "million USD", same * gain)
    return tally.frame()


def figure(table: "pandas.DataFrame") -> "Figure":
    """Price and income by quota beside theory, and the quota that each way of looking for it finds."""
    from chokepoint.sim.results import drawing

    titles = ("price outside", "income of the exporter", BEST)
    with drawing.theme():
        fig, axes = draw.panels(titles, 3)
        for measure, ax in zip(("price", "income"), axes, strict=False):
            for way, colour in ((THEORY, draw.COLOURS[0]), (MODEL, draw.COLOURS[1])):
                rows = table[table["measure"] == f"{measure}, {way}"]
                shares = [100.0 * s for s in SHARES]
                ax.plot(shares, rows["mean"], color=colour, linestyle="--" if way == THEORY else "-")
                ax.fill_between(shares, rows["low"], rows["high"], color=colour, alpha=0.16, linewidth=0)
            ax.set_xlabel("quota, % of free exports")
            ax.set_ylabel(rows["unit"].iloc[0])
        rows = table[table["measure"] == BEST]
        looks = {THEORY: draw.COLOURS[0], MODEL: draw.COLOURS[1]}
        look = {c: looks.get(c, draw.COLOURS[3 if c.endswith("stocks") else 2]) for c in rows["case"]}
        draw.dots(axes[2], rows, look, "% of free exports")
        key = draw.key(looks, {THEORY: "--"})
        return draw.finish(
            fig, 62.0, table, "One exporter, quotas from 2011, years 2015-16", "lines of theory exact", key
        )
