"""What the experiments are made of: limits, retold worlds, incidence by hand, and a market in which nothing happens."""

import json
from collections.abc import Mapping
from math import log
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from chokepoint.agents.reserve_rules.competitive import Settings
from chokepoint.experiments.cli import app
from chokepoint.experiments.economics import acts, priors, relabel, table
from chokepoint.experiments.economics.asked import Asked, Row
from chokepoint.experiments.economics.economy import Course
from chokepoint.experiments.economics.spatial_market import SpatialMarket
from chokepoint.experiments.economics.storage import rational_prices
from chokepoint.experiments.economics.suite import answer, answers, chosen, experiments
from chokepoint.experiments.economics.worlds import SMALL, world
from chokepoint.sim.scenario.problems import BadInput
from chokepoint.sim.scenario.tables import Scenario

# Rows that hold where nothing ever happens, since they say that something must not move.
STILL = {"E14", "E16", "E17", "E18", "E19", "E20", "E30"}


class Deaf:
    """A market on which no act, word, swing of use or reserve has any effect."""

    def __init__(self) -> None:
        self.market = SpatialMarket()
        self.use_elasticity = self.market.use_elasticity

    def run(
        self, scenario: Scenario, *, behaviour: Mapping[str, float] | None = None, replications: int = 1, seed: int = 1
    ) -> Course:
        nothing = {"events": (), "news": (), "activity": {}, "activity_months": (), "reserves": {}}
        return self.market.run(scenario.model_copy(update=nothing))

    def problems(self, scenario: Scenario) -> list[str]:
        return []


def test_no_row_passes_by_being_empty() -> None:
    deaf = Deaf()
    small = [e for e in experiments() if not e.slow]
    whole: dict[str, bool] = {}
    for experiment in small:
        for name in (n for n in experiment.worlds if n in SMALL):
            rows = answer(experiment, name, deaf).rows
            whole[experiment.row] = whole.get(experiment.row, True) and all(row.passed for row in rows)
    assert {row for row, passed in whole.items() if passed} <= STILL


@pytest.mark.parametrize(
    ("value", "kept"), [(0.5, True), (1.0, True), (1.01, False), (0.49, False), (None, False), (float("nan"), False)]
)
def test_limits_are_kept_by_numbers_alone(value: float | None, kept: bool) -> None:
    asked = Asked("part", "what", 0.5, 1.0)
    assert asked.kept(value) is kept
    row = Row("E1", "world", asked, value)
    assert row.passed is kept
    assert row.verdict == ("pass" if kept else "not posed" if value is None else "fail")
    assert (Asked("a", "b", None, 2.0).must, Asked("a", "b", 2.0, None, "%").must) == ("at most 2", "at least 2 %")


def test_incidence_worked_by_hand() -> None:
    # Each exporter's exports answer with 40 x .2 + 15 x .08 = 9.2 t; the world with 4 x 9.2 + 100 x .08 = 44.8.
    rise = priors.incidence(0.25, 40.0, 15.0, 4, 100.0, supply=0.2, use=0.08)
    assert rise == pytest.approx(log(1.25) * 9.2 / 44.8)
    # A lone exporter whose output is fixed and who uses nothing bears all of it.
    assert priors.incidence(0.25, 40.0, 0.0, 1, 40.0, supply=0.0, use=0.1) == 0.0
    low, high = priors.incidence_range(0.25, 40.0, 15.0, 4, 100.0)
    assert low < rise < high


def test_rational_storage_without_a_store_is_demand() -> None:
    prices = rational_prices(np.array([0.9, 1.0, 1.1]), Settings(carry=1.0, elasticity=0.5))
    assert prices == pytest.approx(np.array([0.9, 1.0, 1.1]) ** -2.0, rel=1e-6)


@pytest.mark.parametrize("name", SMALL)
def test_small_worlds_are_sound_and_retold_ones_too(name: str) -> None:
    market, place = SpatialMarket(), world(name)
    retellings = [
        relabel.sliced((0.2, 0.8)), relabel.halved(place.scenario.firms[0].firm), relabel.renamed("b"),
        relabel.reversed_rows(), relabel.in_units(10.0, 10.0), relabel.later(52), acts.use_times(1.1, 4),
    ]  # fmt: skip
    for change in (lambda scenario: scenario, *retellings):
        retold = place.over(10, change)
        assert market.problems(retold) == []
        tonnes = sum(mine.output_t_per_year for mine in retold.mines)
        assert tonnes in (
            pytest.approx(sum(m.output_t_per_year for m in place.scenario.mines)),
            pytest.approx(10.0 * sum(m.output_t_per_year for m in place.scenario.mines)),
        )


def test_a_course_is_told_by_country() -> None:
    place = world("one_exporter")
    course = SpatialMarket().run(place.over(20, acts.embargo("X", 10, 15, targets=["J"])))
    assert course.price.shape == (1, 20, 4, 1)
    x, j, e = (course.at(name) for name in ("X", "J", "E"))
    assert course.price[0, 0, :, 0] == pytest.approx([9.8 if c == x else 10.0 for c in range(4)])
    assert course.landed[0, 0, x, j, 0] == pytest.approx(10.0, rel=0.006)  # below what J pays, by a passage's margin
    assert course.landed[0, 0, x, j, 0] < 10.0
    assert not course.passable[0, 10:15, x, j].any()
    assert course.passable[0, :10, x, j].all()
    assert course.passable[0, :10, e, j].all()  # third countries may ship on
    assert course.sent("X")[:5] == pytest.approx(5400.0 * 7.0 / 365.25)
    assert course.sent("X", "J")[12] == 0.0
    assert course.used("J")[0] == pytest.approx(3000.0 * 7.0 / 365.25)
    assert course.mined()[0] == pytest.approx(13000.0 * 7.0 / 365.25)


def test_what_a_world_cannot_pose_counts_as_failed() -> None:
    (found,) = answers(chosen(["E1"]), SpatialMarket(), "two-countries")
    assert {row.verdict for row in found.rows} == {"not posed"}
    assert not any(row.passed for row in found.rows)
    assert "4 not posed" in table.counted([found])


def test_names_that_there_are_not() -> None:
    with pytest.raises(BadInput, match="E31"):
        chosen(["E31"])
    with pytest.raises(BadInput, match="one_exporter"):
        world("one_exporer")


def test_the_verb(tmp_path: Path) -> None:
    call = CliRunner()
    passed = call.invoke(app, ["economics", "e23", "--json"])
    assert passed.exit_code == 0
    assert [row["verdict"] for row in json.loads(passed.stdout)["rows"]] == ["pass"] * 4
    failed = call.invoke(app, ["economics", "E2", "E29", "--out", str(tmp_path / "answers")])
    assert failed.exit_code == 1
    assert "quote outside after a year" in failed.stdout
    assert {p.name for p in (tmp_path / "answers").iterdir()} == {"README.md", "answers.csv", "E2.png", "E29.png"}
    assert "| E2 quarter |" in (tmp_path / "answers" / "README.md").read_text()
    assert isinstance(call.invoke(app, ["economics", "E1", "--world", "nowhere"]).exception, BadInput)
