"""Customs: cargo waits at the border while it is held, opened, or without a licence to leave; held cargo stays in bond."""

import numpy as np

from chokepoint.sim.engine.arrays import Array
from chokepoint.sim.engine.mechanism import Mechanism, Phase
from chokepoint.sim.engine.series import Series
from chokepoint.sim.market.forms import covered, over_zones
from chokepoint.sim.market.rules.border import approval as border_approval
from chokepoint.sim.market.rules.border import clearance as border_clearance
from chokepoint.sim.scenario.acts import Instrument


def borders(t, dt, P, N, X, I, S, R):
    """Which destinations' cargo may have to wait, and whose bonded stores are full."""
    S.line[0] = 0.0
    for z in range(S.busy.shape[0]):
        for c in range(S.busy.shape[1]):
            stopped = I.embargo[z, c] > 0.0 or I.closure[z, c] > 0.0 or I.inspection[z, c] > I.normal_inspection[z]
            busy = stopped or I.permit_weeks[z, c] > 0.0
            S.busy[z, c] = 1.0 if busy or S.queued[z, c] > 0.0 else 0.0  # what waited leaves in turn
            limit = P.bond_weeks * 7.0 / 365.25 * N.base_export[z, c]
            S.full[z, c] = 1.0 if stopped and S.queued[z, c] > limit else 0.0
            if S.busy[z, c] > 0.0:
                S.line[0] = 1.0  # else nothing waits and legal cargo passes at once


def customs(t, dt, P, N, X, I, S, R):
    """Clear each destination's line of cargo up to what inspections allow; held cargo stays in bond. At normal
    inspection fresh cargo passes at once, and what waited is worked off at the pace of the counter."""
    if S.line[0] <= 0.0:
        return
    depth = S.pipe.shape[0]
    now = t % depth
    for z in range(S.queued.shape[0]):
        for c in range(S.queued.shape[1]):
            S.fresh[z, c] = -S.queued[z, c]
            S.queued[z, c] = 0.0
    for i in range(N.x_legal.shape[0]):
        e = N.x_legal[i]
        S.queued[N.e_home[e], N.e_country[e]] += S.e_queue[e]
        S.fresh[N.e_home[e], N.e_country[e]] += S.e_queue[e]
    for i in range(N.x_legal.shape[0]):
        e = N.x_legal[i]
        if S.e_queue[e] <= 0.0:
            continue
        s, home, c = N.e_slot[e], N.e_home[e], N.e_country[e]
        goes = S.e_queue[e]
        if S.busy[home, c] > 0.0:
            held = max(I.embargo[home, c] * I.form_embargo[home, N.e_form[e]], I.closure[home, c])
            goes *= 1.0 - held
            if I.permit_weeks[home, c] > 0.0 and I.form_quota[home, N.e_form[e]] > 0.0:
                goes *= border_approval(I.permit_weeks[home, c], dt)
            can = border_clearance(
                N.base_export[home, c] * dt,
                P.clearance_headroom,
                I.normal_inspection[home],
                I.inspection[home, c],
                held,
            )
            if I.inspection[home, c] <= I.normal_inspection[home]:
                can += S.fresh[home, c] * (1.0 - held)
            goes = min(goes, S.e_queue[e] * can / S.queued[home, c])
        S.e_queue[e] = S.e_queue[e] - goes if goes < S.e_queue[e] else 0.0
        if goes <= 0.0:
            continue
        due = now + N.e_lag[e]
        if X.delayed[t] > 0:
            due += X.transit[t, N.r_country[N.e_ref[e]], c]
        S.pipe[due - depth if due >= depth else due, N.e_way[e]] += goes
        S.pipe_sum[s] += goes
        S.received[s] += goes
        if I.form_quota[home, N.e_form[e]] > 0.0:
            R.exports[t, home, c] += goes * N.e_gross[e]
        else:
            R.exports_open[t, home, c] += goes * N.e_gross[e]
    S.queued[:, :] = 0.0
    for i in range(N.x_legal.shape[0]):
        e = N.x_legal[i]
        if S.e_queue[e] > 0.0:
            S.queued[N.e_home[e], N.e_country[e]] += S.e_queue[e]
            R.queue[t, N.e_home[e], N.e_country[e]] += S.e_queue[e] * N.e_gross[e]


def _hold(world, measure):
    """An embargo or closure: in force by days, so that a hold of ten days holds ten days of cargo."""
    if not measure.lifted:
        world.law.holds.append(measure)


def _inspection(world, measure):
    zone = world.zone_of(measure.actor)
    normal = world.I.normal_inspection[zone]
    for c in world.targets(measure):
        world.I.inspection[zone, c] = normal if measure.lifted or measure.value is None else measure.value / 100.0


def _export_licence(world, measure):
    """Cargo waits for a licence, `value` working days on average, five to a week."""
    zone = world.zone_of(measure.actor)
    for c in world.targets(measure):
        world.I.permit_weeks[zone, c] = 0.0 if measure.lifted else (measure.value or 0.0) / 5.0


def _licence_refusal(world, measure):
    """A share of the applications to a destination is refused."""
    zone = world.zone_of(measure.actor)
    for c in world.targets(measure):
        world.I.refused[zone, c] = 0.0 if measure.lifted else (measure.value or 0.0) / 100.0


def _normal(w):
    return w.layout.scenario.choices.normal_inspection


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
        Array("I.form_embargo", "z o", "1 or 0", "forms that an embargo covers", lambda w: covered(w, "embargo_forms")),
        Array(
            "I.normal_inspection", "z", "share", "cargo opened as a rule", lambda w: np.full(w.sizes["z"], _normal(w))
        ),
        Array(
            "I.inspection", "z c", "share", "cargo opened", lambda w: np.full((w.sizes["z"], w.sizes["c"]), _normal(w))
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
            "nothing of the forms it covers leaves for the targets",
            _hold,
            targets=ANYWHERE,
            cuts=True,
            border=True,
        ),
        Instrument("closure", "the border is closed for cargo to the targets", _hold, targets=ANYWHERE, border=True),
        Instrument(
            "inspection",
            "a share of the cargo is opened, and waits",
            _inspection,
            targets=ANYWHERE,
            cuts=True,
            border=True,
        ),
        Instrument(
            "export_licence",
            "cargo waits for a licence",
            _export_licence,
            unit="working days",
            high=500.0,
            targets=ANYWHERE,
            border=True,
        ),
        Instrument(
            "licence_refusal",
            "a share of the applications is refused",
            _licence_refusal,
            unit="%",
            high=100.0,
            targets=ANYWHERE,
            cuts=True,
            border=True,
        ),
    ),
)
