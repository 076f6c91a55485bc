"""What a mine decides in a week: how much it ships; whether it opens, stops, starts again or fails."""

from collections.abc import Callable
from math import exp, log

from chokepoint.agents import mine as assumed
from chokepoint.experiments.telling.trace.entry import Entry, number
from chokepoint.experiments.telling.trace.watch import Rules, Watch
from chokepoint.sim.market.mechanisms.mining import LOOKED_AT_YEARS, SPARE
from chokepoint.sim.network.structure import BUILDING, DEFAULTED, OPERATING, PLANNED
from chokepoint.sim.politics.governed import GovernedWorld

STATES = {
    PLANNED: "planned",
    OPERATING: "operating",
    BUILDING: "building",
    DEFAULTED: "failed",
}


def output_terms(world: GovernedWorld, rules: Rules, mine: int) -> dict[str, float]:
    """The terms of a mine's output, right before the phase `mining`: worth of its ore and what reaches the mine (USD/kg
    of oxide contained), what that calls for, what limits it, and `ship_t`, what it ships (tonnes this week)."""
    N, P, I, S, dt, k = world.N, world.P, world.I, world.S, world.dt, mine
    legal, z = N.k_legal[k] > 0, int(N.k_zone[k])
    value = 0.0
    place = int(N.k_place[k])
    for m, part in enumerate(N.k_basket[k]):
        if part > 0.0:
            market = int(N.q_of[place, m])
            traded = market >= 0 and S.normal_stock[market] > 0.0  # else the mean price of its zone counts
            price = S.price_of[place, m] if traded else S.price[N.zone_of_country[place], m]
            value += float(part) * float(price)
    subsidised = value * (1.0 + float(I.subsidy[z])) if legal else value
    gap = log(subsidised / float(S.k_value[k, 2]))
    ore = float(N.k_payable[k]) * max(0.0, value - float(N.k_refining[k]))
    terms = {
        "ore_worth_usd_per_kg": value, "ore_over_base_year": exp(gap), "paid_for_ore_usd_per_kg": ore,
        "floor_usd_per_kg": float(I.k_floor[k]), "subsidy_usd_per_kg": float(I.k_subsidy[k]),
        "cost_usd_per_kg": float(N.k_cost[k]),
    }  # fmt: skip
    plain = can = 0.0
    if S.k_state[k] == OPERATING:
        if N.k_project[k] > 0:
            plain = can = float(N.k_capacity[k]) * rules["mine.ramp"](float(S.k_clock[k]), float(N.k_ramp[k]))
            terms["ramped_up_t"] = plain * dt
        else:
            seen = float(S.k_seen[k]) + (gap - float(S.k_seen[k])) * (1.0 - exp(-dt / LOOKED_AT_YEARS))
            goal = (P.supply_elasticity_long - P.supply_elasticity) * seen
            answer = float(S.k_answer[k]) + (goal - float(S.k_answer[k])) * (1.0 - exp(-dt / P.supply_years))
            plain = float(N.k_base[k]) * exp(answer)
            spare = max(SPARE, float(N.k_capacity[k]) / max(float(N.k_base[k]), 1e-12) - 1.0)
            can = rules["mine.output"](gap, plain, P.supply_elasticity, spare)[0]
            terms |= {"base_year_t": float(N.k_base[k]) * dt, "grown_to_t": plain * dt, "spare_share": spare}
    terms["called_for_t"] = can * dt
    group = int(N.k_group[k])
    if group > 0 and legal and I.production_quota[z, group] >= 0.0:
        quota = float(I.production_quota[z, group]) * float(N.k_quota_share[k])
        terms["quota_t"] = quota * dt
        can = min(can, quota)
    held, campaigns = float(I.held[k]), float(S.k_stopped[k])
    stopped = 1.0 - (1.0 - held) * (1.0 - campaigns)
    return terms | {
        "held_by_state_share": held, "campaigns_stop_share": campaigns, "ship_t": can * (1.0 - stopped) * dt,
    }  # fmt: skip


def opening_terms(world: GovernedWorld, rules: Rules, mine: int) -> dict[str, float]:
    """The terms of whether a planned mine opens, right before the phase `investment`: ore value now, as it is believed
    to last, what of it reaches the mine, and from what earnings on it opens (all USD/kg); `opens` is 1 or 0."""
    N, I, S, t, dt = world.N, world.I, world.S, world.step, world.dt
    value, smoothed, kept = float(S.k_value[mine, 0]), rules["market.smoothed"], rules["market.kept"]
    lately = smoothed(float(S.k_value[mine, 1]), value, kept(assumed.INVEST_MEMORY_YEARS, dt))
    habitual = smoothed(float(S.k_value[mine, 3]), value, kept(assumed.ANCHOR_YEARS, dt))
    believed = rules["mine.believed_value"](lately, habitual, assumed.INVEST_CAUTION)
    ore = paid = float(N.k_payable[mine]) * max(0.0, believed - float(N.k_refining[mine]))
    floor, subsidy, counted = float(I.k_floor[mine]), float(I.k_subsidy[mine]), rules["mine.counted"]
    if floor > 0.0 or subsidy > 0.0:
        for aid, end in ((max(0.0, floor - paid), I.k_floor_end[mine]), (subsidy, I.k_subsidy_end[mine])):
            lasts = (float(end) - t) * dt - float(N.k_lead[mine])
            paid += counted(aid, lasts, assumed.INVEST_RATE, assumed.INVEST_LIFE_YEARS)
    support = float(I.support[mine]) + float(I.k_comfort[mine])

    def opens(earned: float) -> bool:
        return bool(rules["mine.opens"](
            earned, float(N.k_cost[mine]), float(N.k_capacity[mine]), float(N.k_capex[mine]), assumed.INVEST_RATE,
            assumed.INVEST_LIFE_YEARS, assumed.INVEST_HURDLE, support,
        ))  # fmt: skip

    return {
        "basket_usd_per_kg": value, "lately_usd_per_kg": lately, "habitual_usd_per_kg": habitual,
        "believed_usd_per_kg": believed, "pledged_usd_per_kg": paid - ore, "counts_on_usd_per_kg": paid,
        "opens_from_usd_per_kg": least(opens), "cost_usd_per_kg": float(N.k_cost[mine]),
        "outlay_kusd": float(N.k_capex[mine]), "hurdle_share": assumed.INVEST_HURDLE, "backing_share": support,
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
        v, S, k = self.output, self.world.S, self.k
        self.agree("worth of the ore", float(S.k_value[k, 0]), v["ore_worth_usd_per_kg"])
        self.agree("output", float(S.k_output[k]), v["ship_t"])
        if S.k_state[k] != OPERATING:
            return
        reason = f"its ore is worth {v['ore_over_base_year']:.3g} times what it was in the base year"
        if "ramped_up_t" in v:
            reason = "it runs at what it has ramped up to"
        elif v["grown_to_t"] > 0.0:
            answers = v["called_for_t"] / v["grown_to_t"] - 1.0
            grown = v["grown_to_t"] / v["base_year_t"] - 1.0
            reason += f": {100.0 * answers:+.2g} % at once, {100.0 * grown:+.2g} % over the years"
        if v.get("quota_t", float("inf")) < v["called_for_t"]:
            reason += "; its quota binds"
        if v["held_by_state_share"] > 0.0:
            reason += f"; the state stops {100.0 * v['held_by_state_share']:.3g} % of its ore"
        if v["campaigns_stop_share"] > 0.0:
            reason += f"; campaigns stop {100.0 * v['campaigns_stop_share']:.3g} %"
        limits: tuple[str, ...] = ("called_for_t", "quota_t")
        options = {name: v[name] for name in limits if name in v}
        seen = {name: value for name, value in v.items() if name not in (*options, "ship_t")}
        seen |= self._feeds()
        self.note("output", seen, options, f"ships {number(v['ship_t'])} t", reason)

    def _feeds(self) -> dict[str, float]:
        """Where its ore goes: tonnes this week by refiner."""
        N, S, k = self.world.N, self.world.S, self.k
        links = range(int(N.k_link[k]), int(N.k_link[k + 1]))
        sent = {feed: float(S.k_output[k] * N.l_share[feed]) for feed in links}
        return {f"to {self.world.layout.refiners[N.l_ref[f]]}_t": tonnes for f, tonnes in sent.items() if tonnes > 0.0}

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
        elif self.before == OPERATING:
            self._going_on(now)

    def _building(self, now: int) -> None:
        S, N, k = self.world.S, self.world.N, self.k
        takes = max(float(N.k_lead[k]) * float(S.k_delay[k]), self.world.dt)
        gone = takes if now == OPERATING else float(S.k_clock[k])
        seen = {"built_years": gone, "takes_years": takes, "planned_years": float(N.k_lead[k])}
        choice = "open" if now == OPERATING else "go on building"
        self.note("building", seen | {"debt_kusd": float(S.k_debt[k])}, {}, choice, f"{gone:.2f} of {takes:.2f} years")

    def _going_on(self, now: int) -> None:
        """Whether a mine that was a project can pay; others go on, at less output when ore is cheap."""
        S, N, k = self.world.S, self.world.N, self.k
        if N.k_project[k] == 0:
            return
        debt, losses, cash = float(S.k_debt[k]), float(S.k_losses[k]), float(S.cash[N.k_account[k]])
        due = self.rules["mine.debt_due"](
            debt, assumed.DEBT_RATE, assumed.DEBT_YEARS, float(S.k_clock[k]), self.world.dt
        )
        seen = {"cash_kusd": cash, "debt_kusd": debt, "due_this_week_kusd": due}
        reason = "it can pay" if cash >= 0.0 else f"no cash for {losses:.2f} of {assumed.DEFAULT_YEARS:g} years"
        options = {"fails_after_years": assumed.DEFAULT_YEARS, "without_cash_years": losses}
        self.note("staying open", seen, options, "goes on" if now == OPERATING else STATES[now], reason)
