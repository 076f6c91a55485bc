"""A world with its states: the weeks run from one date on which anybody decides to the next."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

from chokepoint.sim.market.world import World
from chokepoint.sim.politics.decisions import decide
from chokepoint.sim.politics.states import Politics

if TYPE_CHECKING:
    from chokepoint.sim.engine.rules import RuleSet
    from chokepoint.sim.network.layout import Layout
    from chokepoint.sim.politics.told import Told


class GovernedWorld(World):
    """A world in which states decide; `politics` are they."""

    def __init__(self, layout: Layout, told: Told, rules: RuleSet, seed: int = 1, replication: int = 0):
        super().__init__(layout, rules, seed, replication)
        told.begin(self)
        self.politics = Politics(self, told)

    def begin_week(self) -> None:
        """Let states decide that are due, and set what is held this week; for those who run its phases one by one."""
        decide(self.politics)
        if self.law.holds:
            self.hold_shares()

    def advance(self, stop: int) -> None:
        """Run to step `stop`, stopping for decisions on their dates."""
        stop = min(stop, self.last)
        while self.step < stop:
            decide(self.politics)
            super().advance(self.politics.next_date(self.step, stop))

    def run(self) -> GovernedWorld:
        """Run to the end."""
        self.advance(self.last)
        return self


def phase_times(world: GovernedWorld) -> dict[str, float]:
    """Run a fresh world phase by phase; seconds spent in each phase, and in `policy` (decisions of states)."""
    times = {"policy": 0.0, **{phase.name: 0.0 for phase in world.frame.phases}}
    while world.step < world.last:
        start = perf_counter()
        world.begin_week()
        times["policy"] += perf_counter() - start
        for phase in world.frame.phases:
            start = perf_counter()
            world.kernel.phase(phase.name, world.step, world.dt)
            times[phase.name] += perf_counter() - start
        world.step += 1
    return times
