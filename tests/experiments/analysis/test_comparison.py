"""Paired comparison and the number of replications, on numbers worked by hand."""

import numpy as np
import pandas as pd
import pytest

from chokepoint.experiments.analysis.comparison import compare, replications_needed, replications_table
from chokepoint.sim.scenario.problems import BadInput

VALUES = pd.DataFrame(
    [[1.0, 2.0, 3.0, 4.0], [2.0, 4.0, 6.0, 8.0], [2.0, 2.0, 2.0, 2.0]], index=["none", "double", "flat"]
)


def test_paired_differences_by_hand() -> None:
    found = compare(VALUES, "none")
    double = found.table.loc["double"]
    assert found.differences.loc["double"].to_list() == [1.0, 2.0, 3.0, 4.0]
    assert double["difference"] == 2.5
    half = 3.18245 * np.sqrt(5.0 / 3.0) / 2.0  # t of 3 degrees of freedom, s of 1, 2, 3, 4
    assert (double["t_low"], double["t_high"]) == pytest.approx((2.5 - half, 2.5 + half), abs=1e-4)
    assert double["won"] == 1.0
    assert double["correlation"] == pytest.approx(1.0)
    assert double["variance_reduction"] == pytest.approx(1.0 - 1.66667 / (6.66667 + 1.66667), abs=1e-5)
    assert 1.25 <= double["bootstrap_low"] < 2.0 < 3.0 < double["bootstrap_high"] <= 3.75
    assert double["n"] == 4
    assert list(found.table.index) == ["double", "flat"]


def test_ties_count_half_and_less_may_be_better() -> None:
    flat = compare(VALUES, "none").table.loc["flat"]  # differences 1, 0, -1, -2
    assert (flat["difference"], flat["won"]) == (-0.5, 0.375)
    assert compare(VALUES, "none", better="lower").table.loc["flat", "won"] == 0.625
    assert np.isnan(flat["correlation"])  # of numbers that do not move


def test_an_interval_covers_as_often_as_it_says() -> None:
    generator = np.random.default_rng(1)
    covered = 0
    for _ in range(300):
        luck = generator.normal(size=8)
        pair = pd.DataFrame([luck, luck + 1.0 + generator.normal(size=8)], index=["a", "b"])
        row = compare(pair, "a", confidence=0.8, resamples=2).table.loc["b"]
        covered += row["t_low"] <= 1.0 <= row["t_high"]
    assert covered / 300.0 == pytest.approx(0.8, abs=0.06)


def test_replications_needed_by_hand() -> None:
    gaps = np.array([1.0, 2.0, 3.0, 4.0])  # s = 1.29099
    # n = 8: 2.36462 s / sqrt(8) = 1.0793; n = 9: 2.30600 s / 3 = .9923
    assert replications_needed(gaps, 1.0) == 9
    assert replications_needed(gaps, 1.0793 + 1e-3) == 8
    assert replications_needed(gaps, 1.06) == 9  # 8 degrees of freedom instead of 7 would let n = 8 through
    assert replications_needed(gaps, 1000.0) == 2
    assert replications_needed(np.ones(3), 0.1) == 2
    table = replications_table(VALUES, "none", [1.0, 2.0]).set_index(["policy", "half_width"])
    # unpaired s = sqrt(20/3 + 5/3) = 2.88675
    # n = 34: 2.03452 s / sqrt(34) = 1.0072; n = 35: 2.03224 s / sqrt(35) = .9916
    assert table.loc[("double", 1.0)].to_list() == [9, 35]
    assert (table["paired"] <= table["unpaired"]).loc["double"].all()


def test_what_cannot_be_compared_is_named() -> None:
    broken = VALUES.copy()
    broken.loc["flat", 2] = np.nan
    with pytest.raises(BadInput) as caught:
        compare(broken, "nine")
    assert caught.value.problems == [
        "flat: replication 2 is nan", "nine: no such policy (nearest: none)",
    ]  # fmt: skip
    with pytest.raises(BadInput, match="an interval needs two"):
        compare(VALUES[[0]], "none")
    with pytest.raises(BadInput, match="there is no other policy than none"):
        compare(VALUES.loc[["none"]], "none")
    with pytest.raises(BadInput, match="half-width 0: must be above 0"):
        replications_needed(np.array([1.0, 2.0]), 0.0)
