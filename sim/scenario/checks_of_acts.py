"""What must hold of an act: every part that it says is honoured by its instrument, or refused by name.

A check is given the act as written, its instrument and the tables, and yields a line for each problem: the row, the
part, what the instrument can take, and the nearest valid word. A row that is not admitted is kept for the record and
reaches no run; of it only days and sign are checked.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import timedelta

from chokepoint.sim.scenario.acts import BY, Instrument, official, words
from chokepoint.sim.scenario.lookup import Tables
from chokepoint.sim.scenario.override_assumptions import doubts
from chokepoint.sim.scenario.problems import BadInput, nearest
from chokepoint.sim.scenario.tables import Event
from chokepoint.sim.scenario.units import UnitProblem

SINGULAR = {"countries": "country", "mines": "mine", "refiners": "refinery"}
NO_INSTRUMENT = Instrument("", "an act that nothing is known of yet", targets=())


def ends_after_it_starts(event: Event, instrument: Instrument, tables: Tables) -> Iterator[str]:
    """An act that ends does so after it has started; one of an instrument that must end says when."""
    if event.end is not None and event.end < event.start:
        yield f"{_of(event)}: ends {event.end} before it starts {event.start}"
    if event.end is None and not instrument.open_ended and event.admitted == "yes":
        yield f"{_of(event)}, until: {_an(instrument)} cannot be open; give its last day"


def is_in_force_in_some_week(event: Event, instrument: Instrument, tables: Tables) -> Iterator[str]:
    """What is set for whole weeks is set from the week of its first day until that of the day after its last one."""
    start, length = tables.get("start"), getattr(tables.get("choices"), "step_days", 7.0)
    if instrument.force != "weeks" or event.end is None or start is None:
        return
    if event.end < event.start:
        return
    first, last = ((day - start).days // length for day in (event.start, event.end + timedelta(days=1)))
    if first == last:
        yield (
            f"{_of(event)}, until: {_an(instrument)} is in force by whole weeks, and {event.start} to {event.end} lies "
            "within one; let it run into the next"
        )


def its_instrument_takes_this_kind(event: Event, instrument: Instrument, tables: Tables) -> Iterator[str]:
    """The kind is a word of the instrument, one at a time unless it takes several."""
    if instrument is NO_INSTRUMENT:
        return
    given, where = words(event.kind), f"{_of(event)}, kind"
    for word in given:
        if not instrument.kinds:
            yield f"{where}: {_an(instrument)} has no kinds; leave out {word!r}"
        elif word not in instrument.kinds:
            yield f"{where}: unknown kind of {instrument.name} {word!r} ({nearest(word, instrument.kinds)})"
    if len(given) > 1 and instrument.kinds and not instrument.many_kinds:
        yield f"{where}: {_an(instrument)} is of one kind, not of {' and '.join(given)}; write a row for each"
    if not given and instrument.needs_kind:
        yield f"{where}: {_an(instrument)} must say its kind: {' or '.join(instrument.kinds)}"


def its_instrument_takes_these_materials(event: Event, instrument: Instrument, tables: Tables) -> Iterator[str]:
    """Some materials alone are named only where the instrument can be for them alone."""
    if instrument is NO_INSTRUMENT:
        return
    yield from _some_of(event, "materials", words(event.materials), tables.names("materials"), tables)
    if not instrument.materials and set(words(event.materials)) < set(tables.names("materials")) and event.materials:
        yield (
            f"{_of(event)}, materials: {_an(instrument)} is for all materials and cannot be for {event.materials} "
            "alone; leave them out (an export_tax can name materials)"
        )


def its_instrument_takes_these_forms(event: Event, instrument: Instrument, tables: Tables) -> Iterator[str]:
    """Forms are named only as the instrument covers them, all at once."""
    if instrument is NO_INSTRUMENT:
        return
    every = tables.names("forms")
    covered = list(getattr(tables["choices"], instrument.covers)) if instrument.covers else every
    if instrument.covers and not covered:
        yield f"{_of(event)}, forms: {_an(instrument)} covers no form here; say which in choices.{instrument.covers}"
    yield from _some_of(event, "forms", words(event.forms), every, tables)
    if event.forms and not instrument.forms and set(words(event.forms)) != set(covered):
        what = f"covers the forms of choices.{instrument.covers}" if instrument.covers else "is for every form"
        yield (
            f"{_of(event)}, forms: {_an(instrument)} {what} ({', '.join(covered)}), all at once, and cannot be for "
            f"{event.forms} alone; leave them out"
        )


def targets_exist(event: Event, instrument: Instrument, tables: Tables) -> Iterator[str]:
    """An admitted act is aimed at countries, mines or refineries that there are, and not at its own actor."""
    if not instrument.targets:
        return
    where, named = _of(event), [table for table in instrument.targets if table != "all"]
    given = words(event.target) or ("",)
    if not named:
        for target in given:
            if target != "all":
                yield f"{where}, target: {_an(instrument)} is not against {target!r} alone; it takes no target but all"
        return
    valid = [name for table in named for name in tables.names(table)]
    everybody = [word for word in instrument.targets if word == "all"]
    for target in given:
        yield from tables.unknown(target, valid + everybody, where, " or ".join(SINGULAR[table] for table in named))
    if len(given) > 1 and "all" in given:
        yield f"{where}, target: 'all' stands alone, not beside {event.target.replace(';', ', ')}"
    zones = {country.country: country.zone for country in tables["countries"]}
    for target in given:
        beside = instrument.border and target in zones and zones[target] == zones.get(event.actor)
        if target == event.actor and "countries" in named:
            yield f"{where}, target: {event.actor} acts against itself"
        elif beside:
            yield f"{where}, target: {target} lies within the border of {event.actor}; nothing is withheld from it"


def value_is_in_range(event: Event, instrument: Instrument, tables: Tables) -> Iterator[str]:
    """An admitted act has the value, in a unit and range, that its instrument asks for; others have none."""
    if instrument is NO_INSTRUMENT or (instrument.units and event.kind not in instrument.units):
        return  # of an unknown kind it is told already
    wanted = instrument.wanted(event.kind)
    if event.value is None:
        if wanted and not instrument.valueless:
            other = f" (or in {', '.join(wanted[1:])})" if instrument.units and wanted[1:] else ""
            yield f"{_of(event)}, value: {_an(instrument)} needs an amount, {instrument.span(wanted[0])}{other}"
        return
    if not wanted:
        yield (
            f"{_of(event)}, value: {_an(instrument)} is whole and takes no amount, so {event.value:g} {event.unit} "
            "would be without effect; leave it out"
        )
        return
    try:
        said = official(event, instrument)
    except UnitProblem as problem:
        yield f"{_of(event)}, unit: {problem}"
        return
    if not instrument.low <= (said.value or 0.0) <= instrument.high:
        other = "" if said.unit == event.unit else f" ({said.value:g} {said.unit})"
        yield f"{_of(event)}: {event.value} {event.unit}{other} must be {instrument.span(said.unit)}"


def value_has_its_sign(event: Event, instrument: Instrument, tables: Tables) -> Iterator[str]:
    """What cannot be negative, such as a quota, is not on record either; a range says it of an admitted act."""
    if event.admitted != "yes" and not instrument.negative and (event.value or 0.0) < 0.0:
        yield f"{_of(event)}: value {event.value} {event.unit} is negative"


def somebody_acts(event: Event, instrument: Instrument, tables: Tables) -> Iterator[str]:
    """An admitted act is that of a country of the scenario that can take it."""
    roles = {country.country: country.role for country in tables["countries"]}
    others = ["WTO"] if instrument.by == "anybody" else []
    if event.actor not in roles:
        yield from tables.unknown(event.actor, [*roles, *others], _of(event), "actor")
        return
    role = roles[event.actor]
    able = {"exporting_state": ("exporting_state",), "state": ("exporting_state", "importing_government")}
    if instrument is NO_INSTRUMENT or instrument.by not in able or role in able[instrument.by]:
        return
    there = [name for name, its in roles.items() if its in able[instrument.by]]
    way = "exporting_state and a zone of its own" if instrument.by == "exporting_state" else "importing_government"
    yield (
        f"{_of(event)}, actor: {event.actor} (role {role!r}) cannot take {_an(instrument)}, which is an act of "
        f"{BY[instrument.by]}; give it the role {way} in countries.csv, or let one of these act: "
        f"{', '.join(there) or 'nobody here'}"
    )


def instrument_agrees(event: Event, instrument: Instrument, tables: Tables) -> Iterable[str]:
    """An admitted act, in the unit of its instrument, passes what that checks beyond all this."""
    if instrument.check is None:
        return ()
    try:
        return instrument.check(official(event, instrument), tables)
    except UnitProblem:
        return ()  # told already


def its_doubts_can_be_drawn(event: Event, instrument: Instrument, tables: Tables) -> Iterable[str]:
    """What it says is assumed of it names columns that it fills."""
    try:
        doubts(event)
    except BadInput as error:
        return error.problems
    return ()


CHECKS_OF_ACTS: tuple[Callable[[Event, Instrument, Tables], Iterable[str]], ...] = (
    ends_after_it_starts,
    is_in_force_in_some_week,
    its_instrument_takes_this_kind,
    its_instrument_takes_these_materials,
    its_instrument_takes_these_forms,
    targets_exist,
    value_is_in_range,
    value_has_its_sign,
    somebody_acts,
    its_doubts_can_be_drawn,
    instrument_agrees,
)
OF_THE_RECORD = (ends_after_it_starts, value_has_its_sign)  # what must hold of an act that is not admitted, too


def _some_of(event: Event, part: str, given: Iterable[str], valid: Collection[str], tables: Tables) -> Iterator[str]:
    for name in given:
        yield from tables.unknown(name, valid, f"{_of(event)}, {part}", part.removesuffix("s"))


def _of(event: Event) -> str:
    return f"events.csv, {event.id}"


def _an(instrument: Instrument) -> str:
    """An instrument with its article."""
    return f"{'an' if instrument.name[0] in 'aeio' else 'a'} {instrument.name}"
