"""Hide it or show it: does a reserve keep the exporter from trying?

The world of 2010 without history's acts: after an incident China weighs an embargo on Japan by what it expects from
it. Japan holds nothing, 42 days or 180 days of use, publishes it, publishes its target alone, hides it, or claims 180
days and holds 42; once its firms do not rely on what is held. Harm is what a roll-out on China's beliefs shows, and
it shows none: cargo for others comes to Japan, at a price that all pay. An exporter that weighs its income does not
try, whatever Japan holds; there is nothing to deter, and a reserve published or hidden changes little. It would be
otherwise if others could not ship on, and history's embargo of 2010 was lifted within two months. Beside the attempts
stands what Japan pays a kilogram for the step from 42 to 180 days, the share of the space of weights (all mixes of
motives) with an attempt, and what China expects when it looks further ahead or less far.
"""

from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from chokepoint.agents.doctrines import leverage
from chokepoint.experiments.systems.frame import case_figures as draw
from chokepoint.experiments.systems.frame.cases import Case, Tally, refuse_runaways, worlds_of
from chokepoint.experiments.systems.frame.reserve_cases import price_level, reserve
from chokepoint.sim.politics.governed import GovernedWorld
from chokepoint.sim.simulation import Simulation, load_scenario

if TYPE_CHECKING:
    import pandas
    from matplotlib.figure import Figure

ROWS = ("deterrence",)
REPLICATIONS = 10
TRIES = (
    "end=2014-12-31", "news=none", "doctrine.China=leverage", "doctrine.China.instruments=embargo",
    "doctrine.China.start=2010-09-13",
    "act.trawler=China incident against Japan at 0.8 strength from 2010-09-07 until 2010-09-08",
)  # fmt: skip
BUYS = ("end=2014-12-31", "news=none", "doctrine.China=replay", "doctrine.China.start=2014-12-01")
HORIZONS = (26, 52, 156)  # weeks that China looks ahead; 78 in all other cases
FAR = "42 days, published", "180 days, published"
MIXES = 2000  # points of the space of weights


def held(days: int, disclosed: str, **more: object) -> tuple[str, ...]:
    """Changes that give Japan a reserve of so many days from the start, and what it tells of it."""
    return reserve("Japan", held_days=days, days=days, disclosed=disclosed, **more)


UNSEEN = ("reserve_inference=0",)
CASES = (
    Case("no reserve"),
    Case("42 days, published", held(42, "holding")),
    Case("42 days, hidden", held(42, "nothing")),
    Case("180 days, hidden", held(180, "nothing")),
    Case("180 days, hidden, never inferred", (*held(180, "nothing"), *UNSEEN)),
    Case("42 days, hidden, never inferred", (*held(42, "nothing"), *UNSEEN)),
    Case("42 days, 180 claimed", held(42, "nothing", claimed_days=180)),
    Case("180 days, target published", held(180, "target")),
    Case("180 days, published", held(180, "holding")),
    Case("180 days, firms do not rely on it", held(180, "holding"), {"crowding_out": 0.0}),
)
STEPS = {"published": "holding", "target published": "target", "hidden": "nothing"}


def mixes(number: int = MIXES) -> np.ndarray:
    """Weights of the motives, drawn evenly from all that sum to one: (number, motives)."""
    return np.random.default_rng(1).dirichlet(np.ones(len(leverage.MOTIVES)), number)


def first_gains(world: GovernedWorld) -> np.ndarray:
    """What China expects of an embargo on Japan at its first decision, by motive, thousand USD: (motives,)."""
    doctrine = world.politics.exporting[0].doctrine
    assert isinstance(doctrine, leverage.Doctrine)
    found = next(options for options in doctrine.expected if "embargo on Japan" in options)
    return np.array([found["embargo on Japan"][motive] for motive in leverage.MOTIVES])


def attempts(world: GovernedWorld) -> int:
    """Half-years of embargo on Japan."""
    doctrine = world.politics.exporting[0].doctrine
    assert isinstance(doctrine, leverage.Doctrine)
    return sum(d.choice == "embargo on Japan" for d in doctrine.decisions)


def price_of_the_step(replications: int, seed: int) -> dict[str, np.ndarray]:
    """What Japan pays a kilogram for going from 42 to 180 days in a year, in per cent above the price without it, by
    what it tells: (replications,) each. No act is in force."""
    from chokepoint.experiments.history.catalogue import find

    scenario = load_scenario(find("2010-embargo").folder)
    plain = Simulation(scenario, changes=BUYS, seed=seed).run(replications)
    first, last = date(2010, 1, 4), date(2011, 1, 3)
    paid = {}
    for name, told in STEPS.items():
        step = reserve("Japan", held_days=42, days=180, pace_years=1, start="2010-01-04", disclosed=told)
        run = Simulation(scenario, changes=(*BUYS, *step), seed=seed).run(replications)
        refuse_runaways({f"{name} step": run.runaways, "without the step": plain.runaways})
        levels = [price_level(r, first, last) for r in (run, plain)]
        paid[name] = 100.0 * (levels[0] / levels[1] - 1.0)
    return paid


def by_horizon(replications: int, seed: int) -> dict[tuple[str, int], np.ndarray]:
    """What China expects of the first embargo at default weights, thousand USD, by case and weeks it looks ahead:
    (replications,) each."""
    from chokepoint.experiments.history.catalogue import find

    scenario, found = load_scenario(find("2010-embargo").folder), {}
    for case in (c for c in CASES if c.name in FAR):
        for weeks in HORIZONS:
            changes = (*TRIES, *case.changes, f"doctrine.China.weeks={weeks}", "end=2010-12-31")
            simulation = Simulation(scenario, changes=changes, seed=seed)
            worlds = worlds_of(simulation, replications, case.name)
            found[case.name, weeks] = np.array([first_gains(w) for w in worlds]) @ _weights()
    return found


def table(replications: int = REPLICATIONS, seed: int = 1) -> "pandas.DataFrame":
    """Attempts, expected gain of the first one, share of the weight space with an attempt, loss of Japan, by case;
    price of the step from 42 to 180 days by what is told; expected gain by horizon."""
    from chokepoint.experiments.history.catalogue import find

    scenario = load_scenario(find("2010-embargo").folder)
    tally = Tally(seed)
    weights = mixes()
    tries: dict[str, np.ndarray] = {}  # whether each mix of motives makes an attempt: (replications, mixes)
    for case in CASES:
        simulation = Simulation(scenario, changes=(*TRIES, *case.changes), behaviour=case.behaviour, seed=seed)
        worlds = worlds_of(simulation, replications, case.name)
        gains = np.array([first_gains(w) for w in worlds])
        japan = worlds[0].countries.index("Japan")
        tally.add(case.name, "attempts", "half-years", np.array([attempts(w) for w in worlds], dtype=float))
        tally.add(case.name, "expected gain", "million USD", gains @ _weights() / 1000.0)
        tries[case.name] = (gains @ weights.T) > 0.0
        tally.add(case.name, "weights with an attempt", "share", tries[case.name].mean(axis=1))
        lost = np.array([w.R.lost_value[:, japan].sum() for w in worlds]) / 1000.0
        tally.add(case.name, "value added lost", "million USD", lost)
        for motive, each in zip(leverage.MOTIVES, gains.T, strict=True):
            tally.add(case.name, f"expected {motive}", "million USD", each / 1000.0)
    small = tries["42 days, published"]
    for case in CASES:
        if case.name.startswith("180") or "claimed" in case.name:
            still = (tries[case.name] & small).sum(axis=1) / small.sum(axis=1)
            tally.add(case.name, "not deterred", "share of weights that 42 days published do not deter", still)
    for name, values in price_of_the_step(replications, seed).items():
        tally.add(f"42 to 180 days, {name}", "price while bought", "% above the price without it", values)
    for (case_name, weeks), gain in by_horizon(replications, seed).items():
        tally.add(f"{case_name}, {weeks} weeks ahead", "gain by horizon", "million USD", gain / 1000.0)
    return tally.frame()


def _weights() -> np.ndarray:
    """The doctrine's default weights by motive."""
    settings = leverage.Settings()
    return np.array([getattr(settings, motive) for motive in leverage.MOTIVES])


def figure(table: "pandas.DataFrame") -> "Figure":
    """Attempts, expected gain, share of weights with an attempt, price of the step, by case."""
    from chokepoint.sim.results import drawing

    look = draw.colours([c.name for c in CASES])
    steps = draw.colours([c for c in draw.cases_of(table) if c.startswith("42 to 180")])
    ahead = draw.colours([c for c in draw.cases_of(table) if c.endswith("ahead")])
    titles = {
        "attempts": ("attempts", "half-years of embargo on Japan, 2010 to 2014"),
        "expected gain": ("expected gain of the first", "million USD at default weights"),
        "weights with an attempt": ("weights with an attempt", "share of all mixes of motives"),
        "price while bought": ("price of the step to 180 days", "% above the price without it, 2010"),
        "gain by horizon": ("the same, by horizon", "million USD at default weights"),
        "expected rent": ("of that, exporters' income", "million USD"),
    }
    with drawing.theme():
        fig, axes = draw.panels([t for t, _ in titles.values()], 2)
        for ax, (measure, (_, label)) in zip(axes, titles.items(), strict=True):
            rows = table[table["measure"] == measure]
            colours = {"price while bought": steps, "gain by horizon": ahead}.get(measure, look)
            draw.dots(ax, rows, colours, label, zero=measure != "attempts")
        return draw.finish(fig, 180.0, table, "Rare earths of 2010, doctrine leverage")
