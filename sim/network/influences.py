"""What the world outside the model does to it: the activity of industry, and transport that is late."""

from __future__ import annotations

import numpy as np

from chokepoint.sim.engine.calendar import DAYS_PER_YEAR, Calendar
from chokepoint.sim.network.edges import Edges
from chokepoint.sim.network.firms import Firms
from chokepoint.sim.network.names import Names
from chokepoint.sim.network.population import Population
from chokepoint.sim.scenario.tables import Scenario


def activity(scenario: Scenario, calendar: Calendar, firms: Firms) -> np.ndarray:
    """Use that industry carries, 1 in the base year: (steps, firms and reserves).

    Industrial production of the firm's country, or of its sector there where the scenario has it, times the growth of
    the firm beyond it, or of its sector. Reserves use nothing.
    """
    month = _months(scenario, calendar)
    years = np.array([(day - scenario.start).days / DAYS_PER_YEAR for day in calendar.days()])
    growth = {row.sector: row.growth_per_year for row in scenario.sectors} if scenario.activity else {}
    columns = []
    for row in scenario.firms:
        series = scenario.activity.get(f"{row.country} {row.sector}", scenario.activity.get(row.country))
        level = np.array(series)[month] if series else np.ones(calendar.steps)
        rate = growth.get(row.sector, 0.0) if row.growth_per_year is None else row.growth_per_year
        late = 0.0 if row.growth_from is None else (row.growth_from - scenario.start).days / DAYS_PER_YEAR
        columns.append(level * np.exp(rate * np.maximum(0.0, years - late)))
    columns += [np.ones(calendar.steps)] * len(firms.reserve_states)
    return np.ascontiguousarray(np.array(columns).reshape(-1, calendar.steps).T)


def _months(scenario: Scenario, calendar: Calendar) -> list[int]:
    """The month of the scenario's activity in which each step begins; the first before it, the last after it."""
    rows = {month: row for row, month in enumerate(scenario.activity_months)}
    last = len(rows) - 1
    keys = [f"{day.year:04d}-{day.month:02d}" for day in calendar.days()]
    return [rows.get(key, last if rows and key > scenario.activity_months[-1] else 0) for key in keys]


def transit(scenario: Scenario, calendar: Calendar, names: Names) -> np.ndarray:
    """Steps by which cargo sent in a step is late, by origin and destination: (steps, countries, countries)."""
    late = np.zeros((calendar.steps, len(names.countries), len(names.countries)), dtype=np.int64)
    for event in scenario.events:
        if event.instrument != "transit_delay" or event.admitted != "yes" or event.value is None:
            continue
        first = max(calendar.step_of(event.start), 0)
        last = calendar.steps if event.end is None else max(calendar.step_of(event.end) + 1, first)
        named = event.target.split(";")
        there = [
            row for row, name in enumerate(names.countries) if ("all" in named or name in named) and name != event.actor
        ]
        held = late[first:last, names.country[event.actor]]
        held[:, there] = np.maximum(held[:, there], round(event.value * 7.0 / calendar.step_days))
    return late


def late_by_slot(delays: np.ndarray, population: Population, edges: Edges) -> np.ndarray:
    """Steps by which the cargo of a slot is late, the mean over its suppliers of the base year: (steps, slots).

    delays: by origin and destination, as `transit` says.
    """
    slots = len(population.slots.rows)
    origin, destination = population.refiners.country[edges.refiner], population.slots.country[edges.slot]
    late = np.zeros((len(delays), slots))
    for step in np.flatnonzero(delays.any(axis=(1, 2))):
        late[step] = np.bincount(edges.slot, edges.share * delays[step, origin, destination], slots)
    return late
