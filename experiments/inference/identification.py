"""What the data can tell: observations that a fit has not seen, and which parameters matter."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np

from chokepoint.agents.behaviour import PARAMETERS
from chokepoint.experiments.history.catalogue import find
from chokepoint.experiments.inference import least_squares
from chokepoint.experiments.inference.objective import Problem
from chokepoint.experiments.inference.search import Search, Start
from chokepoint.sim.scenario.problems import BadInput

ASIDE = 1.0  # standard deviations of its prior that a parameter is put aside in its profile
DAMPINGS = (1e4, 0.0, 0.3, 3.0)  # of the steps by which the others are fitted again; the first leaves them
VERDICTS = {"identified": 0.7, "weak": 0.9, "not identified": 1.0}  # by what is left of the prior's standard deviation
MOST = 500.0  # of an objective among elementary effects: that of a failed run would drown all others


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
    effects = _elementary_effects(problem, trajectories, workers)
    free = tuple(n for n, _ in sorted(effects.items(), key=lambda item: -item[1])[:number])
    held = tuple((n, PARAMETERS[n].prior) for n in problem.parameters if n not in free)
    return replace(problem, parameters=free, held=(*problem.held, *held))


def _elementary_effects(problem: Problem, trajectories: int, workers: int) -> dict[str, float]:
    """Mean absolute elementary effect of each parameter over its range."""
    from SALib.analyze import morris as analyze
    from SALib.sample import morris as sample

    names = list(problem.parameters)
    box = {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}
    points = sample.sample(box, trajectories, seed=problem.seed)
    with Search(problem, workers) as pool:
        values = np.array(pool.objectives([problem.within_ranges(p) for p in points]))
    effects = analyze.analyze(box, points, np.minimum(values, MOST), seed=problem.seed)
    return dict(zip(names, effects["mu_star"], strict=True))


def profiles(problem: Problem, best: Mapping[str, float], workers: int = 2) -> list[dict[str, Any]]:
    """What the data say of each parameter while all others give way: profiles of the objective around its best."""
    with Search(problem, workers) as search:
        return profiled(search, best)


def profiled(search: Any, best: Mapping[str, float]) -> list[dict[str, Any]]:
    """The same with a search that is at hand; widest known first.

    A parameter is put `ASIDE` standard deviations of its prior to either side, and the others are fitted again by the
    slopes at the best point, with the true residuals where they have come to. `rise_low`, `rise_high`: of the
    objective, priors included (none for a side beyond what is looked at). left: standard deviation that the parameter
    is left with, over that of its prior (1: the data say nothing), `ASIDE` / sqrt(rise), the mean of both sides.
    """
    problem: Problem = search.problem
    low, high = least_squares.ends(problem)
    centre = np.clip(problem.from_prior(best), low, high)
    (here,) = search.residuals([least_squares.unit(centre, low, high)])
    if here is None:
        raise ArithmeticError("identification: the run at the best fit fails")
    slopes = least_squares.slopes_at(search, centre, here, low, high)
    inside = {sign: (low <= centre + sign * ASIDE) & (centre + sign * ASIDE <= high) for sign in (-1.0, 1.0)}
    sides = [(i, sign) for i in range(len(centre)) for sign in inside if inside[sign][i]]
    at = np.array([np.where(np.arange(len(centre)) == i, centre + sign * ASIDE, centre) for i, sign in sides])
    least = np.full(len(sides), np.inf)
    guess = [here + slopes[:, i] * sign * ASIDE for i, sign in sides]
    for damping in DAMPINGS:
        tried = np.array([_give_way(at[k], guess[k], slopes, i, damping, low, high) for k, (i, _) in enumerate(sides)])
        found = search.residuals([least_squares.unit(z, low, high) for z in tried])
        for k, answer in enumerate(found):
            if answer is not None and float(answer @ answer) < least[k]:
                at[k], guess[k], least[k] = tried[k], answer, float(answer @ answer)
    best_found = min(float(here @ here), *least)  # a side may find what the search did not
    rises = {side: value - best_found for side, value in zip(sides, least, strict=True)}
    rows = []
    for i, name in enumerate(problem.parameters):
        mine = [rises[side] for side in ((i, -1.0), (i, 1.0)) if side in rises]
        left = float(np.mean([min(1.0, ASIDE / np.sqrt(r)) if r > 0.0 else 1.0 for r in mine])) if mine else 1.0
        verdict = next(word for word, most in VERDICTS.items() if left <= most)
        row = {"parameter": name, "value": problem.values(least_squares.unit(centre, low, high))[name]}
        row |= {"rise_low": rises.get((i, -1.0)), "rise_high": rises.get((i, 1.0)), "left": left, "verdict": verdict}
        rows.append(row)
    return sorted(rows, key=lambda row: float(row["left"]))


def _give_way(
    at: np.ndarray, residuals: np.ndarray, slopes: np.ndarray, held: int, damping: float, low: np.ndarray,
    high: np.ndarray,
) -> np.ndarray:  # fmt: skip
    """Where all but one parameter go from here by the slopes, in a damped step."""
    step = np.zeros(len(at))
    free = np.arange(len(at)) != held
    step[free] = least_squares.step_from(residuals, slopes[:, free], at[free], damping, low[free], high[free])
    return np.asarray(np.clip(at + step, low, high))
