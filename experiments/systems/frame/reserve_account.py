"""What a reserve saves and costs: losses avoided beside expenses, transfers apart.

All in million USD of the day over the span of the runs, discounted weekly from the first day, paired by replication
with the same run without the reserve:

    lost value avoided    value added not lost for want of material, at the sectors' value added a tonne
    material bill saved   what firms of the country pay less for material: a transfer from sellers
    purchases             paid for the reserve, less what releases brought in and with what it held at the start
    left in store         what is held at the end, at the price of the base year
    firms' stocks         what firms of the country hold more at the end, at the price of the base year
    carrying              storage and rotation of what is held, at the price of the base year; interest is discounted
    net                   the sum, for the government and its firms together
    world                 value added not lost anywhere
"""

from collections.abc import Mapping

import numpy as np

from chokepoint.sim.results.run import Run
from chokepoint.sim.scenario.programmes import Reserve


def discounted(run: Run, weekly: np.ndarray, rate: float) -> np.ndarray:
    """Sum of a weekly path discounted to the first day: (replications,). weekly: (replications, steps)."""
    years = np.arange(weekly.shape[1]) * run.step_days / 365.25
    return np.asarray((weekly * (1.0 + rate) ** -years).sum(axis=1))


def lost_value(run: Run, countries: list[str], rate: float = 0.0) -> np.ndarray:
    """Value added lost for want of material in some countries, million USD: (replications,)."""
    return discounted(run, np.sum([run.column("lost_value", c) for c in countries], axis=0), rate) / 1000.0


def _stocks(run: Run, countries: list[str], prices: Mapping[str, float]) -> np.ndarray:
    """What firms of some countries hold in the last week, million USD at given prices: (replications,)."""
    held = sum(prices[m] * run.column("stock", f"{c} {m}")[:, -1] for c in countries for m in prices)
    return np.asarray(held) / 1000.0


def position(run: Run, reserve: Reserve, prices: Mapping[str, float]) -> dict[str, np.ndarray]:
    """What one run leaves a country and those it serves with, million USD discounted, each (replications,): a loss is
    negative. Only differences between two runs mean anything.

    prices: USD/kg of the base year by material.
    """
    rate, country = reserve.interest_per_year, reserve.country
    served = [country, *reserve.members]
    held = sum(prices[m] * run.column("reserve", f"{country} {m}") for m in prices) / 1000.0
    assert isinstance(held, np.ndarray)
    years = run.step_days / 365.25
    carrying = (reserve.storage_per_year + reserve.rotation_per_year) * years * held  # interest is in the discounting
    later = (1.0 + rate) ** -(years * run.steps)
    return {
        "lost value avoided": -lost_value(run, served, rate),
        "material bill saved": -discounted(run, np.sum([run.column("bill", c) for c in served], axis=0), rate) / 1000.0,
        "purchases": -discounted(run, run.column("reserve_spent", country), rate) / 1000.0 - held[:, 0],
        "left in store": held[:, -1] * later,
        "firms' stocks": _stocks(run, served, prices) * later,
        "carrying": -discounted(run, carrying, rate),
    }


def account(run: Run, plain: Run, reserve: Reserve, prices: Mapping[str, float]) -> dict[str, np.ndarray]:
    """Lines of the account of one reserve, million USD, each (replications,): its position beside that without it.

    plain: the same runs without the reserve; prices: USD/kg of the base year by material.
    """
    mine, theirs = position(run, reserve, prices), position(plain, reserve, prices)
    lines = {line: mine[line] - theirs[line] for line in mine}
    lines["net"] = np.sum(list(lines.values()), axis=0)
    everywhere, rate = run.columns["lost_value"], reserve.interest_per_year
    lines["world: lost value avoided"] = lost_value(plain, everywhere, rate) - lost_value(run, everywhere, rate)
    return lines
