"""A sample of the posterior of the parameters, drawn by Markov chains."""

from collections.abc import Mapping
from math import log

import numpy as np

from chokepoint.experiments.inference.objective import Problem
from chokepoint.experiments.inference.search import Search


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
