"""A sample of parameter values that history does not rule out, shipped as `agents/posterior.csv`."""

import csv
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from agents.behaviour import PARAMETERS
from experiments.calibration import Problem, Search
from sim.problems import BadInput

FILE = Path(__file__).parents[1] / "agents" / "posterior.csv"


def read(path: Path = FILE) -> list[dict[str, float]]:
    """The draws of the sample; `BadInput` when there is none or a name is not in the table of parameters."""
    if not path.is_file():
        raise BadInput([f"{path.name}: there is no sample of the posterior"], "posterior")
    with path.open(newline="", encoding="utf-8") as file:
        draws = [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]
    unknown = sorted(set(draws[0]) - set(PARAMETERS)) if draws else ["(no draw)"]
    if unknown:
        raise BadInput([f"{path.name}: unknown parameter {name}" for name in unknown], "posterior")
    return draws


def write(draws: list[dict[str, float]], path: Path = FILE) -> None:
    """Write the draws, six significant digits each."""
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(draws[0])
        out.writerows([f"{value:.6g}" for value in draw.values()] for draw in draws)


def posterior(
    problem: Problem, best: Mapping[str, float], draws: int, steps: int, workers: int = 2, looseness: float = 0.15
) -> tuple[float, list[dict[str, float]]]:
    """Approximate Bayesian computation by Markov chains (Marjoram et al. 2003), flat prior over the ranges.

    Chains, one a worker, start at `best`; a symmetric step is kept when the objective stays below (1 + looseness)
    times that of `best`. Returns the tolerance and `draws` values, thinned from `steps` steps of each chain after
    a fifth.
    """
    generator = np.random.default_rng(problem.seed)
    size = len(problem.parameters)
    with Search(problem, workers) as search:
        at = [problem.unit(best)] * workers
        tolerance = search.objectives([at[0]])[0] * (1.0 + looseness)
        kept: list[np.ndarray] = []
        width = 0.06
        taken = 0
        for step in range(steps):
            asked = []
            for x in at:
                moved = np.where(generator.random(size) < 0.2, generator.normal(size=size) * width, 0.0)
                asked.append(x + moved)
            inside = [bool(((x >= 0.0) & (x <= 1.0)).all()) for x in asked]
            values = search.objectives([x for x, ok in zip(asked, inside, strict=True) if ok])
            answers = iter(values)
            for i, ok in enumerate(inside):
                if ok and next(answers) <= tolerance:
                    at[i] = asked[i]
                    taken += 1
            if step < steps // 5:
                width *= 1.1 if taken > 0.3 * (step + 1) * workers else 0.95  # the width is fixed after the first fifth
            else:
                kept += at
    thinned = [kept[int(i)] for i in np.linspace(0, len(kept) - 1, draws)]
    return tolerance, [problem.values(x) for x in thinned]
