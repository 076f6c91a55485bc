"""Scores, losses and errors beside rivals on numbers worked by hand, and the score of an episode end to end."""

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import date
from math import log

import numpy as np
import pytest

from chokepoint.experiments.history.catalogue import Episode, find
from chokepoint.experiments.history.contest import beside
from chokepoint.experiments.history.facts import Fact, Facts, Finding, finding, findings_of, hold_against, read_facts
from chokepoint.experiments.history.observed import Datum, History, Residuals, observations
from chokepoint.experiments.history.rivals import RIVALS, case_of
from chokepoint.experiments.history.scoring import as_data, gather
from chokepoint.experiments.runs.score import score
from chokepoint.sim.scenario.problems import BadInput

RESIDUALS = Residuals(0.15, {"A": 0.05, "B": 0.10, "C": 0.25, "D": 0.20}, 0.5)


def fact(name: str, band=(0.0, 1.0), strong=(0.0, 0.5), **more) -> Fact:  # type: ignore[no-untyped-def]
    return Fact(name, "group", name, "level", {}, None, "", band, strong, **more)


def datum(group: str, item: str, day: date, value: float, sd: float = 0.05) -> Datum:
    return Datum(group, item, f"price_{group}", ((item, 1.0),), False, day, day, log(value), sd)


def test_a_fact_passes_at_seventy_and_is_strong_at_eighty_percent() -> None:
    # ten replications: 8 in the strong band, 9 in the pass band; then 7 and 7; then 6
    def verdict(values: list[float]) -> tuple[str, float | None]:
        found = finding(fact("X"), np.array(values))
        return found.verdict, found.pass_share

    assert verdict([0.2] * 8 + [0.8, 2.0]) == ("strong", 0.9)
    assert verdict([0.2] * 7 + [2.0] * 3) == ("pass", 0.7)
    assert verdict([0.2] * 6 + [2.0] * 4) == ("fail", 0.6)
    half = fact("X", needs=0.5, needs_strong=0.7)
    assert finding(half, np.array([0.2] * 6 + [2.0] * 4)).verdict == "pass"


def test_a_whole_passes_only_where_all_parts_do() -> None:
    facts = Facts((fact("A.one"), fact("A.two"), fact("B")))
    one = np.array([0.1, 0.1, 0.1, 0.1, 2.0, 2.0, 0.1, 0.1, 0.1, 0.1])
    two = np.array([0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 2.0, 2.0, 0.1, 0.1])
    found: dict[str, Finding] = {f.fact.id: f for f in findings_of(facts, {"A.one": one, "A.two": two, "B": one})}
    assert list(found) == ["A.one", "A.two", "A", "B"]
    assert (found["A.one"].pass_share, found["A.two"].pass_share, found["A"].pass_share) == (0.8, 0.8, 0.6)
    assert found["A"].verdict == "fail"


def test_what_the_model_cannot_answer_stays_in_the_table_and_is_said_to_be_open() -> None:
    facts = Facts((fact("A.one"), fact("A.two", unanswered="there are no orders"), fact("B", unanswered="none")))
    found = {f.fact.id: f for f in findings_of(facts, {"A.one": np.full(10, 0.1)})}
    assert list(found) == ["A.one", "A.two", "A", "B"]
    assert [f.verdict for f in found.values()] == ["strong", "not answered", "not answered", "not answered"]
    assert found["B"].passes is None
    assert found["A.two"].value != found["A.two"].value
    run = find("2019-threat").run(1)
    asked = [replace(f, unanswered="none" if f.id == "B2" else "") for f in find("2019-threat").facts.facts]
    assert "B2" not in [f.fact.id for f in hold_against(run, Facts(tuple(asked)))]


def test_without_a_search_on_early_data_what_it_would_tell_is_open(tmp_path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "facts.toml").write_text(
        '[[fact]]\nid = "A"\ntitle = "later"\nstatistic = "holdout"\nwith = { group = "outside" }\npass = [0.0, 0.8]\n'
    )
    shutil.copy(find("two-countries").folder / "scenario.toml", tmp_path)
    (found,) = gather(Episode(tmp_path), [], 0, 1, 0).findings
    assert (found.verdict, "calibrate" in found.fact.unanswered) == ("not answered", True)
    (tmp_path / "holdout.csv").write_text("start,objective,outside\n0,1,0.5\n1,2,0.9\n")
    (found,) = gather(Episode(tmp_path), [], 0, 1, 0).findings
    assert (found.value, found.pass_share) == (0.5, 1.0)  # of the start that fits best


def test_loss_is_the_mean_over_groups_of_weighted_squares() -> None:
    data = [datum("outside", "La", date(2010, 1, 1), 10.0), datum("outside", "La", date(2011, 1, 1), 10.0),
            datum("inside", "La", date(2012, 1, 1), 10.0, sd=0.2)]  # fmt: skip
    history = History(data, RESIDUALS)
    # errors of ln: .1 and .3 outside (variance .05^2 + .15^2 = .025), .5 inside (.2^2 + .15^2 = .0625)
    logs = np.log(10.0) + np.array([[0.0, 0.2, 0.4], [0.2, 0.4, 0.6]])  # means .1, .3, .5
    outside, inside = (0.01 + 0.09) / 2.0 / 0.025, 0.25 / 0.0625
    assert history.loss(logs) == pytest.approx((outside + inside) / 2.0)
    assert history.loss(logs, (date(2010, 1, 1), date(2011, 12, 31))) == pytest.approx(outside)
    errors = history.errors(logs, history.chosen("outside"))
    assert errors == pytest.approx([np.sqrt((0.0 + 0.04) / 2.0), np.sqrt((0.04 + 0.16) / 2.0)])


def test_errors_beside_rivals_by_market_and_window() -> None:
    place = find("2010-embargo")
    case = case_of(place)
    model = np.tile(case.observed, (3, 1)) + np.array([[0.1], [0.2], [0.9]])
    model[:, 0] = np.nan  # beyond the run
    rows = {row["baseline"]: row for row in beside(case, (), model, date(2011, 12, 31))}
    assert list(rows) == [*RIVALS, "this model"]
    windows = [f"{market}, {window}" for market in ("outside", "inside") for window in ("all", "to 2011", "from 2012")]
    assert all(list(row) == ["baseline", *windows] for row in rows.values())
    assert [rows["this model"][window] for window in windows] == pytest.approx([0.2] * 6)
    late = [i for i, q in enumerate(case.quotes) if q.market == "outside" and q.first >= date(2012, 1, 1)]
    walk = [abs(case.rivals(10.0)["random walk"][i] - case.observed[i]) for i in late]
    assert rows["random walk"]["outside, from 2012"] == pytest.approx(float(np.mean(walk)))


def test_an_episode_without_groups_is_held_beside_rivals_too() -> None:
    result = score("2014-nickel", 2, workers=1)
    rows = as_data(result, find("2014-nickel"))["baselines"]
    assert [row["baseline"] for row in rows] == [*RIVALS, "this model"]
    # 13.45 USD/kg on 8 January, and the means of the 23 months from February on
    months = [row for row in observations(find("2014-nickel").folder) if row["scored"] == "yes"][1:]
    off = [abs(log(float(row["value"]) / 13.45)) for row in months]
    assert len(off) == 23
    assert rows[0] == {"baseline": "random walk", "outside, all": pytest.approx(float(np.mean(off)))}


def test_quotes_of_one_month_are_one_point() -> None:
    history = find("2010-embargo").facts.history
    assert history is not None
    september = [d for d in history.data if d.group == "inside" and d.item == "La" and d.first.month == 9
                 and d.first.year == 2011]  # fmt: skip
    assert len(september) == 1
    assert september[0].first < september[0].last
    assert len({(d.group, d.item, d.first, d.last) for d in history.data}) == len(history.data)


def test_faults_of_facts_come_in_one_message(tmp_path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "facts.toml").write_text(
        '[[fact]]\nid = "A"\ntitle = "a"\nstatistic = "peek"\n'
        '[[fact]]\nid = "B"\ntitle = "b"\nstatistic = "rms"\ncolour = 1\nstrong = [0, 1]\n[extra]\nx = 1\n'
        "[baselines]\ntrained = 2011\ncat = 1\n"
    )
    with pytest.raises(BadInput) as caught:
        read_facts(tmp_path)
    text = "\n".join(caught.value.problems)
    faults = (
        "A: unknown statistic (nearest: peak", "unknown key 'colour'", "a strong band without one that passes",
        "needs scored rows of observed.csv", "unknown section 'extra'",
        "baselines: unknown key 'cat' (nearest: cut", "baselines: cut is missing", "trained = 2011 is not a date",
    )  # fmt: skip
    for words in faults:
        assert words in text


def test_an_episode_without_history_has_no_score() -> None:
    with pytest.raises(BadInput, match="no history"):
        score("two-countries", 1, workers=1)


def test_score_is_one_json_object_with_the_ids_of_history() -> None:
    command = [
        sys.executable,
        "-m",
        "chokepoint.experiments.cli",
        "score",
        "2010-embargo",
        "--replications",
        "2",
        "--json",
    ]
    answer = subprocess.run([*command, "--workers", "1"], capture_output=True, text=True, check=True).stdout
    data = json.loads(answer)
    told = {"episode", "replications", "seed", "failed", "facts", "count", "loss", "bands", "baselines"}
    assert set(data) == told
    ids = {f["id"] for f in data["facts"]}
    assert {f"A{i}" for i in (1, 2, 3, *range(5, 19), 20, 21)} | {"A8.use", "A8.La", "C8"} <= ids
    asked = {"value", "low", "high", "observed", "band", "pass_share", "share_low", "share_high", "verdict"}
    assert all(asked <= set(f) for f in data["facts"])
    assert {f["verdict"] for f in data["facts"]} <= {"strong", "pass", "fail", "", "not answered"}
    assert all((f["verdict"] == "not answered") == bool(f["unanswered"]) for f in data["facts"])
    assert data["baselines"][-1]["baseline"] == "this model"
