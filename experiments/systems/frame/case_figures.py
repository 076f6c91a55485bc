"""Parts of figures of a table of cases: dots with intervals, paths of months, and a foot that says n and seed."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from chokepoint.sim.results import drawing
from chokepoint.sim.results.drawing import PAGE_MM

if TYPE_CHECKING:
    import pandas
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# From seaborn's colour-blind palette; a case keeps its place in the list in all panels of a figure.
COLOURS = ("#222222", "#0173b2", "#d55e00", "#029e73", "#cc78bc", "#ca9161", "#56b4e9")


def colours(cases: Sequence[str]) -> dict[str, str]:
    """A colour for each case, in their order; the first, the one that others are held against, is nearly black."""
    return {case: COLOURS[i % len(COLOURS)] for i, case in enumerate(cases)}


def cases_of(table: "pandas.DataFrame") -> list[str]:
    """The cases of a table in their order."""
    return list(dict.fromkeys(table["case"]))


def dots(ax: "Axes", rows: "pandas.DataFrame", look: Mapping[str, str], label: str, zero: bool = False) -> None:
    """One dot for each case with a line from low to high; the cases stand at the left, the first on top."""
    cases = [c for c in look if c in set(rows["case"])]
    for i, case in enumerate(cases):
        row = rows[rows["case"] == case].iloc[0]
        ax.plot([row["low"], row["high"]], [i, i], color=look[case], linewidth=1.6, alpha=0.5, solid_capstyle="butt")
        ax.plot([row["mean"]], [i], "o", color=look[case], markersize=4)
    ax.set_yticks(range(len(cases)), cases)
    ax.set_ylim(len(cases) - 0.5, -0.5)
    ax.grid(axis="y", visible=False)
    if zero:
        ax.axvline(0.0, color=drawing.GREY, linewidth=0.7)
    ax.margins(x=0.08)
    ax.set_xlabel(label)


def paths(
    ax: "Axes", rows: "pandas.DataFrame", look: Mapping[str, str], label: str, *,
    styles: Mapping[str, Any] | None = None, ticks: int = 8,
) -> None:  # fmt: skip
    """Months of each case: the mean as a line, low to high as a band."""
    for case, colour in look.items():
        own = rows[(rows["case"] == case) & (rows["time"] != "")]
        if own.empty:
            continue
        days: Any = [date.fromisoformat(t) for t in own["time"]]
        ax.plot(days, own["mean"], color=colour, linestyle=(styles or {}).get(case, "-"))
        if own["n"].iloc[0] > 1:
            ax.fill_between(days, own["low"], own["high"], color=colour, alpha=0.16, linewidth=0)
    times = sorted(t for t in rows["time"] if t)
    drawing.date_axis(ax, date.fromisoformat(times[0]), date.fromisoformat(times[-1]), ticks=ticks)
    ax.set_ylabel(label)


def key(look: Mapping[str, str], styles: Mapping[str, Any] | None = None) -> list[Any]:
    """Entries of a legend for cases drawn as paths."""
    from matplotlib.lines import Line2D

    return [Line2D([], [], color=c, linestyle=(styles or {}).get(case, "-"), label=case) for case, c in look.items()]


def foot(table: "pandas.DataFrame", title: str, note: str = "") -> str:
    """What was run: title, replications, seed, and what dots, lines and bands mean."""
    n, seed = int(table["n"].max()), int(table["seed"].iloc[0])
    spread = "means and 10-90 % of replications on common random numbers" if n > 1 else "one replication"
    return f"{title}. n = {n}, seed {seed}; {spread}{'; ' + note if note else ''}."


def panels(titles: Sequence[str], columns: int, width_mm: float = PAGE_MM) -> Any:
    """An empty figure with a panel for each title, each with axes of its own: (figure, list of axes)."""
    from matplotlib.figure import Figure

    rows = -(-len(titles) // columns)
    fig = Figure(figsize=(width_mm / drawing.MM_PER_INCH, 1.0))
    axes = list(fig.subplots(rows, columns, squeeze=False).flat)
    for ax in axes[len(titles) :]:
        ax.remove()
    for title, ax in zip(titles, axes, strict=False):
        ax.set_title(title)
    return fig, axes[: len(titles)]


def finish(fig: "Figure", rows_mm: float, table: "pandas.DataFrame", title: str, note: str = "",
           handles: Sequence[Any] = ()) -> "Figure":  # fmt: skip
    """Lay legend and foot below panels that are `rows_mm` high together."""
    return drawing.finish(fig, rows_mm, foot(table, title, note), handles)
