"""A study made ready to run: its factors, points and outputs held against the scenario, every problem told at once."""

from collections.abc import Mapping, Sequence
from fnmatch import fnmatch
from inspect import signature
from pathlib import Path
from typing import Any

import numpy as np

from agents.behaviour import PARAMETERS
from experiments import catalogue
from experiments.catalogue import find
from experiments.run_statistics import ACROSS, STATISTICS, spans
from experiments.runs.batch import Batch
from experiments.runs.points import Factor, Point, Sampled, joined
from experiments.sweep import designs
from experiments.sweep.outputs import ALL, FIELDS, function_named
from experiments.sweep.study import Agents, Asked, Level, Varied, path_of, read_study, shortened
from experiments.weighing import MEASURE, hypotheses_of, points_of
from sim.problems import BadInput, nearest
from sim.record import SERIES, columns_of
from sim.simulation import Simulation


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
        scenario = s.scenario if s.scenario in catalogue.names() else str((self.path.parent / s.scenario).resolve())
        self.episode = find(scenario)
        self.base = Point(s.changes, s.behaviour, {k: self.beside(v) for k, v in s.rules.items()})
        self.simulation = self._simulated(self.base, "study")
        self.factors = self._factors()
        if self.simulation is not None:
            self._try_factors()
            self.columns = {
                name: list(columns_of(self.simulation.layout, info.columns)) for name, info in SERIES.items()
            }
            self._check_outputs(self.simulation)
        matrix = np.zeros((0, len(self.factors)))
        if (self.weighs or s.design.kind in designs.RANDOM) and s.design.points is None:
            self.problems.append(f"design, points: {s.design.kind} needs a number of points")
        if s.design.kind == "list" and not s.design.file:
            self.problems.append("design, file: list needs a CSV file")
        if not self.factors and s.design.kind != "grid" and not self.weighs:
            self.problems.append(f"factors: {s.design.kind} needs at least one")
        if self.weighs:
            self._check_hypotheses()
        self._check_analysis()
        if not self.problems:
            try:
                self.sizes: tuple[int, ...] = tuple(sizes) or ((s.design.points,) if s.design.points else ())
                matrix = matrix if self.weighs else self._matrix()
            except BadInput as error:
                self.problems += error.problems
            except ModuleNotFoundError as error:
                self.problems.append(f"design, {s.design.kind}: needs {error.name}: pip install -e '.[study]'")
        if self.problems:
            raise BadInput(self.problems, f"study {self.path.parent.name}")
        asked, units = self._asked()
        points: Sequence[Point]
        if self.weighs:
            points, measure, asked = points_of(self.episode, self.sizes[-1], s.design.seed), MEASURE, {}
        else:
            points, measure = Sampled(self.factors, matrix, self.base), "experiments.sweep.outputs:Outputs"
        self.batch = Batch(scenario, points, replications or s.replications, measure, {}, s.seed, asked, units)

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
            if not p.low <= value <= p.high and value != p.off:
                self.problems.append(f"factors.{name}: {value:g} lies outside {p.low:g} to {p.high:g} {p.unit}")
        if given.unit and given.unit != p.unit:
            self.problems.append(f"factors.{name}, unit: the table says {p.unit}")
        return Factor(
            name, "parameter", (name,), low, high, given.values, p.unit, given.meaning or p.meaning, scale=given.scale,
            whole=given.whole,
        )  # fmt: skip

    def _try_factors(self) -> None:
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
                self._simulated(point, f"factors.{factor.name}, {factor.told(float(value))}")

    def _check_outputs(self, simulation: Simulation) -> None:
        s = self.study
        if not s.outputs and s.series is None and s.agents is None and not self.weighs:
            self.problems.append("outputs: nothing is kept; ask for outputs, series or agents")
        for name, asked in s.outputs.items():
            where = f"outputs.{name}"
            if name in ("run", "point", "replication", "state", "stage", "message"):
                self.problems.append(f"{where}: the name is taken")
            if asked.fact:
                ids = [f.id for f in self.episode.facts.facts if f.statistic in STATISTICS]
                if asked.fact not in ids:
                    self.problems.append(f"{where}: no fact {asked.fact!r} ({nearest(asked.fact, ids)})")
            elif asked.function:
                try:
                    function_named(self.beside(asked.function))
                except BadInput as error:
                    self.problems += [f"{where}: {p}" for p in error.problems]
            else:
                self._check_statistic(where, asked, simulation)
        for column in s.series.record if s.series else ():
            series, _, key = column.partition("|")
            self._check_column("series, record", series, key or ALL)
        if s.agents is not None:
            self._check_agents(s.agents, simulation)

    def _check_statistic(self, where: str, asked: Asked, simulation: Simulation) -> None:
        known = [n for n in STATISTICS if n not in ACROSS]
        if asked.statistic not in known:
            self.problems.append(f"{where}: no statistic {asked.statistic!r} ({nearest(asked.statistic, known)})")
            return
        given = asked.arguments
        function = STATISTICS[asked.statistic]
        try:
            signature(function).bind(None, **given)
        except TypeError as error:
            wanted = ", ".join(list(signature(function).parameters)[1:])
            self.problems.append(f"{where}, with: {error}; {asked.statistic} takes {wanted}")
            return
        if "series" in given:
            columns = given.get("columns", [])
            for key in [given["column"]] if "column" in given else [columns] if isinstance(columns, str) else columns:
                self._check_column(f"{where}, with", str(given["series"]), str(key))
        try:
            for key, value in spans(given).items():
                if isinstance(value, tuple):
                    first, last = value
                    if not simulation.scenario.start <= first <= last <= simulation.scenario.end:
                        self.problems.append(f"{where}, {key}: {first} to {last} is not within the scenario")
        except (TypeError, IndexError, ValueError):
            self.problems.append(f"{where}, with: a span is a first and a last day")

    def _check_column(self, where: str, series: str, key: str) -> None:
        if series not in SERIES:
            self.problems.append(f"{where}: no series {series!r} ({nearest(series, SERIES)})")
        elif key != ALL and key not in self.columns[series]:
            self.problems.append(f"{where}: {series} has no column {key!r} ({nearest(key, self.columns[series])})")

    def _check_agents(self, agents: Agents, simulation: Simulation) -> None:
        known = _agents(simulation)
        self.problems += [f"agents, names: {n!r} ({nearest(n, known)})" for n in agents.names if n not in known]
        self.problems += [f"agents, fields: {f!r} ({nearest(f, FIELDS)})" for f in agents.fields if f not in FIELDS]
        if not agents.names and not 0 < agents.sample <= len(known):
            self.problems.append(f"agents: give names, or a sample between 1 and {len(known)}")

    def _check_analysis(self) -> None:
        s, factors = self.study, {f.name: f for f in self.factors}
        asked = [(f"find.{q.name}", q.output) for q in s.find]
        asked += [(f"compare.{c.name}", o) for c in s.compare for o in c.outputs]
        self.problems += [
            f"{where}: no output {o!r} ({nearest(o, s.outputs)})" for where, o in asked if o not in s.outputs
        ]
        if s.find and s.design.kind in ("sobol", "morris"):
            self.problems.append(f"find: rows of {s.design.kind} repeat each other's values; use a latin-hypercube")
        if s.find and not set(factors) - set(s.design.cross):
            self.problems.append("find: every factor is crossed, none is left to look for")
        for name in s.design.cross:
            if name not in factors:
                self.problems.append(f"design, cross: no factor {name!r} ({nearest(name, factors)})")
            elif not factors[name].levels and not factors[name].values:
                self.problems.append(f"design, cross: {name} needs levels or values")
        if s.design.cross and s.design.kind != "latin-hypercube":
            self.problems.append("design, cross: only a latin-hypercube is crossed")
        named = [(f"compare.{c.name}", c.factor, c.base) for c in s.compare]
        named += [(f"find.{q.name}", q.factor, told) for q in s.find if q.factor for told in (q.level, q.base)]
        for where, name, told in named:
            if name not in factors:
                self.problems.append(f"{where}: no factor {name!r} ({nearest(name, factors)})")
                continue
            try:
                factors[name].code(told)
            except KeyError:
                self.problems.append(f"{where}: no level {told!r} ({nearest(str(told), factors[name].levels)})")
            except ValueError:
                self.problems.append(f"{where}: {told!r} is not a number")
        self.problems += [
            f"find.{q.name}: {q.factor} is not crossed (design, cross)"
            for q in s.find if q.factor in factors and q.factor not in s.design.cross
        ]  # fmt: skip
        for name, values in s.short.values.items():
            if name not in factors or not values:
                self.problems.append(f"short.values.{name}: no factor of that name ({nearest(name, factors)})")
        if s.paper.function:
            try:
                function_named(self.beside(s.paper.function))
            except BadInput as error:
                self.problems += [f"paper: {p}" for p in error.problems]

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
        """Whether the points are those of the hypotheses of the episode (`experiments/weighing.py`)."""
        return self.study.design.kind == "hypotheses"

    def _matrix(self) -> np.ndarray:
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
        units: dict[str, tuple[str, str]] = {
            "results.state": ("", "done or failed"), "results.stage": ("", "where a failed run stopped"),
            "results.message": ("", "why it failed"),
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
                    unit = SERIES[asked.arguments["series"]].unit
            units[f"results.{name}"] = (unit or "1", meaning)
        found: dict[str, Any] = {"scalars": scalars}
        if s.series is not None:
            found["record"] = [c if "|" in c else f"{c}|{ALL}" for c in s.series.record]
            found["every"] = s.series.every
            units["series.time"] = ("", f"first day of the {s.series.every}")
            for column in found["record"]:
                info = SERIES[column.partition("|")[0]]
                span = f", a {s.series.every}" if info.adds else ""
                units[f"series.{column}"] = (info.unit, info.meaning + span)
        if s.agents is not None:
            known = _agents(self.simulation) if self.simulation is not None else []
            drawn = np.random.default_rng(s.design.seed).choice(known, s.agents.sample, replace=False).tolist()
            chosen = list(s.agents.names) or sorted(drawn)
            units |= {f"agents.{field}": FIELDS[field] for field in s.agents.fields}
            units |= {"agents.agent": ("", "name of the agent"), "agents.kind": ("", "Mine, Refiner or Firm")}
            units["agents.time"] = ("", f"first day of the {s.agents.every}; states are those before it begins")
            found["agents"] = {"names": chosen, "fields": list(s.agents.fields), "every": s.agents.every}
        return found, units


def _plain(value: Any) -> Any:
    """Days as text, so that arguments can be written down; `spans` reads them back."""
    if isinstance(value, Mapping):
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    return value.isoformat() if hasattr(value, "isoformat") else value


def _agents(simulation: Simulation) -> list[str]:
    layout = simulation.layout
    return [*layout.mines, *layout.refiners, *layout.firms]
