"""A pandemic: activity falls and ships are late at once.

The slump of activity of spring 2020 stands in the episode; cargo from the exporter to everybody is late by some weeks
from February to April (an assumption). Late ships alone lower arrivals and stocks, and neither price nor use as long as
stocks last: what is under way is owned and counted, and nobody orders it twice. A slump lowers use and price, and
arrivals more than use, for stocks are let go. Together, arrivals fall deeper than under either. Prices that rose with
late ships in spring 2020 alone would overturn the first.
"""

from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from chokepoint.experiments.systems.frame import case_figures as draw
from chokepoint.experiments.systems.frame.cases import Case, Tally, run_cases

if TYPE_CHECKING:
    import pandas
    from matplotlib.figure import Figure

ROWS = ("S19",)
REPLICATIONS = 20
WEEKS = 4
LATE = (f"act.late=China transit_delay at {WEEKS} weeks from 2020-02 until 2020-04",)
CALM = ("activity.all.2020-01..2020-12=before",)
CASES = (
    Case("neither", CALM), Case("late ships alone", (*CALM, *LATE)), Case("slump alone"), Case("both", LATE),
)  # fmt: skip
SPRING = (date(2020, 2, 3), date(2020, 5, 31))
MEASURES = {
    "arrivals in Japan, Feb-May": "t gross", "use in Japan, Feb-May": "t", "lowest stock in Japan, Feb-Jul": "t",
    "Nd outside, Feb-Jul": "USD/kg", "legal exports, Feb-Jul": "t gross",
}  # fmt: skip


def table(replications: int = REPLICATIONS, seed: int = 1) -> "pandas.DataFrame":
    """Arrivals, use and stocks in Japan, price and exports in spring and summer 2020, by case."""
    tally = Tally(seed)
    found: dict[str, dict[str, np.ndarray]] = {name: {} for name in MEASURES}
    half = (SPRING[0], date(2020, 7, 31))
    for case, run in run_cases("2020-slump", CASES, replications, seed).items():
        routes = [c for c in run.columns["imports"] if c.startswith("Japan from ")]
        stock = np.sum([run.column("stock", c) for c in run.columns["stock"] if c.startswith("Japan ")], axis=0)
        weeks = slice(run.step_of(half[0]), run.step_of(half[1]) + 1)
        numbers = (
            run.total("imports", routes, *SPRING), run.total("use", "Japan", *SPRING),
            stock[:, weeks].min(axis=1), run.mean("price_outside", "Nd", *half), run.total("exports", "all", *half),
        )  # fmt: skip
        for name, each in zip(MEASURES, numbers, strict=True):
            found[name][case] = each
        arrivals = np.sum([run.column("imports", c) for c in routes], axis=0)
        tally.path(case, "arrivals in Japan", "t gross", run, arrivals, adds=True)
        tally.path(case, "stock in Japan", "t", run, stock)
        tally.series(case, run, "price_outside", "Nd", material="Nd")
        tally.series(case, run, "use", "Japan")
    for name, unit in MEASURES.items():
        tally.compare(found[name], CASES[0].name, name, unit, change="relative")
    return tally.frame()


def figure(table: "pandas.DataFrame") -> "Figure":
    """Arrivals, use, stock and price by month of 2019 and 2020."""
    from chokepoint.sim.results import drawing

    look = draw.colours([c.name for c in CASES])
    panels = {
        "arrivals in Japan": "t gross a month", "use": "t a month", "stock in Japan": "t", "price_outside": "USD/kg",
    }  # fmt: skip
    titles = ("arrivals in Japan", "use in Japan", "stock in Japan", "Nd oxide outside")
    with drawing.theme():
        fig, axes = draw.panels(titles, 2)
        for (measure, label), ax in zip(panels.items(), axes, strict=True):
            rows = table[(table["measure"] == measure) & (table["time"] >= "2019-10-01")]
            draw.paths(ax, rows, look, label, ticks=6)
            if measure in ("arrivals in Japan", "use"):
                ax.set_ylim(bottom=0.0)
            ax.axvspan(date(2020, 2, 1), date(2020, 4, 30), color=drawing.GREY, alpha=0.12, linewidth=0)  # type: ignore[arg-type]
        note = f"grey: cargo from China late by {WEEKS} weeks"
        return draw.finish(fig, 95.0, table, "Rare earths, 2020", note, draw.key(look))
