"""Small sweeps made up for tests: factors, designs and tables of runs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Factor:
    """A factor as the analysis asks for it."""

    name: str
    low: float = 0.0
    high: float = 1.0
    unit: str = ""
    levels: tuple[str, ...] = ()


def frame(factors: Sequence[Factor], unit: np.ndarray) -> pd.DataFrame:
    """Points from numbers between 0 and 1: (points, factors)."""
    columns = {}
    for j, f in enumerate(factors):
        if f.levels:
            columns[f.name] = np.minimum(np.floor(unit[:, j] * len(f.levels)), len(f.levels) - 1.0)
        else:
            columns[f.name] = f.low + unit[:, j] * (f.high - f.low)
    return pd.DataFrame(columns, index=pd.RangeIndex(len(unit), name="point"))


def runs_of(values: np.ndarray, output: str = "price") -> pd.DataFrame:
    """A complete table of runs. values: (points, replications)."""
    replications = values.shape[1]
    run = np.arange(values.size)
    columns = {"run": run, "point": run // replications, "replication": run % replications}
    told = {"state": "done", "stage": "", "message": "", output: values.ravel()}
    return pd.DataFrame({**columns, **told})


def morris_points(factors: Sequence[Factor], trajectories: int, levels: int = 4) -> pd.DataFrame:
    from SALib.sample import morris

    return frame(factors, morris.sample(_box(factors), trajectories, num_levels=levels, seed=3))


def sobol_points(factors: Sequence[Factor], base: int, *, pairs: bool = True) -> pd.DataFrame:
    from SALib.sample import sobol

    return frame(factors, sobol.sample(_box(factors), base, calc_second_order=pairs, seed=3))


def spread_points(factors: Sequence[Factor], count: int, seed: int = 3) -> pd.DataFrame:
    from scipy.stats import qmc

    return frame(factors, qmc.LatinHypercube(len(factors), rng=np.random.default_rng(seed)).random(count))


def _box(factors: Sequence[Factor]) -> dict[str, Any]:
    names = [f.name for f in factors]
    return {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}


def series_of(
    points: pd.DataFrame, times: pd.DatetimeIndex, path: Callable[[pd.DataFrame, float], np.ndarray]
) -> pd.DataFrame:
    """Series of one replication. path: from the points and the share of the time gone to a number a point."""
    parts = []
    for i, time in enumerate(times):
        values = path(points, i / (len(times) - 1.0))
        parts.append(
            pd.DataFrame({"run": points.index, "point": points.index, "replication": 0, "time": time, "price": values})
        )
    return pd.concat(parts, ignore_index=True)
