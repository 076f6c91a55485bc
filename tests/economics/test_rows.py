"""Elementary economics at shipped parameters: one test a row. What the market does not do stands in a table."""

from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest

from chokepoint.experiments.economics.asked import Row
from chokepoint.experiments.economics.spatial_market import SpatialMarket
from chokepoint.experiments.economics.suite import Answer, answer, experiments
from tests.economics.known_failures import FAILS

EXPERIMENTS = experiments()
MARKET = SpatialMarket()
CASES = [
    (place, world, asked.part, f"{e.row} {asked.part} {world}", e.slow)
    for place, e in enumerate(EXPERIMENTS)
    for world in e.worlds
    for asked in e.asked
]


@lru_cache(None)
def answered(place: int, world: str) -> Answer:
    return answer(EXPERIMENTS[place], world, MARKET)


def row_of(place: int, world: str, part: str) -> Row:
    return next(row for row in answered(place, world).rows if row.asked.part == part)


def cases() -> list[object]:
    """One parameter set a row; with those marked that are known to fail."""
    found = []
    for place, world, part, name, slow in CASES:
        marks = [pytest.mark.slow] if slow else []
        if name in FAILS:
            marks.append(pytest.mark.xfail(strict=True, raises=AssertionError, reason=FAILS[name]))
        found.append(pytest.param(place, world, part, id=name.replace(" ", "-"), marks=marks))
    return found


@pytest.mark.parametrize(("place", "world", "part"), cases())
def test_row(place: int, world: str, part: str) -> None:
    row = row_of(place, world, part)
    assert row.passed, f"{row.asked.what}: {row.told}, must be {row.asked.must}. {row.why}"


def test_the_table_of_failures_has_no_other_rows() -> None:
    names = [name for *_, name, _ in CASES]
    assert len(set(names)) == len(names)
    assert set(FAILS) <= set(names)


def test_every_row_of_the_plan_is_there() -> None:
    assert [f"E{i}" for i in range(1, 31)] == list(dict.fromkeys(e.row for e in EXPERIMENTS))
    assert all(e.asked and (a.low is not None or a.high is not None) for e in EXPERIMENTS for a in e.asked)
    assert all(
        np.isfinite(limit) for e in EXPERIMENTS for a in e.asked for limit in (a.low, a.high) if limit is not None
    )


def test_the_page_says_which_rows_pass() -> None:
    page = (Path(__file__).parents[2] / "experiments" / "economics" / "README.md").read_text(encoding="utf-8")
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in page.splitlines() if line[:3] == "| E"]
    told = {f"{cell[0]} {cell[2]}": cell[5] for cell in cells}
    assert set(told) == {name for *_, name, _ in CASES}, "chokepoint economics --readme experiments/economics/README.md"
    assert {name for name, verdict in told.items() if verdict != "pass"} == set(FAILS)
