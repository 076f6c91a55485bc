"""What competitive private storage would hold: the benchmark against which a state's reserve is judged.

Stocks S >= 0 and prices satisfy  S >= 0  complementary to  p + k - (1 - d) / (1 + r) E[p'] >= 0,  with isoelastic
demand, output of one use a year and a normal shock to it. Source: the competitive storage model as in the RECS toolbox
(Gouel) with its numbers k = .06, shock .05, r = .03; no decay for metals.
"""

from dataclasses import dataclass
from functools import lru_cache
from math import pi, sqrt

import numpy as np
from pydantic import Field

from chokepoint.agents import settings
from chokepoint.agents.reserve import ReserveObservation, ReserveOrder


class Settings(settings.Settings):
    """carry: cost of storing a year's use for a year, as a share of the normal price; rate: interest a year; decay:
    share lost a year; elasticity: of demand; shock: standard deviation of yearly output; highest_days: most that can be
    held; pace_years: time over which the reserve moves to what the benchmark holds (assumption)."""

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
        """Price at an availability: the value of what is stored; demand alone where nothing is, or no more can be."""
        stored = np.interp(available, self.available, self.prices)
        rest = np.where(available < self.available[0], available, available - self.stocks[-1])
        alone = np.maximum(rest, 1e-3) ** (-1.0 / self.elasticity)
        between = (available >= self.available[0]) & (available <= self.available[-1])
        price: np.ndarray = np.where(between, stored, alone)
        return price

    def stock_at(self, available: np.ndarray) -> np.ndarray:
        """Years of use that competition stores at an availability."""
        stock: np.ndarray = np.interp(available, self.available, self.stocks, left=0.0)
        return stock

    def stock_for(self, price: float) -> float:
        """Years of use that competition holds at a price, in multiples of the normal one."""
        return float(np.interp(-price, -self.prices, self.stocks, right=0.0))


def shocks(sd: float, number: int = 9) -> tuple[np.ndarray, np.ndarray]:
    """Values and weights of a normal shock to output of mean 1 (Gauss-Hermite)."""
    nodes, weights = np.polynomial.hermite.hermgauss(number)
    return 1.0 + sqrt(2.0) * sd * nodes, weights / sqrt(pi)


@lru_cache(64)
def solve(settings: Settings, points: int = 4000) -> Storage:
    """Solve the model by iteration on the price function, on a grid of stocks with a point at every larger kink.

    Where an outcome of output empties or fills a stock its value has a kink, and where one leads to such a stock a
    smaller one: without points there, interpolation would miss the conditions by some 1e-4 of the normal price.
    """
    even = np.linspace(0.0, settings.highest_days / 365.25, points)
    output, _ = shocks(settings.shock)
    storage = _iterated(settings, Storage(even, np.ones(points), even + 1.0, settings.elasticity))
    for _ in range(2):
        kinks = found = _before(settings, storage.available[[0, -1]], output, even[-1])
        for _ in range(2):
            value = np.interp(found, storage.stocks, storage.prices)
            found = _before(settings, found + value**-settings.elasticity, output, even[-1])
            kinks = np.concatenate([kinks, found])
        stocks = np.union1d(even, kinks)
        prices = np.interp(stocks, storage.stocks, storage.prices)
        storage = _iterated(
            settings, Storage(stocks, prices, stocks + prices**-settings.elasticity, settings.elasticity)
        )
    return storage


def _before(settings: Settings, available: np.ndarray, output: np.ndarray, highest: float) -> np.ndarray:
    """Stocks from which some outcome of output leads to one of these availabilities."""
    stocks: np.ndarray = (available[:, None] - output[None, :]).ravel() / (1.0 - settings.decay)
    return stocks[(stocks > 0.0) & (stocks < highest)]


def _iterated(settings: Settings, storage: Storage) -> Storage:
    """The fixed point on the grid of stocks of `storage`, from the prices that it has."""
    output, weights = shocks(settings.shock)
    keep = (1.0 - settings.decay) / (1.0 + settings.rate)
    following = (1.0 - settings.decay) * storage.stocks[:, None] + output[None, :]
    for _ in range(2000):
        prices = np.maximum(keep * (storage.price_at(following) @ weights) - settings.carry, 1e-6)
        change = np.abs(prices - storage.prices).max()
        storage = Storage(storage.stocks, prices, storage.stocks + prices**-settings.elasticity, settings.elasticity)
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
