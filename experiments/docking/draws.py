"""Draws of the behavioural parameters from what the literature allows, the shipped values first."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from chokepoint.agents.behaviour import PARAMETERS
from chokepoint.experiments.inference.objective import value_at

Behaviour = Mapping[str, float]
DRAWS = 20  # beside the shipped values
SEED = 11
NOTHING = 1e-12
DRAWN = tuple(name for name, parameter in PARAMETERS.items() if parameter.fitted)


def behaviours(draws: int = DRAWS, seed: int = SEED) -> list[Behaviour]:
    """Values of parameters: none, which are the shipped ones, and so many draws.

    A Latin hypercube over the 80 % ranges of the priors (`low` to `high` of behaviour.csv), uniform in ln: of every
    parameter each draw takes another of `draws` equal parts.
    """
    random = np.random.default_rng(seed)
    places = {name: (random.permutation(draws) + random.random(draws)) / max(draws, 1) for name in DRAWN}
    ranges = {name: (PARAMETERS[name].low, PARAMETERS[name].high) for name in DRAWN}
    drawn = [{name: value_at(float(places[name][i]), *ranges[name]) for name in DRAWN} for i in range(draws)]
    return [{}, *drawn]


def ratio(one: float, other: float) -> float:
    """One over the other; no number where there is nothing to compare with."""
    return float(one) / float(other) if abs(other) > NOTHING else float("nan")


def over(given: Sequence[Behaviour], measure: Callable[[Behaviour], Mapping[str, float]]) -> dict[str, np.ndarray]:
    """What is measured in every draw, by name: (draws,) each."""
    found = [measure(behaviour) for behaviour in given]
    return {name: np.array([each[name] for each in found]) for name in found[0]}
