"""The runs behind a score: an episode and its variants, each so many times."""

from collections.abc import Mapping, Sequence
from typing import Any

from chokepoint.experiments.history.catalogue import find
from chokepoint.experiments.history.scoring import Score, gather
from chokepoint.experiments.runs.batch import Batch
from chokepoint.experiments.runs.points import Point
from chokepoint.experiments.runs.runner import evaluate
from chokepoint.sim.scenario.problems import BadInput

APART = 100_000  # seeds of draws of one seed from those of the next
MEASURE = "chokepoint.experiments.history.scoring:measure"


def score(
    episode: str, replications: int = 200, *, seed: int = 1, workers: int = 2, changes: Sequence[str] = (),
    behaviour: Mapping[str, float] | None = None, rules: Mapping[str, str] | None = None, as_shipped: bool = False,
    progress: Any = None,
) -> Score:  # fmt: skip
    """Run an episode and its variants and hold them against history; failed runs are counted and left out.

    Every replication draws its luck and all that is arbitrary of the world (`override_assumptions.py`); as_shipped:
    only its luck.
    """
    place = find(episode)
    facts = place.facts
    if not facts.facts:
        raise BadInput([f"{episode}: has no history to be held against (no facts.toml)"], "score")
    versions = [tuple(changes)]
    if not changes:
        asked = {fact.variant for fact in facts.facts if not fact.unanswered}
        versions += [variant for name, variant in facts.variants.items() if name in asked]
    given = dict(behaviour or {})
    if as_shipped:
        points, each, times = [Point(version, given) for version in versions], 1, replications
    else:
        points = [
            Point((*version, f"assumptions=drawn:{seed * APART + i}"), given, luck=i)
            for version in versions
            for i in range(replications)
        ]
        each, times = replications, 1
    rows = evaluate(Batch(episode, tuple(points), times, MEASURE, dict(rules or {}), seed), workers, progress)
    done = [{**row, "version": row["point"] // each} for row in rows if row["state"] == "done"]
    if not any(row["version"] == 0 for row in done):
        raise ArithmeticError(f"no replication of {episode} finished: {rows[0]['stage']}: {rows[0]['message']}")
    return gather(place, done, replications, seed, len(rows) - len(done))
