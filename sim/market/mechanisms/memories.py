"""Memories: what holders think normal, what they once feared to lose, what use looks at, and how far it was saved.

P behaviour, N structure, X influences, I instruments, S state, R record; `dt` is a step in years.
"""

from math import exp
from typing import Any

from chokepoint.sim.engine.arrays import Array
from chokepoint.sim.engine.mechanism import Mechanism, Phase

FEARED_YEARS = 3.0  # over which a loss that was once expected is forgotten (assumption)
LOOKED_AT_YEARS = 0.5  # smoothing of the price that those look at who redesign products (assumption)


def memories(step: int, dt: float, P: Any, N: Any, X: Any, I: Any, S: Any, R: Any) -> None:
    """Long-run answer of use: saved -> (long - short elasticity) * slow price gap, over the years of redesign."""
    forgotten = exp(-dt / FEARED_YEARS)
    normal = 1.0 - exp(-dt / P.normal_years)
    seen = 1.0 - exp(-dt / LOOKED_AT_YEARS)
    redesigned = 1.0 - exp(-dt / P.use_years)
    for market in range(S.price_ln.shape[0]):
        gap = S.price_ln[market] - N.q_base_ln[market]
        S.normal_ln[market] += (S.price_ln[market] - S.normal_ln[market]) * normal
        S.seen_gap[market] += (gap - S.seen_gap[market]) * seen
        goal = (P.use_elasticity_long - P.use_elasticity) * S.seen_gap[market]
        S.remembered[market] *= forgotten
        if S.missed_for[market] > 0.0:  # words alone leave no mark
            S.remembered[market] = max(S.remembered[market], S.loss[market])
        S.feared[market] = max(S.loss[market], S.remembered[market])
        hastened = 1.0 - exp(-S.hastened[market] * dt / P.use_years) if S.hastened[market] > 1.0 else redesigned
        S.saved[market] += (goal - S.saved[market]) * hastened


MECHANISM = Mechanism(
    "memories",
    source="putty-clay redesign, Sprecher et al. (2017); form: assumption",
    phases=(Phase(memories, after=("consumption",)),),
    arrays=(
        Array("S.seen_gap", "q", "ln", "price over the base year, as those look at it who redesign products"),
        Array("S.remembered", "q", "share", "of use that holders expected to give up while they were cut off"),
        Array("S.feared", "q", "share", "of use that holders expected to give up, now or once, as it is remembered"),
        Array("S.saved", "q", "ln", "use given up for good"),
    ),
)
