"""What a refiner decides in a week: offers abroad, what it keeps back or smuggles, what its licence is worth to it, and
how much it runs."""

from math import exp, log

from chokepoint.experiments.telling.trace.entry import number
from chokepoint.experiments.telling.trace.watch import Rules, Watch
from chokepoint.sim.network.structure import FREE, LICENSED, UNLICENSED
from chokepoint.sim.politics.governed import GovernedWorld

TINY = 1e-12  # as in the phases


def licence_terms(world: GovernedWorld, rules: Rules, r: int) -> dict[str, float]:
    """The terms of what a licensed refiner asks for its licence, right before the phase `licences`: orders in its book
    and what it may ship a week (t gross), what that makes a licence worth, what it asked and asks (USD/kg gross)."""
    N, P, I, S, t, dt = world.N, world.P, world.I, world.S, world.step, world.dt
    z = int(N.r_zone[r])
    peers = [q for q in range(len(N.r_zone)) if N.r_zone[q] == z and N.r_kind[q] == LICENSED]
    book_all = left_all = 0.0
    for q in peers:
        book_all += float(S.book[q, 0])
        left_all += float(I.licence[q, 0]) + float(I.licence[q, 1])
    book, before = float(S.book[r, 0]), float(S.ask[r])
    weeks = max(1.0, float(I.licence_end[z]) - t)
    terms = {"book_t": book, "licences_left_t": float(I.licence[r, 0]) + float(I.licence[r, 1]), "left_weeks": weeks}
    if I.quota_on[z] > 0.0 and book > TINY:
        left = terms["licences_left_t"]
        allowed = (1.0 - P.licence_pooling) * left + P.licence_pooling * left_all * (book / max(book_all, TINY))
        price = float(S.book[r, 1]) / book
        value = rules["refiner.licence_value"](price, book, allowed / weeks, P.licence_elasticity, P.licence_ceiling)
        terms |= {"allowed_t": allowed / weeks, "price_at_home_usd_per_kg": price}
        terms |= {"ceiling_usd_per_kg": P.licence_ceiling * price, "value_usd_per_kg": value}
        rates = P.licence_rise, P.licence_fall
    else:
        terms["value_usd_per_kg"], rates = 0.0, (P.licence_rise, P.licence_rise)
    ask = rules["refiner.licence_ask"](before, terms["value_usd_per_kg"], *rates, dt)
    return terms | {"asked_before_usd_per_kg": before, "ask_usd_per_kg": ask}


def run_terms(world: GovernedWorld, rules: Rules, r: int) -> dict[str, float]:
    """The terms of how much a refiner runs, right before the phase `refining`: product against what it wants to hold,
    by value (thousand USD), and tonnes of feed this week; `run_t` is what it runs, `feed_order_t` what it orders."""
    N, P, I, S, dt = world.N, world.P, world.I, world.S, world.dt
    z = int(N.r_zone[r])
    held = target = feed = 0.0
    for m in range(S.product.shape[1]):
        output, price = float(S.output[r, m]), float(S.price[z, m])
        feed += float(S.feed[r, m])
        goal = P.refiner_cover_months / 12.0 * max(float(N.r_output[r, m]), output)
        held += price * (float(S.product[r, m]) + output * dt)
        target += price * goal
    capacity = (float(N.r_capacity[r]) + float(I.r_added[r])) * dt
    usual = float(N.r_base[r]) * dt
    if N.r_kind[r] == FREE:
        wish, run = usual, min(capacity, feed * 12.0 / P.feed_cover_months * dt)
        wished = run
    else:
        fullness = held / target if target > 0.0 else 1.0
        wish = rules["refiner.run_rate"](usual, capacity, fullness, P.run_response, P.run_low)
        run, wished = min(wish, feed), wish
    wanted = P.feed_cover_months / 12.0 * wish / dt
    return {
        "product_kusd": held, "wanted_product_kusd": target, "usual_run_t": usual, "least_t": usual * P.run_low,
        "capacity_t": capacity, "feed_t": feed, "wished_run_t": wished, "run_t": run,
        "feed_order_t": max(0.0, wish + (wanted - (feed - run + wish)) * dt / P.stocking_years),
    }  # fmt: skip


class RefinerWatch(Watch):
    """A licensed, unlicensed or free refiner."""

    def __init__(self, world: GovernedWorld, rules: Rules, index: int, material: str | None = None):
        super().__init__(world, rules, world.layout.refiners[index], material)
        self.r = r = index
        self.kind = int(world.N.r_kind[r])
        self.legal = [int(e) for e in world.N.x_legal if world.N.e_ref[e] == r]

    def after_sourcing(self) -> None:
        """Offers abroad under a quota: the rule again for every buyer, and the range over them."""
        world, N, P, I, S = self.world, self.world.N, self.world.P, self.world.I, self.world.S
        found: dict[int, list[tuple[float, float]]] = {}  # by material: licence in USD per kg contained, share served
        for e in self.legal:
            s, m, home = int(N.e_slot[e]), int(N.e_mat[e]), int(N.e_home[e])
            c = int(N.s_country[s])
            gross = float(N.s_gross[s]) * float(I.form_quota[home, N.s_form[s]]) * float(I.quota_on[home])
            if gross <= 0.0 or S.full[home, c] > 0.0 or S.e_order[e] <= 0.0:
                continue
            here, taxed = float(S.price[N.s_zone[s], m]), float(S.price[home, m]) * (1.0 + float(I.tax[home, m]))
            ask = min(float(S.ask[self.r]), float(S.ask_mean[home])) * gross
            share = self.rules["refiner.export_offer"](here, taxed, ask, P.offer_slope, P.offer_low, 1.0)
            part = float(S.e_order[e]) * (1.0 - float(I.refused[home, c]) * float(I.form_quota[home, N.s_form[s]]))
            self.agree(f"offer of {world.materials[m]}", float(S.e_ship[e]), part * share)
            found.setdefault(m, []).append((ask, share))
        home = int(N.r_zone[self.r])
        for m in (m for m in self.materials if m in found):
            asks, shares = zip(*found[m], strict=True)
            outside, taxed = float(S.price[0, m]), float(S.price[home, m]) * (1.0 + float(I.tax[home, m]))
            seen = {
                "price_outside_usd_per_kg": outside, "price_inside_with_tax_usd_per_kg": taxed,
                "licence_from_usd_per_kg": min(asks), "licence_to_usd_per_kg": max(asks),
                "best_margin_share": (outside - taxed - min(asks)) / outside,
                "worst_margin_share": (outside - taxed - max(asks)) / outside,
            }  # fmt: skip
            low, high = 100.0 * min(shares), 100.0 * max(shares)
            choice = f"serve {low:.0f} %" if high - low < 0.5 else f"serve {low:.0f} to {high:.0f} %"
            reason = "abroad pays enough" if low >= 100.0 else "home, or other materials, pay better for a licence"
            options = {"least_share": P.offer_low, "lowest_share": min(shares), "highest_share": max(shares)}
            self.note(f"export orders of {world.materials[m]}", seen, options, choice, reason)

    def before_allowances(self) -> None:
        S, N = self.world.S, self.world.N
        self.need = [float(x) for x in S.licence_need[self.r]]
        self.asked, self.grey = S.asked[self.r].copy(), S.grey[self.r].copy()
        self.leak = S.leak[self.r].copy()
        self.weeks = max(1.0, float(self.world.I.licence_end[N.r_zone[self.r]]) - self.world.step)

    def after_rationing(self) -> None:
        self._licences()
        for m in self.materials:
            if self.world.S.asked[self.r, m] > 0.0 or self.asked[m] > 0.0:
                self._withheld(m)
            if self.kind == UNLICENSED:
                self._smuggled(m)

    def _licences(self) -> None:
        world, rules, r = self.world, self.rules, self.r
        for p, need in enumerate(self.need):
            if need <= 0.0:
                continue
            left = float(world.I.licence[r, p])
            allowed = rules["border.licence_allowance"](left, self.weeks, world.P.licence_burst)
            share = min(1.0, allowed / need)
            self.agree("share of licensed cargo", float(world.S.licence_need[r, p]), share)
            self.note(
                "licences used this week" + (" (heavy)" if p else ""),
                {"orders_gross_t": need, "licences_left_t": left, "left_weeks": self.weeks},
                {"all_orders_t": need, "pace_t": allowed}, f"ship {number(min(need, allowed))} t gross",
                "the licence binds" if allowed < need else "the licence covers all orders",
            )  # fmt: skip

    def _withheld(self, m: int) -> None:
        world, P, S = self.world, self.world.P, self.world.S
        growth = float(S.growth[world.N.r_zone[self.r], m])
        share = self.rules["refiner.withheld"](growth, P.withhold_growth, P.withhold_high)
        if all(float(x) > 0.0 for x in S.licence_need[self.r]):  # else what was asked may be nothing, and is not judged
            self.agree(f"withheld {world.materials[m]}", float(S.withheld[self.r, m]), share)
        product = float(S.product[self.r, m])
        self.note(
            f"holding back {world.materials[m]}",
            {"expected_price_growth_per_year": growth, "product_t": product, "asked_t": float(self.asked[m])},
            {"nothing_share": 0.0, "highest_share": P.withhold_high}, f"hold back {100 * share:.3g} %",
            "the price at home is expected to rise" if share > 0.0 else "no rise of the price at home is expected",
        )  # fmt: skip

    def _smuggled(self, m: int) -> None:
        world, P, S, r = self.world, self.world.P, self.world.S, self.r
        z = int(world.N.r_zone[r])
        gap, campaigns = log(float(S.price[0, m]) / float(S.price[z, m])), float(S.suppressed[z])
        share = self.rules["refiner.leakage"](
            gap, campaigns, P.leak_share, P.leak_gap, P.leak_threshold, P.leak_enforcement
        )
        kept = self.rules["market.kept"](P.leak_build_years, world.dt)
        leak = self.rules["market.smoothed"](float(self.leak[m]), share, kept)
        product, output = float(S.product[r, m]), float(S.output[r, m]) * world.dt
        can, wanted = min(product, leak * output), float(self.grey[m])
        self.agree(f"smuggled {world.materials[m]}", float(S.smuggled[r, m]), min(wanted, can))
        reason = "buyers ask for no more" if wanted <= can else "routes carry no more"
        self.note(
            f"smuggling of {world.materials[m]}",
            {"price_outside_over_inside": exp(gap), "campaigns_stop_share": campaigns, "pays_share": share,
             "routes_share": leak, "output_t": output, "product_t": product},
            {"routes_t": can, "asked_t": wanted}, f"smuggle {number(min(wanted, can))} t", reason,
        )  # fmt: skip

    def before_licences(self) -> None:
        if self.kind == LICENSED and self.world.N.r_zone[self.r] > 0:
            self.licence = licence_terms(self.world, self.rules, self.r)

    def after_licences(self) -> None:
        if self.kind != LICENSED or self.world.N.r_zone[self.r] <= 0:
            return
        v = self.licence
        self.agree("ask for a licence", float(self.world.S.ask[self.r]), v["ask_usd_per_kg"])
        if "allowed_t" not in v:
            if v["ask_usd_per_kg"] < TINY:
                return  # no quota, nothing asked
            reason = "no quota binds it or nobody asks: the ask fades"
        elif v["value_usd_per_kg"] <= 0.0:
            reason = "its licence is slack: it may ship all its book"
        elif v["value_usd_per_kg"] >= v["ceiling_usd_per_kg"]:
            reason = "the ceiling binds"
        else:
            over = v["book_t"] / v["allowed_t"]
            reason = f"customers want {over:.2f} times what it may ship; the ask follows that value"
        options = {"keep_usd_per_kg": v["asked_before_usd_per_kg"], "value_usd_per_kg": v["value_usd_per_kg"]}
        seen = {name: value for name, value in v.items() if name not in ("ask_usd_per_kg", "value_usd_per_kg")}
        self.note("ask for a licence", seen, options, f"ask {number(v['ask_usd_per_kg'])} USD/kg gross", reason)

    def before_refining(self) -> None:
        self.running = run_terms(self.world, self.rules, self.r)

    def after_refining(self) -> None:
        v, S = self.running, self.world.S
        self.agree("run", float(S.run[self.r]), v["run_t"])
        self.agree("order of feed", float(S.calls[self.r]), v["feed_order_t"])
        if self.kind == FREE:
            reason = "capacity binds" if v["run_t"] >= v["capacity_t"] else "runs what its feed allows"
        elif v["run_t"] < v["wished_run_t"]:
            reason = "feed binds"
        elif v["run_t"] >= v["capacity_t"]:
            reason = "capacity binds"
        elif v["run_t"] <= v["least_t"]:
            reason = "sits on product: runs as little as it can"
        else:
            full = v["product_kusd"] / v["wanted_product_kusd"] if v["wanted_product_kusd"] > 0.0 else 1.0
            reason = f"product is {full:.2f} times what it wants to hold"
        options = {"usual_t": v["usual_run_t"], "wished_t": v["wished_run_t"], "all_feed_t": v["feed_t"]}
        seen = {
            name: value for name, value in v.items() if name not in ("usual_run_t", "wished_run_t", "feed_t", "run_t")
        }
        self.note("run of the plant", seen, options, f"run {number(v['run_t'])} t of feed", reason)
