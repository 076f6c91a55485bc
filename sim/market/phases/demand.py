"""Phases of demand: cargo arrives, firms use it, form beliefs, and say what they want."""

from math import exp, sqrt

from chokepoint.agents.firm import alarm as firm_alarm
from chokepoint.agents.firm import cover as firm_cover
from chokepoint.agents.firm import expected_growth as firm_expected_growth
from chokepoint.agents.firm import old_scrap as firm_old_scrap
from chokepoint.agents.firm import order as firm_order
from chokepoint.agents.firm import relied_cover as firm_relied_cover
from chokepoint.agents.firm import risk as firm_risk
from chokepoint.agents.firm import scrap as firm_scrap
from chokepoint.agents.firm import shun as firm_shun
from chokepoint.agents.firm import trader_stock as firm_trader_stock
from chokepoint.agents.firm import use as firm_use
from chokepoint.sim.engine.draws import normal as draw_normal
from chokepoint.sim.market.phases.accounts import pay
from chokepoint.sim.market.rules.market import kept as market_kept
from chokepoint.sim.market.rules.market import smoothed as market_smoothed
from chokepoint.sim.market.state import RESERVE, TRADER, USER

TINY = 1e-12


def arrivals(t, dt, P, N, X, I, S, R):
    """Cargo lands: what was shipped a lag ago joins the buyer's stock."""
    now = t % S.pipe.shape[0]
    for s in range(S.stock.shape[0]):
        landed = 0.0
        for w in range(N.s_way[s], N.s_way[s + 1]):
            a = S.pipe[now, w]
            if a > 0.0:
                S.pipe[now, w] = 0.0
                landed += a
                R.arrivals[t, N.s_country[s], N.w_origin[w]] += a * N.s_gross[s]
        S.pipe_sum[s] = max(0.0, S.pipe_sum[s] - landed)
        S.stock[s] += landed


def consumption(t, dt, P, N, X, I, S, R):
    """Firms use material, recover their own scrap, and lose production where stock runs out."""
    memory = exp(-dt / P.noise_demand_memory)
    planning = exp(-dt / P.planning_years)
    kick = sqrt(1.0 - memory * memory)
    kept = market_kept(P.trade_memory_years, dt)
    for f in range(S.noise.shape[0]):
        if P.noise_demand > 0.0 and N.f_kind[f] == USER:
            luck = draw_normal(S.stream_demand[0], N.f_key[f], t)
            S.noise[f] = memory * S.noise[f] + P.noise_demand * kick * luck
        if P.noise_mood > 0.0 and N.f_kind[f] == TRADER:
            luck = draw_normal(S.stream_mood[0], N.f_key[f], t)
            S.mood[f] = memory * S.mood[f] + P.noise_mood * kick * luck
    S.using[:, :] = 0.0
    for f in range(S.noise.shape[0]):
        if N.f_kind[f] != USER:
            continue
        if t < N.f_open[f]:
            for s in range(N.s_first[f], N.s_first[f + 1]):
                S.want[s] = 0.0
            continue
        c, activity, elasticity = N.f_country[f], X.activity[t, f], P.use_elasticity * N.f_elasticity[f]
        all_used = 0.0
        all_recovered = 0.0
        short = 0.0
        lost = 0.0
        for s in range(N.s_first[f], N.s_first[f + 1]):
            z, m = N.s_zone[s], N.s_mat[s]
            gap = S.gap[z, m, 0]
            want = firm_use(N.s_base[s] * S.scale[s] * dt, activity, S.intensity[s], gap, elasticity, S.noise[f])
            used = min(want, S.stock[s])
            recovered = firm_scrap(used, N.f_scrap[f] - N.f_old_scrap[f], gap, P.scrap_response)
            if N.f_old_scrap[f] > 0.0:
                worn = S.in_products[s] * dt / N.f_life[f]
                old = firm_old_scrap(worn, N.f_old_scrap[f], S.gap[z, m, 1], P.scrap_response)
                S.in_products[s] += used - worn
                recovered += old
            S.stock[s] += recovered - used
            S.want[s] = want
            S.expected[s] = want + (S.expected[s] - want) * planning
            S.used[m] += used
            S.scrapped[m] += recovered
            S.using[z, m] += used
            R.use_material[t, c, m] += used
            all_used += used
            all_recovered += recovered
            short += want - used
            lost += (want - used) * N.s_value[s]
        R.use[t, c] += all_used
        R.scrap[t, c] += all_recovered
        R.shortfall[t, c] += short
        R.lost_value[t, c] += lost
    for z in range(S.using.shape[0]):
        for m in range(S.using.shape[1]):
            if N.use_base[z, m] > 0.0:
                now = S.using[z, m] / (N.use_base[z, m] * dt)
                S.turnover[z, m] = market_smoothed(S.turnover[z, m], now, kept)


def beliefs(t, dt, P, N, X, I, S, R):
    """Perceived risk of every firm; expected growth of every price."""
    forget = exp(-dt / P.shortfall_memory_years)
    watched = N.reserve_start[0] < S.stock.shape[0]  # states that buy more than before are news
    for f in range(S.risk.shape[0]):
        c = N.f_country[f]
        taken = 0.0
        missing = 0.0
        asked = 0.0
        for s in range(N.s_first[f], N.s_first[f + 1]):
            need = min(S.order[s], S.expected[s] * (1.0 - N.f_old_scrap[f]))  # old scrap cannot fail to arrive
            asked += need
            missing += max(0.0, need - S.received[s])
            if watched:
                taken += need * S.buying_news[N.s_zone[s], N.s_mat[s]]
        share = missing / asked if asked > TINY else 0.0
        S.unfilled[f] = share + (S.unfilled[f] - share) * forget
        news = X.news[t, c] * S.trait_risk[f]
        if watched and asked > TINY:
            news = max(news, min(1.0, P.buying_alarm * taken / asked) * S.trait_risk[f])
        signal = firm_alarm(
            news, S.unfilled[f], S.country_risk[c], P.shortfall_gain, P.shortfall_tolerance, P.neighbour_weight
        )
        S.risk[f] = firm_risk(S.risk[f], signal, P.risk_rise, P.risk_decay, dt)
        S.shun[f] = firm_shun(S.risk[f], P.supplier_risk)
    for c in range(S.country_risk.shape[0]):
        total = 0.0
        count = 0
        for f in range(S.risk.shape[0]):
            if N.f_country[f] == c and N.f_kind[f] != RESERVE and t >= N.f_open[f]:
                total += S.risk[f]
                count += 1
        S.country_risk[c] = total / count if count > 0 else 0.0
        R.risk[t, c] = S.country_risk[c]
    for z in range(S.price.shape[0]):
        for m in range(S.price.shape[1]):
            S.growth[z, m] = firm_expected_growth(
                S.price[z, m], S.habitual[z, m], S.trend[z, m], P.reversion, P.trend_weight
            )


def orders(t, dt, P, N, X, I, S, R):
    """Wanted stocks and orders; traders sell on the spot."""
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
                expected * (1.0 - N.f_scrap[f]), S.stock[s], S.wanted[s], S.pipe_sum[s],
                way * expected * (1.0 - N.f_scrap[f]),
                P.stocking_years, P.destocking_years, P.supply_line_weight, P.order_floor, dt,
            )  # fmt: skip
            S.demanded[z, m] += S.order[s]
        elif kind == TRADER:
            normal = P.trader_cover_months / 12.0 * S.turnover[z, m] * N.trade_base[z, m] * N.s_trade_share[s]
            relative = S.price[z, m] / N.base_price[z, m]
            S.wanted[s] = firm_trader_stock(
                normal, S.risk[f], growth * S.trait_growth[f], S.mood[f], relative,
                P.trader_risk, P.trader_growth, P.cover_low, P.trader_high, P.trader_finance,
            )  # fmt: skip
            gap = S.wanted[s] - S.stock[s]
            S.order[s] = max(0.0, gap - S.pipe_sum[s]) * dt / P.stocking_years
            S.offered[z, m] += min(S.stock[s], max(0.0, -gap) * dt / P.destocking_years)
        else:
            S.wanted[s] = 0.0
            gap = I.reserve_target[s] - S.stock[s] - S.pipe_sum[s]
            buys = gap > 0.0 and S.price[z, m] <= I.reserve_ceiling[s] and I.reserve_release[s] <= 0.0
            S.order[s] = min(gap, I.reserve_pace[s] * dt) if buys else 0.0
    # Spot: what traders offer goes to the users of the zone, pro rata.
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
    # Where the seller stands is where the cargo comes from.
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
