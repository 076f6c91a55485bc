"""Tables of finished runs on disk: parts that workers write, each whole or not at all, and the merged table.

A folder holds `<table>.parquet`, and in `parts/<table>/` what is not merged yet. Rows belong to a run, known by its
point and replication; where a run stands twice (a worker died between writing and tidying, or shards overlap), its
first rows count, those of a run that is done before those of one that failed.
A merged table is in the order of runs, in row groups of a fixed number of runs, so that its bytes depend on what was
run alone. Nothing here holds more than a block of runs in memory.
"""

import os
import socket
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from chokepoint.experiments.runs import locks
from chokepoint.sim.scenario.problems import BadInput

if TYPE_CHECKING:
    import pyarrow as pa

MAIN = "results"  # the table with one row a run; a run is finished when its row is there
KEYS = ("point", "replication")
META = (*KEYS, "state", "stage", "message")
FILES_PER_LEVEL, LEVELS = 4, 12
BLOCK_RUNS, BLOCK_RUNS_OF_PATHS = 1000, 50  # runs in a row group of a merged table: one row a run, or many


def table_of(rows: Sequence[Mapping[str, Any]]) -> "pa.Table":
    """Rows of runs as a table: what tells of a run, then its numbers by name."""
    import pyarrow as pa

    names = sorted({name for row in rows for name in row} - {*META, "run"})
    columns = {n: pa.array([row[n] for row in rows], pa.int64() if n in KEYS else pa.string()) for n in META}
    columns |= {n: pa.array([row.get(n) for row in rows], pa.float64()) for n in names}
    return pa.table(columns)


def write_parts(folder: str | Path, tables: Mapping[str, "pa.Table"]) -> None:
    """Add finished runs to this process's files; the main table comes last, so that what it names is there."""
    for name in sorted(tables, key=lambda n: n == MAIN):
        place = Path(folder) / "parts" / name
        place.mkdir(parents=True, exist_ok=True)
        mine = f"{socket.gethostname()}-{os.getpid()}"
        _write([tables[name]], place / f"{mine}-0-{time.monotonic_ns()}.parquet", tables[name].schema)
        _tidy(place, mine)


def _tidy(place: Path, mine: str) -> None:
    """Join full levels of a process's files into one of the next level, so that only a few remain; row group by row
    group, so that a large level takes no more memory than a small one."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    for level in range(LEVELS):
        there = sorted(place.glob(f"{mine}-{level}-*.parquet"))
        if len(there) < FILES_PER_LEVEL:
            return
        try:
            schema = pa.unify_schemas([pq.read_schema(p) for p in there])
            groups = (group for p in there for group in _groups(p))
            _write(groups, place / f"{mine}-{level + 1}-{time.monotonic_ns()}.parquet", schema)
        except FileNotFoundError:  # another shard in this folder has merged them meanwhile
            return
        for path in there:
            path.unlink(missing_ok=True)


def _groups(path: Path) -> Iterator["pa.Table"]:
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        for i in range(file.num_row_groups):
            yield file.read_row_group(i)


def _write(groups: "Iterable[pa.Table]", path: Path, schema: "pa.Schema") -> None:
    """Write row groups, one after the other, in one move; columns of the schema that a group lacks are empty there."""
    import pyarrow.parquet as pq

    draft = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with draft.open("wb") as file:
            with pq.ParquetWriter(file, schema, compression="zstd") as writer:
                for group in groups:
                    writer.write_table(_as(group, schema), row_group_size=max(1, group.num_rows))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _as(table: "pa.Table", schema: "pa.Schema") -> "pa.Table":
    """A table with the columns of a schema; empty where it has none."""
    import pyarrow as pa

    columns = [
        table[f.name].cast(f.type) if f.name in table.column_names else pa.nulls(table.num_rows, f.type) for f in schema
    ]
    return pa.table(columns, schema=schema)


class Parts:
    """The files of one table, opened, with the runs that each of their row groups reaches over."""

    def __init__(self, folder: str | Path, table: str):
        import pyarrow as pa
        import pyarrow.parquet as pq

        self.told = (*KEYS, "state") if table == MAIN else KEYS  # what a row says of its run
        self.paths: list[Path] = []
        self.files: list[pq.ParquetFile] = []
        merged = Path(folder) / f"{table}.parquet"
        for path in [
            *([merged] if merged.is_file() else []),
            *sorted((Path(folder) / "parts" / table).glob("*.parquet")),
        ]:
            try:
                file = pq.ParquetFile(path)
            except FileNotFoundError:  # joined with others meanwhile
                continue
            except pa.ArrowInvalid:  # cut off by a power failure: its runs are run again
                path.rename(path.with_suffix(".damaged"))
                continue
            self.paths.append(path)
            self.files.append(file)
        self.reach = [[_reach(f.metadata.row_group(i)) for i in range(f.num_row_groups)] for f in self.files]

    def __enter__(self) -> "Parts":
        return self

    def __exit__(self, *error: object) -> None:
        for file in self.files:
            file.close()

    def schema(self) -> "pa.Schema":
        """All columns: the keys, then the others in the order of their names."""
        import pyarrow as pa

        fields = {f.name: f.remove_metadata() for file in self.files for f in file.schema_arrow if f.name != "run"}
        first = [n for n in (*META, "time", "agent", "kind") if n in fields]
        return pa.schema([fields[n] for n in (*first, *sorted(set(fields) - set(first)))])

    def read(self, columns: Sequence[str]) -> Iterator["pa.Table"]:
        """Some columns of every row group."""
        for file in self.files:
            for i in range(file.num_row_groups):
                yield file.read_row_group(i, columns=list(columns))

    def block(self, first: int, last: int, replications: int, schema: "pa.Schema") -> "pa.Table | None":
        """The rows of the runs from `first` to `last` (numbered point after point), each run once and in order."""
        import pyarrow as pa

        points, found = (first // replications, last // replications), []
        have = np.zeros(last - first + 1, dtype=bool)
        for state in ("done", "failed") if "state" in self.told else ("",):
            near = [
                (file, i)
                for file, reach in zip(self.files, self.reach, strict=True)
                for i, (low, high) in enumerate(reach)
                if low <= points[1] and high >= points[0]
            ]
            for file, i in near if not have.all() else ():
                keys = file.read_row_group(i, columns=list(self.told))
                run = _run(keys, replications) - first
                inside = (run >= 0) & (run < len(have))
                if state:
                    inside &= keys["state"].to_numpy(zero_copy_only=False) == state
                inside[inside] = ~have[run[inside]]
                if inside.any():
                    found.append((run[inside], _as(file.read_row_group(i), schema).filter(pa.array(inside))))
                    have[run[inside]] = True
        if not found:
            return None
        order = np.argsort(np.concatenate([run for run, _ in found]), kind="stable")
        return pa.concat_tables([t for _, t in found]).take(pa.array(order)).combine_chunks()


def _reach(group: Any) -> tuple[int, int]:
    """Lowest and highest point of a row group, from its statistics."""
    for i in range(group.num_columns):
        column = group.column(i)
        if column.path_in_schema == KEYS[0]:
            return int(column.statistics.min), int(column.statistics.max)
    raise BadInput(["a part without points"], "batch")


def _run(table: "pa.Table", replications: int) -> np.ndarray:
    point, replication = (table[k].to_numpy() for k in KEYS)
    return np.asarray(point * replications + replication)


def tables(folder: str | Path) -> list[str]:
    """The tables that a folder holds, the main one first."""
    folder = Path(folder)
    names = {p.name for p in folder.glob("parts/*") if p.is_dir()} | {p.stem for p in folder.glob("*.parquet")}
    return sorted(names, key=lambda n: (n != MAIN, n))


def finished(folder: str | Path, points: int, replications: int) -> tuple[np.ndarray, np.ndarray]:
    """Which runs are done and which of them failed: two arrays (points * replications,) of truth values."""
    done, well = (np.zeros(points * replications, dtype=bool) for _ in range(2))
    with Parts(folder, MAIN) as parts:
        for part in parts.read([*KEYS, "state"]):
            run = _run(part, replications)
            done[run] = True
            well[run[part["state"].to_numpy(zero_copy_only=False) == "done"]] = True
    return done, done & ~well


def merge(
    folder: str | Path, points: int, replications: int, units: Mapping[str, tuple[str, str]], *, failures: bool = True
) -> Path | None:
    """Join the parts of every table into `<table>.parquet` and return the path of the main one; None without a run.

    Columns carry unit and meaning where `units` (`table.column`) names them. Without `failures`, failed runs are
    left out, and are then no longer done.
    """
    folder = Path(folder)
    with locks.merging(folder):
        for name in sorted(tables(folder), key=lambda n: n == MAIN):
            _merge_table(folder, name, points, replications, units, failures)
    path = folder / f"{MAIN}.parquet"
    return path if path.is_file() else None


def _merge_table(
    folder: Path, name: str, points: int, replications: int, units: Mapping[str, tuple[str, str]], failures: bool
) -> None:
    import pyarrow as pa

    with Parts(folder, name) as parts:
        if not parts.files:
            return
        bare = parts.schema()
        schema = pa.schema([pa.field("run", pa.int64()), *(_told(f, units.get(f"{name}.{f.name}")) for f in bare)])
        _write(_blocks(parts, points, replications, bare, name, schema, failures), folder / f"{name}.parquet", schema)
        old = [p for p in parts.paths if p.parent != folder]
    for path in old:
        path.unlink(missing_ok=True)


def _blocks(
    parts: Parts, points: int, replications: int, bare: "pa.Schema", name: str, schema: "pa.Schema", failures: bool
) -> Iterator["pa.Table"]:
    import pyarrow as pa

    size = BLOCK_RUNS if name == MAIN else BLOCK_RUNS_OF_PATHS
    for first in range(0, points * replications, size):
        block = parts.block(first, min(first + size, points * replications) - 1, replications, bare)
        if block is not None and not failures and name == MAIN:
            block = block.filter(pa.compute.field("state") != "failed")
        if block is not None and block.num_rows:
            run = pa.array(_run(block, replications), pa.int64())
            yield pa.table([run, *block.columns], schema=schema)


def _told(field: Any, told: tuple[str, str] | None) -> Any:
    return field if told is None else field.with_metadata({"unit": told[0], "meaning": told[1]})


def clear_drafts(folder: str | Path) -> None:
    """Take away what processes that were killed had begun to write; call it while nobody else writes."""
    for path in [*Path(folder).glob(".*.parquet.*.tmp"), *Path(folder).glob("parts/*/.*.parquet.*.tmp")]:
        path.unlink(missing_ok=True)
