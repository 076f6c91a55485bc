"""Use: firms use what the price leaves them to want, recover scrap, and lose production where stock runs out.

P behaviour, N structure, X influences, I instruments, S state, R record; `dt` is a step in years.
"""

from typing import Any

from chokepoint.sim.engine.mechanism import Mechanism, Phase
from chokepoint.sim.engine.series import Series
from chokepoint.sim.network.structure import USER


def consumption(step: int, dt: float, P: Any, N: Any, X: Any, I: Any, S: Any, R: Any) -> None:
    """What a firm uses it buys, less what it recovers of it; where stock runs out the rest is lost production."""
    for slot in range(S.stock.shape[0]):
        firm = N.s_firm[slot]
        if N.f_kind[firm] != USER:
            continue
        market, material, country = N.s_market[slot], N.s_mat[slot], N.s_country[slot]
        bought = S.used_factor[market] * S.plan[slot] * dt
        got = min(bought, S.stock[slot])
        recovered = got * N.f_scrap[firm] / (1.0 - N.f_scrap[firm])
        used, short = got + recovered, bought - got
        S.stock[slot] -= got
        S.used[material] += used
        S.scrapped[material] += recovered
        R.use_material[step, country, material] += used
        R.use[step, country] += used
        R.scrap[step, country] += recovered
        R.shortfall[step, country] += short
        R.lost_value[step, country] += short * N.s_value[slot]


MECHANISM = Mechanism(
    "use",
    source="accounting; what is wanted: `curves.use_at`",
    phases=(Phase(consumption, after=("licences",)),),
    series={
        "use": Series("t", "country", True, "material used", "t c"),
        "scrap": Series("t", "country", True, "material recovered by users from new and old scrap", "t c"),
        "shortfall": Series("t", "country", True, "material wanted at the price and not there to use", "t c"),
        "use_by_material": Series("t", "country-material", True, "material used", "t c m", "use_material"),
        "lost_value": Series("thousand USD", "country", True, "value added lost for want of material", "t c"),
    },
)
