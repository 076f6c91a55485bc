"""The search: distances by hand, the unit cube, recovery of known values, a search that goes on where it stopped."""

import json
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from chokepoint.agents.behaviour import PARAMETERS
from chokepoint.experiments.history.catalogue import find
from chokepoint.experiments.history.facts import Fact
from chokepoint.experiments.inference.calibration import Aim, Problem, aims_until, calibrate, distance, searched
from chokepoint.experiments.inference.identification import narrowed, recovery, screening
from chokepoint.experiments.inference.posterior import _reflected, posterior, read, write
from chokepoint.sim.scenario.problems import BadInput

EARLY = Aim("2010-embargo", ("end=2011-12-31",), (date(1900, 1, 1), date(2011, 12, 31)), facts=False)


def fact(band: tuple[float, float], strong: tuple[float, float], unit: str = "ratio") -> Fact:
    return Fact("X", "", "", "level", {}, None, unit, band, strong)


def test_distance_is_nothing_in_the_strong_band_and_one_where_the_pass_band_ends() -> None:
    ratio = fact((2.8, 5.0), (3.3, 4.5))
    assert distance(ratio, 4.0) == 0.0
    assert distance(ratio, 5.0) == pytest.approx(1.0)
    assert distance(ratio, 2.8) == pytest.approx(1.0)
    assert distance(ratio, 100.0) == 2.0  # bounded
    below = fact((0.0, 0.65), (0.0, 0.58))
    assert distance(below, 0.1) == 0.0
    assert distance(below, 0.65) == pytest.approx(1.0)
    month = fact((2011.41, 2011.76), (2011.49, 2011.68), "month")
    assert distance(month, 2011.76) == pytest.approx(1.0)
    # a band that starts at nothing is read on a plain scale, just above nothing as just below it
    small = next(f for f in find("2020-slump").facts.facts if f.id == "B4")
    assert distance(small, 0.001) == pytest.approx(0.039 / 0.08)
    assert distance(small, -0.001) == pytest.approx(0.041 / 0.08)


def test_the_unit_cube_spans_the_ranges_of_the_table() -> None:
    names = searched()
    problem = Problem(names, (EARLY,))
    low, high = problem.values(np.zeros(len(names))), problem.values(np.ones(len(names)))
    assert all((low[n], high[n]) == (PARAMETERS[n].low, PARAMETERS[n].high) for n in names)
    defaults = {n: PARAMETERS[n].default for n in names}
    assert problem.values(problem.unit({})) == pytest.approx(defaults)
    with pytest.raises(BadInput, match="use_elasticity"):
        Problem(("use_elasticty",), (EARLY,))


def test_every_searched_range_is_at_least_a_factor_two_wide() -> None:
    for name in searched():
        p = PARAMETERS[name]
        assert p.high >= 2.0 * p.low, name
        assert p.low <= p.default <= p.high, name


def test_until_a_day_nothing_later_is_run() -> None:
    (aim,) = aims_until(["2010-embargo"], date(2011, 12, 31))
    assert aim.changes == ("end=2011-12-31",)
    assert aim.span is not None
    assert aim.span[1] == date(2011, 12, 31)


def test_known_values_are_recovered() -> None:
    """History made with known values under another luck: the search finds them again within a fifth of the range."""
    truth = {"trader_risk": 3.0, "leak_share": 0.5, "campaign_strength": 0.4}
    whole = Aim("2010-embargo", ("end=2014-12-31",), facts=False)
    found = recovery(Problem(tuple(truth), (whole,), replications=3), truth, evaluations=60, noise_seed=None)
    for name, (true, value) in found.items():
        p = PARAMETERS[name]
        assert abs(value - true) <= 0.2 * (p.high - p.low), name


def test_a_search_goes_on_where_it_stopped(tmp_path: Path) -> None:
    problem = Problem(("use_elasticity", "trader_risk"), (EARLY,), replications=1)
    whole = calibrate(problem, 2, 12, tmp_path / "whole", workers=1)
    path = tmp_path / "half" / "starts.json"
    calibrate(problem, 2, 12, tmp_path / "half", workers=1)
    kept = json.loads(path.read_text())
    kept["done"] = kept["done"][:1]
    path.write_text(json.dumps(kept))
    assert calibrate(problem, 2, 12, tmp_path / "half", workers=1) == whole
    assert whole[0].objective <= min(s.first for s in whole)
    with pytest.raises(BadInput, match="another calibration"):
        calibrate(problem, 3, 12, tmp_path / "half", workers=1)


def test_a_parameter_that_does_nothing_is_not_identified() -> None:
    # until the end of 2011 no mine is old enough for the years after which it fails to matter
    problem = Problem(("trader_risk", "default_years"), (EARLY,), replications=1)
    rows = {r["parameter"]: r for r in screening(problem, {}, 2, workers=1)}
    assert rows["default_years"]["mu_star"] < 0.01 * rows["trader_risk"]["mu_star"]
    assert rows["default_years"]["verdict"] == "not identified"
    assert rows["trader_risk"]["profile_share"] < 1.0


def test_a_narrowed_problem_holds_what_does_nothing_in_the_middle_of_its_range() -> None:
    problem = Problem(("default_years", "trader_risk", "use_elasticity"), (EARLY,), replications=1)
    narrow = narrowed(problem, 2, trajectories=3, workers=1)
    assert set(narrow.parameters) == {"trader_risk", "use_elasticity"}  # no entrant can default so soon
    p = PARAMETERS["default_years"]
    assert narrow.values(np.array([0.1, 0.9]))["default_years"] == pytest.approx((p.low + p.high) / 2.0)
    with pytest.raises(BadInput, match="free parameters: 4"):
        narrowed(problem, 4)


def test_the_posterior_stays_in_the_ranges_and_moves(tmp_path: Path) -> None:
    problem = Problem(("trader_risk", "default_years"), (EARLY,), replications=1)
    _, draws = posterior(problem, {}, 10, 90, workers=1)
    for name in problem.parameters:
        values = np.array([d[name] for d in draws])
        assert ((values >= PARAMETERS[name].low) & (values <= PARAMETERS[name].high)).all()
    spread = {n: np.std([d[n] for d in draws]) / (PARAMETERS[n].high - PARAMETERS[n].low) for n in problem.parameters}
    assert spread["default_years"] > spread["trader_risk"]
    write(draws, tmp_path / "posterior.csv")
    again = read(tmp_path / "posterior.csv")
    assert again[3]["trader_risk"] == pytest.approx(draws[3]["trader_risk"], rel=1e-5)


def test_a_step_over_the_end_of_a_range_is_mirrored() -> None:
    assert _reflected(np.array([-0.2, 0.3, 1.1, 2.6])) == pytest.approx([0.2, 0.3, 0.9, 0.6])
