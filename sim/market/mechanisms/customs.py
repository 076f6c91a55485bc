"""Customs: what the law lets pass of the base year's flow, for holds, inspections, permits and refusals; and taxes.

P behaviour, N structure, X influences, I instruments, S state, R record; `dt` is a step in years.
"""

from typing import Any

import numpy as np

from chokepoint.agents.measure import Measure
from chokepoint.sim.engine.arrays import Array
from chokepoint.sim.engine.frame import Making
from chokepoint.sim.engine.mechanism import Mechanism, Phase
from chokepoint.sim.market.law import hold, rulings
from chokepoint.sim.scenario.acts import ANYWHERE, Instrument

COUNTER = 3.0  # cargo that customs can clear at normal inspection, over that of the base year (assumption)
STREAM_WEEKS = 12.0  # from an office's first decisions to its full throughput (assumption)
WEEKS = 52.18  # in a year


def permits(step: int, dt: float, P: Any, N: Any, X: Any, I: Any, S: Any, R: Any) -> None:
    """An office of permits: no decision before its time, then a throughput that grows; weeks since it opened."""
    for zone in range(I.permit_weeks.shape[0]):
        for country in range(I.permit_weeks.shape[1]):
            for material in range(I.permit_weeks.shape[2]):
                if I.permit_weeks[zone, country, material] <= 0.0:
                    S.office_weeks[zone, country, material] = 0.0
                    S.decided[zone, country, material] = 1.0
                else:
                    since = S.office_weeks[zone, country, material] - I.permit_weeks[zone, country, material]
                    S.decided[zone, country, material] = min(1.0, max(0.0, since / STREAM_WEEKS))
                    S.office_weeks[zone, country, material] += dt * WEEKS


def law(step: int, dt: float, P: Any, N: Any, X: Any, I: Any, S: Any, R: Any) -> None:
    """The share of the base year's flow that the law lets pass, passage by passage, and what is paid there."""
    for passage in range(N.v_here.shape[0]):
        zone = N.v_zone[passage]
        S.open_share[passage] = 1.0
        I.route_tax[passage], I.route_tariff[passage] = 0.0, 0.0
        if N.v_legal[passage] == 0:
            continue
        country, material = N.q_country[N.v_there[passage]], N.q_mat[N.v_there[passage]]
        origin = N.q_country[N.v_here[passage]]
        I.route_tariff[passage] = I.tariff[country, origin, material]
        share = 1.0 - I.import_ban[country, origin, material]
        if zone > 0:
            I.route_tax[passage] = I.tax[zone, material]
            held = I.embargo[zone, country, material] * N.v_embargoed[passage]
            share = min(share, 1.0 - max(held, I.closure[zone, country, material]))
            opened = I.inspection[zone, country, material]
            if opened > I.normal_inspection[zone]:
                share *= min(1.0, COUNTER * I.normal_inspection[zone] / opened)
            passes = (1.0 - I.refused[zone, country, material]) * S.decided[zone, country, material]
            share *= 1.0 - N.v_licensed[passage] * (1.0 - passes)
        S.open_share[passage] = share


def _inspection(world: Any, measure: Measure) -> None:
    """So many per cent of the cargo for a destination are opened; as many as usual where no act says how many."""
    zone = world.zone_of(measure.actor)
    normal = world.I.normal_inspection[zone]
    for c, m, act in rulings(world, measure):
        world.I.inspection[zone, c, m] = normal if act is None or act.value is None else act.value / 100.0


def _export_licence(world: Any, measure: Measure) -> None:
    """Cargo waits for a licence, `value` working days on average, five to a week."""
    zone = world.zone_of(measure.actor)
    for c, m, act in rulings(world, measure):
        world.I.permit_weeks[zone, c, m] = 0.0 if act is None else (act.value or 0.0) / 5.0


def _licence_refusal(world: Any, measure: Measure) -> None:
    """A share of the applications to a destination is refused."""
    zone = world.zone_of(measure.actor)
    for c, m, act in rulings(world, measure):
        world.I.refused[zone, c, m] = 0.0 if act is None else (act.value or 0.0) / 100.0


def _normal(start: Making) -> Any:
    return start.layout.scenario.choices.normal_inspection


def _tax(world: Any, measure: Measure) -> None:
    """A tax on the price at home, of the materials named or of all. What stood before comes back when it ends."""
    zone, law = world.zone_of(measure.actor), world.law
    law.enter(measure)
    for name in measure.materials or world.materials:
        place = zone, world.materials.index(name)
        # An act of the base year is the tax that the run starts with; without it there is none.
        begun = measure.start <= world.calendar.start
        law.taxes.setdefault(place, 0.0 if begun else float(world.I.tax[place]))
        act = law.ruling(measure, material=name)
        world.I.tax[place] = law.taxes[place] if act is None else (act.value or 0.0) / 100.0


MECHANISM = Mechanism(
    "customs",
    source="assumption",
    phases=(Phase(permits, after=("wishes",)), Phase(law, after=("permits",))),
    arrays=(
        Array("I.embargo", "z c m", "share", "share of the week's cargo under a hold"),
        Array("I.closure", "z c m", "share", "share of the week's days on which the border is closed"),
        Array(
            "I.normal_inspection",
            "z",
            "share",
            "cargo opened as a rule",
            lambda start: np.full(start.sizes["z"], _normal(start)),
        ),
        Array(
            "I.inspection",
            "z c m",
            "share",
            "cargo opened",
            lambda start: np.full([start.sizes[axis] for axis in "zcm"], _normal(start)),
        ),
        Array("I.permit_weeks", "z c m", "weeks", "wait for an export licence"),
        Array("I.refused", "z c m", "share", "applications refused"),
        Array("I.tax", "z m", "share", "export tax on the inside price", lambda start: start.N.price_tax0),
        Array("I.route_tariff", "v", "share", "import tariff on the price here with tax and rent"),
        Array("I.route_tax", "v", "share", "export tax on the price here"),
        Array("S.office_weeks", "z c m", "weeks", "since an office of permits opened"),
        Array("S.decided", "z c m", "share", "throughput of an office of permits, of free exports", 1.0),
        Array("S.open_share", "v", "share", "of the base year's flow that the law lets pass", 1.0),
    ),
    instruments=(
        Instrument(
            "embargo",
            "Cargo of the covered forms for a destination is held by days, or so many per cent of it, by material.",
            hold,
            by="exporting_state",
            materials=True,
            unit="%",
            high=100.0,
            valueless="the whole of it",
            covers="embargo_forms",
            targets=ANYWHERE,
            force="days",
            cuts=True,
            border=True,
            told="act",
            example="Exportia embargo of M against Importia at 40 % from 2010-03-03 until 2010-06-30",
        ),
        Instrument(
            "closure",
            "The border is closed for a destination, for every form, by days, by material.",
            hold,
            by="exporting_state",
            materials=True,
            targets=ANYWHERE,
            force="days",
            border=True,
            told="act",
            example="Exportia closure from 2010-03-03 until 2010-03-12 unheard",
        ),
        Instrument(
            "inspection",
            "So many per cent of cargos for a destination are opened, of every form, by material.",
            _inspection,
            by="exporting_state",
            materials=True,
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
            "Cargo waits for a licence, so many working days on average, by material.",
            _export_licence,
            by="exporting_state",
            materials=True,
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
            "So many per cent of the applications for a destination are refused, by material.",
            _licence_refusal,
            by="exporting_state",
            materials=True,
            covers="quota_forms",
            unit="%",
            high=100.0,
            targets=ANYWHERE,
            cuts=True,
            border=True,
            told="act",
            example="Exportia licence_refusal against Importia at 0.4 share from 2010-03-01 until 2010-12-31",
        ),
        Instrument(
            "export_tax",
            "Exports pay so many per cent of the inside price, by material.",
            _tax,
            by="exporting_state",
            materials=True,
            unit="%",
            negative=False,
            border=True,
            told="act",
            example="Exportia export_tax of M at 0.25 share announced 2010-02-01 from 2010-03-01 until 2010-12-31",
        ),
    ),
)
