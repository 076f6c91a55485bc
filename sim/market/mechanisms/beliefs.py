"""Beliefs: the risk that each firm perceives, and the growth of prices that it expects.

P behaviour, N structure, X influences, I instruments, S state, R record; `dt` is a step in years.
"""

from math import exp
from typing import Any

from chokepoint.agents.firm import alarm as firm_alarm
from chokepoint.agents.firm import expected_growth as firm_expected_growth
from chokepoint.agents.firm import risk as firm_risk
from chokepoint.agents.firm import shun as firm_shun
from chokepoint.sim.engine.arrays import Array
from chokepoint.sim.engine.mechanism import Mechanism, Phase
from chokepoint.sim.engine.series import Series
from chokepoint.sim.market.luck import trait
from chokepoint.sim.network.structure import RESERVE

TINY = 1e-12


def beliefs(step: int, dt: float, P: Any, N: Any, X: Any, I: Any, S: Any, R: Any) -> None:
    """Perceived risk of every firm: what it hears, what it lacks, what its neighbours fear."""
    forget = exp(-dt / P.shortfall_memory_years)
    watched = N.reserve_start[0] < S.stock.shape[0]  # states that buy more than before are news
    for firm in range(S.risk.shape[0]):
        country = N.f_country[firm]
        taken = 0.0
        missing = 0.0
        asked = 0.0
        for slot in range(N.s_first[firm], N.s_first[firm + 1]):
            need = min(S.order[slot], S.expected[slot] * (1.0 - N.f_old_scrap[firm]))  # old scrap cannot fail to arrive
            asked += need
            missing += max(0.0, need - S.received[slot])
            if watched:
                taken += need * S.buying_news[N.s_zone[slot], N.s_mat[slot]]
        share = missing / asked if asked > TINY else 0.0
        S.unfilled[firm] = share + (S.unfilled[firm] - share) * forget
        news = X.news[step, country] * S.trait_risk[firm]
        if watched and asked > TINY:
            news = max(news, min(1.0, P.buying_alarm * taken / asked) * S.trait_risk[firm])
        signal = firm_alarm(
            news, S.unfilled[firm], S.country_risk[country], P.shortfall_gain, P.shortfall_tolerance, P.neighbour_weight
        )
        S.risk[firm] = firm_risk(S.risk[firm], signal, P.risk_rise, P.risk_decay, dt)
        S.shun[firm] = firm_shun(S.risk[firm], P.supplier_risk)


def neighbours(step: int, dt: float, P: Any, N: Any, X: Any, I: Any, S: Any, R: Any) -> None:
    """The mean risk that the firms of a country perceive, which each of them looks at next week."""
    for country in range(S.country_risk.shape[0]):
        total = 0.0
        count = 0
        for firm in range(S.risk.shape[0]):
            if N.f_country[firm] == country and N.f_kind[firm] != RESERVE and step >= N.f_open[firm]:
                total += S.risk[firm]
                count += 1
        S.country_risk[country] = total / count if count > 0 else 0.0
        R.risk[step, country] = S.country_risk[country]


def expectations(step: int, dt: float, P: Any, N: Any, X: Any, I: Any, S: Any, R: Any) -> None:
    """The growth of every price that people expect: back to what they are used to, and on with its trend."""
    for zone in range(S.price.shape[0]):
        for material in range(S.price.shape[1]):
            S.growth[zone, material] = firm_expected_growth(
                S.price[zone, material],
                S.habitual[zone, material],
                S.trend[zone, material],
                P.reversion,
                P.trend_weight,
            )


MECHANISM = Mechanism(
    "beliefs",
    source="assumption; forms in agents/firm.py",
    phases=(
        Phase(beliefs, after=("turnovers",)),
        Phase(neighbours, after=("beliefs",)),
        Phase(expectations, after=("neighbours",)),
    ),
    arrays=(
        Array("X.news", "t c", "share", "alarm in view"),
        Array("S.unfilled", "f", "share", "remembered part of needs that was not delivered"),
        Array("S.risk", "f", "share", "perceived risk"),
        Array("S.shun", "f", "1", "factor on suppliers from an exporting state", 1.0),
        Array("S.country_risk", "c", "share", "mean perceived risk of a country's firms"),
        Array(
            "S.trait_risk", "f", "1", "lasting difference between firms in alarm", lambda start: trait(start, "risk")
        ),
        Array("S.growth", "z m", "1/year", "growth of a price that is expected"),
    ),
    series={"risk": Series("share", "country", False, "mean perceived risk of firms, 0 to 1", "t c")},
)
