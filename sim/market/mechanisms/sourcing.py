"""Sourcing: from whom each buyer orders, by price and trust, and what sellers have ready for him."""

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


def presences(t, dt, P, N, X, I, S, R):
    """How large a seller outside stands before its buyers: by what it makes and holds."""
    for r in range(S.presence.shape[0]):
        if N.r_kind[r] == FREE:
            for m in range(S.presence.shape[1]):
                if N.r_reference[r, m] > 0.0:
                    target = P.refiner_cover_months / 12.0 * S.output[r, m]
                    S.presence[r, m] = refiner_presence(S.output[r, m], S.product[r, m], target, N.r_reference[r, m])


def appeals(t, dt, P, N, X, I, S, R):
    """Buyers compare landed prices, each every four weeks."""
    turn = t % N.review_steps[0]
    for s in range(S.stock.shape[0]):
        if N.f_review[N.s_firm[s]] != turn:
            continue
        z, m = N.s_zone[s], N.s_mat[s]
        here = S.price[z, m]
        for b in range(N.s_lane[s], N.s_lane[s + 1]):
            kind, home = N.b_kind[b], N.b_home[b]
            if kind == LEGAL:
                for e in range(N.b_edge[b], N.b_edge[b + 1]):
                    own = (S.ask[N.e_ref[e]] - S.ask_mean[home]) * N.s_gross[s]
                    landed = max(0.3 * here, here + own) + N.b_freight[b]
                    S.e_appeal[e] = firm_price_appeal(landed / N.b_landed[b], P.supplier_price)
            else:
                landed = here
                if kind == GREY:
                    landed = S.price[home, m] + P.grey_share_of_gap * max(0.0, here - S.price[home, m])
                appeal = firm_price_appeal((landed + N.b_freight[b]) / N.b_landed[b], P.supplier_price)
                for e in range(N.b_edge[b], N.b_edge[b + 1]):
                    S.e_appeal[e] = appeal


def sourcing(t, dt, P, N, X, I, S, R):
    """Buyers split orders over links; refused ones are not shipped, nor do sellers offer abroad what pays less there.
    Exporters do not offer to a destination whose bonded stores are full."""
    S.asked[:, :] = 0.0
    S.grey[:, :] = 0.0
    S.licence_need[:, :] = 0.0
    for e in range(S.e_order.shape[0]):  # all links in one plain loop, which compiles to vector instructions
        S.e_order[e] = firm_supplier_weight(N.e_share[e], S.e_appeal[e], S.e_trust[e])
    from_users = 0.0
    from_all = 0.0
    for s in range(S.stock.shape[0]):
        first_lane, last_lane = N.s_lane[s], N.s_lane[s + 1]
        q = S.order[s] - S.received[s]
        if q <= 0.0:
            for e in range(N.b_edge[first_lane], N.b_edge[last_lane]):
                S.e_order[e] = 0.0
                S.e_ship[e] = 0.0
            continue
        f, z, m, c = N.s_firm[s], N.s_zone[s], N.s_mat[s], N.s_country[s]
        from_all += q
        if N.f_kind[f] == USER:
            from_users += q
        here = S.price[z, m]
        total = 0.0
        shun = S.shun[f]
        for e in range(N.b_edge[first_lane], N.b_edge[last_lane]):
            weight = S.e_order[e] * (S.presence[N.e_ref[e], m] if N.e_kind[e] == WITHIN else shun)
            S.e_order[e] = weight
            total += weight
        scale = q / total
        for e in range(N.b_edge[first_lane], N.b_edge[last_lane]):
            part = scale * S.e_order[e]
            S.e_order[e] = part
            r, kind = N.e_ref[e], N.e_kind[e]
            if kind == WITHIN:
                S.asked[r, m] += part
            elif kind == GREY:
                home = N.e_home[e]
                if S.busy[home, c] > 0.0:
                    held = max(I.embargo[home, c] * I.form_embargo[home, N.s_form[s]], I.closure[home, c])
                    part *= border_slip(I.inspection[home, c], I.normal_inspection[home], held)
                S.grey[r, m] += part
            else:
                home = N.e_home[e]
                if I.refused[home, c] > 0.0:
                    part *= 1.0 - I.refused[home, c] * I.form_quota[home, N.s_form[s]]
                gross = N.s_gross[s] * I.form_quota[home, N.s_form[s]] * I.quota_on[home]
                if S.full[home, c] > 0.0:
                    part = 0.0
                elif gross > 0.0:
                    taxed = S.price[home, m] * (1.0 + I.tax[home, m])
                    ask = min(S.ask[r], S.ask_mean[home]) * gross
                    part *= refiner_export_offer(here, taxed, ask, P.offer_slope, P.offer_low, 1.0)
                    S.licence_need[r, I.quota_part[home, m]] += part * gross
                S.asked[r, m] += part
            S.e_ship[e] = part
    R.orders[t, 0] = from_users
    R.orders[t, 1] = from_all


def rationing(t, dt, P, N, X, I, S, R):
    """What share of their legal orders sellers can serve from the product that they do not keep back."""
    for r in range(S.asked.shape[0]):
        z = N.r_zone[r]
        for m in range(S.asked.shape[1]):
            if S.asked[r, m] > 0.0:
                S.withheld[r, m] = refiner_withheld(S.growth[z, m], P.withhold_growth, P.withhold_high)
                ready = (S.product[r, m] - S.smuggled[r, m]) * (1.0 - S.withheld[r, m])
                S.asked[r, m] = min(1.0, ready / S.asked[r, m])


def trust(t, dt, P, N, X, I, S, R):
    """Buyers trust a supplier by how much of their orders he fills."""
    for e in range(S.e_trust.shape[0]):  # all links in one plain loop, which compiles to vector instructions
        asked = S.e_order[e]
        fill = S.e_ship[e] / asked if asked > 0.0 else 1.0
        trusted = firm_trust(S.e_trust[e], fill, P.supplier_trust, P.trust_memory_years, dt)
        S.e_trust[e] = trusted if asked > 0.0 else S.e_trust[e]


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
            lambda w: np.where(w.N.r_output > 0.0, 1.0, 0.0),
        ),
        Array("S.asked", "r m", "t, then share", "legal orders to a seller; after rationing the part served"),
        Array("S.withheld", "r m", "share", "part of the product kept back"),
    ),
    series={
        "orders": Series("t", "stage", True, "orders: users to sellers, refiners receive, mines receive", "t 3"),
    },
)
