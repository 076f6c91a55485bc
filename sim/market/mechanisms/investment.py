"""Investment: mines open when prices promise to pay, build, stop, and fail."""

import numpy as np

from chokepoint.agents.mine import believed_value as mine_believed_value
from chokepoint.agents.mine import counted as mine_counted
from chokepoint.agents.mine import debt_due as mine_debt_due
from chokepoint.agents.mine import opens as mine_opens
from chokepoint.agents.mine import paid as mine_paid
from chokepoint.sim.engine import draws
from chokepoint.sim.engine.arrays import Array
from chokepoint.sim.engine.mechanism import Mechanism, Phase
from chokepoint.sim.engine.series import Series
from chokepoint.sim.market.accounts import pay
from chokepoint.sim.market.mechanisms.mining import FIXED_COST
from chokepoint.sim.market.rules.market import kept as market_kept
from chokepoint.sim.market.rules.market import smoothed as market_smoothed
from chokepoint.sim.network.structure import BUILDING, DEFAULTED, MOTHBALLED, OPERATING, PLANNED


def investment(t, dt, P, N, X, I, S, R):
    """Mines open when prices promise to pay, build, stop, and fail."""
    invest_kept = market_kept(P.invest_memory_years, dt)
    anchor_kept = market_kept(P.anchor_years, dt)
    for k in range(S.k_state.shape[0]):
        R.defaulted[t, k] = 1.0 if S.k_state[k] == DEFAULTED else 0.0
        value = S.k_value[k, 0]
        S.k_value[k, 1] = market_smoothed(S.k_value[k, 1], value, invest_kept)
        S.k_value[k, 3] = market_smoothed(S.k_value[k, 3], value, anchor_kept)
        state = S.k_state[k]
        ore = N.k_payable[k] * max(0.0, value - N.k_refining[k])
        earns = mine_paid(ore, I.k_floor[k], I.k_subsidy[k])
        if N.k_project[k] > 0:
            account = N.k_account[k]
            if state == PLANNED:
                believed = mine_believed_value(S.k_value[k, 1], S.k_value[k, 3], P.invest_caution)
                paid = N.k_payable[k] * max(0.0, believed - N.k_refining[k])
                if I.k_floor[k] > 0.0 or I.k_subsidy[k] > 0.0:  # what is pledged counts from opening to its end
                    top_up = max(0.0, I.k_floor[k] - paid)
                    lasts = (I.k_floor_end[k] - t) * dt - N.k_lead[k]
                    paid += mine_counted(top_up, lasts, P.invest_rate, P.invest_life_years)
                    lasts = (I.k_subsidy_end[k] - t) * dt - N.k_lead[k]
                    paid += mine_counted(I.k_subsidy[k], lasts, P.invest_rate, P.invest_life_years)
                if mine_opens(
                    paid,
                    N.k_cost[k],
                    N.k_capacity[k],
                    N.k_capex[k],
                    P.invest_rate,
                    P.invest_life_years,
                    P.invest_hurdle,
                    I.support[k] + I.k_comfort[k],
                ):
                    S.k_state[k] = BUILDING
                    S.k_clock[k] = 0.0
            elif state == BUILDING:
                years = max(N.k_lead[k] * S.k_delay[k], dt)
                step = N.k_capex[k] * min(dt, years - S.k_clock[k]) / years
                own = N.k_debt_share[k] - I.support[k] - I.k_public[k]  # a state takes the place of banks first
                S.k_debt[k] += step * max(0.0, own)
                private = step
                if I.k_public[k] > 0.0:
                    for c in range(N.c_account.shape[0]):
                        part = step * (I.loan[k, c] + I.stake[k, c] + I.grant[k, c])
                        pay(S.cash, N.c_account[c], account, part)
                        S.k_owed[k, c] += step * I.loan[k, c]
                        R.aid[t, c] += part
                        private -= part
                pay(S.cash, N.lender_account[0], account, private)
                pay(S.cash, account, N.row_account[0], step)
                S.k_clock[k] += dt
                if S.k_clock[k] >= years:
                    running_in = FIXED_COST * N.k_capacity[k] * N.k_cost[k] * 0.5 * N.k_ramp[k]
                    pay(S.cash, N.lender_account[0], account, running_in)  # equity for fixed cost while it ramps up
                    S.k_state[k] = OPERATING
                    S.k_clock[k] = 0.0
            elif state == OPERATING:
                S.k_clock[k] += dt
                due = mine_debt_due(S.k_debt[k], P.debt_rate, P.debt_years, S.k_clock[k], dt)
                pay(S.cash, account, N.lender_account[0], due)
                if S.cash[account] < 0.0:
                    S.k_losses[k] += dt
                    if S.k_losses[k] > P.default_years:
                        S.k_state[k] = DEFAULTED
                else:
                    S.k_losses[k] = 0.0
        elif state == OPERATING:
            S.k_losses[k] = S.k_losses[k] + dt if earns < 0.75 * N.k_cost[k] else 0.0
            if S.k_losses[k] > P.mothball_years:
                S.k_state[k] = MOTHBALLED
        elif state == MOTHBALLED and earns > 1.1 * N.k_cost[k]:
            S.k_state[k] = OPERATING
            S.k_losses[k] = 0.0


def _delay(w):
    """Luck of each project with its lead time: (mines,)."""
    luck = draws.stream(w.seed, w.replication, draws.DELAY)
    return np.exp(w.P.noise_delay * draws.normals(luck, w.N.k_key, 0))


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
