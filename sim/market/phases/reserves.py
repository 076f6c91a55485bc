"""Phases of reserves: what a state lets go to firms, and what others believe that it holds."""

from chokepoint.agents.reserve import gap as reserve_gap
from chokepoint.agents.reserve import inferred as reserve_inferred
from chokepoint.sim.market.phases.accounts import pay
from chokepoint.sim.market.rules.market import kept as market_kept
from chokepoint.sim.market.rules.market import smoothed as market_smoothed
from chokepoint.sim.market.state import USER

TINY = 1e-12


def releases(t, dt, P, N, X, I, S, R):
    """A reserve makes up for what the firms it is meant for plan to use and did not get, each in proportion, at their
    market's price."""
    first = N.reserve_start[0]
    for s in range(first, S.stock.shape[0]):
        can = min(S.stock[s], I.reserve_release[s] * dt)
        if can <= 0.0:
            continue
        home, m = N.s_country[s], N.s_mat[s]
        missing = 0.0
        for q in range(first):
            if N.s_mat[q] == m and N.f_kind[N.s_firm[q]] == USER and I.reserve_reach[home, N.s_country[q]] > 0.0:
                missing += reserve_gap(S.order[q], S.expected[q] * (1.0 - N.f_old_scrap[N.s_firm[q]]), S.received[q])
        if missing <= TINY:
            continue
        part = min(1.0, can / missing)
        gone = 0.0
        for q in range(first):
            if N.s_mat[q] == m and N.f_kind[N.s_firm[q]] == USER and I.reserve_reach[home, N.s_country[q]] > 0.0:
                got = part * reserve_gap(S.order[q], S.expected[q] * (1.0 - N.f_old_scrap[N.s_firm[q]]), S.received[q])
                S.stock[q] += got
                S.received[q] += got
                gone += got
                worth = got * S.price[N.s_zone[q], m]
                pay(S.cash, N.f_account[N.s_firm[q]], N.f_account[N.s_firm[s]], worth)
                R.bill[t, N.s_country[q]] += worth
                R.relief[t, N.s_country[q]] += got
                R.reserve_spent[t, home] -= worth
        S.stock[s] -= gone
        R.released[t, home, m] += gone


def watching(t, dt, P, N, X, I, S, R):
    """What others believe of reserves and of state buying: what is published, what is claimed, what they infer."""
    first = N.reserve_start[0]
    if first >= S.stock.shape[0]:
        return
    S.state_buying[:, :] = 0.0
    S.backed[:, :] = 0.0
    for s in range(first, S.stock.shape[0]):
        if I.reserve_watch[s] <= 0.0:
            continue
        home, z, m = N.s_country[s], N.s_zone[s], N.s_mat[s]
        if I.reserve_watch[s] == 1.0:
            S.seen[s] = S.stock[s]
            S.seen_buying[s] = S.order[s] / dt
        else:
            claimed = max(0.0, min(I.claim_pace[s] * dt, I.claim_target[s] - S.seen[s]))
            S.seen[s] = reserve_inferred(S.seen[s], S.stock[s], P.reserve_inference, dt) + claimed
            S.seen_buying[s] = max(
                claimed / dt, reserve_inferred(S.seen_buying[s], S.received[s] / dt, P.reserve_inference, dt)
            )
        if N.trade_base[z, m] > 0.0:
            S.state_buying[z, m] += S.seen_buying[s] / N.trade_base[z, m]
        R.seen[t, home, m] += S.seen[s]
        served = 0.0
        for q in range(first):
            if N.s_mat[q] == m and N.f_kind[N.s_firm[q]] == USER and I.reserve_reach[home, N.s_country[q]] > 0.0:
                served += S.expected[q] / dt
        if served > 0.0:
            for c in range(S.backed.shape[0]):
                if I.reserve_reach[home, c] > 0.0:
                    S.backed[c, m] += 12.0 * S.seen[s] / served
    # What alarms is buying beyond what people have got used to, which takes as long as an act stays in view.
    kept = market_kept(P.act_memory_years, dt)
    for z in range(S.state_buying.shape[0]):
        for m in range(S.state_buying.shape[1]):
            S.buying_news[z, m] = max(0.0, S.state_buying[z, m] - S.usual_buying[z, m])
            S.usual_buying[z, m] = market_smoothed(S.usual_buying[z, m], S.state_buying[z, m], kept)
