"""What a firm decides in a week: how much it fears for supply, and what it orders of each material."""

from math import exp
from typing import Any

from chokepoint.experiments.telling.trace.entry import number
from chokepoint.experiments.telling.trace.watch import Rules, Watch
from chokepoint.sim.network.structure import RESERVE, TRADER, USER
from chokepoint.sim.politics.governed import GovernedWorld

TINY = 1e-12  # as in the phases
FREE = 1e9  # a limit that never binds

VOICES = {
    "news": "news", "state_buying": "states that buy", "unfilled_orders": "its own unfilled orders",
    "neighbours": "what its neighbours fear",
}  # fmt: skip


def voices(world: GovernedWorld, rules: Rules, f: int) -> dict[str, float]:
    """The terms of a firm's perceived risk, right before the phase `beliefs`: how loud each voice is (0 to 1), what is
    remembered of unfilled orders, the signal, and risk before and after."""
    N, P, X, S, t, dt = world.N, world.P, world.X, world.S, world.step, world.dt
    c = int(N.f_country[f])
    forget = exp(-dt / P.shortfall_memory_years)
    taken = missing = asked = 0.0
    for s in range(int(N.s_first[f]), int(N.s_first[f + 1])):
        need = min(float(S.order[s]), float(S.expected[s]) * (1.0 - float(N.f_old_scrap[f])))
        asked += need
        missing += max(0.0, need - float(S.received[s]))
        taken += need * float(S.buying_news[N.s_zone[s], N.s_mat[s]])
    share = missing / asked if asked > TINY else 0.0
    unfilled = share + (float(S.unfilled[f]) - share) * forget
    news = float(X.news[t, c]) * float(S.trait_risk[f])
    watched = int(N.reserve_start[0]) < len(S.stock)
    buying = min(1.0, P.buying_alarm * taken / asked) if watched and asked > TINY else 0.0
    buying *= float(S.trait_risk[f])
    fears = float(S.country_risk[c])
    gains = P.shortfall_gain, P.shortfall_tolerance, P.neighbour_weight
    alarm = rules["firm.alarm"]
    signal = alarm(max(news, buying), unfilled, fears, *gains)
    before = float(S.risk[f])
    return {
        "news": alarm(news, 0.0, 0.0, *gains), "state_buying": alarm(buying, 0.0, 0.0, *gains),
        "unfilled_orders": alarm(0.0, unfilled, 0.0, *gains), "neighbours": alarm(0.0, 0.0, fears, *gains),
        "unfilled_last_week_share": share, "unfilled_remembered_share": unfilled, "signal": signal,
        "risk_before": before, "risk": rules["firm.risk"](before, signal, P.risk_rise, P.risk_decay, dt),
    }  # fmt: skip


def user_order(world: GovernedWorld, rules: Rules, s: int) -> dict[str, float]:
    """The terms of a user's order in slot `s`, right before the phase `orders`; `order_t` is what the rule gives.

    Months of cover: normal, what fear and expected prices add, what limits leave, what a reserve displaces, what a law
    asks for. Tonnes this week: use that must be bought, what the gap of stock and that of the pipeline add.
    """
    N, P, X, I, S, t, dt = world.N, world.P, world.X, world.I, world.S, world.step, world.dt
    f, z, m, c = int(N.s_firm[s]), int(N.s_zone[s]), int(N.s_mat[s]), int(N.s_country[s])
    risk, growth = float(S.risk[f]), float(S.growth[z, m])
    normal = (P.cover_outside_months if z == 0 else P.cover_inside_months) * float(S.trait_cover[f])

    def cover(fear: float, hope: float, low: float = -FREE, high: float = FREE) -> float:
        return float(rules["firm.cover"](normal, fear, hope, P.cover_risk, P.cover_growth, low, high))

    base, wished = cover(0.0, 0.0), cover(risk, growth)
    limited = cover(risk, growth, P.cover_low, P.cover_high)
    backed, wanted = float(S.backed[c, m]), limited
    if backed > 0.0:
        wanted = rules["firm.relied_cover"](wanted, backed, P.crowding_out, normal * P.cover_low)
    after_reserve = wanted
    law = float(I.private_floor[c, m])
    wanted = max(wanted, law)
    expected = float(S.expected[s])
    use = expected * (1.0 - float(N.f_scrap[f]))
    wanted_t = wanted / 12.0 * expected * (1.0 - float(N.f_old_scrap[f])) / dt
    stock, pipe = float(S.stock[s]), float(S.pipe_sum[s])
    wanted_pipe = (float(N.s_pipe_steps[s]) + float(X.late[t, s])) * expected * (1.0 - float(N.f_scrap[f]))
    paces = P.stocking_years, P.destocking_years

    def order(weight: float, floor: float) -> float:
        return float(rules["firm.order"](use, stock, wanted_t, pipe, wanted_pipe, *paces, weight, floor, dt))

    free, stock_only = order(P.supply_line_weight, -FREE), order(0.0, -FREE)
    return {
        "perceived_risk": risk, "expected_price_growth_per_year": growth, "price_usd_per_kg": float(S.price[z, m]),
        "use_wanted_t": float(S.want[s]), "expected_use_t": expected, "use_to_buy_t": use,
        "normal_months": base, "fear_adds_months": cover(risk, 0.0) - base,
        "growth_adds_months": cover(0.0, growth) - base,
        "unlimited_months": wished, "limited_months": limited, "backed_by_reserve_months": backed,
        "reserve_displaces_months": limited - after_reserve, "law_months": law, "wanted_months": wanted,
        "wanted_t": wanted_t, "stock_t": stock, "gap_t": wanted_t - stock, "pipeline_t": pipe,
        "wanted_pipeline_t": wanted_pipe, "gap_adds_t": stock_only - use, "pipeline_adds_t": free - stock_only,
        "least_t": P.order_floor * use, "without_least_t": free,
        "order_t": order(P.supply_line_weight, P.order_floor),
    }  # fmt: skip


def trader_order(world: GovernedWorld, rules: Rules, s: int) -> dict[str, float]:
    """The terms of a trader's order in slot `s`, right before the phase `orders`: stock in tonnes as fear, expected
    prices, mood and finance make it; `order_t` is what is bought, `offer_t` what is offered on the spot."""
    N, P, S, dt = world.N, world.P, world.S, world.dt
    f, z, m = int(N.s_firm[s]), int(N.s_zone[s]), int(N.s_mat[s])
    normal = P.trader_cover_months / 12.0 * float(S.turnover[z, m]) * float(N.trade_base[z, m])
    normal *= float(N.s_trade_share[s])
    relative = float(S.price[z, m]) / float(N.base_price[z, m])
    risk, growth, mood = float(S.risk[f]), float(S.growth[z, m]) * float(S.trait_growth[f]), float(S.mood[f])

    def stock(fear: float, hope: float, mood: float, *limits: float) -> float:
        rule = rules["firm.trader_stock"]
        return float(rule(normal, fear, hope, mood, relative, P.trader_risk, P.trader_growth, *limits))

    free = -FREE, FREE, FREE
    calm = stock(0.0, 0.0, 0.0, *free)
    clipped = stock(risk, growth, mood, P.cover_low, P.trader_high, FREE)
    wanted = stock(risk, growth, mood, P.cover_low, P.trader_high, P.trader_finance)
    held, pipe = float(S.stock[s]), float(S.pipe_sum[s])
    gap = wanted - held
    return {
        "perceived_risk": risk, "expected_price_growth_per_year": growth, "price_usd_per_kg": float(S.price[z, m]),
        "price_over_base_year": relative, "normal_t": calm, "fear_adds_t": stock(risk, 0.0, 0.0, *free) - calm,
        "growth_adds_t": stock(0.0, growth, 0.0, *free) - calm, "mood_adds_t": stock(0.0, 0.0, mood, *free) - calm,
        "unlimited_t": stock(risk, growth, mood, *free), "within_caution_t": clipped, "wanted_t": wanted,
        "stock_t": held, "gap_t": gap, "pipeline_t": pipe,
        "order_t": max(0.0, gap - pipe) * dt / P.stocking_years,
        "offer_t": min(held, max(0.0, -gap) * dt / P.destocking_years),
    }  # fmt: skip


def reserve_order(world: GovernedWorld, rules: Rules, s: int) -> dict[str, float]:
    """The terms of what a state's reserve buys in slot `s`, right before the phase `orders`."""
    N, I, S, dt = world.N, world.I, world.S, world.dt
    price = float(S.price[N.s_zone[s], N.s_mat[s]])
    target, stock, pipe = float(I.reserve_target[s]), float(S.stock[s]), float(S.pipe_sum[s])
    pace, ceiling = float(I.reserve_pace[s]), float(I.reserve_ceiling[s])
    gap = target - stock - pipe
    return {
        "price_usd_per_kg": price, "ceiling_usd_per_kg": ceiling, "target_t": target, "stock_t": stock,
        "pipeline_t": pipe, "gap_t": gap, "pace_t": pace * dt, "may_release_t": float(I.reserve_release[s]) * dt,
        "order_t": min(gap, pace * dt) if gap > 0.0 and price <= ceiling else 0.0,
    }  # fmt: skip


TERMS = {USER: user_order, TRADER: trader_order, RESERVE: reserve_order}


class FirmWatch(Watch):
    """A user, a trader, or the store of a state's reserve (`Japan reserve`)."""

    def __init__(self, world: GovernedWorld, rules: Rules, index: int, material: str | None = None):
        super().__init__(world, rules, world.layout.firms[index], material)
        N = world.N
        self.f = f = index
        self.kind = int(N.f_kind[f])
        slots = range(int(N.s_first[f]), int(N.s_first[f + 1]))
        self.slots = [s for s in slots if N.s_mat[s] in self.materials]
        self.terms: dict[Any, dict[str, float]] = {}

    def before_beliefs(self) -> None:
        if self.kind != RESERVE:
            self.heard = voices(self.world, self.rules, self.f)

    def after_beliefs(self) -> None:
        if self.kind == RESERVE:
            return
        v, S = self.heard, self.world.S
        self.agree("unfilled orders", float(S.unfilled[self.f]), v["unfilled_remembered_share"])
        self.agree("perceived risk", float(S.risk[self.f]), v["risk"])
        if self.world.step < self.world.N.f_open[self.f]:
            return
        options = {name: v[name] for name in VOICES}
        loudest = max(options, key=lambda name: options[name])
        moves = "rises" if v["risk"] > v["risk_before"] else "fades" if v["risk"] < v["risk_before"] else "stays"
        reason = (
            f"loudest are {VOICES[loudest]} ({number(options[loudest])})" if options[loudest] > 0.0 else "all quiet"
        )
        seen = {name: value for name, value in v.items() if name not in VOICES and name != "risk"}
        self.note("perceived risk", seen, options, f"fear {number(v['risk'])}", f"{moves}: {reason}")

    def before_orders(self) -> None:
        self.terms = {s: TERMS[self.kind](self.world, self.rules, s) for s in self.slots}

    def after_orders(self) -> None:
        world = self.world
        for s, terms in self.terms.items():
            material = world.materials[world.N.s_mat[s]]
            self.agree(f"order of {material}", float(world.S.order[s]), terms["order_t"])
            if self.kind != RESERVE:
                self.agree(f"wanted stock of {material}", float(world.S.wanted[s]), terms["wanted_t"])
            if world.step >= world.N.f_open[self.f]:
                {USER: self._user, TRADER: self._trader, RESERVE: self._reserve}[self.kind](material, terms)

    def _user(self, material: str, v: dict[str, float]) -> None:
        limits = []
        if v["limited_months"] > v["unlimited_months"]:
            limits.append("the lowest cover it allows itself")
        if v["limited_months"] < v["unlimited_months"]:
            limits.append("the highest cover it allows itself")
        if v["reserve_displaces_months"] > 0.0:
            limits.append("relies on a state's reserve")
        if v["law_months"] > v["limited_months"] - v["reserve_displaces_months"]:
            limits.append("the cover that a law asks for")
        if v["order_t"] > v["without_least_t"]:
            limits.append("the least it orders of its use")
        reason = (
            f"wants {number(v['wanted_months'])} months (normal {number(v['normal_months'])}, fear "
            f"{v['fear_adds_months']:+.2f}, expected price {v['growth_adds_months']:+.2f}); buys "
            f"{number(v['use_to_buy_t'])} t for use, {v['gap_adds_t']:+.3g} t for the gap of stock, "
            f"{v['pipeline_adds_t']:+.3g} t for that of the pipeline; binds: {', '.join(limits) or 'no limit'}"
        )
        options = {
            "replace_use_t": v["use_to_buy_t"],
            "rule_without_least_t": v["without_least_t"],
            "least_t": v["least_t"],
        }
        hidden = {"order_t", "without_least_t", "least_t"}
        seen = {name: value for name, value in v.items() if name not in hidden}
        self.note(f"order of {material}", seen, options, f"order {number(v['order_t'])} t", reason)

    def _trader(self, material: str, v: dict[str, float]) -> None:
        limits = []
        if v["within_caution_t"] > v["unlimited_t"]:
            limits.append("the lowest stock it allows itself")
        if v["within_caution_t"] < v["unlimited_t"]:
            limits.append("the highest stock it allows itself")
        if v["wanted_t"] < v["within_caution_t"]:
            limits.append("finance")
        reason = (
            f"wants {number(v['wanted_t'])} t (normal {number(v['normal_t'])}, fear {v['fear_adds_t']:+.3g}, expected "
            f"price {v['growth_adds_t']:+.3g}, mood {v['mood_adds_t']:+.3g}), holds {number(v['stock_t'])} t and has "
            f"{number(v['pipeline_t'])} t under way; binds: {', '.join(limits) or 'no limit'}"
        )
        choice = f"order {number(v['order_t'])} t, offer {number(v['offer_t'])} t on the spot"
        options = {"order_t": v["order_t"], "offer_t": v["offer_t"]}
        seen = {name: value for name, value in v.items() if name not in options}
        self.note(f"stock of {material}", seen, options, choice, reason)

    def _reserve(self, material: str, v: dict[str, float]) -> None:
        if v["order_t"] > 0.0:
            reason = "the pace binds" if v["order_t"] < v["gap_t"] else "fills what is missing"
        else:
            reason = "nothing is missing" if v["gap_t"] <= 0.0 else "dearer than its ceiling"
            reason = (
                reason if v["price_usd_per_kg"] > v["ceiling_usd_per_kg"] or v["gap_t"] <= 0.0 else "no pace is set"
            )
        options = {"fill_the_gap_t": max(0.0, v["gap_t"]), "keep_the_pace_t": v["pace_t"]}
        seen = {name: value for name, value in v.items() if name != "order_t"}
        self.note(f"purchase of {material}", seen, options, f"order {number(v['order_t'])} t", reason)
