"""What the model cannot know of itself: how far history lies from its path, beyond luck and measurement.

The error of ln at an observation is normal with standard deviation sqrt(still^2 + (moving * move)^2), where move is how
far the model itself says that the quantity has gone from its base year, in ln. Prices outside, prices inside and
volumes have one pair each for all episodes, estimated by maximum likelihood from the errors at all scored observations,
in which every episode weighs alike. The pair that an episode is judged by is estimated without it. `discrepancy.toml`
holds the pairs that all shipped episodes give together; `chokepoint misfit` writes it.
"""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

FILE = Path(__file__).with_name("discrepancy.toml")
KINDS = ("price outside", "price inside", "volume")
LEAST = 0.02  # of both parts, in ln: an episode that is met by luck declares no certainty


@dataclass(frozen=True)
class Errors:
    """Errors of an episode at its scored observations, each (points,): ln of history less the mean of ln of the model,
    variance of measurement and of luck, how far the model has moved, and the number of its kind in `KINDS`."""

    error: np.ndarray
    variance: np.ndarray
    move: np.ndarray
    kind: np.ndarray


@dataclass(frozen=True)
class Discrepancy:
    """Standard deviation of the model's own error, in ln: at rest, and for each unit of ln that it has moved."""

    still: float
    moving: float

    def sd(self, move: np.ndarray) -> np.ndarray:
        """Standard deviation at points that have moved so far, same shape."""
        return np.sqrt(self.still**2 + (self.moving * np.asarray(move)) ** 2)


def estimated(episodes: Sequence[Errors]) -> dict[str, Discrepancy]:
    """The pair of each kind that makes the errors of these episodes most likely; a kind without any has none."""
    from scipy.optimize import minimize

    found = {}
    for number, kind in enumerate(KINDS):
        chosen = [e.kind == number for e in episodes]
        parts = [(e.error[at], e.variance[at], e.move[at]) for e, at in zip(episodes, chosen, strict=True) if at.any()]
        if not parts:
            continue

        def minus_log_likelihood(logs: np.ndarray, parts: Sequence[tuple[np.ndarray, ...]] = parts) -> float:
            still, moving = np.exp(logs)
            total = 0.0
            for error, variance, move in parts:
                of_all = variance + still**2 + (moving * move) ** 2
                total += float(np.mean(np.log(of_all) + error**2 / of_all))
            return total

        starts = [np.log([0.3, 0.3]), np.log([0.5, 0.05]), np.log([0.05, 0.7])]
        box = [(np.log(LEAST), np.log(3.0))] * 2
        best = min((minimize(minus_log_likelihood, s, bounds=box) for s in starts), key=lambda r: float(r.fun))
        found[kind] = Discrepancy(*(round(float(x), 4) for x in np.exp(best.x)))
    return found


def without_each(episodes: Mapping[str, Errors]) -> dict[str, dict[str, Discrepancy]]:
    """The pairs that the other episodes give, by episode; a kind that they lack takes the first they have."""
    found = {name: estimated([e for other, e in episodes.items() if other != name]) for name in episodes}
    return {n: {kind: pairs.get(kind, next(iter(pairs.values()))) for kind in KINDS} for n, pairs in found.items()}


def write(pairs: Mapping[str, Discrepancy], episodes: Iterable[str], path: Path = FILE) -> None:
    """Write the pairs of all episodes together."""
    lines = [
        "# Error of the model in ln beyond luck and measurement, from all scored observations of the shipped episodes:",
        "# sd = sqrt(still^2 + (moving * move)^2), see discrepancy.py. Written by `chokepoint misfit`.",
        f"# Episodes: {', '.join(episodes)}.",
    ]
    for kind, pair in pairs.items():
        lines += ["", f'["{kind}"]', f"still = {pair.still}", f"moving = {pair.moving}"]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def declared(path: Path = FILE) -> dict[str, Discrepancy]:
    """The pairs of the file, by kind."""
    raw = tomllib.loads(path.read_text(encoding="utf-8"))
    return {kind: Discrepancy(pair["still"], pair["moving"]) for kind, pair in raw.items()}
