"""What differs between two scenarios, cell by cell, or between two results, week by week.

Scenarios are compared as they are simulated: what one takes from another (`extends`) is its own, and a parameter
that is not set has its default. History is no part of a scenario.
"""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from chokepoint.agents.behaviour import PARAMETERS
from chokepoint.experiments.history.catalogue import find
from chokepoint.experiments.telling.numbers import show_number
from chokepoint.sim.results.run import Run, load_run
from chokepoint.sim.results.storage import MANIFEST
from chokepoint.sim.scenario.problems import BadInput

Table = Mapping[str, Mapping[str, Any]]  # row -> column -> cell

ROW_KEYS: dict[str, tuple[str, ...]] = {
    "countries": ("country",), "materials": ("material",), "base_year": ("item", "key"), "mines": ("mine",),
    "baskets": ("basket", "material"), "refiners": ("refiner",), "feeds": ("mine", "refiner"), "firms": ("firm",),
    "lags": ("origin", "destination"), "sectors": ("sector",), "sector_materials": ("sector", "material"),
    "forms": ("form",), "events": ("id",), "news": ("id",),
}  # fmt: skip
LONG = 20  # lines of a table that are printed
DERIVED = ("columns", "zero", "series", "units", "title", "scenario")  # of a manifest: told by the rest


@dataclass(frozen=True)
class Change:
    """A cell that differs, or a row that one side lacks: then `column` is empty and `old` or `new` is None.

    A row is named by its key columns, joined by a bar as in `--set`; the keys of a file without rows have an empty row.
    """

    table: str
    row: str
    column: str
    old: Any
    new: Any


@dataclass(frozen=True)
class Gap:
    """How far one series of two results lies apart, in its unit, over the replications and weeks in common.

    first: first day of the first week in which any replication differs (None: equal to the bit).
    column, week: where the mean of the paired differences is largest; old, new: the two means there; low, high: 10 and
    90 % quantile of the paired differences there. missing: columns that one of the two lacks.
    """

    series: str
    unit: str
    first: date | None
    column: str = ""
    week: date | None = None
    old: float = 0.0
    new: float = 0.0
    low: float = 0.0
    high: float = 0.0
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Difference:
    """Two scenarios (`changes` only) or two results: manifest, scenario and series."""

    kind: str
    a: str
    b: str
    changes: tuple[Change, ...]
    manifest: tuple[Change, ...] = ()
    series: tuple[Gap, ...] = ()
    replications: int = 0
    note: str = ""

    @property
    def first(self) -> date | None:
        """First day of the first week in which any series differs; None for equal to the bit."""
        return min((g.first for g in self.series if g.first is not None), default=None)


def difference(one: str | Path, other: str | Path) -> Difference:
    """What differs from one to the other: two episodes or scenario folders, or two folders of results.

    Raises `BadInput` if either cannot be read, or if one is a scenario and the other a result.
    """
    results = [(Path(place) / MANIFEST).is_file() for place in (one, other)]
    if all(results):
        return _of_results(Path(one), Path(other))
    if any(results):
        kinds = ["result" if r else "scenario" for r in results]
        raise BadInput([f"{one} is a {kinds[0]}, {other} a {kinds[1]}: give two of a kind"], "diff")
    problems = []
    scenarios = []
    for place in (one, other):
        try:
            scenarios.append(tables_of(json.loads(find(place).scenario().resolved())))
        except BadInput as error:
            problems += [p if str(place) in p else f"{place}: {p}" for p in error.problems]
    if problems:
        raise BadInput(problems, "diff")
    return Difference("scenarios", str(one), str(other), tuple(changes_of(*scenarios)))


def tables_of(resolved: Mapping[str, Any]) -> dict[str, Table]:
    """A scenario (`Scenario.resolved` as data) as tables; rows of the same key are numbered."""
    defaults = {name: p.default for name, p in PARAMETERS.items()}
    months = resolved["activity_months"]
    found: dict[str, Table] = {
        "scenario": {"": {key: resolved[key] for key in ("name", "title", "start", "end")}},
        "choices": {"": resolved["choices"]},
        "behaviour": {"": {**defaults, **resolved["behaviour"]}},
        "rules": {"": resolved["rules"]},
        "mechanisms": {name: {"content": content[:16]} for name, content in resolved.get("mechanisms", ())},
        "activity": {m: {c: v[i] for c, v in resolved["activity"].items()} for i, m in enumerate(months)},
    }
    for table, columns in ROW_KEYS.items():
        seen: Counter[str] = Counter()
        rows = {}
        for cells in resolved[table]:
            name = "|".join(str(cells[c]) for c in columns)
            seen[name] += 1
            rows[name if seen[name] == 1 else f"{name} ({seen[name]})"] = cells
        found[table] = rows
    return found


def changes_of(one: Mapping[str, Table], other: Mapping[str, Table]) -> list[Change]:
    """Rows and cells that differ from one to the other, table by table in the order of the first."""
    found = []
    for table in dict.fromkeys([*one, *other]):
        old, new = one.get(table, {}), other.get(table, {})
        for row in dict.fromkeys([*old, *new]):
            if row not in old or row not in new:
                found.append(Change(table, row, "", old.get(row), new.get(row)))
                continue
            for column in dict.fromkeys([*old[row], *new[row]]):
                before, after = old[row].get(column), new[row].get(column)
                if before != after:
                    found.append(Change(table, row, column, before, after))
        common = zip([r for r in old if r in new], [r for r in new if r in old], strict=True)
        moved = next(((x, y) for x, y in common if x != y), None)
        if moved is not None:
            found.append(Change(table, "", "order of rows", *moved))
    return found


def gaps(one: Run, other: Run) -> list[Gap]:
    """Each recorded series of the other run against that of the one, paired by the number of the replication.

    Raises `BadInput` if the two have no weeks in common or numbers that are not finite.
    """
    n = min(one.replications, other.replications)
    shift = (other.start - one.start).days / one.step_days
    first, last = max(0, int(shift)), min(one.steps, other.steps + int(shift))
    if one.step_days != other.step_days or not shift.is_integer() or last <= first:
        raise BadInput([f"no weeks in common: {one.weeks}, {other.weeks}"], "diff")

    def shared(run: Run, name: str, columns: list[str], begin: int) -> np.ndarray:
        chosen = [run.columns[name].index(c) for c in columns]
        values = run.arrays[name][:n, begin : begin + last - first, chosen]
        if not np.isfinite(values).all():
            raise BadInput([f"series {name}: holds numbers that are not finite"], "diff")
        return values

    def day(step: int) -> date:
        return one.start + timedelta(days=int((first + step) * one.step_days))

    found = []
    for name, info in one.about.items():
        if name not in other.about:
            continue
        columns = [c for c in one.columns[name] if c in other.columns[name]]
        missing = tuple(c for c in dict.fromkeys([*one.columns[name], *other.columns[name]]) if c not in columns)
        old, new = shared(one, name, columns, first), shared(other, name, columns, first - int(shift))
        apart = np.flatnonzero((old != new).any(axis=(0, 2)))
        if not len(apart):
            found.append(Gap(name, info.unit, None, missing=missing))
            continue
        paired = new - old
        mean = paired.mean(axis=0)
        t, i = np.unravel_index(np.abs(mean).argmax(), mean.shape)
        low, high = np.quantile(paired[:, t, i], [0.1, 0.9])
        means = float(old[:, t, i].mean()), float(new[:, t, i].mean())
        found.append(
            Gap(
                name, info.unit, day(int(apart[0])), columns[i], day(int(t)), *means, float(low), float(high), missing
            )
        )  # fmt: skip
    return found


def _of_results(first: Path, second: Path) -> Difference:
    one, two = load_run(first), load_run(second)
    notes = []
    changes: list[Change] = []
    if one.manifest.get("scenario_digest") != two.manifest.get("scenario_digest"):
        kept = [_stored_tables(folder) for folder in (first, second)]
        if kept[0] is None or kept[1] is None:
            notes.append("the scenarios differ and one result has no scenario.json to say how")
        else:
            changes = changes_of(kept[0], kept[1])
    if one.manifest.get("seed") != two.manifest.get("seed"):
        notes.append("the seeds differ: replications are paired by number, not by luck")
    alone = [(run, sorted(set(run.about) - set(rest.about))) for run, rest in ((one, two), (two, one))]
    notes += [
        f"series in the {which} alone: {', '.join(names)}"
        for which, (_, names) in zip(("first", "second"), alone, strict=True)
        if names
    ]
    return Difference(
        "results", str(first), str(second), tuple(changes), tuple(changes_of(_manifest(one), _manifest(two))),
        tuple(gaps(one, two)), min(one.replications, two.replications), "; ".join(notes),
    )  # fmt: skip


def _manifest(run: Run) -> dict[str, Table]:
    """What a manifest says of how a result was made, one level deep: `behaviour.use_elasticity`, `versions.numpy`."""
    cells: dict[str, Any] = {}
    for key, value in run.manifest.items():
        if isinstance(value, dict) and key not in DERIVED:
            defaults = {name: p.default for name, p in PARAMETERS.items()} if key == "behaviour" else {}
            cells.update({f"{key}.{name}": v for name, v in {**defaults, **value}.items()})
        elif key not in DERIVED:
            cells[key] = value
    return {"manifest": {"": cells}}


def _stored_tables(folder: Path) -> dict[str, Table] | None:
    path = folder / "scenario.json"
    if not path.is_file():
        return None
    try:
        return tables_of(json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise BadInput([f"{path}: damaged ({type(error).__name__}: {error})"], "diff") from None


def as_data(found: Difference) -> dict[str, Any]:
    """A difference as plain data (one JSON object); days are ISO dates, None stands for equal to the bit."""
    data = {**asdict(found), "first": found.first}
    return json.loads(json.dumps(data, default=str))  # type: ignore[no-any-return]


def print_difference(found: Difference, console: Any) -> None:
    """Print a difference to a rich console, grouped by table."""
    console.print(f"[bold]{found.a} -> {found.b}[/bold]")
    _print_changes(found.manifest, console)
    _print_changes(found.changes, console)
    if found.kind == "results":
        _print_series(found, console)
    elif not found.changes:
        console.print("No difference.")
    if found.note:
        console.print(f"Note: {found.note}.")


def _print_changes(changes: tuple[Change, ...], console: Any) -> None:
    for table in dict.fromkeys(c.table for c in changes):
        chosen = [c for c in changes if c.table == table]
        console.print(f"\n[bold]{table}[/bold]")
        for c in chosen[:LONG]:
            console.print("  " + _line(c), markup=False, soft_wrap=True)
        if len(chosen) > LONG:
            console.print(f"  ... and {len(chosen) - LONG} more (all of them with --json)")


def _line(change: Change) -> str:
    if change.column:
        where = f"{change.row}, {change.column}" if change.row else change.column
        return f"{where}: {_cell(change.old)} -> {_cell(change.new)}"
    sign, cells = ("-", change.old) if change.new is None else ("+", change.new)
    known = ("source", "confidence", "note", *ROW_KEYS.get(change.table, ()))
    told = [f"{k} {_cell(v)}" for k, v in cells.items() if v not in (None, "") and k not in known]
    return f"{sign} {change.row}: {', '.join(told)}"


def _cell(value: Any) -> str:
    """A cell as a reader wants it: nothing as `none`, texts bare, the rest as JSON."""
    return "none" if value in (None, "") else value if isinstance(value, str) else json.dumps(value)


def _print_series(found: Difference, console: Any) -> None:
    from rich.table import Table as Printed

    first = found.first
    said = "equal to the bit throughout" if first is None else f"equal to the bit until the week of {first}"
    console.print(f"\n[bold]series[/bold]: {found.replications} replications in common, {said}")
    differing = [g for g in found.series if g.first is not None]
    if differing:
        table = Printed(title="Largest difference of means, paired by replication", title_justify="left")
        for name in ("series", "differs from", "difference", "10-90 %", "from", "to", "unit", "column", "week of"):
            table.add_column(name, justify="right" if name in ("difference", "10-90 %", "from", "to") else "left")
        for g in differing:
            size, low, high, old, new = (show_number(x, g.unit) for x in (g.new - g.old, g.low, g.high, g.old, g.new))
            table.add_row(g.series, str(g.first), size, f"{low} - {high}", old, new, g.unit, g.column, str(g.week))
        console.print(table)
        equal = [g.series for g in found.series if g.first is None]
        if equal:
            console.print(f"Equal to the bit throughout: {', '.join(equal)}.")
    for g in found.series:
        if g.missing:
            names = ", ".join(g.missing[:6]) + (", ..." if len(g.missing) > 6 else "")
            console.print(f"{g.series}: {len(g.missing)} columns in one result only ({names})", markup=False)
