"""All experiments: which there are, and what they answer."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from chokepoint.experiments.economics import (
    arbitrage,
    embargoes,
    one_cut,
    permits,
    quotas,
    refusals,
    reserves,
    returns,
    stillness,
    storage,
    supply,
    symmetry,
    taxes,
    words,
)
from chokepoint.experiments.economics.asked import Experiment, Found, Panel, Row
from chokepoint.experiments.economics.economy import Economy
from chokepoint.experiments.economics.worlds import NotPosed, world
from chokepoint.sim.scenario.problems import BadInput, nearest

FILES = (
    arbitrage, embargoes, one_cut, permits, quotas, refusals, reserves, returns, stillness, storage, supply, symmetry,
    taxes, words,
)  # fmt: skip


@dataclass(frozen=True)
class Answer:
    """One experiment on one world: its rows, and what to draw."""

    experiment: Experiment
    world: str
    rows: tuple[Row, ...]
    panels: tuple[Panel, ...]


def experiments() -> list[Experiment]:
    """All experiments in the order of their rows; a row may have several."""
    found = [experiment for file in FILES for experiment in file.EXPERIMENTS]
    return sorted(found, key=lambda experiment: int(experiment.row[1:]))


def chosen(rows: Sequence[str]) -> list[Experiment]:
    """Experiments by their rows, all if none is named; `BadInput` lists those that there are not."""
    found = experiments()
    known = list(dict.fromkeys(experiment.row for experiment in found))
    names = [row.upper() for row in rows]
    problems = [f"{row}: no such experiment ({nearest(row, known)})" for row in names if row not in known]
    if problems:
        raise BadInput(problems, "economics")
    return [experiment for experiment in found if not names or experiment.row in names]


def answer(experiment: Experiment, name: str, economy: Economy) -> Answer:
    """Make an experiment on a world. What it cannot pose, or leaves out, counts as failed and says why."""
    try:
        found = experiment.make(economy, world(name))
    except NotPosed as reason:
        found = Found(dict.fromkeys((asked.part for asked in experiment.asked), str(reason)))
    rows = []
    for asked in experiment.asked:
        given = found.values.get(asked.part, "the experiment gives no value")
        value, why = (None, given) if isinstance(given, str) else (float(given), "")
        rows.append(Row(experiment.row, name, asked, value, why))
    return Answer(experiment, name, tuple(rows), tuple(found.panels))


def answers(
    asked: Sequence[Experiment], economy: Economy, only: str = "", tell: Callable[[str], None] = lambda text: None
) -> Iterator[Answer]:
    """Make experiments one after another, each on its own worlds or on the one that is named."""
    for experiment in asked:
        for name in (only,) if only else experiment.worlds:
            tell(f"{experiment.row} on {name}: {experiment.title} ...")
            yield answer(experiment, name, economy)
