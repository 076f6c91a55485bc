"""Export licences: a wait, and a share refused, on numbers worked by hand."""

from datetime import date
from math import exp

import numpy as np
import pytest

from chokepoint.sim import Simulation
from chokepoint.sim.market.rules.border import approval
from chokepoint.sim.scenario.problems import BadInput
from tests.builders import differences, event, world_scenario

FIRST, LAST = date(2011, 1, 3), date(2011, 12, 25)
CALM = {"shortfall_gain": 0.0, "supplier_trust": 0.0, "use_elasticity": 0.0}


def run_with(*acts, **options):  # type: ignore[no-untyped-def]
    scenario = world_scenario(events=acts, end=date(2013, 12, 29), noise=False, traders=False, **options)
    return Simulation(scenario, behaviour=CALM).world(0).run()


def exports(world):  # type: ignore[no-untyped-def]
    z, c = 1, world.countries.index("Importia")
    return (world.R.exports + world.R.exports_open)[:, z, c]


def test_the_share_decided_in_a_week_gives_the_mean_wait() -> None:
    assert approval(9.0, 7.0 / 365.25) == pytest.approx(1.0 - exp(-1.0 / 9.0))
    left = (1.0 - approval(9.0, 7.0 / 365.25)) ** np.arange(1000)
    assert left.sum() == pytest.approx(9.5, abs=0.1)  # weeks, the week of arrival counted whole


def test_a_wait_holds_its_weeks_of_cargo_and_then_lets_all_pass() -> None:
    licence = event("licence", FIRST, "export_licence", 45.0, target="Importia", end=LAST, unit="working days")
    free, bound = run_with(), run_with(licence)
    start, end = free.calendar.step_of(FIRST), free.calendar.step_of(LAST)
    assert differences(free, bound, start) == []
    usual = exports(free)[start - 1]
    assert exports(bound)[start] < 0.2 * usual
    waiting = bound.R.queue[end - 1, 1, bound.countries.index("Importia")]
    assert 7.0 * usual < waiting < 12.0 * usual  # nine weeks of cargo, and orders to make up for them
    assert exports(bound)[end - 8 : end].mean() > 0.9 * usual
    assert not bound.check()


def test_refusals_keep_their_share_at_home() -> None:
    refusal = event("refusal", FIRST, "licence_refusal", 30.0, target="Importia", end=LAST, unit="%")
    free, bound = run_with(unlicensed=False), run_with(refusal, unlicensed=False)
    start, end = free.calendar.step_of(FIRST), free.calendar.step_of(LAST)
    assert differences(free, bound, start) == []
    # In the first week 30 % of what is asked is refused; later firms ask for more, and others supply no more.
    assert exports(bound)[start] == pytest.approx(0.7 * exports(free)[start], rel=1e-6)
    assert exports(bound)[start:end].sum() < exports(free)[start:end].sum()
    assert bound.S.price[0, 0] > 0.0
    assert bound.R.price[start + 20, 0, 0] > free.R.price[start + 20, 0, 0]
    assert bound.R.price[start + 20, 1, 0] < free.R.price[start + 20, 1, 0]
    assert not bound.check()


@pytest.mark.parametrize(
    ("instrument", "value", "unit", "says"),
    [
        ("licence_refusal", 130.0, "%", "0 to 100 %"),
        ("export_licence", 45.0, "kt", "working days"),
        ("production_subsidy", 95.0, "%", "0 to 90 %"),
        ("transit_delay", 40.0, "weeks", "0 to 26 weeks"),
        ("transit_delay", None, "weeks", "0 to 26 weeks"),
    ],
)
def test_a_value_out_of_range_or_in_another_unit_is_refused(instrument, value, unit, says) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(BadInput, match=says):
        world_scenario(events=[event("x", FIRST, instrument, value, target="Importia", unit=unit)])


def test_a_destination_that_does_not_exist_is_refused() -> None:
    with pytest.raises(BadInput, match="Importia"):
        world_scenario(events=[event("x", FIRST, "export_licence", 45.0, target="Imporia", unit="working days")])
