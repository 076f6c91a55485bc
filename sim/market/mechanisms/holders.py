"""Holders: what users, traders and refiners of a country want to use and to hold, before the price is known.

W = sum over holders of (normal stock) * (activity) * e^(-saved) * (1 + precaution * loss), which the expected over the
present price then raises or lowers (see `clearing.py`); position = what they have and what is under way to them.

P behaviour, N structure, X influences, I instruments, S state, R record; `dt` is a step in years.
"""

from math import exp, sqrt
from typing import Any

import numpy as np

from chokepoint.agents.firm import relied as firm_relied
from chokepoint.sim.engine import draws
from chokepoint.sim.engine.arrays import Array
from chokepoint.sim.engine.draws import normal as draw_normal
from chokepoint.sim.engine.frame import Making
from chokepoint.sim.engine.mechanism import Mechanism, Phase
from chokepoint.sim.market.luck import before_the_start, stream, trait
from chokepoint.sim.market.mechanisms.refining import product_wanted
from chokepoint.sim.network.structure import RESERVE, TRADER, USER

SWING_YEARS = 0.1  # memory of the disturbance of a user's output (assumption)


def disturbances(step: int, dt: float, P: Any, N: Any, X: Any, I: Any, S: Any, R: Any) -> None:
    """What a user's output swings by, an autoregressive process of each firm."""
    if P.noise_demand <= 0.0:
        return
    memory = exp(-dt / SWING_YEARS)
    kick = sqrt(1.0 - memory * memory)
    for firm in range(S.noise.shape[0]):
        if N.f_kind[firm] == USER:
            luck = draw_normal(S.stream_demand[0], N.f_key[firm], step)
            S.noise[firm] = memory * S.noise[firm] + P.noise_demand * kick * luck


def wishes(step: int, dt: float, P: Any, N: Any, X: Any, I: Any, S: Any, R: Any) -> None:
    """What all holders of a market together would use and hold at base-year prices, and what they have."""
    S.use_level[:] = 0.0
    S.use_planned[:] = 0.0
    S.normal_stock[:] = 0.0
    S.position[:] = 0.0
    S.at_hand[:] = 0.0
    S.state_buying[:] = 0.0
    for slot in range(S.stock.shape[0]):
        firm, market = N.s_firm[slot], N.s_market[slot]
        kind = N.f_kind[firm]
        S.plan[slot] = 0.0
        if kind == RESERVE:
            gap = I.reserve_target[slot] - S.stock[slot] - S.pipe_sum[slot] - S.spot_sum[slot]
            price = S.price_of[N.s_country[slot], N.s_mat[slot]]
            buys = gap > 0.0 and price <= I.reserve_ceiling[slot] and I.reserve_release[slot] <= 0.0
            S.wish[slot] = min(gap / dt, I.reserve_pace[slot]) if buys else 0.0
            S.state_buying[market] += S.wish[slot]
            continue
        backed = S.backed[N.s_country[slot], N.s_mat[slot]]
        activity = X.activity[step, firm] if kind == USER else 1.0
        if step < N.f_open[firm]:
            activity = 0.0
        elif N.f_open[firm] > 0:  # a firm that opens later builds up its stock from nothing
            S.usual[slot] = max(S.usual[slot], N.f_months[firm] / 12.0 * N.s_base[slot] * (1.0 - N.f_scrap[firm]))
        kept = activity * exp(-S.saved[market])
        if kind == USER:
            use = N.s_base[slot] * (1.0 - N.f_scrap[firm]) * activity
            S.plan[slot] = use * exp(S.noise[firm] - S.saved[market])
            S.use_level[market] += S.plan[slot]
            S.use_planned[market] += use
        S.holding[slot] = S.usual[slot] * kept * (1.0 + P.precaution * S.feared[market])
        if kind == USER:
            own = N.f_months[firm] * S.trait_cover[firm]
            if backed > 0.0:
                S.holding[slot] *= firm_relied(own, backed, P.crowding_out) / own
            floor = I.private_floor[N.s_country[slot], N.s_mat[slot]]
            if floor > 0.0:
                S.holding[slot] = max(S.holding[slot], floor / 12.0 * S.plan[slot])
        S.normal_stock[market] += S.holding[slot]
        S.position[market] += S.stock[slot] + S.pipe_sum[slot] + S.spot_sum[slot]
        S.at_hand[market] += S.stock[slot]
    for market in range(S.state_buying.shape[0]):
        S.state_buying[market] -= S.relief_in[market]
    for refiner in range(S.product.shape[0]):
        for material in range(S.product.shape[1]):
            market = N.q_of[N.r_country[refiner], material]
            if market < 0:
                continue
            ore = S.workable[refiner] * S.feed[refiner, material] * N.r_yield[refiner]
            S.normal_stock[market] += product_wanted(
                N.r_output[refiner, material], S.usual_output[refiner, material], dt
            )
            S.position[market] += S.product[refiner, material] - S.made[refiner, material] + ore
            S.position[market] += S.r_afloat[refiner, material]
            S.at_hand[market] += S.product[refiner, material]


def _stock(start: Making) -> Any:
    """Stocks of the base year: months of use of users, and of trade of traders; (slots,)."""
    N = start.N
    months = N.f_months[N.s_firm] * start.S.trait_cover[N.s_firm]
    stock = months / 12.0 * start.base_purchases / start.dt
    trading = N.f_kind[N.s_firm] == TRADER
    normal = N.f_months[N.s_firm] / 12.0 * N.trade_base[N.s_zone, N.s_mat] * N.s_trade_share
    return np.where(trading, normal, stock)


def _activity(start: Making) -> Any:
    return start.layout.activity


MECHANISM = Mechanism(
    "holders",
    source="competitive storage made smooth over holders: Deaton and Laroque (1992), Wright (2001)",
    phases=(
        Phase(disturbances, after=("arrivals",)),
        Phase(wishes, after=("disturbances", "refining")),
    ),
    arrays=(
        Array("X.activity", "t f", "1", "use that industry carries, 1 in the base year", _activity),
        Array("S.stock", "s", "t", "stock held", _stock),
        Array("S.usual", "s", "t", "held and under way in the base year",
              lambda start: start.S.stock + start.S.spot_sum),
        Array("S.holding", "s", "t", "stock wanted at the expected price"),
        Array("S.plan", "s", "t/year", "what a user would buy for its use at the base-year price"),
        Array("S.wish", "s", "t/year", "what a slot buys this week on balance; below zero it sells"),
        Array("S.noise", "f", "ln", "disturbance of a user's use",
              lambda start: before_the_start(start, draws.DEMAND, start.P.noise_demand)),
        Array("S.stream_demand", "1", "key", "stream of random numbers of users",
              lambda start: stream(start, draws.DEMAND), "u8"),
        Array("S.trait_cover", "f", "1", "lasting difference between firms in stocks",
              trait),
        Array("S.use_planned", "q", "t/year", "use at the base-year price, before savings"),
        Array("S.at_hand", "q", "t", "stock in a country that could be shipped"),
        Array("S.state_buying", "q", "t/year", "bought for reserves of states"),
    ),
)  # fmt: skip
