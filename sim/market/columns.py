"""The columns of recorded series: their names, and how an array of the record becomes columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from chokepoint.sim.network.layout import Layout


@dataclass(frozen=True)
class Kind:
    """A kind of columns. names: of the columns in a layout. axes: those of an array that has one number for each.

    Axes are empty where no array has: a zone's number 0 is the world outside, which is no column.
    """

    names: Callable[[Layout], Sequence[str]]
    axes: str


KINDS = {
    "material": Kind(lambda layout: layout.materials, "m"),
    "zone": Kind(lambda layout: layout.zones[1:], ""),
    "country": Kind(lambda layout: layout.countries, "c"),
    "refiner": Kind(lambda layout: layout.refiners, "r"),
    "mine": Kind(lambda layout: layout.mines, "k"),
    "route": Kind(lambda layout: [f"{d} from {o}" for d in layout.countries for o in layout.countries], "c c"),
    "country-material": Kind(lambda layout: [f"{c} {m}" for c in layout.countries for m in layout.materials], "c m"),
    "stage": Kind(lambda layout: ["users", "refiners", "mines"], "3"),
}


def columns_of(layout: Layout, kind: str) -> list[str]:
    """The column names of a series."""
    return list(KINDS[kind].names(layout))


def over_zones(values: np.ndarray) -> np.ndarray:
    """A record (steps, zones, countries) added up over exporting states: (steps, countries)."""
    return np.asarray(values.sum(axis=1))


def without_world(values: np.ndarray) -> np.ndarray:
    """A record (steps, zones) without the world outside: (steps, exporting states)."""
    return values[:, 1:]
