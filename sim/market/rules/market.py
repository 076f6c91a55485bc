"""Rules of the market: what a passage carries at a margin, and memories of prices."""

from math import exp


def carried(margin: float, scale: float, room: float, width: float) -> tuple[float, float]:
    """What a passage carries, t a year, and its slope in the margin, the log of price there over landed cost.

    Nothing below zero, `scale` for every `width` above it, and no more than its room; both corners are rounded over
    half a unit, so that a solver by slopes is never lost in one. Complementarity in the limit: Samuelson (1952),
    Takayama and Judge (1971).
    """
    if margin <= 0.0 or room <= 0.0:
        return 0.0, 0.0
    per_width = 1.0 / width
    units = margin * per_width
    wanted, slope = (units * units, 2.0 * units) if units < 0.5 else (units - 0.25, 1.0)
    wanted, slope = scale * wanted, scale * slope * per_width
    left = room - wanted
    corner = 0.5 * min(scale, room)
    if left >= corner:
        return wanted, slope
    if left <= -corner:
        return room, 0.0
    part = (left + corner) / (2.0 * corner)
    return room - corner * part * part, slope * part


def kept(memory_years: float, dt: float) -> float:
    """Share of what was remembered that is kept over a step: e^(-dt / memory)."""
    return exp(-dt / memory_years)


def smoothed(previous: float, value: float, kept_share: float) -> float:
    """Exponential memory of a quantity (exact step): value + (previous - value) * kept share."""
    return value + (previous - value) * kept_share
