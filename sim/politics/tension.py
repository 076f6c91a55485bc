"""Diplomatic tension between pairs of states: dated and random incidents that fade."""

from collections.abc import Sequence
from datetime import date
from math import exp

import numpy as np

from chokepoint.sim.engine import draws
from chokepoint.sim.engine.calendar import Calendar
from chokepoint.sim.scenario.tables import Scenario


class Tension:
    """Tension by pair and step, between 0 and 1: each incident adds its strength to what is left of earlier ones.

    Dated incidents are rows of `events.csv` with the instrument `incident` and a strength (0 to 1) as their value;
    random ones come with a rate a year between each exporting state and each other country
    (`choices.incidents_per_year`).
    """

    def __init__(self, scenario: Scenario, calendar: Calendar, seed: int, run: int):
        self.countries = [c.country for c in scenario.countries]
        self.memory = scenario.choices.tension_memory_years
        self.calendar = calendar
        self.incidents: dict[frozenset[str], list[tuple[date, float]]] = {}
        for e in scenario.events:
            if e.instrument == "incident" and e.admitted == "yes":
                for target in e.target.split(";"):
                    self.incidents.setdefault(frozenset((e.actor, target)), []).append((e.start, e.value or 0.0))
        rate = scenario.choices.incidents_per_year * calendar.years_per_step
        if rate > 0.0:
            stream = draws.stream(seed, run, draws.INCIDENT)
            exporters = [c.country for c in scenario.countries if c.role == "exporting_state"]
            weeks = np.arange(calendar.steps)
            for exporter in exporters:
                for other in self.countries:
                    if other != exporter and not (other in exporters and other < exporter):
                        key = np.full(calendar.steps, draws.key_of("incident", exporter, other))
                        luck = draws.uniforms(stream, key, weeks)
                        days = [(calendar.day_of(int(t)), scenario.choices.incident_strength)
                                for t in np.flatnonzero(luck < rate)]  # fmt: skip
                        self.incidents.setdefault(frozenset((exporter, other)), []).extend(days)

    def between(self, one: str, others: Sequence[str], day: date) -> dict[str, float]:
        """Tension of a state with each of the others on a day."""
        found = {}
        for other in others:
            level = 0.0
            past = sorted(i for i in self.incidents.get(frozenset((one, other)), []) if i[0] <= day)
            last = day
            for when, strength in past:
                level *= exp(-((when - last).days / 365.25) / self.memory) if level else 0.0
                level = min(1.0, level + strength)
                last = when
            found[other] = level * exp(-((day - last).days / 365.25) / self.memory) if past else 0.0
        return found
