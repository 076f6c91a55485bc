"""Intervals of a share that was counted (Wilson 1927)."""

from math import sqrt

TENTHS = 1.2816  # standard deviations of a normal between which 80 % lie
TWENTIETHS = 1.6449  # and 90 %


def share_interval(hits: float, number: int, width: float = TENTHS) -> tuple[float, float]:
    """The interval of a share, `hits` of `number`; width: half of it, in standard deviations of a normal (80 %)."""
    share, squared = hits / number, width * width
    middle = share + squared / (2 * number)
    half = width * sqrt(share * (1 - share) / number + squared / (4 * number * number))
    return max(0.0, (middle - half) / (1 + squared / number)), min(1.0, (middle + half) / (1 + squared / number))
