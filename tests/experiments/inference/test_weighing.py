"""Hypotheses weighed by their likelihoods: numbers worked by hand, synthetic histories, and the verb end to end."""

import json
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from math import log, pi

import numpy as np
import pytest
from typer.testing import CliRunner

from chokepoint.experiments.cli import app
from chokepoint.experiments.history.catalogue import Episode, find
from chokepoint.experiments.history.observed import Datum, History, Residuals
from chokepoint.experiments.inference.weighing import (
    Hypothesis,
    Weighed,
    Weighing,
    compare,
    hypotheses_of,
    latin_hypercube,
    weigh,
)
from chokepoint.experiments.inference.weighing_report import as_data, draw
from chokepoint.sim import BadInput
from chokepoint.sim.simulation import change_scenario

SLUMP = find("2020-slump")
DAY = date(2020, 1, 1)


def history(days: list[int], group: str = "exports", *, correlation: float = 0.5, relative: tuple[str, ...] = (),
            values: list[float] | None = None) -> History:  # fmt: skip
    """Points of one series, with a model error of .3 and a measurement error of .4 (variances .09 and .16)."""
    data = [
        Datum(group, "x", "exports", (), True, d := DAY + timedelta(days=n), d, value, 0.4)
        for n, value in zip(days, values or [0.0] * len(days), strict=True)
    ]
    return History(data, Residuals(0.3, {}, correlation), relative)


def story(name: str) -> Hypothesis:
    return Hypothesis(
        name=name, title=name, size=(1.0, 2.0), unit="", first=("2020-01", "2020-03"), months=(1, 2),
        changes=("{size} {span}",),
    )  # fmt: skip


# Log-likelihood


def test_two_correlated_points_by_hand() -> None:
    # about half a year apart: variance .25, covariance about .5 * .09 = .045; residuals .1 and .2
    two = history([0, 182], values=[0.1, 0.2])
    shared = 0.09 * 0.5 ** (182.0 / 182.625)
    determinant = 0.25**2 - shared**2
    square = (0.25 * (0.1**2 + 0.2**2) - 2.0 * shared * 0.1 * 0.2) / determinant
    assert two.misfit(np.zeros(2)) == pytest.approx(square / 2.0)
    assert two.log_likelihood(np.zeros(2)) == pytest.approx(-0.5 * (square + log(determinant)) - log(2.0 * pi))
    assert shared == pytest.approx(0.045, rel=0.01)


def test_without_correlation_points_are_independent() -> None:
    alone = history([0, 10, 20], correlation=0.0, values=[0.1, -0.2, 0.3])
    by_hand = sum(-0.5 * (r**2 / 0.25 + log(2.0 * pi * 0.25)) for r in (0.1, -0.2, 0.3))
    assert alone.log_likelihood(np.zeros(3)) == pytest.approx(by_hand)


def test_series_are_independent_of_each_other_and_add_up() -> None:
    one, other = history([0, 30], "exports", values=[0.1, 0.2]), history([0, 30], "price", values=[0.3, 0.1])
    both = History([*one.data, *other.data], one.residuals)
    path = np.zeros(4)
    parts = [both.log_likelihood(path, group=g) for g in ("exports", "price")]
    assert parts == pytest.approx([one.log_likelihood(np.zeros(2)), other.log_likelihood(np.zeros(2))])
    assert both.log_likelihood(path) == pytest.approx(sum(parts))


def test_a_level_that_is_not_at_issue_does_not_count() -> None:
    changes = history([0, 30, 90], relative=("exports",), values=[0.0, 0.1, 0.3])
    path = np.array([0.1, -0.1, 0.2])
    assert changes.log_likelihood(path + 5.0) == pytest.approx(changes.log_likelihood(path))
    assert changes.log_likelihood(path) != pytest.approx(history([0, 30, 90]).log_likelihood(path))
    # one change of .1 over 30 days: variance 2 * (.16 + .09 (1 - rho)), rho = .5 ** (30 / 182.625)
    variance = 2.0 * (0.16 + 0.09 * (1.0 - 0.5 ** (30.0 / 182.625)))
    one = history([0, 30], relative=("exports",), values=[0.0, 0.1])
    assert one.log_likelihood(np.zeros(2)) == pytest.approx(-0.5 * (0.01 / variance + log(2.0 * pi * variance)))


def test_it_makes_no_difference_which_point_changes_are_counted_from() -> None:
    forth = history([0, 30, 90], relative=("exports",), values=[0.0, 0.1, 0.3])
    back = History(forth.data[::-1], forth.residuals, forth.relative)
    path = np.array([0.2, 0.0, -0.1])
    assert forth.log_likelihood(path) == pytest.approx(back.log_likelihood(path[::-1]))


def test_many_paths_at_once_and_none_that_is_not_finite() -> None:
    three = history([0, 30, 90], values=[0.0, 0.1, 0.3])
    paths = np.random.default_rng(1).normal(size=(2, 4, 3))
    every = three.log_likelihood(paths)
    assert every.shape == (2, 4)
    assert every[1, 2] == pytest.approx(three.log_likelihood(paths[1, 2]))
    with pytest.raises(ValueError, match="not finite"):
        three.log_likelihood(np.array([0.0, np.nan, 0.0]))


# Hypotheses


def test_points_of_a_hypothesis() -> None:
    one = story("one")
    assert one.told(np.array([0.0, 0.0, 0.0])) == ("1 2020-01..2020-01",)
    assert one.told(np.array([0.5, 0.999, 0.999])) == ("1.5 2020-03..2020-04",)
    across = one.model_copy(update={"first": ("2020-12", "2020-12"), "scale": "inverse", "size": (10.0, 100.0)})
    # halfway between 1 / 10 and 1 / 100 lies 1 / 18.18
    assert across.values(np.array([0.5, 0.0, 0.9])) == (pytest.approx(1.0 / 0.055), "2020-12", "2021-01")


def test_a_latin_hypercube_has_one_point_in_each_slice() -> None:
    cube = latin_hypercube(8, seed=1)
    assert (np.sort((cube * 8).astype(int), axis=0) == np.arange(8)[:, None]).all()


def test_every_hypothesis_of_the_slump_has_the_same_dates_and_a_scenario() -> None:
    found, shared = hypotheses_of(SLUMP)
    assert [h.name for h in found] == ["slump", "restriction"]
    assert len({(h.first, h.months) for h in found}) == 1
    slump, slowed = (change_scenario(SLUMP.scenario(), (*shared, *h.told(np.full(3, 0.5)))) for h in found)
    assert slump.events == SLUMP.scenario().events
    assert slowed.events[-1].instrument == "inspection"
    assert slowed.news == slump.news == SLUMP.scenario().news
    january = slump.activity_months.index("2020-01")
    assert slowed.activity["China"] == slump.activity["China"]
    assert len(set(slowed.activity["Japan"][january:])) == 1
    assert min(slump.activity["Japan"]) < min(slowed.activity["Japan"])


def test_weighing_leaves_score_and_calibration_alone() -> None:
    evidence = SLUMP.facts.evidence
    assert evidence is not None
    assert SLUMP.facts.history is not None
    assert "exports" not in SLUMP.facts.history.groups  # they are weighed, not scored
    scored = find("2010-embargo").facts.history
    assert scored is not None
    assert evidence.residuals == scored.residuals
    assert {g: int(m.sum()) for g, m in evidence.groups.items()} == {"exports": 14, "Nd inside": 12}
    months = [(d.first, d.last) for d in evidence.data if d.group == "exports"]
    assert all(a[1] < b[0] for a, b in pairwise(months))  # no month is counted twice


BROKEN = """
[evidence]
residuals_of = "../x"
[hypothesis.a]
title = "a"
size = [1.0, -2.0]
unit = "t"
first = ["2020-13", "2020-02"]
months = [1, 2]
changes = ["{size} {span}"]
colour = "red"
[hypothesis.b]
title = "b"
size = [1.0, 2.0]
unit = "t"
first = ["2020-01", "2020-02"]
months = [1, 2]
changes = ["{size}"]
"""


def test_problems_of_hypotheses_are_told_at_once(tmp_path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "facts.toml").write_text(BROKEN, encoding="utf-8")
    with pytest.raises(BadInput) as caught:
        hypotheses_of(Episode(tmp_path))
    told = "\n".join(caught.value.problems)
    for words in ("hypothesis.a, size.1", "hypothesis.a, first.0", "a, colour: unknown key", "hypothesis.b", "{span}"):
        assert words in told
    with pytest.raises(BadInput, match="two sections"):
        hypotheses_of(find("2019-threat"))


# Synthetic histories

LONG = history([30 * i for i in range(12)])


def paths(sign: float) -> np.ndarray:
    """Paths of twenty points of a hypothesis: a fall (or rise) of every size from some month on."""
    start = np.arange(20) % 5 + 3
    return np.array([sign * (1.0 + 0.1 * i) * (np.arange(12) >= start[i]) for i in range(20)])


def compared(observed: np.ndarray):  # type: ignore[no-untyped-def]
    here = History([replace(d, log_value=float(v)) for d, v in zip(LONG.data, observed, strict=True)], LONG.residuals)
    cube = latin_hypercube(20, seed=1)
    return compare(here, [story("fall"), story("rise")], cube, np.array([paths(-1.0), paths(1.0)]), 100, seed=1)


def test_the_data_of_a_hypothesis_prefer_it_and_flat_data_neither() -> None:
    for true, other, sign in ((0, 1, -1.0), (1, 0, 1.0)):
        weighed = compared(paths(sign)[7])
        assert weighed[true].best == 7
        assert weighed[true].fitted - weighed[other].fitted > log(20.0)
        assert weighed[true].marginal - weighed[other].marginal > log(20.0)
    fall, rise = compared(np.zeros(12))
    assert abs(fall.fitted - rise.fitted) < 1e-9


def test_the_marginal_likelihood_is_the_mean_over_points() -> None:
    empty = np.zeros((4, 0))
    one = Weighed(story("one"), np.zeros((4, 3)), empty, np.log([0.1, 0.3, 0.2, 0.2]), {"all": (0.0, 0.0)})
    other = replace(one, log_likelihoods=np.log([0.1, 0.1, 0.05, 0.15]))
    assert (one.best, one.fitted, one.marginal) == (1, pytest.approx(log(0.3)), pytest.approx(log(0.2)))
    both = Weighing("x", LONG, (one, other), 4, 1, 1, 1, 0)
    assert (both.log_ratio, both.log_bayes) == (pytest.approx(log(2.0)), pytest.approx(log(2.0)))
    assert both.verdict == "fail"


@pytest.mark.parametrize(
    ("ratio", "wrong", "verdict"), [(2.9, 0.0, "fail"), (3.1, 0.0, "pass"), (21.0, 0.2, "pass"), (21.0, 0.1, "strong")]
)
def test_strong_asks_for_few_errors_in_both_directions(ratio: float, wrong: float, verdict: str) -> None:
    one = Weighed(story("one"), np.zeros((1, 3)), np.zeros((1, 0)), np.log([ratio]), {"all": (0.0, 0.0)})
    other = replace(one, log_likelihoods=np.zeros(1), errors={"all": (wrong, 0.0)})
    assert Weighing("x", LONG, (one, other), 1, 1, 1, 1, 0).verdict == verdict


def test_error_rates_follow_from_how_far_hypotheses_lie_apart() -> None:
    apart = compared(paths(-1.0)[7])
    assert all(share <= 0.05 for w in apart for rates in w.errors.values() for share in rates)
    twins = compare(LONG, [story("one"), story("two")], latin_hypercube(20, 1), np.array([paths(1.0)] * 2), 100, seed=1)
    for w in twins:
        wrong, by_much = w.errors["all"]
        assert wrong > 0.3  # a twin has the point that was drawn, which is left out of its own hypothesis
        assert by_much <= wrong


# End to end


def test_the_slump_is_weighed_and_drawn() -> None:
    result = weigh("2020-slump", 4, 1, 20, workers=1)
    assert result.failed == 0
    data = as_data(result)
    assert np.isfinite([w.log_likelihoods for w in result.weighed]).all()
    assert data["log_ratio"] == pytest.approx(
        data["hypotheses"]["slump"]["log_likelihood"] - data["hypotheses"]["restriction"]["log_likelihood"]
    )
    assert json.loads(json.dumps(data)) == data
    again = weigh("2020-slump", 4, 1, 20, workers=1)
    assert as_data(again) == data
    labels = [ax.get_ylabel() for ax in draw(result).axes]
    assert labels == ["exports, t gross a month", "Nd inside, USD/kg"]


def test_the_verb_prints_one_json_object(tmp_path) -> None:  # type: ignore[no-untyped-def]
    png = tmp_path / "weigh.png"
    words = ["weigh", "--points", "2", "--replications", "1", "--synthetic", "5", "--workers", "1", "--json"]
    done = CliRunner().invoke(app, [*words, "--figure", str(png)])
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["points"] == 2
    assert png.stat().st_size > 10_000
