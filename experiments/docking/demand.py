"""What users lose who pay more or use less, read off the prices and uses that a market went through."""

import numpy as np


def lost_value(used: np.ndarray, price: np.ndarray) -> float:
    """Value of the use that is given up, in base bills: the area under demand from `used[-1]` to `used[0]`.

    used: share of base use, falling; price: over base, rising; (steps,) each. Between two steps the price goes along a
    line in logs over use.
    """
    between = np.sqrt(price[1:] * price[:-1])
    return float(np.sum(between * -np.diff(used)))


def lost_surplus(used: np.ndarray, price: np.ndarray) -> float:
    """Surplus that users lose, in base bills: the area left of demand from `price[0]` to `price[-1]`.

    It counts what is still bought and costs more, and what is given up and was worth more than it cost. Use goes along
    a line in logs over price between two steps.
    """
    between = np.sqrt(used[1:] * used[:-1])
    return float(np.sum(between * np.diff(price)))
