"""A network cascade of trade cuts with reserves.

After Marchand and others (2016), "Reserves and trade jointly determine exposure to food supply shocks", Environmental
Research Letters 11. Countries make P, hold reserves R and trade E (from row to column); what they use is P + imports -
exports. A loss of production leaves a deficit, and in each round

1.  every country meets its deficit from its reserve, of which at most a share may be drawn;
2.  one whose deficit is still above a threshold (a share of what it used) changes its trade by one proportion on all
    its links: exports shrink, and imports from countries that have not been in this position themselves grow, until
    the deficit is met; no link shrinks below zero, and none more than doubles in a round;
3.  what a country ships less, or is asked for more, is a deficit of its partner in the next round.

It ends when no country above the threshold can act; what is left lowers use. There are no prices, no time, and one
stock a country. The rules are written from the paper's text, not from its code; that a country once hit is not asked
for more, and that no link more than doubles in a round, are how they are read here.
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Cascade:
    """Where a cascade ended: trade (from row to column), tonnes drawn from reserves and tonnes of use lost by country,
    who had to act on its trade, and in how many rounds."""

    trade: np.ndarray
    drawn: np.ndarray
    lost: np.ndarray
    hit: np.ndarray
    rounds: int


def cascade(
    production: np.ndarray, reserves: np.ndarray, trade: np.ndarray, loss: np.ndarray, *, reserve_share: float = 1.0,
    threshold: float = 0.0, raises: bool = True, retries: bool = True, rounds: int = 10_000,
) -> Cascade:  # fmt: skip
    """Run the cascade of a loss of production.

    production, reserves, loss: (countries,) tonnes; trade: (countries, countries), from row to column, none with
    oneself. raises: whether a country in deficit also raises imports. retries: whether a country whose trade was too
    small for its deficit tries again in the next round; the authors' program takes the rest out of use at once, and
    `chokepoint dock D1` holds the one against the other. rounds: how many at most.
    """
    trade = np.array(trade, dtype=float)
    used = production + trade.sum(axis=0) - trade.sum(axis=1)
    if (loss < 0.0).any() or (loss > production).any() or (used < -1e-9 * trade.sum()).any() or np.diag(trade).any():
        raise ValueError("a loss lies between nothing and production, and nobody ships more than it has, or to itself")
    left = reserve_share * np.asarray(reserves, dtype=float)
    deficit, drawn, borne = np.array(loss, dtype=float), np.zeros(len(trade)), np.zeros(len(trade))
    hit = np.zeros(len(trade), dtype=bool)
    done = 0
    while True:
        draw = np.minimum(deficit, left)
        drawn, left, deficit = drawn + draw, left - draw, deficit - draw
        acts = deficit > np.maximum(threshold * used, 1e-15 * trade.sum())
        hit = hit | acts
        asked = trade * ~hit[:, None] * raises
        volume = trade.sum(axis=1) + asked.sum(axis=0)
        acts &= volume > 0.0
        if done == rounds or not acts.any():
            return Cascade(trade, drawn, deficit + borne, hit, done)
        part = np.where(acts, np.minimum(1.0, np.divide(deficit, volume, out=np.zeros_like(volume), where=acts)), 0.0)
        if not retries:
            borne, deficit = borne + deficit - part * volume, part * volume
        cut, more = part[:, None] * trade, part[None, :] * asked
        trade = trade - cut + more
        change = cut.sum(axis=0) - cut.sum(axis=1) + more.sum(axis=1) - more.sum(axis=0)
        deficit = np.maximum(0.0, deficit + change)
        done += 1
