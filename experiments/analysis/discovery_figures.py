"""Figures of scenario discovery: the way down, the box, and an output against each factor.

Each returns a figure; `telling/figure_file.py` writes it. labels: what to call a factor in the figure.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from chokepoint.experiments.analysis.discovery import Discovery
from chokepoint.experiments.analysis.factors import Factor, bounds, design
from chokepoint.experiments.telling.figure_parts import (
    COLOURS,
    COLUMN_IN,
    DARK,
    PAGE_IN,
    PALE,
    SMALL,
    TINY,
    Labels,
    label,
    sheet,
    titled,
)
from chokepoint.experiments.telling.numbers import short_number
from chokepoint.sim.results import drawing

if TYPE_CHECKING:
    import pandas
    from matplotlib.figure import Figure

MOVES = {"start": "o", "peel": "o", "paste": "^", "lift": "s"}


def factor_axis(factor: Factor, labels: Labels) -> str:
    """A factor as an axis, with its unit where it has one."""
    return titled(label(factor.name, labels), "" if factor.levels else factor.unit)


def trajectory(found: Discovery, *, width_in: float = COLUMN_IN) -> "Figure":
    """Coverage against density of each box on the way down; colour: factors restricted; a ring: the box chosen."""
    import matplotlib
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import BoundaryNorm
    from matplotlib.lines import Line2D

    steps = found.trajectory
    most = max(int(steps["restricted"].max()), 1)
    with drawing.theme():
        colours = matplotlib.colormaps["viridis"].resampled(most + 1)
        norm = BoundaryNorm(np.arange(-0.5, most + 1.0), most + 1)
        fig = sheet(width_in, 0.82 * min(width_in, 3.6))
        ax = fig.subplots()
        peels = steps[steps["move"].isin(["start", "peel"])]
        ax.plot(peels["coverage"], peels["density"], color=PALE, linewidth=0.8, zorder=1)
        for move, marker in MOVES.items():
            own = steps[steps["move"] == move]
            ax.scatter(
                own["coverage"], own["density"], c=own["restricted"], cmap=colours, norm=norm, marker=marker, s=14,
                linewidth=0.3, edgecolor="white", zorder=3,
            )  # fmt: skip
        chosen = steps[steps["chosen"]].iloc[0]
        ax.plot(chosen["coverage"], chosen["density"], "o", mfc="none", mec=COLOURS[3], markersize=8, mew=1.1, zorder=4)
        ax.axhline(found.base_rate, color=drawing.GREY, linewidth=0.7, linestyle=(0, (3, 2)))
        ax.annotate(
            "all worlds", (0.0, found.base_rate), (2, 2), textcoords="offset points", fontsize=TINY, color=drawing.GREY
        )
        ax.set_xlim(0.0, 1.03)
        ax.set_ylim(0.0, 1.03)
        ax.set_xlabel("coverage: share of the worlds of interest")
        ax.set_ylabel("density of the box")
        bar = fig.colorbar(ScalarMappable(norm, colours), ax=ax, pad=0.02, aspect=30, ticks=range(most + 1))
        bar.minorticks_off()
        bar.set_label("factors restricted")
        bar.outline.set_visible(False)  # type: ignore[operator]
        look: dict[str, Any] = {"linestyle": "none", "color": drawing.GREY, "markersize": 3.5}
        handles = [
            Line2D([], [], marker=MOVES[m], label=m, **look)
            for m in ("peel", "paste", "lift")
            if m in set(steps["move"])
        ]
        ring = Line2D([], [], linestyle="none", marker="o", mfc="none", mec=COLOURS[3], markersize=6, label="chosen")
        fig.legend(handles=[*handles, ring], loc="outside upper center", ncols=4, borderpad=0.0, handletextpad=0.3)
    return fig


def box_ranges(
    factors: Sequence[Factor], found: Discovery, *, labels: Labels = None, width_in: float = COLUMN_IN
) -> "Figure":
    """The box that was found: the part of its range to which each factor is held, with limits, and quasi-p-values."""
    told = found.restrictions
    names = list(dict.fromkeys(told["factor"]))
    own = {f.name: f for f in factors}
    chosen = found.trajectory[found.trajectory["chosen"]].iloc[0]
    with drawing.theme():
        fig = sheet(width_in, 0.62 + 0.36 * max(len(names), 1))
        ax = fig.subplots()
        for i, name in enumerate(names):
            factor = own[name]
            rows = told[told["factor"] == name]
            if factor.levels:
                _levels(ax, i, factor, found.box.dropped[list(own).index(name)])
            else:
                _range(ax, i, factor, rows["low"].dropna(), rows["high"].dropna())
            ax.text(1.03, i, f"{rows['quasi_p'].max():.2g}" if rows["quasi_p"].max() >= 0.001 else "< 0.001",
                    fontsize=SMALL, va="center", color=DARK)  # fmt: skip
        if names:
            ax.text(1.03, -0.72, "quasi-p", fontsize=SMALL, va="center", color=drawing.GREY)
        else:
            ax.text(0.5, 0.0, "no factor is restricted", fontsize=SMALL, ha="center", color=drawing.GREY)
        ax.set_yticks(range(len(names)), [factor_axis(own[n], labels) for n in names])
        ax.set_ylim(max(len(names), 1) - 0.55, -0.95)
        ax.set_xlim(-0.01, 1.01)
        ax.set_xticks([])
        ax.grid(visible=False)
        for side in ax.spines.values():
            side.set_visible(False)
        fig.suptitle(
            f"coverage {chosen['coverage']:.2f}, density {chosen['density']:.2f} (all worlds: {found.base_rate:.2f}), "
            f"mass {chosen['mass']:.2f}", fontsize=SMALL, color=DARK,
        )  # fmt: skip
        if not found.claimed:
            ax.text(0.5, -0.72, "not told from chance", ha="center", va="center", color=COLOURS[3], fontsize=SMALL)
    return fig


def _range(ax: Any, at: int, factor: Factor, lows: Any, highs: Any) -> None:
    """The whole range in grey, the part inside the box in colour, numbers at the limits and small ones at the ends."""
    first, last = bounds(factor)
    span = (last - first) or 1.0
    low = (float(lows.iloc[0]) - first) / span if len(lows) else 0.0
    high = (float(highs.iloc[0]) - first) / span if len(highs) else 1.0
    ax.barh(at, 1.0, 0.16, color=PALE)
    ax.barh(at, high - low, 0.3, left=low, color=COLOURS[0])
    close = high - low < 0.16
    for share, value, align in (
        (low, lows, "right" if close else "left" if low < 0.05 else "center"),
        (high, highs, "left" if close else "right" if high > 0.95 else "center"),
    ):
        if len(value):
            ax.text(
                share, at - 0.2, short_number(float(value.iloc[0])), fontsize=SMALL, ha=align, va="bottom", color=DARK
            )
    for share, text, align in ((0.0, short_number(first), "left"), (1.0, short_number(last), "right")):
        ax.text(share, at + 0.17, text, fontsize=TINY, ha=align, va="top", color=drawing.GREY)


def _levels(ax: Any, at: int, factor: Factor, dropped: frozenset[int]) -> None:
    """One field a level, those inside the box in colour."""
    width = 1.0 / len(factor.levels)
    for i, level in enumerate(factor.levels):
        inside = i not in dropped
        ax.barh(at, width - 0.01, 0.3, left=i * width + 0.005, color=COLOURS[0] if inside else PALE)
        ax.text((i + 0.5) * width, at + 0.17, level, fontsize=TINY, ha="center", va="top",
                color=DARK if inside else drawing.GREY)  # fmt: skip


def scatter(
    factors: Sequence[Factor], points: "pandas.DataFrame", values: np.ndarray, title: str, unit: str, *,
    names: Sequence[str] = (), bins: int = 10, columns: int = 3, labels: Labels = None, width_in: float = PAGE_IN,
) -> "Figure":  # fmt: skip
    """An output against each factor: one dot a point, and the mean in bins with its 95 % interval (normal).

    values: (points, replications), drawn as means over replications; title, unit: of the output; names: of the
    factors shown, by default all. On designs that are no random spread the interval is only a guide.
    """
    shown = [f for f in factors if not names or f.name in names]
    x, y = design(factors, points), values.mean(axis=1)
    columns = min(columns, len(shown))
    rows = -(-len(shown) // columns)
    with drawing.theme():
        fig = sheet(width_in, rows * min(1.75, 0.8 * width_in / columns))
        grid = fig.subplots(rows, columns, sharey=True, squeeze=False)
        for ax in list(grid.flat)[len(shown) :]:
            ax.remove()
        for i, (factor, ax) in enumerate(zip(shown, grid.flat, strict=False)):
            own = x[:, [f.name for f in factors].index(factor.name)]
            low, high = bounds(factor)
            if factor.levels:
                edges = np.arange(len(factor.levels) + 1) - 0.5
                jitter = (np.arange(len(own)) * 0.618034 % 1.0 - 0.5) * 0.5  # even and the same each time
            else:
                edges, jitter = np.linspace(low, high, bins + 1), np.zeros(len(own))
            ax.plot(
                own + jitter, y, "o", color=COLOURS[0], alpha=min(0.5, 0.1 + 60.0 / len(y)), markersize=1.8,
                markeredgewidth=0.0, rasterized=True, zorder=2,
            )  # fmt: skip
            at, means, halves = _binned(own, y, edges)
            ax.errorbar(at, means, yerr=halves, color=COLOURS[3], linewidth=0.0 if factor.levels else 1.1,
                        elinewidth=1.0, marker="o", markersize=2.8, capsize=1.5, zorder=3)  # fmt: skip
            ax.set_xlabel(factor_axis(factor, labels))
            if factor.levels:
                ax.set_xticks(range(len(factor.levels)), factor.levels)
                ax.set_xlim(-0.6, len(factor.levels) - 0.4)
                ax.grid(axis="x", visible=False)
            else:
                ax.locator_params(axis="x", nbins=5)
            if i % columns == 0:
                ax.set_ylabel(titled(title, unit))
    return fig


def _binned(places: np.ndarray, values: np.ndarray, edges: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Middles of the bins that hold two points or more, their means and half-widths of 95 % intervals."""
    which = np.clip(np.searchsorted(edges, places, side="right") - 1, 0, len(edges) - 2)
    found = [
        ((edges[b] + edges[b + 1]) / 2.0, own.mean(), 1.96 * own.std(ddof=1) / np.sqrt(len(own)))
        for b in range(len(edges) - 1)
        if len(own := values[which == b]) > 1
    ]
    at, means, halves = np.array(found).reshape(-1, 3).T
    return at, means, halves
