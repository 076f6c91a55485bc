"""Tables of experiments for the tests, each made once, with few replications."""

from collections.abc import Callable
from functools import lru_cache
from types import ModuleType
from typing import Any

import pytest

from chokepoint.experiments.systems import find, slump
from chokepoint.experiments.systems.frame.cases import value


class Found:
    """The table of a row: `of` reads a mean, `change` a paired difference, `low` and `high` their ends."""

    def __init__(self, table: Any):
        self.table = table

    def of(self, case: str, measure: str, material: str = "") -> float:
        return value(self.table, case, measure, material=material)

    def change(self, case: str, against: str, measure: str, material: str = "") -> float:
        return value(self.table, case, measure, material=material, against=against)

    def ends(self, case: str, measure: str, material: str = "", against: str = "") -> tuple[float, float]:
        """10 % and 90 % quantile over replications."""
        t = self.table
        row = t[(t["case"] == case) & (t["measure"] == measure) & (t["material"] == material)
                & (t["against"] == against) & (t["time"] == "")]  # fmt: skip
        return float(row["low"].iloc[0]), float(row["high"].iloc[0])


@lru_cache
def _made(module: ModuleType) -> Found:
    if module is slump:
        before, slump.POINTS = slump.POINTS, 24
        try:
            return Found(slump.table(1, 1, workers=1))
        finally:
            slump.POINTS = before
    return Found(module.table(3, 1))


@pytest.fixture(scope="session")
def shown() -> Callable[[str], Found]:
    """The table of a row by its name, three replications of seed 1 (the row of 2020: 24 points, one replication)."""
    return lambda row: _made(find(row).module)
