"""Which factors does an output hang on? Elementary effects (Morris) and shares of variance (Sobol).

Both look at the mean over replications at each point, and both come with a check of convergence and with the share of
variance that is luck.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from chokepoint.experiments.analysis.complete import values_by_point
from chokepoint.experiments.analysis.convergence import Convergence, convergence
from chokepoint.experiments.analysis.factors import Factor, design
from chokepoint.experiments.analysis.luck import Variance, variance
from chokepoint.sim.scenario.problems import BadInput

if TYPE_CHECKING:
    import pandas


@dataclass(frozen=True)
class Sensitivity:
    """Indices of one output.

    table: one row a factor. Morris: mu, mu_star, mu_star_low, mu_star_high, sigma, in the unit of the output over the
    whole range of the factor. Sobol: S1, S1_low, S1_high, ST, ST_low, ST_high, shares of variance.
    pairs: factor, other, S2, low, high, where the design allows it. size: trajectories or base samples.
    """

    method: str
    output: str
    table: "pandas.DataFrame"
    pairs: "pandas.DataFrame | None"
    convergence: Convergence
    variance: Variance
    size: int
    points: int
    replications: int
    confidence: float


def morris(
    factors: Sequence[Factor], points: "pandas.DataFrame", runs: "pandas.DataFrame", output: str, replications: int, *,
    levels: int = 4, confidence: float = 0.95, resamples: int = 1000, seed: int = 1,
) -> Sensitivity:  # fmt: skip
    """Elementary effects over the ranges of the factors (Morris 1991; Campolongo, Cariboni and Saltelli 2007; SALib).

    An effect is the change of the output when one factor moves, divided by the step as a share of its range. mu is
    the mean effect, mu_star the mean of its size with a bootstrap interval, sigma its standard deviation.

    points: trajectories of `SALib.sample.morris` one after the other; levels: of the grid that they were drawn from.
    `BadInput` when they are no trajectories, when a run is missing or when the output never changes.
    """
    x = design(factors, points)
    values = values_by_point(points, runs, output, replications)
    y = _varying(values.mean(axis=1), output)
    size = check_trajectories(factors, x, levels)
    step = len(factors) + 1

    def part(number: int) -> dict[str, Any]:
        return morris_indices(factors, x[: number * step], y[: number * step], levels, confidence, resamples, seed)

    judged = convergence(
        "mu*", [f.name for f in factors], size, lambda n: _mu_star(part(n)), relative=True, of="trajectories"
    )
    table = morris_table(factors, part(size))
    return Sensitivity(
        "morris", output, table, None, judged, variance(values), size, len(points), replications, confidence
    )


def sobol(
    factors: Sequence[Factor], points: "pandas.DataFrame", runs: "pandas.DataFrame", output: str, replications: int, *,
    confidence: float = 0.95, resamples: int = 200, seed: int = 1,
) -> Sensitivity:  # fmt: skip
    """Shares of the variance of the output that factors cause alone (S1), in all (ST) and in pairs (S2), with
    bootstrap intervals (Saltelli and others 2010; SALib).

    points: rows as `SALib.sample.sobol` gives them, with or without the rows for pairs; which of the two is seen from
    the rows. `BadInput` when they are neither, when a run is missing or when the output never changes.
    """
    x = design(factors, points)
    values = values_by_point(points, runs, output, replications)
    y = _varying(values.mean(axis=1), output)
    step = saltelli_step(x)
    size = len(x) // step
    names = [f.name for f in factors]
    judged = convergence(
        "ST", names, size, lambda n: _total(sobol_indices(names, y[: n * step], step, confidence, resamples, seed))
    )
    found = sobol_indices(names, y, step, confidence, resamples, seed)
    base = np.concatenate([values[::step], values[step - 1 :: step]])  # points drawn independently of each other
    return Sensitivity(
        "sobol", output, sobol_table(names, found), _pairs(names, found) if "S2" in found else None, judged,
        variance(base), size, len(points), replications, confidence,
    )  # fmt: skip


def check_trajectories(factors: Sequence[Factor], matrix: np.ndarray, levels: int) -> int:
    """How many Morris trajectories the rows hold, two at least; `BadInput` where they are none.

    matrix: (points, factors). A factor with levels may stay where it is when its turn comes.
    """
    count = len(factors)
    size, rest = divmod(len(matrix), count + 1)
    if rest or size < 2:
        raise BadInput(
            [f"{len(matrix)} points: {count} factors need two or more trajectories of {count + 1}"], "morris"
        )
    steps = np.diff(matrix.reshape(size, count + 1, count), axis=1)
    moved = steps != 0.0
    problems = [
        f"points {k * (count + 1) + i} and {k * (count + 1) + i + 1}: {moved[k, i].sum()} factors move, one must"
        for k, i in zip(*np.nonzero(moved.sum(axis=2) > 1), strict=True)
    ]
    numeric = [j for j, f in enumerate(factors) if not f.levels]
    turns = moved.sum(axis=1)
    for j, factor in enumerate(factors):
        wrong = turns[:, j] > 1 if factor.levels else turns[:, j] != 1
        problems += [
            f"trajectory {k}: {factor.name} moves {turns[k, j]} times, it must once" for k in np.flatnonzero(wrong)
        ]
    if numeric and not problems:
        spans = np.array([factors[j].high - factors[j].low for j in numeric])
        shares = np.abs(steps[:, :, numeric] / spans)[moved[:, :, numeric]]
        share = float(shares[0])
        drawn = round(2.0 * share / (2.0 * share - 1.0)) if np.ptp(shares) < 1e-9 and share > 0.5 + 1e-9 else levels
        if drawn != levels and abs(share - drawn / (2.0 * (drawn - 1.0))) < 1e-9:
            problems.append(f"levels = {levels}: steps of {share:.3f} of a range come from a grid of {drawn}")
    if problems:
        raise BadInput(problems, "morris", shown=20)
    return size


def saltelli_step(matrix: np.ndarray) -> int:
    """Rows of each base sample: factors + 2, or 2 factors + 2 with those for pairs; `BadInput` when it is neither.

    matrix: (points, factors).
    """
    count = matrix.shape[1]
    for step in (count + 2, 2 * count + 2):
        if len(matrix) % step or len(matrix) < 2 * step:
            continue
        rows = matrix.reshape(-1, step, count)
        a, b = rows[:, :1], rows[:, -1:]
        own = np.eye(count, dtype=bool)[None]
        fits = np.array_equal(rows[:, 1 : count + 1], np.where(own, b, a))
        if step == 2 * count + 2:
            fits = fits and np.array_equal(rows[:, count + 1 : -1], np.where(own, a, b))
        if fits:
            return step
    raise BadInput(
        [
            f"{len(matrix)} points of {count} factors: not rows of a Saltelli design (two or more base samples, each "
            "A, A with one factor of B in turn, B with one of A in turn or not at all, B)"
        ],
        "sobol",
    )


def morris_indices(
    factors: Sequence[Factor],
    matrix: np.ndarray,
    values: np.ndarray,
    levels: int,
    confidence: float,
    resamples: int,
    seed: int,
) -> dict[str, Any]:
    """mu, mu_star, its half-width and sigma of each factor: (factors,) each.

    matrix: (points, factors); values: (points,).
    """
    from SALib.analyze import morris as analyze

    names = [f.name for f in factors]
    box = {"num_vars": len(names), "names": names, "bounds": [[f.low, f.high] for f in factors]}
    found = analyze.analyze(
        box, matrix, values, num_resamples=resamples, conf_level=confidence, num_levels=levels, seed=seed
    )
    keys = {"mu": "mu", "mu_star": "mu_star", "sigma": "sigma", "mu_star_half": "mu_star_conf"}
    return {ours: np.asarray(found[theirs], dtype=float) for ours, theirs in keys.items()}


def sobol_indices(
    names: Sequence[str],
    values: np.ndarray,
    step: int,
    confidence: float,
    resamples: int,
    seed: int,
    *,
    pairs: bool = True,
) -> dict[str, Any]:
    """S1, ST and, with `pairs` and the rows for it, S2, with half-widths (`_conf`).

    values: (base samples x step,).
    """
    from SALib.analyze import sobol as analyze

    count = len(names)
    if step == 2 * count + 2 and not pairs:
        values = np.delete(values.reshape(-1, step), np.s_[count + 1 : -1], axis=1).ravel()
        step = count + 2
    box = {"num_vars": count, "names": list(names), "bounds": [[0.0, 1.0]] * count}
    found: dict[str, Any] = analyze.analyze(
        box, values, calc_second_order=step == 2 * count + 2, num_resamples=resamples, conf_level=confidence, seed=seed
    )
    return found


def morris_table(factors: Sequence[Factor], found: dict[str, Any]) -> "pandas.DataFrame":
    """Indices of Morris by factor."""
    import pandas as pd

    low, high = found["mu_star"] - found["mu_star_half"], found["mu_star"] + found["mu_star_half"]
    columns = {
        "mu": found["mu"], "mu_star": found["mu_star"], "mu_star_low": np.maximum(low, 0.0), "mu_star_high": high,
        "sigma": found["sigma"],
    }  # fmt: skip
    return pd.DataFrame(columns, index=pd.Index([f.name for f in factors], name="factor"))


def sobol_table(names: Sequence[str], found: dict[str, Any]) -> "pandas.DataFrame":
    """Indices of Sobol by factor."""
    import pandas as pd

    columns: dict[str, np.ndarray] = {}
    for index in ("S1", "ST"):
        value, half = np.asarray(found[index]), np.asarray(found[f"{index}_conf"])
        columns |= {index: value, f"{index}_low": value - half, f"{index}_high": value + half}
    return pd.DataFrame(columns, index=pd.Index(names, name="factor"))


def _mu_star(found: dict[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    return found["mu_star"], found["mu_star_half"]


def _total(found: dict[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    return np.asarray(found["ST"]), np.asarray(found["ST_conf"])


def _pairs(names: Sequence[str], found: dict[str, Any]) -> "pandas.DataFrame":
    import pandas as pd

    rows = []
    for i, one in enumerate(names):
        for k in range(i + 1, len(names)):
            value, half = float(found["S2"][i, k]), float(found["S2_conf"][i, k])
            rows.append((one, names[k], value, value - half, value + half))
    return pd.DataFrame(rows, columns=["factor", "other", "S2", "low", "high"])


def constant(values: np.ndarray) -> bool:
    """Whether numbers are the same but for rounding."""
    return bool(np.ptp(values) <= 1e-12 * np.max(np.abs(values)))


def _varying(values: np.ndarray, output: str) -> np.ndarray:
    if constant(values):
        raise BadInput([f"{output}: {values[0]:g} at every point, there is nothing to explain"], "sensitivity")
    return values
