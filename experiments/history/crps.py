"""The continuous ranked probability score: how far a predicted distribution is from what came, in the unit predicted.

E|X - y| - E|X - X'| / 2, where X and X' are independent draws of the prediction; of a prediction without spread it is
the absolute error. Source: Gneiting and Raftery (2007).
"""

from math import pi, sqrt

import numpy as np

LEAST = 1e-9  # spread below which there is none


def distance(mean: np.ndarray, spread: float | np.ndarray) -> np.ndarray:
    """E|Z| of a normal Z with some mean and spread: 2 s phi(m / s) + m (2 Phi(m / s) - 1)."""
    width = np.maximum(spread, LEAST)
    ratio = mean / width
    density = np.exp(-0.5 * ratio**2) / sqrt(2.0 * pi)
    return np.asarray(2.0 * width * density + mean * _error_function(ratio / sqrt(2.0)))


def of_normal(error: np.ndarray, spread: float | np.ndarray) -> np.ndarray:
    """The score of a normal prediction that is off by `error` and has a spread (standard deviation); same shape."""
    return np.asarray(distance(np.asarray(error, dtype=float), spread) - np.maximum(spread, LEAST) / sqrt(pi))


def of_samples(samples: np.ndarray, observed: np.ndarray, spread: float) -> np.ndarray:
    """The score of samples, each widened to a normal of some spread: samples (n, points), observed (points,).

    The mixture's two means are sums of those of normals: the first over samples, the second over pairs of them.
    """
    count = len(samples)
    one, other = np.triu_indices(count, 1)
    first = distance(samples - observed, spread).mean(axis=0)
    pairs = 2.0 * distance(samples[one] - samples[other], sqrt(2.0) * spread).sum(axis=0)
    alone = count * 2.0 * max(spread, LEAST / sqrt(2.0)) / sqrt(pi)  # a draw of a sample and another one of the same
    return np.asarray(first - 0.5 * (pairs + alone) / count**2)


def of_draws(drawn: np.ndarray, observed: np.ndarray) -> np.ndarray:
    """The score of draws as they are: drawn (n, points), sorted along n, observed (points,); (points,)."""
    count = len(drawn)
    weights = (2.0 * np.arange(1, count + 1) - count - 1.0) / count**2
    return np.asarray(np.abs(drawn - observed).mean(axis=0) - weights @ drawn)


def _error_function(values: np.ndarray) -> np.ndarray:
    from math import erf

    return np.vectorize(erf, otypes=[float])(values)
