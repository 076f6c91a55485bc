"""What a firm does in a week: what it wants to hold and buys or sells, from whom it gets it, by links or on the spot,
and what it uses."""

from math import exp
from typing import Any

from chokepoint.experiments.telling.trace.entry import number
from chokepoint.experiments.telling.trace.watch import Rules, Watch
from chokepoint.sim.market.mechanisms.use import stopped
from chokepoint.sim.network.structure import GREY, RESERVE, USER
from chokepoint.sim.politics.governed import GovernedWorld

TINY = 1e-12  # as in the phases


def at_the_price(world: GovernedWorld, rules: Rules, market: int) -> dict[str, float]:
    """What the spot price of a market makes of use and of stocks wanted, right before the phase `plans`: use over that
    at the base-year price, and stock over that wanted at the expected price."""
    N, P, S = world.N, world.P, world.S
    price = float(S.price_ln[market])
    gap, above = price - float(N.q_base_ln[market]), float(S.holders_ln[market]) - price
    used = rules["firm.use"](gap, 1.0, P.use_elasticity, P.choke)[0]
    raised = rules["firm.wanted"](above, 1.0, P.stock_elasticity)[0]
    cover = used if S.use_level[market] > 0.0 else 1.0
    return {
        "spot_price_usd_per_kg": exp(price), "expected_price_usd_per_kg": exp(float(S.holders_ln[market])),
        "used_of_plan_share": used, "stock_factor": cover * raised,
    }  # fmt: skip


def plan_terms(world: GovernedWorld, rules: Rules, slot: int) -> dict[str, float]:
    """The terms of what a user or trader buys on balance in slot `slot`, right before the phase `plans`; `order_t` is
    the sum, below zero for what it sells.

    `plan_t` is its use this week at the base-year price; `usual_stock_t` what it held, and had under way, in the base
    year; `holding_t` what it would hold at the expected price; `wanted_t` what it wants at the spot price.
    """
    N, P, S, dt = world.N, world.P, world.S, world.dt
    market = int(N.s_market[slot])
    terms = at_the_price(world, rules, market)
    share = float(S.holding[slot]) / max(float(S.normal_stock[market]), TINY)
    for_date = share * float(S.forward[market])
    under_way = float(S.pipe_sum[slot]) + float(S.spot_sum[slot])
    transit = share * (float(S.wanted_here[market]) - float(S.normal_stock[market]))
    wanted = terms["stock_factor"] * (float(S.holding[slot]) + transit)
    stock = float(S.stock[slot])
    missing = wanted - (stock + under_way - for_date)
    use = terms["used_of_plan_share"] * float(S.plan[slot]) * dt
    fills = missing / float(S.gap_years[market]) * dt
    ahead = share * float(S.ahead_factor[market]) * dt
    wish = use + fills + ahead
    return terms | {
        "plan_t": float(S.plan[slot]) * dt, "use_t": use, "usual_stock_t": float(S.usual[slot]),
        "holding_t": float(S.holding[slot]), "to_ship_on_t": transit, "loss_expected_share": float(S.loss[market]),
        "precaution_factor": 1.0 + P.precaution * float(S.feared[market]), "wanted_t": wanted, "stock_t": stock,
        "under_way_t": under_way, "for_a_date_t": for_date, "missing_t": missing,
        "gap_closed_over_years": float(S.gap_years[market]), "fills_t": fills, "ahead_t": ahead,
        "order_t": wish if wish > 0.0 else -min(-wish, stock),
    }  # fmt: skip


def reserve_terms(world: GovernedWorld, slot: int) -> dict[str, float]:
    """The terms of what a state's reserve buys in slot `slot`, right before the phase `wishes`."""
    N, I, S, dt = world.N, world.I, world.S, world.dt
    price = float(S.price_of[N.s_country[slot], N.s_mat[slot]])
    target, stock = float(I.reserve_target[slot]), float(S.stock[slot])
    under_way = float(S.pipe_sum[slot]) + float(S.spot_sum[slot])
    pace, ceiling, release = (float(x[slot]) for x in (I.reserve_pace, I.reserve_ceiling, I.reserve_release))
    gap = target - stock - under_way
    buys = gap > 0.0 and price <= ceiling and release <= 0.0
    return {
        "spot_price_last_week_usd_per_kg": price, "ceiling_usd_per_kg": ceiling, "target_t": target, "stock_t": stock,
        "under_way_t": under_way, "gap_t": gap, "pace_t": pace * dt, "may_release_t": release * dt,
        "order_t": min(gap, pace * dt) if buys else 0.0,
    }  # fmt: skip


def suppliers(world: GovernedWorld, slot: int) -> dict[str, float]:
    """What links carry to a slot this week, right after the phase `shipping`: tonnes by seller, the largest first."""
    N, S = world.N, world.S
    found: dict[str, float] = {}
    for link in range(int(N.b_edge[N.s_lane[slot]]), int(N.b_edge[N.s_lane[slot + 1]])):
        if S.e_ship[link] > 0.0:
            name = world.layout.refiners[N.e_ref[link]] + (", smuggled" if N.e_kind[link] == GREY else "")
            found[name] = found.get(name, 0.0) + float(S.e_ship[link])
    return dict(sorted(found.items(), key=lambda pair: -pair[1]))


class FirmWatch(Watch):
    """A user, a trader, or the store of a state's reserve (`Japan reserve`)."""

    def __init__(self, world: GovernedWorld, rules: Rules, index: int, material: str | None = None):
        super().__init__(world, rules, world.layout.firms[index], material)
        N = world.N
        self.f = f = index
        self.kind = int(N.f_kind[f])
        slots = range(int(N.s_first[f]), int(N.s_first[f + 1]))
        self.slots = [s for s in slots if N.s_mat[s] in self.materials]
        self.terms: dict[int, dict[str, float]] = {}
        self.by_links: dict[int, dict[str, float]] = {}

    def _material(self, slot: int) -> str:
        return self.world.materials[self.world.N.s_mat[slot]]

    def before_wishes(self) -> None:
        if self.kind == RESERVE:
            self.terms = {s: reserve_terms(self.world, s) for s in self.slots}

    def before_plans(self) -> None:
        if self.kind != RESERVE:
            self.terms = {s: plan_terms(self.world, self.rules, s) for s in self.slots}

    def after_plans(self) -> None:
        for s, terms in self.terms.items():
            material = self._material(s)
            kernel = float(self.world.S.order[s])
            self.agree(f"order of {material}", kernel, terms["order_t"], f"trade in {material}")

    def after_shipping(self) -> None:
        self.by_links = {s: suppliers(self.world, s) for s in self.slots}
        self.stock = {s: float(self.world.S.stock[s]) for s in self.slots}

    def after_spot_shares(self) -> None:
        for s in self.slots:
            if self.world.step >= self.world.N.f_open[self.f]:
                self._trade(s)

    def _trade(self, slot: int) -> None:
        """What it bought and from whom, or what it sold."""
        S, terms, material = self.world.S, self.terms[slot], self._material(slot)
        order, links = terms["order_t"], sum(self.by_links[slot].values())
        on_spot = max(0.0, float(S.received[slot]) - links)
        if order > 0.0:
            gave = 0.0
            choice = f"buys {number(links + on_spot)} t: {number(links)} t by links, {number(on_spot)} t on the spot"
            lacks = order - links - on_spot
            choice += f"; {number(lacks)} t not served" if lacks > 1e-6 * order else ""
        else:
            gave = max(0.0, self.stock[slot] + on_spot - float(S.stock[slot]) - on_spot)
            choice = f"sells {number(gave)} t on the spot" if gave > 0.0 else "neither buys nor sells"
        options = {f"from {name}_t": tonnes for name, tonnes in self.by_links[slot].items()}
        options |= {"on_the_spot_t": on_spot, "sold_t": gave}
        why = self._reserve(terms) if self.kind == RESERVE else self._holder(terms)
        seen = {name: value for name, value in terms.items() if name != "stock_factor"}
        self.note(f"trade in {material}", seen, options, choice, why)

    def _holder(self, terms: dict[str, float]) -> str:
        """Why a user or trader buys or sells."""
        parts = [f"uses {number(terms['use_t'])} t"] if self.kind == USER else []
        missing = terms["missing_t"]
        whole = f"wants {number(terms['wanted_t'])} t in stock and under way, has {number(terms['stock_t'])} t"
        whole += f" and {number(terms['under_way_t'])} t"
        parts.append(whole + (f", {number(terms['for_a_date_t'])} t of it for a date" if terms["for_a_date_t"] else ""))
        fills = number(abs(terms["fills_t"]))
        parts.append(
            f"buys {fills} t of what is missing" if missing > 0.0 else f"lets go {fills} t of what is too much"
        )
        if terms["ahead_t"] > 0.0:
            parts.append(f"buys {number(terms['ahead_t'])} t ahead of a date")
        dearer = terms["expected_price_usd_per_kg"] / terms["spot_price_usd_per_kg"] - 1.0
        parts.append(f"expects a price {abs(100.0 * dearer):.3g} % {'above' if dearer > 0.0 else 'below'} today's")
        return "; ".join(parts)

    def _reserve(self, terms: dict[str, float]) -> str:
        """Why a reserve buys or does not."""
        if terms["order_t"] > 0.0:
            return "the pace binds" if terms["order_t"] < terms["gap_t"] else "fills what is missing"
        if terms["gap_t"] <= 0.0:
            return "nothing is missing"
        if terms["may_release_t"] > 0.0:
            return "it lets go and does not buy"
        dear = terms["spot_price_last_week_usd_per_kg"] > terms["ceiling_usd_per_kg"]
        return "dearer than its ceiling" if dear else "no pace is set"

    def before_consumption(self) -> None:
        self.stock = {s: float(self.world.S.stock[s]) for s in self.slots}

    def after_consumption(self) -> None:
        if self.kind == USER and self.world.step >= self.world.N.f_open[self.f]:
            for s in self.slots:
                self._use(s)

    def _use(self, slot: int) -> None:
        """What it used, saved and lost."""
        N, P, S, terms = self.world.N, self.world.P, self.world.S, self.terms[slot]
        market = int(N.s_market[slot])
        gap = float(S.price_ln[market]) - float(N.q_base_ln[market])
        used, free = (self.rules["firm.use"](gap, 1.0, P.use_elasticity, steep)[0] for steep in (P.choke, 0.0))
        stops = stopped(used, P.use_elasticity * gap, self.rules["firm.choke"](gap, P.choke)[0], free)
        recovered = float(N.f_scrap[self.f]) / (1.0 - float(N.f_scrap[self.f]))
        calls, got = terms["use_t"], self.stock[slot] - float(S.stock[slot])
        self.agree(f"use of {self._material(slot)}", float(S.expected[slot]), calls * (1.0 + recovered))
        self.agree(f"lines that stop for {self._material(slot)}", float(S.stopped[market]), stops)
        lost = (calls - got + stops * calls) * (1.0 + recovered)
        seen: dict[str, Any] = {
            "spot_price_usd_per_kg": terms["spot_price_usd_per_kg"], "plan_t": terms["plan_t"],
            "given_up_for_good_share": 1.0 - exp(-float(S.saved[market])), "stock_before_t": self.stock[slot],
            "scrap_t": got * recovered,
        }  # fmt: skip
        options = {"at_this_price_t": calls * (1.0 + recovered), "lost_t": lost}
        reason = f"the spot price leaves {100.0 * terms['used_of_plan_share']:.3g} % of what it would use"
        if stops > 0.0:
            reason += f"; lines stand still for {number(stops * calls * (1.0 + recovered))} t more"
        if calls - got > 1e-9 * max(calls, TINY):
            reason += f"; {number(calls - got)} t were not in stock"
        choice = f"uses {number(got * (1.0 + recovered))} t"
        self.note(f"use of {self._material(slot)}", seen, options, choice, reason)
