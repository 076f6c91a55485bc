"""Use: firms use what the price leaves them to want, recover scrap, and lose production where lines stop.

What is given up by the elasticity of use is saved; what the choke takes stands still, as does what a firm wants at the
price and has not in stock. Both are lost production.

P behaviour, N structure, X influences, I instruments, S state, R record; `dt` is a step in years.
"""

from math import exp
from typing import Any

from chokepoint.agents.firm import choke as firm_choke
from chokepoint.agents.firm import use as firm_use
from chokepoint.sim.engine.arrays import Array
from chokepoint.sim.engine.mechanism import Mechanism, Phase
from chokepoint.sim.engine.series import Series
from chokepoint.sim.network.structure import USER

REMEMBERED_YEARS = 0.25  # how long a firm remembers what it lacked (assumption)
AS_SHIPPED = 1e-5  # of use, within which it is what elasticity and choke say


def consumption(step: int, dt: float, P: Any, N: Any, X: Any, I: Any, S: Any, R: Any) -> None:
    """What a firm uses it buys, less what it recovers of it."""
    for market in range(S.lacking.shape[0]):
        S.lacking[market] = 0.0
        gap = S.price_ln[market] - N.q_base_ln[market]
        given_up, _ = firm_choke(gap, P.choke)
        free, _ = firm_use(gap, 1.0, P.use_elasticity, 0.0)
        S.stopped[market] = stopped(S.used_factor[market], P.use_elasticity * gap, given_up, free)
    seen = 1.0 - exp(-dt / REMEMBERED_YEARS)
    for firm in range(S.unfilled.shape[0]):
        if N.f_kind[firm] != USER:
            continue
        needed, lacked = 0.0, 0.0
        recovery = N.f_scrap[firm] / (1.0 - N.f_scrap[firm])
        for slot in range(N.s_first[firm], N.s_first[firm + 1]):
            market, material, country = N.s_market[slot], N.s_mat[slot], N.s_country[slot]
            bought = S.used_factor[market] * S.plan[slot] * dt
            got = min(bought, S.stock[slot])
            short = (bought - got + S.stopped[market] * bought) * (1.0 + recovery)
            S.stock[slot] -= got
            S.used[material] += got * (1.0 + recovery)
            S.scrapped[material] += got * recovery
            S.expected[slot] = bought * (1.0 + recovery)
            S.lacking[market] += short / dt
            needed += S.expected[slot] + short
            lacked += short
            R.use_material[step, country, material] += got * (1.0 + recovery)
            R.use[step, country] += got * (1.0 + recovery)
            R.scrap[step, country] += got * recovery
            R.shortfall[step, country] += short
            R.lost_value[step, country] += short * N.s_value[slot]
        share = lacked / needed if needed > 0.0 else 0.0
        S.unfilled[firm] += (share - S.unfilled[firm]) * seen


def stopped(used: float, saved: float, given_up: float, free: float) -> float:
    """Use that stands still, over what is used: what the choke takes. used: of use at the base price.

    saved, given_up: ln that the elasticity and the choke take of it. free: use without steepness: a study's own rule of
    use may know another choke, or none, and what stands still is what its use gives up for the steepness.
    """
    if abs(used - exp(-saved - given_up)) <= AS_SHIPPED * used:
        return exp(given_up) - 1.0
    return max(0.0, free / used - 1.0) if used > 0.0 else 0.0


MECHANISM = Mechanism(
    "use",
    source="accounting; what is wanted: agents/firm.py",
    phases=(Phase(consumption, after=("used_licences",)),),
    arrays=(
        Array(
            "S.expected", "s", "t a week", "use that a firm has at the price of the week", lambda start: start.base_use
        ),
        Array("S.lacking", "q", "t/year", "use that is lost because lines stop"),
        Array("S.stopped", "q", "share", "that use, over what is used"),
        Array("S.unfilled", "f", "share", "remembered part of use that was lost"),
    ),
    series={
        "use": Series("t", "country", True, "material used", "t c"),
        "scrap": Series("t", "country", True, "material recovered by users from new and old scrap", "t c"),
        "shortfall": Series("t", "country", True, "use lost because lines stop for want of material", "t c"),
        "use_by_material": Series("t", "country-material", True, "material used", "t c m", "use_material"),
        "lost_value": Series("thousand USD", "country", True, "value added lost for want of material", "t c"),
    },
)
