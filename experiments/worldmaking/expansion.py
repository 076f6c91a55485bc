"""From a small table to the files of a scenario: every row sourced or marked as an assumption.

A number that follows by arithmetic from a sourced one (share times tonnes) keeps the source; the rest of its row is
told in the note. Masses are tonnes of metal contained in every form.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import timedelta
from math import ceil
from typing import Any

from chokepoint.experiments.worldmaking.small_table import (
    ACTS,
    Act,
    Given,
    Producer,
    Project,
    SmallTable,
    mine_name,
    purchases,
)
from chokepoint.sim.network.firms import TRADER_MONTHS
from chokepoint.sim.scenario.tables import TABLES

ASSUMED = {"source": "assumption", "confidence": "assumption"}
FORMS = ("oxide", "carbonate", "metal", "alloy", "magnet", "concentrate")
REFINING = 0.3  # part of the cost of a kilogram that is refining, on average over the mines refined in one place
HOME_WEEKS = 1
DEBT = 0.2  # part of the outlay of a mine that is debt

Rows = list[dict[str, Any]]


def expand(table: SmallTable, name: str) -> dict[str, str]:
    """The files of the scenario `name`: file name -> text."""
    tables: dict[str, Rows] = {
        "countries": _countries(table), "materials": _materials(table), "base_year": _base_year(table),
        "mines": _mines(table), "baskets": [{"basket": "ore", "material": table.metal.name, "share": 1, **ASSUMED,
                                             "note": "one ore, no by-products"}],
        "refiners": _refiners(table), "feeds": _feeds(table), "firms": _firms(table), "lags": _lags(table),
        "sector_materials": _sector_materials(table), "forms": _forms(), "events": _events(table), "news": _news(table),
    }  # fmt: skip
    files = {f"{file}.csv": _csv(file, rows) for file, rows in tables.items()}
    return {"scenario.toml": _settings(table, name), **files}


def _csv(file: str, rows: Rows) -> str:
    """Rows as CSV with the columns of the schema, those that no row fills left out but for the required ones."""
    fields = TABLES[file].model_fields
    order = [info.alias or key for key, info in fields.items() if key not in Given.model_fields]
    columns = [*order, "source", "confidence", "note"]
    optional = {info.alias or key for key, info in fields.items() if not info.is_required()}
    columns = [c for c in columns if c not in optional or any(row.get(c) not in (None, "") for row in rows)]
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows({key: _cell(value) for key, value in row.items()} for row in rows)
    return text.getvalue()


def _cell(value: Any) -> Any:
    return f"{value:.12g}" if isinstance(value, float) else value


def _sourced(entry: Given, rest: str = "") -> dict[str, str]:
    """Source columns of a row made from an entry; `rest` says what of the row the source does not cover."""
    note = "; ".join(part for part in (entry.note, rest if entry.source else "") if part)
    if not entry.source:
        return {**ASSUMED, "note": note}
    return {"source": entry.source, "confidence": entry.confidence, "note": note}


def _settings(table: SmallTable, name: str) -> str:
    forms = ", ".join(f'"{form}"' for form in FORMS)
    return f"""# Made from table.toml by `chokepoint new`; change that and expand it again.
name = {_quoted(name)}
title = {_quoted(table.title)}
start = {table.start}
end = {table.end}

[choices]
quota_forms = [{forms}]
embargo_forms = [{forms}]
normal_inspection = 0.1 # share of cargos that customs open as a rule
freight_usd_per_kg = {table.shipping.freight_usd_per_kg:g}
links_per_buyer = 2
"""


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _countries(table: SmallTable) -> Rows:
    owners, names = table.owners(), table.countries()
    acting = {a.by for a in table.act} | {u.country for u in table.user}
    rows = []
    for i, country in enumerate(names):
        role = "exporting_state" if country in owners else "importing_government" if country in acting else "none"
        rows.append(
            {"country": country, "zone": country if country in owners else "world", "role": role,
             "longitude": round(-150 + 300 * (i + 0.5) / len(names), 1), "latitude": 0, **ASSUMED,
             "note": "place on the map made up; it moves nothing"}
        )  # fmt: skip
    return rows


def _materials(table: SmallTable) -> Rows:
    name = table.metal.name
    return [{"material": name, "title": name, "family": "light", **ASSUMED, "note": "family: the part of a quota"}]


def _base_year(table: SmallTable) -> Rows:
    metal = table.metal
    return [
        {"item": "price_outside", "key": metal.name, "value": metal.price_usd_per_kg, "unit": "USD/kg",
         **_sourced(metal)},
    ]  # fmt: skip


def _output(producer: Producer, table: SmallTable) -> float:
    return producer.share * table.metal.world_t_per_year


def _refining(table: SmallTable, place: str) -> float:
    """Cost of refining where ore of `place` is refined, USD/kg: a part of the mean cost of the mines that feed it."""
    fed = [(p.cost_usd_per_kg, _output(p, table)) for p in table.producer if (p.refined_in or p.country) == place]
    new = [(j.cost_usd_per_kg, j.capacity_t_per_year) for j in table.project if (j.refined_in or j.country) == place]
    costs = fed if sum(q for _, q in fed) > 0.0 else new
    return REFINING * sum(c * q for c, q in costs) / sum(q for _, q in costs)


def _mining(table: SmallTable, mine: Producer | Project) -> float:
    """Cost of a mine without refining, USD/kg."""
    return max(0.0, mine.cost_usd_per_kg - _refining(table, mine.refined_in or mine.country))


def _mines(table: SmallTable) -> Rows:
    rows = []
    for p in table.producer:
        output = _output(p, table)
        rows.append(
            {"mine": mine_name(p), "country": p.country, "legal": "yes", "stage": "operating", "basket": "ore",
             "output_t_per_year": output, "capacity_t_per_year": output * (1.0 + p.spare_capacity), "capex_musd": 0.0,
             "quota_group": "light" if p.market == "own" else "none", "lead_years": 0, "ramp_years": 0,
             "cost_usd_per_kg": _mining(table, p), "debt_share": DEBT, "host_share": p.host_share or None,
             **_sourced(p, "output is share times world; cost, capacity and debt assumed")}
        )  # fmt: skip
    for j in table.project:
        rows.append(
            {"mine": j.mine, "country": j.country, "legal": "yes", "stage": "project", "basket": "ore",
             "output_t_per_year": 0.0, "capacity_t_per_year": j.capacity_t_per_year, "quota_group": "none",
             "cost_usd_per_kg": _mining(table, j), "capex_musd": j.capex_musd,
             "lead_years": j.lead_years, "ramp_years": j.ramp_years, "debt_share": DEBT,
             **_sourced(j, "cost and debt assumed")}
        )  # fmt: skip
    return rows


def _plants(table: SmallTable) -> dict[str, str]:
    """The plant of each mine that sells on the world market: refiner -> country."""
    owners = table.owners()
    places = [p.refined_in or p.country for p in table.producer if p.market == "world"]
    places += [j.refined_in or j.country for j in table.project]
    return {f"{place} works": place for place in dict.fromkeys(places) if place not in owners}


def _refiners(table: SmallTable) -> Rows:
    rows = []
    for name in table.owners():
        own = [p for p in table.producer if p.country == name]
        count = own[0].licence_holders
        whole = sum(_output(p, table) * (1.0 + p.spare_capacity) for p in own)
        later = sum(j.capacity_t_per_year for j in table.project if (j.refined_in or j.country) == name)
        for i in range(count):
            rows.append(
                {"refiner": _holder(name, i), "country": name, "kind": "licensed", "licence_share": 1.0 / count,
                 "capacity_t_per_year": 1.1 * (whole + later) / count, "yield": 1.0,
                 "cost_usd_per_kg": _refining(table, name), **ASSUMED, "note": "equal shares"}
            )  # fmt: skip
    for plant, place in _plants(table).items():
        fed = [p for p in table.producer if p.market == "world" and (p.refined_in or p.country) == place]
        new = [j for j in table.project if (j.refined_in or j.country) == place]
        output = sum(_output(p, table) * (1.0 + p.spare_capacity) for p in fed) + sum(
            j.capacity_t_per_year for j in new
        )
        rows.append(
            {"refiner": plant, "country": place, "kind": "free", "licence_share": 0.0, "yield": 1.0,
             "capacity_t_per_year": 1.1 * output, "cost_usd_per_kg": _refining(table, place), **ASSUMED,
             "note": "takes all ore that is refined there"}
        )  # fmt: skip
    return rows


def _holder(country: str, number: int) -> str:
    return f"{country} exporter {number + 1}"


def _feeds(table: SmallTable) -> Rows:
    rows: Rows = []
    owners = table.owners()
    holders = {p.country: p.licence_holders for p in reversed(table.producer) if p.market == "own"}
    mines = [(mine_name(p), p.refined_in or p.country) for p in table.producer]
    mines += [(j.mine, j.refined_in or j.country) for j in table.project]
    for mine, place in mines:
        if place in owners:
            count = holders[place]
            rows += [
                {"mine": mine, "refiner": _holder(place, i), "share": 1.0 / count, **ASSUMED} for i in range(count)
            ]
        else:
            rows.append({"mine": mine, "refiner": f"{place} works", "share": 1.0, **ASSUMED})
    return rows


def _firms(table: SmallTable) -> Rows:
    rows = [
        {"firm": f"{u.country} {u.sector}", "country": u.country, "sector": u.sector,
         "use_t_per_year": u.share * table.metal.world_t_per_year, "trade_share": 0.0, "stock_months": u.stock_months,
         "contract_share": u.contract_share or None, "growth_per_year": u.growth_per_year, "growth_from": u.growth_from,
         **_sourced(u, "share times world")}
        for u in table.user
    ]  # fmt: skip
    owners = table.owners()
    stocks = {s.country: s for s in table.stock}
    for zone in ["world", *owners]:
        bought = {u.country: 0.0 for u in table.user if _zone(u.country, owners) == zone}
        for u, tonnes in zip(table.user, purchases(table), strict=True):
            if u.country in bought:
                bought[u.country] += tonnes
        trade = sum(bought.values())
        if zone != "world":
            trade = sum(_output(p, table) for p in table.producer if p.country == zone)
        given = [s for s in table.stock if _zone(s.country, owners) == zone]
        normal = TRADER_MONTHS / 12.0 * trade
        wanted = {s.country: (s.tonnes / normal if normal > 0.0 else 0.0) for s in given}
        if not given and sum(bought.values()) > 0.0:
            wanted = {country: tonnes / sum(bought.values()) for country, tonnes in bought.items()}
        for country, share in wanted.items():
            count = max(1, ceil(share))
            for i in range(count if share > 0.0 else 0):
                cells: Mapping[str, Any] = {**ASSUMED, "note": "share of the normal stock of trade, by use"}
                if country in stocks:
                    cells = _sourced(stocks[country], "tonnes over the normal stock of trade")
                    cells = {**cells, "spare_stock_share": stocks[country].spare_share or None}
                number = f" {i + 1}" if count > 1 else ""
                rows.append(
                    {"firm": f"{country} traders{number}", "country": country, "sector": "trader",
                     "use_t_per_year": 0.0, "trade_share": share / count, **cells}
                )  # fmt: skip
    return rows


def _zone(country: str, owners: Sequence[str]) -> str:
    return country if country in owners else "world"


def _lags(table: SmallTable) -> Rows:
    shipping, names = table.shipping, table.countries()
    return [
        {"origin": a, "destination": b, "lag_weeks": HOME_WEEKS if a == b else shipping.weeks,
         "freight_usd_per_kg": 0.5 * shipping.freight_usd_per_kg if a == b else shipping.freight_usd_per_kg,
         "loading": None if a == b else shipping.loading, **_sourced(shipping)}
        for a in names for b in names
    ]  # fmt: skip


def _sector_materials(table: SmallTable) -> Rows:
    sectors = [*dict.fromkeys(u.sector for u in table.user), "trader"]
    return [{"sector": s, "material": table.metal.name, "share": 1, **ASSUMED, "note": "one metal"} for s in sectors]


def _forms() -> Rows:
    meaning = "Counted by the metal it contains."
    return [{"form": form, "gross_per_contained": 1.0, "meaning": meaning, **ASSUMED} for form in FORMS]


def base_exports(table: SmallTable, country: str) -> float:
    """What leaves a country with a market of its own in the base year, t a year."""
    made = sum(_output(p, table) for p in table.producer if p.country == country)
    home = sum(b for u, b in zip(table.user, purchases(table), strict=True) if u.country == country)
    return made - home


def _value(act: Act, table: SmallTable) -> float | None:
    if act.percent is None or act.last is None:
        return act.value
    days = (act.last - act.first).days + 1
    return round(act.percent / 100.0 * base_exports(table, act.by) * days / 365.25, 3)


def _unit(act: Act) -> str:
    """The unit of an act's value; none where it has no value."""
    return act.unit or (ACTS[act.what][1] if (act.value, act.percent) != (None, None) else "") or "none"


def _assumed(act: Act) -> str:
    """What of an act is an assumption, in the columns of `events.csv`."""
    columns = {"announced": "date", "first": "start", "last": "end"}
    parts = [part.split() for part in act.assumed.split(";") if part.strip()]
    return "; ".join(" ".join([columns.get(name, name), *rest]) for name, *rest in parts)


def _events(table: SmallTable) -> Rows:
    rows: Rows = []
    for act in table.act:
        instrument = ACTS[act.what][0]
        told = "" if act.percent is None else f"{act.percent:g} % of what left in the base year over as many days"
        note = "; ".join(part for part in (act.note, told) if part)
        rows.append(
            {"id": act.id, "date": act.announced or act.first, "start": act.first, "end": act.last, "actor": act.by,
             "instrument": instrument, "kind": "light" if instrument == "production_quota" else "", "materials": "",
             "forms": "", "target": act.target, "value": _value(act, table), "unit": _unit(act),
             "admitted": "no" if instrument == "observed" else "yes", **_sourced(act), "note": note,
             "assumed": _assumed(act)}
        )  # fmt: skip
    return rows


def _news(table: SmallTable) -> Rows:
    """What acts tell of themselves, and what else was said, by day."""
    rows = []
    for act in table.act:
        if not act.news or act.what == "observed":
            continue
        abroad = act.target if act.what in ("embargo", "inspection") else "all"
        told = {"target": abroad, "measure": act.id, "admitted": "yes", **_sourced(act)}
        text = f"{act.by}: {act.what}"
        day = act.announced or act.first
        rows.append({"id": f"news.{act.id}", "date": day, "kind": "act", "text": f"{text}.", **told})
        if act.last is not None and act.last < table.end:
            day = act.last + timedelta(days=1)
            rows.append({"id": f"news.{act.id}.end", "date": day, "kind": "lifting", "text": f"{text} ends.", **told})
    for number, item in enumerate(table.news, start=1):
        rows.append(
            {"id": f"news.said.{number}", "date": item.day, "kind": item.kind, "target": item.target,
             "measure": item.about, "admitted": "yes", "text": item.text, **_sourced(item)}
        )  # fmt: skip
    return sorted(rows, key=lambda row: (row["date"], row["id"]))
