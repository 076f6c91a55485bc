"""Delays of transport: cargo of the weeks named arrives late, and nothing else changes before."""

from datetime import date

import numpy as np
import pytest

from chokepoint.sim import BadInput, Simulation
from tests.builders import differences, event, world_scenario

FIRST, LAST = date(2011, 1, 3), date(2011, 3, 6)


def late(weeks: float, **cells):  # type: ignore[no-untyped-def]
    return event("late", FIRST, "transit_delay", weeks, end=LAST, unit="weeks", **{"target": "Importia", **cells})


def run_with(*acts):  # type: ignore[no-untyped-def]
    scenario = world_scenario(events=acts, end=date(2012, 12, 30), noise=False)
    return Simulation(scenario).world(0).run()


def test_cargo_of_nine_weeks_arrives_three_weeks_late() -> None:
    free, bound = run_with(), run_with(late(3.0))
    start, lag = free.calendar.step_of(FIRST), 5
    to, origin = free.countries.index("Importia"), free.countries.index("Exportia")
    assert differences(free, bound, start) == []
    arrived = bound.R.arrivals[:, to, origin]
    usual = free.R.arrivals[start, to, origin]
    assert np.allclose(arrived[start : start + lag], usual, rtol=0.02)  # what was at sea comes in time
    assert (arrived[start + lag : start + lag + 3] == 0.0).all()
    assert (arrived[start + lag + 3 : start + lag + 9] > 0.5 * usual).all()
    last = bound.calendar.step_of(LAST)
    both = arrived[last + lag + 1 : last + lag + 4]  # late cargo and cargo in time land together
    assert (both > 1.5 * usual).all()
    assert not bound.check()


def test_a_delay_of_no_weeks_is_no_delay_and_home_cargo_is_never_late() -> None:
    assert differences(run_with(), run_with(late(0.0))) == []
    with pytest.raises(BadInput, match="acts against itself"):
        run_with(late(3.0, target="Exportia"))
