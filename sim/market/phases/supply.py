"""Phases of supply: refiners run, mines ship, use is saved or moves, mines open and fail."""

from math import exp, log

from chokepoint.agents.firm import intensity as firm_intensity
from chokepoint.agents.firm import relocation as firm_relocation
from chokepoint.agents.mine import believed_value as mine_believed_value
from chokepoint.agents.mine import counted as mine_counted
from chokepoint.agents.mine import debt_due as mine_debt_due
from chokepoint.agents.mine import legal_output as mine_legal_output
from chokepoint.agents.mine import opens as mine_opens
from chokepoint.agents.mine import paid as mine_paid
from chokepoint.agents.mine import pits as mine_pits
from chokepoint.agents.mine import ramp as mine_ramp
from chokepoint.agents.mine import unlicensed_output as mine_unlicensed_output
from chokepoint.agents.refiner import run_rate as refiner_run_rate
from chokepoint.sim.market.phases.accounts import pay
from chokepoint.sim.market.rules.market import kept as market_kept
from chokepoint.sim.market.rules.market import smoothed as market_smoothed
from chokepoint.sim.market.state import BUILDING, DEFAULTED, FREE, LICENSED, MOTHBALLED, OPERATING, PLANNED, USER

TINY = 1e-12
FIXED_COST = 0.4  # part of a project's cost at capacity that does not fall with output (assumption)


def refining(t, dt, P, N, X, I, S, R):
    """Refiners run their feed, keep or discard what they make, and order more."""
    n_refiners, n_mats = S.product.shape
    slow = exp(-dt / 0.5)
    for r in range(n_refiners):
        z = N.r_zone[r]
        held = 0.0
        target = 0.0
        feed = 0.0
        for m in range(n_mats):
            feed += S.feed[r, m]
            goal = P.refiner_cover_months / 12.0 * max(N.r_output[r, m], S.output[r, m])
            held += S.price[z, m] * (S.product[r, m] + S.output[r, m] * dt)
            target += S.price[z, m] * goal
        capacity = (N.r_capacity[r] + I.r_added[r]) * dt
        if N.r_kind[r] == FREE:
            run = min(capacity, feed * 12.0 / P.feed_cover_months * dt)
            wish = N.r_base[r] * dt
        else:
            fullness = held / target if target > 0.0 else 1.0
            wish = refiner_run_rate(N.r_base[r] * dt, capacity, fullness, P.run_response, P.run_low)
            run = min(wish, feed)
        S.run[r] = run
        part = run / feed if feed > TINY else 0.0
        for m in range(n_mats):
            taken = part * S.feed[r, m]
            made = taken * N.r_yield[r]
            S.feed[r, m] -= taken
            S.product[r, m] += made
            S.lost[m] += taken - made
            if I.subsidy[z] > 0.0 and N.r_kind[r] == LICENSED:
                paid = made * I.subsidy[z] * N.base_price[z, m]
                pay(S.cash, N.c_account[N.state_of_zone[z]], N.r_account[r], paid)
            S.output[r, m] = made / dt + (S.output[r, m] - made / dt) * slow
            limit = P.discard_cover * P.refiner_cover_months / 12.0 * max(N.r_output[r, m], S.output[r, m])
            surplus = S.product[r, m] - limit
            if surplus > 0.0 and limit > 0.0:
                S.product[r, m] -= surplus
                S.discarded[m] += surplus
                R.discarded[t, m] += surplus
        pay(S.cash, N.r_account[r], N.row_account[0], run * N.r_cost[r])
        R.refined[t, r] = run
        wanted = P.feed_cover_months / 12.0 * wish / dt
        S.book[r, 2] = max(0.0, wish + (wanted - (feed - run + wish)) * dt / P.stocking_years)


def mining(t, dt, P, N, X, I, S, R):
    """Mines ship what is ordered, allowed and worth it."""
    n_mats = S.product.shape[1]
    S.k_called[:] = 0.0
    for i in range(N.l_mine.shape[0]):
        k, r = N.l_mine[i], N.l_ref[i]
        if N.r_kind[r] == FREE:
            S.k_called[k] += 1e30
        else:
            S.k_called[k] += N.l_part[i] * S.book[r, 2]
        if N.k_project[k] == 0:
            R.orders[t, 2] += N.l_part[i] * S.book[r, 2]
    for k in range(S.k_output.shape[0]):
        z = N.k_zone[k]
        zr = N.k_refiner_zone[k]
        value = 0.0
        for m in range(n_mats):
            value += N.k_basket[k, m] * S.price[zr, m]
        S.k_value[k, 0] = value
        if I.subsidy[zr] > 0.0 and N.k_legal[k] > 0:  # refiners hand on what the state pays for their output
            for m in range(n_mats):
                value += N.k_basket[k, m] * I.subsidy[zr] * N.base_price[zr, m]
        ore = N.k_payable[k] * max(0.0, value - N.k_refining[k])
        earns = mine_paid(ore, I.k_floor[k], I.k_subsidy[k])  # what states add is paid in `backing`
        can = 0.0
        if S.k_state[k] == OPERATING:
            capacity = N.k_capacity[k] * dt
            if N.k_project[k] > 0:
                capacity *= mine_ramp(S.k_clock[k], N.k_ramp[k])
            if N.k_legal[k] > 0:
                quota = capacity
                g = N.k_group[k]
                if g > 0 and I.production_quota[z, g] >= 0.0:
                    quota = P.quota_discipline * I.production_quota[z, g] * N.k_quota_share[k] * dt
                elif N.k_project[k] == 0 and z == 0:
                    quota = N.k_base[k] * dt  # small mines abroad run as in the base year
                can = mine_legal_output(capacity, quota, earns, N.k_cost[k])
            else:
                worth = value / S.k_value[k, 2]
                S.k_pits[k] = mine_pits(S.k_pits[k], worth, P.pit_growth, dt)
                can = mine_unlicensed_output(
                    S.k_pits[k] * N.k_base[k] * dt, S.k_pits[k] * capacity, worth, S.k_stopped[k], P.supply_elasticity
                )
        can *= 1.0 - I.held[k]  # days on which a government stops its ore
        ship = min(can, S.k_called[k])
        share = ship / S.k_called[k] if S.k_called[k] > TINY else 0.0
        S.k_output[k] = ship
        R.mined[t, k] = ship
        for i in range(N.k_link[k], N.k_link[k + 1]):
            r = N.l_ref[i]
            if N.r_kind[r] == FREE:
                sent = ship * N.l_share[i]
            else:
                sent = share * N.l_part[i] * S.book[r, 2]
            for m in range(n_mats):
                mass = sent * N.k_basket[k, m]
                S.feed[r, m] += mass
                S.mined[m] += mass
            pay(S.cash, N.r_account[r], N.k_account[k], sent * ore)
        fixed = FIXED_COST * N.k_capacity[k] * dt if N.k_project[k] > 0 and S.k_state[k] == OPERATING else 0.0
        spent = N.k_cost[k] * ((1.0 - FIXED_COST) * ship + fixed) if N.k_project[k] > 0 else N.k_cost[k] * ship
        pay(S.cash, N.k_account[k], N.row_account[0], spent)


def thrift(t, dt, P, N, X, I, S, R):
    """Slow answers of users, looked at every four weeks: thrift, and relocation into the exporting state."""
    if t % N.review_steps[0] != 0:
        return
    span = dt * N.review_steps[0]
    for z in range(S.border_gap.shape[0]):
        for m in range(S.border_gap.shape[1]):
            # Base-year gap across the border beyond today's tax: what relocation adds to the difference of gaps.
            S.border_gap[z, m] = log(N.base_price[0, m] / (N.base_price[z, m] * (1.0 + I.tax[z, m])))
    for s in range(S.stock.shape[0]):
        f = N.s_firm[s]
        if N.f_kind[f] != USER:
            continue
        z, m = N.s_zone[s], N.s_mat[s]
        S.intensity[s] = firm_intensity(
            S.intensity[s], S.gap[z, m, 1], P.thrift_elasticity * N.f_thrift[f], P.thrift_speed, P.thrift_threshold,
            P.thrift_cap * N.f_thrift[f], P.thrift_back * N.f_return[f], P.thrift_floor, span,
        )  # fmt: skip
        twin = N.s_twin[s]
        if twin >= 0 and t >= N.f_open[f]:
            home = N.s_zone[twin]
            gap = S.gap[z, m, 1] - S.gap[home, m, 1] + S.border_gap[home, m]
            moved = firm_relocation(gap, P.relocation_speed * N.f_relocation[f], P.relocation_threshold) * span
            if moved > 0.0:
                goes = S.scale[s] * moved
                S.scale[s] -= goes
                S.scale[twin] += goes * N.s_base[s] * S.intensity[s] / (N.s_base[twin] * S.intensity[twin])


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
                    paid, N.k_cost[k], N.k_capacity[k], N.k_capex[k], P.invest_rate, P.invest_life_years,
                    P.invest_hurdle, I.support[k] + I.k_comfort[k],
                ):  # fmt: skip
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
