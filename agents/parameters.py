"""The parameters of the market that clears, each with a prior: what was believed before any episode was looked at.

`parameters.csv` beside this file. `prior` is the median and `low` to `high` the range that holds 80 % of what the
literature or reason allow; `default` is the value that ships. `first_fit` in the file's history changes the default and
never the prior.
"""

import csv
from collections import namedtuple
from dataclasses import dataclass
from math import log
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chokepoint.agents.behaviour import PARAMETERS as ALL

TENTHS = 2.563  # standard deviations between the first and the last tenth of a normal distribution


@dataclass(frozen=True)
class Parameter:
    """One parameter in `unit`: its `prior` median, the 80 % range [`low`, `high`], and the `default` that ships."""

    name: str
    unit: str
    prior: float
    low: float
    high: float
    default: float
    meaning: str
    source: str

    @property
    def spread(self) -> float:
        """Standard deviation of the log of the parameter in its log-normal prior."""
        return log(self.high / self.low) / TENTHS


def read_table() -> dict[str, Parameter]:
    """Read the table, in its own order."""
    path = Path(__file__).with_name("parameters.csv")
    with path.open(newline="", encoding="utf-8") as file:
        return {
            row["name"]: Parameter(
                row["name"], row["unit"], *(float(row[column]) for column in ("prior", "low", "high", "default")),
                row["meaning"], row["source"],
            )
            for row in csv.DictReader(file)
        }  # fmt: skip


PARAMETERS = read_table()

# What the market that clears takes over from the table of the first one: luck, and how mines are financed.
TAKEN = tuple(
    name
    for name in ALL
    if name.startswith(("noise_demand", "noise_trait", "noise_delay", "invest_", "debt_", "anchor_years", "mothball_"))
    or name in ("default_years", "ore_payable", "activity_elasticity")
)
DEFAULTS = {name: p.default for name, p in PARAMETERS.items()} | {name: ALL[name].default for name in TAKEN}

if TYPE_CHECKING:
    Values = Any
else:
    Values = namedtuple("Values", list(DEFAULTS))


def values(**changes: float) -> Values:
    """The parameters that ship with `changes`; an unknown name raises KeyError."""
    found = dict(DEFAULTS)
    for name, value in changes.items():
        if name not in found:
            raise KeyError(name)
        found[name] = float(value)
    return Values(**found)
