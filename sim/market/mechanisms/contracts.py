"""Contracts: a part of what users buy is paid at a price that follows the quote with delay.

The quote is the price of what is free: it clears the week. A user pays the contract price for the part of its use that
stands on contract, as far as it gets goods at all, and the quote for the rest and for what it lays in stock.

P behaviour, N structure, X influences, I instruments, S state, R record; `dt` is a step in years.
"""

from math import exp
from typing import Any

import numpy as np

from chokepoint.sim.engine.arrays import Array
from chokepoint.sim.engine.mechanism import Mechanism, Phase
from chokepoint.sim.engine.series import Series
from chokepoint.sim.market.accounts import pay
from chokepoint.sim.network.structure import USER

FOLLOWED_YEARS = 0.4  # over which contract prices follow the quote: they are made on the quarter before (assumption)


def contracts(step: int, dt: float, P: Any, N: Any, X: Any, I: Any, S: Any, R: Any) -> None:
    """Contract less quote is paid on what is delivered on contract, to sellers abroad and at home as one account."""
    for market in range(S.on_contract.shape[0]):
        S.on_contract[market], S.delivered[market] = 0.0, 0.0
    for slot in range(S.stock.shape[0]):
        firm, market = N.s_firm[slot], N.s_market[slot]
        if N.f_kind[firm] != USER or S.received[slot] <= 0.0:
            continue
        S.delivered[market] += S.received[slot]
        if N.f_contract[firm] <= 0.0:
            continue
        tonnes = N.f_contract[firm] * min(S.received[slot], S.plan[slot] * dt)
        S.on_contract[market] += tonnes
        less = tonnes * (S.contract_price[market] - S.price_at[market])
        pay(S.cash, N.f_account[firm], N.row_account[0], less)
        R.bill[step, N.s_country[slot]] += less
    followed = 1.0 - exp(-dt / FOLLOWED_YEARS)
    for market in range(S.on_contract.shape[0]):
        quote, contract = S.price_at[market], S.contract_price[market]
        share = S.on_contract[market] / S.delivered[market] if S.delivered[market] > 0.0 else 0.0
        country, material = N.q_country[market], N.q_mat[market]
        R.contract[step, country, material] = contract
        R.paid[step, country, material] = quote + share * (contract - quote)
        S.contract_price[market] += (quote - contract) * followed


MECHANISM = Mechanism(
    "contracts",
    source="assumption",
    phases=(Phase(contracts, after=("spot_shares",)),),
    arrays=(
        Array("S.contract_price", "q", "USD/kg", "contract price", lambda start: np.exp(start.N.q_base_ln)),
        Array("S.on_contract", "q", "t a week", "delivered to users at the contract price"),
        Array("S.delivered", "q", "t a week", "delivered to users"),
    ),
    series={
        "contract_price": Series("USD/kg", "country-material", False, "contract price in a country",
                                 "t c m", "contract"),
        "price_paid": Series("USD/kg", "country-material", False, "average that users pay: quote and contract price",
                             "t c m", "paid"),
    },
)  # fmt: skip
