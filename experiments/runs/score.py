"""The runs behind a score: an episode and its variants, each so many times."""

from collections.abc import Mapping, Sequence
from typing import Any

from chokepoint.experiments.history.catalogue import find
from chokepoint.experiments.history.scoring import Score, gather
from chokepoint.experiments.runs.batch import Batch
from chokepoint.experiments.runs.points import Point
from chokepoint.experiments.runs.runner import evaluate
from chokepoint.sim.scenario.problems import BadInput

MEASURE = "chokepoint.experiments.history.scoring:measure"


def score(
    episode: str, replications: int = 50, *, seed: int = 1, workers: int = 2, changes: Sequence[str] = (),
    behaviour: Mapping[str, float] | None = None, rules: Mapping[str, str] | None = None, progress: Any = None,
) -> Score:  # fmt: skip
    """Run an episode and its variants and hold them against history; failed runs are counted and left out."""
    place = find(episode)
    facts = place.facts
    if not facts.facts:
        raise BadInput([f"{episode}: has no history to be held against (no facts.toml)"], "score")
    given = dict(behaviour or {})
    points = [Point(tuple(changes), given)]
    if not changes:
        asked = {fact.variant for fact in facts.facts if not fact.unanswered}
        points += [Point(variant, given) for name, variant in facts.variants.items() if name in asked]
    batch = Batch(episode, tuple(points), replications, MEASURE, dict(rules or {}), seed)
    rows = evaluate(batch, workers, progress)
    done = [row for row in rows if row["state"] == "done"]
    if not any(row["point"] == 0 for row in done):
        raise ArithmeticError(f"no replication of {episode} finished: {rows[0]['stage']}: {rows[0]['message']}")
    return gather(place, done, replications, seed, len(rows) - len(done))
