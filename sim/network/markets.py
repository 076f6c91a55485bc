"""Markets and the passages between them: a market is a material in a country, a passage leads from one to another.

Every country in which somebody uses, makes or holds a material is a market of it, with a price of its own. Goods of a
material can pass between any two of its markets, at a cost at which the base year is in balance; smugglers have
passages of their own. Markets and passages are numbered material by material.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from math import log, sqrt
from typing import Any

import numpy as np

from chokepoint.sim.network.structure import FREE, GREY, UNLICENSED, USER
from chokepoint.sim.scenario.tables import Scenario

WIDTH = 0.004  # log margin of price over landed cost at which a passage carries its normal flow
FREIGHT = 0.02  # least cost of a passage from a country that exports, as a share of the price (assumption)
DETOUR = 0.06  # least cost of shipping on through a country that does not export (assumption)
PAST_BORDER = 0.05  # least cost of a smuggler's passage (assumption)
REACH = (
    0.1  # of what a country uses, or its supplier handles: flow of a passage not taken in the base year (assumption)
)
LOADING = 2.2  # what ports can load, over the flow of the base year (assumption)
SEED = 0.08  # of what a country uses, or its supplier handles: loaded at once where nobody has shipped (assumption)
SPECK = 1e-3  # of the world's use: smallest scale of a passage
SOME_LAG = 6  # weeks under way where no table says


@dataclass(frozen=True)
class _Passage:
    material: int
    origin: int
    destination: int
    legal: bool


class Markets:
    """Markets and passages in the making, from the rest of the structure.

    N: the arrays of the bundle N made so far, as attributes. names: of countries. outside: (refiners, materials), t a
    year that each refiner of an exporting state sells abroad in the base year.
    """

    def __init__(self, scenario: Scenario, N: Any, names: Sequence[str], outside: np.ndarray):
        self.scenario, self.N, self.names, self.outside = scenario, N, names, outside
        self.countries, self.materials = len(names), len(scenario.materials)
        bought = np.where((N.f_kind[N.s_firm] == USER) & (N.f_open[N.s_firm] <= 0), N.s_base, 0.0)
        bought = bought * (1.0 - N.f_scrap[N.s_firm])
        shape = (self.countries, self.materials)
        self.use, self.output, there = np.zeros(shape), np.zeros(shape), np.zeros(shape, dtype=bool)
        np.add.at(self.use, (N.s_country, N.s_mat), bought)
        np.add.at(self.output, N.r_country, N.r_output)
        there[N.s_country, N.s_mat] = True
        planned = np.zeros(shape)
        np.add.at(planned, N.r_country, N.r_reference)
        there |= planned > 0.0
        self.markets = [(m, c) for m in range(self.materials) for c in range(self.countries) if there[c, m]]
        self.of = np.full(shape, -1, dtype=np.int64)
        for q, (m, c) in enumerate(self.markets):
            self.of[c, m] = q
        self.flows = self._base_flows()
        self.passages = self._passages()
        self.price = self._base_prices()

    def _base_flows(self) -> dict[tuple[int, int, int, bool], float]:
        """t a year by material, origin, destination and whether it is legal.

        Who refines outside the exporting states serves its own country first; what is left of the needs outside is
        served by all who sell abroad, each in proportion to what is needed. No name and no order of rows is asked.
        """
        N, count = self.N, self.countries
        free, legal, grey = (np.zeros((count, self.materials)) for _ in range(3))
        for refiner in range(len(N.r_kind)):
            kind, country = N.r_kind[refiner], N.r_country[refiner]
            if kind == FREE:
                free[country] += N.r_output[refiner]
            else:
                (grey if kind == UNLICENSED else legal)[country] += self.outside[refiner]
        needs = np.where((N.zone_of_country == 0)[:, None], self.use, 0.0)
        at_home = np.minimum(free, needs)
        needs, free = needs - at_home, free - at_home
        total = needs.sum(axis=0)
        flows: dict[tuple[int, int, int, bool], float] = {}
        for sold, lawful in ((free + legal, True), (grey, False)):
            for a, m in zip(*np.nonzero(sold > 0.0), strict=True):
                for b in np.flatnonzero(needs[:, m] > 0.0):
                    if a != b:
                        flows[int(m), int(a), int(b), lawful] = float(sold[a, m] * needs[b, m] / total[m])
        return flows

    def _passages(self) -> list[_Passage]:
        N = self.N
        smuggles = {int(N.r_country[r]) for r in np.flatnonzero(N.r_kind == UNLICENSED)}
        found = []
        for m in range(self.materials):
            there = [c for _, c in (pair for pair in self.markets if pair[0] == m)]
            found += [_Passage(m, a, b, True) for a in there for b in there if a != b]
            found += [
                _Passage(m, a, b, False)
                for a in there
                for b in there
                if a != b and a in smuggles and N.zone_of_country[b] == 0
            ]
        return found

    def _base_prices(self) -> np.ndarray:
        """USD/kg, (markets,): as the zone has it; a country outside that exports sells below what others pay."""
        N = self.N
        sent = np.zeros(self.of.shape)
        for (m, a, b, _), flow in self.flows.items():
            sent[a, m] += flow
            sent[b, m] -= flow
        prices = []
        for m, c in self.markets:
            zone = int(N.zone_of_country[c])
            price = float(N.base_price[zone, m])
            prices.append(price * (1.0 - FREIGHT) if zone == 0 and sent[c, m] > 0.0 else price)
        return np.array(prices)

    def _freight(self, origin: int, destination: int) -> tuple[int, float, float]:
        """Steps on the way, USD per kg, and what can be loaded over the flow of the base year."""
        names, scenario = self.names, self.scenario
        rows = {(row.origin, row.destination): row for row in scenario.lags}
        row = rows.get((names[origin], names[destination])) or rows.get((names[destination], names[origin]))
        weeks, freight = (SOME_LAG, 0.0) if row is None else (row.lag_weeks, row.freight_usd_per_kg)
        loading = LOADING if row is None or row.loading is None else row.loading
        return max(1, round(weeks * 7.0 / scenario.choices.step_days)), freight, loading

    def arrays(self) -> dict[str, np.ndarray]:
        """What the bundle N says of markets and passages."""
        N = self.N
        here = np.array([self.of[p.origin, p.material] for p in self.passages], dtype=np.int64)
        there = np.array([self.of[p.destination, p.material] for p in self.passages], dtype=np.int64)
        place = {(p.material, p.origin, p.destination, p.legal): v for v, p in enumerate(self.passages)}
        flow = np.array([self.flows.get((p.material, p.origin, p.destination, p.legal), 0.0) for p in self.passages])
        ways = {(p.origin, p.destination): self._freight(p.origin, p.destination) for p in self.passages}
        of_material = [m for m, _ in self.markets]
        use = np.array([self.use[c, m] for m, c in self.markets])
        output = np.array([self.output[c, m] for m, c in self.markets])
        world = self.use.sum(axis=0)[[p.material for p in self.passages]] if self.passages else np.zeros(0)
        zone = np.array([int(N.zone_of_country[p.origin]) if p.legal else 0 for p in self.passages], dtype=np.int64)
        size = use + output
        np.add.at(size, here, flow)
        np.add.at(size, there, flow)
        N = self.N
        for feed in range(len(N.l_mine)):
            mine, refiner = N.l_mine[feed], N.l_ref[feed]
            for m in range(self.materials):
                q = self.of[int(N.r_country[refiner]), m]
                if q >= 0 and N.k_base[mine] <= 0.0:
                    size[q] += N.l_share[feed] * N.k_capacity[mine] * N.k_basket[mine, m] * N.r_yield[refiner]
        gross = self._gross(there)
        loading = np.array([ways[p.origin, p.destination][2] for p in self.passages])
        scale = np.maximum(flow, REACH * np.minimum(use[there], size[here]) + 1e-6 * world)
        return {
            "q_country": np.array([c for _, c in self.markets]),
            "q_mat": np.array(of_material),
            "q_of": self.of,
            "q_base_ln": np.log(self.price),
            "q_use": use,
            "q_output": output,
            "q_size": np.maximum(size, SPECK * self.use.sum(axis=0)[of_material]),
            "q_share": self._value_shares(),
            "m_market": np.searchsorted(of_material, np.arange(self.materials + 1)),
            "m_passage": np.searchsorted([p.material for p in self.passages], np.arange(self.materials + 1)),
            "v_here": here,
            "v_there": there,
            "v_legal": np.array([p.legal for p in self.passages], dtype=np.int64),
            "v_zone": zone,
            "v_twin": np.array([place[p.material, p.origin, p.destination, True] for p in self.passages]),
            "v_cost": np.array([self._cost(p, v, here, there, flow, scale, ways) for v, p in enumerate(self.passages)]),
            "v_scale": scale,
            "v_flow": flow,
            "v_load": np.maximum(loading * flow, SEED * np.minimum(use[there], size[here]) + 1e-6 * world),
            "v_lag": np.array([ways[p.origin, p.destination][0] for p in self.passages], dtype=np.int64),
            "v_gross": gross,
            "v_licensed": self._covered(there, self.scenario.choices.quota_forms),
            "v_embargoed": self._covered(there, self.scenario.choices.embargo_forms),
            **self._licences(zone, flow, gross, here),
            "b_passage": self._of_lanes(place),
            "s_market": self.of[N.s_country, N.s_mat],
            "k_place": self._places_of_refining(),
        }

    def _cost(
        self, passage: _Passage, row: int, here: np.ndarray, there: np.ndarray, flow: np.ndarray, scale: np.ndarray,
        ways: dict[tuple[int, int], tuple[int, float, float]],
    ) -> float:  # fmt: skip
        """ln: such that the base year clears; where nobody ships, freight, or a detour."""
        zone = int(self.N.zone_of_country[passage.origin])
        tax = float(self.N.price_tax0[zone, passage.material]) if passage.legal else 0.0
        paid = self.price[here[row]] * (1.0 + tax)
        if flow[row] > 0.0:
            units = (
                flow[row] / scale[row]
            )  # smugglers carry all that their routes can: the margin lies beyond that corner
            wide = opens_at(flow[row], scale[row]) if passage.legal else WIDTH * (units + 0.25 + min(0.5, 0.5 * units))
            return log(self.price[there[row]] / paid) - wide
        least = (
            PAST_BORDER if not passage.legal else FREIGHT if self._exports(passage.origin, passage.material) else DETOUR
        )
        nobody = log(self.price[there[row]] / paid) if passage.legal else least  # would earn anything
        return max(least, nobody, log(1.0 + ways[passage.origin, passage.destination][1] / paid))

    def _exports(self, country: int, material: int) -> bool:
        return bool(self.output[country, material] > self.use[country, material])

    def _gross(self, there: np.ndarray) -> np.ndarray:
        """Gross tonnes under a quota for each tonne that a passage carries: of the forms bought there, by use."""
        N, scenario = self.N, self.scenario
        covered = np.array([row.form in scenario.choices.quota_forms for row in scenario.forms], dtype=float)
        weight = np.where(N.s_base > 0.0, N.s_base, 1e-9)
        of_slot = self.of[N.s_country, N.s_mat]
        count = len(self.markets)
        total = np.bincount(of_slot, weight, count)
        gross = np.bincount(of_slot, weight * N.s_gross * covered[N.s_form], count)
        each = np.divide(gross, total, out=np.full(count, float(covered.max(initial=0.0))), where=total > 0.0)
        return np.asarray(each[there])

    def _covered(self, there: np.ndarray, forms: Collection[str]) -> np.ndarray:
        """Share of what is bought at the end of a passage that comes in some forms of product, by use: (passages,)."""
        N = self.N
        chosen = np.array([row.form in forms for row in self.scenario.forms], dtype=float)
        weight = np.where(N.s_base > 0.0, N.s_base, 1e-9)
        of_slot, count = self.of[N.s_country, N.s_mat], len(self.markets)
        total = np.bincount(of_slot, weight, count)
        part = np.bincount(of_slot, weight * chosen[N.s_form], count)
        share = np.divide(part, total, out=np.full(count, float(chosen.max(initial=0.0))), where=total > 0.0)
        return np.asarray(share[there])

    def _licences(
        self, zone: np.ndarray, flow: np.ndarray, gross: np.ndarray, here: np.ndarray
    ) -> dict[str, np.ndarray]:
        """Size and value of what each kind of licence is for: both kinds of a state as all its legal exports."""
        states = len(self.N.state_of_zone) - 1
        size, value = np.ones(2 * states), np.ones(2 * states)
        for state in range(states):
            chosen = zone == state + 1
            tonnes = float((flow * gross)[chosen].sum())
            worth = float((flow * self.price[here])[chosen].sum()) if chosen.any() else 0.0
            if tonnes > 0.0:
                size[2 * state : 2 * state + 2], value[2 * state : 2 * state + 2] = tonnes, worth / tonnes
        return {"u_size": size, "u_value": value}

    def _of_lanes(self, place: dict[tuple[int, int, int, bool], int]) -> np.ndarray:
        N = self.N
        slot = np.repeat(np.arange(len(N.s_lane) - 1), np.diff(N.s_lane))
        found = []
        for lane, s in enumerate(slot.tolist()):
            origin, destination = int(N.w_origin[N.b_way[lane]]), int(N.s_country[s])
            lawful = bool(N.b_kind[lane] != GREY)
            found.append(place.get((int(N.s_mat[s]), origin, destination, lawful), -1))
        return np.array(found, dtype=np.int64)

    def _value_shares(self) -> np.ndarray:
        """How much of the worth of ore a material makes up, mean over what is refined in a market."""
        N = self.N
        shares, tonnes = np.zeros(self.of.shape), np.zeros(self.of.shape)
        for feed in range(len(N.l_mine)):
            mine, refiner = N.l_mine[feed], N.l_ref[feed]
            country = int(N.r_country[refiner])
            ore = N.l_share[feed] * (N.k_base[mine] if N.k_base[mine] > 0.0 else N.k_capacity[mine]) * N.k_basket[mine]
            worth = ore * N.base_price[N.k_refiner_zone[mine]]
            total = worth.sum()
            if total > 0.0:
                shares[country] += ore * worth / total * (1.0 - N.k_host[mine])
                tonnes[country] += ore
        mean = np.divide(shares, tonnes, out=np.ones_like(shares), where=tonnes > 0.0)
        return np.array([mean[c, m] for m, c in self.markets])

    def _places_of_refining(self) -> np.ndarray:
        """Country of the refiner that gets most of each mine's ore."""
        N = self.N
        found = []
        for mine in range(len(N.k_base)):
            links = range(N.k_link[mine], N.k_link[mine + 1])
            main = max(links, key=lambda feed: N.l_share[feed])
            found.append(int(N.r_country[N.l_ref[main]]))
        return np.array(found, dtype=np.int64)


def opens_at(flow: float, scale: float) -> float:
    """The margin at which a passage with room carries a flow: the inverse of `carried`, for costs of the base year."""
    units = flow / scale
    return WIDTH * (units + 0.25 if units > 0.25 else sqrt(units))
