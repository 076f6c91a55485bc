"""The engine against the reduced world in Mesa: the same numbers week by week, a hundred times faster."""

from datetime import date
from statistics import median
from time import process_time

import mesa
import numpy as np
import pytest

from chokepoint.agents.behaviour import PARAMETERS
from chokepoint.sim import Simulation
from chokepoint.sim.market.world import World
from chokepoint.sim.network.structure import MOTHBALLED
from tests.builders import event, half_years, world_scenario
from tests.reference.mesa_agents import Firm, Mine, Refiner
from tests.reference.mesa_market import Party
from tests.reference.mesa_state import ExportingState
from tests.reference.mesa_world import ReducedWorld

SERIES = (
    "price", "ask", "tax", "rent", "exports", "queue", "arrivals", "use", "scrap", "shortfall", "bill", "risk",
    "stock", "mined", "refined", "licence_used",
)  # fmt: skip
TOLERANCE = 1e-9  # relative, and in USD/kg, t or thousand USD where values are below one
TIMES_FASTER = 100.0

# What the reduced world leaves out is off. Trust is milder than by default: there, orders swing between holders whose
# licences just bind, and a difference in the last bit grows ten million times, between two runs of the engine as well.
# A small bonded store fills up within the embargo.
BEHAVIOUR = {
    "noise_demand": PARAMETERS["noise_demand"].default, "relocation_speed": 0.0, "trend_weight": 0.0,
    "supplier_trust": 10.0, "bond_weeks": 3.0,
}  # fmt: skip
# With these, an embargo of four years leads to where rules have their bounds: product is kept back and discarded, ore
# pays too little, mines are mothballed and open again.
AT_BOUNDS = {
    "discard_cover": 4.0, "run_low": 0.7, "cover_low": 0.7, "withhold_growth": 2.0, "mothball_years": 0.25,
    "thrift_floor": 0.7, "thrift_elasticity": 0.8, "offer_low": 0.4, "order_floor": 0.1, "reversion": 1.0,
    "inside_cover_gain": 3.5,
}  # fmt: skip


def simulation(seed: int, at_bounds: bool = False, size: int = 1) -> Simulation:
    """Ten years: a quota from 2011 that is cut in 2012 and ends with 2013, higher taxes, an embargo of 36 weeks."""
    embargo = (date(2011, 3, 2), date(2014, 12, 31)) if at_bounds else (date(2012, 9, 5), date(2013, 5, 17))
    scenario = world_scenario(
        materials=2, firms=12 * size, mines=2 * size, refiners=3 * size, links_per_buyer=4, freight=0.5, seed=seed,
        unlicensed=False, traders=False, noise=False, end=date(2019, 12, 29), embargo=embargo,
        prices=(2.7, 2.7) if at_bounds else (4.0, 8.0),
        behaviour={**BEHAVIOUR, **(AT_BOUNDS if at_bounds else {})},
        events=(
            *half_years(1000.0, 2011, 2011), *half_years(800.0, 2012, 2013),
            event("tax.one", date(2011, 5, 4), "export_tax", 25.0, materials="M1", unit="%"),
            event("tax.both", date(2016, 6, 1), "export_tax", 60.0, materials="M1;M2", unit="%"),
        ),
    )  # fmt: skip
    return Simulation(scenario, seed=seed)


def run_mesa(made: Simulation) -> ReducedWorld:
    model = ReducedWorld(made.layout, made.seed)
    for _ in range(made.layout.calendar.steps):
        model.step()
    forget(model)
    return model


def forget(model: ReducedWorld) -> None:
    """Let Mesa 3.3 forget a model; it otherwise keeps every model ever built."""
    getattr(mesa.Agent, "_ids", {}).pop(model, None)


def week(world: World, *day: int) -> int:
    return world.calendar.step_of(date(*day))


@pytest.mark.parametrize(("seed", "at_bounds"), [(1, False), (2, False), (3, False), (2, True)])
def test_engine_and_mesa_agree(seed: int, at_bounds: bool) -> None:
    made = simulation(seed, at_bounds)
    world = made.world().run()
    model = run_mesa(made)
    series = model.datacollector.model_vars
    assert set(SERIES) == set(series)
    for name in SERIES:
        np.testing.assert_allclose(
            np.array(series[name]), getattr(world.R, name), rtol=TOLERANCE, atol=TOLERANCE, err_msg=name
        )
    N, cash = world.N, world.S.cash
    accounts = {
        Firm: N.f_account, Refiner: N.r_account, Mine: N.k_account,
        ExportingState: N.c_account[N.state_of_zone[1:]], Party: N.row_account[:1],
    }  # fmt: skip
    for kind, places in accounts.items():
        held = model.agents_by_type[kind].get("cash")
        np.testing.assert_allclose(held, cash[places], rtol=TOLERANCE, atol=TOLERANCE, err_msg=f"cash of {kind}")


def test_the_world_compared_is_no_flat_line() -> None:
    world = simulation(2).world().run()
    R, home, abroad = world.R, 0, 1
    quota, cut, embargo, full, ended, lifted, taxed = (
        week(world, *day)
        for day in ((2011, 1, 3), (2012, 1, 2), (2012, 9, 10), (2013, 1, 7), (2013, 5, 13), (2014, 1, 6), (2016, 6, 6))
    )
    base = world.N.base_price
    parted = np.log(R.price[:, 0] / R.price[:, 1]) - np.log(base[0] / base[1])
    assert np.abs(parted[:quota]).max() < 0.1
    assert parted[embargo - 1].min() > 0.3
    assert parted[ended].min() > 1.0
    assert np.abs(parted[taxed - 1]).max() < 0.25
    assert parted[-1].min() > 0.3
    assert R.ask[:quota].max() == 0.0
    assert R.ask[embargo, 1] > 1.0
    assert R.licence_used[cut:embargo].sum() > 0.0
    assert R.exports[embargo : ended - 1].sum() == 0.0
    assert R.queue[full, 1, abroad] == R.queue[full + 8, 1, abroad] > 0.0  # the bonded store takes no more
    assert R.exports[lifted : lifted + 26].sum() > R.exports[cut : cut + 26].sum()
    assert R.risk[ended, abroad] > 0.5 > R.risk[ended, home]
    assert R.shortfall[:, abroad].sum() > 0.0 == R.shortfall[:, home].sum()
    assert R.price[:, 1].min() < 0.8 * base[1].min()  # at home there is too much, and mines earn too little to run full


def test_the_second_world_is_at_its_bounds() -> None:
    made = simulation(2, at_bounds=True)
    world = made.world()
    stopped, kept_back = [], []
    while world.step < made.layout.calendar.steps:
        world.advance(world.step + 1)
        stopped.append((world.S.k_state == MOTHBALLED).any())
        kept_back.append(world.S.withheld.max())
    assert any(stopped)
    assert not stopped[-1]
    assert max(kept_back) == world.P.withhold_high
    assert world.R.discarded.sum() > 0.0


def test_engine_is_a_hundred_times_faster() -> None:
    made = simulation(2, size=2)  # 48 firms, about as many as in the episode of 2010
    if made.world().run().kernel.kernel.plain:
        pytest.skip("the engine runs without native code")
    engine, slow = [], []
    for _ in range(3):
        for _ in range(10):
            world = made.world()
            start = process_time()
            world.run()
            engine.append(process_time() - start)
        model = ReducedWorld(made.layout, made.seed)
        start = process_time()
        for _ in range(made.layout.calendar.steps):
            model.step()
        slow.append(process_time() - start)
        np.testing.assert_allclose(model.datacollector.model_vars["price"], world.R.price, rtol=TOLERANCE)
        forget(model)
    ratio = median(slow) / median(engine)
    assert ratio > TIMES_FASTER, f"{ratio:.0f} times: {1e3 * median(slow):.0f} ms and {1e3 * median(engine):.2f} ms"
