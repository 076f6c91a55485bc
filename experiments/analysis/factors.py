"""What a sweep varied, and its design as an array."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

import numpy as np

from chokepoint.sim.scenario.problems import BadInput

if TYPE_CHECKING:
    import pandas


class Factor(Protocol):
    """One thing that is varied, from low to high in its unit; one with levels is coded 0, 1, ... in the design."""

    @property
    def name(self) -> str: ...
    @property
    def low(self) -> float: ...
    @property
    def high(self) -> float: ...
    @property
    def unit(self) -> str: ...
    @property
    def levels(self) -> tuple[str, ...]: ...


def bounds(factor: Factor) -> tuple[float, float]:
    """Lowest and highest value of a factor in the design: its range, or the first and last code of its levels."""
    return (0.0, len(factor.levels) - 1.0) if factor.levels else (factor.low, factor.high)


def design(factors: Sequence[Factor], points: "pandas.DataFrame") -> np.ndarray:
    """The design as an array: (points, factors). `BadInput` lists what is missing, not finite or out of range."""
    problems = [f"{f.name}: not a column of the points" for f in factors if f.name not in points]
    if list(points.index) != list(range(len(points))):
        problems.append("points: the index does not count 0, 1, ... in the order of the design")
    if not len(points) or not len(factors):
        problems.append(f"{len(points)} points of {len(factors)} factors: nothing to analyse")
    if problems:
        raise BadInput(problems, "design")
    values = points[[f.name for f in factors]].to_numpy(dtype=float)
    for j, factor in enumerate(factors):
        low, high = bounds(factor)
        slack = 1e-9 * max(abs(low), abs(high))
        for i in np.flatnonzero(~((values[:, j] >= low - slack) & (values[:, j] <= high + slack))):
            problems.append(f"point {i}: {factor.name} = {values[i, j]:g} is not within {low:g} and {high:g}")
        if factor.levels:
            for i in np.flatnonzero(values[:, j] != np.round(values[:, j])):
                problems.append(f"point {i}: {factor.name} = {values[i, j]:g} is no code of a level")
    if problems:
        raise BadInput(problems, "design", shown=20)
    return values
