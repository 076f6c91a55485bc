"""A study made ready to run: its factors, points and outputs held against the scenario, every problem told at once."""

from collections.abc import Mapping, Sequence
from datetime import date
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import numpy as np

from chokepoint.agents.behaviour import PARAMETERS
from chokepoint.experiments.history import catalogue
from chokepoint.experiments.history.catalogue import Episode, find
from chokepoint.experiments.inference.weighing import MEASURE, hypotheses_of, points_of
from chokepoint.experiments.runs.batch import Batch
from chokepoint.experiments.runs.outputs import ALL, FIELDS
from chokepoint.experiments.runs.points import Factor, Point, Sampled, joined
from chokepoint.experiments.sweep import designs
from chokepoint.experiments.sweep.analysed import analysis_problems
from chokepoint.experiments.sweep.kept import Kept, agents_of
from chokepoint.experiments.sweep.study import Level, Varied, path_of, read_study, shortened
from chokepoint.sim.market.week import recorded
from chokepoint.sim.scenario.problems import BadInput, nearest
from chokepoint.sim.simulation import Simulation

MOST_POINTS, MOST_RUNS = 1_000_000, 10_000_000  # of a study: what one machine can hold a list of
OUTPUTS = "chokepoint.experiments.runs.outputs:Outputs"  # measures the runs of every design but hypotheses
TAKEN = {  # what a design is told, besides a seed
    "grid": ("levels",), "latin-hypercube": ("points", "cross"), "sobol": ("points", "second_order"),
    "morris": ("points",), "list": ("file",), "hypotheses": ("points",),
}  # fmt: skip


class Plan:
    """A study made ready: its factors, its batch, what its columns mean. `BadInput` lists every problem.

    study: file or name; short: the small version; sizes: of a random design that was extended, each with those before
    it; replications: instead of those of the file.
    """

    def __init__(
        self, study: str | Path, short: bool = False, sizes: Sequence[int] = (), replications: int | None = None
    ):
        self.path = path_of(study)
        self.study = shortened(read_study(study)) if short else read_study(study)
        s, self.problems = self.study, list[str]()
        self.sizes: tuple[int, ...] = tuple(sizes) or ((s.design.points,) if s.design.points else ())
        self.factors = self._factors()
        self._check_design(replications or s.replications)
        self.problems += analysis_problems(s, self.factors, self._values, self.beside)
        self.episode = self._found()
        self._check_keys()
        self.base = Point(s.changes, s.behaviour, {k: self.beside(v) for k, v in s.rules.items()})
        self.simulation = self._simulated(self.base, "study")
        self._check_scenario()
        matrix = self._matrix()
        if self.problems:
            raise BadInput(self.problems, f"study {self.path.absolute().parent.name}")
        self.batch = self._batch(matrix, replications or s.replications)

    @property
    def place(self) -> str:
        """Where the scenario is: the name of an episode, or a path that holds from anywhere."""
        name = self.study.scenario
        return name if name in catalogue.names() else str((self.path.parent / name).resolve())

    def _found(self) -> Episode:
        try:
            return find(self.place)
        except BadInput as error:
            near = nearest(self.study.scenario, catalogue.names())
            told = f"scenario: {self.study.scenario!r} is no episode, nor a folder or recipe beside the study ({near})"
            self.problems += error.problems if Path(self.place).exists() else [told]
            raise BadInput(self.problems, f"study {self.path.absolute().parent.name}") from None

    def _check_scenario(self) -> None:
        """Hold factors and what is kept against the scenario."""
        if self.simulation is not None:
            self._try_factors(self.simulation)
        # Where a change is wrong, what is wrong beside it is told by the scenario without it, on the same days.
        days = tuple(c for c in self.study.changes if c.partition("=")[0].strip() in ("start", "end"))
        simulation = self.simulation or self._simulated(Point(days), "scenario")
        if simulation is not None:
            self.problems += Kept(self.study, self.episode, simulation, self.factors, self.beside).problems
        if self.weighs:
            self._check_hypotheses()

    def _batch(self, matrix: np.ndarray, replications: int) -> Batch:
        s, (asked, units) = self.study, self._asked()
        if not self.weighs:
            points = Sampled(self.factors, matrix, self.base)
            return Batch(self.place, points, replications, OUTPUTS, {}, s.seed, asked, units)
        evidence = self.episode.facts.evidence
        units |= {
            f"results.ln {i}": ("ln", f"{d.group} {d.item}, {d.first} to {d.last}".strip())
            for i, d in enumerate(evidence.data if evidence else ())
        }
        stories = points_of(self.episode, self.sizes[-1], s.design.seed)
        return Batch(self.place, stories, replications, MEASURE, {}, s.seed, {}, units)

    def beside(self, place: str) -> str:
        """A place in a file of the study, which may lie beside it."""
        file, _, name = place.rpartition(":")
        beside = self.path.parent / file
        return f"{beside.resolve()}:{name}" if file.endswith(".py") and beside.is_file() else place

    def _simulated(self, point: Point, where: str) -> Simulation | None:
        try:
            return self.episode.simulation(changes=point.changes, behaviour=point.behaviour, rules=dict(point.rules))
        except BadInput as error:
            self.problems += [f"{where}: {p}" for p in error.problems]
            return None

    def _factors(self) -> tuple[Factor, ...]:
        found: dict[str, Factor] = {}
        for pattern in self.study.parameters:
            chosen = [n for n in PARAMETERS if fnmatch(n, pattern)]
            if not chosen:
                self.problems.append(f"parameters: {pattern!r} names none ({nearest(pattern, PARAMETERS)})")
            for name in chosen:
                found.setdefault(name, self._parameter(name, Varied()))
        for name, given in self.study.factors.items():
            if given.levels:
                levels = [v if isinstance(v, Level) else Level(changes=v) for v in given.levels.values()]
                points = tuple(
                    Point(v.changes, v.behaviour, {k: self.beside(place) for k, place in v.rules.items()})
                    for v in levels
                )
                found[name] = Factor(
                    name, "choice", low=0.0, high=len(levels) - 1.0, levels=tuple(given.levels), points=points,
                    meaning=given.meaning,
                )  # fmt: skip
            elif given.set:
                keys = (given.set,) if isinstance(given.set, str) else given.set
                low, high = given.range or (min(given.values), max(given.values))
                self.problems += [
                    f"factors.{name}: {v:g} lies outside {low:g} to {high:g}"
                    for v in given.values
                    if not low <= v <= high
                ]
                found[name] = Factor(
                    name, "set", keys, low, high, given.values, given.unit or "1", given.meaning,
                    scale=given.scale, whole=given.whole,
                )  # fmt: skip
            elif name in PARAMETERS:
                found[name] = self._parameter(name, given)
            else:
                near = nearest(name, PARAMETERS)
                self.problems.append(f"factors.{name}: no parameter of that name ({near}); or give set or levels")
        return tuple(found.values())

    def _parameter(self, name: str, given: Varied) -> Factor:
        p = PARAMETERS[name]
        low, high = given.range or (p.low, p.high)
        for value in (low, high, *given.values):
            if not p.least <= value <= p.most and value != p.off:
                self.problems.append(f"factors.{name}: {value:g} lies outside {p.least:.4g} to {p.most:.4g} {p.unit}")
        if given.unit and given.unit != p.unit:
            self.problems.append(f"factors.{name}, unit: the table says {p.unit}")
        low, high = min((low, *given.values)), max((high, *given.values))  # what switches off may lie outside
        scale = given.scale
        if scale == "log" and low <= 0.0:
            self.problems.append(f"factors.{name}, scale: its range begins at {low:g}, a logarithmic one above zero")
            scale = "linear"
        if given.whole and (low % 1.0 or high % 1.0):
            self.problems.append(f"factors.{name}, whole: its range is {low:g} to {high:g}")
        return Factor(
            name, "parameter", (name,), low, high, given.values, p.unit, given.meaning or p.meaning, scale=scale,
            whole=given.whole,
        )  # fmt: skip

    def _try_factors(self, simulation: Simulation) -> None:
        """Make the scenario at both ends, every value and every level of a factor, the others at their first."""
        first = {f.name: 0.0 if f.levels else (f.values or (f.low,))[0] for f in self.factors}
        for factor in self.factors:
            if factor.kind == "parameter":
                continue
            values = range(len(factor.levels)) if factor.levels else sorted({factor.low, factor.high, *factor.values})
            for value in values:
                point = self.base
                for other in self.factors:
                    if other.kind != "parameter":
                        point = joined(point, other.point(float(value) if other is factor else first[other.name]))
                where = f"factors.{factor.name}, {factor.told(float(value))}"
                found = self._simulated(point, where)
                if found is not None and _span(found) != _span(simulation):
                    self.problems.append(f"{where}: start and end of a run are the same in a whole study")

    def _check_design(self, replications: int) -> None:
        """What a design takes, what it needs, and how many runs it would be."""
        s, d = self.study, self.study.design
        taken = TAKEN[d.kind]
        self.problems += [
            f"design, {key}: a {d.kind} takes none ({' and '.join(taken)})"
            for key in ("points", "levels", "file", "second_order") if key in d.model_fields_set and key not in taken
        ]  # fmt: skip
        if (self.weighs or d.kind in designs.RANDOM) and d.points is None:
            self.problems.append(f"design, points: {d.kind} needs a number of points")
        if d.kind == "list" and not d.file:
            self.problems.append("design, file: list needs a CSV file")
        if not self.factors and d.kind != "grid" and not self.weighs:
            self.problems.append(f"factors: {d.kind} needs at least one")
        self.problems += [
            f"factors.{name}, values: a {d.kind} draws from a range; give one, or levels"
            for name, given in s.factors.items()
            if d.kind in designs.RANDOM and given.values and not given.range and name not in d.cross
        ]
        if d.kind == "morris":
            steps = designs.MORRIS_LEVELS - 1
            self.problems += [
                f"factors.{f.name}, whole: steps of morris are thirds of the range, these are no whole numbers"
                for f in self.factors if f.whole and (f.scale == "log" or (f.high - f.low) % steps)
            ]  # fmt: skip
            if d.points == 1:
                self.problems.append("design, points: morris needs two trajectories or more")
        apart = [f for f in self.factors if d.kind == "grid" or f.name in d.cross]
        values = [len(self._values(f)) for f in apart]
        size = self.sizes[-1] if self.sizes and d.kind in designs.RANDOM else 1
        points = designs.size_of(d.kind, size, len(self.factors) - len(apart), values, d.second_order)
        if points > MOST_POINTS or points * replications > MOST_RUNS:
            self.problems.append(
                f"design: {points:,} points and {replications:,} replications of each are too many (at most "
                f"{MOST_POINTS:,} points, {MOST_RUNS:,} runs)"
            )

    def _values(self, factor: Factor) -> list[float]:
        """The values of a factor of a grid, or of one that is crossed; none where they cannot be told."""
        d = self.study.design
        if d.kind == "grid" or factor.name in d.cross:
            return [float(v) for v in designs.grid([factor], d.levels)[:, 0]]
        return []

    def _check_keys(self) -> None:
        """No two may set the same thing, and no change a parameter that is a factor: only one of them would count."""
        owners: dict[str, str] = {}
        for f in self.factors:
            for key in (key.removeprefix("behaviour.") for key in f.keys):
                if key in owners:
                    self.problems.append(f"factors.{f.name}: {key} is set by factors.{owners[key]} already")
                owners.setdefault(key, f.name)
        told = [("changes", change) for change in self.study.changes]
        told += [(f"{self.study.scenario}, changes", change) for change in self.episode.changes]
        for f in self.factors:
            for level, point in zip(f.levels, f.points, strict=True):
                told += [(f"factors.{f.name}, {level}", change) for change in (*point.changes, *point.behaviour)]
        for where, change in told:
            key = change.partition("=")[0].strip().removeprefix("behaviour.")
            if key in PARAMETERS and key in owners:
                self.problems.append(f"{where}: {key} is what factors.{owners[key]} varies")

    def _check_hypotheses(self) -> None:
        s = self.study
        self.problems += [
            f"{name}: hypotheses bring their own (facts.toml of the episode)"
            for name in ("changes", "behaviour", "rules", "parameters", "factors", "outputs", "series", "agents")
            if getattr(s, name)
        ]
        try:
            hypotheses_of(self.episode)
        except BadInput as error:
            self.problems += error.problems

    @property
    def weighs(self) -> bool:
        """Whether the points are those of the hypotheses of the episode (`experiments/inference/weighing.py`)."""
        return self.study.design.kind == "hypotheses"

    def _matrix(self) -> np.ndarray:
        """The values of the factors at every point; none where something is wrong."""
        try:
            return np.zeros((0, 0)) if self.problems or self.weighs else self._made()
        except BadInput as error:
            self.problems += error.problems
        except ModuleNotFoundError as error:
            kind = self.study.design.kind
            self.problems.append(f"design, {kind}: needs {error.name}: pip install -e '.[study]'")
        return np.zeros((0, 0))

    def _made(self) -> np.ndarray:
        d = self.study.design
        if d.kind == "grid":
            return designs.grid(self.factors, d.levels)
        if d.kind == "list":
            return designs.listed(self.path.parent / d.file, self.factors)
        crossed = [f for f in self.factors if f.name in d.cross]
        spread = [f for f in self.factors if f.name not in d.cross]
        matrix = designs.rounds_of(d.kind, self.sizes, spread, d.seed, d.second_order)
        return designs.crossed(matrix, spread, crossed, self.factors)

    def _asked(self) -> tuple[dict[str, Any], dict[str, tuple[str, str]]]:
        """Arguments of `Outputs`, and unit and meaning of every column."""
        s, scalars = self.study, dict[str, Any]()
        series = recorded() if self.simulation is None else self.simulation.series
        units: dict[str, tuple[str, str]] = {
            "results.state": ("", "done or failed"), "results.stage": ("", "where a failed run stopped"),
            "results.message": ("", "why it failed; of a finished run, the price that ran away in it"),
        }  # fmt: skip
        for name, asked in s.outputs.items():
            unit, meaning = asked.unit, asked.meaning
            if asked.fact:
                scalars[name] = {"fact": asked.fact}
                fact = next(f for f in self.episode.facts.facts if f.id == asked.fact)
                unit, meaning = unit or fact.unit, meaning or fact.title
            elif asked.function:
                scalars[name] = {"function": self.beside(asked.function)}
            else:
                scalars[name] = {"statistic": asked.statistic, "with": _plain(asked.arguments)}
                meaning = meaning or f"{asked.statistic} of {', '.join(f'{k} {v}' for k, v in asked.arguments.items())}"
                if not unit and asked.statistic in ("level", "peak", "total"):
                    unit = series[asked.arguments["series"]].unit
            units[f"results.{name}"] = (unit or "1", meaning)
        found: dict[str, Any] = {"scalars": scalars}
        if s.series is not None:
            found["record"] = [c if "|" in c else f"{c}|{ALL}" for c in s.series.record]
            found["every"] = s.series.every
            units["series.time"] = ("", f"first day of the {s.series.every}")
            for column in found["record"]:
                info = series[column.partition("|")[0]]
                span = f", a {s.series.every}" if info.adds else ""
                units[f"series.{column}"] = (info.unit, info.meaning + span)
        if s.agents is not None:
            known = agents_of(self.simulation) if self.simulation is not None else []
            drawn = np.random.default_rng(s.design.seed).choice(known, s.agents.sample, replace=False).tolist()
            chosen = list(s.agents.names) or sorted(drawn)
            units |= {f"agents.{field}": FIELDS[field] for field in s.agents.fields}
            units |= {"agents.agent": ("", "name of the agent"), "agents.kind": ("", "Mine, Refiner or Firm")}
            units["agents.time"] = ("", f"first day of the {s.agents.every}; states are those before it begins")
            found["agents"] = {"names": chosen, "fields": list(s.agents.fields), "every": s.agents.every}
        return found, units


def _span(simulation: Simulation) -> tuple[date, date]:
    return simulation.scenario.start, simulation.scenario.end


def _plain(value: Any) -> Any:
    """Days as text, so that arguments can be written down; `spans` reads them back."""
    if isinstance(value, Mapping):
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    return value.isoformat() if hasattr(value, "isoformat") else value
