"""Orders: the stocks that users, traders and reserves want, what they order, and what traders sell on the spot."""

from math import exp, sqrt

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


def moods(t, dt, P, N, X, I, S, R):
    """What a trader's forecast swings by, an autoregressive process of each."""
    if P.noise_mood <= 0.0:
        return
    memory = exp(-dt / P.noise_demand_memory)
    kick = sqrt(1.0 - memory * memory)
    for f in range(S.mood.shape[0]):
        if N.f_kind[f] == TRADER:
            luck = draw_normal(S.stream_mood[0], N.f_key[f], t)
            S.mood[f] = memory * S.mood[f] + P.noise_mood * kick * luck


def orders(t, dt, P, N, X, I, S, R):
    """The stocks that users, traders and reserves want, and what they order."""
    S.offered[:, :] = 0.0
    S.demanded[:, :] = 0.0
    for s in range(S.stock.shape[0]):
        f, z, m = N.s_firm[s], N.s_zone[s], N.s_mat[s]
        kind = N.f_kind[f]
        growth = S.growth[z, m]
        S.received[s] = 0.0
        if kind == USER:
            months = P.cover_outside_months if z == 0 else P.cover_inside_months
            months *= S.trait_cover[f]
            expected = S.expected[s]
            wanted_months = firm_cover(
                months, S.risk[f], growth, P.cover_risk, P.cover_growth, P.cover_low, P.cover_high
            )
            c = N.s_country[s]
            if S.backed[c, m] > 0.0:
                wanted_months = firm_relied_cover(wanted_months, S.backed[c, m], P.crowding_out, months * P.cover_low)
            wanted_months = max(wanted_months, I.private_floor[c, m])
            S.wanted[s] = wanted_months / 12.0 * expected * (1.0 - N.f_old_scrap[f]) / dt  # of what must be bought
            way = N.s_pipe_steps[s]
            if X.delayed[t] > 0:
                way += X.late[t, s]
            S.order[s] = firm_order(
                expected * (1.0 - N.f_scrap[f]),
                S.stock[s],
                S.wanted[s],
                S.pipe_sum[s],
                way * expected * (1.0 - N.f_scrap[f]),
                P.stocking_years,
                P.destocking_years,
                P.supply_line_weight,
                P.order_floor,
                dt,
            )
            S.demanded[z, m] += S.order[s]
        elif kind == TRADER:
            normal = P.trader_cover_months / 12.0 * S.turnover[z, m] * N.trade_base[z, m] * N.s_trade_share[s]
            relative = S.price[z, m] / N.base_price[z, m]
            S.wanted[s] = firm_trader_stock(
                normal,
                S.risk[f],
                growth * S.trait_growth[f],
                S.mood[f],
                relative,
                P.trader_risk,
                P.trader_growth,
                P.cover_low,
                P.trader_high,
                P.trader_finance,
            )
            gap = S.wanted[s] - S.stock[s]
            S.order[s] = max(0.0, gap - S.pipe_sum[s]) * dt / P.stocking_years
            S.offered[z, m] += min(S.stock[s], max(0.0, -gap) * dt / P.destocking_years)
        else:
            S.wanted[s] = 0.0
            gap = I.reserve_target[s] - S.stock[s] - S.pipe_sum[s]
            buys = gap > 0.0 and S.price[z, m] <= I.reserve_ceiling[s] and I.reserve_release[s] <= 0.0
            S.order[s] = min(gap, I.reserve_pace[s] * dt) if buys else 0.0


def spot_sales(t, dt, P, N, X, I, S, R):
    """What traders offer on the spot goes to the users of their market, pro rata."""
    S.spot[:, :] = 0.0
    for s in range(S.stock.shape[0]):
        f, z, m = N.s_firm[s], N.s_zone[s], N.s_mat[s]
        if S.offered[z, m] <= TINY or S.demanded[z, m] <= TINY:
            continue
        taken = min(S.offered[z, m], P.spot_share * S.demanded[z, m])
        kind = N.f_kind[f]
        price = S.price[z, m]
        if kind == USER:
            got = taken * S.order[s] / S.demanded[z, m]
            S.stock[s] += got
            S.received[s] += got
            S.spot[0, N.s_country[s]] += got * N.s_gross[s]
            pay(S.cash, N.f_account[f], N.row_account[1], got * price)
            R.bill[t, N.s_country[s]] += got * price
        elif kind == TRADER:
            own = min(S.stock[s], max(0.0, S.stock[s] - S.wanted[s]) * dt / P.destocking_years)
            sold = taken * own / S.offered[z, m]
            S.stock[s] -= sold
            S.spot[1, N.s_country[s]] += sold
            pay(S.cash, N.row_account[1], N.f_account[f], sold * price)
            R.bill[t, N.s_country[s]] -= sold * price


def spot_origins(t, dt, P, N, X, I, S, R):
    """Where the seller stands is where cargo sold on the spot comes from."""
    for z in range(S.offered.shape[0]):
        sold = 0.0
        for c in range(N.zone_of_country.shape[0]):
            if N.zone_of_country[c] == z:
                sold += S.spot[1, c]
        if sold <= TINY:
            continue
        for c in range(N.zone_of_country.shape[0]):
            for origin in range(N.zone_of_country.shape[0]):
                if N.zone_of_country[c] == z and N.zone_of_country[origin] == z and c != origin:
                    R.arrivals[t, c, origin] += S.spot[0, c] * S.spot[1, origin] / sold


MECHANISM = Mechanism(
    "orders",
    source="order-up-to rules and commodity storage, see agents/firm.py",
    phases=(
        Phase(moods, after=("disturbances",), before=("orders",)),
        Phase(orders, after=("expectations",)),
        Phase(spot_sales, after=("orders",)),
        Phase(spot_origins, after=("spot_sales",)),
    ),
    arrays=(
        Array("S.wanted", "s", "t", "stock wanted", lambda w: w.S.stock),
        Array("S.order", "s", "t a week", "ordered", lambda w: w.base_purchases),
        Array("S.received", "s", "t a week", "received or shipped to it so far", lambda w: w.base_purchases),
        Array("S.demanded", "z m", "t a week", "orders of users"),
        Array("S.offered", "z m", "t a week", "what traders offer on the spot"),
        Array("S.spot", "2 c", "t gross, t", "bought (gross) and sold on the spot by a country"),
        Array(
            "S.mood",
            "f",
            "ln",
            "mood of a trader",
            lambda w: np.where(w.N.f_kind == TRADER, before_the_start(w, draws.MOOD, w.P.noise_mood), 0.0),
        ),
        Array(
            "S.stream_mood", "1", "key", "stream of random numbers of traders", lambda w: stream(w, draws.MOOD), "u8"
        ),
        Array("S.trait_cover", "f", "1", "lasting difference between firms in stocks", lambda w: trait(w, "cover")),
        Array(
            "S.trait_growth", "f", "1", "lasting difference between firms in forecasts", lambda w: trait(w, "growth")
        ),
    ),
    series={
        "bill": Series(
            "thousand USD", "country", True, "paid by firms for material, less what their traders sold", "t c"
        ),
    },
)
