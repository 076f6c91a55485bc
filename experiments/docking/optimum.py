"""The place on a grid where most is earned, between its points."""

from collections.abc import Sequence

import numpy as np


def best(places: Sequence[float], earned: Sequence[float]) -> float:
    """The place that earns most, by a parabola through the best point of an even grid and its neighbours.

    At an end of the grid it is the end.
    """
    values, step = np.asarray(earned, dtype=float), places[1] - places[0]
    i = int(values.argmax())
    if i in (0, len(values) - 1):
        return places[i]
    left, top, right = values[i - 1 : i + 2]
    return float(places[i] + 0.5 * step * (left - right) / (left - 2.0 * top + right))
