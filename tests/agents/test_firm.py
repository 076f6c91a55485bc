"""What a firm decides, on numbers worked by hand."""

from collections.abc import Callable
from math import exp, log

import pytest

from chokepoint.agents import firm


def slope_of(function: Callable[[float], float], at: float) -> float:
    step = 1e-6
    return (function(at + step) - function(at - step)) / (2.0 * step)


def test_nothing_chokes_up_to_twice_the_base_price() -> None:
    assert firm.choke(log(2.0), 0.13) == (0.0, 0.0)
    # .2 * (1.7 - .7)^2 = .2; beyond ln 30 = 3.4, .2 * 3.3^2 + 2 * .6^2 = 2.898
    assert firm.choke(1.7, 0.2)[0] == pytest.approx(0.2)
    assert firm.choke(4.0, 0.2)[0] == pytest.approx(2.898)
    assert firm.choke(4.0, 0.0)[0] == pytest.approx(0.72)


def test_use_falls_with_the_price_and_faster_where_a_material_is_scarce() -> None:
    # price doubled, elasticity .5: 8 / sqrt(2) = 5.656854
    assert firm.use(log(2.0), 8.0, 0.5, 0.13)[0] == pytest.approx(5.656854, abs=1e-6)
    assert firm.use(0.0, 8.0, 0.5, 0.13)[0] == 8.0
    # a choke of .2 at nine times the price: 8 * 9^-.5 * e^(-.2 (ln 9 - .7)^2)
    assert firm.use(log(9.0), 8.0, 0.5, 0.2)[0] == pytest.approx(8.0 / 3.0 * exp(-0.2 * (log(9.0) - 0.7) ** 2))


def test_wanted_stock_answers_what_is_expected_of_the_price() -> None:
    # expected a fifth above the price, elasticity 1.5: 100 * 1.2^1.5
    assert firm.wanted(log(1.2), 100.0, 1.5)[0] == pytest.approx(100.0 * 1.2**1.5)
    assert firm.wanted(0.0, 100.0, 1.5)[0] == 100.0


def test_stock_is_let_go_faster_than_it_is_filled() -> None:
    assert firm.filled(8.0, -4.0, 0.32, 0.08) == (25.0, -12.5)
    assert firm.filled(-8.0, -4.0, 0.32, 0.08) == (-100.0, -50.0)


def test_what_holders_let_go_is_bounded_on_both_sides() -> None:
    # at twice the normal price, answer 1: half of it
    assert firm.released(log(2.0), 10.0, 1.0)[0] == pytest.approx(5.0)
    assert firm.released(log(0.5), 10.0, 1.0)[0] == pytest.approx(-5.0)
    assert firm.released(0.0, 10.0, 1.0)[0] == 0.0
    assert firm.released(50.0, 10.0, 1.7)[0] == pytest.approx(10.0)
    assert firm.released(-50.0, 10.0, 1.7)[0] == pytest.approx(-10.0)


@pytest.mark.parametrize("at", [-2.0, -0.3, 0.4, 1.3, 3.0, 4.2])
def test_slopes_are_those_of_the_quantities(at: float) -> None:
    pairs: list[tuple[Callable[[float], tuple[float, float]], float]] = [
        (lambda x: firm.choke(x, 0.13), 1.0),
        (lambda x: firm.use(x, 8.0, 0.08, 0.13), 1.0),
        (lambda x: firm.wanted(x, 100.0, 1.7), -1.0),  # its slope is in the price, above which expectations stand
        (lambda x: firm.released(x, 10.0, 1.7), 1.0),
    ]
    for function, sign in pairs:
        assert sign * function(at)[1] == pytest.approx(slope_of(lambda x: function(x)[0], at), rel=1e-5, abs=1e-8)  # noqa: B023


def test_a_reserve_that_firms_believe_in_displaces_a_part_of_theirs_and_less_and_less_of_it() -> None:
    # 3 (1 - .3 * 2 / 5) = 2.64
    assert firm.relied(3.0, 2.0, 0.3) == pytest.approx(2.64)
    assert firm.relied(3.0, 2.0, 0.0) == 3.0
    assert firm.relied(3.0, 0.001, 0.3) == pytest.approx(3.0 - 0.3 * 0.001, abs=1e-6)
    assert firm.relied(3.0, 1e9, 0.3) == pytest.approx(2.1)


def test_a_user_at_a_price_far_beyond_all_use_still_has_numbers() -> None:
    use, slope = firm.use(7.0, 8.0, 0.08, 0.13)
    assert 0.0 < use < 8.0 * exp(-20.0)
    assert slope < 0.0
