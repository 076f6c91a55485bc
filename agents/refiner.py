"""How a refiner without a licence decides: whether it pays to get product past the border.

Rules as in `firm.py`.
"""

from math import exp

STEEP = 2.8  # steepness of the logistic curve in the gap over its half (assumption)


def tempted(gap: float, half: float) -> float:
    """Share of smugglers whom a log gap of prices across the border pays: a half at `half`, logistic over gaps."""
    return 1.0 / (1.0 + exp(-STEEP * (gap / half - 1.0)))
