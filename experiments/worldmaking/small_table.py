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

    market: `own` where the state can restrict exports or output follows orders (a price at home, licence holders, spare
    capacity); `world` where output goes straight to the world market and stays as in the base year.
    """

    country: Text
    share: Share
    cost_usd_per_kg: Positive
    mine: str = ""
    market: Literal["own", "world"] = "world"
    refined_in: str = ""
    spare_capacity: Annotated[float, Field(ge=0, le=5)] = 0.2
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
    """Who uses what share of the world's metal, in which sector of the shared table of technology."""

    country: Text
    share: Share
    sector: str = "other"


class Stock(Given):
    """Tonnes that traders, exchanges or ports of a country hold in the base year; users' own stocks are behaviour."""

    country: Text
    tonnes: Annotated[float, Field(ge=0)]


class Shipping(Given):
    """Weeks under way and freight between countries."""

    weeks: Annotated[int, Field(ge=1, le=30)] = 6
    freight_usd_per_kg: Annotated[float, Field(ge=0)] = 0.0


# What a state may do: instrument of the scenario, unit of its value (empty: it has none), who can do it.
ACTS: dict[str, tuple[str, str, str]] = {
    "export quota": ("export_quota", "t gross", "own market"),
    "export tax": ("export_tax", "%", "own market"),
    "embargo": ("embargo", "", "own market"),
    "inspection": ("inspection", "% of cargos", "own market"),
    "production quota": ("production_quota", "t a year", "own market"),
    "ore hold": ("ore_hold", "", "any"),
    "reserve purchase": ("reserve_purchase", "t", "any"),
    "observed": ("observed", "", "any"),
}


class Act(Given):
    """A dated act of a state, or what was observed and reaches no run.

    percent: a quota in per cent of what left in the base year over as many days, instead of `value` in tonnes.
    announced: day it is told (default: the first day); news: whether the act and its end are told at all.
    """

    id: Text
    what: str
    by: Text
    first: date
    last: date | None = None
    announced: date | None = None
    value: Annotated[float, Field(ge=0)] | None = None
    percent: Annotated[float, Field(ge=0, le=200)] | None = None
    target: str = "all"
    news: bool = True


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
    problems: list[str] = []
    price = table.metal.price_usd_per_kg
    if table.end <= table.start:
        problems.append(f"end: {table.end} is not after start {table.start}")
    if any(mark in table.metal.name for mark in ";|,"):
        problems.append(f"metal, name: {table.metal.name!r} must not hold , ; or |")
    if table.shipping.freight_usd_per_kg >= price:
        problems.append(f"shipping, freight_usd_per_kg: must be below the price, {price:g} USD/kg")
    for what, rows in (("producer", table.producer), ("user", table.user)):
        total = sum(row.share for row in rows)
        if abs(total - 1.0) > 1e-6:
            problems.append(f"{what}: shares sum to {total:.4f}, not 1")
    countries, owners = table.countries(), table.owners()
    for number, p in enumerate(table.producer, start=1):
        if p.cost_usd_per_kg >= price:
            problems.append(
                f"producer {number} ({p.country}), cost_usd_per_kg: {p.cost_usd_per_kg:g} USD/kg must be below the"
                f" price, {price:g} USD/kg: who runs in the base year covers cost"
            )
        if p.market == "own" and p.refined_in not in ("", p.country):
            problems.append(f"producer {number} ({p.country}), refined_in: a market of its own refines at home")
        if p.refined_in != p.country and p.refined_in in owners:
            problems.append(f"producer {number} ({p.country}), refined_in: {p.refined_in} has a market of its own")
    if len(owners) > 1:
        problems.append(f"producer: {', '.join(owners)} stand with market 'own'; only one country can restrict exports")
    for name in (n for n in owners if any(p.country == n and p.market == "world" for p in table.producer)):
        problems.append(f"producer: {name} stands with market 'own' and 'world'; one country, one market")
    problems += _twice([mine_name(p) for p in table.producer] + [p.mine for p in table.project], "mine")
    problems += _twice([f"{u.country}, {u.sector}" for u in table.user], "user")
    problems += _twice([a.id for a in table.act], "act, id")
    sectors = _sectors()
    for u in table.user:
        if u.sector not in sectors or u.sector == "trader":
            problems.append(f"user {u.country}, sector: unknown sector {u.sector!r} ({nearest(u.sector, sectors)})")
    for a in table.act:
        problems += [f"act {a.id}, {p}" for p in _act_problems(a, table, countries, owners)]
    for number, n in enumerate(table.news, start=1):
        if n.kind not in NEWS_KINDS:
            problems.append(f"news {number}, kind: unknown kind {n.kind!r} ({nearest(n.kind, NEWS_KINDS)})")
        acts = [a.id for a in table.act]
        if n.about and n.about not in acts:
            problems.append(f"news {number}, about: unknown act {n.about!r} ({nearest(n.about, acts)})")
        problems += _unknown(n.target, [*countries, "all"], f"news {number}, target", "country")
    for name in owners:
        made = sum(p.share for p in table.producer if p.country == name)
        used = sum(bought for u, bought in zip(table.user, purchases(table), strict=True) if u.country == name)
        if used >= made * table.metal.world_t_per_year:
            problems.append(
                f"user {name}: uses all that it makes ({100 * made:.0f} % of the world); market must be world"
            )
    return problems


def _act_problems(a: Act, table: SmallTable, countries: Sequence[str], owners: Sequence[str]) -> Iterable[str]:
    if a.what not in ACTS:
        yield f"what: unknown act {a.what!r} ({nearest(a.what, ACTS)})"
        return
    instrument, unit, who = ACTS[a.what]
    if who == "own market" and a.by not in owners:
        yield f"by: {a.by!r} has no market of its own ({nearest(a.by, owners)})"
    if who == "any" and instrument != "observed" and a.by not in countries:
        yield f"by: unknown country {a.by!r} ({nearest(a.by, countries)})"
    if a.last is not None and a.last < a.first:
        yield f"last: {a.last} is before first, {a.first}"
    if a.percent is not None and (a.what != "export quota" or a.value is not None or a.last is None):
        yield "percent: only for an export quota with a last day, in place of value"
    if unit and a.value is None and a.percent is None:
        yield f"value: missing ({unit})"
    if not unit and a.value is not None:
        yield f"value: {a.value:g} has no meaning for {a.what!r}; leave it out"
    if a.what == "export quota" and a.last is None:
        yield "last: an export quota needs a last day"
    if a.what == "ore hold":
        mines = [mine_name(p) for p in table.producer] + [p.mine for p in table.project]
        yield from _unknown(a.target, mines, "target", "mine")
    elif instrument in ("embargo", "inspection"):
        yield from _unknown(a.target, [*countries, "all"], "target", "country")


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
