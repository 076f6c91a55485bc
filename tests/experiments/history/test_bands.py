"""Intervals of shares, counts of facts, the model's own error and predictive bands, on numbers worked by hand."""

from datetime import date
from math import log, pi, sqrt

import numpy as np
import pytest

from chokepoint.experiments.history.bands import bands_of
from chokepoint.experiments.history.counts import count
from chokepoint.experiments.history.crps import of_draws
from chokepoint.experiments.history.discrepancy import Discrepancy, Errors, declared, estimated, without_each, write
from chokepoint.experiments.history.facts import Fact, Facts, finding, findings_of
from chokepoint.experiments.history.intervals import TWENTIETHS, share_interval
from chokepoint.experiments.history.observed import RESIDUALS, Datum, History


def fact(name: str, **more) -> Fact:  # type: ignore[no-untyped-def]
    return Fact(name, "group", name, "level", {}, None, "", (0.0, 1.0), (0.0, 0.5), **more)


def test_the_interval_of_a_share_by_hand() -> None:
    assert share_interval(8, 10, TWENTIETHS) == pytest.approx((0.54078, 0.93146), abs=1e-4)
    assert share_interval(0, 10)[0] == pytest.approx(0.0, abs=1e-12)
    assert share_interval(140, 200)[1] - share_interval(140, 200)[0] == pytest.approx(
        2 * 1.2816 * sqrt(0.21 / 200), rel=0.02
    )


def test_a_verdict_says_when_more_replications_might_turn_it() -> None:
    # 70 % are needed: the 80 % interval of 36 of 60 (.52 to .68) excludes it, that of 44 does not
    def found(hits: int) -> bool:
        return finding(fact("X"), np.array([0.2] * hits + [2.0] * (60 - hits))).unsure

    assert (found(36), found(44), found(58)) == (False, True, False)
    assert found(48)  # surely passes, but 80 % of the strong band may or may not be held


def test_facts_of_one_observation_count_once_and_what_cannot_fail_not_at_all() -> None:
    # A and B rest on one observation, one passes: half; C passes; D is implied; E has no answer; of F one of two
    facts = Facts((
        fact("A", observation="peak"), fact("B", observation="peak"), fact("C"), fact("D", implied="the base year"),
        fact("E", unanswered="nobody knows"), fact("F.one"), fact("F.two"),
    ))  # fmt: skip
    good, bad = np.full(10, 0.1), np.full(10, 2.0)
    found = count(findings_of(facts, {"A": good, "B": bad, "C": good, "D": good, "F.one": good, "F.two": bad}))
    assert (found.groups, found.passing, found.strong) == (5, 2.5, 2.5)
    assert found.share == 0.5


def test_the_models_own_error_is_found_again() -> None:
    luck = np.random.default_rng(3)
    moves = luck.uniform(-2.0, 2.0, 4000)
    error = luck.normal(size=4000) * np.sqrt(0.2**2 + (0.5 * moves) ** 2 + 0.1**2)
    episode = Errors(error, np.full(4000, 0.01), moves, np.zeros(4000, int))
    pair = estimated([episode])
    assert set(pair) == {"price outside"}
    assert (pair["price outside"].still, pair["price outside"].moving) == (
        pytest.approx(0.2, abs=0.03),
        pytest.approx(0.5, abs=0.04),
    )


def test_an_episode_is_judged_by_the_errors_of_the_others() -> None:
    def one(size: float) -> Errors:
        return Errors(size * np.array([1.0, -1.0, 1.0, -1.0]), np.zeros(4), np.zeros(4), np.zeros(4, int))

    found = without_each({"calm": one(0.1), "wild": one(1.0)})
    assert found["calm"]["price outside"].still == pytest.approx(1.0, abs=0.01)
    assert found["wild"]["price outside"].still == pytest.approx(0.1, abs=0.01)


def test_the_file_of_the_models_own_error_comes_back(tmp_path) -> None:  # type: ignore[no-untyped-def]
    write({"price outside": Discrepancy(0.31, 0.2)}, ["one", "two"], tmp_path / "d.toml")
    assert declared(tmp_path / "d.toml") == {"price outside": Discrepancy(0.31, 0.2)}
    assert "one, two" in (tmp_path / "d.toml").read_text()
    assert set(declared()) == {"price outside", "price inside", "volume"}


def test_bands_hold_what_they_claim_and_a_false_claim_is_seen() -> None:
    # 600 points of history off by normal errors of .3: bands under .3 hold about 90 %, under .1 far less
    luck = np.random.default_rng(5)
    day = date(2010, 1, 1)
    truth = 1.0 + 0.3 * luck.normal(size=600)
    data = [Datum("outside", "La", "price_outside", (("La", 1.0),), False, day, day, float(x), 0.05) for x in truth]
    logs = 1.0 + 0.01 * luck.normal(size=(50, 600))
    history = History(data, RESIDUALS)

    def held(sd: float) -> dict[str, float]:
        return bands_of(history, logs, logs, {"price outside": Discrepancy(sd, 0.0)}).by_group()["outside"]

    right, narrow = held(0.3), held(0.1)
    assert 0.86 < right["held"] < 0.94
    assert 0.8 < right["whitened"] < 1.25
    assert narrow["held"] < 0.6
    assert narrow["whitened"] > 4.0
    assert right["crps"] < narrow["crps"]


def test_score_of_a_forecast_by_hand() -> None:
    # draws 0 and 2 beside 1: E|X - y| = 1, E|X - X'| = (0 + 2 + 2 + 0) / 4 = 1, so 1 - 1/2; a certain 3 beside 1: 2
    assert of_draws(np.array([[0.0, 3.0], [2.0, 3.0]]), np.array([1.0, 1.0])) == pytest.approx([0.5, 2.0])
    # a standard normal beside its centre: (sqrt 2 - 1) / sqrt pi
    drawn = np.sort(np.random.default_rng(1).normal(size=(20000, 1)), axis=0)
    assert of_draws(drawn, np.zeros(1))[0] == pytest.approx((sqrt(2.0) - 1.0) / sqrt(pi), abs=0.01)


def test_the_base_of_a_point_is_its_first_year() -> None:
    from chokepoint.experiments.history.catalogue import find

    place = find("2010-embargo")
    history = place.facts.history
    assert history is not None
    run = place.run(1, changes="end=2011-12-25")
    bases = history.bases(run)[0]
    at = next(i for i, d in enumerate(history.data) if d.series == "price_outside" and d.item == "La")
    assert bases[at] == pytest.approx(
        log(float(run.mean("price_outside", "La", date(2009, 1, 5), date(2010, 1, 3))[0])), abs=0.02
    )
