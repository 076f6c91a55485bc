"""Figures of sensitivity: plane of elementary effects, bars of shares of variance, convergence, indices over time.

Each returns a figure; `telling/figure_file.py` writes it. unit: of the output; labels: what to call a factor.
"""

from typing import TYPE_CHECKING, Any

import numpy as np

from chokepoint.experiments.analysis.sensitivity import Sensitivity
from chokepoint.experiments.telling.figure_parts import (
    COLOURS,
    COLUMN_IN,
    DARK,
    PAGE_IN,
    PALE,
    STYLES,
    TINY,
    Labels,
    label,
    sheet,
    titled,
)
from chokepoint.experiments.telling.labels import end_labels, place_labels
from chokepoint.sim.results import drawing

if TYPE_CHECKING:
    import pandas
    from matplotlib.figure import Figure

OTHERS = "others"


def morris_plane(
    found: Sensitivity, unit: str, *, labels: Labels = None, named: int = 10, width_in: float = COLUMN_IN
) -> "Figure":
    """Size of the effects against their spread, the `named` largest with names; bars: intervals of the size.

    Grey lines: sigma = 0.1, 0.5 and 1 of mu*, below which a factor acts almost linearly, almost monotonically, and
    from which on it is bent or acts through others (Garcia Sanchez and others 2014).
    """
    table = found.table.sort_values("mu_star", ascending=False, kind="stable")
    with drawing.theme():
        fig = sheet(width_in, min(0.86 * width_in, 3.6))
        ax = fig.subplots()
        size, spread = table["mu_star"].to_numpy(), table["sigma"].to_numpy()
        right = 1.08 * float(table["mu_star_high"].max())
        top = 1.12 * max(float(spread.max()), 0.2 * right)
        for slope in (0.1, 0.5, 1.0):
            end = min(right, top / slope)
            ax.plot([0.0, end], [0.0, slope * end], color=PALE, linewidth=0.7, zorder=1)
            at_top, at_side = slope * right > top, end > 0.8 * right
            shift = ((-7, -2) if at_side else (1, -2)) if at_top else (-1, 0)
            ax.annotate(
                f"σ = {slope:g} μ*" if slope < 1.0 else "σ = μ*", (end, slope * end), shift, fontsize=TINY,
                textcoords="offset points", ha="right" if at_side else "left", va="top" if at_top else "bottom",
                color=drawing.GREY,
            )  # fmt: skip
        bars = [size - table["mu_star_low"], table["mu_star_high"] - size]
        ax.errorbar(size, spread, xerr=bars, fmt="none", ecolor=COLOURS[0], elinewidth=0.8, alpha=0.5, zorder=2)
        ax.plot(size, spread, "o", color=COLOURS[0], markersize=3.5, markeredgewidth=0.0, zorder=3, clip_on=False)
        ax.set_xlim(0.0, right)
        ax.set_ylim(0.0, top)
        ax.set_xlabel(titled("size of the effect over the range, μ*", unit))
        ax.set_ylabel(titled("spread of the effect, σ", unit))
        reach = table[["mu_star_low", "mu_star_high"]].to_numpy()
        place_labels(ax, np.column_stack([size, spread]), reach, [label(str(n), labels) for n in table.index[:named]])
    return fig


def sobol_bars(found: Sensitivity, *, labels: Labels = None, shown: int = 15, width_in: float = COLUMN_IN) -> "Figure":
    """Shares of variance of each factor alone and in all, with intervals; the `shown` largest totals, in order."""
    table = found.table.sort_values("ST", ascending=False, kind="stable").head(shown)
    with drawing.theme():
        fig = sheet(width_in, 0.75 + 0.24 * len(table))
        ax = fig.subplots()
        at = np.arange(len(table))
        for index, shift, colour, text in (
            ("S1", -0.19, COLOURS[0], "alone (S1)"),
            ("ST", 0.19, COLOURS[1], "with all interactions (ST)"),
        ):
            value = table[index].to_numpy()
            bars = [value - table[f"{index}_low"], table[f"{index}_high"] - value]
            ax.barh(at + shift, value, 0.34, color=colour, label=text)
            ax.errorbar(value, at + shift, xerr=bars, fmt="none", ecolor=DARK, elinewidth=0.8, capsize=1.5)
        ax.set_yticks(at, [label(str(n), labels) for n in table.index])
        ax.set_ylim(len(table) - 0.5, -0.5)
        ax.grid(axis="y", visible=False)
        ax.axvline(0.0, color=drawing.GREY, linewidth=0.7)
        ax.set_xlabel("share of the variance of the output")
        fig.legend(*ax.get_legend_handles_labels(), loc="outside upper right", ncols=2, borderpad=0.0)
    return fig


def convergence_lines(
    found: Sensitivity, unit: str = "", *, labels: Labels = None, named: int = 7, width_in: float = COLUMN_IN
) -> "Figure":
    """The index of each factor from a quarter, half and all of the design; the `named` largest in colour and with
    intervals, side by side at each size. unit: of the output, used for elementary effects alone.
    """
    judged = found.convergence
    table, sizes = judged.table, sorted(judged.table["size"].unique())
    last = table[table["size"] == sizes[-1]].sort_values("value", ascending=False, kind="stable")
    height = 0.75 * min(width_in, 3.5)
    with drawing.theme():
        fig = sheet(width_in, height)
        ax = fig.subplots()
        ends = []
        for i, name in enumerate(last["factor"]):
            own = table[table["factor"] == name].sort_values("size")
            inside = i < named
            colour = COLOURS[i % len(COLOURS)] if inside else drawing.GREY
            at = own["size"] * (1.022 ** (i - (min(named, len(last)) - 1) / 2.0) if inside else 1.0)  # side by side
            ax.plot(
                at, own["value"], color=colour, marker="o", markersize=2.5 if inside else 1.5, zorder=2 + inside,
                linestyle=STYLES[i % len(STYLES)] if inside else "-", linewidth=1.0 if inside else 0.5,
            )  # fmt: skip
            if inside:
                ax.vlines(at, own["low"], own["high"], color=colour, linewidth=1.6, alpha=0.4, zorder=2.5)
                ends.append((float(own["value"].iloc[-1]), label(str(name), labels), colour))
        ax.set_xscale("log", base=2)
        ax.set_xticks(sizes, [f"{n:,}" for n in sizes])
        ax.minorticks_off()
        ax.set_xlim(sizes[0] / 1.12, sizes[-1] * 1.12)
        ax.set_ylim(bottom=min(0.0, float(last["low"].min())))
        morris = found.method == "morris"
        ax.set_xlabel("trajectories" if morris else "base samples")
        ax.set_ylabel(titled("size of the effect, μ*", unit) if morris else "total share of variance, ST")
        end_labels(ax, ends, 0.8 * height)
    return fig


def over_time_lines(
    table: "pandas.DataFrame", index: str, unit: str, *, labels: Labels = None, named: int = 6,
    width_in: float = PAGE_IN,
) -> "Figure":  # fmt: skip
    """An index of the factors that reach the highest ones, over dates, with intervals where the table has them; below,
    the spread between points, in the unit of the series. table: of `over_time`; index: ST, S1, mu_star or sigma."""
    text = {"ST": "total share of variance, ST", "S1": "share of variance alone, S1"}
    title = text.get(index) or titled(
        "size of the effect, μ*" if index == "mu_star" else f"{index} of the effect", unit
    )
    with drawing.theme():
        fig, upper, lower = _two_panels(width_in)
        ends = []
        for i, name in enumerate(_largest(table, index, named)):
            own = table[table["factor"] == name]
            days: Any = own["time"].to_numpy()
            colour = COLOURS[i % len(COLOURS)]
            upper.plot(days, own[index], color=colour, linestyle=STYLES[i % len(STYLES)])
            if f"{index}_low" in own:
                bounds = own[f"{index}_low"].clip(lower=0.0), own[f"{index}_high"]
                upper.fill_between(days, *bounds, color=colour, alpha=0.13, linewidth=0)
            known = own[index].dropna()
            ends += [(float(known.iloc[-1]), label(name, labels), colour)] if len(known) else []
        upper.set_ylim(bottom=0.0)
        upper.set_ylabel(title)
        _spread(lower, table, unit)
        end_labels(upper, ends, 0.55 * fig.get_figheight())
    return fig


def over_time_areas(
    table: "pandas.DataFrame", unit: str, *, labels: Labels = None, named: int = 6, width_in: float = PAGE_IN
) -> "Figure":
    """Shares of variance of factors alone (S1), stacked over dates; what is left up to one is interactions, and luck
    that was not averaged out. Estimates below zero count as zero; where their sum passes one they are scaled to it.
    Below, the spread between points, in the unit of the series. table: of `over_time` by Sobol."""
    names = _largest(table, "S1", named)
    wide = table.pivot(index="time", columns="factor", values="S1").clip(lower=0.0)
    wide = wide.div(wide.sum(axis=1, skipna=False).clip(lower=1.0), axis=0)
    parts = [(name, wide[name].to_numpy(), COLOURS[i % len(COLOURS)]) for i, name in enumerate(names)]
    rest = wide.drop(columns=names).sum(axis=1, skipna=False).to_numpy()
    if rest.size and len(wide.columns) > len(names):
        parts.append((OTHERS, rest, "#a6a6a6"))
    alone = np.sum([values for _, values, _ in parts], axis=0)
    parts.append(("interactions", 1.0 - alone, "#e8e8e8"))
    with drawing.theme():
        fig, upper, lower = _two_panels(width_in)
        days: Any = wide.index.to_numpy()
        below = np.zeros(len(wide))
        ends = []
        for name, values, colour in parts:
            upper.fill_between(days, below, below + values, color=colour, linewidth=0.3, edgecolor="white")
            known = np.flatnonzero(np.isfinite(values))
            middle = float(below[known[-1]] + values[known[-1]] / 2.0)
            ends.append((middle, label(name, labels), colour))
            below = below + values
        upper.set_ylim(0.0, 1.0)
        upper.set_ylabel("share of variance alone, S1")
        _spread(lower, table, unit)
        end_labels(upper, ends, 0.55 * fig.get_figheight())
    return fig


def _largest(table: "pandas.DataFrame", index: str, named: int) -> list[str]:
    """The factors whose index is largest on the mean over time, weighted with the variance at each time."""
    weighed = (table[index] * table["spread"] ** 2).groupby(table["factor"]).sum()
    return [str(name) for name in weighed.sort_values(ascending=False, kind="stable").index[:named]]


def _two_panels(width_in: float) -> tuple["Figure", Any, Any]:
    fig = sheet(width_in, 0.95 * COLUMN_IN if width_in > COLUMN_IN else 0.9 * width_in)
    upper, lower = fig.subplots(2, 1, sharex=True, height_ratios=(3.2, 1.0))
    return fig, upper, lower


def _spread(ax: Any, table: "pandas.DataFrame", unit: str) -> None:
    each = table.drop_duplicates("time")
    days = each["time"].to_numpy()
    ax.fill_between(days, 0.0, each["spread"], color=drawing.GREY, alpha=0.35, linewidth=0)
    ax.plot(days, each["spread"], color=drawing.GREY, linewidth=0.8)
    ax.set_ylim(bottom=0.0)
    ax.set_ylabel(titled("spread", unit))
    first, last = each["time"].min(), each["time"].max()
    drawing.date_axis(ax, first.date(), last.date(), ticks=10 if ax.figure.get_figwidth() > COLUMN_IN else 6)
