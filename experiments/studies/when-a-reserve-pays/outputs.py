"""What the study of the worlds in which a reserve pays keeps of a run."""

import numpy as np

from chokepoint.experiments.systems.frame.reserve_account import position
from chokepoint.experiments.systems.frame.reserve_cases import base_prices
from chokepoint.sim.results.run import Run
from chokepoint.sim.scenario.programmes import Reserve

RESERVE = Reserve(country="Japan")


def net(run: Run) -> np.ndarray:
    """Sum of all lines of the account, million USD."""
    return np.sum(list(position(run, RESERVE, base_prices(run)).values()), axis=0)


def own(run: Run) -> np.ndarray:
    """The same without the bill for material."""
    lines = position(run, RESERVE, base_prices(run))
    return np.sum([v for k, v in lines.items() if k != "material bill saved"], axis=0)
