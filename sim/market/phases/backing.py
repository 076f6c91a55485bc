"""Phases of backing: a backer's firms come first; states pay, and are paid back by, mines and plants they back."""

from math import exp, log

from chokepoint.agents.mine import called as mine_called
from chokepoint.agents.mine import debt_due as mine_debt_due
from chokepoint.agents.mine import dividend as mine_dividend
from chokepoint.agents.mine import loan_due as mine_loan_due
from chokepoint.sim.market.phases.accounts import pay
from chokepoint.sim.market.state import OPERATING, RESERVE

TINY = 1e-12


def offtakes(t, dt, P, N, X, I, S, R):
    """Contracted product goes to the firms of the backer's country before anybody else is served, in the proportions
    of what lies ready, pro rata of what they order, at the price where it is made, and at once as on the spot."""
    if I.offtakes[0] <= 0.0:
        return
    for r in range(I.offtake.shape[0]):
        ready = 0.0
        for m in range(S.product.shape[1]):
            ready += S.product[r, m]
        if ready <= TINY:
            continue
        part = 0.0
        for c in range(I.offtake.shape[1]):
            part += min(1.0, I.offtake[r, c] * dt / ready)
        for c in range(I.offtake.shape[1]):
            if I.offtake[r, c] <= 0.0:
                continue
            share = min(1.0, I.offtake[r, c] * dt / ready) / max(1.0, part)
            for m in range(S.product.shape[1]):
                wants = 0.0
                for s in range(S.stock.shape[0]):
                    if N.s_country[s] == c and N.s_mat[s] == m and N.f_kind[N.s_firm[s]] != RESERVE:
                        wants += max(0.0, S.order[s] - S.received[s])
                if wants <= TINY:
                    continue
                goes = min(1.0, share * S.product[r, m] / wants)
                for s in range(S.stock.shape[0]):
                    if N.s_country[s] == c and N.s_mat[s] == m and N.f_kind[N.s_firm[s]] != RESERVE:
                        got = goes * max(0.0, S.order[s] - S.received[s])
                        S.stock[s] += got
                        S.received[s] += got
                        R.arrivals[t, c, N.r_country[r]] += got * N.s_gross[s]
                        worth = got * S.price[N.r_zone[r], m]
                        pay(S.cash, N.f_account[N.s_firm[s]], N.r_account[r], worth)
                        R.bill[t, c] += worth
                S.product[r, m] = max(0.0, S.product[r, m] - goes * wants)


def backing(t, dt, P, N, X, I, S, R):
    """States top up ore, subsidise, pay what they guaranteed and are paid back; plants that they pay for are built."""
    rate = I.loan_terms[0]
    term = I.loan_terms[1] / dt  # weeks
    interest = exp(dt * log(1.0 + rate))
    for k in range(I.k_backed.shape[0]):
        if I.k_backed[k] <= 0.0:
            continue
        account = N.k_account[k]
        runs = S.k_state[k] == OPERATING
        ore = N.k_payable[k] * max(0.0, S.k_value[k, 0] - N.k_refining[k])
        top_up = max(0.0, I.k_floor[k] - ore)
        due = 0.0
        if runs and N.k_project[k] > 0:
            due = mine_debt_due(S.k_debt[k], P.debt_rate, P.debt_years, S.k_clock[k], dt)
        if runs:
            for c in range(N.c_account.shape[0]):
                # The highest floor is paid, by the first state that guarantees it; subsidies add up.
                each = I.ore_subsidy[k, c]
                if I.floor_price[k, c] > 0.0 and I.floor_price[k, c] >= I.k_floor[k]:
                    each += top_up
                    top_up = 0.0
                pay(S.cash, N.c_account[c], account, each * R.mined[t, k])
                R.aid[t, c] += each * R.mined[t, k]
        opened = N.k_project[k] == 0 or S.k_clock[k] > 0.0  # equity for the running-in is no profit
        profit = S.cash[account] - S.k_book[k] if runs and opened else 0.0
        for c in range(N.c_account.shape[0]):
            S.k_owed[k, c] *= interest
            if not runs:
                continue
            pays = mine_called(due, S.cash[account], I.guarantee[k, c])
            pay(S.cash, N.c_account[c], account, pays)
            I.guarantee[k, c] -= pays
            S.k_owed[k, c] += pays
            if S.k_owed[k, c] > TINY:
                if S.k_term[k, c] <= 0.0:
                    S.k_term[k, c] = t + term
                spare = S.cash[account] - due - I.loan_terms[4] * N.k_cost[k] * N.k_capacity[k]
                back = mine_loan_due(S.k_owed[k, c], rate, (S.k_term[k, c] - t) * dt, spare, dt)
                pay(S.cash, account, N.c_account[c], back)
                S.k_owed[k, c] -= back
                pays -= back
            if S.cash[account] - due > 0.0:
                back = mine_dividend(I.stake[k, c], profit, S.cash[account] - due)
                pay(S.cash, account, N.c_account[c], back)
                pays -= back
            R.aid[t, c] += pays
        S.k_book[k] = S.cash[account]
    each = I.loan_terms[2]  # outlay of a plant, thousand USD for a tonne a year
    years = I.loan_terms[3]
    for r in range(I.r_backed.shape[0]):
        if I.r_backed[r] <= 0.0:
            continue
        account = N.r_account[r]
        profit = S.cash[account] - S.r_book[r]
        for c in range(N.c_account.shape[0]):
            S.r_owed[r, c] *= interest
            new = I.works_lent[r, c] + I.works_held[r, c]
            if new > 0.0:
                part = min(dt, years - S.works_clock[r, c]) / years * each
                pay(S.cash, N.c_account[c], account, part * new)
                pay(S.cash, account, N.row_account[0], part * new)
                R.aid[t, c] += part * new
                S.r_owed[r, c] += part * I.works_lent[r, c]
                S.works_clock[r, c] += dt
                if S.works_clock[r, c] >= years:
                    I.r_added[r] += new
                    I.held_part[r, c] += I.works_held[r, c]
                    I.works_lent[r, c] = 0.0
                    I.works_held[r, c] = 0.0
                    S.works_clock[r, c] = 0.0
                    S.r_term[r, c] = t + term
            if S.r_term[r, c] > 0.0 and S.r_owed[r, c] > TINY:  # a plant has no default: it pays what is due
                back = mine_loan_due(S.r_owed[r, c], rate, (S.r_term[r, c] - t) * dt, S.r_owed[r, c], dt)
                pay(S.cash, account, N.c_account[c], back)
                S.r_owed[r, c] -= back
                R.aid[t, c] -= back
            if I.held_part[r, c] > 0.0:
                share = I.held_part[r, c] / (N.r_capacity[r] + I.r_added[r])
                back = mine_dividend(share, profit, S.cash[account])
                pay(S.cash, account, N.c_account[c], back)
                R.aid[t, c] -= back
        S.r_book[r] = S.cash[account]
