"""A study run and kept: a folder that can be left, extended, brought together from shards and read back.

Beside what `experiments/runs/runner.py` writes it holds

    study.toml   the study as it was given     sweep.json   where it came from, small or whole, and its sizes
    points.csv   the points: a column for each factor, levels by name
"""

import csv
import io
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from chokepoint.experiments.runs import locks, parts, runner
from chokepoint.experiments.runs.batch import Batch, extend_batch, identity, identity_of, open_batch, read_batch
from chokepoint.experiments.runs.points import Factor, Sampled
from chokepoint.experiments.sweep import designs
from chokepoint.experiments.sweep.plan import Plan
from chokepoint.experiments.sweep.study import path_of, read_study
from chokepoint.sim.engine.files import write_whole
from chokepoint.sim.scenario.problems import BadInput

if TYPE_CHECKING:
    import pandas

STUDY, KEPT, POINTS, DICTIONARY = "study.toml", "sweep.json", "points.csv", "data_dictionary.csv"


def sweep(
    study: str | Path, folder: str | Path, *, short: bool = False, workers: int = 2, dask: str = "",
    shard: tuple[int, int] = (1, 1), progress: runner.Progress = None,
) -> "Sweep":  # fmt: skip
    """Run a study into a folder, or what is left of it, and read it back; options as in `run_batch`.

    `BadInput` for a study with problems, or a folder that holds another one.
    """
    return run_plan(prepared(study, folder, short), folder, short=short, workers=workers, dask=dask, shard=shard,
                    progress=progress)  # fmt: skip


def run_plan(
    plan: Plan, folder: str | Path, *, short: bool = False, workers: int = 2, dask: str = "",
    shard: tuple[int, int] = (1, 1), progress: runner.Progress = None,
) -> "Sweep":  # fmt: skip
    """The same for a plan of `prepared`."""
    _keep(plan, Path(folder), short)
    runner.run_batch(plan.batch, folder, workers, progress, dask=dask, shard=shard)
    return Sweep(Path(folder))


def prepared(study: str | Path, folder: str | Path, short: bool = False) -> Plan:
    """The plan of a study as its folder holds it: with the sizes that it was extended to, where it was.

    What is made of the runs may be asked otherwise than before; `BadInput` where what is run was changed.
    """
    kept = _kept(Path(folder))
    if kept is None:
        return Plan(study, short)
    if kept["short"] != short:
        said = "the small version of a study; add --short" if kept["short"] else "a whole study; leave --short out"
        raise BadInput([f"{folder}: holds {said}, or name another folder"], "sweep")
    now, then = read_study(study), read_study(Path(folder) / STUDY)
    grown = (now.replications, now.design, now.short) == (then.replications, then.design, then.short)
    plan = Plan(study, short, kept["sizes"], kept["replications"]) if grown else Plan(study, short)
    same = (Path(folder) / STUDY).read_bytes() == path_of(study).read_bytes()
    if not same and identity(plan.batch.data()) != identity_of(folder):
        told = f"{folder}: holds another study, or this one before it was changed; name another folder"
        raise BadInput([told], "sweep")
    return plan


def extend(folder: str | Path, points: int | None = None, replications: int | None = None) -> Batch:
    """Make the study of a folder larger, nothing run yet: more points of a random design, or more replications."""
    folder = Path(folder)
    study, kept = study_of(folder), _kept(folder)
    assert kept is not None
    sizes = list(kept["sizes"])
    if points is not None:
        kind = Plan(study, kept["short"]).study.design.kind
        if kind not in designs.RANDOM:
            raise BadInput([f"--points: a {kind} cannot be extended; only {', '.join(designs.RANDOM)} can"], "extend")
        if not sizes or points > sizes[-1]:
            sizes.append(points)
        elif points < sizes[-1]:
            raise BadInput([f"--points {points}: the study has {sizes[-1]} already"], "extend")
    plan = Plan(study, kept["short"], sizes, replications or kept["replications"])
    with locks.alone(folder):
        larger = extend_batch(folder, plan.batch.points, plan.batch.replications)
        _keep(plan, folder, kept["short"])
    return larger


def retry_failed(folder: str | Path) -> int:
    """Make failed runs pending again and return how many there were."""
    batch = read_batch(folder)
    with locks.alone(folder):
        _, failed = parts.finished(folder, len(batch.points), batch.replications)
        if failed.any():
            runner.merge_batch(batch, folder, failures=False)
    return int(failed.sum())


def gather(folders: Sequence[str | Path], into: str | Path) -> Path:
    """Bring the shards of one study together in a folder, and return the path of the results."""
    path = runner.gather_shards(folders, into)
    for name in (STUDY, KEPT, POINTS):
        source = Path(folders[0]) / name
        if source.is_file() and not (path.parent / name).is_file():
            write_whole(path.parent / name, source.read_bytes())
    return path


def study_of(folder: Path) -> Path:
    """The file of the study that a folder holds, unchanged since; `BadInput` where it is gone or was changed."""
    kept = _kept(folder)
    if kept is None:
        raise BadInput([f"{folder}: holds no study (no {KEPT})"], "study")
    study = Path(kept["study"])
    if not study.is_file():
        raise BadInput([f"{folder}: its study {study} is not there any more; a copy is {folder / STUDY}"], "study")
    if study.read_bytes() != (folder / STUDY).read_bytes():
        told = "sweep it into the same folder where only questions were added, else into another one"
        raise BadInput([f"{folder}: {study} was changed since; {told}"], "study")
    return study


def _keep(plan: Plan, folder: Path, short: bool) -> None:
    """Write what tells the study, before any of it is run."""
    open_batch(plan.batch, folder)
    kept = {
        "study": str(plan.path.resolve()), "short": short, "sizes": list(plan.sizes),
        "replications": plan.batch.replications,
    }  # fmt: skip
    for name, content in ((STUDY, plan.path.read_bytes()), (KEPT, json.dumps(kept).encode())):
        write_whole(folder / name, content)
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    points = plan.batch.points
    if isinstance(points, Sampled):
        rows.writerow(("point", *(f.name for f in points.factors)))
        for i, row in enumerate(points.matrix):
            cells = [f.levels[int(v)] if f.levels else repr(float(v)) for f, v in zip(points.factors, row, strict=True)]
            rows.writerow((i, *cells))
    else:
        rows.writerow(("point", "changes"))
        rows.writerows((i, " ".join(point.changes)) for i, point in enumerate(points))
    write_whole(folder / POINTS, text.getvalue())


def _kept(folder: Path) -> dict[str, Any] | None:
    path = folder / KEPT
    if not path.is_file():
        return None
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if missing := [k for k in ("study", "short", "sizes", "replications") if k not in found]:
            raise ValueError(f"no {missing[0]}")
    except ValueError as error:
        raise BadInput([f"{path}: cannot be read ({error})"], "sweep") from None
    return found


@dataclass(frozen=True)
class Sweep:
    """A folder read back: what was varied and what came of it, as DataFrames with units in `.attrs["units"]`.

    folder: of a sweep. `BadInput` where there is no batch, or no run is finished.
    """

    folder: Path

    @cached_property
    def batch(self) -> Batch:
        return read_batch(self.folder)

    @cached_property
    def identity(self) -> str:
        return identity_of(self.folder)

    @property
    def factors(self) -> tuple[Factor, ...]:
        points = self.batch.points
        return points.factors if isinstance(points, Sampled) else ()

    @property
    def short(self) -> bool:
        """Whether it is the small version of its study."""
        kept = _kept(self.folder)
        return bool(kept and kept["short"])

    @property
    def sizes(self) -> list[int]:
        """Points that were asked for of a random design, at first and at each extension."""
        return list((_kept(self.folder) or {}).get("sizes", ()))

    @property
    def replications(self) -> int:
        return self.batch.replications

    @cached_property
    def points(self) -> "pandas.DataFrame":
        """The value of every factor at every point; of a choice the code of its level."""
        import pandas as pd

        points = self.batch.points
        matrix = points.matrix if isinstance(points, Sampled) else np.zeros((len(points), 0))
        index = pd.RangeIndex(len(points), name="point")
        frame = pd.DataFrame(matrix, index=index, columns=[f.name for f in self.factors])
        frame.attrs["units"] = {f.name: f.unit for f in self.factors}
        return frame

    @cached_property
    def runs(self) -> "pandas.DataFrame":
        """One row a run: run, point, replication, state, stage, message, and the outputs."""
        return self.table(parts.MAIN)

    def table(self, name: str) -> "pandas.DataFrame":
        """A table by name: results, series or agents; `BadInput` names those that there are."""
        import pandas as pd
        import pyarrow.parquet as pq

        table = pq.read_table(self._path(name))
        frame = table.to_pandas()
        if "time" in frame:
            frame["time"] = pd.to_datetime(frame["time"])
        units = {f.name: f.metadata[b"unit"].decode() for f in table.schema if f.metadata and b"unit" in f.metadata}
        frame.attrs["units"] = units
        return frame

    def _path(self, name: str) -> Path:
        path = self.folder / f"{name}.parquet"
        if not path.is_file():
            there = [n for n in parts.tables(self.folder) if (self.folder / f"{n}.parquet").is_file()]
            told = f"there: {', '.join(there)}" if there else "its runs are not finished; see chokepoint resume"
            raise BadInput([f"{self.folder}: no table {name!r} ({told})"], "sweep")
        return path

    def with_factors(self, name: str = parts.MAIN) -> "pandas.DataFrame":
        """A table with the factors of each run beside it, levels by name."""
        points, frame = self._told_points(), self.table(name)
        joined = frame.join(points, on="point")
        joined.attrs["units"] = {**points.attrs["units"], **frame.attrs["units"]}
        return joined

    def _told_points(self) -> "pandas.DataFrame":
        """The points with levels by name."""
        points = self.points.copy()
        for f in self.factors:
            if f.levels:
                points[f.name] = [f.levels[int(code)] for code in points[f.name]]
        return points

    def write_csv(self) -> list[Path]:
        """Write every table as CSV, factors beside it, and a dictionary of the columns, into the folder."""
        written = []
        rows = [("table", "column", "unit", "meaning")]
        rows += [(t, "run", "1", "number of the run, point after point") for t in parts.tables(self.folder)]
        rows += [("all", "point", "1", "number of the point"), ("all", "replication", "1", "number of the replication")]
        rows += [("all", f.name, f.unit, f.meaning or "a factor of the study") for f in self.factors]
        rows += [(*column.split(".", 1), unit, told) for column, (unit, told) in sorted(self.batch.units.items())]  # type: ignore[misc]
        for name in parts.tables(self.folder):
            written.append(self._write_csv(name))
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(rows)
        write_whole(self.folder / DICTIONARY, text.getvalue())
        return [*written, self.folder / DICTIONARY]

    def _write_csv(self, name: str) -> Path:
        """One table, a row group at a time, so that no more than one is held."""
        import pyarrow.parquet as pq

        path = self.folder / f"{name}.csv"
        draft = path.with_name(f".{path.name}.{os.getpid()}.tmp")
        points = self._told_points()
        try:
            with pq.ParquetFile(self._path(name)) as table, draft.open("w", encoding="utf-8", newline="") as file:
                empty = table.schema_arrow.empty_table().to_pandas()
                file.write(empty.join(points, on="point").to_csv(index=False, lineterminator="\n"))
                for i in range(table.num_row_groups):
                    frame = table.read_row_group(i).to_pandas().join(points, on="point")
                    frame.to_csv(file, index=False, header=False, lineterminator="\n")
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
        return path
