"""What a docking asks and answers: a published answer, ours with its interval, and whether it is met."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from chokepoint.experiments.docking.draws import Behaviour
from chokepoint.experiments.economics.asked import Asked, Panel, Row


@dataclass(frozen=True)
class Question(Asked):
    """One number that must come out, within limits. published: what the paper says, in its own terms."""

    published: str = ""


@dataclass(frozen=True)
class Reply:
    """What came out of a docking.

    values: by part. The first is ours at shipped parameters, what follows are draws, or runs with other luck; a text
    says why a part cannot be posed. panels: what to draw. notes: what else came out, other ways to pose it among it.
    """

    values: Mapping[str, np.ndarray | str]
    panels: Sequence[Panel] = ()
    notes: Sequence[str] = ()


@dataclass(frozen=True)
class Docking:
    """One docking.

    row, name: how it is called. source: author, year, journal. posed: how its set-up is told in this model. over: what
    the interval is over. reason: why the answer is met, or not. make: takes values of parameters, the shipped ones
    first, and gives the reply.
    """

    row: str
    name: str
    title: str
    source: str
    posed: str
    over: str
    reason: str
    asked: Sequence[Question]
    make: Callable[[Sequence[Behaviour]], Reply]


@dataclass(frozen=True)
class Part(Row):
    """One answer held against the published one. share: of the draws that keep the limits."""

    share: float | None = None

    @property
    def verdict(self) -> str:
        return "met" if self.passed else "not posed" if self.value is None else "not met"


def part(docking: Docking, question: Question, given: np.ndarray | str | None) -> Part:
    """A part of the answer: the first value counts, the others make the interval."""
    if given is None or isinstance(given, str):
        return Part(docking.row, "", question, None, given or "the docking gives no value")
    values = np.asarray(given, dtype=float).ravel()
    rest = values[1:]
    if not len(rest):
        return Part(docking.row, "", question, float(values[0]))
    low, high = (float(end) for end in np.quantile(rest, [0.1, 0.9]))
    share = float(np.mean([question.kept(float(value)) for value in rest]))
    return Part(docking.row, "", question, float(values[0]), "", (low, high), share)
