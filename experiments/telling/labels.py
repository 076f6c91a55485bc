"""Labels in figures that keep clear of each other: names at the ends of lines, names beside points."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from chokepoint.experiments.telling.figure_parts import DARK, SMALL
from chokepoint.sim.results import drawing

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Places that a name is tried at, around its point: distances in points, and directions in degrees, best first.
RADII = (4.0, 8.0, 13.0, 19.0, 26.0, 34.0, 44.0, 56.0)
ANGLES = (0, 90, 45, -45, -90, 180, 135, -135, 20, -20, 160, -160, 68, -68, 112, -112)
CLOSE = 5.0  # points: a name farther away gets a hairline
FREE = 1e-6  # square pixels: nothing is covered


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


def place_labels(ax: "Axes", points: np.ndarray, reach: np.ndarray, texts: Sequence[str]) -> None:
    """Write texts beside the first points so that they cover neither each other, nor any point, bar or earlier text,
    and stand nearest to their own point; one that has to stand off gets a hairline, across no other text where that
    can be. Call it last: it measures the finished axes.

    points: (points, 2); reach: where the horizontal bar of each begins and ends, (points, 2).
    """
    ground = _Ground(ax, points, reach)
    for mark, at, text in zip(ground.marks, points, texts, strict=False):
        radius, box = ground.best_place(mark, text)
        off = radius > CLOSE
        ground.take(mark, box, line=off)
        offset = (_middle(box) - mark) / ground.pixel
        line = {"arrowstyle": "-", "color": drawing.GREY, "linewidth": 0.4, "shrinkA": 0.0, "shrinkB": 2.0}
        ax.annotate(
            text, (float(at[0]), float(at[1])), (float(offset[0]), float(offset[1])), textcoords="offset points",
            ha="center", va="center", fontsize=SMALL, color=DARK, arrowprops=line if off else None, gid="name",
        )  # fmt: skip


class _Ground:
    """What stands on finished axes, in pixels: marks of points, boxes that are taken, names and their hairlines."""

    def __init__(self, ax: "Axes", points: np.ndarray, reach: np.ndarray):
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.transforms import Bbox

        fig: Any = ax.figure
        self.ax, self.box = ax, Bbox.from_bounds
        self.renderer: Any = FigureCanvasAgg(fig).get_renderer()
        fig.draw_without_rendering()
        self.pixel = fig.dpi / 72.0  # pixels a point
        self.frame = ax.get_window_extent(self.renderer)
        self.marks = ax.transData.transform(points)
        size = 5.0 * self.pixel
        self.taken = [self.box(x - 0.5 * size, y - 0.5 * size, size, size) for x, y in self.marks]
        for (low, high), at in zip(reach, points[:, 1], strict=True):
            (left, level), (right, _) = ax.transData.transform([(low, at), (high, at)])
            self.taken.append(self.box(left, level - self.pixel, right - left, 2.0 * self.pixel))
        self.taken += [text.get_window_extent(self.renderer) for text in ax.texts]
        self.names: list[Any] = []
        self.lines: list[tuple[np.ndarray, np.ndarray]] = []

    def best_place(self, mark: np.ndarray, text: str) -> tuple[float, Any]:
        """Where a text covers least, the nearest of equals: distance from its mark in points, and its box."""
        best: tuple[float, float, Any] | None = None
        for radius, middle, box in self._places(mark, text):
            if best is not None and best[0] < FREE and radius > best[1]:
                break
            cost = self._cost(mark, middle, box)
            if best is None or cost < best[0] - FREE:
                best = (cost, radius, box)
        assert best is not None
        return best[1], best[2]

    def _places(self, mark: np.ndarray, text: str) -> Iterator[tuple[float, np.ndarray, Any]]:
        """Places to try for a text, ring by ring: distance, middle and box."""
        probe = self.ax.text(0.0, 0.0, text, fontsize=SMALL, transform=None)
        extent = probe.get_window_extent(self.renderer)
        probe.remove()
        for radius in RADII:
            for angle in ANGLES:
                across, up = np.cos(np.radians(angle)), np.sin(np.radians(angle))
                middle = mark + self.pixel * radius * np.array([across, up])
                middle += 0.5 * np.array([extent.width * np.clip(1.6 * across, -1.0, 1.0), extent.height * up])
                corner = middle - 0.5 * np.array([extent.width, extent.height])
                yield radius, middle, self.box(corner[0], corner[1], extent.width, extent.height)

    def _cost(self, mark: np.ndarray, middle: np.ndarray, box: Any) -> float:
        """What a box covers, in square pixels, and as much again for what lies outside the frame, for a box that is
        nearer to another mark, and for every text that its hairline or another one would cross."""
        cost = sum(_overlap(box, other) for other in self.taken) + box.width * box.height - _overlap(box, self.frame)
        gaps = _gaps(box, self.marks)
        cost += 0.0 if gaps.min() >= _gaps(box, mark[None])[0] - 1e-6 else 10.0 * self.pixel**2
        cross = _crossed(mark, middle, self.names) + sum(_crossed(*line, [box]) for line in self.lines)
        return float(cost + 5.0 * self.pixel**2 * cross)

    def take(self, mark: np.ndarray, box: Any, *, line: bool) -> None:
        """A name stands there from now on, with a hairline to its mark."""
        self.taken.append(box)
        self.names.append(box)
        if line:
            self.lines.append((mark, _middle(box)))


def _middle(box: Any) -> np.ndarray:
    return np.array([box.x0 + box.x1, box.y0 + box.y1]) / 2.0


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
