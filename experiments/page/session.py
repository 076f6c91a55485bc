"""A session: one user's episode, its levers and the week it stands at. No browser is known here.

What is seen follows from (episode, changes, parameters, seed, week) and from nothing else. So to go back is to run
again to an earlier week, and a lever pulled in the middle of the run leaves the past as it was to the bit.
"""

import json
import threading
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from chokepoint.experiments.history.catalogue import Episode, find
from chokepoint.experiments.page.levers import LEVERS, Pulled, shown
from chokepoint.sim.market.recorded import gather
from chokepoint.sim.politics.governed import GovernedWorld
from chokepoint.sim.results.run import Run
from chokepoint.sim.scenario.problems import BadInput
from chokepoint.sim.simulation import Simulation

if TYPE_CHECKING:
    from chokepoint.sim.model import MarketModel


class Session:
    """An episode under way. Every public method may be called from another thread than the one that draws.

    episode: name, folder or recipe; seed, behaviour: as for a `Simulation`, beyond those of a recipe; allow_rules:
    whether code may run that the scenario of this episode names, and of no other that is loaded later.
    `version` grows with every change of what there is to see.
    """

    def __init__(
        self,
        episode: str,
        seed: int | None = None,
        behaviour: Mapping[str, float] | None = None,
        allow_rules: bool = False,
    ):
        self.lock = threading.RLock()
        self._allowed = episode if allow_rules else None
        self.version = 0
        self._model: MarketModel | None = None
        self.load(episode, seed, behaviour)

    def load(self, episode: str, seed: int | None = None, behaviour: Mapping[str, float] | None = None) -> None:
        """Begin an episode at its first week, without levers; `BadInput` leaves the session as it was."""
        place = find(episode)
        simulation = place.simulation(seed=seed, behaviour=behaviour, allow_rules=episode == self._allowed)
        world = simulation.world()
        with self.lock:
            self.place: Episode = place
            self.name = episode
            self.behaviour: dict[str, float] = dict(behaviour or {})
            self.plain = simulation  # without levers
            self.levers: tuple[Pulled, ...] = ()
            self.base: tuple[Pulled, ...] | None = None  # the levers of the run that this one is drawn against
            self._take(simulation, world)
            self._against(None)

    def reset(self, seed: int | None = None, behaviour: Mapping[str, float] | None = None) -> None:
        """The first week again, without levers, with another seed or parameters if given."""
        self.load(self.name, self.simulation.seed if seed is None else seed, behaviour)

    def _take(self, simulation: Simulation, world: GovernedWorld) -> None:
        self._forget()
        self.simulation, self.world = simulation, world
        self.version += 1

    def _against(self, base: tuple[Pulled, ...] | None) -> None:
        self.base, self.base_world = base, None if base is None else self._simulation(base).world()
        if self.base_world is not None:
            self.base_world.advance(self.week)
        self.version += 1

    def model(self) -> "MarketModel":
        """The running world as a Mesa model, with its agents."""
        from chokepoint.sim.model import MarketModel  # Mesa takes a second to import

        if self._model is None:
            self._model = MarketModel(self.world)
        return self._model

    def _forget(self) -> None:
        if self._model is not None:
            self._model.discard()
        self._model = None

    @property
    def week(self) -> int:
        """Weeks run so far."""
        return self.world.step

    @property
    def weeks(self) -> int:
        """Weeks of the whole episode."""
        return self.world.calendar.steps

    @property
    def day(self) -> date:
        """The first day of the week that comes next."""
        return self.world.day()

    @property
    def at_end(self) -> bool:
        return self.week >= self.weeks

    def step(self, weeks: int = 1) -> None:
        """Run on by so many weeks, at most to the end."""
        with self.lock:
            stop = min(self.week + weeks, self.weeks)
            for world in (self.world, self.base_world):
                if world is not None:
                    world.advance(stop)
            self.version += 1

    def month(self) -> None:
        """Run on to the first week of the next month."""
        after = (self.day.replace(day=1) + timedelta(days=32)).replace(day=1)
        self.to(self.world.calendar.step_of(after - timedelta(days=1)) + 1)

    def next_event(self) -> None:
        """Run on until the next act or item of news has happened, or to the end."""
        steps = [self.world.calendar.step_of(day) for day, _, _ in self.events()]
        self.to(min([step + 1 for step in steps if step >= self.week], default=self.weeks))

    def to(self, week: int) -> None:
        """Stand at a week, on or back; 0 is the beginning."""
        week = min(max(week, 0), self.weeks)
        with self.lock:
            if week < self.week:
                world = self.simulation.world()
                world.advance(week)
                self._take(self.simulation, world)
                if self.base is not None:
                    self._against(self.base)
            else:
                self.step(week - self.week)

    # Levers

    def pull(self, kind: str, values: Mapping[str, Any]) -> Pulled:
        """Pull a lever from the coming week on; `BadInput` leaves everything as it was."""
        if self.at_end:
            raise BadInput(["the episode is over; go back to pull a lever"], "lever")
        problems, values = [], dict(values)
        for f in LEVERS[kind].fields:
            if f.choices is None and not isinstance(f.default, bool):
                try:
                    value = float(values[f.name])
                except (TypeError, ValueError):
                    problems.append(f"{f.label}: {values[f.name]!r} is not a number")
                    continue
                if not f.low <= value <= f.high:
                    problems.append(f"{f.label}: {shown(value)} lies outside {shown(f.low)} to {shown(f.high)}")
                values[f.name] = value
        if problems:
            raise BadInput(problems, "lever")
        with self.lock:
            number = max((p.number for p in self.levers), default=0) + 1
            pulled = Pulled(number, kind, values, self.day)
            self._play((*self.levers, pulled))
            return pulled

    def lift(self, number: int) -> None:
        """End a lever from the coming week on."""
        day = self.day - timedelta(days=1)
        with self.lock:
            old = next(p for p in self.levers if p.number == number)
            if day < old.day:  # it has not worked yet
                self.drop(number)
                return
            self._play(tuple(replace(p, lifted=day) if p.number == number else p for p in self.levers))

    def drop(self, number: int) -> None:
        """Undo a lever: it was never pulled."""
        with self.lock:
            self._play(tuple(p for p in self.levers if p.number != number))

    def branch(self) -> None:
        """Draw what follows against the run as it is now."""
        with self.lock:
            self._against(self.levers)

    def unbranch(self) -> None:
        """Draw the run alone."""
        with self.lock:
            self._against(None)

    def changes(self, levers: tuple[Pulled, ...] | None = None) -> list[str]:
        """The changes that levers make to the episode."""
        found: list[str] = []
        scenario = self.plain.scenario
        for pulled in self.levers if levers is None else levers:
            found += pulled.changes(scenario)
            if pulled.kind in ("reserve", "quota"):  # later levers may speak of it
                scenario = self.place.simulation(changes=found, allow_rules=self.name == self._allowed).scenario
        return found

    def _simulation(self, levers: tuple[Pulled, ...]) -> Simulation:
        return self.place.simulation(
            changes=self.changes(levers),
            behaviour=self.behaviour,
            seed=self.plain.seed,
            allow_rules=self.name == self._allowed,
        )

    def _play(self, levers: tuple[Pulled, ...]) -> None:
        """The same episode with these levers, at the same week."""
        simulation = self._simulation(levers)
        world = simulation.world()
        world.advance(self.week)
        first = self.base is None and not self.levers
        before, self.levers = self.levers, levers
        self._take(simulation, world)
        if first:  # the first lever is held against history
            self._against(before)

    # What there is to tell

    def events(self) -> list[tuple[date, str, str]]:
        """Day, kind and text of the acts and news of the episode and of the levers, in order of days."""
        scenario = self.simulation.scenario
        told = {m for n in scenario.news for m in n.measure.split(";")}
        found = [(n.date, n.kind, n.text) for n in scenario.news if n.admitted == "yes" and n.text != "added by --set"]
        for e in scenario.events:
            if e.admitted == "yes" and e.id not in told and not e.id.startswith("lever."):
                size = "" if e.value is None else f", {e.value:,.0f} {e.unit}"
                found.append((e.date, "act", f"{e.actor}: {e.instrument.replace('_', ' ')}, {e.target}{size}."))
        for pulled in self.levers:
            found.append((pulled.day, "lever", f"{pulled.what()}."))
            if pulled.lifted:
                found.append((pulled.lifted, "lever", f"{LEVERS[pulled.kind].title} lifted."))
        start, end = self.world.calendar.start, self.world.calendar.end
        return sorted(e for e in found if start <= e[0] <= end)

    def recipe(self) -> str:
        """The session as a recipe: `chokepoint run FILE --replications 1` repeats it."""
        lines = [
            f"# {self.simulation.scenario.title}: {len(self.levers)} levers, week {self.week} of {self.weeks}",
            f"episode = {json.dumps(self.place.name if self.place.name == self.name else str(self.place.folder))}",
            f"seed = {self.plain.seed}",
            "changes = [",
            *(f"  {json.dumps(c)}," for c in (*self.place.changes, *self.changes())),
            "]",
        ]
        own = {**self.place.behaviour, **self.behaviour}
        if own:
            lines += ["", "[behaviour]", *(f"{name} = {float(value)!r}" for name, value in own.items())]
        return "\n".join(lines) + "\n"

    def whole_run(self) -> Run:
        """The record of this episode with its levers, to its end."""
        with self.lock:
            simulation = self.simulation
        return simulation.run(1)

    def record(self) -> Run:
        """The record up to now."""
        with self.lock:
            run = gather([self.world], self.simulation.manifest(1))
        cut = {name: np.array(a[:, : self.week]) for name, a in run.arrays.items()}
        return Run(run.name, run.title, run.start, run.step_days, run.columns, cut, run.manifest, run.about)

    def close(self) -> None:
        """Let the Mesa model go, which Mesa 3.3 otherwise keeps."""
        with self.lock:
            self._forget()
