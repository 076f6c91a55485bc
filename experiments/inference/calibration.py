"""Fitting the table of behavioural parameters to history: one table for all episodes, many starts, all reported.

The objective of a set of values is the sum over episodes, divided by their number, of

    loss of the scored observations (experiments/history/observed.py)
    + FACTS * mean over scored facts of how far their median lies outside the strong band, squared and bounded,

on replications with common luck, and once in the sum

    + (parameters / observations) * mean over parameters of ((u - 1/2) / SPREAD)^2,

with u the place of a value in its range: a normal prior around the middle of each range, so that what the data do
not tell stays there. It is searched by covariance-matrix adaptation (Hansen 2006, package `cma`)
within the ranges of the table, from Latin-hypercube starts.
"""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from datetime import date
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

from chokepoint.agents.behaviour import PARAMETERS
from chokepoint.experiments.history.catalogue import Episode, find
from chokepoint.experiments.history.facts import Fact
from chokepoint.experiments.history.run_statistics import ACROSS
from chokepoint.sim.engine.files import write_whole
from chokepoint.sim.results.run import Run
from chokepoint.sim.scenario.problems import BadInput, nearest
from chokepoint.sim.simulation import Simulation

FACTS = 8.0  # weight of the facts beside the loss
SPREAD = 0.29  # standard deviation of the prior in units of the range: that of a uniform one
WORST = 1e3  # objective of values under which a run fails


@dataclass(frozen=True)
class Aim:
    """One episode to fit: changes (such as an earlier end), days whose observations count, facts or none."""

    episode: str
    changes: tuple[str, ...] = ()
    span: tuple[date, date] | None = None
    facts: bool = True


@dataclass(frozen=True)
class Problem:
    """What is searched: parameters (names of the table), aims, replications of each and seed; `held` are those that
    stay at a value of their own."""

    parameters: tuple[str, ...]
    aims: tuple[Aim, ...]
    replications: int = 2
    seed: int = 1
    held: tuple[tuple[str, float], ...] = ()

    def __post_init__(self) -> None:
        names = (*self.parameters, *dict(self.held))
        unknown = [f"{n}: unknown parameter ({nearest(n, PARAMETERS)})" for n in names if n not in PARAMETERS]
        if unknown:
            raise BadInput(unknown, "calibrate")

    def values(self, unit: np.ndarray) -> dict[str, float]:
        """Parameter values of a point of the unit cube, by the ranges of the table, and those that are held."""
        spread = [(PARAMETERS[n].low, PARAMETERS[n].high) for n in self.parameters]
        found = {
            n: low + float(u) * (high - low) for n, u, (low, high) in zip(self.parameters, unit, spread, strict=True)
        }
        return {**dict(self.held), **found}

    def unit(self, values: Mapping[str, float]) -> np.ndarray:
        """The point of the unit cube of some values; defaults where none is given."""
        found = []
        for n in self.parameters:
            p = PARAMETERS[n]
            found.append((values.get(n, p.default) - p.low) / (p.high - p.low))
        return np.clip(np.array(found), 0.0, 1.0)


def distance(fact: Fact, value: float) -> float:
    """How far a value lies outside the strong band of a fact, 1 where the pass band ends, at most 2.

    Logs are compared where the band is positive; a month, and a band that reaches to nothing or below, as they are.
    """
    band, strong = fact.band, fact.strong or fact.band
    if band is None or strong is None:
        return 0.0
    far = 0.0
    for limit, inner, sign in ((band[0], strong[0], -1.0), (band[1], strong[1], 1.0)):
        if limit in (0.0, 99.0) and inner in (0.0, 99.0):
            continue
        if fact.unit == "month" or min(limit, inner, value) <= 0.0:
            excess, scale = sign * (value - inner), max(abs(limit - inner), 0.08)
        else:
            room = abs(np.log(limit / inner)) if 0.0 < limit < 99.0 else 0.0
            excess, scale = sign * float(np.log(value / inner)), max(room, 0.1)
        far = max(far, excess / scale)
    return min(2.0, far)


class Target:
    """Evaluates one set of values against all aims, in one process."""

    def __init__(self, problem: Problem):
        self.problem = problem
        self.episodes: list[Episode] = [find(aim.episode) for aim in problem.aims]
        self.scenarios = [
            Simulation(e.scenario(), changes=aim.changes).scenario
            for e, aim in zip(self.episodes, problem.aims, strict=True)
        ]
        self.points = 0
        for episode, aim in zip(self.episodes, problem.aims, strict=True):
            if episode.facts.history is not None:
                self.points += int(episode.facts.history.chosen(span=aim.span).sum())
        self.same = [s.model_copy(update={"name": "", "title": ""}).digest() for s in self.scenarios]

    def parts(self, values: Mapping[str, float]) -> dict[str, float]:
        """The loss and the distance of facts of every aim, by name."""
        found = {}
        runs: dict[str, Run] = {}  # episodes may share a scenario
        for aim, episode, scenario, same in zip(
            self.problem.aims, self.episodes, self.scenarios, self.same, strict=True
        ):
            if same not in runs:
                simulation = Simulation(scenario, behaviour=dict(values), seed=self.problem.seed)
                runs[same] = simulation.run(self.problem.replications)
            run = runs[same]
            facts = episode.facts
            if facts.history is not None:
                found[f"{aim.episode} loss"] = facts.history.loss(facts.history.logs(run), aim.span)
            if aim.facts:
                scored = [f for f in facts.facts if f.band and not f.variant and facts.within(f, run)]
                scored = [f for f in scored if f.statistic not in ACROSS]
                far = [distance(f, float(np.median(facts.value(f, run)))) ** 2 for f in scored]
                found[f"{aim.episode} facts"] = float(np.mean(far))
        return found

    def prior(self, values: Mapping[str, float]) -> float:
        """What it costs to leave the middle of the ranges, on the scale of the loss of one observation."""
        away = (self.problem.unit(values) - 0.5) / SPREAD
        return len(away) / max(1, self.points) * float(np.mean(away**2))

    def objective(self, values: Mapping[str, float]) -> float:
        """The number that is made small; `WORST` where a run fails."""
        try:
            parts = self.parts(values)
        except (ArithmeticError, BadInput, ValueError):
            return WORST
        total = sum(v * (FACTS if name.endswith("facts") else 1.0) for name, v in parts.items())
        total = (total + self.prior(values)) / len(self.problem.aims)
        return total if np.isfinite(total) else WORST


target: Target | None = None  # of a worker


def _prepare(problem: Problem) -> None:
    global target
    target = Target(problem)


def _at(unit: np.ndarray) -> float:
    assert target is not None
    return target.objective(target.problem.values(unit))


@dataclass(frozen=True)
class Start:
    """The best of one start of a search."""

    number: int
    first: float
    objective: float
    evaluations: int
    values: dict[str, float]


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

    def starts(self, number: int, seed: int) -> np.ndarray:
        """Latin-hypercube points of the unit cube: (number, parameters)."""
        from scipy.stats import qmc

        return np.asarray(qmc.LatinHypercube(len(self.problem.parameters), seed=seed).random(number))

    def descend(
        self, number: int, start: np.ndarray, evaluations: int, width: float = 0.25,
        tell: Callable[[int, float], None] | None = None,
    ) -> Start:  # fmt: skip
        """One search from one start; `width` is its first step in units of the ranges."""
        import cma

        options = {
            "bounds": [0.0, 1.0], "maxfevals": evaluations, "seed": self.problem.seed * 1000 + number + 1,
            "verbose": -9, "tolfun": 1e-3, "popsize": 4 + 4 * self.workers + int(3 * np.log(len(start))),
        }  # fmt: skip
        strategy = cma.CMAEvolutionStrategy(start.tolist(), width, options)
        first = self.objectives([start])[0]
        while not strategy.stop():
            asked = strategy.ask()
            strategy.tell(asked, self.objectives([np.asarray(x) for x in asked]))
            if tell is not None:
                tell(int(strategy.result.evaluations), float(strategy.result.fbest))
        best = strategy.result
        values = self.problem.values(np.asarray(best.xbest))
        return Start(number, first, float(best.fbest), int(best.evaluations), values)


def searched() -> tuple[str, ...]:
    """The parameters that the table marks as searched."""
    return tuple(name for name, p in PARAMETERS.items() if "searched" in p.source)


def calibrate(
    problem: Problem, starts: int, evaluations: int, folder: Path, workers: int = 2,
    tell: Callable[[str], None] | None = None,
) -> list[Start]:  # fmt: skip
    """Search from many starts and report all of them, best first; `starts.json` in `folder` keeps those done, so that
    an interrupted calibration goes on where it stopped. `BadInput` when the folder holds another problem."""
    described = {"problem": repr(problem), "starts": starts, "evaluations": evaluations}
    path = folder / "starts.json"
    done: list[Start] = []
    if path.is_file():
        kept = json.loads(path.read_text(encoding="utf-8"))
        if {k: kept[k] for k in described} != described:
            raise BadInput([f"{folder}: holds another calibration"], "calibrate")
        done = [Start(**s) for s in kept["done"]]
    folder.mkdir(parents=True, exist_ok=True)
    with Search(problem, workers) as search:
        for i, start in enumerate(search.starts(starts, problem.seed)):
            if any(s.number == i for s in done):
                continue
            begun = time.monotonic()
            found = search.descend(i, start, evaluations)
            done.append(found)
            write_whole(path, json.dumps({**described, "done": [asdict(s) for s in done]}, indent=1))
            if tell is not None:
                left = (time.monotonic() - begun) * (starts - i - 1) / 60.0
                tell(f"start {i + 1} of {starts}: {found.first:.2f} -> {found.objective:.3f}, {left:.0f} minutes left")
    return sorted(done, key=lambda s: s.objective)


def aims_until(episodes: Sequence[str], last: date | None) -> tuple[Aim, ...]:
    """Aims for episodes; with `last`, only observations up to that day are fitted, and nothing later is run. Facts are
    left out then: those of a peak or a default look at the whole of a run, which would end too early."""
    if last is None:
        return tuple(Aim(e) for e in episodes)
    first = date(1900, 1, 1)
    return tuple(Aim(e, (f"end={last}",), (first, last), facts=False) for e in episodes)
