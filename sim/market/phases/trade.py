"""Phases of trade: from whom each buyer orders, what sellers, licences and customs let go, and who pays."""

from math import exp, log

from chokepoint.agents.firm import price_appeal as firm_price_appeal
from chokepoint.agents.firm import supplier_weight as firm_supplier_weight
from chokepoint.agents.firm import trust as firm_trust
from chokepoint.agents.refiner import export_offer as refiner_export_offer
from chokepoint.agents.refiner import leakage as refiner_leakage
from chokepoint.agents.refiner import licence_ask as refiner_licence_ask
from chokepoint.agents.refiner import licence_value as refiner_licence_value
from chokepoint.agents.refiner import presence as refiner_presence
from chokepoint.agents.refiner import withheld as refiner_withheld
from chokepoint.sim.market.rules.border import approval as border_approval
from chokepoint.sim.market.rules.border import clearance as border_clearance
from chokepoint.sim.market.rules.border import licence_allowance as border_licence_allowance
from chokepoint.sim.market.rules.border import slip as border_slip
from chokepoint.sim.market.rules.market import kept as market_kept
from chokepoint.sim.market.rules.market import smoothed as market_smoothed
from chokepoint.sim.market.state import FREE, GREY, LEGAL, LICENSED, RESERVE, UNLICENSED, USER, WITHIN

TINY = 1e-12
BOOK_YEARS, SALES_YEARS = 0.08, 0.15  # memory of a holder's book (a month) and of its sales (two months)


def sourcing(t, dt, P, N, X, I, S, R):
    """Buyers split orders over links, by prices they review every four weeks and by trust; sellers say what
    they are ready to let go. Exporters do not offer to a destination whose bonded stores are full."""
    S.asked[:, :] = 0.0
    S.grey[:, :] = 0.0
    S.licence_need[:, :] = 0.0
    refuses = False
    S.line[0] = 0.0
    for z in range(S.busy.shape[0]):
        for c in range(S.busy.shape[1]):
            stopped = I.embargo[z, c] > 0.0 or I.closure[z, c] > 0.0 or I.inspection[z, c] > I.normal_inspection[z]
            busy = stopped or I.permit_weeks[z, c] > 0.0
            refuses = refuses or I.refused[z, c] > 0.0
            S.busy[z, c] = 1.0 if busy or S.queued[z, c] > 0.0 else 0.0  # what waited leaves in turn
            limit = P.bond_weeks * 7.0 / 365.25 * N.base_export[z, c]
            S.full[z, c] = 1.0 if stopped and S.queued[z, c] > limit else 0.0
            if S.busy[z, c] > 0.0:
                S.line[0] = 1.0  # else nothing waits and legal cargo passes at once
    for r in range(S.presence.shape[0]):
        if N.r_kind[r] == FREE:
            for m in range(S.presence.shape[1]):
                if N.r_reference[r, m] > 0.0:
                    target = P.refiner_cover_months / 12.0 * S.output[r, m]
                    S.presence[r, m] = refiner_presence(S.output[r, m], S.product[r, m], target, N.r_reference[r, m])
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
                if refuses:
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
    """What licences allow, what gets past the border unlicensed, and what product there is."""
    n_refiners, n_mats = S.product.shape
    bound = False
    kept = market_kept(P.leak_build_years, dt)
    for r in range(n_refiners):
        steps_left = max(1.0, I.licence_end[N.r_zone[r]] - t)
        for p in range(2):
            need = S.licence_need[r, p]
            S.licence_need[r, p] = 1.0
            if need > 0.0:
                allowed = border_licence_allowance(I.licence[r, p], steps_left, P.licence_burst)
                if allowed < need:
                    S.licence_need[r, p] = allowed / need
                    bound = True
    for r in range(n_refiners):
        z = N.r_zone[r]
        for m in range(n_mats):
            S.smuggled[r, m] = 0.0
            if N.r_kind[r] == UNLICENSED:
                gap = log(S.price[0, m] / S.price[z, m])
                share = refiner_leakage(
                    gap, S.suppressed[z], P.leak_share, P.leak_gap, P.leak_threshold, P.leak_enforcement
                )
                S.leak[r, m] = market_smoothed(S.leak[r, m], share, kept)  # routes take time
                can = min(S.product[r, m], S.leak[r, m] * S.output[r, m] * dt)
                S.smuggled[r, m] = min(S.grey[r, m], can)
    # Product that a licence does not let go stays for others.
    if bound:
        for i in range(N.x_legal.shape[0]):
            e = N.x_legal[i]
            if S.e_ship[e] > 0.0:
                r, m, home = N.e_ref[e], N.e_mat[e], N.e_home[e]
                ratio = S.licence_need[r, I.quota_part[home, m]]
                if ratio < 1.0 and I.form_quota[home, N.e_form[e]] * I.quota_on[home] > 0.0:
                    S.asked[r, m] -= S.e_ship[e] * (1.0 - ratio)
                    S.e_ship[e] *= ratio
    for r in range(n_refiners):
        z = N.r_zone[r]
        for m in range(n_mats):
            if S.asked[r, m] > 0.0:
                S.withheld[r, m] = refiner_withheld(S.growth[z, m], P.withhold_growth, P.withhold_high)
                ready = (S.product[r, m] - S.smuggled[r, m]) * (1.0 - S.withheld[r, m])
                S.asked[r, m] = min(1.0, ready / S.asked[r, m])
            if S.grey[r, m] > 0.0:
                S.grey[r, m] = S.smuggled[r, m] / S.grey[r, m]


def shipping(t, dt, P, N, X, I, S, R):
    """Goods and money change hands; legal cargo enters the line at the border, or passes where there is none."""
    depth = S.pipe.shape[0]
    now = t % depth
    book_memory = exp(-dt / BOOK_YEARS)
    sales_memory = exp(-dt / SALES_YEARS)
    for r in range(S.shipments.shape[0]):
        S.book[r, 0] *= book_memory
        S.book[r, 1] *= book_memory
        S.shipments[r] *= sales_memory
    for s in range(S.stock.shape[0]):
        if S.order[s] - S.received[s] <= 0.0:
            continue
        f, z, m, c = N.s_firm[s], N.s_zone[s], N.s_mat[s], N.s_country[s]
        here, gross_each = S.price[z, m], N.s_gross[s]
        moved = 0.0
        paid = 0.0
        for b in range(N.s_lane[s], N.s_lane[s + 1]):
            kind, home = N.b_kind[b], N.b_home[b]
            inside = S.price[home, m]
            cargo = 0.0
            if kind == WITHIN:
                for e in range(N.b_edge[b], N.b_edge[b + 1]):
                    r = N.e_ref[e]
                    ship = S.e_ship[e] * S.asked[r, m]
                    S.e_ship[e] = ship
                    S.product[r, m] -= ship
                    S.cash[N.r_account[r]] += ship * here
                    cargo += ship
                paid += cargo * here
            elif kind == GREY:
                price = inside + P.grey_share_of_gap * max(0.0, here - inside)
                for e in range(N.b_edge[b], N.b_edge[b + 1]):
                    r = N.e_ref[e]
                    ship = S.e_ship[e] * S.grey[r, m]
                    S.e_ship[e] = ship
                    S.product[r, m] -= ship
                    S.cash[N.r_account[r]] += ship * price
                    S.rent_of[r] += ship * (price - inside)
                    cargo += ship
                paid += cargo * price
                R.leaked[t, home, c] += cargo * gross_each
            else:
                duty = inside * I.tax[home, m]
                costs = duty + N.freight[home]
                covered = I.form_quota[home, N.s_form[s]] * I.quota_on[home]
                mean, p = S.ask_mean[home], I.quota_part[home, m]
                rents = 0.0
                for e in range(N.b_edge[b], N.b_edge[b + 1]):
                    r = N.e_ref[e]
                    ready = S.asked[r, m]
                    # The book holds what a licence could carry: orders that there is product for.
                    booked = S.e_order[e] * ready * (1.0 - book_memory) * covered
                    S.book[r, 0] += booked * gross_each
                    S.book[r, 1] += booked * (inside + duty)
                    ship = S.e_ship[e] * ready
                    S.e_ship[e] = ship
                    gross = ship * gross_each
                    if covered > 0.0:
                        I.licence[r, p] = max(0.0, I.licence[r, p] - gross)
                        R.licence_used[t, r] += gross
                    S.shipments[r] += gross * (1.0 - sales_memory)
                    price = max(0.3 * here, here + (S.ask[r] - mean) * gross_each * covered)
                    rent = ship * (price - inside - costs)
                    S.rent_of[r] += rent
                    S.product[r, m] -= ship
                    S.cash[N.r_account[r]] += ship * (price - costs)
                    rents += rent
                    cargo += ship
                    if S.line[0] > 0.0:
                        S.e_queue[e] += ship
                paid += rents + cargo * (inside + costs)
                S.cash[N.c_account[N.state_of_zone[home]]] += cargo * duty
                S.cash[N.row_account[0]] += cargo * N.freight[home]
                R.tax[t, home] += cargo * duty
                R.rent[t, home] += rents
                if S.line[0] > 0.0:
                    continue
                if I.form_quota[home, N.s_form[s]] > 0.0:
                    R.exports[t, home, c] += cargo * gross_each
                else:
                    R.exports_open[t, home, c] += cargo * gross_each
            due = now + N.b_lag[b]
            if X.delayed[t] > 0:
                due += X.transit[t, N.w_origin[N.b_way[b]], c]
            S.pipe[due - depth if due >= depth else due, N.b_way[b]] += cargo
            moved += cargo
        S.cash[N.f_account[f]] -= paid
        if N.f_kind[f] == RESERVE:
            R.reserve_spent[t, c] += paid
        else:
            R.bill[t, c] += paid
        S.pipe_sum[s] += moved
        S.received[s] += moved
    for e in range(S.e_trust.shape[0]):  # all links in one plain loop, which compiles to vector instructions
        asked = S.e_order[e]
        fill = S.e_ship[e] / asked if asked > 0.0 else 1.0
        trusted = firm_trust(S.e_trust[e], fill, P.supplier_trust, P.trust_memory_years, dt)
        S.e_trust[e] = trusted if asked > 0.0 else S.e_trust[e]


def customs(t, dt, P, N, X, I, S, R):
    """Clear each destination's line of cargo up to what inspections allow; held cargo stays in bond. At normal
    inspection fresh cargo passes at once, and what waited is worked off at the pace of the counter."""
    if S.line[0] <= 0.0:
        return
    depth = S.pipe.shape[0]
    now = t % depth
    for z in range(S.queued.shape[0]):
        for c in range(S.queued.shape[1]):
            S.fresh[z, c] = -S.queued[z, c]
            S.queued[z, c] = 0.0
    for i in range(N.x_legal.shape[0]):
        e = N.x_legal[i]
        S.queued[N.e_home[e], N.e_country[e]] += S.e_queue[e]
        S.fresh[N.e_home[e], N.e_country[e]] += S.e_queue[e]
    for i in range(N.x_legal.shape[0]):
        e = N.x_legal[i]
        if S.e_queue[e] <= 0.0:
            continue
        s, home, c = N.e_slot[e], N.e_home[e], N.e_country[e]
        goes = S.e_queue[e]
        if S.busy[home, c] > 0.0:
            held = max(I.embargo[home, c] * I.form_embargo[home, N.e_form[e]], I.closure[home, c])
            goes *= 1.0 - held
            if I.permit_weeks[home, c] > 0.0 and I.form_quota[home, N.e_form[e]] > 0.0:
                goes *= border_approval(I.permit_weeks[home, c], dt)
            can = border_clearance(
                N.base_export[home, c] * dt, P.clearance_headroom, I.normal_inspection[home],
                I.inspection[home, c], held,
            )  # fmt: skip
            if I.inspection[home, c] <= I.normal_inspection[home]:
                can += S.fresh[home, c] * (1.0 - held)
            goes = min(goes, S.e_queue[e] * can / S.queued[home, c])
        S.e_queue[e] = S.e_queue[e] - goes if goes < S.e_queue[e] else 0.0
        if goes <= 0.0:
            continue
        due = now + N.e_lag[e]
        if X.delayed[t] > 0:
            due += X.transit[t, N.r_country[N.e_ref[e]], c]
        S.pipe[due - depth if due >= depth else due, N.e_way[e]] += goes
        S.pipe_sum[s] += goes
        S.received[s] += goes
        if I.form_quota[home, N.e_form[e]] > 0.0:
            R.exports[t, home, c] += goes * N.e_gross[e]
        else:
            R.exports_open[t, home, c] += goes * N.e_gross[e]
    S.queued[:, :] = 0.0
    for i in range(N.x_legal.shape[0]):
        e = N.x_legal[i]
        if S.e_queue[e] > 0.0:
            S.queued[N.e_home[e], N.e_country[e]] += S.e_queue[e]
            R.queue[t, N.e_home[e], N.e_country[e]] += S.e_queue[e] * N.e_gross[e]


def licences(t, dt, P, N, X, I, S, R):
    """What holders ask for a licence, from the pace of their own book and of the market."""
    for z in range(1, S.price.shape[0]):
        book_all = 0.0
        left_all = 0.0
        sold = 0.0
        asked = 0.0
        plain = 0.0
        count = 0
        for r in range(S.ask.shape[0]):
            if N.r_zone[r] == z and N.r_kind[r] == LICENSED:
                book_all += S.book[r, 0]
                left_all += I.licence[r, 0] + I.licence[r, 1]
        steps_left = max(1.0, I.licence_end[z] - t)
        for r in range(S.ask.shape[0]):
            if N.r_zone[r] != z or N.r_kind[r] != LICENSED:
                continue
            if I.quota_on[z] > 0.0 and S.book[r, 0] > TINY:
                left = I.licence[r, 0] + I.licence[r, 1]
                allowed = (1.0 - P.licence_pooling) * left + P.licence_pooling * left_all * (
                    S.book[r, 0] / max(book_all, TINY)
                )
                price = S.book[r, 1] / S.book[r, 0]
                value = refiner_licence_value(
                    price, S.book[r, 0], allowed / steps_left, P.licence_elasticity, P.licence_ceiling
                )
                S.ask[r] = refiner_licence_ask(S.ask[r], value, P.licence_rise, P.licence_fall, dt)
            else:
                S.ask[r] = refiner_licence_ask(S.ask[r], 0.0, P.licence_rise, P.licence_rise, dt)
            sold += S.shipments[r]
            asked += S.shipments[r] * S.ask[r]
            plain += S.ask[r]
            count += 1
        if count > 0:
            S.ask_mean[z] = asked / sold if sold > TINY else plain / count
        R.ask[t, z] = S.ask_mean[z]
