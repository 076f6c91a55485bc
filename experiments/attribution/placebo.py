"""Placebos: is it the news of history, on its days, that carries the episode?

The dates of news are shuffled among the items, and each item is left out once. With the dates shuffled the loss should
rise much; no single item should carry more than a third of the rise.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from chokepoint.experiments.attribution import ablation
from chokepoint.experiments.history.catalogue import find
from chokepoint.experiments.runs.batch import Batch
from chokepoint.experiments.runs.points import Point
from chokepoint.experiments.runs.runner import evaluate


@dataclass(frozen=True)
class Placebos:
    """Loss as it was and with dates shuffled; share of the rise that goes with each item of news."""

    loss: float
    shuffled: tuple[float, ...]
    rise: float
    shares: dict[str, float]

    @property
    def ratio(self) -> float:
        """Median loss with dates shuffled over the loss as it was."""
        return float(np.median(self.shuffled)) / self.loss


def placebos(
    episode: str, replications: int = 8, shuffles: int = 20, seed: int = 1, workers: int = 2, progress: Any = None
) -> Placebos:
    """Run the episode, `shuffles` shuffled ones and one without each item of news, on common luck."""
    place = find(episode)
    items = [n.id for n in place.scenario().news if n.admitted == "yes"]
    points = [Point()]
    points += [Point((f"news=shuffled:{i + 1}",)) for i in range(shuffles)]
    points += [Point((f"{item}=none",)) for item in items]
    rows = evaluate(
        Batch(episode, tuple(points), replications, "chokepoint.experiments.attribution.ablation:measure", {}, seed),
        workers,
        progress,
    )
    outcomes = [ablation.outcomes_of(place, [r for r in rows if r["point"] == i]) for i in range(len(points))]

    def loss(version: int) -> float:
        return float(outcomes[version]["loss"].mean())

    rise = ablation.rise_of(outcomes[0], place)
    shares = {item: (rise - ablation.rise_of(outcomes[1 + shuffles + i], place)) / rise for i, item in enumerate(items)}
    return Placebos(loss(0), tuple(loss(1 + i) for i in range(shuffles)), rise, shares)


def print_placebos(result: Placebos, console: Any) -> None:
    """Print what the placebos say."""
    low, high = np.quantile(result.shuffled, [0.1, 0.9])
    console.print(
        f"loss {result.loss:.2f}; with the dates of news shuffled {np.median(result.shuffled):.2f} "
        f"({low:.2f} to {high:.2f}), {result.ratio:.1f} times as large"
    )
    largest = sorted(result.shares.items(), key=lambda x: -abs(x[1]))[:8]
    console.print(f"of a rise of {result.rise:.2f} in ln, single items of news carry at most:")
    for item, share in largest:
        console.print(f"  {100 * share:+5.1f} %  {item}")
