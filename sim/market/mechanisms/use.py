"""Use: firms use material, recover scrap, and lose production where stock runs out."""

from math import exp, sqrt

import numpy as np

from chokepoint.agents.firm import old_scrap as firm_old_scrap
from chokepoint.agents.firm import scrap as firm_scrap
from chokepoint.agents.firm import use as firm_use
from chokepoint.sim.engine import draws
from chokepoint.sim.engine.arrays import Array
from chokepoint.sim.engine.draws import normal as draw_normal
from chokepoint.sim.engine.mechanism import Mechanism, Phase
from chokepoint.sim.engine.series import Series
from chokepoint.sim.market.luck import before_the_start, stream
from chokepoint.sim.market.rules.market import kept as market_kept
from chokepoint.sim.market.rules.market import smoothed as market_smoothed
from chokepoint.sim.network.structure import TRADER, USER


def disturbances(t, dt, P, N, X, I, S, R):
    """What a user's output swings by, an autoregressive process of each firm."""
    if P.noise_demand <= 0.0:
        return
    memory = exp(-dt / P.noise_demand_memory)
    kick = sqrt(1.0 - memory * memory)
    for f in range(S.noise.shape[0]):
        if N.f_kind[f] == USER:
            luck = draw_normal(S.stream_demand[0], N.f_key[f], t)
            S.noise[f] = memory * S.noise[f] + P.noise_demand * kick * luck


def consumption(t, dt, P, N, X, I, S, R):
    """Firms use material, recover their own scrap, and lose production where stock runs out."""
    planning = exp(-dt / P.planning_years)
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


def turnovers(t, dt, P, N, X, I, S, R):
    """What each market remembers of its use, over that of the base year."""
    kept = market_kept(P.trade_memory_years, dt)
    for z in range(S.using.shape[0]):
        for m in range(S.using.shape[1]):
            if N.use_base[z, m] > 0.0:
                now = S.using[z, m] / (N.use_base[z, m] * dt)
                S.turnover[z, m] = market_smoothed(S.turnover[z, m], now, kept)


def _stock(w):
    """Stocks that users and traders want in the base year: (slots,)."""
    N, P = w.N, w.P
    months = np.where(N.s_zone == 0, P.cover_outside_months, P.cover_inside_months) * w.S.trait_cover[N.s_firm]
    stock = months / 12.0 * w.base_use * (1.0 - N.f_old_scrap[N.s_firm]) / w.dt
    trading = N.f_kind[N.s_firm] == TRADER
    normal = P.trader_cover_months / 12.0 * N.trade_base[N.s_zone, N.s_mat] * N.s_trade_share
    return np.where(trading, normal, stock)


MECHANISM = Mechanism(
    "use",
    source="short-run elasticity and thrift as in agents/firm.py",
    phases=(
        Phase(disturbances, after=("arrivals",)),
        Phase(consumption, after=("disturbances",)),
        Phase(turnovers, after=("consumption",)),
    ),
    arrays=(
        Array("X.activity", "t f", "1", "use that industry carries, 1 in the base year", lambda w: w.layout.activity),
        Array("S.stock", "s", "t", "stock held", _stock),
        Array("S.want", "s", "t a week", "use wanted this week", lambda w: w.base_use),
        Array("S.expected", "s", "t a week", "use that is planned with", lambda w: w.base_use),
        Array("S.in_products", "s", "t", "material in products in use", lambda w: w.N.s_base * w.N.f_life[w.N.s_firm]),
        Array(
            "S.noise",
            "f",
            "ln",
            "disturbance of a user's use",
            lambda w: before_the_start(w, draws.DEMAND, w.P.noise_demand),
        ),
        Array(
            "S.stream_demand", "1", "key", "stream of random numbers of users", lambda w: stream(w, draws.DEMAND), "u8"
        ),
        Array("S.using", "z m", "t a week", "material used in a market"),
        Array("S.turnover", "z m", "1", "remembered use over that of the base year", 1.0),
    ),
    series={
        "use": Series("t", "country", True, "material used", "t c"),
        "scrap": Series("t", "country", True, "material recovered by users from new and old scrap", "t c"),
        "shortfall": Series("t", "country", True, "material wanted and not there to use", "t c"),
        "use_by_material": Series("t", "country-material", True, "material used", "t c m", "use_material"),
        "lost_value": Series("thousand USD", "country", True, "value added lost for want of material", "t c"),
    },
)
