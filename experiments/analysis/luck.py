"""How much of an output is luck: variance between points against variance between replications."""

from dataclasses import dataclass

import numpy as np

from chokepoint.sim.scenario.problems import BadInput


@dataclass(frozen=True)
class Variance:
    """The variance of one run of a random point, in parts (unit of the output, squared).

    factors: of the mean over luck, between points. luck: what a replication does to all points alike. both: what it
    does to one point otherwise than to another, or all luck where points do not share it. NaN for luck and both with
    one replication, and factors then holds everything.
    """

    factors: float
    luck: float
    both: float
    replications: int

    @property
    def total(self) -> float:
        return float(np.nansum([self.factors, self.luck, self.both]))

    @property
    def share_of_luck(self) -> float:
        """Share of the variance of one run that the factors do not explain (0 to 1); NaN with one replication."""
        return (self.luck + self.both) / self.total if self.total > 0.0 else float("nan")

    @property
    def noise(self) -> float:
        """Share of the variance of means over replications that is left-over luck (0 to 1): sensitivity indices are
        made from such means, and every total index carries about this much that no factor causes."""
        left = self.both / self.replications
        return left / (self.factors + left) if self.factors + left > 0.0 else float("nan")


def variance(values: np.ndarray) -> Variance:
    """Parts of the variance of an output, by a two-way table of points and replications without repetition.

    With mean squares MP of P points, ML of R replications and ME of what is left: factors = (MP - ME) / R,
    luck = (ML - ME) / P, both = ME (Searle, Casella and McCulloch 1992, ch. 4); a negative estimate is told as zero.

    values: (points, replications), at least two points; `BadInput` otherwise.
    """
    p, r = values.shape
    if p < 2:
        raise BadInput([f"{p} point: its variance is not defined"], "luck")
    if r == 1:
        return Variance(float(values.var(ddof=1)), float("nan"), float("nan"), 1)
    rows, columns, mean = values.mean(axis=1), values.mean(axis=0), values.mean()
    left = float(((values - rows[:, None] - columns[None, :] + mean) ** 2).sum()) / ((p - 1) * (r - 1))
    factors = float(rows.var(ddof=1)) - left / r
    luck = float(columns.var(ddof=1)) - left / p
    return Variance(max(factors, 0.0), max(luck, 0.0), left, r)
