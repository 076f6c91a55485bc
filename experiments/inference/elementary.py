"""How far a market is from elementary economics: residuals for a search, beside those of history.

An answer of an experiment (`experiments/economics/`) counts by how far it lies beyond its limits, less `MARGIN`, over
`SD`: in ln where value and limit are positive, else as it is over the size of the limit. One that is well inside counts
nothing, and so does one that cannot be posed, which no parameter mends.
"""

from collections.abc import Mapping

import numpy as np

from chokepoint.experiments.economics import suite
from chokepoint.experiments.economics.asked import Asked
from chokepoint.experiments.economics.spatial_market import SpatialMarket

# Those whose answers hang on parameters, and are quick.
ROWS = ("E1", "E2", "E3", "E5", "E8", "E10", "E13", "E22", "E23", "E25", "E26")
SMALL = ("one_exporter", "four_exporters", "no_users")  # the worlds they are made on
SD = 0.01  # of an answer: so far beyond its limit it is one standard deviation off
MARGIN = 0.02  # inside its limit an answer begins to count
LEAST = 0.05  # of a limit: the size of one that is nothing


def beyond(asked: Asked, value: float | None) -> float:
    """How far an answer lies beyond its limits, in standard deviations; 0 well inside."""
    if value is None or not np.isfinite(value):
        return 0.0
    far = 0.0
    for limit, sign in ((asked.low, -1.0), (asked.high, 1.0)):
        if limit is None:
            continue
        if min(limit, value) > 0.0:
            excess = sign * float(np.log(value / limit))
        else:
            excess = sign * (value - limit) / max(abs(limit), LEAST)
        if excess > -MARGIN:
            far = sign * (excess + MARGIN) / SD
    return far


def residuals(values: Mapping[str, float]) -> np.ndarray:
    """One residual for each answer of `ROWS` on the small worlds, in standard deviations."""
    market = SpatialMarket(**values)
    return np.array(
        [
            beyond(row.asked, row.value)
            for experiment in suite.chosen(ROWS)
            for name in experiment.worlds
            if name in SMALL
            for row in suite.answer(experiment, name, market).rows
        ]
    )
