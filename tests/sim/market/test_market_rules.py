"""Prices from cover, on numbers worked by hand."""

from math import exp, log

import pytest

from chokepoint.sim.market.rules import market as market

AT_ONCE = 1e6  # a speed at which the price reaches its goal within the step


def test_inside_price_stays_where_stocks_are_as_wanted():
    assert market.inside_price(9.0, 9.0, 9.0, 100.0, 100.0, 1.6, 0.5, 24.0, 0.02) == pytest.approx(9.0)


def test_inside_price_rises_when_stocks_are_short():
    # ln P* = ln 9 + 1.6 * ln(2): 9 * 2^1.6 = 27.283
    assert market.inside_price(9.0, 9.0, 9.0, 100.0, 50.0, 1.6, 0.5, AT_ONCE, 0.02) == pytest.approx(27.28, abs=0.01)
    assert market.inside_price(9.0, 9.0, 9.0, 50.0, 100.0, 1.0, 0.5, AT_ONCE, 0.02) == pytest.approx(4.5)


def test_inside_price_is_anchored_between_habit_and_base():
    # weight one half of habit 16 and of base 9: sqrt(144) = 12
    assert market.inside_price(9.0, 16.0, 9.0, 1.0, 1.0, 1.6, 0.5, AT_ONCE, 0.02) == pytest.approx(12.0)


def test_inside_price_moves_part_of_the_way():
    # half a decay time: ln P = ln 18 + (ln 9 - ln 18) exp(-0.5) -> 18 * 2^-0.606531 = 11.821
    goes = market.inside_price(9.0, 9.0, 9.0, 2.0, 1.0, 1.0, 0.5, 25.0, 0.02)
    assert goes == pytest.approx(18.0 * 2.0 ** -exp(-0.5))
    assert goes == pytest.approx(11.82, abs=0.01)


def test_outside_price_is_parity_while_stocks_suffice():
    assert market.outside_price(10.0, 12.0, 100.0, 100.0, 1.2, AT_ONCE, 0.02) == pytest.approx(12.0)
    # a glut does not push it below the cost of replacement
    assert market.outside_price(10.0, 12.0, 100.0, 400.0, 1.2, AT_ONCE, 0.02) == pytest.approx(12.0)


def test_outside_price_stands_above_parity_when_stocks_are_short():
    # 12 * 2^1 = 24
    assert market.outside_price(10.0, 12.0, 100.0, 50.0, 1.0, AT_ONCE, 0.02) == pytest.approx(24.0)


def test_outside_price_is_exact_in_the_step():
    whole = market.outside_price(10.0, 12.0, 100.0, 80.0, 1.2, 20.0, 0.02)
    half = market.outside_price(10.0, 12.0, 100.0, 80.0, 1.2, 20.0, 0.01)
    assert market.outside_price(half, 12.0, 100.0, 80.0, 1.2, 20.0, 0.01) == pytest.approx(whole, rel=1e-14)


def test_parity_adds_tax_rent_and_freight():
    # 10 * 1.25 + 3 + 0.5 = 16
    assert market.parity(10.0, 0.25, 3.0, 0.5) == pytest.approx(16.0)
    assert market.parity(10.0, 0.0, 0.0, 0.0) == 10.0


def test_smoothed_forgets_at_its_memory():
    # one memory: 4 + (10 - 4) / e = 6.207277
    assert market.smoothed(10.0, 4.0, market.kept(0.5, 0.5)) == pytest.approx(6.207277, abs=1e-6)
    assert market.smoothed(4.0, 4.0, 0.3) == 4.0
    assert log(market.kept(2.0, 1.0)) == pytest.approx(-0.5)
