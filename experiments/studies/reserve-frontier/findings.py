"""The reserve frontier: cost a year against loss avoided, price while it is built, and attempts of the exporter."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from chokepoint.experiments.sweep.paper import Paper
from chokepoint.experiments.telling.figure_parts import COLOURS, PAGE_IN, sheet
from chokepoint.sim.results import drawing

TOLD = ("published", "secret")
HELD_BEFORE = 42  # days, in the world in which the reserve is built


def mean_and_interval(values: np.ndarray) -> tuple[float, float, float]:
    """Mean over replications and its 95 % interval by Student's t. values: (replications,)."""
    from scipy.stats import t

    half = t.ppf(0.975, len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values)) if len(values) > 1 else np.nan
    return float(values.mean()), float(values.mean() - half), float(values.mean() + half)


def frontier(paper: Paper) -> pd.DataFrame:
    """One row for each size and each way of telling: numbers with intervals, paired with no reserve (with 42 days where
    it is built)."""
    lost, level = paper.values("lost"), paper.values("level")
    carrying, attempts = paper.values("carrying"), paper.values("attempts")
    days = sorted(set(paper.sweep.points["days"]))
    rows = []
    for told in TOLD:

        def at(values: np.ndarray, world: str, held: float, told: str = told) -> np.ndarray:
            return values[paper.places(days=held, told=told, world=world)][0]

        for d in days:
            row: dict[str, Any] = {"told": told, "days": d, "cost": float(at(carrying, "history", d).mean())}
            numbers = {
                "avoided": at(lost, "embargo", 0) - at(lost, "embargo", d),
                "attempts": at(attempts, "weighing", d),
                "premium": 100.0 * (at(level, "building", d) / at(level, "building", HELD_BEFORE) - 1.0),
            }
            for name, values in numbers.items():
                row[name], row[f"{name}_low"], row[f"{name}_high"] = mean_and_interval(values)
            rows.append(row)
    return pd.DataFrame(rows)


def threshold(table: pd.DataFrame, told: str) -> float | None:
    """The smallest size from which on the exporter tries less than half as often as beside no reserve."""
    mine = table[table["told"] == told].sort_values("days")
    below = (mine["attempts"] < 0.5 * mine["attempts"].iloc[0]).to_numpy()
    found = [d for i, d in enumerate(mine["days"]) if below[i:].all()]
    return found[0] if found else None


def write(paper: Paper) -> None:
    """Add the frontier to a paper."""
    table = frontier(paper)
    paper.lines += ["## The frontier", ""]
    short = table[["told", "days", "cost", "avoided", "premium", "attempts"]]
    units = ["", "", "million USD a year", "million USD", "%", "half-years"]
    short.columns = pd.Index([f"{c} ({u})" if u else c for c, u in zip(short.columns, units, strict=True)])
    paper.table("frontier", short, "Cost a year, loss avoided in an embargo of a year, price while built, attempts", 30)
    for told in TOLD:
        found = threshold(table, told)
        paper.say(
            f"{told.capitalize()}: the exporter who weighs tries less than half as often as beside no reserve "
            + (f"from {found:g} days on." if found is not None else "at no size that was run.")
        )
    paper.figure(
        "frontier", _drawn(table),
        "The reserve frontier: what a reserve of Japan costs, saves, does to prices and deters",
        "bars: 95 % t intervals over replications, paired",
        "Holding: interest 3 % and storage 1 % a year of its value in the base year. Built: from 42 days, in a year, "
        "in a quiet market.",
    )  # fmt: skip


def _drawn(table: pd.DataFrame) -> Figure:
    """Loss avoided by cost, price while it is built and attempts by size, each with intervals."""
    with drawing.theme():
        fig = sheet(PAGE_IN, 2.6)
        axes = fig.subplots(1, 3)
        for i, told in enumerate(TOLD):
            mine = table[table["told"] == told]
            look: dict[str, Any] = {"color": COLOURS[i], "marker": "os"[i], "markersize": 3.5, "capsize": 2}
            for ax, x, y in zip(axes, ("cost", "days", "days"), ("avoided", "premium", "attempts"), strict=True):
                rows = mine[mine["days"] >= HELD_BEFORE] if y == "premium" else mine
                bars = [rows[y] - rows[f"{y}_low"], rows[f"{y}_high"] - rows[y]]
                ax.errorbar(rows[x], rows[y], yerr=bars, label=told, linewidth=1.1, **look)
        published = table[table["told"] == TOLD[0]]
        for _, row in published[published["days"].isin((21, 42, 90, 180, 360))].iterrows():
            last = row["days"] == published["days"].max()
            axes[0].annotate(
                f"{row['days']:g} days", (row["cost"], row["avoided"]), (-4 if last else 5, -9), fontsize=6,
                textcoords="offset points", ha="right" if last else "left",
            )  # fmt: skip
        labels = (
            ("cost of holding (million USD a year)", "loss avoided in an embargo\nof a year (million USD)"),
            ("target (days of use)", "price while it is built\n(% above no purchase)"),
            ("reserve (days of use)", "attempts, 2010 to 2014\n(half-years of embargo)"),
        )
        for ax, (x, y) in zip(axes, labels, strict=True):
            ax.set_xlabel(x)
            ax.set_ylabel(y)
            ax.set_ylim(bottom=min(0.0, ax.get_ylim()[0]))
        axes[2].legend(frameon=False)
    return fig
