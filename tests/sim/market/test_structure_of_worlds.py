"""Columns in which worlds differ by nature: stocks, contracts, growth, by-products, loading. Each does what it says."""

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from chokepoint.experiments.economics import acts
from chokepoint.experiments.economics.worlds import UNIT, one_exporter
from chokepoint.sim.network.structure import TRADER
from chokepoint.sim.scenario.tables import Scenario
from chokepoint.sim.simulation import Simulation

ACT, WEEKS = 20, 80


def run(scenario: Scenario, *changes: Any, weeks: int = WEEKS) -> Any:
    """A quiet world over some weeks, run; a fault of mass, money or signs fails."""
    scenario = scenario.model_copy(update={"end": scenario.start + timedelta(days=7 * weeks - 1)})
    for change in changes:
        scenario = change(scenario)
    world = Simulation(scenario, behaviour={"noise_trait": 0.0, "noise_demand": 0.0}).world().run()
    assert world.check() == []
    return world


def with_firms(scenario: Scenario, country: str, **cells: Any) -> Scenario:
    """A world whose users in a country have other cells."""
    firms = tuple(
        row.model_copy(update=cells) if row.country == country and row.sector != "trader" else row
        for row in scenario.firms
    )
    return scenario.model_copy(update={"firms": firms})


def test_users_hold_the_months_of_use_that_the_table_says() -> None:
    usual, other = one_exporter(), with_firms(one_exporter(), "J", stock_months=9.0)
    worlds = [run(world, weeks=2) for world in (usual, other)]
    held = [world.R.stock[0, world.countries.index("J"), 0] for world in worlds]
    assert held[1] - held[0] == pytest.approx(6.0 / 12.0 * 30.0 * UNIT, rel=1e-6)  # six months more of 30 units


def with_traders(scenario: Scenario, spare: float) -> Scenario:
    """A world part of whose traders' stock nobody needs to work with."""
    firms = tuple(
        row.model_copy(update={"spare_stock_share": spare}) if row.sector == "trader" else row for row in scenario.firms
    )
    return scenario.model_copy(update={"firms": firms})


def test_stock_that_nobody_needs_to_work_with_is_counted_on_whole_and_makes_a_shortage_milder() -> None:
    stop = acts.embargo("X", ACT, heard=ACT, value=20.0, unit="%")
    worlds = [run(with_traders(one_exporter(), spare), stop) for spare in (0.0, 0.5, 1.0)]
    outside = worlds[0].countries.index("J")
    held = worlds[0].R.stock[0, outside, 0]
    for world, spare in zip(worlds, (0.0, 0.5, 1.0), strict=True):
        traders = world.N.f_kind[world.N.s_firm] == TRADER
        usual = world.S.usual[traders & (world.N.s_country == outside)].sum()
        assert 0.0 < usual < held
        assert world.S.spare_stock[world.N.q_of[outside, 0]] == pytest.approx(spare * usual, rel=0.05)
        assert world.R.price_of[:ACT, outside, 0] == pytest.approx(world.R.price_of[0, outside, 0], rel=1e-3)
    half_a_year = [world.R.price_of[ACT + 26, outside, 0] for world in worlds]
    assert half_a_year[0] > 1.02 * half_a_year[1] > 1.02**2 * half_a_year[2]


def test_a_part_on_contract_is_paid_at_a_price_that_follows_the_quote() -> None:
    stop = acts.embargo("X", ACT, heard=ACT)
    free, bound = (run(one_exporter(on_contract=share), stop) for share in (0.0, 0.5))
    j = bound.countries.index("J")
    quote, contract, paid = bound.R.price_of[:, j, 0], bound.R.contract[:, j, 0], bound.R.paid[:, j, 0]
    assert np.allclose(free.R.price_of, bound.R.price_of, rtol=1e-9)  # a contract moves money, not what is used
    assert np.allclose(free.R.paid, free.R.price_of, rtol=1e-12)
    followed = 1.0 - np.exp(-bound.dt / 0.4)  # of the way to the quote, each week
    step = contract[ACT + 1] - contract[ACT]
    assert step == pytest.approx(followed * (quote[ACT] - contract[ACT]), rel=1e-6)
    assert np.allclose(paid[:ACT], quote[:ACT], rtol=1e-3)
    dear = slice(ACT + 1, ACT + 14)
    assert (paid[dear] < 0.8 * quote[dear]).all()
    assert (paid[dear] > 0.5 * quote[dear]).all()  # at most half is paid at the contract price
    spent = [world.R.bill[:, j].sum() for world in (free, bound)]
    assert spent[1] < 0.9 * spent[0]


def test_use_of_a_firm_grows_from_the_day_that_the_table_says() -> None:
    world = run(with_firms(one_exporter(), "J", growth_per_year=0.1, growth_from=date(2010, 7, 5)))
    planned = world.X.activity[:, world.layout.firms.index("J industry")]
    begins = world.calendar.step_of(date(2010, 7, 5))
    assert (planned[: begins + 1] == 1.0).all()
    assert planned[begins + 26] == pytest.approx(np.exp(0.1 * 26 * 7 / 365.25), rel=1e-9)
    assert world.R.price_of[-1].min() > 1.02 * world.R.price_of[begins].min()


def test_a_by_product_answers_its_own_price_by_what_it_is_worth_in_its_ore() -> None:
    def ninth(scenario: Scenario) -> Scenario:
        mines = tuple(row.model_copy(update={"host_share": 0.9}) for row in scenario.mines)
        return scenario.model_copy(update={"mines": mines})

    use_more = acts.use_times(1.2, ACT, ["J", "E", "S"])
    own, by_product = run(one_exporter(), use_more), run(one_exporter(), ninth, use_more)
    rise = [np.log(w.R.mined[ACT + 26].sum() / w.R.mined[ACT - 2].sum()) for w in (own, by_product)]
    assert 0.0 < rise[1] < 0.3 * rise[0]
    assert by_product.R.price_of[ACT + 26].min() > 1.1 * own.R.price_of[ACT + 26].min()


def test_a_port_loads_what_the_table_says_and_then_grows() -> None:
    def ports(loading: float) -> Any:
        def change(scenario: Scenario) -> Scenario:
            lags = tuple(row.model_copy(update={"loading": loading}) for row in scenario.lags)
            return scenario.model_copy(update={"lags": lags})

        return change

    start = acts.first_quota_week(one_exporter())
    told = acts.quotas("X", [900.0] * 4, heard=start - 8)  # a third of free exports, known eight weeks ahead
    most = []
    for loading in (1.1, 3.0):
        world = run(one_exporter(), ports(loading), told, weeks=start + 4)
        legal = (world.N.v_legal > 0) & (world.N.v_flow > 0)
        ahead = world.R.flow[start - 8, legal]
        most.append(float((ahead / (world.N.v_flow[legal] * world.dt)).max()))
    assert most[0] == pytest.approx(1.1, abs=0.02)
    assert most[1] > 1.5
