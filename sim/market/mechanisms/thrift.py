"""Thrift: users save dear material slowly, give back less, and move to where it is cheap.

P behaviour, N structure, X influences, I instruments, S state, R record; `dt` is a step in years.
"""

from math import log
from typing import Any

import numpy as np

from chokepoint.agents.firm import intensity as firm_intensity
from chokepoint.agents.firm import relocation as firm_relocation
from chokepoint.sim.engine.arrays import Array
from chokepoint.sim.engine.mechanism import Mechanism, Phase
from chokepoint.sim.network.structure import USER


def thrift(step: int, dt: float, P: Any, N: Any, X: Any, I: Any, S: Any, R: Any) -> None:
    """Slow answers of users, looked at every four weeks: thrift, and relocation into the exporting state."""
    if step % N.review_steps[0] != 0:
        return
    span = dt * N.review_steps[0]
    for zone in range(S.border_gap.shape[0]):
        for material in range(S.border_gap.shape[1]):
            # Base-year gap across the border beyond today's tax: what relocation adds to the difference of gaps.
            S.border_gap[zone, material] = log(
                N.base_price[0, material] / (N.base_price[zone, material] * (1.0 + I.tax[zone, material]))
            )
    for slot in range(S.stock.shape[0]):
        firm = N.s_firm[slot]
        if N.f_kind[firm] != USER:
            continue
        zone, material = N.s_zone[slot], N.s_mat[slot]
        S.intensity[slot] = firm_intensity(
            S.intensity[slot],
            S.gap[zone, material, 1],
            P.thrift_elasticity * N.f_thrift[firm],
            P.thrift_speed,
            P.thrift_threshold,
            P.thrift_cap * N.f_thrift[firm],
            P.thrift_back * N.f_return[firm],
            P.thrift_floor,
            span,
        )
        twin = N.s_twin[slot]
        if twin >= 0 and step >= N.f_open[firm]:
            home = N.s_zone[twin]
            gap = S.gap[zone, material, 1] - S.gap[home, material, 1] + S.border_gap[home, material]
            moved = firm_relocation(gap, P.relocation_speed * N.f_relocation[firm], P.relocation_threshold) * span
            if moved > 0.0:
                goes = S.scale[slot] * moved
                S.scale[slot] -= goes
                S.scale[twin] += goes * N.s_base[slot] * S.intensity[slot] / (N.s_base[twin] * S.intensity[twin])


MECHANISM = Mechanism(
    "thrift",
    source="substitution and relocation, forms in agents/firm.py",
    phases=(Phase(thrift, after=("campaigns",)),),
    arrays=(
        Array("S.intensity", "s", "1", "material per unit of output", 1.0),
        Array("S.scale", "s", "1", "output that has not moved away", 1.0),
        Array(
            "S.border_gap",
            "z m",
            "ln",
            "base-year gap across the border beyond today's tax",
            lambda start: np.log(start.N.base_price[0] / (start.N.base_price * (1.0 + start.N.price_tax0))),
        ),
    ),
)
