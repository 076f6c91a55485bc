"""What a mine decides in a week: how much it ships; whether it opens, stops, starts again or fails."""

from collections.abc import Callable

from chokepoint.experiments.telling.trace.entry import Entry, number
from chokepoint.experiments.telling.trace.watch import Rules, Watch
from chokepoint.sim.network.structure import BUILDING, DEFAULTED, MOTHBALLED, OPERATING, PLANNED
from chokepoint.sim.politics.governed import GovernedWorld

STATES = {
    PLANNED: "planned",
    OPERATING: "operating",
    BUILDING: "building",
    MOTHBALLED: "mothballed",
    DEFAULTED: "failed",
}
STOP, START = 0.75, 1.1  # of cost: below the one a mine makes losses that count, above the other it starts again


def output_terms(world: GovernedWorld, rules: Rules, k: int) -> dict[str, float]:
    """The terms of a mine's output, right before the phase `mining`, but for what refiners order: ore value and what
    reaches the mine (USD/kg of oxide contained), capacity, quota and what it can ship (tonnes this week)."""
    N, P, I, S, dt = world.N, world.P, world.I, world.S, world.dt
    z, zr = int(N.k_zone[k]), int(N.k_refiner_zone[k])
    basket = [float(x) for x in N.k_basket[k]]
    plain = 0.0
    for m, part in enumerate(basket):
        plain += part * float(S.price[zr, m])
    value, legal = plain, N.k_legal[k] > 0
    if I.subsidy[zr] > 0.0 and legal:
        for m, part in enumerate(basket):
            value += part * float(I.subsidy[zr]) * float(N.base_price[zr, m])
    ore = float(N.k_payable[k]) * max(0.0, value - float(N.k_refining[k]))
    earns = rules["mine.paid"](ore, float(I.k_floor[k]), float(I.k_subsidy[k]))
    terms = {"basket_usd_per_kg": plain, "earns_usd_per_kg": earns, "cost_usd_per_kg": float(N.k_cost[k])}
    can = 0.0
    if S.k_state[k] == OPERATING:
        capacity = float(N.k_capacity[k]) * dt
        if N.k_project[k] > 0:
            capacity *= rules["mine.ramp"](float(S.k_clock[k]), float(N.k_ramp[k]))
        if legal:
            quota, g = capacity, int(N.k_group[k])
            if g > 0 and I.production_quota[z, g] >= 0.0:
                quota = P.quota_discipline * float(I.production_quota[z, g]) * float(N.k_quota_share[k]) * dt
            elif N.k_project[k] == 0 and z == 0:
                quota = float(N.k_base[k]) * dt
            can = rules["mine.legal_output"](capacity, quota, earns, float(N.k_cost[k]))
            terms |= {"capacity_t": capacity, "quota_t": quota}
        else:
            worth, base = value / float(S.k_value[k, 2]), float(N.k_base[k])
            pits = rules["mine.pits"](float(S.k_pits[k]), worth, P.pit_growth, dt)
            stopped = float(S.k_stopped[k])
            output = rules["mine.unlicensed_output"]
            can = output(pits * base * dt, pits * capacity, worth, stopped, P.supply_elasticity)
            terms |= {"ore_over_base_year": worth, "pits_over_base_year": pits, "campaigns_stop_share": stopped}
            terms |= {"capacity_t": pits * capacity}
            terms["without_campaigns_t"] = output(pits * base * dt, pits * capacity, worth, 0.0, P.supply_elasticity)
    held = float(I.held[k])
    return terms | {"held_by_state_share": held, "can_ship_t": can * (1.0 - held)}


def opening_terms(world: GovernedWorld, rules: Rules, k: int) -> dict[str, float]:
    """The terms of whether a planned mine opens, right before the phase `investment`: ore value now, as it is believed
    to last, what of it reaches the mine, and from what earnings on it opens (all USD/kg); `opens` is 1 or 0."""
    N, P, I, S, t, dt = world.N, world.P, world.I, world.S, world.step, world.dt
    value, smoothed, kept = float(S.k_value[k, 0]), rules["market.smoothed"], rules["market.kept"]
    lately = smoothed(float(S.k_value[k, 1]), value, kept(P.invest_memory_years, dt))
    habitual = smoothed(float(S.k_value[k, 3]), value, kept(P.anchor_years, dt))
    believed = rules["mine.believed_value"](lately, habitual, P.invest_caution)
    ore = paid = float(N.k_payable[k]) * max(0.0, believed - float(N.k_refining[k]))
    floor, subsidy, counted = float(I.k_floor[k]), float(I.k_subsidy[k]), rules["mine.counted"]
    if floor > 0.0 or subsidy > 0.0:
        for aid, end in ((max(0.0, floor - paid), I.k_floor_end[k]), (subsidy, I.k_subsidy_end[k])):
            lasts = (float(end) - t) * dt - float(N.k_lead[k])
            paid += counted(aid, lasts, P.invest_rate, P.invest_life_years)
    support = float(I.support[k]) + float(I.k_comfort[k])

    def opens(earned: float) -> bool:
        return bool(rules["mine.opens"](
            earned, float(N.k_cost[k]), float(N.k_capacity[k]), float(N.k_capex[k]), P.invest_rate,
            P.invest_life_years, P.invest_hurdle, support,
        ))  # fmt: skip

    return {
        "basket_usd_per_kg": value, "lately_usd_per_kg": lately, "habitual_usd_per_kg": habitual,
        "believed_usd_per_kg": believed, "pledged_usd_per_kg": paid - ore, "counts_on_usd_per_kg": paid,
        "opens_from_usd_per_kg": least(opens), "cost_usd_per_kg": float(N.k_cost[k]),
        "outlay_kusd": float(N.k_capex[k]), "hurdle_share": P.invest_hurdle, "backing_share": support,
        "opens": float(opens(paid)),
    }  # fmt: skip


def least(opens: Callable[[float], bool], high: float = 1e6) -> float:
    """The least earnings, USD/kg, at which a project opens, found by halving; infinite above `high`."""
    if not opens(high):
        return float("inf")
    low = 0.0
    for _ in range(80):
        middle = 0.5 * (low + high)
        low, high = (low, middle) if opens(middle) else (middle, high)
    return high


class MineWatch(Watch):
    """A mine, legal or not, or the project of one."""

    def __init__(self, world: GovernedWorld, rules: Rules, index: int, material: str | None = None):
        super().__init__(world, rules, world.mines[index], material)
        self.k = k = index
        self.known = int(world.S.k_state[k])

    def decided(self, shown: bool) -> None:
        """A change in a week that is not looked at is told without its terms."""
        state, week = int(self.world.S.k_state[self.k]), self.world.step - 1
        if shown and state != self.known:
            day, was = self.world.calendar.day_of(week), STATES[self.known]
            self.entries.append(
                Entry(day, self.name, "change", {}, {}, STATES[state], f"was {was}; look at every week for the terms")
            )
        self.known = state

    def before_mining(self) -> None:
        self.output = output_terms(self.world, self.rules, self.k)

    def after_mining(self) -> None:
        v, S, N, k = self.output, self.world.S, self.world.N, self.k
        called, can = float(S.k_called[k]), v["can_ship_t"]
        ship = min(can, called)
        self.agree("ore value", float(S.k_value[k, 0]), v["basket_usd_per_kg"])
        self.agree("output", float(S.k_output[k]), ship)
        if S.k_state[k] != OPERATING:
            return
        if called < can:
            reason = "refiners order no more"
        elif v["held_by_state_share"] > 0.0:
            reason = "the state stops its ore"
        elif N.k_legal[k] == 0:
            reason = f"ore is worth {v['ore_over_base_year']:.2f} times what it was"
            if v["without_campaigns_t"] >= v["capacity_t"]:
                reason += ", all pits are dug"
            reason += f"; campaigns stop {100 * v['campaigns_stop_share']:.0f} %"
        elif can < min(v["quota_t"], v["capacity_t"]):
            reason = "ore does not pay for all it could dig"
        else:
            reason = "its quota binds" if v["quota_t"] < v["capacity_t"] else "its capacity binds"
        options = {"can_ship_t": can} | ({"refiners_order_t": called} if called < 1e29 else {})
        seen = {name: value for name, value in v.items() if name != "can_ship_t"}
        self.note("output", seen, options, f"ship {number(ship)} t", reason)

    def before_investment(self) -> None:
        self.before = int(self.world.S.k_state[self.k])
        self.opening = opening_terms(self.world, self.rules, self.k)

    def after_investment(self) -> None:
        S, k, v = self.world.S, self.k, self.opening
        self.agree("recent ore value", float(S.k_value[k, 1]), v["lately_usd_per_kg"])
        now = self.known = int(S.k_state[k])
        if self.before == PLANNED:
            self.agree("opening", float(now == BUILDING), v["opens"])
            counts, needs = number(v["counts_on_usd_per_kg"]), number(v["opens_from_usd_per_kg"])
            options = {"counts_on_usd_per_kg": v["counts_on_usd_per_kg"]}
            options["opens_from_usd_per_kg"] = v["opens_from_usd_per_kg"]
            seen = {name: value for name, value in v.items() if name not in (*options, "opens")}
            reason = f"counts on {counts} USD/kg, needs more than {needs} USD/kg"
            if v["opens_from_usd_per_kg"] == float("inf"):
                reason = f"counts on {counts} USD/kg; no value would do"
            choice = "begin to build" if now == BUILDING else "wait"
            self.note("opening", seen, options, choice, reason)
        elif self.before == BUILDING:
            self._building(now)
        elif self.before in (OPERATING, MOTHBALLED):
            self._going_on(now)

    def _building(self, now: int) -> None:
        S, N, k = self.world.S, self.world.N, self.k
        takes = max(float(N.k_lead[k]) * float(S.k_delay[k]), self.world.dt)
        gone = takes if now == OPERATING else float(S.k_clock[k])
        seen = {"built_years": gone, "takes_years": takes, "planned_years": float(N.k_lead[k])}
        choice = "open" if now == OPERATING else "go on building"
        self.note("building", seen | {"debt_kusd": float(S.k_debt[k])}, {}, choice, f"{gone:.2f} of {takes:.2f} years")

    def _going_on(self, now: int) -> None:
        S, N, P, k = self.world.S, self.world.N, self.world.P, self.k
        losses, cost, earns = float(S.k_losses[k]), float(N.k_cost[k]), self.output["earns_usd_per_kg"]
        choice = "go on" if now == self.before == OPERATING else STATES[now]
        if N.k_project[k] > 0:
            cash = float(S.cash[N.k_account[k]])
            due = self.rules["mine.debt_due"](
                float(S.k_debt[k]), P.debt_rate, P.debt_years, float(S.k_clock[k]), self.world.dt
            )
            seen = {"cash_kusd": cash, "debt_kusd": float(S.k_debt[k]), "due_this_week_kusd": due}
            reason = "it can pay" if cash >= 0.0 else f"no cash for {losses:.2f} of {P.default_years:g} years"
            options = {"fails_after_years": P.default_years, "without_cash_years": losses}
        else:
            seen = {"earns_usd_per_kg": earns, "cost_usd_per_kg": cost}
            options = {"stops_after_years": P.mothball_years, "losses_years": losses}
            reason = f"ore below {STOP:g} times cost for {losses:.2f} of {P.mothball_years:g} years"
            if losses == 0.0 and now == OPERATING:
                reason = f"ore pays more than {START:g} times cost" if self.before == MOTHBALLED else "ore pays"
            elif self.before == MOTHBALLED:
                reason = f"waits for ore above {START:g} times cost"
        self.note("staying open", seen, options, choice, reason)
