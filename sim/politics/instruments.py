"""Acts that work on states and not on the market: complaints, concessions, incidents; and how any act is carried out."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from chokepoint.sim.scenario.acts import Instrument

if TYPE_CHECKING:
    from chokepoint.agents.exporting_state import Measure
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


INSTRUMENTS = (
    Instrument("complaint", "a complaint before a court of trade; with a hazard it starts a case", _complain),
    Instrument("ruling", "a court rules: heard of; what is obeyed is an act of its own"),
    Instrument("concession", "a state gives another what it asks for", _concede),
    Instrument("incident", "tension between two states rises", targets=("countries",)),
    Instrument("observed", "something that was observed: never admitted"),
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
    """All instruments, those of mechanisms and those of states, by name."""
    return frame.instruments | {instrument.name: instrument for instrument in INSTRUMENTS}
