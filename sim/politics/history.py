"""What history has each state do: the admitted acts of a scenario, as measures."""

from __future__ import annotations

from chokepoint.agents.measure import Measure
from chokepoint.sim.scenario.acts import words
from chokepoint.sim.scenario.tables import Event, Scenario


def history_of(scenario: Scenario) -> dict[str, list[Measure]]:
    """The measures of each actor, in the order of the table."""
    history: dict[str, list[Measure]] = {}
    for event in scenario.events:
        if event.admitted == "yes":
            history.setdefault(event.actor, []).append(measure_of(event))
    return history


def measure_of(event: Event) -> Measure:
    """The measure of an admitted event; a quota is in force from the day it is announced, not before."""
    start = max(event.start, event.date) if event.instrument == "export_quota" else event.start
    return Measure(
        id=event.id,
        instrument=event.instrument,
        actor=event.actor,
        targets=tuple(event.target.split(";")),
        value=event.value,
        unit=event.unit,
        start=start,
        end=event.end,
        reason=event.note,
        kind=words(event.kind),
        materials=words(event.materials),
        forms=words(event.forms),
    )
