"""What a study keeps of a run: numbers, paths by week, month, quarter or year, and the states of some agents."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import numpy as np

from chokepoint.experiments.history.catalogue import Episode
from chokepoint.experiments.history.facts import Facts
from chokepoint.experiments.history.run_statistics import STATISTICS, spans
from chokepoint.sim.politics.governed import GovernedWorld
from chokepoint.sim.results.run import Run
from chokepoint.sim.scenario.problems import BadInput

ALL = "all"  # the sum over the columns of a series
FIELDS = {  # of the agents' Mesa views: unit and meaning
    "unfilled": ("share", "remembered share of use that was lost"),
    "noise": ("ln", "disturbance of a firm's use"),
    "stock": ("t", "held of all materials"),
    "run": ("t", "feed run in the last week"),
    "output": ("t", "shipped in the last week"),
    "debt": ("thousand USD", "debt of a mine"),
    "state": ("", "of a mine: planned, operating, building or defaulted"),
}


class Outputs:
    """Measures a run (see `experiments/runs/batch.py`).

    scalars: name -> {statistic, with} (`run_statistics.py`), {fact} of the episode, or {function}: `module:function`
    or `file.py:function` of a run that returns one number. record: columns such as `price_outside|Nd`, or
    `exports|all` for their sum, told every `every`. agents: names, fields of their Mesa views, and how often.
    """

    def __init__(
        self, scalars: Mapping[str, Mapping[str, Any]], record: Sequence[str] = (), every: str = "month",
        agents: Mapping[str, Any] | None = None,
    ):  # fmt: skip
        self.scalars, self.record, self.every = scalars, tuple(record), every
        self.sample = _Sample(**agents) if agents else None
        self.look: Callable[[GovernedWorld], None] | None = self.sample
        self.function = cache(function_named)  # read once, and anew by whoever makes other outputs in this process

    def __call__(self, run: Run, episode: Episode) -> tuple[dict[str, float], dict[str, dict[str, Any]]]:
        numbers: dict[str, float] = {}
        for name, asked in self.scalars.items():
            try:
                numbers[name] = scalar(run, episode, asked, self.function)
            except Exception as error:  # a function of the study's own may fail in any way; say which
                raise RuntimeError(f"output {name}: {type(error).__name__}: {error}") from error
        tables = {}
        if self.record:
            tables["series"] = paths(run, self.record, self.every)
        if self.sample is not None:
            tables["agents"] = self.sample.take()
        return numbers, tables


def scalar(
    run: Run, episode: Episode, asked: Mapping[str, Any], function: Callable[[str], Callable[[Run], Any]] | None = None
) -> float:
    """One number of a run with one replication; `ValueError` where it is not one, or not finite. function: what finds
    the function of a place, by default `function_named`."""
    if "fact" in asked:
        values = episode.facts.value(fact_of(episode.facts, asked["fact"]), run)
    elif "function" in asked:
        values = (function or function_named)(asked["function"])(run)
    else:
        values = STATISTICS[asked["statistic"]](run, **spans(asked.get("with", {})))
    found = np.asarray(values, dtype=float).reshape(-1)
    if len(found) != 1:
        raise ValueError(f"{len(found)} numbers where one is wanted")
    if not np.isfinite(found[0]):
        raise ValueError(f"{found[0]} is not a finite number")
    return float(found[0])


def fact_of(facts: Facts, name: str) -> Any:
    """The fact of that id; KeyError where there is none."""
    return {f.id: f for f in facts.facts}[name]


def function_named(place: str) -> Callable[[Run], Any]:
    """The function behind `module:function` or `file.py:function`; `BadInput` where it cannot be had."""
    where, _, name = place.rpartition(":")
    try:
        if where.endswith(".py"):
            spec = spec_from_file_location(Path(where).stem, where)
            assert spec is not None
            assert spec.loader is not None
            module = module_from_spec(spec)
            spec.loader.exec_module(module)
        else:
            module = import_module(where)
        found: Callable[[Run], Any] = getattr(module, name)
        if not callable(found):
            raise TypeError(f"{name} is not a function")
    except Exception as error:  # the study's own file may fail in any way while it is read
        raise BadInput([f"{place}: cannot be read ({type(error).__name__}: {error})"], "outputs") from None
    return found


def _begins(start: date, steps: int, step_days: float, every: str) -> tuple[list[int], list[date]]:
    """First step and first day of every week, month, quarter or year: a step belongs to where it begins."""
    days = [start + timedelta(days=int(t * step_days)) for t in range(steps)]
    if every == "week":
        return list(range(steps)), days
    months = {"month": 1, "quarter": 3, "year": 12}[every]
    keys = [(day.year * 12 + day.month - 1) // months * months for day in days]
    first = [t for t, key in enumerate(keys) if t == 0 or key != keys[t - 1]]
    return first, [date(keys[t] // 12, keys[t] % 12 + 1, 1) for t in first]


def paths(run: Run, record: Sequence[str], every: str) -> dict[str, Any]:
    """Columns of series of one replication: flows are added up, levels averaged. `time` is a first day."""
    first, days = _begins(run.start, run.steps, run.step_days, every)
    lengths = np.diff([*first, run.steps])
    found: dict[str, Any] = {"time": days}
    for column in record:
        name, _, key = column.partition("|")
        data = run.arrays[name][0].sum(axis=1) if key == ALL else run.column(name, key)[0]
        sums = np.add.reduceat(data, first)
        found[column] = sums if run.about[name].adds else sums / lengths
    return found


class _Sample:
    """The states of some agents at the start of every so often: called with the world before every week."""

    def __init__(self, names: Sequence[str], fields: Sequence[str], every: str):
        self.names, self.fields, self.every = frozenset(names), tuple(fields), every
        self.rows: list[tuple[Any, ...]] = []
        self.world: GovernedWorld | None = None
        self.model: Any = None

    def __call__(self, world: GovernedWorld) -> None:
        if world is not self.world:
            from chokepoint.sim.model import MarketModel

            if self.world is not None:  # of a run that failed
                self.model.discard()
            self.world, self.rows, self.model = world, [], MarketModel(world)
            calendar = world.calendar
            first, days = _begins(calendar.start, calendar.steps, calendar.step_days, self.every)
            self.days = dict(zip(first, days, strict=True))
            self.agents: list[Any] = [a for a in self.model.agents if getattr(a, "name", "") in self.names]
        if world.step in self.days:
            for agent in self.agents:
                seen = [getattr(agent, f, None) for f in self.fields]
                self.rows.append((self.days[world.step], agent.name, type(agent).__name__, *seen))

    def take(self) -> dict[str, Any]:
        """The rows of the world that was looked at, which is then let go."""
        self.model.discard()
        names = ("time", "agent", "kind", *self.fields)
        found: dict[str, Any] = dict(zip(names, map(list, zip(*self.rows, strict=True)), strict=True))
        self.world, self.rows = None, []
        for name in self.fields:  # of one type, whichever agents were drawn
            told = found[name]
            found[name] = (
                ["" if v is None else str(v) for v in told]
                if name == "state"
                else np.array([np.nan if v is None else v for v in told], dtype=float)
            )
        return found
