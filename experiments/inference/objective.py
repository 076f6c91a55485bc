"""How far a set of behavioural values is from history and from its priors: what a search makes small.

The objective is a sum of squares,

    sum over episodes of COUNT * mean over its residuals of r^2  +  sum over elementary answers of r^2
    +  sum over parameters of z^2,

on replications with common luck. r is the error of a scored observation over its standard deviation, or how far the
median of a scored fact lies outside its strong band (`FACT_SD` standard deviations where the pass band ends); squares
grow on a straight line from `MOST_SD` on. Groups of observations count alike, facts together as one group more, and
every episode as `COUNT` independent observations. An elementary answer is one beyond the limits that economics sets
(`elementary.py`), as an observation of its own. z = ln(value / prior) / spread is how far a parameter lies from the
median of its log-normal prior (`agents/behaviour.csv`), in standard deviations: what data do not tell stays there. Up
to a constant the objective is minus twice the log of the posterior.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from math import exp, log

import numpy as np

from chokepoint.agents.behaviour import PARAMETERS, TENTHS, Parameter
from chokepoint.experiments.history import discrepancy
from chokepoint.experiments.history.bands import kind_of
from chokepoint.experiments.history.catalogue import Episode, find
from chokepoint.experiments.history.facts import HOLDOUT, Fact
from chokepoint.experiments.history.observed import AGAINST_HISTORY, History
from chokepoint.experiments.history.run_statistics import ACROSS
from chokepoint.experiments.inference import elementary
from chokepoint.sim.results.run import Run
from chokepoint.sim.scenario.problems import BadInput, nearest
from chokepoint.sim.simulation import Simulation

COUNT = 6.0  # independent observations that an episode counts as
FACT_SD = 2.0  # standard deviations at which the pass band of a fact ends
FARTHEST = 4.0  # of a fact: beyond so many times the way from the strong to the pass band all is alike
REACH = 3.0  # standard deviations of a prior that a search looks at, to both sides
MOST_SD = 4.0  # from here on a square grows on a straight line
WORST = 1e4  # objective of values under which a run fails


@dataclass(frozen=True)
class Aim:
    """One episode to fit: changes (such as an earlier end), days whose observations count, facts or none."""

    episode: str
    changes: tuple[str, ...] = ()
    span: tuple[date, date] | None = None
    facts: bool = True


def reach(parameter: Parameter) -> tuple[float, float]:
    """Between which values a search looks: `REACH` standard deviations of the prior, as far as they are taken."""
    if not parameter.fitted:
        return parameter.low, parameter.high
    far = exp(REACH * parameter.spread)
    return max(parameter.least, parameter.prior / far), min(parameter.most, parameter.prior * far)


def place_of(value: float, low: float, high: float) -> float:
    """Where a value lies between two ends, 0 to 1: in ln, or as it is where the lower end is nothing."""
    share = log(max(value, 1e-300) / low) / log(high / low) if low > 0.0 else (value - low) / (high - low)
    return min(1.0, max(0.0, share))


def value_at(place: float, low: float, high: float) -> float:
    """The value at a place between two ends, 0 to 1."""
    value = low * exp(place * log(high / low)) if low > 0.0 else low + place * (high - low)
    return min(high, max(low, value))


def away(parameter: Parameter, value: float) -> float:
    """How far a value lies from the median of its prior, in standard deviations; on a plain scale where zero is in the
    range."""
    if parameter.low > 0.0:
        return log(value / parameter.prior) / parameter.spread
    return (value - parameter.prior) / (parameter.high - parameter.low) * TENTHS


@dataclass(frozen=True)
class Problem:
    """What is searched: parameters (names of the table), aims, replications of each and seed; `held` are those that
    stay at a value of their own; count: independent observations that each episode counts as, 0 for as many as it
    has; elementary: whether answers of elementary experiments count; declared: whether observations are believed as far
    as the model's own error allows that its episodes show (`discrepancy.py`), instead of `RESIDUALS`."""

    parameters: tuple[str, ...]
    aims: tuple[Aim, ...]
    replications: int = 2
    seed: int = 1
    held: tuple[tuple[str, float], ...] = ()
    count: float = COUNT
    elementary: bool = False
    declared: bool = False

    def __post_init__(self) -> None:
        names = (*self.parameters, *dict(self.held))
        unknown = [f"{n}: unknown parameter ({nearest(n, PARAMETERS)})" for n in names if n not in PARAMETERS]
        if unknown:
            raise BadInput(unknown, "calibrate")

    def values(self, unit: np.ndarray) -> dict[str, float]:
        """Values of a point of the unit cube, whose sides are what is looked at (`reach`), and those that are held."""
        pairs = zip(self.parameters, unit, strict=True)
        return {**dict(self.held), **{n: value_at(float(u), *reach(PARAMETERS[n])) for n, u in pairs}}

    def unit(self, values: Mapping[str, float]) -> np.ndarray:
        """The point of the unit cube of some values; medians of the priors where none is given."""
        found = [place_of(values.get(n, PARAMETERS[n].prior), *reach(PARAMETERS[n])) for n in self.parameters]
        return np.array(found)

    def within_ranges(self, cube: np.ndarray) -> np.ndarray:
        """The point of the unit cube of a point of the narrower one whose sides are the ranges of the table."""
        ranges = {n: (PARAMETERS[n].low, PARAMETERS[n].high) for n in self.parameters}
        return self.unit({n: value_at(float(u), *ranges[n]) for n, u in zip(self.parameters, cube, strict=True)})

    def from_prior(self, values: Mapping[str, float]) -> np.ndarray:
        """z of every parameter: (parameters,)."""
        return np.array([away(PARAMETERS[n], values[n]) for n in self.parameters])

    def at_a_bound(self, values: Mapping[str, float]) -> list[str]:
        """Parameters that ended within a hundredth of an end of what was looked at."""
        places = zip(self.parameters, self.unit(values), strict=True)
        return [n for n, u in places if not 0.01 < u < 0.99]


def distance(fact: Fact, value: float) -> float:
    """How far a value lies outside the strong band of a fact, 1 where the pass band ends, at most `FARTHEST`; below
    the band it is negative.

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
        if excess > 0.0:
            far = sign * min(FARTHEST, excess / scale)
    return far


def softened(residuals: np.ndarray, most: float = MOST_SD) -> np.ndarray:
    """Residuals whose squares grow on a straight line from `most` on: sign(r) sqrt(2 most |r| - most^2)."""
    size = np.abs(residuals)
    beyond = np.sqrt(np.maximum(2.0 * most * size - most * most, 0.0))
    return np.asarray(np.where(size <= most, residuals, np.sign(residuals) * beyond))


def scored(episode: Episode, aim: Aim) -> list[Fact]:
    """Facts of an episode that a search looks at: with a band, of the episode as it was, one number a replication."""
    facts = episode.facts.facts if aim.facts else ()
    chosen = [f for f in facts if f.band and not f.variant and not f.unanswered]
    other = (
        HOLDOUT,
        *ACROSS,
        *AGAINST_HISTORY,
    )  # of a search, of all replications, of observations that count by themselves
    return [f for f in chosen if f.statistic not in other]


class Target:
    """Evaluates one set of values against all aims, in one process."""

    def __init__(self, problem: Problem):
        self.problem = problem
        self.episodes: list[Episode] = [find(aim.episode) for aim in problem.aims]
        self.scenarios = [
            Simulation(e.scenario(), changes=aim.changes).scenario
            for e, aim in zip(self.episodes, problem.aims, strict=True)
        ]
        pairs = discrepancy.declared() if problem.declared else {}
        self.own_error = {kind: pair.still for kind, pair in pairs.items()}
        self.same = [s.model_copy(update={"name": "", "title": ""}).digest() for s in self.scenarios]

    def by_episode(self, values: Mapping[str, float]) -> dict[str, dict[str, np.ndarray]]:
        """Residuals of every aim in standard deviations, by episode and group of observations; `facts` together."""
        found: dict[str, dict[str, np.ndarray]] = {}
        runs: dict[str, Run] = {}  # episodes may share a scenario
        for aim, episode, scenario, same in zip(
            self.problem.aims, self.episodes, self.scenarios, self.same, strict=True
        ):
            if same not in runs:
                simulation = Simulation(scenario, behaviour=dict(values), seed=self.problem.seed)
                runs[same] = simulation.run(self.problem.replications)
            run, facts = runs[same], episode.facts
            groups = {} if facts.history is None else _of_history(facts.history, run, aim.span, self.own_error)
            asked = [f for f in scored(episode, aim) if facts.within(f, run)]
            if asked:
                far = [distance(f, float(np.median(facts.value(f, run)))) for f in asked]
                groups["facts"] = FACT_SD * np.array(far)
            if not groups:
                raise BadInput([f"{aim.episode}: nothing is scored in these days"], "calibrate")
            found[aim.episode] = groups
        return found

    def parts(self, values: Mapping[str, float]) -> dict[str, float]:
        """Mean square of the softened residuals of every aim, by episode; groups of observations count alike."""
        found = self.by_episode(values)
        return {
            episode: float(np.mean([np.mean(softened(r) ** 2) for r in groups.values()]))
            for episode, groups in found.items()
        }

    def residuals(self, values: Mapping[str, float]) -> np.ndarray | None:
        """What the objective is the sum of squares of, data first, then priors; None where a run fails."""
        try:
            found = self.by_episode(values)
            answers = elementary.residuals(values) if self.problem.elementary else np.zeros(0)
        except (ArithmeticError, ValueError):
            return None
        count = self.problem.count
        pieces = [
            softened(r) * (np.sqrt(count / (len(groups) * len(r))) if count else 1.0)
            for groups in found.values()
            for r in groups.values()
        ]
        if self.problem.elementary:
            pieces.append(softened(answers))
        everything = np.concatenate([*pieces, self.problem.from_prior(values)])
        return everything if np.isfinite(everything).all() else None

    def objective(self, values: Mapping[str, float]) -> float:
        """The number that is made small; `WORST` where a run fails."""
        found = self.residuals(values)
        return WORST if found is None else float(found @ found)


def _of_history(
    history: History, run: Run, span: tuple[date, date] | None, own_error: Mapping[str, float]
) -> dict[str, np.ndarray]:
    """Errors of ln over their standard deviation, on the mean of ln over replications, by group. own_error: of the
    model by kind of point, where it is not that of the history's residuals."""
    own = np.array([own_error.get(kind_of(d), history.residuals.model_sd) for d in history.data])
    errors = (history.logs(run).mean(axis=0) - history.observed) / np.sqrt(history.sd**2 + own**2)
    within = history.chosen(span=span)
    return {name: errors[mask & within] for name, mask in history.groups.items() if (mask & within).any()}
