"""Feed links: which mine sends its ore to which refiner, and what ore is worth to a mine in the base year."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chokepoint.sim.network.base_year import Prices
from chokepoint.sim.network.mines import Mines
from chokepoint.sim.network.names import Names
from chokepoint.sim.network.refiners import Refiners
from chokepoint.sim.network.structure import FREE
from chokepoint.sim.scenario.tables import Scenario

PAYABLE = 0.6  # share of the worth of ore less refining cost that refiners of exporting states pay a mine (assumption)
EARNED = 0.95  # a mine that runs in the base year has cash costs of at most so much of what its ore earns


@dataclass(frozen=True)
class Feeds:
    """Feed links sorted by mine and refiner: (links,) unless said otherwise."""

    mine: np.ndarray
    refiner: np.ndarray
    share: np.ndarray  # of the mine's ore
    part: np.ndarray  # of the refiner's feed in the base year
    first: np.ndarray  # (mines + 1,): where the links of a mine begin

    def of(self, mine: int) -> slice:
        """The links of a mine."""
        return slice(self.first[mine], self.first[mine + 1])

    def arrays(self) -> dict[str, np.ndarray]:
        """What the bundle N says of feed links."""
        return {
            "l_mine": self.mine,
            "l_ref": self.refiner,
            "l_share": self.share,
            "l_part": self.part,
            "k_link": self.first,
        }


def feeds_of(scenario: Scenario, names: Names, mines: Mines, refiners: Refiners) -> Feeds:
    """The feed links of a scenario."""
    rows = sorted(scenario.feeds, key=lambda row: (names.mine[row.mine], names.refiner[row.refiner]))
    mine = np.array([names.mine[row.mine] for row in rows], dtype=np.int64)
    refiner = np.array([names.refiner[row.refiner] for row in rows], dtype=np.int64)
    share = np.array([row.share for row in rows])
    fed = refiners.base[refiner]
    return Feeds(
        mine=mine,
        refiner=refiner,
        share=share,
        part=np.divide(share * mines.base[mine], fed, out=np.zeros(len(rows)), where=fed > 0),
        first=np.searchsorted(mine, np.arange(len(names.mines) + 1)),
    )


@dataclass(frozen=True)
class Ore:
    """What a mine's ore is worth in the base year, and what it costs to dig and refine: (mines,), USD per kg."""

    refiner_zone: np.ndarray  # market zone whose prices value it: that of the refiner that gets most of it
    value: np.ndarray  # of the materials in it
    refining: np.ndarray
    payable: np.ndarray  # share of value above refining that the mine gets
    cost: np.ndarray

    def arrays(self) -> dict[str, np.ndarray]:
        """What the bundle N says of ore."""
        return {
            "k_refiner_zone": self.refiner_zone,
            "k_refining": self.refining,
            "k_payable": self.payable,
            "k_cost": self.cost,
        }


def ore_of(scenario: Scenario, mines: Mines, refiners: Refiners, feeds: Feeds, prices: Prices) -> Ore:
    """The worth of ore in the base year."""
    count = len(scenario.mines)
    main = np.zeros(count, dtype=np.int64)
    refining = np.zeros(count)
    outside = np.zeros(count, dtype=bool)
    for mine in range(count):
        shares, fed = feeds.share[feeds.of(mine)].tolist(), feeds.refiner[feeds.of(mine)].tolist()
        main[mine] = refiners.zone[fed[shares.index(max(shares))]]
        refining[mine] = sum(
            share * scenario.refiners[refiner].cost_usd_per_kg for share, refiner in zip(shares, fed, strict=True)
        )
        outside[mine] = (refiners.kind[fed] == FREE).all()
    value = (mines.basket * prices.base[main]).sum(axis=1)
    payable = np.where(outside, 1.0, PAYABLE)  # outside, mine and separation plant are one firm
    earned = payable * np.maximum(0.0, value - refining)
    cost = np.array([row.cost_usd_per_kg for row in scenario.mines])
    covered = np.where(mines.operating, np.minimum(cost, EARNED * earned), cost)
    return Ore(main, value, refining, payable, covered)
