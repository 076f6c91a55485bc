"""Permits as a bargaining counter: approvals against concessions.

After an incident China refuses four fifths of Japan's licences until Japan gives in. Every four weeks Japan weighs, by
two roll-outs on its own stocks, what holding out costs for another year, and gives in when that is more than the
concession. How long it holds out depends on its reserve and on what giving in costs; whether it gives in at all is an
outcome. Holding out costs little where others ship on: concessions are told in tens of millions of dollars.
"""

from typing import TYPE_CHECKING

import numpy as np

from chokepoint.experiments.systems.frame import case_figures as draw
from chokepoint.experiments.systems.frame.cases import Case, Tally, worlds_of
from chokepoint.experiments.systems.frame.reserve_cases import reserve
from chokepoint.sim.politics.governed import GovernedWorld
from chokepoint.sim.simulation import Simulation, load_scenario

if TYPE_CHECKING:
    import pandas
    from matplotlib.figure import Figure

ROWS = ("S22",)
REPLICATIONS = 6
TALKS = (
    "end=2013-12-29", "news=none", "choices.tension_memory_years=3", "doctrine.China=bargaining",
    "doctrine.China.rhythm_weeks=4", "doctrine.China.start=2010-09-13", "doctrine.Japan=yielding",
    "doctrine.Japan.rhythm_weeks=4", "doctrine.Japan.start=2010-09-20",
    "act.trawler=China incident against Japan at 0.8 strength from 2010-09-07 until 2010-09-08",
)  # fmt: skip


def concession(cost: float) -> tuple[str, ...]:
    """Changes that set what giving in costs Japan, million USD."""
    return (f"doctrine.Japan.cost_musd={cost}",)


COSTS = (10.0, 30.0, 90.0)  # of a concession, million USD: below, about and above what a year of refusals costs
CASES = (
    *(
        Case(f"no reserve, concession {cost:,.0f}", (*TALKS, *concession(cost)))
        for cost in COSTS
    ),
    *(
        Case(
            f"{days} days, concession {COSTS[1]:,.0f}",
            (*TALKS, *concession(COSTS[1]), *reserve("Japan", held_days=days, days=days)),
        )
        for days in (42, 180)
    ),
)  # fmt: skip


def weeks_held_out(world: GovernedWorld) -> float:
    """Weeks from the first refusal until Japan gives in; to the end of the run if it does not."""
    japan = world.politics.state("Japan")
    assert japan.doctrine is not None
    pressed = [d for d in japan.doctrine.decisions if d.observed]
    given = [d for d in pressed if d.choice == "give in"]
    last = given[0].day if given else world.calendar.end
    return (last - pressed[0].day).days / 7.0


def gave_in(world: GovernedWorld) -> float:
    """1 if Japan gives in, else 0."""
    return float(("Japan", "China") in world.politics.conceded)


def table(replications: int = REPLICATIONS, seed: int = 1) -> "pandas.DataFrame":
    """Whether and when Japan gives in, the cost of holding out that it expected at first, and what it lost, by case."""
    from chokepoint.experiments.history.catalogue import find

    scenario = load_scenario(find("2010-embargo").folder)
    tally = Tally(seed)
    for case in CASES:
        simulation = Simulation(scenario, changes=case.changes, seed=seed)
        worlds = worlds_of(simulation, replications, case.name)
        japan = worlds[0].countries.index("Japan")
        first = []
        for world in worlds:
            state = world.politics.state("Japan")
            assert state.doctrine is not None
            first.append(next(-d.options["hold out"] for d in state.doctrine.decisions if d.observed))
        tally.add(case.name, "gives in", "share of runs", np.array([gave_in(w) for w in worlds]))
        tally.add(case.name, "weeks held out", "weeks", np.array([weeks_held_out(w) for w in worlds]))
        tally.add(case.name, "expected cost of a year", "million USD", np.array(first))
        lost = np.array([w.R.lost_value[:, japan].sum() for w in worlds]) / 1000.0
        tally.add(case.name, "value added lost", "million USD", lost)
    return tally.frame()


def figure(table: "pandas.DataFrame") -> "Figure":
    """Share that gives in, weeks held out, cost expected at first, loss, by case."""
    from chokepoint.sim.results import drawing

    look = draw.colours([c.name for c in CASES])
    titles = {
        "gives in": "share of runs", "weeks held out": "from the first refusal, to the end of 2013",
        "expected cost of a year": "million USD, at the first refusal", "value added lost": "million USD, 2009 to 2013",
    }  # fmt: skip
    with drawing.theme():
        fig, axes = draw.panels(list(titles), 2)
        for ax, (measure, label) in zip(axes, titles.items(), strict=True):
            draw.dots(ax, table[table["measure"] == measure], look, label, zero=True)
        return draw.finish(fig, 90.0, table, "Rare earths of 2010; costs of the concession in million USD")
