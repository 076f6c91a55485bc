"""Designs of experiments: which values of its factors a study runs.

    grid             every combination of the values of the factors
    latin-hypercube  points spread evenly over every factor; more points are a second hypercube
    sobol            the Saltelli sample for variance-based sensitivity: points * (factors + 2) rows
    morris           trajectories of one step at a time: points * (factors + 1) rows
    list             the rows of a CSV file with a column for each factor

All but the grid and the list can be extended: the first rows stay what they are.
"""

import csv
import math
from collections.abc import Sequence
from itertools import pairwise, product
from pathlib import Path

import numpy as np

from chokepoint.experiments.runs.points import Factor
from chokepoint.sim.scenario.problems import BadInput, nearest

KINDS = ("grid", "latin-hypercube", "sobol", "morris", "list")
RANDOM = ("latin-hypercube", "sobol", "morris")  # those that `points` gives a size to
MORRIS_LEVELS = 4


def size_of(kind: str, points: int, spread: int, crossed: Sequence[int], second_order: bool) -> int:
    """How many points a design has: of `spread` factors, or of a grid's numbers of values, `crossed`."""
    each = {"sobol": (2 * spread if second_order else spread) + 2, "morris": spread + 1}.get(kind, 1)
    return points * each * math.prod(crossed)


def rounds_of(kind: str, sizes: Sequence[int], factors: Sequence[Factor], seed: int, second_order: bool) -> np.ndarray:
    """The matrix (points, factors) of a random design that was made and then extended: `sizes` are the numbers of
    points that were asked for, each with those before it. `BadInput` where a size does not fit."""
    problems = [f"design, points: {b} are not more than {a}" for a, b in pairwise(sizes) if b <= a]
    if kind == "sobol":
        problems += [
            f"design, points: {n} is not a power of two, as sobol needs" for n in sizes if n & (n - 1) or n < 2
        ]
    if problems:
        raise BadInput(problems, "design")
    if kind == "sobol":
        unit = _sobol(len(factors), sizes[-1], seed, second_order)
    else:
        make = _morris if kind == "morris" else _hypercube
        steps = np.diff([0, *sizes])
        unit = np.vstack([make(len(factors), int(n), seed + i) for i, n in enumerate(steps)])
    return np.column_stack([f.at(unit[:, i]) for i, f in enumerate(factors)])


def _hypercube(factors: int, points: int, seed: int) -> np.ndarray:
    from scipy.stats import qmc

    return np.asarray(qmc.LatinHypercube(factors, seed=seed).random(points))


def _box(factors: int) -> dict[str, object]:
    return {"num_vars": factors, "names": [f"x{i}" for i in range(factors)], "bounds": [[0.0, 1.0]] * factors}


def _sobol(factors: int, points: int, seed: int, second_order: bool) -> np.ndarray:
    from SALib.sample import sobol

    return np.asarray(sobol.sample(_box(factors), points, calc_second_order=second_order, seed=seed))


def _morris(factors: int, trajectories: int, seed: int) -> np.ndarray:
    from SALib.sample import morris

    return np.asarray(morris.sample(_box(factors), trajectories, num_levels=MORRIS_LEVELS, seed=seed))


def grid(factors: Sequence[Factor], levels: int) -> np.ndarray:
    """Every combination, the last factor fastest; a number without values of its own takes `levels` even ones."""
    axes = []
    for f in factors:
        if f.levels:
            axes.append(np.arange(len(f.levels), dtype=float))
        else:
            axes.append(np.array(f.values) if f.values else np.unique(f.at(np.linspace(0.0, 1.0, levels))))
    return np.array(list(product(*axes)), dtype=float).reshape(math.prod(map(len, axes)), len(factors))


def listed(path: Path, factors: Sequence[Factor]) -> np.ndarray:
    """The rows of a CSV file: numbers, and names of levels; `BadInput` names every cell that is wrong."""
    if not path.is_file():
        raise BadInput([f"design, file: {path} is not there"], "design")
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            rows, columns = list(reader), list(reader.fieldnames or ())
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadInput([f"{path.name}: cannot be read as CSV in UTF-8 ({error})"], "design") from None
    names = [f.name for f in factors]
    problems = [f"{path.name}: no column {n!r}" for n in names if n not in columns]
    problems += [f"{path.name}: column {c!r} is no factor ({nearest(c, names)})" for c in columns if c not in names]
    problems += [
        f"{path.name}: column {c!r} stands there twice" for c in sorted({c for c in columns if columns.count(c) > 1})
    ]
    problems += [f"{path.name}, row {i + 2}: more cells than columns" for i, row in enumerate(rows) if None in row]
    if not rows:
        problems.append(f"{path.name}: no rows")
    if problems:
        raise BadInput(problems, "design")
    matrix = np.zeros((len(rows), len(factors)))
    for i, row in enumerate(rows):
        for j, f in enumerate(factors):
            cell = (row[f.name] or "").strip()
            where = f"{path.name}, row {i + 2}, {f.name}: {cell!r}"
            if f.levels:
                if cell in f.levels:
                    matrix[i, j] = f.levels.index(cell)
                else:
                    problems.append(f"{where} is no level ({nearest(cell, f.levels)})")
                continue
            try:
                matrix[i, j] = float(cell)
            except ValueError:
                problems.append(f"{where} is not a number")
                continue
            if not f.low <= matrix[i, j] <= f.high:
                problems.append(f"{where} lies outside {f.low:g} to {f.high:g}")
            elif f.whole and matrix[i, j] % 1.0:
                problems.append(f"{where} is not a whole number")
    if problems:
        raise BadInput(problems, "design")
    return matrix


def crossed(
    matrix: np.ndarray, spread: Sequence[Factor], others: Sequence[Factor], order: Sequence[Factor]
) -> np.ndarray:
    """Every row of a design of `spread` with every combination of the values of `others`, columns in `order`."""
    if not others:
        return matrix
    combined = grid(others, 2)
    rows = np.hstack([np.repeat(matrix, len(combined), axis=0), np.tile(combined, (len(matrix), 1))])
    names = [f.name for f in (*spread, *others)]
    return rows[:, [names.index(f.name) for f in order]]
