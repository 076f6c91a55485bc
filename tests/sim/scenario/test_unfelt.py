"""Nothing is accepted without effect: each number of a scenario table moves a recorded series in some shipped world."""

from collections.abc import Iterator, Mapping
from types import UnionType
from typing import Any, Union, get_args, get_origin

import numpy as np

from chokepoint.sim.scenario.problems import BadInput
from chokepoint.sim.scenario.tables import TABLES, Scenario
from chokepoint.sim.simulation import Simulation, change_scenario, load_scenario
from tests import fingerprints

# The smallest worlds that feel a number stand first; each column is tried until one does.
ORDER = (
    "two-countries", "2000-palladium", "2014-nickel", "crackdown", "growing-use", "2019-threat", "1978-cobalt",
    "2010-embargo",
)  # fmt: skip
ON_A_MAP = {"countries.longitude", "countries.latitude"}
# Numbers that a check holds to a whole among rows that share a key: what one row loses another gets.
WHOLES = {"baskets.share": "basket", "feeds.share": "mine", "refiners.licence_share": "country"}
# What is tried of numbers that rows may do without.
TRIED = {"firms.stock_months": 6.0, "firms.growth_per_year": 0.05, "lags.loading": 4.0, "events.heard": 1.0}
FELT = 1e-6  # of the largest number of a series: less is rounding


def row_types() -> dict[str, Any]:
    """The kind of row of each table."""
    found = {}
    for table in TABLES:
        (row, *_) = get_args(Scenario.model_fields[table].annotation) or (None,)
        if hasattr(row, "model_fields"):
            found[table] = row
    return found


def columns() -> set[str]:
    """Columns that hold a number, in every row or in some."""
    found = set()
    for table, row in row_types().items():
        for name, field in row.model_fields.items():
            one = field.annotation
            kinds = get_args(one) if get_origin(one) in (Union, UnionType) else (one,)
            bare = {get_args(kind)[0] if hasattr(kind, "__metadata__") else kind for kind in kinds}
            if bare & {int, float}:
                found.add(f"{table}.{name}")
    return found


def changed(world: Scenario, column: str) -> Iterator[Scenario]:
    """A world with the numbers of a column a little other: all of them, then one by one."""
    table, _, name = column.partition(".")
    rows = getattr(world, table)
    have = [getattr(row, name) for row in rows]
    chosen = [i for i, value in enumerate(have) if value is not None]
    steps: list[dict[int, float]] = []
    if column in WHOLES:
        pairs = [(i, j) for i in chosen for j in chosen if i < j and min(have[i], have[j]) > 0.0]
        key = WHOLES[column]
        for i, j in [(i, j) for i, j in pairs if getattr(rows[i], key) == getattr(rows[j], key)][:1]:
            some = 0.3 * min(have[i], have[j])
            steps.append({i: have[i] - some, j: have[j] + some})
    else:
        steps += [{i: other(have[i], factor) for i in chosen} for factor in (1.1, 0.9)]
        steps += [{i: other(have[i], 1.2)} for i in chosen[:8]]
    if column in TRIED:
        steps += [{i: TRIED[column]} for i, value in enumerate(have) if value is None]
    for step in filter(None, steps):
        new = tuple(row.model_copy(update={name: step[i]}) if i in step else row for i, row in enumerate(rows))
        yield world.model_copy(update={table: new})


def other(value: float, factor: float) -> float:
    return value + 1 if isinstance(value, int) else value * factor if value else 0.05


def recorded(world: Scenario) -> dict[str, np.ndarray]:
    return {name: np.array(data) for name, data in Simulation(world, seed=1).world().run().R._asdict().items()}


def moved(before: Mapping[str, np.ndarray], after: Mapping[str, np.ndarray]) -> bool:
    """Whether any series differs by more than rounding."""
    return any(
        after[name].shape != data.shape
        or float(np.abs(after[name] - data).max(initial=0.0)) > FELT * float(np.abs(data).max(initial=0.0))
        for name, data in before.items()
    )


def felt(world: Scenario, plain: Mapping[str, np.ndarray], column: str) -> bool:
    """Whether any change of a column that is accepted moves the world."""
    for one in changed(world, column):
        try:
            checked = change_scenario(one, ())
        except BadInput:
            continue  # refused is not accepted
        if moved(plain, recorded(checked)):
            return True
    return False


def test_every_number_of_a_table_moves_something() -> None:
    left = columns() - ON_A_MAP
    assert {"firms.use_t_per_year", "mines.host_share", "events.value", "lags.lag_weeks", *TRIED} <= left
    folders = fingerprints.worlds()
    assert set(ORDER) <= set(folders)
    for name in ORDER:
        world = load_scenario(folders[name])
        plain = recorded(world)
        left -= {column for column in sorted(left) if felt(world, plain, column)}
    assert left == set()
