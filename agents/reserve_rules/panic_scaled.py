"""Hold more when firms are afraid: a target in days that rises with the use that they expect to have to give up."""

from pydantic import Field

from chokepoint.agents.reserve import Stock
from chokepoint.agents.reserve_rules import target_days


class Settings(target_days.Settings):
    """panic: rise of the target, as a multiple, if all use were expected to be lost; highest_days: its limit.
    Assumptions."""

    panic: float = Field(3.0, ge=0.0, le=20.0)
    highest_days: float = Field(180.0, ge=0.0, le=1000.0)


class Rule(target_days.Rule):
    settings: Settings

    def days(self, stock: Stock) -> float:
        """min(highest, days (1 + panic * risk))."""
        s = self.settings
        return min(max(s.highest_days, s.days), s.days * (1.0 + s.panic * stock.risk))
