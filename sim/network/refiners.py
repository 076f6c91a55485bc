"""Refiners: where they are, whether they may export, and what the mines of the base year feed them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chokepoint.sim.network.mines import Mines
from chokepoint.sim.network.names import Names
from chokepoint.sim.network.structure import FREE, LICENSED, UNLICENSED
from chokepoint.sim.scenario.tables import Scenario

KIND = {"licensed": LICENSED, "unlicensed": UNLICENSED, "free": FREE}
ROOM = 1.05  # capacity is at least so much of the feed of the base year, whatever the table says


@dataclass(frozen=True)
class Refiners:
    """Refiners, one row each: (refiners,) or (refiners, materials), t a year."""

    country: np.ndarray
    zone: np.ndarray
    kind: np.ndarray
    licence_share: np.ndarray
    base: np.ndarray  # feed of the base year
    output: np.ndarray  # product of the base year, by material
    reference: np.ndarray  # the same; of a plant that nobody feeds yet, what it makes once its projects run

    @property
    def supply(self) -> np.ndarray:
        """What all refiners make in the base year: (materials,), t a year."""
        return np.asarray(self.output.sum(axis=0))


def refiners_of(scenario: Scenario, names: Names, mines: Mines) -> Refiners:
    """The refiners of a scenario, fed by its mines."""
    table = scenario.refiners
    country = np.array([names.country[row.country] for row in table], dtype=np.int64)
    recovered = np.array([row.yield_ for row in table])[:, None]
    feed = _fed(scenario, names, mines, mines.base)
    output = feed * recovered
    planned = _fed(scenario, names, mines, mines.projected) * recovered
    return Refiners(
        country=country,
        zone=names.zone_of_country[country],
        kind=np.array([KIND[row.kind] for row in table], dtype=np.int64),
        licence_share=np.array([row.licence_share for row in table]),
        base=feed.sum(axis=1),
        output=output,
        reference=np.where(output > 0.0, output, planned),
    )


def _fed(scenario: Scenario, names: Names, mines: Mines, ore: np.ndarray) -> np.ndarray:
    """What refiners are fed when mines ship so much `ore` (mines,), t a year: (refiners, materials)."""
    feed = np.zeros((len(names.refiners), len(names.materials)))
    for link in scenario.feeds:
        mine = names.mine[link.mine]
        feed[names.refiner[link.refiner]] += link.share * ore[mine] * mines.basket[mine]
    return feed


def refiner_arrays(scenario: Scenario, refiners: Refiners) -> dict[str, np.ndarray]:
    """What the bundle N says of refiners."""
    table = scenario.refiners
    capacity = [
        max(row.capacity_t_per_year, ROOM * base) for row, base in zip(table, refiners.base.tolist(), strict=True)
    ]
    return {
        "r_country": refiners.country,
        "r_zone": refiners.zone,
        "r_kind": refiners.kind,
        "r_capacity": np.array(capacity),
        "r_base": refiners.base,
        "r_yield": np.array([row.yield_ for row in table]),
        "r_cost": np.array([row.cost_usd_per_kg for row in table]),
        "r_licence_share": refiners.licence_share,
        "r_output": refiners.output,
        "r_reference": refiners.reference,
    }
