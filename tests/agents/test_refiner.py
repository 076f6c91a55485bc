"""What a smuggler decides, on numbers worked by hand."""

from math import exp

import pytest

from chokepoint.agents import refiner


def test_half_are_tempted_at_the_gap_that_tempts_half() -> None:
    assert refiner.tempted(0.7, 0.7) == 0.5
    # at twice that gap 1 / (1 + e^-2.8) = .9427, without one 1 / (1 + e^2.8)
    assert refiner.tempted(1.4, 0.7) == pytest.approx(0.942676, abs=1e-6)
    assert refiner.tempted(0.0, 0.7) == pytest.approx(1.0 / (1.0 + exp(2.8)))


def test_the_wider_the_gap_the_more() -> None:
    shares = [refiner.tempted(gap / 10.0, 0.7) for gap in range(40)]
    assert shares == sorted(shares)
    assert 0.0 < shares[0] < shares[-1] < 1.0
