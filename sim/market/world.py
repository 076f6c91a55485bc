"""The world of one run: its state, and the loop from policy date to policy date."""

from __future__ import annotations

import bisect
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from chokepoint.agents.exporting_state import ExportingState, Measure
from chokepoint.agents.importing_government import ImportingGovernment
from chokepoint.sim.engine import draws
from chokepoint.sim.engine.rules import RuleSet
from chokepoint.sim.market.phases import PHASES
from chokepoint.sim.market.state import TRADER, USER, Influences, Instruments, Record, State, addresses
from chokepoint.sim.network.layout import Layout
from chokepoint.sim.politics import decisions, litigation, pledges, policy
from chokepoint.sim.politics.news import Announced, heard_in
from chokepoint.sim.politics.reserve_policy import programmes
from chokepoint.sim.politics.tension import Tension

if TYPE_CHECKING:
    from chokepoint.sim.politics.outlook import Ending

BEFORE = 10**6  # a week number for draws that precede the first week


class World:
    """One run: state, instruments and record over a layout; `run()` goes from policy date to policy date."""

    def __init__(self, layout: Layout, rules: RuleSet | None = None, seed: int = 1, run: int = 0):
        self.layout = layout
        self.N, self.P = layout.N, layout.P
        self.calendar, self.dt = layout.calendar, layout.dt
        self.countries, self.materials, self.mines = layout.countries, layout.materials, layout.mines
        self.reserve_slots = layout.reserve_slots
        self.rules = rules or RuleSet()
        self.seed, self.replication = int(seed), int(run)
        self.step = 0
        self.carry_over: dict[int, int] = {}  # by zone: the year whose licences those of the year before may add to
        self.licence_years: dict[int, int] = {}
        self.holds: list[Measure] = []
        self.cases: list[litigation.Case] = []
        scenario = layout.scenario
        self.quotas: dict[int, float | None] = {}  # the latest half-year's quota of each zone, t gross
        self.measures = policy.measures(scenario)
        self.exporting, self.importing = policy.states(scenario, self.measures)
        self.tension = Tension(scenario, self.calendar, self.seed, self.replication)
        heard = heard_in(layout)
        self.heard = Announced(heard, self.P)
        self.taxes: dict[tuple[int, int], float] = {}  # (zone, material): export tax that a doctrine's own replaced
        self.cash_at: dict[int, np.ndarray] = {}  # accounts, and worth of stocks, at decisions of doctrines
        self.worth_at: dict[int, np.ndarray] = {}
        self.last = self.calendar.steps
        self.X = Influences(
            activity=layout.activity, news=heard.alarm(self.seed, self.replication),
            delayed=layout.delayed, transit=layout.transit, late=layout.late,
        )  # fmt: skip
        self.I = self._instruments()
        self.S = self._state()
        self.R = self._record()
        bundles = {"N": self.N, "X": self.X, "I": self.I, "S": self.S, "R": self.R}
        self.places = addresses("N", self.N)
        self.kernel = self.rules.kernel().bind(self.P, bundles, {"N": self.places})
        self.due: dict[int, list[ExportingState | ImportingGovernment]] = {}
        deciders: list[ExportingState | ImportingGovernment] = [*self.exporting, *self.importing]
        for state in deciders:
            for step in {max(self.calendar.step_of(day), 0) for day in state.history.dates()}:
                self.due.setdefault(step, []).append(state)
        self.programmes = programmes(self)
        self.endings: list[Ending] = []  # what a roll-out ends on a date
        self.rhythms = decisions.rhythms(self)
        self.conceded: dict[tuple[str, str], float] = {}  # by whom to whom, and how tense they were then
        steps = {step for programme in self.programmes for step in programme.steps}
        steps |= {step for _, rhythm in self.rhythms for step in rhythm}
        self.policy_steps = sorted({*self.due, *steps})

    def zone_of(self, country: str) -> int:
        """The zone of an exporting state."""
        return int(self.N.zone_of_country[self.countries.index(country)])

    def _instruments(self) -> Instruments:
        N, choices = self.N, self.layout.scenario.choices
        nZ, nM = N.base_price.shape
        nC, nR, nS, nK = len(self.countries), len(N.r_zone), len(N.s_firm), len(N.k_zone)
        forms = [f.form for f in self.layout.scenario.forms]
        covered = np.array([1.0 if f in choices.quota_forms else 0.0 for f in forms])
        embargoed = np.array([1.0 if f in choices.embargo_forms else 0.0 for f in forms])
        return Instruments(
            tax=N.price_tax0.copy(), quota_on=np.zeros(nZ), quota_part=np.zeros((nZ, nM), dtype=np.int64),
            licence=np.zeros((nR, 2)), licence_end=np.zeros(nZ), form_quota=np.tile(covered, (nZ, 1)),
            form_embargo=np.tile(embargoed, (nZ, 1)), embargo=np.zeros((nZ, nC)),
            inspection=np.full((nZ, nC), choices.normal_inspection), closure=np.zeros((nZ, nC)),
            permit_weeks=np.zeros((nZ, nC)), refused=np.zeros((nZ, nC)),
            normal_inspection=np.full(nZ, choices.normal_inspection), subsidy=np.zeros(nZ),
            production_quota=np.full((nZ, 3), -1.0), support=np.zeros(nK), campaigns=np.zeros(nK),
            held=np.zeros(nK), reserve_pace=np.zeros(nS),
            reserve_target=np.zeros(nS), reserve_ceiling=np.zeros(nS), reserve_release=np.zeros(nS),
            **pledges.instruments(choices, nK, nR, nC),
            reserve_watch=np.zeros(nS), claim_target=np.zeros(nS), claim_pace=np.zeros(nS),
            reserve_reach=np.eye(nC), private_floor=np.zeros((nC, nM)),
        )  # fmt: skip

    def _under_way(self, pipe: np.ndarray) -> np.ndarray:
        """Tonnes under way to each slot: (slots,)."""
        slots = len(self.N.s_firm)
        return np.bincount(np.repeat(np.arange(slots), np.diff(self.N.s_way)), pipe.sum(axis=0), slots)

    def _traits(self, purpose: str, sd: float) -> np.ndarray:
        """Log-normal traits of firms, one for each purpose."""
        luck = draws.stream(self.seed, self.replication, draws.TRAIT)
        return np.exp(sd * draws.normals(luck, self.layout.trait_keys[purpose], 0))

    def _state(self) -> State:
        N, P, dt = self.N, self.P, self.dt
        nZ, nM = N.base_price.shape
        nC, nF, nS = len(self.countries), len(N.f_kind), len(N.s_firm)
        nR, nE, nK = len(N.r_zone), len(N.e_slot), len(N.k_zone)
        price = N.base_price.copy()
        trait_cover = self._traits("cover", P.noise_trait)
        want = np.where(N.f_kind[N.s_firm] == USER, N.s_base * dt, 0.0)
        want = np.where(N.f_open[N.s_firm] > 0, 0.0, want)
        months = np.where(N.s_zone == 0, P.cover_outside_months, P.cover_inside_months) * trait_cover[N.s_firm]
        stock = months / 12.0 * want * (1.0 - N.f_old_scrap[N.s_firm]) / dt
        trading = N.f_kind[N.s_firm] == TRADER
        normal = P.trader_cover_months / 12.0 * N.trade_base[N.s_zone, N.s_mat] * N.s_trade_share
        stock = np.where(trading, normal, stock)
        pipe = np.zeros((int(N.e_lag.max() + self.X.transit.max()) + 1, len(N.w_origin)))
        bought = want * (1.0 - N.f_scrap[N.s_firm])
        selling = (N.r_output > 0.0)[N.e_ref, N.e_mat]  # not yet: plants that are planned
        flow = N.e_share * bought[N.e_slot] * selling
        for lag in np.unique(N.e_lag):
            chosen = N.e_lag == lag
            pipe[:lag] += np.bincount(N.e_way[chosen], flow[chosen], len(N.w_origin))
        pipe_sum = self._under_way(pipe)
        product = P.refiner_cover_months / 12.0 * N.r_output
        shares = np.divide(
            N.r_output, N.r_output.sum(axis=1, keepdims=True), out=np.zeros_like(N.r_output),
            where=N.r_output.sum(axis=1, keepdims=True) > 0,
        )  # fmt: skip
        feed = P.feed_cover_months / 12.0 * N.r_base[:, None] * shares
        operating = N.k_project == 0
        k_value = np.zeros((nK, 4))
        k_value[:] = self.layout.k_value0[:, None]
        luck = draws.stream(self.seed, self.replication, draws.DELAY)
        delay = np.exp(P.noise_delay * draws.normals(luck, N.k_key, 0))
        demand = draws.stream(self.seed, self.replication, draws.DEMAND)
        noise = P.noise_demand * draws.normals(demand, N.f_key, BEFORE)
        mooded = draws.stream(self.seed, self.replication, draws.MOOD)
        mood = P.noise_mood * draws.normals(mooded, N.f_key, BEFORE)
        mood = np.where(N.f_kind == TRADER, mood, 0.0)
        inventory = stock.copy()
        opening = np.zeros(nM)
        np.add.at(opening, N.s_mat, inventory + pipe_sum)
        opening += product.sum(axis=0) + feed.sum(axis=0)
        slow = np.repeat(price[:, :, None], 2, axis=2)
        return State(
            price=price, habitual=price.copy(), slow=slow, gap=np.zeros((nZ, nM, 2)),
            border_gap=np.log(N.base_price[0] / (N.base_price * (1.0 + N.price_tax0))),
            trend=np.zeros((nZ, nM)), growth=np.zeros((nZ, nM)),
            ask=np.zeros(nR), ask_mean=np.zeros(nZ), in_products=N.s_base * N.f_life[N.s_firm],
            stock=stock, wanted=inventory.copy(), pipe=pipe,
            pipe_sum=pipe_sum, want=want.copy(), expected=want.copy(), order=bought.copy(), received=bought.copy(),
            unfilled=np.zeros(nF), intensity=np.ones(nS), scale=np.ones(nS), risk=np.zeros(nF), shun=np.ones(nF),
            country_risk=np.zeros(nC), noise=noise, mood=mood, trait_cover=trait_cover,
            trait_risk=self._traits("risk", P.noise_trait), trait_growth=self._traits("growth", P.noise_trait),
            e_trust=np.ones(nE),
            e_appeal=np.ones(nE), e_order=np.zeros(nE), e_queue=np.zeros(nE), e_ship=np.zeros(nE),
            product=product, feed=feed, run=N.r_base * dt, output=N.r_output.copy(),
            presence=np.where(N.r_output > 0.0, 1.0, 0.0), spot=np.zeros((2, nC)), shipments=np.zeros(nR),
            book=np.zeros((nR, 3)), withheld=np.zeros((nR, nM)),
            suppressed=np.zeros(nZ), busy=np.zeros((nZ, nC)), full=np.zeros((nZ, nC)),
            queued=np.zeros((nZ, nC)), fresh=np.zeros((nZ, nC)), line=np.zeros(1),
            k_state=operating.astype(np.int64), k_stopped=np.zeros(nK), k_pits=np.ones(nK), k_clock=np.zeros(nK),
            k_output=np.where(operating, N.k_base * dt, 0.0), k_value=k_value, k_losses=np.zeros(nK),
            k_debt=np.zeros(nK), k_delay=delay, cash=np.zeros(len(self.layout.accounts)), rent_of=np.zeros(nR),
            mined=np.zeros(nM), lost=np.zeros(nM), used=np.zeros(nM), scrapped=np.zeros(nM),
            discarded=np.zeros(nM), opening=opening,
            leak=self.layout.first_leak.copy(), asked=np.zeros((nR, nM)), grey=np.zeros((nR, nM)),
            smuggled=np.zeros((nR, nM)),
            licence_need=np.zeros((nR, 2)), wanted_zone=np.zeros((nZ, nM)), stock_zone=np.zeros((nZ, nM)),
            demanded=np.zeros((nZ, nM)), offered=np.zeros((nZ, nM)),
            turnover=np.ones((nZ, nM)), using=np.zeros((nZ, nM)), k_called=np.zeros(nK),
            state_buying=np.zeros((nZ, nM)), usual_buying=np.zeros((nZ, nM)), buying_news=np.zeros((nZ, nM)),
            backed=np.zeros((nC, nM)), seen=np.zeros(nS), seen_buying=np.zeros(nS),
            stream_demand=np.array([demand]), stream_mood=np.array([mooded]),
            k_owed=np.zeros((nK, nC)), k_term=np.zeros((nK, nC)), r_owed=np.zeros((nR, nC)),
            r_term=np.zeros((nR, nC)), works_clock=np.zeros((nR, nC)), k_book=np.zeros(nK), r_book=np.zeros(nR),
        )  # fmt: skip

    def _record(self) -> Record:
        T = self.calendar.steps
        N = self.N
        nZ, nM = N.base_price.shape
        nC, nR, nK = len(self.countries), len(N.r_zone), len(N.k_zone)
        z = np.zeros
        return Record(
            price=z((T, nZ, nM)), ask=z((T, nZ)), exports=z((T, nZ, nC)), exports_open=z((T, nZ, nC)),
            leaked=z((T, nZ, nC)), arrivals=z((T, nC, nC)), use=z((T, nC)), scrap=z((T, nC)),
            shortfall=z((T, nC)), stock=z((T, nC, nM)), use_material=z((T, nC, nM)),
            risk=z((T, nC)), mined=z((T, nK)), defaulted=z((T, nK)),
            refined=z((T, nR)), licence_used=z((T, nR)), discarded=z((T, nM)),
            tax=z((T, nZ)), rent=z((T, nZ)), queue=z((T, nZ, nC)), orders=z((T, 3)), held=z((T, nC, nM)),
            aid=z((T, nC)), lost_value=z((T, nC)), bill=z((T, nC)), reserve_spent=z((T, nC)), relief=z((T, nC)),
            released=z((T, nC, nM)), seen=z((T, nC, nM)),
        )  # fmt: skip

    def advance(self, stop: int) -> None:
        """Run to step `stop`, stopping for decisions on policy dates."""
        stop = min(stop, self.last)
        while self.step < stop:
            decisions.decide(self)
            later = bisect.bisect_right(self.policy_steps, self.step)
            until = min([stop, *self.policy_steps[later : later + 1]])
            if any(m.end is None or m.end >= self.day() for m in self.holds):
                until = self.step + 1  # while cargo is held, the share of days changes week by week
            self.kernel.run(self.step, until, self.dt)
            self.step = until

    def run(self) -> World:
        self.advance(self.last)
        return self

    def day(self) -> date:
        return self.calendar.day_of(self.step)

    def mass(self) -> tuple[np.ndarray, np.ndarray]:
        """Tonnes in the world by material, and what the ledger says there should be."""
        S, N = self.S, self.N
        held = S.product.sum(axis=0) + S.feed.sum(axis=0)
        np.add.at(held, N.s_mat, S.stock + self._under_way(S.pipe))
        np.add.at(held, N.s_mat[N.e_slot], S.e_queue)
        booked = S.opening + S.mined + S.scrapped - S.used - S.lost - S.discarded
        return held, booked

    def check(self) -> list[str]:
        """Faults of the state, each with agent, material and size; empty when all is well."""
        faults = []
        S = self.S
        held, booked = self.mass()
        for m, name in enumerate(self.materials):
            if abs(held[m] - booked[m]) > 1e-9 * max(1.0, S.opening[m] + S.mined[m]):
                faults.append(f"{self.day()}: {name}: {held[m]:.6f} t in the world, {booked[m]:.6f} t in the ledger")
            for z, zone in enumerate(self.layout.zones):
                if not np.isfinite(S.price[z, m]) or S.price[z, m] <= 0.0:
                    faults.append(f"{self.day()}: price of {name} in {zone} is {S.price[z, m]} USD/kg")
        for s in np.flatnonzero(~(S.stock >= -1e-9)):
            faults.append(
                f"{self.day()}: {self.layout.firms[self.N.s_firm[s]]} holds {S.stock[s]:.6f} t "
                f"of {self.materials[self.N.s_mat[s]]}"
            )
        for r, m in zip(*np.nonzero(~(S.product >= -1e-9)), strict=True):
            faults.append(
                f"{self.day()}: {self.layout.refiners[r]} holds {S.product[r, m]:.6f} t of {self.materials[m]}"
            )
        turnover = np.abs(S.cash).sum()
        if abs(S.cash.sum()) > 1e-9 * max(1.0, turnover):
            faults.append(f"{self.day()}: payments sum to {S.cash.sum():.6f} thousand USD, not zero")
        return faults


def phase_times(world: World) -> dict[str, float]:
    """Run a fresh world phase by phase; seconds spent in each phase and in `policy` (decisions of states)."""
    from time import perf_counter

    order = [phase.__name__ for phase in PHASES]
    times = {"policy": 0.0, **dict.fromkeys(order, 0.0)}
    while world.step < world.calendar.steps:
        start = perf_counter()
        decisions.decide(world)
        times["policy"] += perf_counter() - start
        for name in order:
            start = perf_counter()
            world.kernel.phase(name, world.step, world.dt)
            times[name] += perf_counter() - start
        world.step += 1
    return times
