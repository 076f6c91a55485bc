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


def test_a_new_plant_sells_what_it_makes_and_displaces_imports() -> None:
    world: World = Simulation(with_entrant(1100.0)).world(0).run()
    r = world.layout.refiners.index("New Works")
    made = world.R.refined[-52:, r].sum()
    assert made > 400.0
    assert world.S.product[r].sum() < 0.25 * made  # a quarter's output at most lies unsold
    importia, exportia = world.countries.index("Importia"), world.countries.index("Exportia")
    home = world.R.arrivals[:, importia, importia]
    assert home[-52:].sum() > home[:52].sum() + 0.8 * made
    shipped = world.R.arrivals[:, importia, exportia]
    assert shipped[-52:].sum() < shipped[:52].sum() - 0.5 * made
    assert not world.check()


def test_a_plant_that_is_never_fed_changes_nothing() -> None:
    def dear(scenario: Scenario) -> Scenario:
        """The project costs too much to be built."""
        mines = tuple(k.model_copy(update={"capex_musd": 8e6 * (k.stage == "project")}) for k in scenario.mines)
        return scenario.model_copy(update={"mines": mines})

    world = Simulation(dear(with_entrant(1e6))).world(0).run()
    assert (world.R.refined[:, world.layout.refiners.index("New Works")] == 0.0).all()
    assert (world.S.product[world.layout.refiners.index("New Works")] == 0.0).all()
    whole = with_entrant(1e6)
    without = whole.model_copy(update={"mines": whole.mines[:-1], "feeds": whole.feeds[:-1]})
    assert np.allclose(world.R.price, Simulation(without).world(0).run().R.price, rtol=1e-9)


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
