"""Elements that predict each other, and histories that are exchanged."""

from datetime import date
from math import log
from pathlib import Path

import pytest

from chokepoint.experiments.history.observed import RESIDUALS, Datum, History, prices_outside
from chokepoint.experiments.inference.elements import exchanged, predicted, swapped
from chokepoint.experiments.inference.objective import Aim, Problem
from chokepoint.sim.scenario.problems import BadInput
from chokepoint.sim.scenario.reading import SHIPPED

EARLY = Aim("2010-embargo", ("end=2011-12-31",), facts=False)
FIRST = date(2010, 7, 1)


def datum(item: str, day: date, value: float) -> Datum:
    return Datum("outside", item, "price_outside", ((item, 1.0),), False, day, day, log(value), 0.05)


def test_an_exchange_moves_paths_and_leaves_levels() -> None:
    # La at ten times its base of 5 takes the place of Nd, whose base is 20: Nd at 200
    history = History([datum("La", FIRST, 50.0), datum("Nd", FIRST, 30.0)], RESIDUALS)
    found = exchanged(history, {"La": "Nd", "Nd": "La"}, {"La": 5.0, "Nd": 20.0})
    assert [(d.item, d.weights[0][0]) for d in found.data] == [("Nd", "Nd"), ("La", "La")]
    assert found.observed == pytest.approx([log(200.0), log(7.5)])
    assert exchanged(history, {"La": "La", "Nd": "Nd"}, {"La": 5.0, "Nd": 20.0}).data == history.data


def test_all_scored_prices_outside_are_read_whichever_group_scores_them() -> None:
    history = prices_outside(SHIPPED / "2010-embargo", ["La", "Eu", "Tb", "Sm"])
    assert history is not None
    assert {d.item for d in history.data} == {"La", "Eu", "Tb", "Sm"}
    assert prices_outside(SHIPPED / "2010-embargo", ["Pd"]) is None


def test_what_is_not_seen_is_predicted_and_an_unknown_element_refused() -> None:
    problem = Problem(("use_elasticity",), (EARLY,), replications=1)
    with pytest.raises(BadInput, match="Ndd: has no scored price"):
        predicted(problem, ["Ndd"], 20, FIRST)


def test_a_swap_goes_on_where_it_stopped(tmp_path: Path) -> None:
    problem = Problem(("choke",), (Aim("2010-embargo", facts=False),), replications=1)
    rows = swapped(problem, ["La", "Dy"], 20, FIRST, tmp_path)
    assert [row["order"] for row in rows] == [["La", "Dy"], ["Dy", "La"]]
    assert rows[0]["first"] != rows[1]["first"]
    assert swapped(problem, ["La", "Dy"], 20, FIRST, tmp_path) == rows
    with pytest.raises(BadInput, match="another swap"):
        swapped(problem, ["La", "Dy"], 21, FIRST, tmp_path)
