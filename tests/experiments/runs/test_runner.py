"""Many runs on a pool: the same bytes for any number of workers, nothing lost, failures apart."""

import json
import os
import pickle
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from chokepoint.experiments.history.catalogue import FOLDER
from chokepoint.experiments.runs import parts, runner
from chokepoint.experiments.runs.batch import FILE, Batch, identity, open_batch, read_batch
from chokepoint.experiments.runs.points import Point
from chokepoint.experiments.runs.runner import evaluate, gather_shards, ledger, run_batch
from chokepoint.sim.scenario.problems import BadInput

ROOT = Path(__file__).parents[3]
MEASURE = "tests.experiments.measures:ends"


def batch(points: int = 4, replications: int = 3, measure: str = MEASURE, **options) -> Batch:  # type: ignore[no-untyped-def]
    short = ("end=2010-12-26",)
    versions = tuple(Point(short, {"use_elasticity": 0.07 + 0.01 * i}) for i in range(points))
    return Batch("two-countries", versions, replications, measure, **options)


@pytest.fixture(scope="module")
def one_worker(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return run_batch(batch(), tmp_path_factory.mktemp("one") / "batch", workers=1).read_bytes()


def test_two_workers_write_the_same_bytes(tmp_path: Path, one_worker: bytes) -> None:
    assert run_batch(batch(), tmp_path / "batch", workers=2).read_bytes() == one_worker
    assert not list((tmp_path / "batch" / "parts").glob("*/*"))


def test_replications_share_their_luck_between_points() -> None:
    short = batch(measure="tests.experiments.measures:luck").points[0].changes
    points = tuple(Point(short, {"normal_years": years}) for years in (2.5, 3.5))  # no matter in the first week
    rows = evaluate(Batch("two-countries", points, 2, "tests.experiments.measures:luck"))
    assert rows[0]["noise"] == rows[2]["noise"] != rows[1]["noise"] == rows[3]["noise"]


def test_a_point_can_ask_for_luck_of_its_own(tmp_path: Path) -> None:
    shared = batch(points=1, replications=3, measure="tests.experiments.measures:luck")
    own = replace(shared, points=tuple(replace(shared.points[0], luck=i) for i in (2, 1)), replications=1)
    noise = [row["noise"] for row in evaluate(shared)]
    assert [row["noise"] for row in evaluate(own)] == [noise[2], noise[1]]
    run_batch(own, tmp_path / "batch", workers=1)
    assert read_batch(tmp_path / "batch") == own


def test_what_is_done_is_not_done_again(tmp_path: Path, one_worker: bytes) -> None:
    folder = tmp_path / "batch"
    run_batch(batch(), folder, workers=1)
    lines = (folder / "log.jsonl").read_text().count("\n")
    assert run_batch(batch(), folder, workers=1).read_bytes() == one_worker
    assert (folder / "log.jsonl").read_text().count("\n") == lines


def test_a_folder_of_another_batch_is_refused(tmp_path: Path) -> None:
    run_batch(batch(points=1, replications=1), tmp_path / "batch", workers=1)
    with pytest.raises(BadInput, match="another batch"):
        run_batch(batch(points=2, replications=1), tmp_path / "batch", workers=1)
    with pytest.raises(BadInput, match="no batch"):
        read_batch(tmp_path)


def test_a_run_that_fails_stops_nothing(tmp_path: Path) -> None:
    good = batch(points=1, replications=2).points
    bad = Point(("end=2001-01-01",))
    mixed = Batch("two-countries", (*good, bad), 2, MEASURE)
    run_batch(mixed, tmp_path / "batch", workers=1)
    table = ledger(tmp_path / "batch")
    assert table["state"].tolist() == ["done", "done", "failed", "failed"]
    assert table["stage"].tolist()[2] == "build"
    assert "end" in table["message"].tolist()[2]


def test_a_worker_that_dies_is_replaced_and_its_run_recorded(tmp_path: Path) -> None:
    deadly = batch(points=3, replications=1, measure="tests.experiments.measures:deadly")
    run_batch(deadly, tmp_path / "batch", workers=2)
    table = ledger(tmp_path / "batch")
    assert table["state"].tolist() == ["done", "failed", "done"]
    assert table["stage"].tolist()[1] == "process"


KILLED = """
import sys
from tests.experiments.runs.test_runner import batch
from chokepoint.experiments.runs.runner import run_batch
if __name__ == "__main__":
    run_batch(batch(measure="tests.experiments.measures:slow"), sys.argv[1], workers=2)
"""


def test_killed_and_resumed_gives_the_same_bytes(tmp_path: Path) -> None:
    slow = batch(measure="tests.experiments.measures:slow")
    whole = run_batch(slow, tmp_path / "whole", workers=1).read_bytes()
    folder = tmp_path / "killed"
    process = subprocess.Popen([sys.executable, "-c", KILLED, str(folder)], cwd=ROOT, start_new_session=True)
    deadline = time.monotonic() + 60.0
    while not list(folder.glob("parts/results/*.parquet")) and time.monotonic() < deadline:
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    done, _ = parts.finished(folder, 4, 3)
    assert 0 < done.sum() < 12
    assert set(ledger(folder)["state"]) == {"pending", "done"}
    assert run_batch(slow, folder, workers=2).read_bytes() == whole


def test_many_chunks_leave_few_files_and_come_out_in_order(tmp_path: Path) -> None:
    for i in reversed(range(300)):
        row = {"point": i // 3, "replication": i % 3, "state": "done", "stage": "", "message": "", "x": float(i)}
        parts.write_parts(tmp_path, {parts.MAIN: parts.table_of([row])})
    assert len(list((tmp_path / "parts" / parts.MAIN).iterdir())) <= 15
    path = parts.merge(tmp_path, 100, 3, {})
    assert path is not None
    table = pq.read_table(path)
    assert table["x"].to_pylist() == table["run"].to_pylist() == list(range(300))
    assert not list((tmp_path / "parts" / parts.MAIN).iterdir())


def test_rules_of_a_study_work_in_workers(tmp_path: Path) -> None:
    study = tmp_path / "study.py"
    study.write_text(
        "from math import exp\n\n\n"
        "def half(gap, level, elasticity, steepness):\n"
        "    used = level * exp(-0.5 * gap)\n    return used, -0.5 * used\n"
    )
    plain = evaluate(batch(points=1, replications=1))
    own = evaluate(batch(points=1, replications=1, rules={"firm.use": f"{study}:half"}), workers=2)
    assert plain[0]["state"] == own[0]["state"] == "done"
    assert plain[0]["used"] != own[0]["used"]


def test_hosts_and_times_stand_in_the_log_alone(tmp_path: Path) -> None:
    run_batch(batch(points=1, replications=1), tmp_path / "batch", workers=1)
    entries = [json.loads(line) for line in (tmp_path / "batch" / "log.jsonl").read_text().splitlines()]
    assert {entry["event"] for entry in entries} == {"sent", "ran"}
    names = pq.read_schema(tmp_path / "batch" / "results.parquet").names
    assert names == ["run", "point", "replication", "state", "stage", "message", "price", "used"]


def test_shards_are_brought_together_where_their_scenario_does_not_lie(tmp_path: Path) -> None:
    shutil.copytree(FOLDER / "two-countries", tmp_path / "scenario")
    whole = replace(batch(points=2, replications=1), episode=str(tmp_path / "scenario"))
    for i in (0, 1):
        open_batch(whole, tmp_path / f"{i}")
        row = {"point": i, "replication": 0, "state": "done", "stage": "", "message": "", "x": 1.0}
        parts.write_parts(tmp_path / f"{i}", {parts.MAIN: parts.table_of([row])})
    shutil.rmtree(tmp_path / "scenario")
    path = gather_shards([tmp_path / "1", tmp_path / "0"], tmp_path / "all")
    assert pq.read_table(path)["point"].to_pylist() == [0, 1]
    assert (tmp_path / "all" / FILE).read_bytes() == (tmp_path / "0" / FILE).read_bytes()
    open_batch(batch(points=1, replications=1), tmp_path / "other")
    with pytest.raises(BadInput, match="other: holds batch"):
        gather_shards([tmp_path / "0"], tmp_path / "other")


def test_a_folder_that_another_process_has_just_begun_is_no_stranger(tmp_path: Path) -> None:
    (tmp_path / f".{FILE}.7.tmp").write_text("{")
    open_batch(batch(points=1, replications=1), tmp_path)
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "notes.txt").write_text("mine")
    with pytest.raises(BadInput, match="not a result of ours"):
        open_batch(batch(points=1, replications=1), tmp_path / "taken")


def test_a_line_of_the_log_that_was_cut_off_tells_nothing(tmp_path: Path) -> None:
    open_batch(batch(points=1, replications=2), tmp_path)
    (tmp_path / "log.jsonl").write_text('{"event": "sent", "fir')
    assert ledger(tmp_path)["state"].tolist() == ["pending", "pending"]


def test_a_worker_with_other_files_refuses(tmp_path: Path) -> None:
    """As one that lives on from one study to the next, or on another machine."""
    rule = tmp_path / "study.py"
    rule.write_text("def none(use_t): ...\n")
    head = replace(batch(points=0), asked={"function": f"{rule}:none"})
    name = identity(head.data())
    rule.write_text("def none(use_t): return 1\n")
    with pytest.raises(runner.Unlike):
        runner._worker(head, name)


def test_what_makes_numbers_of_a_run_is_part_of_the_identity(monkeypatch: pytest.MonkeyPatch) -> None:
    before = identity(batch().data())
    monkeypatch.setattr("chokepoint.experiments.runs.batch.MEASURING", ("history/facts.py",))
    assert identity(batch().data()) != before


def test_bad_input_survives_the_way_to_another_process() -> None:
    found = pickle.loads(pickle.dumps(BadInput(["a", "b"], "here", shown=1)))
    assert (str(found), found.problems) == ("here: 2 problems\n  - a\n  and 1 more", ["a", "b"])
