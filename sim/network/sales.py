"""How much each refiner sells at home and outside in the base year, before it is said to whom.

Outside, the free refiners sell all they make and smugglers what leaks at base prices; licence holders supply the rest
in proportion to their licences. What is left is sold at home.
"""

from __future__ import annotations

from math import log

import numpy as np

from chokepoint.agents.behaviour import Behaviour
from chokepoint.agents.refiner import tempted
from chokepoint.sim.network.margins import bulk, split
from chokepoint.sim.network.population import Population
from chokepoint.sim.network.structure import FREE, LICENSED, UNLICENSED

# What larger sellers and buyers of a material make up: holders with slivers of it sell them at home, and small plants
# abroad and smugglers deal with the larger buyers.
BULK = 0.8


def needs_of(population: Population) -> dict[int, float]:
    """What slots of firms that use something from the start buy in the base year: t a year by slot."""
    return {
        slot: float(population.use.bought[row.firm, row.material])
        for slot, row in enumerate(population.slots.rows)
        if row.use > 0.0 and not population.firms.late[row.firm]
    }


def needed_outside(population: Population) -> np.ndarray:
    """What slots outside buy in the base year: (materials,), t a year."""
    needed = np.zeros(len(population.names.materials))
    for slot, need in needs_of(population).items():
        row = population.slots.rows[slot]
        if row.zone == 0:
            needed[row.material] += need
    return needed


def leaks_of(population: Population, behaviour: Behaviour) -> np.ndarray:
    """Share of output that smugglers get out at prices of the base year: (refiners, materials)."""
    refiners, prices = population.refiners, population.prices
    leaks: np.ndarray = np.zeros_like(refiners.output)
    for refiner in np.flatnonzero(refiners.kind == UNLICENSED):
        for material in np.flatnonzero(refiners.output[refiner]):
            gap = log(prices.base[0, material] / prices.base[refiners.zone[refiner], material])
            leaks[refiner, material] = behaviour.smuggled_most * tempted(gap, behaviour.smuggling_gap)
    return leaks


def sold_outside(population: Population, leaks: np.ndarray) -> np.ndarray:
    """What each refiner sells outside, t a year: (refiners, materials); `leaks`: of smugglers, as `leaks_of` says."""
    refiners, wanted = population.refiners, needed_outside(population)
    kind = refiners.kind[:, None]
    sold = np.where(kind == FREE, refiners.output, np.where(kind == UNLICENSED, refiners.output * leaks, 0.0))
    total = sold.sum(axis=0)
    sold *= np.minimum(1.0, np.divide(wanted, total, out=np.ones(len(wanted)), where=total > 0.0))
    rest = np.maximum(0.0, wanted - sold.sum(axis=0))
    licensed = refiners.kind == LICENSED
    if licensed.any() and rest.sum() > 0.0:
        shares = refiners.licence_share * licensed
        limits = refiners.output * licensed[:, None]
        # Twice: once to see who would export much of which material, then among those alone.
        larger = limits * bulk(split(limits, shares, rest), BULK)
        limits = np.where(larger.sum(axis=0) >= rest, larger, limits)
        sold += split(limits, shares, rest)
    return np.asarray(sold)
