"""Acts that work on states and not on the market: complaints, concessions; and how any act is carried out."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from chokepoint.sim.politics.litigation import COMPLAINED_OF
from chokepoint.sim.scenario.acts import Instrument
from chokepoint.sim.scenario.lookup import Tables
from chokepoint.sim.scenario.problems import BadInput, nearest
from chokepoint.sim.scenario.tables import Event

if TYPE_CHECKING:
    from chokepoint.agents.measure import Measure
    from chokepoint.sim.engine.frame import Frame
    from chokepoint.sim.politics.states import Politics


def _complain(politics: Politics, measure: Measure) -> None:
    """A complaint is heard; one with the word `hazard` starts a case that runs its own course."""
    if measure.scope[0] == "hazard" and not measure.lifted:
        politics.file(measure)


def _concede(politics: Politics, measure: Measure) -> None:
    """A state gives in: those to whom it does free what they withhold from it."""
    world, giver = politics.world, measure.actor
    c = world.countries.index(giver)
    for target in measure.targets:
        if target in world.countries and not measure.lifted:
            zone = world.zone_of(target)
            world.I.refused[zone, c] = 0.0
            world.law.holds = [h for h in world.law.holds if not (h.actor == target and h.targets == (giver,))]
            world.I.embargo[zone, c] = 0.0
            politics.conceded[giver, target] = politics.tension.between(giver, [target], measure.start)[target]


def _check_complaint(event: Event, tables: Tables) -> Iterator[str]:
    """Problems of a complaint that starts a case: with the word `hazard` in its scope."""
    word, *rest = event.scope.split("|")
    if word != "hazard":
        return
    where = f"events.csv, {event.id}"
    exporters = [country.country for country in tables["countries"] if country.role == "exporting_state"]
    if event.value is None or event.value < 0.0:
        yield f"{where}: a case needs a hazard of success of at least 0, not {event.value}"
    if event.unit != "1/year":
        yield f"{where}: the hazard of a case is given in 1/year, not {event.unit!r}"
    for target in event.target.split(";"):
        if target not in exporters and target not in tables.doubtful:
            yield f"{where}: no exporting state {target!r} to complain of ({nearest(target, exporters)})"
    for name in filter(None, ";".join(rest).split(";")):
        if name not in COMPLAINED_OF:
            yield f"{where}: a case cannot end {name!r} ({nearest(name, COMPLAINED_OF)})"


def _check_incident(event: Event, tables: Tables) -> Iterator[str]:
    """The strength of an incident is a share."""
    if event.value is None or not 0.0 <= event.value <= 1.0:
        yield f"events.csv, {event.id}: the strength {event.value} of an incident must lie between 0 and 1"


def _check_observed(event: Event, tables: Tables) -> Iterator[str]:
    """A row for the record reaches no run."""
    yield f"events.csv, {event.id}: what was observed cannot be admitted; no state carries it out"


INSTRUMENTS = (
    Instrument(
        "complaint",
        "Heard of; with the scope `hazard`, a case that runs its course.",
        _complain,
        check=_check_complaint,
    ),
    Instrument("ruling", "Heard of; moves nothing itself."),
    Instrument("concession", "What is withheld from the actor is freed; by doctrines alone.", _concede, dated=False),
    Instrument("incident", "Raises tension by its strength.", targets=("countries",), check=_check_incident),
    Instrument("observed", "For the record; never admitted.", check=_check_observed),
)


def carry_out(politics: Politics, measure: Measure) -> None:
    """Carry an act out: on the states themselves, or on the market."""
    own = next((i for i in INSTRUMENTS if i.name == measure.instrument), None)
    if own is None:
        politics.world.order(measure)
    elif own.order is not None:
        own.order(politics, measure)


@lru_cache(64)
def known(frame: Frame) -> dict[str, Instrument]:
    """All instruments, those of mechanisms and those of states, by name; `BadInput` where a mechanism takes a name."""
    taken = [f"mechanisms: the instrument {i.name!r} is taken" for i in INSTRUMENTS if i.name in frame.instruments]
    if taken:
        raise BadInput(taken, "mechanisms")
    return frame.instruments | {instrument.name: instrument for instrument in INSTRUMENTS}
