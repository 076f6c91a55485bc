"""Many runs of a batch on a pool of processes here or on a Dask cluster, kept in a folder.

batch.json       what is run (`experiments/runs/batch.py`)
parts/           finished runs that are not merged yet, a few files a worker and table (`experiments/runs/parts.py`)
log.jsonl        who ran what, where and when: times and hosts stand here and nowhere else
results.parquet  all runs in order, and a table for each kind of path that was asked for; the same bytes for any
                 number of workers, shards in any order, and after any interruption
"""

import importlib
import json
import os
import shutil
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from chokepoint.experiments.history.catalogue import find
from chokepoint.experiments.runs import locks, parts
from chokepoint.experiments.runs.batch import FILE, Batch, identity, identity_of, make_folder, open_batch, read_batch
from chokepoint.experiments.runs.points import Point
from chokepoint.sim.engine.files import write_whole
from chokepoint.sim.scenario.problems import BadInput

if TYPE_CHECKING:
    import pandas
    import pyarrow as pa

Measure = Callable[..., Any]
Progress = Callable[[int, int], None] | None
Task = tuple[int, int, Point]  # number of the point, replication, and the point
CHUNK_SECONDS, CHUNK_RUNS = 2.5, 500
LOG = "log.jsonl"
SCHEDULER_SECONDS = 15  # to wait for a scheduler to answer


def measure_named(name: str) -> Measure:
    """The function behind `module:function`."""
    module, _, function = name.partition(":")
    found: Measure = getattr(importlib.import_module(module), function)
    return found


class Worker:
    """Runs single runs of a batch; keeps the scenario, and the layout of the point at hand."""

    def __init__(self, batch: Batch):
        self.batch = batch
        self.episode = find(batch.episode)
        found = measure_named(batch.measure)
        self.measure = found(**batch.asked) if isinstance(found, type) else found
        self.look = getattr(self.measure, "look", None)
        self.at: int | None = None
        self.simulation: Any = None

    def one(self, task: Task) -> tuple[dict[str, Any], dict[str, Any]]:
        """One run: its row of the results, and its rows of other tables. A failure is a row too."""
        number, replication, point = task
        row: dict[str, Any] = {"point": number, "replication": replication}
        stage = "build"
        try:
            if self.at != number:
                self.simulation = self.episode.simulation(
                    changes=point.changes, behaviour=point.behaviour, rules={**self.batch.rules, **point.rules},
                    seed=self.batch.seed,
                )  # fmt: skip
                self.at = number
            stage = "simulate"
            run = self.simulation.one(point.luck + replication, self.look)
            stage = "measure"
            measured = self.measure(run, self.episode)
            numbers, paths = measured if isinstance(measured, tuple) else (measured, {})
            return {**row, "state": "done", "stage": "", "message": _ran_away(run.runaways), **numbers}, paths
        except (Exception, SystemExit) as error:  # whatever fails in one run must not stop the others
            self.at = None
            text = f"{type(error).__name__}: {error}"[:500]
            return {**row, "state": "failed", "stage": stage, "message": text}, {}

    def chunk(self, tasks: Sequence[Task]) -> tuple[list[dict[str, Any]], dict[str, "pa.Table"], float]:
        """Some runs: their rows, tables of paths, and seconds."""
        begun = time.perf_counter()
        rows, paths = [], []
        for task in tasks:
            row, found = self.one(task)
            rows.append(row)
            paths.append(found)
        tables = {name: _joined(rows, paths, name) for name in sorted({n for found in paths for n in found})}
        return rows, tables, time.perf_counter() - begun


def _joined(rows: list[dict[str, Any]], paths: list[dict[str, Any]], name: str) -> "pa.Table":
    """The paths of one kind of several runs as a table: point and replication, then the columns of the path."""
    import pyarrow as pa

    found = []
    for row, each in zip(rows, paths, strict=True):
        if name in each:
            columns = {k: pa.array(v) for k, v in each[name].items()}
            length = len(next(iter(columns.values())))
            keys = {k: pa.array(np.full(length, row[k], dtype=np.int64)) for k in parts.KEYS}
            found.append(pa.table({**keys, **columns}))
    return pa.concat_tables(found).combine_chunks()


_local = threading.local()


class Unlike(Exception):
    """A worker that would not run what it was sent: its files or its version of the package are others."""

    told = "a worker has another version of the package, or of what the batch names: scenario, rules, functions"


def _worker(head: Batch, name: str = "") -> Worker:
    """The worker of this process for a batch without its points. name: their identity where they were sent; a process
    that lives on another machine, or from one batch to the next, may find other files under the same paths."""
    if getattr(_local, "at", None) != (head, name):
        _local.at = None
        if name and name != _named(head):
            raise Unlike(f"on {socket.gethostname()}")
        _local.at, _local.worker = (head, name), Worker(head)
    found: Worker = _local.worker
    return found


def _named(head: Batch) -> str:
    """Identity of a batch as the files say that this process reads; nothing where they are not there."""
    try:
        return identity(head.data())
    except BadInput:
        return ""


def _start() -> None:
    """In a worker process: end when the process that started it is gone, which alone answers to Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1.0)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _check_start(pool: Executor) -> None:
    """`BadInput` where processes cannot be started at all, so that no run is blamed."""
    try:
        pool.submit(os.getpid).result()
    except BrokenProcessPool:
        raise BadInput(
            ["worker processes cannot start; call this from a file, below `if __name__ == '__main__':`"], "batch"
        ) from None


def _keep(head: Batch, tasks: Sequence[Task], folder: str) -> tuple[list[dict[str, Any]], dict[str, Any], float]:
    """Run a chunk and write it: what is returned is on disk."""
    rows, tables, seconds = _worker(head).chunk(tasks)
    parts.write_parts(folder, {**tables, parts.MAIN: parts.table_of(rows)})
    _log(Path(folder), "ran", tasks, seconds)
    return [], {}, seconds


def _give(head: Batch, tasks: Sequence[Task], name: str = "") -> tuple[list[dict[str, Any]], dict[str, Any], float]:
    """Run a chunk and hand it back."""
    return _worker(head, name).chunk(tasks)


def _log(folder: Path, event: str, tasks: Sequence[Task], seconds: float = 0.0) -> None:
    (point, replication, _), last = tasks[0], tasks[-1]
    line = {
        "event": event, "first": [point, replication], "last": [last[0], last[1]], "runs": len(tasks),
        "seconds": round(seconds, 3), "host": socket.gethostname(), "pid": os.getpid(),
        "time": time.strftime("%Y-%m-%dT%H:%M:%S"), "clock": round(time.time(), 3),
    }  # fmt: skip
    with (folder / LOG).open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


def run_batch(
    batch: Batch, folder: str | Path, workers: int = 2, progress: Progress = None, *, dask: str = "",
    shard: tuple[int, int] = (1, 1),
) -> Path:  # fmt: skip
    """Run what is not yet done, merge, and return the path of the results. A finished batch runs nothing.

    dask: address of a scheduler whose workers take the place of processes here. shard: (i, n) runs the i-th of n parts
    of the batch, numbered from 1, in a folder of its own or one with others; `gather_shards` brings folders together.
    """
    place = open_batch(batch, folder)
    with locks.running(place, shard):
        if shard[1] == 1:
            parts.clear_drafts(place)
        done, _ = parts.finished(place, len(batch.points), batch.replications)
        mine = _share(batch, shard)
        pending = np.flatnonzero(mine & ~done)
        ready, total = int((mine & done).sum()), int(mine.sum())
        if len(pending):
            run = _on_dask(batch, pending, place, dask) if dask else _on_pool(batch, pending, workers, place)
            for finished in run:
                ready += finished
                if progress is not None:
                    progress(ready, total)
        if len(pending) or any(place.glob("parts/*/*.parquet")):
            merge_batch(batch, place)
    return _results(place)


def merge_batch(batch: Batch, folder: str | Path, *, failures: bool = True) -> None:
    """Join the parts of a folder into its tables; without `failures`, failed runs are pending again."""
    parts.merge(folder, len(batch.points), batch.replications, batch.units, failures=failures)


def gather_shards(folders: Sequence[str | Path], into: str | Path) -> Path:
    """Bring the runs of several folders of one batch together in `into`, and return the path of the results.

    `BadInput` when the folders hold different batches.
    """
    known = {identity_of(f): Path(f) for f in folders}
    if len(known) != 1:
        raise BadInput([f"{f}: holds batch {name}" for name, f in known.items()], "merge")
    ((name, first),) = known.items()
    target = Path(into)
    if not (target / FILE).is_file():
        make_folder(target)
        write_whole(target / FILE, (first / FILE).read_bytes())
    elif identity_of(target) != name:
        raise BadInput([f"{target}: holds batch {identity_of(target)}, the shards are of {name}"], "merge")
    with locks.alone(target):
        for i, folder in enumerate(map(Path, folders)):
            if folder.resolve() != target.resolve():
                for path in [*folder.glob("*.parquet"), *folder.glob("parts/*/*.parquet")]:
                    table = path.stem if path.parent == folder else path.parent.name
                    _copy(path, target / "parts" / table / f"shard{i}-{path.name}")
        merge_batch(read_batch(target), target)
    return _results(target)


def _results(folder: Path) -> Path:
    path = folder / f"{parts.MAIN}.parquet"
    if not path.is_file():
        raise BadInput([f"{folder}: no run is finished"], "batch")
    return path


def _copy(path: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    shutil.copyfile(path, draft)
    draft.replace(target)


def _share(batch: Batch, shard: tuple[int, int]) -> np.ndarray:
    """Which runs belong to a shard: whole points where there are enough of them."""
    i, n = shard
    if not 1 <= i <= n:
        raise BadInput([f"shard {i}/{n}: the first number must lie between 1 and the second"], "batch")
    run = np.arange(len(batch))
    return np.asarray((run // batch.replications if len(batch.points) >= n else run) % n == i - 1)


def evaluate(batch: Batch, workers: int = 1, progress: Progress = None) -> list[dict[str, Any]]:
    """Run a batch in memory: its rows in order, numbered `run`. With one worker it runs in this process."""
    rows: list[dict[str, Any]] = []
    pending = np.arange(len(batch))
    if workers == 1:
        worker = Worker(batch)
        for i in pending:
            rows.append(worker.one(_task(batch, int(i)))[0])
            if progress is not None:
                progress(len(rows), len(batch))
    else:
        for _ in _on_pool(batch, pending, workers, None, rows):
            if progress is not None:
                progress(len(rows), len(batch))
    numbered = [{"run": r["point"] * batch.replications + r["replication"], **r} for r in rows]
    return sorted(numbered, key=lambda row: row["run"])


def _task(batch: Batch, run: int) -> Task:
    point, replication = divmod(run, batch.replications)
    return point, replication, batch.points[point]


def _ran_away(lines: Sequence[str]) -> str:
    """What a finished run is flagged with: the highest of its prices that ran away, and how many more did."""
    if not lines:
        return ""
    first, more = lines[0].partition(": ")[2], len(lines) - 1  # the row says which replication it is
    return first + (f"; {more} more price{'s' if more > 1 else ''} ran away" if more else "")


def _died(batch: Batch, run: int, message: str) -> dict[str, Any]:
    """The row of a run that no process survived."""
    point, replication = divmod(run, batch.replications)
    return {"point": point, "replication": replication, "state": "failed", "stage": "process", "message": message}


def _on_pool(
    batch: Batch, pending: np.ndarray, workers: int, folder: Path | None, rows: list[dict[str, Any]] | None = None
) -> Iterator[int]:
    """Run on processes of this machine, which write to `folder` or hand back to `rows`; yields how many are finished.

    Runs that were under way when a worker died are tried again one at a time; a run that kills its worker then too
    is a failure.
    """
    head = replace(batch, points=())
    waiting, suspects = Waiting(pending), dict[int, int]()
    while waiting:
        pool = ProcessPoolExecutor(workers, get_context("spawn"), _start)

        def send(tasks: list[Task], pool: Executor = pool) -> Future[Any]:
            if folder is None:
                return pool.submit(_give, head, tasks)
            return pool.submit(_keep, head, tasks, str(folder))

        lost = []
        try:
            _check_start(pool)
            for runs, result in _flow(
                batch, waiting, lambda: 2 * workers, send, folder, (BrokenProcessPool,), stop=True
            ):
                if result is None:
                    lost += runs
                    continue
                if rows is not None:
                    rows += result[0]
                yield len(runs)
        finally:
            pool.shutdown(cancel_futures=True)
        for run in sorted(lost):
            suspects[run] = suspects.get(run, 0) + 1
            if suspects[run] < 2:
                waiting.again(run)
                continue
            row = _died(batch, run, "the worker process died twice with this run")
            if folder is not None:
                parts.write_parts(folder, {parts.MAIN: parts.table_of([row])})
            if rows is not None:
                rows.append(row)
            yield 1


def _on_dask(batch: Batch, pending: np.ndarray, folder: Path, address: str) -> Iterator[int]:
    """Run on the workers of a Dask scheduler, which hand back what is written here; yields how many are finished.

    Dask runs a chunk again elsewhere when its worker dies. `BadInput` where there is no scheduler.
    """
    with _client(address) as client:
        from distributed.client import FutureCancelledError
        from distributed.scheduler import KilledWorker

        def wanted() -> int:
            return max(2, 2 * sum(w["nthreads"] for w in client.scheduler_info(n_workers=-1)["workers"].values()))

        pool = client.get_executor(pure=False)
        head, waiting = replace(batch, points=()), Waiting(pending)
        name = identity(head.data())
        gone = (KilledWorker, FutureCancelledError, CancelledError)

        def send(tasks: list[Task]) -> Future[Any]:
            return pool.submit(_give, head, tasks, name)

        try:
            for runs, result in _flow(batch, waiting, wanted, send, folder, gone):
                if result is None and len(runs) > 1:
                    for run in runs:
                        waiting.again(run)
                    continue
                if result is None:
                    result = [_died(batch, runs[0], "every worker that ran it died")], {}, 0.0
                found, tables, seconds = result
                parts.write_parts(folder, {**tables, parts.MAIN: parts.table_of(found)})
                _log(folder, "ran", [_task(batch, r) for r in (runs[0], runs[-1])], seconds)
                yield len(runs)
        except (Unlike, ImportError, AttributeError, TypeError) as error:  # the latter where its code is another
            raise BadInput([f"--dask {address}: {Unlike.told} ({type(error).__name__}: {error})"], "dask") from error


@contextmanager
def _client(address: str) -> Iterator[Any]:
    """A client of the scheduler there whose workers have this package; `BadInput` where there is none."""
    try:
        from distributed import Client
    except ModuleNotFoundError:
        raise BadInput(["--dask needs the package distributed: pip install -e '.[cluster]'"], "dask") from None
    try:
        client = Client(address, timeout=SCHEDULER_SECONDS)
    except (OSError, ValueError, TimeoutError) as error:
        raise BadInput([f"--dask {address}: no scheduler answers ({error})"], "dask") from None

    def installed() -> bool:
        from importlib.util import find_spec

        return find_spec("chokepoint") is not None

    with client:
        client.wait_for_workers(1)
        if lacking := [worker for worker, found in client.run(installed).items() if not found]:
            raise BadInput([f"--dask {address}: the worker {w} has not this package" for w in lacking], "dask")
        yield client


class Waiting:
    """Runs that wait, by number: handed out in chunks of consecutive ones, so that runs of one point stay together;
    those to be tried again come first, each alone."""

    def __init__(self, pending: np.ndarray):
        self.pending, self.next = pending, 0
        self.alone: list[int] = []

    def __bool__(self) -> bool:
        return bool(self.alone) or self.next < len(self.pending)

    def again(self, run: int) -> None:
        self.alone.append(run)

    def take(self, size: int) -> list[int]:
        if self.alone:
            return [self.alone.pop(0)]
        chunk = self.pending[self.next : self.next + size]
        self.next += len(chunk)
        return [int(i) for i in chunk]


Result = tuple[list[dict[str, Any]], dict[str, Any], float]


def _flow(
    batch: Batch, waiting: Waiting, wanted: Callable[[], int], send: Callable[[list[Task]], "Future[Any]"],
    folder: Path | None, gone: tuple[type[BaseException], ...], *, stop: bool = False,
) -> Iterator[tuple[list[int], Result | None]]:  # fmt: skip
    """Keep `wanted` chunks of a few seconds under way; yields the runs of a chunk and what came of them, None where a
    worker died with it, which is one of `gone`. With `stop`, nothing more is sent after that."""
    flying: dict[Future[Any], list[int]] = {}
    size, pace, alone, broken = 1, 0.0, False, False
    while (waiting and not broken) or flying:
        while waiting and not broken and len(flying) < (1 if alone else wanted()):
            alone = bool(waiting.alone)  # one at a time, so that it is known which run kills
            if alone and flying:
                break
            runs = waiting.take(size)
            tasks = [_task(batch, r) for r in runs]
            if folder is not None:
                _log(folder, "sent", tasks)
            try:
                flying[send(tasks)] = runs
            except BrokenProcessPool:
                broken = True
                yield runs, None
                break
        if not flying:
            break
        ready, _ = wait(flying, return_when=FIRST_COMPLETED)
        for future in ready:
            runs = flying.pop(future)
            try:
                result: Result = future.result()
            except gone:
                broken = broken or stop
                yield runs, None
                continue
            alone = False
            each = result[2] / len(runs)
            pace = each if pace == 0.0 else 0.7 * pace + 0.3 * each
            size = max(1, min(CHUNK_RUNS, int(CHUNK_SECONDS / max(pace, 1e-6))))
            yield runs, result


def ledger(folder: str | Path) -> "pandas.DataFrame":
    """One row a run: point, replication, state (pending, running, done, failed), stage and message of a failure, or
    of a price that ran away."""
    import pandas as pd

    folder = Path(folder)
    batch = read_batch(folder)
    frame = pd.DataFrame({"run": range(len(batch))})
    frame["point"], frame["replication"] = frame["run"] // batch.replications, frame["run"] % batch.replications
    frame["state"], frame["stage"], frame["message"] = "pending", "", ""
    busy = locks.busy(folder)
    for entry in _entries(folder / LOG):
        if entry["event"] == "sent" and _alive(entry, busy):
            first, last = (k[0] * batch.replications + k[1] for k in (entry["first"], entry["last"]))
            frame.loc[first:last, "state"] = "running"
    with parts.Parts(folder, parts.MAIN) as found:
        for table in found.read(parts.META):
            rows = table.to_pandas()
            run = rows["point"] * batch.replications + rows["replication"]
            for name in ("state", "stage", "message"):
                frame.loc[run, name] = rows[name].to_numpy()
    return frame


def _entries(path: Path) -> Iterator[dict[str, Any]]:
    """The lines of a log; one that a full disk or a power failure cut off tells nothing."""
    if path.is_file():
        with path.open(encoding="utf-8", errors="replace") as file:
            for line in file:
                try:
                    yield json.loads(line)
                except ValueError:
                    continue


def _alive(entry: Mapping[str, Any], busy: bool) -> bool:
    """Whether the process of an entry still runs the batch, as far as this machine can tell."""
    if entry["host"] != socket.gethostname():
        return True
    try:
        os.kill(int(entry["pid"]), 0)
    except OSError:
        return False
    return busy
