"""Trade: what a market buys and sells is shared out among its firms and sellers, by links first and then on the spot.

Every holder closes the gap to the stock that it wants at the pace of its market, so that what holders buy and sell adds
up to what the market clears. Buyers ask their suppliers first, by what they used to buy there and by trust; what links
do not carry goes on the spot, to those who did not get what they asked for.

P behaviour, N structure, X influences, I instruments, S state, R record; `dt` is a step in years.
"""

from collections.abc import Iterator
from math import exp
from typing import Any

import numpy as np

from chokepoint.agents.firm import filled as firm_filled
from chokepoint.agents.firm import use as firm_use
from chokepoint.agents.firm import wanted as firm_wanted
from chokepoint.sim.engine.arrays import Array
from chokepoint.sim.engine.frame import Making
from chokepoint.sim.engine.mechanism import Mechanism, Phase
from chokepoint.sim.engine.series import Series
from chokepoint.sim.market.accounts import pay
from chokepoint.sim.market.columns import over_zones, without_world
from chokepoint.sim.market.mechanisms.refining import product_wanted
from chokepoint.sim.network.structure import RESERVE

TRUST_YEARS = 0.25  # memory of a supplier's deliveries (assumption)
TRUST_GAIN = 3.0  # loss of trust in a supplier for each unit of an order that it leaves unfilled (assumption)
TINY = 1e-12
ROUNDING, NEVER = 1e-12, 1e12  # of a gap of stock, within which two paces are one; years


def factors(step: int, dt: float, P: Any, N: Any, X: Any, I: Any, S: Any, R: Any) -> None:
    """What the cleared price makes of use and of wanted stock in each market, and the pace at which gaps are closed."""
    for market in range(S.price_ln.shape[0]):
        gap = S.price_ln[market] - N.q_base_ln[market]
        used, _ = firm_use(gap, 1.0, S.use_elasticity[0], S.choke[0])
        above = S.holders_ln[market] - S.price_ln[market]
        raised, _ = firm_wanted(above, 1.0, S.stock_answer[0])
        cover = used if S.use_level[market] > 0.0 else 1.0
        S.used_factor[market] = used
        S.stock_factor[market] = cover * raised
        missing = S.stock_factor[market] * S.wanted_here[market] - S.held[market]
        S.gap_years[market] = pace(missing, S.fill_of[market], S.release_of[market])
        S.ahead_factor[market] = S.forward_buying[market] * raised
        S.price_at[market] = exp(S.price_ln[market])
        S.price_of[N.q_country[market], N.q_mat[market]] = S.price_at[market]
        S.bought[market], S.sold[market] = 0.0, S.relief_in[market] * dt


def part_of_market(wanted: float, market: int, S: Any) -> float:
    """A holder's part of a market, by the stock that it wants."""
    return float(wanted / max(S.normal_stock[market], TINY))


def wanted_of_refiner(refiner: int, material: int, market: int, dt: float, N: Any, S: Any) -> tuple[float, float]:
    """Stock of its product that a refiner wants, t, and its part of the market."""
    wanted = product_wanted(N.r_output[refiner, material], S.usual_output[refiner, material], dt)
    return wanted, part_of_market(wanted, market, S)


def pace(missing: float, fill_years: float, release_years: float) -> float:
    """Years over which a market closes its gap of stock, as `firm.filled` has it."""
    years = fill_years if missing > 0.0 else release_years
    bought, _ = firm_filled(missing, 0.0, fill_years, release_years)
    if abs(bought * years - missing) <= ROUNDING * abs(missing):
        return years
    return missing / bought if bought != 0.0 else NEVER


def plans(step: int, dt: float, P: Any, N: Any, X: Any, I: Any, S: Any, R: Any) -> None:
    """What each holder buys on balance this week, t; below zero it sells. A forward stock is shared by wanted stock."""
    for slot in range(S.stock.shape[0]):
        market = N.s_market[slot]
        S.received[slot] = 0.0
        if N.f_kind[N.s_firm[slot]] == RESERVE:
            S.order[slot] = S.wish[slot] * dt
        else:
            share = part_of_market(S.holding[slot], market, S)
            held = S.stock[slot] + S.pipe_sum[slot] + S.spot_sum[slot] - share * S.forward[market]
            transit = share * (S.wanted_here[market] - S.normal_stock[market])
            missing = S.stock_factor[market] * (S.holding[slot] + transit) - held
            wish = S.used_factor[market] * S.plan[slot] + missing / S.gap_years[market]
            S.order[slot] = (wish + share * S.ahead_factor[market]) * dt
        if S.order[slot] > 0.0:
            S.bought[market] += S.order[slot]
        else:
            S.order[slot] = -min(-S.order[slot], S.stock[slot])
            S.sold[market] -= S.order[slot]
    for refiner in range(S.product.shape[0]):
        for material in range(S.product.shape[1]):
            market = N.q_of[N.r_country[refiner], material]
            if market < 0:
                continue
            wanted, share = wanted_of_refiner(refiner, material, market, dt, N, S)
            held = S.product[refiner, material] - S.made[refiner, material] + S.r_afloat[refiner, material]
            held += S.workable[refiner] * S.feed[refiner, material] * N.r_yield[refiner]
            transit = share * (S.wanted_here[market] - S.normal_stock[market])
            missing = S.stock_factor[market] * (wanted + transit) - held + share * S.forward[market]
            wish = -S.made[refiner, material] / dt + missing / S.gap_years[market] + share * S.ahead_factor[market]
            S.r_order[refiner, material] = wish * dt
            if wish < 0.0:
                S.r_order[refiner, material] = -min(-wish * dt, S.product[refiner, material])
                S.sold[market] -= S.r_order[refiner, material]
            else:
                S.bought[market] += wish * dt


def passing(step: int, dt: float, P: Any, N: Any, X: Any, I: Any, S: Any, R: Any) -> None:
    """What leaves and comes in each market; what comes to be shipped on is bought and sold by all who hold there."""
    S.out[:] = 0.0
    S.come[:] = 0.0
    for passage in range(S.flow.shape[0]):
        S.sent[passage] = S.flow[passage] * dt
        S.out[N.v_here[passage]] += S.sent[passage]
        S.come[N.v_there[passage]] += S.sent[passage]
    for market in range(S.out.shape[0]):
        S.onward[market] = max(0.0, S.come[market] - S.bought[market])
        S.home[market] = max(0.0, S.bought[market] - S.come[market])
        S.asked_home[market] = 0.0


def asking(step: int, dt: float, P: Any, N: Any, X: Any, I: Any, S: Any, R: Any) -> None:
    """Each buyer asks its suppliers, by what it used to buy from each and by trust."""
    for passage in range(S.flow.shape[0]):
        S.asked_there[passage] = 0.0
    S.asked[:, :] = 0.0
    for link in range(S.e_order.shape[0]):
        S.e_order[link] = N.e_share[link] * S.e_trust[link]
    for slot in range(S.stock.shape[0]):
        first, last = N.b_edge[N.s_lane[slot]], N.b_edge[N.s_lane[slot + 1]]
        wish = max(0.0, S.order[slot])
        total = 0.0
        for link in range(first, last):
            total += S.e_order[link]
        scale = wish / total if total > 0.0 else 0.0
        for lane in range(N.s_lane[slot], N.s_lane[slot + 1]):
            on_lane = 0.0
            for link in range(N.b_edge[lane], N.b_edge[lane + 1]):
                S.e_order[link] *= scale
                on_lane += S.e_order[link]
            if N.b_passage[lane] >= 0:
                S.asked_there[N.b_passage[lane]] += on_lane
            else:
                S.asked_home[N.s_market[slot]] += on_lane


def serving(step: int, dt: float, P: Any, N: Any, X: Any, I: Any, S: Any, R: Any) -> None:
    """What links carry: within what each passage carries, and within what each seller sells; trust follows."""
    for passage in range(S.flow.shape[0]):
        asked = S.asked_there[passage]
        S.part_there[passage] = min(1.0, S.sent[passage] / asked) if asked > TINY else 0.0
        S.linked[passage] = 0.0
    for market in range(S.home.shape[0]):
        asked = S.asked_home[market]
        S.part_home[market] = min(1.0, S.home[market] / asked) if asked > TINY else 0.0
        S.linked_home[market] = 0.0
    for slot in range(S.stock.shape[0]):
        for lane in range(N.s_lane[slot], N.s_lane[slot + 1]):
            passage = N.b_passage[lane]
            part = S.part_there[passage] if passage >= 0 else S.part_home[N.s_market[slot]]
            for link in range(N.b_edge[lane], N.b_edge[lane + 1]):
                S.e_ship[link] = part * S.e_order[link]
                S.asked[N.e_ref[link], N.e_mat[link]] += S.e_ship[link]
    for refiner in range(S.asked.shape[0]):
        for material in range(S.asked.shape[1]):
            asked = S.asked[refiner, material]
            sells = max(0.0, -S.r_order[refiner, material])
            S.asked[refiner, material] = min(1.0, sells / asked) if asked > 0.0 else 0.0
    pace = dt / TRUST_YEARS
    for link in range(S.e_order.shape[0]):
        served = S.asked[N.e_ref[link], N.e_mat[link]]
        S.e_ship[link] *= served
        if S.e_order[link] > 0.0:
            S.e_trust[link] = (S.e_trust[link] + pace) / (1.0 + pace * (1.0 + TRUST_GAIN * (1.0 - served)))


def shipping(step: int, dt: float, P: Any, N: Any, X: Any, I: Any, S: Any, R: Any) -> None:
    """Goods of links change hands, each at the prices of both ends: the state gets the tax, the seller the rent."""
    depth = S.pipe.shape[0]
    now = step % depth
    for slot in range(S.stock.shape[0]):
        market, country, firm = N.s_market[slot], N.s_country[slot], N.s_firm[slot]
        price = S.price_at[market]
        for lane in range(N.s_lane[slot], N.s_lane[slot + 1]):
            passage = N.b_passage[lane]
            earns = price if passage < 0 else earned(passage, N, S)
            cargo = 0.0
            for link in range(N.b_edge[lane], N.b_edge[lane + 1]):
                goes = S.e_ship[link]
                if goes <= 0.0:
                    continue
                refiner = N.e_ref[link]
                S.product[refiner, N.e_mat[link]] -= goes
                S.r_order[refiner, N.e_mat[link]] += goes
                S.cash[N.r_account[refiner]] += goes * earns
                cargo += goes
            if cargo <= 0.0:
                continue
            if passage < 0:
                S.cash[N.f_account[firm]] -= cargo * price
            else:
                settle(step, passage, cargo, N.f_account[firm], N, I, S, R)
            S.received[slot] += cargo
            if N.f_kind[firm] == RESERVE:
                R.reserve_spent[step, country] += cargo * price
            else:
                R.bill[step, country] += cargo * price
            if passage < 0:
                S.linked_home[market] += cargo
                S.stock[slot] += cargo
                continue
            S.linked[passage] += cargo
            due = now + N.b_lag[lane]
            if X.delayed[step] > 0:
                due += X.transit[step, N.w_origin[N.b_way[lane]], country]
            S.pipe[due - depth if due >= depth else due, N.b_way[lane]] += cargo
            S.pipe_sum[slot] += cargo
    for market in range(S.unmet.shape[0]):
        S.unmet[market], S.left_over[market], S.kept[market] = 0.0, S.relief_in[market] * dt, 0.0
    for slot in range(S.stock.shape[0]):
        if S.order[slot] > 0.0:
            S.unmet[N.s_market[slot]] += max(0.0, S.order[slot] - S.received[slot])
        else:
            S.left_over[N.s_market[slot]] -= S.order[slot]
        if N.f_kind[N.s_firm[slot]] != RESERVE:
            S.kept[N.s_market[slot]] += S.stock[slot] + min(0.0, S.order[slot])
    for refiner in range(S.product.shape[0]):
        for material in range(S.product.shape[1]):
            market = N.q_of[N.r_country[refiner], material]
            if market >= 0:
                if S.r_order[refiner, material] > 0.0:
                    S.unmet[market] += S.r_order[refiner, material]
                else:
                    S.left_over[market] -= S.r_order[refiner, material]
                S.kept[market] += S.product[refiner, material] + min(0.0, S.r_order[refiner, material])


def earned(passage: int, N: Any, S: Any) -> float:
    """What a seller gets for a tonne over a passage: its price and the rent, or past the border the price there."""
    if N.v_legal[passage] == 0:
        return float(S.price_at[N.v_there[passage]])
    group = S.group[passage]
    rent = S.rent[group] * N.v_gross[passage] if group >= 0 else 0.0
    return float(S.price_at[N.v_here[passage]] + rent)


def settle(step: int, passage: int, goes: float, payer: int, N: Any, I: Any, S: Any, R: Any) -> None:
    """Pay for goods that cross a border: the landed price, of which the state gets its tax and the seller is paid apart
    (see `earned`)."""
    zone, country = N.v_zone[passage], N.q_country[N.v_there[passage]]
    here, there = S.price_at[N.v_here[passage]], S.price_at[N.v_there[passage]]
    S.cash[payer] -= goes * there
    if N.v_legal[passage] == 0:
        R.leaked[step, N.zone_of_country[N.q_country[N.v_here[passage]]], country] += goes * S.gross_there[passage]
        return
    tax = goes * here * I.route_tax[passage]
    group = S.group[passage]
    rent = goes * S.rent[group] * N.v_gross[passage] if group >= 0 else 0.0
    duty = I.route_tariff[passage] * (goes * here + tax + rent)
    S.cash[N.row_account[0]] += goes * (there - here) - tax - rent - duty
    if duty > 0.0:
        S.cash[N.c_account[country]] += duty
        R.duty[step, country] += duty
    if zone > 0:
        S.cash[N.c_account[N.state_of_zone[zone]]] += tax
        R.tax[step, zone] += tax
        R.rent[step, zone] += rent
        R.exports[step, zone, country] += goes * N.v_gross[passage]
        R.exports_open[step, zone, country] += goes * (S.gross_there[passage] - N.v_gross[passage])
        if group >= 0:
            S.gone_gross[group] += goes * N.v_gross[passage]
    else:
        S.cash[N.row_account[0]] += tax


def spot(step: int, dt: float, P: Any, N: Any, X: Any, I: Any, S: Any, R: Any) -> None:
    """What links did not carry: sellers' left-overs go where the market sends them, to buyers who lack, pro rata."""
    depth = S.spot_pipe.shape[0]
    now = step % depth
    clearing_house = N.row_account[1]
    for market in range(S.unmet.shape[0]):
        S.spot_out[market] = max(0.0, S.home[market] - S.linked_home[market])
        S.spot_in[market] = 0.0
    for passage in range(S.flow.shape[0]):
        S.linked[passage] = max(0.0, S.sent[passage] - S.linked[passage])  # from here on what goes on the spot
        S.spot_out[N.v_here[passage]] += S.linked[passage]
    for market in range(S.unmet.shape[0]):
        supply = S.left_over[market] + min(S.onward[market], S.kept[market])
        S.fill[market] = min(1.0, supply / S.spot_out[market]) if S.spot_out[market] > TINY else 0.0
    for passage in range(S.flow.shape[0]):
        goes = S.linked[passage] * S.fill[N.v_here[passage]]
        S.linked[passage] = goes
        if goes <= 0.0:
            continue
        S.spot_in[N.v_there[passage]] += goes
        due = now + N.v_lag[passage]
        if X.delayed[step] > 0:
            due += X.transit[step, N.q_country[N.v_here[passage]], N.q_country[N.v_there[passage]]]
        S.spot_pipe[due - depth if due >= depth else due, passage] += goes
        S.cash[clearing_house] += goes * earned(passage, N, S)
        settle(step, passage, goes, clearing_house, N, I, S, R)
    for market in range(S.unmet.shape[0]):
        S.home[market] = max(0.0, S.home[market] - S.linked_home[market]) * S.fill[market]
        S.spot_out[market] *= S.fill[market]
        S.part_home[market] = S.home[market] / S.unmet[market] if S.unmet[market] > TINY else 0.0
        S.part_in[market] = S.spot_in[market] / S.unmet[market] if S.unmet[market] > TINY else 0.0
        gone = min(S.spot_out[market], S.left_over[market])
        S.part_sold[market] = gone / S.left_over[market] if S.left_over[market] > TINY else 0.0
        S.shared_in[market] = S.spot_in[market] if S.unmet[market] <= TINY else 0.0
        S.part_kept[market] = (S.spot_out[market] - gone) / S.kept[market] if S.kept[market] > TINY else 0.0


def spot_shares(step: int, dt: float, P: Any, N: Any, X: Any, I: Any, S: Any, R: Any) -> None:
    """Each holder's part of what is bought and sold on the spot; what a country ships on comes out of all stocks."""
    clearing_house = N.row_account[1]
    for slot in range(S.stock.shape[0]):
        market, country, account = N.s_market[slot], N.s_country[slot], N.f_account[N.s_firm[slot]]
        price = S.price_at[market]
        share = part_of_market(S.holding[slot], market, S)
        lacks = max(0.0, S.order[slot] - S.received[slot]) if S.order[slot] > 0.0 else 0.0
        at_home = S.part_home[market] * lacks
        afloat = S.part_in[market] * lacks + S.shared_in[market] * share
        gives = S.part_sold[market] * max(0.0, -S.order[slot]) if S.order[slot] < 0.0 else 0.0
        kept = S.stock[slot] + min(0.0, S.order[slot]) if N.f_kind[N.s_firm[slot]] != RESERVE else 0.0
        onward = S.part_kept[market] * kept
        S.stock[slot] += at_home - gives - onward
        S.spot_sum[slot] += afloat
        S.received[slot] += at_home + afloat
        paid = price * (at_home + afloat - gives - onward)
        pay(S.cash, account, clearing_house, paid)
        if N.f_kind[N.s_firm[slot]] == RESERVE:
            R.reserve_spent[step, country] += paid
        else:
            R.bill[step, country] += paid
    let_go(step, dt, N, S, R)
    for refiner in range(S.product.shape[0]):
        for material in range(S.product.shape[1]):
            market = N.q_of[N.r_country[refiner], material]
            if market < 0:
                continue
            price = S.price_at[market]
            order = S.r_order[refiner, material]
            _, share = wanted_of_refiner(refiner, material, market, dt, N, S)
            at_home = S.part_home[market] * max(0.0, order)
            afloat = S.part_in[market] * max(0.0, order) + S.shared_in[market] * share
            gives = S.part_sold[market] * max(0.0, -order)
            onward = S.part_kept[market] * (S.product[refiner, material] + min(0.0, order))
            S.product[refiner, material] += at_home - gives - onward
            S.r_afloat[refiner, material] += afloat
            pay(S.cash, N.r_account[refiner], clearing_house, price * (at_home + afloat - gives - onward))


def let_go(step: int, dt: float, N: Any, S: Any, R: Any) -> None:
    """What reserves of states let go is sold in the markets that it is meant for, at their price."""
    first = N.reserve_start[0]
    for slot in range(first, S.stock.shape[0]):
        home, material, account = N.s_country[slot], N.s_mat[slot], N.f_account[N.s_firm[slot]]
        for country in range(S.relief_to.shape[1]):
            if S.relief_to[slot - first, country] <= 0.0:
                continue
            market = N.q_of[country, material]
            gives = min(S.stock[slot], S.part_sold[market] * S.relief_to[slot - first, country] * dt)
            S.stock[slot] -= gives
            worth = gives * S.price_at[market]
            pay(S.cash, N.row_account[1], account, worth)
            R.reserve_spent[step, home] -= worth
            R.released[step, home, material] += gives
            R.relief[step, country] += gives


def land(step: int, dt: float, P: Any, N: Any, X: Any, I: Any, S: Any, R: Any) -> None:
    """Cargo bought on the spot lands and goes to those who bought it, in proportion to what is under way to each."""
    now = step % S.spot_pipe.shape[0]
    for market in range(S.landed.shape[0]):
        S.landed[market], S.claims[market] = 0.0, 0.0
    for passage in range(S.spot_pipe.shape[1]):
        cargo = S.spot_pipe[now, passage]
        if cargo > 0.0:
            S.spot_pipe[now, passage] = 0.0
            there = N.v_there[passage]
            S.landed[there] += cargo
            origin = N.q_country[N.v_here[passage]]
            R.arrivals[step, N.q_country[there], origin] += cargo * S.gross_there[passage]
    for slot in range(S.stock.shape[0]):
        S.claims[N.s_market[slot]] += S.spot_sum[slot]
    for refiner in range(S.r_afloat.shape[0]):
        for material in range(S.r_afloat.shape[1]):
            if S.r_afloat[refiner, material] > 0.0:
                S.claims[N.q_of[N.r_country[refiner], material]] += S.r_afloat[refiner, material]
    for market in range(S.landed.shape[0]):  # from here on the part of each claim that lands
        due = S.claims[market] > 0.0
        S.landed[market] = min(1.0, S.landed[market] / S.claims[market]) if due else 0.0
    for slot in range(S.stock.shape[0]):
        market = N.s_market[slot]
        if S.landed[market] > 0.0:
            got = S.spot_sum[slot] * S.landed[market]
            S.stock[slot] += got
            S.spot_sum[slot] = max(0.0, S.spot_sum[slot] - got)
    for refiner in range(S.r_afloat.shape[0]):
        for material in range(S.r_afloat.shape[1]):
            if S.r_afloat[refiner, material] > 0.0:
                market = N.q_of[N.r_country[refiner], material]
                got = S.r_afloat[refiner, material] * S.landed[market]
                S.product[refiner, material] += got
                S.r_afloat[refiner, material] = max(0.0, S.r_afloat[refiner, material] - got)


def _gross(start: Making) -> Any:
    """Gross tonnes of what is bought at the end of a passage, all forms, for each tonne: (passages,)."""
    N = start.N
    weight = np.where(N.s_base > 0.0, N.s_base, 1e-9)
    total = np.bincount(N.s_market, weight, len(N.q_mat))
    gross = np.bincount(N.s_market, weight * N.s_gross, len(N.q_mat))
    each = np.divide(gross, total, out=np.ones(len(total)), where=total > 0.0)
    return np.maximum(each[N.v_there], N.v_gross)


def _prices(start: Making) -> Any:
    """Prices of the base year, (countries, materials): those outside where a country has no market."""
    N = start.N
    known = N.q_of >= 0
    return np.where(known, np.exp(N.q_base_ln[np.maximum(N.q_of, 0)]), N.base_price[N.zone_of_country])


def _under_way(start: Making) -> Any:
    """What is under way when the base year goes on: (weeks ahead, passages), t."""
    N = start.N
    pipe = np.zeros((_depth(start), len(N.v_here)))
    for week in range(len(pipe)):
        pipe[week] = np.where(N.v_lag > week, N.v_flow * start.dt, 0.0)
    return pipe


def _claims(start: Making) -> Any:
    """What of it each slot bought, in proportion to its purchases: (slots,), t."""
    N = start.N
    afloat = np.bincount(N.v_there, start.S.spot_pipe.sum(axis=0), len(N.q_mat))
    bought = np.bincount(N.s_market, start.base_purchases, len(N.q_mat))
    share = np.divide(afloat, bought, out=np.zeros(len(bought)), where=bought > 0.0)
    return start.base_purchases * share[N.s_market]


def _depth(start: Making) -> int:
    longest = int(start.N.v_lag.max(initial=1))
    return longest + int(start.X.transit.max()) + 1


def _positive(world: Any) -> Iterator[str]:
    """No stock of a firm or refiner is below zero."""
    S, N, layout = world.S, world.N, world.layout
    for s in np.flatnonzero(~(S.stock >= -1e-9 * np.maximum(1.0, S.usual))):
        yield f"{layout.firms[N.s_firm[s]]} holds {S.stock[s]:.6f} t of {world.materials[N.s_mat[s]]}"
    for r, m in zip(*np.nonzero(~(S.product >= -1e-9 * np.maximum(1.0, N.r_output))), strict=True):
        yield f"{layout.refiners[r]} holds {S.product[r, m]:.6f} t of {world.materials[m]}"


MECHANISM = Mechanism(
    "trade",
    source="sticky links and a spot market: Weisbuch and Kirman (2000); form: assumption",
    phases=(
        Phase(factors, after=("clearing",)),
        Phase(plans, after=("factors",)),
        Phase(passing, after=("plans",)),
        Phase(asking, after=("passing",)),
        Phase(serving, after=("asking",)),
        Phase(shipping, after=("serving",)),
        Phase(spot, after=("shipping",)),
        Phase(spot_shares, after=("spot",)),
        Phase(land, after=("arrivals",), before=("disturbances",)),
    ),
    arrays=(
        *(
            Array(f"S.{name}", "q", "t a week", meaning)
            for name, meaning in (
                ("bought", "what holders buy on balance"),
                ("sold", "what holders sell on balance"),
                ("out", "what leaves"),
                ("come", "what comes, on its way from now on"),
                ("onward", "what comes to be shipped on"),
                ("home", "what is bought at home; then the part of it bought on the spot"),
                ("asked_home", "asked of suppliers at home"),
                ("linked_home", "carried by links at home"),
                ("unmet", "asked for and not carried by links"),
                ("left_over", "for sale and not sold by links"),
                ("kept", "in stock and not for sale"),
                ("spot_out", "sold on the spot, at home and abroad"),
                ("spot_in", "bought abroad on the spot"),
                ("shared_in", "of that, what nobody asked for: all holders get it"),
                ("landed", "cargo that lands; then the part of claims on it"),
                ("claims", "cargo under way that was bought on the spot"),
            )
        ),
        *(
            Array(f"S.{name}", "q", "share", meaning)
            for name, meaning in (
                ("used_factor", "use over that at the base-year price"),
                ("stock_factor", "stock wanted over that at the expected price"),
                ("fill", "of what is wanted on the spot, what there is"),
                ("part_home", "of what was asked, what is served at home"),
                ("part_in", "of what was asked, what is bought abroad on the spot"),
                ("part_sold", "of what is left over, what is sold on the spot"),
                ("part_kept", "of stocks that are not for sale, what is shipped on"),
            )
        ),
        Array("S.gap_years", "q", "years", "over which gaps of stock are closed", 1.0),
        Array("S.ahead_factor", "q", "t/year", "bought for a date at the price of the week"),
        Array("S.sent", "v", "t a week", "what a passage carries"),
        Array("S.asked_there", "v", "t a week", "asked of suppliers along a passage"),
        Array("S.part_there", "v", "share", "of that, what it carries"),
        Array("S.linked", "v", "t a week", "carried by links; then what goes on the spot"),
        Array("S.gross_there", "v", "t gross/t", "gross tonnes of all forms for each tonne", _gross),
        Array("S.order", "s", "t a week", "what a slot buys on balance; below zero it sells",
              lambda start: start.base_purchases),
        Array("S.received", "s", "t a week", "of that, what it got", lambda start: start.base_purchases),
        Array("S.spot_sum", "s", "t", "under way to it, bought on the spot", _claims),
        Array("S.r_order", "r m", "t a week", "what a refiner buys on balance; below zero it sells"),
        Array("S.r_afloat", "r m", "t", "under way to it, bought on the spot"),
        Array("S.asked", "r m", "t a week, then share", "asked of a refiner; then the part that it serves"),
        Array("S.e_order", "e", "t a week", "asked along a link"),
        Array("S.e_ship", "e", "t a week", "carried by a link"),
        Array("S.e_trust", "e", "share", "trust in a supplier", 1.0),
        Array("S.spot_pipe", "d v", "t", "cargo bought on the spot that arrives so many weeks ahead",
              _under_way),
        Array("S.price_at", "q", "USD/kg", "price in a market", lambda start: np.exp(start.N.q_base_ln)),
        Array("S.price_of", "c m", "USD/kg", "price in a country", _prices),
    ),
    series={
        "exports": Series("t gross", "country", True, "legal exports of forms under the quota, by destination",
                          "t z c", "", over_zones),
        "exports_open": Series("t gross", "country", True, "legal exports of forms outside the quota, by destination",
                               "t z c", "", over_zones),
        "export_tax": Series("thousand USD", "zone", True, "export tax paid", "t z", "tax", without_world),
        "leaked": Series("t gross", "country", True, "smuggled exports, by destination", "t z c", "", over_zones),
        "rent": Series("thousand USD", "zone", True, "rent of licences", "t z", "", without_world),
        "bill": Series("thousand USD", "country", True, "paid by firms for material, less what they sold", "t c"),
    },
    checks=(_positive,),
)  # fmt: skip
