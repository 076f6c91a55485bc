"""A scenario from a folder: `scenario.toml` holds the name, the span and a few choices, CSV tables beside it the rest.

It may name another folder that it `extends`: what it does not give itself is taken from there. It may name files of
`mechanisms` that a user adds, which are found here and run elsewhere. All problems are listed in one `BadInput`;
unknown keys are refused.
"""

import csv
import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from chokepoint.sim.scenario import programmes
from chokepoint.sim.scenario.acts import Instrument
from chokepoint.sim.scenario.checks import check, check_behaviour
from chokepoint.sim.scenario.choices import Choices
from chokepoint.sim.scenario.problems import BadInput, explain, nearest, unit_of
from chokepoint.sim.scenario.tables import SHARED, TABLES, Scenario, Sourced

SHIPPED = Path(__file__).parents[2] / "experiments" / "episodes"
OPTIONAL = ("events", "news", "activity")
MUST = ("name", "title", "start", "end")
# Keys of `scenario.toml` that are of a kind, in the words of a user; days are checked with their order.
KINDS: dict[str, tuple[type, str]] = {
    "name": (str, "a text"),
    "title": (str, "a text"),
    "extends": (str, "the path of a folder"),
    "tables": (dict, "a table"),
    "choices": (dict, "a table"),
    "behaviour": (dict, "a table"),
    "rules": (dict, "a table"),
    "reserve": (dict, "a table"),
    "doctrine": (dict, "a table"),
    "mechanisms": (list, "a list of files"),
}
KEYS = (*MUST, *(key for key in KINDS if key not in MUST))
# Columns that tables had in earlier versions, and what to write instead.
GONE = {
    "scope": "write what it named under 'materials' (La;Ce), 'forms' (oxide;metal) or 'kind' (light, heavy, loan, "
    "hazard), and leave out forms and words that an instrument covers anyhow: `chokepoint acts` lists what each takes"
}
MERGED = ("choices", "behaviour", "rules", "reserve", "doctrine")  # key by key with those of a scenario that it extends


def shipped() -> list[str]:
    """The names of the episodes that ship."""
    return sorted(path.parent.name for path in SHIPPED.glob("*/scenario.toml"))


def locate(place: str | Path) -> Path:
    """The folder of a scenario: a shipped episode by its name, or a folder with `scenario.toml`.

    A text that is the name of a shipped episode is always that one, so that a script means the same wherever it runs;
    write `./name`, or give a `Path`, for a folder of the same name. Raises `BadInput`, which names the nearest episode,
    where there is neither.
    """
    folder = Path(place)
    here = (folder / "scenario.toml").is_file()
    ships = folder.name == str(place) and (SHIPPED / folder / "scenario.toml").is_file()
    if ships and not (here and isinstance(place, Path)):
        return SHIPPED / folder
    if not here:
        near = nearest(str(place), shipped())
        raise BadInput([f"{folder}: no scenario.toml here, nor an episode of that name ({near})"], "scenario")
    return folder


def load(place: str | Path, instruments: Mapping[str, Instrument]) -> Scenario:
    """Read and check the scenario at `place` (see `locate`), whose acts are of these `instruments`.

    Raises `BadInput` with every problem found. Nothing is written, and no file of mechanisms is run.
    """
    folder = locate(place)
    problems: list[str] = []
    doubtful: set[str] = set()
    settings, paths = _settings(folder, problems)
    values: dict[str, Any] = {key: settings[key] for key in MUST if key in settings}
    problems += [f"scenario.toml, {key}: missing" for key in MUST if key not in settings]
    for table, model in TABLES.items():
        path = paths.get(table) or SHARED.get(table) or folder / f"{table}.csv"
        absent = table in OPTIONAL and table not in paths
        values[table] = () if absent else _read_table(path, model, problems, doubtful)
    if "activity" in paths:
        values["activity_months"], values["activity"] = _read_activity(paths["activity"], problems)
    problems += _check_span(values)
    values["choices"] = _read_choices(settings.get("choices", {}), problems)
    values["behaviour"] = settings.get("behaviour", {})
    values["rules"] = settings.get("rules", {})
    values["mechanisms"] = tuple(dict.fromkeys(settings["mechanisms"]))
    for field, key in (("reserves", "reserve"), ("stances", "doctrine")):
        values[field] = programmes.read(key, settings.get(key, {}), problems)
    problems += check_behaviour(values["behaviour"], "scenario.toml")
    problems += check(values, instruments, doubtful)
    if problems:
        raise BadInput(problems, f"scenario {folder.name}")
    return Scenario.model_construct(**values)


def table_paths(folder: str | Path) -> dict[str, Path]:
    """Where each table of the scenario in `folder` lies; those it does not bring are left out."""
    return _settings(Path(folder), [])[1]


# scenario.toml


def _settings(
    folder: Path, problems: list[str], below: tuple[Path, ...] = ()
) -> tuple[dict[str, Any], dict[str, Path]]:
    """The keys of `scenario.toml` and where each table lies, both taken over from a scenario that it extends.

    What the folder gives itself comes first: a key, a table named or beside it, and single keys of choices,
    behaviour and rules; mechanisms add to those of the other. `below` are the folders that led here. Raises `BadInput`
    where there is nothing to read.
    """
    where = "scenario.toml" if not below else f"{folder.name}/scenario.toml"
    own = _read_toml(folder, where, problems)
    paths = _table_files(folder, own.pop("tables", {}), where, problems)
    own["mechanisms"] = _mechanism_files(folder, own.get("mechanisms", []), where, problems)
    other = own.pop("extends", "")
    if not other:
        return own, paths
    if (folder / other).resolve() in [f.resolve() for f in (*below, folder)]:
        raise BadInput([f"{where}, extends: {other!r} leads back to itself"], "scenario")
    try:
        base, base_paths = _settings(folder / other, problems, (*below, folder))
    except BadInput as error:
        raise BadInput([*problems, *(f"{where}, extends: {p}" for p in error.problems)], "scenario") from None
    merged = {key: {**base.get(key, {}), **own.get(key, {})} for key in MERGED if key in own or key in base}
    mechanisms = [*base["mechanisms"], *own["mechanisms"]]
    return {**base, **own, **merged, "mechanisms": mechanisms}, {**base_paths, **paths}


def _read_toml(folder: Path, where: str, problems: list[str]) -> dict[str, Any]:
    """What `scenario.toml` says; a key of the wrong kind counts as empty. `BadInput` where it cannot be read."""
    try:
        raw = tomllib.loads((folder / "scenario.toml").read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        raise BadInput([f"{folder}: no scenario.toml here"], "scenario") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput([f"{where}: {error}"], "scenario") from None
    problems += [f"{where}, {key}: unknown key ({nearest(key, KEYS)})" for key in raw if key not in KEYS]
    for key, (kind, what) in KINDS.items():
        if key in raw and not isinstance(raw[key], kind):
            problems.append(f"{where}, {key}: {raw[key]!r} is not {what}")
            raw[key] = kind()
    return raw


def _table_files(folder: Path, named: Mapping[str, Any], where: str, problems: list[str]) -> dict[str, Path]:
    """The tables that lie beside `scenario.toml` or are named in its section `[tables]`."""
    known = [*TABLES, "activity"]
    paths = {table: folder / f"{table}.csv" for table in known if (folder / f"{table}.csv").exists()}
    for key, value in named.items():
        if not isinstance(value, str):
            problems.append(f"{where}, tables.{key}: {value!r} is not the name of a file")
        elif key not in known:
            problems.append(f"{where}, tables.{key}: unknown table ({nearest(key, known)})")
        else:
            paths[key] = folder / value
    return paths


def _mechanism_files(folder: Path, named: list[Any], where: str, problems: list[str]) -> list[str]:
    """The files of mechanisms that a scenario names, relative to its folder, as absolute paths."""
    found = []
    for name in named:
        path = folder / name if isinstance(name, str) else Path()
        if not isinstance(name, str):
            problems.append(f"{where}, mechanisms: {name!r} is not the name of a file")
        elif path.suffix != ".py":
            problems.append(f"{where}, mechanisms: {name!r} is no Python file such as 'royalty.py'")
        elif not path.is_file():
            problems.append(f"{where}, mechanisms: no file {name!r} in {folder.resolve().name}")
        else:
            found.append(str(path.resolve()))
    return found


def _check_span(values: Mapping[str, Any]) -> list[str]:
    """A run needs a first and a last day, in this order."""
    start, end = values.get("start"), values.get("end")
    if type(start) is not date or type(end) is not date:
        return ["scenario.toml: start and end must be dates such as 2009-01-05"]
    return [f"scenario.toml, end: {end} is not after start {start}"] if end <= start else []


def _read_choices(given: Mapping[str, Any], problems: list[str]) -> Choices:
    """Section `[choices]`; the usual choices where it is wrong."""
    try:
        return Choices.model_validate(given)
    except ValidationError as error:
        for item in error.errors():
            key = str(item["loc"][0])
            problems.append(f"scenario.toml, choices.{key}: {explain(item, '', Choices.model_fields)}")
        return Choices()


# Tables


def _read_text(path: Path, problems: list[str]) -> str | None:
    """A file as text; None, with a problem, where it cannot be read."""
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        problems.append(f"{path.name}: cannot be read ({error.strerror})")
    except UnicodeDecodeError:
        problems.append(f"{path.name}: is not a UTF-8 text file")
    return None


def _read_table(path: Path, model: type[Sourced], problems: list[str], doubtful: set[str]) -> tuple[Sourced, ...]:
    """The rows of a table. What a faulty row names goes into `doubtful`, so that nobody misses it elsewhere."""
    text = _read_text(path, problems)
    if text is None:
        return ()
    rows = []
    columns = [info.alias or name for name, info in model.model_fields.items()]
    reader = csv.DictReader(text.splitlines())
    gone = [column for column in reader.fieldnames or () if column in GONE and column not in columns]
    problems += [f"{path.name}: there is no column {column!r} any more; {GONE[column]}" for column in gone]
    for number, raw in enumerate(reader, start=2):
        if None in raw:
            problems.append(f"{path.name} line {number}: more cells than columns")
            doubtful.add(path.name)
            continue
        cells = {key: value for key, value in raw.items() if value not in ("", None) and key not in gone}
        for key in ("note", "measure", "kind", "materials", "forms", "unit", "target"):  # may be empty
            if key in raw and key in columns:
                cells[key] = raw[key] or ""
        try:
            rows.append(model.model_validate(cells))
        except ValidationError as error:
            doubtful |= {path.name, *(value for value in cells.values() if isinstance(value, str))}
            for item in error.errors():
                column = str(item["loc"][0]) if item["loc"] else "?"
                problems.append(f"{path.name} line {number}, {column}: {explain(item, unit_of(column), columns)}")
    return tuple(rows)


def _read_activity(path: Path, problems: list[str]) -> tuple[tuple[str, ...], dict[str, tuple[float, ...]]]:
    """Months, and an index of industrial production for each of them by country, or by country and sector."""
    if not path.exists():
        problems.append(f"{path.name}: cannot be read (no such file)")
        return (), {}
    text = _read_text(path, problems)
    if text is None:
        return (), {}
    rows = list(csv.DictReader(text.splitlines()))
    if not rows or "month" not in rows[0]:
        problems.append(f"{path.name}: needs a column 'month' and one column per country (or country and sector)")
        return (), {}
    columns = [column for column in rows[0] if column not in ("month", None)]
    series = {column: _indices(path.name, column, [row[column] for row in rows], problems) for column in columns}
    problems += [f"{path.name} line {n}: more cells than columns" for n, row in enumerate(rows, start=2) if None in row]
    months = tuple(row["month"] or "" for row in rows)
    if list(months) != sorted(set(months)):
        problems.append(f"{path.name}: months must rise without repetition")
    return months, series


def _indices(file: str, column: str, cells: list[str | None], problems: list[str]) -> tuple[float, ...]:
    """A column of activity; 1 where a cell is no index."""
    values = []
    for number, cell in enumerate(cells, start=2):
        try:
            value = float(cell or "")
        except ValueError:
            value = float("nan")
        if not 0.0 < value < 20.0:
            problems.append(f"{file} line {number}, {column}: {cell!r} must be an index above 0")
            value = 1.0
        values.append(value)
    return tuple(values)
