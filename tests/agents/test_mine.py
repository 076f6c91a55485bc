"""What a mine decides, on numbers worked by hand."""

import pytest

from agents import mine


def test_legal_output_is_the_smaller_of_capacity_and_quota():
    assert mine.legal_output(100.0, 80.0, 5.0, 2.0) == 80.0
    assert mine.legal_output(100.0, 120.0, 5.0, 2.0) == 100.0


def test_legal_output_shrinks_below_cost_and_stops_at_half_of_it():
    # ore pays three quarters of cost: 2 * 0.75 - 1 = 0.5
    assert mine.legal_output(100.0, 120.0, 3.0, 4.0) == pytest.approx(50.0)
    assert mine.legal_output(100.0, 120.0, 2.0, 4.0) == 0.0
    assert mine.legal_output(100.0, 120.0, 0.0, 4.0) == 0.0
    assert mine.legal_output(100.0, 120.0, 4.0, 4.0) == 100.0
    assert mine.legal_output(100.0, 120.0, 0.0, 0.0) == 100.0  # ore that costs nothing


def test_unlicensed_output_follows_the_value_of_its_ore():
    # value 4 times, elasticity 0.5: 10 * 2 = 20 t, half of it stopped by campaigns: 10 t
    assert mine.unlicensed_output(10.0, 50.0, 4.0, 0.0, 0.5) == pytest.approx(20.0)
    assert mine.unlicensed_output(10.0, 50.0, 4.0, 0.5, 0.5) == pytest.approx(10.0)
    assert mine.unlicensed_output(10.0, 15.0, 4.0, 0.0, 0.5) == 15.0
    assert mine.unlicensed_output(10.0, 50.0, 4.0, 1.0, 0.5) == 0.0
    assert mine.unlicensed_output(10.0, 50.0, 1.0, 0.0, 0.5) == 10.0


def test_believed_value_is_cautious_above_habit_and_not_below():
    # habit 10, smoothed 30, caution 0.5: 10 + 0.5 * 20 = 20
    assert mine.believed_value(30.0, 10.0, 0.5) == pytest.approx(20.0)
    assert mine.believed_value(6.0, 10.0, 0.5) == 6.0
    assert mine.believed_value(30.0, 10.0, 1.0) == 30.0


def test_opens_when_the_margins_pay_for_the_outlay():
    # annuity of 15 years at 10 %: (1 - 1.1^-15) / 0.1 = 7.606080; margin 2 USD/kg on 1000 t: 15,212 kUSD
    assert mine.opens(5.0, 3.0, 1000.0, 12_676.0, 0.1, 15.0, 0.2, 0.0)  # 1.2 * 12,676 = 15,211
    assert not mine.opens(5.0, 3.0, 1000.0, 12_678.0, 0.1, 15.0, 0.2, 0.0)  # 1.2 * 12,678 = 15,214
    # backing of half the outlay: 0.7 * 20,000 = 14,000
    assert mine.opens(5.0, 3.0, 1000.0, 20_000.0, 0.1, 15.0, 0.2, 0.5)
    assert not mine.opens(3.0, 3.0, 1000.0, 1.0, 0.1, 15.0, 0.2, 0.0)


def test_ramp_is_a_straight_line():
    assert mine.ramp(0.0, 2.0) == 0.0
    assert mine.ramp(0.5, 2.0) == 0.25
    assert mine.ramp(3.0, 2.0) == 1.0
    assert mine.ramp(-1.0, 2.0) == 0.0
    assert mine.ramp(0.0, 0.0) == 1.0


def test_pits_are_dug_while_ore_is_dear_and_given_up_while_it_is_cheap():
    # twice the value, growth .3: 2^(.3 * .5) = 1.109569 in half a year; the same way back at half the value
    assert mine.pits(1.0, 2.0, 0.3, 0.5) == pytest.approx(1.109569, abs=1e-6)
    assert mine.pits(mine.pits(1.0, 2.0, 0.3, 0.5), 0.5, 0.3, 0.5) == pytest.approx(1.0)
    assert mine.pits(1.7, 1.0, 0.3, 0.5) == 1.7
    assert mine.pits(3.9, 1e6, 1.0, 1.0) == 4.0
    assert mine.pits(0.3, 1e-6, 1.0, 1.0) == 0.25
