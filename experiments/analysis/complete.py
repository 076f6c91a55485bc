"""Outputs of a sweep as full arrays: every run of every point, finite, or a refusal that names each run at fault.

One missing number is enough to turn sensitivity indices into zeros without a word, hence no analysis goes on
without it and none is filled in.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from chokepoint.sim.scenario.problems import BadInput, nearest

if TYPE_CHECKING:
    import pandas

SHOWN = 20  # problems that a message lists before `and N more`
IDENTITY = ("run", "point", "replication", "state", "stage", "message", "time")


def values_by_point(points: "pandas.DataFrame", runs: "pandas.DataFrame", output: str, replications: int) -> np.ndarray:
    """One scalar output of all runs: (points, replications), in its unit.

    `BadInput` lists every run that is missing, failed, not finite, there twice or of no point of the design.
    """
    _known(output, runs)
    there, place, problems = _places(points, runs, replications)
    values = np.full(len(points) * replications, np.nan)
    seen = np.bincount(place, minlength=len(values))
    values[place] = there[output].to_numpy(dtype=float)
    reasons = dict(zip(place, zip(there["state"], there["stage"], there["message"], strict=True), strict=True))
    for i in np.flatnonzero((seen != 1) | ~np.isfinite(values)):
        if seen[i] == 0:
            why = "missing"
        elif seen[i] > 1:
            why = f"there {seen[i]} times"
        elif reasons[i][0] != "done":
            state, stage, message = reasons[i]
            why = f"{state} in {stage}: {(str(message).splitlines() or ['no message'])[0][:100]}"
        else:
            why = f"{output} is {values[i]}"
        problems.append(f"{_identity(i, replications)}: {why}")
    failed = [i for i, told in reasons.items() if told[0] != "done" and seen[i] == 1 and np.isfinite(values[i])]
    problems += [f"{_identity(i, replications)}: {reasons[i][0]}, though it has a value" for i in sorted(failed)]
    _refuse(problems, f"{output}: the sweep is not complete")
    return values.reshape(len(points), replications)


def values_over_time(
    points: "pandas.DataFrame", series: "pandas.DataFrame", output: str, replications: int
) -> tuple[np.ndarray, "pandas.DatetimeIndex"]:
    """One series of all runs: (points, replications, times) in its unit, and the times.

    `BadInput` lists every run that lacks a time, has one twice, is not finite or is of no point of the design.
    """
    import pandas as pd

    _known(output, series)
    there, place, problems = _places(points, series, replications)
    times = pd.DatetimeIndex(sorted(there["time"].unique()))
    if not len(times):
        problems.append("the series holds no time")
    values = np.full((len(points) * replications, len(times)), np.nan)
    seen = np.zeros(values.shape, dtype=int)
    at = times.get_indexer(pd.DatetimeIndex(there["time"]))
    np.add.at(seen, (place, at), 1)
    values[place, at] = there[output].to_numpy(dtype=float)
    for i in np.flatnonzero(((seen != 1) | ~np.isfinite(values)).any(axis=1)):
        if not seen[i].any():
            why = "missing"
        else:
            faults = (
                ("missing", seen[i] == 0),
                ("twice or more", seen[i] > 1),
                ("not finite", ~np.isfinite(values[i])),
            )
            word, which = next((w, f) for w, f in faults if f.any())
            why = f"{word} at {which.sum()} of {len(times)} times, first {times[int(np.argmax(which))].date()}"
        problems.append(f"{_identity(i, replications)}: {why}")
    _refuse(problems, f"{output}: the series are not complete")
    return values.reshape(len(points), replications, len(times)), times


def _known(output: str, table: "pandas.DataFrame") -> None:
    outputs = [str(c) for c in table.columns if c not in IDENTITY]
    if output not in outputs:
        raise BadInput([f"{output}: no such output ({nearest(output, outputs)})"], "analysis")


def _places(
    points: "pandas.DataFrame", table: "pandas.DataFrame", replications: int
) -> tuple["pandas.DataFrame", np.ndarray, list[str]]:
    """The rows that belong to the design, the number of the run that each is, and what is wrong with the others."""
    point, replication = table["point"].to_numpy(), table["replication"].to_numpy()
    inside = (point >= 0) & (point < len(points)) & (replication >= 0) & (replication < replications)
    strangers = table[~inside].drop_duplicates(["run", "point", "replication"])
    problems = [
        f"run {r} (point {p}, replication {q}): the design has {len(points)} points and {replications} replications"
        for r, p, q in zip(strangers["run"], strangers["point"], strangers["replication"], strict=True)
    ]
    place = (point[inside] * replications + replication[inside]).astype(int)
    return table[inside], place, problems


def _identity(index: "int | np.signedinteger", replications: int) -> str:
    point, replication = divmod(int(index), replications)
    return f"run {index} (point {point}, replication {replication})"


def _refuse(problems: Iterable[str], title: str) -> None:
    told = list(problems)
    if told:
        raise BadInput(told, title, shown=SHOWN)
