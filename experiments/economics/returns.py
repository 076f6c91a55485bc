"""Weekly returns of the price outside over ten years of random incidents (E24)."""

import numpy as np

from chokepoint.experiments.economics import acts
from chokepoint.experiments.economics.asked import Asked, Experiment, Found, Panel
from chokepoint.experiments.economics.economy import WEEKS, Economy
from chokepoint.experiments.economics.relabel import part, running, sliced
from chokepoint.experiments.economics.stillness import NOISE_ON
from chokepoint.experiments.economics.worlds import Change, NotPosed, World

YEARS, HISTORIES = 10, 24
A_YEAR, LONGEST, PARTS = 2.0, 12, 10  # incidents a year, weeks, parts of a mine


def incidents(world: World, history: int) -> list[Change]:
    """One history: at random weeks a random part of a random mine stops for some weeks."""
    luck = np.random.default_rng([24, history])
    mines = running(world.scenario)
    found = []
    for i in range(luck.poisson(A_YEAR * YEARS)):
        first, length = int(luck.integers(0, YEARS * WEEKS - 1)), int(luck.integers(2, LONGEST + 1))
        mine = mines[int(luck.integers(len(mines)))]
        names = [(part(mine.mine, j), mine.country) for j in range(int(luck.integers(2, PARTS + 1)))]
        last = min(first + length, YEARS * WEEKS)
        found.append(acts.ore_hold(f"incident.{i + 1}", names, first, last, heard=first))
    return found


def returns(economy: Economy, world: World) -> Found:
    """Histories of stops of mines that all hear of, and as many without."""
    weeks, parts = YEARS * WEEKS, sliced((1.0 / PARTS,) * PARTS)
    hit = []
    for history in range(HISTORIES):
        course = economy.run(world.over(weeks, parts, *incidents(world, history)), behaviour=NOISE_ON, seed=history + 1)
        hit.append(course.log_prices(world.target)[0])
    calm = economy.run(world.over(weeks, parts), behaviour=NOISE_ON, replications=HISTORIES).log_prices(world.target)
    if np.array_equal(np.diff(hit[0]), np.diff(calm[0])) or np.ptp(calm) == 0.0:
        raise NotPosed("neither incidents nor noise move a price")
    struck, quiet = (np.diff(np.array(paths), axis=1) for paths in (hit, calm))
    values = {
        "memory": _memory(struck), "skew": _moment(struck, 3), "tails": _moment(struck, 4) - 3.0,
        "quiet tails": _moment(quiet, 4) - 3.0,
    }  # fmt: skip
    lines = {"with incidents": np.exp(hit[0] - hit[0][0]), "without": np.exp(calm[0] - calm[0][0])}
    return Found(values, [Panel("price outside, one history", "start = 1", lines, axis="weeks from the start")])


def _memory(steps: np.ndarray) -> float:
    """Autocorrelation of weekly returns, mean over histories. steps: (n, w)."""
    return float(np.mean([np.corrcoef(row[:-1], row[1:])[0, 1] for row in steps]))


def _moment(steps: np.ndarray, order: int) -> float:
    """Standardised central moment of weekly returns, mean over histories."""
    gaps = steps - steps.mean(axis=1, keepdims=True)
    return float(((gaps**order).mean(axis=1) / gaps.std(axis=1) ** order).mean())


EXPERIMENTS = (
    Experiment(
        "E24", "Ten years of random incidents",
        (
            Asked("memory", f"autocorrelation of weekly returns, n = {HISTORIES}", None, 0.5),
            Asked("skew", "skewness of weekly returns", 1e-9),
            Asked("tails", "excess kurtosis of weekly returns", 1.0),
            Asked("quiet tails", "excess kurtosis without incidents", 0.3),
        ),
        returns, ("four_exporters",),
    ),
)  # fmt: skip
