"""The mechanism behind an answer taken away: the answer goes."""

import numpy as np
import pytest

from chokepoint.experiments.docking import (
    cascade,
    contagion,
    cooperation,
    crowding,
    dependence,
    duration,
    substitution,
    transitory,
)
from chokepoint.experiments.docking.docked import Docking
from chokepoint.experiments.economics.spatial_market import SpatialMarket
from chokepoint.experiments.systems.contagion import PLAUSIBLE, STATES


def kept(docking: Docking, part: str, value: float) -> bool:
    (question,) = (each for each in docking.asked if each.part == part)
    return question.kept(value)


def test_a_cascade_that_tries_again_is_not_the_papers() -> None:
    found = cascade.gaps()
    assert found["lost"].max() < 1e-9 < found["retries"].max()


def test_where_nobody_may_fill_the_gap_a_restricted_tonne_costs_more() -> None:
    four = contagion.elasticities({}, STATES)
    assert four[0.1] > PLAUSIBLE[1]
    assert four[0.2] > four[0.1]


def test_free_trade_has_no_premium_over_itself() -> None:
    free = transitory.prices(transitory.ways()["free trade"], {})
    assert transitory.premium(free, free, transitory.LIGHT) == pytest.approx(np.ones(len(transitory.YEARS)))
    assert not kept(transitory.DOCKINGS[0], "heavy", transitory.premia(free, free)["heavy"])


def test_where_lines_stop_no_loss_explodes() -> None:
    market = SpatialMarket()
    near = [substitution.loss(market, e, {}, choke=substitution.CHOKE)[0] for e in (0.02, 0.1)]
    assert not kept(substitution.DOCKINGS[0], "near", near[0] / near[1])


def test_the_papers_formula_by_hand() -> None:
    # A tenth less energy at a share of 4 %: some .4 %, 1.6 % at .04, and 10 % where nothing substitutes.
    assert 100.0 * substitution.INPUT_SHARE * substitution.published(1.0, 0.9) == pytest.approx(0.42, abs=0.005)
    assert 100.0 * substitution.INPUT_SHARE * substitution.published(0.04, 0.9) == pytest.approx(1.57, abs=0.005)
    assert 100.0 * substitution.INPUT_SHARE * substitution.published(1e-3, 0.9) == pytest.approx(10.0, rel=0.05)


def test_an_empty_reserve_crowds_nothing_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crowding, "DAYS", 0.0)
    displaced = 100.0 * crowding.crowded_out(SpatialMarket(), crowding.MILD, {})
    assert displaced == pytest.approx(0.0, abs=1e-6)
    assert not kept(crowding.DOCKINGS[0], "mild", displaced)


def test_without_rivals_power_wanes_less() -> None:
    market = SpatialMarket()
    ratios, a_year = {}, {}
    for challenged in (True, False):
        free, short, long_ = (
            duration.course(market, years, {}, challenged)[0] for years in (0, duration.SHORT, duration.LONG)
        )
        gained = [duration.discounted(each) - duration.discounted(free) for each in (long_, short)]
        a_year[challenged] = gained[0] / duration.LONG / (gained[1] / duration.SHORT)
        gain = long_ - free
        ratios[challenged] = gain[duration.WANING].mean() / gain[:2].mean()
    assert kept(duration.DOCKINGS[0], "waning", ratios[True])
    assert not kept(duration.DOCKINGS[0], "waning", ratios[False])
    assert kept(duration.DOCKINGS[0], "a year", a_year[True])
    assert not kept(duration.DOCKINGS[0], "a year", a_year[False])


def test_users_who_substitute_easily_make_power_less_convex() -> None:
    easy = {"use_elasticity": 1.0, "use_elasticity_long": 1.5, **dependence.CES}
    low, high = (dependence.SHARES.index(share) for share in (dependence.LOW, dependence.HIGH))
    harm = dependence.harm(SpatialMarket(), easy)
    assert not kept(dependence.DOCKINGS[0], "ratio", harm[high] / harm[low])


def test_states_that_live_off_each_other_build_less_than_together() -> None:
    # What one builds costs it 3 and saves both 2: each for itself builds nothing, together both build.
    table = np.array([[[0.0, 0.0], [2.0, -1.0]], [[-1.0, 2.0], [1.0, 1.0]]])
    choices = [cooperation.NOTHING, cooperation.Plan(60.0, 1.0)]
    alone, both = cooperation.equilibrium(table), cooperation.together(table)
    assert (alone, both) == ((0, 0), (1, 1))
    held = [cooperation.mean(pair, choices, lambda plan: plan.days) for pair in (alone, both)]
    assert not kept(cooperation.DOCKINGS[0], "build", held[0] / held[1])
