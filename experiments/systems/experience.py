"""Learning by experience: does an exporter that embargoes whoever it quarrels with unlearn it?

Twenty-four years of random incidents. Every year the exporter repeats what has paid: income of its territory, and
harm done to the country that it is at odds with, as both turned out. The importer holds nothing, 42 days or 180 days of
use, published or hidden: experience does not ask what is published. With a motive of money alone, and of harm alone. In
either case it comes to quotas: they bring rent, and they harm all buyers, whereas an embargo on one is supplied round.
"""

from typing import TYPE_CHECKING

import numpy as np

from chokepoint.experiments.systems.frame import case_figures as draw
from chokepoint.experiments.systems.frame.cases import WORLDS, Case, Tally, worlds_of
from chokepoint.experiments.systems.frame.reserve_cases import reserve
from chokepoint.sim.politics.governed import GovernedWorld
from chokepoint.sim.simulation import Simulation, load_scenario

if TYPE_CHECKING:
    import pandas
    from matplotlib.figure import Figure

ROWS = ("experience",)
REPLICATIONS = 20
YEARS = (
    "start=1985-01-07", "end=2008-12-28", "activity=none", "quota=none", "tax.2011=none",
    "tax.end=none", "licence=none", "refusal=none", "embargo=none", "news=none",
    "choices.incidents_per_year=1", "choices.tension_memory_years=1",
    "doctrine.Exportia=learning", "doctrine.Exportia.rhythm_weeks=52", "doctrine.Exportia.sharpness=6",
)  # fmt: skip
HARM = ("doctrine.Exportia.rent=0", "doctrine.Exportia.political=1")
MONEY = ("doctrine.Exportia.rent=1", "doctrine.Exportia.political=0")
HIDDEN = {"disclosed": "nothing"}
CASES = (
    Case("harm, no reserve", (*YEARS, *HARM)),
    Case("harm, 42 days", (*YEARS, *HARM, *reserve("Importia", held_days=42, days=42))),
    Case("harm, 180 days", (*YEARS, *HARM, *reserve("Importia", held_days=180, days=180))),
    Case("harm, 180 days hidden", (*YEARS, *HARM, *reserve("Importia", held_days=180, days=180, **HIDDEN))),
    Case("money, no reserve", (*YEARS, *MONEY)),
    Case("money, 180 days", (*YEARS, *MONEY, *reserve("Importia", held_days=180, days=180))),
)


def shares(world: GovernedWorld, act: str) -> np.ndarray:
    """Share of decisions that were `act`, in the first and in the second half of the run: (2,)."""
    doctrine = world.politics.exporting[0].doctrine
    assert doctrine is not None
    taken = np.array([d.choice == act for d in doctrine.decisions], dtype=float)
    half = len(taken) // 2
    return np.array([taken[:half].mean(), taken[half:].mean()])


def table(replications: int = REPLICATIONS, seed: int = 1) -> "pandas.DataFrame":
    """Share of years with an embargo in the first and the last twelve years, with a quota, and the importer's loss, by
    case."""
    scenario = load_scenario(WORLDS / "three-countries")
    tally = Tally(seed)
    for case in CASES:
        simulation = Simulation(scenario, changes=case.changes, seed=seed)
        worlds = worlds_of(simulation, replications, case.name)
        embargo = np.array([shares(w, "embargo") for w in worlds])
        quota = np.array([shares(w, "quota") for w in worlds])
        importia = worlds[0].countries.index("Importia")
        lost = np.array([w.R.lost_value[:, importia].sum() for w in worlds]) / 1000.0
        tally.add(case.name, "embargo, first twelve years", "share of years", embargo[:, 0])
        tally.add(case.name, "embargo, last twelve years", "share of years", embargo[:, 1])
        tally.add(case.name, "quota, last twelve years", "share of years", quota[:, 1])
        tally.add(case.name, "value added lost", "million USD", lost)
    return tally.frame()


def figure(table: "pandas.DataFrame") -> "Figure":
    """Embargoes early and late, quotas late, and the importer's loss, by case."""
    from chokepoint.sim.results import drawing

    look = draw.colours([c.name for c in CASES])
    measures = list(dict.fromkeys(table["measure"]))
    with drawing.theme():
        fig, axes = draw.panels(measures, 2)
        for ax, measure in zip(axes, measures, strict=True):
            rows = table[table["measure"] == measure]
            draw.dots(ax, rows, look, rows["unit"].iloc[0], zero=True)
        return draw.finish(fig, 95.0, table, "Three countries, 24 years, doctrine learning")
