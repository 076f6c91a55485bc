"""A single exporter against the monopolist of the textbook.

Exportia makes three tenths of what the world uses, for export alone, and one works holds all its licences; a fringe
and the users answer prices as they do everywhere else. For such a seller theory knows the price at any quota, at
which use is met by the quota and the fringe, and the quota at which it earns most, where marginal revenue is cost.
Theory takes the long-run answers that are due after the years that a quota has lasted, from the parameters of the run
and the rules of use and of mines. Half-yearly quotas are imposed, and prices and income of the fifth and sixth year
held against that. A holder is no monopolist: it asks what clears its licences, and nothing while they suffice; the
mark-up is the state's, by its quota. Then the state looks for the best quota itself, by roll-outs of several lengths:
in the first months buyers live off their stocks, in the second and third year a quota pays, and later the fringe has
grown and users have redesigned. Last, what the doctrine `leverage` expects of such a quota if rent is all it cares
for.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from math import exp
from typing import TYPE_CHECKING

import numpy as np

from chokepoint.agents import firm, mine
from chokepoint.agents.behaviour import NOISE_OFF, PARAMETERS
from chokepoint.agents.doctrines import leverage
from chokepoint.agents.measure import Measure
from chokepoint.experiments.systems.frame import case_figures as draw
from chokepoint.experiments.systems.frame.cases import WORLDS, Tally, refuse_runaways
from chokepoint.sim.market.mechanisms.mining import SPARE
from chokepoint.sim.market.runaways import runaways
from chokepoint.sim.politics.governed import GovernedWorld
from chokepoint.sim.politics.observation import Seen
from chokepoint.sim.politics.outlook import expect
from chokepoint.sim.scenario.tables import Scenario
from chokepoint.sim.simulation import Simulation, load_scenario

if TYPE_CHECKING:
    import pandas
    from matplotlib.figure import Figure

ROWS = ("monopoly",)
REPLICATIONS = 10
FREE, FRINGE, BASE_PRICE, COST = 3000.0, 7000.0, 10.0, 3.5  # t a year, t a year, USD/kg, USD/kg
SHARES = tuple(float(s) for s in np.round(np.arange(0.4, 1.01, 0.1), 2))
MEASURED = (date(2015, 1, 1), date(2017, 1, 1))  # after four years of quotas
LASTED = 5.0  # years for which the quotas have lasted in the middle of the measured ones
DECIDES = date(2012, 1, 2)  # when a state in the free world looks ahead
HORIZONS = (26, 78, 156, 520)  # weeks
STOCKS = {"": {}, ", stocks stand still": {"stock_elasticity": 0.0}}  # whether holders live off their stocks
BEST = "best quota"
THEORY, MODEL, SLACK = "theory", "model", "quota 150 %"
EARLY = 1.0  # years after which supply and use have hardly answered
HIGHEST = 5.0  # ln of price over base, above which no price is looked for


def excess(gap: float, exports: float, years: float = LASTED) -> float:
    """Use less what the exporter sends and the fringe makes, t a year, at default parameters.

    gap: ln(price / base price); years: for which the price has lasted.
    """
    P = {name: parameter.default for name, parameter in PARAMETERS.items()}

    def due(short: str, over: str) -> float:
        """Answer beyond that of the day."""
        return (P[f"{short}_long"] - P[short]) * gap * (1.0 - exp(-years / P[over]))

    use, _ = firm.use(gap, FREE + FRINGE, P["use_elasticity"], P["choke"])
    made, _ = mine.output(gap, FRINGE * exp(due("supply_elasticity", "supply_years")), P["supply_elasticity"], SPARE)
    return use * exp(-due("use_elasticity", "use_years")) - made - exports


def price_of(exports: float, years: float = LASTED) -> float:
    """Price at which the world uses what the exporter sends, t a year, and the fringe makes; USD/kg."""
    low, high = 0.0, HIGHEST
    for _ in range(100):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if excess(middle, exports, years) > 0.0 else (low, middle)
    return BASE_PRICE * exp(low)


def monopoly_quota(years: float = LASTED) -> float:
    """Exports at which the exporter earns most, t a year, by golden section."""
    ratio = (5.0**0.5 - 1.0) / 2.0
    low, high = 0.0, FREE
    for _ in range(80):
        left, right = high - ratio * (high - low), low + ratio * (high - low)
        if theory(left / FREE, years) < theory(right / FREE, years):
            low = left
        else:
            high = right
    return 0.5 * (low + high)


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
    world = Simulation(scenario(), changes=quotas(share), seed=seed).world(replication)
    first, last = (world.calendar.step_of(day) for day in MEASURED)
    world.advance(first)
    before = world.S.cash.copy()
    world.advance(last)
    refuse_runaways({f"quota {share:.0%}, replication {replication}": runaways(world)})
    N, own = world.N, world.countries.index("Exportia")
    mine_of = [N.r_account[N.r_country == own], N.k_account[N.k_country == own], N.c_account[[own]]]
    earned = float((world.S.cash - before)[np.concatenate(mine_of)].sum())
    return float(world.R.price[first:last, 0, 0].mean()), earned / ((last - first) * world.dt)


def free_world(behaviour: Mapping[str, float] | None = None) -> GovernedWorld:
    """A world in which nobody restricts, at the day of the decision. behaviour: what differs from the defaults."""
    world = Simulation(scenario(), behaviour={**NOISE_OFF, **(behaviour or {})}).world()
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


def theory(share: float, years: float = LASTED) -> float:
    """Income of the exporter at a quota that has lasted for `years`, thousand USD a year."""
    return share * FREE * (price_of(share * FREE, years) - COST)


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
    slack = Simulation(scenario(), changes=quotas(1.5), behaviour=NOISE_OFF).world().run()
    tally.add(
        SLACK, "price over the price of free trade", "1", same * float(slack.R.price[52:, 0, 0].mean()) / BASE_PRICE
    )
    ways = {
        THEORY: same * monopoly_quota() / FREE,
        f"{THEORY}, {EARLY:.0f} year on": same * monopoly_quota(EARLY) / FREE,
        MODEL: np.array([best({s: found[i][1] for s, found in grid.items()}) for i in range(replications)]),
    }
    for name, behaviour in STOCKS.items():
        world = free_world(behaviour)
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
        look = {c: looks.get(c.split(",")[0], draw.COLOURS[3 if c.endswith("still") else 2]) for c in rows["case"]}
        draw.dots(axes[2], rows, look, "% of free exports")
        key = draw.key(looks, {THEORY: "--"})
        return draw.finish(
            fig, 62.0, table, "One exporter, quotas from 2011, years 2015-16", "lines of theory exact", key
        )
