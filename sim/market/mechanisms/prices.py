"""Prices: one inside each exporting state and one outside, from the stocks that are wanted and held."""

from math import log

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


def covers(t, dt, P, N, X, I, S, R):
    """Stocks wanted and held in each market: of users and traders, and of refiners but those outside."""
    if t >= N.freeze[0]:
        return
    S.wanted_zone[:, :] = 0.0
    S.stock_zone[:, :] = 0.0
    for s in range(S.stock.shape[0]):
        if N.f_kind[N.s_firm[s]] == RESERVE:
            continue
        S.wanted_zone[N.s_zone[s], N.s_mat[s]] += S.wanted[s]
        S.stock_zone[N.s_zone[s], N.s_mat[s]] += S.stock[s]
    for r in range(S.product.shape[0]):
        z = N.r_zone[r]
        if N.r_kind[r] == FREE:
            continue
        for m in range(S.product.shape[1]):
            making = max(N.r_output[r, m], S.output[r, m])
            S.wanted_zone[z, m] += P.refiner_cover_months / 12.0 * making
            S.stock_zone[z, m] += S.product[r, m]


def prices(t, dt, P, N, X, I, S, R):
    """Both prices from cover, unless a study holds them where they were."""
    if t >= N.freeze[0]:
        return
    n_zones, n_mats = S.price.shape
    for m in range(n_mats):
        parity = 0.0
        weight = 0.0
        for z in range(1, n_zones):
            if N.trade_base[z, m] <= 0.0:
                continue
            before = S.price[z, m]
            S.price[z, m] = market_inside_price(
                before,
                S.habitual[z, m],
                N.base_price[z, m] * (1.0 - I.subsidy[z]),
                max(S.wanted_zone[z, m], TINY),
                max(S.stock_zone[z, m], TINY),
                P.inside_cover_gain,
                P.anchor_weight,
                P.inside_speed,
                dt,
            )
            own = N.trade_base[z, m]
            parity += own * market_parity(S.price[z, m], I.tax[z, m], S.ask_mean[z], N.freight[z])
            weight += own
        if weight > 0.0:
            S.price[0, m] = market_outside_price(
                S.price[0, m],
                parity / weight,
                max(S.wanted_zone[0, m], TINY),
                max(S.stock_zone[0, m], TINY),
                P.outside_cover_gain,
                P.outside_speed,
                dt,
            )
        else:
            S.price[0, m] = market_inside_price(
                S.price[0, m],
                S.habitual[0, m],
                N.base_price[0, m],
                max(S.wanted_zone[0, m], TINY),
                max(S.stock_zone[0, m], TINY),
                P.inside_cover_gain,
                P.anchor_weight,
                P.inside_speed,
                dt,
            )


def memories(t, dt, P, N, X, I, S, R):
    """The memories of prices that beliefs and thrift read."""
    n_zones, n_mats = S.price.shape
    anchor_kept = market_kept(P.anchor_years, dt)
    thrift_kept = market_kept(P.thrift_memory_years, dt)
    trend_kept = market_kept(P.trend_years, dt)
    for z in range(n_zones):
        for m in range(n_mats):
            price = S.price[z, m]
            S.habitual[z, m] = market_smoothed(S.habitual[z, m], price, anchor_kept)
            lagged = S.slow[z, m, 1]
            S.slow[z, m, 0] = market_smoothed(S.slow[z, m, 0], price, thrift_kept)
            S.slow[z, m, 1] = market_smoothed(lagged, price, trend_kept)
            S.trend[z, m] = log(S.slow[z, m, 1] / lagged) / dt
            S.gap[z, m, 0] = log(price / N.base_price[z, m])
            S.gap[z, m, 1] = log(S.slow[z, m, 0] / N.base_price[z, m])
            R.price[t, z, m] = price


def _checked(world):
    """Prices are finite and above zero."""
    prices = world.S.price
    for z, zone in enumerate(world.layout.zones):
        for m in np.flatnonzero(~(np.isfinite(prices[z]) & (prices[z] > 0.0))):
            yield f"price of {world.materials[m]} in {zone} is {prices[z, m]} USD/kg"


def _outside(prices):
    return prices[:, 0]


def _inside(prices):
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
        Array("S.price", "z m", "USD/kg", "price of a market", lambda w: w.N.base_price),
        Array("S.habitual", "z m", "USD/kg", "price that people there are used to", lambda w: w.N.base_price),
        Array(
            "S.slow",
            "z m 2",
            "USD/kg",
            "price as engineers look at it; as the trend remembers it",
            lambda w: np.repeat(w.N.base_price[:, :, None], 2, axis=2),
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
