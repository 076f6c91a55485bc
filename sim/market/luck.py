"""Draws that a run begins with: lasting traits, disturbances before the first week, keys of streams."""

from __future__ import annotations

from typing import Any

import numpy as np

from chokepoint.sim.engine import draws

BEFORE = 10**6  # a week number for draws that precede the first week


def trait(world: Any) -> np.ndarray:
    """Log-normal traits of firms, one draw each: (firms,)."""
    luck = draws.stream(world.seed, world.replication, draws.TRAIT)
    return np.asarray(np.exp(world.P.noise_trait * draws.normals(luck, world.layout.trait_keys, 0)))


def before_the_start(world: Any, purpose: int, sd: float) -> np.ndarray:
    """What an autoregressive disturbance of each firm stands at when a run begins: (firms,)."""
    luck = draws.stream(world.seed, world.replication, purpose)
    return np.asarray(sd * draws.normals(luck, world.N.f_key, BEFORE))


def stream(world: Any, purpose: int) -> np.ndarray:
    """The key of the stream of one purpose: (1,) uint64."""
    return np.array([draws.stream(world.seed, world.replication, purpose)])
