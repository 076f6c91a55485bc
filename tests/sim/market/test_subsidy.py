"""A subsidy of output: the state pays, prices fall by as much where supply answers, and money is balanced."""

from datetime import date

import numpy as np
import pytest

from chokepoint.sim import Simulation
from tests.builders import differences, event, world_scenario

FIRST = date(2011, 1, 3)


def run_with(*acts):  # type: ignore[no-untyped-def]
    scenario = world_scenario(events=acts, end=date(2014, 12, 28), noise=False, unlicensed=False)
    return Simulation(scenario).world(0).run()


def paid(per_cent: float, **cells):  # type: ignore[no-untyped-def]
    return event("paid", FIRST, "production_subsidy", per_cent, unit="%", **cells)


def test_both_prices_fall_by_the_share_that_the_state_pays() -> None:
    free, bound = run_with(), run_with(paid(20.0))
    start = free.calendar.step_of(FIRST)
    assert differences(free, bound, start) == []
    inside = np.log(bound.R.price[-1, 1, 0] / free.R.price[-1, 1, 0])
    assert -0.30 < inside < -0.10  # ln 0.8 = -0.22, less what people then use more, more by the habitual price
    outside = np.log(bound.R.price[-1, 0, 0] / free.R.price[-1, 0, 0])
    assert outside == pytest.approx(inside, abs=0.03)


def test_the_state_pays_for_what_is_refined() -> None:
    free, bound = run_with(), run_with(paid(20.0))
    state = [bound.layout.accounts.index("Exportia")]
    cost = (free.S.cash - bound.S.cash)[state].sum()
    start = free.calendar.step_of(FIRST)
    works = [i for i, name in enumerate(bound.layout.refiners) if name.startswith("Works")]
    made = 0.95 * bound.R.refined[start:, works].sum()
    duty = (free.R.tax - bound.R.tax).sum()
    assert cost == pytest.approx(made * 0.2 * bound.N.base_price[1, 0] + duty, rel=1e-9)
    assert not bound.check()


def test_a_subsidy_of_nothing_is_none() -> None:
    assert differences(run_with(), run_with(paid(0.0))) == []
