"""Customs, licences and smuggling, on numbers worked by hand."""

import pytest

from chokepoint.agents import refiner
from chokepoint.sim.market.rules import border


def test_clearance_has_headroom_in_normal_times():
    # 50 t a week * 2 * 0.1 / 0.1 = 100 t
    assert border.clearance(50.0, 2.0, 0.1, 0.1, False) == pytest.approx(100.0)


def test_inspecting_everything_slows_the_line():
    # 50 * 2 * 0.1 / 1 = 10 t
    assert border.clearance(50.0, 2.0, 0.1, 1.0, False) == pytest.approx(10.0)


def test_held_cargo_does_not_move():
    assert border.clearance(50.0, 2.0, 0.1, 0.1, True) == 0.0


def test_a_licence_lasts_its_period():
    # 100 t over 20 weeks is 5 t a week, three times that at most
    assert border.licence_allowance(100.0, 20.0, 3.0) == pytest.approx(15.0)
    assert border.licence_allowance(100.0, 2.0, 3.0) == 100.0  # 150 t, of which there are 100
    assert border.licence_allowance(100.0, 1.0, 3.0) == 100.0
    assert border.licence_allowance(0.0, 20.0, 3.0) == 0.0


def test_half_of_what_can_leak_does_at_the_threshold():
    # 0.8 / (1 + exp(0)) = 0.4
    assert refiner.leakage(0.5, 0.0, 0.8, 3.0, 0.5, 0.3) == pytest.approx(0.4)


def test_leakage_rises_with_the_gap_and_falls_with_enforcement():
    # gap 1 above the threshold, slope 3: 0.8 / (1 + exp(-3)) = 0.762059
    assert refiner.leakage(1.5, 0.0, 0.8, 3.0, 0.5, 0.3) == pytest.approx(0.762059, abs=1e-6)
    # full enforcement takes away three tenths: 0.4 * 0.7 = 0.28
    assert refiner.leakage(0.5, 1.0, 0.8, 3.0, 0.5, 0.3) == pytest.approx(0.28)
    assert refiner.leakage(-50.0, 0.0, 0.8, 3.0, 0.5, 0.3) == pytest.approx(0.0, abs=1e-12)
    assert refiner.leakage(50.0, 0.0, 0.8, 3.0, 0.5, 0.3) == pytest.approx(0.8)


def test_misdeclared_cargo_is_found_where_every_cargo_is_opened():
    # normally a tenth is opened; half opened lets .5 / .9 pass; a hold of half the days another half
    assert border.slip(0.1, 0.1, 0.0) == 1.0
    assert border.slip(0.5, 0.1, 0.0) == pytest.approx(0.5 / 0.9)
    assert border.slip(0.5, 0.1, 0.5) == pytest.approx(0.25 / 0.9)
    assert border.slip(1.0, 0.1, 0.0) == 0.0
    assert border.slip(1.0, 1.0, 0.0) == 1.0  # where opening all is the rule, smugglers live with it
