"""A scenario: who exists, how big, how far apart, what states did and when. Read from a folder, checked whole.

`scenario.toml` holds the name, the span and a few choices; CSV tables beside it hold the rest. It may name
another folder that it `extends`: what it does not give itself is taken from there. Every row has a source or
the word "assumption". All problems are listed in one `BadInput`; unknown keys are refused.
"""

import csv
import datetime
import hashlib
import json
import tomllib
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError

from chokepoint.agents.behaviour import PARAMETERS
from chokepoint.agents.settings import Settings
from chokepoint.sim.scenario import programmes
from chokepoint.sim.scenario.problems import BadInput, explain, nearest, unit_of

Tonnes = Annotated[float, Field(ge=0, description="t")]
Share = Annotated[float, Field(ge=0, le=1, description="share")]
Money = Annotated[float, Field(ge=0, description="USD")]
Positive = Annotated[float, Field(gt=0)]


class Row(Settings):
    """A row of a table, or another part of a scenario."""


class Sourced(Row):
    source: Annotated[str, Field(min_length=1)]
    confidence: Literal["A", "B", "C", "D", "assumption"]
    note: str = ""


class Country(Sourced):
    country: str
    zone: str
    role: Literal["exporting_state", "importing_government", "none"]
    longitude: Annotated[float, Field(ge=-180, le=180)]
    latitude: Annotated[float, Field(ge=-90, le=90)]


class Material(Sourced):
    material: str
    title: str
    family: Literal["light", "heavy"]


class BaseYear(Sourced):
    item: Literal["price_outside", "flow"]
    key: str
    value: Positive
    unit: str


class Mine(Sourced):
    mine: str
    country: str
    legal: Literal["yes", "no"]
    stage: Literal["operating", "project"]
    basket: str
    output_t_per_year: Tonnes
    capacity_t_per_year: Tonnes
    quota_group: Literal["light", "heavy", "none"]
    cost_usd_per_kg: Money
    capex_musd: Money
    lead_years: Annotated[float, Field(ge=0, le=40)]
    ramp_years: Annotated[float, Field(ge=0, le=20)]
    debt_share: Share


class Basket(Sourced):
    basket: str
    material: str
    share: Share


class Refiner(Sourced):
    refiner: str
    country: str
    kind: Literal["licensed", "unlicensed", "free"]
    capacity_t_per_year: Tonnes
    licence_share: Share
    yield_: Annotated[float, Field(gt=0, le=1, alias="yield")]
    cost_usd_per_kg: Money


class Feed(Sourced):
    mine: str
    refiner: str
    share: Share


class Firm(Sourced):
    firm: str
    country: str
    sector: str
    use_t_per_year: Tonnes
    trade_share: Share
    opens: date | None = None


class Lag(Sourced):
    origin: str
    destination: str
    lag_weeks: Annotated[int, Field(ge=1, le=30)]
    freight_usd_per_kg: Money


class Sector(Sourced):
    sector: str
    form: str
    elasticity_multiplier: Annotated[float, Field(ge=0, le=5)]
    thrift_multiplier: Annotated[float, Field(ge=0, le=5)]
    return_multiplier: Annotated[float, Field(ge=0, le=10)] = 1.0
    relocation_multiplier: Annotated[float, Field(ge=0, le=5)]
    scrap_share: Annotated[float, Field(ge=0, le=0.5)]
    growth_per_year: Annotated[float, Field(ge=-0.2, le=0.3)] = 0.0
    old_scrap_share: Annotated[float, Field(ge=0, le=0.4)] = 0.0
    product_life_years: Annotated[float, Field(gt=0, le=40)] = 8.0
    value_added_usd_per_kg: Money
    meaning: str


class SectorMaterial(Sourced):
    sector: str
    material: str
    share: Share


class Form(Sourced):
    form: str
    gross_per_contained: Positive
    meaning: str


INSTRUMENTS = (
    "export_quota", "quota_carry_over", "export_tax", "embargo", "inspection", "closure", "ore_hold",
    "production_quota", "enforcement", "production_shortfall", "reserve_purchase", "complaint", "ruling", "backing",
    "export_licence", "licence_refusal", "production_subsidy", "transit_delay", "incident",
    "subsidy", "observed",
)  # fmt: skip


# Instruments with a value that must be given, in this unit and range.
SIZED = {
    "export_licence": ("working days", 0.0, 500.0), "licence_refusal": ("%", 0.0, 100.0),
    "production_subsidy": ("%", 0.0, 90.0), "transit_delay": ("weeks", 0.0, 26.0),
}  # fmt: skip


class Event(Sourced):
    """An act of a state in its official unit, or a delay of transport. Only admitted rows reach a simulation.

    `heard` is the value that others believe in where it is not the true one.
    """

    id: str
    date: datetime.date
    start: datetime.date
    end: datetime.date | None = None
    actor: str
    instrument: str
    target: str
    scope: str
    value: float | None = None
    unit: str
    admitted: Literal["yes", "no"]
    heard: float | None = None


BY_DESTINATION = ("embargo", "inspection", "closure", "export_licence", "licence_refusal", "transit_delay")
NEWS_KINDS = ("rumour", "report", "threat", "act", "denial", "lifting")


class News(Sourced):
    """A statement seen on a day. It has a kind and no number: strength is behaviour.

    `topic` says what it is about where no measure does; empty, it is about exports.
    """

    id: str
    date: datetime.date
    kind: str
    target: str
    measure: str
    admitted: Literal["yes", "no"]
    text: str
    topic: Literal["", "exports", "supply", "reserve"] = ""


class Choices(Row):
    """Choices of a scenario that are structure, not behaviour.

    `freeze_prices_from`: a day from which all prices stay where they were, for studies of what a price does.
    `incidents_per_year`: random incidents between each exporting state and each other country, of `incident_strength`;
    `tension_memory_years`: how long the tension they leave lasts.
    `loan_rate`, `loan_years`: interest a year on loans of states, and the years from opening in which they are repaid;
    a mine keeps its cost at capacity of `loan_cushion_years` in cash before it repays.
    `refinery_usd_per_kg`, `refinery_years`: outlay per kg a year of new refining capacity, and years to build it.
    `ruling_years`: least time from a complaint to a ruling; `compliance_years`: from there to the removal of what was
    complained of, with `compliance_probability`. From complaint to the last report of the case on rare earths 2.4
    years, to the end of the quota 2.8; all other defaults are assumptions.
    """

    links_per_buyer: Annotated[int, Field(ge=1, le=6)] = 2
    freight_usd_per_kg: Money = 0.0
    quota_forms: tuple[str, ...] = ()
    embargo_forms: tuple[str, ...] = ()
    normal_inspection: Annotated[float, Field(gt=0, le=1)] = 0.1
    balance: Literal["use", "none"] = "use"
    step_days: Annotated[float, Field(gt=0, le=31)] = 7.0
    freeze_prices_from: datetime.date | None = None
    incidents_per_year: Annotated[float, Field(ge=0, le=12)] = 0.0
    incident_strength: Annotated[float, Field(ge=0, le=1)] = 0.5
    tension_memory_years: Annotated[float, Field(gt=0, le=20)] = 1.0
    loan_rate: Annotated[float, Field(ge=0, le=0.2)] = 0.02
    loan_years: Annotated[float, Field(ge=1, le=40)] = 10.0
    loan_cushion_years: Annotated[float, Field(ge=0, le=5)] = 0.5
    refinery_usd_per_kg: Annotated[float, Field(gt=0, le=1000)] = 20.0
    refinery_years: Annotated[float, Field(gt=0, le=20)] = 3.0
    ruling_years: Annotated[float, Field(ge=0, le=20)] = 1.4
    compliance_years: Annotated[float, Field(ge=0, le=20)] = 0.4
    compliance_probability: Share = 1.0


class Scenario(Row):
    name: str
    title: str
    start: date
    end: date
    countries: tuple[Country, ...]
    materials: tuple[Material, ...]
    base_year: tuple[BaseYear, ...]
    mines: tuple[Mine, ...]
    baskets: tuple[Basket, ...]
    refiners: tuple[Refiner, ...]
    feeds: tuple[Feed, ...]
    firms: tuple[Firm, ...]
    lags: tuple[Lag, ...]
    sectors: tuple[Sector, ...]
    sector_materials: tuple[SectorMaterial, ...]
    forms: tuple[Form, ...]
    events: tuple[Event, ...] = ()
    news: tuple[News, ...] = ()
    activity: dict[str, tuple[float, ...]] = Field(default_factory=dict)
    activity_months: tuple[str, ...] = ()
    choices: Choices = Choices()
    behaviour: dict[str, float] = Field(default_factory=dict)
    rules: dict[str, str] = Field(default_factory=dict)
    reserves: dict[str, programmes.Reserve] = Field(default_factory=dict)
    stances: dict[str, programmes.Stance] = Field(default_factory=dict)

    def resolved(self) -> str:
        """The whole scenario as text with sorted keys: what is hashed and stored with a result."""
        return json.dumps(self.model_dump(mode="json", by_alias=True), sort_keys=True, indent=1)

    def digest(self) -> str:
        return hashlib.sha256(self.resolved().encode()).hexdigest()[:16]

    def counts(self) -> dict[str, int]:
        """How many rows rest on a source and how many are assumptions."""
        rows: list[Sourced] = [
            row
            for table in TABLES
            for row in getattr(self, table)
            if isinstance(row, Sourced)
        ]  # fmt: skip
        guessed = sum(1 for row in rows if assumed(row))
        return {"rows": len(rows), "assumptions": guessed, "sourced": len(rows) - guessed}


def assumed(row: Any) -> bool:
    """Whether a row of a table rests on an assumption instead of a source."""
    return isinstance(row, Sourced) and (row.confidence == "assumption" or row.source.startswith("assumption"))


TABLES: dict[str, type[Row]] = {
    "countries": Country, "materials": Material, "base_year": BaseYear, "mines": Mine, "baskets": Basket,
    "refiners": Refiner, "feeds": Feed, "firms": Firm, "lags": Lag, "sectors": Sector,
    "sector_materials": SectorMaterial, "forms": Form, "events": Event, "news": News,
}  # fmt: skip

# Tables of technology shared by every scenario unless a scenario brings its own.
SHARED = {
    "sectors": Path(__file__).parents[2] / "agents" / "sectors.csv",
    "sector_materials": Path(__file__).parents[2] / "agents" / "sector_materials.csv",
    "forms": Path(__file__).with_name("forms.csv"),
}
OPTIONAL = ("events", "news", "activity")
KEYS = ("name", "title", "start", "end", "extends", "tables", "choices", "behaviour", "rules", "reserve", "doctrine")


def _read_table(path: Path, model: type[Row], problems: list[str], doubtful: set[str]) -> tuple[Row, ...]:
    """The rows of a table. What a faulty row names goes into `doubtful`, so that nobody misses it elsewhere."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        problems.append(f"{path.name}: cannot be read ({error.strerror})")
        return ()
    except UnicodeDecodeError:
        problems.append(f"{path.name}: is not a UTF-8 text file")
        return ()
    rows = []
    columns = [info.alias or name for name, info in model.model_fields.items()]
    reader = csv.DictReader(text.splitlines())
    for number, raw in enumerate(reader, start=2):
        if None in raw:
            problems.append(f"{path.name} line {number}: more cells than columns")
            doubtful.add(path.name)
            continue
        cells = {key: value for key, value in raw.items() if value not in ("", None)}
        for key in ("note", "measure", "scope", "unit", "target"):
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
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    if not rows or "month" not in rows[0]:
        problems.append(f"{path.name}: needs a column 'month' and one column per country (or country and sector)")
        return (), {}
    series: dict[str, tuple[float, ...]] = {}
    for country in (c for c in rows[0] if c != "month"):
        values = []
        for number, row in enumerate(rows, start=2):
            try:
                value = float(row[country])
                if not 0.0 < value < 20.0:
                    raise ValueError
                values.append(value)
            except ValueError:
                problems.append(f"{path.name} line {number}, {country}: {row[country]!r} must be an index above 0")
                values.append(1.0)
        series[country] = tuple(values)
    months = tuple(row["month"] for row in rows)
    if list(months) != sorted(set(months)):
        problems.append(f"{path.name}: months must rise without repetition")
    return months, series


def _settings(
    folder: Path, problems: list[str], below: tuple[Path, ...] = ()
) -> tuple[dict[str, Any], dict[str, Path]]:
    """The keys of `scenario.toml` and where each table lies, both taken over from a scenario that it extends.

    What the folder gives itself comes first: a key, a table named or beside it, and single keys of choices,
    behaviour and rules. `below` are the folders that led here. Raises `BadInput` where there is nothing to read.
    """
    where = "scenario.toml" if not below else f"{folder.name}/scenario.toml"
    try:
        raw = tomllib.loads((folder / "scenario.toml").read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        raise BadInput([f"{folder}: no scenario.toml here"], "scenario") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput([f"{where}: {error}"], "scenario") from None
    for key in raw:
        if key not in KEYS:
            problems.append(f"{where}, {key}: unknown key ({nearest(key, KEYS)})")
    for key, kind, what in (
        ("name", str, "a text"), ("title", str, "a text"), ("extends", str, "the path of a folder"),
        ("tables", dict, "a table"), ("choices", dict, "a table"), ("behaviour", dict, "a table"),
        ("rules", dict, "a table"), ("reserve", dict, "a table"),
        ("doctrine", dict, "a table"),
    ):  # fmt: skip
        if key in raw and not isinstance(raw[key], kind):
            problems.append(f"{where}, {key}: {raw[key]!r} is not {what}")
            raw[key] = kind()
    known = [*TABLES, "activity"]
    paths = {table: folder / f"{table}.csv" for table in known if (folder / f"{table}.csv").exists()}
    for key, value in raw.pop("tables", {}).items():
        if not isinstance(value, str):
            problems.append(f"{where}, tables.{key}: {value!r} is not the name of a file")
        elif key not in known:
            problems.append(f"{where}, tables.{key}: unknown table ({nearest(key, known)})")
        else:
            paths[key] = folder / value
    other = raw.pop("extends", "")
    if not other:
        return raw, paths
    if (folder / other).resolve() in [f.resolve() for f in (*below, folder)]:
        raise BadInput([f"{where}, extends: {other!r} leads back to itself"], "scenario")
    try:
        base, base_paths = _settings(folder / other, problems, (*below, folder))
    except BadInput as error:
        raise BadInput([*problems, *(f"{where}, extends: {p}" for p in error.problems)], "scenario") from None
    for key in ("choices", "behaviour", "rules", "reserve", "doctrine"):
        if key in raw or key in base:
            raw[key] = {**base.get(key, {}), **raw.get(key, {})}
    return {**base, **raw}, {**base_paths, **paths}


def table_paths(folder: str | Path) -> dict[str, Path]:
    """Where each table of the scenario in `folder` lies; those it does not bring are left out."""
    return _settings(Path(folder), [])[1]


def load(folder: str | Path, changes: dict[str, str] | None = None) -> Scenario:
    """Read and check the scenario in `folder`; `changes` are `key=value` overrides (see `overrides.py`).

    Raises `BadInput` with every problem found; nothing is written.
    """
    folder = Path(folder)
    problems: list[str] = []
    doubtful: set[str] = set()
    raw, paths = _settings(folder, problems)
    values: dict[str, Any] = {key: raw[key] for key in ("name", "title", "start", "end") if key in raw}
    for key in ("name", "title", "start", "end"):
        if key not in raw:
            problems.append(f"scenario.toml, {key}: missing")
    for table, model in TABLES.items():
        if table in OPTIONAL and table not in paths:
            values[table] = ()
            continue
        path = paths.get(table) or SHARED.get(table) or folder / f"{table}.csv"
        values[table] = _read_table(path, model, problems, doubtful)
    if "activity" in paths:
        try:
            values["activity_months"], values["activity"] = _read_activity(paths["activity"], problems)
        except FileNotFoundError:
            problems.append(f"{paths['activity'].name}: cannot be read (no such file)")
    if all(type(values.get(key)) is date for key in ("start", "end")):
        if values["end"] <= values["start"]:
            problems.append(f"scenario.toml, end: {values['end']} is not after start {values['start']}")
    else:
        problems.append("scenario.toml: start and end must be dates such as 2009-01-05")
    choices = raw.get("choices", {})
    try:
        values["choices"] = Choices.model_validate(choices)
    except ValidationError as error:
        for item in error.errors():
            key = str(item["loc"][0])
            problems.append(f"scenario.toml, choices.{key}: {explain(item, '', Choices.model_fields)}")
        values["choices"] = Choices()
    values["behaviour"] = raw.get("behaviour", {})
    values["rules"] = raw.get("rules", {})
    for field, key in (("reserves", "reserve"), ("stances", "doctrine")):
        values[field] = programmes.read(key, raw.get(key, {}), problems)
    problems += check_behaviour(values["behaviour"], "scenario.toml")
    problems += check_links(values, doubtful)
    if problems:
        raise BadInput(problems, f"scenario {folder.name}")
    return Scenario.model_construct(**values)


def check_behaviour(values: dict[str, Any], where: str) -> list[str]:
    """Problems of a table of behavioural parameters."""
    problems = []
    for name, value in values.items():
        parameter = PARAMETERS.get(name)
        if parameter is None:
            problems.append(f"{where}, behaviour.{name}: unknown parameter ({nearest(name, PARAMETERS)})")
        elif not isinstance(value, int | float) or isinstance(value, bool) or value != value:
            problems.append(f"{where}, behaviour.{name}: {value!r} is not a number ({parameter.unit})")
        elif parameter.off is not None and value == parameter.off:
            continue
        elif not parameter.low <= value <= parameter.high:
            problems.append(
                f"{where}, behaviour.{name}: {value} lies outside {parameter.low} to {parameter.high} "
                f"({parameter.unit})"
            )
    return problems


def _names(rows: Iterable[Any], key: str, file: str, problems: list[str]) -> list[str]:
    seen: list[str] = []
    for row in rows:
        name = getattr(row, key)
        if name in seen:
            problems.append(f"{file}, {name}: appears twice")
        else:
            seen.append(name)
    return seen


def check_links(v: dict[str, Any], doubtful: Iterable[str] = ()) -> list[str]:
    """Problems between tables: names that lead nowhere, shares that do not sum, dates out of order.

    `doubtful` are names and files of rows that were faulty themselves: they are told once, there.
    """
    doubtful = set(doubtful)
    problems: list[str] = []
    countries = _names(v["countries"], "country", "countries.csv", problems)
    materials = _names(v["materials"], "material", "materials.csv", problems)
    mines = _names(v["mines"], "mine", "mines.csv", problems)
    refiners = _names(v["refiners"], "refiner", "refiners.csv", problems)
    _names(v["firms"], "firm", "firms.csv", problems)
    sectors = _names(v["sectors"], "sector", "sectors.csv", problems)
    forms = _names(v["forms"], "form", "forms.csv", problems)
    baskets = sorted({b.basket for b in v["baskets"]})
    events = _names(v["events"], "id", "events.csv", problems)
    _names(v["news"], "id", "news.csv", problems)

    def known(name: str, valid: list[str], where: str, what: str) -> None:
        if name not in valid and name not in doubtful:
            problems.append(f"{where}: unknown {what} {name!r} ({nearest(name, valid)})")

    def sums(groups: dict[str, float], file: str, what: str) -> None:
        for name, total in groups.items():
            if abs(total - 1.0) > 1e-6 and file not in doubtful:
                problems.append(f"{file}, {name}: {what} sum to {total:.4f}, not 1")

    def total(rows: Iterable[Any], key: Callable[[Any], str], value: Callable[[Any], float]) -> dict[str, float]:
        groups: dict[str, float] = {}
        for row in rows:
            groups[key(row)] = groups.get(key(row), 0.0) + value(row)
        return groups

    exporters = [c for c in v["countries"] if c.role == "exporting_state"]
    for c in exporters:
        if c.zone == "world":
            problems.append(f"countries.csv, {c.country}: an exporting state needs a zone of its own, not 'world'")
    for c in v["countries"]:
        if c.zone != "world" and c.zone not in [e.zone for e in exporters]:
            problems.append(f"countries.csv, {c.country}: zone {c.zone!r} has no exporting state")
    for m in v["mines"]:
        known(m.country, countries, f"mines.csv, {m.mine}", "country")
        known(m.basket, baskets, f"mines.csv, {m.mine}", "basket")
        if m.output_t_per_year > m.capacity_t_per_year:
            problems.append(
                f"mines.csv, {m.mine}: output {m.output_t_per_year} t is above capacity {m.capacity_t_per_year} t"
            )
    for b in v["baskets"]:
        known(b.material, materials, f"baskets.csv, {b.basket}", "material")
    sums(total(v["baskets"], lambda b: b.basket, lambda b: b.share), "baskets.csv", "shares")
    for r in v["refiners"]:
        known(r.country, countries, f"refiners.csv, {r.refiner}", "country")
    sums(
        total((r for r in v["refiners"] if r.kind == "licensed"), lambda r: r.country, lambda r: r.licence_share),
        "refiners.csv", "licence shares",
    )  # fmt: skip
    for f in v["feeds"]:
        known(f.mine, mines, "feeds.csv", "mine")
        known(f.refiner, refiners, "feeds.csv", "refiner")
    homes = {r.refiner: r.country for r in v["refiners"]}
    zones = {c.country: c.zone for c in v["countries"]}
    projects = {m.mine for m in v["mines"] if m.stage == "project"}
    for f in v["feeds"]:
        if f.mine in projects and zones.get(homes.get(f.refiner, ""), "world") != "world":
            problems.append(
                f"feeds.csv: project {f.mine!r} feeds {f.refiner!r} inside an exporting state, whose refiners call ore "
                "from mines of the base year alone; let it be a mine, or feed a refiner elsewhere"
            )
    fed = total(v["feeds"], lambda f: f.mine, lambda f: f.share)
    sums(fed, "feeds.csv", "shares")
    for name in mines:
        if name not in fed and "feeds.csv" not in doubtful:
            problems.append(f"feeds.csv: mine {name!r} leads to no refiner")
    for f in v["firms"]:
        known(f.country, countries, f"firms.csv, {f.firm}", "country")
        known(f.sector, sectors, f"firms.csv, {f.firm}", "sector")
    for s in v["sectors"]:
        known(s.form, forms, f"sectors.csv, {s.sector}", "form")
    for s in v["sector_materials"]:
        known(s.sector, sectors, "sector_materials.csv", "sector")
    priced = [b.key for b in v["base_year"] if b.item == "price_outside"]
    for material in materials:
        if material not in priced and "base_year.csv" not in doubtful:
            problems.append(f"base_year.csv: no price_outside (USD/kg) for {material}")
    for name in (*v["choices"].quota_forms, *v["choices"].embargo_forms):
        known(name, forms, "scenario.toml, choices", "form")
    pairs = {(lag.origin, lag.destination) for lag in v["lags"]}
    for origin in sorted({r.country for r in v["refiners"]}):
        for destination in sorted({f.country for f in v["firms"]}):
            if (origin, destination) not in pairs and "lags.csv" not in doubtful:
                problems.append(f"lags.csv: no row from {origin} to {destination}")
    for lag in v["lags"]:
        known(lag.origin, countries, "lags.csv", "country")
        known(lag.destination, countries, "lags.csv", "country")
    actors = [*countries, "WTO"]
    for e in v["events"]:
        where = f"events.csv, {e.id}"
        known(e.instrument, list(INSTRUMENTS), where, "instrument")
        if e.end is not None and e.end < e.start:
            problems.append(f"{where}: ends {e.end} before it starts {e.start}")
        if e.instrument in SIZED and e.admitted == "yes":
            unit, low, high = SIZED[e.instrument]
            if e.unit != unit or e.value is None or not low <= e.value <= high:
                problems.append(f"{where}: {e.value} {e.unit} must be {low:g} to {high:g} {unit}")
        if e.instrument in BY_DESTINATION and e.admitted == "yes":
            for target in e.target.split(";"):
                known(target, [*countries, "all"], where, "country")
        if e.instrument == "ore_hold" and e.admitted == "yes":
            for target in e.target.split(";"):
                known(target, mines, where, "mine")
        if e.instrument in ("export_quota", "production_quota", "export_tax") and (e.value or 0.0) < 0.0:
            problems.append(f"{where}: value {e.value} {e.unit} is negative")
        if e.admitted == "yes" and e.actor not in actors:
            known(e.actor, actors, where, "actor")
        if e.instrument == "incident" and e.admitted == "yes":
            for target in e.target.split(";"):
                known(target, countries, where, "country")
            if e.value is None or not 0.0 <= e.value <= 1.0:
                problems.append(f"{where}: the strength {e.value} of an incident must lie between 0 and 1")
        if e.admitted == "yes" and e.instrument == "observed":
            problems.append(f"{where}: what was observed cannot be admitted; no state carries it out")
        if e.admitted == "yes" and e.instrument == "export_tax":
            for name in e.scope.split("|")[0].split(";"):
                known(name, materials, where, "material")

    problems += programmes.check_reserves(v.get("reserves", {}), countries, materials)
    problems += programmes.check_stances(v.get("stances", {}), [c.country for c in v["countries"] if c.role != "none"])
    carried = [*countries, *(f"{c} {s}" for c in countries for s in sectors)]
    for column in v.get("activity", {}):
        known(column, carried, "activity.csv", "country, or country and sector,")
    for n in v["news"]:
        known(n.kind, list(NEWS_KINDS), f"news.csv, {n.id}", "kind")
        for measure in filter(None, n.measure.split(";")):
            known(measure, events, f"news.csv, {n.id}", "event")
        for target in n.target.split(";"):
            known(target, [*countries, "all"], f"news.csv, {n.id}", "country")
    return problems
