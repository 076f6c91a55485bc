"""Buy below a floor, let go above a ceiling, hold in between.

Source: price-band buffer stock with a limited store, as in the public storage benchmark of the RECS toolbox (Gouel);
bands are multiples of the habitual price, wider than for grain because metal prices move more (assumption).
"""

from pydantic import Field, model_validator

from chokepoint.agents import settings
from chokepoint.agents.reserve import ReserveObservation, ReserveOrder


class Settings(settings.Settings):
    """floor and ceiling: multiples of the habitual price; highest_days: size of the store in days of use; pace_years:
    years in which it would be filled or emptied."""

    floor: float = Field(0.9, gt=0.0, le=5.0)
    ceiling: float = Field(2.0, gt=0.0, le=20.0)
    highest_days: float = Field(180.0, ge=0.0, le=1000.0)
    pace_years: float = Field(1.0, gt=0.0, le=20.0)

    @model_validator(mode="after")
    def _band(self) -> "Settings":
        if self.ceiling <= self.floor:
            raise ValueError(f"ceiling {self.ceiling} must lie above floor {self.floor}")
        return self


class Rule:
    def __init__(self, settings: Settings):
        self.settings = settings

    def orders(self, observation: ReserveObservation) -> list[ReserveOrder]:
        s, orders = self.settings, []
        for material, stock in observation.stocks.items():
            dear = stock.price_usd_per_kg / stock.habitual_usd_per_kg
            pace = stock.tonnes(s.highest_days) / s.pace_years
            release = pace if dear > s.ceiling else 0.0
            reason = f"price is {dear:.2f} times the habitual one, band {s.floor:g} to {s.ceiling:g}"
            orders.append(
                ReserveOrder(
                    material, stock.tonnes(s.highest_days), pace, s.floor * stock.habitual_usd_per_kg, release, reason
                )
            )
        return orders
