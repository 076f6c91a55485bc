"""The one table of behavioural parameters, shared by every episode and every metal.

`behaviour.csv` beside this file holds each parameter's unit, prior, default, meaning and source. The prior was written
before anything was fitted: its median, and the range from `low` to `high` that holds 80 % of what the literature or
reason allow. The table drives the schema of scenarios, the documentation, the sliders of the page and the bounds of a
sensitivity analysis.
"""

import csv
from collections import namedtuple
from dataclasses import dataclass
from math import log
from pathlib import Path
from typing import TYPE_CHECKING, Any

TENTHS = 2.563  # standard deviations between the first and the last tenth of a normal distribution


@dataclass(frozen=True)
class Parameter:
    """One behavioural parameter in `unit`: `prior` is the median before any fit, `low` to `high` its 80 % range.

    default: the value that ships. off: the value that switches it off. fitted: whether a fit may move it; others are
    how mines are financed, how reserves are seen, and luck.
    """

    name: str
    unit: str
    prior: float
    low: float
    high: float
    default: float
    off: float | None
    fitted: bool
    meaning: str
    source: str

    @property
    def least(self) -> float:
        """The smallest value that is taken: studies may go far beyond the prior, but not to another sign."""
        return self.low / 10.0 if self.fitted else self.low

    @property
    def most(self) -> float:
        """The largest value that is taken."""
        if not self.fitted:
            return self.high
        return max(self.high, 1.0) if self.unit == "share" else 10.0 * self.high

    @property
    def spread(self) -> float:
        """Standard deviation of the log of a fitted parameter in its log-normal prior."""
        return log(self.high / self.low) / TENTHS


def read_table() -> dict[str, Parameter]:
    """Read the table, in its own order."""
    path = Path(__file__).with_name("behaviour.csv")
    with path.open(newline="", encoding="utf-8") as file:
        return {
            row["name"]: Parameter(
                row["name"],
                row["unit"],
                float(row["prior"]),
                float(row["low"]),
                float(row["high"]),
                float(row["default"]),
                float(row["off"]) if row["off"] else None,
                row["fitted"] == "yes",
                row["meaning"],
                row["source"],
            )
            for row in csv.DictReader(file)
        }


PARAMETERS = read_table()
FITTED = tuple(name for name, p in PARAMETERS.items() if p.fitted)
NOISE_OFF = {name: 0.0 for name, p in PARAMETERS.items() if name.startswith("noise_") and p.off == 0.0}

# The kernel reads parameters as attributes of this tuple, one float each.
if TYPE_CHECKING:
    Behaviour = Any
else:
    Behaviour = namedtuple("Behaviour", list(PARAMETERS))


def behaviour(**changes: float) -> Behaviour:
    """The default behaviour with `changes`; an unknown name raises KeyError."""
    values = {name: p.default for name, p in PARAMETERS.items()}
    for name, value in changes.items():
        if name not in values:
            raise KeyError(name)
        values[name] = float(value)
    return Behaviour(**values)
