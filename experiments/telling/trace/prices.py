"""How the spot price of a material in a country came about in a week: who wanted what and what there was, what came and
left by which passage, which passage set the price, and what holders expected and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log

from chokepoint.experiments.telling.trace.beliefs import WEEKS_A_YEAR, beliefs
from chokepoint.experiments.telling.trace.entry import number
from chokepoint.experiments.telling.trace.watch import Rules, Watch
from chokepoint.sim.market.mechanisms.clearing import SHUT
from chokepoint.sim.market.mechanisms.expectation import CARRY, news_of
from chokepoint.sim.market.mechanisms.routes import FULL
from chokepoint.sim.politics.governed import GovernedWorld

SPECK = 0.01  # of what a country buys and sells abroad: passages that carry less set its price only if no other does
MOST_WAYS = 4  # cheapest ways by which goods could come, told of as options
BY_LAW = 0.999  # of the room that the law, or loading, leaves: a passage that can carry so much is limited by it
LITTLE = 1e-6  # of a log price: what is not told of
BY_QUOTA, NOBODY = "its quota lets nothing go", "nobody holds or ships any"


@dataclass(frozen=True)
class Passage:
    """A passage into a market or out of it, in one week.

    name: such as `from China` or `to Japan, smuggled`. flow_t, room_t: what it carries and could carry, t this week.
    price, tax, rent, cost: what the price at its far end is made of, USD/kg: price where it begins, export tax and
    import tariff, rent on the licences that a kilogram needs, freight and the like. margin_share: log of the price
    where it ends over the sum.
    state: open, full, shut, or does not pay; why: what keeps more from passing, empty if nothing does.
    """

    name: str
    comes: bool
    flow_t: float
    room_t: float
    price: float
    tax: float
    rent: float
    cost: float
    margin_share: float
    state: str
    why: str

    @property
    def limit(self) -> str:
        """Why it is full or shut, in words; empty where it is not, or where nobody would ship anyhow."""
        stops = self.state in ("full", "shut") and self.why not in ("", NOBODY)
        return f"{self.name} {self.state}: {self.why}" if stops else ""

    @property
    def landed(self) -> float:
        """What a kilogram costs where the passage ends, USD/kg."""
        return self.price + self.tax + self.rent + self.cost


def barrier(world: GovernedWorld, passage: int) -> str:
    """What of the law keeps cargo from a passage now, in words; empty where nothing does."""
    N, I, S = world.N, world.I, world.S
    z, here, there = int(N.v_zone[passage]), int(N.v_here[passage]), int(N.v_there[passage])
    if N.v_legal[passage] == 0:
        return ""
    c, origin, m = int(N.q_country[there]), int(N.q_country[here]), int(N.q_mat[there])
    found = {
        "import ban": I.import_ban[c, origin, m] > 0.0, "ban on shipping on": I.own_output_only[origin, m] > 0.0,
    }  # fmt: skip
    if z > 0:
        needs = N.v_licensed[passage] > 0.0
        found |= {
            "embargo": I.embargo[z, c, m] * N.v_embargoed[passage] > 0.0, "closed border": I.closure[z, c, m] > 0.0,
            "inspection": I.inspection[z, c, m] > I.normal_inspection[z],
            "refused licences": I.refused[z, c, m] > 0.0 and needs,
            "permits not yet decided": S.decided[z, c, m] < 1.0 and needs,
        }  # fmt: skip
    return ", ".join(word for word, holds in found.items() if holds)


def passage_of(world: GovernedWorld, passage: int, market: int) -> Passage:
    """A passage as seen from the market at one of its ends, right after the phase `clearing`."""
    N, S, dt = world.N, world.S, world.dt
    here, there = int(N.v_here[passage]), int(N.v_there[passage])
    group = int(S.group[passage])
    price, tax = exp(float(S.price_ln[here])), float(S.tax[passage])
    rent = float(S.rent[group]) * float(N.v_gross[passage]) if group >= 0 else 0.0
    duty = float(S.tariff[passage]) * (price * (1.0 + tax) + rent)
    before_cost = price * (1.0 + tax) + rent + duty
    flow, room = float(S.flow[passage]), float(S.room[passage])
    margin = float(S.price_ln[there]) - log(before_cost) - float(N.v_cost[passage])
    law = barrier(world, passage)
    none_by_quota = group >= 0 and S.quota[group] == SHUT
    if room <= 0.0 or none_by_quota:
        state, why = "shut", law or (BY_QUOTA if none_by_quota else NOBODY)
    elif flow >= FULL * room:
        bound_by_law = law and room >= BY_LAW * float(S.open_share[passage] * N.v_flow[passage])
        loaded = room >= BY_LAW * float(S.loading[passage])
        state, why = "full", law if bound_by_law else "loading" if loaded else "what stocks there can let go"
        if N.v_legal[passage] == 0:
            why = "smugglers' routes"
    else:
        state = "open" if flow > 0.0 else "does not pay"
        why = "licences are used up" if rent > 0.0 else ""
    comes = there == market
    other = world.countries[N.q_country[here if comes else there]]
    return Passage(
        f"{'from' if comes else 'to'} {other}" + ("" if N.v_legal[passage] else ", smuggled"),
        comes, flow * dt, room * dt, price, price * tax + duty, rent,
        before_cost * (exp(float(N.v_cost[passage])) - 1.0), margin, state, why,
    )  # fmt: skip


def passages_of(world: GovernedWorld, market: int) -> list[Passage]:
    """Every passage into a market and out of it, those that carry most first."""
    N = world.N
    chosen = [v for v in range(len(N.v_here)) if market in (N.v_here[v], N.v_there[v])]
    return sorted((passage_of(world, v, market) for v in chosen), key=lambda p: (-p.flow_t, p.name))


def setter(passages: Sequence[Passage]) -> Passage | None:
    """The passage that sets the price: of those that are open with room left, the one with the least margin.

    None where no passage is: then what there is at home sets it.
    """
    open_ones = [p for p in passages if p.state == "open"]
    total = sum(p.flow_t for p in passages)
    large = [p for p in open_ones if p.flow_t >= SPECK * total]
    return min(large or open_ones, key=lambda p: p.margin_share, default=None)


def balance(world: GovernedWorld, rules: Rules, market: int) -> dict[str, float]:
    """Who wanted what and what there was, t this week, right after the phase `clearing`: both add up to the same.

    Wanted: `use_t`, `fill_stocks_t`, `buy_ahead_t` (of a date), `for_reserves_t`, `go_abroad_t`. There: `made_t`,
    `stocks_let_go_t`, `reserves_let_go_t`, `come_from_abroad_t` (on its way from now on). `left_over_t`: what the rules
    of the week leave over, zero but for rounding. Beside them `wanted_stock_t` at this price, `held_t`, and the time
    over which the gap is closed.
    """
    N, P, S, dt, q = world.N, world.P, world.S, world.dt, market
    price = float(S.price_ln[q])
    gap, above, level = price - float(N.q_base_ln[q]), float(S.holders_ln[q]) - price, float(S.use_level[q])
    use = rules["firm.use"](gap, level, P.use_elasticity, P.choke)[0]
    made = rules["mine.output"](gap, float(S.output_level[q]), float(S.supply_elasticity[q]), float(S.spare[q]))[0]
    wanted = rules["firm.wanted"](above, float(S.wanted_here[q]), P.stock_elasticity)[0]
    wanted *= use / level if level > 0.0 else 1.0
    paces = float(S.fill_of[q]), float(S.release_of[q])
    bought = rules["firm.filled"](wanted - float(S.held[q]), 0.0, *paces)[0]
    ahead = rules["firm.wanted"](above, float(S.forward_buying[q]), P.stock_elasticity)[0]
    relief = float(S.relief_in[q])
    come = float(S.flow[N.v_there == q].sum())
    gone = float(S.flow[N.v_here == q].sum())
    terms = {
        "use": use, "fill_stocks": max(0.0, bought), "buy_ahead": ahead,
        "for_reserves": float(S.state_buying[q]) + relief, "go_abroad": gone,
        "made": made, "stocks_let_go": max(0.0, -bought), "reserves_let_go": relief, "come_from_abroad": come,
    }  # fmt: skip
    names = list(terms)
    left = sum(terms[n] for n in names[:5]) - sum(terms[n] for n in names[5:])
    found = {f"{name}_t": value * dt for name, value in terms.items()}
    return found | {
        "left_over_t": left * dt, "wanted_stock_t": wanted, "held_t": float(S.held[q]),
        "gap_closed_over_years": paces[0] if bought > 0.0 else paces[1],
    }  # fmt: skip


WANTED = ("use_t", "fill_stocks_t", "buy_ahead_t", "for_reserves_t", "go_abroad_t")
THERE = ("made_t", "stocks_let_go_t", "reserves_let_go_t", "come_from_abroad_t")


def in_words(terms: dict[str, float], names: Sequence[str]) -> str:
    """Terms that are not nothing, largest first."""
    shown = sorted((n for n in names if terms[n] > 1e-9), key=lambda n: -terms[n])
    return ", ".join(f"{n.removesuffix('_t').replace('_', ' ')} {number(terms[n])} t" for n in shown) or "nothing"


def made_of(passage: Passage) -> str:
    """What the price where a passage ends is made of, in words."""
    parts = [
        f"spot price there {number(passage.price)}" if passage.comes else f"spot price here {number(passage.price)}"
    ]
    parts += [
        f"{word} {number(value)}" for word, value in (("tax", passage.tax), ("rent on licences", passage.rent)) if value
    ]
    return " + ".join([*parts, f"cost of the way {number(passage.cost)}"]) + f" = {number(passage.landed)} USD/kg"


class PriceWatch(Watch):
    """The spot prices of a country, a market for each material."""

    def __init__(self, world: GovernedWorld, rules: Rules, index: int, material: str | None = None):
        super().__init__(world, rules, f"spot price in {world.countries[index]}", material)
        there = {m: int(world.N.q_of[index, m]) for m in self.materials}
        self.markets = {q: world.materials[m] for m, q in there.items() if q >= 0}
        self.country = index

    def before_clearing(self) -> None:
        self.last_week = {q: exp(float(self.world.S.price_ln[q])) for q in self.markets}

    def after_clearing(self) -> None:
        for market, material in self.markets.items():
            found = passages_of(self.world, market)
            self._price(market, material, found)
            self._balance(market, material)
            self._passages(material, found)
            self._expected(market, material)

    def _price(self, market: int, material: str, found: Sequence[Passage]) -> None:
        N, S = self.world.N, self.world.S
        price = exp(float(S.price_ln[market]))
        seen = {
            "base_year_usd_per_kg": exp(float(N.q_base_ln[market])), "last_week_usd_per_kg": self.last_week[market],
            "thought_normal_usd_per_kg": exp(float(S.normal_ln[market])),
            "expected_usd_per_kg": exp(float(S.holders_ln[market])),
        }  # fmt: skip
        by = setter(found)
        if by is None:
            limits = [p.limit for p in found if p.limit]
            reason = "no passage is open with room left; what there is at home sets it"
            reason += f": {'; '.join(limits)}" if limits else ""
        else:
            seen |= {
                "begins_at_usd_per_kg": by.price, "tax_usd_per_kg": by.tax, "rent_usd_per_kg": by.rent,
                "cost_of_the_way_usd_per_kg": by.cost, "landed_usd_per_kg": by.landed, "margin_share": by.margin_share,
            }  # fmt: skip
            reason = f"set by the passage {by.name}, which has room left ({number(by.flow_t)} of {number(by.room_t)} t)"
            reason += f": {made_of(by)}"
            limits = [p.limit for p in found if p.comes and p.limit]
            reason += f"; {'; '.join(limits)}" if limits else ""
        ways = sorted((p for p in found if p.comes and p.state != "shut"), key=lambda p: p.landed)[:MOST_WAYS]
        options = {f"landed {p.name}_usd_per_kg": p.landed for p in ways}
        self.note(f"spot price of {material}", seen, options, f"{number(price)} USD/kg", reason)

    def _balance(self, market: int, material: str) -> None:
        terms = balance(self.world, self.rules, market)
        size = float(self.world.N.q_size[market]) * self.world.dt
        left = float(self.world.S.excess[market]) * self.world.dt
        self.agree(f"what is left over of {material}", left / size, terms["left_over_t"] / size)
        wanted = sum(terms[name] for name in WANTED)
        S, dt = self.world.S, self.world.dt
        seen = {
            "use_at_base_price_t": float(S.use_level[market]) * dt,
            "given_up_for_good_share": 1.0 - exp(-float(S.saved[market])),
            "wanted_stock_t": terms["wanted_stock_t"], "held_and_under_way_t": terms["held_t"],
            "held_for_a_date_t": float(S.forward[market]), "gap_closed_over_years": terms["gap_closed_over_years"],
        }  # fmt: skip
        options = {name: terms[name] for name in (*WANTED, *THERE)}
        reason = f"wanted: {in_words(terms, WANTED)}; there: {in_words(terms, THERE)}"
        self.note(f"who wants {material}", seen, options, f"{number(wanted)} t meet as much", reason)

    def _passages(self, material: str, found: Sequence[Passage]) -> None:
        carrying = [p for p in found if p.flow_t > 0.0]
        stopped = [p for p in found if p.limit]
        seen = {f"room {p.name}_t": p.room_t for p in found if p.flow_t > 0.0 or p in stopped}
        seen |= {f"rent {p.name}_usd_per_kg": p.rent for p in carrying if p.rent > 0.0}
        seen |= {f"tax {p.name}_usd_per_kg": p.tax for p in carrying if p.tax > 0.0}
        come, gone = (sum(p.flow_t for p in found if p.comes == way) for way in (True, False))
        parts = [p.limit for p in stopped]
        parts += [f"{p.name} open at a rent, as {p.why}" for p in carrying if p.state == "open" and p.why]
        reason = "; ".join(parts) or ("nothing keeps goods from passing" if carrying else "no passage pays")
        choice = f"{number(come)} t come, {number(gone)} t leave"
        options = {f"{p.name}_t": p.flow_t for p in carrying}
        self.note(f"passages of {material}", seen, options, choice, reason)

    def _expected(self, market: int, material: str) -> None:
        S, dt = self.world.S, self.world.dt
        expected, normal = exp(float(S.holders_ln[market])), exp(float(S.normal_ln[market]))
        least, middle, most = (exp(float(price)) for price in S.ahead_ln[:, market])
        years = min(S.path.shape[1], max(2, int(self.world.P.horizon_years / dt + 0.5))) * dt
        seen = {
            "thought_normal_usd_per_kg": normal, "horizon_years": years,
            "use_to_be_given_up_share": float(S.loss[market]),
            "until_it_begins_weeks": float(S.until_date[market]) * WEEKS_A_YEAR,
            "stock_counted_on_t": float(S.usable_stock[market]) * years,
            "believed_in_reserves_t": float(S.believed_reserve[market]),
        }  # fmt: skip
        options = {
            "least_withheld_usd_per_kg": least, "part_withheld_usd_per_kg": middle, "most_withheld_usd_per_kg": most
        }  # fmt: skip
        why = beliefs(self.world, market)
        why += self._until_then(market)
        reason = "; ".join(why) or "nothing is believed to be withheld"
        self.note(f"expected price of {material}", seen, options, f"{number(expected)} USD/kg", reason)

    def _until_then(self, market: int) -> list[str]:
        """What parts the price that holders expect from the one that clears the horizon, in words: carry up to a date,
        and what a state that restricts its exports makes of it for those at home."""
        N, I, S = self.world.N, self.world.I, self.world.S
        normal, horizon, held = (float(x[market]) for x in (S.normal_ln, S.expected_ln, S.holders_ln))
        carry = max(0.0, min(CARRY * float(S.until_date[market]), horizon - normal))
        if N.zone_of_country[self.country] <= 0:
            self.agree(f"expected price of {self.markets[market]}", held, horizon - carry)
        why = []
        if carry > LITTLE:
            why.append(
                f"from the date on it would be {number(exp(horizon))} USD/kg, and until then interest and storage take"
                f" {100.0 * (1.0 - exp(-carry)):.3g} % off"
            )
        if abs(held - (horizon - carry)) > LITTLE:
            zone, actor, step = int(N.zone_of_country[self.country]), self.country, self.world.step
            group = 2 * (zone - 1) + int(I.quota_part[zone, N.q_mat[market]])
            begun = news_of(step, self.world.dt, actor, I, S)[0] or S.bound_for[group] > 0.0
            do = "share in part what those abroad expect" if begun else "keep until then what use at home needs"
            alone = number(exp(horizon - carry))
            why.append(f"alone it would be {alone} USD/kg; holders here, whose state restricts exports, {do}")
        return why
