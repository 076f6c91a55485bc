"""From the record of finished worlds to a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from chokepoint.sim.results.run import Run

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from chokepoint.sim.market.world import World
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


def gather(worlds: Sequence[World], manifest: Mapping[str, object]) -> Run:
    """The run made of finished worlds that share a layout."""
    layout, series = worlds[0].layout, worlds[0].frame.series
    scenario = layout.scenario
    return Run(
        scenario.name,
        scenario.title,
        scenario.start,
        scenario.choices.step_days,
        {name: list(columns_of(layout, info.columns)) for name, info in series.items()},
        {name: np.stack([world.series(name) for world in worlds]) for name in series},
        dict(manifest),
        series,
    )
