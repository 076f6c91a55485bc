"""The market as an `Economy`: a price in every country, goods pass between any two where it pays.

The one file of this wing that knows the simulator's arrays.
"""

from collections.abc import Mapping

import numpy as np

from chokepoint.agents.behaviour import PARAMETERS
from chokepoint.experiments.economics.economy import Course
from chokepoint.sim.politics.governed import GovernedWorld
from chokepoint.sim.scenario.problems import BadInput
from chokepoint.sim.scenario.tables import Scenario
from chokepoint.sim.simulation import Simulation

FULL = 0.97  # of its room: a passage that carries so much has none left


class SpatialMarket:
    """Runs scenarios with shipped parameters; the last few runs are kept, since experiments share them.

    changes: values of parameters by name, for studies of the market itself.
    """

    KEPT = 24

    def __init__(self, **changes: float) -> None:
        self.changes = changes
        self.use_elasticity = float(changes.get("use_elasticity", PARAMETERS["use_elasticity"].default))
        self._runs: dict[str, Course] = {}

    def run(
        self, scenario: Scenario, *, behaviour: Mapping[str, float] | None = None, replications: int = 1, seed: int = 1
    ) -> Course:
        """The course of a scenario; a fault of mass, money or signs raises `ArithmeticError`."""
        simulation = Simulation(scenario, behaviour={**self.changes, **(behaviour or {})}, seed=seed)
        key = simulation.identity(replications)
        if key not in self._runs:
            if len(self._runs) >= self.KEPT:
                self._runs.pop(next(iter(self._runs)))
            runs = [_one(simulation.world(i)) for i in range(replications)]
            stacked = {name: np.stack([run[name] for run in runs]) for name in runs[0]}
            layout = simulation.layout
            self._runs[key] = Course(scenario.start, tuple(layout.countries), tuple(layout.materials), **stacked)
        return self._runs[key]

    def problems(self, scenario: Scenario) -> list[str]:
        """What the loader tells of a scenario."""
        try:
            Simulation(scenario)
        except BadInput as error:
            return error.problems
        return []


def _one(world: GovernedWorld) -> dict[str, np.ndarray]:
    """One replication, by country."""
    world.run()
    if faults := world.check():
        raise ArithmeticError("\n".join(faults))
    N, R = world.N, world.R
    steps, count, materials = world.calendar.steps, len(world.countries), len(world.materials)
    origin, there, good = N.q_country[N.v_here], N.q_country[N.v_there], N.q_mat[N.v_here]
    sent = np.zeros((steps, count, count))
    covered, rent, tax = (np.zeros((steps, count)) for _ in range(3))
    landed = np.ones((steps, count, count, materials))
    passable = np.zeros((steps, count, count), dtype=bool)
    open_ = np.ones((steps, count, count), dtype=bool)
    gross = world.S.gross_there
    for v in range(len(origin)):
        a, b, m = origin[v], there[v], good[v]
        if N.v_legal[v] == 0:
            continue
        flow = R.flow[:, v]
        sent[:, a, b] += flow * gross[v]
        covered[:, a] += flow * N.v_gross[v]
        price = R.price_of[:, a, m]
        rent[:, a] += flow * R.rented[:, v]
        tax[:, a] += flow * price * R.taxed[:, v]
        landed[:, a, b, m] = (price * (1.0 + R.taxed[:, v]) + R.rented[:, v]) * np.exp(N.v_cost[v])
        passable[:, a, b] = True
        open_[:, a, b] &= (flow < FULL * R.room[:, v]) & (R.room[:, v] > 0.0)
    output = np.zeros((steps, count))
    np.add.at(output.T, N.k_country, R.mined.T)
    return {
        "price": R.price_of, "paid": R.paid, "landed": landed, "passable": passable & open_, "exports": sent,
        "covered": covered, "use": R.use_material, "stock": R.stock, "output": output, "short": R.shortfall,
        "rent": rent, "tax": tax, "reserve": R.held.sum(axis=2),
    }  # fmt: skip
