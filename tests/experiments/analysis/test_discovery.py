"""A planted box is found again; noise yields none; quasi-p-values and slices by hand."""

import numpy as np
import pandas as pd
import pytest

from chokepoint.experiments.analysis.discovery import Box, discover, quasi_p, worlds
from chokepoint.sim.scenario.problems import BadInput
from tests.experiments.analysis.sweeps import Factor, spread_points

FACTORS = [
    Factor("embargo", 0.0, 200.0, "days"), Factor("tax", 0.0, 0.4), Factor("cover", 10.0, 20.0, "weeks"),
    Factor("rule", levels=("none", "days", "band, wide")), Factor("idle"),
]  # fmt: skip
FREE = Box((-np.inf,) * 2, (np.inf,) * 2, (frozenset(),) * 2)


def planted(points: pd.DataFrame, seed: int = 5) -> np.ndarray:
    """Mostly of interest where the embargo is longer than 120 days, cover below 15 weeks and the rule not `none`."""
    inside = (points["embargo"] > 120.0) & (points["cover"] < 15.0) & (points["rule"] > 0.0)
    return np.asarray(np.random.default_rng(seed).random(len(points)) < np.where(inside, 0.95, 0.04))


@pytest.mark.parametrize("choose", ["harmonic", "gain"])
def test_a_planted_box_is_found_again(choose: str) -> None:
    points = spread_points(FACTORS, 800)
    found = discover(FACTORS, points, planted(points), choose=choose, shuffles=39)
    told = found.restrictions.set_index("factor")
    assert sorted(told.index) == ["cover", "embargo", "rule"]
    assert told.loc["embargo", "low"] == pytest.approx(120.0, abs=6.0)
    assert told.loc["cover", "high"] == pytest.approx(15.0, abs=0.3)
    assert told.loc["rule", "levels"] == "days, band, wide"
    assert np.isnan(told.loc["embargo", "high"])
    assert told.loc["embargo", "unit"] == "days"
    assert (told["quasi_p"] < 0.001).all()
    chosen = found.trajectory[found.trajectory["chosen"]].iloc[0]
    assert chosen["density"] > 0.9
    assert chosen["coverage"] > 0.7
    assert chosen["restricted"] == 3
    assert found.claimed
    assert found.p_value == pytest.approx(1.0 / 40.0)


@pytest.mark.parametrize(("seed", "rate"), [(0, 0.3), (1, 0.3), (2, 0.08), (25, 0.08)])
def test_noise_yields_no_claim(seed: int, rate: float) -> None:
    points = spread_points(FACTORS, 300, seed)
    found = discover(FACTORS, points, np.random.default_rng(seed + 50).random(300) < rate, shuffles=39)
    assert not found.claimed
    assert found.verdict.startswith("no box is claimed")
    if seed == 25:  # quasi-p-values alone would have let one through
        assert found.restrictions["quasi_p"].max() < 0.05


def test_pasting_gives_back_what_a_coarse_peel_took() -> None:
    factors = [Factor("days", 0.0, 200.0, "days")]
    points = pd.DataFrame({"days": np.arange(200.0)})
    holds = (points["days"] >= 100.0).to_numpy()
    steps = discover(factors, points, holds, alpha=0.3, shuffles=0)
    last = steps.trajectory.iloc[-1]
    assert last[["move", "coverage", "density"]].to_list() == ["paste", 1.0, 1.0]  # peels go to 60 and on to 102
    assert steps.restrictions["low"].to_list() == [99.5]


def test_restrictions_that_chance_explains_are_lifted() -> None:
    points = spread_points(FACTORS, 300, 5)
    inside = (points["embargo"] > 120.0) & (points["cover"] < 15.0)
    holds = np.random.default_rng(5).random(300) < np.where(inside, 0.75, 0.1)
    found = discover(FACTORS, points, np.asarray(holds), shuffles=0)
    assert found.trajectory["move"].iloc[-1] == "lift"
    assert found.trajectory["factor"].iloc[-1] not in found.restrictions["factor"].to_list()
    assert found.restrictions["factor"].to_list() == ["embargo", "cover"]
    assert (found.restrictions["quasi_p"] <= 0.05).all()


def test_the_way_down_begins_with_all_worlds_and_thins_out() -> None:
    points = spread_points(FACTORS, 400)
    holds = planted(points)
    steps = discover(FACTORS, points, holds, shuffles=0, minimum_mass=0.1).trajectory
    peels = steps[steps["move"].isin(["start", "peel"])]
    assert peels.iloc[0][["coverage", "density", "mass", "restricted"]].to_list() == [1.0, holds.mean(), 1.0, 0]
    assert (np.diff(peels["mass"]) < 0.0).all()
    assert peels["mass"].min() >= 0.1
    ratio = steps["density"] / holds.mean() * steps["mass"]
    assert np.allclose(steps["coverage"], ratio)  # by definition of the three


def test_a_box_and_its_quasi_p_by_hand() -> None:
    x = np.array([[0.1, 0], [0.2, 0], [0.3, 1], [0.6, 0], [0.7, 0], [0.8, 2]], dtype=float)
    holds = np.array([False, False, False, True, True, False])
    box = FREE.with_low(0, 0.5).with_dropped(1, frozenset({2}))
    assert box.contains(x).tolist() == [False, False, False, True, True, False]
    assert box.sides == [(0, "low"), (1, "levels")]
    assert box.without(0, "low").contains(x).tolist() == [True, True, True, True, True, False]
    assert quasi_p(x, holds, box, 0, "low") == pytest.approx(0.4**2)  # both of two, at 2 in 5 without the limit
    assert quasi_p(x, holds, box, 1, "levels") == pytest.approx((2.0 / 3.0) ** 2)


def test_a_cut_between_equal_values_takes_all_of_them_or_none() -> None:
    factors = [Factor("firms", 1.0, 4.0)]
    points = pd.DataFrame({"firms": np.repeat([1.0, 2.0, 3.0, 4.0], 25)})
    holds = (points["firms"] >= 3.0).to_numpy()
    told = discover(factors, points, holds, shuffles=19).restrictions
    assert told[["factor", "low"]].to_numpy().tolist() == [["firms", 2.5]]


def test_worlds_of_interest_by_share_of_replications() -> None:
    values = np.array([[1.0, 3.0, 3.0], [1.0, 1.0, 3.0], [3.0, 9.0, 9.0]])
    assert worlds(values, above=2.0).tolist() == [True, False, True]
    assert worlds(values, above=2.0, below=5.0).tolist() == [True, False, False]
    assert worlds(values, above=2.0, share=1.0).tolist() == [False, False, True]
    with pytest.raises(BadInput, match="give a limit"):
        worlds(values)


def test_nothing_to_tell_apart_is_refused() -> None:
    points = spread_points(FACTORS, 20)
    with pytest.raises(BadInput, match="0 of 20"):
        discover(FACTORS, points, np.zeros(20, dtype=bool))
    with pytest.raises(BadInput, match="not one truth value a point"):
        discover(FACTORS, points, np.ones(20))
