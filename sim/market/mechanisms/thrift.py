"""Thrift: users save dear material slowly, give back less, and move to where it is cheap."""

from math import log

import numpy as np

from chokepoint.agents.firm import intensity as firm_intensity
from chokepoint.agents.firm import relocation as firm_relocation
from chokepoint.sim.engine.arrays import Array
from chokepoint.sim.engine.mechanism import Mechanism, Phase
from chokepoint.sim.network.structure import USER


def thrift(t, dt, P, N, X, I, S, R):
    """Slow answers of users, looked at every four weeks: thrift, and relocation into the exporting state."""
    if t % N.review_steps[0] != 0:
        return
    span = dt * N.review_steps[0]
    for z in range(S.border_gap.shape[0]):
        for m in range(S.border_gap.shape[1]):
            # Base-year gap across the border beyond today's tax: what relocation adds to the difference of gaps.
            S.border_gap[z, m] = log(N.base_price[0, m] / (N.base_price[z, m] * (1.0 + I.tax[z, m])))
    for s in range(S.stock.shape[0]):
        f = N.s_firm[s]
        if N.f_kind[f] != USER:
            continue
        z, m = N.s_zone[s], N.s_mat[s]
        S.intensity[s] = firm_intensity(
            S.intensity[s],
            S.gap[z, m, 1],
            P.thrift_elasticity * N.f_thrift[f],
            P.thrift_speed,
            P.thrift_threshold,
            P.thrift_cap * N.f_thrift[f],
            P.thrift_back * N.f_return[f],
            P.thrift_floor,
            span,
        )
        twin = N.s_twin[s]
        if twin >= 0 and t >= N.f_open[f]:
            home = N.s_zone[twin]
            gap = S.gap[z, m, 1] - S.gap[home, m, 1] + S.border_gap[home, m]
            moved = firm_relocation(gap, P.relocation_speed * N.f_relocation[f], P.relocation_threshold) * span
            if moved > 0.0:
                goes = S.scale[s] * moved
                S.scale[s] -= goes
                S.scale[twin] += goes * N.s_base[s] * S.intensity[s] / (N.s_base[twin] * S.intensity[twin])


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
            lambda w: np.log(w.N.base_price[0] / (w.N.base_price * (1.0 + w.N.price_tax0))),
        ),
    ),
)
