"""An importing government: backs mines and refineries (`sim/market/pledges.py`), goes to court (`court.py`).
Its reserve is run by `reserve.py`."""

from dataclasses import dataclass

from chokepoint.agents.exporting_state import State


@dataclass
class ImportingGovernment(State):
    """A government without a border of its own in the model."""
