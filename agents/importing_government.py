"""An importing government: keeps a reserve, backs mines and refineries abroad, goes to court."""

from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from agents.exporting_state import Doctrine, Measure, Observation


@dataclass(frozen=True)
class ReserveOrder:
    """Standing order for a stockpile of one material.

    Fill to `target_t` at `pace_t_per_year` while the price is at most `ceiling_usd_per_kg`; let go
    `release_t_per_year` into the spot market.
    """

    material: str
    target_t: float
    pace_t_per_year: float
    ceiling_usd_per_kg: float
    release_t_per_year: float
    reason: str


class ReserveRule(Protocol):
    """How a government runs a stockpile."""

    def orders(self, observation: Observation) -> list[ReserveOrder]: ...


@dataclass
class ImportingGovernment:
    """A government with a reserve rule and dated acts (backing, complaints) under its doctrine."""

    name: str
    reserve: ReserveRule
    doctrine: Doctrine
    decisions: list[Measure] = field(default_factory=list)

    def dates(self) -> list[date]:
        return self.doctrine.dates()

    def decide(self, observation: Observation) -> list[Measure]:
        measures = self.doctrine.decide(observation)
        self.decisions += measures
        return measures
