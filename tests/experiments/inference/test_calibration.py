"""The objective and the searches: numbers by hand, recovery of known values, a search that goes on where it stopped."""

import json
from datetime import date
from math import exp, log, sqrt
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chokepoint.agents.behaviour import FITTED, PARAMETERS
from chokepoint.experiments.history.catalogue import find, names
from chokepoint.experiments.history.facts import Fact
from chokepoint.experiments.inference import least_squares
from chokepoint.experiments.inference.calibration import aims_until, calibrate
from chokepoint.experiments.inference.identification import narrowed, profiled, profiles
from chokepoint.experiments.inference.left_out import alike, leave_out
from chokepoint.experiments.inference.objective import (
    COUNT,
    FARTHEST,
    REACH,
    WORST,
    Aim,
    Problem,
    Target,
    distance,
    reach,
    softened,
)
from chokepoint.experiments.inference.posterior import drawn, posterior
from chokepoint.experiments.inference.recovery import AtHand, pretend, recover, told
from chokepoint.experiments.runs.sample import read, write
from chokepoint.sim.scenario.problems import BadInput

EARLY = Aim("2010-embargo", ("end=2011-12-31",), (date(1900, 1, 1), date(2011, 12, 31)), facts=False)
COBALT = Aim("1978-cobalt")  # small, and scored by facts alone
IDLE = "reserve_inference"  # does nothing where no state has a reserve


def fact(band: tuple[float, float], strong: tuple[float, float], unit: str = "ratio") -> Fact:
    return Fact("X", "", "", "level", {}, None, unit, band, strong)


def test_distance_is_nothing_in_the_strong_band_and_one_where_the_pass_band_ends() -> None:
    ratio = fact((2.8, 5.0), (3.3, 4.5))
    assert distance(ratio, 4.0) == 0.0
    assert distance(ratio, 5.0) == pytest.approx(1.0)
    assert distance(ratio, 2.8) == pytest.approx(-1.0)
    assert distance(ratio, 100.0) == FARTHEST
    below = fact((0.0, 0.65), (0.0, 0.58))
    assert distance(below, 0.1) == 0.0
    assert distance(below, 0.65) == pytest.approx(1.0)
    month = fact((2011.41, 2011.76), (2011.49, 2011.68), "month")
    assert distance(month, 2011.76) == pytest.approx(1.0)
    # a band that starts at nothing is read on a plain scale, just above nothing as just below it
    small = next(f for f in find("2020-slump").facts.facts if f.id == "B4")
    assert distance(small, 0.001) == pytest.approx(-0.039 / 0.08)
    assert distance(small, -0.001) == pytest.approx(-0.041 / 0.08)


def test_squares_grow_on_a_straight_line_beyond_four_standard_deviations() -> None:
    squares = softened(np.array([-2.0, 4.0, 5.0, -6.0])) ** 2
    assert squares == pytest.approx([4.0, 16.0, 24.0, 32.0])
    assert softened(np.array([-6.0]))[0] < 0.0


def test_priors_are_log_normal_and_the_medians_are_where_a_search_begins() -> None:
    problem = Problem(FITTED, (EARLY,))
    medians = problem.values(problem.unit({}))
    assert medians == pytest.approx({n: PARAMETERS[n].prior for n in FITTED})
    assert problem.from_prior(medians) == pytest.approx(np.zeros(len(FITTED)), abs=1e-9)
    p = PARAMETERS["use_elasticity"]
    one = Problem(("use_elasticity",), (EARLY,))
    assert one.from_prior({"use_elasticity": p.prior * exp(log(p.high / p.low) / 2.563)}) == pytest.approx([1.0])
    with pytest.raises(BadInput, match="use_elasticity"):
        Problem(("use_elasticty",), (EARLY,))


def test_a_search_looks_three_standard_deviations_far_and_not_beyond_what_is_taken() -> None:
    for name in FITTED:
        p = PARAMETERS[name]
        low, high = reach(p)
        assert p.least <= low < p.low <= p.prior <= p.high <= high <= p.most, name
        for value in (low, high):
            assert abs(log(value / p.prior)) <= REACH * p.spread + 1e-9, name
    problem = Problem(FITTED, (EARLY,))
    ends = problem.values(np.zeros(len(FITTED)))
    assert problem.at_a_bound(ends) == list(FITTED)
    assert problem.at_a_bound({n: PARAMETERS[n].prior for n in FITTED}) == []
    inner = problem.values(problem.within_ranges(np.ones(len(FITTED))))
    assert inner == pytest.approx({n: PARAMETERS[n].high for n in FITTED})


def test_the_objective_counts_every_episode_and_every_group_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    target = Target(Problem(("use_elasticity", "choke"), (COBALT,)))
    found = {
        "one": {"outside": np.array([1.0, -1.0, 1.0, -1.0]), "facts": np.array([2.0])},
        "other": {"facts": np.array([0.0, 3.0])},
    }
    monkeypatch.setattr(target, "by_episode", lambda values: found)
    assert target.parts({}) == pytest.approx({"one": (1.0 + 4.0) / 2.0, "other": 4.5})
    p = PARAMETERS["choke"]
    values = {"use_elasticity": PARAMETERS["use_elasticity"].prior, "choke": p.prior * exp(2.0 * p.spread)}
    expected = COUNT * (2.5 + 4.5) + 2.0**2
    assert target.objective(values) == pytest.approx(expected)
    residuals = target.residuals(values)
    assert residuals is not None
    assert len(residuals) == 4 + 1 + 2 + 2
    assert (residuals**2).sum() == pytest.approx(expected)


def test_a_run_that_fails_is_as_bad_as_can_be(monkeypatch: pytest.MonkeyPatch) -> None:
    target = Target(Problem(("choke",), (COBALT,)))

    def fails(values: Any) -> Any:
        raise ArithmeticError("the market has no price")

    monkeypatch.setattr(target, "by_episode", fails)
    assert target.residuals({"choke": 0.1}) is None
    assert target.objective({"choke": 0.1}) == WORST


def test_a_scored_observation_counts_by_its_error_and_facts_made_of_them_do_not_count_twice() -> None:
    problem = Problem(("choke",), (EARLY, COBALT), replications=1)
    found = Target(problem).by_episode({"choke": PARAMETERS["choke"].prior})
    assert set(found) == {"2010-embargo", "1978-cobalt"}
    assert "facts" not in found["2010-embargo"]
    history = find("2010-embargo").facts.history
    assert history is not None
    within = history.chosen(group="outside", span=EARLY.span)
    run = find("2010-embargo").run(1, changes=EARLY.changes, behaviour={"choke": PARAMETERS["choke"].prior})
    errors = (history.logs(run)[0] - history.observed)[within]
    sd = np.sqrt(history.sd[within] ** 2 + history.residuals.model_sd**2)
    assert found["2010-embargo"]["outside"] == pytest.approx(errors / sd)


class Straight:
    """A search in whose place residuals are straight lines: (z - goal) / sd of each parameter."""

    def __init__(self, goals: list[float], sds: list[float], fails: float = np.inf):
        self.problem = Problem(FITTED[: len(goals)], (COBALT,))
        self.goals, self.sds, self.fails, self.workers = np.array(goals), np.array(sds), fails, 2

    def residuals(self, units: list[np.ndarray]) -> list[np.ndarray | None]:
        found: list[np.ndarray | None] = []
        for unit in units:
            z = self.problem.from_prior(self.problem.values(unit))
            data = (z - self.goals) / self.sds
            found.append(np.concatenate([data, z]) if z[0] < self.fails else None)
        return found


def test_least_squares_finds_the_mean_of_data_and_prior() -> None:
    # data at g with standard deviation s and a prior at 0 with 1: g / (1 + s^2), and s / sqrt(1 + s^2) is left
    search: Any = Straight([1.0, -0.5, 2.0], [0.5, 2.0, 1e6])
    found = least_squares.descend(search, 0, search.problem.unit({}), 100)
    z = search.problem.from_prior(found.values)
    assert z == pytest.approx([1.0 / 1.25, -0.5 / 5.0, 0.0], abs=1e-3)
    left = [found.left[n] for n in search.problem.parameters]
    assert left == pytest.approx([0.5 / sqrt(1.25), 2.0 / sqrt(5.0), 1.0], abs=1e-6)
    assert found.directions == 1  # the data say more than a prior of the first alone
    assert found.objective == pytest.approx(float((z**2).sum() + (((z - search.goals) / search.sds) ** 2).sum()))
    assert found.prior == pytest.approx(float((z**2).sum()))
    assert found.bounds == []


def test_least_squares_ends_where_the_reach_ends_and_says_so() -> None:
    search: Any = Straight([50.0, 1.0], [0.01, 0.01])
    found = least_squares.descend(search, 0, search.problem.unit({}), 200)
    first = search.problem.parameters[0]
    assert found.bounds == [first]
    assert found.values[first] == pytest.approx(reach(PARAMETERS[first])[1])
    assert search.problem.from_prior(found.values)[1] == pytest.approx(1.0, abs=0.01)  # the other is found all the same


def test_least_squares_goes_around_values_under_which_a_run_fails() -> None:
    search: Any = Straight([2.0], [0.3], fails=0.8)
    found = least_squares.descend(search, 0, search.problem.unit({}), 100)
    assert 0.3 < search.problem.from_prior(found.values)[0] < 0.8
    search = Straight([2.0], [0.3], fails=-5.0)
    assert least_squares.descend(search, 0, search.problem.unit({}), 100).objective == WORST


def test_until_a_day_nothing_later_is_run_and_all_that_ship_are_fitted_where_none_is_named() -> None:
    (aim,) = aims_until(["2010-embargo"], date(2011, 12, 31))
    assert aim.changes == ("end=2011-12-31",)
    assert aim.span is not None
    assert aim.span[1] == date(2011, 12, 31)
    early = {a.episode: a for a in aims_until((), date(2011, 12, 31))}
    assert early["2010-embargo"] == aim
    assert "1978-cobalt" in early
    assert "2019-threat" not in early  # nothing of it is observed by then
    scored = {n for n in names() if any(f.band for f in find(n).facts.facts)}
    assert {a.episode for a in aims_until((), None)} == scored
    with pytest.raises(BadInput, match="two-countries: nothing is scored"):
        aims_until(["two-countries"], None)


def test_known_values_are_recovered() -> None:
    """History made with known values under another luck, and believed far more than priors: they are found again."""
    away = {"choke": 1.2, "smuggled_most": -1.2}
    truth = {n: PARAMETERS[n].prior * exp(z * PARAMETERS[n].spread) for n, z in away.items()}
    target = Target(Problem(tuple(truth), (EARLY,), replications=1, count=1000.0))
    pretend(target, truth, None)
    search: Any = AtHand(target)
    found = least_squares.descend(search, 0, target.problem.unit({}), 20).values
    for name, value in found.items():
        assert abs(log(value / truth[name])) < 0.5 * abs(log(PARAMETERS[name].prior / truth[name])), name


def test_recovery_goes_on_where_it_stopped_and_tells_what_it_found(tmp_path: Path) -> None:
    problem = Problem(("use_elasticity", IDLE), (Aim("2000-palladium", facts=False),), replications=1, count=0.0)
    rows = recover(problem, 2, 9, 20, tmp_path, workers=1)
    kept = json.loads((tmp_path / "recovery.json").read_text())
    kept["done"] = kept["done"][:1]
    (tmp_path / "recovery.json").write_text(json.dumps(kept))
    assert recover(problem, 2, 9, 20, tmp_path, workers=1) == rows
    assert all(0 <= rank <= 9 for row in rows for rank in row["rank"])
    with pytest.raises(BadInput, match="another recovery"):
        recover(problem, 2, 10, 20, tmp_path, workers=1)
    with pytest.raises(BadInput, match="only observations"):
        recover(Problem(("choke",), (COBALT,), count=0.0), 2, 9, 20, tmp_path / "facts", workers=1)


def test_ranks_that_are_even_pass_and_a_posterior_that_is_too_narrow_is_seen() -> None:
    # true z are normal; so is a right posterior (even ranks), one of a third of the width puts them at the ends
    luck = np.random.default_rng(2)

    def row(width: float) -> dict[str, Any]:
        true, sample = luck.normal(size=1), width * luck.normal(size=(39, 1))
        low, high = np.quantile(sample, [0.05, 0.95], axis=0)
        return {"true": true, "found": 0.5 * true, "rank": (sample < true).sum(axis=0), "low": low, "high": high}

    (right,) = told([row(1.0) for _ in range(200)], ("choke",), 39)
    (narrow,) = told([row(1.0 / 3.0) for _ in range(200)], ("choke",), 39)
    assert right["p"] > 0.05
    assert 0.8 < right["held"] < 0.95
    assert narrow["p"] < 1e-4
    assert narrow["held"] < 0.6
    assert right["correlation"] == pytest.approx(1.0)


@pytest.mark.parametrize("method", ["least-squares", "adaptation"])
def test_a_search_goes_on_where_it_stopped(tmp_path: Path, method: str) -> None:
    problem = Problem(("use_elasticity", "stock_elasticity"), (COBALT,), replications=1)
    whole = calibrate(problem, 2, 24, tmp_path / "whole", workers=1, method=method)
    path = tmp_path / "half" / "starts.json"
    calibrate(problem, 2, 24, tmp_path / "half", workers=1, method=method)
    kept = json.loads(path.read_text())
    kept["done"] = kept["done"][:1]
    path.write_text(json.dumps(kept))
    assert calibrate(problem, 2, 24, tmp_path / "half", workers=1, method=method) == whole
    assert whole[0].objective <= min(s.first for s in whole)
    with pytest.raises(BadInput, match="another calibration"):
        calibrate(problem, 3, 24, tmp_path / "half", workers=1, method=method)
    with pytest.raises(BadInput, match="nearest: least-squares"):
        calibrate(problem, 1, 24, tmp_path / "other", workers=1, method="least-square")


def test_profiles_of_straight_residuals_are_those_of_the_theory() -> None:
    # data of standard deviation s leave s / sqrt(1 + s^2) of a prior of 1
    search: Any = Straight([1.0, -0.5, 0.3], [0.5, 1.5, 1e6])
    best = least_squares.descend(search, 0, search.problem.unit({}), 100).values
    rows = {r["parameter"]: r for r in profiled(search, best)}
    left = [rows[n]["left"] for n in search.problem.parameters]
    assert left == pytest.approx([0.5 / sqrt(1.25), 1.5 / sqrt(3.25), 1.0], abs=0.01)
    assert [rows[n]["verdict"] for n in search.problem.parameters] == ["identified", "weak", "not identified"]


def test_two_parameters_that_do_the_same_are_not_identified_apart() -> None:
    # their sum is known to .1: either could be read from it, were the other held; left free it takes half the prior
    class Sum(Straight):
        def residuals(self, units: list[np.ndarray]) -> list[np.ndarray | None]:
            z = [self.problem.from_prior(self.problem.values(u)) for u in units]
            return [np.concatenate([[(x.sum() - 1.0) / 0.1], x]) for x in z]

    search: Any = Sum([0.0, 0.0], [1.0, 1.0])
    best = least_squares.descend(search, 0, search.problem.unit({}), 100).values
    assert [r["left"] for r in profiled(search, best)] == pytest.approx([sqrt(0.5), sqrt(0.5)], abs=0.02)


def test_a_parameter_that_does_nothing_is_not_identified() -> None:
    problem = Problem(("use_elasticity", IDLE), (COBALT,), replications=1)
    rows = {r["parameter"]: r for r in profiles(problem, problem.values(problem.unit({})), workers=1)}
    assert rows[IDLE]["verdict"] == "not identified"


def test_a_narrowed_problem_holds_what_moves_least_at_the_median_of_its_prior() -> None:
    problem = Problem(("stock_elasticity", IDLE, "horizon_years"), (COBALT,), replications=1)
    narrow = narrowed(problem, 2, trajectories=4, workers=1)
    assert len(narrow.parameters) == 2
    (held,) = set(problem.parameters) - set(narrow.parameters)
    assert narrow.values(np.array([0.1, 0.9]))[held] == PARAMETERS[held].prior
    with pytest.raises(BadInput, match="free parameters: 4"):
        narrowed(problem, 4)


def test_a_posterior_of_straight_residuals_is_that_of_the_theory() -> None:
    # data at g with sd s and a prior of sd 1: mean g / (1 + s^2), standard deviation s / sqrt(1 + s^2)
    search: Any = Straight([1.0, -0.5, 2.0], [0.5, 2.0, 1e6])
    best = least_squares.descend(search, 0, search.problem.unit({}), 100).values
    z = np.array([search.problem.from_prior(d) for d in drawn(search, best, 2000, seed=4)])
    assert z.mean(axis=0) == pytest.approx([0.8, -0.1, 0.0], abs=0.06)
    assert z.std(axis=0) == pytest.approx([0.5 / sqrt(1.25), 2.0 / sqrt(5.0), 1.0], rel=0.06)
    assert np.abs(z).max() <= REACH + 1e-9


def test_the_posterior_of_what_data_do_not_tell_is_its_prior(tmp_path: Path) -> None:
    problem = Problem(("report", "follow"), (COBALT,), replications=1)  # neither is at work in 1978
    draws = posterior(problem, problem.values(problem.unit({})), 60, workers=1)
    for name in problem.parameters:
        z = np.array([problem.from_prior(d)[problem.parameters.index(name)] for d in draws])
        assert 0.7 < z.std() < 1.3, name
        assert np.abs(z).max() <= REACH + 1e-9
    write(draws, tmp_path / "posterior.csv")
    again = read(tmp_path / "posterior.csv")
    assert again[3]["report"] == pytest.approx(draws[3]["report"], rel=1e-5)


def test_an_episode_is_left_out_with_those_that_share_its_run(tmp_path: Path) -> None:
    aims = tuple(Aim(e) for e in ("2019-threat", "2020-slump", "1978-cobalt", "2014-nickel"))
    kin = alike(Problem(("choke",), aims, replications=1))
    assert kin["2019-threat"] == kin["2020-slump"] == {"2019-threat", "2020-slump"}
    assert kin["1978-cobalt"] == {"1978-cobalt"}
    problem = Problem(("choke",), aims[2:], replications=1)
    (row,) = leave_out(problem, ["1978-cobalt"], 20, 4, tmp_path, workers=1)
    fitted = json.loads((tmp_path / "1978-cobalt" / "starts.json").read_text())
    assert "'1978-cobalt'" not in fitted["problem"]
    assert row["values"] == fitted["done"][0]["values"]
    assert row["groups"] == 6
    assert leave_out(problem, ["1978-cobalt"], 20, 4, tmp_path, workers=1) == [row]
    with pytest.raises(BadInput, match="nearest: 1978-cobalt"):
        leave_out(problem, ["1978-cobolt"], 20, 4, tmp_path, workers=1)


def test_without_a_sample_of_the_posterior_it_is_said_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"no fit has written .*chokepoint calibrate"):
        read(tmp_path / "posterior.csv")
    (tmp_path / "old.csv").write_text("cover_outside_months\n3\n")
    with pytest.raises(BadInput, match="unknown parameter cover_outside_months"):
        read(tmp_path / "old.csv")
