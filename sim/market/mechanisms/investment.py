"""Investment: mines open when prices promise to pay, build, stop, and fail.

P behaviour, N structure, X influences, I instruments, S state, R record; `dt` is a step in years.
"""

from typing import Any

import numpy as np

from chokepoint.agents.mine import (
    ANCHOR_YEARS,
    DEBT_RATE,
    DEBT_YEARS,
    DEFAULT_YEARS,
    INVEST_CAUTION,
    INVEST_HURDLE,
    INVEST_LIFE_YEARS,
    INVEST_MEMORY_YEARS,
    INVEST_RATE,
)
from chokepoint.agents.mine import believed_value as mine_believed_value
from chokepoint.agents.mine import counted as mine_counted
from chokepoint.agents.mine import debt_due as mine_debt_due
from chokepoint.agents.mine import opens as mine_opens
from chokepoint.sim.engine import draws
from chokepoint.sim.engine.arrays import Array
from chokepoint.sim.engine.frame import Making
from chokepoint.sim.engine.mechanism import Mechanism, Phase
from chokepoint.sim.engine.series import Series
from chokepoint.sim.market.accounts import pay
from chokepoint.sim.market.mechanisms.mining import FIXED_COST
from chokepoint.sim.market.rules.market import kept as market_kept
from chokepoint.sim.market.rules.market import smoothed as market_smoothed
from chokepoint.sim.network.structure import BUILDING, DEFAULTED, OPERATING, PLANNED

DELAY_TRAIT = 0.5  # spread of lead times of projects in ln, over that of lasting traits of firms (assumption)


def investment(step: int, dt: float, P: Any, N: Any, X: Any, I: Any, S: Any, R: Any) -> None:
    """Mines open when prices promise to pay, build, stop, and fail."""
    invest_kept = market_kept(INVEST_MEMORY_YEARS, dt)
    anchor_kept = market_kept(ANCHOR_YEARS, dt)
    for mine in range(S.k_state.shape[0]):
        R.defaulted[step, mine] = 1.0 if S.k_state[mine] == DEFAULTED else 0.0
        value = S.k_value[mine, 0]
        S.k_value[mine, 1] = market_smoothed(S.k_value[mine, 1], value, invest_kept)
        S.k_value[mine, 3] = market_smoothed(S.k_value[mine, 3], value, anchor_kept)
        state = S.k_state[mine]
        if N.k_project[mine] > 0:
            account = N.k_account[mine]
            if state == PLANNED:
                believed = mine_believed_value(S.k_value[mine, 1], S.k_value[mine, 3], INVEST_CAUTION)
                paid = N.k_payable[mine] * max(0.0, believed - N.k_refining[mine])
                if I.k_floor[mine] > 0.0 or I.k_subsidy[mine] > 0.0:  # what is pledged counts from opening to its end
                    top_up = max(0.0, I.k_floor[mine] - paid)
                    lasts = (I.k_floor_end[mine] - step) * dt - N.k_lead[mine]
                    paid += mine_counted(top_up, lasts, INVEST_RATE, INVEST_LIFE_YEARS)
                    lasts = (I.k_subsidy_end[mine] - step) * dt - N.k_lead[mine]
                    paid += mine_counted(I.k_subsidy[mine], lasts, INVEST_RATE, INVEST_LIFE_YEARS)
                if mine_opens(
                    paid,
                    N.k_cost[mine],
                    N.k_capacity[mine],
                    N.k_capex[mine],
                    INVEST_RATE,
                    INVEST_LIFE_YEARS,
                    INVEST_HURDLE,
                    I.support[mine] + I.k_comfort[mine],
                ):
                    S.k_state[mine] = BUILDING
                    S.k_clock[mine] = 0.0
            elif state == BUILDING:
                years = max(N.k_lead[mine] * S.k_delay[mine], dt)
                outlay = N.k_capex[mine] * min(dt, years - S.k_clock[mine]) / years
                own = (
                    N.k_debt_share[mine] - I.support[mine] - I.k_public[mine]
                )  # a state takes the place of banks first
                S.k_debt[mine] += outlay * max(0.0, own)
                private = outlay
                if I.k_public[mine] > 0.0:
                    for country in range(N.c_account.shape[0]):
                        part = outlay * (I.loan[mine, country] + I.stake[mine, country] + I.grant[mine, country])
                        pay(S.cash, N.c_account[country], account, part)
                        S.k_owed[mine, country] += outlay * I.loan[mine, country]
                        R.aid[step, country] += part
                        private -= part
                pay(S.cash, N.lender_account[0], account, private)
                pay(S.cash, account, N.row_account[0], outlay)
                S.k_clock[mine] += dt
                if S.k_clock[mine] >= years:
                    running_in = FIXED_COST * N.k_capacity[mine] * N.k_cost[mine] * 0.5 * N.k_ramp[mine]
                    pay(S.cash, N.lender_account[0], account, running_in)  # equity for fixed cost while it ramps up
                    S.k_state[mine] = OPERATING
                    S.k_clock[mine] = 0.0
            elif state == OPERATING:
                S.k_clock[mine] += dt
                due = mine_debt_due(S.k_debt[mine], DEBT_RATE, DEBT_YEARS, S.k_clock[mine], dt)
                pay(S.cash, account, N.lender_account[0], due)
                if S.cash[account] < 0.0:
                    S.k_losses[mine] += dt
                    if S.k_losses[mine] > DEFAULT_YEARS:
                        S.k_state[mine] = DEFAULTED
                else:
                    S.k_losses[mine] = 0.0


def _delay(start: Making) -> Any:
    """Luck of each project with its lead time: (mines,)."""
    luck = draws.stream(start.seed, start.replication, draws.DELAY)
    return np.exp(DELAY_TRAIT * start.P.noise_trait * draws.normals(luck, start.N.k_key, 0))


MECHANISM = Mechanism(
    "investment",
    source="net present value with a hurdle, forms in agents/mine.py",
    phases=(Phase(investment, after=("works",)),),
    arrays=(
        Array("S.k_losses", "k", "years", "in the red"),
        Array("S.k_debt", "k", "thousand USD", "debt to banks"),
        Array("S.k_delay", "k", "1", "factor on the lead time", _delay),
    ),
    series={"defaulted": Series("1 or 0", "mine", False, "whether a mine has defaulted", "t k")},
)
