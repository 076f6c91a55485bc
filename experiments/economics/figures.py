"""One figure a row: the paths behind its answers with their limits, and below them the answers in words."""

from collections.abc import Sequence
from textwrap import fill
from typing import TYPE_CHECKING, Any

import numpy as np

from chokepoint.experiments.economics.asked import Panel, Row
from chokepoint.experiments.economics.suite import Answer
from chokepoint.experiments.telling.figure_parts import COLOURS, COLUMN_IN, DARK, PAGE_IN, SMALL, STYLES, sheet
from chokepoint.sim.results import drawing

if TYPE_CHECKING:
    from matplotlib.figure import Figure

HIGH_IN, BAR_IN, LINE_IN, HEAD_IN = 1.55, 0.24, 0.115, 0.3  # heights of a panel, a bar, a line of text, the title
WIDE = 10.0  # highest over lowest value of a panel from which its axis is logarithmic
FAIL = "#b00020"


def figure(answers: Sequence[Answer]) -> "Figure":
    """The figure of all answers to one row. In one column, in two where there are more than three panels."""
    several = len(answers) > 1
    panels = [(answer.world if several else "", panel) for answer in answers for panel in answer.panels]
    rows = [row for answer in answers for row in answer.rows]
    title = "; ".join(dict.fromkeys(answer.experiment.title for answer in answers))
    return drawn(f"{answers[0].experiment.row}  {title}", panels, rows)


def drawn(title: str, panels: Sequence[tuple[str, Panel]], rows: Sequence[Row]) -> "Figure":
    """A figure of panels, each with the world it is of where there are several, and the answers below them."""
    columns = 2 if len(panels) > 3 else 1
    width = PAGE_IN if columns == 2 else COLUMN_IN
    lines = _words(rows, 150 if columns == 2 else 72)
    heights = [HIGH_IN] * (-(-len(panels) // columns)) if panels else [BAR_IN * len(rows) + 0.4]
    text = LINE_IN * (len(lines) + 1)
    with drawing.theme():
        fig = sheet(width, sum(heights) + text + HEAD_IN)
        grid = fig.add_gridspec(len(heights) + 1, columns, height_ratios=[*heights, text])
        for i, (world, panel) in enumerate(panels):
            _draw(fig.add_subplot(grid[i // columns, i % columns]), panel, world)
        if not panels:
            _bars(fig.add_subplot(grid[0, :]), rows)
        _tell(fig.add_subplot(grid[-1, :]), lines)
        fig.suptitle(fill(title, 80), x=0.01, ha="left", fontsize=7.5 if len(title) < 65 else 6.0)
    return fig


def _draw(axes: Any, panel: Panel, world: str) -> None:
    """Lines over weeks, or over the places that a panel gives; limits are dashed."""
    finite = np.concatenate([np.asarray(line, dtype=float) for line in panel.lines.values()])
    finite = finite[np.isfinite(finite)]
    for i, (name, line) in enumerate(panel.lines.items()):
        colour = COLOURS[i % len(COLOURS)]
        places = panel.first + np.arange(len(line)) if panel.at is None else panel.at
        mark = "" if panel.at is None else "o"
        style = STYLES[i % len(STYLES)]
        axes.plot(places, line, color=colour, linestyle=style, label=name, marker=mark, markersize=2.2)
        if name in panel.bands:
            axes.fill_between(places, *panel.bands[name], color=colour, alpha=0.16, linewidth=0)
    for limit in (panel.low, panel.high):
        if limit is not None:
            axes.axhline(limit, color=DARK, linewidth=0.7, linestyle=(0, (2, 2)))
    if len(finite) and finite.min() > 0.0 and finite.max() > WIDE * finite.min() and not panel.straight:
        axes.set_yscale("log")
    if panel.at is not None:
        _mark_places(axes, panel.at, panel.logs)
    if panel.first < 0:
        axes.axvline(0.0, color="#999999", linewidth=0.6)
    axes.set_title(f"{panel.what}, {world}" if world else panel.what)
    axes.set_xlabel(panel.axis)
    axes.set_ylabel(panel.unit)
    if any(panel.lines):
        axes.legend(
            loc="best", fontsize=SMALL - 0.5, handlelength=2.2, labelspacing=0.2, frameon=True, framealpha=0.8,
            edgecolor="none",
        )  # fmt: skip


def _mark_places(axes: Any, at: np.ndarray, logs: bool) -> None:
    """Ticks of an x axis that is no time in weeks: at the places themselves where it is logarithmic, else whole numbers
    where places are."""
    if logs:
        axes.set_xscale("log")
        axes.set_xticks(at, [f"{place:g}" for place in at])
        axes.minorticks_off()
    elif np.array_equal(at, np.rint(at)):
        axes.locator_params(axis="x", integer=True)


def _bars(axes: Any, rows: Sequence[Row]) -> None:
    """Values where there are no paths, each with its limit."""
    for place, row in enumerate(rows):
        value = row.value if row.value is not None and np.isfinite(row.value) else 0.0
        axes.barh(place, value, color=COLOURS[0] if row.passed else FAIL, height=0.6)
        for limit in (row.asked.low, row.asked.high):
            if limit is not None:
                axes.plot([limit, limit], [place - 0.4, place + 0.4], color=DARK, linewidth=1.0)
    axes.set_yticks(range(len(rows)), [row.asked.part for row in rows])
    axes.invert_yaxis()
    axes.set_xlabel(rows[0].asked.unit or "value")


def _words(rows: Sequence[Row], width: int) -> list[tuple[str, str]]:
    """Each answer as one line, cut to a width, with its colour."""
    several = len({row.world for row in rows}) > 1
    lines = []
    for row in rows:
        world = f", {row.world}" if several else ""
        verdict = row.verdict if row.passed else row.verdict.upper()
        text = f"{verdict}  {row.asked.part}{world}: {row.told}, must be {row.asked.must}"
        text = f"{text}. {row.why}" if row.why else text
        lines.append((text if len(text) <= width else text[: width - 3] + "...", DARK if row.passed else FAIL))
    return lines


def _tell(axes: Any, lines: Sequence[tuple[str, str]]) -> None:
    """Lines of text in an empty frame."""
    axes.axis("off")
    for i, (text, colour) in enumerate(lines):
        axes.text(
            0.0, 1.0 - (i + 0.5) / len(lines), text, color=colour, fontsize=SMALL - 0.5, va="center",
            transform=axes.transAxes,
        )  # fmt: skip
