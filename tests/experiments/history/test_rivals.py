"""Rivals and the contest with them: scores of known value, a half life found again, storage of the right size."""

import csv
import json
import shutil
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from math import exp, log, pi, sqrt
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pytest
from typer.testing import CliRunner

from chokepoint.agents.reserve_rules.competitive import Settings, solve
from chokepoint.experiments.cli import app
from chokepoint.experiments.history import contest, crps, rational
from chokepoint.experiments.history.catalogue import find
from chokepoint.experiments.history.quotes import Quote, nearest_to
from chokepoint.experiments.history.rivals import (
    AUTOREGRESSION,
    CONSTANT,
    RANDOM_WALK,
    RIVALS,
    STORAGE,
    Case,
    half_life,
    others,
    relaxed,
    shipped,
)
from chokepoint.experiments.runs.rivals import rivals
from chokepoint.experiments.telling import rivals as telling
from chokepoint.sim.scenario.problems import BadInput

COLUMNS = "id,quantity,material,market,origin,destination,start,end,value,unit,low,high,grade,scored,source,note"
QUIET = Settings(shock=1e-4)


@pytest.fixture
def world(tmp_path: Path) -> Callable[..., Case]:
    """The demonstration world with prices on some days; other acts and news where they are given as text."""
    count = 0

    def made(prices: Sequence[tuple[date, str, float]], **files: str) -> Case:
        nonlocal count
        count += 1
        folder = tmp_path / f"world-{count}"
        shutil.copytree(find("two-countries").folder, folder)
        for name, text in files.items():
            (folder / f"{name}.csv").write_text(text, encoding="utf-8")
        with (folder / "observed.csv").open("w", newline="", encoding="utf-8") as file:
            table = csv.DictWriter(file, COLUMNS.split(","), restval="")
            table.writeheader()
            for i, (day, market, value) in enumerate(prices):
                cells = {"id": i, "quantity": "price", "material": "M", "market": market, "value": value}
                table.writerow({**cells, "start": day, "end": day, "scored": "no", "grade": "A"})
        return Case(find(folder))

    return made


def test_a_normal_prediction_has_the_score_of_the_closed_form() -> None:
    assert crps.of_normal(np.array([0.0]), 1.0) == pytest.approx([(sqrt(2.0) - 1.0) / sqrt(pi)])
    # at z = 1: 2 Phi(1) - 1 = .682689, 2 phi(1) = .483941, less 1 / sqrt(pi) = .564190; times a spread of 2
    assert crps.of_normal(np.array([2.0, -2.0]), 2.0) == pytest.approx([2 * 0.602440] * 2, abs=1e-5)
    assert crps.of_normal(np.array([0.7]), 0.0) == pytest.approx([0.7])


def test_samples_have_the_score_of_the_energy_form() -> None:
    two = np.array([[0.0], [2.0]])
    assert crps.of_samples(two, np.array([1.0]), 0.0) == pytest.approx([1.0 - 0.5 * 1.0])
    one = np.array([[0.3, 0.0]])
    widened = crps.of_samples(one, np.array([0.0, 0.0]), 0.4)
    assert widened == pytest.approx(crps.of_normal(np.array([0.3, 0.0]), 0.4))
    even = [[NormalDist(0.2, 0.5).inv_cdf((i + 0.5) / 400)] for i in range(400)]
    closed = crps.of_normal(np.array([0.2]), 0.5)
    assert crps.of_samples(np.array(even), np.array([0.0]), 0.0) == pytest.approx(closed, rel=0.01)


def test_half_of_the_way_is_gone_after_a_half_life() -> None:
    path = relaxed(np.ones((1, 20)), 5.0)
    assert path[0, [4, 9, 14]] == pytest.approx([0.5, 0.75, 0.875])


def test_the_half_life_is_found_again(world: Callable[..., Case]) -> None:
    days = [date(2011, 1, 17) + timedelta(days=21 * i) for i in range(20)]
    blank = world([(day, "outside", 20.0) for day in days])
    assert (blank.first and blank.first.id, blank.eve) == ("quota.2011H1", date(2011, 1, 3))
    told = np.exp(blank.predicted(blank.autoregression(9.0)))
    case = world([(day, "outside", float(value)) for day, value in zip(days, told, strict=True)])
    assert half_life([case]) == pytest.approx(9.0, rel=0.06)
    assert half_life([]) == 26.0
    said = case.rivals(9.0)
    assert said[AUTOREGRESSION] == pytest.approx(case.observed)
    assert said[RANDOM_WALK] == pytest.approx([float(np.log(case.layout.N.base_price[0, 0]))] * len(days))


def test_prices_start_from_the_last_that_was_seen(world: Callable[..., Case]) -> None:
    eve, later, inside = date(2010, 12, 20), date(2011, 2, 7), date(2010, 12, 27)
    case = world([(eve, "outside", 24.0), (inside, "inside", 11.0), (later, "outside", 30.0), (later, "inside", 12.0)])
    said = case.rivals(10.0)
    assert [q.market for q in case.quotes] == ["inside", "outside"]
    assert said[RANDOM_WALK] == pytest.approx([log(11.0), log(24.0)])
    share = float(case.law.force().withheld[0, 0, case.calendar.step_of(later)])
    assert 0.25 < share < 0.35
    steep = {name: said[name][1] - log(24.0) for name in CONSTANT}
    assert list(steep.values()) == pytest.approx([-log(1.0 - share) / e for e in (0.2, 0.35, 0.5)])
    assert 0.0 < said[STORAGE][1] - log(24.0) < steep["constant elasticity 0.2"]
    assert all(said[name][0] == pytest.approx(log(11.0)) for name in RIVALS)  # no act on mines


def test_without_an_act_nothing_is_predicted(world: Callable[..., Case]) -> None:
    events = (find("two-countries").folder / "events.csv").read_text(encoding="utf-8").splitlines()
    news = (find("two-countries").folder / "news.csv").read_text(encoding="utf-8").splitlines()
    files = {"events": "\n".join(events[:2]) + "\n", "news": news[0] + "\n"}
    said = "n,2010-11-15,report,Importia,,yes,assumption,assumption,A paper writes.\n"
    case = world([(date(2011, 2, 7), "outside", 30.0)], **{**files, "news": files["news"] + said})
    assert (case.first, case.eve, case.why) == (None, date(2010, 11, 15), "n")
    assert len({round(float(x[0]), 12) for x in case.rivals(10.0).values()}) == 1
    assert len(world([(date(2011, 2, 7), "outside", 30.0)], **files).quotes) == 1


def test_storage_is_that_of_the_house_where_nothing_changes() -> None:
    ours = rational.solve_back(np.ones(60), np.full(60, 0.2), Settings(), periods=1.0)[0]
    theirs = solve(Settings())
    available = np.linspace(0.8, 1.8, 21)
    assert ours.price_at(available) == pytest.approx(theirs.price_at(available), rel=0.01)


def test_storage_answers_a_cut_with_the_right_sign_and_size() -> None:
    still, steady = np.ones(60), np.full(60, 0.5)
    cut, forever = still.copy(), np.full(60, 0.8)
    cut[:10] = 0.8
    without = rational.path([(0, forever)], steady, 0.0, QUIET)
    assert without == pytest.approx(np.full(60, -log(0.8) / 0.5), abs=1e-3)  # no stock, no end: the static answer
    short, long = (rational.path([(0, output)], steady, 1.0, QUIET) for output in (cut, forever))
    assert 0.0 < short[0] < long[0] < without[0]
    assert long[-1] == pytest.approx(without[-1], abs=1e-3)
    assert short[20:] == pytest.approx(np.zeros(40), abs=1e-3)
    keep, carry, _ = rational.of_a_period(QUIET)
    held = np.exp(short[:10])  # a stock of one period lasts to the end of the cut: the price pays for holding it
    assert held[1:] == pytest.approx((held[:-1] + carry) / keep, rel=2e-3)
    late = rational.path([(0, still), (5, forever)], steady, 0.0, QUIET)
    assert late[4:6] == pytest.approx([0.0, -log(0.8) / 0.5], abs=1e-3)  # a surprise when it is told
    ahead = np.where(np.arange(60) < 5, 1.0, 0.8)
    foreseen = rational.path([(0, ahead)], steady, 0.0, QUIET)
    assert (foreseen[:5] > 0.1).all()
    assert foreseen[5] < late[5]


def quote(item: str, first: date, days: int = 0, market: str = "outside") -> Quote:
    return Quote(item, market, ((item, 1.0),), first, first + timedelta(days=days), 0.0)


def test_the_nearest_quote_of_each_series_stands_for_a_horizon() -> None:
    day = contest.months_after(date(2010, 7, 1), 3)
    assert day == date(2010, 10, 1)
    assert contest.months_after(date(2010, 11, 30), 3) == date(2011, 2, 28)
    quotes = [
        quote("La", day - timedelta(days=10)), quote("La", day + timedelta(days=10)), quote("La", day, 364),
        quote("La", day + timedelta(days=11)), quote("Nd", day - timedelta(days=57), 30), quote("Ce", day, 100),
        quote("Dy", day + timedelta(days=43)),
    ]  # fmt: skip
    # both of La that are ten days away; Nd's month by its middle, 42 days away; no mean of more than a quarter
    assert nearest_to(day, quotes, contest.WITHIN) == [0, 1, 4]


def test_widths_are_learned_elsewhere_and_verdicts_are_counted(world: Callable[..., Case]) -> None:
    later = date(2011, 4, 4)
    one, two = (world([(later, "outside", price)]) for price in (30.0, 40.0))
    two.name = "two"
    assert one.law.acts == two.law.acts
    assert others(one, [one, two]) == []  # told by the same acts
    assert contest.spread_of([np.array([0.3, 0.4]), np.array([0.1])]) == pytest.approx(sqrt((0.125 + 0.01) / 2))
    now = np.log([[29.0], [30.0], [45.0]])
    answers = contest.answers_of_model(one, now, np.full((3, 1), np.nan))
    found = contest.held(one, [one, two], {one.name: answers})
    assert found.spreads[contest.MODEL] == 0.05
    assert found.errors(contest.MODEL) == pytest.approx([0.0])
    assert found.at_horizons(contest.MODEL) == pytest.approx(0.0)
    assert found.means(contest.MODEL)["6 months"] is None
    judged = contest.verdict([found])
    assert (judged.counted, judged.below, judged.half) == ((one.name,),) * 3
    assert contest.verdict([found], RANDOM_WALK).below == ()
    assert contest.closest([found])[contest.MODEL] == [(one.name, "3 months"), (one.name, "all")]


def test_the_model_can_be_moved_to_the_last_price(world: Callable[..., Case]) -> None:
    case = world([(date(2010, 12, 20), "outside", 24.0), (date(2011, 2, 7), "outside", 30.0)])
    said = contest.answers_of_model(case, np.log([[33.0]]), np.log([[22.0]]))
    assert np.exp(said[contest.MODEL]) == pytest.approx(33.0)
    assert np.exp(said[contest.MOVED]) == pytest.approx(36.0)


def test_every_shipped_episode_with_prices_is_told_in_one_table(tmp_path: Path) -> None:
    found = rivals((), 2, workers=1)
    assert [one.case.name for one in found.episodes] == [case.name for case in shipped()]
    files = telling.write(found, tmp_path)
    assert [path.name for path in files] == ["rivals.csv", "prices.csv", "rivals.png"]
    data = json.loads(json.dumps(telling.as_data(found)))
    counted = data["verdicts"][0]["counted"]
    assert "2010-embargo" in counted
    for episode in data["episodes"]:
        assert [row["rival"] for row in episode["rivals"]] == [*RIVALS, *contest.MODELS]
        assert all(
            (row["error"]["3 months"] is None) == (not episode["points"]["3 months"]) for row in episode["rivals"]
        )
        assert (episode["episode"] in counted) == (episode["rivals"][0]["at_horizons"] is not None)
        assert 1.0 < episode["half_life_weeks"] < 200.0
    with (tmp_path / "prices.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == sum(len(case.quotes) for case in shipped())
    nickel = next(one for one in found.episodes if one.case.name == "2014-nickel")
    # 450 of 2,000 kt are withheld from 13.45 USD/kg on: 13.45 * (1 - .225) ** (-1 / .35)
    assert exp(nickel.answers["constant elasticity 0.35"][0, -1]) == pytest.approx(
        13.45 * 0.775 ** (-1 / 0.35), rel=1e-6
    )


def test_the_verb_prints_one_object_and_names_what_has_no_prices() -> None:
    answer = CliRunner().invoke(app, ["rivals", "1978-cobalt", "--replications", "1", "--workers", "1", "--json"])
    assert answer.exit_code == 0
    data = json.loads(answer.stdout)
    assert [episode["episode"] for episode in data["episodes"]] == ["1978-cobalt"]
    assert data["verdicts"][0]["counted"] == []
    with pytest.raises(BadInput, match="two-countries: no scored price"):
        rivals(["two-countries"], 1, workers=1)
