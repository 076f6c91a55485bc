"""Imports: what a country does at its own border to what comes in: tariffs, bans, and a ban on shipping on.

P behaviour, N structure, X influences, I instruments, S state, R record; `dt` is a step in years.
"""

from typing import Any

from chokepoint.agents.measure import Measure
from chokepoint.sim.engine.arrays import Array
from chokepoint.sim.engine.mechanism import Mechanism
from chokepoint.sim.engine.series import Series
from chokepoint.sim.market.law import hold, rulings
from chokepoint.sim.scenario.acts import ANYWHERE, Instrument


def _tariff(world: Any, measure: Measure) -> None:
    """A tariff on what comes from some or all countries, of the materials named or of all."""
    importer = world.countries.index(measure.actor)
    for origin, material, act in rulings(world, measure):
        world.I.tariff[importer, origin, material] = 0.0 if act is None else (act.value or 0.0) / 100.0


def _re_export_ban(world: Any, measure: Measure) -> None:
    """A country ships no more of the materials named, or of any, than its refineries make."""
    country, law = world.countries.index(measure.actor), world.law
    law.enter(measure)
    for material in world.about(measure):
        act = law.ruling(measure, material=world.materials[material])
        world.I.own_output_only[country, material] = 0.0 if act is None else 1.0


MECHANISM = Mechanism(
    "imports",
    source="assumption",
    arrays=(
        Array("I.tariff", "c c m", "share", "tariff of a country on what lands from another, on price, tax and rent"),
        Array("I.import_ban", "c c m", "share", "share of the week's days on which a country takes none from another"),
        Array("I.own_output_only", "c m", "1 or 0", "whether a country ships no more than it makes"),
    ),
    series={
        "import_duty": Series("thousand USD", "country", True, "tariffs paid to a country", "t c", "duty"),
    },
    instruments=(
        Instrument(
            "import_tariff",
            "What comes from the countries named pays so many per cent of its price, export tax and rent, by material.",
            _tariff,
            by="country",
            materials=True,
            targets=ANYWHERE,
            unit="%",
            high=1000.0,
            told="act",
            example="Importia import_tariff of M against Exportia at 25 % announced 2010-02-01 from 2010-03-01 "
            "until 2010-12-31",
        ),
        Instrument(
            "import_ban",
            "Nothing that comes from the countries named is let in, by days, by material.",
            hold,
            by="country",
            materials=True,
            targets=ANYWHERE,
            force="days",
            told="act",
            example="Importia import_ban of M against Exportia from 2010-03-03 until 2010-06-30",
        ),
        Instrument(
            "re_export_ban",
            "A country ships no more of a material than it refines: who refines none ships none on.",
            _re_export_ban,
            by="country",
            materials=True,
            told="act",
            world="2010-embargo",
            example="Japan re_export_ban from 2009-03-02 until 2010-12-31",
        ),
    ),
)  # fmt: skip
