"""Crackdown, production quota and output halt: measures inside the exporter.

Each is in force alone. What is not dug is missing on both sides of the border: both prices rise together and hardly a
gap opens, unlike under a quota of exports, which is shown beside them.
"""

from typing import TYPE_CHECKING

import numpy as np

from chokepoint.experiments.systems import instruments
from chokepoint.experiments.systems.frame import case_figures as draw
from chokepoint.experiments.systems.frame.cases import WORLDS, Case, Tally, run_cases, year

if TYPE_CHECKING:
    import pandas
    from matplotlib.figure import Figure

ROWS = ("S18",)
REPLICATIONS = 20
ACTS = {"2 campaigns": "campaign", "production quota": "cap", "halt of the largest mine": "halt"}


def without(*kept: str) -> tuple[str, ...]:
    """Changes that remove every measure but those `kept`."""
    return tuple(f"{act}=none" for act in ACTS.values() if act not in kept)


CASES = (
    Case("no measure", without()), *(Case(name, without(act)) for name, act in ACTS.items()),
)  # fmt: skip
MEASURES = {
    "price inside, year": "USD/kg", "price outside, year": "USD/kg", "price outside over inside, year": "1",
    "mined by law": "t", "mined without licence": "t", "smuggled exports": "t gross", "legal exports": "t gross",
}  # fmt: skip


def table(replications: int = REPLICATIONS, seed: int = 1) -> "pandas.DataFrame":
    """Both prices, their ratio, output and exports in the year after each measure begins, by case."""
    tally = Tally(seed)
    found: dict[str, dict[str, np.ndarray]] = {name: {} for name in MEASURES}
    runs = run_cases(WORLDS / "crackdown", CASES, replications, seed)
    border = Case("export quota", instruments.without("quota"))
    runs |= run_cases(WORLDS / "three-countries", [border], replications, seed)
    for case, run in runs.items():
        span = year(2011)
        ratio = run.column("price_outside", "M") / run.column("price_inside", "M")
        numbers = (
            run.mean("price_inside", "M", *span), run.mean("price_outside", "M", *span),
            ratio[:, run.step_of(span[0]) : run.step_of(span[1])].mean(axis=1),
            run.total("mined", ["Great Pit", "Old Hill"], *span), run.total("mined", "Night Diggings", *span),
            run.total("leaked", "all", *span), run.total("exports", "all", *span),
        )  # fmt: skip
        for name, each in zip(MEASURES, numbers, strict=True):
            found[name][case] = each
        for name in ("price_inside", "price_outside"):
            tally.series(case, run, name, "M")
    for name, unit in MEASURES.items():
        tally.compare(found[name], CASES[0].name, name, unit, change="absolute" if unit == "1" else "relative")
    return tally.frame()


def figure(table: "pandas.DataFrame") -> "Figure":
    """Both prices by month, the largest ratio and the tonnes mined."""
    from chokepoint.sim.results import drawing

    look = draw.colours([*(c.name for c in CASES), "export quota"])
    titles = ("price inside", "price outside", "price outside over inside, year", "mined without licence")
    with drawing.theme():
        fig, axes = draw.panels(titles, 2)
        for ax, name in zip(axes, ("price_inside", "price_outside"), strict=False):
            draw.paths(ax, table[table["measure"] == name], look, "USD/kg", ticks=6)
            drawing.log_axis(ax)
        for ax, name, unit in zip(
            axes[2:], titles[2:], ("ratio of the means of weeks of 2011", "t in 2011"), strict=True
        ):
            rows = table[(table["measure"] == name) & (table["against"] == "") & (table["time"] == "")]
            draw.dots(ax, rows, look, unit)
        return draw.finish(fig, 100.0, table, "Three countries, measures of 2011", handles=draw.key(look))
