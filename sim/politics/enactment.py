"""How an act of a doctrine comes into force and ends: instruments are set, and everybody hears of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from chokepoint.sim.politics.instruments import carry_out
from chokepoint.sim.politics.told import tell, unsay

if TYPE_CHECKING:
    from chokepoint.agents.measure import Measure
    from chokepoint.sim.market.world import World
    from chokepoint.sim.politics.states import Politics


def enact(politics: Politics, measure: Measure) -> None:
    """Carry out an act of a doctrine, or its lifting, unless a court forbade it; everybody hears of it."""
    world = politics.world
    if politics.court.bars(world.step, measure):
        return
    carry_out(politics, measure)
    if measure.instrument != "concession":
        (unsay if measure.lifted else tell)(world, politics.told, measure)


def exports_a_year(world: World, zone: int) -> float:
    """Legal exports of the last year of what a quota covers, t gross; those of the base year before."""
    if world.step < 52:
        return float(world.layout.base_gross[zone])
    return float(world.R.exports[world.step - 52 : world.step, zone].sum())


def restricted(world: World, but: int) -> float:
    """Share of the base year's legal trade that states other than that of zone `but` restrict now."""
    base, cut = world.N.base_export, 0.0
    for z in range(1, len(base)):
        if z != but:
            value, gross = world.law.quotas.get(z), float(world.layout.base_gross[z])  # t gross, half a year and a year
            quota = 0.0 if value is None else max(0.0, 1.0 - 2.0 * value / max(gross, 1e-12))
            cut += float((base[z] * np.maximum(quota, world.I.embargo[z].max(axis=1))).sum())
    return cut / max(float(base.sum()), 1e-12)
