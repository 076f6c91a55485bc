"""Licences: an export quota is shared out among holders; what lets go is bounded by what is left, and has a price.

P behaviour, N structure, X influences, I instruments, S state, R record; `dt` is a step in years.
"""

from collections.abc import Iterator
from math import exp
from typing import Any

from chokepoint.agents.measure import Measure
from chokepoint.agents.refiner import licence_ask as refiner_licence_ask
from chokepoint.agents.refiner import licence_value as refiner_licence_value
from chokepoint.sim.engine.arrays import Array
from chokepoint.sim.engine.mechanism import Mechanism, Phase
from chokepoint.sim.engine.series import Series
from chokepoint.sim.market.columns import without_world
from chokepoint.sim.market.forms import covered
from chokepoint.sim.market.rules.border import licence_allowance as border_licence_allowance
from chokepoint.sim.network.structure import LICENSED
from chokepoint.sim.scenario.acts import Instrument
from chokepoint.sim.scenario.lookup import Tables
from chokepoint.sim.scenario.tables import Event

TINY = 1e-12
BOOK_YEARS, SALES_YEARS = 0.08, 0.15  # memory of a holder's book (a month) and of its sales (two months)


def allowances(step: int, dt: float, P: Any, N: Any, X: Any, I: Any, S: Any, R: Any) -> None:
    """What each holder's licences let go this week; what they do not let go stays for others."""
    bound = False
    for refiner in range(S.licence_need.shape[0]):
        steps_left = max(1.0, I.licence_end[N.r_zone[refiner]] - step)
        for part in range(2):
            need = S.licence_need[refiner, part]
            S.licence_need[refiner, part] = 1.0
            if need > 0.0:
                allowed = border_licence_allowance(I.licence[refiner, part], steps_left, P.licence_burst)
                if allowed < need:
                    S.licence_need[refiner, part] = allowed / need
                    bound = True
    if not bound:
        return
    for place in range(N.x_legal.shape[0]):
        link = N.x_legal[place]
        if S.e_ship[link] > 0.0:
            refiner, material, home = N.e_ref[link], N.e_mat[link], N.e_home[link]
            ratio = S.licence_need[refiner, I.quota_part[home, material]]
            if ratio < 1.0 and I.form_quota[home, N.e_form[link]] * I.quota_on[home] > 0.0:
                S.asked[refiner, material] -= S.e_ship[link] * (1.0 - ratio)
                S.e_ship[link] *= ratio


def books(step: int, dt: float, P: Any, N: Any, X: Any, I: Any, S: Any, R: Any) -> None:
    """What holders remember of their export orders and of their sales fades."""
    book_memory = exp(-dt / BOOK_YEARS)
    sales_memory = exp(-dt / SALES_YEARS)
    for refiner in range(S.shipments.shape[0]):
        S.book[refiner, 0] *= book_memory
        S.book[refiner, 1] *= book_memory
        S.shipments[refiner] *= sales_memory


def licences(step: int, dt: float, P: Any, N: Any, X: Any, I: Any, S: Any, R: Any) -> None:
    """What holders ask for a licence, from the pace of their own book and of the market."""
    for zone in range(1, S.price.shape[0]):
        book_all = 0.0
        left_all = 0.0
        sold = 0.0
        asked = 0.0
        plain = 0.0
        count = 0
        for refiner in range(S.ask.shape[0]):
            if N.r_zone[refiner] == zone and N.r_kind[refiner] == LICENSED:
                book_all += S.book[refiner, 0]
                left_all += I.licence[refiner, 0] + I.licence[refiner, 1]
        steps_left = max(1.0, I.licence_end[zone] - step)
        for refiner in range(S.ask.shape[0]):
            if N.r_zone[refiner] != zone or N.r_kind[refiner] != LICENSED:
                continue
            if I.quota_on[zone] > 0.0 and S.book[refiner, 0] > TINY:
                left = I.licence[refiner, 0] + I.licence[refiner, 1]
                allowed = (1.0 - P.licence_pooling) * left + P.licence_pooling * left_all * (
                    S.book[refiner, 0] / max(book_all, TINY)
                )
                price = S.book[refiner, 1] / S.book[refiner, 0]
                value = refiner_licence_value(
                    price, S.book[refiner, 0], allowed / steps_left, P.licence_elasticity, P.licence_ceiling
                )
                S.ask[refiner] = refiner_licence_ask(S.ask[refiner], value, P.licence_rise, P.licence_fall, dt)
            else:
                S.ask[refiner] = refiner_licence_ask(S.ask[refiner], 0.0, P.licence_rise, P.licence_rise, dt)
            sold += S.shipments[refiner]
            asked += S.shipments[refiner] * S.ask[refiner]
            plain += S.ask[refiner]
            count += 1
        if count > 0:
            S.ask_mean[zone] = asked / sold if sold > TINY else plain / count
        R.ask[step, zone] = S.ask_mean[zone]


def _quota(world: Any, measure: Measure) -> None:
    """Licences for `value` tonnes gross in a half-year, granted by the holders' shares; no value: no quota.

    Licences lapse with the year of their quota, unless carried over.
    """
    instruments, zone, law = world.I, world.zone_of(measure.actor), world.law
    holders = world.layout.licensed[zone]
    law.quotas[zone] = None if measure.value is None or measure.lifted else measure.value
    if measure.value is None or measure.lifted:
        instruments.quota_on[zone] = 0.0
        instruments.licence[holders] = 0.0
        return
    part = 1 if "heavy" in measure.kind else 0
    law.licence_years.setdefault(zone, measure.start.year)
    if measure.start.year != law.licence_years[zone]:
        if law.carry_over.get(zone) != measure.start.year:
            instruments.licence[holders] = 0.0
        law.licence_years[zone] = measure.start.year
    if part == 1:
        instruments.quota_part[zone] = world.N.m_family
    instruments.quota_on[zone] = 1.0
    instruments.licence[holders, part] += measure.value * world.N.r_licence_share[holders]
    if measure.end is not None:
        instruments.licence_end[zone] = world.calendar.step_of(measure.end) + 1


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
        world.law.carry_over[zone] = measure.start.year


MECHANISM = Mechanism(
    "licences",
    source="licence rent as the price of an exhaustible right; forms in agents/refiner.py",
    phases=(
        Phase(allowances, after=("sourcing",), before=("rationing",)),
        Phase(books, after=("rationing",), before=("shipping",)),
        Phase(licences, after=("watching",)),
    ),
    arrays=(
        Array("I.quota_on", "z", "1 or 0", "whether a quota is in force"),
        Array("I.quota_part", "z m", "0 or 1", "which of two licences a material needs", 0, "i8"),
        Array("I.licence", "r 2", "t gross", "licences left: light or all materials; heavy ones"),
        Array("I.licence_end", "z", "week", "when licences lapse"),
        Array(
            "I.form_quota", "z o", "1 or 0", "forms that a quota covers", lambda start: covered(start, "quota_forms")
        ),
        Array("S.licence_need", "r 2", "t gross, then share", "licences needed; after rationing the part allowed"),
        Array("S.ask", "r", "USD/kg gross", "rent that a holder asks for a licence"),
        Array("S.ask_mean", "z", "USD/kg gross", "mean rent asked for a licence, weighted by shipments"),
        Array("S.book", "r 2", "t gross, thousand USD", "export orders remembered; what they are worth at home"),
        Array("S.shipments", "r", "t gross a week", "remembered exports under licence"),
        Array("S.rent_of", "r", "thousand USD", "rent earned so far"),
    ),
    series={
        "licence_price": Series(
            "USD/kg gross",
            "zone",
            False,
            "rent that licence holders ask, weighted by what they ship",
            "t z",
            "ask",
            without_world,
        ),
        "licence_used": Series("t gross", "refiner", True, "licences used, by holder", "t r"),
        "rent": Series(
            "thousand USD",
            "zone",
            True,
            "rent of legal exporters: price abroad less home price, tax, freight",
            "t z",
            "",
            without_world,
        ),
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
