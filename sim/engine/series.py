"""What a recorded quantity is: its unit, what its columns are, how months are made of weeks, and its meaning."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from chokepoint.sim.engine.arrays import Array


@dataclass(frozen=True)
class Series:
    """A recorded quantity.

    unit. columns: what its columns are, such as `country` or `country-material`.
    adds: whether months, quarters and years add weeks up; they average them otherwise. meaning: one line.
    axes: those of its array in the record, `t c` for steps by country; empty where the array is declared elsewhere.
    array: the name of the array where it is not that of the series.
    take: how columns are taken from the array; its axes behind the first are laid side by side otherwise.
    """

    unit: str
    columns: str
    adds: bool
    meaning: str
    axes: str = ""
    array: str = ""
    take: Callable[[np.ndarray], np.ndarray] | None = None

    def array_of(self, name: str) -> Array | None:
        """The array of the record that the series `name` declares; None where it is declared elsewhere."""
        return Array(f"R.{self.array or name}", self.axes, self.unit, self.meaning) if self.axes else None

    def values(self, name: str, record: Any) -> np.ndarray:
        """The series `name` out of the record of a run: (steps, columns)."""
        values = np.asarray(getattr(record, self.array or name))
        return values.reshape(len(values), -1) if self.take is None else self.take(values)
