"""The structure of a scenario as arrays: the base year in balance, and who deals with whom."""

from __future__ import annotations

from functools import cached_property
from types import SimpleNamespace

import numpy as np

from chokepoint.agents.behaviour import Behaviour
from chokepoint.sim.engine.arrays import addresses
from chokepoint.sim.engine.calendar import Calendar
from chokepoint.sim.network import influences
from chokepoint.sim.network.accounts import Accounts, accounts_of
from chokepoint.sim.network.edges import Edges, Exports, edges_of, exports_of, lane_arrays, ways_of
from chokepoint.sim.network.firms import firm_arrays, trait_keys
from chokepoint.sim.network.links import flows_of
from chokepoint.sim.network.markets import Markets
from chokepoint.sim.network.mines import mine_arrays
from chokepoint.sim.network.population import Population, population_of
from chokepoint.sim.network.refiners import refiner_arrays
from chokepoint.sim.network.sales import leaks_of, sold_outside
from chokepoint.sim.network.slots import slot_arrays, trade_base, use_base
from chokepoint.sim.network.structure import ARRAYS, KINDS, LICENSED, LONGEST_HORIZON, TOLD_MORE, Structure
from chokepoint.sim.scenario.tables import Scenario


class Layout:
    """The structure of a scenario as arrays, shared by all runs of it with the same behaviour.

    N: the arrays that `structure.py` declares; sizes: the length of each axis, by its letter.
    countries, zones, materials, mines, refiners, firms (then reserves), accounts: names, in the order of the rows.
    licensed, unlicensed: by zone, the rows of refiners with a licence, and of mines without one by name.
    reserve_slots: by state and material; trait_keys: keys of draws by which firms differ.
    first_leak: (refiners, materials), share of output that is smuggled out at the start.
    k_value0: (mines,), value of ore in the base year, USD per kg.
    base_export, base_gross: legal exports of the base year, t a year: (zones, countries), and (zones,) t gross.
    activity, transit, delayed, late: what comes from outside, by step (see `influences.py`).
    """

    def __init__(self, scenario: Scenario, P: Behaviour):
        self.scenario = scenario
        self.P = P
        self.calendar = Calendar(scenario.start, scenario.end, scenario.choices.step_days)
        self.dt = self.calendar.years_per_step
        population = population_of(scenario)
        self.first_leak = leaks_of(population, P)
        outside = sold_outside(population, self.first_leak)
        flows, planned = flows_of(population, outside, scenario.choices.links_per_buyer)
        edges = edges_of(scenario, P, population, flows, planned)
        exports = exports_of(population, edges)
        accounts = accounts_of(population.names, population.firms)
        made = _arrays(scenario, self.calendar, population, edges, exports, accounts)
        made |= Markets(scenario, SimpleNamespace(**made), population.names.countries, outside).arrays()
        self.N = Structure(**{name: array.astype(KINDS[name]) for name, array in made.items()})
        self._say_who(population, accounts)
        self.k_value0 = population.ore.value
        self.base_export, self.base_gross = exports.contained, exports.gross
        self.activity = influences.activity(scenario, self.calendar, population.firms)
        self.transit = influences.transit(scenario, self.calendar, population.names)
        self.delayed = self.transit.any(axis=(1, 2)).astype(np.int64)
        self.late = influences.late_by_slot(self.transit, population, edges)

    def _say_who(self, population: Population, accounts: Accounts) -> None:
        """Names by axis, and rows by name or zone."""
        names, firms, mines, refiners = population.names, population.firms, population.mines, population.refiners
        self.countries, self.zones, self.materials = names.countries, names.zones, names.materials
        self.mines, self.refiners, self.firms, self.accounts = names.mines, names.refiners, firms.names, accounts.names
        zones = range(len(names.zones))
        self.licensed = [np.flatnonzero((refiners.zone == zone) & (refiners.kind == LICENSED)) for zone in zones]
        self.unlicensed = [mines.unlicensed(names, zone) for zone in zones]
        self.reserve_slots = population.slots.of_reserves(firms)
        self.trait_keys = trait_keys(firms)

    @cached_property
    def places(self) -> tuple[np.ndarray, np.ndarray]:
        """Where the arrays of N lie, for native code."""
        return addresses(ARRAYS, self.N)

    @property
    def sizes(self) -> dict[str, int]:
        """The length of each axis that a letter of `structure.AXES` stands for; `n` and `d` have none of their own."""
        return {
            "c": len(self.countries),
            "z": len(self.zones),
            "m": len(self.materials),
            "f": len(self.firms),
            "s": len(self.N.s_firm),
            "r": len(self.refiners),
            "k": len(self.mines),
            "e": len(self.N.e_slot),
            "w": len(self.N.w_origin),
            "b": len(self.N.b_kind),
            "l": len(self.N.l_mine),
            "x": len(self.N.x_legal),
            "o": len(self.scenario.forms),
            "a": len(self.accounts),
            "t": self.calendar.steps,
            "q": len(self.N.q_mat),
            "v": len(self.N.v_here),
            "u": len(self.N.u_size),
            "y": len(self.N.s_firm) - int(self.N.reserve_start[0]) + 1,
            "h": LONGEST_HORIZON,
            "g": TOLD_MORE + 2 * (len(self.scenario.news) + len(self.scenario.events)),
        }

    def summary(self) -> dict[str, int]:
        """Numbers of agents and links; firms are those of the table, the reserves of states stand beside them."""
        sizes = self.sizes
        axes = {
            "countries": "c",
            "materials": "m",
            "mines": "k",
            "refiners": "r",
            "slots": "s",
            "edges": "e",
        }
        listed = len(self.scenario.firms)
        firms = {"firms": listed, "state_reserves": sizes["f"] - listed}
        return {**{word: sizes[letter] for word, letter in axes.items()}, **firms}


def _arrays(
    scenario: Scenario,
    calendar: Calendar,
    population: Population,
    edges: Edges,
    exports: Exports,
    accounts: Accounts,
) -> dict[str, np.ndarray]:
    """All arrays of the bundle N, each from the part that it is about; TypeError names one that two parts make."""
    names, firms, slots, refiners = population.names, population.firms, population.slots, population.refiners
    ways = ways_of(population, edges)
    of_firms = firm_arrays(scenario, firms, calendar)
    return dict(
        **names.arrays(),
        **population.prices.arrays(),
        **of_firms,
        **slot_arrays(scenario, firms, slots),
        **edges.arrays(population),
        **ways.arrays(),
        **lane_arrays(population, edges, ways),
        **refiner_arrays(scenario, refiners),
        **population.feeds.arrays(),
        **mine_arrays(scenario, names, population.mines),
        **population.ore.arrays(),
        **accounts.arrays(),
        trade_base=trade_base(names, firms, slots, population.use, refiners),
        use_base=use_base(names, slots, of_firms["f_open"]),
        base_export=exports.contained,
        m_family=np.array([row.family == "heavy" for row in scenario.materials]),
    )
