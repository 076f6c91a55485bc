"""Supply: mines answer the value of their ore at once within spare capacity and over years, refiners run what they get.

The ore of a mine is a fixed basket of materials, so that a by-product follows the worth of the whole and goes on when
its own price falls. Ore at refiners is stock that is counted.

P behaviour, N structure, X influences, I instruments, S state, R record; `dt` is a step in years.
"""

from math import exp, log
from typing import Any

import numpy as np

from chokepoint.agents.mine import ramp as mine_ramp
from chokepoint.sim.engine.arrays import Array
from chokepoint.sim.engine.frame import Making
from chokepoint.sim.engine.mechanism import Mechanism, Phase
from chokepoint.sim.engine.series import Series
from chokepoint.sim.market.accounts import pay
from chokepoint.sim.market.rules.curves import output_at as curves_output_at
from chokepoint.sim.network.structure import OPERATING

SPARE = 0.02  # least capacity that stands idle in a mine that a table says to be full (assumption)
FIXED_COST = 0.4  # part of a project's cost at capacity that does not fall with output (assumption)
FEED_MONTHS = 1.0  # ore at a refiner, months of runs (assumption)
PRODUCT_MONTHS = 1.0  # product at a refiner, months of output (assumption)
LOOKED_AT_YEARS = 0.5  # smoothing of the value that long-run answers look at (assumption)
CAMPAIGN_UP, CAMPAIGN_DOWN = 6.0, 1.2  # a year: how fast a campaign takes hold, and how fast its effect fades (assumption)
CAMPAIGN = 0.35  # of unlicensed output, stopped by one campaign (assumption)


def campaigns(step: int, dt: float, P: Any, N: Any, X: Any, I: Any, S: Any, R: Any) -> None:
    """Campaigns stop a part of what unlicensed mines ship."""
    for mine in range(S.k_stopped.shape[0]):
        goal = 1.0 - (1.0 - CAMPAIGN) ** I.campaigns[mine]
        rate = CAMPAIGN_UP if goal > S.k_stopped[mine] else CAMPAIGN_DOWN
        S.k_stopped[mine] = goal + (S.k_stopped[mine] - goal) * exp(-rate * dt)


def mining(step: int, dt: float, P: Any, N: Any, X: Any, I: Any, S: Any, R: Any) -> None:
    """Mines ship what their ore's worth calls for: at once within spare capacity, over years by growth or decline.

    `output_normal` is what markets would get at the price of the base year if nothing were stopped; `supply_cut` the part
    of it that is.
    """
    materials = N.k_basket.shape[1]
    seen = 1.0 - exp(-dt / LOOKED_AT_YEARS)
    answered = 1.0 - exp(-dt / P.supply_years)
    S.output_normal[:] = 0.0
    S.supply_cut[:] = 0.0
    for mine in range(S.k_output.shape[0]):
        value = 0.0
        for material in range(materials):
            if N.k_basket[mine, material] > 0.0:
                value += N.k_basket[mine, material] * S.price_of[N.k_place[mine], material]
        S.k_value[mine, 0] = value
        subsidised = value * (1.0 + I.subsidy[N.k_zone[mine]]) if N.k_legal[mine] > 0 else value
        gap = log(subsidised / S.k_value[mine, 2])
        S.k_seen[mine] += (gap - S.k_seen[mine]) * seen
        goal = (P.supply_elasticity_long - P.supply_elasticity) * S.k_seen[mine]
        S.k_answer[mine] += (goal - S.k_answer[mine]) * answered
        plain, can = 0.0, 0.0
        if S.k_state[mine] == OPERATING:
            if N.k_project[mine] > 0:
                plain = N.k_capacity[mine] * mine_ramp(S.k_clock[mine], N.k_ramp[mine])
                can = plain
            else:
                plain = N.k_base[mine] * exp(S.k_answer[mine])
                spare = max(SPARE, N.k_capacity[mine] / max(N.k_base[mine], 1e-12) - 1.0)
                can, _ = curves_output_at(gap, plain, P.supply_elasticity, spare)
        group = N.k_group[mine]
        if group > 0 and N.k_legal[mine] > 0 and I.production_quota[N.k_zone[mine], group] >= 0.0:
            can = min(can, I.production_quota[N.k_zone[mine], group] * N.k_quota_share[mine])
        stopped = 1.0 - (1.0 - I.held[mine]) * (1.0 - S.k_stopped[mine])
        ship = can * (1.0 - stopped) * dt
        S.k_output[mine] = ship
        R.mined[step, mine] = ship
        for feed in range(N.k_link[mine], N.k_link[mine + 1]):
            refiner = N.l_ref[feed]
            for material in range(materials):
                part = N.l_share[feed] * N.k_basket[mine, material]
                if part > 0.0:
                    S.feed[refiner, material] += ship * part
                    S.mined[material] += ship * part
                    market = N.q_of[N.r_country[refiner], material]
                    S.output_normal[market] += plain * part * N.r_yield[refiner]
                    S.supply_cut[market] += plain * stopped * part * N.r_yield[refiner]
        ore = N.k_payable[mine] * max(0.0, value - N.k_refining[mine])
        for feed in range(N.k_link[mine], N.k_link[mine + 1]):
            pay(S.cash, N.r_account[N.l_ref[feed]], N.k_account[mine], ship * N.l_share[feed] * ore)
        fixed = FIXED_COST * N.k_capacity[mine] * dt if N.k_project[mine] > 0 and S.k_state[mine] == OPERATING else 0.0
        spent = N.k_cost[mine] * ((1.0 - FIXED_COST) * ship + fixed) if N.k_project[mine] > 0 else N.k_cost[mine] * ship
        pay(S.cash, N.k_account[mine], N.row_account[0], spent)
    for market in range(S.supply_cut.shape[0]):
        if S.output_normal[market] > 0.0:
            S.supply_cut[market] /= S.output_normal[market]


def refining(step: int, dt: float, P: Any, N: Any, X: Any, I: Any, S: Any, R: Any) -> None:
    """Refiners run a month's part of their ore each week, within capacity; what they make joins their product."""
    S.output_level[:] = 0.0
    S.made[:, :] = 0.0
    for refiner in range(S.product.shape[0]):
        feed = 0.0
        for material in range(S.product.shape[1]):
            feed += S.feed[refiner, material]
        capacity = N.r_capacity[refiner] * dt
        run = min(capacity, feed * dt * 12.0 / FEED_MONTHS)
        part = run / feed if feed > 0.0 else 0.0
        S.run[refiner] = run
        R.refined[step, refiner] = run
        for material in range(S.product.shape[1]):
            taken = part * S.feed[refiner, material]
            if taken > 0.0:
                made = taken * N.r_yield[refiner]
                S.feed[refiner, material] -= taken
                S.product[refiner, material] += made
                S.made[refiner, material] = made
                if N.r_output[refiner, material] <= 0.0:  # a plant that was planned builds up a stock of its product
                    S.usual_output[refiner, material] += (made / dt - S.usual_output[refiner, material]) * 2.0 * dt
                S.lost[material] += taken - made
                S.output_level[N.q_of[N.r_country[refiner], material]] += made / dt
        pay(S.cash, N.r_account[refiner], N.row_account[0], run * N.r_cost[refiner])


def _value(start: Making) -> Any:
    """Worth of a mine's ore in the base year where most of it is refined: (mines,), USD/kg."""
    N = start.N
    place = N.q_of[N.k_place]
    return (N.k_basket * np.where(place >= 0, np.exp(N.q_base_ln[place]), 0.0)).sum(axis=1)


def _feed(start: Making) -> Any:
    """Ore at refiners that lets them run as in the base year: (refiners, materials)."""
    N = start.N
    recovered = N.r_output / N.r_yield[:, None]
    return recovered * FEED_MONTHS / 12.0 - recovered * start.dt


MECHANISM = Mechanism(
    "supply",
    source="elasticities at once and in the long run: Boer et al. (2021); joint products: Binnemans et al. (2013)",
    phases=(Phase(campaigns), Phase(mining, after=("campaigns",)), Phase(refining, after=("mining",))),
    arrays=(
        Array("S.k_state", "k", "code", "planned, operating, building, mothballed, defaulted",
              lambda start: start.N.k_project == 0, "i8"),
        Array("S.k_clock", "k", "years", "since the start of building or the opening"),
        Array("S.k_output", "k", "t a week", "shipped", lambda start: start.N.k_base * start.dt),
        Array("S.k_value", "k 4", "USD/kg", "value of the ore: now, smoothed, base year, habitual",
              lambda start: np.repeat(_value(start)[:, None], 4, axis=1)),
        Array("S.k_stopped", "k", "share", "output of a mine that campaigns stop"),
        Array("S.k_seen", "k", "ln", "value of the ore over the base year, as those look at it who plan for years"),
        Array("S.k_answer", "k", "ln", "long-run answer of output"),
        Array("S.output_normal", "q", "t/year", "output at base-year prices if nothing were stopped",
              lambda start: start.N.q_output),
        Array("S.supply_cut", "q", "share", "of that which is stopped"),
        Array("S.run", "r", "t a week", "feed run", lambda start: start.N.r_base * start.dt),
        Array("S.product", "r m", "t", "stock of product", lambda start: start.N.r_output * PRODUCT_MONTHS / 12.0),
        Array("S.made", "r m", "t a week", "made this week"),
        Array("S.feed", "r m", "t", "stock of ore, by what is in it", _feed),
    ),
    series={
        "mined": Series("t", "mine", True, "mine output, contained oxide", "t k"),
        "refined": Series("t", "refiner", True, "feed run by refiners", "t r"),
    },
)  # fmt: skip
