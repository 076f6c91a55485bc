"""Indices on functions whose indices are known, and the verdict on their convergence on numbers made up for it."""

import numpy as np
import pandas as pd
import pytest

from chokepoint.experiments.analysis.convergence import Convergence, convergence
from chokepoint.experiments.analysis.luck import variance
from chokepoint.experiments.analysis.over_time import over_time
from chokepoint.experiments.analysis.sensitivity import morris, sobol
from chokepoint.sim.scenario.problems import BadInput
from tests.experiments.analysis.sweeps import Factor, morris_points, runs_of, series_of, sobol_points

ANGLES = [Factor(name, -np.pi, np.pi, "rad") for name in ("x1", "x2", "x3")]
LINEAR = [
    Factor("price", 0.0, 10.0, "USD/kg"),
    Factor("tax", -1.0, 1.0),
    Factor("idle"),
    Factor("rule", levels=("p", "q")),
]


def ishigami(points: pd.DataFrame) -> np.ndarray:
    """Ishigami and Homma (1990), a = 7, b = .1. S1 = .3139, .4424, 0; ST = .5576, .4424, .2437; S2 of 1 and 3 .2437."""
    x1, x2, x3 = points.to_numpy().T
    return np.asarray(np.sin(x1) + 7.0 * np.sin(x2) ** 2 + 0.1 * x3**4 * np.sin(x1))


def linear(points: pd.DataFrame) -> np.ndarray:
    return np.asarray(3.0 * points["price"] - 2.0 * points["tax"] + 5.0 * points["rule"])


def test_morris_of_a_linear_function_is_its_slopes_over_the_ranges() -> None:
    points = morris_points(LINEAR, 16)
    luck = np.array([0.0, 4.0])  # the same at every point: it must not enter an effect
    found = morris(LINEAR, points, runs_of(linear(points)[:, None] + luck), "price", 2)
    table = found.table
    assert table.loc[["price", "tax", "idle"], "mu"].to_list() == pytest.approx([30.0, -4.0, 0.0])
    assert table.loc[["price", "tax", "idle"], "mu_star"].to_list() == pytest.approx([30.0, 4.0, 0.0])
    assert table.loc[["price", "tax", "idle"], "sigma"].to_list() == pytest.approx([0.0, 0.0, 0.0], abs=1e-9)
    assert table.loc["rule", "mu"] == pytest.approx(5.0 / (2.0 / 3.0))  # a step of 2/3 always changes the level
    assert (found.size, found.points, found.replications) == (16, 80, 2)
    assert found.convergence.values
    assert found.convergence.ranking
    assert found.variance.luck == pytest.approx(8.0)  # variance of 0 and 4
    assert found.variance.both == pytest.approx(0.0, abs=1e-9)


def test_morris_intervals_are_wide_where_effects_scatter() -> None:
    factors = [Factor("a"), Factor("b")]
    points = morris_points(factors, 40)
    found = morris(factors, points, runs_of((points["a"] * points["b"]).to_numpy()[:, None]), "price", 1).table
    # the effect of a is b: 0, 1/3, 2/3 or 1, each as often, so mu* = 1/2 and sigma = .373
    assert found.loc["a", "mu_star"] == pytest.approx(0.5, abs=0.1)
    assert found.loc["a", "sigma"] == pytest.approx(0.373, abs=0.06)
    half = 1.96 * 0.373 / np.sqrt(40.0)
    assert found.loc["a", "mu_star_high"] - found.loc["a", "mu_star"] == pytest.approx(half, rel=0.25)


def test_rows_that_are_no_trajectories_are_refused() -> None:
    points = morris_points(LINEAR, 4)
    runs = runs_of(linear(points)[:, None])
    with pytest.raises(BadInput, match=r"points \d+ and \d+: \d factors move, one must"):
        morris(LINEAR, points.sample(frac=1.0, random_state=1).reset_index(drop=True), runs, "price", 1)
    with pytest.raises(BadInput, match=r"levels = 6: steps of 0\.667 of a range come from a grid of 4"):
        morris(LINEAR, points, runs, "price", 1, levels=6)
    with pytest.raises(BadInput, match="19 points: 4 factors need two or more trajectories of 5"):
        morris(LINEAR, points.iloc[:19], runs.iloc[:19], "price", 1)


@pytest.mark.parametrize("pairs", [True, False])
def test_sobol_of_ishigami(pairs: bool) -> None:
    points = sobol_points(ANGLES, 1024, pairs=pairs)
    found = sobol(ANGLES, points, runs_of(ishigami(points)[:, None]), "price", 1)
    assert found.size == 1024
    assert found.table["S1"].to_list() == pytest.approx([0.3139, 0.4424, 0.0], abs=0.03)
    assert found.table["ST"].to_list() == pytest.approx([0.5576, 0.4424, 0.2437], abs=0.03)
    for index, truth in (("S1", (0.3139, 0.4424, 0.0)), ("ST", (0.5576, 0.4424, 0.2437))):
        assert (found.table[f"{index}_low"].to_numpy() < truth).all()
        assert (found.table[f"{index}_high"].to_numpy() > truth).all()
    assert found.convergence.table["size"].unique().tolist() == [256, 512, 1024]
    assert found.convergence.ranking
    if pairs:
        assert found.pairs is not None
        assert found.pairs["S2"].to_list() == pytest.approx([0.0, 0.2437, 0.0], abs=0.05)
        assert found.pairs[["factor", "other"]].iloc[1].to_list() == ["x1", "x3"]
    else:
        assert found.pairs is None


def test_a_small_design_is_not_called_converged() -> None:
    points = sobol_points(ANGLES, 32)
    found = sobol(ANGLES, points, runs_of(ishigami(points)[:, None]), "price", 1)
    assert not found.convergence.values
    assert "ST has not converged: its largest change from 16 to 32 base samples" in found.convergence.verdict


def test_sobol_refuses_rows_in_another_order_and_an_output_that_never_changes() -> None:
    points = sobol_points(ANGLES, 16)
    with pytest.raises(BadInput, match="128 points of 3 factors: not rows of a Saltelli design"):
        sobol(ANGLES, points.iloc[::-1].reset_index(drop=True), runs_of(ishigami(points)[:, None]), "price", 1)
    with pytest.raises(BadInput, match=r"price: 2\.5 at every point"):
        sobol(ANGLES, points, runs_of(np.full((128, 1), 2.5)), "price", 1)


def test_luck_that_differs_by_point_is_told_apart_from_factors() -> None:
    points = sobol_points(ANGLES, 512, pairs=False)
    y = ishigami(points)
    noise = np.random.default_rng(1).normal(size=(len(y), 4)) * y.std()  # as much as the factors
    found = sobol(ANGLES, points, runs_of(y[:, None] + noise), "price", 4)
    assert found.variance.share_of_luck == pytest.approx(0.5, abs=0.05)
    assert found.variance.noise == pytest.approx(0.2, abs=0.03)  # a quarter as much is left in means of four
    assert found.table.loc["x2", "ST"] == pytest.approx(0.8 * 0.4424 + 0.2, abs=0.06)


def test_parts_of_the_variance_by_hand() -> None:
    shared = variance(np.array([[1.0, 3.0], [5.0, 7.0]]))  # rows 2 and 6, columns 3 and 5, nothing left
    assert (shared.factors, shared.luck, shared.both) == pytest.approx((8.0, 2.0, 0.0))
    assert shared.share_of_luck == pytest.approx(0.2)
    crossed = variance(np.array([[0.0, 2.0], [2.0, 0.0]]))  # all four are 1 from the mean that rows and columns give
    assert (crossed.factors, crossed.luck, crossed.both) == pytest.approx((0.0, 0.0, 4.0))
    assert crossed.noise == pytest.approx(1.0)
    assert np.isnan(variance(np.array([[1.0], [3.0]])).share_of_luck)


def judged(before: list[float], values: list[float], halves: list[float], relative: bool = False) -> Convergence:
    found = {2: before, 4: before, 8: values}
    return convergence(
        "ST", ["a", "b"], 8, lambda n: (np.array(found[n]), np.array(halves)), change=0.05, width=0.1, relative=relative
    )


def test_the_verdict_on_convergence_by_hand() -> None:
    good = judged([0.50, 0.30], [0.52, 0.30], [0.04, 0.01])
    assert (good.largest_change, good.widest) == pytest.approx((0.02, 0.08))
    assert (good.values, good.ranking, good.screening) == (True, True, True)
    wide = judged([0.50, 0.30], [0.52, 0.30], [0.06, 0.01])
    assert (wide.values, wide.ranking) == (False, True)
    moved = judged([0.45, 0.30], [0.52, 0.30], [0.04, 0.01])
    assert (moved.values, moved.ranking) == (False, True)
    turned = judged([0.30, 0.32], [0.34, 0.30], [0.01, 0.01])
    assert (turned.values, turned.ranking) == (True, False)
    assert not judged([0.50, 0.03], [0.50, 0.03], [0.04, 0.06]).screening
    assert judged([5.0, 3.0], [5.2, 3.0], [0.2, 0.1], relative=True).widest == pytest.approx(0.4 / 5.2)
    assert not convergence("ST", ["a"], 3, lambda n: (np.ones(1), np.zeros(1))).values


def test_indices_over_time_follow_the_weights_of_two_factors() -> None:
    factors = [Factor("a"), Factor("b")]
    points = sobol_points(factors, 256, pairs=True)
    times = pd.date_range("2010-01-01", periods=5, freq="MS")
    series = series_of(points, times, lambda p, share: (share * p["a"] + (1.0 - share) * p["b"]).to_numpy())
    series.loc[series["time"] == times[0], "price"] = 7.0  # before anything differs
    found = over_time(factors, points, series, "price", 1).set_index(["time", "factor"])
    for i, time in enumerate(times[1:], start=1):
        w = (i / 4.0) ** 2
        assert found.loc[(time, "a"), "S1"] == pytest.approx(w / (w + (1.0 - i / 4.0) ** 2), abs=0.05)
        assert found.loc[(time, "a"), "ST"] == pytest.approx(w / (w + (1.0 - i / 4.0) ** 2), abs=0.05)
    assert found.loc[(times[4], "a"), "spread"] == pytest.approx(1.0 / np.sqrt(12.0), rel=0.02)
    assert found.loc[times[0], "spread"].to_list() == [0.0, 0.0]
    assert found.loc[times[0], ["S1", "ST"]].isna().all().all()
    with pytest.raises(BadInput, match=r"run 3 \(point 3, replication 0\): missing at 1 of 5 times, first 2010-03-01"):
        over_time(factors, points, series.drop(index=2 * len(points) + 3), "price", 1)


def test_a_series_that_never_differs_is_refused() -> None:
    points = sobol_points(ANGLES, 2)
    series = series_of(points, pd.date_range("2010-01-01", periods=2), lambda p, share: np.full(len(p), share))
    with pytest.raises(BadInput, match="price: the same at every point and time"):
        over_time(ANGLES, points, series, "price", 1)


def test_effects_over_time() -> None:
    factors = [Factor("a"), Factor("b")]
    points = morris_points(factors, 6)
    times = pd.date_range("2010-01-01", periods=3, freq="MS")
    series = series_of(points, times, lambda p, share: (share * p["a"] + 2.0 * p["b"]).to_numpy())
    found = over_time(factors, points, series, "price", 1, method="morris").set_index(["time", "factor"])
    assert found.loc[(times[1], "a"), "mu_star"] == pytest.approx(0.5)
    assert found.loc[(times[2], "b"), "mu"] == pytest.approx(2.0)
