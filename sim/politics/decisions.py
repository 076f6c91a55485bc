"""What happens on a date on which states decide: history's acts, doctrines, rulings, offices of reserves."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from chokepoint.sim.politics.enactment import enact, exports_a_year
from chokepoint.sim.politics.instruments import carry_out
from chokepoint.sim.politics.observation import Sealed, Seen
from chokepoint.sim.politics.outlook import stocks_worth
from chokepoint.sim.politics.told import drop

if TYPE_CHECKING:
    from chokepoint.agents.exporting_state import State
    from chokepoint.sim.politics.states import Politics


def decide(politics: Politics) -> None:
    """Let every state that is due decide, and carry out what it orders."""
    world = politics.world
    step = world.step
    for state in politics.due.get(step, ()):
        for measure in state.replay(Seen(politics, state)):
            if not politics.court.bars(step, measure):
                carry_out(politics, measure)
    for state, rhythm in politics.rhythms:
        if step in rhythm:
            _choose(politics, state, rhythm.step)
    for case in politics.court.due(step):
        remedies = case.remedies()
        politics.state(case.respondent).decisions += remedies
        for measure in remedies:
            carry_out(politics, measure)
            drop(world, measure.instrument, measure.actor)
    for programme in politics.programmes:
        if step in programme.steps:
            programme.decide(world)
    for ending in politics.endings:
        if step in ending.steps:
            ending.decide(politics)


def _choose(politics: Politics, state: State, steps: int) -> None:
    """Let a doctrine decide for so many steps."""
    world = politics.world
    if not state.in_force:
        state.free_exports_t = exports_a_year(world, world.zone_of(state.name))
    until = world.calendar.day_of(world.step + steps + 1) - timedelta(days=2)
    for measure in state.choose(Sealed(Seen(politics, state, until))):  # type: ignore[arg-type]
        enact(politics, measure)
    state.since = world.step
    politics.cash_at[world.step] = world.S.cash.copy()
    politics.worth_at[world.step] = stocks_worth(world)
