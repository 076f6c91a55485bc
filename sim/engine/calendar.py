"""Model time: steps that begin on `start` and last seven days (or a part of a week in tests)."""

from datetime import date, timedelta

DAYS_PER_YEAR = 365.25


class Calendar:
    """Steps of `step_days` days from `start`; the last step covers `end`."""

    def __init__(self, start: date, end: date, step_days: float = 7.0):
        self.start = start
        self.end = end
        self.step_days = step_days
        self.steps = int((end - start).days // step_days) + 1

    @property
    def years_per_step(self) -> float:
        return self.step_days / DAYS_PER_YEAR

    def step_of(self, day: date) -> int:
        """The step that holds `day`; negative before the start."""
        return int((day - self.start).days // self.step_days)

    def day_of(self, step: int) -> date:
        """The first day of a step."""
        return self.start + timedelta(days=int(step * self.step_days))

    def days(self) -> list[date]:
        return [self.day_of(t) for t in range(self.steps)]
