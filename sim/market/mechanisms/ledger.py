"""The ledger: every payment has a payer and a payee, every tonne is booked, nothing is negative.

P behaviour, N structure, X influences, I instruments, S state, R record; `dt` is a step in years.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np

from chokepoint.sim.engine.arrays import Array
from chokepoint.sim.engine.frame import Making
from chokepoint.sim.engine.mechanism import Mechanism, Phase
from chokepoint.sim.engine.series import Series
from chokepoint.sim.market.mechanisms.cargo import under_way
from chokepoint.sim.network.structure import RESERVE


def stocktaking(step: int, dt: float, P: Any, N: Any, X: Any, I: Any, S: Any, R: Any) -> None:
    """Stocks by country and material at the end of the week."""
    for slot in range(S.stock.shape[0]):
        country, material = N.s_country[slot], N.s_mat[slot]
        if N.f_kind[N.s_firm[slot]] == RESERVE:
            R.held[step, country, material] += S.stock[slot]
        else:
            R.stock[step, country, material] += S.stock[slot]


def mass(world: Any) -> tuple[np.ndarray, np.ndarray]:
    """Tonnes in the world by material, and what the ledger says there should be: two arrays (materials,)."""
    S, N = world.S, world.N
    held = S.product.sum(axis=0) + S.feed.sum(axis=0)
    np.add.at(held, N.s_mat, S.stock + under_way(N, S.pipe))
    np.add.at(held, N.s_mat[N.e_slot], S.e_queue)
    booked = S.opening + S.mined + S.scrapped - S.used - S.lost - S.discarded
    return held, booked


def _mass_balances(world: Any) -> Iterator[str]:
    """The tonnes in the world are those that the ledger says, to 1e-9 of what was there or mined."""
    S = world.S
    held, booked = mass(world)
    for m, name in enumerate(world.materials):
        if abs(held[m] - booked[m]) > 1e-9 * max(1.0, S.opening[m] + S.mined[m]):
            yield f"{name}: {held[m]:.6f} t in the world, {booked[m]:.6f} t in the ledger"


def _nothing_is_negative(world: Any) -> Iterator[str]:
    """No stock of a firm or refiner is below zero."""
    S, N, layout = world.S, world.N, world.layout
    for s in np.flatnonzero(~(S.stock >= -1e-9)):
        yield f"{layout.firms[N.s_firm[s]]} holds {S.stock[s]:.6f} t of {world.materials[N.s_mat[s]]}"
    for r, m in zip(*np.nonzero(~(S.product >= -1e-9)), strict=True):
        yield f"{layout.refiners[r]} holds {S.product[r, m]:.6f} t of {world.materials[m]}"


def _money_balances(world: Any) -> Iterator[str]:
    """Payments sum to zero, to 1e-9 of all balances."""
    cash = world.S.cash
    if abs(cash.sum()) > 1e-9 * max(1.0, np.abs(cash).sum()):
        yield f"payments sum to {cash.sum():.6f} thousand USD, not zero"


def _opening(start: Making) -> Any:
    """Tonnes in the world before the first week, by material: (materials,)."""
    S, N = start.S, start.N
    opening = np.zeros(start.sizes["m"])
    np.add.at(opening, N.s_mat, S.stock + S.pipe_sum)
    return opening + (S.product.sum(axis=0) + S.feed.sum(axis=0))


MECHANISM = Mechanism(
    "ledger",
    source="accounting",
    phases=(Phase(stocktaking, after=("investment",)),),
    arrays=(
        Array("S.cash", "a", "thousand USD", "balance of an account"),
        Array("S.opening", "m", "t", "in the world before the first week", _opening),
        Array("S.mined", "m", "t", "mined so far"),
        Array("S.scrapped", "m", "t", "recovered from scrap so far"),
        Array("S.used", "m", "t", "used so far"),
        Array("S.lost", "m", "t", "lost in refining so far"),
        Array("S.discarded", "m", "t", "discarded so far"),
    ),
    series={
        "stock": Series("t", "country-material", False, "stocks of firms and traders", "t c m"),
        "reserve": Series("t", "country-material", False, "stocks of state reserves", "t c m", "held"),
    },
    checks=(_mass_balances, _nothing_is_negative, _money_balances),
)
