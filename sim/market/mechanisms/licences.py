"""Licences: an export quota is shared out among holders; licences lapse, and one rent a gross tonne is paid for them.

P behaviour, N structure, X influences, I instruments, S state, R record; `dt` is a step in years.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import numpy as np

from chokepoint.agents.measure import Measure
from chokepoint.sim.engine.arrays import Array
from chokepoint.sim.engine.mechanism import Mechanism, Phase
from chokepoint.sim.engine.series import Series
from chokepoint.sim.market.columns import without_world
from chokepoint.sim.network.structure import LICENSED
from chokepoint.sim.scenario.acts import Instrument
from chokepoint.sim.scenario.lookup import Tables
from chokepoint.sim.scenario.tables import Event


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


def used_licences(step: int, dt: float, P: Any, N: Any, X: Any, I: Any, S: Any, R: Any) -> None:
    """Licences that were used, of all holders in proportion to what they hold: who has none buys them of others."""
    for zone in range(1, I.quota_on.shape[0]):
        R.ask[step, zone] = 0.0
        used, rents = 0.0, 0.0
        for part in range(2):
            group = 2 * (zone - 1) + part
            there = 0.0
            for refiner in range(N.r_zone.shape[0]):
                if N.r_zone[refiner] == zone and N.r_kind[refiner] == LICENSED:
                    there += I.licence[refiner, part]
            kept = max(0.0, 1.0 - S.gone_gross[group] / there) if there > 0.0 else 0.0
            for refiner in range(N.r_zone.shape[0]):
                if N.r_zone[refiner] == zone and N.r_kind[refiner] == LICENSED and there > 0.0:
                    R.licence_used[step, refiner] += I.licence[refiner, part] * (1.0 - kept)
                    I.licence[refiner, part] *= kept
            used += S.gone_gross[group]
            rents += S.gone_gross[group] * S.rent[group]
            R.ask[step, zone] = max(R.ask[step, zone], S.rent[group])
            S.gone_gross[group] = 0.0
        if used > 0.0:
            R.ask[step, zone] = rents / used


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
    year = year_of(measure)
    law.licence_years.setdefault(zone, year)
    if year != law.licence_years[zone]:
        I.granted_anew[zone] = 0.0 if law.carry_over.get(zone) == year else 1.0
        law.licence_years[zone] = year
    part = 1 if "heavy" in measure.kind else 0
    if part == 1:
        I.quota_part[zone] = world.N.m_family
    I.quota_on[zone] = 1.0
    I.granted[holders, part] += measure.value * world.N.r_licence_share[holders]
    I.granted_from[zone] = max(first, int(I.granted_from[zone]))
    if measure.end is not None:
        I.granted_end[zone] = nearest_week(world, measure.end + timedelta(days=1))


def year_of(measure: Measure) -> int:
    """The calendar year that most of an act lies in; of an open one, that of its first half-year."""
    days = 182 if measure.end is None else (measure.end - measure.start).days + 1
    return (measure.start + timedelta(days=days // 2)).year


def nearest_week(world: Any, day: date) -> int:
    """The week whose first day lies nearest to a day."""
    steps: float = (day - world.calendar.start).days / world.calendar.step_days
    return round(steps)


def _light_beside_heavy(event: Event, tables: Tables) -> Iterator[str]:
    """A quota for light materials alone would be one for all: heavy ones need licences of their own first."""
    if event.kind == "light" and not any(
        other.instrument == event.instrument and other.kind == "heavy" and other.actor == event.actor
        for other in tables["events"]
        if other.admitted == "yes"
    ):
        yield (
            f"events.csv, {event.id}, kind: a quota of the kind 'light' is for all materials unless {event.actor} has "
            "one of the kind 'heavy' beside it; leave the kind out, or add that one"
        )


def _carry_over(world: Any, measure: Measure) -> None:
    """Licences of the year before go on being valid."""
    zone = world.zone_of(measure.actor)
    if measure.lifted:
        world.law.carry_over.pop(zone, None)
    else:
        world.law.carry_over[zone] = year_of(measure)


MECHANISM = Mechanism(
    "licences",
    source="licence rent as the price of an exhaustible right",
    phases=(Phase(quotas, after=("law",)), Phase(used_licences, after=("contracts",))),
    arrays=(
        Array("I.quota_on", "z", "1 or 0", "whether a quota is in force"),
        Array("I.quota_part", "z m", "0 or 1", "which of two licences a material needs", 0, "i8"),
        Array("I.licence", "r 2", "t gross", "licences left: light or all materials; heavy ones"),
        Array("I.licence_end", "z", "week", "when licences lapse"),
        Array("I.quota_from", "z", "week", "from which a quota is in force", 0, "i8"),
        Array("I.granted", "r 2", "t gross", "licences that are granted and not yet good"),
        Array("I.granted_from", "z", "week", "from which they are good; -1 for none", -1, "i8"),
        Array("I.granted_end", "z", "week", "when they lapse"),
        Array("I.granted_anew", "z", "1 or 0", "whether those of before have lapsed by then"),
        Array("I.licences_a_year", "u", "t gross/year", "licences at an even pace; below zero for none needed", -1.0),
        Array("S.free_gross", "u", "t gross/year", "licences that exports of the base year would need"),
        Array(
            "S.group",
            "v",
            "index",
            "licence that a passage needs while a quota is in force; -1 for none",
            lambda start: np.full(start.sizes["v"], -1),
            "i8",
        ),
        Array("S.gone_gross", "u", "t gross a week", "licences used"),
    ),
    series={
        "licence_price": Series(
            "USD/kg gross", "zone", False, "rent on a licence, weighted by what needs one", "t z", "ask", without_world
        ),
        "licence_used": Series("t gross", "refiner", True, "licences used, by holder", "t r"),
    },
    instruments=(
        Instrument(
            "export_quota",
            "Licences for so many gross tonnes of a half-year go to holders by their shares. They are good until the "
            "year ends or the next grant; only the last quota ends with its last day. Beside one of the kind `heavy`, "
            "`light` is for all other materials.",
            _quota,
            by="exporting_state",
            covers="quota_forms",
            kinds=("light", "heavy"),
            unit="t gross",
            also=("t gross/half-year",),
            valueless="exports are free of a quota",
            force="once",
            negative=False,
            cuts=True,
            border=True,
            told="act",
            example="Exportia export_quota at 1.2 kt gross from 2010-03-01 until 2010-06-30",
            check=_light_beside_heavy,
        ),
        Instrument(
            "quota_carry_over",
            "Licences of the year before stay good in the year in which it begins.",
            _carry_over,
            by="exporting_state",
            covers="quota_forms",
            force="once",
            border=True,
            world="2010-embargo",
            example="China quota_carry_over from 2012-01-01 until 2012-12-31",
        ),
    ),
)
