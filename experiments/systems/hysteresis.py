"""Redesign: use that is saved while a material is dear, and how slowly it comes back when it is not.

The episode of 2010 is run with its restrictions and without them, each time with one answer of users changed: nobody
redesigns (use answers a lasting price no more than one of the day), redesign takes as short or as long as its prior
allows, or lines do not stop when a material is scarce. What is lost of use outside the exporter in 2012, and what is
still lost in 2017, is the difference of the two on the same luck. Use that was saved comes back at the pace at which it
went: this is a delay, and no use is lost for good. What would overturn that is a sector that went on without a material
for a decade after its price had come back.
"""

from typing import TYPE_CHECKING

import numpy as np

from chokepoint.agents.behaviour import PARAMETERS
from chokepoint.experiments.systems.embargo_2010 import CALM, HOLD
from chokepoint.experiments.systems.frame import case_figures as draw
from chokepoint.experiments.systems.frame.cases import Case, Tally, run_cases, year

if TYPE_CHECKING:
    import pandas
    from matplotlib.figure import Figure

ROWS = ("S17",)
REPLICATIONS = 10
FREE = (*HOLD, "quota=none", "news=none")


def versions() -> dict[str, dict[str, float]]:
    """Values of parameters by version: those of no redesign and of its pace come from the table of parameters."""
    pace, lasting = PARAMETERS["use_years"], PARAMETERS["use_elasticity_long"]
    return {
        "as the model stands": {},
        "little redesign": {"use_elasticity_long": lasting.low},
        "much redesign": {"use_elasticity_long": lasting.high},
        "quick redesign": {"use_years": pace.low},
        "slow redesign": {"use_years": pace.high},
        "lines do not stop": {"choke": 0.0},
    }


YEARS = (2012, 2017)
MEASURES = ("use outside, 2012", "use outside, 2017", "use inside, 2012", "use inside, 2017")
PRICES = ("Nd price outside, 2012", "Nd price outside, 2017")


def table(replications: int = REPLICATIONS, seed: int = 1) -> "pandas.DataFrame":
    """What the restrictions take from use, per cent of the same world without them, and do to prices, by version."""
    tally = Tally(seed)
    for name, values in versions().items():
        cases = (Case("restricted", (), values), Case("free", FREE, {**values, **CALM}))
        runs = run_cases("2010-embargo", cases, replications, seed)
        found = {}
        for case, run in runs.items():
            outside = [c for c in run.columns["use"] if c != "China"]
            used = np.sum([run.column("use", c) for c in outside], axis=0)
            found[case] = {
                **{f"use outside, {y}": run.total("use", outside, *year(y)) for y in YEARS},
                **{f"use inside, {y}": run.total("use", "China", *year(y)) for y in YEARS},
                **{f"Nd price outside, {y}": run.mean("price_outside", "Nd", *year(y)) for y in YEARS},
                "path": used,
            }
        for measure in (*MEASURES, *PRICES):
            change = 100.0 * (found["restricted"][measure] / found["free"][measure] - 1.0)
            tally.add(name, f"change of {measure}", "%", change)
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
    """The loss of use by month, the losses of 2012 and 2017 and the price that is left, by version."""
    from chokepoint.sim.results import drawing

    look = draw.colours(list(versions()))
    titles = ("change of use outside", "use outside, 2012", "use outside, 2017", "Nd price outside, 2017")
    with drawing.theme():
        fig, axes = draw.panels(titles, 2)
        rows = table[table["measure"] == "change of use outside"]
        draw.paths(axes[0], rows, look, "change, % of no restrictions", ticks=6)
        axes[0].axhline(0.0, color=drawing.GREY, linewidth=0.7)
        for title, ax in zip(titles[1:], axes[1:], strict=True):
            draw.dots(ax, table[table["measure"] == f"change of {title}"], look, "change, %", zero=True)
        return draw.finish(fig, 105.0, table, "Rare earths, 2009-2018", handles=draw.key(look))
