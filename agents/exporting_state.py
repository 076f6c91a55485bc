"""An exporting state: reads an observation, follows a doctrine, takes measures.

The doctrine decides; `sim/politics/enactment.py` turns measures (`measure.py`) into standing orders that the border
carries out.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from chokepoint.agents.decision import Decision
from chokepoint.agents.measure import Measure, beyond_limits, lifting
from chokepoint.agents.observation import Observation


class Doctrine(Protocol):
    """How a state decides. `dates` are days on which it must be asked; one with a rhythm names none.

    `decide` returns what is in force from now on until it decides again (a doctrine with a rhythm), or what begins and
    what ends today (a doctrine with dates). `decisions` are those taken, the latest last.
    """

    decisions: list[Decision]

    def dates(self) -> list[date]: ...

    def decide(self, observation: Observation) -> list[Measure]: ...


@dataclass
class State:
    """A state with dated acts of history (`history`) and a doctrine of its own, if it has one."""

    name: str
    history: Doctrine
    doctrine: Doctrine | None = None
    decisions: list[Measure] = field(default_factory=list)
    in_force: list[Measure] = field(default_factory=list)
    free_exports_t: float = 0.0  # legal exports a year when it last restricted nothing
    since: int = 0  # step of the latest decision of its doctrine

    def replay(self, observation: Observation) -> list[Measure]:
        """What history dates to now."""
        measures = self.history.decide(observation)
        self.decisions += measures
        return measures

    def choose(self, observation: Observation) -> list[Measure]:
        """What the doctrine orders: first the lifting of what it no longer wants, then what is new.

        ValueError when it goes beyond its instruments.
        """
        if self.doctrine is None:
            return []
        wanted = self.doctrine.decide(observation)
        faults = [fault for m in wanted if (fault := beyond_limits(m, self.name))]
        if faults:
            raise ValueError("; ".join(faults))
        ended = ending(self.in_force, wanted)
        self.in_force = list(wanted)
        self.decisions += wanted
        return [*ended, *wanted]


def ending(in_force: Sequence[Measure], wanted: Sequence[Measure]) -> list[Measure]:
    """The liftings of what is no longer wanted. A quota that follows another takes its place: nobody lifts it, since
    exports would be free until the new licences are good."""
    quota = any(m.instrument == "export_quota" for m in wanted)
    return [lifting(m) for m in in_force if not (quota and m.instrument == "export_quota")]


@dataclass
class ExportingState(State):
    """A state with a market zone of its own."""

    zone: str = ""
