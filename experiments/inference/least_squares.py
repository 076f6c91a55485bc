"""Levenberg-Marquardt on differences over common random numbers: a search that takes the residuals one by one.

At a point x (z of every parameter) with residuals r and slopes J, the step s solves

    (J'J + damping * diag(J'J)) s = -J' r

within reach; it is taken where the sum of squares falls, and damping falls with it, else it rises (Marquardt 1963).
Slopes are differences over `STEP` standard deviations of a prior, wide enough to see over weeks that are counted whole.
"""

import numpy as np

from chokepoint.experiments.inference.objective import WORST, Problem
from chokepoint.experiments.inference.search import Search, Start

STEP = 0.1  # standard deviations of a prior, over which a slope is taken
LONGEST = 1.5  # of a step in any parameter, standard deviations
DAMPING, LESS, MORE, MOST_DAMPING = 0.3, 0.2, 4.0, 1e4  # at first; after a step that helps, and one that does not
ENOUGH = 5e-4  # relative fall of the objective in a step at which the search ends


def ends(problem: Problem) -> tuple[np.ndarray, np.ndarray]:
    """Lowest and highest z of every parameter: (parameters,) each."""
    low, high = (problem.values(np.full(len(problem.parameters), end)) for end in (0.0, 1.0))
    return problem.from_prior(low), problem.from_prior(high)


def descend(search: Search, number: int, start: np.ndarray, evaluations: int) -> Start:
    """One search from one start of the unit cube, with about so many evaluations."""
    problem = search.problem
    low, high = ends(problem)
    at = np.clip(problem.from_prior(problem.values(start)), low, high)
    trials = search.workers  # of damping, at the same time
    (here,) = search.residuals([unit(at, low, high)])
    first = best = _sum(here)
    if here is None:
        return Start(
            number, first, best, 1, problem.values(start), float(at @ at), problem.at_a_bound(problem.values(start))
        )
    spent, damping = 1, DAMPING
    slopes = slopes_at(search, at, here, low, high)
    spent += len(at)
    while spent < evaluations and damping < MOST_DAMPING:
        tried = [damping * MORE**i for i in range(trials)]
        steps = [step_from(here, slopes, at, d, low, high) for d in tried]
        found = search.residuals([unit(at + s, low, high) for s in steps])
        spent += trials
        sums = [_sum(r) for r in found]
        i = int(np.argmin(sums))
        chosen = found[i]
        if chosen is None or sums[i] >= best:
            damping *= MORE**trials
            continue
        fall, best = best - sums[i], sums[i]
        at, here, damping = at + steps[i], chosen, tried[i] * LESS
        if fall < ENOUGH * (best + fall) or spent >= evaluations:
            break
        slopes = slopes_at(search, at, here, low, high)
        spent += len(at)
    values = problem.values(unit(at, low, high))
    left, directions = told(slopes, problem)
    return Start(
        number, first, best, spent, values, float(at @ at), problem.at_a_bound(values),
        dict(zip(problem.parameters, left.tolist(), strict=True)), directions,
    )  # fmt: skip


def told(slopes: np.ndarray, problem: Problem) -> tuple[np.ndarray, int]:
    """What the data say beyond the priors, from slopes in z (residuals, parameters) at the best point or a step before.

    Standard deviation that each parameter is left with, 1 that of its prior: square root of the diagonal of the inverse
    of J'J, priors included. And the number of directions in which the data alone say more than a prior: eigenvalues of
    the data's J'J above one.
    """
    size = len(problem.parameters)
    data = slopes[:-size]
    information = data.T @ data
    left = np.sqrt(np.diag(np.linalg.inv(information + np.eye(size))))
    return left, int((np.linalg.eigvalsh(information) > 1.0).sum())


def _sum(residuals: np.ndarray | None) -> float:
    return WORST if residuals is None else float(residuals @ residuals)


def unit(at: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """The point of the unit cube of z: both are straight in the log of a value."""
    return np.asarray(np.clip((at - low) / (high - low), 0.0, 1.0))


def slopes_at(search: Search, at: np.ndarray, here: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Differences of the residuals in every parameter: (residuals, parameters). Where a run fails that way, the other
    way; where both fail, the priors' alone."""
    slopes = np.vstack([np.zeros((len(here) - len(at), len(at))), np.eye(len(at))])
    ways = np.where(at + STEP <= high, STEP, -STEP)
    missing = list(range(len(at)))
    for way in (ways, -ways):
        moved = [at + np.where(np.arange(len(at)) == i, way[i], 0.0) for i in missing]
        found = search.residuals([unit(np.clip(m, low, high), low, high) for m in moved])
        for i, residuals in zip(missing, found, strict=True):
            if residuals is not None:
                slopes[:, i] = (residuals - here) / way[i]
        missing = [i for i, residuals in zip(missing, found, strict=True) if residuals is None]
    return slopes


def step_from(
    here: np.ndarray, slopes: np.ndarray, at: np.ndarray, damping: float, low: np.ndarray, high: np.ndarray
) -> np.ndarray:
    """The damped step within the ranges: what would leave one stays at its end, the others are solved again."""
    information, downhill = slopes.T @ slopes, -slopes.T @ here
    damped = information + damping * np.diag(np.diag(information))
    free = np.ones(len(at), bool)
    step = np.zeros(len(at))
    for _ in range(len(at)):
        if not free.any():
            break
        push = downhill[free] - damped[np.ix_(free, ~free)] @ step[~free]
        step[free] = np.clip(np.linalg.solve(damped[np.ix_(free, free)], push), -LONGEST, LONGEST)
        out = free & ((at + step < low) | (at + step > high))
        if not out.any():
            break
        step[out] = np.clip(at + step, low, high)[out] - at[out]
        free &= ~out
    return step
