"""From the record of finished worlds to a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from chokepoint.sim.market.columns import columns_of
from chokepoint.sim.market.runaways import runaways
from chokepoint.sim.results.run import Run

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from chokepoint.sim.market.world import World


def gather(worlds: Sequence[World], manifest: Mapping[str, object]) -> Run:
    """The run made of finished worlds that share a layout; its manifest tells of prices that ran away."""
    away = [f"replication {i}: {line}" for i, world in enumerate(worlds) for line in runaways(world)]
    layout, series = worlds[0].layout, worlds[0].frame.series
    scenario = layout.scenario
    return Run(
        scenario.name,
        scenario.title,
        scenario.start,
        scenario.choices.step_days,
        {name: list(columns_of(layout, info.columns)) for name, info in series.items()},
        {name: np.stack([world.series(name) for world in worlds]) for name in series},
        {**manifest, "runaways": away},
        series,
    )
