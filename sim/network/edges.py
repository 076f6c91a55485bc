"""Edges: who buys from whom as rows, with lags; ways and lanes group them; exports sum them up."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chokepoint.agents.behaviour import Behaviour
from chokepoint.sim.network.links import Flows
from chokepoint.sim.network.population import Population
from chokepoint.sim.network.structure import LEGAL
from chokepoint.sim.scenario.tables import Scenario


@dataclass(frozen=True)
class Edges:
    """Edges sorted by slot, kind, country of the seller and seller: (edges,) unless said otherwise."""

    slot: np.ndarray
    refiner: np.ndarray
    kind: np.ndarray
    flow: np.ndarray  # t a year; of planned plants, what they would sell
    share: np.ndarray  # of what the slot buys in the base year; planned plants stand beside it
    lag: np.ndarray  # steps
    pipe_steps: np.ndarray  # (slots,): mean steps on the way beyond the first, of what a slot buys in the base year

    def arrays(self, population: Population) -> dict[str, np.ndarray]:
        """What the bundle N says of edges apart from ways and lanes."""
        slots = population.slots
        return {
            "e_slot": self.slot,
            "e_ref": self.refiner,
            "e_kind": self.kind,
            "e_share": self.share,
            "e_lag": self.lag,
            "e_mat": slots.material[self.slot],
            "e_country": slots.country[self.slot],
            "e_form": slots.form[self.slot],
            "e_gross": slots.gross[self.slot],
            "e_home": population.refiners.zone[self.refiner],
            "x_legal": np.flatnonzero(self.kind == LEGAL),
            "s_pipe_steps": self.pipe_steps,
        }


def edges_of(scenario: Scenario, behaviour: Behaviour, population: Population, flows: Flows, planned: Flows) -> Edges:
    """The edges that carry `flows`, and those that `planned` plants will use."""
    origin = population.refiners.country.tolist()
    links = sorted(flows | planned, key=lambda link: (link[0], link[2], origin[link[1]], link[1]))
    slot, refiner, kind = np.array(links, dtype=np.int64).reshape(-1, 3).T.copy()
    flow = np.array([planned[link] if link in planned else flows[link] for link in links])
    now = np.array([0.0 if link in planned else flows[link] for link in links])
    bought = np.zeros(len(population.slots.rows))
    np.add.at(bought, slot, now)
    lag = _lags(scenario, population, links)
    pipe_steps = np.zeros(len(bought))
    np.add.at(pipe_steps, slot, now / bought[slot] * (lag - 1))
    return Edges(slot, refiner, kind, flow, flow / bought[slot], lag, pipe_steps)


def _lags(scenario: Scenario, population: Population, links: list[tuple[int, int, int]]) -> np.ndarray:
    """Lag in steps, at least one, from the seller's country to the buyer's: (edges,)."""
    rows = {(row.origin, row.destination): row for row in scenario.lags}
    countries = population.names.countries
    homes = [countries[country] for country in population.refiners.country.tolist()]
    found = [rows[homes[refiner], countries[population.slots.rows[slot].country]] for slot, refiner, _ in links]
    weeks_per_step = scenario.choices.step_days / 7.0
    return np.array([max(1, round(row.lag_weeks / weeks_per_step)) for row in found], dtype=np.int64)


@dataclass(frozen=True)
class Ways:
    """Ways: what one slot buys from one country shares a pipeline, so that the origin of cargo is kept."""

    origin: np.ndarray  # (ways,): country
    of_edge: np.ndarray  # (edges,)
    first: np.ndarray  # (slots + 1,): where the ways of a slot begin

    def arrays(self) -> dict[str, np.ndarray]:
        """What the bundle N says of ways."""
        return {"w_origin": self.origin, "e_way": self.of_edge, "s_way": self.first}


def ways_of(population: Population, edges: Edges) -> Ways:
    """The ways of the edges, sorted by slot and country."""
    taken = list(zip(edges.slot.tolist(), population.refiners.country[edges.refiner].tolist(), strict=True))
    ways = sorted(set(taken))
    row = {way: i for i, way in enumerate(ways)}
    return Ways(
        origin=np.array([origin for _, origin in ways]),
        of_edge=np.array([row[way] for way in taken]),
        first=np.searchsorted([slot for slot, _ in ways], np.arange(len(population.slots.rows) + 1)),
    )


def lane_arrays(population: Population, edges: Edges, ways: Ways) -> dict[str, np.ndarray]:
    """What the bundle N says of lanes: the edges of one slot of one kind from one country, which follow each other.

    What such edges have in common, time on the way, is worked out once for all of them.
    """
    place = np.column_stack([edges.slot, edges.kind, ways.of_edge])
    change = np.flatnonzero(np.any(place[1:] != place[:-1], axis=1)) + 1
    first = np.concatenate([[0], change]).astype(np.int64)
    return {
        "b_edge": np.append(first, len(edges.slot)),
        "b_kind": edges.kind[first],
        "b_home": population.refiners.zone[edges.refiner[first]],
        "b_way": ways.of_edge[first],
        "b_lag": edges.lag[first],
        "s_lane": np.searchsorted(edges.slot[first], np.arange(len(population.slots.rows) + 1)),
    }


@dataclass(frozen=True)
class Exports:
    """What leaves each zone legally in the base year, t a year."""

    contained: np.ndarray  # (zones, countries), by destination
    gross: np.ndarray  # (zones,), t gross of all forms


def exports_of(population: Population, edges: Edges) -> Exports:
    """Legal exports to users that are there from the start."""
    names, refiners, slots = population.names, population.refiners, population.slots
    contained = np.zeros((len(names.zones), len(names.countries)))
    gross = np.zeros(len(names.zones))
    legal = np.flatnonzero(edges.kind == LEGAL)
    columns = (edges.slot[legal], edges.refiner[legal], edges.flow[legal])
    for slot, refiner, tonnes in zip(*(column.tolist() for column in columns), strict=True):
        row = slots.rows[slot]
        if row.use > 0.0 and not population.firms.late[row.firm]:
            contained[refiners.zone[refiner], row.country] += tonnes
            gross[refiners.zone[refiner]] += tonnes * slots.gross[slot]
    return Exports(contained, gross)
