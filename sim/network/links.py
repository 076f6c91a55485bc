"""Who buys from whom: flows of the base year from refiners to slots, with exact margins on both sides.

What is not sold outside (see `sales.py`) is sold at home. Whoever buys nothing yet gets links all the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from chokepoint.sim.engine import draws
from chokepoint.sim.network.margins import Keys, bulk, lay
from chokepoint.sim.network.population import Population
from chokepoint.sim.network.refiners import Refiners
from chokepoint.sim.network.sales import BULK, needs_of
from chokepoint.sim.network.slots import Slot
from chokepoint.sim.network.structure import FREE, GREY, LEGAL, LICENSED, RESERVE, UNLICENSED, WITHIN

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
    """What puts sellers and buyers in order: their keys and nothing else."""
    of_firm = [int(draws.key_of("buyer", key)) for key in population.firms.keys]
    return Keys(
        sellers=[int(draws.key_of("seller", key)) for key in population.names.refiner_keys],
        buyers=[of_firm[slot.firm] for slot in population.slots.rows],
    )


def markets_of(population: Population, outside: np.ndarray) -> Iterator[Market]:
    """Every material and zone in which somebody buys. outside: what each refiner sells outside, t a year."""
    refiners = population.refiners
    found: dict[tuple[int, int], dict[int, float]] = {}
    for slot, need in needs_of(population).items():
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
            luck = int(draws.key_of(firms.keys[row.firm], names.refiner_keys[refiner])) / 2.0**64
            options.append((float(refiners.output[refiner, row.material]) * (0.5 + luck), refiner, kind))
        for tonnes, refiner, kind in sorted(options, reverse=True)[:most]:
            flows[slot, refiner, kind] = tonnes * TRACE
    return flows


def flows_of(population: Population, outside: np.ndarray, rounds: int) -> tuple[Flows, Flows]:
    """All flows of the base year, and those of plants that are planned.

    outside: what refiners sell outside, as `sold_outside` says; rounds: of walks along the buyers, about the number of
    sellers that each of them gets.
    """
    refiners, keys, kinds = population.refiners, keys_of(population), population.refiners.kind.tolist()
    flows: Flows = {}
    planned: Flows = {}
    for market in markets_of(population, outside):
        flows |= served(market, kinds, keys, rounds)
        planned |= served_later(market, refiners, keys)
    linked = {slot for slot, _, _ in flows}
    flows |= links_without_flow(population, linked, max(2, rounds))
    return flows, planned
