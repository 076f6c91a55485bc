"""What dockings are made of: draws, areas under demand, the reserve of Oren and Wan, intervals; and the verb."""

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from chokepoint.agents.behaviour import PARAMETERS
from chokepoint.agents.reserve_rules import optimal
from chokepoint.agents.reserve_rules.optimal import Settings
from chokepoint.experiments.cli import app
from chokepoint.experiments.commands import completion
from chokepoint.experiments.docking import reserve_size, steady_reserve, suite, table
from chokepoint.experiments.docking.demand import lost_surplus, lost_value
from chokepoint.experiments.docking.docked import Docking, Question, Reply, part
from chokepoint.experiments.docking.draws import behaviours
from chokepoint.experiments.docking.monopoly import lerner
from chokepoint.experiments.docking.optimum import best
from chokepoint.experiments.economics.worlds import NotPosed
from chokepoint.sim.scenario.problems import BadInput


def test_draws_begin_with_what_ships_and_fill_the_ranges() -> None:
    shipped, *drawn = behaviours(10, seed=3)
    assert shipped == {}
    assert behaviours(10, seed=3)[1:] == drawn
    assert behaviours(0) == [{}]
    for name in drawn[0]:
        parameter = PARAMETERS[name]
        places = np.array([np.log(each[name] / parameter.low) for each in drawn])
        parts = 10.0 * places / np.log(parameter.high / parameter.low)
        assert sorted(parts.astype(int)) == list(range(10))  # each in another tenth


def test_areas_under_demand_by_hand() -> None:
    # Demand of elasticity 1/2: price = use^-2, so that down to 1/2 users lose 1/u - 1 = 1 in value; and from price 1
    # to 4 the surplus of 2 (4^(1/2) - 1) = 2.
    used = np.linspace(1.0, 0.5, 400)
    assert lost_value(used, used**-2.0) == pytest.approx(1.0, rel=1e-4)
    assert lost_surplus(used, used**-2.0) == pytest.approx(2.0, rel=1e-4)
    assert lost_value(np.ones(2), np.array([1.0, 3.0])) == 0.0


def test_mark_ups_and_optima_by_hand() -> None:
    assert lerner(2.0) == 2.0
    assert lerner(1.25) == pytest.approx(5.0)
    places = [0.0, 1.0, 2.0, 3.0]
    assert best(places, [-((x - 1.3) ** 2) for x in places]) == pytest.approx(1.3)
    assert best(places, places) == 3.0


def simulated(size: float, fill: float, supply: Settings, value: float, years: float) -> float:
    """Mean cost a year of the reserve of Oren and Wan, drawn shortage by shortage."""
    random, time, stock, paid = np.random.default_rng(2), 0.0, 0.0, 0.0
    holding = supply.storage + np.log(1.0 + supply.rate)
    while time < years:
        for calm, mean in ((True, 1.0 / supply.begins_per_year), (False, supply.lasts_years)):
            lasts, rate = random.exponential(mean), fill if calm else -supply.lost_share
            moving = min(lasts, (size - stock) / fill if calm else stock / supply.lost_share)
            paid += holding * (stock * lasts + 0.5 * rate * moving * moving + rate * moving * (lasts - moving))
            paid += fill * (1.0 + supply.impact * fill) * moving if calm else 0.0
            paid += 0.0 if calm else value * supply.lost_share * (lasts - moving)
            stock, time = min(size, max(0.0, stock + rate * moving)), time + lasts
    return paid / time


def test_the_cost_of_a_steady_reserve_is_that_of_its_own_luck() -> None:
    supply = Settings(begins_per_year=0.5, lasts_years=0.5, lost_share=0.4, impact=1.0)
    for size, fill in ((0.2, 0.25), (0.6, 0.5)):
        exact = steady_reserve.cost(size, fill, supply, 10.0)
        assert simulated(size, fill, supply, 10.0, 4e5) == pytest.approx(exact, rel=0.02)
    size, fill = steady_reserve.best(supply, 10.0)
    near = [steady_reserve.cost(size / 365.25 + step, fill, supply, 10.0) for step in (-0.05, 0.0, 0.05)]
    assert near[1] == min(near)
    assert steady_reserve.best(supply, 20.0)[0] > size  # who loses more by a shortage holds more


def test_on_a_finer_grid_the_rule_comes_to_the_steady_reserve(monkeypatch: pytest.MonkeyPatch) -> None:
    # Where buying moves the price much, steps of a week of use are coarse.
    supply, value = Settings(lost_share=0.32, impact=1.33, highest_days=252.0), 6.2
    coarse = reserve_size.by_rule(supply, value) / steady_reserve.best(supply, value)[0]
    for module in (optimal, reserve_size):
        monkeypatch.setattr(module, "STEP_DAYS", 2)
    optimal.solve.cache_clear()
    fine = reserve_size.by_rule(supply, value) / steady_reserve.best(supply, value, reserve_size.FINE)[0]
    optimal.solve.cache_clear()
    assert coarse < 0.85
    assert fine == pytest.approx(1.0, abs=0.06)


def docking(make) -> Docking:  # type: ignore[no-untyped-def]
    asked = (Question("a", "a number", 1.0, 2.0, "", "1.5"),)
    return Docking("D99", "none", "Nothing", "nobody", "not at all", "luck", "no reason", asked, make)


def test_the_first_value_counts_and_the_others_make_the_interval() -> None:
    found = suite.answer(docking(lambda given: Reply({"a": np.array([1.5, *np.linspace(0.0, 4.0, 41)])})), [{}])
    (only,) = found.parts
    assert found.met
    assert only.interval == pytest.approx((0.4, 3.6))
    assert only.share == pytest.approx(11 / 41)
    assert only.told == "1.5 (0.4 to 3.6)"
    assert part(found.docking, found.docking.asked[0], np.array([3.0])).verdict == "not met"
    assert part(found.docking, found.docking.asked[0], np.array([np.nan])).told == "no answer"


def test_what_cannot_be_posed_is_not_met() -> None:
    def never(given: object) -> Reply:
        raise NotPosed("the world has no exporting state")

    found = suite.answer(docking(never), [{}])
    assert (found.met, found.parts[0].verdict, found.parts[0].why) == (
        False,
        "not posed",
        "the world has no exporting state",
    )
    assert suite.answer(docking(lambda given: Reply({})), [{}]).parts[0].verdict == "not posed"
    assert "0 of 1 published answers" in table.counted([found])


def test_names_that_there_are_not() -> None:
    assert [d.row for d in suite.chosen(["d3", "Cascade"])] == ["D1", "D3"]
    with pytest.raises(BadInput, match=r"D13.*no such docking"):
        suite.chosen(["D13"])


def test_a_shell_completes_rows_and_names() -> None:
    told = dict(completion.dockings(""))
    every = {word for each in suite.dockings() for word in (each.row, each.name)}
    assert set(told) == every
    assert dict(completion.dockings("D1")).keys() == {"D1", "D10", "D11", "D12"}
    assert told["monopoly"] == "the mark-up of a monopolist, alone and with a fringe"


def test_the_verb(tmp_path: Path) -> None:
    call = CliRunner()
    met = call.invoke(app, ["dock", "cascade", "--draws", "0", "--json"])
    assert met.exit_code == 0
    (row,) = json.loads(met.stdout)["rows"]
    assert (row["row"], row["verdict"], len(row["parts"])) == ("D1", "met", 2)
    page = tmp_path / "page.md"
    failed = call.invoke(
        app, ["dock", "D2", "D7", "--draws", "2", "--out", str(tmp_path / "answers"), "--readme", str(page)]
    )
    assert failed.exit_code == 1
    assert "1 of 2 published answers are met" in failed.stdout
    assert {p.name for p in (tmp_path / "answers").iterdir()} == {"README.md", "answers.csv", "D2.png", "D7.png"}
    assert "![Best size" in (tmp_path / "answers" / "README.md").read_text()
    assert "![" not in page.read_text()
    assert "| D7 size |" in page.read_text()
    assert len((tmp_path / "answers" / "answers.csv").read_text().splitlines()) == 1 + 4 + 1
    assert isinstance(call.invoke(app, ["dock", "D0"]).exception, BadInput)
