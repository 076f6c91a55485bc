"""`--set activity...`: industrial activity of some countries, or of sectors there, in some months."""

import numpy as np

from chokepoint.sim.scenario.override_words import number, span
from chokepoint.sim.scenario.problems import BadInput, nearest
from chokepoint.sim.scenario.tables import Scenario


def change_activity(scenario: Scenario, key: str, value: str) -> Scenario:
    """`activity.WHO.SPAN`: multiplied by a factor (`x0.7`), or as `before`, the mean of the three months before."""
    who, dot, _ = key.removeprefix("activity.").rpartition("..")[0].rpartition(".")
    months = scenario.activity_months
    spanned = key.removeprefix(f"activity.{who}{dot}")
    first, last = span(key, spanned)
    inside = np.array([f"{first:%Y-%m}" <= month <= f"{last:%Y-%m}" for month in months], dtype=bool)
    before = [i for i, month in enumerate(months) if month < f"{first:%Y-%m}"][-3:]
    asked = list(scenario.activity) if who == "all" else who.split(";")
    problems = [
        f"--set {key}: no activity of {name!r} ({nearest(name, ['all', *scenario.activity])})"
        for name in asked
        if not any(_belongs(column, name) for column in scenario.activity)
    ]
    if not inside.any():
        problems.append(f"--set {key}: activity.csv has no month of {spanned}")
    if value == "before" and not before:
        problems.append(f"--set {key}: activity.csv has no month before {first:%Y-%m}")
    if value != "before" and not value.startswith("x"):
        problems.append(f"--set {key}: {value!r} is neither 'before' nor a factor such as x0.7")
    factor = 1.0 if value == "before" or problems else number(key, value.removeprefix("x"))
    if not 0.0 < factor < 20.0:
        problems.append(f"--set {key}: the factor {factor} must lie above 0 and below 20")
    if problems:
        raise BadInput(problems)
    series = dict(scenario.activity)
    for column in scenario.activity:
        if any(_belongs(column, name) for name in asked):
            index = np.array(series[column])
            index[inside] = index[before].mean() if value == "before" else factor * index[inside]
            series[column] = tuple(index.tolist())
    return scenario.model_copy(update={"activity": series})


def _belongs(column: str, name: str) -> bool:
    """Whether a column of activity is that of `name`, or of a sector there."""
    return column == name or column.startswith(name + " ")
