"""Hold what minimises expected cost against disruptions: dynamic programming over (stock, state of disruption).

Each period of four weeks supply is normal or disrupted. A disruption begins and ends with a hazard, and takes a share
of use away. Buying pays the price and moves it; holding costs; a day of use that neither supply nor reserve provides
costs the value added that hangs on it. Source of the form: Teisberg 1981, Chao and Manne 1983; the hazards and the
impact are assumptions.
"""

from functools import lru_cache

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from agents.reserve import ReserveObservation, ReserveOrder

PERIOD_DAYS, STEP_DAYS = 28, 7


class Settings(BaseModel):
    """begins_per_year, lasts_years: hazard and mean length of a disruption; lost_share: of use while it lasts; impact:
    rise of the price in multiples when a year's use is bought in a year; storage: yearly cost as a share of the price;
    rate: interest a year; highest_days: end of the grid; release_shortfall: share of orders unfilled from which supply
    counts as disrupted."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    begins_per_year: float = Field(0.1, gt=0.0, le=4.0)
    lasts_years: float = Field(0.5, gt=0.0, le=10.0)
    lost_share: float = Field(0.5, gt=0.0, le=1.0)
    impact: float = Field(1.0, ge=0.0, le=20.0)
    storage: float = Field(0.01, ge=0.0, le=1.0)
    rate: float = Field(0.03, ge=0.0, le=0.5)
    highest_days: float = Field(364.0, ge=28.0, le=1000.0)
    release_shortfall: float = Field(0.1, gt=0.0, le=1.0)


@lru_cache(256)
def solve(settings: Settings, value: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Days bought a period in normal times, days let go a period in a disruption, and the expected cost in normal
    times, each by stock on a grid of `STEP_DAYS`.

    value: value added over price of a day's use. Costs are in days of use at the habitual price.
    """
    s = settings
    grid = np.arange(0.0, s.highest_days + 1.0, STEP_DAYS)
    period = PERIOD_DAYS / 365.25
    keep = (1.0 + s.rate) ** -period
    begins = 1.0 - np.exp(-s.begins_per_year * period)
    ends = 1.0 - np.exp(-period / s.lasts_years)
    moves = range(PERIOD_DAYS // STEP_DAYS + 1)
    holding = s.storage * period * grid
    lost = s.lost_share * PERIOD_DAYS
    normal, disrupted = np.zeros(len(grid)), np.zeros(len(grid))
    bought = let_go = np.zeros(len(grid))
    for _ in range(5000):
        after = keep * ((1.0 - begins) * normal + begins * disrupted)
        relief = keep * ((1.0 - ends) * disrupted + ends * normal)
        buying, giving = np.full((len(moves), len(grid)), np.inf), np.full((len(moves), len(grid)), np.inf)
        for i in moves:
            days = i * STEP_DAYS
            cost = days * (1.0 + s.impact * days / PERIOD_DAYS)
            buying[i, : len(grid) - i] = cost + after[i:]
            giving[i, i:] = value * np.maximum(0.0, lost - days) + relief[: len(grid) - i]
        bought, let_go = STEP_DAYS * buying.argmin(axis=0), STEP_DAYS * giving.argmin(axis=0)
        new_normal, new_disrupted = holding + buying.min(axis=0), holding + giving.min(axis=0)
        change = max(np.abs(new_normal - normal).max(), np.abs(new_disrupted - disrupted).max())
        normal, disrupted = new_normal, new_disrupted
        if change < 1e-9 * (1.0 + normal.max()):
            break
    return bought, let_go, normal


class Rule:
    def __init__(self, settings: Settings):
        self.settings = settings

    def orders(self, observation: ReserveObservation) -> list[ReserveOrder]:
        s, orders = self.settings, []
        for material, stock in observation.stocks.items():
            value = round(stock.value_usd_per_kg / stock.habitual_usd_per_kg, 1)
            bought, let_go, _ = solve(s, value)
            at = min(len(bought) - 1, int(stock.days(stock.held_t + stock.arriving_t) / STEP_DAYS))
            idle = np.flatnonzero(bought == 0)
            goal = float(STEP_DAYS * (idle[0] if len(idle) else len(bought) - 1))
            if stock.unfilled >= s.release_shortfall:
                pace, release = 0.0, stock.tonnes(float(let_go[at])) / PERIOD_DAYS * 365.25
                reason = f"supply is short: {let_go[at]:.0f} days of use in four weeks cost least"
            else:
                pace, release = stock.tonnes(float(bought[at])) / PERIOD_DAYS * 365.25, 0.0
                reason = f"{goal:.0f} days of use cost least at a value of {value:g} times the price"
            orders.append(ReserveOrder(material, stock.tonnes(goal), pace, 1e12, release, reason))
        return orders
