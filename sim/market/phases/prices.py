"""Phases of the market: both prices from cover, campaigns, and what is recorded of stocks."""

from math import exp, log

from chokepoint.sim.market.rules.market import inside_price as market_inside_price
from chokepoint.sim.market.rules.market import kept as market_kept
from chokepoint.sim.market.rules.market import outside_price as market_outside_price
from chokepoint.sim.market.rules.market import parity as market_parity
from chokepoint.sim.market.rules.market import smoothed as market_smoothed
from chokepoint.sim.market.state import FREE, RESERVE

TINY = 1e-12


def prices(t, dt, P, N, X, I, S, R):
    """Both prices from cover, unless a study holds them where they were."""
    if t >= N.freeze[0]:
        return
    n_zones, n_mats = S.price.shape
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
        for m in range(n_mats):
            making = max(N.r_output[r, m], S.output[r, m])
            S.wanted_zone[z, m] += P.refiner_cover_months / 12.0 * making
            S.stock_zone[z, m] += S.product[r, m]
    for m in range(n_mats):
        parity = 0.0
        weight = 0.0
        for z in range(1, n_zones):
            if N.trade_base[z, m] <= 0.0:
                continue
            before = S.price[z, m]
            S.price[z, m] = market_inside_price(
                before, S.habitual[z, m], N.base_price[z, m] * (1.0 - I.subsidy[z]),
                max(S.wanted_zone[z, m], TINY), max(S.stock_zone[z, m], TINY),
                P.inside_cover_gain, P.anchor_weight, P.inside_speed, dt,
            )  # fmt: skip
            own = N.trade_base[z, m]
            parity += own * market_parity(S.price[z, m], I.tax[z, m], S.ask_mean[z], N.freight[z])
            weight += own
        if weight > 0.0:
            S.price[0, m] = market_outside_price(
                S.price[0, m], parity / weight, max(S.wanted_zone[0, m], TINY), max(S.stock_zone[0, m], TINY),
                P.outside_cover_gain, P.outside_speed, dt,
            )  # fmt: skip
        else:
            S.price[0, m] = market_inside_price(
                S.price[0, m], S.habitual[0, m], N.base_price[0, m],
                max(S.wanted_zone[0, m], TINY), max(S.stock_zone[0, m], TINY),
                P.inside_cover_gain, P.anchor_weight, P.inside_speed, dt,
            )  # fmt: skip


def memories(t, dt, P, N, X, I, S, R):
    """The memories of prices that beliefs and thrift read; campaigns take hold and fade."""
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
    # Campaigns stop a part of what unlicensed mines ship; the mean of a zone weighs on its smugglers.
    for z in range(n_zones):
        stopped = 0.0
        whole = 0.0
        for k in range(S.k_stopped.shape[0]):
            if N.k_zone[k] != z or N.k_legal[k] > 0:
                continue
            going = 1.0
            for _ in range(int(I.campaigns[k])):
                going *= 1.0 - P.campaign_strength
            goal = 1.0 - going
            rate = P.campaign_rise if goal > S.k_stopped[k] else P.campaign_decay
            S.k_stopped[k] = goal + (S.k_stopped[k] - goal) * exp(-rate * dt)
            stopped += N.k_base[k] * S.k_stopped[k]
            whole += N.k_base[k]
        S.suppressed[z] = stopped / whole if whole > 0.0 else 0.0


def record(t, dt, P, N, X, I, S, R):
    """Stocks by country and material at the end of the week."""
    for s in range(S.stock.shape[0]):
        c, m = N.s_country[s], N.s_mat[s]
        if N.f_kind[N.s_firm[s]] == RESERVE:
            R.held[t, c, m] += S.stock[s]
        else:
            R.stock[t, c, m] += S.stock[s]
