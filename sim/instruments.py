"""Every act that a state can take: what may stand in its row of `events.csv`, and what is checked of it."""

from collections.abc import Iterator
from typing import Any

from chokepoint.sim.scenario.acts import Instrument
from chokepoint.sim.scenario.lookup import Tables
from chokepoint.sim.scenario.problems import nearest
from chokepoint.sim.scenario.tables import Event

# Pledges to mines and refineries

# Kinds of backing, the word in the scope, and the units that each is given in; without a word nobody pays.
BACKING_UNITS = {
    "": ("m USD",),
    "loan": ("m USD",),
    "stake": ("m USD",),
    "guarantee": ("m USD",),
    "offtake": ("t/year",),
    "floor_price": ("USD/kg", "% of base"),
}
SUBSIDY_UNITS = ("USD/kg", "% of capex")
OF_REFINERIES = ("loan", "stake", "offtake")
OF_PROJECTS = ("stake", "guarantee")


def check_backing(event: Event, tables: Tables) -> Iterator[str]:
    """Problems of an act that backs mines or refineries, of any country, in the way that its scope says."""
    where, kind = f"events.csv, {event.id}", event.scope
    if kind not in BACKING_UNITS:
        words = [word for word in BACKING_UNITS if word]
        yield f"{where}: unknown kind of backing {kind!r} in scope ({nearest(kind, words)})"
        return
    what = f"backing {kind}" if kind else "backing"
    yield from _check_size(event, tables, what, BACKING_UNITS[kind])
    mines = {mine.mine: mine for mine in tables["mines"]}
    valid = [*mines, *tables.names("refiners")] if kind in OF_REFINERIES else [*mines]
    for target in event.target.split(";"):
        if target in tables.doubtful:
            continue
        if target not in valid:
            yield from tables.unknown(target, valid, where, "mine or refinery" if kind in OF_REFINERIES else "mine")
            continue
        if target in mines and (kind in OF_PROJECTS or event.unit == "% of capex"):
            yield from _check_project(event, mines[target], what)
        if kind == "offtake" and _behind_a_border(event, target, tables):
            yield f"{where}: the product of {target} lies behind a border; offtake cannot pass it"


def check_subsidy(event: Event, tables: Tables) -> Iterator[str]:
    """Problems of an act that subsidises mines at home: those that it names, or all."""
    where = f"events.csv, {event.id}"
    yield from _check_size(event, tables, "subsidy", SUBSIDY_UNITS)
    mines = {mine.mine: mine for mine in tables["mines"]}
    for target in event.target.split(";"):
        if target == "all" or target in tables.doubtful:
            continue
        if target not in mines:
            yield from tables.unknown(target, mines, where, "mine")
            continue
        home = mines[target].country
        if home != event.actor:
            yield f"{where}: {event.actor} subsidises mines at home; {target} lies in {home} (backing is for it)"
        if event.unit == "% of capex":
            yield from _check_project(event, mines[target], "subsidy")


def _check_size(event: Event, tables: Tables, what: str, units: tuple[str, ...]) -> Iterator[str]:
    """A pledge comes from a country, and has a size in a unit that goes with it."""
    where, countries = f"events.csv, {event.id}", tables.names("countries")
    if event.actor not in countries and event.actor not in tables.doubtful:
        yield f"{where}: {what} is an act of a country, not of {event.actor!r} ({nearest(event.actor, countries)})"
    if event.value is None or event.value < 0.0:
        yield f"{where}: {what} needs a value of at least 0, not {event.value}"
    if event.unit not in units:
        yield f"{where}: {what} is given in {' or '.join(units)}, not {event.unit!r}"
    if event.unit == "% of capex" and (event.value or 0.0) > 100.0:
        yield f"{where}: a subsidy of {event.value} % of capex is above 100"


def _check_project(event: Event, mine: Any, what: str) -> Iterator[str]:
    """What pays for the outlay of a mine comes too late for one that stands."""
    if mine.stage != "project":
        yield (
            f"events.csv, {event.id}: {what} is for a project; {mine.mine} runs already (loan, offtake, floor_price do)"
        )


def _behind_a_border(event: Event, target: str, tables: Tables) -> bool:
    """Whether a refinery, or one that a mine feeds, lies in the zone of another exporting state than the actor."""
    zones = {country.country: country.zone for country in tables["countries"]}
    homes = {refiner.refiner: refiner.country for refiner in tables["refiners"]}
    plants = [target] if target in homes else [feed.refiner for feed in tables["feeds"] if feed.mine == target]
    return bool({zones.get(homes[plant]) for plant in plants if plant in homes} - {"world", zones.get(event.actor)})


# Cases before a court of trade

ENDED_BY_A_RULING = ("export_quota", "export_tax")


def check_complaint(event: Event, tables: Tables) -> Iterator[str]:
    """Problems of a complaint that starts a case: with the word `hazard` in its scope."""
    word, *rest = event.scope.split("|")
    if word != "hazard":
        return
    where = f"events.csv, {event.id}"
    exporters = [country.country for country in tables["countries"] if country.role == "exporting_state"]
    if event.value is None or event.value < 0.0:
        yield f"{where}: a case needs a hazard of success of at least 0, not {event.value}"
    if event.unit != "1/year":
        yield f"{where}: the hazard of a case is given in 1/year, not {event.unit!r}"
    for target in event.target.split(";"):
        if target not in exporters and target not in tables.doubtful:
            yield f"{where}: no exporting state {target!r} to complain of ({nearest(target, exporters)})"
    for name in filter(None, ";".join(rest).split(";")):
        if name not in ENDED_BY_A_RULING:
            yield f"{where}: a case cannot end {name!r} ({nearest(name, ENDED_BY_A_RULING)})"


# Others


def check_export_tax(event: Event, tables: Tables) -> Iterator[str]:
    """The scope of a tax names materials."""
    for name in event.scope.split("|")[0].split(";"):
        yield from tables.unknown(name, tables.names("materials"), f"events.csv, {event.id}", "material")


def check_incident(event: Event, tables: Tables) -> Iterator[str]:
    """The strength of an incident is a share."""
    if event.value is None or not 0.0 <= event.value <= 1.0:
        yield f"events.csv, {event.id}: the strength {event.value} of an incident must lie between 0 and 1"


def check_observed(event: Event, tables: Tables) -> Iterator[str]:
    """A row for the record reaches no run."""
    yield f"events.csv, {event.id}: what was observed cannot be admitted; no state carries it out"


_ALL = (
    Instrument(
        "export_quota",
        "Licences of so many gross tonnes go to holders by their shares, for a half-year; good until the year ends.",
        negative=False,
        cuts=True,
        border=True,
    ),
    Instrument("quota_carry_over", "Licences of the old year stay good in the new one.", border=True),
    Instrument(
        "export_tax", "Per cent of the inside price, by material.", negative=False, border=True, check=check_export_tax
    ),
    Instrument(
        "embargo",
        "Cargo of the covered forms for a destination is held, by days.",
        targets=("countries", "all"),
        cuts=True,
        border=True,
    ),
    Instrument("inspection", "Per cent of cargo opened.", targets=("countries", "all"), cuts=True, border=True),
    Instrument(
        "closure", "The border is closed for a destination, by days.", targets=("countries", "all"), border=True
    ),
    Instrument("ore_hold", "The ore of named mines is held, by days.", targets=("mines",)),
    Instrument("production_quota", "Tonnes a year of ore by group, over legal mines by size.", negative=False),
    Instrument("enforcement", "A campaign against unlicensed mines, all or those named."),
    Instrument("production_shortfall", "Heard of; moves nothing itself."),
    Instrument("reserve_purchase", "So many tonnes for a state's reserve in the proportions of home output."),
    Instrument("complaint", "Heard of; with the scope `hazard`, a case that runs its course.", check=check_complaint),
    Instrument("ruling", "Heard of; moves nothing itself."),
    Instrument(
        "backing",
        "Loan, stake, guarantee, offtake or floor price for a mine or refinery; without a word, it eases the hurdle.",
        check=check_backing,
    ),
    Instrument(
        "export_licence",
        "Cargo waits so many working days on average.",
        unit="working days",
        high=500.0,
        targets=("countries", "all"),
        border=True,
    ),
    Instrument(
        "licence_refusal",
        "Per cent of applications refused.",
        unit="%",
        high=100.0,
        targets=("countries", "all"),
        cuts=True,
        border=True,
    ),
    Instrument(
        "production_subsidy", "Per cent of the base-year price for what licensed refiners make.", unit="%", high=90.0
    ),
    Instrument(
        "transit_delay", "Weeks that cargo takes longer.", unit="weeks", high=26.0, targets=("countries", "all")
    ),
    Instrument("incident", "Raises tension by its strength.", targets=("countries",), check=check_incident),
    Instrument("subsidy", "USD/kg of ore, or per cent of the outlay, for mines at home.", check=check_subsidy),
    Instrument("observed", "For the record; never admitted.", check=check_observed),
    Instrument("concession", "What is withheld from the actor is freed; by doctrines alone.", dated=False),
)

INSTRUMENTS: dict[str, Instrument] = {instrument.name: instrument for instrument in _ALL}
