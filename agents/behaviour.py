"""The one table of behavioural parameters, shared by every episode.

`behaviour.csv` beside this file holds each parameter's unit, default, range, meaning and source. It
drives the schema of scenarios, the documentation, the sliders of the page and the bounds of a
sensitivity analysis.
"""

import csv
from collections import namedtuple
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any


@dataclass(frozen=True)
class Parameter:
    """One behavioural parameter: `default` lies in [`low`, `high`], all in `unit`; `off` switches it off."""

    name: str
    unit: str
    default: float
    low: float
    high: float
    off: float | None
    meaning: str
    source: str


def read_table() -> dict[str, Parameter]:
    """Read the table, in its own order."""
    path = Path(__file__).with_name("behaviour.csv")
    with path.open(newline="", encoding="utf-8") as file:
        return {
            row["name"]: Parameter(
                row["name"],
                row["unit"],
                float(row["default"]),
                float(row["low"]),
                float(row["high"]),
                float(row["off"]) if row["off"] else None,
                row["meaning"],
                row["source"],
            )
            for row in csv.DictReader(file)
        }


PARAMETERS = read_table()
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
