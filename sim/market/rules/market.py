"""How two prices form: one inside each exporting state and one outside, per material.

Prices follow from cover (wanted over actual stock), not from an integrator of excess demand: a level
form with partial adjustment is stable where an integrator explodes. Rules as in `agents/firm.py`; prices
in USD per kg contained.
"""

from math import exp, log


def inside_price(
    price: float,
    habitual: float,
    base: float,
    wanted_t: float,
    stock_t: float,
    gain: float,
    habit: float,
    speed: float,
    dt: float,
) -> float:
    """Price inside an exporting state after one step.

    ln P* = habit ln(habitual) + (1 - habit) ln(base) + gain ln(wanted/stock);
    ln P moves to ln P* at `speed` a year (exact step).
    """
    goal = habit * log(habitual) + (1.0 - habit) * log(base) + gain * log(wanted_t / stock_t)
    return exp(goal + (log(price) - goal) * exp(-speed * dt))


def outside_price(
    price: float, parity: float, wanted_t: float, stock_t: float, gain: float, speed: float, dt: float
) -> float:
    """Price outside after one step: parity with the exporters, and above it when stocks are short.

    ln P* = ln(parity) + gain max(0, ln(wanted/stock)): scarcity pushes up, a glut of stock never pushes
    the price below what it costs to replace.
    """
    goal = log(parity) + gain * max(0.0, log(wanted_t / stock_t))
    return exp(goal + (log(price) - goal) * exp(-speed * dt))


def parity(inside: float, tax: float, rent: float, freight: float) -> float:
    """Cost of a kg outside: inside * (1 + tax) + licence rent + freight, USD per kg contained."""
    return inside * (1.0 + tax) + rent + freight


def kept(memory_years: float, dt: float) -> float:
    """Share of what was remembered that is kept over a step: e^(-dt / memory)."""
    return exp(-dt / memory_years)


def smoothed(previous: float, value: float, kept_share: float) -> float:
    """Exponential memory of a quantity (exact step): value + (previous - value) * kept share."""
    return value + (previous - value) * kept_share
