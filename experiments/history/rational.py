"""Competitive storage with foresight: prices after a cut that lasts as long as the law says, among rational holders.

The model is that of `agents/reserve_rules/competitive.py`, and its building blocks are taken from there: stocks S >= 0
complementary to p + k - (1 - d) / (1 + r) E[p'] >= 0, isoelastic demand, a normal shock to output. Here output and
elasticity change with time, so that the price of every period is found backwards from the end, the last years being
those of the law's last word for ever. A period is four weeks.
"""

from collections.abc import Sequence

import numpy as np

from chokepoint.agents.reserve_rules.competitive import Settings, Storage, shocks

WEEKS = 4  # of a period
A_YEAR = 365.25 / 7.0 / WEEKS  # periods
TAIL = 130  # periods after the last change of output, ten years
FULL = 40.0  # periods of use: more than any holder will keep
FINE, COARSE = np.linspace(0.0, 4.0, 81), np.linspace(4.0, FULL, 91)[1:]
STOCKS = np.concatenate([FINE, COARSE])
NOTHING = 1e-6  # value of what is left after the last period
USUAL = Settings()


def of_a_period(settings: Settings, periods: float = A_YEAR) -> tuple[float, float, float]:
    """What a stock keeps of its value over a period, carry as a share of the normal price, spread of output.

    Shocks of periods are independent, and those of a year have the spread that the settings give it.
    """
    keep = (1.0 - settings.decay / periods) / (1.0 + settings.rate / periods)
    return keep, settings.carry / periods, settings.shock * periods**0.5


def solve_back(
    output: np.ndarray, elasticity: np.ndarray, settings: Settings = USUAL, periods: float = A_YEAR
) -> list[Storage]:
    """Rational storage in each period, given mean output (in use of a period) and the elasticity of net demand.

    The last entries stand for ever as far as holders can see. In a period's `Storage` stocks are what is held at its
    end, and prices are those at which it is worth holding them.
    """
    keep, carry, spread = of_a_period(settings, periods)
    values, weights = shocks(spread)
    stays = 1.0 - settings.decay / periods
    last = np.full(len(STOCKS), NOTHING)
    found = [Storage(STOCKS, last, STOCKS + last ** -elasticity[-1], float(elasticity[-1]))]
    for period in range(len(output) - 2, -1, -1):
        following = stays * STOCKS[:, None] + output[period + 1] * values[None, :]
        worth = keep * (found[-1].price_at(following) @ weights) - carry
        prices = np.maximum(worth, NOTHING)
        found.append(Storage(STOCKS, prices, STOCKS + prices ** -elasticity[period], float(elasticity[period])))
    return found[::-1]


def path(
    seen: Sequence[tuple[int, np.ndarray]], elasticity: np.ndarray, stock: float, settings: Settings = USUAL
) -> np.ndarray:
    """ln price, period by period, where output is as foreseen and people learn of the law in steps.

    seen: periods at which something becomes known, the first of them 0, each with mean output from period 0 on as the
    law then known has it, all of one length. elasticity: of the same length. stock: at the beginning, in use of a
    period. Luck is at its mean all along, while holders reckon with it.
    """
    periods = len(elasticity)
    changes = {at: np.concatenate([output, np.full(TAIL, output[-1])]) for at, output in seen}
    longer = np.concatenate([elasticity, np.full(TAIL, elasticity[-1])])
    prices, left, solved, begun, output = np.zeros(periods), stock, [], 0, np.ones(periods)
    for period in range(periods):
        if period in changes:
            output, begun = changes[period], period
            solved = solve_back(output[period:], longer[period:], settings)
        now, available = solved[period - begun], np.array([left + output[period]])
        prices[period] = float(np.log(now.price_at(available)[0]))
        left = (1.0 - settings.decay / A_YEAR) * float(now.stock_at(available)[0])
    return prices
