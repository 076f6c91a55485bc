"""What a passage carries, and memories, on numbers worked by hand."""

from math import log

import pytest

from chokepoint.sim.market.rules import market
from chokepoint.sim.network.markets import WIDTH, opens_at

PLENTY = 1e12


def test_a_passage_carries_nothing_at_a_loss_or_without_room() -> None:
    assert market.carried(0.0, 10.0, PLENTY, 0.004) == (0.0, 0.0)
    assert market.carried(-1.0, 10.0, PLENTY, 0.004) == (0.0, 0.0)
    assert market.carried(1.0, 10.0, 0.0, 0.004) == (0.0, 0.0)


def test_a_passage_carries_its_scale_for_every_width_of_margin() -> None:
    # three widths are three units, less the quarter that the rounded corner takes: 10 * 2.75 t, 10 / .004 t per unit
    assert market.carried(0.012, 10.0, PLENTY, 0.004) == pytest.approx((27.5, 2500.0))
    # within the corner: units^2, here a quarter of a unit: 10 / 16 t, and 2 units of slope
    assert market.carried(0.001, 10.0, PLENTY, 0.004) == pytest.approx((0.625, 1250.0))


def test_a_passage_carries_no_more_than_its_room() -> None:
    assert market.carried(5.0, 10.0, 25.0, 0.004) == (25.0, 0.0)
    # where it would just fill its room the corner takes an eighth of a unit: 25 - 10 / 8 t, at half the slope
    assert market.carried(0.011, 10.0, 25.0, 0.004) == pytest.approx((23.75, 1250.0))


@pytest.mark.parametrize("room", [PLENTY, 25.0, 3.0])
def test_the_slope_of_a_passage_is_that_of_what_it_carries(room: float) -> None:
    for margin in (0.0005, 0.0019, 0.003, 0.008, 0.0099, 0.0112, 0.02):
        flow, slope = market.carried(margin, 10.0, room, 0.004)
        more, _ = market.carried(margin + 1e-9, 10.0, room, 0.004)
        assert slope == pytest.approx((more - flow) / 1e-9, rel=1e-4, abs=1e-3)
        assert 0.0 <= flow <= room


@pytest.mark.parametrize("flow", [0.01, 0.2, 0.25, 1.0, 7.0])
def test_costs_of_the_base_year_let_each_passage_carry_its_flow(flow: float) -> None:
    assert market.carried(opens_at(flow, 2.0), 2.0, PLENTY, WIDTH)[0] == pytest.approx(flow, rel=1e-12)


def test_smoothed_forgets_at_its_memory() -> None:
    # one memory: 4 + (10 - 4) / e = 6.207277
    assert market.smoothed(10.0, 4.0, market.kept(0.5, 0.5)) == pytest.approx(6.207277, abs=1e-6)
    assert market.smoothed(4.0, 4.0, 0.3) == 4.0
    assert log(market.kept(2.0, 1.0)) == pytest.approx(-0.5)
