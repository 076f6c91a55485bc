"""Hold what minimises expected cost against disruptions: dynamic programming over (stock, state of disruption).

Each period of four weeks supply is normal or disrupted. A disruption begins and ends with a hazard, and takes a share
of use away. Buying pays the price and moves it; holding costs; a day of use that neither supply nor reserve provides
costs the value added that hangs on it. Source of the form: Teisberg 1981, Chao and Manne 1983; the hazards and the
impact are assumptions.
"""

from functools import lru_cache
from math import log

import numpy as np
from pydantic import Field

from chokepoint.agents import settings
from chokepoint.agents.reserve import ReserveObservation, ReserveOrder

PERIOD_DAYS, STEP_DAYS = 28, 7


class Settings(settings.Settings):
    """begins_per_year, lasts_years: hazard and mean length of a disruption; lost_share: of use while it lasts; impact:
    rise of the price in multiples when a year's use is bought in a year; storage: yearly cost as a share of the price;
    rate: interest a year; highest_days: end of the grid; release_shortfall: share of use lost from which supply counts
    as disrupted."""

    begins_per_year: float = Field(0.1, gt=0.0, le=4.0)
    lasts_years: float = Field(0.5, gt=0.0, le=10.0)
    lost_share: float = Field(0.5, gt=0.0, le=1.0)
    impact: float = Field(1.0, ge=0.0, le=20.0)
    storage: float = Field(0.01, ge=0.0, le=1.0)
    rate: float = Field(0.03, ge=0.0, le=0.5)
    highest_days: float = Field(364.0, ge=28.0, le=1000.0)
    release_shortfall: float = Field(0.01, gt=0.0, le=1.0)


@lru_cache(256)
def solve(settings: Settings, value: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Days bought a period in normal times, days let go a period in a disruption, and the expected cost in normal
    times, each by stock on a grid of `STEP_DAYS`.

    value: value added over price of a day's use. Costs are in days of use at the habitual price.
    """
    s = settings
    grid = np.arange(0.0, s.highest_days + 1.0, STEP_DAYS)
    n, period = len(grid), PERIOD_DAYS / 365.25
    keep = (1.0 + s.rate) ** -period
    begins = 1.0 - np.exp(-s.begins_per_year * period)
    ends = 1.0 - np.exp(-period / s.lasts_years)
    days = STEP_DAYS * np.arange(PERIOD_DAYS // STEP_DAYS + 1)
    holding = s.storage * period * grid
    buying = days * (1.0 + s.impact * days / PERIOD_DAYS)
    losing = value * np.maximum(0.0, s.lost_share * PERIOD_DAYS - days)
    at = np.arange(n)
    more = at[None, :] + np.arange(len(days))[:, None]  # where each purchase leads: (moves, stocks)
    less = at[None, :] - np.arange(len(days))[:, None]
    up, down = np.zeros(n, dtype=int), np.zeros(n, dtype=int)
    normal = np.zeros(n)
    for _ in range(200):  # policy iteration: value of a plan exactly, then the best plan for that value
        system, costs = np.eye(2 * n), np.concatenate([holding + buying[up], holding + losing[down]])
        system[at, at + up] -= keep * (1.0 - begins)
        system[at, n + at + up] -= keep * begins
        system[n + at, n + at - down] -= keep * (1.0 - ends)
        system[n + at, at - down] -= keep * ends
        normal, disrupted = np.split(np.linalg.solve(system, costs), 2)
        calm = keep * ((1.0 - begins) * normal + begins * disrupted)
        hard = keep * ((1.0 - ends) * disrupted + ends * normal)
        plan = np.where(more < n, buying[:, None] + calm[np.minimum(more, n - 1)], np.inf).argmin(axis=0)
        relief = np.where(less >= 0, losing[:, None] + hard[np.maximum(less, 0)], np.inf).argmin(axis=0)
        if (plan == up).all() and (relief == down).all():
            break
        up, down = plan, relief
    return STEP_DAYS * up.astype(float), STEP_DAYS * down.astype(float), normal


def coarse(value: float) -> float:
    """A value rounded to steps of ten per cent, so that a plan is used again while it moves little."""
    return 1.1 ** round(log(max(value, 1e-3)) / log(1.1))


class Rule:
    def __init__(self, settings: Settings):
        self.settings = settings

    def orders(self, observation: ReserveObservation) -> list[ReserveOrder]:
        s, orders = self.settings, []
        for material, stock in observation.stocks.items():
            value = coarse(stock.value_usd_per_kg / stock.habitual_usd_per_kg)
            bought, let_go, _ = solve(s, value)
            at = min(len(bought) - 1, int(stock.days(stock.held_t + stock.arriving_t) / STEP_DAYS))
            idle = np.flatnonzero(bought == 0)
            goal = float(STEP_DAYS * (idle[0] if len(idle) else len(bought) - 1))
            if stock.unfilled >= s.release_shortfall:
                pace, release = 0.0, stock.tonnes(float(let_go[at])) / PERIOD_DAYS * 365.25
                reason = f"supply is short: {let_go[at]:.0f} days of use in four weeks cost least"
            else:
                pace, release = stock.tonnes(float(bought[at])) / PERIOD_DAYS * 365.25, 0.0
                reason = f"{goal:.0f} days of use cost least at a value of {value:.1f} times the price"
            orders.append(ReserveOrder(material, stock.tonnes(goal), pace, 1e12, release, reason))
        return orders
