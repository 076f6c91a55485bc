"""The runs behind a comparison with rivals: every shipped episode at shipped parameters, since widths of distributions
and the half life of one episode are learned from the others."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from chokepoint.experiments.history.catalogue import Episode, find
from chokepoint.experiments.history.contest import Held, answers_of_model, held
from chokepoint.experiments.history.rivals import Case, case_of, shipped
from chokepoint.experiments.runs.batch import Batch
from chokepoint.experiments.runs.points import Point
from chokepoint.experiments.runs.runner import evaluate
from chokepoint.sim.results.run import Run
from chokepoint.sim.scenario.problems import BadInput

MEASURE = "chokepoint.experiments.runs.rivals:measure"


@dataclass(frozen=True)
class Contest:
    """Episodes with what each predictor says of them; failed: runs of each episode that are left out."""

    episodes: tuple[Held, ...]
    replications: int
    seed: int
    failed: dict[str, int]


def measure(run: Run, episode: Episode) -> dict[str, float]:
    """ln of every quote in one run, and of what was last seen before the eve."""
    now, then = case_of(episode).read(run)
    values = {f"now {i}": float(x) for i, x in enumerate(now[0])}
    return values | {f"then {i}": float(x) for i, x in enumerate(then[0])}


def rivals(
    asked: Sequence[str] = (), replications: int = 50, *, seed: int = 1, workers: int = 2, progress: Any = None
) -> Contest:
    """Hold model and rivals against the prices of some episodes, or of all that ship and have any.

    `BadInput` names episodes without a scored price after the first act that matters.
    """
    ours = shipped()
    chosen = [_case(name, ours) for name in dict.fromkeys(asked)] if asked else list(ours)
    empty = [case.name for case in chosen if not case.quotes]
    if empty:
        raise BadInput([f"{name}: no scored price after the first act that matters" for name in empty], "rivals")
    own = [case for case in chosen if case not in ours]
    places = {case.name: name for name, case in zip(asked, chosen, strict=False)} if asked else {}
    every = [*own, *(case for case in ours if case.name not in [c.name for c in own])]
    answers, failed, done = {}, {}, 0
    for case in every:
        place = places.get(case.name, case.name) if case in own else case.name

        def tell(count: int, _of: int, before: int = done) -> None:
            if progress is not None:
                progress(before + count, len(every) * replications)

        rows = evaluate(Batch(place, (Point(),), replications, MEASURE, {}, seed), workers, tell)
        finished = [row for row in rows if row["state"] == "done"]
        if not finished:
            raise ArithmeticError(f"no replication of {place} finished: {rows[0]['stage']}: {rows[0]['message']}")
        now, then = (
            np.array([[row[f"{word} {i}"] for i in range(len(case.quotes))] for row in finished])
            for word in ("now", "then")
        )
        answers[case.name], failed[case.name] = answers_of_model(case, now, then), len(rows) - len(finished)
        done += replications
    elsewhere = [case for case in every if case in ours]
    found = tuple(held(case, elsewhere, answers) for case in chosen)
    return Contest(found, replications, seed, {case.name: failed[case.name] for case in chosen})


def _case(name: str, ours: Sequence[Case]) -> Case:
    """The case of an episode by name, folder or recipe; that of a shipped one is made once."""
    place = find(name)
    as_it_ships = not place.changes and not place.behaviour
    return next((c for c in ours if as_it_ships and c.place.folder == place.folder), None) or case_of(place)
