"""Weeks that the engine cleared, written down once more from the equations and solved by another method.

Nothing of the engine's week is used here but the arrays of the moment: demand, passages and licences are written anew
with numpy, prices are found by scipy's hybrid method of Powell, and rents one by one between two that let too much and
too little go. The engine finds both at once, by Newton's method on slopes worked out by hand.
"""

from datetime import date
from typing import Any

import numpy as np
import pytest
from scipy.optimize import brentq, root

from chokepoint.sim import Simulation
from chokepoint.sim.network.markets import WIDTH
from chokepoint.sim.politics.governed import GovernedWorld
from tests.builders import event, half_years, world_scenario

CUT = event("cut", date(2012, 9, 3), "embargo", target="Importia", end=date(2013, 3, 3))
REFUSED = event("refused", date(2012, 9, 3), "licence_refusal", 60.0, target="Importia", end=date(2013, 3, 3))
WEEKS = (60, 105, 150)  # free after a first quota; quota; quota beside what withholds more


def at_clearing(world: GovernedWorld) -> None:
    """Run a week as far as its prices."""
    world.begin_week()
    for phase in world.frame.phases:
        world.kernel.phase(phase.name, world.step, world.dt)
        if phase.name == "clearing":
            return


def use_at(gap: np.ndarray, level: np.ndarray, elasticity: float, steepness: float) -> np.ndarray:
    given_up = steepness * np.maximum(gap - 0.7, 0.0) ** 2 + 2.0 * np.maximum(gap - 3.4, 0.0) ** 2
    return np.asarray(level * np.exp(-elasticity * gap - given_up))


def carried(margin: np.ndarray, scale: np.ndarray, room: np.ndarray) -> np.ndarray:
    """t a year: nothing below a margin of zero, all that there is room for far above, both corners rounded."""
    units = np.maximum(margin / WIDTH, 0.0)
    wanted = np.where(units < 0.5, units**2, units - 0.25)
    most = np.maximum(room / scale, 1e-300)
    corner = np.minimum(0.5, 0.5 * most)
    left = np.clip(most - wanted, -corner, corner)
    limited = np.where(most - wanted >= corner, wanted, most - (left + corner) ** 2 / (4.0 * corner))
    return np.asarray(np.where((units > 0.0) & (room > 0.0), scale * limited, 0.0))


class Week:
    """Net demands and flows of a week at prices and rents, from the arrays of the moment."""

    def __init__(self, world: GovernedWorld):
        self.N, self.S, self.I, self.P = world.N, world.S, world.I, world.P
        self.limits = {g: float(u) for g, u in enumerate(world.I.licences_a_year) if u >= 0.0}

    def flows(self, price_ln: np.ndarray, rents: dict[int, float]) -> np.ndarray:
        N, I, S = self.N, self.I, self.S
        rent = np.array([rents.get(int(g), 0.0) for g in S.group]) * N.v_gross
        landed = np.exp(price_ln[N.v_here]) * (1.0 + I.route_tax) + rent
        shut = np.array([self.limits.get(int(g), 1.0) <= 1e-9 for g in S.group])
        margin = price_ln[N.v_there] - np.log(landed) - N.v_cost
        return carried(margin, N.v_scale, np.where(shut, 0.0, I.route_room))

    def excess(self, price_ln: np.ndarray, rents: dict[int, float]) -> np.ndarray:
        N, S, P = self.N, self.S, self.P
        use = use_at(price_ln - N.q_base_ln, S.use_level, P.use_elasticity, P.choke)
        cover = np.where(S.use_level > 0.0, use / np.maximum(S.use_level, 1e-300), 1.0)
        raised = np.exp(P.stock_elasticity * (S.holders_ln - price_ln))
        missing = cover * S.wanted_here * raised - S.held
        bought = missing / np.where(missing > 0.0, S.fill_of, S.release_of)
        demand = use - S.output_level + bought + S.forward_buying * raised + S.state_buying
        flow = self.flows(price_ln, rents)
        count = len(price_ln)
        return np.asarray(demand + np.bincount(N.v_here, flow, count) - np.bincount(N.v_there, flow, count))

    def prices(self, rents: dict[int, float]) -> np.ndarray:
        """Logs of the prices that clear at given rents; AssertionError where none are found."""
        found = root(lambda x: self.excess(x, rents) / self.N.q_size, self.S.price_ln + 0.05, method="hybr", tol=1e-13)
        assert np.abs(found.fun).max() < 1e-8, found.message
        return np.asarray(found.x)

    def slack(self, group: int, rents: dict[int, float]) -> float:
        """Licences a year of a kind that are left over, over their number."""
        chosen = self.S.group == group
        shipped = float((self.flows(self.prices(rents), rents) * self.N.v_gross)[chosen].sum())
        return (self.limits[group] - shipped) / self.limits[group]

    def solved(self) -> tuple[np.ndarray, dict[int, float]]:
        """Prices and rents, for a world where at most one kind of licence binds."""
        for group, limit in self.limits.items():
            if limit > 1e-9 and (self.S.group == group).any() and self.slack(group, {}) < 0.0:
                most = 100.0 * float(self.N.u_value[group])
                rent = brentq(lambda x, g=group: self.slack(g, {g: x}), 0.0, most, xtol=1e-12, rtol=1e-13)
                return self.prices({group: rent}), {group: rent}
        return self.prices({}), {}


@pytest.mark.parametrize("acts", [(), (CUT,), (REFUSED,)], ids=["quota", "embargo", "refusal"])
@pytest.mark.parametrize("materials", [1, 3])
def test_engine_and_scipy_find_the_same_prices_and_rents(acts: tuple[Any, ...], materials: int) -> None:
    events = [*half_years(700.0, 2011, 2014), *acts]
    scenario = world_scenario(materials=materials, events=events, seed=4, tax=0.1)
    world = Simulation(scenario, seed=2).world()
    rented = 0
    for week in WEEKS:
        world.advance(week)
        at_clearing(world)
        again = Week(world)
        price_ln, rents = again.solved()
        assert price_ln == pytest.approx(world.S.price_ln, abs=1e-6)
        for group, rent in rents.items():
            assert rent == pytest.approx(float(world.S.rent[group]), rel=1e-5)
            rented += 1
        assert again.flows(price_ln, rents) == pytest.approx(
            world.S.flow, rel=1e-4, abs=1e-4 * float(world.N.v_scale.max())
        )
        run_on(world)
    assert rented > 0


def run_on(world: GovernedWorld) -> None:
    """Run what is left of the week."""
    later = [phase.name for phase in world.frame.phases]
    for name in later[later.index("clearing") + 1 :]:
        world.kernel.phase(name, world.step, world.dt)
    world.step += 1
    assert not world.check()
