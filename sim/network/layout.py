"""The structure of a scenario as arrays: the base year in balance, and who deals with whom."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from math import log

import numpy as np

from chokepoint.agents import refiner
from chokepoint.agents.behaviour import Behaviour
from chokepoint.sim.engine import draws
from chokepoint.sim.engine.arrays import addresses
from chokepoint.sim.engine.calendar import Calendar
from chokepoint.sim.network.links import balance, bulk, lay, split
from chokepoint.sim.network.structure import *
from chokepoint.sim.network.structure import ARRAYS, Structure
from chokepoint.sim.scenario.problems import BadInput
from chokepoint.sim.scenario.tables import Scenario

# What larger sellers and buyers of a material make up: holders with slivers of it sell them at home, and small plants
# abroad and smugglers deal with the larger buyers.
BULK = 0.8


def export_tax(scenario: Scenario, zone: str, materials: Sequence[str], day: date) -> np.ndarray:
    """Export tax of a zone in force on a day, as a share of the price, by material; taxes on some forms left out."""
    tax = np.zeros(len(materials))
    actors = {c.country for c in scenario.countries if c.zone == zone and c.role == "exporting_state"}
    for e in scenario.events:
        if e.instrument == "export_tax" and e.admitted == "yes" and e.actor in actors and e.start <= day:
            parts = e.scope.split("|")
            if len(parts) == 1 and (e.end is None or e.end >= day):
                for name in parts[0].split(";"):
                    if name in materials:
                        tax[materials.index(name)] = (e.value or 0.0) / 100.0
    return tax


class Layout:
    """The structure of a scenario as arrays, shared by all runs of it with the same behaviour."""

    def __init__(self, scenario: Scenario, P: Behaviour):
        self.scenario = scenario
        self.P = P
        self.calendar = Calendar(scenario.start, scenario.end, scenario.choices.step_days)
        self.dt = self.calendar.years_per_step
        self.countries = [c.country for c in scenario.countries]
        self.materials = [m.material for m in scenario.materials]
        exporters = [c for c in scenario.countries if c.role == "exporting_state"]
        self.zones = ["world", *(c.zone for c in exporters)]
        self.mines = [k.mine for k in scenario.mines]
        self.refiners = [r.refiner for r in scenario.refiners]
        self._build(scenario, P, [c.country for c in exporters])

    def _build(self, v: Scenario, P: Behaviour, exporters: list[str]) -> None:
        nC, nM, nZ = len(self.countries), len(self.materials), len(self.zones)
        country = {name: i for i, name in enumerate(self.countries)}
        material = {name: i for i, name in enumerate(self.materials)}
        zone_of_country = np.array([self.zones.index(c.zone) for c in v.countries], dtype=np.int64)
        state_of_zone = np.array([-1, *(country[name] for name in exporters)], dtype=np.int64)

        # Prices of the base year.
        base_price = np.ones((nZ, nM))
        tax0 = np.zeros((nZ, nM))
        freight = np.zeros(nZ)
        freight[1:] = v.choices.freight_usd_per_kg
        outside = {b.key: b.value for b in v.base_year if b.item == "price_outside"}
        base_price[0] = [outside[name] for name in self.materials]
        for z in range(1, nZ):
            tax0[z] = export_tax(v, self.zones[z], self.materials, v.start)
            base_price[z] = (base_price[0] - freight[z]) / (1.0 + tax0[z])
            if (base_price[z] <= 0.0).any():
                raise BadInput(["scenario.toml, choices.freight_usd_per_kg: above the base-year price"], v.name)

        # Refiners and their feed in the base year.
        nR, nK = len(v.refiners), len(v.mines)
        refiner = {r.refiner: i for i, r in enumerate(v.refiners)}
        mine = {k.mine: i for i, k in enumerate(v.mines)}
        r_country = np.array([country[r.country] for r in v.refiners], dtype=np.int64)
        r_zone = zone_of_country[r_country]
        r_kind = np.array([("licensed", "unlicensed", "free").index(r.kind) for r in v.refiners], dtype=np.int64)
        basket = np.zeros((nK, nM))
        for i, k in enumerate(v.mines):
            for b in v.baskets:
                if b.basket == k.basket and b.material in material:
                    basket[i, material[b.material]] += b.share
        k_base = np.array([k.output_t_per_year if k.stage == "operating" else 0.0 for k in v.mines])

        def fed(tonnes: np.ndarray) -> np.ndarray:
            """What refiners are fed when mines ship so many tonnes a year: (refiners, materials)."""
            feed_of = np.zeros((nR, nM))
            for feed in v.feeds:
                feed_of[refiner[feed.refiner]] += feed.share * tonnes[mine[feed.mine]] * basket[mine[feed.mine]]
            return feed_of

        r_feed = fed(k_base)
        r_yield = np.array([r.yield_ for r in v.refiners])
        r_base = r_feed.sum(axis=1)
        r_output = r_feed * r_yield[:, None]
        projects = np.array([k.capacity_t_per_year if k.stage == "project" else 0.0 for k in v.mines])
        r_planned = fed(projects) * r_yield[:, None]  # what a plant makes once the projects that feed it run
        r_capacity = np.array([max(r.capacity_t_per_year, 1.05 * b) for r, b in zip(v.refiners, r_base, strict=True)])
        supply = r_output.sum(axis=0)

        # Firms: use in the base year by material, balanced with supply.
        sector = {s.sector: s for s in v.sectors}
        shares = np.zeros((len(v.firms), nM))
        for i, f in enumerate(v.firms):
            for sm in v.sector_materials:
                if sm.sector == f.sector and sm.material in material:
                    shares[i, material[sm.material]] = sm.share
        trader = np.array([f.sector == "trader" for f in v.firms])
        late = np.array([f.opens is not None for f in v.firms])
        rows = np.array([f.use_t_per_year for f in v.firms]) * ~trader
        present = rows * ~late
        old_scrap = np.array([sector[f.sector].old_scrap_share for f in v.firms])
        scrap = np.array([sector[f.sector].scrap_share for f in v.firms]) + old_scrap
        if v.choices.balance == "use":
            bought = balance(present * (1.0 - scrap), shares, supply)
        else:
            bought = (present * (1.0 - scrap))[:, None] * shares
        use = bought / (1.0 - scrap)[:, None] + (rows * late)[:, None] * shares

        # Slots: one for each firm and material it uses or holds; reserves of states come last.
        reserve_states = sorted(
            {e.actor for e in v.events if e.instrument == "reserve_purchase" and e.admitted == "yes" and e.unit == "t"}
            | {reserve.country for reserve in v.reserves.values()}
        )
        names = [f.firm for f in v.firms] + [f"{name} reserve" for name in reserve_states]
        self.firms = names
        f_country = [country[f.country] for f in v.firms] + [country[name] for name in reserve_states]
        f_kind = [TRADER if t else USER for t in trader] + [RESERVE] * len(reserve_states)
        sectors = [sector[f.sector] for f in v.firms]
        forms = [form.form for form in v.forms]
        gross = {form.form: form.gross_per_contained for form in v.forms}
        slots: list[tuple[int, int, float, int]] = []
        first = [0]
        for i in range(len(names)):
            if i < len(v.firms):
                form = forms.index(sectors[i].form)
                used = [m for m in range(nM) if (shares[i, m] > 0.0 and supply[m] > 0.0)]
                slots += [(i, m, 0.0 if trader[i] else float(use[i, m]), form) for m in used]
            else:
                form = forms.index("oxide") if "oxide" in forms else 0
                slots += [(i, m, 0.0, form) for m in range(nM) if supply[m] > 0.0]
            first.append(len(slots))
        s_firm = np.array([s[0] for s in slots], dtype=np.int64)
        s_mat = np.array([s[1] for s in slots], dtype=np.int64)
        s_base = np.array([s[2] for s in slots])
        s_form = np.array([s[3] for s in slots], dtype=np.int64)
        s_country = np.array(f_country, dtype=np.int64)[s_firm]
        s_zone = zone_of_country[s_country]
        kinds = np.array(f_kind, dtype=np.int64)
        trade_share = np.array([f.trade_share for f in v.firms] + [0.0] * len(reserve_states))[s_firm]
        open_step = np.array(
            [self.calendar.step_of(f.opens) if f.opens else -(10**6) for f in v.firms]
            + [-(10**6)] * len(reserve_states),
            dtype=np.int64,
        )

        # Twins: where a firm's use goes when it moves into the exporting state.
        s_twin = np.full(len(slots), -1, dtype=np.int64)
        homes: dict[tuple[int, str], int] = {}  # the largest user inside, by material and sector
        for q, (j, m, base, _) in enumerate(slots):
            if s_zone[q] > 0 and kinds[j] == USER and base > 0.0 and not late[j]:
                at = (m, v.firms[j].sector)
                if at not in homes or base > slots[homes[at]][2]:
                    homes[at] = q
        for s, (i, m, base, _) in enumerate(slots):
            if kinds[i] == USER and s_zone[s] == 0 and base > 0.0:
                s_twin[s] = homes.get((m, v.firms[i].sector), -1)

        r_reference = np.where(r_output > 0.0, r_output, r_planned)
        self._link(
            v, P, names, slots, s_zone, s_country, kinds, late, bought, r_output, r_reference, r_zone, r_kind,
            r_country, base_price,
        )  # fmt: skip

        # Feed links.
        feeds = sorted(v.feeds, key=lambda feed: (mine[feed.mine], refiner[feed.refiner]))
        l_mine = np.array([mine[feed.mine] for feed in feeds], dtype=np.int64)
        l_ref = np.array([refiner[feed.refiner] for feed in feeds], dtype=np.int64)
        l_share = np.array([feed.share for feed in feeds])
        l_part = np.divide(l_share * k_base[l_mine], r_base[l_ref], out=np.zeros(len(v.feeds)), where=r_base[l_ref] > 0)

        # Mines.
        k_country = np.array([country[k.country] for k in v.mines], dtype=np.int64)
        k_zone = zone_of_country[k_country]
        main = np.zeros(nK, dtype=np.int64)
        refining = np.zeros(nK)
        for i in range(nK):
            links = [j for j in range(len(l_mine)) if l_mine[j] == i]
            main[i] = r_zone[l_ref[max(links, key=lambda j: l_share[j])]]
            refining[i] = sum(l_share[j] * v.refiners[l_ref[j]].cost_usd_per_kg for j in links)
        k_value = (basket * base_price[main]).sum(axis=1)
        free = np.array([r_kind[l_ref[l_mine == i]].min(initial=FREE) == FREE for i in range(nK)])
        payable = np.where(free, 1.0, P.ore_payable)  # outside, mine and separation plant are one firm
        ore = payable * np.maximum(0.0, k_value - refining)
        k_cost = np.array([k.cost_usd_per_kg for k in v.mines])
        operating = np.array([k.stage == "operating" for k in v.mines])
        k_cost = np.where(operating, np.minimum(k_cost, 0.95 * ore), k_cost)  # who runs in the base year covers cost
        group = np.array([("none", "light", "heavy").index(k.quota_group) for k in v.mines], dtype=np.int64)
        quota_share = np.zeros(nK)
        for i in range(nK):
            peers = (group == group[i]) & (k_zone == k_zone[i]) & operating
            if group[i] > 0 and peers.any() and k_base[peers].sum() > 0:
                quota_share[i] = k_base[i] / k_base[peers].sum()

        review_steps = max(1, round(4 * 7.0 / self.calendar.step_days))  # buyers compare prices every four weeks

        # Accounts: firms, refiners, mines, countries, lenders, rest of the world, the spot clearing.
        nF = len(names)
        f_account = np.arange(nF)
        r_account = nF + np.arange(nR)
        k_account = nF + nR + np.arange(nK)
        c_account = nF + nR + nK + np.arange(nC)
        base = nF + nR + nK + nC
        self.accounts = [
            *names, *self.refiners, *self.mines, *self.countries, "lenders", "rest of the world", "spot clearing",
        ]  # fmt: skip
        # Ways: what one slot buys from one country shares a pipeline, so that the origin of cargo is kept.
        ways = sorted({(int(s), int(r_country[r])) for s, r in zip(self.e_slot, self.e_ref, strict=True)})
        way = {pair: i for i, pair in enumerate(ways)}
        e_way = np.array([way[int(s), int(r_country[r])] for s, r in zip(self.e_slot, self.e_ref, strict=True)])
        w_origin = np.array([origin for _, origin in ways])
        # Lanes: the links of one slot of one kind from one country, which follow each other.
        lane = np.column_stack([self.e_slot, self.e_kind, e_way])
        lane_start = np.flatnonzero(np.any(lane[1:] != lane[:-1], axis=1)) + 1
        b_first = np.concatenate([[0], lane_start]).astype(np.int64)
        e_home = r_zone[self.e_ref]
        s_way = np.searchsorted([s for s, _ in ways], np.arange(len(slots) + 1))
        use_base = np.zeros((nZ, nM))
        np.add.at(use_base, (s_zone, s_mat), np.where(open_step[s_firm] > 0, 0.0, s_base))
        self.trade_base = self._trade_base(nZ, nM, s_zone, s_mat, slots, bought, r_output, r_zone)
        self.N = Structure(
            zone_of_country=zone_of_country, state_of_zone=state_of_zone, base_price=base_price, price_tax0=tax0,
            freight=freight, trade_base=self.trade_base, use_base=use_base,
            f_country=np.array(f_country, dtype=np.int64),
            f_kind=kinds, f_key=np.array([draws.key_of("firm", n) for n in names], dtype=np.uint64),
            f_open=open_step,
            f_elasticity=np.array([s.elasticity_multiplier for s in sectors] + [0.0] * len(reserve_states)),
            f_thrift=np.array([s.thrift_multiplier for s in sectors] + [0.0] * len(reserve_states)),
            f_return=np.array([s.return_multiplier for s in sectors] + [0.0] * len(reserve_states)),
            f_relocation=np.array([s.relocation_multiplier for s in sectors] + [0.0] * len(reserve_states)),
            f_scrap=np.array([*scrap, *([0.0] * len(reserve_states))]),
            f_old_scrap=np.array([*old_scrap, *([0.0] * len(reserve_states))]),
            f_life=np.array([s.product_life_years for s in sectors] + [1.0] * len(reserve_states)),
            f_review=np.array([int(draws.key_of("review", n)) % review_steps for n in names], dtype=np.int64),
            review_steps=np.array([review_steps], dtype=np.int64), freeze=np.array([self._freeze(v)]),
            f_account=f_account,
            s_firm=s_firm, s_mat=s_mat, s_zone=s_zone, s_country=s_country, s_base=s_base,
            s_form=s_form, s_gross=np.array([gross[forms[form]] for form in s_form]), s_twin=s_twin,
            s_trade_share=trade_share, s_pipe_steps=self.s_pipe_steps,
            s_value=np.array([*(s.value_added_usd_per_kg for s in sectors), *([0.0] * len(reserve_states))])[s_firm],
            reserve_start=np.array([first[len(v.firms)]], dtype=np.int64), s_first=np.array(first, dtype=np.int64),
            e_ref=self.e_ref, e_slot=self.e_slot, e_kind=self.e_kind, e_share=self.e_share, e_lag=self.e_lag,
            e_way=e_way,
            w_origin=w_origin, s_way=s_way, e_mat=s_mat[self.e_slot],
            e_country=s_country[self.e_slot], e_home=e_home, e_form=s_form[self.e_slot],
            b_edge=np.append(b_first, len(self.e_slot)), b_kind=self.e_kind[b_first], b_home=e_home[b_first],
            b_way=e_way[b_first], b_lag=self.e_lag[b_first], b_landed=self.e_landed[b_first],
            b_freight=self.e_freight[b_first],
            s_lane=np.searchsorted(self.e_slot[b_first], np.arange(len(slots) + 1)),
            e_gross=np.array([gross[forms[form]] for form in s_form])[self.e_slot],
            x_legal=np.flatnonzero(self.e_kind == LEGAL).astype(np.int64),
            r_country=r_country, r_zone=r_zone, r_kind=r_kind, r_capacity=r_capacity, r_base=r_base,
            r_yield=r_yield, r_cost=np.array([r.cost_usd_per_kg for r in v.refiners]),
            r_licence_share=np.array([r.licence_share for r in v.refiners]), r_output=r_output,
            r_reference=r_reference, r_account=r_account,
            l_mine=l_mine, k_link=np.searchsorted(l_mine, np.arange(nK + 1)), l_ref=l_ref, l_share=l_share,
            l_part=l_part, k_country=k_country, k_zone=k_zone,
            k_legal=np.array([k.legal == "yes" for k in v.mines], dtype=np.int64),
            k_project=(~operating).astype(np.int64), k_basket=basket, k_base=k_base,
            k_capacity=np.array([k.capacity_t_per_year for k in v.mines]), k_group=group,
            k_quota_share=quota_share, k_cost=k_cost,
            k_capex=np.array([k.capex_musd * 1000.0 for k in v.mines]),
            k_lead=np.array([k.lead_years for k in v.mines]), k_ramp=np.array([k.ramp_years for k in v.mines]),
            k_debt_share=np.array([k.debt_share for k in v.mines]),
            k_key=np.array([draws.key_of("mine", n) for n in self.mines], dtype=np.uint64),
            k_account=k_account, k_refiner_zone=main, k_refining=refining, k_payable=payable,
            c_account=c_account, row_account=np.array([base + 1, base + 2]), lender_account=np.array([base]),
            base_export=self.base_export, m_family=np.array(
                [1 if m.family == "heavy" else 0 for m in v.materials], dtype=np.int64
            ),
        )  # fmt: skip
        zones = range(nZ)
        self.licensed = [np.flatnonzero((r_zone == z) & (r_kind == LICENSED)) for z in zones]
        self.unlicensed = [  # mines by name
            {k.mine: i for i, k in enumerate(v.mines) if k_zone[i] == z and k.legal != "yes"} for z in zones
        ]
        self.activity = self._activity(len(reserve_states))
        self.transit = self._transit()
        self.delayed = self.transit.any(axis=(1, 2)).astype(np.int64)
        self.late = self._late(r_country, s_country)
        kinds_of = {a.field: a.kind for a in ARRAYS}
        self.N = self.N._replace(**{name: value.astype(kinds_of[name]) for name, value in self.N._asdict().items()})
        self.k_value0 = k_value
        self.places = addresses(ARRAYS, self.N)
        self.sizes = dict(
            c=nC,
            z=nZ,
            m=nM,
            f=nF,
            s=len(slots),
            r=nR,
            k=nK,
            e=len(self.N.e_ref),
            w=len(self.N.w_origin),
            b=len(self.N.b_kind),
            l=len(self.N.l_mine),
            x=len(self.N.x_legal),
            o=len(forms),
            a=len(self.accounts),
            t=self.calendar.steps,
        )
        self.trait_keys = {
            purpose: np.array([draws.key_of(purpose, name) for name in names], dtype=np.uint64)
            for purpose in ("cover", "risk", "growth")
        }
        self.reserve_slots = {
            state: {int(s_mat[s]): s for s in range(first[len(v.firms) + i], first[len(v.firms) + i + 1])}
            for i, state in enumerate(reserve_states)
        }

    def _freeze(self, v: Scenario) -> int:
        """The first step at which prices stay where they were; never, unless a study asks for it."""
        day = v.choices.freeze_prices_from
        return 10**6 if day is None else self.calendar.step_of(day)

    def _activity(self, reserves: int) -> np.ndarray:
        """Use that industry carries, by step and firm, 1 in the base year: industrial production of the firm's country,
        or that of its sector there where the scenario has it, times the growth of the sector beyond it. Reserves come
        last and use nothing."""
        scenario, calendar = self.scenario, self.calendar
        months = {m: i for i, m in enumerate(scenario.activity_months)}
        days = [calendar.day_of(t) for t in range(calendar.steps)]
        last = len(months) - 1
        keys = [f"{day.year:04d}-{day.month:02d}" for day in days]
        at = [months.get(key, last if months and key > scenario.activity_months[-1] else 0) for key in keys]
        years = np.array([(day - scenario.start).days / 365.25 for day in days])
        growth = {s.sector: s.growth_per_year for s in scenario.sectors} if scenario.activity else {}
        columns = []
        for f in scenario.firms:
            series = scenario.activity.get(f"{f.country} {f.sector}", scenario.activity.get(f.country))
            level = np.array(series)[at] ** self.P.activity_elasticity if series else np.ones(calendar.steps)
            columns.append(level * np.exp(growth.get(f.sector, 0.0) * years))
        columns += [np.ones(calendar.steps)] * reserves
        return np.ascontiguousarray(np.array(columns).reshape(-1, calendar.steps).T)

    def _transit(self) -> np.ndarray:
        """Steps by which cargo sent in a step is late, by origin and destination: (steps, countries, countries)."""
        calendar, countries = self.calendar, self.countries
        late = np.zeros((calendar.steps, len(countries), len(countries)), dtype=np.int64)
        for e in self.scenario.events:
            if e.instrument != "transit_delay" or e.admitted != "yes" or e.value is None:
                continue
            first = max(calendar.step_of(e.start), 0)
            last = calendar.steps if e.end is None else max(calendar.step_of(e.end) + 1, first)
            named = countries if "all" in e.target.split(";") else e.target.split(";")
            there = [countries.index(c) for c in named if c != e.actor]
            steps = round(e.value * 7.0 / calendar.step_days)
            late[first:last, countries.index(e.actor), there] = np.maximum(
                late[first:last, countries.index(e.actor), there], steps
            )
        return late

    def _late(self, r_country: np.ndarray, s_country: np.ndarray) -> np.ndarray:
        """Steps by which the cargo of a slot is late, the mean of its suppliers of the base year: (steps, slots)."""
        late = np.zeros((self.calendar.steps, len(s_country)))
        for t in np.flatnonzero(self.transit.any(axis=(1, 2))):
            each = self.transit[t, r_country[self.e_ref], s_country[self.e_slot]]
            late[t] = np.bincount(self.e_slot, self.e_share * each, len(s_country))
        return late

    @staticmethod
    def _trade_base(nZ, nM, s_zone, s_mat, slots, bought, r_output, r_zone):  # type: ignore[no-untyped-def]
        """Material that passes through a zone in the base year, t a year: use outside, output inside."""
        trade = np.zeros((nZ, nM))
        for s, (i, m, base, _) in enumerate(slots):
            if base > 0.0 and s_zone[s] == 0 and i < len(bought):
                trade[0, m] += bought[i, m]
        for r in range(len(r_zone)):
            if r_zone[r] > 0:
                trade[r_zone[r]] += r_output[r]
        return trade

    def _link(
        self, v, P, names, slots, s_zone, s_country, kinds, late, bought, r_output, r_reference, r_zone, r_kind,
        r_country, base_price,
    ):  # type: ignore[no-untyped-def]  # fmt: skip
        """Lay the base-year flows of every material on links; give holders without use links by size.

        Outside, the free refiners sell all they make and smugglers what leaks at base prices; licence
        holders supply the rest in proportion to their licences. What is left is sold at home.
        """
        nM, refiners, rounds = len(self.materials), self.refiners, v.choices.links_per_buyer
        users = [s for s, slot in enumerate(slots) if slot[2] > 0.0 and not late[slot[0]]]
        need = {s: float(bought[slots[s][0], slots[s][1]]) for s in users}
        abroad = np.zeros(nM)
        for s in users:
            if s_zone[s] == 0:
                abroad[slots[s][1]] += need[s]
        sent = np.zeros_like(r_output)  # what each refiner sells outside its zone or, outside, at all
        self.first_leak = np.zeros_like(r_output)  # share of output that smugglers get out at base-year prices
        for r in range(len(refiners)):
            z = r_zone[r]
            if r_kind[r] == FREE:
                sent[r] = r_output[r]
            elif r_kind[r] == UNLICENSED:
                for m in np.flatnonzero(r_output[r]).tolist():
                    gap = log(base_price[0, m] / base_price[z, m])
                    self.first_leak[r, m] = refiner.leakage(
                        gap, 0.0, P.leak_share, P.leak_gap, P.leak_threshold, P.leak_enforcement
                    )
                sent[r] = r_output[r] * self.first_leak[r]
        total = sent.sum(axis=0)
        sent *= np.minimum(1.0, np.divide(abroad, total, out=np.ones(nM), where=total > 0.0))
        rest = np.maximum(0.0, abroad - sent.sum(axis=0))
        licensed = r_kind == LICENSED
        share = np.array([x.licence_share for x in v.refiners]) * licensed
        if licensed.any() and rest.sum() > 0.0:
            limits = r_output * licensed[:, None]
            limits *= bulk(split(limits, share, rest), BULK)
            sent += split(limits, share, rest)
        flows: dict[tuple[int, int, int], float] = {}
        later: dict[tuple[int, int, int], float] = {}
        keys = {("seller", r): int(draws.key_of("seller", n)) for r, n in enumerate(refiners)}
        keys |= {("buyer", s): int(draws.key_of("buyer", names[slot[0]])) for s, slot in enumerate(slots)}
        for m in range(nM):
            for zone in range(len(self.zones)):
                left = {s: need[s] for s in users if slots[s][1] == m and s_zone[s] == zone}
                wants = sum(left.values())
                if wants <= 0.0:
                    continue
                # Sellers who share a walk along the buyers, and the kind of link that joins them.
                walks: list[tuple[tuple[int, ...], int]] = [
                    ((FREE,), WITHIN),
                    ((UNLICENSED,), GREY),
                    ((LICENSED,), LEGAL),
                ]
                if zone > 0:
                    walks = [((LICENSED, UNLICENSED), WITHIN)]
                sold = sent[:, m] if zone == 0 else (r_output[:, m] - sent[:, m]) * (r_zone == zone)
                offers = []
                for seller_kinds, kind in walks:
                    sellers = np.flatnonzero(np.isin(r_kind, seller_kinds) & (sold > 0.0))
                    if len(sellers):
                        offers.append((kind, {int(r): float(sold[r]) for r in sellers}))
                made = sum(sum(outputs.values()) for _, outputs in offers)
                larger = bulk(np.array(list(left.values()))[:, None], BULK)[:, 0]
                large = {s: q for (s, q), is_large in zip(left.items(), larger, strict=True) if is_large}
                for kind, outputs in offers:
                    sale = {r: q * wants / made for r, q in outputs.items()}
                    total = sum(sale.values())
                    open_to = [s for s in left if s in large]
                    if kind == offers[-1][0] or total > 0.5 * sum(left[s] for s in open_to):
                        open_to = list(left)  # the last to sell serve whoever is not served yet
                    room = sum(left[s] for s in open_to)
                    if room <= 0.0:
                        continue  # smugglers and plants abroad supply all; what is left to sell is rounding
                    part = total / room
                    wish = {s: left[s] * part for s in open_to}
                    for i in range(rounds):
                        salt = f"{self.materials[m]}/{i}/{kind}/{zone}"
                        for (r, s), q in lay(sale, wish, keys, salt).items():
                            flows[(s, r, kind)] = flows.get((s, r, kind), 0.0) + q / rounds
                    left = {s: max(0.0, q - wish.get(s, 0.0)) for s, q in left.items()}
                # Plants that nobody feeds yet: what they would sell when they run, to the larger buyers.
                planned = np.flatnonzero((r_zone == 0) & (r_output[:, m] <= 0.0) & (r_reference[:, m] > 0.0))
                if zone == 0 and len(planned):
                    sale = {int(r): float(r_reference[r, m]) for r in planned}
                    scale = sum(sale.values()) / sum(large.values())
                    wish = {s: q * scale for s, q in large.items()}
                    for (r, s), q in lay(sale, wish, keys, f"{self.materials[m]}/planned").items():
                        later[(s, r, WITHIN)] = q
        # Holders without own use, and firms that open later: the largest sellers that can reach them.
        linked = {s for s, _, _ in flows}
        for s, (i, m, _base, _) in enumerate(slots):
            if s in linked:
                continue
            options = []
            for r in range(len(refiners)):
                if r_output[r, m] <= 0.0:
                    continue
                if s_zone[s] == 0:
                    kind = WITHIN if r_zone[r] == 0 else LEGAL if r_kind[r] == LICENSED else GREY
                elif r_zone[r] == s_zone[s]:
                    kind = WITHIN
                else:
                    continue
                if kinds[i] == RESERVE and kind == GREY:
                    continue
                luck = int(draws.key_of(names[i], refiners[r])) / 2.0**64
                options.append((float(r_output[r, m]) * (0.5 + luck), r, kind))
            for q, r, kind in sorted(options, reverse=True)[: max(2, v.choices.links_per_buyer)]:
                flows[(s, r, kind)] = q * 1e-12
        rows = sorted(  # by slot, kind, country of the seller, seller
            (flows | later).items(), key=lambda row: (row[0][0], row[0][2], r_country[row[0][1]], row[0][1])
        )
        lag = {(x.origin, x.destination): x for x in v.lags}
        step = self.calendar.step_days / 7.0
        self.e_slot = np.array([k[0] for k, _ in rows], dtype=np.int64)
        self.e_ref = np.array([k[1] for k, _ in rows], dtype=np.int64)
        self.e_kind = np.array([k[2] for k, _ in rows], dtype=np.int64)
        flow = np.array([q for _, q in rows])
        now = np.array([0.0 if key in later else q for key, q in rows])
        total = np.zeros(len(slots))
        np.add.at(total, self.e_slot, now)
        self.e_share = flow / total[self.e_slot]  # of the base year; what a planned plant would sell stands beside it
        pairs = [lag[(self.countries[r_country[r]], self.countries[s_country[s]])] for (s, r, _), _ in rows]
        self.e_lag = np.array([max(1, round(p.lag_weeks / step)) for p in pairs], dtype=np.int64)
        self.e_freight = np.array([p.freight_usd_per_kg for p in pairs])
        landed = np.zeros(len(rows))
        for e, ((s, r, kind), _) in enumerate(rows):
            m, z = slots[s][1], s_zone[s]
            if kind == GREY:
                home = base_price[r_zone[r], m]
                landed[e] = home + P.grey_share_of_gap * max(0.0, base_price[z, m] - home)
            else:
                landed[e] = base_price[z, m]
        self.e_landed = landed + self.e_freight
        self.s_pipe_steps = np.zeros(len(slots))
        np.add.at(self.s_pipe_steps, self.e_slot, now / total[self.e_slot] * (self.e_lag - 1))
        # What leaves each zone legally in the base year, by destination (contained t a year).
        self.base_export = np.zeros((len(self.zones), len(self.countries)))
        self.base_gross = np.zeros(len(self.zones))  # t gross a year, of all forms
        gross = [form.gross_per_contained for form in v.forms]
        for (s, r, kind), q in rows:
            if kind == LEGAL and slots[s][2] > 0.0 and not late[slots[s][0]]:
                self.base_export[r_zone[r], s_country[s]] += q
                self.base_gross[r_zone[r]] += q * gross[slots[s][3]]

    def summary(self) -> dict[str, int]:
        """Numbers of agents and links."""
        return {
            "countries": len(self.countries), "materials": len(self.materials), "mines": len(self.mines),
            "refiners": len(self.refiners), "firms": len(self.firms), "slots": len(self.N.s_firm),
            "edges": len(self.N.e_slot),
        }  # fmt: skip
