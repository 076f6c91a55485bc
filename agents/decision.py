"""A decision that can be read afterwards: what was known, what could have been done, what was done, and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Decision:
    """One decision of a state. `observed` and `options` hold numbers by name, units in the names where they matter."""

    day: date
    about: str
    observed: Mapping[str, float]
    options: Mapping[str, float]
    choice: str
    reason: str
