"""Each episode predicted by a fit that has not seen it.

The parameters are fitted to all other episodes together, from the medians of their priors; the episode that was left
out is then scored with them, beside its score at the values that ship. An episode that shares its scenario with another
(2019 and 2020) is left out together with it, since the same run would be fitted.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from chokepoint.experiments.history.catalogue import find
from chokepoint.experiments.history.scoring import Score
from chokepoint.experiments.inference.calibration import calibrate
from chokepoint.experiments.inference.objective import Problem, Target
from chokepoint.experiments.runs.score import score
from chokepoint.sim.engine.files import write_whole
from chokepoint.sim.scenario.problems import BadInput, nearest

FILE = "left_out.json"


def leave_out(
    problem: Problem, episodes: Sequence[str], evaluations: int, replications: int, folder: Path, workers: int = 2,
    tell: Callable[[str], None] | None = None,
) -> list[dict[str, Any]]:  # fmt: skip
    """Fit without and score each of these episodes (all of the problem where none is named), one row each.

    `left_out.json` in `folder` keeps what is done, and each fit has a folder of its own, so that it goes on where it
    stopped. `BadInput` for an episode that the problem does not have, and where the folder holds another problem.
    """
    names = [aim.episode for aim in problem.aims]
    unknown = [f"{e}: not among the episodes ({nearest(e, names)})" for e in episodes if e not in names]
    if unknown:
        raise BadInput(unknown, "leave-out")
    described = {"problem": repr(problem), "evaluations": evaluations, "replications": replications}
    path = folder / FILE
    done: dict[str, dict[str, Any]] = {}
    if path.is_file():
        kept = json.loads(path.read_text(encoding="utf-8"))
        if {k: kept.get(k) for k in described} != described:
            raise BadInput([f"{folder}: holds another problem"], "leave-out")
        done = {row["episode"]: row for row in kept["rows"]}
    folder.mkdir(parents=True, exist_ok=True)
    kin = alike(problem)
    for episode in episodes or names:
        if episode in done:
            continue
        if tell is not None:
            tell(f"{episode}: fitting the others ...")
        others = replace(problem, aims=tuple(aim for aim in problem.aims if aim.episode not in kin[episode]))
        (found,) = calibrate(others, 1, evaluations, folder / episode, workers)
        done[episode] = row_of(episode, found.values, replications, problem.seed, workers)
        write_whole(path, json.dumps({**described, "rows": list(done.values())}, indent=1))
        if tell is not None:
            tell("{episode}: {shipped:.0%} of facts at shipped values, {left_out:.0%} left out".format(**done[episode]))
    return [done[e] for e in episodes or names]


def alike(problem: Problem) -> dict[str, set[str]]:
    """Episodes that share their scenario, by episode; each is among its own."""
    target = Target(problem)
    names = [aim.episode for aim in problem.aims]
    return {
        name: {other for other, its in zip(names, target.same, strict=True) if its == same}
        for name, same in zip(names, target.same, strict=True)
    }


def row_of(episode: str, values: dict[str, float], replications: int, seed: int, workers: int) -> dict[str, Any]:
    """Share of facts that pass and mean absolute ln error of scored prices, at shipped values and at those."""
    row: dict[str, Any] = {"episode": episode, "values": values}
    for name, behaviour in (("shipped", None), ("left_out", values)):
        found = score(episode, replications, seed=seed, workers=workers, behaviour=behaviour)
        row |= {name: found.count.share, f"{name}_error": price_error(episode, found), "groups": found.count.groups}
    return row


def price_error(episode: str, found: Score) -> float:
    """Mean absolute error of ln of the scored prices, on the mean over replications; NaN without any."""
    history = find(episode).facts.history
    if history is None:
        return float("nan")
    price = np.array([d.series.startswith("price") for d in history.data])
    return float(np.abs(found.logs.mean(axis=0) - history.observed)[price].mean()) if price.any() else float("nan")
