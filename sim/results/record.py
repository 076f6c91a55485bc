"""What a run leaves behind: named series with units, read by week, month, quarter or year."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from chokepoint.sim.engine.series import Series
from chokepoint.sim.scenario.problems import BadInput, nearest

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas


class Recorded:
    """The recorded series of all replications of one scenario under one set of rules and behaviour.

    start, step_days: the first day, and the days of a step. columns: names of the columns of each series.
    arrays: each series as (replications, steps, columns). about: what each series is. manifest: what was run.
    """

    def __init__(
        self,
        name: str,
        title: str,
        start: date,
        step_days: float,
        columns: dict[str, list[str]],
        arrays: dict[str, np.ndarray],
        manifest: dict[str, object],
        about: Mapping[str, Series],
    ):
        self.name = name
        self.title = title
        self.start = start
        self.step_days = step_days
        self.columns = columns
        self.arrays = arrays
        self.manifest = manifest
        self.about = dict(about)

    @property
    def replications(self) -> int:
        return int(next(iter(self.arrays.values())).shape[0])

    @property
    def steps(self) -> int:
        return int(next(iter(self.arrays.values())).shape[1])

    @property
    def weeks(self) -> str:
        """The steps that it covers, in words."""
        return f"{self.steps} steps of {self.step_days:g} days from {self.start}"

    def _series(self, name: str) -> Series:
        if name not in self.arrays:
            raise BadInput([f"series {name!r} is not recorded ({nearest(name, self.arrays)})"])
        return self.about[name]

    def column(self, name: str, column: str) -> np.ndarray:
        """One column of one series: (replications, steps)."""
        self._series(name)
        if column not in self.columns[name]:
            raise BadInput([f"series {name!r} has no column {column!r} ({nearest(column, self.columns[name])})"])
        return np.asarray(self.arrays[name][:, :, self.columns[name].index(column)])

    def step_of(self, day: date) -> int:
        return int((day - self.start).days // self.step_days)

    def mean(self, name: str, column: str, first: date, last: date) -> np.ndarray:
        """Mean over the steps that overlap two days: (replications,)."""
        i = min(max(self.step_of(first), 0), self.steps - 1)
        j = min(max(self.step_of(last), i), self.steps - 1)
        return np.asarray(self.column(name, column)[:, i : j + 1].mean(axis=1))

    def total(self, name: str, columns: str | list[str], first: date, last: date) -> np.ndarray:
        """Sum of columns (or of `all`) between two days, weeks at the edges counted by their days: (replications,)."""
        names = self.columns[name] if columns == "all" else [columns] if isinstance(columns, str) else columns
        data = np.sum([self.column(name, c) for c in names], axis=0) + np.zeros((self.replications, self.steps))
        i, j = self.step_of(first), self.step_of(last)
        days = (last - first).days + 1
        low, high = max(i, 0), min(j, self.steps - 1)
        weights = np.ones(high - low + 1)
        if i >= 0:
            weights[0] -= ((first - self.start).days - i * self.step_days) / self.step_days
        if j < self.steps:
            weights[-1] -= ((j + 1) * self.step_days - (last - self.start).days - 1) / self.step_days
        return np.asarray((data[:, low : high + 1] * weights).sum(axis=1)) if days > 0 else np.zeros(len(data))

    def series(self, name: str, freq: str = "week", replication: int | None = None) -> pandas.DataFrame:
        """One series as a DataFrame: index date, one column per key; the mean over replications, or one.

        `freq` is week, month, quarter or year; flows are added up, levels averaged. The index is named after it
        (`week of`, `month of`); the unit stands in `.attrs["unit"]`.
        """
        import pandas as pd

        info = self._series(name)
        rules = {"week": None, "month": "MS", "quarter": "QS", "year": "YS"}
        if freq not in rules:
            raise BadInput([f"freq {freq!r} ({nearest(freq, rules)})"])
        data = self.arrays[name].mean(axis=0) if replication is None else self.arrays[name][replication]
        days = pd.to_datetime([self.start + pd.Timedelta(days=int(t * self.step_days)) for t in range(self.steps)])
        frame = pd.DataFrame(data, index=pd.Index(days, name=f"{freq} of"), columns=self.columns[name])
        rule = rules[freq]
        if rule is not None:
            grouped = frame.resample(rule)
            frame = grouped.sum() if info.adds else grouped.mean()
        frame.attrs["unit"] = info.unit
        frame.attrs["meaning"] = info.meaning
        return frame

    @property
    def runaways(self) -> list[str]:
        """Prices beyond fifty times their base, a line for each country and material, with what binds there."""
        found = self.manifest.get("runaways", ())
        return [str(line) for line in found] if isinstance(found, (list, tuple)) else []

    def compare(self, other: Recorded, name: str = "price_outside") -> pandas.DataFrame:
        """Paired difference other - self of one series, mean over common replications.

        Raises `BadInput` where the two are not paired: other weeks, or another seed; or where a price ran away.
        """
        seeds = [str(r.manifest.get("seed", "unknown")) for r in (self, other)]
        apart = [
            f"{what} differ: {' and '.join(pair)}"
            for what, pair in (("weeks", [self.weeks, other.weeks]), ("seeds", seeds))
            if len(set(pair)) > 1
        ]
        apart += [line for r in (self, other) for line in r.runaways]
        if apart:
            raise BadInput(apart, "compare")
        n = min(self.replications, other.replications)
        mine = [self.series(name, replication=i) for i in range(n)]
        theirs = [other.series(name, replication=i) for i in range(n)]
        return sum((b - a for a, b in zip(mine, theirs, strict=True)), start=0 * mine[0]) / n
