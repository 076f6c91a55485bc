"""Draws from the ranges of the parameter table: turning points and reasons worked by hand, and a small run."""

import json
import subprocess
import sys

import numpy as np
import pytest

from chokepoint.agents.behaviour import PARAMETERS
from chokepoint.experiments.attribution.stability import (
    contrast,
    drawn,
    reasons_of,
    stability,
    turning_points,
    turns_a_year,
)
from chokepoint.sim.scenario.problems import BadInput


def test_turning_points_are_extremes_that_the_series_comes_back_from() -> None:
    def count(*values: float) -> int:
        return turning_points(np.array(values), swing=0.05)

    assert count(0.0, 0.1, 0.2, 0.3) == 0
    assert count(0.0, 0.1, 0.2, 0.1) == 1  # a top
    assert count(0.2, 0.1, 0.0, 0.1, 0.2) == 1  # a bottom
    assert count(0.0, 0.2, 0.0, 0.2, 0.0) == 3
    assert count(0.0, 0.04, 0.0, 0.04, 0.0) == 0  # swings below a twentieth
    assert count(0.0, 0.10, 0.07, 0.14, 0.11, 0.2) == 0  # a way up with small dips
    assert count(0.0, 0.10, 0.07, 0.14, 0.05) == 1  # the dip at .07 is none, the top at .14 is one
    assert count(0.0, 0.03, -0.03, 0.03) == 1  # the bottom; the way up to .03 is too short for a top


def test_a_year_has_two_turning_points_in_a_yearly_wave_and_none_in_weekly_noise() -> None:
    weeks = np.arange(8 * 52)
    wave = np.exp(0.3 * np.sin(2.0 * np.pi * weeks / 52.0))
    # 4 years less half a window of 6 weeks: 202 weeks from a point of no swing on hold 8 extremes
    assert turns_a_year(wave, 4 * 52, 7.0) == pytest.approx(8 / (202 * 7.0 / 365.25))
    assert turns_a_year(np.exp(0.1 * (-1.0) ** weeks), 4 * 52, 7.0) == 0.0
    before = np.where(weeks < 4 * 52, wave, 1.0)
    assert turns_a_year(before, 4 * 52 + 26, 7.0) == 0.0  # what happens before does not count


def test_reasons_why_a_draw_is_not_healthy() -> None:
    sane = {"state": "done", "highest": 20.0, "lowest": 0.02, "use": 0.1, "turns": 1.5}
    assert reasons_of(sane) == []
    assert reasons_of({**sane, "highest": 20.1}) == ["explosion"]
    assert reasons_of({**sane, "lowest": 0.019}) == ["collapse"]
    assert reasons_of({**sane, "use": 0.09, "turns": 1.6}) == ["collapse", "oscillation"]
    assert reasons_of({"state": "failed"}) == ["failed"]


def test_draws_fill_the_ranges_evenly() -> None:
    values = drawn(10, seed=3)
    assert set(values) == set(PARAMETERS)
    for name, x in values.items():
        p = PARAMETERS[name]
        share = np.log(x / p.low) / np.log(p.high / p.low) if p.low > 0.0 else (x - p.low) / (p.high - p.low)
        tenth = np.floor(share * 10.0)
        assert sorted(tenth) == list(range(10)), name
    assert not np.array_equal(values["choke"], drawn(10, seed=4)["choke"])


def test_contrast_by_hand() -> None:
    # Wilson with z = 1.645, 8 of 10: (.8 + .13530) -+ 1.645 sqrt(.016 + .0067650) over 1.27060
    # pairs healthy > other: 3 > 1, 3 > 2, 4 > 1, 4 > 2 of four
    values = np.array([1.0, 2.0, 3.0, 4.0])
    chance, z = contrast(values, np.array([False, False, True, True]))
    assert (chance, z) == (1.0, pytest.approx(0.5 / np.sqrt(5.0 / 48.0)))
    assert contrast(values, np.array([True, False, False, True])) == (0.5, 0.0)


def test_four_draws_end_to_end() -> None:
    command = [sys.executable, "-m", "chokepoint.experiments.cli", "draws", "--draws", "4", "--workers", "1"]
    data = json.loads(subprocess.run([*command, "--json"], capture_output=True, text=True, check=True).stdout)
    assert len(data["runs"]) == data["draws"] == 4
    assert data["share"] == np.mean([not r["reasons"] for r in data["runs"]])
    assert data["low"] < data["share"] < data["high"] or data["share"] in (0.0, 1.0)
    with pytest.raises(BadInput, match="no observed peak"):
        stability("2020-slump", 4)
