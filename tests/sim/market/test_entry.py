"""Entrants: a plant that nobody fed in the base year finds buyers once it runs; a backed mine owes banks less."""

from datetime import date

import numpy as np
import pytest

from chokepoint.sim.market.world import World
from chokepoint.sim.network.structure import BUILDING, DEFAULTED
from chokepoint.sim.scenario.tables import Feed, Scenario
from chokepoint.sim.simulation import Simulation
from tests.builders import ASSUMED, event, plant, world_scenario


def with_entrant(tonnes: float, **knobs: object) -> Scenario:
    """A tight quota, and a project abroad with a plant of its own."""
    base = world_scenario(project=True, quota_t=tonnes, end=date(2017, 12, 31), noise=False, **knobs)  # type: ignore[arg-type]
    feeds = [f for f in base.feeds if f.mine != "New Mine"]
    feeds.append(Feed(mine="New Mine", refiner="New Works", share=1.0, **ASSUMED))
    works = plant("New Works", "Importia", "free", 1000.0, 0.0)
    return base.model_copy(update={"feeds": tuple(feeds), "refiners": (*base.refiners, works)})


def without_project(scenario: Scenario) -> Scenario:
    """The same without the project and what it would feed."""
    return scenario.model_copy(update={"mines": scenario.mines[:-1], "feeds": scenario.feeds[:-1]})


def test_a_new_plant_sells_what_it_makes_and_lowers_the_price() -> None:
    world: World = Simulation(with_entrant(1100.0)).world(0).run()
    r = world.layout.refiners.index("New Works")
    made = world.R.refined[-52:, r].sum()
    assert made > 400.0
    assert world.S.product[r].sum() < 0.25 * made  # a quarter's output at most lies unsold
    links = np.flatnonzero(world.N.e_ref == r)
    assert world.S.e_ship[links].sum() + world.S.product[r].sum() > 0.0
    alone = Simulation(without_project(with_entrant(1100.0))).world(0).run()
    assert (
        world.R.price_of[-52:, world.countries.index("Importia")].mean()
        < 0.95 * alone.R.price_of[-52:, alone.countries.index("Importia")].mean()
    )
    assert (
        world.R.use[-52:, world.countries.index("Importia")].sum()
        > 1.02 * alone.R.use[-52:, alone.countries.index("Importia")].sum()
    )
    assert not world.check()


def test_a_plant_that_is_never_fed_changes_nothing() -> None:
    def dear(scenario: Scenario) -> Scenario:
        """The project costs too much to be built."""
        mines = tuple(k.model_copy(update={"capex_musd": 8e6 * (k.stage == "project")}) for k in scenario.mines)
        return scenario.model_copy(update={"mines": mines})

    world = Simulation(dear(with_entrant(1e6))).world(0).run()
    assert (world.R.refined[:, world.layout.refiners.index("New Works")] == 0.0).all()
    assert (world.S.product[world.layout.refiners.index("New Works")] == 0.0).all()
    without = Simulation(without_project(with_entrant(1e6))).world(0).run()
    assert np.allclose(world.R.price, without.R.price, rtol=1e-9)


@pytest.mark.parametrize(("loan", "debt"), [(0.0, 0.2), (0.15, 0.05), (0.5, 0.0)])
def test_a_state_that_backs_a_mine_takes_the_place_of_banks(loan: float, debt: float) -> None:
    scenario = with_entrant(1100.0)
    if loan > 0.0:
        backing = event(
            "backing.x", date(2010, 1, 4), "backing", loan * 8.0, actor="Importia", target="New Mine", unit="m USD",
        )  # fmt: skip
        scenario = scenario.model_copy(update={"events": (*scenario.events, backing)})
    world = Simulation(scenario).world(0).run()
    k = world.mines.index("New Mine")
    assert world.S.k_state[k] not in (BUILDING, DEFAULTED)
    # outlay 8 m USD, of which a fifth is borrowed; the state's part needs no bank
    assert world.S.k_debt[k] == pytest.approx(debt * 8000.0)
