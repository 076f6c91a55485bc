"""A run on disk: what comes back is what was saved, and nothing is ever half-written."""

import csv
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from chokepoint.sim import BadInput, Run, Simulation, load_run
from chokepoint.sim.results import storage, tidy
from chokepoint.sim.market.week import recorded
from chokepoint.sim.results.storage import MANIFEST, TABLE, export_csv, save, writable
from tests.builders import TWO_COUNTRIES

SHORT = ["end=2010-12-26"]


@pytest.fixture(scope="module")
def run() -> Run:
    return Simulation(TWO_COUNTRIES, changes=SHORT, seed=3).run(2)


@pytest.fixture(scope="module")
def other() -> Run:
    return Simulation(TWO_COUNTRIES, changes=SHORT, seed=4).run(3)


def same(one: Run, two: Run) -> bool:
    return set(one.arrays) == set(two.arrays) and all(
        np.array_equal(values, two.arrays[name]) for name, values in one.arrays.items()
    )


def visible(folder: Path) -> list[str]:
    """Everything in a folder, hidden files too."""
    return sorted(path.name for path in folder.iterdir())


def test_save_and_load(run: Run, tmp_path: Path) -> None:
    folder = run.save(tmp_path / "deep" / "result")
    back = load_run(folder)
    assert same(run, back)
    assert back.columns == run.columns
    assert (back.name, back.start, back.step_days) == (run.name, run.start, run.step_days)
    assert back.replications == 2
    for key in ("identity", "seed", "code", "changes", "behaviour", "versions"):
        assert back.manifest[key] == run.manifest[key]
    assert visible(folder) == [MANIFEST, TABLE]
    assert visible(folder.parent) == ["result"]


def test_saving_what_was_loaded(run: Run, tmp_path: Path) -> None:
    again = load_run(load_run(run.save(tmp_path / "one")).save(tmp_path / "two"))
    assert same(run, again)


def test_the_table_says_its_units(run: Run, tmp_path: Path) -> None:
    schema = pq.read_schema(run.save(tmp_path / "result") / TABLE)
    assert schema.names[:2] == ["replication", "week"]
    assert schema.field("price_outside|M").metadata[b"unit"] == b"USD/kg"
    zero = json.loads((tmp_path / "result" / MANIFEST).read_text())["zero"]
    assert "reserve|Importia M" in zero
    assert not set(zero) & set(schema.names)


def test_an_older_result_is_replaced_whole(run: Run, other: Run, tmp_path: Path) -> None:
    folder = save(run, tmp_path / "result", {"figures/a.png": b"old"})
    save(other, folder, {"note.txt": b"new"})
    assert same(load_run(folder), other)
    assert visible(folder) == [MANIFEST, "note.txt", TABLE]
    assert visible(tmp_path) == ["result"]


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_csv_holds_the_same_numbers_to_the_bit(run: Run, tmp_path: Path) -> None:
    folder = run.save(tmp_path / "result", csv=True)
    assert visible(folder) == ["data_dictionary.csv", MANIFEST, "series.csv", TABLE]
    rows = rows_of(folder / "series.csv")
    assert list(rows[0]) == ["replication", "week", "series", "column", "value", "unit"]
    table = pq.read_table(folder / TABLE)
    weeks = [str(day) for day in table["week"].to_pylist()]
    told: dict[str, list[dict[str, str]]] = {}
    for row in rows:
        told.setdefault(f"{row['series']}|{row['column']}", []).append(row)
    assert list(told) == table.column_names[2:]
    for label, lines in told.items():
        assert [float(row["value"]) for row in lines] == table[label].to_pylist()
        assert [row["week"] for row in lines] == weeks
        assert [int(row["replication"]) for row in lines] == table["replication"].to_pylist()
        assert {row["unit"] for row in lines} == {recorded()[label.split("|")[0]].unit}


def test_the_dictionary_says_what_every_series_is(run: Run, tmp_path: Path) -> None:
    rows = {row["series"]: row for row in rows_of(run.save(tmp_path / "result", csv=True) / "data_dictionary.csv")}
    assert set(rows) == set(recorded())
    assert all(all(row.values()) for row in rows.values())
    price = {k: rows["price_outside"][k] for k in ("column_kind", "unit", "months")}
    assert price == {"column_kind": "material", "unit": "USD/kg", "months": "average"}
    assert rows["exports"]["months"] == "add"


def test_an_export_adds_to_a_result_what_a_run_would_have_written(run: Run, tmp_path: Path) -> None:
    extra = {"figures/a.png": b"a"}
    folder, whole = save(run, tmp_path / "result", extra), save(run, tmp_path / "whole", extra, csv=True)
    for _ in range(2):
        assert [p.name for p in export_csv(folder)] == ["series.csv", "data_dictionary.csv"]
        assert visible(folder) == visible(whole)
        for path in (p for p in whole.rglob("*") if p.is_file()):
            assert (folder / path.relative_to(whole)).read_bytes() == path.read_bytes()
    assert visible(tmp_path) == ["result", "whole"]


def test_an_export_that_fails_leaves_the_result_as_it_was(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def half(run: Run, folder: Path) -> list[Path]:
        (folder / tidy.SERIES_CSV).write_text("replication,week\n0,2010")
        raise OSError(28, "No space left on device")

    folder = run.save(tmp_path / "result")
    monkeypatch.setattr(storage, "write_csv", half)
    with pytest.raises(OSError, match="space"):
        export_csv(folder)
    with pytest.raises(OSError, match="space"):
        run.save(tmp_path / "new", csv=True)
    assert visible(folder) == [MANIFEST, TABLE]
    assert visible(tmp_path) == ["result"]


def test_an_export_needs_a_whole_result(run: Run, tmp_path: Path) -> None:
    folder = run.save(tmp_path / "result")
    (folder / TABLE).unlink()
    with pytest.raises(BadInput, match=r"no series\.parquet"):
        export_csv(folder)
    assert visible(folder) == [MANIFEST]


def _table_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    def half_a_table(table: Any, where: Path, **_: Any) -> None:
        Path(where).write_bytes(b"PAR1 and then the disk is full")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pq, "write_table", half_a_table)


def _manifest_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    def half_a_text(self: Path, data: str, **_: Any) -> int:
        self.write_bytes(data[:10].encode())
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", half_a_text)


def _last_move_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    move = Path.rename

    def refuse(self: Path, target: Path) -> Path:
        if self.name.endswith(".part"):
            raise OSError(5, "Input/output error")
        return move(self, target)

    monkeypatch.setattr(Path, "rename", refuse)


FAULTS = [_table_fails, _manifest_fails, _last_move_fails]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_write_that_fails_leaves_nothing(
    fault: Callable[[pytest.MonkeyPatch], None], run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        fault(patched)
        with pytest.raises(OSError, match=r"error|space"):
            run.save(tmp_path / "result")
    assert visible(tmp_path) == []


@pytest.mark.parametrize("fault", FAULTS)
def test_a_write_that_fails_keeps_the_older_result(
    fault: Callable[[pytest.MonkeyPatch], None], run: Run, other: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = run.save(tmp_path / "result")
    with monkeypatch.context() as patched:
        fault(patched)
        with pytest.raises(OSError, match=r"error|space"):
            other.save(folder)
    assert visible(tmp_path) == ["result"]
    assert same(load_run(folder), run)


def test_a_folder_of_somebody_else_is_left_alone(run: Run, tmp_path: Path) -> None:
    mine = tmp_path / "thesis"
    mine.mkdir()
    (mine / "chapter1.tex").write_text("years of work")
    with pytest.raises(BadInput, match="not a result of ours"):
        run.save(mine)
    assert (mine / "chapter1.tex").read_text() == "years of work"


def test_a_place_below_a_file_cannot_be_written(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for place in (tmp_path / "file", tmp_path / "file" / "result", tmp_path / "file" / "deep" / "result"):
        with pytest.raises(BadInput, match="--out") as caught:
            run.save(place)
        assert "file" in caught.value.problems[0]
    assert visible(tmp_path) == ["file"]
    assert writable(tmp_path / "new" / "deep") == tmp_path / "new" / "deep"
    assert visible(tmp_path) == ["file"], "asking does not write"


def test_the_working_folder_itself(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    try:
        run.save(".")
    except BadInput:
        return  # refusing is fine, a traceback is not
    assert same(load_run(tmp_path / "here"), run)


def _truncate(folder: Path) -> None:
    os.truncate(folder / TABLE, (folder / TABLE).stat().st_size // 2)


def _change_manifest(**changes: Any) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        manifest = json.loads((folder / MANIFEST).read_text())
        (folder / MANIFEST).write_text(json.dumps({**manifest, **changes}))

    return change


def _drop_column(folder: Path) -> None:
    table = pq.read_table(folder / TABLE)
    pq.write_table(table.drop_columns(["price_inside|M"]), folder / TABLE)


def _drop_row(folder: Path) -> None:
    table = pq.read_table(folder / TABLE)
    pq.write_table(table.slice(1), folder / TABLE)


DAMAGE: dict[str, tuple[Callable[[Path], object], str]] = {
    "no manifest": (lambda folder: (folder / MANIFEST).unlink(), "no manifest.json"),
    "no table": (lambda folder: (folder / TABLE).unlink(), "no series.parquet"),
    "no folder": (lambda folder: folder.rename(folder.with_name("elsewhere")), "no manifest.json"),
    "table cut in half": (_truncate, "damaged result"),
    "table empty": (lambda folder: (folder / TABLE).write_bytes(b""), "damaged result"),
    "a row lost": (_drop_row, "101 rows, the manifest says 102"),
    "a column lost": (_drop_column, r"price_inside\|M is missing"),
    "wrong number of steps": (_change_manifest(steps=50), "102 rows, the manifest says 100"),
    "wrong number of runs": (_change_manifest(replications=1), "102 rows, the manifest says 51"),
    "a number that is none": (_change_manifest(steps="many"), "damaged result"),
    "a number that is nothing": (_change_manifest(steps=None), "damaged result"),
    "manifest cut": (lambda folder: os.truncate(folder / MANIFEST, 40), "damaged result"),
    "manifest of another kind": (lambda folder: (folder / MANIFEST).write_text("[1, 2]"), "damaged result"),
    "manifest without columns": (_change_manifest(columns={}), "damaged result"),
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_a_damaged_result_is_refused(kind: str, run: Run, tmp_path: Path) -> None:
    folder = run.save(tmp_path / "result")
    damage, words = DAMAGE[kind]
    damage(folder)
    with pytest.raises(BadInput, match=words) as caught:
        load_run(folder)
    assert "result" in str(caught.value)
