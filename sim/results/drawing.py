"""The craft of figures: theme, bands, observed points, event lines, the foot of a figure, the PNG file.

Widths are in mm because figures are made for a printed column (90 mm) or page (180 mm). Every figure says at
its foot what was run; the PNG file repeats the identity of the run in its text chunk.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from chokepoint.sim.results.record import Recorded

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLUMN_MM, PAGE_MM = 90.0, 180.0
MM_PER_INCH, MM_PER_POINT = 25.4, 0.3528
DPI = 220

# From seaborn's colour-blind palette, named by what they show so that all figures agree.
OUTSIDE, INSIDE, SMUGGLED, HISTORY, GREY = "#0173b2", "#de8f05", "#cc78bc", "#222222", "#767676"
MARKET_COLOUR = {"outside": OUTSIDE, "inside": INSIDE}
MARKET_MARKER = {"outside": "o", "inside": "D"}

Event = tuple[date, str]


@dataclass(frozen=True)
class Point:
    """An observed value of a panel (`column`: a material or country), in the unit of the panel.

    `day` is where it is drawn, `first` and `last` the days it stands for. `mark`: filled, hollow or cross.
    """

    column: str
    market: str
    day: date
    value: float
    first: date | None = None
    last: date | None = None
    mark: str = "hollow"


def theme() -> AbstractContextManager[None]:
    """The look of all figures, as a context that leaves the settings of the caller alone."""
    import matplotlib
    import seaborn
    from cycler import cycler

    sizes = {
        "font.size": 7.0, "axes.titlesize": 7.5, "axes.labelsize": 7.0, "xtick.labelsize": 6.5, "ytick.labelsize": 6.5,
        "legend.fontsize": 6.5, "axes.titlepad": 3.0, "axes.labelpad": 2.0, "xtick.major.pad": 1.5,
        "ytick.major.pad": 1.5, "axes.linewidth": 0.6, "grid.linewidth": 0.4, "grid.color": "#dddddd",
        "axes.edgecolor": "#aaaaaa", "axes.titleweight": "bold", "axes.titlelocation": "left",
        "lines.linewidth": 1.1, "hatch.linewidth": 0.5, "axes.axisbelow": True, "legend.frameon": False,
    }  # fmt: skip
    style = {**seaborn.axes_style("whitegrid"), **sizes}
    style["axes.prop_cycle"] = cycler(color=seaborn.color_palette("colorblind").as_hex())
    return matplotlib.rc_context(style)


def days_of(run: Recorded) -> list[date]:
    """The first day of each step."""
    return [run.start + timedelta(days=int(t * run.step_days)) for t in range(run.steps)]


def last_day(run: Recorded) -> date:
    """The last day of the last step."""
    return run.start + timedelta(days=int(run.steps * run.step_days) - 1)


def during(run: Recorded, events: Sequence[Event]) -> list[Event]:
    """The events within the days of a run, in order."""
    return sorted(e for e in events if run.start <= e[0] <= last_day(run))


def spread(data: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """10 %, 50 % and 90 % quantile over replications, the first axis of `data`."""
    low, middle, high = np.quantile(data, [0.1, 0.5, 0.9], axis=0)
    return low, middle, high


def band_text(run: Recorded) -> str:
    """What lines and bands mean, for a caption."""
    return "lines: median, bands: 10-90 % of replications" if run.replications > 1 else "lines: one replication"


def caption(run: Recorded, note: str = "") -> str:
    """What was run: title, replications, seed, identity; `note` says how to read the figure."""
    head = f"{run.title}. n = {run.replications}, seed {run.manifest['seed']}, run {run.manifest['identity']}"
    return f"{head}; {note or band_text(run)}."


def band(ax: Axes, days: Sequence[Any], data: np.ndarray, colour: str) -> None:
    """Median as a line and 10-90 % as a band; data: (replications, days)."""
    low, middle, high = spread(data)
    ax.plot(days, middle, color=colour, zorder=3)
    if len(data) > 1:
        ax.fill_between(days, low, high, color=colour, alpha=0.22, linewidth=0, zorder=2)


def observed(ax: Axes, points: Sequence[Point], colour: str, marker: str, gid: str) -> None:
    """Observed points in the colour of their line; a hairline spans the days that an average stands for."""
    for p in points:
        if p.first is not None and p.last is not None and (p.last - p.first).days > 40:
            ax.hlines(p.value, p.first, p.last, color=colour, linewidth=0.6, alpha=0.7, zorder=3.5)  # type: ignore[arg-type]
    for mark in ("cross", "hollow", "filled"):
        chosen = [p for p in points if p.mark == mark]
        if chosen:
            look = point_look(colour, marker, mark)
            days: Any = [p.day for p in chosen]
            ax.plot(days, [p.value for p in chosen], zorder=5, gid=f"{gid} {mark}", **look)


def point_look(colour: str, marker: str, mark: str) -> dict[str, Any]:
    """Line properties of an observed point."""
    look: dict[str, Any] = {"linestyle": "none", "marker": marker, "markersize": 3.0, "markeredgewidth": 0.7}
    if marker == "D":
        look["markersize"] = 2.5
    if mark == "cross":
        return {**look, "marker": "x" if marker == "o" else "+", "markersize": 2.8, "markeredgecolor": colour}
    face = "white" if mark == "hollow" else colour
    return {**look, "markerfacecolor": face, "markeredgecolor": colour if mark == "hollow" else "white"} | (
        {"markeredgewidth": 0.4, "markersize": look["markersize"] + 0.7} if mark == "filled" else {}
    )


def apart(at: Sequence[float], gap: float) -> list[float]:
    """Ascending positions moved as little as possible until neighbours are `gap` apart."""
    groups: list[tuple[float, int]] = []  # middle and number of members
    for x in at:
        middle, count = x, 1
        while groups and middle - (count - 1) * gap / 2 < groups[-1][0] + (groups[-1][1] - 1) * gap / 2 + gap:
            other, members = groups.pop()
            middle, count = (middle * count + other * members) / (count + members), count + members
        groups.append((middle, count))
    return [middle + (i - (count - 1) / 2) * gap for middle, count in groups for i in range(count)]


def event_lines(ax: Axes, events: Sequence[Event], width_mm: float) -> None:
    """Thin vertical lines, numbered in a strip under the title; events in order. width_mm: of the panel."""
    from matplotlib.dates import date2num

    first, last = ax.get_xlim()
    number_of: Any = date2num
    days = [float(number_of(day)) for day, _ in events]
    unit = (last - first) / width_mm
    for number, (x, at) in enumerate(zip(days, apart(days, 1.5 * unit), strict=True), start=1):
        ax.axvline(x, color=GREY, linewidth=0.5, linestyle=(0, (3, 2)), zorder=1.5, gid="event")
        ax.annotate(
            str(number), (at, 1.0), (0, 1.0), xycoords=ax.get_xaxis_transform(), textcoords="offset points",
            ha="center", va="bottom", fontsize=5.5, color="#444444", gid="number",
        )  # fmt: skip
    if events:
        ax.set_title(ax.get_title("left"), pad=8.5)


def event_key(events: Sequence[Event]) -> list[str]:
    """The numbered labels of events."""
    return [f"{i} {label} ({day.day} {day:%b %Y})" for i, (day, label) in enumerate(events, start=1)]


def _lines(parts: Sequence[str], chars: int) -> list[str]:
    """Join parts with wide gaps into lines of at most `chars` characters, never breaking a part."""
    lines: list[str] = []
    for part in parts:
        joined = f"{lines[-1]}     {part}" if lines else ""
        if joined and len(joined) <= chars:
            lines[-1] = joined
        else:
            lines.append(part)
    return lines


def _legend_columns(labels: Sequence[str], width_mm: float) -> int:
    """How many columns of a legend fit; entries fill it column by column."""
    widths = [len(label) * 6.5 * 0.56 * MM_PER_POINT + 9.5 for label in labels]
    for columns in range(len(widths), 1, -1):
        rows = -(-len(widths) // columns)
        used = -(-len(widths) // rows)
        if sum(max(widths[i * rows : (i + 1) * rows]) for i in range(used)) <= width_mm:
            return used
    return 1


def finish(fig: Figure, panels_mm: float, foot: str, handles: Sequence[Any] = (), key: Sequence[str] = ()) -> Figure:
    """Set the height and lay the foot below the panels: legend, key of events, caption. Nothing covers data."""
    width = fig.get_figwidth() * MM_PER_INCH
    texts = []
    y = 1.2
    for lines, size, colour in (
        (textwrap.wrap(foot, int((width - 6) / (5.3 * 0.53 * MM_PER_POINT))), 5.3, GREY),
        (_lines(key, int((width - 6) / (6.2 * 0.54 * MM_PER_POINT))), 6.2, "#333333"),
    ):
        if lines:
            texts.append((y, "\n".join(lines), size, colour))
            y += len(lines) * size * 1.32 * MM_PER_POINT + 1.2
    columns = _legend_columns([str(h.get_label()) for h in handles], width - 6)
    legend_mm = 3.6 * -(-len(handles) // columns) + 0.8 if handles else 0.0
    height = y + legend_mm + panels_mm
    fig.set_size_inches(width / MM_PER_INCH, height / MM_PER_INCH)
    for at, text, size, colour in texts:
        fig.text(3 / width, at / height, text, fontsize=size, color=colour, va="bottom", ha="left", linespacing=1.25)
    if handles:
        fig.legend(
            handles=list(handles), loc="center", bbox_to_anchor=(0.5, (y + legend_mm / 2) / height), ncols=columns,
            columnspacing=1.4, handlelength=1.8, handletextpad=0.5, borderpad=0.0, labelspacing=0.35,
        )  # fmt: skip
    share = (y + legend_mm) / height
    fig.set_layout_engine("constrained", rect=(0.008, share, 0.984, 1 - share - 0.006), w_pad=0.03, h_pad=0.025)
    return fig


def panels(names: Sequence[str], columns: int, width_mm: float, share_y: bool) -> tuple[Figure, list[Axes]]:
    """An empty figure with one panel for each name; left-over places of the last row stay blank."""
    from matplotlib.figure import Figure

    rows = -(-len(names) // columns)
    fig = Figure(figsize=(width_mm / MM_PER_INCH, 1.0))
    grid = fig.subplots(rows, columns, sharex=True, sharey=share_y, squeeze=False)
    axes = list(grid.flat)
    blank = axes[len(names) :]
    for ax in axes[-2 * columns : -columns] if blank else ():
        ax.tick_params(labelbottom=True)
    for ax in blank:
        ax.remove()
    for name, ax in zip(names, axes, strict=False):
        ax.set_label(name)
        ax.set_title(name)
    return fig, axes[: len(names)]


def date_axis(ax: Axes, first: date, last: date, ticks: int = 10) -> None:
    """Years, or months where the span is short."""
    from matplotlib import dates

    kinds: Any = dates  # has no types
    locator = kinds.AutoDateLocator(minticks=2, maxticks=ticks)
    ax.set_xlim(first, last)  # type: ignore[arg-type]
    ax.xaxis.set_major_locator(locator)
    ax.xaxis.set_major_formatter(kinds.ConciseDateFormatter(locator, show_offset=(last - first).days < 1000))


def log_axis(ax: Axes) -> None:
    """A log axis with plain numbers, few enough to read."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    ax.set_yscale("log")
    low, high = ax.get_ylim()
    decades = np.log10(high / low)
    subs = (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8) if decades < 0.7 else (1, 2, 5) if decades < 1.7 else (1, 3)
    ax.yaxis.set_major_locator(LogLocator(subs=subs, numticks=20))
    ax.yaxis.set_minor_locator(LogLocator(subs=tuple(range(1, 10)), numticks=40))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:,.0f}" if v >= 10 else f"{v:.3g}"))
    ax.yaxis.set_minor_formatter(NullFormatter())


def write(fig: Figure, path: Path, run: Recorded) -> Path:
    """Write a PNG that carries what was run in its text chunk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = (
        f"{run.title}; scenario {run.name}; run {run.manifest['identity']}; seed {run.manifest['seed']}; "
        f"{run.replications} replications"
    )
    fig.savefig(path, dpi=DPI, metadata={"Title": path.stem, "Description": text, "Software": "Chokepoint"})
    return path
