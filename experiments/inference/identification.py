"""What the data can tell: observations that a fit has not seen, recovery of known values, which parameters matter."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np

from chokepoint.agents.behaviour import PARAMETERS
from chokepoint.experiments.history.catalogue import find
from chokepoint.experiments.inference import calibration
from chokepoint.experiments.inference.calibration import Problem, Search, Start
from chokepoint.sim.scenario.problems import BadInput
from chokepoint.sim.simulation import Simulation


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


def recovery(
    problem: Problem, truth: Mapping[str, float], evaluations: int, noise_seed: int | None = 1
) -> dict[str, tuple[float, float]]:
    """Parameter recovery: make history with known values, search from the middle of the ranges, compare.

    Returns, by parameter, the true and the found value. With `noise_seed` the synthetic history carries the measurement
    and model errors of the real one; without, none.
    """
    with Search(problem, workers=1) as search:
        search.pool.submit(_pretend, dict(truth), noise_seed).result()
        found = search.descend(0, np.full(len(problem.parameters), 0.5), evaluations, width=0.3)
    return {n: (truth[n], found.values[n]) for n in problem.parameters}


def _pretend(truth: dict[str, float], noise_seed: int | None) -> None:
    """In a worker: put the model's own answer under `truth` in the place of history; facts are left out."""
    target = calibration.target
    assert target is not None
    generator = np.random.default_rng(noise_seed)
    for aim, episode, scenario in zip(target.problem.aims, target.episodes, target.scenarios, strict=True):
        history = episode.facts.history
        assert history is not None
        assert not aim.facts
        simulation = Simulation(scenario, behaviour=truth, seed=target.problem.seed + 1)  # another luck than the search
        history.observed = history.logs(simulation.run(target.problem.replications)).mean(axis=0)
        if noise_seed is not None:
            history.observed += generator.normal(size=len(history.observed)) * history.sd


def narrowed(problem: Problem, number: int, trajectories: int = 10, workers: int = 2) -> Problem:
    """The same problem with only the `number` parameters that move its objective most free (mean absolute elementary
    effect, Morris 1991); the others are held in the middle of their ranges, so that nothing but the data of the
    problem and the ranges enters. `BadInput` for a number out of range."""
    if not 2 <= number <= len(problem.parameters):
        raise BadInput([f"free parameters: {number} must lie between 2 and {len(problem.parameters)}"], "calibrate")
    effects, _ = _elementary_effects(problem, trajectories, workers)
    free = tuple(n for n, _ in sorted(effects.items(), key=lambda item: -item[1])[:number])
    middle = problem.values(np.full(len(problem.parameters), 0.5))
    return replace(problem, parameters=free, held=tuple((n, v) for n, v in middle.items() if n not in free))


def _elementary_effects(problem: Problem, trajectories: int, workers: int) -> tuple[dict[str, float], dict[str, float]]:
    """Mean absolute and standard deviation of elementary effects of each parameter over its range."""
    from SALib.analyze import morris as analyze
    from SALib.sample import morris as sample

    names = list(problem.parameters)
    box = {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}
    points = sample.sample(box, trajectories, seed=problem.seed)
    with Search(problem, workers) as search:
        values = np.array(search.objectives(list(points)))
    if not np.isfinite(values).all():
        raise ArithmeticError("screening: an objective is not finite")
    effects = analyze.analyze(box, points, np.minimum(values, 50.0), seed=problem.seed)
    return dict(zip(names, effects["mu_star"], strict=True)), dict(zip(names, effects["sigma"], strict=True))


def screening(
    problem: Problem, centre: Mapping[str, float], trajectories: int, workers: int = 2
) -> list[dict[str, Any]]:
    """Morris screening of the objective, and the profile of each parameter.

    mu_star, sigma: mean absolute and standard deviation of elementary effects over the ranges (Morris 1991,
    package `SALib`). profile: the part of the range, others at `centre`, in which the objective stays within a
    tenth of its best value there.
    """
    names = list(problem.parameters)
    mu_star, sigma = _elementary_effects(problem, trajectories, workers)
    grid = np.linspace(0.0, 1.0, 9)
    middle = problem.unit(centre)
    scans = [np.where(np.arange(len(names)) == i, g, middle) for i in range(len(names)) for g in grid]
    with Search(problem, workers) as search:
        profile = np.array(search.objectives(scans)).reshape(len(names), len(grid))
    rows = []
    for i, name in enumerate(names):
        p = PARAMETERS[name]
        good = grid[profile[i] <= 1.1 * profile[i].min()]
        low, high = p.low + good.min() * (p.high - p.low), p.low + good.max() * (p.high - p.low)
        share = float(good.max() - good.min())
        rows.append(
            {
                "parameter": name, "mu_star": float(mu_star[name]), "sigma": float(sigma[name]),
                "profile_low": low, "profile_high": high, "profile_share": share,
                "verdict": "identified" if share <= 0.3 else "weak" if share <= 0.7 else "not identified",
            }
        )  # fmt: skip
    return sorted(rows, key=lambda r: -r["mu_star"])
