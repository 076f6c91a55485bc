"""An exporting state: reads an observation, follows a doctrine, takes measures.

A measure is what a state orders in its official unit. The doctrine decides; `sim/politics/policy.py` turns measures
into standing orders that the border carries out.
"""

from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from typing import Protocol

from chokepoint.agents.decision import Decision
from chokepoint.agents.observation import Observation


@dataclass(frozen=True)
class Measure:
    """One act: an `instrument` with a `value` in `unit`, for `targets` and `scope`, until a day or for good."""

    id: str
    instrument: str
    actor: str
    targets: tuple[str, ...]
    scope: tuple[str, ...]
    value: float | None
    unit: str
    start: date
    end: date | None
    reason: str
    lifted: bool = False


# What a doctrine may order, and the largest value of each.
LIMITS = {
    "export_tax": 100.0, "export_quota": float("inf"), "inspection": 100.0, "embargo": None, "licence_refusal": 100.0,
    "concession": None,
}  # fmt: skip


@lru_cache(10_000)
def lifting(measure: Measure) -> Measure:
    """The act that ends a measure."""
    return replace(measure, lifted=True)


def beyond_limits(measure: Measure, country: str) -> str:
    """What is wrong with a measure that a doctrine of `country` orders; empty when it is within its instruments."""
    if measure.actor != country:
        return f"{measure.id}: ordered by {measure.actor}, not by {country}"
    if measure.instrument not in LIMITS:
        return f"{measure.id}: {measure.instrument} is not an instrument of a doctrine"
    if country in measure.targets:
        return f"{measure.id}: {country} acts against itself"
    highest = LIMITS[measure.instrument]
    if highest is not None and not measure.lifted and not 0.0 <= (measure.value or 0.0) <= highest:
        return f"{measure.id}: {measure.value} {measure.unit} lies outside 0 to {highest}"
    return "" if measure.reason else f"{measure.id}: gives no reason"


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
        ended = [lifting(m) for m in self.in_force]
        self.in_force = list(wanted)
        self.decisions += wanted
        return [*ended, *wanted]


@dataclass
class ExportingState(State):
    """A state with a market zone of its own."""

    zone: str = ""
