"""A court of trade: when a case against an export restriction is won, and whether the loser complies.

Rules as in `firm.py`: numbers in, one number out. `luck` is drawn outside.
"""

from math import erfc, log, sqrt


def years_to_ruling(least_years: float, hazard: float, luck: float) -> float:
    """Years from a complaint to the final ruling: least + E / hazard, infinite where the hazard is zero.

    Nothing is ruled for `least_years` (consultations, panel, report); from then on the complaint succeeds with a
    `hazard` a year, so that the mean is least + 1 / hazard. `luck` is a standard normal number z, and
    E = -ln(P(Z > z)) is then exponential with mean 1. The case on rare earths took 2.4 years to its last report.
    """
    return least_years - log(0.5 * erfc(luck / sqrt(2.0))) / hazard if hazard > 0.0 else float("inf")


def complies(probability: float, luck: float) -> bool:
    """Whether the loser removes what was complained of: P(Z <= z) < probability."""
    return 0.5 * erfc(-luck / sqrt(2.0)) < probability
