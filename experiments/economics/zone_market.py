"""The market of today as an `Economy`: a price inside each exporting state and one for everybody outside.

The one file of this wing that knows the simulator's arrays. The price of a country is that of its zone; goods pass from
exporting states to the countries outside and nowhere else.
"""

from collections.abc import Mapping

import numpy as np

from chokepoint.agents.behaviour import PARAMETERS
from chokepoint.experiments.economics.economy import Course
from chokepoint.sim.politics.governed import GovernedWorld
from chokepoint.sim.scenario.problems import BadInput
from chokepoint.sim.scenario.tables import Scenario
from chokepoint.sim.simulation import Simulation


class ZoneMarket:
    """Runs scenarios with shipped parameters; the last few runs are kept, since experiments share them."""

    KEPT = 24

    def __init__(self) -> None:
        self.use_elasticity = float(PARAMETERS["use_elasticity"].default)
        self._runs: dict[str, Course] = {}

    def run(
        self, scenario: Scenario, *, behaviour: Mapping[str, float] | None = None, replications: int = 1, seed: int = 1
    ) -> Course:
        """The course of a scenario; a fault of mass, money or signs raises `ArithmeticError`."""
        simulation = Simulation(scenario, behaviour=behaviour, seed=seed)
        key = simulation.identity(replications)
        if key not in self._runs:
            if len(self._runs) >= self.KEPT:
                self._runs.pop(next(iter(self._runs)))
            self._runs[key] = _course(simulation, [_one(simulation, i) for i in range(replications)])
        return self._runs[key]

    def problems(self, scenario: Scenario) -> list[str]:
        """What the loader tells of a scenario."""
        try:
            Simulation(scenario)
        except BadInput as error:
            return error.problems
        return []


def _one(simulation: Simulation, replication: int) -> dict[str, np.ndarray]:
    """One replication: its record, and taxes and holds as they were in each week."""
    world = simulation.world(replication)
    taxes, held = [], []
    while world.step < world.calendar.steps:
        world.advance(world.step + 1)
        taxes.append(world.I.tax.copy())
        held.append(np.maximum(world.I.embargo, world.I.closure))
    if faults := world.check():
        raise ArithmeticError("\n".join(faults))
    return _by_country(world, np.array(taxes), np.array(held))


def _by_country(world: GovernedWorld, taxes: np.ndarray, held: np.ndarray) -> dict[str, np.ndarray]:
    """The record of a world with zones told as countries. taxes: (w, z, m), shares; held: (w, z, c), shares."""
    N, R, zones = world.N, world.R, world.N.zone_of_country
    count, steps = len(world.countries), world.calendar.steps
    states = np.flatnonzero(zones > 0)
    own = zones[states]
    sent = np.zeros((steps, count, count))
    sent[:, states] = (R.exports + R.exports_open)[:, own]
    covered, rent, tax = (np.zeros((steps, count)) for _ in range(3))
    covered[:, states], rent[:, states], tax[:, states] = R.exports.sum(axis=2)[:, own], R.rent[:, own], R.tax[:, own]
    leaves = R.price * (1.0 + taxes) + (R.ask + N.freight)[:, :, None]
    way = (zones[:, None] > 0) & (zones[None, :] == 0)
    output = np.zeros((steps, count))
    np.add.at(output.T, N.k_country, R.mined.T)
    return {
        "price": R.price[:, zones],
        "landed": np.broadcast_to(leaves[:, zones, None], (steps, count, count, R.price.shape[2])),
        "passable": way & (held[:, zones] <= 0.0),
        "exports": sent, "covered": covered, "use": R.use_material, "stock": R.stock, "output": output,
        "short": R.shortfall, "rent": rent, "tax": tax, "reserve": R.held.sum(axis=2),
    }  # fmt: skip


def _course(simulation: Simulation, runs: list[dict[str, np.ndarray]]) -> Course:
    layout = simulation.layout
    stacked = {name: np.stack([run[name] for run in runs]) for name in runs[0]}
    return Course(simulation.scenario.start, tuple(layout.countries), tuple(layout.materials), **stacked)
