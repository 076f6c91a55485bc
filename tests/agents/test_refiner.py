"""What a refiner decides, on numbers worked by hand."""

from math import exp

import pytest

from chokepoint.agents import refiner


def test_run_rate_at_target_is_base():
    assert refiner.run_rate(20.0, 30.0, 1.0, 1.0, 0.3) == 20.0


def test_run_rate_rises_when_product_is_short():
    # cover half its target: 20 * (1 + 1 * 0.5) = 30, within a capacity of 26
    assert refiner.run_rate(20.0, 40.0, 0.5, 1.0, 0.3) == pytest.approx(30.0)
    assert refiner.run_rate(20.0, 26.0, 0.5, 1.0, 0.3) == 26.0


def test_run_rate_slows_down_to_its_lowest():
    # cover 1.4: 20 * 0.6 = 12; cover 3: 1 - 2 < 0.3 -> 6
    assert refiner.run_rate(20.0, 40.0, 1.4, 1.0, 0.3) == pytest.approx(12.0)
    assert refiner.run_rate(20.0, 40.0, 3.0, 1.0, 0.3) == pytest.approx(6.0)


def test_run_rate_of_a_new_works_is_its_capacity():
    assert refiner.run_rate(0.0, 7.0, 1.0, 1.0, 0.3) == 7.0


def test_withheld_grows_with_an_expected_rise():
    # 0.5 years * 0.6 a year = 0.3
    assert refiner.withheld(0.6, 0.5, 0.5) == pytest.approx(0.3)
    assert refiner.withheld(-0.6, 0.5, 0.5) == 0.0
    assert refiner.withheld(4.0, 0.5, 0.5) == 0.5


def test_export_offer_waits_while_abroad_pays_less():
    # margin (20 - 22 - 2) / 20 = -0.2: 1 - 2 * 0.2 = 0.6
    assert refiner.export_offer(20.0, 22.0, 2.0, 2.0, 0.1, 1.0) == pytest.approx(0.6)
    assert refiner.export_offer(20.0, 11.0, 9.0, 2.0, 0.1, 1.0) == 1.0  # margin zero
    assert refiner.export_offer(20.0, 11.0, 0.0, 2.0, 0.1, 1.0) == 1.0  # a profit: all of it, not more
    assert refiner.export_offer(20.0, 60.0, 0.0, 2.0, 0.1, 1.0) == 0.1  # 1 - 2 * 2 < 0.1


def test_licence_value_is_what_makes_customers_want_what_may_be_shipped():
    # twice as much ordered as allowed, elasticity 0.5: 10 * (2^2 - 1) = 30 USD/kg
    assert refiner.licence_value(10.0, 200.0, 100.0, 0.5, 8.0) == pytest.approx(30.0)
    # elasticity 1: 10 * (2 - 1) = 10
    assert refiner.licence_value(10.0, 200.0, 100.0, 1.0, 8.0) == pytest.approx(10.0)


def test_slack_licence_is_worth_nothing():
    assert refiner.licence_value(10.0, 100.0, 100.0, 0.5, 8.0) == 0.0
    assert refiner.licence_value(10.0, 50.0, 100.0, 0.5, 8.0) == 0.0


def test_licence_value_has_a_ceiling():
    # 10^2 - 1 = 99 times the price, cut to 8 times; nothing left to use: the ceiling
    assert refiner.licence_value(10.0, 1000.0, 100.0, 0.5, 8.0) == pytest.approx(80.0)
    assert refiner.licence_value(10.0, 1.0, 0.0, 0.5, 8.0) == 80.0
    assert refiner.licence_value(10.0, 1e300, 1e-300, 0.5, 8.0) == 80.0  # no overflow


def test_licence_ask_rises_fast_and_falls_slowly():
    # a tenth of a year: up 10 * (1 - exp(-0.6)) = 4.511884; down 10 * exp(-0.15) = 8.607080
    assert refiner.licence_ask(0.0, 10.0, 6.0, 1.5, 0.1) == pytest.approx(10.0 * (1.0 - exp(-0.6)))
    assert refiner.licence_ask(0.0, 10.0, 6.0, 1.5, 0.1) == pytest.approx(4.511884, abs=1e-6)
    assert refiner.licence_ask(10.0, 0.0, 6.0, 1.5, 0.1) == pytest.approx(8.607080, abs=1e-6)


def test_a_seller_outside_stands_as_large_as_what_it_has_to_sell():
    # makes 200 t a year, 50 t above its target to be sold in a quarter: (200 + 200) / 100
    assert refiner.presence(200.0, 60.0, 10.0, 100.0) == pytest.approx(4.0)
    assert refiner.presence(100.0, 10.0, 10.0, 100.0) == pytest.approx(1.0)
    assert refiner.presence(0.0, 0.0, 0.0, 100.0) == 0.0  # a plant that does not run yet
    assert refiner.presence(10.0, 0.0, 50.0, 100.0) == 0.0  # far below its target: it sells nothing
