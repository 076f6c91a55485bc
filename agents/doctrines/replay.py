"""Replay: the state does on each day what its government did on that day in history."""

from datetime import date, timedelta

from chokepoint.agents import settings
from chokepoint.agents.decision import Decision
from chokepoint.agents.measure import Measure, lifting
from chokepoint.agents.observation import Observation


class Settings(settings.Settings):
    """History has no settings."""


class Doctrine:
    """Takes dated measures as they come into force and lifts them the day after they end."""

    def __init__(self, settings: Settings, measures: list[Measure]):
        self.decisions: list[Decision] = []
        plan = []
        # Licences stay good until the next grant; only the last quota of all ends with its period.
        quotas = [m.end for m in measures if m.instrument == "export_quota" and m.end is not None]
        last = max(quotas, default=None)
        for measure in measures:
            plan.append((measure.start, measure))
            stays = measure.instrument == "reserve_purchase"
            stays |= measure.instrument == "export_quota" and measure.end != last
            if measure.end is not None and not stays:
                plan.append((measure.end + timedelta(days=1), lifting(measure)))
        # On one day what ends goes first; carried-over licences are kept before new ones are granted.
        rank = {"quota_carry_over": 1}
        self.plan = sorted(plan, key=lambda p: (p[0], not p[1].lifted, -rank.get(p[1].instrument, 0), p[1].id))
        self.next = 0

    def dates(self) -> list[date]:
        return sorted({day for day, _ in self.plan})

    def decide(self, observation: Observation) -> list[Measure]:
        due = []
        while self.next < len(self.plan) and self.plan[self.next][0] <= observation.day:
            due.append(self.plan[self.next][1])
            self.next += 1
        return due
