"""An exporting state: reads an observation, follows a doctrine, takes measures.

A measure is what a state orders in its official unit. The doctrine decides; `sim/policy.py` turns measures
into standing orders that the border carries out.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Protocol


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


@dataclass(frozen=True)
class Observation:
    """What a state may know at a policy date: plain numbers, made once for all states.

    `day` is the last day of the week that it decides for; what history dates up to it is due.
    `prices_inside` and `prices_outside` are USD per kg by material, of the state's own zone and of the
    world; `exports_t` is its own exports of the last four weeks (t gross); `own_stock_t` its own reserve.
    """

    day: date
    prices_inside: dict[str, float]
    prices_outside: dict[str, float]
    exports_t: float
    own_stock_t: dict[str, float] = field(default_factory=dict)


class Doctrine(Protocol):
    """How a state decides. `dates` are the days on which it must be asked."""

    def dates(self) -> list[date]: ...

    def decide(self, observation: Observation) -> list[Measure]: ...


@dataclass
class ExportingState:
    """A state with a zone of its own and a doctrine; remembers what it decided and why."""

    name: str
    zone: str
    doctrine: Doctrine
    decisions: list[Measure] = field(default_factory=list)

    def decide(self, observation: Observation) -> list[Measure]:
        measures = self.doctrine.decide(observation)
        self.decisions += measures
        return measures
