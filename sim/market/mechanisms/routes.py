"""Routes: what each passage can carry, how loading grows where it is needed, and how smugglers follow the gap.

P behaviour, N structure, X influences, I instruments, S state, R record; `dt` is a step in years.
"""

from math import exp, log
from typing import Any

import numpy as np

from chokepoint.agents.refiner import tempted as refiner_tempted
from chokepoint.sim.engine.arrays import Array
from chokepoint.sim.engine.mechanism import Mechanism, Phase

FREE = 1e12  # t a year: no limit
DOUBLING_YEARS = 4.0 / 52.18  # in which a passage that is full doubles what can be loaded for it (assumption)
WITHERING_YEARS = 1.0  # over which loading that nobody uses is given up (assumption)
ROUTES_YEARS = 0.5  # over which smugglers build and give up routes (assumption)
SHIPPABLE = 0.5  # of the stock in a country that can leave in a week (assumption)
FULL = 0.97  # of its room: a passage that carries so much is full


def rooms(step: int, dt: float, P: Any, N: Any, X: Any, I: Any, S: Any, R: Any) -> None:
    """What each passage can carry this week: by law, by what can be loaded, and by what there is to ship."""
    for market in range(S.at_hand.shape[0]):
        S.leaving[market] = 0.0
    for passage in range(N.v_here.shape[0]):
        room = S.loading[passage]
        if S.open_share[passage] < 1.0:
            room = min(room, S.open_share[passage] * N.v_flow[passage])
        if S.normal_stock[N.v_there[passage]] <= 0.0:  # nobody there yet who could hold it
            room = 0.0
        I.route_room[passage] = room
        S.leaving[N.v_here[passage]] += room
    for passage in range(N.v_here.shape[0]):
        market = N.v_here[passage]
        can = SHIPPABLE * S.at_hand[market] / dt + S.output_level[market]
        if I.own_output_only[N.q_country[market], N.q_mat[market]] > 0.0:
            can = min(can, S.output_level[market])
        if S.leaving[market] > can:
            I.route_room[passage] *= can / S.leaving[market]


def routes(step: int, dt: float, P: Any, N: Any, X: Any, I: Any, S: Any, R: Any) -> None:
    """What can be loaded grows where a passage is full and withers where nobody ships; smugglers follow the gap."""
    grown = exp(log(2.0) * dt / DOUBLING_YEARS)
    withered = 1.0 - exp(-dt / WITHERING_YEARS)
    built = 1.0 - exp(-dt / ROUTES_YEARS)
    for passage in range(N.v_here.shape[0]):
        flow = S.flow[passage]
        if N.v_legal[passage] > 0:
            least = max(N.v_load[passage], 1.3 * flow)
            if flow > 0.0 and flow >= FULL * S.loading[passage]:
                S.loading[passage] *= grown
            elif S.loading[passage] > least:
                S.loading[passage] += (least - S.loading[passage]) * withered
            if S.open_share[passage] >= 1.0 and S.withheld_mean[passage] <= 0.0 and unlicensed(passage, I, S):
                S.usual_flow[passage] += (flow - S.usual_flow[passage]) * withered
        else:
            gap = max(0.0, S.price_ln[N.v_there[passage]] - S.price_ln[N.v_here[passage]])
            before = max(0.0, N.q_base_ln[N.v_there[passage]] - N.q_base_ln[N.v_here[passage]])
            share = refiner_tempted(gap, P.smuggling_gap)
            first = refiner_tempted(before, P.smuggling_gap)
            goal = N.v_flow[passage] + P.smuggled_most * S.usual_flow[N.v_twin[passage]] * max(
                -N.v_flow[passage] / max(1e-12, P.smuggled_most * S.usual_flow[N.v_twin[passage]]),
                (share - first) / (1.0 - first),
            )
            S.loading[passage] += (goal - S.loading[passage]) * built


def unlicensed(passage: int, I: Any, S: Any) -> bool:
    """Whether a passage needs no licence now."""
    return bool(S.group[passage] < 0 or I.licences_a_year[S.group[passage]] < 0.0)


MECHANISM = Mechanism(
    "routes",
    source="assumption; smuggling after customs records of both sides, 2006-2014",
    phases=(Phase(rooms, after=("insiders",)), Phase(routes, after=("aiding",))),
    arrays=(
        Array("I.route_room", "v", "t/year", "what may pass", FREE),
        Array("S.leaving", "q", "t/year", "room of all passages that leave a market"),
        Array(
            "S.loading",
            "v",
            "t/year",
            "what can be loaded for a passage",
            lambda start: np.where(start.N.v_legal > 0, start.N.v_load, start.N.v_flow),
        ),
        Array(
            "S.usual_flow", "v", "t/year", "flow of a passage in free weeks, remembered", lambda start: start.N.v_flow
        ),
    ),
)
