"""The small table from which `chokepoint new` makes a scenario: one metal, its makers and users, acts and news.

Written in plain words as TOML (`invented_metal.toml` is one). One ore, no by-products. Everything that stands in it
is checked at once; what it leaves out has a default that the expansion marks as an assumption.
"""

import tomllib
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError

from chokepoint.sim.scenario.problems import BadInput, explain, nearest, unit_of
from chokepoint.sim.scenario.tables import NEWS_KINDS, SHARED, Row
from chokepoint.sim.scenario.units import UnitProblem, convert

Share = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0)]
Text = Annotated[str, Field(min_length=1)]
Grade = Literal["A", "B", "C", "D"]


class Given(Row):
    """An entry that may name its source; without one it is an assumption."""

    source: str = ""
    confidence: Grade = "C"
    note: str = ""


class Metal(Given):
    """The metal: name, mean price of the base year (USD/kg), tonnes made and used in that year."""

    name: Text
    price_usd_per_kg: Positive
    world_t_per_year: Positive


class Producer(Given):
    """Who makes what share of the world's metal, at which cost.

    market: `own` where the state can restrict exports (a border, licence holders); `world` where nobody does.
    spare_capacity: what could be added at once, over output. host_share: part of what its ore is worth that other
    metals carry, so that a by-product answers its own price little.
    """

    country: Text
    share: Share
    cost_usd_per_kg: Positive
    mine: str = ""
    market: Literal["own", "world"] = "world"
    refined_in: str = ""
    spare_capacity: Annotated[float, Field(ge=0, le=5)] = 0.2
    host_share: Share = 0.0
    licence_holders: Annotated[int, Field(ge=1, le=4)] = 3  # of more than four equal ones the last sell at home only


class Project(Given):
    """A mine that may be built: opens by itself when the price pays for it, `lead_years` later."""

    mine: Text
    country: Text
    capacity_t_per_year: Positive
    cost_usd_per_kg: Positive
    capex_musd: Annotated[float, Field(ge=0)]
    lead_years: Annotated[float, Field(ge=0, le=40)]
    ramp_years: Annotated[float, Field(ge=0, le=20)] = 1.0
    refined_in: str = ""


class User(Given):
    """Who uses what share of the world's metal, in which sector of the shared table of technology.

    stock_months: of its use that it holds; as usual where not given. contract_share: part that it buys at a contract
    price. growth_per_year: of its use, from `growth_from` on.
    """

    country: Text
    share: Share
    sector: str = "other"
    stock_months: Annotated[float, Field(ge=0, le=36)] | None = None
    contract_share: Annotated[float, Field(ge=0, le=0.95)] = 0.0
    growth_per_year: Annotated[float, Field(ge=-0.3, le=0.5)] | None = None
    growth_from: date | None = None


class Stock(Given):
    """Tonnes that traders, exchanges or ports of a country hold in the base year; users' own are not told.

    spare_share: part of them that nobody needs to work with, and that all count on in a shortage.
    """

    country: Text
    tonnes: Annotated[float, Field(ge=0)]
    spare_share: Share = 0.0


class Shipping(Given):
    """Weeks under way and freight between countries; loading: what can be loaded at once, over what passes usually."""

    weeks: Annotated[int, Field(ge=1, le=30)] = 6
    freight_usd_per_kg: Annotated[float, Field(ge=0)] = 0.0
    loading: Annotated[float, Field(ge=1, le=20)] | None = None


# What a state may do: instrument of the scenario, unit of its value (empty: it has none), who can do it.
ACTS: dict[str, tuple[str, str, str]] = {
    "export quota": ("export_quota", "t gross", "own market"),
    "export tax": ("export_tax", "%", "own market"),
    "embargo": ("embargo", "%", "own market"),
    "inspection": ("inspection", "% of cargos", "own market"),
    "export licence": ("export_licence", "working days", "own market"),
    "licence refusal": ("licence_refusal", "%", "own market"),
    "closure": ("closure", "", "own market"),
    "production quota": ("production_quota", "t/year", "own market"),
    "ore hold": ("ore_hold", "", "any"),
    "reserve purchase": ("reserve_purchase", "t", "any"),
    "import tariff": ("import_tariff", "%", "any"),
    "import ban": ("import_ban", "", "any"),
    "re-export ban": ("re_export_ban", "", "any"),
    "aid to users": ("aid_to_users", "m USD", "any"),
    "observed": ("observed", "", "any"),
}
WHOLE = ("embargo",)  # acts that are whole where they have no value
AGAINST_ALL = (
    "export_quota", "export_tax", "production_quota", "reserve_purchase", "re_export_ban", "aid_to_users",
)  # fmt: skip
AGAINST_SOME = (
    "embargo", "inspection", "closure", "export_licence", "licence_refusal", "import_tariff", "import_ban",
)  # fmt: skip

# Records of trade policy under other names, and what comes nearest here.
NEAREST = {
    "export ban": "write 'embargo' with target 'all'",
    "export prohibition": "write 'embargo' with target 'all'",
    "licensing requirement": "write 'export licence' with the working days that it takes",
    "export licensing requirement": "write 'export licence' with the working days that it takes",
    "export duty": "write 'export tax'",
    "minimum price": "no act comes near; an 'export tax' of the same rise of the price abroad is a substitute",
    "minimum export price": "no act comes near; an 'export tax' of the same rise of the price abroad is a substitute",
    "domestic obligation": "no act comes near; an 'export quota' of what is left for others is a substitute",
    "domestic market obligation": "no act comes near; an 'export quota' of what is left for others is a substitute",
    "VAT rebate": "write 'export tax' with the per cent that a withdrawn rebate costs",
    "VAT rebate reduction": "write 'export tax' with the per cent that a withdrawn rebate costs",
    "import duty": "write 'import tariff'",
    "re-export prohibition": "write 're-export ban'",
}


class Act(Given):
    """A dated act of a state, or what was observed and reaches no run.

    unit: of the value, where it is not that of the act; it is converted.
    percent: a quota in per cent of what left in the base year over as many days, instead of `value` in tonnes.
    announced: day it is told (default: the first day); news: whether the act and its end are told at all.
    assumed: what of it is an assumption though it has a source: announced, first, last, value or value 40 to 70, in its
    unit, parted by semicolons.
    """

    id: Text
    what: str
    by: Text
    first: date
    last: date | None = None
    announced: date | None = None
    value: Annotated[float, Field(ge=0)] | None = None
    unit: str = ""
    percent: Annotated[float, Field(ge=0, le=200)] | None = None
    target: str = "all"
    news: bool = True
    assumed: str = ""


class Said(Given):
    """Something said on a day: a kind and no number. `about`: the act it speaks of, if any."""

    day: date
    kind: str
    text: Text
    target: str = "all"
    about: str = ""


class SmallTable(Row):
    title: Text
    start: date
    end: date
    metal: Metal
    producer: tuple[Producer, ...]
    user: tuple[User, ...]
    project: tuple[Project, ...] = ()
    stock: tuple[Stock, ...] = ()
    shipping: Shipping = Shipping()
    act: tuple[Act, ...] = ()
    news: tuple[Said, ...] = ()

    def countries(self) -> list[str]:
        """All countries, in the order in which they appear."""
        found = [n for p in self.producer for n in (p.country, p.refined_in)]
        found += [n for p in self.project for n in (p.country, p.refined_in)]
        found += [u.country for u in self.user] + [s.country for s in self.stock]
        return list(dict.fromkeys(name for name in found if name))

    def owners(self) -> list[str]:
        """Countries with a market of their own."""
        return list(dict.fromkeys(p.country for p in self.producer if p.market == "own"))


ENTRIES: dict[str, type[Row]] = {
    "metal": Metal, "producer": Producer, "user": User, "project": Project, "stock": Stock, "shipping": Shipping,
    "act": Act, "news": Said,
}  # fmt: skip


def read(path: Path) -> SmallTable:
    """Read and check a small table; `BadInput` lists every problem."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadInput([f"{path}: cannot be read ({error.strerror})"], "table") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput([f"{path.name}: {error}"], "table") from None
    try:
        table = SmallTable.model_validate(raw)
    except ValidationError as error:
        raise BadInput([_told(item, path.name) for item in error.errors()], f"table {path.name}") from None
    problems = [f"{path.name}, {p}" for p in check(table)]
    if problems:
        raise BadInput(problems, f"table {path.name}")
    return table


def _told(item: Any, file: str) -> str:
    """One error of a shape or range, with the place in the words of the table."""
    place = [str(p + 1) if isinstance(p, int) else str(p) for p in item["loc"]]
    entry = ENTRIES.get(place[0]) if len(place) > 1 else SmallTable
    fields = (entry or SmallTable).model_fields
    what = explain(item, unit_of(f"_{place[-1]}"), fields).replace("unknown column", "unknown key")
    return f"{file}, {' '.join(place[:-1])}{', ' if len(place) > 1 else ''}{place[-1]}: {what}"


def check(table: SmallTable) -> list[str]:
    """Problems between the entries of a table."""
    return [
        *_of_metal(table),
        *_of_shares(table),
        *_of_producers(table),
        *_of_markets(table),
        *_twice([mine_name(p) for p in table.producer] + [p.mine for p in table.project], "mine"),
        *_twice([f"{u.country}, {u.sector}" for u in table.user], "user"),
        *_twice([act.id for act in table.act], "act, id"),
        *_of_users(table),
        *(f"act {act.id}, {problem}" for act in table.act for problem in _of_act(act, table)),
        *_of_news(table),
        *_of_exports(table),
    ]


def _of_metal(table: SmallTable) -> Iterable[str]:
    price = table.metal.price_usd_per_kg
    if table.end <= table.start:
        yield f"end: {table.end} is not after start {table.start}"
    if any(mark in table.metal.name for mark in ";|,"):
        yield f"metal, name: {table.metal.name!r} must not hold , ; or |"
    if table.shipping.freight_usd_per_kg >= price:
        yield f"shipping, freight_usd_per_kg: must be below the price, {price:g} USD/kg"


def _of_shares(table: SmallTable) -> Iterable[str]:
    """All that is made, and all that is used, is somebody's."""
    for what, total in (
        ("producer", sum(row.share for row in table.producer)),
        ("user", sum(row.share for row in table.user)),
    ):
        if abs(total - 1.0) > 1e-6:
            yield f"{what}: shares sum to {total:.4f}, not 1"


def _of_producers(table: SmallTable) -> Iterable[str]:
    """Who runs in the base year covers cost, and a market of its own refines what it digs and nothing else."""
    price, owners = table.metal.price_usd_per_kg, table.owners()
    for number, producer in enumerate(table.producer, start=1):
        where, cost = f"producer {number} ({producer.country})", producer.cost_usd_per_kg
        if cost >= price:
            yield (
                f"{where}, cost_usd_per_kg: {cost:g} USD/kg must be below the price, {price:g} USD/kg: who runs in the"
                " base year covers cost"
            )
        if producer.market == "own" and producer.refined_in not in ("", producer.country):
            yield f"{where}, refined_in: a market of its own refines at home"
        if producer.refined_in != producer.country and producer.refined_in in owners:
            yield f"{where}, refined_in: {producer.refined_in} has a market of its own"


def _of_markets(table: SmallTable) -> Iterable[str]:
    """One country has a market of its own, and nothing of it stands on the world market."""
    owners = table.owners()
    if len(owners) > 1:
        yield f"producer: {', '.join(owners)} stand with market 'own'; only one country can restrict exports"
    for name in (n for n in owners if any(p.country == n and p.market == "world" for p in table.producer)):
        yield f"producer: {name} stands with market 'own' and 'world'; one country, one market"


def _of_users(table: SmallTable) -> Iterable[str]:
    sectors = _sectors()
    for user in table.user:
        if user.sector not in sectors or user.sector == "trader":
            near = nearest(user.sector, sectors)
            yield f"user {user.country}, sector: unknown sector {user.sector!r} ({near})"


def _of_news(table: SmallTable) -> Iterable[str]:
    acts = [act.id for act in table.act]
    for number, said in enumerate(table.news, start=1):
        if said.kind not in NEWS_KINDS:
            yield f"news {number}, kind: unknown kind {said.kind!r} ({nearest(said.kind, NEWS_KINDS)})"
        if said.about and said.about not in acts:
            yield f"news {number}, about: unknown act {said.about!r} ({nearest(said.about, acts)})"
        yield from _unknown(said.target, [*table.countries(), "all"], f"news {number}, target", "country")


def _of_exports(table: SmallTable) -> Iterable[str]:
    """A market of its own has something left to export."""
    for name in table.owners():
        made = sum(p.share for p in table.producer if p.country == name)
        used = sum(bought for u, bought in zip(table.user, purchases(table), strict=True) if u.country == name)
        if used >= made * table.metal.world_t_per_year:
            yield f"user {name}: uses all that it makes ({100 * made:.0f} % of the world); market must be world"


def _of_act(act: Act, table: SmallTable) -> Iterable[str]:
    if act.what not in ACTS:
        hint = NEAREST.get(act.what) or nearest(act.what, ACTS)
        yield f"what: unknown act {act.what!r} ({hint})"
        return
    instrument, unit, who = ACTS[act.what]
    countries, owners = table.countries(), table.owners()
    if who == "own market" and act.by not in owners:
        yield f"by: {act.by!r} has no market of its own ({nearest(act.by, owners)})"
    if who == "any" and instrument != "observed" and act.by not in countries:
        yield f"by: unknown country {act.by!r} ({nearest(act.by, countries)})"
    if act.last is not None and act.last < act.first:
        yield f"last: {act.last} is before first, {act.first}"
    if act.percent is not None and (act.what != "export quota" or act.value is not None or act.last is None):
        yield "percent: only for an export quota with a last day, in place of value"
    if unit and act.value is None and act.percent is None and act.what not in WHOLE:
        yield f"value: missing ({unit})"
    if not unit and act.value is not None:
        yield f"value: {act.value:g} has no meaning for {act.what!r}; leave it out"
    if act.unit and act.value is None:
        yield f"unit: {act.unit!r} is that of no value"
    elif act.unit and unit:
        try:
            convert(act.value or 0.0, act.unit, unit)
        except UnitProblem as problem:
            yield f"unit: {problem}"
    if act.target != "all" and instrument in AGAINST_ALL:
        yield f"target: {act.what!r} hits all; leave out {act.target!r}"
    if act.what == "export quota" and act.last is None:
        yield "last: an export quota needs a last day"
    if act.what == "ore hold":
        mines = [mine_name(p) for p in table.producer] + [p.mine for p in table.project]
        yield from _unknown(act.target, mines, "target", "mine")
    elif instrument in AGAINST_SOME:
        yield from _unknown(act.target, [*countries, "all"], "target", "country")


def _unknown(names: str, valid: Sequence[str], where: str, what: str) -> list[str]:
    return [f"{where}: unknown {what} {n!r} ({nearest(n, valid)})" for n in names.split(";") if n not in valid]


def _twice(names: Sequence[str], what: str) -> list[str]:
    return [f"{what}: {name!r} appears twice" for name in dict.fromkeys(names) if names.count(name) > 1]


def _sectors() -> dict[str, float]:
    """Scrap share by sector, from the shared table of technology."""
    import csv

    with SHARED["sectors"].open(newline="", encoding="utf-8") as file:
        return {row["sector"]: float(row["scrap_share"]) for row in csv.DictReader(file)}


def purchases(table: SmallTable) -> list[float]:
    """What each user buys in the base year, t a year: use less scrap, scaled to what the world makes."""
    scrap = _sectors()
    wants = [u.share * (1.0 - scrap.get(u.sector, 0.0)) for u in table.user]
    whole = sum(wants)
    return [table.metal.world_t_per_year * w / whole if whole > 0.0 else 0.0 for w in wants]


def mine_name(producer: Producer) -> str:
    """The mine of a producer: as named, else after the country."""
    return producer.mine or f"{producer.country} mine"
