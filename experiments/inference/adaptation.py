"""Covariance-matrix adaptation (Hansen 2006, package `cma`): a search that needs no slopes, for many evaluations."""

import numpy as np

from chokepoint.experiments.inference.search import Search, Start

WIDTH = 0.25  # first step, in units of the ranges


def descend(search: Search, number: int, start: np.ndarray, evaluations: int) -> Start:
    """One search from one start of the unit cube, with about so many evaluations."""
    import cma

    problem = search.problem
    options = {
        "bounds": [0.0, 1.0], "maxfevals": evaluations, "seed": problem.seed * 1000 + number + 1, "verbose": -9,
        "tolfun": 1e-3, "popsize": 4 + 4 * search.workers + int(3 * np.log(len(start))),
    }  # fmt: skip
    strategy = cma.CMAEvolutionStrategy(start.tolist(), WIDTH, options)
    first = search.objectives([start])[0]
    while not strategy.stop():
        asked = strategy.ask()
        strategy.tell(asked, search.objectives([np.asarray(x) for x in asked]))
    best = strategy.result
    values = problem.values(np.asarray(best.xbest))
    return Start(
        number, first, float(best.fbest), int(best.evaluations), values,
        float(np.sum(problem.from_prior(values) ** 2)), problem.at_a_bound(values),
    )  # fmt: skip
