"""No reserve: the government holds nothing and orders nothing."""

from agents.exporting_state import Observation
from agents.importing_government import ReserveOrder


class Rule:
    def orders(self, observation: Observation) -> list[ReserveOrder]:
        return []
