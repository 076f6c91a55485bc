"""Forms of product that an instrument of the border covers."""

from __future__ import annotations

from typing import Any

import numpy as np


def covered(world: Any, choice: str) -> np.ndarray:
    """Which forms of product an instrument covers, by the scenario's choice of that name: (zones, forms) of 1 and 0."""
    scenario = world.layout.scenario
    chosen = getattr(scenario.choices, choice)
    row = np.array([1.0 if form.form in chosen else 0.0 for form in scenario.forms])
    return np.tile(row, (world.sizes["z"], 1))
