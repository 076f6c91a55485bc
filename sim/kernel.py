"""The week: a table of phases over the arrays of `state.py`, and the loop that runs them.

The functions here are pure Python, compiled by numba. Rules come in by name in the block below;
`sim/rules.py` writes a copy of this file in which a study's own rules stand in their place.
"""

from math import exp, log, sqrt

# rules begin
from agents.firm import alarm as firm_alarm
from agents.firm import cover as firm_cover
from agents.firm import expected_growth as firm_expected_growth
from agents.firm import intensity as firm_intensity
from agents.firm import order as firm_order
from agents.firm import price_appeal as firm_price_appeal
from agents.firm import relocation as firm_relocation
from agents.firm import risk as firm_risk
from agents.firm import scrap as firm_scrap
from agents.firm import supplier_weight as firm_supplier_weight
from agents.firm import trader_stock as firm_trader_stock
from agents.firm import use as firm_use
from agents.mine import believed_value as mine_believed_value
from agents.mine import legal_output as mine_legal_output
from agents.mine import opens as mine_opens
from agents.mine import ramp as mine_ramp
from agents.mine import unlicensed_output as mine_unlicensed_output
from agents.refiner import export_offer as refiner_export_offer
from agents.refiner import licence_ask as refiner_licence_ask
from agents.refiner import licence_value as refiner_licence_value
from agents.refiner import run_rate as refiner_run_rate
from agents.refiner import withheld as refiner_withheld
from sim.border import clearance as border_clearance
from sim.border import leakage as border_leakage
from sim.border import licence_allowance as border_licence_allowance
from sim.draws import normal as draw_normal
from sim.market import inside_price as market_inside_price
from sim.market import outside_price as market_outside_price
from sim.market import parity as market_parity
from sim.market import smoothed as market_smoothed

# rules end

# Kinds of firm, refiner, edge and mine state.
USER, TRADER, RESERVE = 0, 1, 2
LICENSED, UNLICENSED, FREE = 0, 1, 2
WITHIN, LEGAL, GREY = 0, 1, 2
PLANNED, OPERATING, BUILDING, MOTHBALLED, DEFAULTED = 0, 1, 2, 3, 4
TINY = 1e-12
BOOK_YEARS, SALES_YEARS = 0.08, 0.15  # memory of a holder's book (a month) and of its sales (two months)


def pay(cash, payer, payee, amount):
    """Move `amount` thousand USD from payer to payee."""
    cash[payer] -= amount
    cash[payee] += amount


def arrivals(t, dt, P, N, X, I, S, R):
    """Cargo lands: what was shipped a lag ago joins the buyer's stock."""
    now = t % S.pipe.shape[2]
    for s in range(S.stock.shape[0]):
        c = N.s_country[s]
        for o in range(S.pipe.shape[1]):
            a = S.pipe[s, o, now]
            if a > 0.0:
                S.pipe[s, o, now] = 0.0
                S.pipe_sum[s] = max(0.0, S.pipe_sum[s] - a)
                S.stock[s] += a
                R.arrivals[t, c, o] += a
                R.arrivals_gross[t, c, o] += a * N.s_gross[s]


def consumption(t, dt, P, N, X, I, S, R):
    """Firms use material, recover their own scrap, and lose production where stock runs out."""
    memory = exp(-dt / P.noise_demand_memory)
    kick = P.noise_demand * sqrt(1.0 - memory * memory)
    for f in range(S.noise.shape[0]):
        if P.noise_demand > 0.0:
            S.noise[f] = memory * S.noise[f] + kick * draw_normal(S.stream_demand[0], N.f_key[f], t)
        if P.noise_mood > 0.0 and N.f_kind[f] == TRADER:
            keep = sqrt(1.0 - memory * memory)
            S.mood[f] = memory * S.mood[f] + P.noise_mood * keep * draw_normal(S.stream_mood[0], N.f_key[f], t)
    for s in range(S.stock.shape[0]):
        f = N.s_firm[s]
        if N.f_kind[f] != USER:
            continue
        if t < N.f_open[f]:
            S.want[s] = 0.0
            continue
        c, z, m = N.s_country[s], N.s_zone[s], N.s_mat[s]
        gap = S.gap[z, m, 0]
        elasticity = P.use_elasticity * N.f_elasticity[f]
        want = firm_use(N.s_base[s] * S.scale[s] * dt, X.activity[t, c], S.intensity[s], gap, elasticity, S.noise[f])
        used = min(want, S.stock[s])
        S.stock[s] -= used
        S.want[s] = want
        S.expected[s] = want + (S.expected[s] - want) * memory
        recovered = firm_scrap(used, N.f_scrap[f], gap, P.scrap_response)
        S.stock[s] += recovered
        S.used[m] += used
        S.scrapped[m] += recovered
        R.use[t, c] += used
        R.use_material[t, c, m] += used
        R.shortfall[t, c] += want - used


def beliefs(t, dt, P, N, X, I, S, R):
    """Perceived risk of every firm; expected growth of every price."""
    forget = exp(-dt / P.shortfall_memory_years)
    for f in range(S.risk.shape[0]):
        c = N.f_country[f]
        missing = 0.0
        asked = 0.0
        for s in range(N.s_first[f], N.s_first[f + 1]):
            need = min(S.order[s], S.expected[s])
            asked += need
            missing += max(0.0, need - S.received[s])
        share = missing / asked if asked > TINY else 0.0
        S.unfilled[f] = share + (S.unfilled[f] - share) * forget
        news = X.news[t, c] * S.trait_risk[f]
        signal = firm_alarm(
            news, S.unfilled[f], S.country_risk[c], P.shortfall_gain, P.shortfall_tolerance, P.neighbour_weight
        )
        S.risk[f] = firm_risk(S.risk[f], signal, P.risk_rise, P.risk_decay, dt)
    for c in range(S.country_risk.shape[0]):
        total = 0.0
        count = 0
        for f in range(S.risk.shape[0]):
            if N.f_country[f] == c and N.f_kind[f] != RESERVE and t >= N.f_open[f]:
                total += S.risk[f]
                count += 1
        S.country_risk[c] = total / count if count > 0 else 0.0
        R.risk[t, c] = S.country_risk[c]
    for z in range(S.price.shape[0]):
        for m in range(S.price.shape[1]):
            S.growth[z, m] = firm_expected_growth(
                S.price[z, m], S.habitual[z, m], S.trend[z, m], P.reversion, P.trend_weight
            )


def orders(t, dt, P, N, X, I, S, R):
    """Wanted stocks and orders; traders and released reserves sell on the spot."""
    offered = S.scratch_zm
    demanded = S.scratch_zm2
    offered[:, :] = 0.0
    demanded[:, :] = 0.0
    for s in range(S.stock.shape[0]):
        f, z, m = N.s_firm[s], N.s_zone[s], N.s_mat[s]
        kind = N.f_kind[f]
        growth = S.growth[z, m]
        S.received[s] = 0.0
        if kind == USER:
            months = P.cover_outside_months if z == 0 else P.cover_inside_months
            months *= S.trait_cover[f]
            expected = S.expected[s]
            wanted_months = firm_cover(
                months, S.risk[f], growth, P.cover_risk, P.cover_growth, P.cover_low, P.cover_high
            )
            S.wanted[s] = wanted_months / 12.0 * expected / dt
            S.order[s] = firm_order(
                expected * (1.0 - N.f_scrap[f]), S.stock[s], S.wanted[s], S.pipe_sum[s],
                N.s_pipe_steps[s] * expected * (1.0 - N.f_scrap[f]),
                P.stocking_years, P.destocking_years, P.supply_line_weight, P.order_floor, dt,
            )  # fmt: skip
            demanded[z, m] += S.order[s]
        elif kind == TRADER:
            normal = P.trader_cover_months / 12.0 * N.trade_base[z, m] * N.s_trade_share[s]
            relative = S.price[z, m] / N.base_price[z, m]
            S.wanted[s] = firm_trader_stock(
                normal, S.risk[f], growth * S.trait_growth[f], S.mood[f], relative,
                P.trader_risk, P.trader_growth, P.cover_low, P.trader_high, P.trader_finance,
            )  # fmt: skip
            gap = S.wanted[s] - S.stock[s]
            S.order[s] = max(0.0, gap - S.pipe_sum[s]) * dt / P.stocking_years
            offered[z, m] += min(S.stock[s], max(0.0, -gap) * dt / P.destocking_years)
        else:
            S.wanted[s] = 0.0
            gap = I.reserve_target[s] - S.stock[s] - S.pipe_sum[s]
            buys = gap > 0.0 and S.price[z, m] <= I.reserve_ceiling[s]
            S.order[s] = min(gap, I.reserve_pace[s] * dt) if buys else 0.0
            offered[z, m] += min(S.stock[s], I.reserve_release[s] * dt)
    # Spot: what traders and released reserves offer goes to the users of the zone, pro rata.
    for s in range(S.stock.shape[0]):
        f, z, m = N.s_firm[s], N.s_zone[s], N.s_mat[s]
        if offered[z, m] <= TINY or demanded[z, m] <= TINY:
            continue
        taken = min(offered[z, m], P.spot_share * demanded[z, m])
        kind = N.f_kind[f]
        price = S.price[z, m]
        if kind == USER:
            got = taken * S.order[s] / demanded[z, m]
            S.stock[s] += got
            S.received[s] += got
            pay(S.cash, N.f_account[f], N.row_account[1], got * price)
        else:
            if kind == TRADER:
                own = min(S.stock[s], max(0.0, S.stock[s] - S.wanted[s]) * dt / P.destocking_years)
            else:
                own = min(S.stock[s], I.reserve_release[s] * dt)
            sold = taken * own / offered[z, m]
            S.stock[s] -= sold
            pay(S.cash, N.row_account[1], N.f_account[f], sold * price)


def border(t, dt, P, N, X, I, S, R):
    """From whom each buyer orders, what sellers let go, what licences and stock allow, what leaks; payments."""
    n_refiners, n_mats = S.product.shape
    n_edges = N.e_slot.shape[0]
    n_zones, n_countries = I.embargo.shape
    asked = S.scratch_rm
    smuggled = S.scratch_rm2
    grey = S.scratch_rm3
    licences = S.scratch_rp
    asked[:, :] = 0.0
    smuggled[:, :] = 0.0
    grey[:, :] = 0.0
    licences[:, :] = 0.0
    forget = exp(-dt / P.trust_memory_years)
    book_memory = exp(-dt / BOOK_YEARS)
    sales_memory = exp(-dt / SALES_YEARS)
    for r in range(n_refiners):
        S.book[r, 0] *= book_memory
        S.book[r, 1] *= book_memory
        S.shipments[r] *= sales_memory
    # How full are the bonded stores of each exporting state, by destination, while cargo is held? In
    # ordinary weeks nothing waits and legal cargo passes at once.
    slow_border = 0
    for z in range(n_zones):
        for c in range(n_countries):
            busy = I.embargo[z, c] > 0.0 or I.closure[z, c] > 0.0 or I.inspection[z, c] > I.normal_inspection[z]
            S.busy[z, c] = 1.0 if busy else 0.0
            S.full[z, c] = 0.0
            if busy or S.queued[z, c] > 0.0:
                slow_border = 1
    S.line[0] = slow_border
    if slow_border > 0:
        for z in range(n_zones):
            for c in range(n_countries):
                limit = P.bond_weeks * 7.0 / 365.25 * N.base_export[z, c]
                S.full[z, c] = 1.0 if S.queued[z, c] > limit and S.busy[z, c] > 0.0 else 0.0
    # Each buyer splits its order over its links, by prices it reviews every four weeks and by trust; each
    # seller says what it is ready to let go.
    for s in range(S.stock.shape[0]):
        start, stop = N.s_edge[s], N.s_edge[s + 1]
        q = S.order[s] - S.received[s]
        if q <= 0.0:
            for e in range(start, stop):
                S.e_order[e] = 0.0
                S.e_ship[e] = 0.0
            continue
        z, m = N.s_zone[s], N.s_mat[s]
        if N.f_kind[N.s_firm[s]] == USER:
            R.orders[t, 0] += q
        R.orders[t, 1] += q
        here = S.price[z, m]
        total = 0.0
        review = (t + N.f_review[N.s_firm[s]]) % N.review_steps[0] == 0
        for e in range(start, stop):
            kind = N.e_kind[e]
            if review and kind != WITHIN:
                if kind == LEGAL:
                    own = (S.ask[N.e_ref[e]] - S.ask_mean[N.e_home[e]]) * N.s_gross[s]
                    landed = max(0.3 * here, here + own)
                else:
                    home_price = S.price[N.e_home[e], m]
                    landed = home_price + P.grey_share_of_gap * max(0.0, here - home_price)
                S.e_appeal[e] = firm_price_appeal((landed + N.e_freight[e]) / N.e_landed[e], P.supplier_price)
            elif review:
                S.e_appeal[e] = firm_price_appeal((here + N.e_freight[e]) / N.e_landed[e], P.supplier_price)
            weight = firm_supplier_weight(N.e_share[e], S.e_appeal[e], S.e_trust[e])
            S.e_order[e] = weight
            total += weight
        scale = q / total
        for e in range(start, stop):
            part = scale * S.e_order[e]
            S.e_order[e] = part
            r, kind = N.e_ref[e], N.e_kind[e]
            if kind == WITHIN:
                asked[r, m] += part
            elif kind == GREY:
                grey[r, m] += part
            else:
                home = N.e_home[e]
                gross = N.e_gross[e] * I.form_quota[home, N.e_form[e]] * I.quota_on[home]
                if S.full[home, N.e_country[e]] > 0.0:
                    part = 0.0
                elif gross > 0.0:
                    taxed = S.price[home, m] * (1.0 + I.tax[home, m])
                    ask = min(S.ask[r], S.ask_mean[home]) * gross
                    part *= refiner_export_offer(here, taxed, ask, P.offer_slope, P.offer_low, 1.0)
                    licences[r, I.quota_part[home, m]] += part * gross
                asked[r, m] += part
            S.e_ship[e] = part
    # What the licence of each holder allows.
    for r in range(n_refiners):
        steps_left = max(1.0, I.licence_end[N.r_zone[r]] - t)
        for p in range(2):
            if licences[r, p] > 0.0:
                allowed = border_licence_allowance(I.licence[r, p], steps_left, P.licence_burst)
                licences[r, p] = min(1.0, allowed / licences[r, p])
            else:
                licences[r, p] = 1.0
    # What unlicensed sellers can get past the border.
    for r in range(n_refiners):
        z = N.r_zone[r]
        for m in range(n_mats):
            if grey[r, m] > 0.0:
                gap = log(S.price[0, m] / (S.price[z, m] * (1.0 + I.tax[z, m])))
                share = border_leakage(
                    gap, S.suppressed[z], P.leak_share, P.leak_gap, P.leak_threshold, P.leak_enforcement
                )
                can = min(S.product[r, m], share * S.output[r, m] * dt)
                smuggled[r, m] = min(grey[r, m], can)
    # Product that a licence does not let go stays for others.
    for i in range(N.x_legal.shape[0]):
        e = N.x_legal[i]
        if S.e_ship[e] > 0.0:
            r, m, home = N.e_ref[e], N.e_mat[e], N.e_home[e]
            ratio = licences[r, I.quota_part[home, m]]
            if ratio < 1.0 and I.form_quota[home, N.e_form[e]] * I.quota_on[home] > 0.0:
                asked[r, m] -= S.e_ship[e] * (1.0 - ratio)
                S.e_ship[e] *= ratio
    for r in range(n_refiners):
        z = N.r_zone[r]
        for m in range(n_mats):
            if asked[r, m] > 0.0:
                S.withheld[r, m] = refiner_withheld(S.growth[z, m], P.withhold_growth, P.withhold_high)
                ready = (S.product[r, m] - smuggled[r, m]) * (1.0 - S.withheld[r, m])
                asked[r, m] = min(1.0, ready / asked[r, m])
    # Second pass: goods and money change hands; legal cargo enters the queue at the border.
    depth = S.pipe.shape[2]
    now = t % depth
    for e in range(n_edges):
        q = S.e_order[e]
        if q <= 0.0:
            continue
        s, r, kind, m = N.e_slot[e], N.e_ref[e], N.e_kind[e], N.e_mat[e]
        ready = smuggled[r, m] / grey[r, m] if kind == GREY else asked[r, m]
        ship = S.e_ship[e] * ready
        if kind == LEGAL:
            # The book holds what a licence could carry: orders that there is product for.
            home = N.e_home[e]
            booked = q * ready * (1.0 - book_memory) * I.form_quota[home, N.e_form[e]] * I.quota_on[home]
            S.book[r, 0] += booked * N.e_gross[e]
            S.book[r, 1] += booked * S.price[home, m] * (1.0 + I.tax[home, m])
        fill = ship / q
        S.e_trust[e] = max(0.05, fill + (S.e_trust[e] - fill) * forget)
        S.e_ship[e] = ship
        if ship <= 0.0:
            continue
        S.product[r, m] -= ship
        buyer, seller = N.f_account[N.s_firm[s]], N.r_account[r]
        here = S.price[N.s_zone[s], m]
        if kind == WITHIN:
            pay(S.cash, buyer, seller, ship * here)
        elif kind == LEGAL:
            home = N.e_home[e]
            covered = I.form_quota[home, N.e_form[e]] * I.quota_on[home]
            gross = ship * N.e_gross[e]
            inside = S.price[home, m]
            own = (S.ask[r] - S.ask_mean[home]) * N.e_gross[e] * covered
            price = max(0.3 * here, here + own)
            duty = inside * I.tax[home, m]
            rent = price - inside - duty - N.freight[home]
            pay(S.cash, buyer, seller, ship * price)
            pay(S.cash, seller, N.c_account[N.state_of_zone[home]], ship * duty)
            pay(S.cash, seller, N.row_account[0], ship * N.freight[home])
            S.rent_of[r] += ship * rent
            R.tax[t, home] += ship * duty
            R.rent[t, home] += ship * rent
            if covered > 0.0:
                p = I.quota_part[home, m]
                I.licence[r, p] = max(0.0, I.licence[r, p] - gross)
                S.licence_used[r] += gross
                R.licence_used[t, r] += gross
            S.shipments[r] += gross * (1.0 - sales_memory)
            if slow_border > 0:
                S.e_queue[e] += ship
            elif I.form_quota[home, N.e_form[e]] > 0.0:
                R.exports[t, home, N.e_country[e]] += gross
            else:
                R.exports_open[t, home, N.e_country[e]] += gross
        else:
            inside = S.price[N.e_home[e], m]
            price = inside + P.grey_share_of_gap * max(0.0, here - inside)
            pay(S.cash, buyer, seller, ship * price)
            S.rent_of[r] += ship * (price - inside)
            R.leaked[t, N.e_home[e], N.e_country[e]] += ship * N.e_gross[e]
        if kind != LEGAL or slow_border == 0:
            due = now + N.e_lag[e]
            S.pipe[s, N.e_origin[e], due - depth if due >= depth else due] += ship
            S.pipe_sum[s] += ship
            S.received[s] += ship


def customs(t, dt, P, N, X, I, S, R):
    """Clear each destination's line of cargo up to what inspections allow; held cargo stays in bond."""
    if S.line[0] <= 0.0:
        return
    depth = S.pipe.shape[2]
    now = t % depth
    waiting = S.queued
    waiting[:, :] = 0.0
    for i in range(N.x_legal.shape[0]):
        e = N.x_legal[i]
        waiting[N.e_home[e], N.e_country[e]] += S.e_queue[e]
    for i in range(N.x_legal.shape[0]):
        e = N.x_legal[i]
        if S.e_queue[e] <= 0.0:
            continue
        s, home, c = N.e_slot[e], N.e_home[e], N.e_country[e]
        goes = S.e_queue[e]
        if S.busy[home, c] > 0.0:
            held = max(I.embargo[home, c] * I.form_embargo[home, N.e_form[e]], I.closure[home, c])
            goes *= 1.0 - held
            if I.inspection[home, c] > I.normal_inspection[home]:
                can = border_clearance(
                    N.base_export[home, c] * dt, P.clearance_headroom, I.normal_inspection[home],
                    I.inspection[home, c], held,
                )  # fmt: skip
                goes = min(goes, S.e_queue[e] * can / waiting[home, c])
        S.e_queue[e] = S.e_queue[e] - goes if goes < S.e_queue[e] else 0.0
        if goes <= 0.0:
            continue
        due = now + N.e_lag[e]
        S.pipe[s, N.e_origin[e], due - depth if due >= depth else due] += goes
        S.pipe_sum[s] += goes
        S.received[s] += goes
        if I.form_quota[home, N.e_form[e]] > 0.0:
            R.exports[t, home, c] += goes * N.e_gross[e]
        else:
            R.exports_open[t, home, c] += goes * N.e_gross[e]
    waiting[:, :] = 0.0
    for i in range(N.x_legal.shape[0]):
        e = N.x_legal[i]
        if S.e_queue[e] > 0.0:
            waiting[N.e_home[e], N.e_country[e]] += S.e_queue[e]
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


def production(t, dt, P, N, X, I, S, R):
    """Refiners run their feed and order more; mines ship what is ordered, allowed and worth it."""
    n_refiners, n_mats = S.product.shape
    n_mines = S.k_output.shape[0]
    called = S.scratch_k
    called[:] = 0.0
    slow = exp(-dt / 0.5)
    for r in range(n_refiners):
        z = N.r_zone[r]
        held = 0.0
        target = 0.0
        feed = 0.0
        for m in range(n_mats):
            feed += S.feed[r, m]
            goal = P.refiner_cover_months / 12.0 * max(N.r_output[r, m], S.output[r, m])
            held += S.price[z, m] * (S.product[r, m] + S.output[r, m] * dt)
            target += S.price[z, m] * goal
        capacity = N.r_capacity[r] * dt
        if N.r_kind[r] == FREE:
            run = min(capacity, feed * 12.0 / P.feed_cover_months * dt)
            wish = N.r_base[r] * dt
        else:
            fullness = held / target if target > 0.0 else 1.0
            wish = refiner_run_rate(N.r_base[r] * dt, capacity, fullness, P.run_response, P.run_low)
            run = min(wish, feed)
        S.run[r] = run
        part = run / feed if feed > TINY else 0.0
        for m in range(n_mats):
            taken = part * S.feed[r, m]
            made = taken * N.r_yield[r]
            S.feed[r, m] -= taken
            S.product[r, m] += made
            S.lost[m] += taken - made
            S.output[r, m] = made / dt + (S.output[r, m] - made / dt) * slow
            limit = P.discard_cover * P.refiner_cover_months / 12.0 * max(N.r_output[r, m], S.output[r, m])
            surplus = S.product[r, m] - limit
            if surplus > 0.0 and limit > 0.0:
                S.product[r, m] -= surplus
                S.discarded[m] += surplus
                R.discarded[t, m] += surplus
        pay(S.cash, N.r_account[r], N.row_account[0], run * N.r_cost[r])
        R.refined[t, r] = run
        wanted = P.feed_cover_months / 12.0 * wish / dt
        S.book[r, 2] = max(0.0, wish + (wanted - (feed - run + wish)) * dt / P.stocking_years)
    for i in range(N.l_mine.shape[0]):
        k, r = N.l_mine[i], N.l_ref[i]
        if N.r_kind[r] == FREE:
            called[k] += 1e30
        else:
            called[k] += N.l_part[i] * S.book[r, 2]
        if N.k_project[k] == 0:
            R.orders[t, 2] += N.l_part[i] * S.book[r, 2]
    for k in range(n_mines):
        z = N.k_zone[k]
        zr = N.k_refiner_zone[k]
        value = 0.0
        for m in range(n_mats):
            value += N.k_basket[k, m] * S.price[zr, m]
        S.k_value[k, 0] = value
        ore = P.ore_payable * max(0.0, value - N.k_refining[k])
        can = 0.0
        if S.k_state[k] == OPERATING:
            capacity = N.k_capacity[k] * dt
            if N.k_project[k] > 0:
                capacity *= mine_ramp(S.k_clock[k], N.k_ramp[k])
            if N.k_legal[k] > 0:
                quota = capacity
                g = N.k_group[k]
                if g > 0 and I.production_quota[z, g] >= 0.0:
                    quota = P.quota_discipline * I.production_quota[z, g] * N.k_quota_share[k] * dt
                elif N.k_project[k] == 0 and z == 0:
                    quota = N.k_base[k] * dt  # small mines abroad run as in the base year
                can = mine_legal_output(capacity, quota, ore, N.k_cost[k])
            else:
                can = mine_unlicensed_output(
                    N.k_base[k] * dt, capacity, value / S.k_value[k, 2], S.suppressed[z], P.supply_elasticity
                )
        ship = min(can, called[k])
        share = ship / called[k] if called[k] > TINY else 0.0
        S.k_output[k] = ship
        R.mined[t, k] = ship
        for i in range(N.l_mine.shape[0]):
            if N.l_mine[i] != k or ship <= 0.0:
                continue
            r = N.l_ref[i]
            if N.r_kind[r] == FREE:
                sent = ship * N.l_share[i]
            else:
                sent = share * N.l_part[i] * S.book[r, 2]
            for m in range(n_mats):
                mass = sent * N.k_basket[k, m]
                S.feed[r, m] += mass
                S.mined[m] += mass
            pay(S.cash, N.r_account[r], N.k_account[k], sent * ore)
        fixed = 0.4 * N.k_capacity[k] * dt if N.k_project[k] > 0 and S.k_state[k] == OPERATING else 0.0
        spent = N.k_cost[k] * (0.6 * ship + fixed) if N.k_project[k] > 0 else N.k_cost[k] * ship
        pay(S.cash, N.k_account[k], N.row_account[0], spent)


def prices(t, dt, P, N, X, I, S, R):
    """Both prices from cover; the memories that beliefs and thrift read."""
    n_zones, n_mats = S.price.shape
    wanted = S.scratch_zm
    stock = S.scratch_zm2
    wanted[:, :] = 0.0
    stock[:, :] = 0.0
    for s in range(S.stock.shape[0]):
        if N.f_kind[N.s_firm[s]] == RESERVE:
            continue
        wanted[N.s_zone[s], N.s_mat[s]] += S.wanted[s]
        stock[N.s_zone[s], N.s_mat[s]] += S.stock[s]
    for r in range(S.product.shape[0]):
        z = N.r_zone[r]
        if N.r_kind[r] == FREE:
            continue
        for m in range(n_mats):
            wanted[z, m] += P.refiner_cover_months / 12.0 * max(N.r_output[r, m], S.output[r, m] if z == 0 else 0.0)
            stock[z, m] += S.product[r, m]
    for m in range(n_mats):
        parity = 0.0
        weight = 0.0
        for z in range(1, n_zones):
            if N.trade_base[z, m] <= 0.0:
                continue
            before = S.price[z, m]
            S.price[z, m] = market_inside_price(
                before, S.habitual[z, m], N.base_price[z, m], max(wanted[z, m], TINY), max(stock[z, m], TINY),
                P.inside_cover_gain, P.anchor_weight, P.inside_speed, dt,
            )  # fmt: skip
            own = N.trade_base[z, m]
            parity += own * market_parity(S.price[z, m], I.tax[z, m], S.ask_mean[z], N.freight[z])
            weight += own
        if weight > 0.0:
            S.price[0, m] = market_outside_price(
                S.price[0, m], parity / weight, max(wanted[0, m], TINY), max(stock[0, m], TINY),
                P.outside_cover_gain, P.outside_speed, dt,
            )  # fmt: skip
        else:
            S.price[0, m] = market_inside_price(
                S.price[0, m], S.habitual[0, m], N.base_price[0, m], max(wanted[0, m], TINY), max(stock[0, m], TINY),
                P.inside_cover_gain, P.anchor_weight, P.inside_speed, dt,
            )  # fmt: skip
    for z in range(n_zones):
        for m in range(n_mats):
            price = S.price[z, m]
            S.habitual[z, m] = market_smoothed(S.habitual[z, m], price, P.anchor_years, dt)
            lagged = S.slow[z, m, 1]
            S.slow[z, m, 0] = market_smoothed(S.slow[z, m, 0], price, P.thrift_memory_years, dt)
            S.slow[z, m, 1] = market_smoothed(lagged, price, P.trend_years, dt)
            S.trend[z, m] = log(S.slow[z, m, 1] / lagged) / dt
            S.gap[z, m, 0] = log(price / N.base_price[z, m])
            S.gap[z, m, 1] = log(S.slow[z, m, 0] / N.base_price[z, m])
            # Base-year gap across the border beyond today's tax: what relocation adds to the difference of gaps.
            S.border_gap[z, m] = log(N.base_price[0, m] / (N.base_price[z, m] * (1.0 + I.tax[z, m])))
            R.price[t, z, m] = price
    for z in range(n_zones):
        goal = 1.0
        for _ in range(int(I.enforcement[z])):
            goal *= 1.0 - P.campaign_strength
        goal = 1.0 - goal
        rate = P.campaign_rise if goal > S.suppressed[z] else P.campaign_decay
        S.suppressed[z] = goal + (S.suppressed[z] - goal) * exp(-rate * dt)


def adaptation(t, dt, P, N, X, I, S, R):
    """Slow answers: thrift, relocation into the exporting state, opening and failing of mines."""
    for s in range(S.stock.shape[0]):
        f = N.s_firm[s]
        if N.f_kind[f] != USER:
            continue
        z, m = N.s_zone[s], N.s_mat[s]
        speed = P.thrift_speed * N.f_thrift[f]
        S.intensity[s] = firm_intensity(
            S.intensity[s], S.gap[z, m, 1], speed, P.thrift_threshold,
            P.thrift_cap, P.thrift_back, P.thrift_floor, dt,
        )  # fmt: skip
        twin = N.s_twin[s]
        if twin >= 0 and t >= N.f_open[f]:
            home = N.s_zone[twin]
            gap = S.gap[z, m, 1] - S.gap[home, m, 1] + S.border_gap[home, m]
            moved = firm_relocation(gap, P.relocation_speed * N.f_relocation[f], P.relocation_threshold) * dt
            if moved > 0.0:
                goes = S.scale[s] * moved
                S.scale[s] -= goes
                S.scale[twin] += goes * N.s_base[s] * S.intensity[s] / (N.s_base[twin] * S.intensity[twin])
    for k in range(S.k_state.shape[0]):
        value = S.k_value[k, 0]
        S.k_value[k, 1] = market_smoothed(S.k_value[k, 1], value, P.invest_memory_years, dt)
        S.k_value[k, 3] = market_smoothed(S.k_value[k, 3], value, P.anchor_years, dt)
        state = S.k_state[k]
        ore = P.ore_payable * max(0.0, value - N.k_refining[k])
        if N.k_project[k] > 0:
            account = N.k_account[k]
            if state == PLANNED:
                believed = mine_believed_value(S.k_value[k, 1], S.k_value[k, 3], P.invest_caution)
                paid = P.ore_payable * max(0.0, believed - N.k_refining[k])
                if mine_opens(
                    paid, N.k_cost[k], N.k_capacity[k], N.k_capex[k], P.invest_rate, P.invest_life_years,
                    P.invest_hurdle, I.support[k],
                ):  # fmt: skip
                    S.k_state[k] = BUILDING
                    S.k_clock[k] = 0.0
            elif state == BUILDING:
                years = max(N.k_lead[k] * S.k_delay[k], dt)
                step = N.k_capex[k] * min(dt, years - S.k_clock[k]) / years
                S.k_debt[k] += step * N.k_debt_share[k]
                pay(S.cash, N.lender_account[0], account, step)
                pay(S.cash, account, N.row_account[0], step)
                S.k_clock[k] += dt
                if S.k_clock[k] >= years:
                    S.k_state[k] = OPERATING
                    S.k_clock[k] = 0.0
            elif state == OPERATING:
                S.k_clock[k] += dt
                annuity = (1.0 - exp(-P.debt_years * log(1.0 + P.debt_rate))) / P.debt_rate
                due = S.k_debt[k] / annuity * dt if S.k_clock[k] < P.debt_years else 0.0
                pay(S.cash, account, N.lender_account[0], due)
                if S.cash[account] < 0.0:
                    S.k_losses[k] += dt
                    if S.k_losses[k] > P.default_years:
                        S.k_state[k] = DEFAULTED
                else:
                    S.k_losses[k] = 0.0
        elif state == OPERATING:
            S.k_losses[k] = S.k_losses[k] + dt if ore < 0.75 * N.k_cost[k] else 0.0
            if S.k_losses[k] > P.mothball_years:
                S.k_state[k] = MOTHBALLED
        elif state == MOTHBALLED and ore > 1.1 * N.k_cost[k]:
            S.k_state[k] = OPERATING
            S.k_losses[k] = 0.0


def record(t, dt, P, N, X, I, S, R):
    """Stocks by country and material at the end of the week."""
    for s in range(S.stock.shape[0]):
        c, m = N.s_country[s], N.s_mat[s]
        if N.f_kind[N.s_firm[s]] == RESERVE:
            R.held[t, c, m] += S.stock[s]
        else:
            R.stock[t, c, m] += S.stock[s]
            R.wanted_stock[t, c, m] += S.wanted[s]


# The order of the week. Each phase has the same arguments: step, length of the step in years, behaviour,
# structure, influences, instruments, state, record.
PHASES = (arrivals, consumption, beliefs, orders, border, customs, licences, production, prices, adaptation, record)


def run_steps(start, stop, dt, P, N, X, I, S, R):
    """Run the phases from step `start` up to, not including, `stop`."""
    for t in range(start, stop):
        arrivals(t, dt, P, N, X, I, S, R)
        consumption(t, dt, P, N, X, I, S, R)
        beliefs(t, dt, P, N, X, I, S, R)
        orders(t, dt, P, N, X, I, S, R)
        border(t, dt, P, N, X, I, S, R)
        customs(t, dt, P, N, X, I, S, R)
        licences(t, dt, P, N, X, I, S, R)
        production(t, dt, P, N, X, I, S, R)
        prices(t, dt, P, N, X, I, S, R)
        adaptation(t, dt, P, N, X, I, S, R)
        record(t, dt, P, N, X, I, S, R)
