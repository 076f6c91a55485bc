"""Sourcing: from whom each buyer orders, by price and trust, and what sellers have ready for him.

P behaviour, N structure, X influences, I instruments, S state, R record; `dt` is a step in years.
"""

from typing import Any

import numpy as np

from chokepoint.agents.firm import price_appeal as firm_price_appeal
from chokepoint.agents.firm import supplier_weight as firm_supplier_weight
from chokepoint.agents.firm import trust as firm_trust
from chokepoint.agents.refiner import export_offer as refiner_export_offer
from chokepoint.agents.refiner import presence as refiner_presence
from chokepoint.agents.refiner import withheld as refiner_withheld
from chokepoint.sim.engine.arrays import Array
from chokepoint.sim.engine.mechanism import Mechanism, Phase
from chokepoint.sim.engine.series import Series
from chokepoint.sim.market.rules.border import slip as border_slip
from chokepoint.sim.network.structure import FREE, GREY, LEGAL, USER, WITHIN


def presences(step: int, dt: float, P: Any, N: Any, X: Any, I: Any, S: Any, R: Any) -> None:
    """How large a seller outside stands before its buyers: by what it makes and holds."""
    for refiner in range(S.presence.shape[0]):
        if N.r_kind[refiner] == FREE:
            for material in range(S.presence.shape[1]):
                if N.r_reference[refiner, material] > 0.0:
                    target = P.refiner_cover_months / 12.0 * S.output[refiner, material]
                    S.presence[refiner, material] = refiner_presence(
                        S.output[refiner, material],
                        S.product[refiner, material],
                        target,
                        N.r_reference[refiner, material],
                    )


def appeals(step: int, dt: float, P: Any, N: Any, X: Any, I: Any, S: Any, R: Any) -> None:
    """Buyers compare landed prices, each every four weeks."""
    turn = step % N.review_steps[0]
    for slot in range(S.stock.shape[0]):
        if N.f_review[N.s_firm[slot]] != turn:
            continue
        zone, material = N.s_zone[slot], N.s_mat[slot]
        here = S.price[zone, material]
        for lane in range(N.s_lane[slot], N.s_lane[slot + 1]):
            kind, home = N.b_kind[lane], N.b_home[lane]
            if kind == LEGAL:
                for link in range(N.b_edge[lane], N.b_edge[lane + 1]):
                    own = (S.ask[N.e_ref[link]] - S.ask_mean[home]) * N.s_gross[slot]
                    landed = max(0.3 * here, here + own) + N.b_freight[lane]
                    S.e_appeal[link] = firm_price_appeal(landed / N.b_landed[lane], P.supplier_price)
            else:
                landed = here
                if kind == GREY:
                    landed = S.price[home, material] + P.grey_share_of_gap * max(0.0, here - S.price[home, material])
                appeal = firm_price_appeal((landed + N.b_freight[lane]) / N.b_landed[lane], P.supplier_price)
                for link in range(N.b_edge[lane], N.b_edge[lane + 1]):
                    S.e_appeal[link] = appeal


def sourcing(step: int, dt: float, P: Any, N: Any, X: Any, I: Any, S: Any, R: Any) -> None:
    """Buyers split orders over links; refused ones are not shipped, nor do sellers offer abroad what pays less there.
    Exporters do not offer to a destination whose bonded stores are full."""
    S.asked[:, :] = 0.0
    S.grey[:, :] = 0.0
    S.licence_need[:, :] = 0.0
    for link in range(S.e_order.shape[0]):  # all links in one plain loop, which compiles to vector instructions
        S.e_order[link] = firm_supplier_weight(N.e_share[link], S.e_appeal[link], S.e_trust[link])
    from_users = 0.0
    from_all = 0.0
    for slot in range(S.stock.shape[0]):
        first_lane, last_lane = N.s_lane[slot], N.s_lane[slot + 1]
        wish = S.order[slot] - S.received[slot]
        if wish <= 0.0:
            for link in range(N.b_edge[first_lane], N.b_edge[last_lane]):
                S.e_order[link] = 0.0
                S.e_ship[link] = 0.0
            continue
        firm, zone, material, country = N.s_firm[slot], N.s_zone[slot], N.s_mat[slot], N.s_country[slot]
        from_all += wish
        if N.f_kind[firm] == USER:
            from_users += wish
        here = S.price[zone, material]
        total = 0.0
        shun = S.shun[firm]
        for link in range(N.b_edge[first_lane], N.b_edge[last_lane]):
            # Fear keeps buyers from suppliers behind a border; at home and among plants abroad it is size that counts.
            weight = S.e_order[link] * (S.presence[N.e_ref[link], material] if N.e_kind[link] == WITHIN else shun)
            S.e_order[link] = weight
            total += weight
        scale = wish / total
        for link in range(N.b_edge[first_lane], N.b_edge[last_lane]):
            part = scale * S.e_order[link]
            S.e_order[link] = part
            refiner, kind = N.e_ref[link], N.e_kind[link]
            if kind == WITHIN:
                S.asked[refiner, material] += part
            elif kind == GREY:
                home = N.e_home[link]
                if S.busy[home, country] > 0.0:  # misdeclared cargo is found where cargo is opened
                    held = max(
                        I.embargo[home, country] * I.form_embargo[home, N.s_form[slot]], I.closure[home, country]
                    )
                    part *= border_slip(I.inspection[home, country], I.normal_inspection[home], held)
                S.grey[refiner, material] += part
            else:
                home = N.e_home[link]
                if I.refused[home, country] > 0.0:
                    part *= 1.0 - I.refused[home, country] * I.form_quota[home, N.s_form[slot]]
                gross = N.s_gross[slot] * I.form_quota[home, N.s_form[slot]] * I.quota_on[home]
                if S.full[home, country] > 0.0:
                    part = 0.0
                elif gross > 0.0:
                    taxed = S.price[home, material] * (1.0 + I.tax[home, material])
                    ask = min(S.ask[refiner], S.ask_mean[home]) * gross
                    part *= refiner_export_offer(here, taxed, ask, P.offer_slope, P.offer_low, 1.0)
                    # A licence is used where it pays best, so that an order that pays less abroad is served less.
                    S.licence_need[refiner, I.quota_part[home, material]] += part * gross
                S.asked[refiner, material] += part
            S.e_ship[link] = part
    R.orders[step, 0] = from_users
    R.orders[step, 1] = from_all


def rationing(step: int, dt: float, P: Any, N: Any, X: Any, I: Any, S: Any, R: Any) -> None:
    """What share of their legal orders sellers can serve from the product that they do not keep back."""
    for refiner in range(S.asked.shape[0]):
        zone = N.r_zone[refiner]
        for material in range(S.asked.shape[1]):
            if S.asked[refiner, material] > 0.0:
                S.withheld[refiner, material] = refiner_withheld(
                    S.growth[zone, material], P.withhold_growth, P.withhold_high
                )
                ready = (S.product[refiner, material] - S.smuggled[refiner, material]) * (
                    1.0 - S.withheld[refiner, material]
                )
                S.asked[refiner, material] = min(1.0, ready / S.asked[refiner, material])


def trust(step: int, dt: float, P: Any, N: Any, X: Any, I: Any, S: Any, R: Any) -> None:
    """Buyers trust a supplier by how much of their orders he fills."""
    for link in range(S.e_trust.shape[0]):  # all links in one plain loop, which compiles to vector instructions
        asked = S.e_order[link]
        fill = S.e_ship[link] / asked if asked > 0.0 else 1.0
        trusted = firm_trust(S.e_trust[link], fill, P.supplier_trust, P.trust_memory_years, dt)
        S.e_trust[link] = trusted if asked > 0.0 else S.e_trust[link]


MECHANISM = Mechanism(
    "sourcing",
    source="multinomial choice of suppliers with trust, see agents/firm.py",
    phases=(
        Phase(presences, after=("spot_origins",)),
        Phase(appeals, after=("presences",)),
        Phase(sourcing, after=("appeals",)),
        Phase(rationing, after=("sourcing",)),
        Phase(trust, after=("rationing",)),
    ),
    arrays=(
        Array("S.e_trust", "e", "1", "trust in a supplier", 1.0),
        Array("S.e_appeal", "e", "1", "appeal of a supplier's price", 1.0),
        Array("S.e_order", "e", "t", "ordered on a link"),
        Array("S.e_ship", "e", "t", "shipped on a link"),
        Array(
            "S.presence",
            "r m",
            "1",
            "how large a seller outside stands before its buyers",
            lambda start: np.where(start.N.r_output > 0.0, 1.0, 0.0),
        ),
        Array("S.asked", "r m", "t, then share", "legal orders to a seller; after rationing the part served"),
        Array("S.withheld", "r m", "share", "part of the product kept back"),
    ),
    series={
        "orders": Series("t", "stage", True, "orders: users to sellers, refiners receive, mines receive", "t 3"),
    },
)
