"""Tables with given margins: what rows and columns must sum to, and what then stands in the cells.

The base year closes exactly: use is scaled to supply material by material (RAS), and each seller's output
is laid on buyers by filling one after the other (north-west corner), in an order that depends only on
their names. So a steady state exists by construction, and a firm added to the file moves nobody.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps

import numpy as np

from chokepoint.sim.engine.draws import key_of

ROUNDING = 1e-9  # of all that flows: less is rounding, and makes no link
KEPT = 64  # results of a balance or split that are remembered: studies build the same structure again and again


def _remembered(function: Callable[..., np.ndarray]) -> Callable[..., np.ndarray]:
    """The function of arrays with its last results kept by content; each caller gets a copy of its own."""
    kept: dict[tuple[bytes, ...], np.ndarray] = {}

    @wraps(function)
    def known(*arrays: np.ndarray) -> np.ndarray:
        key = tuple(part for a in arrays for part in (repr(a.shape).encode(), a.tobytes()))
        if key not in kept:
            if len(kept) >= KEPT:
                del kept[next(iter(kept))]
            kept[key] = function(*arrays)
        return kept[key].copy()

    return known


@_remembered
def balance(rows: np.ndarray, shares: np.ndarray, supply: np.ndarray, rounds: int = 500) -> np.ndarray:
    """Use by firm and material whose columns sum to `supply` and whose rows keep the firms' proportions.

    rows: (firms,) tonnes a year; shares: (firms, materials); supply: (materials,) tonnes a year.
    Returns (firms, materials). Source: RAS, Stone (1961).
    """
    use = rows[:, None] * shares
    rows = rows * supply.sum() / rows.sum()
    for _ in range(rounds):
        total = use.sum(axis=1)
        use *= np.divide(rows, total, out=np.zeros_like(rows), where=total > 0)[:, None]
        columns = use.sum(axis=0)
        use *= np.divide(supply, columns, out=np.zeros_like(supply), where=columns > 0)
        if np.allclose(use.sum(axis=1), rows, rtol=1e-12, atol=0.0):
            break
    return np.asarray(use)


@_remembered
def split(limits: np.ndarray, shares: np.ndarray, totals: np.ndarray, rounds: int = 200) -> np.ndarray:
    """Divide `totals` (materials,) over sellers by `shares` (sellers,), within `limits` (sellers, materials).

    Column sums are exact where the limits allow; rows are as near to the shares as the limits allow. t a year.
    """
    flows = limits * np.minimum(1.0, np.divide(totals, limits.sum(axis=0), out=np.zeros_like(totals), where=totals > 0))
    rows = shares / shares.sum() * totals.sum() if shares.sum() > 0 else flows.sum(axis=1)
    for _ in range(rounds):
        now = flows.sum(axis=1)
        flows *= np.divide(rows, now, out=np.zeros_like(rows), where=now > 0)[:, None]
        for _ in range(20):
            flows = np.minimum(flows, limits)
            free = np.where(flows < limits, flows, 0.0)
            short = totals - flows.sum(axis=0)
            room = free.sum(axis=0)
            flows += free * np.divide(short, room, out=np.zeros_like(short), where=room > 0)
            if np.abs(short).max() < 1e-12 * totals.max():
                break
    return np.asarray(np.clip(flows, 0.0, limits))


def bulk(flows: np.ndarray, part: float) -> np.ndarray:
    """True for the largest of each column that together make up `part` of it, and for the largest of each row: a seller
    stays with at least one material. flows and result: (sellers or buyers, materials). Whoever would only fill what
    rounding leaves is not among them."""
    order = np.argsort(-flows, axis=0, kind="stable")
    ranked = np.take_along_axis(flows, order, axis=0)
    before = np.cumsum(ranked, axis=0) - ranked
    chosen = np.zeros(flows.shape, dtype=bool)
    np.put_along_axis(chosen, order, (before < (part - ROUNDING) * flows.sum(axis=0)) & (ranked > 0.0), axis=0)
    return np.asarray(chosen | ((flows == flows.max(axis=1, keepdims=True)) & (flows > 0.0) & (flows.shape[1] > 1)))


@dataclass(frozen=True)
class Keys:
    """Keys of sellers and of buyers, 64 bits each, from their names: they put both sides in an order."""

    sellers: list[int]
    buyers: list[int]


def lay(outputs: dict[int, float], needs: dict[int, float], keys: Keys, salt: str) -> dict[tuple[int, int], float]:
    """Flows from sellers to buyers with exact margins and few links, in an order that `keys` and `salt` give.

    outputs: by seller; needs: by buyer, with the same sum. Returns what flows by (seller, buyer).
    """
    mixer = int(key_of(salt))
    sellers = sorted((i for i, tonnes in outputs.items() if tonnes > 0.0), key=lambda i: keys.sellers[i] ^ mixer)
    buyers = sorted((j for j, tonnes in needs.items() if tonnes > 0.0), key=lambda j: keys.buyers[j] ^ mixer)
    flows: dict[tuple[int, int], float] = {}
    left = dict(outputs)
    want = dict(needs)
    speck = ROUNDING * sum(want.values())
    i = j = 0
    while i < len(sellers) and j < len(buyers):
        seller, buyer = sellers[i], buyers[j]
        last = i == len(sellers) - 1 and j == len(buyers) - 1
        amount = want[buyer] if last else min(left[seller], want[buyer])
        if amount > speck or last:
            flows[seller, buyer] = flows.get((seller, buyer), 0.0) + amount
        left[seller] -= amount
        want[buyer] -= amount
        if left[seller] <= want[buyer] + speck and i < len(sellers) - 1:
            i += 1
        else:
            j += 1
    return flows
