"""Reserves as cases of an experiment: the changes that make one, and what the price level does meanwhile."""

from collections.abc import Mapping
from datetime import date

import numpy as np

from chokepoint.sim.results.run import Run

# The rare earths from 2009 without a restriction, a campaign or news: who buys then is alone in moving the price.
QUIET = (
    "end=2012-12-31", "activity=none", "quota=none", "embargo=none", "campaign=none", "inspection.japan=none",
    "news=none",
)  # fmt: skip


# Share of use lost from which a reserve lets go: a tenth, the default, is lost at about five times the base price.
NEED = {"release_shortfall": 0.03}


def reserve(country: str, **keys: object) -> tuple[str, ...]:
    """Changes that give a country a reserve by target days of use, which lets go in `NEED` unless told otherwise.

    keys: as in `sim/scenario/programmes.py`.
    """
    made = (f"reserve.{country}.{key}={value}" for key, value in {**NEED, **keys}.items())
    return (f"reserve.{country}=target_days", *made)


def price_level(run: Run, first: date, last: date) -> np.ndarray:
    """Mean over materials of the price outside between two days over that of the first week: (replications,)."""
    prices = run.arrays["price_outside"]
    i, j = max(run.step_of(first), 0), min(run.step_of(last), run.steps - 1)
    return np.asarray((prices[:, i : j + 1] / prices[:, :1]).mean(axis=(1, 2)))


def weekly_level(run: Run) -> np.ndarray:
    """Mean over materials of the price outside over that of the first week: (replications, steps)."""
    prices = run.arrays["price_outside"]
    return np.asarray((prices / prices[:, :1]).mean(axis=2))


def base_prices(run: Run) -> Mapping[str, float]:
    """Prices outside in the first week, USD/kg by material."""
    return {m: float(run.arrays["price_outside"][:, 0, i].mean()) for i, m in enumerate(run.columns["price_outside"])}
