"""Mines as their table has them: where they are, what they ship in the base year, and what is in their ore."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chokepoint.sim.engine import draws
from chokepoint.sim.network.names import Names
from chokepoint.sim.network.structure import QUOTA_GROUPS
from chokepoint.sim.scenario.tables import Scenario


@dataclass(frozen=True)
class Mines:
    """Mines, one row each: (mines,) unless said otherwise."""

    country: np.ndarray
    zone: np.ndarray
    operating: np.ndarray  # true for a mine, false for a project
    legal: np.ndarray
    group: np.ndarray  # index of `QUOTA_GROUPS`
    base: np.ndarray  # t of ore a year in the base year
    projected: np.ndarray  # t of ore a year of a project that runs at capacity
    basket: np.ndarray  # (mines, materials): share of a material in the ore

    def unlicensed(self, names: Names, zone: int) -> dict[str, int]:
        """The mines of a zone that are not legal: row by name."""
        chosen = np.flatnonzero((self.zone == zone) & ~self.legal)
        return {names.mines[mine]: mine for mine in chosen.tolist()}


def mines_of(scenario: Scenario, names: Names) -> Mines:
    """The mines of a scenario."""
    table = scenario.mines
    country = np.array([names.country[row.country] for row in table], dtype=np.int64)
    running = [row.stage == "operating" for row in table]
    return Mines(
        country=country,
        zone=names.zone_of_country[country],
        operating=np.array(running, dtype=bool),
        legal=np.array([row.legal == "yes" for row in table], dtype=bool),
        group=np.array([QUOTA_GROUPS.index(row.quota_group) for row in table], dtype=np.int64),
        base=np.array([row.output_t_per_year if runs else 0.0 for row, runs in zip(table, running, strict=True)]),
        projected=np.array(
            [0.0 if runs else row.capacity_t_per_year for row, runs in zip(table, running, strict=True)]
        ),
        basket=_baskets(scenario, names),
    )


def _baskets(scenario: Scenario, names: Names) -> np.ndarray:
    """Shares of materials in the ore of each mine; what a basket holds beside the scenario's materials is waste."""
    shares = np.zeros((len(scenario.mines), len(names.materials)))
    for mine, row in enumerate(scenario.mines):
        for part in scenario.baskets:
            if part.basket == row.basket and part.material in names.material:
                shares[mine, names.material[part.material]] += part.share
    return shares


def quota_shares(mines: Mines) -> np.ndarray:
    """Part of a production quota that each mine gets: its part of what its group ships in its zone; (mines,)."""
    shares = np.zeros(len(mines.base))
    for mine, group in enumerate(mines.group):
        peers = (mines.group == group) & (mines.zone == mines.zone[mine]) & mines.operating
        if group > 0 and peers.any() and mines.base[peers].sum() > 0:
            shares[mine] = mines.base[mine] / mines.base[peers].sum()
    return shares


def mine_arrays(scenario: Scenario, names: Names, mines: Mines) -> dict[str, np.ndarray]:
    """What the bundle N says of mines apart from their ore's way and worth (see `feeds.py`)."""
    table = scenario.mines
    return {
        "k_country": mines.country,
        "k_zone": mines.zone,
        "k_legal": mines.legal,
        "k_project": ~mines.operating,
        "k_group": mines.group,
        "k_quota_share": quota_shares(mines),
        "k_base": mines.base,
        "k_basket": mines.basket,
        "k_capacity": np.array([row.capacity_t_per_year for row in table]),
        "k_capex": np.array([row.capex_musd * 1000.0 for row in table]),
        "k_lead": np.array([row.lead_years for row in table]),
        "k_ramp": np.array([row.ramp_years for row in table]),
        "k_host": np.array([row.host_share for row in table]),
        "k_debt_share": np.array([row.debt_share for row in table]),
        "k_key": np.array([draws.key_of("mine", key) for key in names.mine_keys], dtype=np.uint64),
    }
