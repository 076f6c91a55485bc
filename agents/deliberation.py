"""What doctrines with a rhythm have in common: settings, no dates of their own, and the decisions they took."""

from datetime import date
from typing import Generic, TypeVar

from chokepoint.agents.decision import Decision
from chokepoint.agents.measure import Measure
from chokepoint.agents.settings import Settings

S = TypeVar("S", bound=Settings)


class Deliberate(Generic[S]):
    """A doctrine that is asked by its rhythm. Those that decide so have no use for the measures of history."""

    def __init__(self, settings: S, measures: list[Measure]):
        self.settings = settings
        self.decisions: list[Decision] = []

    def dates(self) -> list[date]:
        """Days on which it must be asked beside its rhythm: none."""
        return []
