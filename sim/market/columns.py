"""The columns of recorded series: their names, and how an array of the record becomes columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from chokepoint.sim.network.layout import Layout


def columns_of(layout: Layout, kind: str) -> list[str]:
    """The column names of a series."""
    countries, materials = layout.countries, layout.materials
    return {
        "material": materials,
        "zone": layout.zones[1:],
        "country": countries,
        "refiner": layout.refiners,
        "mine": layout.mines,
        "route": [f"{d} from {o}" for d in countries for o in countries],
        "country-material": [f"{c} {m}" for c in countries for m in materials],
        "stage": ["users", "refiners", "mines"],
    }[kind]


def over_zones(values: np.ndarray) -> np.ndarray:
    """A record (steps, zones, countries) added up over exporting states: (steps, countries)."""
    return np.asarray(values.sum(axis=1))


def without_world(values: np.ndarray) -> np.ndarray:
    """A record (steps, zones) without the world outside: (steps, exporting states)."""
    return values[:, 1:]
