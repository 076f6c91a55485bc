"""The world of one run: its arrays, what is in force, and the weeks. It knows the market and nothing of states."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from math import ceil
from typing import TYPE_CHECKING, Any

import numpy as np

from chokepoint.sim.engine.frame import Making
from chokepoint.sim.market.columns import columns_of
from chokepoint.sim.market.law import Law
from chokepoint.sim.market.own import misfits
from chokepoint.sim.market.week import rule_set
from chokepoint.sim.network.structure import USER
from chokepoint.sim.scenario.problems import BadInput, nearest

if TYPE_CHECKING:
    from chokepoint.agents.measure import Measure
    from chokepoint.sim.engine.rules import RuleSet
    from chokepoint.sim.network.layout import Layout

# An act in force by days, and its array.
HOLDS = {"embargo": "embargo", "closure": "closure", "ore_hold": "held", "import_ban": "import_ban"}


class World:
    """One run over a layout: structure N, influences X, instruments I, state S, record R, behaviour P.

    `advance` runs weeks; `order` carries out an act of a state.
    """

    def __init__(self, layout: Layout, rules: RuleSet | None = None, seed: int = 1, replication: int = 0):
        self.layout = layout
        self.N, self.P = layout.N, layout.P
        self.calendar, self.dt = layout.calendar, layout.dt
        self.countries, self.materials, self.mines = layout.countries, layout.materials, layout.mines
        self.reserve_slots = layout.reserve_slots
        self.rules = rules or rule_set()
        self.frame = self.rules.source.frame
        self.seed, self.replication = int(seed), int(replication)
        self.step, self.last = 0, self.calendar.steps
        self.law = Law()
        bundles = self.frame.make(self._making())
        self.X, self.I, self.S, self.R = (bundles[letter] for letter in "XISR")
        for mechanism in self.frame.own:
            unfit = list(misfits(mechanism.series, self.R, partial(columns_of, layout)))
            if unfit:
                raise BadInput([f"mechanisms, {mechanism.name}: {line}" for line in unfit], "mechanisms")
        self.bind({"N": layout.places})

    def _making(self) -> Making:
        """What first values are worked out from: the base year's use and purchases of each slot, t a step."""
        N = self.N
        use = np.where(N.f_kind[N.s_firm] == USER, N.s_base * self.dt, 0.0)
        use = np.where(N.f_open[N.s_firm] > 0, 0.0, use)
        return Making(
            self.frame,
            self.layout.sizes,
            N=N,
            P=self.P,
            dt=self.dt,
            layout=self.layout,
            seed=self.seed,
            replication=self.replication,
            base_use=use,
            base_purchases=use * (1.0 - N.f_scrap[N.s_firm]),
        )

    def bind(self, known: dict[str, Any] | None = None) -> None:
        """Let native code know where the arrays lie; `known` are addresses found before, by letter."""
        bundles = {"N": self.N, "X": self.X, "I": self.I, "S": self.S, "R": self.R}
        self.kernel = self.rules.kernel().bind(self.P, bundles, known)

    def zone_of(self, country: str) -> int:
        """The zone of an exporting state."""
        return int(self.N.zone_of_country[self.countries.index(country)])

    def targets(self, measure: Measure) -> list[int]:
        """The countries that an act is meant for."""
        if "all" in measure.targets:
            return list(range(len(self.countries)))
        return [self.countries.index(name) for name in measure.targets if name in self.countries]

    def day(self) -> date:
        """The first day of the week that is about to be run."""
        return self.calendar.day_of(self.step)

    def last_day(self) -> date:
        """The last day of the week that is about to be run."""
        return self.calendar.start + timedelta(days=ceil((self.step + 1) * self.calendar.step_days) - 1)

    def order(self, measure: Measure) -> None:
        """Carry an act out by its instrument; an instrument without an order is only heard of."""
        order = self.frame.instruments[measure.instrument].order
        if order is not None:
            order(self, measure)

    def hold_shares(self) -> None:
        """Set the share of this week's cargo to each destination, or of the ore of a mine, that is held, day by day."""
        first = self.day()
        length = self.calendar.day_of(self.step + 1) - first
        for name in HOLDS.values():
            getattr(self.I, name)[:] = 0.0
        self.law.holds = [m for m in self.law.holds if m.end is None or m.end >= first]
        held: dict[tuple[str, Any], dict[int, float]] = {}  # by array and place, the share held on each day
        for measure in self.law.holds:
            begin = max(measure.start, first)
            end = first + length if measure.end is None else min(measure.end + timedelta(days=1), first + length)
            days = range((begin - first).days, (end - first).days)
            share = 1.0 if measure.value is None else measure.value / 100.0
            for place in self.held_by(measure):
                shares = held.setdefault((HOLDS[measure.instrument], place), {})
                for day in days:
                    shares[day] = max(shares.get(day, 0.0), share)
        for (name, place), shares in held.items():
            getattr(self.I, name)[place] = sum(shares.values()) / length.days

    def held_by(self, measure: Measure) -> list[Any]:
        """The places of its array that an act in force by days is about."""
        if measure.instrument == "ore_hold":
            return [self.mines.index(name) for name in measure.targets]
        if measure.instrument == "import_ban":
            actor = self.countries.index(measure.actor)
        else:
            actor = self.zone_of(measure.actor)
        about = self.about(measure)
        return [(actor, c, m) for c in self.targets(measure) for m in about]

    def about(self, measure: Measure) -> list[int]:
        """The materials that an act is about: those it names, or all."""
        return [self.materials.index(name) for name in measure.materials or self.materials]

    def advance(self, stop: int) -> None:
        """Run to step `stop` or the last one; while anything is held, the share of days changes week by week."""
        stop = min(stop, self.last)
        while self.step < stop:
            until = stop
            if self.law.holds:
                self.hold_shares()
            if self.law.holds:
                until = self.step + 1
            self.kernel.run(self.step, until, self.dt)
            self.step = until

    def run(self) -> World:
        """Run to the end."""
        self.advance(self.last)
        return self

    def check(self) -> list[str]:
        """Faults of the state, each with agent, material and size; empty when all is well."""
        checks = (check for mechanism in self.frame.mechanisms for check in mechanism.checks)
        return [f"{self.day()}: {fault}" for check in checks for fault in check(self)]

    def series(self, name: str) -> np.ndarray:
        """A recorded series: (steps, columns); `BadInput` where none has that name."""
        if name not in self.frame.series:
            raise BadInput([f"series {name!r} ({nearest(name, self.frame.series)})"], "series")
        return self.frame.series[name].values(name, self.R)
