"""An importing government: backs mines and refineries (`sim/pledges.py`), goes to court (`court.py`). Its reserve is
run by `reserve.py`."""

from dataclasses import dataclass, field
from datetime import date

from agents.exporting_state import Doctrine, Measure, Observation


@dataclass
class ImportingGovernment:
    """A government with dated acts (backing, complaints) under its doctrine."""

    name: str
    doctrine: Doctrine
    decisions: list[Measure] = field(default_factory=list)

    def dates(self) -> list[date]:
        return self.doctrine.dates()

    def decide(self, observation: Observation) -> list[Measure]:
        measures = self.doctrine.decide(observation)
        self.decisions += measures
        return measures
