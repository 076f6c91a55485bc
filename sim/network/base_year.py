"""The base year: prices inside and outside, and what firms use and buy, in balance with what refiners make."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from chokepoint.sim.network.firms import Firms
from chokepoint.sim.network.margins import balance
from chokepoint.sim.network.names import Names
from chokepoint.sim.scenario.acts import words
from chokepoint.sim.scenario.problems import BadInput
from chokepoint.sim.scenario.tables import Scenario


@dataclass(frozen=True)
class Prices:
    """Prices and taxes of the base year by zone and material, freight to the world outside by zone."""

    base: np.ndarray  # (zones, materials), USD per kg
    tax: np.ndarray  # (zones, materials), share of the price inside
    freight: np.ndarray  # (zones,), USD per kg

    def arrays(self) -> dict[str, np.ndarray]:
        """What the bundle N says of prices."""
        return {"base_price": self.base, "price_tax0": self.tax, "freight": self.freight}


def prices_of(scenario: Scenario, names: Names) -> Prices:
    """Prices of the base year: those outside are given, one inside leaves nothing to earn by exporting.

    Raises `BadInput` where freight is dearer than a material.
    """
    base = np.ones((len(names.zones), len(names.materials)))
    tax = np.zeros(base.shape)
    freight = np.zeros(len(names.zones))
    freight[1:] = scenario.choices.freight_usd_per_kg
    outside = {row.key: row.value for row in scenario.base_year if row.item == "price_outside"}
    base[0] = [outside[material] for material in names.materials]
    for zone, name in enumerate(names.zones[1:], start=1):
        tax[zone] = export_tax(scenario, name, names.materials, scenario.start)
        base[zone] = (base[0] - freight[zone]) / (1.0 + tax[zone])
        if (base[zone] <= 0.0).any():
            raise BadInput(["scenario.toml, choices.freight_usd_per_kg: above the base-year price"], scenario.name)
    return Prices(base, tax, freight)


def export_tax(scenario: Scenario, zone: str, materials: Sequence[str], day: date) -> np.ndarray:
    """Export tax of a zone in force on a day, as a share of the price, by material."""
    tax = np.zeros(len(materials))
    actors = {row.country for row in scenario.countries if row.zone == zone and row.role == "exporting_state"}
    for act in scenario.events:
        if act.instrument != "export_tax" or act.admitted != "yes" or act.actor not in actors or act.start > day:
            continue
        if act.end is None or act.end >= day:
            for name in words(act.materials) or materials:
                tax[materials.index(name)] = (act.value or 0.0) / 100.0
    return tax


@dataclass(frozen=True)
class Use:
    """Use of the firms of the table in the base year: (firms of the table, materials), t a year."""

    bought: np.ndarray  # what they need beyond scrap; nothing where a firm opens later
    total: np.ndarray  # scrap included, and what firms that open later will use


def use_of(scenario: Scenario, firms: Firms, supply: np.ndarray) -> Use:
    """Use of the base year, scaled to `supply` (materials,), t a year, unless the scenario's tables are kept as given.

    A firm that opens later takes no part in the balance: it will use what its row says.
    """
    listed = np.array([row.use_t_per_year for row in scenario.firms]) * ~firms.trader
    present = listed * ~firms.late
    if scenario.choices.balance == "use":
        bought = balance(present * (1.0 - firms.scrap), firms.shares, supply)
    else:
        bought = (present * (1.0 - firms.scrap))[:, None] * firms.shares
    total = bought / (1.0 - firms.scrap)[:, None] + (listed * firms.late)[:, None] * firms.shares
    return Use(bought, total)
