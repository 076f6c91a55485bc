"""What may be pledged to a mine or refinery: kinds of backing, their units, and what is checked of an act of them."""

from collections.abc import Iterator
from typing import Any

from chokepoint.sim.scenario.lookup import Tables
from chokepoint.sim.scenario.tables import Event

# Kinds of backing and the units that each is given in; without a word nobody pays.
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
    """Problems of an act that backs mines or refineries, of any country, in the way that its kind says."""
    where, kind = f"events.csv, {event.id}", event.kind
    if kind not in BACKING_UNITS:
        return  # told already
    what = f"backing {kind}" if kind else "backing"
    yield from _check_size(event, what)
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
    yield from _check_size(event, "subsidy")
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


def _check_size(event: Event, what: str) -> Iterator[str]:
    """A pledge is not negative, and nobody pays more than the whole outlay."""
    if event.unit == "% of capex" and (event.value or 0.0) > 100.0:
        yield f"events.csv, {event.id}: a {what} of {event.value} % of capex is above 100"


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
