"""A scenario: who exists, how big, how far apart, what states did and when. One class a table, one object a row.

Every row has a source or the word "assumption". `reading.py` makes a `Scenario` from a folder, `checks.py` says what
must hold between its tables.
"""

import datetime
import hashlib
import json
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from chokepoint.agents.settings import Settings
from chokepoint.sim.scenario.choices import Choices
from chokepoint.sim.scenario.programmes import Reserve, Stance

Tonnes = Annotated[float, Field(ge=0, description="t")]
Share = Annotated[float, Field(ge=0, le=1, description="share")]
Money = Annotated[float, Field(ge=0, description="USD")]
Positive = Annotated[float, Field(gt=0)]


class Row(Settings):
    """A row of a table, or another part of a scenario."""


class Sourced(Row):
    """A row with its source: where it was read, or `assumption`, and how good that is (A best)."""

    source: Annotated[str, Field(min_length=1)]
    confidence: Literal["A", "B", "C", "D", "assumption"]
    note: str = ""


class Country(Sourced):
    """A country, its state's role and its market zone: one of its own for an exporting state, else `world`."""

    country: str
    zone: str
    role: Literal["exporting_state", "importing_government", "none"]
    longitude: Annotated[float, Field(ge=-180, le=180)]
    latitude: Annotated[float, Field(ge=-90, le=90)]


class Material(Sourced):
    """A material that is traded by weight contained; `family` is the group of quotas that it falls under."""

    material: str
    title: str
    family: Literal["light", "heavy"]


class BaseYear(Sourced):
    """A price outside (USD per kg) or a flow of the base year, by the material or flow that `key` names."""

    item: Literal["price_outside", "flow"]
    key: str
    value: Positive
    unit: str


class Mine(Sourced):
    """A mine, or a project that may become one, in t of contained material a year; `basket` is what its ore holds.

    host_share: part of its worth that other metals carry, which do not answer to prices here: a by-product has a large
    one. key: what its luck hangs on, its name where none is given; so for refiners and firms.
    """

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
    host_share: Share = 0.0
    key: str = ""


class Basket(Sourced):
    """Share of a material in a kind of ore, by weight; those of a basket sum to 1."""

    basket: str
    material: str
    share: Share


class Refiner(Sourced):
    """A refinery; `licence_share` is its part of its country's licences, `yield` what comes out of a tonne of ore."""

    refiner: str
    country: str
    kind: Literal["licensed", "unlicensed", "free"]
    capacity_t_per_year: Tonnes
    licence_share: Share
    yield_: Annotated[float, Field(gt=0, le=1, alias="yield")]
    cost_usd_per_kg: Money
    key: str = ""


class Feed(Sourced):
    """Share of a mine's ore that goes to a refiner; those of a mine sum to 1."""

    mine: str
    refiner: str
    share: Share


class Firm(Sourced):
    """A user of materials, or a trader with a share of the trade; one that `opens` later is empty until then.

    stock_months: stock that it holds in the base year, months of its use, or of all trade of its market times its
    share of it; as usual where none is given. spare_stock_share: part of that stock that nobody needs to work with, and
    that all count on in a shortage. contract_share: part of its use that it buys at a contract price.
    growth_per_year: of its use beyond industrial production, from `growth_from` on; that of its sector where none is
    given.
    """

    firm: str
    country: str
    sector: str
    use_t_per_year: Tonnes
    trade_share: Share
    stock_months: Annotated[float, Field(ge=0, le=36)] | None = None
    spare_stock_share: Share = 0.0
    contract_share: Annotated[float, Field(ge=0, le=0.95)] = 0.0
    growth_per_year: Annotated[float, Field(ge=-0.3, le=0.5)] | None = None
    growth_from: date | None = None
    opens: date | None = None
    key: str = ""


class Lag(Sourced):
    """Weeks under way and freight from a country to another, or within one.

    loading: what can be loaded for it at once, over what passes in the base year; as usual where none is given.
    """

    origin: str
    destination: str
    lag_weeks: Annotated[int, Field(ge=1, le=30)]
    freight_usd_per_kg: Money
    loading: Annotated[float, Field(ge=1, le=20)] | None = None


class Sector(Sourced):
    """Technology of a sector: the form of product that it buys, and how it differs from the usual behaviour."""

    sector: str
    form: str
    scrap_share: Annotated[float, Field(ge=0, le=0.5)]
    growth_per_year: Annotated[float, Field(ge=-0.2, le=0.3)] = 0.0
    old_scrap_share: Annotated[float, Field(ge=0, le=0.4)] = 0.0
    value_added_usd_per_kg: Money
    meaning: str


class SectorMaterial(Sourced):
    """Share of a material in what a sector uses, by weight."""

    sector: str
    material: str
    share: Share


class Form(Sourced):
    """A form of product; `gross_per_contained` tonnes of it hold a tonne of the material."""

    form: str
    gross_per_contained: Positive
    meaning: str


class Event(Sourced):
    """An act of a state, or a delay of transport. Only admitted rows reach a simulation. One that is `heard` moves
    nothing, but news tell of it.

    `date` is the day on which it is announced; without an `end` it is open. `kind` says which act of its instrument it
    is; `materials` and `forms` what it is for, where not for all; several words of a cell are parted by semicolons.
    `heard` is the value that others believe in where it is not the true one. `assumed` names what of an act with a
    source is an assumption: `date`, `start`, `end`, `value`, or `value 40 to 70` with its range; parted by semicolons.
    """

    id: str
    date: datetime.date
    start: datetime.date
    end: datetime.date | None = None
    actor: str
    instrument: str
    kind: str = ""
    materials: str = ""
    forms: str = ""
    target: str
    value: float | None = None
    unit: str
    admitted: Literal["yes", "no", "heard"]
    heard: float | None = None
    assumed: str = ""


NEWS_KINDS = ("rumour", "report", "threat", "act", "denial", "lifting")


class News(Sourced):
    """A statement seen on a day. It has a kind and no number: strength is behaviour.

    `topic` says what it is about where no measure does; empty, it is about exports. One about a reserve is for the
    record and cannot be admitted.
    """

    id: str
    date: datetime.date
    kind: str
    target: str
    measure: str
    admitted: Literal["yes", "no"]
    text: str
    topic: Literal["", "exports", "supply", "reserve"] = ""


SIZES = ("countries", "materials", "mines", "refiners", "firms")  # tables whose rows are counted for a reader


class Scenario(Row):
    """A world as read and checked: span, tables, choices, and what was set of behaviour, rules, reserves and doctrines.

    activity: index of industrial production by country, or by country and sector, one value for each of
    `activity_months` (such as 2010-03). rules: replaced rules by name. stances: doctrines by name of their section.
    mechanisms: files of mechanisms that a user adds, as absolute paths.
    """

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
    reserves: dict[str, Reserve] = Field(default_factory=dict)
    stances: dict[str, Stance] = Field(default_factory=dict)
    mechanisms: tuple[str, ...] = ()

    @property
    def in_words(self) -> str:
        """Name, title, span, and how many rows its main tables have."""
        sizes = ", ".join(f"{len(getattr(self, table))} {table}" for table in SIZES)
        return f"{self.name}: {self.title}, {self.start} to {self.end}; {sizes}"

    @property
    def own_code(self) -> tuple[str, ...]:
        """The code that it brings with it: rules as they are named, and the names of files of mechanisms."""
        return (*self.rules.values(), *(Path(file).name for file in self.mechanisms))

    def resolved(self) -> str:
        """The whole scenario as text with sorted keys: what is hashed and stored with a result.

        Files of mechanisms stand in it by name and hash of their content, so that it is the same wherever they lie.
        """
        values = self.model_dump(mode="json", by_alias=True, exclude={"mechanisms"})
        if self.mechanisms:
            files = [Path(file) for file in self.mechanisms]
            values["mechanisms"] = [[file.name, hashlib.sha256(file.read_bytes()).hexdigest()] for file in files]
        return json.dumps(values, sort_keys=True, indent=1)

    def digest(self) -> str:
        """Hash of `resolved`, 16 hex digits."""
        return hashlib.sha256(self.resolved().encode()).hexdigest()[:16]

    def counts(self) -> dict[str, int]:
        """How many rows rest on a source and how many are assumptions."""
        rows: list[Sourced] = [row for table in TABLES for row in getattr(self, table)]
        guessed = sum(assumed(row) for row in rows)
        return {"rows": len(rows), "assumptions": guessed, "sourced": len(rows) - guessed}


def assumed(row: Sourced) -> bool:
    """Whether a row of a table rests on an assumption instead of a source."""
    return row.confidence == "assumption" or row.source.startswith("assumption")


TABLES: dict[str, type[Sourced]] = {
    "countries": Country,
    "materials": Material,
    "base_year": BaseYear,
    "mines": Mine,
    "baskets": Basket,
    "refiners": Refiner,
    "feeds": Feed,
    "firms": Firm,
    "lags": Lag,
    "sectors": Sector,
    "sector_materials": SectorMaterial,
    "forms": Form,
    "events": Event,
    "news": News,
}

# Tables of technology shared by every scenario unless a scenario brings its own.
SHARED = {
    "sectors": Path(__file__).parents[2] / "agents" / "sectors.csv",
    "sector_materials": Path(__file__).parents[2] / "agents" / "sector_materials.csv",
    "forms": Path(__file__).with_name("forms.csv"),
}
