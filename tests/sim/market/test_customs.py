"""What customs lets pass: permits, refusals, inspections and holds in tonnes of the base year, worked by hand."""

from datetime import date
from typing import Any

import numpy as np
import pytest

from chokepoint.sim import Simulation
from chokepoint.sim.market.mechanisms.customs import COUNTER, STREAM_WEEKS
from chokepoint.sim.market.world import World
from chokepoint.sim.scenario.problems import BadInput
from chokepoint.sim.scenario.tables import Event
from tests.builders import differences, event, world_scenario

FIRST, LAST = date(2011, 1, 3), date(2011, 12, 25)  # a Monday and a Sunday


def run_with(*acts: Event, **options: Any) -> World:
    """The finished world of two countries without noise under some acts."""
    scenario = world_scenario(events=acts, end=date(2013, 12, 29), noise=False, freight=0.5, **options)
    world = Simulation(scenario).world(0).run()
    assert world.check() == []
    return world


def act(instrument: str, value: float | None = None, **cells: Any) -> Event:
    return event(instrument, FIRST, instrument, value, **{"target": "Importia", "end": LAST, **cells})


def exports(world: World) -> np.ndarray:
    """Legal exports to Importia over those of the base year, week by week."""
    z, c = 1, world.countries.index("Importia")
    tonnes = (world.R.exports + world.R.exports_open)[:, z, c]
    return np.asarray(tonnes / (world.N.v_flow[world.N.v_zone > 0].sum() * world.dt))


def steps(world: World) -> tuple[int, int]:
    """The first step of the acts, and the one after their last."""
    return world.calendar.step_of(FIRST), world.calendar.step_of(LAST) + 1


def test_a_permit_office_lets_nothing_out_before_its_first_decisions_and_then_a_rising_stream() -> None:
    weeks = 9
    bound = run_with(act("export_licence", 5.0 * weeks, unit="working days"))
    start, end = steps(bound)
    assert differences(run_with(), bound, start) == []
    found = exports(bound)
    assert found[start - 1] == pytest.approx(1.0, rel=0.01)
    assert not found[start : start + weeks].any()
    since = np.arange(end - start) - weeks
    decided = np.clip(since / STREAM_WEEKS, 0.0, 1.0)
    whole = weeks + int(STREAM_WEEKS)
    # buyers who went without take all that is decided until the office keeps up; then it is no limit
    assert found[start : start + whole] == pytest.approx(decided[:whole], abs=0.01)
    assert (np.diff(found[start + weeks : start + whole]) > 0.0).all()
    assert found[start + whole + 1] > 1.0


@pytest.mark.parametrize("share", [0.3, 0.8])
def test_refused_tonnes_are_a_share_of_the_base_year_whatever_is_asked(share: float) -> None:
    bound = run_with(act("licence_refusal", 100.0 * share, unit="%"), unlicensed=False)
    start, end = steps(bound)
    assert differences(run_with(unlicensed=False), bound, start) == []
    assert (exports(bound)[start:end] <= (1.0 - share) * (1.0 + 1e-9)).all()
    assert exports(bound)[start : start + 26] == pytest.approx(np.full(26, 1.0 - share), rel=0.01)


def test_the_same_cut_in_other_words_lets_the_same_tonnes_pass() -> None:
    share = 0.7  # of days held, of applications refused, or more opened than the counter can clear
    normal = 0.1
    held = run_with(act("licence_refusal", 100.0 * share, unit="%"))
    opened = run_with(act("inspection", 100.0 * COUNTER * normal / (1.0 - share), unit="% of cargos"))
    start, _ = steps(held)
    assert exports(opened)[start : start + 26] == pytest.approx(exports(held)[start : start + 26], rel=1e-6)
    price = opened.R.price[start : start + 26, 0] / held.R.price[start : start + 26, 0]
    assert price == pytest.approx(np.ones((26, 1)), rel=0.05)


def test_inspections_within_what_the_counter_can_clear_change_nothing() -> None:
    free, bound = run_with(), run_with(act("inspection", 100.0 * COUNTER * 0.1, unit="% of cargos"))
    start, _ = steps(free)
    assert exports(bound)[start : start + 4] == pytest.approx(exports(free)[start : start + 4], rel=1e-6)


def test_a_hold_of_some_days_holds_so_many_days_of_cargo() -> None:
    hold = event("hold", date(2011, 1, 6), "embargo", target="Importia", end=date(2011, 1, 18))  # 4 + 7 + 2 days
    bound = run_with(hold)
    start, _ = steps(bound)
    assert exports(bound)[start : start + 3] == pytest.approx([3.0 / 7.0, 0.0, 5.0 / 7.0], rel=0.01)
    assert exports(bound)[start + 3] > 1.0


def test_prices_part_at_a_shut_border_and_meet_again() -> None:
    free, bound = run_with(), run_with(act("embargo"))
    start, end = steps(free)
    ratio = bound.R.price[:, :, 0] / free.R.price[:, :, 0]
    assert (ratio[start:end, 0] > 1.0).all()
    assert (ratio[start:end, 1] < 1.0).all()
    assert ratio[start:end, 0].max() > ratio[start + 13, 0] > ratio[start, 0]
    assert np.abs(ratio[-1] - 1.0).max() < 0.2
    assert exports(bound)[start:end].max() == 0.0


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
def test_a_value_out_of_range_or_in_another_unit_is_refused(
    instrument: str, value: float | None, unit: str, says: str
) -> None:
    with pytest.raises(BadInput, match=says):
        world_scenario(events=[event("x", FIRST, instrument, value, target="Importia", unit=unit)])


def test_a_destination_that_does_not_exist_is_refused() -> None:
    with pytest.raises(BadInput, match="Importia"):
        world_scenario(events=[event("x", FIRST, "export_licence", 45.0, target="Imporia", unit="working days")])
