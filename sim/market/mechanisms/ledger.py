"""The ledger: prices and stocks as they are told afterwards; every payment has a payee, every tonne is booked.

P behaviour, N structure, X influences, I instruments, S state, R record; `dt` is a step in years.
"""

from collections.abc import Iterator
from math import exp
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
    for refiner in range(S.product.shape[0]):
        for material in range(S.product.shape[1]):
            R.products[step, N.r_country[refiner], material] += S.product[refiner, material]


def telling(step: int, dt: float, P: Any, N: Any, X: Any, I: Any, S: Any, R: Any) -> None:
    """The price in every country; in an exporting state, and of all countries outside by what they use."""
    for country in range(S.price_of.shape[0]):
        for material in range(S.price_of.shape[1]):
            market = N.q_of[country, material]
            if market >= 0:
                R.price_of[step, country, material] = S.price_at[market]
                R.expected[step, country, material] = exp(S.holders_ln[market])
            else:
                R.price_of[step, country, material] = S.price_of[country, material]
                R.expected[step, country, material] = S.price_of[country, material]
    for material in range(S.price.shape[1]):
        total, normal, weight = 0.0, 0.0, 0.0
        for market in range(N.m_market[material], N.m_market[material + 1]):
            zone = N.zone_of_country[N.q_country[market]]
            if zone == 0:
                part = N.q_use[market] + 1e-9 * N.q_size[market]
                total += part * (S.price_ln[market] - N.q_base_ln[market])
                normal += part * (S.normal_ln[market] - N.q_base_ln[market])
                weight += part
            else:
                S.price[zone, material] = S.price_at[market]
                S.habitual[zone, material] = exp(S.normal_ln[market])
        if weight > 0.0:
            S.price[0, material] = N.base_price[0, material] * exp(total / weight)
            S.habitual[0, material] = N.base_price[0, material] * exp(normal / weight)
        for zone in range(S.price.shape[0]):
            R.price[step, zone, material] = S.price[zone, material]
    for passage in range(S.flow.shape[0]):
        R.flow[step, passage] = S.sent[passage]
        R.room[step, passage] = S.room[passage] * dt
        R.taxed[step, passage] = S.tax[passage]
        R.rented[step, passage] = S.rent[S.group[passage]] * N.v_gross[passage] if S.group[passage] >= 0 else 0.0


def mass(world: Any) -> tuple[np.ndarray, np.ndarray]:
    """Tonnes in the world by material, and what the ledger says there should be: two arrays (materials,)."""
    S, N = world.S, world.N
    held = S.product.sum(axis=0) + S.feed.sum(axis=0) + S.r_afloat.sum(axis=0)
    np.add.at(held, N.s_mat, S.stock + under_way(N, S.pipe) + S.spot_sum)
    booked = S.opening + S.mined + S.scrapped - S.used - S.lost
    return held, booked


def _mass_balances(world: Any) -> Iterator[str]:
    """The tonnes in the world are those that the ledger says, to 1e-9 of what was there or mined."""
    S, N = world.S, world.N
    held, booked = mass(world)
    for m, name in enumerate(world.materials):
        if abs(held[m] - booked[m]) > 1e-9 * (S.opening[m] + S.mined[m]) + 1e-12:
            yield f"{name}: {held[m]:.6f} t in the world, {booked[m]:.6f} t in the ledger"
    afloat = np.bincount(N.q_mat[N.v_there], S.spot_pipe.sum(axis=0), len(held))
    claims = np.bincount(N.s_mat, S.spot_sum, len(held)) + S.r_afloat.sum(axis=0)
    for m, name in enumerate(world.materials):
        if abs(afloat[m] - claims[m]) > 1e-9 * (S.opening[m] + S.mined[m]) + 1e-12:
            yield f"{name}: {afloat[m]:.6f} t bought on the spot are under way, {claims[m]:.6f} t are claimed"


def _money_balances(world: Any) -> Iterator[str]:
    """Payments sum to zero, to 1e-9 of all balances."""
    cash = world.S.cash
    if abs(cash.sum()) > 1e-9 * max(1.0, np.abs(cash).sum()):
        yield f"payments sum to {cash.sum():.6f} thousand USD, not zero"


def _opening(start: Making) -> Any:
    """Tonnes in the world before the first week, by material: (materials,)."""
    S, N = start.S, start.N
    opening = np.zeros(start.sizes["m"])
    np.add.at(opening, N.s_mat, S.stock + S.spot_sum)
    return opening + (S.product.sum(axis=0) + S.feed.sum(axis=0))


def _outside(prices: np.ndarray) -> np.ndarray:
    return prices[:, 0]


def _inside(prices: np.ndarray) -> np.ndarray:
    return prices[:, 1] if prices.shape[1] > 1 else prices[:, 0]


MECHANISM = Mechanism(
    "ledger",
    source="accounting",
    phases=(Phase(stocktaking, after=("investment",)), Phase(telling, after=("stocktaking",))),
    arrays=(
        Array("S.cash", "a", "thousand USD", "balance of an account"),
        Array("S.price", "z m", "USD/kg", "price in an exporting state, and outside", lambda start: start.N.base_price),
        Array(
            "S.habitual", "z m", "USD/kg", "price that holders there think normal", lambda start: start.N.base_price
        ),
        Array("S.opening", "m", "t", "in the world before the first week", _opening),
        Array("S.mined", "m", "t", "mined so far"),
        Array("S.scrapped", "m", "t", "recovered from scrap so far"),
        Array("S.used", "m", "t", "used so far"),
        Array("S.lost", "m", "t", "lost in refining so far"),
        Array("R.flow", "t v", "t a week", "what a passage carries"),
        Array("R.room", "t v", "t a week", "what it could carry"),
        Array("R.taxed", "t v", "share", "export tax there"),
        Array("R.rented", "t v", "USD/kg", "rent on the licences that a kilogram needs"),
        Array("R.price", "t z m", "USD/kg", "price in an exporting state, and outside"),
    ),
    series={
        "price_outside": Series("USD/kg", "material", False, "price outside the exporting states, mean of countries",
                                array="price", take=_outside),
        "price_inside": Series("USD/kg", "material", False, "price inside the first exporting state",
                               array="price", take=_inside),
        "price": Series("USD/kg", "country-material", False, "spot price in a country", "t c m", "price_of"),
        "expected_price": Series("USD/kg", "country-material", False, "price that holders expect", "t c m", "expected"),
        "stock": Series("t", "country-material", False, "stocks of firms and traders", "t c m"),
        "product": Series("t", "country-material", False, "stocks of refiners", "t c m", "products"),
        "reserve": Series("t", "country-material", False, "stocks of state reserves", "t c m", "held"),
    },
    checks=(_mass_balances, _money_balances),
)  # fmt: skip
