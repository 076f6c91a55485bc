"""How many facts hold: those that rest on one observation count as one, and what cannot fail is not counted.

A fact names what it rests on by `observation` (itself where it does not), and what it follows from by `implied` where a
run could hardly miss it (the base year, a structural row, a band that holds everything). A group of facts of one
observation counts once, with the share of its facts that pass.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from chokepoint.experiments.history.facts import NOT_ANSWERED, Finding
from chokepoint.experiments.history.intervals import share_interval


@dataclass(frozen=True)
class Count:
    """Groups that are counted, how much of them passes and is strong; interval: of the share that passes (80 %)."""

    groups: int
    passing: float
    strong: float

    @property
    def share(self) -> float:
        """Share of groups that pass; NaN where none is counted."""
        return self.passing / self.groups if self.groups else float("nan")

    @property
    def interval(self) -> tuple[float, float]:
        return share_interval(self.passing, self.groups) if self.groups else (0.0, 1.0)


def count(findings: Sequence[Finding]) -> Count:
    """Count the findings of an episode; a fact without an answer counts as one that fails."""
    groups: dict[str, list[Finding]] = {}
    for f in findings:
        part = bool(f.fact.statistic)  # a whole has none, and is no fact of its own
        if part and not f.fact.implied and (f.fact.band is not None or f.verdict == NOT_ANSWERED):
            groups.setdefault(f.fact.observation or f.fact.id, []).append(f)
    passing = sum(sum(f.verdict in ("pass", "strong") for f in g) / len(g) for g in groups.values())
    strong = sum(sum(f.verdict == "strong" for f in g) / len(g) for g in groups.values())
    return Count(len(groups), passing, strong)
