"""A comparison of the model with its rivals: for a terminal, as plain data, as tables and a figure."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from chokepoint.experiments.history.contest import (
    ALL,
    HORIZONS,
    MODEL,
    MODELS,
    Held,
    best_elasticity,
    closest,
    verdict,
)
from chokepoint.experiments.history.rivals import MIDDLE, RIVALS, constant
from chokepoint.experiments.runs.rivals import Contest
from chokepoint.experiments.telling.figure_parts import COLUMN_IN, DARK, SMALL, sheet
from chokepoint.sim.results import drawing

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SHOWN = (*HORIZONS, ALL)
WORSE = (0, (2, 1.5))  # dashes
TITLES = {name: f"{name} after the first act" for name in HORIZONS} | {ALL: "all dated prices after the first act"}


def as_data(contest: Contest) -> dict[str, Any]:
    """The comparison as one plain object. Errors are means of |ln error|, None where nothing was observed."""
    every = contest.episodes
    return {
        "replications": contest.replications, "seed": contest.seed, "failed": contest.failed,
        "episodes": [_episode(one) for one in every],
        "pooled": [
            {"rival": name, "error": _pooled(every, name), "crps": _pooled(every, name, scores=True)}
            for name in (*RIVALS, *MODELS)
        ],
        "episodes_counted": {w: sum(bool(one.windows[w]) for one in every) for w in SHOWN},
        "verdicts": [
            {"predictor": name, "elasticity": "best in hindsight" if hindsight else f"{MIDDLE:g}", **{
                key: list(names) for key, names in vars(verdict(every, name, hindsight)).items()
            }}
            for name in MODELS for hindsight in (False, True)
        ],
        "words": in_words(every),
    }  # fmt: skip


def _episode(one: Held) -> dict[str, Any]:
    case = one.case
    return {
        "episode": case.name, "eve": case.eve.isoformat(), "first": case.why, "half_life_weeks": one.half_life,
        "points": {name: len(at) for name, at in one.windows.items()},
        "best_elasticity_in_hindsight": best_elasticity(one),
        "rivals": [
            {
                "rival": name, "error": one.means(name), "crps": one.means(name, scores=True),
                "at_horizons": one.at_horizons(name), "spread": one.spreads[name],
            }
            for name in one.answers
        ],
    }  # fmt: skip


def _pooled(every: Sequence[Held], name: str, scores: bool = False) -> dict[str, float | None]:
    """Mean over episodes, each counting alike, by window."""
    found: dict[str, list[float]] = {window: [] for window in SHOWN}
    for one in every:
        means = one.means(name, scores)
        for window, values in found.items():
            if (value := means[window]) is not None:
                values.append(value)
    return {window: float(np.mean(values)) if values else None for window, values in found.items()}


def in_words(every: Sequence[Held]) -> list[str]:
    """Verdicts, and where each predictor wins, as sentences."""
    lines = []
    for name in MODELS:
        for hindsight in (False, True):
            found = verdict(every, name, hindsight)
            what = "the best elasticity of each episode in hindsight" if hindsight else constant(MIDDLE)
            below = f" ({', '.join(found.below)})" if found.below else ""
            lines.append(
                f"{_begun(name)} lies below the better of random walk and {what} in {len(found.below)} of "
                f"{len(found.counted)} episodes{below}, below half of it in {len(found.half)}."
            )
    blank = [one.case.name for one in every if one.at_horizons(MODEL) is None]
    if blank:
        lines.append(f"Nothing was observed within six weeks of a horizon in {', '.join(blank)}: not counted.")
    for name, wins in closest(every).items():
        lines.append(f"{_begun(name)} {_won(wins)}.")
    return lines


def _begun(name: str) -> str:
    return name[0].upper() + name[1:]


def _won(wins: Sequence[tuple[str, str]]) -> str:
    """Where something is closest, episode by episode."""
    told: dict[str, list[str]] = {}
    for episode, window in wins:
        told.setdefault(episode, []).append("over all its prices" if window == ALL else f"at {window}")
    where = "; ".join(f"in {episode} {', '.join(at)}" for episode, at in told.items())
    return f"is closest {where}" if where else "is closest nowhere"


def print_contest(contest: Contest, console: Any) -> None:
    """Print a table an episode, the pooled one, and the verdict."""
    from rich.table import Table

    def table(title: str, of: Mapping[str, int]) -> Table:
        made = Table(title=title, title_justify="left", header_style="bold")
        made.add_column("mean |ln error| (CRPS)")
        for window, points in of.items():
            made.add_column(f"{window}, {points}", justify="right")
        return made

    failed = {name: count for name, count in contest.failed.items() if count}
    console.print(
        f"\n{contest.replications} replications, seed {contest.seed}; errors of the median, in brackets the ranked "
        "probability score; behind a window the number of prices, or of episodes"
        + (f"; failed and left out: {failed}" if failed else "")
    )
    for one in contest.episodes:
        points = {name: len(at) for name, at in one.windows.items()}
        title = f"{one.case.name}, from {one.case.eve} on ({one.case.why}); half life {one.half_life:.0f} weeks"
        shown = table(title, points)
        for name in one.answers:
            means, scores = one.means(name), one.means(name, scores=True)
            shown.add_row(name, *(_cell(means[w], scores[w]) for w in points), style=_style(name))
        console.print(shown)
    counted = {w: sum(bool(one.windows[w]) for one in contest.episodes) for w in SHOWN}
    pooled = table("pooled, each episode counting alike", counted)
    for name in (*RIVALS, *MODELS):
        means, scores = _pooled(contest.episodes, name), _pooled(contest.episodes, name, scores=True)
        pooled.add_row(name, *(_cell(means[w], scores[w]) for w in SHOWN), style=_style(name))
    console.print(pooled)
    for line in in_words(contest.episodes):
        console.print(line)


def _cell(error: float | None, score: float | None) -> str:
    return "" if error is None or score is None else f"{error:.2f} ({score:.2f})"


def _style(name: str) -> str | None:
    return "bold" if name == MODEL else None


def write(contest: Contest, folder: Path) -> list[Path]:
    """`rivals.csv`, a row an episode, predictor and window; `prices.csv`, a row a price; `rivals.png`."""
    folder.mkdir(parents=True, exist_ok=True)
    files = [folder / "rivals.csv", folder / "prices.csv", folder / "rivals.png"]
    _rows(files[0], list(_errors(contest)))
    _rows(files[1], list(_prices(contest)))
    told = {"Title": "rivals", "Description": "errors of the model and of its rivals", "Software": "Chokepoint"}
    figure(contest).savefig(files[2], dpi=drawing.DPI, metadata=told)
    return files


def _rows(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        table.writeheader()
        table.writerows({k: f"{v:.6g}" if isinstance(v, float) else v for k, v in row.items()} for row in rows)


def _errors(contest: Contest) -> Any:
    for one in contest.episodes:
        for name in one.answers:
            means, scores = one.means(name), one.means(name, scores=True)
            for window, at in one.windows.items():
                if at:
                    yield {
                        "episode": one.case.name, "eve": one.case.eve, "first": one.case.why, "predictor": name,
                        "window": window, "prices": len(at), "mean_abs_ln_error": means[window], "crps": scores[window],
                        "spread_ln": one.spreads[name], "half_life_weeks": one.half_life,
                    }  # fmt: skip


def _prices(contest: Contest) -> Any:
    for one in contest.episodes:
        said = {name: np.exp(np.median(answers, axis=0)) for name, answers in one.answers.items()}
        for i, (quote, anchor) in enumerate(zip(one.case.quotes, one.case.anchors, strict=True)):
            yield {
                "episode": one.case.name, "market": quote.market, "item": quote.item, "first": quote.first,
                "last": quote.last, "last_seen": "base year" if anchor is None else anchor.last,
                "observed_usd_per_kg": float(np.exp(quote.log_value)),
                **{f"{name}, USD/kg": float(values[i]) for name, values in said.items()},
            }  # fmt: skip


def figure(contest: Contest) -> "Figure":
    """The model's error beside that of the best rival of each episode, horizon by horizon: filled and open marks,
    joined; a line of dashes where the model is the worse of the two."""
    shown = [w for w in SHOWN if any(one.windows[w] for one in contest.episodes)]
    count = len(contest.episodes)
    most = max(
        value for one in contest.episodes for name in one.answers for w in shown
        if name in (MODEL, *_best(one, w)) and (value := one.means(name)[w]) is not None
    )  # fmt: skip
    with drawing.theme():
        fig = sheet(COLUMN_IN * 2, (0.22 * count + 0.45) * ((len(shown) + 1) // 2) + 0.3)
        grid = fig.subplots((len(shown) + 1) // 2, 2, squeeze=False, sharex=True)
        for axes, window in zip(grid.flat, shown, strict=False):
            for place, one in enumerate(contest.episodes):
                _pair(axes, place, one, window)
            axes.set_yticks(range(count), [one.case.name for one in contest.episodes])
            axes.set_ylim(count - 0.4, -0.6)
            axes.set_xlim(0.0, 1.5 * most)
            axes.set_title(TITLES[window])
        for axes in list(grid.flat)[len(shown) :]:
            axes.axis("off")
        for axes in grid[-1]:
            axes.set_xlabel("mean |ln error|")
        for axes in grid[:, 1]:
            axes.set_yticklabels([])
        fig.legend(handles=_key(grid[0, 0]), loc="outside lower center", ncols=3)
    return fig


def _best(one: Held, window: str) -> list[str]:
    """The rival that is closest in a window; none where nothing was observed."""
    found = {name: value for name in RIVALS if (value := one.means(name)[window]) is not None}
    return [min(found, key=lambda name: found[name])] if found else []


def _key(axes: Any) -> list[Any]:
    """What the marks mean."""
    return [
        axes.plot([], [], "o", color=DARK, markersize=4.0, label="this model")[0],
        axes.plot([], [], "D", color=DARK, markersize=5.0, markerfacecolor="white", label="best rival, named")[0],
        axes.plot([], [], color=DARK, linewidth=0.9, linestyle=WORSE, label="the model is the worse")[0],
    ]


def _pair(axes: Any, place: int, one: Held, window: str) -> None:
    """Both errors of an episode in one line, and the name of the rival."""
    error = one.means(MODEL)[window]
    if error is None:
        axes.text(0.0, place, " nothing observed", va="center", fontsize=SMALL, color=DARK, style="italic")
        return
    (name,) = _best(one, window)
    rival = one.means(name)[window] or 0.0
    line = "-" if error <= rival else WORSE
    axes.plot([error, rival], [place, place], color=DARK, linewidth=0.9, linestyle=line)
    axes.plot(rival, place, marker="D", color=DARK, markerfacecolor="white", markersize=5.5)
    axes.plot(error, place, marker="o", color=DARK, markersize=3.5)
    axes.text(max(error, rival), place, f"   {name}", va="center", fontsize=SMALL, color=DARK)
