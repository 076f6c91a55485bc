"""What must hold between the tables of a scenario: one function a check, `CHECKS` lists them.

What must hold of a single act is told by `checks_of_acts.py`.

A check yields a line for each problem: the file, the row and, for a name that leads nowhere, the nearest valid one.
That a cell is of its kind and in its range is seen to before, when a row is read (`tables.py`).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from chokepoint.agents.behaviour import PARAMETERS
from chokepoint.sim.scenario import programmes
from chokepoint.sim.scenario.acts import Instrument
from chokepoint.sim.scenario.checks_of_acts import CHECKS_OF_ACTS, NO_INSTRUMENT, OF_THE_RECORD
from chokepoint.sim.scenario.lookup import NAMED_BY, Tables
from chokepoint.sim.scenario.problems import nearest
from chokepoint.sim.scenario.tables import NEWS_KINDS, Event, Scenario


def check(values: Mapping[str, Any], instruments: Mapping[str, Instrument], doubtful: Iterable[str] = ()) -> list[str]:
    """Problems between the parts of a scenario, `values` by their names in `Scenario`.

    instruments: the acts that a state can take, by name. doubtful: names and files of rows that were faulty themselves.
    """
    tables = Tables(values, doubtful)
    problems = [line for one in CHECKS for line in one(tables)]
    may_add = bool(tables.get("mechanisms"))  # to the instruments: `unknown_instruments` tells when they did
    known = {name: instrument for name, instrument in instruments.items() if instrument.dated}
    for event in tables["events"]:
        if not may_add:
            problems += _unknown_instrument(event, instruments, tables)
        for one_of_acts in CHECKS_OF_ACTS if event.admitted == "yes" else OF_THE_RECORD:
            problems += one_of_acts(event, known.get(event.instrument, NO_INSTRUMENT), tables)
    return problems


def unknown_instruments(scenario: Scenario, instruments: Mapping[str, Instrument]) -> list[str]:
    """Acts that no instrument carries out, once the scenario's own mechanisms have brought theirs."""
    tables = Tables({"events": scenario.events})
    return [line for event in scenario.events for line in _unknown_instrument(event, instruments, tables)]


def _unknown_instrument(event: Event, instruments: Mapping[str, Instrument], tables: Tables) -> Iterator[str]:
    known = [name for name, instrument in instruments.items() if instrument.dated]
    return tables.unknown(event.instrument, known, _of(event), "instrument")


def check_behaviour(values: Mapping[str, Any], where: str) -> list[str]:
    """Problems of a table of behavioural parameters: unknown names, values that are no number or out of range."""
    problems = []
    for name, value in values.items():
        parameter = PARAMETERS.get(name)
        if parameter is None:
            problems.append(f"{where}, behaviour.{name}: unknown parameter ({nearest(name, PARAMETERS)})")
        elif not isinstance(value, int | float) or isinstance(value, bool) or value != value:
            problems.append(f"{where}, behaviour.{name}: {value!r} is not a number ({parameter.unit})")
        elif parameter.off is not None and value == parameter.off:
            continue
        elif not parameter.least <= value <= parameter.most:
            problems.append(
                f"{where}, behaviour.{name}: {value} lies outside {parameter.least:.4g} to {parameter.most:.4g} "
                f"({parameter.unit})"
            )
    return problems


# Who exists


def names_stand_once(tables: Tables) -> Iterator[str]:
    """Other tables find a row by its name, so no two rows of a table may share one."""
    for table, column in NAMED_BY.items():
        seen = set()
        for row in tables[table]:
            name = getattr(row, column)
            if name in seen:
                yield f"{table}.csv, {name}: appears twice"
            seen.add(name)


def exporters_have_zones(tables: Tables) -> Iterator[str]:
    """An exporting state has a market zone of its own; every other country lies in the world, or in such a zone."""
    exporters = [country for country in tables["countries"] if country.role == "exporting_state"]
    zones = {"world", *(country.zone for country in exporters)}
    for country in exporters:
        if country.zone == "world":
            yield f"countries.csv, {country.country}: an exporting state needs a zone of its own, not 'world'"
    for country in tables["countries"]:
        if country.zone not in zones:
            yield f"countries.csv, {country.country}: zone {country.zone!r} has no exporting state"


def mines_lie_somewhere(tables: Tables) -> Iterator[str]:
    """A mine lies in a country, digs a basket that is known, and no more of it than it can."""
    baskets = sorted({row.basket for row in tables["baskets"]})
    for mine in tables["mines"]:
        where = f"mines.csv, {mine.mine}"
        yield from tables.unknown(mine.country, tables.names("countries"), where, "country")
        yield from tables.unknown(mine.basket, baskets, where, "basket")
        if mine.output_t_per_year > mine.capacity_t_per_year:
            yield f"{where}: output {mine.output_t_per_year} t is above capacity {mine.capacity_t_per_year} t"


def baskets_are_whole(tables: Tables) -> Iterator[str]:
    """A basket holds known materials, whose shares sum to 1: ore would be lost or made otherwise."""
    for row in tables["baskets"]:
        yield from tables.unknown(row.material, tables.names("materials"), f"baskets.csv, {row.basket}", "material")
    yield from _not_whole(tables, "baskets.csv", "shares", _total(tables["baskets"], "basket", "share"))


def licences_are_whole(tables: Tables) -> Iterator[str]:
    """A refiner lies in a country; those that a country licenses share all of its licences."""
    for refiner in tables["refiners"]:
        where = f"refiners.csv, {refiner.refiner}"
        yield from tables.unknown(refiner.country, tables.names("countries"), where, "country")
    licensed = [refiner for refiner in tables["refiners"] if refiner.kind == "licensed"]
    yield from _not_whole(tables, "refiners.csv", "licence shares", _total(licensed, "country", "licence_share"))


def firms_have_sectors(tables: Tables) -> Iterator[str]:
    """A firm lies in a country and belongs to a sector."""
    for firm in tables["firms"]:
        where = f"firms.csv, {firm.firm}"
        yield from tables.unknown(firm.country, tables.names("countries"), where, "country")
        yield from tables.unknown(firm.sector, tables.names("sectors"), where, "sector")


def sectors_have_forms(tables: Tables) -> Iterator[str]:
    """A sector buys a form of product, and materials are given for known sectors."""
    for sector in tables["sectors"]:
        yield from tables.unknown(sector.form, tables.names("forms"), f"sectors.csv, {sector.sector}", "form")
    for row in tables["sector_materials"]:
        yield from tables.unknown(row.sector, tables.names("sectors"), "sector_materials.csv", "sector")


# Who deals with whom


def ore_leads_to_refiners(tables: Tables) -> Iterator[str]:
    """All ore of a mine goes to known refiners: the shares of each mine sum to 1."""
    for feed in tables["feeds"]:
        yield from tables.unknown(feed.mine, tables.names("mines"), "feeds.csv", "mine")
        yield from tables.unknown(feed.refiner, tables.names("refiners"), "feeds.csv", "refiner")
    fed = _total(tables["feeds"], "mine", "share")
    yield from _not_whole(tables, "feeds.csv", "shares", fed)
    for name in tables.names("mines"):
        if name not in fed and "feeds.csv" not in tables.doubtful:
            yield f"feeds.csv: mine {name!r} leads to no refiner"


def projects_feed_refiners_abroad(tables: Tables) -> Iterator[str]:
    """Refiners inside an exporting state call ore from mines of the base year; that of a project would lie unused."""
    homes = {refiner.refiner: refiner.country for refiner in tables["refiners"]}
    zones = {country.country: country.zone for country in tables["countries"]}
    projects = {mine.mine for mine in tables["mines"] if mine.stage == "project"}
    for feed in tables["feeds"]:
        if feed.mine in projects and zones.get(homes.get(feed.refiner, ""), "world") != "world":
            yield (
                f"feeds.csv: project {feed.mine!r} feeds {feed.refiner!r} inside an exporting state, whose refiners "
                "call ore from mines of the base year alone; let it be a mine, or feed a refiner elsewhere"
            )


def ways_lead_everywhere(tables: Tables) -> Iterator[str]:
    """There is a way from each country that refines to each that uses, between known countries."""
    pairs = {(lag.origin, lag.destination) for lag in tables["lags"]}
    for origin in sorted({refiner.country for refiner in tables["refiners"]}):
        for destination in sorted({firm.country for firm in tables["firms"]}):
            if (origin, destination) not in pairs and "lags.csv" not in tables.doubtful:
                yield f"lags.csv: no row from {origin} to {destination}"
    for lag in tables["lags"]:
        yield from tables.unknown(lag.origin, tables.names("countries"), "lags.csv", "country")
        yield from tables.unknown(lag.destination, tables.names("countries"), "lags.csv", "country")


def materials_are_priced(tables: Tables) -> Iterator[str]:
    """Each material has a price outside in the base year, from which all prices start."""
    priced = {row.key for row in tables["base_year"] if row.item == "price_outside"}
    for material in tables.names("materials"):
        if material not in priced and "base_year.csv" not in tables.doubtful:
            yield f"base_year.csv: no price_outside (USD/kg) for {material}"


def covered_forms_exist(tables: Tables) -> Iterator[str]:
    """Quotas and embargoes cover forms that there are."""
    for form in (*tables["choices"].quota_forms, *tables["choices"].embargo_forms):
        yield from tables.unknown(form, tables.names("forms"), "scenario.toml, choices", "form")


# What states do, and what is said


def programmes_are_possible(tables: Tables) -> Iterator[str]:
    """Reserves and doctrines belong to known countries, one each, and follow known rules (see `programmes.py`)."""
    states = [country.country for country in tables["countries"] if country.role != "none"]
    reserves = tables.get("reserves", {})
    yield from programmes.check_reserves(reserves, tables.names("countries"), tables.names("materials"))
    yield from programmes.check_stances(tables.get("stances", {}), states)


def activity_belongs_to_somebody(tables: Tables) -> Iterator[str]:
    """A column of activity is that of a country, or of a sector in a country."""
    countries, sectors = tables.names("countries"), tables.names("sectors")
    carried = [*countries, *(f"{country} {sector}" for country in countries for sector in sectors)]
    for column in tables.get("activity", {}):
        yield from tables.unknown(column, carried, "activity.csv", "country, or country and sector,")


def news_is_about_something(tables: Tables) -> Iterator[str]:
    """An item of news is of a known kind, about known acts, and meant for known countries or for all."""
    for item in tables["news"]:
        where = f"news.csv, {item.id}"
        yield from tables.unknown(item.kind, NEWS_KINDS, where, "kind")
        if item.topic == "reserve" and item.admitted == "yes":
            yield (
                f"{where}, topic: words about a reserve move nothing, since purchases are seen; keep them for the "
                "record with admitted no, or let a reserve tell what it buys (reserve.COUNTRY.disclosed)"
            )
        for measure in filter(None, item.measure.split(";")):
            yield from tables.unknown(measure, tables.names("events"), where, "event")
        for target in item.target.split(";"):
            yield from tables.unknown(target, [*tables.names("countries"), "all"], where, "country")


CHECKS: tuple[Callable[[Tables], Iterable[str]], ...] = (
    names_stand_once,
    exporters_have_zones,
    mines_lie_somewhere,
    baskets_are_whole,
    licences_are_whole,
    ore_leads_to_refiners,
    projects_feed_refiners_abroad,
    firms_have_sectors,
    sectors_have_forms,
    materials_are_priced,
    covered_forms_exist,
    ways_lead_everywhere,
    programmes_are_possible,
    activity_belongs_to_somebody,
    news_is_about_something,
)


def _of(event: Event) -> str:
    return f"events.csv, {event.id}"


def _total(rows: Iterable[Any], key: str, value: str) -> dict[str, float]:
    """The sum of a column by the words of another."""
    groups: dict[str, float] = {}
    for row in rows:
        group = getattr(row, key)
        groups[group] = groups.get(group, 0.0) + getattr(row, value)
    return groups


def _not_whole(tables: Tables, file: str, what: str, groups: Mapping[str, float]) -> Iterator[str]:
    """A line for each group whose shares do not sum to 1, unless rows of the file were faulty themselves."""
    for name, total in groups.items():
        if abs(total - 1.0) > 1e-6 and file not in tables.doubtful:
            yield f"{file}, {name}: {what} sum to {total:.4f}, not 1"
