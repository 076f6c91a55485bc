"""A pool of processes that evaluates points of a problem, and what a search from one start finds."""

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from typing import Any

import numpy as np

from chokepoint.experiments.inference.objective import Problem, Target

target: Target | None = None  # of a worker


def _prepare(problem: Problem) -> None:
    global target
    target = Target(problem)


def _at(unit: np.ndarray) -> float:
    assert target is not None
    return target.objective(target.problem.values(unit))


def _residuals_at(unit: np.ndarray) -> np.ndarray | None:
    assert target is not None
    return target.residuals(target.problem.values(unit))


@dataclass(frozen=True)
class Start:
    """The best of one start of a search.

    prior: part of the objective that is the priors'; left: standard deviation of each parameter that data leave, over
    that of its prior (1: they say nothing); directions: of the space of parameters, in which data say more than priors
    do. Both where the search knows them.
    """

    number: int
    first: float
    objective: float
    evaluations: int
    values: dict[str, float]
    prior: float = 0.0
    bounds: list[str] = field(default_factory=list)
    left: dict[str, float] = field(default_factory=dict)
    directions: int | None = None


class Search:
    """A pool of processes that evaluates points of a problem."""

    def __init__(self, problem: Problem, workers: int = 2):
        self.problem, self.workers = problem, workers

    def __enter__(self) -> "Search":
        self.pool = ProcessPoolExecutor(self.workers, get_context("spawn"), _prepare, (self.problem,))
        return self

    def __exit__(self, *error: Any) -> None:
        self.pool.shutdown(cancel_futures=True)

    def objectives(self, units: Sequence[np.ndarray]) -> list[float]:
        """The objective at many points, in parallel."""
        return list(self.pool.map(_at, units, chunksize=1))

    def residuals(self, units: Sequence[np.ndarray]) -> list[np.ndarray | None]:
        """The residuals at many points, in parallel; None where a run fails."""
        return list(self.pool.map(_residuals_at, units, chunksize=1))

    def starts(self, number: int) -> np.ndarray:
        """The medians of the priors, then Latin-hypercube points of the ranges of the table: (number, parameters)."""
        from scipy.stats import qmc

        cube = qmc.LatinHypercube(len(self.problem.parameters), seed=self.problem.seed).random(max(0, number - 1))
        return np.vstack([self.problem.unit({}), *(self.problem.within_ranges(c) for c in cube)])[:number]
