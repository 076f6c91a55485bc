"""What a refiner does in a week: how much it runs, what it sells and to whom, and what licences it uses."""

from typing import Any

from chokepoint.experiments.telling.trace.entry import number
from chokepoint.experiments.telling.trace.firms import at_the_price
from chokepoint.experiments.telling.trace.watch import Rules, Watch
from chokepoint.sim.market.mechanisms.refining import FEED_MONTHS, PRODUCT_MONTHS
from chokepoint.sim.network.structure import GREY, LICENSED
from chokepoint.sim.politics.governed import GovernedWorld

TINY = 1e-12  # as in the phases
KINDS = ("light or all materials", "heavy")  # of licences


def run_terms(world: GovernedWorld, refiner: int) -> dict[str, float]:
    """The terms of how much a refiner runs, right before the phase `refining`: tonnes of ore this week."""
    N, I, S, dt = world.N, world.I, world.S, world.dt
    feed = 0.0
    for tonnes in S.feed[refiner]:
        feed += float(tonnes)
    capacity = (float(N.r_capacity[refiner]) + float(I.r_added[refiner])) * dt
    calls = feed * dt * 12.0 / FEED_MONTHS
    return {
        "ore_t": feed, "ore_kept_months": FEED_MONTHS, "usual_run_t": float(N.r_base[refiner]) * dt,
        "capacity_t": capacity, "month_s_part_t": calls, "run_t": min(capacity, calls),
    }  # fmt: skip


def sale_terms(world: GovernedWorld, rules: Rules, refiner: int, material: int) -> dict[str, float]:
    """The terms of what a refiner sells of a material, right before the phase `plans`: what it made, holds, and wants
    to hold, t; `order_t` is what it buys on balance, below zero for what it sells."""
    N, S, dt, r, m = world.N, world.S, world.dt, refiner, material
    market = int(N.q_of[N.r_country[r], m])
    terms = at_the_price(world, rules, market)
    usual = max(float(N.r_output[r, m]), float(S.usual_output[r, m]))
    normal = PRODUCT_MONTHS / 12.0 * usual + (1.0 / 12.0 - dt) * usual
    share = normal / max(float(S.normal_stock[market]), TINY)
    made, product, afloat = float(S.made[r, m]), float(S.product[r, m]), float(S.r_afloat[r, m])
    ore = float(S.workable[r]) * float(S.feed[r, m]) * float(N.r_yield[r])
    held = product - made + afloat
    held += ore
    transit = share * (float(S.wanted_here[market]) - float(S.normal_stock[market]))
    wanted = terms["stock_factor"] * (normal + transit)
    missing = wanted - held + share * float(S.forward[market])
    fills, ahead = missing / float(S.gap_years[market]), share * float(S.ahead_factor[market])
    wish = -made / dt + fills + ahead
    return terms | {
        "made_t": made, "product_t": product, "workable_ore_t": ore, "under_way_t": afloat, "normal_t": normal,
        "wanted_t": wanted, "missing_t": missing, "fills_t": fills * dt, "ahead_t": ahead * dt,
        "order_t": -min(-wish * dt, product) if wish < 0.0 else wish * dt,
    }  # fmt: skip


def buyers(world: GovernedWorld, refiner: int, material: int) -> dict[str, float]:
    """What links carry from a refiner this week, right after the phase `shipping`: tonnes by country, largest first."""
    N, S = world.N, world.S
    found: dict[str, float] = {}
    for link in range(len(N.e_ref)):
        if N.e_ref[link] == refiner and N.e_mat[link] == material and S.e_ship[link] > 0.0:
            name = world.countries[N.e_country[link]] + (", smuggled" if N.e_kind[link] == GREY else "")
            found[name] = found.get(name, 0.0) + float(S.e_ship[link])
    return dict(sorted(found.items(), key=lambda pair: -pair[1]))


class RefinerWatch(Watch):
    """A licensed, unlicensed or free refiner."""

    def __init__(self, world: GovernedWorld, rules: Rules, index: int, material: str | None = None):
        super().__init__(world, rules, world.layout.refiners[index], material)
        N = world.N
        self.r = r = index
        self.sold = [m for m in self.materials if N.q_of[N.r_country[r], m] >= 0 and N.r_reference[r, m] > 0.0]
        self.zone = int(N.r_zone[r])
        self.licensed = int(N.r_kind[r]) == LICENSED and self.zone > 0

    def before_refining(self) -> None:
        self.running = run_terms(self.world, self.r)

    def after_refining(self) -> None:
        v = self.running
        self.agree("run", float(self.world.S.run[self.r]), v["run_t"])
        binds = v["run_t"] >= v["capacity_t"]
        reason = "its capacity binds" if binds else "it runs each week a month's part of the ore in its yard"
        options = {"ore_t": v["ore_t"], "month_s_part_t": v["month_s_part_t"], "capacity_t": v["capacity_t"]}
        seen = {name: value for name, value in v.items() if name not in (*options, "run_t")}
        self.note("run of the plant", seen, options, f"runs {number(v['run_t'])} t of ore", reason)

    def before_plans(self) -> None:
        self.terms = {m: sale_terms(self.world, self.rules, self.r, m) for m in self.sold}

    def after_plans(self) -> None:
        for m, terms in self.terms.items():
            kernel = float(self.world.S.r_order[self.r, m])
            material = self.world.materials[m]
            self.agree(f"order of {material}", kernel, terms["order_t"], f"sale of {material}")

    def after_shipping(self) -> None:
        self.by_links = {m: buyers(self.world, self.r, m) for m in self.sold}
        self.product, self.afloat = self.world.S.product[self.r].copy(), self.world.S.r_afloat[self.r].copy()

    def after_spot_shares(self) -> None:
        for m in self.sold:
            self._sale(m)

    def _sale(self, row: int) -> None:
        """What it sold, to whom, and why."""
        S, v, material = self.world.S, self.terms[row], self.world.materials[row]
        links = sum(self.by_links[row].values())
        change = float(self.product[row] - S.product[self.r, row])
        spot = max(0.0, change)
        bought = max(0.0, -change) + float(S.r_afloat[self.r, row] - self.afloat[row])
        options = {f"to {name}_t": tonnes for name, tonnes in self.by_links[row].items()}
        options |= {"on_the_spot_t": spot, "bought_t": bought}
        choice = f"sells {number(links + spot)} t: {number(links)} t by links, {number(spot)} t on the spot"
        choice += f"; buys {number(bought)} t" if bought > 0.0 else ""
        fills = v["fills_t"]
        reason = f"made {number(v['made_t'])} t; wants {number(v['wanted_t'])} t in product, ore and under way and "
        reason += f"{'keeps' if fills > 0.0 else 'lets go'} {number(abs(fills))} t for that"
        if v["ahead_t"] > 0.0:
            reason += f"; keeps {number(v['ahead_t'])} t ahead of a date"
        unsold = -v["order_t"] - links - spot
        if v["order_t"] < 0.0 and unsold > 1e-6 * -v["order_t"]:
            reason += f"; {number(unsold)} t found no buyer or no way out"
        seen = {name: value for name, value in v.items() if name not in ("stock_factor", "used_of_plan_share")}
        self.note(f"sale of {material}", seen, options, choice, reason)

    def before_used_licences(self) -> None:
        self.licences = [float(x) for x in self.world.I.licence[self.r]]

    def after_used_licences(self) -> None:
        if self.licensed and self.world.I.quota_on[self.zone] > 0.0:
            for part, before in enumerate(self.licences):
                if before > 0.0:
                    self._licences(part, before)

    def _licences(self, part: int, before: float) -> None:
        """What licences of one kind it used, and what they are worth."""
        world: Any = self.world
        I, group = world.I, 2 * (self.zone - 1) + part
        used, rent = before - float(I.licence[self.r, part]), float(world.S.rent[group])
        seen = {
            "left_before_t_gross": before, "left_weeks": max(0.0, float(I.licence_end[self.zone]) - world.step),
            "rent_usd_per_gross_kg": rent, "may_leave_t_gross_per_year": float(I.licences_a_year[group]),
            "would_leave_freely_t_gross_per_year": float(world.S.free_gross[group]),
        }  # fmt: skip
        reason = "all holders use the same part of what they hold: who ships more buys licences of others, at the rent"
        reason = f"licences are used up; {reason}" if rent > 0.0 else "licences are not scarce, so they have no rent"
        choice = f"uses {number(used)} t gross"
        self.note(f"licences for {KINDS[part]}", seen, {"used_t_gross": used}, choice, reason)
