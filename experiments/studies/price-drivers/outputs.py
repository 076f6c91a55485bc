"""What the study of price drivers keeps of a run: log rises and gaps."""

import numpy as np

from chokepoint.experiments.history.run_statistics import largest_price_ratio, peak
from chokepoint.sim.results.run import Run


def _rise(run: Run, material: str) -> np.ndarray:
    return np.asarray(np.log(peak(run, "price_outside", material) / run.column("price_outside", material)[:, 0]))


def peak_La(run: Run) -> np.ndarray:
    """Log rise of lanthanum."""
    return _rise(run, "La")


def peak_Ce(run: Run) -> np.ndarray:
    """Log rise of cerium."""
    return _rise(run, "Ce")


def peak_Nd(run: Run) -> np.ndarray:
    """Log rise of neodymium."""
    return _rise(run, "Nd")


def peak_Dy(run: Run) -> np.ndarray:
    """Log rise of dysprosium."""
    return _rise(run, "Dy")


def gap_La(run: Run) -> np.ndarray:
    """Largest log gap of lanthanum outside over inside."""
    return np.asarray(np.log(largest_price_ratio(run, "La")))
