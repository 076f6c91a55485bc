"""Are known values found again, and does a posterior hold what it claims? Simulation-based calibration.

Values are drawn from the priors, the model makes a history with them under another luck and with errors of the declared
size, and the fit is made as if that were the world's. The rank of the true value among the draws of its posterior is
even where the posterior is right (Talts et al. 2018), and 90 % intervals hold it nine times in ten.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

from chokepoint.experiments.history.catalogue import find
from chokepoint.experiments.inference import least_squares
from chokepoint.experiments.inference.objective import REACH, Problem, Target
from chokepoint.experiments.inference.posterior import drawn
from chokepoint.sim.engine.files import write_whole
from chokepoint.sim.scenario.problems import BadInput
from chokepoint.sim.simulation import Simulation

FILE = "recovery.json"


class AtHand:
    """A search that evaluates points in this process."""

    workers = 2  # trials of damping, one after the other

    def __init__(self, target: Target):
        self.target, self.problem = target, target.problem

    def residuals(self, units: Sequence[np.ndarray]) -> list[np.ndarray | None]:
        """The residuals at many points; None where a run fails."""
        return [self.target.residuals(self.problem.values(u)) for u in units]


def recover(
    problem: Problem, number: int, draws: int, evaluations: int, folder: Path, workers: int = 2,
    tell: Callable[[str], None] | None = None,
) -> list[dict[str, Any]]:  # fmt: skip
    """So many known values, each fitted, with a posterior of so many draws; `recovery.json` in `folder` keeps those
    done, so that it goes on where it stopped.

    Rows hold by parameter: true and found z, rank among the draws (0 to draws) and their 5 and 95 % quantiles.
    `BadInput` when the folder holds another problem, or facts are asked, which have no error to draw.
    """
    if any(aim.facts for aim in problem.aims) or problem.elementary or problem.count:
        raise BadInput(["recovery: only observations can be made up, each of which counts as one"], "recovery")
    described = {"problem": repr(problem), "draws": draws, "evaluations": evaluations}
    path = folder / FILE
    done: list[dict[str, Any]] = []
    if path.is_file():
        kept = json.loads(path.read_text(encoding="utf-8"))
        if {k: kept.get(k) for k in described} != described:
            raise BadInput([f"{folder}: holds another recovery"], "recovery")
        done = kept["done"]
    folder.mkdir(parents=True, exist_ok=True)
    missing = sorted(set(range(number)) - {row["number"] for row in done})
    with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
        asked = [pool.submit(one, problem, i, draws, evaluations) for i in missing]
        for future in as_completed(asked):
            done.append(future.result())
            write_whole(path, json.dumps({**described, "done": sorted(done, key=lambda r: r["number"])}, indent=1))
            if tell is not None:
                tell(f"{len(done)} of {number} known values fitted")
    return sorted(done, key=lambda r: r["number"])[:number]


def with_history(episodes: Sequence[str]) -> list[str]:
    """Those of the episodes that have scored observations; `BadInput` where none has."""
    found = [name for name in episodes if find(name).facts.history is not None]
    if not found:
        raise BadInput([f"{name}: has no scored observations" for name in episodes], "recovery")
    return found


def one(problem: Problem, number: int, draws: int, evaluations: int) -> dict[str, Any]:
    """One set of known values, fitted."""
    generator = np.random.default_rng([problem.seed, number])
    low, high = least_squares.ends(problem)
    true = np.clip(generator.normal(size=len(problem.parameters)), np.maximum(low, -REACH), np.minimum(high, REACH))
    target = Target(problem)
    pretend(target, problem.values(least_squares.unit(true, low, high)), generator)
    search: Any = AtHand(target)
    found = least_squares.descend(search, 0, problem.unit({}), evaluations)
    sample = np.array([problem.from_prior(d) for d in drawn(search, found.values, draws, problem.seed + number)])
    return {
        "number": number, "objective": found.objective, "true": true.tolist(),
        "found": problem.from_prior(found.values).tolist(), "rank": (sample < true).sum(axis=0).tolist(),
        "low": np.quantile(sample, 0.05, axis=0).tolist(), "high": np.quantile(sample, 0.95, axis=0).tolist(),
    }  # fmt: skip


def pretend(target: Target, truth: Mapping[str, float], generator: np.random.Generator | None) -> None:
    """Put the model's own answer under `truth` in the place of history; with a generator, with errors of the declared
    size of model and measurement."""
    for episode, scenario in zip(target.episodes, target.scenarios, strict=True):
        history = episode.facts.history
        assert history is not None
        simulation = Simulation(scenario, behaviour=dict(truth), seed=target.problem.seed + 1)  # another luck
        history.observed = history.logs(simulation.run(target.problem.replications)).mean(axis=0)
        if generator is not None:
            sd = np.sqrt(history.sd**2 + history.residuals.model_sd**2)
            history.observed += generator.normal(size=len(history.observed)) * sd


def told(rows: Sequence[Mapping[str, Any]], parameters: Sequence[str], draws: int) -> list[dict[str, Any]]:
    """By parameter: p of even ranks (Kolmogorov and Smirnov), share of 90 % intervals that hold the true value,
    correlation of true and found z, and the standard deviation that is left, over that of the prior."""
    from scipy.stats import kstest

    luck = np.random.default_rng(1)
    found = []
    for i, name in enumerate(parameters):
        true, fitted, low, high, rank = (
            np.array([row[key][i] for row in rows]) for key in ("true", "found", "low", "high", "rank")
        )
        even = (rank + luck.random(len(rank))) / (draws + 1)
        moved = fitted.std() > 1e-9 and true.std() > 1e-9
        found.append(
            {
                "parameter": name, "p": float(kstest(even, "uniform").pvalue),
                "held": float(((low <= true) & (true <= high)).mean()),
                "correlation": float(np.corrcoef(true, fitted)[0, 1]) if moved else 0.0,
                "left": float(np.mean(high - low) / (2 * 1.6449)),
            }
        )  # fmt: skip
    return found
