"""Fitting the table of behavioural parameters to history: one table for all episodes, many starts, all reported.

The objective (`objective.py`) is searched from the medians of the priors and from Latin-hypercube starts by
Levenberg-Marquardt on differences (`least_squares.py`) or by covariance-matrix adaptation (`adaptation.py`).
"""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path

import numpy as np

from chokepoint.experiments.history.catalogue import find, names
from chokepoint.experiments.inference import adaptation, least_squares
from chokepoint.experiments.inference.objective import Aim, Problem, scored
from chokepoint.experiments.inference.search import Search, Start
from chokepoint.sim.engine.files import write_whole
from chokepoint.sim.scenario.problems import BadInput, nearest

Descend = Callable[[Search, int, np.ndarray, int], Start]
METHODS: Mapping[str, Descend] = {"least-squares": least_squares.descend, "adaptation": adaptation.descend}
USUAL = "least-squares"


def calibrate(
    problem: Problem, starts: int, evaluations: int, folder: Path, workers: int = 2,
    tell: Callable[[str], None] | None = None, method: str = USUAL,
) -> list[Start]:  # fmt: skip
    """Search from many starts and report all of them, best first; `starts.json` in `folder` keeps those done, so that
    an interrupted calibration goes on where it stopped. `BadInput` when the folder holds another problem."""
    if method not in METHODS:
        raise BadInput([f"--method {method}: unknown ({nearest(method, METHODS)})"], "calibrate")
    described = {"problem": repr(problem), "starts": starts, "evaluations": evaluations, "method": method}
    path = folder / "starts.json"
    done: list[Start] = []
    if path.is_file():
        kept = json.loads(path.read_text(encoding="utf-8"))
        if {k: kept.get(k) for k in described} != described:
            raise BadInput([f"{folder}: holds another calibration"], "calibrate")
        done = [Start(**s) for s in kept["done"]]
    folder.mkdir(parents=True, exist_ok=True)
    with Search(problem, workers) as search:
        for i, start in enumerate(search.starts(starts)):
            if any(s.number == i for s in done):
                continue
            begun = time.monotonic()
            found = METHODS[method](search, i, start, evaluations)
            done.append(found)
            write_whole(path, json.dumps({**described, "done": [asdict(s) for s in done]}, indent=1))
            if tell is not None:
                left = (time.monotonic() - begun) * (starts - i - 1) / 60.0
                tell(f"start {i + 1} of {starts}: {found.first:.1f} -> {found.objective:.2f}, {left:.0f} minutes left")
    return sorted(done, key=lambda s: s.objective)


def aims_until(episodes: Sequence[str], last: date | None) -> tuple[Aim, ...]:
    """Aims for episodes, all that ship and are scored where none is named; with `last`, only observations up to that
    day are fitted, and nothing later is run. Facts are left out then: those of a peak or a default look at the whole of
    a run, which would end too early. `BadInput` names episodes of which nothing is scored."""
    first = date(1900, 1, 1)
    aims = [
        Aim(name) if last is None else Aim(name, (f"end={last}",), (first, last), facts=False)
        for name in episodes or names()
    ]
    empty = [f"{aim.episode}: nothing is scored of it (facts.toml)" for aim in aims if not _is_scored(aim)]
    if empty and (episodes or len(empty) == len(aims)):
        raise BadInput(empty, "calibrate")
    return tuple(aim for aim in aims if _is_scored(aim))


def _is_scored(aim: Aim) -> bool:
    episode = find(aim.episode)
    history = episode.facts.history
    return bool(scored(episode, aim)) or (history is not None and bool(history.chosen(span=aim.span).any()))
