"""What the study of the reserve frontier keeps of a run: one number of each, for Japan."""

from datetime import date

import numpy as np

from chokepoint.experiments.systems.frame.reserve_account import position
from chokepoint.experiments.systems.frame.reserve_cases import base_prices, price_level
from chokepoint.sim.results.run import Run
from chokepoint.sim.scenario.programmes import Reserve

RESERVE = Reserve(country="Japan")
HALF_YEAR = 26  # weeks


def _line(run: Run, name: str) -> np.ndarray:
    return position(run, RESERVE, base_prices(run))[name]


def lost(run: Run) -> np.ndarray:
    """Value added lost, million USD discounted."""
    return -_line(run, "lost value avoided")


def bill(run: Run) -> np.ndarray:
    """Paid for material, million USD discounted."""
    return -_line(run, "material bill saved")


def carrying(run: Run) -> np.ndarray:
    """Interest and storage of what is held, at prices of the base year, million USD a year."""
    prices = base_prices(run)
    held = sum(price * run.column("reserve", f"Japan {m}") for m, price in prices.items()) / 1000.0
    return np.asarray(held).mean(axis=1) * (RESERVE.interest_per_year + RESERVE.storage_per_year)


def level_while_built(run: Run) -> np.ndarray:
    """Price level outside from July 2009 to June 2010, times January 2009."""
    return price_level(run, date(2009, 7, 1), date(2010, 6, 30))


def embargo_half_years(run: Run) -> np.ndarray:
    """Half-years from 13 September 2010 on without any legal export of China to Japan."""
    first = run.step_of(date(2010, 9, 13))
    legal = run.column("exports", "Japan") + run.column("exports_open", "Japan")
    return np.asarray((legal[:, first:] <= 0.0).sum(axis=1) / HALF_YEAR)
