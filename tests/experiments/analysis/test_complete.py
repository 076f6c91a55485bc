"""An incomplete sweep is refused, each run at fault by name; a complete one comes out in the order of the design."""

import numpy as np
import pandas as pd
import pytest

from chokepoint.experiments.analysis.complete import values_by_point, values_over_time
from chokepoint.experiments.analysis.factors import design
from chokepoint.sim.scenario.problems import BadInput
from tests.experiments.analysis.sweeps import Factor, frame, runs_of, series_of

POINTS = frame([Factor("a")], np.linspace(0.0, 1.0, 4)[:, None])
VALUES = np.arange(8.0).reshape(4, 2)


def test_values_come_in_the_order_of_the_design_whatever_the_order_of_rows() -> None:
    runs = runs_of(VALUES).sample(frac=1.0, random_state=1)
    assert np.array_equal(values_by_point(POINTS, runs, "price", 2), VALUES)


def test_every_run_at_fault_is_named_with_its_reason() -> None:
    runs = runs_of(VALUES)
    runs.loc[2, ["state", "stage", "message", "price"]] = [
        "failed",
        "simulate",
        "ValueError: no steady state\nmore",
        np.nan,
    ]
    runs.loc[3, "price"] = np.inf
    runs = pd.concat([runs.drop(index=5), runs.loc[[6]], runs.loc[[7]].assign(run=9, point=4)])
    with pytest.raises(BadInput) as caught:
        values_by_point(POINTS, runs, "price", 2)
    assert caught.value.problems == [
        "run 9 (point 4, replication 1): the design has 4 points and 2 replications",
        "run 2 (point 1, replication 0): failed in simulate: ValueError: no steady state",
        "run 3 (point 1, replication 1): price is inf",
        "run 5 (point 2, replication 1): missing",
        "run 6 (point 3, replication 0): there 2 times",
    ]


def test_a_failed_run_with_a_number_is_refused_too() -> None:
    runs = runs_of(VALUES)
    runs.loc[4, ["state", "stage"]] = ["failed", "measure"]
    with pytest.raises(BadInput, match=r"run 4 \(point 2, replication 0\): failed, though it has a value"):
        values_by_point(POINTS, runs, "price", 2)


def test_a_long_list_ends_with_how_many_more() -> None:
    with pytest.raises(BadInput) as caught:
        values_by_point(frame([Factor("a")], np.zeros((40, 1))), runs_of(VALUES), "price", 1)
    lines = str(caught.value).splitlines()
    assert len(caught.value.problems) == 40  # 4 rows of a second replication, 36 points without a run
    assert len(lines) == 22
    assert lines[-1] == "  and 20 more"


def test_an_unknown_output_gets_a_hint() -> None:
    with pytest.raises(BadInput, match=r"prize: no such output .*price"):
        values_by_point(POINTS, runs_of(VALUES), "prize", 2)


def test_series_come_as_points_by_replications_by_times_or_name_what_lacks() -> None:
    times = pd.date_range("2010-01-04", periods=3, freq="7D")
    series = series_of(POINTS, times, lambda points, share: points["a"].to_numpy() + share)
    values, found = values_over_time(POINTS, series.sample(frac=1.0, random_state=2), "price", 1)
    assert list(found) == list(times)
    assert np.allclose(values[:, 0, :], POINTS["a"].to_numpy()[:, None] + [0.0, 0.5, 1.0])
    broken = series.copy()
    broken.loc[(broken["run"] == 1) & (broken["time"] == times[1]), "price"] = np.nan
    broken = broken[(broken["run"] != 2) & ~((broken["run"] == 3) & (broken["time"] != times[1]))]
    with pytest.raises(BadInput) as caught:
        values_over_time(POINTS, broken, "price", 1)
    assert caught.value.problems == [
        "run 1 (point 1, replication 0): not finite at 1 of 3 times, first 2010-01-11",
        "run 2 (point 2, replication 0): missing",
        "run 3 (point 3, replication 0): missing at 2 of 3 times, first 2010-01-04",
    ]


def test_a_design_out_of_range_or_order_is_refused() -> None:
    factors = [Factor("a"), Factor("b", levels=("x", "y"))]
    points = pd.DataFrame({"a": [0.5, 1.5], "b": [0.5, 2.0]})
    with pytest.raises(BadInput) as caught:
        design(factors, points)
    assert caught.value.problems == [
        "point 1: a = 1.5 is not within 0 and 1",
        "point 1: b = 2 is not within 0 and 1",
        "point 0: b = 0.5 is no code of a level",
    ]
    with pytest.raises(BadInput, match="c: not a column"):
        design([Factor("c")], points)
    with pytest.raises(BadInput, match="in the order of the design"):
        design(factors[:1], points.iloc[::-1])
