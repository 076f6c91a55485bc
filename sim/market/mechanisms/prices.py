"""Prices: one inside each exporting state and one outside, from the stocks that are wanted and held.

P behaviour, N structure, X influences, I instruments, S state, R record; `dt` is a step in years.
"""

from collections.abc import Iterator
from math import log
from typing import Any

import numpy as np

from chokepoint.sim.engine.arrays import Array
from chokepoint.sim.engine.mechanism import Mechanism, Phase
from chokepoint.sim.engine.series import Series
from chokepoint.sim.market.rules.market import inside_price as market_inside_price
from chokepoint.sim.market.rules.market import kept as market_kept
from chokepoint.sim.market.rules.market import outside_price as market_outside_price
from chokepoint.sim.market.rules.market import parity as market_parity
from chokepoint.sim.market.rules.market import smoothed as market_smoothed
from chokepoint.sim.network.structure import FREE, RESERVE

TINY = 1e-12


def covers(step: int, dt: float, P: Any, N: Any, X: Any, I: Any, S: Any, R: Any) -> None:
    """Stocks wanted and held in each market: of users and traders, and of refiners but those outside."""
    if step >= N.freeze[0]:
        return
    S.wanted_zone[:, :] = 0.0
    S.stock_zone[:, :] = 0.0
    for slot in range(S.stock.shape[0]):
        if N.f_kind[N.s_firm[slot]] == RESERVE:
            continue
        S.wanted_zone[N.s_zone[slot], N.s_mat[slot]] += S.wanted[slot]
        S.stock_zone[N.s_zone[slot], N.s_mat[slot]] += S.stock[slot]
    for refiner in range(S.product.shape[0]):
        zone = N.r_zone[refiner]
        if N.r_kind[refiner] == FREE:
            continue
        for material in range(S.product.shape[1]):
            making = max(N.r_output[refiner, material], S.output[refiner, material])
            S.wanted_zone[zone, material] += P.refiner_cover_months / 12.0 * making
            S.stock_zone[zone, material] += S.product[refiner, material]


def prices(step: int, dt: float, P: Any, N: Any, X: Any, I: Any, S: Any, R: Any) -> None:
    """Both prices from cover, unless a study holds them where they were."""
    if step >= N.freeze[0]:
        return
    n_zones, n_mats = S.price.shape
    for material in range(n_mats):
        parity = 0.0
        weight = 0.0
        for zone in range(1, n_zones):
            if N.trade_base[zone, material] <= 0.0:
                continue
            before = S.price[zone, material]
            S.price[zone, material] = market_inside_price(
                before,
                S.habitual[zone, material],
                N.base_price[zone, material] * (1.0 - I.subsidy[zone]),
                max(S.wanted_zone[zone, material], TINY),
                max(S.stock_zone[zone, material], TINY),
                P.inside_cover_gain,
                P.anchor_weight,
                P.inside_speed,
                dt,
            )
            own = N.trade_base[zone, material]
            parity += own * market_parity(
                S.price[zone, material], I.tax[zone, material], S.ask_mean[zone], N.freight[zone]
            )
            weight += own
        if weight > 0.0:
            S.price[0, material] = market_outside_price(
                S.price[0, material],
                parity / weight,
                max(S.wanted_zone[0, material], TINY),
                max(S.stock_zone[0, material], TINY),
                P.outside_cover_gain,
                P.outside_speed,
                dt,
            )
        else:
            S.price[0, material] = market_inside_price(
                S.price[0, material],
                S.habitual[0, material],
                N.base_price[0, material],
                max(S.wanted_zone[0, material], TINY),
                max(S.stock_zone[0, material], TINY),
                P.inside_cover_gain,
                P.anchor_weight,
                P.inside_speed,
                dt,
            )


def memories(step: int, dt: float, P: Any, N: Any, X: Any, I: Any, S: Any, R: Any) -> None:
    """The memories of prices that beliefs and thrift read."""
    n_zones, n_mats = S.price.shape
    anchor_kept = market_kept(P.anchor_years, dt)
    thrift_kept = market_kept(P.thrift_memory_years, dt)
    trend_kept = market_kept(P.trend_years, dt)
    for zone in range(n_zones):
        for material in range(n_mats):
            price = S.price[zone, material]
            S.habitual[zone, material] = market_smoothed(S.habitual[zone, material], price, anchor_kept)
            lagged = S.slow[zone, material, 1]
            S.slow[zone, material, 0] = market_smoothed(S.slow[zone, material, 0], price, thrift_kept)
            S.slow[zone, material, 1] = market_smoothed(lagged, price, trend_kept)
            S.trend[zone, material] = log(S.slow[zone, material, 1] / lagged) / dt
            S.gap[zone, material, 0] = log(price / N.base_price[zone, material])
            S.gap[zone, material, 1] = log(S.slow[zone, material, 0] / N.base_price[zone, material])
            R.price[step, zone, material] = price


def _checked(world: Any) -> Iterator[str]:
    """Prices are finite and above zero."""
    prices = world.S.price
    for z, zone in enumerate(world.layout.zones):
        for m in np.flatnonzero(~(np.isfinite(prices[z]) & (prices[z] > 0.0))):
            yield f"price of {world.materials[m]} in {zone} is {prices[z, m]} USD/kg"


def _outside(prices: np.ndarray) -> np.ndarray:
    return prices[:, 0]


def _inside(prices: np.ndarray) -> np.ndarray:
    return prices[:, 1] if prices.shape[1] > 1 else prices[:, 0]


MECHANISM = Mechanism(
    "prices",
    source="prices from cover, forms in sim/market/rules/market.py",
    phases=(
        Phase(covers, after=("mining",)),
        Phase(prices, after=("covers",)),
        Phase(memories, after=("prices",)),
    ),
    arrays=(
        Array("S.price", "z m", "USD/kg", "price of a market", lambda start: start.N.base_price),
        Array("S.habitual", "z m", "USD/kg", "price that people there are used to", lambda start: start.N.base_price),
        Array(
            "S.slow",
            "z m 2",
            "USD/kg",
            "price as engineers look at it; as the trend remembers it",
            lambda start: np.repeat(start.N.base_price[:, :, None], 2, axis=2),
        ),
        Array("S.gap", "z m 2", "ln", "price, and engineers' price, over the base year"),
        Array("S.trend", "z m", "1/year", "smoothed log growth of a price"),
        Array("S.wanted_zone", "z m", "t", "stocks wanted in a market"),
        Array("S.stock_zone", "z m", "t", "stocks held in a market"),
        Array("R.price", "t z m", "USD/kg", "price of a market"),
    ),
    series={
        "price_outside": Series(
            "USD/kg", "material", False, "price outside the exporting states", array="price", take=_outside
        ),
        "price_inside": Series(
            "USD/kg",
            "material",
            False,
            "price inside the first exporting state, home taxes included",
            array="price",
            take=_inside,
        ),
    },
    checks=(_checked,),
)
