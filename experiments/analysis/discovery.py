"""In which worlds does something hold? Boxes of factors found by patient rule induction (PRIM).

Peeling cuts a small slice off the box again and again, each time the one that is thinnest in worlds of interest
(Friedman and Fisher 1999; of slices of equal size it is the one whose loss raises the density of the box most); the
way down is a trajectory of boxes from which one is chosen, widened again where that does not thin it (pasting), and
freed of restrictions that chance would explain (Bryant and Lempert 2010). Their quasi-p-values do not know that the box
was searched for, so a box is claimed only if worlds shuffled at random yield as strong a one in at most 5 % of
shuffles.

    density   share of the worlds in the box that are of interest
    coverage  share of the worlds of interest that are in the box
    mass      share of all worlds that are in the box
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from chokepoint.experiments.analysis.factors import Factor, design
from chokepoint.sim.scenario.problems import BadInput

if TYPE_CHECKING:
    import pandas

SIGNIFICANT = 0.05


@dataclass(frozen=True)
class Box:
    """Limits of each factor, infinite where it is free; for a factor with levels the codes that are left out."""

    low: tuple[float, ...]
    high: tuple[float, ...]
    dropped: tuple[frozenset[int], ...]

    def contains(self, matrix: np.ndarray) -> np.ndarray:
        """Which worlds lie in the box: (points,). matrix: (points, factors)."""
        inside = np.ones(len(matrix), dtype=bool)
        for j in self.restricted:
            inside &= self._allows(j, matrix[:, j])
        return inside

    def _allows(self, number: int, column: np.ndarray) -> np.ndarray:
        allowed: np.ndarray = (column >= self.low[number]) & (column <= self.high[number])
        return allowed & ~np.isin(column, list(self.dropped[number])) if self.dropped[number] else allowed

    @property
    def restricted(self) -> list[int]:
        """Numbers of the factors that the box restricts."""
        return [
            j
            for j, (a, b, gone) in enumerate(zip(self.low, self.high, self.dropped, strict=True))
            if a > -np.inf or b < np.inf or gone
        ]

    @property
    def sides(self) -> list[tuple[int, str]]:
        """What is restricted: factor and `low`, `high` or `levels`."""
        found = []
        for j in self.restricted:
            found += [(j, "low")] if self.low[j] > -np.inf else []
            found += [(j, "high")] if self.high[j] < np.inf else []
            found += [(j, "levels")] if self.dropped[j] else []
        return found

    def with_low(self, number: int, limit: float) -> "Box":
        """The box with another lower limit of a factor."""
        return replace(self, low=(*self.low[:number], limit, *self.low[number + 1 :]))

    def with_high(self, number: int, limit: float) -> "Box":
        """The box with another upper limit of a factor."""
        return replace(self, high=(*self.high[:number], limit, *self.high[number + 1 :]))

    def with_dropped(self, number: int, codes: frozenset[int]) -> "Box":
        """The box with other levels of a factor left out."""
        return replace(self, dropped=(*self.dropped[:number], codes, *self.dropped[number + 1 :]))

    def without(self, number: int, side: str) -> "Box":
        """The box with one restriction lifted."""
        if side == "levels":
            return self.with_dropped(number, frozenset())
        return self.with_low(number, -np.inf) if side == "low" else self.with_high(number, np.inf)


@dataclass(frozen=True)
class Discovery:
    """What a search found.

    trajectory: step, move (start, peel, paste, lift), factor, coverage, density, mass, points, restricted (number of
    factors), chosen; boxes: the box of each step; box: the one chosen. restrictions: factor, unit, low, high (in
    the unit; NaN where free), levels (those kept, joined), quasi_p. base_rate: density of all worlds. p_value:
    share of shuffles with as strong a box. claimed: whether the box may be reported; verdict: why, in words.
    """

    trajectory: "pandas.DataFrame"
    boxes: tuple[Box, ...]
    box: Box
    restrictions: "pandas.DataFrame"
    base_rate: float
    p_value: float
    claimed: bool
    verdict: str


def worlds(
    values: np.ndarray, *, above: float | None = None, below: float | None = None, share: float = 0.5
) -> np.ndarray:
    """In which worlds an output lies above or below a limit, or between the two, in at least `share` of replications.

    values: (points, replications). Returns (points,) of truth values; `BadInput` without a limit.
    """
    if above is None and below is None:
        raise BadInput(["worlds of interest: give a limit, above or below"], "discovery")
    holds = np.ones(values.shape, dtype=bool)
    if above is not None:
        holds &= values > above
    if below is not None:
        holds &= values < below
    found: np.ndarray = holds.mean(axis=1) >= share
    return found


def discover(
    factors: Sequence[Factor], points: "pandas.DataFrame", holds: np.ndarray, *, alpha: float = 0.05,
    paste_alpha: float = 0.05, minimum_mass: float = 0.05, choose: str = "harmonic", shuffles: int = 99, seed: int = 1,
) -> Discovery:  # fmt: skip
    """Find the box of worlds in which something holds.

    points: an even spread over the ranges, such as a Latin hypercube; p-values are wrong for designs whose rows repeat
    each other's values (Morris, Saltelli). holds: (points,) of truth values. alpha, paste_alpha: share of the box that
    a peel takes or a paste adds; minimum_mass: of a box. choose: `harmonic` takes the box of the largest harmonic mean
    of coverage and density, `gain` the last one whose peel took off significantly fewer worlds of interest than
    chance (hypergeometric, Bonferroni over the slices it was chosen from). `BadInput` when nothing or all holds.
    """
    import pandas as pd

    if choose not in ("harmonic", "gain"):
        raise BadInput([f"choose {choose}: neither harmonic nor gain"], "discovery")
    x = design(factors, points)
    y = np.asarray(holds)
    if y.dtype != bool or y.shape != (len(x),):
        raise BadInput([f"worlds of interest: {y.dtype} of shape {y.shape}, not one truth value a point"], "discovery")
    if y.all() or not y.any():
        raise BadInput([f"worlds of interest: {int(y.sum())} of {len(y)}, there is nothing to tell apart"], "discovery")
    smallest = max(1, int(np.ceil(minimum_mass * len(x))))
    peeled = _peel(factors, x, y, alpha, smallest)
    chosen = _harmonic(peeled, x, y) if choose == "harmonic" else _last_gain(peeled, x, y, alpha)
    steps = [*peeled, *_refined(peeled[chosen].box, factors, x, y, paste_alpha)]
    last = len(steps) - 1 if len(steps) > len(peeled) else chosen
    box = steps[last].box
    generator = np.random.default_rng(seed)
    strongest = _strongest(peeled, x, y)
    as_strong = 0
    for _ in range(shuffles):
        shuffled = generator.permutation(y)
        as_strong += _strongest(_peel(factors, x, shuffled, alpha, smallest), x, shuffled) >= strongest
    p_value = (1 + int(as_strong)) / (1 + shuffles)
    rows = [_row(i, step, factors, x, y, i == last) for i, step in enumerate(steps)]
    told = restrictions(factors, points, y, box)
    claimed = p_value <= SIGNIFICANT and len(told) > 0
    verdict = (
        f"{'a box is claimed' if claimed else 'no box is claimed'}: {as_strong} of {shuffles} shuffles of the worlds "
        f"yield as strong a box (p = {p_value:.2f}, limit {SIGNIFICANT:g})"
    )
    if not len(told):
        verdict += "; no restriction is told from chance"
    boxes = tuple(step.box for step in steps)
    return Discovery(pd.DataFrame(rows), boxes, box, told, float(y.mean()), p_value, claimed, verdict)


def restrictions(
    factors: Sequence[Factor], points: "pandas.DataFrame", holds: np.ndarray, box: Box
) -> "pandas.DataFrame":
    """The restrictions of a box, one row a side: factor, unit, low, high, levels (those kept, joined), quasi_p."""
    import pandas as pd

    x = design(factors, points)
    rows = []
    for j, side in box.sides:
        factor = factors[j]
        kept = [level for code, level in enumerate(factor.levels) if code not in box.dropped[j]]
        rows.append(
            {
                "factor": factor.name, "unit": factor.unit, "low": box.low[j] if side == "low" else np.nan,
                "high": box.high[j] if side == "high" else np.nan,
                "levels": ", ".join(kept) if side == "levels" else "", "quasi_p": quasi_p(x, holds, box, j, side),
            }
        )  # fmt: skip
    return pd.DataFrame(rows, columns=["factor", "unit", "low", "high", "levels", "quasi_p"])


def quasi_p(matrix: np.ndarray, holds: np.ndarray, box: Box, number: int, side: str) -> float:
    """Chance of as many worlds of interest in the box if one restriction did nothing (Bryant and Lempert 2010): upper
    tail of a binomial with as many draws as worlds in the box, and the density of the box without the restriction."""
    from scipy.stats import binom

    inside, wider = box.contains(matrix), box.without(number, side).contains(matrix)
    return float(binom.sf(holds[inside].sum() - 1, inside.sum(), holds[wider].mean()))


@dataclass(frozen=True)
class _Step:
    move: str
    factor: int | None
    box: Box


def _peel(factors: Sequence[Factor], matrix: np.ndarray, holds: np.ndarray, alpha: float, smallest: int) -> list[_Step]:
    """Boxes from all worlds down to the smallest mass, or to one that holds nothing but worlds of interest or none."""
    count = matrix.shape[1]
    box = Box((-np.inf,) * count, (np.inf,) * count, (frozenset(),) * count)
    steps = [_Step("start", None, box)]
    inside = np.arange(len(matrix))
    while 0 < holds[inside].sum() < len(inside):
        best: tuple[float, int, float, str, np.ndarray] | None = None
        for j, limit, side, keep in _slices(factors, matrix[inside], alpha):
            if keep.sum() >= smallest:
                thin = float(holds[inside[~keep]].mean())
                if best is None or thin < best[0]:
                    best = (thin, j, limit, side, keep)
        if best is None:
            break
        _, j, limit, side, keep = best
        if side == "levels":
            box = box.with_dropped(j, box.dropped[j] | {int(limit)})
        else:
            box = box.with_low(j, limit) if side == "low" else box.with_high(j, limit)
        inside = inside[keep]
        steps.append(_Step("peel", j, box))
    return steps


def _slices(
    factors: Sequence[Factor], matrix: np.ndarray, alpha: float
) -> Iterator[tuple[int, float, str, np.ndarray]]:
    """What could be peeled off the worlds in a box: factor, new limit or level, side, which worlds stay.

    A slice takes a share `alpha` of the worlds, fewer where values are equal at its edge, and more where all of them
    are. The limit lies half-way between what goes and what stays.
    """
    take = max(1, int(alpha * len(matrix)))
    for j, factor in enumerate(factors):
        column = matrix[:, j]
        if factor.levels:
            for code in np.unique(column):
                yield j, float(code), "levels", column != code
            continue
        ordered = np.sort(column)
        if ordered[0] == ordered[-1]:
            continue
        edge = ordered[take] if ordered[take] > ordered[0] else ordered[np.searchsorted(ordered, ordered[0], "right")]
        gone = ordered[np.searchsorted(ordered, edge, "left") - 1]
        yield j, float((edge + gone) / 2.0), "low", column >= edge
        edge = ordered[-1 - take] if ordered[-1 - take] < ordered[-1] else ordered[
            np.searchsorted(ordered, ordered[-1], "left") - 1
        ]  # fmt: skip
        gone = ordered[np.searchsorted(ordered, edge, "right")]
        yield j, float((edge + gone) / 2.0), "high", column <= edge


def _refined(box: Box, factors: Sequence[Factor], matrix: np.ndarray, holds: np.ndarray, alpha: float) -> list[_Step]:
    """Paste what does not thin the box, then lift restrictions that chance would explain, the weakest first."""
    steps: list[_Step] = []
    while (wider := _paste(box, factors, matrix, holds, alpha)) is not None:
        steps.append(wider)
        box = wider.box
    while box.sides:
        weakest = max(box.sides, key=lambda side: quasi_p(matrix, holds, box, *side))
        if quasi_p(matrix, holds, box, *weakest) <= SIGNIFICANT:
            break
        box = box.without(*weakest)
        steps.append(_Step("lift", weakest[0], box))
    return steps


def _paste(box: Box, factors: Sequence[Factor], matrix: np.ndarray, holds: np.ndarray, alpha: float) -> _Step | None:
    """The widening by one slice that is densest, if it is at least as dense as the box; None when there is none."""
    inside = box.contains(matrix)
    take = max(1, int(alpha * inside.sum()))
    best: tuple[float, int, _Step] | None = None
    for j, wider in _widenings(box, factors, matrix, inside, take):
        added = wider.contains(matrix) & ~inside
        density = float(holds[added].mean())
        if density >= holds[inside].mean() and (best is None or (density, added.sum()) > best[:2]):
            best = (density, int(added.sum()), _Step("paste", j, wider))
    return None if best is None else best[2]


def _widenings(
    box: Box, factors: Sequence[Factor], matrix: np.ndarray, inside: np.ndarray, take: int
) -> Iterator[tuple[int, Box]]:
    """Boxes wider by one level, or by `take`, half and a quarter of it worlds next to a limit."""
    for j, side in box.sides:
        if side == "levels":
            for code in sorted(box.dropped[j]):
                wider = box.with_dropped(j, box.dropped[j] - {code})
                if (wider.contains(matrix) & ~inside).any():
                    yield j, wider
            continue
        beyond = np.unique(matrix[box.without(j, side).contains(matrix) & ~inside, j])
        if side == "low":
            beyond = beyond[::-1]
        for number in sorted({max(1, take // part) for part in (1, 2, 4)}):
            if len(beyond) > number:
                limit = float((beyond[number - 1] + beyond[number]) / 2.0)
                yield j, box.with_low(j, limit) if side == "low" else box.with_high(j, limit)
            elif len(beyond):
                yield j, box.without(j, side)


def _counts(box: Box, matrix: np.ndarray, holds: np.ndarray) -> tuple[int, int]:
    """Worlds in a box, and how many of them are of interest."""
    inside = box.contains(matrix)
    return int(inside.sum()), int(holds[inside].sum())


def _harmonic(steps: Sequence[_Step], matrix: np.ndarray, holds: np.ndarray) -> int:
    """The step of the largest harmonic mean of coverage and density, 2 hits / (worlds in the box + all hits)."""
    total = int(holds.sum())
    scores = [2.0 * hits / (size + total) for size, hits in (_counts(step.box, matrix, holds) for step in steps)]
    return int(np.argmax(scores))


def _last_gain(steps: Sequence[_Step], matrix: np.ndarray, holds: np.ndarray, alpha: float) -> int:
    """The last step whose slice held fewer worlds of interest than chance would put there."""
    from scipy.stats import hypergeom

    last = 0
    counts = [_counts(step.box, matrix, holds) for step in steps]
    for i, ((size, hits), (left, kept)) in enumerate(pairwise(counts), start=1):
        chance = hypergeom.cdf(hits - kept, size, hits, size - left)
        if chance * 2 * matrix.shape[1] <= SIGNIFICANT:
            last = i
    return last


def _strongest(steps: Sequence[_Step], matrix: np.ndarray, holds: np.ndarray) -> float:
    """How far the strongest box of a way down stands out: worlds of interest beyond chance, in standard deviations."""
    rate, best = float(holds.mean()), 0.0
    for step in steps[1:]:
        size, hits = _counts(step.box, matrix, holds)
        best = max(best, (hits - size * rate) / np.sqrt(size * rate * (1.0 - rate) * (1.0 - size / len(holds))))
    return best


def _row(
    number: int, step: _Step, factors: Sequence[Factor], matrix: np.ndarray, holds: np.ndarray, chosen: bool
) -> dict[str, object]:
    size, hits = _counts(step.box, matrix, holds)
    return {
        "step": number, "move": step.move, "factor": "" if step.factor is None else factors[step.factor].name,
        "coverage": hits / int(holds.sum()), "density": hits / size, "mass": size / len(holds), "points": size,
        "restricted": len(step.box.restricted), "chosen": chosen,
    }  # fmt: skip
