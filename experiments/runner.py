"""Many runs of a scenario over points and replications, on a pool of processes, kept in a folder.

A batch is a list of points (changes and behaviour), each run `replications` times on common random numbers, and a
measure that turns one run into named numbers. Its folder holds

    batch.json       what is run: episode, points, replications, measure, rules, seed, code version
    parts/*.parquet  finished runs, a few files a worker, each written whole or not at all
    log.jsonl        who ran what, where and when: times and hosts stand here and nowhere else
    results.parquet  all runs in order; the same bytes for any number of workers and after any interruption
"""

import hashlib
import importlib
import json
import os
import socket
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict, dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.catalogue import Episode, find
from sim.files import write_whole
from sim.problems import BadInput
from sim.rules import code_version

if TYPE_CHECKING:
    import pandas
    import pyarrow

Measure = Callable[[Any, Episode], Mapping[str, float]]
META = ("run", "point", "replication", "state", "stage", "message")
CHUNK_SECONDS, CHUNK_RUNS, FILES_PER_LEVEL = 1.0, 200, 8


@dataclass(frozen=True)
class Point:
    """One version of the scenario: `key=value` changes and values of behavioural parameters.

    luck: number of the first replication that it is run on, where it is not to share the luck of other points.
    """

    changes: tuple[str, ...] = ()
    behaviour: Mapping[str, float] = field(default_factory=dict)
    luck: int = 0


@dataclass(frozen=True)
class Batch:
    """What is run.

    episode: name or folder; points: versions of it; replications: runs of each, numbered from 0, on the same luck at
    every point that does not ask for its own; measure: `module:function` that takes (run, episode) and returns named
    numbers; rules: as in `Simulation`, each `file.py:name`.
    """

    episode: str
    points: tuple[Point, ...]
    replications: int
    measure: str
    rules: Mapping[str, str] = field(default_factory=dict)
    seed: int = 1

    def __len__(self) -> int:
        return len(self.points) * self.replications

    def described(self) -> dict[str, Any]:
        """The batch as plain data, with its identity."""
        data = {**asdict(self), "rules": dict(self.rules), "code": code_version()}
        text = json.dumps(data, sort_keys=True)
        return {**data, "identity": hashlib.sha256(text.encode()).hexdigest()[:16]}


def read_batch(folder: str | Path) -> Batch:
    """The batch of a folder; `BadInput` when there is none."""
    path = Path(folder) / "batch.json"
    if not path.is_file():
        raise BadInput([f"{folder}: holds no batch (no batch.json)"], "batch")
    data = json.loads(path.read_text(encoding="utf-8"))
    points = tuple(Point(tuple(p["changes"]), p["behaviour"], p["luck"]) for p in data["points"])
    return Batch(data["episode"], points, data["replications"], data["measure"], data["rules"], data["seed"])


def measure_named(name: str) -> Measure:
    """The function `module:function`."""
    module, _, function = name.partition(":")
    found: Measure = getattr(importlib.import_module(module), function)
    return found


class Worker:
    """Runs single runs of a batch; keeps the scenario, and the layout of the point at hand."""

    def __init__(self, batch: Batch):
        self.batch = batch
        self.episode = find(batch.episode)
        self.measure = measure_named(batch.measure)
        self.scenario = self.episode.scenario()
        self.at: int | None = None
        self.simulation: Any = None

    def one(self, index: int) -> dict[str, Any]:
        """One run by its number: a row of the results. A failure is a row too."""
        from sim.simulation import Simulation

        point, replication = divmod(index, self.batch.replications)
        row: dict[str, Any] = {"run": index, "point": point, "replication": replication}
        stage = "build"
        try:
            given = self.batch.points[point]
            if self.at != point:
                self.simulation = Simulation(
                    self.scenario, changes=given.changes, behaviour=given.behaviour, rules=dict(self.batch.rules),
                    seed=self.batch.seed,
                )  # fmt: skip
                self.at = point
            stage = "simulate"
            run = self.simulation.one(given.luck + replication)
            stage = "measure"
            return {**row, "state": "done", "stage": "", "message": "", **self.measure(run, self.episode)}
        except Exception as error:  # whatever fails in one run must not stop the others
            self.at = None
            text = f"{type(error).__name__}: {error}"[:500]
            return {**row, "state": "failed", "stage": stage, "message": text}


_worker: Worker | None = None


def _start(batch: Batch) -> None:
    global _worker
    _worker = Worker(batch)


def _work(indices: Sequence[int], parts: str | None) -> tuple[list[dict[str, Any]], float]:
    """Run a chunk in a worker; with a folder, the rows are on disk before this returns."""
    assert _worker is not None
    begun = time.perf_counter()
    rows = [_worker.one(i) for i in indices]
    seconds = time.perf_counter() - begun
    if parts is None:
        return rows, seconds
    _log(Path(parts).parent, "ran", indices, seconds)
    write_part(Path(parts), rows)
    return [], seconds


def _log(folder: Path, event: str, indices: Sequence[int], seconds: float = 0.0) -> None:
    line = {
        "event": event, "first": indices[0], "runs": len(indices), "seconds": round(seconds, 3),
        "host": socket.gethostname(), "pid": os.getpid(), "time": time.strftime("%Y-%m-%dT%H:%M:%S"),
    }  # fmt: skip
    with (folder / "log.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


def table_of(rows: Sequence[Mapping[str, Any]]) -> "pyarrow.Table":
    """Rows as a table: what identifies a run, then its numbers by name."""
    import pyarrow as pa

    names = sorted({name for row in rows for name in row} - set(META))
    columns = {n: pa.array([row[n] for row in rows], pa.int64() if n in META[:3] else pa.string()) for n in META}
    columns |= {n: pa.array([row.get(n) for row in rows], pa.float64()) for n in names}
    return pa.table(columns)


def _write_whole(table: "pyarrow.Table", path: Path) -> None:
    import pyarrow.parquet as pq

    draft = path.with_suffix(f".{os.getpid()}.tmp")
    pq.write_table(table, draft, compression="zstd")
    draft.replace(path)


def write_part(parts: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add finished runs to a worker's files; full levels are merged, so that only a few files remain."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    mine = f"{socket.gethostname()}-{os.getpid()}"
    table, level = table_of(rows), 0
    while True:
        there = sorted(parts.glob(f"{mine}-{level}-*.parquet"))
        if len(there) < FILES_PER_LEVEL:
            break
        table = pa.concat_tables([*(pq.read_table(p) for p in there), table], promote_options="default")
        level += 1
        _write_whole(table, parts / f"{mine}-{level}-{time.monotonic_ns()}.parquet")
        for path in there:
            path.unlink()
        return
    _write_whole(table, parts / f"{mine}-{level}-{time.monotonic_ns()}.parquet")


def read_parts(folder: str | Path) -> "pyarrow.Table | None":
    """All finished runs of a folder, in order and each once; None when there are none yet."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    tables = [pq.read_table(p) for p in sorted((Path(folder) / "parts").glob("*.parquet"))]
    if not tables:
        return None
    table = pa.concat_tables(tables, promote_options="default")
    _, first = np.unique(table["run"].to_numpy(), return_index=True)
    table = table.take(first)
    numbers = sorted(set(table.column_names) - set(META))
    return table.select([*META, *numbers]).combine_chunks()


def merge(folder: str | Path) -> Path:
    """Write `results.parquet` from the parts; its bytes depend on the batch alone."""
    table = read_parts(folder)
    if table is None:
        raise BadInput([f"{folder}: no run is finished"], "batch")
    path = Path(folder) / "results.parquet"
    _write_whole(table.replace_schema_metadata(None), path)
    return path


def ledger(folder: str | Path) -> "pandas.DataFrame":
    """One row a run: point, replication, state (pending, running, done, failed), stage and message of a failure."""
    import pandas as pd

    batch = read_batch(folder)
    frame = pd.DataFrame({"run": range(len(batch))})
    frame["point"], frame["replication"] = frame["run"] // batch.replications, frame["run"] % batch.replications
    frame["state"], frame["stage"], frame["message"] = "pending", "", ""
    log = Path(folder) / "log.jsonl"
    if log.is_file():
        for line in log.read_text(encoding="utf-8").splitlines():
            entry = json.loads(line)
            if entry["event"] == "sent" and _alive(entry):
                frame.loc[entry["first"] : entry["first"] + entry["runs"] - 1, "state"] = "running"
    table = read_parts(folder)
    if table is not None:
        finished = table.select(list(META)).to_pandas().set_index("run")
        for name in ("state", "stage", "message"):
            frame.loc[finished.index, name] = finished[name]
    return frame


def _alive(entry: Mapping[str, Any]) -> bool:
    if entry["host"] != socket.gethostname():
        return True
    try:
        os.kill(int(entry["pid"]), 0)
    except OSError:
        return False
    return True


def open_batch(batch: Batch, folder: str | Path) -> Path:
    """Make the folder of a batch, or come back to it; `BadInput` when it holds another one."""
    folder = Path(folder)
    described = batch.described()
    path = folder / "batch.json"
    if path.is_file():
        there = json.loads(path.read_text(encoding="utf-8"))
        if there["identity"] != described["identity"]:
            differing = [k for k in described if described[k] != there.get(k) and k != "identity"]
            raise BadInput([f"{folder}: holds another batch ({', '.join(differing)} differ)"], "batch")
    else:
        from sim.storage import writable

        writable(folder)
        (folder / "parts").mkdir(parents=True, exist_ok=True)
        write_whole(path, json.dumps(described, indent=1))
    return folder


def run_batch(batch: Batch, folder: str | Path, workers: int = 2, progress: Any = None) -> Path:
    """Run what is not yet done, merge, and return the path of the results. A finished batch runs nothing."""
    folder = open_batch(batch, folder)
    table = read_parts(folder)
    done = set() if table is None else set(table["run"].to_pylist())
    pending = [i for i in range(len(batch)) if i not in done]
    if pending:
        ready = len(done)
        for finished in _chunks(batch, pending, workers, str(folder / "parts")):
            ready += len(finished)
            if progress is not None:
                progress(ready, len(batch))
    return merge(folder)


def evaluate(batch: Batch, workers: int = 1, progress: Any = None) -> list[dict[str, Any]]:
    """Run a batch in memory: its rows in order. With one worker it runs in this process."""
    rows: list[dict[str, Any]] = []
    if workers == 1:
        worker = Worker(batch)
        for i in range(len(batch)):
            rows.append(worker.one(i))
            if progress is not None:
                progress(i + 1, len(batch))
        return rows
    for finished in _chunks(batch, list(range(len(batch))), workers, None):
        rows += finished
        if progress is not None:
            progress(len(rows), len(batch))
    return sorted(rows, key=lambda row: row["run"])


def _chunks(batch: Batch, pending: list[int], workers: int, parts: str | None) -> Iterator[list[dict[str, Any]]]:
    """Send runs to a pool in chunks of about a second; yield what is finished.

    Runs that were under way when a worker died are tried again one at a time; a run that kills its worker then too
    is a failure.
    """
    waiting = list(reversed(_consecutive(pending)))
    suspects: dict[int, int] = {}
    size, pace = 4, 0.0
    while waiting:
        flying: dict[Future[Any], list[int]] = {}
        broken = alone = False
        with ProcessPoolExecutor(workers, get_context("spawn"), _start, (batch,)) as pool:
            while (waiting or flying) and not broken:
                while waiting and len(flying) < (1 if alone else 2 * workers):
                    alone = waiting[-1][0] in suspects  # one at a time, so that it is known which run kills
                    if alone and flying:
                        break
                    stretch = waiting.pop()
                    take = 1 if alone else size
                    if len(stretch) > take:
                        waiting.append(stretch[take:])
                        stretch = stretch[:take]
                    if parts is not None:
                        _log(Path(parts).parent, "sent", stretch)
                    flying[pool.submit(_work, stretch, parts)] = stretch
                ready, _ = wait(flying, return_when=FIRST_COMPLETED)
                for future in ready:
                    stretch = flying[future]
                    try:
                        rows, seconds = future.result()
                    except BrokenProcessPool:
                        broken = True
                        continue
                    del flying[future]
                    alone = False
                    each = seconds / len(stretch)
                    pace = each if pace == 0.0 else 0.7 * pace + 0.3 * each
                    size = max(1, min(CHUNK_RUNS, int(CHUNK_SECONDS / max(pace, 1e-6))))
                    yield rows if parts is None else [{"run": i} for i in stretch]
        if broken:
            for i in sorted(i for stretch in flying.values() for i in stretch):
                suspects[i] = suspects.get(i, 0) + 1
                if suspects[i] < 2:
                    waiting.append([i])
                    continue
                point, replication = divmod(i, batch.replications)
                row = {"run": i, "point": point, "replication": replication, "state": "failed", "stage": "process",
                       "message": "the worker process died twice with this run"}  # fmt: skip
                if parts is not None:
                    write_part(Path(parts), [row])
                yield [row]


def _consecutive(indices: Sequence[int]) -> list[list[int]]:
    """Stretches of consecutive numbers, so that runs of one point stay together."""
    stretches: list[list[int]] = []
    for i in indices:
        if stretches and stretches[-1][-1] == i - 1:
            stretches[-1].append(i)
        else:
            stretches.append([i])
    return stretches
