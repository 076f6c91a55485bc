"""Replay: the state does on each day what its government did on that day in history."""

from dataclasses import replace
from datetime import date, timedelta

from agents.exporting_state import Measure, Observation


class Doctrine:
    """Takes dated measures as they come into force and lifts them the day after they end."""

    def __init__(self, measures: list[Measure]):
        plan = []
        for measure in measures:
            plan.append((measure.start, measure))
            if measure.end is not None and measure.instrument not in ("export_quota", "reserve_purchase"):
                plan.append((measure.end + timedelta(days=1), replace(measure, lifted=True)))
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
