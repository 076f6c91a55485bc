"""Export licences: they lapse with the year, are never overdrawn, and cost one rent a gross tonne."""

from datetime import date
from typing import Any

import numpy as np
import pytest

from chokepoint.sim import Simulation
from chokepoint.sim.politics.governed import GovernedWorld
from chokepoint.sim.scenario.tables import Event
from tests.builders import event, half_years, world_scenario

YEARS = (2011, 2012)


def world_with(*acts: Event, **options: Any) -> GovernedWorld:
    """A fresh world of two countries without noise under some acts."""
    options = {"noise": False, "freight": 0.5, "end": date(2013, 12, 29), **options}
    return Simulation(world_scenario(events=acts, **options)).world()


def free_exports(**options: Any) -> float:
    """Legal exports of a half-year without a quota, t gross."""
    world = world_with(**options).run()
    return float(world.R.exports[52:104].sum() / 2.0)


def left(world: GovernedWorld) -> float:
    """Licences that are good now, t gross."""
    return float(world.I.licence.sum())


@pytest.mark.parametrize("share", [0.3, 0.9, 1.5])
@pytest.mark.parametrize("noise", [False, True])
def test_licences_lapse_with_the_year_and_are_never_overdrawn(share: float, noise: bool) -> None:
    tonnes = share * free_exports(materials=2)
    world = world_with(*half_years(tonnes, *YEARS), materials=2, noise=noise)
    turn = {nearest(world, date(y, 1, 1)) for y in YEARS}
    kept, used, there = 0.0, 0.0, 0.0
    while world.step < nearest(world, date(2012, 12, 31)):
        before = left(world)
        world.advance(world.step + 1)
        used = float(world.R.licence_used[world.step - 1].sum())
        assert world.I.licence.min() >= 0.0
        new = left(world) + used  # what was good in this week
        if world.step - 1 in turn:
            assert new == pytest.approx(tonnes, rel=1e-9)  # nothing of the year before
        elif new > before + 1e-6:
            assert new == pytest.approx(before + tonnes, rel=1e-9)
        else:
            assert new == pytest.approx(before, rel=1e-9)
        assert used <= new * (1.0 + 1e-9)
        assert used == pytest.approx(float(world.R.exports[world.step - 1].sum()) if new > 0.0 else 0.0, rel=1e-6)
        there, kept = max(there, new), left(world)
    assert there > 1.2 * tonnes or share < 1.0  # within a year those of the half before stay good
    assert kept < 0.05 * tonnes or share > 1.0
    assert world.check() == []


def nearest(world: GovernedWorld, day: date) -> int:
    return round((day - world.calendar.start).days / world.calendar.step_days)


def test_what_was_left_stays_good_where_the_state_says_so() -> None:
    tonnes = 1.5 * free_exports()
    carried = event("carry", date(2012, 1, 1), "quota_carry_over", end=date(2012, 12, 31))
    lapse, carry = (world_with(*half_years(tonnes, *YEARS), *acts) for acts in ([], [carried]))
    step = nearest(lapse, date(2012, 1, 1))
    for world in (lapse, carry):
        world.advance(step)
    before = left(carry)
    assert before > 0.0
    for world in (lapse, carry):
        world.advance(step + 1)
    assert left(carry) == pytest.approx(left(lapse) + before, rel=1e-9)


def test_a_slack_quota_has_no_rent() -> None:
    free = world_with(materials=2).run()
    bound = world_with(*half_years(1.5 * free_exports(materials=2), *YEARS), materials=2).run()
    first, last = nearest(bound, date(2011, 1, 3)), nearest(bound, date(2012, 12, 31))
    assert bound.R.ask[first:last].max() < 1e-6
    assert bound.R.price[first:last] == pytest.approx(free.R.price[first:last], rel=1e-3)


@pytest.mark.parametrize("share", [0.9, 0.6])
def test_a_binding_quota_has_one_rent_per_gross_tonne(share: float) -> None:
    tonnes = share * free_exports(materials=2)
    world = world_with(*half_years(tonnes, *YEARS), materials=2)
    first, last = nearest(world, date(2011, 1, 3)) + 4, nearest(world, date(2012, 12, 31))
    world.run()
    N, R = world.N, world.R
    legal = N.v_zone > 0
    price = R.price_of[first:last, N.q_country, N.q_mat]
    here, there = price[:, N.v_here[legal]], price[:, N.v_there[legal]]
    margin = (there * np.exp(-N.v_cost[legal]) - here * (1.0 + R.taxed[first:last, legal])) / N.v_gross[legal]
    carries = R.flow[first:last, legal] > 1e-3 * N.v_flow[legal] * world.dt
    rent = np.broadcast_to(R.ask[first:last, 1:2], margin.shape)
    # what a kilogram earns beyond price, tax and freight is the rent, but for the width of a passage
    assert np.abs(margin - rent)[carries].max() < 0.01 * there[carries].max()
    assert rent[rent > 0.0].mean() > 0.05 * here.mean()
    gone = R.licence_used.sum(axis=1)
    assert gone[first:last].sum() <= 4.0 * tonnes * (1.0 + 1e-9)
    assert gone[first - 4 : last].sum() > 0.9 * 4.0 * tonnes
    assert R.rent.sum() == pytest.approx((R.ask * R.exports.sum(axis=2)).sum(), rel=1e-6)


def test_licences_used_are_shared_by_what_holders_have() -> None:
    world = world_with(*half_years(0.8 * free_exports(), *YEARS), refiners=3).run()
    used = world.R.licence_used.sum(axis=0)
    holders = world.N.r_licence_share > 0.0
    assert not used[~holders].any()
    assert used[holders] / used.sum() == pytest.approx(world.N.r_licence_share[holders], rel=1e-6)
