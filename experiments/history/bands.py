"""Predictive bands at scored observations, and whether they hold what they claim.

A band is of what an observer would have printed: paths of replications, which differ by luck and by what is arbitrary
of the world, the model's own error (`discrepancy.py`) and that of measurement. Bands of 90 % should hold 80 to 97 % of
the points; a sharper forecast has the smaller continuous ranked probability score (`crps.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from chokepoint.experiments.history.crps import of_draws
from chokepoint.experiments.history.discrepancy import KINDS, Discrepancy, Errors
from chokepoint.experiments.history.observed import Datum, History

NOMINAL = 0.9
HELD = (0.80, 0.97)  # share of points that bands of 90 % should hold
COPIES = 400  # draws of the predictive distribution at each point, at least


@dataclass(frozen=True)
class Bands:
    """Bands at the points of a history, each (points,): ends in ln, score in ln, and the error over its spread.

    group: name of the group of each point. whitened: error of the mean over the standard deviation of the predictive
    distribution; its mean square is about 1 where the declared error is right.
    """

    group: tuple[str, ...]
    low: np.ndarray
    high: np.ndarray
    held: np.ndarray
    crps: np.ndarray
    whitened: np.ndarray

    def by_group(self) -> dict[str, dict[str, float]]:
        """Points, share held, mean score and mean square of whitened errors by group."""
        names = np.array(self.group)
        return {
            name: {
                "points": int(at.sum()), "held": float(self.held[at].mean()), "crps": float(self.crps[at].mean()),
                "whitened": float((self.whitened[at] ** 2).mean()),
            }
            for name in dict.fromkeys(self.group)
            if (at := names == name).any()
        }  # fmt: skip


def kind_of(datum: Datum) -> str:
    """Which of `KINDS` a point is of; a price of a country is one outside."""
    if datum.series == "price_inside":
        return "price inside"
    return "price outside" if datum.series.startswith("price") else "volume"


def errors_of(history: History, logs: np.ndarray, bases: np.ndarray) -> Errors:
    """What the model's own error is estimated from; logs, bases: ln of the model at every point and in its base year,
    (replications, points)."""
    kind = np.array([KINDS.index(kind_of(d)) for d in history.data])
    return Errors(
        history.observed - logs.mean(axis=0), history.sd**2 + logs.var(axis=0), (logs - bases).mean(axis=0), kind
    )


def bands_of(
    history: History, logs: np.ndarray, bases: np.ndarray, pairs: Mapping[str, Discrepancy], seed: int = 1
) -> Bands:
    """Bands at every point of a history, under the model's own error by kind of point."""
    found = errors_of(history, logs, bases)
    own = np.zeros(len(found.kind))
    for number, kind in enumerate(KINDS):
        if kind in pairs:
            own = np.where(found.kind == number, pairs[kind].sd(found.move), own)
    spread = np.sqrt(own**2 + history.sd**2)
    times = -(-COPIES // len(logs))
    noise = np.random.default_rng(seed).normal(size=(times * len(logs), logs.shape[1]))
    drawn = np.sort(np.tile(logs, (times, 1)) + spread * noise, axis=0)
    low, high = np.quantile(drawn, [(1 - NOMINAL) / 2, (1 + NOMINAL) / 2], axis=0)
    held = (history.observed >= low) & (history.observed <= high)
    whitened = found.error / np.sqrt(found.variance + own**2)
    return Bands(tuple(d.group for d in history.data), low, high, held, of_draws(drawn, history.observed), whitened)
