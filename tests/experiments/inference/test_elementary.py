"""Answers of elementary experiments in what a search makes small."""

from math import log

import numpy as np
import pytest

from chokepoint.experiments.economics.asked import Asked
from chokepoint.experiments.inference.elementary import MARGIN, SD, beyond, residuals
from chokepoint.experiments.inference.objective import Aim, Problem, Target, softened


def test_how_far_an_answer_lies_beyond_its_limits() -> None:
    asked = Asked("a", "", 1.5, 8.0)
    assert beyond(asked, 4.0) == 0.0
    assert beyond(asked, 8.8) == pytest.approx((log(1.1) + MARGIN) / SD)
    assert beyond(asked, 1.5) == pytest.approx(-MARGIN / SD)  # at its limit it counts already
    assert beyond(asked, None) == beyond(asked, float("nan")) == 0.0
    assert beyond(Asked("a", "", high=-0.5), -0.4) == pytest.approx((0.1 / 0.5 + MARGIN) / SD)
    assert beyond(Asked("a", "", high=0.0), 0.01) == pytest.approx((0.01 / 0.05 + MARGIN) / SD)


def test_a_market_without_a_choke_is_farther_from_economics() -> None:
    shipped, without = residuals({}), residuals({"choke": 0.0})
    assert shipped.shape == without.shape
    assert without @ without > shipped @ shipped + 1.0


def test_they_count_in_the_objective_beside_history() -> None:
    aims = (Aim("1978-cobalt"),)
    plain, with_them = (Target(Problem(("choke",), aims, 1, elementary=on)) for on in (False, True))
    at = {"choke": 0.2}
    answers = softened(residuals(at))
    assert with_them.objective(at) - plain.objective(at) == pytest.approx(float(answers @ answers), rel=1e-9)
    assert float(np.abs(answers).max()) > 1.0  # the price of a real embargo is beyond its limit at shipped parameters
