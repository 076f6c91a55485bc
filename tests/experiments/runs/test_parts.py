"""Tables on disk: a run that stands twice counts once, done before failed, whatever lies in which file."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from chokepoint.experiments.runs import locks, parts
from chokepoint.sim.scenario.problems import BadInput


def row(point: int, state: str = "done", **numbers: float) -> dict[str, Any]:
    return {"point": point, "replication": 0, "state": state, "stage": "", "message": "", **numbers}


def test_a_run_that_stands_twice_in_one_file_counts_once(tmp_path: Path) -> None:
    """A process with the number of one that was killed writes into the same files, as in a container."""
    path = pa.table({"point": [0, 0], "replication": [0, 0], "time": [1, 2], "x": [0.5, 0.7]})
    for _ in range(parts.FILES_PER_LEVEL):
        parts.write_parts(tmp_path, {"series": path, parts.MAIN: parts.table_of([row(0, x=1.0)])})
    assert len(list(tmp_path.glob("parts/series/*"))) == 1
    parts.merge(tmp_path, 1, 1, {})
    assert pq.read_table(tmp_path / "series.parquet")["time"].to_pylist() == [1, 2]
    assert pq.read_table(tmp_path / "results.parquet").num_rows == 1


@pytest.mark.parametrize("order", [("done", "failed"), ("failed", "done")])
def test_a_run_that_failed_in_one_shard_and_is_done_in_another_is_done(tmp_path: Path, order: tuple[str, str]) -> None:
    for state in order:
        parts.write_parts(tmp_path, {parts.MAIN: parts.table_of([row(0, state)])})
    done, failed = parts.finished(tmp_path, 1, 1)
    assert done.all()
    assert not failed.any()
    parts.merge(tmp_path, 1, 1, {})
    assert pq.read_table(tmp_path / "results.parquet")["state"].to_pylist() == ["done"]


def test_leaving_failed_runs_out_leaves_the_states_of_agents_alone(tmp_path: Path) -> None:
    agents = pa.table({"point": [0, 0], "replication": [0, 0], "agent": ["a", "b"], "state": ["operating", None]})
    parts.write_parts(tmp_path, {"agents": agents, parts.MAIN: parts.table_of([row(0), row(1, "failed")])})
    parts.merge(tmp_path, 2, 1, {}, failures=False)
    assert pq.read_table(tmp_path / "agents.parquet")["state"].to_pylist() == ["operating", None]
    assert pq.read_table(tmp_path / "results.parquet")["point"].to_pylist() == [0]


def test_shards_share_a_folder_and_nobody_else_does(tmp_path: Path) -> None:
    with locks.running(tmp_path, (1, 2)), locks.running(tmp_path, (2, 2)):
        for shard in ((1, 2), (1, 1)):
            with pytest.raises(BadInput, match="another process"), locks.running(tmp_path, shard):
                pass
        assert locks.busy(tmp_path)
    assert not locks.busy(tmp_path)
    with locks.alone(tmp_path), pytest.raises(BadInput, match="another process"), locks.running(tmp_path, (1, 2)):
        pass


def test_what_a_killed_process_had_begun_to_write_is_taken_away(tmp_path: Path) -> None:
    parts.write_parts(tmp_path, {parts.MAIN: parts.table_of([row(0)])})
    drafts = [tmp_path / ".results.parquet.7.tmp", tmp_path / "parts" / "results" / ".a-7-0-1.parquet.7.tmp"]
    for draft in drafts:
        draft.write_bytes(b"half")
    parts.clear_drafts(tmp_path)
    assert not any(draft.exists() for draft in drafts)
    assert len(list(tmp_path.glob("parts/results/*"))) == 1
