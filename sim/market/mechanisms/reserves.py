"""Reserves of states: what they let go to firms, and what others believe that they hold.

P behaviour, N structure, X influences, I instruments, S state, R record; `dt` is a step in years.
"""

from typing import Any

import numpy as np

from chokepoint.agents.measure import Measure
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


def releases(step: int, dt: float, P: Any, N: Any, X: Any, I: Any, S: Any, R: Any) -> None:
    """A reserve makes up for what the firms it is meant for plan to use and did not get, each in proportion, at their
    market's price."""
    first = N.reserve_start[0]
    for slot in range(first, S.stock.shape[0]):
        can = min(S.stock[slot], I.reserve_release[slot] * dt)
        if can <= 0.0:
            continue
        home, material = N.s_country[slot], N.s_mat[slot]
        missing = 0.0
        for user in range(first):
            if serves(home, material, user, N, I):
                missing += lacks(user, N, S)
        if missing <= TINY:
            continue
        part = min(1.0, can / missing)
        gone = 0.0
        for user in range(first):
            if serves(home, material, user, N, I):
                got = part * lacks(user, N, S)
                S.stock[user] += got
                S.received[user] += got
                gone += got
                worth = got * S.price[N.s_zone[user], material]
                pay(S.cash, N.f_account[N.s_firm[user]], N.f_account[N.s_firm[slot]], worth)
                R.bill[step, N.s_country[user]] += worth
                R.relief[step, N.s_country[user]] += got
                R.reserve_spent[step, home] -= worth
        S.stock[slot] -= gone
        R.released[step, home, material] += gone


def serves(home: int, material: int, user: int, N: Any, I: Any) -> Any:
    """Whether a reserve of the country `home` in a material is there for what the slot `user` uses."""
    return (
        N.s_mat[user] == material
        and N.f_kind[N.s_firm[user]] == USER
        and I.reserve_reach[home, N.s_country[user]] > 0.0
    )


def lacks(user: int, N: Any, S: Any) -> float:
    """What the slot of a firm plans to use this week and did not get, t."""
    return reserve_gap(S.order[user], S.expected[user] * (1.0 - N.f_old_scrap[N.s_firm[user]]), S.received[user])


def watching(step: int, dt: float, P: Any, N: Any, X: Any, I: Any, S: Any, R: Any) -> None:
    """What others believe of reserves and of state buying: what is published, what is claimed, what they infer."""
    first = N.reserve_start[0]
    if first >= S.stock.shape[0]:
        return
    S.state_buying[:, :] = 0.0
    S.backed[:, :] = 0.0
    for slot in range(first, S.stock.shape[0]):
        if I.reserve_watch[slot] <= 0.0:
            continue
        home, zone, material = N.s_country[slot], N.s_zone[slot], N.s_mat[slot]
        if I.reserve_watch[slot] == 1.0:
            S.seen[slot] = S.stock[slot]
            S.seen_buying[slot] = S.order[slot] / dt
        else:
            claimed = max(0.0, min(I.claim_pace[slot] * dt, I.claim_target[slot] - S.seen[slot]))
            S.seen[slot] = reserve_inferred(S.seen[slot], S.stock[slot], P.reserve_inference, dt) + claimed
            S.seen_buying[slot] = max(
                claimed / dt, reserve_inferred(S.seen_buying[slot], S.received[slot] / dt, P.reserve_inference, dt)
            )
        if N.trade_base[zone, material] > 0.0:
            S.state_buying[zone, material] += S.seen_buying[slot] / N.trade_base[zone, material]
        R.seen[step, home, material] += S.seen[slot]
        served = 0.0
        for user in range(first):
            if serves(home, material, user, N, I):
                served += S.expected[user] / dt
        if served > 0.0:
            for country in range(S.backed.shape[0]):
                if I.reserve_reach[home, country] > 0.0:
                    S.backed[country, material] += 12.0 * S.seen[slot] / served


def buying_news(step: int, dt: float, P: Any, N: Any, X: Any, I: Any, S: Any, R: Any) -> None:
    """What alarms is buying of states beyond what people are used to, which takes as long as an act stays in view."""
    if N.reserve_start[0] >= S.stock.shape[0]:
        return
    kept = market_kept(P.act_memory_years, dt)
    for zone in range(S.state_buying.shape[0]):
        for material in range(S.state_buying.shape[1]):
            S.buying_news[zone, material] = max(0.0, S.state_buying[zone, material] - S.usual_buying[zone, material])
            S.usual_buying[zone, material] = market_smoothed(
                S.usual_buying[zone, material], S.state_buying[zone, material], kept
            )


def _purchase(world: Any, measure: Measure) -> None:
    """Buy `value` tonnes of what the home refiners make, in their proportions, over the stated weeks."""
    if measure.value is None:
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
        Array(
            "I.reserve_reach", "c c", "1 or 0", "whose firms a reserve serves", lambda start: np.eye(start.sizes["c"])
        ),
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
        Instrument(
            "reserve_purchase",
            "A state buys so many tonnes for its reserve, in the proportions of home output, over its days.",
            _purchase,
            unit="t",
            force="once",
            example="Exportia reserve_purchase at 0.3 kt from 2010-03-01 until 2010-06-30",
        ),
    ),
)
