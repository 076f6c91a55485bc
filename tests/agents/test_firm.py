"""What a firm decides, on numbers worked by hand."""

from math import exp, inf, log

import pytest

from chokepoint.agents import firm

WEEK = 7.0 / 365.25


def test_use_at_base_price_is_base_times_activity_and_intensity():
    # 10 t * 1.2 * 0.9 * 1^-e = 10.8 t
    assert firm.use(10.0, 1.2, 0.9, 0.0, 0.125, 0.0) == pytest.approx(10.8)


def test_use_falls_with_the_price_and_follows_the_disturbance():
    # price doubled, elasticity 0.5: 8 / sqrt(2) = 5.656854; a disturbance of ln 2 doubles it
    assert firm.use(8.0, 1.0, 1.0, log(2.0), 0.5, 0.0) == pytest.approx(5.656854, abs=1e-6)
    assert firm.use(8.0, 1.0, 1.0, log(2.0), 0.5, log(2.0)) == pytest.approx(11.313708, abs=1e-6)


def test_use_without_elasticity_ignores_the_price():
    assert firm.use(8.0, 1.0, 1.0, log(50.0), 0.0, 0.0) == 8.0


def test_alarm_is_the_loudest_voice():
    # own: 2 * (0.3 - 0.1) = 0.4; neighbours: 0.3 * 0.5 = 0.15; news 0.25 -> 0.4
    assert firm.alarm(0.25, 0.3, 0.5, 2.0, 0.1, 0.3) == pytest.approx(0.4)
    # news louder: 0.6
    assert firm.alarm(0.6, 0.3, 0.5, 2.0, 0.1, 0.3) == 0.6
    # only the neighbours: 0.3 * 0.5
    assert firm.alarm(0.0, 0.05, 0.5, 2.0, 0.1, 0.3) == pytest.approx(0.15)


def test_alarm_tolerates_small_shortfalls_and_stops_at_one():
    assert firm.alarm(0.0, 0.1, 0.0, 2.0, 0.1, 0.3) == 0.0
    assert firm.alarm(0.0, 1.0, 0.0, 4.0, 0.1, 0.3) == 1.0  # 4 * 0.9 = 3.6, cut to 1


def test_risk_rises_fast_and_fades_slowly():
    # towards 1 at 26 a year for a week: 1 - exp(-26 * 0.0191650) = 0.392431
    assert firm.risk(0.0, 1.0, 26.0, 8.5, WEEK) == pytest.approx(1.0 - exp(-26.0 * WEEK))
    assert firm.risk(0.0, 1.0, 26.0, 8.5, WEEK) == pytest.approx(0.392431, abs=1e-6)
    # away from 1 at 8.5 a year: exp(-0.162902) = 0.849674
    assert firm.risk(1.0, 0.0, 26.0, 8.5, WEEK) == pytest.approx(0.849674, abs=1e-6)
    assert firm.risk(0.4, 0.4, 26.0, 8.5, WEEK) == pytest.approx(0.4)


def test_risk_is_exact_in_the_step():
    half = firm.risk(firm.risk(0.2, 0.9, 26.0, 8.5, WEEK / 2), 0.9, 26.0, 8.5, WEEK / 2)
    assert half == pytest.approx(firm.risk(0.2, 0.9, 26.0, 8.5, WEEK), rel=1e-14)


def test_expected_growth_goes_back_to_the_habitual_price():
    # -0.5 * ln(20 / 10) = -0.346574; with a trend of 1 a year and weight 0.2: -0.146574
    assert firm.expected_growth(20.0, 10.0, 1.0, 0.5, 0.0) == pytest.approx(-0.346574, abs=1e-6)
    assert firm.expected_growth(20.0, 10.0, 1.0, 0.5, 0.2) == pytest.approx(-0.146574, abs=1e-6)
    assert firm.expected_growth(5.0, 10.0, 0.0, 0.5, 0.0) > 0.0
    assert firm.expected_growth(10.0, 10.0, 0.0, 0.5, 0.0) == 0.0


def test_cover_grows_with_risk_and_expected_rises_within_bounds():
    # 3 months * (1 + 4 * 0.25 + 0.4 * 0.5) = 3 * 2.2 = 6.6
    assert firm.cover(3.0, 0.25, 0.5, 4.0, 0.4, 0.35, 3.5) == pytest.approx(6.6)
    assert firm.cover(3.0, 1.0, 0.0, 4.0, 0.4, 0.35, 3.5) == pytest.approx(10.5)  # 1 + 4 = 5, cut to 3.5
    assert firm.cover(3.0, 0.0, -5.0, 4.0, 0.4, 0.35, 3.5) == pytest.approx(1.05)  # 1 - 2 < 0.35
    assert firm.cover(3.0, 0.0, 0.0, 4.0, 0.4, 0.35, 3.5) == 3.0


def test_order_in_balance_is_use():
    assert firm.order(5.0, 60.0, 60.0, 20.0, 20.0, 0.15, 0.4, 0.3, 0.02, WEEK) == 5.0


def test_order_fills_a_gap_faster_than_it_runs_a_surplus_down():
    # short by 10 t, tau 0.2 years, step 0.02 years: 5 + 10 * 0.02 / 0.2 = 6
    assert firm.order(5.0, 50.0, 60.0, 20.0, 20.0, 0.2, 0.4, 0.3, 0.02, 0.02) == pytest.approx(6.0)
    # over by 10 t, tau 0.4: 5 - 10 * 0.02 / 0.4 = 4.5
    assert firm.order(5.0, 70.0, 60.0, 20.0, 20.0, 0.2, 0.4, 0.3, 0.02, 0.02) == pytest.approx(4.5)


def test_order_counts_what_is_under_way_by_its_weight():
    # stock 10 t short, 20 t too much under way, weight 0.3: 5 + (10 - 6) * 0.02 / 0.2 = 5.4
    assert firm.order(5.0, 50.0, 60.0, 40.0, 20.0, 0.2, 0.4, 0.3, 0.02, 0.02) == pytest.approx(5.4)


def test_order_never_falls_below_the_floor():
    # 5 - 600 * 0.02 / 0.4 = -25, floor 0.02 * 5 = 0.1
    assert firm.order(5.0, 660.0, 60.0, 0.0, 0.0, 0.2, 0.4, 0.3, 0.02, 0.02) == pytest.approx(0.1)


def test_price_appeal_falls_with_the_relative_price():
    # 2^-3 = 0.125
    assert firm.price_appeal(2.0, 3.0) == pytest.approx(0.125)
    assert firm.price_appeal(1.0, 3.0) == 1.0
    assert firm.price_appeal(0.5, 3.0) == pytest.approx(8.0)


def test_supplier_weight_is_a_product():
    assert firm.supplier_weight(0.4, 0.125, 0.5) == pytest.approx(0.025)
    assert firm.supplier_weight(0.4, 1.0, 1.0) == 0.4


def test_trader_stock_speculates_within_its_finance():
    # 100 t * (1 + 2.5 * 0.2 + 2.4 * 0.25) = 210 t at the base price
    assert firm.trader_stock(100.0, 0.2, 0.25, 0.0, 1.0, 2.5, 2.4, 0.35, 5.0, 30.0) == pytest.approx(210.0)
    # a mood of ln 2 doubles it
    assert firm.trader_stock(100.0, 0.2, 0.25, log(2.0), 1.0, 2.5, 2.4, 0.35, 5.0, 30.0) == pytest.approx(420.0)
    # at twenty times the price, money for 30 / 20 = 1.5 times the normal stock
    assert firm.trader_stock(100.0, 0.2, 0.25, 0.0, 20.0, 2.5, 2.4, 0.35, 5.0, 30.0) == pytest.approx(150.0)
    # a fall of 1 a year: 1 - 2.4 < 0.35
    assert firm.trader_stock(100.0, 0.0, -1.0, 0.0, 1.0, 2.5, 2.4, 0.35, 5.0, 30.0) == pytest.approx(35.0)
    assert firm.trader_stock(100.0, 1.0, 2.0, 0.0, 1.0, 2.5, 2.4, 0.35, 5.0, inf) == pytest.approx(500.0)


def test_thrift_goes_to_what_the_price_calls_for_and_comes_back_slowly():
    # gap 1.2, threshold .2, elasticity .3: the goal is e^-.3; half the way in a year: .3 * .5 = 15 % a year, 1.5 % now
    saved = firm.intensity(1.0, 1.2, 0.3, 0.5, 0.2, 0.4, 0.02, 0.4, 0.1)
    assert saved == pytest.approx(0.985, abs=1e-9)
    # at the goal it stays while the price does
    assert firm.intensity(exp(-0.3), 1.2, 0.3, 0.5, 0.2, 0.4, 0.02, 0.4, 0.1) == pytest.approx(exp(-0.3))
    # below the threshold it comes back at 2 % a year: 0.9 * 1.002 = 0.9018; and towards e^-.3 from below too
    assert firm.intensity(0.9, 0.1, 0.3, 0.5, 0.2, 0.4, 0.02, 0.4, 0.1) == pytest.approx(0.9018)
    assert firm.intensity(0.7, 1.2, 0.3, 0.5, 0.2, 0.4, 0.02, 0.4, 0.1) == pytest.approx(0.7014)


def test_thrift_has_a_fastest_pace_a_floor_and_a_top():
    # goal e^-2.94, above the floor .04: .5 * 2.94 a year, cut to 0.1 a year: 1 % in a tenth of a year
    assert firm.intensity(1.0, 10.0, 0.3, 0.5, 0.2, 0.1, 0.02, 0.04, 0.1) == pytest.approx(0.99)
    assert firm.intensity(0.4, 10.0, 0.3, 0.5, 0.2, 0.1, 0.02, 0.4, 0.1) == 0.4
    assert firm.intensity(1.0, 0.0, 0.3, 0.5, 0.2, 0.1, 0.02, 0.4, 0.1) == 1.0


def test_relocation_starts_above_the_threshold_and_is_bounded():
    # gap 0.40 - 0.15 = 0.25, half of 0.5: half of 6 % a year
    assert firm.relocation(0.40, 0.06, 0.15) == pytest.approx(0.03)
    assert firm.relocation(0.15, 0.06, 0.15) == 0.0
    assert firm.relocation(-1.0, 0.06, 0.15) == 0.0
    assert firm.relocation(5.0, 0.06, 0.15) == 0.06


def test_scrap_answers_to_the_price_within_bounds():
    # 10 t * 0.1 * (1 + 0.3 * 1) = 1.3 t
    assert firm.scrap(10.0, 0.1, 1.0, 0.3) == pytest.approx(1.3)
    assert firm.scrap(10.0, 0.1, 0.0, 0.3) == pytest.approx(1.0)
    assert firm.scrap(10.0, 0.1, 20.0, 0.3) == pytest.approx(3.0)  # 1 + 6, cut to 3
    assert firm.scrap(10.0, 0.1, -20.0, 0.3) == pytest.approx(0.2)  # 1 - 6, cut to 0.2


def test_trust_falls_with_what_is_not_delivered_and_comes_back():
    # a week of 1/52 year, a memory of a quarter: pace 4/52; an empty delivery: (1 + 4/52) / (1 + 4/52 * 11) = .583333
    assert firm.trust(1.0, 0.0, 10.0, 0.25, 1 / 52) == pytest.approx((1 + 4 / 52) / (1 + 44 / 52))
    assert firm.trust(1.0, 1.0, 10.0, 0.25, 1 / 52) == pytest.approx(1.0)
    trust = 1.0
    for _ in range(2000):
        trust = firm.trust(trust, 0.94, 10.0, 0.25, 1 / 52)
    assert trust == pytest.approx(1.0 / 1.6)  # 1 / (1 + 10 * .06)


def test_fear_shuns_suppliers_of_the_exporter():
    assert firm.shun(0.0, 2.0) == 1.0
    assert firm.shun(0.5, 2.0) == pytest.approx(0.367879, abs=1e-6)
