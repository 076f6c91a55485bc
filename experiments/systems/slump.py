"""2020: a slump of demand, or a hidden restriction?

Both stories are simulated at the same points of one Latin hypercube of sizes and dates, and held against the joint path
of price and volume (see `experiments/inference/weighing.py`). `chokepoint weigh 2020-slump` does the same with more
points.
"""

from typing import TYPE_CHECKING

import numpy as np

from chokepoint.experiments.systems.frame import case_figures as draw
from chokepoint.experiments.systems.frame.cases import Tally

if TYPE_CHECKING:
    import pandas
    from matplotlib.figure import Figure

ROWS = ("S10",)
REPLICATIONS = 2
POINTS = 80


def table(replications: int = REPLICATIONS, seed: int = 1, workers: int = 2) -> "pandas.DataFrame":
    """ln likelihood of each story at its best point, their difference, and the best path beside what was observed."""
    from chokepoint.experiments.inference.weighing import weigh
    from chokepoint.experiments.inference.weighing_report import as_data

    result = weigh("2020-slump", POINTS, replications, 200, seed=seed, workers=workers)
    data, relative = as_data(result), result.history.relative
    tally = Tally(seed)

    def add(case: str, measure: str, unit: str, number: float, time: str = "", material: str = "") -> None:
        tally.add(case, measure, unit, np.full(replications, number), time=time, material=material)

    for name, h in data["hypotheses"].items():
        add(name, "ln likelihood, best point", "1", h["log_likelihood"])
        add(name, "ln likelihood, mean of all points", "1", h["log_marginal"])
        for group, part in h["log_likelihood_by_group"].items():
            add(name, f"ln likelihood of {group}", "1", part)
        add(name, "wrong on synthetic histories", "share", h["errors"]["all"]["wrong"])
        add(name, f"size at the best point ({h['first']} to {h['last']})", h["unit"], h["size"])
    first = next(iter(data["hypotheses"]))
    add(first, "ln ratio of fitted likelihoods to the best other", "1", data["log_ratio"])
    starts: dict[tuple[str, str], float] = {}  # of what is held against history by its course alone
    for o in data["observations"]:
        for case in ("observed", *data["hypotheses"]):
            of_start = o["group"] in relative
            start = starts.setdefault((case, o["group"]), o[case]) if of_start else 1.0
            add(case, o["group"], "first = 1" if of_start else o["unit"], o[case] / start, o["first"], o["item"])
    return tally.frame()


def figure(table: "pandas.DataFrame") -> "Figure":
    """The best path of each story beside what was observed, and the likelihoods."""
    from chokepoint.sim.results import drawing

    look = draw.colours(["observed", *(c for c in draw.cases_of(table) if c != "observed")])
    rows = table[table["time"] != ""]
    series = list(dict.fromkeys(zip(rows["measure"], rows["material"], strict=True)))
    likelihoods = ("ln likelihood, best point", "wrong on synthetic histories")
    with drawing.theme():
        fig, axes = draw.panels([*(m for m, _ in series), *likelihoods], 2)
        for (measure, item), ax in zip(series, axes, strict=False):
            own = rows[(rows["measure"] == measure) & (rows["material"] == item)].assign(n=1)
            draw.paths(ax, own, look, own["unit"].iloc[0], styles={"observed": (0, (2, 1))}, ticks=6)
            ax.set_ylim(bottom=0.0)
        for measure, ax in zip(likelihoods, axes[len(series) :], strict=True):
            label = "ln" if measure.startswith("ln") else "share of synthetic histories drawn from it"
            draw.dots(ax, table[table["measure"] == measure], look, label)
        height = 42.0 * -(-len(axes) // 2)
        note = f"best of {POINTS} points of each story"
        key = draw.key(look, {"observed": (0, (2, 1))})
        return draw.finish(fig, height, table, "Rare earths, 2020", note, key)
