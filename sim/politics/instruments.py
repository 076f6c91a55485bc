"""Acts that work on states and not on the market: complaints, concessions; and how any act is carried out."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from chokepoint.sim.politics.litigation import COMPLAINED_OF
from chokepoint.sim.politics.told import unsay
from chokepoint.sim.scenario.acts import Instrument, words
from chokepoint.sim.scenario.lookup import Tables
from chokepoint.sim.scenario.problems import BadInput, nearest
from chokepoint.sim.scenario.tables import Event

if TYPE_CHECKING:
    from chokepoint.agents.measure import Measure
    from chokepoint.sim.engine.frame import Frame
    from chokepoint.sim.politics.states import Politics


def _complain(politics: Politics, measure: Measure) -> None:
    """A complaint is heard; one of the kind `hazard` starts a case that runs its own course."""
    if "hazard" in measure.kind and not measure.lifted:
        politics.file(measure)


def _concede(politics: Politics, measure: Measure) -> None:
    """A state gives in: those to whom it does free what they withhold from it."""
    world, giver = politics.world, measure.actor
    c = world.countries.index(giver)
    for target in measure.targets:
        if target in world.countries and not measure.lifted:
            zone = world.zone_of(target)
            world.I.refused[zone, c, :] = 0.0
            for acts in (world.law.holds, world.law.standing):
                freed = [a for a in acts if a.actor == target and a.targets == (giver,) and a.instrument in FREED]
                acts[:] = [act for act in acts if act not in freed]
                for act in freed:
                    unsay(world, politics.told, act)
            world.I.embargo[zone, c, :] = 0.0
            politics.conceded[giver, target] = politics.tension.between(giver, [target], measure.start)[target]


def _check_complaint(event: Event, tables: Tables) -> Iterator[str]:
    """Problems of a complaint that starts a case: one of the kind `hazard`."""
    where = f"events.csv, {event.id}"
    if "hazard" not in words(event.kind):
        if event.value is not None:
            yield f"{where}, value: a complaint without the kind 'hazard' has none: it starts no case"
        return
    roles = {country.country: country.role for country in tables["countries"]}
    exporters = [name for name, role in roles.items() if role == "exporting_state"]
    if event.value is None or event.value < 0.0:
        yield f"{where}: a case needs a hazard of success of at least 0, not {event.value}"
    if roles.get(event.actor, "none") == "none" and event.actor not in tables.doubtful:
        yield f"{where}, actor: {event.actor} has no government that could bring a case (its role is 'none')"
    for target in event.target.split(";"):
        if target not in exporters and target not in tables.doubtful:
            yield f"{where}: no exporting state {target!r} to complain of ({nearest(target, exporters)})"


FREED = ("embargo", "closure", "licence_refusal")  # what is withheld from a state, and freed when it concedes


def _check_observed(event: Event, tables: Tables) -> Iterator[str]:
    """A row for the record reaches no run."""
    yield f"events.csv, {event.id}: what was observed cannot be admitted; no state carries it out"


INSTRUMENTS = (
    Instrument(
        "complaint",
        "A complaint before a court of trade is heard of; one of the kind `hazard` is a case that is won with so much "
        "hazard a year, and then ends the export quota, the export tax or both (the further kinds).",
        _complain,
        by="anybody",
        kinds=("hazard", *COMPLAINED_OF),
        many_kinds=True,
        targets=("countries",),
        unit="1/year",
        valueless="no case is brought",
        force="once",
        told="report",
        example="Importia complaint hazard;export_tax against Exportia at 4 1/year from 2010-06-01 until 2014-12-28",
        check=_check_complaint,
    ),
    Instrument(
        "ruling",
        "A ruling of a court of trade is heard of and calms; it moves nothing itself.",
        by="anybody",
        kinds=COMPLAINED_OF,
        many_kinds=True,
        targets=("countries",),
        force="heard",
        told="lifting",
        world="2010-embargo",
        example="WTO ruling export_quota;export_tax against China from 2012-03-26",
    ),
    Instrument("concession", "What is withheld from the actor is freed; by doctrines alone.", _concede, dated=False),
    Instrument(
        "incident",
        "An incident between two states raises tension by its strength; doctrines look at it.",
        by="country",
        targets=("countries",),
        unit="strength",
        force="once",
        high=1.0,
        example="Exportia incident against Importia at 0.8 strength from 2010-06-01 until 2010-06-02",
    ),
    Instrument("observed", "For the record; never admitted.", targets=(), check=_check_observed),
)

ON_STATES = {instrument.name: instrument for instrument in INSTRUMENTS}


def carry_out(politics: Politics, measure: Measure) -> None:
    """Carry an act out: on the states themselves, or on the market."""
    own = ON_STATES.get(measure.instrument)
    if own is None:
        politics.world.order(measure)
    elif own.order is not None:
        own.order(politics, measure)


@lru_cache(64)
def known(frame: Frame) -> dict[str, Instrument]:
    """All instruments, those of mechanisms and those of states, by name; `BadInput` where a mechanism takes a name."""
    taken = [f"mechanisms: the instrument {name!r} is taken" for name in ON_STATES if name in frame.instruments]
    if taken:
        raise BadInput(taken, "mechanisms")
    return frame.instruments | ON_STATES
