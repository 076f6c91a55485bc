"""What a study keeps of a run, held against its scenario: outputs, series, agents."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from inspect import signature
from typing import Any

import numpy as np

from chokepoint.experiments.analysis.complete import IDENTITY
from chokepoint.experiments.history.catalogue import Episode
from chokepoint.experiments.history.run_statistics import ACROSS, SPANS, STATISTICS, spans
from chokepoint.experiments.runs.outputs import ALL, FIELDS, fact_of, function_named
from chokepoint.experiments.runs.points import Factor
from chokepoint.experiments.sweep.study import Agents, Asked, Study
from chokepoint.sim.market.columns import columns_of
from chokepoint.sim.results.run import Run
from chokepoint.sim.scenario.problems import BadInput, nearest
from chokepoint.sim.simulation import Simulation


class Kept:
    """Everything that is wrong with what a study keeps (`problems`).

    beside: makes of a place in the study's file one that can be found (`Plan.beside`).
    """

    def __init__(
        self, study: Study, episode: Episode, simulation: Simulation, factors: Sequence[Factor],
        beside: Callable[[str], str],
    ):  # fmt: skip
        self.study, self.episode, self.simulation, self.beside = study, episode, simulation, beside
        self.problems: list[str] = []
        self.columns = {
            name: list(columns_of(simulation.layout, info.columns)) for name, info in simulation.series.items()
        }
        self._check_outputs(factors)

    def _check_outputs(self, factors: Sequence[Factor]) -> None:
        s = self.study
        if not s.outputs and s.series is None and s.agents is None and s.design.kind != "hypotheses":
            self.problems.append("outputs: nothing is kept; ask for outputs, series or agents")
        blank = _blank(self.simulation, self.columns)
        for name, asked in s.outputs.items():
            where = f"outputs.{name}"
            if name in IDENTITY or not name.strip():
                self.problems.append(f"{where}: the name is taken" if name.strip() else "outputs: one without a name")
            before = len(self.problems)
            if asked.fact:
                facts = self.episode.facts
                ids = [f.id for f in facts.facts if f.statistic in STATISTICS and f.statistic not in ACROSS]
                if asked.fact not in ids:
                    self.problems.append(f"{where}: no fact {asked.fact!r} ({nearest(asked.fact, ids)})")
                    continue
                fact = fact_of(facts, asked.fact)
                self._check_spans(f"{where}, fact {asked.fact}", fact.arguments)
                if len(self.problems) == before:
                    self._try(where, facts.value, fact, blank)
            elif asked.function:
                try:
                    function_named(self.beside(asked.function))
                except BadInput as error:
                    self.problems += [f"{where}: {p}" for p in error.problems]
            else:
                self._check_statistic(where, asked)
                if len(self.problems) == before:
                    self._try(f"{where}, with", STATISTICS[asked.statistic], blank, **spans(asked.arguments))
        for column in s.series.record if s.series else ():
            series, _, key = column.partition("|")
            self._check_column("series, record", series, key or ALL)
        if s.agents is not None:
            self._check_agents(s.agents)
        columns = {*IDENTITY, *s.outputs, *(s.series.record if s.series else ())}
        columns |= {"agent", "kind", *s.agents.fields} if s.agents else set()
        for f in factors:
            if f.name in columns or not f.name.strip():
                self.problems.append(f"factors.{f.name}: the name is taken, by a column of the tables")

    def _try(self, where: str, statistic: Callable[..., Any], *given: Any, **named: Any) -> None:
        """What cannot be made of a run of ones can be made of no run."""
        try:
            with np.errstate(all="ignore"):
                statistic(*given, **named)
        except BadInput as error:
            self.problems += [f"{where}: {p}" for p in error.problems]
        except Exception as error:  # a statistic fails in its own way on arguments that are no good
            self.problems.append(f"{where}: {type(error).__name__}: {error}")

    def _check_statistic(self, where: str, asked: Asked) -> None:
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
        self._check_spans(where, given)

    def _check_spans(self, where: str, given: Mapping[str, Any]) -> None:
        """Days that a statistic asks for lie within the run, but for a week at its ends."""
        start, end = self.simulation.scenario.start, self.simulation.scenario.end
        week = timedelta(days=7)
        try:
            items = [item for item in given.get("items", ()) if "span" in item]
            asked = [(k, v) for g in (given, *items) for k, v in spans(g).items() if k in SPANS]
            asked += [("years", (date(y, 1, 1), date(y, 12, 31))) for y in given.get("years", ())]
            for key, (first, last) in asked:
                inside = start - week <= first <= last <= end + week and first <= end and last >= start
                if not inside:
                    self.problems.append(
                        f"{where}, {key}: {first} to {last} is not within the scenario, {start} to {end}"
                    )
        except (TypeError, IndexError, ValueError):
            self.problems.append(f"{where}, with: a span is a first and a last day")

    def _check_column(self, where: str, series: str, key: str) -> None:
        if series not in self.columns:
            self.problems.append(f"{where}: no series {series!r} ({nearest(series, self.columns)})")
        elif key != ALL and key not in self.columns[series]:
            self.problems.append(f"{where}: {series} has no column {key!r} ({nearest(key, self.columns[series])})")

    def _check_agents(self, agents: Agents) -> None:
        known = agents_of(self.simulation)
        self.problems += [f"agents, names: {n!r} ({nearest(n, known)})" for n in agents.names if n not in known]
        self.problems += [f"agents, fields: {f!r} ({nearest(f, FIELDS)})" for f in agents.fields if f not in FIELDS]
        if agents.names and agents.sample:
            self.problems.append("agents: give names or a sample, not both")
        elif not agents.names and not 0 < agents.sample <= len(known):
            self.problems.append(f"agents: give names, or a sample between 1 and {len(known)}")


def agents_of(simulation: Simulation) -> list[str]:
    """Names of the agents that can be asked for."""
    layout = simulation.layout
    return [*layout.mines, *layout.refiners, *layout.firms]


def _blank(simulation: Simulation, columns: Mapping[str, list[str]]) -> Run:
    """A run of one replication in which every number is one."""
    scenario = simulation.scenario
    steps = simulation.layout.calendar.steps
    arrays = {name: np.ones((1, steps, len(keys))) for name, keys in columns.items()}
    return Run(
        scenario.name,
        scenario.title,
        scenario.start,
        scenario.choices.step_days,
        dict(columns),
        arrays,
        {},
        simulation.series,
    )
