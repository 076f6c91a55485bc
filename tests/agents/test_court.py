"""What a court of trade decides, on numbers worked by hand."""

from math import inf, log

import numpy as np
import pytest

from chokepoint.agents import court


def test_time_to_a_ruling() -> None:
    # at the median z = 0, half of the cases are still open: 1.4 + ln 2 / 0.5
    assert court.years_to_ruling(1.4, 0.5, 0.0) == pytest.approx(1.4 + log(2.0) / 0.5)
    # z = 1.2815516: one case in ten is still open, ln 10 / 0.5
    assert court.years_to_ruling(0.0, 0.5, 1.2815516) == pytest.approx(log(10.0) / 0.5, rel=1e-6)
    assert court.years_to_ruling(1.4, 0.0, 0.3) == inf


def test_mean_time_is_lag_and_one_over_hazard() -> None:
    z = np.random.default_rng(1).normal(size=20_000)
    years = np.array([court.years_to_ruling(1.4, 0.5, float(x)) for x in z])
    assert years.min() >= 1.4
    assert years.mean() == pytest.approx(1.4 + 2.0, abs=3.0 * 2.0 / 20_000**0.5)


def test_who_loses_complies_with_a_probability() -> None:
    assert court.complies(1.0, 3.0)
    assert not court.complies(0.0, -3.0)
    assert court.complies(0.6, 0.25)  # P(Z <= 0.25) = 0.5987
    assert not court.complies(0.6, 0.26)  # 0.6026
