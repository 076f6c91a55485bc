"""Parts that figures of an analysis share: sizes, colours, axes with units, labels that keep clear of each other."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from chokepoint.experiments.analysis.factors import Factor
from chokepoint.sim.results import drawing

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLUMN_IN, PAGE_IN = 3.5, 7.2  # widths of a column and of a page of a journal
# From seaborn's colour-blind palette, in an order in which neighbours differ in lightness as well.
COLOURS = ("#0173b2", "#de8f05", "#029e73", "#d55e00", "#cc78bc", "#56b4e9", "#ca9161")
STYLES = ("-", (0, (5, 1.5)), (0, (1.5, 1)), (0, (5, 1.5, 1.2, 1.5)), (0, (8, 2)), (0, (3, 1)), (0, (1, 2)))
DARK, PALE = "#333333", "#d9d9d9"
TINY, SMALL = 5.5, 6.0  # points

Labels = Mapping[str, str] | None


def sheet(width_in: float, height_in: float) -> "Figure":
    """An empty figure, laid out so that nothing is cut off."""
    from matplotlib.figure import Figure

    fig = Figure(figsize=(width_in, height_in))
    fig.set_layout_engine("constrained", w_pad=0.03, h_pad=0.03, wspace=0.02, hspace=0.02)
    return fig


def titled(text: str, unit: str) -> str:
    """What an axis shows, with its unit."""
    return f"{text} ({unit})" if unit else text


def label(name: str, labels: Labels) -> str:
    """What a factor or policy is called in a figure: its name, or what `labels` says."""
    return (labels or {}).get(name, name)


def factor_axis(factor: Factor, labels: Labels) -> str:
    """A factor as an axis, with its unit where it has one."""
    return titled(label(factor.name, labels), "" if factor.levels else factor.unit)


def number(x: float) -> str:
    """A number as short as it can be read: three digits, thousands with commas."""
    if x != 0.0 and (abs(x) >= 1e6 or abs(x) < 1e-3):
        return f"{x:.2e}"
    return f"{x:,.0f}" if abs(x) >= 1000 else f"{x:.3g}"


def end_labels(ax: "Axes", ends: Sequence[tuple[float, str, str]], height_in: float) -> None:
    """Names at the right edge beside the ends of lines, moved apart. ends: value, text, colour; height_in: of axes."""
    low, high = ax.get_ylim()
    ax.set_ylim(low, high)
    ordered = sorted(ends)
    places = drawing.apart([y for y, _, _ in ordered], 1.15 * SMALL / 72.0 / height_in * (high - low))
    shift = max(0.0, low - places[0]) if places else 0.0
    edge = ax.get_yaxis_transform()
    for (y, text, colour), at in zip(ordered, places, strict=True):
        ax.plot([1.005, 1.03], [y, at + shift], transform=edge, color=colour, linewidth=0.8, clip_on=False)
        ax.text(1.04, at + shift, text, transform=edge, va="center", ha="left", fontsize=SMALL, color=DARK)


def place_labels(ax: "Axes", x: np.ndarray, y: np.ndarray, reach: np.ndarray, texts: Sequence[str]) -> None:
    """Write texts beside the first points so that they cover neither each other, nor any point, bar or earlier text,
    and stand nearest to their own point; one that has to stand off gets a hairline, across no other text where that
    can be. Call it last: it measures the finished axes.

    x, y: (points,); reach: where the horizontal bar of each begins and ends, (points, 2).
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.transforms import Bbox

    fig: Any = ax.figure
    renderer = FigureCanvasAgg(fig).get_renderer()
    fig.draw_without_rendering()
    pixel = fig.dpi / 72.0  # pixels a point
    frame = ax.get_window_extent(renderer)
    marks = ax.transData.transform(np.column_stack([x, y]))
    taken = [Bbox.from_bounds(px - 2.5 * pixel, py - 2.5 * pixel, 5.0 * pixel, 5.0 * pixel) for px, py in marks]
    for (low, high), at in zip(reach, y, strict=True):
        (left, level), (right, _) = ax.transData.transform([(low, at), (high, at)])
        taken.append(Bbox.from_bounds(left, level - pixel, right - left, 2.0 * pixel))
    taken += [text.get_window_extent(renderer) for text in ax.texts]
    names: list[Any] = []
    lines: list[tuple[np.ndarray, np.ndarray]] = []
    for mark, at, text in zip(marks, zip(x, y, strict=True), texts, strict=False):
        probe = ax.text(0.0, 0.0, text, fontsize=SMALL, transform=None)
        extent = probe.get_window_extent(renderer)
        probe.remove()
        best: tuple[float, float, Any] | None = None
        for radius in (4.0, 8.0, 13.0, 19.0, 26.0, 34.0, 44.0, 56.0):
            for angle in (0, 90, 45, -45, -90, 180, 135, -135, 20, -20, 160, -160, 68, -68, 112, -112):
                across, up = np.cos(np.radians(angle)), np.sin(np.radians(angle))
                middle = mark + pixel * radius * np.array([across, up])
                middle += 0.5 * np.array([extent.width * np.clip(1.6 * across, -1.0, 1.0), extent.height * up])
                corner = middle - 0.5 * np.array([extent.width, extent.height])
                box = Bbox.from_bounds(corner[0], corner[1], extent.width, extent.height)
                cost = sum(_overlap(box, other) for other in taken) + box.width * box.height - _overlap(box, frame)
                gaps = _gaps(box, marks)
                cost += 0.0 if gaps.min() >= _gaps(box, mark[None])[0] - 1e-6 else 10.0 * pixel**2
                cross = _crossed(mark, middle, names) + sum(_crossed(*line, [box]) for line in lines)
                cost += 5.0 * pixel**2 * cross
                if best is None or cost < best[0] - 1e-6:
                    best = (cost, radius, box)
            if best is not None and best[0] < 1e-6:
                break
        assert best is not None
        _, radius, box = best
        taken.append(box)
        names.append(box)
        lines += [(mark, np.array([box.x0 + box.x1, box.y0 + box.y1]) / 2.0)] if radius > 5.0 else []
        offset = (np.array([box.x0 + box.x1, box.y0 + box.y1]) / 2.0 - mark) / pixel
        line = {"arrowstyle": "-", "color": drawing.GREY, "linewidth": 0.4, "shrinkA": 0.0, "shrinkB": 2.0}
        ax.annotate(
            text, at, (float(offset[0]), float(offset[1])), textcoords="offset points", ha="center", va="center",
            fontsize=SMALL, color=DARK, arrowprops=line if radius > 5.0 else None, gid="name",
        )  # fmt: skip


def _overlap(one: Any, other: Any) -> float:
    """Area that two boxes share, in square pixels."""
    width = min(one.x1, other.x1) - max(one.x0, other.x0)
    height = min(one.y1, other.y1) - max(one.y0, other.y0)
    return float(width * height) if width > 0.0 and height > 0.0 else 0.0


def _gaps(box: Any, marks: np.ndarray) -> np.ndarray:
    """Distance of each mark from the edge of a box, in pixels. marks: (points, 2)."""
    across = np.maximum(np.maximum(box.x0 - marks[:, 0], marks[:, 0] - box.x1), 0.0)
    up = np.maximum(np.maximum(box.y0 - marks[:, 1], marks[:, 1] - box.y1), 0.0)
    return np.asarray(np.hypot(across, up))


def _crossed(start: np.ndarray, end: np.ndarray, boxes: Sequence[Any]) -> int:
    """How many boxes a line runs through."""
    along = start + np.linspace(0.0, 1.0, 25)[:, None] * (end - start)
    return sum(bool((_gaps(box, along) == 0.0).any()) for box in boxes)
