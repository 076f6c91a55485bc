"""The states of a run: who they are, what they keep in mind, and on which weeks they decide."""

from __future__ import annotations

import bisect
import copy
import weakref
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

import numpy as np

from chokepoint.agents.doctrines import replay
from chokepoint.agents.exporting_state import ExportingState, State
from chokepoint.agents.importing_government import ImportingGovernment
from chokepoint.agents.measure import Measure
from chokepoint.sim.politics.litigation import Case, Court
from chokepoint.sim.politics.reserve_policy import Programme
from chokepoint.sim.politics.tension import Tension
from chokepoint.sim.politics.told import Told

if TYPE_CHECKING:
    from chokepoint.sim.market.world import World
    from chokepoint.sim.scenario.tables import Scenario


# What any country can do at its border, one without a role in the scenario too.
AT_ANY_BORDER = ("import_tariff", "import_ban", "re_export_ban", "aid_to_users")


def states_of(
    scenario: Scenario, history: Mapping[str, list[Measure]]
) -> tuple[list[ExportingState], list[ImportingGovernment], list[State]]:
    """The states of a scenario, each with its doctrine and the measures that history gave it; and other countries that
    act at their borders."""
    stances = {stance.country: stance for stance in scenario.stances.values()}
    exporting: list[ExportingState] = []
    importing: list[ImportingGovernment] = []
    others: list[State] = []
    for c in scenario.countries:
        stance = stances.get(c.country)
        keeps = stance is None or stance.keeps_history
        own = replay.Doctrine(replay.Settings(), history.get(c.country, []) if keeps else [])
        if c.role == "exporting_state":
            exporting.append(ExportingState(c.country, own, stance.made() if stance else None, zone=c.zone))
        elif c.role == "importing_government":
            importing.append(ImportingGovernment(c.country, own, stance.made() if stance else None))
        elif at_border := [m for m in history.get(c.country, []) if m.instrument in AT_ANY_BORDER]:
            others.append(State(c.country, replay.Doctrine(replay.Settings(), at_border)))
    return exporting, importing, others


class Ending(Protocol):
    """What a roll-out ends on a date."""

    steps: tuple[int, ...]

    def decide(self, politics: Politics) -> None: ...


class Politics:
    """The states over a world.

    exporting, importing, others: the states. programmes: their reserves. court, tension: cases, and incidents between
    them. told: what is said, and how acts are told. conceded: by whom to whom, and how tense they were then.
    cash_at, worth_at: balances of accounts, and worth of stocks, at decisions of doctrines, by step.
    due: states whose history dates an act to a step. rhythms: states with a doctrine of their own, and the steps at
    which they decide. endings: what a roll-out ends. dates: the steps on which anybody decides, in order.
    """

    def __init__(self, world: World, told: Told):
        scenario, calendar = world.layout.scenario, world.calendar
        self._world = weakref.ref(world)
        self.exporting, self.importing, self.others = states_of(scenario, told.history)
        self.tension = Tension(scenario, calendar, world.seed, world.replication)
        self.court = Court()
        self.told = told
        self.conceded: dict[tuple[str, str], float] = {}
        self.cash_at: dict[int, np.ndarray] = {}
        self.worth_at: dict[int, np.ndarray] = {}
        self.due: dict[int, list[State]] = {}
        for state in self.everybody:
            for step in {max(calendar.step_of(day), 0) for day in state.history.dates()}:
                self.due.setdefault(step, []).append(state)
        self.programmes = [Programme(world, name, reserve) for name, reserve in scenario.reserves.items()]
        self.endings: list[Ending] = []
        self.rhythms = self._rhythms()
        self.dates: list[int] = []
        self.plan(self.due)
        for steps in (*(programme.steps for programme in self.programmes), *(rhythm for _, rhythm in self.rhythms)):
            self.plan(steps)

    @property
    def world(self) -> World:
        """The world they are over; it holds them and not they it, so that it goes when nobody needs it any more."""
        world = self._world()
        assert world is not None
        return world

    @property
    def everybody(self) -> list[State]:
        """All states, exporting ones first."""
        return [*self.exporting, *self.importing, *self.others]

    def state(self, name: str) -> State:
        """The state of that name."""
        return next(state for state in self.everybody if state.name == name)

    def _rhythms(self) -> list[tuple[State, range]]:
        calendar = self.world.calendar
        stances = {stance.country: stance for stance in self.world.layout.scenario.stances.values()}
        found = []
        for state in self.everybody:
            if state.name in stances:
                stance = stances[state.name]
                start = stance.start or calendar.start + timedelta(days=364)
                every = max(1, round(stance.rhythm_weeks * 7.0 / calendar.step_days))
                found.append((state, range(max(0, calendar.step_of(start)), calendar.steps, every)))
        return found

    def plan(self, steps: Iterable[int]) -> None:
        """Have somebody decide on these steps, too."""
        self.dates = sorted({*self.dates, *steps})

    def next_date(self, step: int, stop: int) -> int:
        """The next step after `step` on which anybody decides, or `stop` if that comes first."""
        later = bisect.bisect_right(self.dates, step)
        return min([stop, *self.dates[later : later + 1]])

    def file(self, complaint: Measure) -> list[Case]:
        """Take a complaint to court; what is ruled will be obeyed on a date of its own."""
        filed = self.court.file(self.world, complaint)
        self.plan(case.step for case in filed)
        return filed

    def imagined(self, world: World, country: str, rows: int) -> Politics:
        """The states as `country` believes them to be, over an imagined world with so many steps: nobody else decides,
        no ruling is foreseen, and the office of its own reserve goes on."""
        other = copy.copy(self)
        other._world = weakref.ref(world)
        other.court = Court([case for case in self.court.cases if case.step < world.step])
        other.programmes = [p.imagined(rows) for p in self.programmes if p.reserve.country == country]
        other.endings, other.rhythms, other.due, other.conceded = [], [], {}, dict(self.conceded)
        other.dates = []
        for programme in other.programmes:
            other.plan(programme.steps)
        return other
