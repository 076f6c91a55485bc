"""Who buys from whom: flows of the base year from refiners to slots, with exact margins on both sides.

Outside, the free refiners sell all they make and smugglers what leaks at base prices; licence holders supply the rest
in proportion to their licences. What is left is sold at home. Whoever buys nothing yet gets links all the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from math import log

import numpy as np

from chokepoint.agents.behaviour import Behaviour
from chokepoint.agents.refiner import leakage
from chokepoint.sim.engine import draws
from chokepoint.sim.network.margins import Keys, bulk, lay, split
from chokepoint.sim.network.population import Population
from chokepoint.sim.network.refiners import Refiners
from chokepoint.sim.network.slots import Slot
from chokepoint.sim.network.structure import FREE, GREY, LEGAL, LICENSED, RESERVE, UNLICENSED, WITHIN

# What larger sellers and buyers of a material make up: holders with slivers of it sell them at home, and small plants
# abroad and smugglers deal with the larger buyers.
BULK = 0.8

TRACE = 1e-12  # a link without flow in the base year is given so little that no balance notices

# Who walks along the buyers together, in their order, and the kind of link that joins them: outside and inside.
WALKS_OUTSIDE = (((FREE,), WITHIN), ((UNLICENSED,), GREY), ((LICENSED,), LEGAL))
WALKS_INSIDE = (((LICENSED, UNLICENSED), WITHIN),)

Flows = dict[tuple[int, int, int], float]  # t a year by slot, refiner and kind of link


@dataclass(frozen=True)
class Market:
    """One material in one zone: what is needed and what is sold there in the base year, t a year."""

    material: int
    zone: int
    label: str  # name of the material
    needs: dict[int, float]  # by slot
    sold: list[float]  # by refiner

    @cached_property
    def large(self) -> dict[int, float]:
        """Needs of the larger buyers."""
        chosen = bulk(np.array(list(self.needs.values()))[:, None], BULK)[:, 0]
        return {slot: need for (slot, need), is_large in zip(self.needs.items(), chosen, strict=True) if is_large}


def keys_of(population: Population) -> Keys:
    """What puts sellers and buyers in order: their names and nothing else."""
    of_firm = [int(draws.key_of("buyer", name)) for name in population.firms.names]
    return Keys(
        sellers=[int(draws.key_of("seller", name)) for name in population.names.refiners],
        buyers=[of_firm[slot.firm] for slot in population.slots.rows],
    )


def needs_of(population: Population) -> dict[int, float]:
    """What slots of firms that use something from the start buy in the base year: t a year by slot."""
    return {
        slot: float(population.use.bought[row.firm, row.material])
        for slot, row in enumerate(population.slots.rows)
        if row.use > 0.0 and not population.firms.late[row.firm]
    }


def needed_outside(population: Population, needs: dict[int, float]) -> np.ndarray:
    """What slots outside buy in the base year: (materials,), t a year."""
    needed = np.zeros(len(population.names.materials))
    for slot, need in needs.items():
        row = population.slots.rows[slot]
        if row.zone == 0:
            needed[row.material] += need
    return needed


def leaks_of(population: Population, behaviour: Behaviour) -> np.ndarray:
    """Share of output that smugglers get out at prices of the base year: (refiners, materials)."""
    refiners, prices = population.refiners, population.prices
    leaks = np.zeros_like(refiners.output)
    for refiner in np.flatnonzero(refiners.kind == UNLICENSED):
        for material in np.flatnonzero(refiners.output[refiner]):
            gap = log(prices.base[0, material] / prices.base[refiners.zone[refiner], material])
            leaks[refiner, material] = leakage(
                gap, 0.0, behaviour.leak_share, behaviour.leak_gap, behaviour.leak_threshold, behaviour.leak_enforcement
            )
    return leaks


def sold_outside(refiners: Refiners, leaks: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """What each refiner sells outside in the base year, t a year: (refiners, materials).

    leaks: of smugglers, as `leaks_of` says; wanted: (materials,), t a year bought outside.
    """
    kind = refiners.kind[:, None]
    sold = np.where(kind == FREE, refiners.output, np.where(kind == UNLICENSED, refiners.output * leaks, 0.0))
    total = sold.sum(axis=0)
    sold *= np.minimum(1.0, np.divide(wanted, total, out=np.ones(len(wanted)), where=total > 0.0))
    rest = np.maximum(0.0, wanted - sold.sum(axis=0))
    licensed = refiners.kind == LICENSED
    if licensed.any() and rest.sum() > 0.0:
        shares = refiners.licence_share * licensed
        limits = refiners.output * licensed[:, None]
        limits *= bulk(split(limits, shares, rest), BULK)
        sold += split(limits, shares, rest)
    return sold


def markets_of(population: Population, needs: dict[int, float], outside: np.ndarray) -> Iterator[Market]:
    """Every material and zone in which somebody buys. outside: what each refiner sells outside, t a year."""
    refiners = population.refiners
    found: dict[tuple[int, int], dict[int, float]] = {}
    for slot, need in needs.items():
        row = population.slots.rows[slot]
        found.setdefault((row.material, row.zone), {})[slot] = need
    for (material, zone), here in sorted(found.items()):
        if sum(here.values()) > 0.0:
            sold = outside[:, material]
            if zone > 0:
                sold = (refiners.output[:, material] - sold) * (refiners.zone == zone)
            yield Market(material, zone, population.names.materials[material], here, sold.tolist())


def served(market: Market, kinds: list[int], keys: Keys, rounds: int) -> Flows:
    """Flows of a market: each group of sellers walks along the buyers `rounds` times, in another order each time.

    All but the last group keep to the larger buyers where those want twice what the group sells. The last group serves
    whoever is not served yet, so that needs are met to the last tonne. kinds: of refiners.
    """
    offers = _offers(market, kinds)
    wanted = sum(market.needs.values())
    made = sum(sum(offer.values()) for _, offer in offers)
    flows: Flows = {}
    left = dict(market.needs)
    for kind, offer in offers:
        sale = {refiner: tonnes * wanted / made for refiner, tonnes in offer.items()}
        total = sum(sale.values())
        open_to = list(market.large)
        if kind == offers[-1][0] or total > 0.5 * sum(left[slot] for slot in open_to):
            open_to = list(left)
        room = sum(left[slot] for slot in open_to)
        if room <= 0.0:
            continue  # smugglers and plants abroad supply all; what is left to sell is rounding
        part = total / room
        wish = {slot: left[slot] * part for slot in open_to}
        for turn in range(rounds):
            salt = f"{market.label}/{turn}/{kind}/{market.zone}"
            for (refiner, slot), tonnes in lay(sale, wish, keys, salt).items():
                link = slot, refiner, kind
                flows[link] = flows.get(link, 0.0) + tonnes / rounds
        left = {slot: max(0.0, tonnes - wish.get(slot, 0.0)) for slot, tonnes in left.items()}
    return flows


def _offers(market: Market, kinds: list[int]) -> list[tuple[int, dict[int, float]]]:
    """Groups of sellers who walk together: the kind of link, and what each refiner sells, t a year."""
    offers = []
    for group, link in WALKS_OUTSIDE if market.zone == 0 else WALKS_INSIDE:
        offer = {
            refiner: tonnes
            for refiner, (tonnes, kind) in enumerate(zip(market.sold, kinds, strict=True))
            if tonnes > 0.0 and kind in group
        }
        if offer:
            offers.append((link, offer))
    return offers


def served_later(market: Market, refiners: Refiners, keys: Keys) -> Flows:
    """What plants outside that nobody feeds yet would sell to the larger buyers once their projects run."""
    material = market.material
    idle = (refiners.zone == 0) & (refiners.output[:, material] <= 0.0) & (refiners.reference[:, material] > 0.0)
    if market.zone != 0 or not idle.any():
        return {}
    sale = {refiner: float(refiners.reference[refiner, material]) for refiner in np.flatnonzero(idle).tolist()}
    scale = sum(sale.values()) / sum(market.large.values())
    wish = {slot: need * scale for slot, need in market.large.items()}
    laid = lay(sale, wish, keys, f"{market.label}/planned")
    return {(slot, refiner, WITHIN): tonnes for (refiner, slot), tonnes in laid.items()}


def within_reach(row: Slot, buyer: int, refiners: Refiners) -> Iterator[tuple[int, int]]:
    """Refiners that make a slot's material and can sell to it, each with the kind of link; `buyer`: kind of the firm.

    Product leaves exporting states and never enters one. A state does not buy from smugglers.
    """
    places = zip(refiners.zone.tolist(), refiners.kind.tolist(), strict=True)
    makes = (refiners.output[:, row.material] > 0.0).tolist()
    for refiner, (zone, seller) in enumerate(places):
        if not makes[refiner]:
            continue
        if zone == row.zone:
            yield refiner, WITHIN
        elif row.zone == 0 and seller == LICENSED:
            yield refiner, LEGAL
        elif row.zone == 0 and buyer != RESERVE:
            yield refiner, GREY


def links_without_flow(population: Population, linked: set[int], most: int) -> Flows:
    """Links of slots that buy nothing in the base year: traders, reserves, firms that open later.

    Each gets the `most` largest sellers that can reach it, by size times a luck of its own between a half and one and
    a half, so that they do not all crowd at the same.
    """
    names, firms, refiners = population.names, population.firms, population.refiners
    flows: Flows = {}
    for slot, row in enumerate(population.slots.rows):
        if slot in linked:
            continue
        options = []
        for refiner, kind in within_reach(row, int(firms.kind[row.firm]), refiners):
            luck = int(draws.key_of(firms.names[row.firm], names.refiners[refiner])) / 2.0**64
            options.append((float(refiners.output[refiner, row.material]) * (0.5 + luck), refiner, kind))
        for tonnes, refiner, kind in sorted(options, reverse=True)[:most]:
            flows[slot, refiner, kind] = tonnes * TRACE
    return flows


def flows_of(population: Population, leaks: np.ndarray, rounds: int) -> tuple[Flows, Flows]:
    """All flows of the base year, and those of plants that are planned.

    leaks: shares of output that are smuggled out, as `leaks_of` says; rounds: of walks along the buyers, about the
    number of sellers that each of them gets.
    """
    refiners, keys, kinds = population.refiners, keys_of(population), population.refiners.kind.tolist()
    needs = needs_of(population)
    outside = sold_outside(refiners, leaks, needed_outside(population, needs))
    flows: Flows = {}
    planned: Flows = {}
    for market in markets_of(population, needs, outside):
        flows |= served(market, kinds, keys, rounds)
        planned |= served_later(market, refiners, keys)
    linked = {slot for slot, _, _ in flows}
    flows |= links_without_flow(population, linked, max(2, rounds))
    return flows, planned
