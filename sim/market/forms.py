"""What mechanisms of the border share: forms that an instrument covers, and how records of zones become columns."""

from __future__ import annotations

from typing import Any

import numpy as np


def covered(world: Any, choice: str) -> np.ndarray:
    """Which forms of product an instrument covers, by the scenario's choice of that name: (zones, forms) of 1 and 0."""
    scenario = world.layout.scenario
    chosen = getattr(scenario.choices, choice)
    row = np.array([1.0 if form.form in chosen else 0.0 for form in scenario.forms])
    return np.tile(row, (world.sizes["z"], 1))


def over_zones(values: np.ndarray) -> np.ndarray:
    """A record (steps, zones, countries) added up over exporting states: (steps, countries)."""
    return np.asarray(values.sum(axis=1))


def without_world(values: np.ndarray) -> np.ndarray:
    """A record (steps, zones) without the world outside: (steps, exporting states)."""
    return values[:, 1:]
