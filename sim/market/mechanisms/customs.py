"""Customs: cargo waits at the border while it is held, opened, or without a licence; held cargo stays in bond.

P behaviour, N structure, X influences, I instruments, S state, R record; `dt` is a step in years.
"""

from typing import Any

import numpy as np

from chokepoint.agents.measure import Measure
from chokepoint.sim.engine.arrays import Array
from chokepoint.sim.engine.frame import Making
from chokepoint.sim.engine.mechanism import Mechanism, Phase
from chokepoint.sim.engine.series import Series
from chokepoint.sim.market.columns import over_zones
from chokepoint.sim.market.forms import covered
from chokepoint.sim.market.rules.border import approval as border_approval
from chokepoint.sim.market.rules.border import clearance as border_clearance
from chokepoint.sim.scenario.acts import Instrument


def borders(step: int, dt: float, P: Any, N: Any, X: Any, I: Any, S: Any, R: Any) -> None:
    """Which destinations' cargo may have to wait, and whose bonded stores are full."""
    S.line[0] = 0.0
    for zone in range(S.busy.shape[0]):
        for country in range(S.busy.shape[1]):
            stopped = (
                I.embargo[zone, country] > 0.0
                or I.closure[zone, country] > 0.0
                or I.inspection[zone, country] > I.normal_inspection[zone]
            )
            busy = stopped or I.permit_weeks[zone, country] > 0.0
            S.busy[zone, country] = 1.0 if busy or S.queued[zone, country] > 0.0 else 0.0  # what waited leaves in turn
            limit = P.bond_weeks * 7.0 / 365.25 * N.base_export[zone, country]
            S.full[zone, country] = 1.0 if stopped and S.queued[zone, country] > limit else 0.0
            if S.busy[zone, country] > 0.0:
                S.line[0] = 1.0  # else nothing waits and legal cargo passes at once


def customs(step: int, dt: float, P: Any, N: Any, X: Any, I: Any, S: Any, R: Any) -> None:
    """Clear each destination's line of cargo up to what inspections allow; held cargo stays in bond. At normal
    inspection fresh cargo passes at once, and what waited is worked off at the pace of the counter."""
    if S.line[0] <= 0.0:
        return
    depth = S.pipe.shape[0]
    now = step % depth
    for zone in range(S.queued.shape[0]):
        for country in range(S.queued.shape[1]):
            S.fresh[zone, country] = -S.queued[zone, country]
            S.queued[zone, country] = 0.0
    for place in range(N.x_legal.shape[0]):
        link = N.x_legal[place]
        S.queued[N.e_home[link], N.e_country[link]] += S.e_queue[link]
        S.fresh[N.e_home[link], N.e_country[link]] += S.e_queue[link]
    for place in range(N.x_legal.shape[0]):
        link = N.x_legal[place]
        if S.e_queue[link] <= 0.0:
            continue
        slot, home, country = N.e_slot[link], N.e_home[link], N.e_country[link]
        goes = S.e_queue[link]
        if S.busy[home, country] > 0.0:
            held = max(I.embargo[home, country] * I.form_embargo[home, N.e_form[link]], I.closure[home, country])
            goes *= 1.0 - held
            if I.permit_weeks[home, country] > 0.0 and I.form_quota[home, N.e_form[link]] > 0.0:
                goes *= border_approval(I.permit_weeks[home, country], dt)
            # Inspections slow the whole line, so each link gets its part of what the counter clears.
            can = border_clearance(
                N.base_export[home, country] * dt,
                P.clearance_headroom,
                I.normal_inspection[home],
                I.inspection[home, country],
                held,
            )
            if I.inspection[home, country] <= I.normal_inspection[home]:
                can += S.fresh[home, country] * (1.0 - held)
            goes = min(goes, S.e_queue[link] * can / S.queued[home, country])
        S.e_queue[link] = S.e_queue[link] - goes if goes < S.e_queue[link] else 0.0
        if goes <= 0.0:
            continue
        due = now + N.e_lag[link]
        if X.delayed[step] > 0:
            due += X.transit[step, N.r_country[N.e_ref[link]], country]
        S.pipe[due - depth if due >= depth else due, N.e_way[link]] += goes
        S.pipe_sum[slot] += goes
        S.received[slot] += goes
        if I.form_quota[home, N.e_form[link]] > 0.0:
            R.exports[step, home, country] += goes * N.e_gross[link]
        else:
            R.exports_open[step, home, country] += goes * N.e_gross[link]
    S.queued[:, :] = 0.0
    for place in range(N.x_legal.shape[0]):
        link = N.x_legal[place]
        if S.e_queue[link] > 0.0:
            S.queued[N.e_home[link], N.e_country[link]] += S.e_queue[link]
            R.queue[step, N.e_home[link], N.e_country[link]] += S.e_queue[link] * N.e_gross[link]


def _hold(world: Any, measure: Measure) -> None:
    """An embargo or closure: in force by days, so that a hold of ten days holds ten days of cargo."""
    if not measure.lifted:
        world.law.holds.append(measure)


def _inspection(world: Any, measure: Measure) -> None:
    """So many per cent of the cargo for a destination are opened; as many as usual where no act says how many."""
    zone = world.zone_of(measure.actor)
    normal = world.I.normal_inspection[zone]
    for c, act in _ruling(world, measure):
        world.I.inspection[zone, c] = normal if act is None or act.value is None else act.value / 100.0


def _export_licence(world: Any, measure: Measure) -> None:
    """Cargo waits for a licence, `value` working days on average, five to a week."""
    zone = world.zone_of(measure.actor)
    for c, act in _ruling(world, measure):
        world.I.permit_weeks[zone, c] = 0.0 if act is None else (act.value or 0.0) / 5.0


def _licence_refusal(world: Any, measure: Measure) -> None:
    """A share of the applications to a destination is refused."""
    zone = world.zone_of(measure.actor)
    for c, act in _ruling(world, measure):
        world.I.refused[zone, c] = 0.0 if act is None else (act.value or 0.0) / 100.0


def _ruling(world: Any, measure: Measure) -> list[tuple[int, Measure | None]]:
    """The countries that an act concerns, each with the act that rules for it once this one has begun or ended."""
    world.law.enter(measure)
    return [(c, world.law.ruling(measure, world.countries[c])) for c in world.targets(measure)]


def _normal(start: Making) -> Any:
    return start.layout.scenario.choices.normal_inspection


ANYWHERE = ("countries", "all")

MECHANISM = Mechanism(
    "customs",
    source="assumption; rules in sim/market/rules/border.py",
    phases=(
        Phase(borders, after=("spot_origins",), before=("presences",)),
        Phase(customs, after=("trust",)),
    ),
    arrays=(
        Array("I.embargo", "z c", "share", "share of the week's days under a hold"),
        Array("I.closure", "z c", "share", "share of the week's days on which the border is closed"),
        Array(
            "I.form_embargo",
            "z o",
            "1 or 0",
            "forms that an embargo covers",
            lambda start: covered(start, "embargo_forms"),
        ),
        Array(
            "I.normal_inspection",
            "z",
            "share",
            "cargo opened as a rule",
            lambda start: np.full(start.sizes["z"], _normal(start)),
        ),
        Array(
            "I.inspection",
            "z c",
            "share",
            "cargo opened",
            lambda start: np.full((start.sizes["z"], start.sizes["c"]), _normal(start)),
        ),
        Array("I.permit_weeks", "z c", "weeks", "wait for an export licence"),
        Array("I.refused", "z c", "share", "applications refused"),
        Array("S.busy", "z c", "1 or 0", "whether cargo for a destination may have to wait"),
        Array("S.full", "z c", "1 or 0", "whether the bonded stores of a destination are full"),
        Array("S.queued", "z c", "t", "cargo waiting at the border"),
        Array("S.fresh", "z c", "t", "cargo that came to the border this week"),
        Array("S.line", "1", "1 or 0", "whether any cargo has to wait"),
        Array("S.e_queue", "e", "t", "waiting at the border on a link"),
    ),
    series={
        "waiting": Series(
            "t gross", "country", False, "cargo held at the border, by destination", "t z c", "queue", over_zones
        ),
    },
    instruments=(
        Instrument(
            "embargo",
            "Cargo of the covered forms for a destination is held, whole, by days.",
            _hold,
            by="exporting_state",
            covers="embargo_forms",
            targets=ANYWHERE,
            force="days",
            cuts=True,
            border=True,
            told="act",
            example="Exportia embargo against Importia from 2010-03-03 until 2010-06-30",
        ),
        Instrument(
            "closure",
            "The border is closed for a destination, for every form, by days.",
            _hold,
            by="exporting_state",
            targets=ANYWHERE,
            force="days",
            border=True,
            told="act",
            example="Exportia closure from 2010-03-03 until 2010-03-12 unheard",
        ),
        Instrument(
            "inspection",
            "So many per cent of cargos for a destination are opened, of every form.",
            _inspection,
            by="exporting_state",
            targets=ANYWHERE,
            unit="% of cargos",
            high=100.0,
            valueless="as many as usual",
            cuts=True,
            border=True,
            told="act",
            example="Exportia inspection against Importia at 100 % from 2010-03-01 until 2010-05-30",
        ),
        Instrument(
            "export_licence",
            "Cargo waits for a licence, so many working days on average.",
            _export_licence,
            by="exporting_state",
            covers="quota_forms",
            unit="working days",
            high=500.0,
            targets=ANYWHERE,
            border=True,
            told="act",
            example="Exportia export_licence against Importia at 9 weeks from 2010-03-01",
        ),
        Instrument(
            "licence_refusal",
            "So many per cent of the applications for a destination are refused.",
            _licence_refusal,
            by="exporting_state",
            covers="quota_forms",
            unit="%",
            high=100.0,
            targets=ANYWHERE,
            cuts=True,
            border=True,
            told="act",
            example="Exportia licence_refusal against Importia at 0.4 share from 2010-03-01 until 2010-12-31",
        ),
    ),
)
