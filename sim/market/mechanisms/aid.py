"""Aid to users: a state pays its users for thrift and substitutes, and their use follows the price sooner.

P behaviour, N structure, X influences, I instruments, S state, R record; `dt` is a step in years.
"""

from math import exp
from typing import Any

from chokepoint.agents.measure import Measure
from chokepoint.sim.engine.arrays import Array
from chokepoint.sim.engine.calendar import DAYS_PER_YEAR
from chokepoint.sim.engine.mechanism import Mechanism, Phase
from chokepoint.sim.engine.series import Series
from chokepoint.sim.market.accounts import pay
from chokepoint.sim.network.structure import USER
from chokepoint.sim.scenario.acts import Instrument


def aiding(step: int, dt: float, P: Any, N: Any, X: Any, I: Any, S: Any, R: Any) -> None:
    """Users get the aid of their state by what they use; their long-run answer goes 1 + aid over their bill as fast."""
    if I.aids[0] <= 0:
        return
    for market in range(S.hastened.shape[0]):
        S.hastened[market] = 1.0 + I.user_aid[N.q_country[market], N.q_mat[market]]
    for slot in range(S.stock.shape[0]):
        firm, market = N.s_firm[slot], N.s_market[slot]
        if N.f_kind[firm] != USER or S.hastened[market] <= 1.0:
            continue
        bought = N.s_base[slot] * (1.0 - N.f_scrap[firm]) * exp(N.q_base_ln[market])
        paid = (S.hastened[market] - 1.0) * bought * dt
        pay(S.cash, N.c_account[N.s_country[slot]], N.f_account[firm], paid)
        R.user_aid[step, N.s_country[slot]] += paid


def _aid(world: Any, measure: Measure) -> None:
    """So many dollars over the days of the act, to users of the materials named or of all, by their bills."""
    N, country = world.N, world.countries.index(measure.actor)
    days = (measure.end - measure.start).days + 1 if measure.end is not None else DAYS_PER_YEAR
    a_year = (measure.value or 0.0) / 1000.0 * DAYS_PER_YEAR / days  # thousand USD
    markets = [int(q) for m in world.about(measure) if (q := N.q_of[country, m]) >= 0]
    bill = sum(float(N.q_use[q]) * exp(N.q_base_ln[q]) for q in markets)
    for q in markets if bill > 0.0 else ():
        world.I.user_aid[country, N.q_mat[q]] += (-1.0 if measure.lifted else 1.0) * a_year / bill
    world.I.aids[0] = 1


MECHANISM = Mechanism(
    "aid",
    source="assumption",
    phases=(Phase(aiding, after=("memories",)),),
    arrays=(
        Array("I.aids", "1", "1 or 0", "whether any state ever aided its users", 0, "i8"),
        Array("I.user_aid", "c m", "share", "aid a year to users, over their bill of the base year"),
        Array("S.hastened", "q", "1", "how much faster the long-run answer of use goes", 1.0),
    ),
    series={
        "aid_to_users": Series("thousand USD", "country", True, "paid by a state to its users", "t c", "user_aid"),
    },
    instruments=(
        Instrument(
            "aid_to_users",
            "A state pays so many dollars over the days of the act, a year where it is open, to its users: what use "
            "gives up for good at high prices goes 1 + aid a year over their bill as fast, by material.",
            _aid,
            by="country",
            materials=True,
            unit="USD",
            negative=False,
            example="Importia aid_to_users of M at 5 m USD from 2010-03-01 until 2011-02-28",
        ),
    ),
)  # fmt: skip
