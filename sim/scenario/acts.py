"""Acts of states: who does what, of which materials and forms, against whom, how much, from when until when.

An `Instrument` says what may stand in a row of `events.csv`, or in the sentence of `--set act.NAME=...`, and what
carries it out. Each is declared in the file of the mechanism that it works on; the loader is given all of them
(`instruments`), so that it knows every act by name and no mechanism. What an instrument does not declare it does not
honour, and an act that says it is refused (`checks_of_acts.py`): nothing is accepted without effect.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from math import isfinite
from typing import Any

from chokepoint.sim.scenario.lookup import Tables
from chokepoint.sim.scenario.tables import Event, Scenario
from chokepoint.sim.scenario.units import UnitProblem, convert

Check = Callable[[Event, Tables], Iterable[str]]
# Who may act, in the words of an instrument, and of whom that is said.
BY = {
    "exporting_state": "an exporting state, which has a border of its own",
    "state": "a country with a government (its role is not 'none')",
    "country": "any country",
    "anybody": "any country, or the WTO",
}

# How an act is in force, in the words of an instrument.
FORCE = {
    "weeks": "for whole weeks: from the week of its first day until that of the day after its last one",
    "days": "by days: a week is held for the share of its days",
    "once": "at once, on its first day; what its last day means stands in its meaning",
    "heard": "not at all: it is heard of",
}

ANYWHERE = ("countries", "all")  # the targets of an act that may be against some countries or against everybody


@dataclass(frozen=True)
class Instrument:
    """A kind of act.

    name: as in the column `instrument` of `events.csv`. meaning: one line for a user.
    order: carries a `Measure` out, called with what it acts on and the measure; None where an act is only heard of.
    by: whose acts they are, a key of `BY`.
    materials, forms: whether it can be for some materials, or some forms of product, alone. covers: the choice that
    says which forms it covers, all of them at once; empty for every form.
    kinds: words that say which act of this instrument it is; needs_kind: whether there must be one; many_kinds: whether
    there may be several.
    targets: the tables whose names an admitted act may have as targets (`countries`, `mines`, `refiners`), and the word
    `all` where it may be against everybody at once.
    unit, low, high: where a unit is given, an admitted act must have a value in it within the range, or none at all
    where `valueless` says what that means. Other units are converted to it; those of `also` say the same number.
    units: by kind, the units of an instrument whose kinds differ in them.
    open_ended: whether it may be without a last day. force: how it is in force, a key of `FORCE`.
    negative: whether the value may lie below zero, that of an act on record included.
    cuts: whether it cuts supply, so that reserves answer it in a roll-out. border: whether only others are hit by it.
    dated: whether it may stand in `events.csv`; one that may not is taken by doctrines alone.
    told: the kind of news by which an act that is added and heard of is told; empty: there is none to tell.
    example: a sentence that works on the episode `world`.
    check: further problems of an admitted act, given the event and the tables of the scenario by name.
    """

    name: str
    meaning: str
    order: Callable[[Any, Any], None] | None = None
    by: str = "state"
    materials: bool = False
    forms: bool = False
    covers: str = ""
    kinds: tuple[str, ...] = ()
    needs_kind: bool = False
    many_kinds: bool = False
    targets: tuple[str, ...] = ("all",)
    unit: str = ""
    also: tuple[str, ...] = ()
    units: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    low: float = 0.0
    high: float = float("inf")
    valueless: str = ""
    open_ended: bool = True
    force: str = "weeks"
    negative: bool = True
    cuts: bool = False
    border: bool = False
    dated: bool = True
    told: str = ""
    example: str = ""
    world: str = "two-countries"
    check: Check | None = None

    def span(self, unit: str) -> str:
        """The range of its values, in words."""
        return f"{self.low:g} to {self.high:g} {unit}" if isfinite(self.high) else f"at least {self.low:g} {unit}"

    def wanted(self, kind: str) -> tuple[str, ...]:
        """The units of an act of this kind, the official one first; none where it takes no amount."""
        if self.units:
            return self.units.get(kind, ())
        return (self.unit, *self.also) if self.unit else ()


@lru_cache(4096)
def words(cell: str) -> tuple[str, ...]:
    """The words of a cell that holds several, parted by semicolons."""
    return tuple(word.strip() for word in cell.split(";") if word.strip())


def amount(value: float, unit: str, wanted: tuple[str, ...], also: tuple[str, ...] = ()) -> tuple[float, str]:
    """A value in the first of the `wanted` units that it can be converted to, with that unit.

    A unit of `also` says the same number as the first. Raises `UnitProblem` of the first one where none will do.
    """
    problems = []
    for goal in wanted:
        try:
            return convert(value, unit, goal), wanted[0] if goal in also else goal
        except UnitProblem as problem:
            problems.append(problem)
    raise problems[0]


def in_official_units(scenario: Scenario, instruments: Mapping[str, Instrument]) -> Scenario:
    """The scenario with every admitted act in a unit of its instrument; the same one where all are already.

    What is stored and shown is the scenario as written; a simulation runs on this one.
    """
    known = [(event, instruments.get(event.instrument)) for event in scenario.events]
    events = tuple(official(event, of) if of and event.admitted == "yes" else event for event, of in known)
    return scenario if events == scenario.events else scenario.model_copy(update={"events": events})


def official(event: Event, instrument: Instrument) -> Event:
    """An act in a unit of its instrument; raises `UnitProblem` where it cannot be converted to one."""
    wanted = instrument.wanted(event.kind)
    if not wanted or event.value is None or event.unit == wanted[0]:
        return event
    value, unit = amount(event.value, event.unit, wanted, instrument.also)
    heard = None if event.heard is None else amount(event.heard, event.unit, wanted, instrument.also)[0]
    return event.model_copy(update={"value": value, "unit": unit, "heard": heard})
