"""Who decides when, and how what is decided comes into force."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from chokepoint.agents.exporting_state import State
from chokepoint.sim.politics import litigation, policy
from chokepoint.sim.politics.enactment import enact, exports_a_year
from chokepoint.sim.politics.observation import Sealed, Seen
from chokepoint.sim.politics.outlook import stocks_worth

if TYPE_CHECKING:
    from chokepoint.sim.market.world import World


def rhythms(world: World) -> list[tuple[State, range]]:
    """States with a doctrine of their own, and the steps at which they decide; exporting states first."""
    found = []
    stances = {stance.country: stance for stance in world.layout.scenario.stances.values()}
    for state in (*world.exporting, *world.importing):
        if state.name in stances:
            stance = stances[state.name]
            start = stance.start or world.calendar.start + timedelta(days=364)
            every = max(1, round(stance.rhythm_weeks * 7.0 / world.calendar.step_days))
            found.append((state, range(max(0, world.calendar.step_of(start)), world.calendar.steps, every)))
    return found


def decide(world: World) -> None:
    """Let every state that is due decide, and carry its measures into the instruments."""
    for replaying in world.due.get(world.step, ()):
        for measure in replaying.replay(Seen(world, replaying)):
            if not litigation.barred(world, measure):
                policy.apply(world, measure)
    for state, rhythm in world.rhythms:
        if world.step in rhythm:
            _choose(world, state, rhythm.step)
    for measure in litigation.compliance(world):
        policy.apply(world, measure)
    if world.holds:
        policy.hold_shares(world)
    for programme in world.programmes:
        if world.step in programme.steps:
            programme.decide(world)
    for ending in world.endings:
        if world.step in ending.steps:
            ending.decide(world)


def _choose(world: World, state: State, steps: int) -> None:
    """Let a doctrine decide for so many steps."""
    if not state.in_force:
        state.free_exports_t = exports_a_year(world, world.zone_of(state.name))
    until = world.calendar.day_of(world.step + steps + 1) - timedelta(days=2)
    for measure in state.choose(Sealed(Seen(world, state, until))):  # type: ignore[arg-type]
        enact(world, measure)
    state.since = world.step
    world.cash_at[world.step] = world.S.cash.copy()
    world.worth_at[world.step] = stocks_worth(world)
