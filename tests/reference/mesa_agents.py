"""The agents of the reduced world of `mesa_world.py`: firms, refiners, mines; units as in `mesa_market.py`."""

from __future__ import annotations

from math import exp, log, sqrt
from typing import TYPE_CHECKING

import numpy as np

from chokepoint.sim.engine import draws
from chokepoint.sim.network.layout import Layout
from chokepoint.sim.network.structure import LEGAL, LICENSED
from tests.reference.mesa_market import Link, Party, Position

if TYPE_CHECKING:
    from tests.reference.mesa_world import ReducedWorld

BOOK_YEARS, SALES_YEARS = 0.08, 0.15  # memory of a holder's book (a month) and of its sales (two months)
REVIEW_WEEKS = 4  # buyers compare prices, and engineers look at them, every four weeks
BEFORE = 10**6  # the week of draws that precede the first


class Firm(Party):
    """An industrial firm: uses, fears, holds stocks, orders."""

    def __init__(self, model: ReducedWorld, layout: Layout, f: int, refiners: list[Refiner], seed: int):
        super().__init__(model)
        N, P = layout.N, layout.P
        self.country, self.review = int(N.f_country[f]), int(N.f_review[f])
        self.inside = bool(N.zone_of_country[self.country] > 0)
        self.scrap, self.elasticity = float(N.f_scrap[f]), float(N.f_elasticity[f])
        self.thrift, self.returns = float(N.f_thrift[f]), float(N.f_return[f])
        weeks = np.append(np.arange(layout.calendar.steps), BEFORE)
        stream = draws.stream(seed, 0, draws.DEMAND)
        *self.luck, before = draws.normals(stream, np.full(len(weeks), N.f_key[f]), weeks).tolist()
        self.disturbance = P.noise_demand * before
        self.risk = self.unfilled = 0.0
        self.positions: list[Position] = []
        for s in range(N.s_first[f], N.s_first[f + 1]):
            p = Position(model.markets[N.s_zone[s]][N.s_mat[s]], base=float(N.s_base[s]))
            p.stock = p.wanted = self.normal_months() / 12.0 * p.base
            p.expected = p.base * layout.dt
            p.order = p.received = p.expected * (1.0 - self.scrap)
            for e in np.flatnonzero(N.e_slot == s):
                link = Link(p, self, refiners[N.e_ref[e]], float(N.e_share[e]), int(N.e_lag[e]))
                link.freight, link.crosses = float(layout.e_freight[e]), bool(N.e_kind[e] == LEGAL)
                p.links.append(link)
                p.under_way += [(week, p.order * link.share, link.seller.country) for week in range(link.lag)]
            self.positions.append(p)
        self.used = self.recovered = self.short = self.bill = 0.0
        self.arrived: dict[int, float] = {}

    def normal_months(self) -> float:
        return self.model.P.cover_inside_months if self.inside else self.model.P.cover_outside_months

    def receive(self) -> None:
        """Cargo that is due joins the stock."""
        week = self.model.week
        self.arrived = {}
        for p in self.positions:
            for due, tonnes, origin in p.under_way:
                if due == week:
                    p.stock += tonnes
                    self.arrived[origin] = self.arrived.get(origin, 0.0) + tonnes
            p.under_way = [cargo for cargo in p.under_way if cargo[0] > week]

    def use(self) -> None:
        """Isoelastic use as far as there is stock; a share comes back as scrap; plans follow use."""
        P, dt = self.model.P, self.model.dt
        memory = exp(-dt / P.noise_demand_memory)
        kick = P.noise_demand * sqrt(1.0 - memory * memory) * self.luck[self.model.week]
        self.disturbance = memory * self.disturbance + kick
        self.used = self.recovered = self.short = self.bill = 0.0
        for p in self.positions:
            gap = p.market.gap
            want = p.base * dt * p.intensity * exp(self.disturbance - P.use_elasticity * self.elasticity * gap)
            used = min(want, p.stock)
            recovered = used * self.scrap * min(3.0, max(0.2, 1.0 + P.scrap_response * gap))
            p.stock += recovered - used
            p.expected = want + (p.expected - want) * exp(-dt / P.planning_years)
            self.used += used
            self.recovered += recovered
            self.short += want - used

    def fear(self) -> None:
        """Perceived risk runs fast after its own shortfall and its neighbours' fear, and fades slowly."""
        P, dt = self.model.P, self.model.dt
        needs = [min(p.order, p.expected) for p in self.positions]
        missing = sum(max(0.0, need - p.received) for need, p in zip(needs, self.positions, strict=True))
        share = missing / sum(needs)
        self.unfilled = share + (self.unfilled - share) * exp(-dt / P.shortfall_memory_years)
        own = P.shortfall_gain * max(0.0, self.unfilled - P.shortfall_tolerance)
        signal = min(1.0, max(own, P.neighbour_weight * self.model.fear[self.country]))
        rate = P.risk_rise if signal > self.risk else P.risk_decay
        self.risk = signal + (self.risk - signal) * exp(-rate * dt)

    def plan(self) -> None:
        """Stock management: use, and a part of the gaps of stock and supply line."""
        P, dt = self.model.P, self.model.dt
        for p in self.positions:
            p.received = 0.0
            factor = 1.0 + P.cover_risk * self.risk + P.cover_growth * p.market.growth
            months = self.normal_months() * min(P.cover_high, max(P.cover_low, factor))
            p.wanted = months / 12.0 * p.expected / dt
            use = p.expected * (1.0 - self.scrap)
            wanted_line = use * sum(link.share * (link.lag - 1) for link in p.links)
            line = sum(tonnes for _, tonnes, _ in p.under_way)
            gap = p.wanted - p.stock
            years = P.stocking_years if gap > 0.0 else P.destocking_years
            order = use + (gap + P.supply_line_weight * (wanted_line - line)) * dt / years
            p.order = max(P.order_floor * use, order)

    def ask_suppliers(self) -> None:
        """Split each order by share, price, trust and fear; licence holders say what they would let go."""
        P, state = self.model.P, self.model.state
        review = self.model.week % REVIEW_WEEKS == self.review
        for p in self.positions:
            here, m = p.market.price, p.market.material
            weights = []
            for link in p.links:
                if review:
                    landed = here
                    if link.crosses:
                        landed = max(0.3 * here, here + link.seller.ask - state.rent_asked)
                    relative = (landed + link.freight) / (p.market.base + link.freight)
                    link.appeal = relative**-P.supplier_price
                standing = exp(-P.supplier_risk * self.risk) if link.crosses else link.seller.presence(m)
                weights.append(link.share * link.appeal * link.trust * standing)
            total = sum(weights)
            for link, weight in zip(p.links, weights, strict=True):
                link.asked = link.ordered = p.order * weight / total
                if link.crosses:
                    if state.full[self.country]:
                        link.asked = 0.0
                    elif state.quota_on:
                        taxed = p.market.home.price * (1.0 + state.tax[m])
                        margin = (here - taxed - min(link.seller.ask, state.rent_asked)) / here
                        link.asked *= min(1.0, max(P.offer_low, 1.0 + P.offer_slope * margin))
                link.seller.orders[m].append(link)

    def buy(self, seller: Refiner, kusd: float) -> None:
        self.pay(seller, kusd)
        self.bill += kusd

    def judge(self) -> None:
        """Trust in a supplier falls with what it left unfilled and comes back over its memory."""
        P = self.model.P
        pace = self.model.dt / P.trust_memory_years
        for p in self.positions:
            for link in p.links:
                if link.ordered > 0.0:
                    loss = P.supplier_trust * (1.0 - link.shipped / link.ordered)
                    link.trust = (link.trust + pace) / (1.0 + pace * (1.0 + loss))

    def show_stock(self) -> None:
        for p in self.positions:
            p.market.wanted += p.wanted
            p.market.stock += p.stock

    def save(self) -> None:
        """Thrift: fast to save, slow to return, towards the intensity that the smoothed price calls for."""
        P, span = self.model.P, self.model.dt * REVIEW_WEEKS
        for p in self.positions:
            dear = max(0.0, p.market.slow_gap - P.thrift_threshold)
            goal = max(P.thrift_floor, exp(-P.thrift_elasticity * self.thrift * dear))
            if p.intensity > goal:
                pace = min(P.thrift_cap * self.thrift, P.thrift_speed * log(p.intensity / goal))
                p.intensity = max(goal, p.intensity * (1.0 - pace * span))
            else:
                p.intensity = min(goal, p.intensity * (1.0 + P.thrift_back * self.returns * span))


class Refiner(Party):
    """A refiner: licensed inside the exporting state, free outside. Lists are by material, t."""

    def __init__(self, model: ReducedWorld, layout: Layout, r: int):
        super().__init__(model)
        N, P = layout.N, layout.P
        self.country, self.inside = int(N.r_country[r]), bool(N.r_kind[r] == LICENSED)
        self.markets = model.markets[N.r_zone[r]]
        self.capacity, self.base_feed = float(N.r_capacity[r]), float(N.r_base[r])
        self.yields, self.licence_share = float(N.r_yield[r]), float(N.r_licence_share[r])
        self.cost = float(N.r_cost[r])
        self.base_output: list[float] = N.r_output[r].tolist()
        self.output = list(self.base_output)
        whole = sum(self.output)
        self.product = [P.refiner_cover_months / 12.0 * made for made in self.output]
        self.feed = [P.feed_cover_months / 12.0 * self.base_feed * made / whole for made in self.output]
        self.orders: list[list[Link]] = [[] for _ in self.output]
        self.licence = self.ask = self.book_t = self.book_kusd = self.sales = 0.0
        self.refined = self.ore_ordered = self.licence_used = 0.0

    def target(self, m: int) -> float:
        return self.model.P.refiner_cover_months / 12.0 * max(self.base_output[m], self.output[m])

    def presence(self, m: int) -> float:
        """How large it stands before buyers at home: outside by its output and what product lies ready."""
        if self.inside:
            return 1.0
        surplus = self.product[m] - self.model.P.refiner_cover_months / 12.0 * self.output[m]
        return max(0.0, (self.output[m] + surplus / 0.25) / self.base_output[m])

    def sell(self) -> None:
        """Serve what was asked, within licence and product."""
        P, dt = self.model.P, self.model.dt
        licensed = self.allowed_part()
        self.book_t *= exp(-dt / BOOK_YEARS)
        self.book_kusd *= exp(-dt / BOOK_YEARS)
        self.sales *= exp(-dt / SALES_YEARS)
        self.licence_used = 0.0
        for m, links in enumerate(self.orders):
            for link in links:
                if link.crosses:
                    link.asked *= licensed
            asked = sum(link.asked for link in links)
            kept_back = min(P.withhold_high, max(0.0, P.withhold_growth * self.markets[m].growth))
            fill = min(1.0, self.product[m] * (1.0 - kept_back) / asked) if asked > 0.0 else 0.0
            for link in links:
                link.shipped = link.asked * fill
                self.product[m] -= link.shipped
                if link.crosses:
                    self.export(link, m, fill)
                else:
                    link.deliver(link.shipped)
                    link.buyer.buy(self, link.shipped * self.markets[m].price)
        self.licence = max(0.0, self.licence - self.licence_used)
        self.orders = [[] for _ in self.orders]

    def export(self, link: Link, m: int, fill: float) -> None:
        """Sell across the border, at the outside price and its own rent above or below what others ask."""
        state, dt = self.model.state, self.model.dt
        ship, inside, price = link.shipped, self.markets[m].price, link.position.market.price
        duty = inside * state.tax[m]
        if state.quota_on:
            booked = link.ordered * fill * (1.0 - exp(-dt / BOOK_YEARS))
            self.book_t += booked
            self.book_kusd += booked * (inside + duty)
            self.licence_used += ship
            price = max(0.3 * price, price + self.ask - state.rent_asked)
        self.sales += ship * (1.0 - exp(-dt / SALES_YEARS))
        link.buyer.buy(self, ship * price)
        self.pay(state, ship * duty)
        self.pay(self.model.rest_of_world, ship * state.freight)
        state.tax_kusd += ship * duty
        state.rent_kusd += ship * (price - inside - duty - state.freight)
        state.take(link)

    def allowed_part(self) -> float:
        """Share of its exports that the licence lets go this week: an even pace over what is left, a little faster."""
        P, state = self.model.P, self.model.state
        need = sum(link.asked for links in self.orders for link in links if link.crosses)
        if not state.quota_on or need <= 0.0:
            return 1.0
        weeks = state.weeks_left()
        allowed = self.licence if weeks <= 1.0 else min(self.licence, P.licence_burst * self.licence / weeks)
        return min(1.0, allowed / need)

    def run(self) -> None:
        """Refine ore: less when product piles up; keep or discard what is made; order ore."""
        P, dt = self.model.P, self.model.dt
        feed = sum(self.feed)
        if self.inside:
            price = [market.price for market in self.markets]
            held = sum(p * (have + made * dt) for p, have, made in zip(price, self.product, self.output, strict=True))
            fullness = held / sum(p * self.target(m) for m, p in enumerate(price))
            pace = max(P.run_low, 1.0 + P.run_response * (1.0 - fullness))
            wish = min(self.capacity * dt, self.base_feed * dt * pace)
            self.refined = min(wish, feed)
        else:
            wish = self.base_feed * dt
            self.refined = min(self.capacity * dt, feed * 12.0 / P.feed_cover_months * dt)
        for m, ore in enumerate(self.feed):
            taken = ore * self.refined / feed if feed > 0.0 else 0.0
            made = taken * self.yields
            self.feed[m] -= taken
            self.output[m] = made / dt + (self.output[m] - made / dt) * exp(-dt / 0.5)
            self.product[m] = min(self.product[m] + made, P.discard_cover * self.target(m))
        self.pay(self.model.rest_of_world, self.refined * self.cost)
        wanted = P.feed_cover_months / 12.0 * wish / dt
        self.ore_ordered = max(0.0, wish + (wanted - (feed - self.refined + wish)) * dt / P.stocking_years)

    def show_stock(self) -> None:
        if self.inside:
            for m, market in enumerate(self.markets):
                market.wanted += self.target(m)
                market.stock += self.product[m]


class Mine(Party):
    """A legal mine that ships its basket to refiners; `feeds` holds (refiner, share of the ore, part of its feed)."""

    def __init__(self, model: ReducedWorld, layout: Layout, k: int, refiners: list[Refiner]):
        super().__init__(model)
        N = layout.N
        abroad = N.k_zone[k] == 0  # mines there run at most as in the base year
        self.most = float(min(N.k_capacity[k], N.k_base[k]) if abroad else N.k_capacity[k])
        self.cost, self.payable, self.refining = float(N.k_cost[k]), float(N.k_payable[k]), float(N.k_refining[k])
        self.basket: list[float] = N.k_basket[k].tolist()
        self.markets = model.markets[N.k_refiner_zone[k]]
        links = range(N.k_link[k], N.k_link[k + 1])
        self.feeds = [(refiners[N.l_ref[i]], float(N.l_share[i]), float(N.l_part[i])) for i in links]
        self.runs = True
        self.poor_years = self.mined = 0.0

    def ship(self) -> None:
        """Ship what is ordered, within capacity, less when ore pays below cost; stop after long losses."""
        P, dt = self.model.P, self.model.dt
        value = sum(part * market.price for part, market in zip(self.basket, self.markets, strict=True))
        ore = self.payable * max(0.0, value - self.refining)
        can = self.most * dt * min(1.0, max(0.0, 2.0 * ore / self.cost - 1.0)) if self.runs else 0.0
        called = sum(part * refiner.ore_ordered for refiner, _, part in self.feeds)
        free = not self.feeds[0][0].inside  # outside, mine and plant are one firm: all ore goes there
        self.mined = can if free else min(can, called)
        can_send = self.mined / called if called > 0.0 else 0.0
        for refiner, share, part in self.feeds:
            sent = self.mined * share if free else can_send * part * refiner.ore_ordered
            for m, in_ore in enumerate(self.basket):
                refiner.feed[m] += sent * in_ore
            refiner.pay(self, sent * ore)
        self.pay(self.model.rest_of_world, self.mined * self.cost)
        if self.runs:
            self.poor_years = self.poor_years + dt if ore < 0.75 * self.cost else 0.0
            self.runs = self.poor_years <= P.mothball_years
        elif ore > 1.1 * self.cost:
            self.runs, self.poor_years = True, 0.0
