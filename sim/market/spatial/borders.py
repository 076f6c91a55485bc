"""Borders: what the law lets pass, how many licences there are, and what a passage can carry at all.

`open_share` is the part of the base year's flow that the law lets pass, for holds, inspections, an office of permits and
refusals; the room of a passage is that, or what ports can load, or what is there to be shipped, whatever is least.

P behaviour, N structure, X influences, I instruments, S state, R record; `dt` is a step in years.
"""

from dataclasses import replace
from datetime import date, timedelta
from math import exp, log
from typing import Any

import numpy as np

from chokepoint.agents.measure import Measure
from chokepoint.sim.engine.arrays import Array
from chokepoint.sim.engine.mechanism import Mechanism, Phase
from chokepoint.sim.market.mechanisms import licences
from chokepoint.sim.network.structure import LICENSED

FREE = 1e12  # t a year: no limit
COUNTER = 3.0  # cargo that customs can clear at normal inspection, over that of the base year (assumption)
STREAM_WEEKS = 12.0  # from an office's first decisions to its full throughput (assumption)
DOUBLING_YEARS = 4.0 / 52.18  # in which a passage that is full doubles what can be loaded for it (assumption)
WITHERING_YEARS = 1.0  # over which loading that nobody uses is given up (assumption)
ROUTES_YEARS = 0.5  # over which smugglers build and give up routes (assumption)
SHIPPABLE = 0.5  # of the stock in a country that can leave in a week (assumption)
FULL = 0.97  # of its room: a passage that carries so much is full


def permits(step: int, dt: float, P: Any, N: Any, X: Any, I: Any, S: Any, R: Any) -> None:
    """An office of permits: no decision before its time, then a throughput that grows; weeks since it opened."""
    for zone in range(I.permit_weeks.shape[0]):
        for country in range(I.permit_weeks.shape[1]):
            if I.permit_weeks[zone, country] <= 0.0:
                S.office_weeks[zone, country] = 0.0
                S.decided[zone, country] = 1.0
            else:
                since = S.office_weeks[zone, country] - I.permit_weeks[zone, country]
                S.decided[zone, country] = min(1.0, max(0.0, since / STREAM_WEEKS))
                S.office_weeks[zone, country] += dt * 52.18


def law(step: int, dt: float, P: Any, N: Any, X: Any, I: Any, S: Any, R: Any) -> None:
    """The share of the base year's flow that the law lets pass, passage by passage, and the tax there."""
    for passage in range(N.v_here.shape[0]):
        zone = N.v_zone[passage]
        S.open_share[passage] = 1.0
        I.route_tax[passage] = 0.0
        if zone == 0:
            continue
        country, material = N.q_country[N.v_there[passage]], N.q_mat[N.v_there[passage]]
        I.route_tax[passage] = I.tax[zone, material]
        held = max(I.embargo[zone, country], I.closure[zone, country])
        share = 1.0 - held
        if I.inspection[zone, country] > I.normal_inspection[zone]:
            share *= min(1.0, COUNTER * I.normal_inspection[zone] / I.inspection[zone, country])
        share *= (1.0 - I.refused[zone, country]) * S.decided[zone, country]
        S.open_share[passage] = share


def quotas(step: int, dt: float, P: Any, N: Any, X: Any, I: Any, S: Any, R: Any) -> None:
    """Licences a year at an even pace until they lapse, and what free exports would need."""
    for group in range(S.free_gross.shape[0]):
        I.licences_a_year[group] = -1.0
        S.free_gross[group] = 0.0
    for zone in range(1, I.quota_on.shape[0]):
        if I.quota_on[zone] <= 0.0 or step < I.quota_from[zone]:
            continue
        grant(step, zone, N, I)
        weeks = max(1.0, I.licence_end[zone] - step)
        for part in range(2):
            I.licences_a_year[2 * (zone - 1) + part] = 0.0
        for refiner in range(N.r_zone.shape[0]):
            if N.r_zone[refiner] == zone and N.r_kind[refiner] == LICENSED:
                for part in range(2):
                    I.licences_a_year[2 * (zone - 1) + part] += max(0.0, I.licence[refiner, part]) / (weeks * dt)
    for passage in range(N.v_here.shape[0]):
        zone = N.v_zone[passage]
        if zone > 0:
            group = 2 * (zone - 1) + I.quota_part[zone, N.q_mat[N.v_here[passage]]]
            S.group[passage] = group
            S.free_gross[group] += N.v_flow[passage] * N.v_gross[passage]
    for group in range(S.free_gross.shape[0]):
        if I.licences_a_year[group] >= 0.0 and S.free_gross[group] <= 0.0:
            I.licences_a_year[group] = -1.0


def grant(step: int, zone: int, N: Any, I: Any) -> None:
    """Licences that were granted become good in the week nearest to their first day; those of an older year lapse."""
    if I.granted_from[zone] < 0 or step < I.granted_from[zone]:
        return
    for refiner in range(N.r_zone.shape[0]):
        if N.r_zone[refiner] == zone:
            for part in range(2):
                kept = 0.0 if I.granted_anew[zone] > 0.0 else I.licence[refiner, part]
                I.licence[refiner, part] = kept + I.granted[refiner, part]
                I.granted[refiner, part] = 0.0
    I.licence_end[zone] = I.granted_end[zone]
    I.granted_from[zone] = -1
    I.granted_anew[zone] = 0.0


def rooms(step: int, dt: float, P: Any, N: Any, X: Any, I: Any, S: Any, R: Any) -> None:
    """What each passage can carry this week: by law, by what can be loaded, and by what there is to ship."""
    for market in range(S.at_hand.shape[0]):
        S.leaving[market] = 0.0
    for passage in range(N.v_here.shape[0]):
        room = S.loading[passage]
        if N.v_zone[passage] > 0 and S.open_share[passage] < 1.0:
            room = min(room, S.open_share[passage] * N.v_flow[passage])
        if S.normal_stock[N.v_there[passage]] <= 0.0:  # nobody there yet who could hold it
            room = 0.0
        I.route_room[passage] = room
        S.leaving[N.v_here[passage]] += room
    for passage in range(N.v_here.shape[0]):
        market = N.v_here[passage]
        can = SHIPPABLE * S.at_hand[market] / dt + S.output_level[market]
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
            share = tempted(gap, P.smuggling_gap)
            first = tempted(before, P.smuggling_gap)
            goal = N.v_flow[passage] + P.smuggled_most * S.usual_flow[N.v_twin[passage]] * max(
                -N.v_flow[passage] / max(1e-12, P.smuggled_most * S.usual_flow[N.v_twin[passage]]),
                (share - first) / (1.0 - first),
            )
            S.loading[passage] += (goal - S.loading[passage]) * built


def unlicensed(passage: int, I: Any, S: Any) -> bool:
    """Whether a passage needs no licence now."""
    return S.group[passage] < 0 or I.licences_a_year[S.group[passage]] < 0.0


def tempted(gap: float, half: float) -> float:
    """Share of smugglers whom a log gap of prices pays: a half at `half`; logistic over gaps."""
    return 1.0 / (1.0 + exp(-2.8 * (gap / half - 1.0)))


def _quota(world: Any, measure: Measure) -> None:
    """Licences for `value` tonnes gross in a half-year, granted by the holders' shares; no value: no quota.

    They are good from the week nearest to their first day to the one nearest to their last, and lapse with the year of
    their quota, unless carried over.
    """
    I, zone, law = world.I, world.zone_of(measure.actor), world.law
    holders = world.layout.licensed[zone]
    law.quotas[zone] = None if measure.value is None or measure.lifted else measure.value
    if measure.value is None or measure.lifted:
        I.quota_on[zone] = 0.0
        I.licence[holders], I.granted[holders], I.granted_from[zone] = 0.0, 0.0, -1
        return
    first = nearest_week(world, measure.start)
    if I.quota_on[zone] <= 0.0:
        I.quota_from[zone] = first
    law.licence_years.setdefault(zone, measure.start.year)
    if measure.start.year != law.licence_years[zone]:
        I.granted_anew[zone] = 0.0 if law.carry_over.get(zone) == measure.start.year else 1.0
        law.licence_years[zone] = measure.start.year
    part = 1 if "heavy" in measure.kind else 0
    if part == 1:
        I.quota_part[zone] = world.N.m_family
    I.quota_on[zone] = 1.0
    I.granted[holders, part] += measure.value * world.N.r_licence_share[holders]
    I.granted_from[zone] = max(first, int(I.granted_from[zone]))
    if measure.end is not None:
        I.granted_end[zone] = nearest_week(world, measure.end + timedelta(days=1))


def nearest_week(world: Any, day: date) -> int:
    """The week whose first day lies nearest to a day."""
    return round((day - world.calendar.start).days / world.calendar.step_days)


QUOTA = replace(next(one for one in licences.MECHANISM.instruments if one.name == "export_quota"), order=_quota)

MECHANISM = Mechanism(
    "borders",
    source="assumption; smuggling after customs records of both sides, 2006-2014",
    phases=(
        Phase(permits, after=("wishes",)),
        Phase(law, after=("permits",)),
        Phase(quotas, after=("law",)),
        Phase(rooms, after=("insiders",)),
        Phase(routes, after=("memories",)),
    ),
    arrays=(
        Array("I.route_tax", "v", "share", "export tax on the price here"),
        Array("I.route_room", "v", "t/year", "what may pass", FREE),
        Array("I.licences_a_year", "u", "t gross/year", "licences at an even pace; below zero for none needed", -1.0),
        Array("I.quota_from", "z", "week", "from which a quota is in force", 0, "i8"),
        Array("I.granted", "r 2", "t gross", "licences that are granted and not yet good"),
        Array("I.granted_from", "z", "week", "from which they are good; -1 for none", -1, "i8"),
        Array("I.granted_end", "z", "week", "when they lapse"),
        Array("I.granted_anew", "z", "1 or 0", "whether those of before have lapsed by then"),
        Array("S.office_weeks", "z c", "weeks", "since an office of permits opened"),
        Array("S.decided", "z c", "share", "throughput of an office of permits, of free exports", 1.0),
        Array("S.open_share", "v", "share", "of the base year's flow that the law lets pass", 1.0),
        Array("S.free_gross", "u", "t gross/year", "licences that exports of the base year would need"),
        Array("S.group", "v", "index", "licence that a passage needs; -1 for none",
              lambda start: np.full(start.sizes["v"], -1), "i8"),
        Array("S.leaving", "q", "t/year", "room of all passages that leave a market"),
        Array("S.loading", "v", "t/year", "what can be loaded for a passage",
              lambda start: np.where(start.N.v_legal > 0, start.N.v_load, start.N.v_flow)),
        Array("S.usual_flow", "v", "t/year", "flow of a passage in free weeks, remembered",
              lambda start: start.N.v_flow),
    ),
    instruments=(QUOTA,),
)  # fmt: skip
