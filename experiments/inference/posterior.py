"""A sample of the posterior of the parameters by randomised maximum likelihood.

Each draw fits a history and priors that are disturbed by their own errors (Oliver, He and Reynolds 1996): with
residuals R(z) of standard deviation one, data and priors, it is the z that makes |R(z) + e|^2 least for a normal e.
Where R is straight this is an exact draw. Slopes are those at the best fit, taken once for all draws; what they miss is
made up for in a few rounds, each with the true residuals at where a draw has come to. `recovery.py` asks whether such
samples are right.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from chokepoint.experiments.inference import least_squares
from chokepoint.experiments.inference.objective import Problem
from chokepoint.experiments.inference.search import Search

ROUNDS = 4  # with the true residuals, for every draw
SHORTER = 0.4  # of a step that made a draw worse, what is tried next


def posterior(problem: Problem, best: Mapping[str, float], draws: int, workers: int = 2) -> list[dict[str, float]]:
    """Draws around the best fit of a problem; `ArithmeticError` where its run fails."""
    with Search(problem, workers) as search:
        return drawn(search, best, draws, problem.seed)


def drawn(search: Any, best: Mapping[str, float], draws: int, seed: int) -> list[dict[str, float]]:
    """The same with a search that is at hand."""
    problem: Problem = search.problem
    low, high = least_squares.ends(problem)
    centre = np.clip(problem.from_prior(best), low, high)
    (here,) = search.residuals([least_squares.unit(centre, low, high)])
    if here is None:
        raise ArithmeticError("posterior: the run at the best fit fails")
    slopes = least_squares.slopes_at(search, centre, here, low, high)
    noise = np.random.default_rng(seed).normal(size=(draws, len(here)))
    at = np.tile(centre, (draws, 1))
    found = np.tile(here, (draws, 1))
    size = np.ones(draws)
    for _ in range(ROUNDS):
        steps = [
            least_squares.step_from(found[i] + noise[i], slopes, at[i], 0.0, low, high) * size[i] for i in range(draws)
        ]
        tried = np.clip(at + steps, low, high)
        answers = search.residuals([least_squares.unit(z, low, high) for z in tried])
        for i, answer in enumerate(answers):
            if answer is not None and ((answer + noise[i]) ** 2).sum() < ((found[i] + noise[i]) ** 2).sum():
                at[i], found[i], size[i] = tried[i], answer, 1.0
            else:
                size[i] *= SHORTER
    return [problem.values(least_squares.unit(z, low, high)) for z in at]
