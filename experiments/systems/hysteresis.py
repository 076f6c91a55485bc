"""Thrift, relocation and recycling: use that does not come back when prices do.

The episode of 2010 is run with its restrictions and without them, each time with one answer of users taken out. What
is lost of use outside the exporter in 2011, and what is still lost in 2017 when prices are back, is the difference of
the two on the same luck.
"""

from typing import TYPE_CHECKING

import numpy as np

from chokepoint.experiments.systems.embargo_2010 import CALM, HOLD
from chokepoint.experiments.systems.frame import case_figures as draw
from chokepoint.experiments.systems.frame.cases import Case, Tally, run_cases, year

if TYPE_CHECKING:
    import pandas
    from matplotlib.figure import Figure

ROWS = ("S17",)
REPLICATIONS = 10
FREE = (*HOLD, "quota=none", "news=none")
VERSIONS: dict[str, dict[str, float]] = {
    "all answers": {},
    "no thrift": {"thrift_speed": 0.0},
    "thrift is undone by 20 % a year": {"thrift_back": 0.2},
    "no relocation": {"relocation_speed": 0.0},
    "relocation at most 10 % a year": {"relocation_speed": 0.1},
    "no answer of scrap": {"scrap_response": 0.0},
    "scrap answers strongly": {"scrap_response": 0.8},
}
LOSSES = ("use outside, 2012", "use outside, 2017")
MEASURES = (*LOSSES, "use inside, 2017", "purchases outside, 2012")


def table(replications: int = REPLICATIONS, seed: int = 1) -> "pandas.DataFrame":
    """What the restrictions take from use and purchases, per cent of the same world without them, by version."""
    tally = Tally(seed)
    for name, values in VERSIONS.items():
        cases = (Case("restricted", (), values), Case("free", FREE, {**values, **CALM}))
        runs = run_cases("2010-embargo", cases, replications, seed)
        found = {}
        for case, run in runs.items():
            outside = [c for c in run.columns["use"] if c != "China"]
            used = np.sum([run.column("use", c) for c in outside], axis=0)
            bought = {
                span: run.total("use", outside, *year(span)) - run.total("scrap", outside, *year(span))
                for span in (2012, 2017)
            }
            found[case] = {
                MEASURES[0]: run.total("use", outside, *year(2012)),
                MEASURES[1]: run.total("use", outside, *year(2017)),
                MEASURES[2]: run.total("use", "China", *year(2017)),
                MEASURES[3]: bought[2012],
                "japan": 100.0
                * (run.total("use", "Japan", *year(2012)) / run.total("use", "Japan", *year(2010)) - 1.0),
                "price": run.mean("price_outside", "Nd", *year(2017)),
                "path": used,
            }
        for measure in MEASURES:
            change = 100.0 * (found["restricted"][measure] / found["free"][measure] - 1.0)
            tally.add(name, f"change of {measure}", "%", change)
        tally.add(name, "Japan's use, 2012 beside 2010", "%", found["restricted"]["japan"])
        price = 100.0 * (found["restricted"]["price"] / found["free"]["price"] - 1.0)
        tally.add(name, "change of the Nd price outside, 2017", "%", price)
        weeks = 13
        smooth = {k: _mean(v["path"], weeks) for k, v in found.items()}
        change = 100.0 * (smooth["restricted"] / smooth["free"] - 1.0)
        tally.path(name, "change of use outside", "%", runs["free"], change)
    return tally.frame()


def _mean(data: np.ndarray, weeks: int) -> np.ndarray:
    """Running mean over the last weeks: (replications, steps)."""
    sums = np.cumsum(np.pad(data, ((0, 0), (1, 0))), axis=1)
    ends = np.arange(1, data.shape[1] + 1)
    starts = np.maximum(ends - weeks, 0)
    return np.asarray((sums[:, ends] - sums[:, starts]) / (ends - starts))


def figure(table: "pandas.DataFrame") -> "Figure":
    """The loss of use by month, and the losses of 2012 and 2017 by version."""
    from chokepoint.sim.results import drawing

    look = draw.colours(list(VERSIONS))
    shown = dict(list(look.items())[:5])
    titles = ("change of use outside", "use outside, 2017", "use inside, 2017", "purchases outside, 2012")
    with drawing.theme():
        fig, axes = draw.panels(titles, 2)
        rows = table[table["measure"] == "change of use outside"]
        draw.paths(axes[0], rows, shown, "change, % of no restrictions", ticks=6)
        axes[0].axhline(0.0, color=drawing.GREY, linewidth=0.7)
        for title, ax in zip(titles[1:], axes[1:], strict=True):
            draw.dots(ax, table[table["measure"] == f"change of {title}"], look, "change, %", zero=True)
        return draw.finish(fig, 105.0, table, "Rare earths, 2009-2018", handles=draw.key(shown))
