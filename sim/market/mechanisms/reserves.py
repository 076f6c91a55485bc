"""Reserves of states: what they let go to firms, and what others believe that they hold."""

import numpy as np

from chokepoint.agents.reserve import gap as reserve_gap
from chokepoint.agents.reserve import inferred as reserve_inferred
from chokepoint.sim.engine.arrays import Array
from chokepoint.sim.engine.mechanism import Mechanism, Phase
from chokepoint.sim.engine.series import Series
from chokepoint.sim.market.accounts import pay
from chokepoint.sim.market.rules.market import kept as market_kept
from chokepoint.sim.market.rules.market import smoothed as market_smoothed
from chokepoint.sim.network.structure import USER
from chokepoint.sim.scenario.acts import Instrument

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


def buying_news(t, dt, P, N, X, I, S, R):
    """What alarms is buying of states beyond what people have got used to, which takes as long as an act stays in view."""
    if N.reserve_start[0] >= S.stock.shape[0]:
        return
    kept = market_kept(P.act_memory_years, dt)
    for z in range(S.state_buying.shape[0]):
        for m in range(S.state_buying.shape[1]):
            S.buying_news[z, m] = max(0.0, S.state_buying[z, m] - S.usual_buying[z, m])
            S.usual_buying[z, m] = market_smoothed(S.usual_buying[z, m], S.state_buying[z, m], kept)


def _purchase(world, measure):
    """Buy `value` tonnes of what the home refiners make, in their proportions, over the stated weeks."""
    if measure.value is None or measure.unit != "t":
        return
    instruments, reserve = world.I, world.reserve_slots.get(measure.actor, {})
    output = world.N.trade_base[world.zone_of(measure.actor)]
    days = max(7.0, float((measure.end - measure.start).days + 1)) if measure.end else 7.0
    for material, slot in reserve.items():
        instruments.reserve_target[slot] += measure.value * output[material] / output.sum()
        instruments.reserve_pace[slot] = measure.value * output[material] / output.sum() * 365.25 / days
        instruments.reserve_ceiling[slot] = 1e12


MECHANISM = Mechanism(
    "reserves",
    source="assumption; rules in agents/reserve.py",
    phases=(
        Phase(releases, after=("customs",)),
        Phase(watching, after=("releases",)),
        Phase(buying_news, after=("watching",), before=("licences",)),
    ),
    arrays=(
        Array("I.reserve_pace", "s", "t/year", "buying of a reserve"),
        Array("I.reserve_target", "s", "t", "stock that a reserve aims at"),
        Array("I.reserve_ceiling", "s", "USD/kg", "highest price that a reserve pays"),
        Array("I.reserve_release", "s", "t/year", "what a reserve lets go at most"),
        Array("I.reserve_watch", "s", "code", "0 not watched, 1 published, 2 closed"),
        Array("I.claim_target", "s", "t", "stock that is claimed to be aimed at"),
        Array("I.claim_pace", "s", "t/year", "buying that is claimed"),
        Array("I.reserve_reach", "c c", "1 or 0", "whose firms a reserve serves", lambda w: np.eye(w.sizes["c"])),
        Array("I.private_floor", "c m", "months of use", "stock that firms must hold"),
        Array("S.state_buying", "z m", "share of trade", "buying of states as others see it"),
        Array("S.usual_buying", "z m", "share of trade", "buying of states that people are used to"),
        Array("S.buying_news", "z m", "share of trade", "buying of states above what people are used to"),
        Array("S.backed", "c m", "months of use", "what firms of a country believe a reserve holds for them"),
        Array("S.seen", "s", "t", "what others believe of a reserve's stock"),
        Array("S.seen_buying", "s", "t/year", "what others believe of a reserve's buying"),
    ),
    series={
        "believed_reserve": Series(
            "t", "country-material", False, "what others believe state reserves to hold", "t c m", "seen"
        ),
        "released": Series("t", "country-material", True, "let go by state reserves", "t c m"),
        "relief": Series("t", "country", True, "received from state reserves, own and allied, by firms", "t c"),
        "reserve_spent": Series(
            "thousand USD", "country", True, "paid for state reserves less what releases brought in", "t c"
        ),
    },
    instruments=(
        Instrument("reserve_purchase", "a reserve buys so many tonnes of what refiners at home make", _purchase),
    ),
)
