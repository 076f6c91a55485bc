"""A run on disk: one Parquet table of weekly series and a manifest, written whole or not at all.

On request the same as CSV beside it (see `tidy.py`).
"""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from chokepoint.sim.scenario.problems import BadInput
from chokepoint.sim.engine.series import Series
from chokepoint.sim.results.record import Recorded
from chokepoint.sim.results.tidy import write_csv

TABLE, MANIFEST = "series.parquet", "manifest.json"


def writable(folder: str | Path) -> Path:
    """The folder, if something can be written there; `BadInput` otherwise. Nothing is left behind."""
    folder = Path(folder)
    if not folder.name or folder.name == "..":
        raise BadInput([f"--out {folder}: name a folder of its own for the result"])
    parent = folder.absolute()
    while not parent.exists():
        parent = parent.parent
    if not parent.is_dir() or not os.access(parent, os.W_OK):
        raise BadInput(
            [f"--out {folder}: cannot be written ({parent} is {'read-only' if parent.is_dir() else 'a file'})"]
        )
    if folder.exists() and (not folder.is_dir() or (any(folder.iterdir()) and not (folder / MANIFEST).exists())):
        raise BadInput([f"--out {folder}: exists and is not a result of ours; name another folder"])
    return folder


@contextmanager
def _replacing(folder: Path) -> Iterator[Path]:
    """A new folder beside `folder` that takes its place in one move, or is gone if anything fails."""
    draft = folder.with_name(f".{folder.name}.{os.getpid()}.part")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    try:
        yield draft
        old = folder.with_name(f".{folder.name}.{os.getpid()}.old")
        if folder.exists():
            folder.rename(old)
        try:
            draft.rename(folder)
        except OSError:
            if old.exists():
                old.rename(folder)
            raise
        shutil.rmtree(old, ignore_errors=True)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def save(run: Recorded, folder: str | Path, extra: dict[str, bytes] | None = None, *, csv: bool = False) -> Path:
    """Write `run` to `folder` and return it; an older result there is replaced in one move.

    `extra` holds further files by name; `csv` adds the files of `tidy.py`. Columns that are zero throughout are left
    out and listed in the manifest. Raises `BadInput` where nothing can be written.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    folder = writable(folder)
    steps, n = run.steps, run.replications

    def packed(values: np.ndarray, kind: pa.DataType) -> pa.Array:
        # From the buffer, not `pa.array`: that would import pandas to ask whether this is one of its own.
        return pa.Array.from_buffers(kind, len(values), [None, pa.py_buffer(np.ascontiguousarray(values))])

    first = (run.start - date(1970, 1, 1)).days
    days = np.array([first + int(t * run.step_days) for t in range(steps)], dtype=np.int32)
    columns: dict[str, Any] = {
        "replication": packed(np.repeat(np.arange(n, dtype=np.int32), steps), pa.int32()),
        "week": packed(np.tile(days, n), pa.date32()),
    }
    fields = [pa.field("replication", pa.int32()), pa.field("week", pa.date32())]
    empty = []
    for name, info in run.about.items():
        data = run.arrays[name]
        for i, column in enumerate(run.columns[name]):
            values = data[:, :, i].reshape(-1)
            label = f"{name}|{column}"
            if not values.any():
                empty.append(label)
                continue
            columns[label] = packed(values, pa.float64())
            fields.append(pa.field(label, pa.float64(), metadata={"unit": info.unit, "meaning": info.meaning}))
    table = pa.table(columns, schema=pa.schema(fields))
    with _replacing(folder) as draft:
        pq.write_table(table, draft / TABLE, compression="zstd")
        manifest = {
            **run.manifest, "start": run.start.isoformat(), "step_days": run.step_days, "steps": steps,
            "name": run.name, "title": run.title, "columns": run.columns, "zero": empty,
            "series": {name: _told(info) for name, info in run.about.items()},
        }  # fmt: skip
        for name, content in (extra or {}).items():
            path = draft / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        if csv:
            write_csv(run, draft)
        (draft / MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")
    return folder


def export_csv(folder: str | Path) -> list[Path]:
    """Add the files of `tidy.py` to the result in `folder`, both or none, and return their paths.

    Raises `BadInput` if there is no whole result or the folder cannot be written.
    """
    run, folder = read(folder), writable(folder)
    with _replacing(folder) as draft:
        shutil.copytree(folder, draft, dirs_exist_ok=True)
        written = write_csv(run, draft)
    return [folder / path.name for path in written]


def read(folder: str | Path) -> Recorded:
    """Read a run back; `BadInput` says what is missing or damaged."""
    import pyarrow.parquet as pq
    from pyarrow import ArrowException

    folder = Path(folder)
    problems = [f"{folder}: no {name}" for name in (MANIFEST, TABLE) if not (folder / name).is_file()]
    if problems:
        raise BadInput(problems, "result")
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        about = _about(manifest)
        missing = [name for name in about if name not in manifest["columns"]]
        if missing:
            raise ValueError(f"no columns for {', '.join(missing[:3])}")
        n, steps = int(manifest["replications"]), int(manifest["steps"])
        table = pq.read_table(folder / TABLE)
        if table.num_rows != n * steps:
            raise ValueError(f"{table.num_rows} rows, the manifest says {n * steps}")
        arrays = {}
        for name, columns in manifest["columns"].items():
            data = np.zeros((n, steps, len(columns)))
            for i, column in enumerate(columns):
                label = f"{name}|{column}"
                if label in table.column_names:
                    data[:, :, i] = table[label].to_numpy().reshape(n, steps)
                elif label not in manifest["zero"]:
                    raise ValueError(f"column {label} is missing")
            arrays[name] = data
        start = date.fromisoformat(manifest["start"])
        step_days = float(manifest["step_days"])
        columns = manifest["columns"]
        return Recorded(manifest["name"], manifest["title"], start, step_days, columns, arrays, manifest, about)
    except (ValueError, TypeError, KeyError, AttributeError, OSError, ArrowException) as error:
        raise BadInput([f"{folder}: damaged result ({error})"], "result") from None


def _told(info: Series) -> dict[str, Any]:
    """What a manifest tells of a series."""
    return {"unit": info.unit, "columns": info.columns, "adds": info.adds, "meaning": info.meaning}


# Series that months average and do not add up, in results from before 0.2.0, whose manifests tell units only.
LEVELS = (
    "price_outside", "price_inside", "licence_price", "waiting", "stock", "reserve", "believed_reserve", "risk",
    "defaulted",
)  # fmt: skip


def _about(manifest: dict[str, Any]) -> dict[str, Series]:
    """What the series of a result are."""
    if "series" in manifest:
        return {name: Series(**told) for name, told in manifest["series"].items()}
    return {name: Series(unit, "", name not in LEVELS, "") for name, unit in manifest["units"].items()}
