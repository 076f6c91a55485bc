"""Studies as folders: the same bytes however they were run, extended without loss, read back with units."""

import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from chokepoint.agents.behaviour import PARAMETERS
from chokepoint.experiments.runs import locks, parts, runner
from chokepoint.experiments.sweep import folder as sweeps
from chokepoint.experiments.sweep.folder import Sweep, sweep
from chokepoint.experiments.sweep.plan import Plan
from chokepoint.sim.scenario.problems import BadInput

ROOT = Path(__file__).parents[3]
STUDY = """
title = "Elasticity and quota"
scenario = "two-countries"
changes = ["end=2010-12-26"]
replications = 2
[design]
kind = "latin-hypercube"
points = 4
[factors.use_elasticity]
[factors.threat]
levels = {{ heard = [], unheard = ["news=none"] }}
[outputs.last]
statistic = "level"
with = {{ series = "price_outside", column = "{material}", span = [2010-11-01, 2010-12-01] }}
[outputs.slow]
function = "tests.experiments.measures:late"
[series]
every = "quarter"
record = ["price_outside|{material}", "exports"]
[agents]
sample = 3
fields = ["stock", "unfilled", "output"]
every = "year"
"""


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from chokepoint import episode

    material = episode("two-countries").scenario().materials[0].material
    path = tmp_path_factory.mktemp("study") / "study.toml"
    path.write_text(STUDY.format(material=material))
    return path


@pytest.fixture(scope="module")
def whole(study: Path) -> Sweep:
    """The study run by one worker."""
    return sweep(study, study.parent / "whole", workers=1)


def tables(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in sorted(folder.glob("*.parquet"))}


def test_one_row_a_run_and_one_a_period(whole: Sweep) -> None:
    assert len(whole.runs) == 8
    assert (whole.runs["state"] == "done").all()
    assert whole.runs["run"].tolist() == list(range(8))
    series = whole.table("series")
    assert len(series) == 8 * series["time"].nunique()
    assert len(whole.table("agents")) == 8 * 3 * whole.table("agents")["time"].nunique()
    material = whole.batch.asked["record"][0]
    assert series.attrs["units"][material] == "USD/kg"
    assert whole.runs.attrs["units"]["last"] == "USD/kg"


def test_a_quarter_of_a_study_is_a_quarter_of_the_run(whole: Sweep) -> None:
    point = whole.batch.points[2]
    run = whole_episode().simulation(changes=point.changes, behaviour=point.behaviour).run(2)
    price, exports = whole.batch.asked["record"]
    material = price.partition("|")[2]
    found = whole.table("series").query("point == 2 and replication == 1").set_index("time")
    expected = run.series("price_outside", "quarter", 1)[material]
    assert np.allclose(found[price].reindex(expected.index), expected, rtol=1e-12)
    assert np.allclose(found[exports].sum(), run.arrays["exports"][1].sum())


def whole_episode():  # type: ignore[no-untyped-def]
    from chokepoint import episode

    return episode("two-countries")


def test_two_workers_and_shards_in_any_order_give_the_same_bytes(study: Path, whole: Sweep, tmp_path: Path) -> None:
    for i in (3, 1, 2):
        with pytest.raises(BadInput, match="no table"):
            Sweep(tmp_path / f"{i}").table("results")
        sweep(study, tmp_path / f"{i}", workers=1 + i % 2, shard=(i, 3))
    assert 0 < len(Sweep(tmp_path / "1").runs) < 8
    sweeps.gather([tmp_path / "2", tmp_path / "3", tmp_path / "1"], tmp_path / "all")
    assert tables(tmp_path / "all") == tables(whole.folder)


def test_a_study_extended_is_the_larger_study(study: Path, tmp_path: Path) -> None:
    small = tmp_path / "small.toml"
    text = study.read_text().replace("points = 4", "points = 2").replace("replications = 2", "replications = 1")
    small.write_text(text)
    first = sweep(small, tmp_path / "grown", workers=1)
    before, points = first.runs.set_index(["point", "replication"])["last"], first.points
    runner.run_batch(sweeps.extend(tmp_path / "grown", 4, 2), tmp_path / "grown", workers=1)
    grown = Sweep(tmp_path / "grown")
    assert len(grown.runs) == 8
    assert grown.runs.set_index(["point", "replication"])["last"].loc[before.index].tolist() == before.tolist()
    assert (grown.points[:2] == points).all(axis=None)
    p = PARAMETERS["use_elasticity"]
    halves = np.floor(2 * (grown.points["use_elasticity"][2:] - p.low) / (p.high - p.low))
    assert sorted(halves) == [0, 1]  # a hypercube again
    assert sweep(small, tmp_path / "grown", workers=1).runs.equals(grown.runs)  # nothing is lost by running it again
    with pytest.raises(BadInput, match="fewer than the 2"):
        sweeps.extend(tmp_path / "grown", replications=1)
    small.write_text(small.read_text() + '[[find]]\nname = "dear"\noutput = "last"\nabove = 1.0\n')
    assert len(sweeps.prepared(small, tmp_path / "grown").batch) == 8  # a new question of the larger study
    with pytest.raises(BadInput, match="was changed"):
        sweeps.extend(tmp_path / "grown", 8)


def test_questions_may_be_added_and_what_is_run_may_not_be_changed(study: Path, tmp_path: Path) -> None:
    mine = tmp_path / "study.toml"
    mine.write_text(study.read_text())
    sweep(mine, tmp_path / "a", workers=1)
    log = (tmp_path / "a" / "log.jsonl").read_bytes()
    mine.write_text(study.read_text() + '[[find]]\nname = "dear"\noutput = "last"\nabove = 1.0\n')
    assert len(sweep(mine, tmp_path / "a").runs) == 8
    assert (tmp_path / "a" / "log.jsonl").read_bytes() == log
    assert sweeps.study_of(tmp_path / "a") == mine  # the folder holds the file as it is now
    mine.write_text(study.read_text().replace("replications = 2", "replications = 1"))
    with pytest.raises(BadInput, match="another study"):
        sweep(mine, tmp_path / "a")


def test_a_finished_study_runs_nothing(study: Path, whole: Sweep) -> None:
    before, log = tables(whole.folder), (whole.folder / "log.jsonl").read_bytes()
    sweep(study, whole.folder)
    assert (tables(whole.folder), (whole.folder / "log.jsonl").read_bytes()) == (before, log)


KILLED = """
import sys
from chokepoint.experiments.sweep.folder import sweep
if __name__ == "__main__":
    sweep(sys.argv[1], sys.argv[2], workers=2)
"""


def test_killed_at_random_moments_and_resumed_gives_the_same_bytes(study: Path, whole: Sweep, tmp_path: Path) -> None:
    folder, moments = tmp_path / "killed", random.Random(20)
    for _ in range(2):
        process = subprocess.Popen([sys.executable, "-c", KILLED, str(study), str(folder)], cwd=ROOT,
                                   start_new_session=True)  # fmt: skip
        before, deadline = len(parts_of(folder)), time.monotonic() + 60.0
        while len(parts_of(folder)) == before and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.02)
        time.sleep(moments.random() * 0.4)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    done, _ = parts.finished(folder, 4, 2)
    assert 0 < done.sum() < 8
    sweep(study, folder, workers=2)
    assert tables(folder) == tables(whole.folder)


def parts_of(folder: Path) -> list[Path]:
    return list(folder.glob("parts/results/*.parquet"))


def test_a_part_cut_off_by_a_power_failure_is_run_again(study: Path, whole: Sweep, tmp_path: Path) -> None:
    sweep(study, tmp_path / "a", workers=1, shard=(1, 2))
    results = tmp_path / "a" / "results.parquet"
    results.write_bytes(results.read_bytes()[:-40])
    sweep(study, tmp_path / "a", workers=1)
    assert tables(tmp_path / "a") == tables(whole.folder)


def test_failed_runs_are_tried_again_on_request(study: Path, whole: Sweep, tmp_path: Path) -> None:
    os.environ["CHOKEPOINT_TEST_FAILS"] = "yes"
    try:
        found = sweep(study, tmp_path / "a", workers=1)
    finally:
        del os.environ["CHOKEPOINT_TEST_FAILS"]
    failed = found.runs[found.runs["state"] == "failed"]
    assert failed["stage"].tolist() == ["measure"] * 4
    assert failed["last"].isna().all()
    assert (sweep(study, tmp_path / "a").runs["state"] == "failed").sum() == 4  # not by itself
    assert sweeps.retry_failed(tmp_path / "a") == 4
    sweep(study, tmp_path / "a", workers=1)
    assert tables(tmp_path / "a") == tables(whole.folder)


def test_two_processes_do_not_run_one_folder(study: Path, tmp_path: Path) -> None:
    plan = Plan(study)
    runner.open_batch(plan.batch, tmp_path / "a")
    with locks.alone(tmp_path / "a"), pytest.raises(BadInput, match="another process"):
        runner.run_batch(plan.batch, tmp_path / "a")


@pytest.fixture
def cluster() -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A Dask scheduler and two workers, processes of their own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{probe.getsockname()[1]}"
    port = address.rpartition(":")[2]
    command = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", port]
    worker = [sys.executable, "-m", "distributed.cli.dask_worker", address, "--nworkers", "1", "--nthreads", "1"]
    quiet = {"cwd": ROOT, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    started = [subprocess.Popen([*command, "--no-dashboard"], **quiet)]  # type: ignore[call-overload]
    started += [subprocess.Popen([*worker, "--no-nanny", "--no-dashboard"], **quiet) for _ in range(2)]  # type: ignore[call-overload]
    yield address, started[1:]
    for process in started:
        process.kill()
        process.wait()


def test_a_cluster_gives_the_same_bytes_though_a_worker_is_killed(
    study: Path, whole: Sweep, tmp_path: Path, cluster: tuple[str, list[subprocess.Popen[bytes]]]
) -> None:
    address, workers = cluster
    killed = []

    def kill(done: int, of: int) -> None:
        if not killed and done < of:
            workers[0].kill()
            killed.append(done)

    sweep(study, tmp_path / "a", dask=address, progress=kill)
    assert killed
    assert tables(tmp_path / "a") == tables(whole.folder)


def test_no_scheduler_is_said_plainly(study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "SCHEDULER_SECONDS", 1)
    with pytest.raises(BadInput, match="no scheduler"):
        sweep(study, tmp_path / "a", dask="tcp://127.0.0.1:9")


def test_csv_carries_factors_and_a_dictionary(whole: Sweep) -> None:
    import pandas as pd

    paths = whole.write_csv()
    assert [p.name for p in paths] == ["results.csv", "agents.csv", "series.csv", "data_dictionary.csv"]
    results = pd.read_csv(paths[0])
    assert set(results["threat"]) == {"heard", "unheard"}
    assert results["last"].tolist() == whole.runs["last"].tolist()
    told = pd.read_csv(paths[-1], keep_default_na=False)
    for path in paths[:-1]:
        columns = set(pd.read_csv(path, nrows=0).columns)
        assert columns <= set(told[told["table"].isin([path.stem, "all"])]["column"])


def test_merged_tables_name_units(whole: Sweep) -> None:
    schema = pq.read_schema(whole.folder / "series.parquet")
    field = schema.field(whole.batch.asked["record"][1])
    meaning = b"legal exports of forms under the quota, by destination, a quarter"
    assert field.metadata == {b"unit": b"t gross", b"meaning": meaning}


def test_memory_of_a_merge_does_not_grow_with_runs(tmp_path: Path) -> None:
    """Row groups of a merged table hold a fixed number of runs, and reading a block opens only those near it."""
    rows = [
        {"point": i, "replication": 0, "state": "done", "stage": "", "message": "", "x": 1.0 * i} for i in range(2500)
    ]
    for first in range(0, 2500, 500):
        parts.write_parts(tmp_path, {parts.MAIN: parts.table_of(rows[first : first + 500])})
    path = parts.merge(tmp_path, 2500, 1, {})
    assert path is not None
    groups = pq.ParquetFile(path).metadata
    assert [groups.row_group(i).num_rows for i in range(groups.num_row_groups)] == [1000, 1000, 500]
