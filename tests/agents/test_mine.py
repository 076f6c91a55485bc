"""What a mine decides, on numbers worked by hand."""

from math import exp, log

import pytest

from chokepoint.agents import mine


def test_output_rises_within_what_stands_idle_and_falls_with_the_value_of_ore():
    # elasticity .2, spare .1, at e^.5 times the value: 1 + .1 (1 - e^-1) = 1.0632121
    assert mine.output(0.5, 100.0, 0.2, 0.1)[0] == pytest.approx(106.32121, abs=1e-5)
    assert mine.output(9.0, 100.0, 0.2, 0.1)[0] == pytest.approx(110.0, abs=1e-5)
    assert mine.output(0.0, 100.0, 0.2, 0.1)[0] == 100.0
    # at half the value, .5^.2 = .8705506; at a tenth, mines stop besides: .1^.2 * e^(2 (ln .1 + 1.2))
    assert mine.output(log(0.5), 100.0, 0.2, 0.1)[0] == pytest.approx(87.05506, abs=1e-5)
    assert mine.output(log(0.1), 100.0, 0.2, 0.1)[0] == pytest.approx(0.1**0.2 * exp(2.0 * (log(0.1) + 1.2)) * 100.0)


def test_a_by_product_goes_on_until_it_does_not_pay_to_recover_it():
    assert mine.output(3.0, 100.0, 0.0, 0.1) == (100.0, 0.0)
    assert mine.output(-1.9, 100.0, 0.0, 0.1) == (100.0, 0.0)
    assert mine.output(-2.5, 100.0, 0.0, 0.1)[0] == pytest.approx(100.0 / exp(1.0))
    assert mine.output(1.0, 0.0, 0.2, 0.1) == (0.0, 0.0)


@pytest.mark.parametrize("gap", [-3.0, -1.0, -0.1, 0.1, 2.0])
@pytest.mark.parametrize("elasticity", [0.0, 0.2])
def test_the_slope_of_output_is_that_of_output(gap, elasticity):  # type: ignore[no-untyped-def]
    step = 1e-6
    above, below = (mine.output(gap + way, 100.0, elasticity, 0.1)[0] for way in (step, -step))
    slope = mine.output(gap, 100.0, elasticity, 0.1)[1]
    assert slope == pytest.approx((above - below) / (2.0 * step), rel=1e-5, abs=1e-6)


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


def test_a_mine_earns_the_floor_and_the_subsidy():
    assert mine.paid(5.0, 0.0, 0.0) == 5.0
    assert mine.paid(5.0, 7.0, 0.0) == 7.0
    assert mine.paid(8.0, 7.0, 1.5) == 9.5


def test_aid_of_some_years_is_spread_over_the_life():
    # at 10 %, 2 USD/kg for one year of two: 2 * (1 - 1/1.1) / (1 - 1/1.21) = 2 * 0.0909091 / 0.1735537 = 1.047619
    assert mine.counted(2.0, 1.0, 0.10, 2.0) == pytest.approx(1.047619, rel=1e-6)
    assert mine.counted(2.0, 5.0, 0.10, 2.0) == pytest.approx(2.0)
    assert mine.counted(2.0, 0.0, 0.10, 2.0) == 0.0
    assert mine.counted(2.0, -3.0, 0.10, 2.0) == 0.0


def test_the_gift_in_a_loan():
    # two years: A(10 %) = 1/1.1 + 1/1.21 = 1.7355372, A(0) = 2: a gift of 13.2 %; at the investor's own rate none
    assert mine.grant_element(0.0, 0.10, 2.0) == pytest.approx(1.0 - 1.7355372 / 2.0)
    assert mine.grant_element(0.10, 0.10, 2.0) == pytest.approx(0.0)
    # A(5 %) = 1/1.05 + 1/1.1025 = 1.8594104
    assert mine.grant_element(0.05, 0.10, 2.0) == pytest.approx(1.0 - 1.7355372 / 1.8594104, rel=1e-6)


def test_backing_as_a_share_of_the_outlay():
    # premium 0.2 on half of the outlay, a third of a 30 % loan, 5 % given: 0.1 + 0.1 + 0.05
    assert mine.support(0.2, 0.5, 0.3, 1.0 / 3.0, 0.05) == pytest.approx(0.25)
    assert mine.support(0.2, 0.0, 0.0, 0.3, 0.0) == 0.0


def test_debt_is_due_for_its_years():
    # A(10 %, 2) = 1.7355372: 100 / 1.7355372 = 57.619 a year, half of it in half a year
    assert mine.debt_due(100.0, 0.10, 2.0, 1.5, 0.5) == pytest.approx(28.8095, rel=1e-5)
    assert mine.debt_due(100.0, 0.10, 2.0, 2.0, 0.5) == 0.0


def test_a_loan_of_a_state_is_an_annuity_as_far_as_there_is_cash():
    # one year a step, two years left, 10 %: 110 * (1 - 1/1.1) / (1 - 1/1.21) = 57.619, and again a year later
    assert mine.loan_due(110.0, 0.10, 2.0, 1e9, 1.0) == pytest.approx(57.619, rel=1e-5)
    assert mine.loan_due(1.1 * (110.0 - 57.619048), 0.10, 1.0, 1e9, 1.0) == pytest.approx(57.619, rel=1e-5)
    assert mine.loan_due(110.0, 0.10, 2.0, 20.0, 1.0) == 20.0
    assert mine.loan_due(110.0, 0.10, 2.0, -20.0, 1.0) == 0.0
    assert mine.loan_due(100.0, 0.0, 4.0, 1e9, 1.0) == 25.0
    assert mine.loan_due(100.0, 0.0, -1.0, 1e9, 1.0) == 100.0  # overdue: all of it


def test_a_guarantor_pays_what_cash_does_not():
    assert mine.called(10.0, 4.0, 100.0) == 6.0
    assert mine.called(10.0, -5.0, 100.0) == 10.0
    assert mine.called(10.0, 12.0, 100.0) == 0.0
    assert mine.called(10.0, -5.0, 3.0) == 3.0


def test_a_state_takes_its_share_of_profit_from_cash():
    assert mine.dividend(0.25, 8.0, 100.0) == 2.0
    assert mine.dividend(0.25, 8.0, 1.0) == 1.0
    assert mine.dividend(0.25, -8.0, 100.0) == 0.0
