"""When a reserve lets go: at a price, on a shortfall, on request, or never."""

from datetime import date
from typing import Literal

from pydantic import Field, model_validator

from chokepoint.agents.reserve import Stock
from chokepoint.agents.settings import Settings


class Release(Settings):
    """Settings that rules with an order to release share.

    release_on: what starts a release. release_price: price over the habitual one. release_shortfall: share of
    firms' use that is lost. release_share: pace as a share of the planned use of the firms that it serves.
    requested_from, requested_to: first and last day of a request. Defaults are assumptions.
    """

    release_on: Literal["price", "shortfall", "request", "never"] = "shortfall"
    release_price: float = Field(2.0, gt=1.0, le=20.0)
    release_shortfall: float = Field(0.01, gt=0.0, le=1.0)
    release_share: float = Field(1.0, gt=0.0, le=4.0)
    requested_from: date | None = None
    requested_to: date | None = None

    @model_validator(mode="after")
    def _dates(self) -> "Release":
        if self.release_on == "request" and (self.requested_from is None or self.requested_to is None):
            raise ValueError("a release on request needs requested_from and requested_to")
        return self

    def reason(self, stock: Stock, day: date) -> str:
        """Why the reserve lets go on this day; empty when it does not."""
        dear = stock.price_usd_per_kg / stock.habitual_usd_per_kg
        if self.release_on == "price" and dear >= self.release_price:
            return f"price is {dear:.2f} times the habitual one"
        if self.release_on == "shortfall" and stock.unfilled >= self.release_shortfall:
            return f"{100 * stock.unfilled:.0f} % of use lost"
        asked = self.requested_from and self.requested_to and self.requested_from <= day <= self.requested_to
        if self.release_on == "request" and asked:
            return "requested"
        return ""
