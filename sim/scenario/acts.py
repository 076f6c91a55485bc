"""Acts of states: an instrument, by whom, against whom, how much, from when until when.

An `Instrument` says what may stand in a row of `events.csv` and what carries it out. Each is declared in the file of
the mechanism that it works on; the loader is given all of them (`instruments`), so that it knows every act by name and
no mechanism.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from chokepoint.sim.scenario.lookup import Tables
from chokepoint.sim.scenario.tables import Event

Check = Callable[[Event, Tables], Iterable[str]]


@dataclass(frozen=True)
class Instrument:
    """A kind of act.

    name: as in the column `instrument` of `events.csv`. meaning: one line for a user.
    order: carries a `Measure` out, called with what it acts on and the measure; None where an act is only heard of.
    unit, low, high: where a unit is given, an admitted act must have a value in it within the range.
    targets: the tables whose names an admitted act may have as targets (`countries`, `mines`, `refiners`, or the word
    `all`); empty where targets are not looked up.
    negative: whether the value may lie below zero, that of an act on record included.
    cuts: whether it cuts supply, so that reserves answer it in a roll-out. border: whether only others are hit by it.
    dated: whether it may stand in `events.csv`; one that may not is taken by doctrines alone.
    check: further problems of an admitted act, given the event and the tables of the scenario by name.
    """

    name: str
    meaning: str
    order: Callable[[Any, Any], None] | None = None
    unit: str = ""
    low: float = 0.0
    high: float = float("inf")
    targets: tuple[str, ...] = ()
    negative: bool = True
    cuts: bool = False
    border: bool = False
    dated: bool = True
    check: Check | None = None
