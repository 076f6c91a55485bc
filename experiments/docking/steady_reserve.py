"""The reserve of Oren and Wan: size and rate of filling that cost least in the long run, in closed form.

Supply is normal or short, for times that are exponentially distributed with rates l and m a year. The reserve is filled
at a rate f while supply is normal and it has room, and let go at a rate d while supply is short and it holds anything.
With z = m/d - l/f its stock x has the stationary density e^(zx) in normal times and (f/d) e^(zx) in short ones, up to a
factor; it is full with the weight (f/l) e^(zS), and empty in a shortage with f/m.

    cost a year = v (what is lost and not made up for) + h E[stock] + f (1 + i f) Pr(filling)

v value of a day's use over its price, h holding and interest, i rise of the price at a fill of a year's use a year; all
in years of use at the normal price. Source: Oren and Wan (1986), with a loss that is proportional to what is missing,
as the rule `optimal` has it, in place of theirs under an elastic demand.
"""

from math import exp, expm1, log

import numpy as np

from chokepoint.agents.reserve_rules.optimal import PERIOD_DAYS, STEP_DAYS, Settings

YEAR = 365.25
SIZES = np.arange(0.005, 3.0, 0.005)  # years of use
FILLS = tuple(STEP_DAYS * n / PERIOD_DAYS for n in range(1, PERIOD_DAYS // STEP_DAYS + 1))  # those of the rule


def cost(size: float, fill: float, supply: Settings, value: float) -> float:
    """Expected cost a year of a reserve, in years of use at the normal price. size: years of use; fill: a year."""
    begins, ends, draw = supply.begins_per_year, 1.0 / supply.lasts_years, supply.lost_share
    holding = supply.storage + log(1.0 + supply.rate)
    z = ends / draw - begins / fill
    between = expm1(z * size) / z if abs(z * size) > 1e-9 else size
    moment = (size * exp(z * size) - between) / z if abs(z * size) > 1e-6 else 0.5 * size * size
    full, empty = fill * exp(z * size) / begins, fill / ends
    both = 1.0 + fill / draw
    whole = between * both + full + empty
    held = (moment * both + size * full) / whole
    buying = fill * (1.0 + supply.impact * fill) * between / whole
    return value * draw * empty / whole + holding * held + buying


def best(supply: Settings, value: float, fills: tuple[float, ...] = FILLS) -> tuple[float, float]:
    """Size, days of use, and rate of filling, years of use a year, that cost least."""
    found = [(cost(float(size), fill, supply, value), float(size), fill) for fill in fills for size in SIZES]
    _, size, fill = min(found)
    return size * YEAR, fill
