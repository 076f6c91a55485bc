"""Reserves of states: what they let go to firms, and what others believe that they hold.

P behaviour, N structure, X influences, I instruments, S state, R record; `dt` is a step in years.
"""

from typing import Any

import numpy as np

from chokepoint.agents.measure import Measure
from chokepoint.agents.reserve import inferred as reserve_inferred
from chokepoint.sim.engine.arrays import Array
from chokepoint.sim.engine.mechanism import Mechanism, Phase
from chokepoint.sim.engine.series import Series
from chokepoint.sim.scenario.acts import Instrument

DONE = 0.01  # of a purchase: what an earlier one may lack of it and be done
DELIVERY_DAYS = 182.0  # over which what a state buys of its refiners is delivered at least (assumption)
KEPT = 0.8  # of what a reserve let go last week, where nothing is lost any more (assumption)


def releases(step: int, dt: float, P: Any, N: Any, X: Any, I: Any, S: Any, R: Any) -> None:
    """A reserve lets go what the firms it is there for would have to give up for want of material without it: what they
    lost last week and what it let go then; each country's part is sold there, t a year by market."""
    S.relief_to[:, :] = 0.0
    for market in range(S.relief_in.shape[0]):  # where nothing is lost any more it gives less week by week
        S.needed_relief[market] = S.lacking[market] + (1.0 if S.lacking[market] > 0.0 else KEPT) * S.relief_in[market]
        S.relief_in[market] = 0.0
    for slot in range(N.reserve_start[0], S.stock.shape[0]):
        can = min(S.stock[slot] / dt, I.reserve_release[slot])
        if can <= 0.0:
            continue
        home, material = N.s_country[slot], N.s_mat[slot]
        lacks = 0.0
        for country in range(N.q_of.shape[0]):
            if I.reserve_reach[home, country] > 0.0 and N.q_of[country, material] >= 0:
                lacks += S.needed_relief[N.q_of[country, material]]
        if lacks <= 0.0:
            continue
        part = min(1.0, can / lacks)
        for country in range(N.q_of.shape[0]):
            market = N.q_of[country, material]
            if I.reserve_reach[home, country] > 0.0 and market >= 0:
                S.relief_to[slot - N.reserve_start[0], country] = part * S.needed_relief[market]
                S.relief_in[market] += part * S.needed_relief[market]


def watching(step: int, dt: float, P: Any, N: Any, X: Any, I: Any, S: Any, R: Any) -> None:
    """What others believe of reserves and of state buying: what is published, what is claimed, what they infer."""
    S.seen_buying_of[:] = 0.0
    S.believed_reserve[:] = 0.0
    S.backed[:, :] = 0.0
    first = N.reserve_start[0]
    for slot in range(first, S.stock.shape[0]):
        market = N.s_market[slot]
        if I.reserve_watch[slot] <= 0.0:  # a purchase of history: those who sell to it know of it
            left = max(0.0, I.reserve_target[slot] - S.stock[slot] - S.pipe_sum[slot] - S.spot_sum[slot])
            S.seen_buying_of[market] += min(max(0.0, S.wish[slot]), left / P.horizon_years)
            continue
        home, material = N.s_country[slot], N.s_mat[slot]
        left = max(0.0, I.reserve_target[slot] - S.stock[slot] - S.pipe_sum[slot] - S.spot_sum[slot])
        if I.reserve_watch[slot] == 1.0:
            S.seen[slot] = S.stock[slot]
            S.seen_buying[slot] = min(max(0.0, S.wish[slot]), left / P.horizon_years)
        else:
            claims = max(0.0, I.claim_target[slot] - S.seen[slot])
            claimed = min(I.claim_pace[slot] * dt, claims)
            S.seen[slot] = reserve_inferred(S.seen[slot], S.stock[slot], P.reserve_inference, dt) + claimed
            inferred = reserve_inferred(S.seen_buying[slot], S.received[slot] / dt, P.reserve_inference, dt)
            S.seen_buying[slot] = max(min(I.claim_pace[slot], claims / P.horizon_years), inferred)
        S.seen_buying_of[market] += S.seen_buying[slot]
        R.seen[step, home, material] += S.seen[slot]
        served = 0.0
        for country in range(N.q_of.shape[0]):
            if I.reserve_reach[home, country] > 0.0 and N.q_of[country, material] >= 0:
                served += S.use_planned[N.q_of[country, material]]
        if served > 0.0:
            for country in range(S.backed.shape[0]):
                if I.reserve_reach[home, country] > 0.0 and N.q_of[country, material] >= 0:
                    S.backed[country, material] += 12.0 * S.seen[slot] / served
                    share = S.use_planned[N.q_of[country, material]] / served
                    S.believed_reserve[N.q_of[country, material]] += S.seen[slot] * share


def _purchase(world: Any, measure: Measure) -> None:
    """Buy `value` tonnes of what the home refiners make, in their proportions, over the stated days or half a year;
    beside an earlier purchase that is not done yet, at both paces."""
    if measure.value is None:
        return
    instruments, reserve = world.I, world.reserve_slots.get(measure.actor, {})
    output = world.N.trade_base[world.zone_of(measure.actor)]
    days = max(DELIVERY_DAYS, float((measure.end - measure.start).days + 1)) if measure.end else DELIVERY_DAYS
    for material, slot in reserve.items():
        missing = instruments.reserve_target[slot] - world.S.stock[slot] - world.S.pipe_sum[slot]
        bought = measure.value * output[material] / output.sum()
        under_way = instruments.reserve_pace[slot] if missing > DONE * bought else 0.0
        instruments.reserve_target[slot] += bought
        instruments.reserve_pace[slot] = under_way + bought * 365.25 / days
        instruments.reserve_ceiling[slot] = 1e12


MECHANISM = Mechanism(
    "reserves",
    source="assumption; rules in agents/reserve.py",
    phases=(
        Phase(releases, after=("disturbances",), before=("wishes",)),
        Phase(watching, after=("wishes",), before=("permits",)),
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
        Array("S.relief_to", "y c", "t/year", "let go by a reserve for a country's firms"),
        Array("S.needed_relief", "q", "t/year", "use that would be lost without reserves"),
        Array("S.relief_in", "q", "t/year", "let go by reserves in a market"),
        Array("S.seen_buying_of", "q", "t/year", "buying of states as others see it"),
        Array("S.believed_reserve", "q", "t", "what reserves are believed to hold for a market"),
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
            "A state buys so many tonnes for its reserve, in the proportions of home output, over its days and half a "
            "year at least.",
            _purchase,
            unit="t",
            force="once",
            example="Exportia reserve_purchase at 0.3 kt from 2010-03-01 until 2010-06-30",
        ),
    ),
)
