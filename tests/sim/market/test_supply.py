"""Mines answer the worth of their ore within spare capacity and over years; ore that is held stays away by days."""

from datetime import date
from math import log
from typing import Any

import numpy as np
import pytest

from chokepoint.agents import mine as rules
from chokepoint.sim import Simulation
from chokepoint.sim.market.mechanisms.mining import CAMPAIGN, CAMPAIGN_UP
from chokepoint.sim.market.mechanisms.refining import FEED_MONTHS
from chokepoint.sim.politics.governed import GovernedWorld
from chokepoint.sim.scenario.tables import Event
from tests.builders import event, world_scenario

WEEK = 7.0 / 365.25


def world_with(*acts: Event, **options: Any) -> GovernedWorld:
    """A fresh world of two countries without noise under some acts."""
    return Simulation(world_scenario(events=acts, **{"noise": False, "freight": 0.5, **options})).world()


def test_output_follows_the_worth_of_ore_within_spare_capacity() -> None:
    """Prices are set by hand; what mines ship is worked out: 7000 t of 9100, 1000 t of 1000."""
    world = world_with(unlicensed=False)
    N, S, P = world.N, world.S, world.P
    k, far = world.mines.index("Pit 1"), world.mines.index("Far Creek")
    first = S.price_of.copy()
    for factor in (0.5, 0.9, 1.0, 1.1, 2.0, 50.0):
        S.price_of[:] = factor * first
        S.k_seen[:], S.k_answer[:] = 0.0, 0.0
        world.kernel.phase("mining", 0, world.dt)
        late = (P.supply_elasticity_long - P.supply_elasticity) * log(factor)
        late *= (1.0 - np.exp(-WEEK / 0.5)) * (1.0 - np.exp(-WEEK / P.supply_years))  # the first week of many
        for mine, spare in ((k, 0.3), (far, 0.02)):
            expected, _ = rules.output(log(factor), float(N.k_base[mine]), P.supply_elasticity, spare)
            assert S.k_output[mine] == pytest.approx(expected * np.exp(late) * WEEK, rel=1e-6)
            assert S.k_output[mine] <= (1.0 + spare) * N.k_base[mine] * np.exp(max(0.0, late)) * WEEK * (1.0 + 1e-12)


def test_over_years_output_grows_by_the_long_run_elasticity() -> None:
    world = world_with(unlicensed=False)
    S, P, k = world.S, world.P, world.mines.index("Pit 1")
    S.price_of[:] *= 1.2
    for _ in range(int(20.0 * P.supply_years / WEEK)):
        world.kernel.phase("mining", 0, world.dt)
    at_once, _ = rules.output(log(1.2), 7000.0, P.supply_elasticity, 0.3)
    long_run = (P.supply_elasticity_long - P.supply_elasticity) * log(1.2)
    assert S.k_output[k] == pytest.approx(at_once * np.exp(long_run) * WEEK, rel=1e-6)


def test_a_mine_abroad_answers_a_cut_and_one_at_home_gives_way() -> None:
    cut = event("shut", date(2011, 1, 3), "embargo", target="Importia", end=date(2012, 1, 1))
    world = world_with(cut).run()
    step = world.calendar.step_of(date(2011, 6, 6))
    mined = world.R.mined[step] / world.R.mined[0]
    abroad, home = (mined[world.mines.index(name)] for name in ("Far Creek", "Pit 1"))
    assert abroad > 1.0 > home


def test_ore_is_held_by_days() -> None:
    # Thursday 5 to Wednesday 18 January 2012: 4 days of a first week, all of a second, 3 of a third are held
    hold = event("hold", date(2012, 1, 5), "ore_hold", target="Far Creek", end=date(2012, 1, 18))
    world, calm = world_with(hold).run(), world_with().run()
    t, k, other = world.calendar.step_of(date(2012, 1, 5)), world.mines.index("Far Creek"), world.mines.index("Pit 1")
    mined = world.R.mined[t - 1 : t + 4, k] / calm.R.mined[t - 1 : t + 4, k]
    # the mine answers the price that the hold moves, by a little
    assert mined == pytest.approx([1.0, 3.0 / 7.0, 0.0, 4.0 / 7.0, 1.0], abs=0.01)
    assert mined[1] == pytest.approx(3.0 / 7.0, rel=1e-9)  # nothing has moved yet
    assert (world.R.mined[t : t + 3, other] > 0.0).all()
    r = world.layout.refiners.index("Far Works")
    missing = (calm.R.refined - world.R.refined)[t : t + 26, r]
    assert missing[0] == pytest.approx(4.0 / 7.0 * calm.R.mined[t, k] * WEEK * 12.0 / FEED_MONTHS, rel=1e-6)
    assert missing.sum() == pytest.approx(2.0 * calm.R.mined[t, k], rel=0.05)


def test_ore_is_held_to_the_end_where_no_end_is_known() -> None:
    hold = event("hold", date(2012, 1, 2), "ore_hold", target="Far Creek;Night Diggings")
    world = world_with(hold).run()
    t = world.calendar.step_of(date(2012, 1, 2))
    for name in ("Far Creek", "Night Diggings"):
        mined = world.R.mined[:, world.mines.index(name)]
        assert (mined[:t] > 0.0).all()
        assert not mined[t:].any()


def test_a_production_quota_binds_legal_mines_of_its_group_and_raises_the_price() -> None:
    quota = event("limit", date(2011, 1, 3), "production_quota", 5000.0, kind="light", unit="t/year")
    world = world_with(quota).run()
    t = world.calendar.step_of(date(2011, 1, 3))
    mined = world.R.mined[t:, world.mines.index("Pit 1")]
    assert mined.max() == pytest.approx(5000.0 * WEEK, rel=1e-9)
    price, calm = world.R.price[:, 0, 0], world_with().run().R.price[:, 0, 0]
    assert price[:t] == pytest.approx(calm[:t], rel=1e-9)
    assert (price[t : t + 53] > calm[t : t + 53]).all()
    assert (np.diff(price[t : t + 53 : 13]) > 0.0).all()  # by quarters: what holders expect dips now and then
    other = world.R.mined[:, world.mines.index("Night Diggings")]
    assert other[t + 52] > other[t - 1]


def test_a_campaign_stops_a_part_of_unlicensed_mines_and_fades() -> None:
    first, last = date(2011, 1, 3), date(2011, 12, 25)
    world, calm = world_with(event("campaign", first, "enforcement", end=last)).run(), world_with().run()
    k = world.mines.index("Night Diggings")
    t, end = world.calendar.step_of(first), world.calendar.step_of(last)
    left = world.R.mined[:, k] / calm.R.mined[:, k]
    taken = CAMPAIGN * (1.0 - np.exp(-CAMPAIGN_UP * WEEK * np.arange(1, 9)))
    assert left[t : t + 8] == pytest.approx(1.0 - taken, abs=0.01)
    assert left[end] == pytest.approx(1.0 - CAMPAIGN, abs=0.03)
    assert left[end + 104] > 0.95
    pit = world.mines.index("Pit 1")
    assert world.R.mined[end, pit] > calm.R.mined[end, pit]
