"""Beliefs: the risk that each firm perceives, and the growth of prices that it expects."""

from math import exp

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


def beliefs(t, dt, P, N, X, I, S, R):
    """Perceived risk of every firm: what it hears, what it lacks, what its neighbours fear."""
    forget = exp(-dt / P.shortfall_memory_years)
    watched = N.reserve_start[0] < S.stock.shape[0]  # states that buy more than before are news
    for f in range(S.risk.shape[0]):
        c = N.f_country[f]
        taken = 0.0
        missing = 0.0
        asked = 0.0
        for s in range(N.s_first[f], N.s_first[f + 1]):
            need = min(S.order[s], S.expected[s] * (1.0 - N.f_old_scrap[f]))  # old scrap cannot fail to arrive
            asked += need
            missing += max(0.0, need - S.received[s])
            if watched:
                taken += need * S.buying_news[N.s_zone[s], N.s_mat[s]]
        share = missing / asked if asked > TINY else 0.0
        S.unfilled[f] = share + (S.unfilled[f] - share) * forget
        news = X.news[t, c] * S.trait_risk[f]
        if watched and asked > TINY:
            news = max(news, min(1.0, P.buying_alarm * taken / asked) * S.trait_risk[f])
        signal = firm_alarm(
            news, S.unfilled[f], S.country_risk[c], P.shortfall_gain, P.shortfall_tolerance, P.neighbour_weight
        )
        S.risk[f] = firm_risk(S.risk[f], signal, P.risk_rise, P.risk_decay, dt)
        S.shun[f] = firm_shun(S.risk[f], P.supplier_risk)


def neighbours(t, dt, P, N, X, I, S, R):
    """The mean risk that the firms of a country perceive, which each of them looks at next week."""
    for c in range(S.country_risk.shape[0]):
        total = 0.0
        count = 0
        for f in range(S.risk.shape[0]):
            if N.f_country[f] == c and N.f_kind[f] != RESERVE and t >= N.f_open[f]:
                total += S.risk[f]
                count += 1
        S.country_risk[c] = total / count if count > 0 else 0.0
        R.risk[t, c] = S.country_risk[c]


def expectations(t, dt, P, N, X, I, S, R):
    """The growth of every price that people expect: back to what they are used to, and on with its trend."""
    for z in range(S.price.shape[0]):
        for m in range(S.price.shape[1]):
            S.growth[z, m] = firm_expected_growth(
                S.price[z, m], S.habitual[z, m], S.trend[z, m], P.reversion, P.trend_weight
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
        Array("S.trait_risk", "f", "1", "lasting difference between firms in alarm", lambda w: trait(w, "risk")),
        Array("S.growth", "z m", "1/year", "growth of a price that is expected"),
    ),
    series={"risk": Series("share", "country", False, "mean perceived risk of firms, 0 to 1", "t c")},
)
