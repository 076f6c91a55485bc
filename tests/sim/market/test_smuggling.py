"""Smugglers follow the gap of prices across the border, up to a share of what was exported freely."""

from datetime import date
from typing import Any

import numpy as np
import pytest

from chokepoint.sim import Simulation
from chokepoint.sim.market.world import World
from chokepoint.sim.scenario.tables import Event
from tests.builders import event, world_scenario

FIRST = date(2011, 1, 3)
LATER = 26  # weeks in which routes are built


def run_with(*acts: Event, **options: Any) -> World:
    """The finished world of two countries without noise under some acts."""
    world = Simulation(world_scenario(events=acts, noise=False, freight=0.5, **options)).world().run()
    assert world.check() == []
    return world


def smuggled(world: World) -> np.ndarray:
    """Tonnes past the border in each week."""
    return np.asarray(world.R.flow[:, world.N.v_legal == 0].sum(axis=1))


def test_smuggling_grows_with_the_gap_and_over_time() -> None:
    taxes = (10.0, 40.0, 80.0, 160.0)  # the first is that of the base year
    worlds = [run_with(event("dearer", FIRST, "export_tax", t, materials="M1", unit="%")) for t in taxes]
    step = worlds[0].calendar.step_of(FIRST)
    later = [smuggled(w)[step + LATER] for w in worlds]
    assert later == sorted(later)
    assert min(np.diff(later)) > 0.0
    gaps = [np.log(w.R.price[step + LATER, 0, 0] / w.R.price[step + LATER, 1, 0]) for w in worlds]
    assert gaps == sorted(gaps)
    for world in worlds[1:]:
        assert smuggled(world)[step + LATER] > smuggled(world)[step + 1] > smuggled(world)[step - 1]


def test_smuggling_is_bounded_by_free_exports_and_ends_with_the_gap() -> None:
    last = date(2013, 1, 6)
    world = run_with(event("shut", FIRST, "embargo", target="Importia", end=last))
    N, P = world.N, world.P
    past = N.v_legal == 0
    first, end = world.calendar.step_of(FIRST), world.calendar.step_of(last)
    most = (N.v_flow[past] + P.smuggled_most * N.v_flow[N.v_twin[past]]).sum() * world.dt
    assert smuggled(world)[first:end].max() <= most * (1.0 + 1e-9)
    assert smuggled(world)[end] > 0.8 * most
    assert smuggled(world)[end + 52] < 0.5 * smuggled(world)[end]
    assert world.R.leaked[first:end].sum() == pytest.approx(smuggled(world)[first:end].sum(), rel=1e-6)  # oxide


def test_smugglers_pay_neither_tax_nor_rent_and_need_no_licence() -> None:
    world = run_with(quota_t=500.0)
    past, first = world.N.v_legal == 0, world.calendar.step_of(FIRST)
    assert not world.R.taxed[:, past].any()
    assert not world.R.rented[:, past].any()
    assert world.R.rented[first:, ~past].max() > 0.0
    assert smuggled(world)[first + LATER] > 2.0 * smuggled(world)[first - 1]


def test_where_nobody_smuggles_nothing_passes_a_shut_border() -> None:
    world = run_with(event("shut", FIRST, "embargo", target="Importia"), unlicensed=False)
    first = world.calendar.step_of(FIRST)
    assert (world.N.v_legal == 1).all()
    assert world.R.leaked.sum() == 0.0
    assert world.R.flow[first:].sum() == 0.0
