"""What competitive private storage would hold: the benchmark against which a state's reserve is judged.

Stocks S >= 0 and prices satisfy  S >= 0  complementary to  p + k - (1 - d) / (1 + r) E[p'] >= 0,  with isoelastic
demand, output of one use a year and a normal shock to it. Source: the competitive storage model as in the RECS toolbox
(Gouel) with its numbers k = .06, shock .05, r = .03; no decay for metals.
"""

from dataclasses import dataclass
from functools import lru_cache
from math import pi, sqrt

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from agents.reserve import ReserveObservation, ReserveOrder


class Settings(BaseModel):
    """carry: cost of storing a year's use for a year, as a share of the normal price; rate: interest a year; decay:
    share lost a year; elasticity: of demand; shock: standard deviation of yearly output; highest_days: end of the grid;
    pace_years: time over which the reserve moves to what the benchmark holds (assumption)."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    carry: float = Field(0.06, ge=0.0, le=1.0)
    rate: float = Field(0.03, ge=0.0, le=0.5)
    decay: float = Field(0.0, ge=0.0, lt=1.0)
    elasticity: float = Field(0.2, gt=0.0, le=3.0)
    shock: float = Field(0.05, gt=0.0, le=0.5)
    highest_days: float = Field(365.0, gt=0.0, le=1000.0)
    pace_years: float = Field(0.5, gt=0.0, le=20.0)


@dataclass(frozen=True)
class Storage:
    """A solved model: at the price `prices[i]` (normal price 1) competition holds `stocks[i]` years of use.

    `price_at` gives the price at any availability (years of use: stock that is left and this year's output).
    """

    stocks: np.ndarray
    prices: np.ndarray
    available: np.ndarray
    elasticity: float

    def price_at(self, available: np.ndarray) -> np.ndarray:
        """Price at an availability: demand alone where nothing is stored, else the value of what is stored."""
        alone = np.maximum(available, 1e-3) ** (-1.0 / self.elasticity)
        stored = np.interp(available, self.available, self.prices)
        return np.where(available < self.available[0], alone, stored)

    def stock_at(self, available: np.ndarray) -> np.ndarray:
        """Years of use that competition stores at an availability."""
        return np.interp(available, self.available, self.stocks, left=0.0)

    def stock_for(self, price: float) -> float:
        """Years of use that competition holds at a price, in multiples of the normal one."""
        return float(np.interp(-price, -self.prices, self.stocks, right=0.0))


def shocks(sd: float, number: int = 9) -> tuple[np.ndarray, np.ndarray]:
    """Values and weights of a normal shock to output of mean 1 (Gauss-Hermite)."""
    nodes, weights = np.polynomial.hermite.hermgauss(number)
    return 1.0 + sqrt(2.0) * sd * nodes, weights / sqrt(pi)


@lru_cache(64)
def solve(settings: Settings, points: int = 400) -> Storage:
    """Solve the model on a grid of stocks by iteration on the price function (endogenous grid)."""
    s = settings
    stocks = np.linspace(0.0, s.highest_days / 365.25, points)
    output, weights = shocks(s.shock)
    keep = (1.0 - s.decay) / (1.0 + s.rate)
    prices = np.ones(points)
    storage = Storage(stocks, prices, stocks + 1.0, s.elasticity)
    for _ in range(2000):
        later = storage.price_at((1.0 - s.decay) * stocks[:, None] + output[None, :]) @ weights
        prices = np.maximum(keep * later - s.carry, 1e-6)
        found = Storage(stocks, prices, stocks + prices**-s.elasticity, s.elasticity)
        change = np.abs(prices - storage.prices).max()
        storage = found
        if change < 1e-12:
            break
    return storage


class Rule:
    def __init__(self, settings: Settings):
        self.settings = settings

    def orders(self, observation: ReserveObservation) -> list[ReserveOrder]:
        s, orders = self.settings, []
        storage = solve(s)
        for material, stock in observation.stocks.items():
            dear = stock.price_usd_per_kg / stock.habitual_usd_per_kg
            target = storage.stock_for(dear) * stock.use_t_per_year
            surplus = max(0.0, stock.held_t - target)
            pace = max(target - stock.held_t, 0.0) / s.pace_years
            reason = f"at {dear:.2f} times the habitual price competition holds {stock.days(target):.0f} days of use"
            orders.append(
                ReserveOrder(
                    material, target, pace, stock.price_usd_per_kg * 1.05,
                    surplus / s.pace_years, reason,
                )
            )  # fmt: skip
        return orders
