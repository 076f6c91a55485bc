"""Hold so many days of use: buy steadily up to the target, stop while supply is short, let go in need."""

from typing import Literal

from pydantic import Field

from chokepoint.agents.release import Release
from chokepoint.agents.reserve import ReserveObservation, ReserveOrder, Stock


class Settings(Release):
    """days: target, of the use of the firms served. pace_years: years over which the whole target would be bought.
    counts: whether stocks of firms count towards it. ceiling: highest price paid, as a multiple of the habitual one.
    buys_in_crisis: whether it goes on buying while firms lose use. Japan: 42 days of state stock, as much
    as 180 in the plan of 2020, counted on the state's stock alone; paces and ceilings are assumptions."""

    days: float = Field(42.0, ge=0.0, le=1000.0)
    pace_years: float = Field(2.0, gt=0.0, le=20.0)
    counts: Literal["state", "both"] = "state"
    ceiling: float = Field(100.0, gt=0.0)
    buys_in_crisis: bool = False


class Rule:
    def __init__(self, settings: Settings):
        self.settings = settings

    def days(self, stock: Stock) -> float:
        """The target in days of use."""
        return self.settings.days

    def orders(self, observation: ReserveObservation) -> list[ReserveOrder]:
        s, orders = self.settings, []
        for material, stock in observation.stocks.items():
            why = s.reason(stock, observation.day)
            days = self.days(stock)
            target = stock.tonnes(days)
            if s.counts == "both":
                target = max(0.0, target - stock.private_t)
            pace = stock.tonnes(days) / s.pace_years
            release = s.release_share * stock.use_t_per_year if why else 0.0
            short = stock.unfilled >= s.release_shortfall
            if why or (short and not s.buys_in_crisis):
                pace = 0.0
            reason = why or ("supply is short" if pace == 0.0 and short else f"target {days:.0f} days of use")
            orders.append(ReserveOrder(material, target, pace, s.ceiling * stock.habitual_usd_per_kg, release, reason))
        return orders
