"""Use: firms use material, recover scrap, and lose production where stock runs out.

P behaviour, N structure, X influences, I instruments, S state, R record; `dt` is a step in years.
"""

from math import exp, sqrt
from typing import Any

import numpy as np

from chokepoint.agents.firm import old_scrap as firm_old_scrap
from chokepoint.agents.firm import scrap as firm_scrap
from chokepoint.agents.firm import use as firm_use
from chokepoint.sim.engine import draws
from chokepoint.sim.engine.arrays import Array
from chokepoint.sim.engine.draws import normal as draw_normal
from chokepoint.sim.engine.frame import Making
from chokepoint.sim.engine.mechanism import Mechanism, Phase
from chokepoint.sim.engine.series import Series
from chokepoint.sim.market.luck import before_the_start, stream
from chokepoint.sim.market.rules.market import kept as market_kept
from chokepoint.sim.market.rules.market import smoothed as market_smoothed
from chokepoint.sim.network.structure import TRADER, USER


def disturbances(step: int, dt: float, P: Any, N: Any, X: Any, I: Any, S: Any, R: Any) -> None:
    """What a user's output swings by, an autoregressive process of each firm."""
    if P.noise_demand <= 0.0:
        return
    memory = exp(-dt / P.noise_demand_memory)
    kick = sqrt(1.0 - memory * memory)
    for firm in range(S.noise.shape[0]):
        if N.f_kind[firm] == USER:
            luck = draw_normal(S.stream_demand[0], N.f_key[firm], step)
            S.noise[firm] = memory * S.noise[firm] + P.noise_demand * kick * luck


def consumption(step: int, dt: float, P: Any, N: Any, X: Any, I: Any, S: Any, R: Any) -> None:
    """Firms use material, recover their own scrap, and lose production where stock runs out."""
    planning = exp(-dt / P.planning_years)
    S.using[:, :] = 0.0
    for firm in range(S.noise.shape[0]):
        if N.f_kind[firm] != USER:
            continue
        if step < N.f_open[firm]:
            for slot in range(N.s_first[firm], N.s_first[firm + 1]):
                S.want[slot] = 0.0
            continue
        country, activity, elasticity = (
            N.f_country[firm],
            X.activity[step, firm],
            P.use_elasticity * N.f_elasticity[firm],
        )
        all_used = 0.0
        all_recovered = 0.0
        short = 0.0
        lost = 0.0
        for slot in range(N.s_first[firm], N.s_first[firm + 1]):
            zone, material = N.s_zone[slot], N.s_mat[slot]
            gap = S.gap[zone, material, 0]
            want = firm_use(
                N.s_base[slot] * S.scale[slot] * dt, activity, S.intensity[slot], gap, elasticity, S.noise[firm]
            )
            used = min(want, S.stock[slot])
            recovered = firm_scrap(used, N.f_scrap[firm] - N.f_old_scrap[firm], gap, P.scrap_response)
            if N.f_old_scrap[firm] > 0.0:
                worn = S.in_products[slot] * dt / N.f_life[firm]
                old = firm_old_scrap(worn, N.f_old_scrap[firm], S.gap[zone, material, 1], P.scrap_response)
                S.in_products[slot] += used - worn
                recovered += old
            S.stock[slot] += recovered - used
            S.want[slot] = want
            S.expected[slot] = want + (S.expected[slot] - want) * planning
            S.used[material] += used
            S.scrapped[material] += recovered
            S.using[zone, material] += used
            R.use_material[step, country, material] += used
            all_used += used
            all_recovered += recovered
            short += want - used
            lost += (want - used) * N.s_value[slot]
        R.use[step, country] += all_used
        R.scrap[step, country] += all_recovered
        R.shortfall[step, country] += short
        R.lost_value[step, country] += lost


def turnovers(step: int, dt: float, P: Any, N: Any, X: Any, I: Any, S: Any, R: Any) -> None:
    """What each market remembers of its use, over that of the base year."""
    kept = market_kept(P.trade_memory_years, dt)
    for zone in range(S.using.shape[0]):
        for material in range(S.using.shape[1]):
            if N.use_base[zone, material] > 0.0:
                now = S.using[zone, material] / (N.use_base[zone, material] * dt)
                S.turnover[zone, material] = market_smoothed(S.turnover[zone, material], now, kept)


def _stock(start: Making) -> Any:
    """Stocks that users and traders want in the base year: (slots,)."""
    N, P = start.N, start.P
    months = np.where(N.s_zone == 0, P.cover_outside_months, P.cover_inside_months) * start.S.trait_cover[N.s_firm]
    stock = months / 12.0 * start.base_use * (1.0 - N.f_old_scrap[N.s_firm]) / start.dt
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
        Array(
            "X.activity",
            "t f",
            "1",
            "use that industry carries, 1 in the base year",
            lambda start: start.layout.activity,
        ),
        Array("S.stock", "s", "t", "stock held", _stock),
        Array("S.want", "s", "t a week", "use wanted this week", lambda start: start.base_use),
        Array("S.expected", "s", "t a week", "use that is planned with", lambda start: start.base_use),
        Array(
            "S.in_products",
            "s",
            "t",
            "material in products in use",
            lambda start: start.N.s_base * start.N.f_life[start.N.s_firm],
        ),
        Array(
            "S.noise",
            "f",
            "ln",
            "disturbance of a user's use",
            lambda start: before_the_start(start, draws.DEMAND, start.P.noise_demand),
        ),
        Array(
            "S.stream_demand",
            "1",
            "key",
            "stream of random numbers of users",
            lambda start: stream(start, draws.DEMAND),
            "u8",
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
