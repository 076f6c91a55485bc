"""Which factors does a series hang on, and when? Sensitivity indices at every time."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from chokepoint.experiments.analysis.complete import values_over_time
from chokepoint.experiments.analysis.factors import Factor, design
from chokepoint.experiments.analysis.sensitivity import (
    check_trajectories,
    constant,
    morris_indices,
    morris_table,
    saltelli_step,
    sobol_indices,
    sobol_table,
)
from chokepoint.sim.scenario.problems import BadInput

if TYPE_CHECKING:
    import pandas


def over_time(
    factors: Sequence[Factor], points: "pandas.DataFrame", series: "pandas.DataFrame", output: str, replications: int,
    *, method: str = "sobol", levels: int = 4, confidence: float = 0.95, resamples: int = 100, seed: int = 1,
) -> "pandas.DataFrame":  # fmt: skip
    """Indices at each time: columns time, factor, those of `sensitivity.morris` or `sensitivity.sobol`, and `spread`,
    the standard deviation of the mean over replications between points, in the unit of the series.

    Read an index beside the spread: a large share of a small spread is nothing. Where the series is the same at every
    point, as before the first change, indices are NaN and the spread is zero. `BadInput` when a run or a time is
    missing, or for a design that is not of the method.
    """
    import pandas as pd

    if method not in ("sobol", "morris"):
        raise BadInput([f"method {method}: neither sobol nor morris"], "sensitivity")
    x = design(factors, points)
    values, times = values_over_time(points, series, output, replications)
    names = [f.name for f in factors]
    step = saltelli_step(x) if method == "sobol" else check_trajectories(factors, x, levels)
    means = values.mean(axis=1)
    if all(constant(y) for y in means.T):
        raise BadInput([f"{output}: the same at every point and time, there is nothing to explain"], "sensitivity")
    parts = []
    for t, y in enumerate(means.T):
        still = constant(y)
        moving = np.arange(len(y), dtype=float) if still else np.ascontiguousarray(y)
        if method == "sobol":
            found = sobol_indices(names, moving, step, confidence, resamples, seed, pairs=False)
            table = sobol_table(names, found)
        else:
            table = morris_table(factors, morris_indices(factors, x, moving, levels, confidence, resamples, seed))
        if still:
            table[:] = np.nan
        table = table.reset_index()
        table.insert(0, "time", times[t])
        table["spread"] = 0.0 if still else float(y.std())
        parts.append(table)
    return pd.concat(parts, ignore_index=True)
