"""What the study of mine and reserve keeps of a run: one number of each, for Japan."""

import numpy as np

from chokepoint.experiments.systems.frame.reserve_account import discounted, position
from chokepoint.experiments.systems.frame.reserve_cases import base_prices
from chokepoint.sim.results.run import Run
from chokepoint.sim.scenario.programmes import Reserve

RESERVE = Reserve(country="Japan")


def _lines(run: Run) -> dict[str, np.ndarray]:
    return position(run, RESERVE, base_prices(run))


def lost(run: Run) -> np.ndarray:
    """Value added lost, million USD discounted."""
    return -_lines(run)["lost value avoided"]


def bill(run: Run) -> np.ndarray:
    """Paid for material, million USD discounted."""
    return -_lines(run)["material bill saved"]


def cost(run: Run) -> np.ndarray:
    """Net cost to the state, million USD discounted: aid less what came back; purchases and storage of the reserve less
    what it holds at the end."""
    lines = _lines(run)
    aid = discounted(run, run.column("aid", "Japan"), RESERVE.interest_per_year) / 1000.0
    return np.asarray(aid - lines["purchases"] - lines["left in store"] - lines["carrying"])


def outlay(run: Run) -> np.ndarray:
    """Most that the state had paid at any time, million USD."""
    paid = (run.column("aid", "Japan") + run.column("reserve_spent", "Japan")).cumsum(axis=1) / 1000.0
    return np.asarray(np.maximum(paid.max(axis=1), 0.0))


def failed(run: Run) -> np.ndarray:
    """1 where the mine at Mt Weld has failed by the end."""
    return run.column("defaulted", "Mt Weld")[:, -1]
