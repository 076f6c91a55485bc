"""A tornado of assumptions: the loss of an episode under plus and minus half of each number that has no source."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from chokepoint.experiments.history.catalogue import find
from chokepoint.experiments.history.observed import History
from chokepoint.experiments.runs.batch import Batch
from chokepoint.experiments.runs.points import Point
from chokepoint.experiments.runs.runner import evaluate
from chokepoint.sim.scenario.overrides import row_keys
from chokepoint.sim.scenario.problems import BadInput
from chokepoint.sim.scenario.tables import TABLES, Scenario, assumed

PLACES = ("longitude", "latitude")  # where a mark stands on a map moves nothing


@dataclass(frozen=True)
class Bar:
    """One assumption: its key, value, and the loss at half and at one and a half of it (nan: not possible)."""

    key: str
    value: float
    low: float
    high: float

    @property
    def width(self) -> float:
        """Larger distance between the two losses where both are possible."""
        return float(np.nanmax([self.low, self.high]) - np.nanmin([self.low, self.high]))


def assumptions(scenario: Scenario) -> Iterator[tuple[str, float]]:
    """Keys (as for `--set`) and values of all numbers that are assumptions."""
    for table in TABLES:
        rows = getattr(scenario, table)
        for key, row in zip(row_keys(rows), rows, strict=True):
            if not assumed(row):
                continue
            for field, value in row.model_dump(by_alias=True).items():
                if isinstance(value, float) and value != 0.0 and field not in PLACES:
                    yield f"{table}.{key}.{field}", value


def tornado(
    episode: str, replications: int = 2, seed: int = 1, workers: int = 2, progress: Any = None
) -> tuple[float, list[Bar]]:
    """The loss as it is, and a bar for each assumption, widest first; `BadInput` without scored observations."""
    place = find(episode)
    history = place.facts.history
    if history is None:
        raise BadInput([f"{episode}: has no scored observations (observed.csv)"], "tornado")
    found = list(assumptions(place.scenario()))
    points = [Point()]
    points += [Point((f"{key}={value * factor!r}",)) for key, value in found for factor in (0.5, 1.5)]
    rows = evaluate(
        Batch(episode, tuple(points), replications, "chokepoint.experiments.history.scoring:measure", {}, seed),
        workers,
        progress,
    )
    losses = [_loss(history, rows[i * replications : (i + 1) * replications]) for i in range(len(points))]
    bars = [Bar(key, value, losses[1 + 2 * i], losses[2 + 2 * i]) for i, (key, value) in enumerate(found)]
    possible = [b for b in bars if b.low == b.low or b.high == b.high]
    return losses[0], sorted(possible, key=lambda b: -max(abs(x - losses[0]) for x in (b.low, b.high) if x == x))


def _loss(history: History, rows: list[dict[str, Any]]) -> float:
    if any(r["state"] == "failed" for r in rows):
        return float("nan")
    return history.loss(np.array([[r[f"ln {i}"] for i in range(len(history.data))] for r in rows]))


def draw(loss: float, bars: list[Bar], most: int = 25) -> Any:
    """A figure of the widest bars: loss at half (light) and at one and a half (dark) of each assumption. One bar that
    dwarfs all others is cut off, and its value written."""
    import matplotlib.pyplot as plt
    import seaborn as sns

    sns.set_theme(style="whitegrid", context="paper")
    shown = bars[:most][::-1]
    figure, axes = plt.subplots(figsize=(7.2, 0.24 * len(shown) + 1.2), layout="constrained")
    reach = sorted(max(abs(x - loss) for x in (b.low, b.high) if x == x) for b in shown)
    end = loss + 1.4 * reach[-2] if len(reach) > 1 and reach[-1] > 3.0 * reach[-2] else math.inf
    for i, bar in enumerate(shown):
        for value, colour in ((bar.low, "#9ecae1"), (bar.high, "#08519c")):
            if value == value:
                axes.barh(i, min(value, end) - loss, left=loss, color=colour, height=0.62)
            if value > end:
                axes.text(end, i, f"to {value:.1f} ", va="center", ha="right", fontsize=7)
    axes.axvline(loss, color="black", linewidth=0.8)
    axes.set_yticks(range(len(shown)), [b.key for b in shown], fontsize=7)
    axes.set_xlabel("loss of the episode\n(light: half, dark: one and a half of the assumed number)")
    axes.grid(axis="y", visible=False)
    axes.set_ylim(-0.7, len(shown) - 0.3)
    axes.set_title(f"Assumptions that matter most ({len(bars)} varied)", loc="left", fontsize=10)
    return figure
