"""What a state knows of a running world, read when it is asked for; and the roll-outs that its analysts make."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from chokepoint.agents.exporting_state import State
from chokepoint.agents.measure import Measure
from chokepoint.agents.observation import NAMES, Outlook
from chokepoint.sim.engine import draws
from chokepoint.sim.politics.enactment import restricted
from chokepoint.sim.politics.outlook import expect, results

if TYPE_CHECKING:
    from chokepoint.sim.politics.states import Politics


class Seen:
    """`chokepoint.agents.observation.Observation` of one state at the world's present week."""

    def __init__(self, politics: Politics, state: State, until: date | None = None):
        self._politics, self._world, self._state = politics, politics.world, state
        self._c = self._world.countries.index(state.name)
        self._z = int(self._world.N.zone_of_country[self._c])
        self.country = state.name
        self.day = self._world.last_day()
        self.until = until or self.day

    def _by_material(self, row: np.ndarray) -> dict[str, float]:
        return dict(zip(self._world.materials, row.tolist(), strict=True))

    @cached_property
    def others(self) -> tuple[str, ...]:
        return tuple(c for c in self._world.countries if c != self.country)

    def _at_home(self, of_markets: np.ndarray, elsewhere: np.ndarray) -> dict[str, float]:
        """A number of each of its own markets, by material, and that of `elsewhere` where it has none."""
        markets = self._world.N.q_of[self._c]
        return self._by_material(np.where(markets >= 0, of_markets[np.maximum(markets, 0)], elsewhere))

    @cached_property
    def prices_inside(self) -> Mapping[str, float]:
        return self._at_home(np.exp(self._world.S.price_ln), self._world.S.price[self._z])

    @cached_property
    def prices_outside(self) -> Mapping[str, float]:
        return self._by_material(self._world.S.price[0])

    @cached_property
    def habitual_inside(self) -> Mapping[str, float]:
        return self._at_home(np.exp(self._world.S.normal_ln), self._world.S.habitual[self._z])

    @cached_property
    def cover_inside(self) -> Mapping[str, float]:
        wanted, held = self._world.S.normal_stock, self._world.S.position
        cover = np.where(wanted > 0.0, held / np.maximum(wanted, 1e-12), 1.0)
        return self._at_home(cover, np.ones(len(self._world.materials)))

    @cached_property
    def free_exports_t(self) -> float:
        return self._state.free_exports_t

    @cached_property
    def dependence(self) -> Mapping[str, float]:
        world, t = self._world, self._world.step
        arrivals = world.R.arrivals[max(0, t - 52) : t].sum(axis=0)
        share = arrivals[:, self._c] / np.maximum(arrivals.sum(axis=1), 1e-12)
        return {c: float(share[world.countries.index(c)]) for c in self.others}

    @cached_property
    def tension(self) -> Mapping[str, float]:
        return self._politics.tension.between(self.country, self.others, self.day)

    @cached_property
    def reserve_days(self) -> Mapping[str, float]:
        return {
            c: next((p.believed_days(self._world) for p in self._politics.programmes if p.reserve.country == c), 0.0)
            for c in self.others
        }

    @cached_property
    def restricted_abroad(self) -> float:
        return restricted(self._world, but=self._z)

    @cached_property
    def _happened(self) -> Outlook:
        return results(self._politics, self.country, self._state.since)

    @cached_property
    def income(self) -> float:
        return self._happened.income

    @cached_property
    def harm(self) -> Mapping[str, float]:
        return self._happened.harm

    @cached_property
    def refused(self) -> Mapping[str, float]:
        instruments, zones = self._world.I, self._world.N.zone_of_country
        share = np.maximum(instruments.refused[:, self._c], instruments.embargo[:, self._c]).max(axis=1)
        exporters = {state.name for state in self._politics.exporting}
        return {c: float(share[zones[self._world.countries.index(c)]]) if c in exporters else 0.0 for c in self.others}

    @cached_property
    def conceded(self) -> Mapping[str, bool]:
        given = self._politics.conceded
        return {c: (c, self.country) in given and self.tension[c] <= given[c, self.country] + 1e-9 for c in self.others}

    @cached_property
    def luck(self) -> float:
        world = self._world
        stream = draws.stream(world.seed, world.replication, draws.CHOICE)
        return float(draws.uniforms(stream, np.array([draws.key_of("state", self.country)]), world.step)[0])

    def outlook(self, measures: Sequence[Measure], weeks: int) -> Outlook:
        """A roll-out of the next `weeks` on the state's beliefs (see `sim/politics/outlook.py`)."""
        return expect(self._politics, self.country, tuple(measures), weeks)


class Sealed:
    """An observation that gives the names of the protocol and nothing behind them."""

    __slots__ = ("__read",)

    def __init__(self, seen: Seen):
        def read(name: str) -> object:
            if name not in NAMES:
                raise AttributeError(f"a state cannot know {name!r}")
            return getattr(seen, name)

        object.__setattr__(self, "_Sealed__read", read)

    def __getattr__(self, name: str) -> object:
        return object.__getattribute__(self, "_Sealed__read")(name)
