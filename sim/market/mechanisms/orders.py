"""Orders: the stocks that users, traders and reserves want, what they order, and what traders sell on the spot.

P behaviour, N structure, X influences, I instruments, S state, R record; `dt` is a step in years.
"""

from math import exp, sqrt
from typing import Any

import numpy as np

from chokepoint.agents.firm import cover as firm_cover
from chokepoint.agents.firm import order as firm_order
from chokepoint.agents.firm import relied_cover as firm_relied_cover
from chokepoint.agents.firm import trader_stock as firm_trader_stock
from chokepoint.sim.engine import draws
from chokepoint.sim.engine.arrays import Array
from chokepoint.sim.engine.draws import normal as draw_normal
from chokepoint.sim.engine.mechanism import Mechanism, Phase
from chokepoint.sim.engine.series import Series
from chokepoint.sim.market.accounts import pay
from chokepoint.sim.market.luck import before_the_start, stream, trait
from chokepoint.sim.network.structure import TRADER, USER

TINY = 1e-12


def moods(step: int, dt: float, P: Any, N: Any, X: Any, I: Any, S: Any, R: Any) -> None:
    """What a trader's forecast swings by, an autoregressive process of each."""
    if P.noise_mood <= 0.0:
        return
    memory = exp(-dt / P.noise_demand_memory)
    kick = sqrt(1.0 - memory * memory)
    for firm in range(S.mood.shape[0]):
        if N.f_kind[firm] == TRADER:
            luck = draw_normal(S.stream_mood[0], N.f_key[firm], step)
            S.mood[firm] = memory * S.mood[firm] + P.noise_mood * kick * luck


def orders(step: int, dt: float, P: Any, N: Any, X: Any, I: Any, S: Any, R: Any) -> None:
    """The stocks that users, traders and reserves want, and what they order."""
    S.offered[:, :] = 0.0
    S.demanded[:, :] = 0.0
    for slot in range(S.stock.shape[0]):
        firm, zone, material = N.s_firm[slot], N.s_zone[slot], N.s_mat[slot]
        kind = N.f_kind[firm]
        growth = S.growth[zone, material]
        S.received[slot] = 0.0
        if kind == USER:
            months = P.cover_outside_months if zone == 0 else P.cover_inside_months
            months *= S.trait_cover[firm]
            expected = S.expected[slot]
            wanted_months = firm_cover(
                months, S.risk[firm], growth, P.cover_risk, P.cover_growth, P.cover_low, P.cover_high
            )
            country = N.s_country[slot]
            if S.backed[country, material] > 0.0:
                wanted_months = firm_relied_cover(
                    wanted_months, S.backed[country, material], P.crowding_out, months * P.cover_low
                )
            wanted_months = max(wanted_months, I.private_floor[country, material])
            S.wanted[slot] = (
                wanted_months / 12.0 * expected * (1.0 - N.f_old_scrap[firm]) / dt
            )  # of what must be bought
            way = N.s_pipe_steps[slot]
            if X.delayed[step] > 0:
                way += X.late[step, slot]
            S.order[slot] = firm_order(
                expected * (1.0 - N.f_scrap[firm]),
                S.stock[slot],
                S.wanted[slot],
                S.pipe_sum[slot],
                way * expected * (1.0 - N.f_scrap[firm]),
                P.stocking_years,
                P.destocking_years,
                P.supply_line_weight,
                P.order_floor,
                dt,
            )
            S.demanded[zone, material] += S.order[slot]
        elif kind == TRADER:
            normal = (
                P.trader_cover_months
                / 12.0
                * S.turnover[zone, material]
                * N.trade_base[zone, material]
                * N.s_trade_share[slot]
            )
            relative = S.price[zone, material] / N.base_price[zone, material]
            S.wanted[slot] = firm_trader_stock(
                normal,
                S.risk[firm],
                growth * S.trait_growth[firm],
                S.mood[firm],
                relative,
                P.trader_risk,
                P.trader_growth,
                P.cover_low,
                P.trader_high,
                P.trader_finance,
            )
            gap = S.wanted[slot] - S.stock[slot]
            S.order[slot] = max(0.0, gap - S.pipe_sum[slot]) * dt / P.stocking_years
            S.offered[zone, material] += min(S.stock[slot], max(0.0, -gap) * dt / P.destocking_years)
        else:
            S.wanted[slot] = 0.0
            gap = I.reserve_target[slot] - S.stock[slot] - S.pipe_sum[slot]
            buys = gap > 0.0 and S.price[zone, material] <= I.reserve_ceiling[slot] and I.reserve_release[slot] <= 0.0
            S.order[slot] = min(gap, I.reserve_pace[slot] * dt) if buys else 0.0


def spot_sales(step: int, dt: float, P: Any, N: Any, X: Any, I: Any, S: Any, R: Any) -> None:
    """What traders offer on the spot goes to the users of their market, pro rata."""
    S.spot[:, :] = 0.0
    for slot in range(S.stock.shape[0]):
        firm, zone, material = N.s_firm[slot], N.s_zone[slot], N.s_mat[slot]
        if S.offered[zone, material] <= TINY or S.demanded[zone, material] <= TINY:
            continue
        taken = min(S.offered[zone, material], P.spot_share * S.demanded[zone, material])
        kind = N.f_kind[firm]
        price = S.price[zone, material]
        if kind == USER:
            got = taken * S.order[slot] / S.demanded[zone, material]
            S.stock[slot] += got
            S.received[slot] += got
            S.spot[0, N.s_country[slot]] += got * N.s_gross[slot]
            pay(S.cash, N.f_account[firm], N.row_account[1], got * price)
            R.bill[step, N.s_country[slot]] += got * price
        elif kind == TRADER:
            own = min(S.stock[slot], max(0.0, S.stock[slot] - S.wanted[slot]) * dt / P.destocking_years)
            sold = taken * own / S.offered[zone, material]
            S.stock[slot] -= sold
            S.spot[1, N.s_country[slot]] += sold
            pay(S.cash, N.row_account[1], N.f_account[firm], sold * price)
            R.bill[step, N.s_country[slot]] -= sold * price


def spot_origins(step: int, dt: float, P: Any, N: Any, X: Any, I: Any, S: Any, R: Any) -> None:
    """Where the seller stands is where cargo sold on the spot comes from."""
    for zone in range(S.offered.shape[0]):
        sold = 0.0
        for country in range(N.zone_of_country.shape[0]):
            if N.zone_of_country[country] == zone:
                sold += S.spot[1, country]
        if sold <= TINY:
            continue
        for country in range(N.zone_of_country.shape[0]):
            for origin in range(N.zone_of_country.shape[0]):
                if N.zone_of_country[country] == zone and N.zone_of_country[origin] == zone and country != origin:
                    R.arrivals[step, country, origin] += S.spot[0, country] * S.spot[1, origin] / sold


MECHANISM = Mechanism(
    "orders",
    source="order-up-to rules and commodity storage, see agents/firm.py",
    phases=(
        Phase(moods, after=("expectations",), before=("orders",)),
        Phase(orders, after=("expectations",)),
        Phase(spot_sales, after=("orders",)),
        Phase(spot_origins, after=("spot_sales",)),
    ),
    arrays=(
        Array("S.wanted", "s", "t", "stock wanted", lambda start: start.S.stock),
        Array("S.order", "s", "t a week", "ordered", lambda start: start.base_purchases),
        Array("S.received", "s", "t a week", "received or shipped to it so far", lambda start: start.base_purchases),
        Array("S.demanded", "z m", "t a week", "orders of users"),
        Array("S.offered", "z m", "t a week", "what traders offer on the spot"),
        Array("S.spot", "2 c", "t gross, t", "bought (gross) and sold on the spot by a country"),
        Array(
            "S.mood",
            "f",
            "ln",
            "mood of a trader",
            lambda start: np.where(
                start.N.f_kind == TRADER, before_the_start(start, draws.MOOD, start.P.noise_mood), 0.0
            ),
        ),
        Array(
            "S.stream_mood",
            "1",
            "key",
            "stream of random numbers of traders",
            lambda start: stream(start, draws.MOOD),
            "u8",
        ),
        Array(
            "S.trait_cover", "f", "1", "lasting difference between firms in stocks", lambda start: trait(start, "cover")
        ),
        Array(
            "S.trait_growth",
            "f",
            "1",
            "lasting difference between firms in forecasts",
            lambda start: trait(start, "growth"),
        ),
    ),
    series={
        "bill": Series(
            "thousand USD", "country", True, "paid by firms for material, less what their traders sold", "t c"
        ),
    },
)
