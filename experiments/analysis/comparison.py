"""Which policy does better? Paired differences on common random numbers, and how many replications they take."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from chokepoint.sim.scenario.problems import BadInput, nearest

if TYPE_CHECKING:
    import pandas


@dataclass(frozen=True)
class Comparison:
    """Policies against one of them.

    table: one row a policy - mean, difference (policy less `against`), t_low, t_high, bootstrap_low, bootstrap_high,
    won (share of replications, a tie counting half), correlation, variance_reduction, n. differences: one row a
    policy, one column a replication. In the unit of the output, but for the last four columns.
    """

    against: str
    table: "pandas.DataFrame"
    differences: "pandas.DataFrame"
    confidence: float


def compare(
    values: "pandas.DataFrame", against: str, *, better: str = "higher", confidence: float = 0.95,
    resamples: int = 2000, seed: int = 1,
) -> Comparison:  # fmt: skip
    """Compare policies replication by replication, each on the luck that it shares with the others.

    The t interval is mean +- t s / sqrt(n) of the differences; the bootstrap interval is the percentiles of means of
    replications drawn with replacement (Efron and Tibshirani 1993). variance_reduction: share of the variance of the
    difference that pairing takes away, 1 - var(a - b) / (var a + var b); independent runs would have zero.

    values: one row a policy by name, one column a replication, finite and two at least; better: `higher` or `lower`
    values win. `BadInput` names what is not finite or unknown.
    """
    import pandas as pd
    from scipy.stats import t

    if better not in ("higher", "lower"):
        raise BadInput([f"better {better}: neither higher nor lower"], "comparison")
    names, table = _checked(values, against)
    n = table.shape[1]
    base = table[names.index(against)]
    quantile = float(t.ppf(0.5 + confidence / 2.0, n - 1))
    drawn = np.random.default_rng(seed).integers(n, size=(resamples, n))
    rows, differences = {}, {}
    for name, own in zip(names, table, strict=True):
        if name == against:
            continue
        gap = differences[name] = own - base
        mean, half = float(gap.mean()), quantile * float(gap.std(ddof=1)) / np.sqrt(n)
        low, high = np.quantile(gap[drawn].mean(axis=1), [0.5 - confidence / 2.0, 0.5 + confidence / 2.0])
        won = gap if better == "higher" else -gap
        apart = float(own.var(ddof=1) + base.var(ddof=1))
        both_move = own.std() > 0.0 and base.std() > 0.0
        rows[name] = {
            "mean": float(own.mean()), "difference": mean, "t_low": mean - half, "t_high": mean + half,
            "bootstrap_low": float(low), "bootstrap_high": float(high),
            "won": float(np.mean(won > 0.0) + 0.5 * np.mean(won == 0.0)),
            "correlation": float(np.corrcoef(own, base)[0, 1]) if both_move else float("nan"),
            "variance_reduction": 1.0 - float(gap.var(ddof=1)) / apart if apart > 0.0 else float("nan"), "n": n,
        }  # fmt: skip
    frame = pd.DataFrame.from_dict(rows, orient="index")
    frame.index.name = "policy"
    columns = list(values.columns)
    return Comparison(against, frame, pd.DataFrame.from_dict(differences, orient="index", columns=columns), confidence)


def _checked(values: "pandas.DataFrame", against: str) -> tuple[list[str], np.ndarray]:
    """Names of the policies and their numbers, (policies, replications); `BadInput` lists all that is wrong."""
    names = [str(name) for name in values.index]
    table = values.to_numpy(dtype=float)
    problems = [
        f"{names[i]}: replication {values.columns[r]} is {table[i, r]}" for i, r in np.argwhere(~np.isfinite(table))
    ]
    if against not in names:
        problems.append(f"{against}: no such policy ({nearest(against, names)})")
    elif len(names) == 1:
        problems.append(f"there is no other policy than {against}")
    problems += [f"{name}: stands there twice" for name in sorted({n for n in names if names.count(n) > 1})]
    if table.shape[1] < 2:
        problems.append(f"{table.shape[1]} replication: an interval needs two")
    if problems:
        raise BadInput(problems, "comparison", shown=20)
    return names, table


def replications_needed(differences: np.ndarray, half_width: float, confidence: float = 0.95) -> int:
    """How many replications an interval of a mean of +- half_width takes, from a pilot.

    The smallest n of at least two with t(n - 1) s / sqrt(n) <= half_width, s from the pilot (Law 2015, ch. 9). It
    is as good as the pilot's s: look again when that many have been run.

    differences: (replications,), two at least, in the unit of half_width; `BadInput` otherwise.
    """
    from scipy.stats import t

    sample = np.asarray(differences, dtype=float)
    problems = [f"replication {i} is {sample[i]}" for i in np.flatnonzero(~np.isfinite(sample))]
    if len(sample) < 2:
        problems.append(f"{len(sample)} differences: a standard deviation needs two")
    if not half_width > 0.0:
        problems.append(f"half-width {half_width:g}: must be above 0")
    if not 0.0 < confidence < 1.0:
        problems.append(f"confidence {confidence:g}: must lie between 0 and 1")
    if problems:
        raise BadInput(problems, "replications", shown=20)
    s = float(sample.std(ddof=1))

    def enough(number: int) -> bool:
        return float(t.ppf(0.5 + confidence / 2.0, number - 1)) * s / np.sqrt(number) <= half_width

    above = 2
    while not enough(above):
        above *= 2
    below = above // 2
    while above - below > 1:
        middle = (above + below) // 2
        below, above = (below, middle) if enough(middle) else (middle, above)
    return above


def replications_table(
    values: "pandas.DataFrame", against: str, half_widths: Sequence[float], *, confidence: float = 0.95
) -> "pandas.DataFrame":
    """Replications that each policy takes against one of them: columns policy, half_width, paired, unpaired.

    unpaired: what it would take, each, if policies did not share their luck: from the sum of the two variances.
    values: one row a policy, one column a replication; half_widths: in the unit of the output.
    """
    import pandas as pd

    pilot = compare(values, against, confidence=confidence, resamples=2)
    base = values.loc[against].to_numpy(dtype=float)
    rows = []
    for name, gap in zip(pilot.table.index.astype(str), pilot.differences.to_numpy(), strict=True):
        apart = float(np.sqrt(values.loc[name].to_numpy(dtype=float).var(ddof=1) + base.var(ddof=1)))
        scattered = np.array([-apart, apart]) / np.sqrt(2.0)  # two numbers of that standard deviation
        for half in half_widths:
            paired = replications_needed(gap, half, confidence)
            rows.append((name, float(half), paired, replications_needed(scattered, half, confidence)))
    return pd.DataFrame(rows, columns=["policy", "half_width", "paired", "unpaired"])
