"""Which of several stories tells the history of an episode best? Their likelihoods, each with its own size and dates.

`facts.toml` of an episode names the observations (`evidence`) and the stories (`hypothesis.<name>`). Every story has
the same three free quantities, a size, a first month and a number of months, and is simulated at the same points of
one Latin hypercube, with common luck. With the residual model of `experiments/history/observed.py`,

    fitted likelihood    the largest over the points of a hypothesis
    marginal likelihood  the mean over them: the prior is uniform on the hypercube

and a ratio is that of the first hypothesis to the best of the others. How far to trust it is found on synthetic
histories: the path of a point with noise of the residual model, weighed in the same way, the point itself left out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field, ValidationError, model_validator

from chokepoint.experiments.history.catalogue import Episode, find
from chokepoint.experiments.history.observed import History, read_toml
from chokepoint.experiments.runs.batch import Batch
from chokepoint.experiments.runs.points import Point
from chokepoint.experiments.runs.runner import evaluate
from chokepoint.sim.results.run import Run
from chokepoint.sim.scenario.overrides import apply_changes
from chokepoint.sim.scenario.problems import BadInput, nearest
from chokepoint.sim.scenario.tables import Positive, Row

MEASURE = "chokepoint.experiments.inference.weighing:path"
PASS, STRONG, ERROR_RATE = 3.0, 20.0, 0.1  # ratios asked for, and share of errors on synthetic histories at most
Month = Annotated[str, Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]
Count = Annotated[int, Field(ge=1)]


class Hypothesis(Row):
    """A story told by changes of a scenario (see `sim/scenario/overrides.py`) with {size} and {span} to be filled in.

    size: its two ends, in `unit`; scale: whether it or its inverse is uniform between them; first: earliest and latest
    first month; months: fewest and most of them.
    """

    name: str
    title: str
    size: tuple[Positive, Positive]
    unit: str
    first: tuple[Month, Month]
    months: tuple[Count, Count]
    changes: tuple[str, ...]
    scale: Literal["linear", "inverse"] = "linear"

    @model_validator(mode="after")
    def _in_order(self) -> "Hypothesis":
        if self.first[0] > self.first[1] or self.months[0] > self.months[1]:
            raise ValueError("first and months must rise")
        if missing := [k for k in ("{size}", "{span}") if k not in "".join(self.changes)]:
            raise ValueError(f"no {' and no '.join(missing)} in the changes")
        return self

    def values(self, unit: np.ndarray) -> tuple[float, str, str]:
        """Size, first and last month of a point of the unit cube (three numbers)."""
        power = -1.0 if self.scale == "inverse" else 1.0
        low, high = (end**power for end in self.size)
        early, late = (int(m[:4]) * 12 + int(m[5:]) - 1 for m in self.first)
        begin = early + int(unit[1] * (late - early + 1))
        last = begin + self.months[0] + int(unit[2] * (self.months[1] - self.months[0] + 1)) - 1
        size = float((low + unit[0] * (high - low)) ** power)
        return size, *(f"{m // 12:04d}-{m % 12 + 1:02d}" for m in (begin, last))  # type: ignore[return-value]

    def told(self, unit: np.ndarray) -> tuple[str, ...]:
        """The changes at a point of the unit cube."""
        size, first, last = self.values(unit)
        return tuple(c.replace("{size}", f"{size:.6g}").replace("{span}", f"{first}..{last}") for c in self.changes)


def hypotheses_of(place: Episode) -> tuple[list[Hypothesis], tuple[str, ...]]:
    """The hypotheses of an episode in the order of `facts.toml`, and the changes they share; `BadInput` lists what is
    wrong with them."""
    raw = read_toml(place.folder / "facts.toml") if place.has_history else {}
    given = raw.get("hypothesis", {})
    if "evidence" not in raw or len(given) < 2:
        raise BadInput([f"{place.name}: facts.toml needs [evidence] and two sections [hypothesis.<name>]"], "weigh")
    problems, found = [], []
    for name, keys in given.items():
        try:
            found.append(Hypothesis.model_validate({**keys, "name": name}))
        except ValidationError as error:
            for e in error.errors():
                text = e["msg"].lower()
                if e["type"] == "extra_forbidden":
                    text = f"unknown key ({nearest(str(e['loc'][0]), Hypothesis.model_fields)})"
                problems.append(f"facts.toml, hypothesis.{name}, {'.'.join(map(str, e['loc'])) or 'all'}: {text}")
    if problems:
        raise BadInput(problems, "weigh")
    return found, tuple(raw["evidence"].get("changes", ()))


@dataclass(frozen=True)
class Weighed:
    """One hypothesis: its points of the unit cube, the path of each (ln of every observation), log-likelihoods by
    point, and errors: shares of synthetic histories drawn from it that prefer another hypothesis, and that do so by a
    ratio above `PASS`, drawn from all points and from points as likely as history makes them."""

    hypothesis: Hypothesis
    units: np.ndarray
    paths: np.ndarray
    log_likelihoods: np.ndarray
    errors: Mapping[str, tuple[float, float]]

    @property
    def best(self) -> int:
        return int(np.argmax(self.log_likelihoods))

    @property
    def fitted(self) -> float:
        return float(self.log_likelihoods.max())

    @property
    def marginal(self) -> float:
        return float(np.logaddexp.reduce(self.log_likelihoods) - np.log(len(self.log_likelihoods)))


@dataclass(frozen=True)
class Weighing:
    """Hypotheses held against one history; ratios are those of the first to the best of the others, as ln."""

    episode: str
    history: History
    weighed: tuple[Weighed, ...]
    points: int
    replications: int
    synthetic: int
    seed: int
    failed: int

    @property
    def log_ratio(self) -> float:
        return self.weighed[0].fitted - max(w.fitted for w in self.weighed[1:])

    @property
    def log_bayes(self) -> float:
        return self.weighed[0].marginal - max(w.marginal for w in self.weighed[1:])

    @property
    def verdict(self) -> str:
        """`strong`, `pass` or `fail`; strong asks for few errors on synthetic histories of every kind."""
        wrong = max(rate for w in self.weighed for rate, _ in w.errors.values())
        if self.log_ratio > np.log(STRONG) and wrong <= ERROR_RATE:
            return "strong"
        return "pass" if self.log_ratio > np.log(PASS) else "fail"


def path(run: Run, episode: Episode) -> dict[str, float]:
    """ln of every observation of the evidence in one run; `ValueError` where the run does not reach it."""
    assert episode.facts.evidence is not None
    logs = episode.facts.evidence.logs(run)[0]
    if not np.isfinite(logs).all():
        raise ValueError("the run ends before the last observation of the evidence")
    return {f"ln {i}": float(x) for i, x in enumerate(logs)}


def latin_hypercube(points: int, seed: int) -> np.ndarray:
    """Points of the unit cube, one in each of as many slices along every side: (points, 3)."""
    random = np.random.default_rng(seed)
    slices = random.permuted(np.tile(np.arange(points), (3, 1)), axis=1).T
    return np.asarray((slices + random.random(slices.shape)) / points)


def weigh(
    episode: str, points: int = 400, replications: int = 3, synthetic: int = 500, *, seed: int = 1, workers: int = 2,
    progress: Any = None,
) -> Weighing:  # fmt: skip
    """Simulate all hypotheses of an episode and weigh them (see `weigh_rows`)."""
    batch = Batch(episode, points_of(find(episode), points, seed), replications, MEASURE, {}, seed)
    return weigh_rows(episode, evaluate(batch, workers, progress), points, replications, synthetic, seed)


def points_of(place: Episode, points: int, seed: int) -> tuple[Point, ...]:
    """The points of all hypotheses of an episode, one hypothesis after the other, at the same places of the cube."""
    hypotheses, shared = hypotheses_of(place)
    told = [(*shared, *h.told(unit)) for h in hypotheses for unit in latin_hypercube(points, seed)]
    for changes in told[::points]:
        apply_changes(place.scenario(), changes)
    return tuple(Point(changes) for changes in told)


def weigh_rows(
    episode: str, rows: Sequence[Mapping[str, Any]], points: int, replications: int, synthetic: int, seed: int
) -> Weighing:
    """Weigh hypotheses by the rows of their runs, in the order of `points_of`. A point with a failed run is left out of
    every hypothesis, and failed runs are counted; `ArithmeticError` where fewer than two points are left."""
    place = find(episode)
    hypotheses, _ = hypotheses_of(place)
    history = place.facts.evidence
    assert history is not None
    cube = latin_hypercube(points, seed)
    failed = [row for row in rows if row["state"] != "done"]
    logs = np.array([[row.get(f"ln {i}", np.nan) for i in range(len(history.data))] for row in rows])
    paths = logs.reshape(len(hypotheses), points, replications, -1).mean(axis=2)
    kept = np.isfinite(paths).all(axis=(0, 2))
    if kept.sum() < 2:
        told_why = f" ({failed[0]['stage']}: {failed[0]['message']})" if failed else ""
        raise ArithmeticError(f"fewer than two points of the hypotheses of {episode} finished{told_why}")
    weighed = compare(history, hypotheses, cube[kept], paths[:, kept], synthetic, seed)
    return Weighing(place.name, history, tuple(weighed), points, replications, synthetic, seed, len(failed))


def compare(
    history: History, hypotheses: Sequence[Hypothesis], units: np.ndarray, paths: np.ndarray, synthetic: int, seed: int
) -> list[Weighed]:
    """Weigh hypotheses by their paths (hypotheses, points, observations) at `units` (points, 3)."""
    found = []
    for i, (hypothesis, logs) in enumerate(zip(hypotheses, history.log_likelihood(paths), strict=True)):
        drawn = {"all": np.ones(len(logs)), "likely": np.exp(logs - logs.max())}
        errors = {k: error_rates(history, paths, i, w / w.sum(), synthetic, seed) for k, w in drawn.items()}
        found.append(Weighed(hypothesis, units, paths[i], logs, errors))
    return found


def error_rates(
    history: History, paths: np.ndarray, true: int, weights: np.ndarray, synthetic: int, seed: int
) -> tuple[float, float]:
    """Shares of synthetic histories of one hypothesis whose best point is one of another, and is so by a ratio above
    `PASS`. Points are drawn by weight; the one drawn is left out when its own hypothesis is fitted."""
    random = np.random.default_rng([seed, true])
    drawn = random.choice(len(weights), synthetic, p=weights)
    noise = random.multivariate_normal(np.zeros(len(history.data)), history.covariance(), synthetic)
    wrong = np.zeros(synthetic)
    for i, point in enumerate(drawn):
        logs = history.log_likelihood(paths, paths[true, point] + noise[i])
        logs[true, point] = -np.inf
        best = logs.max(axis=1)
        wrong[i] = np.delete(best, true).max() - best[true]
    return float((wrong > 0.0).mean()), float((wrong > np.log(PASS)).mean())
