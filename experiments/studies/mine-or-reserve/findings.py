"""A mine or a reserve: what a state pays out at most, and what that saves when an embargo comes soon or late."""

from typing import Any

import numpy as np
import pandas as pd

from chokepoint.experiments.sweep.paper import Paper
from chokepoint.experiments.telling.figure_parts import COLOURS, PAGE_IN, sheet
from chokepoint.sim.results import drawing

WAYS = ("reserve", "loan")


def plane(paper: Paper) -> pd.DataFrame:
    """One row for each policy and date of the embargo: outlay and net cost where no embargo comes, and the loss that is
    avoided where it does, mean and 95 % interval (Student's t, paired by replication)."""
    from scipy.stats import t

    lost, cost, outlay = (paper.values(name) for name in ("lost", "cost", "outlay"))
    policy, embargo = paper.sweep.factors
    rows = []
    for when in embargo.levels[1:]:
        nothing = lost[paper.places(policy="nothing", embargo=when)][0]
        for name in policy.levels:
            quiet = paper.places(policy=name, embargo="never")
            gain = nothing - lost[paper.places(policy=name, embargo=when)][0]
            half = t.ppf(0.975, len(gain) - 1) * gain.std(ddof=1) / np.sqrt(len(gain)) if len(gain) > 1 else np.nan
            rows.append({
                "embargo": when, "policy": name, "outlay": outlay[quiet].mean(), "net cost": cost[quiet].mean(),
                "loss avoided": gain.mean(), "low": gain.mean() - half, "high": gain.mean() + half,
            })  # fmt: skip
    return pd.DataFrame(rows)


def way(rows: pd.DataFrame, kind: str) -> pd.DataFrame:
    """The policies of one kind, nothing first, by outlay."""
    mine = rows[rows["policy"].str.startswith((kind, "nothing"))]
    return mine.sort_values("outlay")


def at_equal_cost(rows: pd.DataFrame, outlay: float) -> float:
    """Loss that a reserve of the same outlay avoids, between the sizes that were run; that of the largest beyond it."""
    mine = way(rows, "reserve")
    return float(np.interp(outlay, mine["outlay"], mine["loss avoided"]))


def write(paper: Paper) -> None:
    """Add the comparison at equal cost to a paper."""
    table = plane(paper)
    paper.lines += ["## At equal cost", ""]
    paper.table("plane", table, "Outlay, net cost without an embargo, and loss avoided with one (million USD)", 40)
    equal = []
    for when, rows in table.groupby("embargo", sort=False):
        for _, loan in way(rows, "loan").iloc[1:].iterrows():
            reserve = at_equal_cost(rows, loan["outlay"])
            equal.append({
                "embargo": when, "outlay": loan["outlay"], "loan avoids": loan["loss avoided"],
                "reserve avoids": reserve, "reserve less loan": reserve - loan["loss avoided"],
            })  # fmt: skip
    paper.table("equal-cost", pd.DataFrame(equal), "Loss avoided at the same outlay (million USD)", 20)
    dates = list(dict.fromkeys(table["embargo"]))
    with drawing.theme():
        fig = sheet(PAGE_IN, 2.6)
        axes = fig.subplots(1, len(dates), sharey=True)
        for ax, when in zip(axes, dates, strict=True):
            rows = table[table["embargo"] == when]
            for i, kind in enumerate(WAYS):
                mine = way(rows, kind)
                bars = [mine["loss avoided"] - mine["low"], mine["high"] - mine["loss avoided"]]
                look: dict[str, Any] = {"color": COLOURS[i], "marker": "os"[i], "markersize": 3.5, "capsize": 2}
                label = {"reserve": "reserve at home", "loan": "loan to a mine abroad, with offtake"}[kind]
                ax.errorbar(mine["outlay"], mine["loss avoided"], yerr=bars, label=label, linewidth=1.1, **look)
            ax.set_title(f"embargo from {when}", fontsize=7)
            ax.set_xlabel("most paid out (million USD)")
            ax.set_ylim(bottom=min(0.0, ax.get_ylim()[0]))
        axes[0].set_ylabel("loss avoided (million USD)")
        fig.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=2, frameon=False)
    paper.figure(
        "equal-cost", fig, "A mine or a reserve: loss that Japan avoids in an embargo of a year, by money paid out",
        "bars: 95 % t intervals over replications, paired with no policy",
        "Money is paid from July 2009 on; loss is value added, discounted to 2009 at 3 % a year.",
    )  # fmt: skip
