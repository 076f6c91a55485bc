"""What the data can tell: observations that a fit has not seen, and which parameters matter."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np

from chokepoint.agents.behaviour import PARAMETERS
from chokepoint.experiments.history.catalogue import find
from chokepoint.experiments.inference.objective import Problem, place_of, value_at
from chokepoint.experiments.inference.search import Search, Start
from chokepoint.sim.scenario.problems import BadInput

NEAR = 4.0  # two standard deviations, in squares
MOST = 500.0  # of an objective in a screening: that of a failed run would drown all others


def holdout(starts: Sequence[Start], episode: str, first: date, replications: int = 10) -> list[dict[str, float]]:
    """What each start says of observations that it has not seen: rms error of ln by group from `first` on (median over
    replications). Arguments: the starts of a calibration that ended before `first`."""
    place = find(episode)
    history = place.facts.history
    if history is None:
        raise BadInput([f"{episode}: has no scored observations"], "calibrate")
    rows = []
    for start in starts:
        logs = history.logs(place.simulation(behaviour=start.values).run(replications))
        row = {"start": float(start.number), "objective": start.objective}
        for group in history.groups:
            chosen = history.chosen(group=group, span=(first, date(9999, 1, 1)))
            if chosen.any():
                row[group] = float(np.median(history.errors(logs, chosen)))
        rows.append(row)
    return rows


def narrowed(problem: Problem, number: int, trajectories: int = 10, workers: int = 2) -> Problem:
    """The same problem with only the `number` parameters that move its objective most free (mean absolute elementary
    effect, Morris 1991); the others are held at the medians of their priors, so that nothing but the data of the
    problem and the table enters. `BadInput` for a number out of range."""
    if not 2 <= number <= len(problem.parameters):
        raise BadInput([f"free parameters: {number} must lie between 2 and {len(problem.parameters)}"], "calibrate")
    effects, _ = _elementary_effects(problem, trajectories, workers)
    free = tuple(n for n, _ in sorted(effects.items(), key=lambda item: -item[1])[:number])
    held = tuple((n, PARAMETERS[n].prior) for n in problem.parameters if n not in free)
    return replace(problem, parameters=free, held=(*problem.held, *held))


def _elementary_effects(problem: Problem, trajectories: int, workers: int) -> tuple[dict[str, float], dict[str, float]]:
    """Mean absolute and standard deviation of elementary effects of each parameter over its range."""
    from SALib.analyze import morris as analyze
    from SALib.sample import morris as sample

    names = list(problem.parameters)
    box = {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}
    points = sample.sample(box, trajectories, seed=problem.seed)
    with Search(problem, workers) as pool:
        values = np.array(pool.objectives([problem.within_ranges(p) for p in points]))
    effects = analyze.analyze(box, points, np.minimum(values, MOST), seed=problem.seed)
    return dict(zip(names, effects["mu_star"], strict=True)), dict(zip(names, effects["sigma"], strict=True))


def screening(
    problem: Problem, centre: Mapping[str, float], trajectories: int, workers: int = 2
) -> list[dict[str, Any]]:
    """Morris screening of the objective, and the profile of each parameter.

    mu_star, sigma: mean absolute and standard deviation of elementary effects over the ranges (Morris 1991,
    package `SALib`), the range taken in ln. profile: the part of the range, others at `centre`, in which the objective
    stays within `NEAR` of its best there.
    """
    names = list(problem.parameters)
    mu_star, sigma = _elementary_effects(problem, trajectories, workers)
    grid = np.linspace(0.0, 1.0, 9)
    places = {n: (p.low, p.high) for n, p in PARAMETERS.items() if n in names}
    middle = [place_of(centre.get(n, PARAMETERS[n].prior), *places[n]) for n in names]
    scans = [np.where(np.arange(len(names)) == i, g, middle) for i in range(len(names)) for g in grid]
    with Search(problem, workers) as pool:
        profile = np.array(pool.objectives([problem.within_ranges(s) for s in scans])).reshape(len(names), len(grid))
    rows = []
    for i, name in enumerate(names):
        good = grid[profile[i] <= profile[i].min() + NEAR]
        low, high = (value_at(float(end), *places[name]) for end in (good.min(), good.max()))
        share = float(good.max() - good.min())
        rows.append(
            {
                "parameter": name, "mu_star": float(mu_star[name]), "sigma": float(sigma[name]),
                "profile_low": low, "profile_high": high, "profile_share": share,
                "verdict": "identified" if share <= 0.3 else "weak" if share <= 0.7 else "not identified",
            }
        )  # fmt: skip
    return sorted(rows, key=lambda r: -r["mu_star"])
