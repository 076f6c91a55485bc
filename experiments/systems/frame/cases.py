"""Cases of one scenario on common random numbers, and the tidy table that an experiment reports them in.

A table has one row for each number:

    case, against   what was run; `against` is filled where the number is a paired difference (case - against)
    material, measure, unit
    time            first day of a month or year for points of a path, else empty
    mean, low, high mean, 10 % and 90 % quantile over replications
    n, seed         replications, and the seed of all draws
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from chokepoint.sim.market.runaways import runaways
from chokepoint.sim.politics.governed import GovernedWorld
from chokepoint.sim.results.run import Run
from chokepoint.sim.scenario.problems import BadInput
from chokepoint.sim.scenario.tables import Scenario
from chokepoint.sim.simulation import Simulation, load_scenario

if TYPE_CHECKING:
    import pandas

COLUMNS = ("case", "against", "material", "measure", "unit", "time", "mean", "low", "high", "n", "seed")
WORLDS = Path(__file__).parents[1] / "worlds"
Span = tuple[date, date]


@dataclass(frozen=True)
class Case:
    """One version of a scenario: `key=value` changes (see `sim/scenario/overrides.py`) and values of parameters."""

    name: str
    changes: tuple[str, ...] = ()
    behaviour: Mapping[str, float] = field(default_factory=dict)


def run_cases(scenario: str | Path | Scenario, cases: Sequence[Case], replications: int, seed: int) -> dict[str, Run]:
    """Run every case on the same luck. scenario: name of an episode, a folder, or a `Scenario`.

    Raises `BadInput` where a price runs away: cases would be compared by numbers that mean nothing.
    """
    from chokepoint.experiments.history.catalogue import find

    if not isinstance(scenario, Scenario):
        scenario = load_scenario(find(scenario).folder)
    runs = {
        c.name: Simulation(scenario, changes=c.changes, behaviour=c.behaviour, seed=seed).run(replications)
        for c in cases
    }
    refuse_runaways({name: run.runaways for name, run in runs.items()})
    return runs


def worlds_of(simulation: Simulation, replications: int, name: str) -> list[GovernedWorld]:
    """Finished worlds of a case, for what no record holds. Raises `BadInput` where a price runs away."""
    worlds = [simulation.world(i).run() for i in range(replications)]
    refuse_runaways({f"{name}: replication {i}": runaways(world) for i, world in enumerate(worlds)})
    return worlds


def refuse_runaways(lines: Mapping[str, Sequence[str]]) -> None:
    """Raise `BadInput` where prices ran away. lines: of each of the runs that are compared, by its name."""
    away = [f"{name}: {line}" for name, told in lines.items() for line in told]
    if away:
        raise BadInput(away, "a price runs away")


def year(first: int, last: int | None = None) -> Span:
    """The days from the beginning of one year to the end of it, or of a later one."""
    return date(first, 1, 1), date(last or first, 12, 31)


def monthly(run: Run, data: np.ndarray, adds: bool) -> tuple[list[date], np.ndarray]:
    """First days of months, and the mean of the weeks that begin in each: (replications, months).

    What `adds` up is told a month of 365.25 / 12 days, so that months of four and of five weeks can be compared.
    """
    days = [run.start + timedelta(days=int(t * run.step_days)) for t in range(run.steps)]
    first = [t for t, day in enumerate(days) if t == 0 or day.month != days[t - 1].month]
    means = np.add.reduceat(data, first, axis=1) / np.diff([*first, run.steps])
    return [days[t].replace(day=1) for t in first], means * (365.25 / 12.0 / run.step_days if adds else 1.0)


class Tally:
    """Collects the rows of a table; values come as one number a replication."""

    def __init__(self, seed: int):
        self.seed = seed
        self.rows: list[dict[str, Any]] = []

    def add(
        self, case: str, measure: str, unit: str, values: np.ndarray, *, material: str = "", against: str = "",
        time: str = "",
    ) -> None:  # fmt: skip
        """Add one row. values: (replications,)."""
        values = np.asarray(values, dtype=float)
        low, high = np.quantile(values, [0.1, 0.9])
        row = (case, against, material, measure, unit, time, values.mean(), low, high, len(values), self.seed)
        self.rows.append(dict(zip(COLUMNS, row, strict=True)))

    def compare(
        self, values: Mapping[str, np.ndarray], base: str, measure: str, unit: str, *, material: str = "",
        change: str = "absolute",
    ) -> None:  # fmt: skip
        """Add a measure of every case, and what each of them differs from `base`, paired by replication.

        values: case -> (replications,). change: `absolute` in the unit, or `relative` in per cent of the base.
        """
        for case, each in values.items():
            self.add(case, measure, unit, each, material=material)
        for case, each in values.items():
            if case == base:
                continue
            relative = change == "relative"
            gap = 100.0 * (each / values[base] - 1.0) if relative else each - values[base]
            self.add(case, measure, "%" if relative else unit, gap, material=material, against=base)

    def path(self, case: str, measure: str, unit: str, run: Run, data: np.ndarray, *, adds: bool = False,
             material: str = "") -> None:  # fmt: skip
        """Add the months of a weekly path; what `adds` is told a month. data: (replications, steps)."""
        months, values = monthly(run, data, adds)
        for month, each in zip(months, values.T, strict=True):
            self.add(case, measure, unit, each, material=material, time=month.isoformat())

    def series(self, case: str, run: Run, name: str, column: str, *, material: str = "") -> None:
        """Add the months of one column of a recorded series, in its unit."""
        info = run.about[name]
        self.path(case, name, info.unit, run, run.column(name, column), adds=info.adds, material=material)

    def frame(self) -> "pandas.DataFrame":
        """The table."""
        import pandas as pd

        return pd.DataFrame(self.rows, columns=list(COLUMNS))


def value(table: "pandas.DataFrame", case: str, measure: str, *, material: str = "", against: str = "") -> float:
    """The mean of the one row of a table that is not a point of a path; KeyError where there is none or several."""
    chosen = table[
        (table["case"] == case) & (table["measure"] == measure) & (table["material"] == material)
        & (table["against"] == against) & (table["time"] == "")
    ]  # fmt: skip
    if len(chosen) != 1:
        raise KeyError(f"{case}, {measure}, {material or '-'}, against {against or '-'}: {len(chosen)} rows")
    return float(chosen["mean"].iloc[0])
