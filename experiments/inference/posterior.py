"""A sample of the posterior of the parameters, shipped as `agents/posterior.csv` once a fit has written one."""

import csv
from collections.abc import Mapping
from math import log
from pathlib import Path

import numpy as np

from chokepoint.agents.behaviour import PARAMETERS
from chokepoint.experiments.inference.objective import Problem
from chokepoint.experiments.inference.search import Search
from chokepoint.sim.scenario.problems import BadInput

FILE = Path(__file__).parents[2] / "agents" / "posterior.csv"
NONE = (
    "no fit has written a sample of the posterior yet (chokepoint calibrate --out FOLDER --draws 50 writes "
    "FOLDER/posterior.csv, which goes into agents/)"
)


def read(path: Path = FILE) -> list[dict[str, float]]:
    """The draws of the sample; `BadInput` when there is none or a name is not in the table of parameters."""
    if not path.is_file():
        raise BadInput([f"{path.name}: {NONE}"], "posterior")
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
    problem: Problem, best: Mapping[str, float], draws: int, steps: int, workers: int = 2
) -> tuple[float, list[dict[str, float]]]:
    """Markov chains through the posterior (Metropolis et al. 1953): minus twice its log is the objective.

    Chains, one a worker, start at `best`; a symmetric step of a tenth of the parameters in the log of their ranges,
    mirrored at their ends, is taken with probability e^(-rise / 2). In the first half of `steps` its width is fitted so
    that a quarter is taken (Robbins and Monro 1951); `draws` values are thinned from the second half. Returns the share
    of steps taken in it, and the draws.
    """
    generator = np.random.default_rng(problem.seed)
    size = len(problem.parameters)
    with Search(problem, workers) as search:
        at = [problem.unit(best)] * workers
        here = search.objectives(at)
        kept: list[np.ndarray] = []
        width, taken = 0.06, []
        for step in range(steps):
            moves = generator.random((workers, size)) < max(0.1, 1.0 / size)
            asked = [_reflected(x + m * width * generator.normal(size=size)) for x, m in zip(at, moves, strict=True)]
            found = search.objectives(asked)
            luck = generator.random(workers)
            good = [log(u) < 0.5 * (old - new) for u, old, new in zip(luck, here, found, strict=True)]
            at = [new if ok else old for old, new, ok in zip(at, asked, good, strict=True)]
            here = [new if ok else old for old, new, ok in zip(here, found, good, strict=True)]
            if step < steps // 2:
                width = min(0.5, width * float(np.exp(0.1 * (np.mean(good) - 0.25))))
            else:
                kept += at
                taken.append(float(np.mean(good)))
    thinned = [kept[int(i)] for i in np.linspace(0, len(kept) - 1, draws)]
    return float(np.mean(taken)), [problem.values(x) for x in thinned]


def _reflected(point: np.ndarray) -> np.ndarray:
    """A point mirrored into the unit cube at its walls."""
    return np.asarray(1.0 - np.abs(1.0 - np.mod(point, 2.0)))
