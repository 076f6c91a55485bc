"""Every docking at shipped parameters: what is met stays met, and what is not is known."""

from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest

from chokepoint.experiments.docking import cartel
from chokepoint.experiments.docking.docked import Question
from chokepoint.experiments.docking.draws import behaviours
from chokepoint.experiments.docking.suite import Answer, answer, dockings
from chokepoint.experiments.economics.economy import Course
from chokepoint.experiments.economics.spatial_market import SpatialMarket

DOCKINGS = {docking.row: docking for docking in dockings()}
# Parts that the model does not meet, with the mechanism behind; one that is met has to be taken out.
NOT_MET = {
    "D2 skew": "stocks answer by a smooth curve and never run out",
    "D2 memory": "a harvest that nobody explained is expected to last",
    "D5 light": "the mines of 2012 open on the price of 2010, and use outside does not grow",
    "D5 heavy": "a licence costs the same per kilogram whatever it carries, and use abroad has fallen by 2014",
    "D5 light gone": "one of the two mines fails on low prices, and the premium comes back a little",
}
ON_SMALL_WORLDS = ("D2", "D3", "D6", "D8", "D10", "D11", "D12")  # those that `SpatialMarket` runs
PAGE = Path(__file__).parents[3] / "experiments" / "docking" / "README.md"


@lru_cache(None)
def answered(row: str) -> Answer:
    return answer(DOCKINGS[row], behaviours(0))


def cases() -> list[object]:
    found = []
    for row, docking in DOCKINGS.items():
        for question in docking.asked:
            name = f"{row} {question.part}"
            known = (
                [pytest.mark.xfail(strict=True, raises=AssertionError, reason=NOT_MET[name])] if name in NOT_MET else []
            )
            found.append(pytest.param(row, question.part, id=name.replace(" ", "-"), marks=known))
    return found


@pytest.mark.parametrize(("row", "part"), cases())
def test_part(row: str, part: str) -> None:
    (found,) = (each for each in answered(row).parts if each.asked.part == part)
    assert found.passed, f"{found.asked.what}: {found.told}, must be {found.asked.must}. {found.why}"


def test_ten_of_twelve_are_met() -> None:
    assert list(DOCKINGS) == [f"D{i}" for i in range(1, 13)]
    assert sum(answered(row).met for row in DOCKINGS) >= 10
    assert set(NOT_MET) <= {f"{row} {q.part}" for row, docking in DOCKINGS.items() for q in docking.asked}


def test_every_docking_says_what_is_published_and_can_fail() -> None:
    for docking in DOCKINGS.values():
        assert docking.source
        assert docking.posed
        assert docking.reason
        assert docking.over
        for question in docking.asked:
            assert isinstance(question, Question)
            assert question.published
            assert not question.kept(float("nan"))
            assert not question.kept(1e12) or not question.kept(-1e12)
    names = [word for docking in DOCKINGS.values() for word in (docking.row, docking.name)]
    assert len(set(names)) == len(names)


def test_nothing_is_met_where_nothing_has_an_effect(monkeypatch: pytest.MonkeyPatch) -> None:
    run = SpatialMarket.run

    def deaf(self, scenario, **keys) -> Course:  # type: ignore[no-untyped-def]
        nothing = {"events": (), "news": (), "activity": {}, "activity_months": (), "reserves": {}}
        return run(self, scenario.model_copy(update=nothing), **keys)

    monkeypatch.setattr(SpatialMarket, "run", deaf)
    monkeypatch.setattr(cartel, "STOCKS", (0.0, cartel.DAYS))
    monkeypatch.setattr(cartel, "FIRST", cartel.FIRST[:2])
    with np.errstate(all="ignore"):
        found = [answer(DOCKINGS[row], behaviours(0)) for row in ON_SMALL_WORLDS if row != "D3"]
        alone = answer(DOCKINGS["D3"], behaviours(0)).parts[0]
    assert not [each.docking.row for each in found if each.met]
    assert not alone.passed


def test_the_page_says_which_are_met() -> None:
    cells = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in PAGE.read_text().splitlines()
        if line[:3] == "| D"
    ]
    told = {cell[0]: cell[5].strip("*") for cell in cells}
    every = {f"{row} {question.part}" for row, docking in DOCKINGS.items() for question in docking.asked}
    assert set(told) == every, "chokepoint dock --readme experiments/docking/README.md"
    assert {name for name, verdict in told.items() if verdict != "met"} == set(NOT_MET)
