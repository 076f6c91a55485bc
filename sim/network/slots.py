"""Slots: one for each firm and material that it uses or holds. Orders, stocks and cargo belong to slots."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from chokepoint.sim.network.base_year import Use
from chokepoint.sim.network.firms import Firms
from chokepoint.sim.network.names import Names
from chokepoint.sim.network.refiners import Refiners
from chokepoint.sim.scenario.tables import Scenario


class Slot(NamedTuple):
    """A firm's or a reserve's position in one material."""

    firm: int
    material: int
    country: int
    zone: int
    form: int  # product form that it buys
    use: float  # t a year in the base year, or once the firm opens; none for traders and reserves


@dataclass(frozen=True)
class Slots:
    """All slots, sorted by firm and material, as rows and as columns: (slots,) unless said otherwise."""

    rows: list[Slot]
    first: np.ndarray  # (firms and reserves + 1,): where the slots of a firm begin
    firm: np.ndarray
    material: np.ndarray
    country: np.ndarray
    zone: np.ndarray
    form: np.ndarray
    gross: np.ndarray  # gross tonnes per tonne contained, in its form
    use: np.ndarray

    def of_reserves(self, firms: Firms) -> dict[str, dict[int, int]]:
        """Slots of each state's reserve by material."""
        return {
            state: {self.rows[slot].material: slot for slot in range(self.first[firm], self.first[firm + 1])}
            for firm, state in enumerate(firms.reserve_states, start=firms.listed)
        }


def slots_of(scenario: Scenario, names: Names, firms: Firms, use: Use, refiners: Refiners) -> Slots:
    """A slot for each material that is refined and that a firm's sector uses; reserves may hold all of them."""
    refined = (refiners.supply > 0.0).tolist()
    rows: list[Slot] = []
    first = [0]
    countries = firms.country.tolist()
    for firm, country in enumerate(countries):
        zone = int(names.zone_of_country[country])
        if firm < firms.listed:
            form = names.forms.index(firms.sectors[firm].form)
            wanted = (firms.shares[firm] > 0.0).tolist()
            uses = use.total[firm].tolist() if not firms.trader[firm] else [0.0] * len(refined)
        else:
            form = names.forms.index("oxide") if "oxide" in names.forms else 0
            wanted = [True] * len(refined)
            uses = [0.0] * len(refined)
        rows += [
            Slot(firm, material, country, zone, form, uses[material])
            for material in range(len(refined))
            if wanted[material] and refined[material]
        ]
        first.append(len(rows))
    forms = np.array([slot.form for slot in rows], dtype=np.int64)
    return Slots(
        rows=rows,
        first=np.array(first, dtype=np.int64),
        firm=np.array([slot.firm for slot in rows], dtype=np.int64),
        material=np.array([slot.material for slot in rows], dtype=np.int64),
        country=np.array([slot.country for slot in rows], dtype=np.int64),
        zone=np.array([slot.zone for slot in rows], dtype=np.int64),
        form=forms,
        gross=np.array([row.gross_per_contained for row in scenario.forms])[forms],
        use=np.array([slot.use for slot in rows]),
    )


def trade_base(names: Names, firms: Firms, slots: Slots, use: Use, refiners: Refiners) -> np.ndarray:
    """Material that passes through a zone in the base year: bought outside, refined inside; (zones, materials)."""
    trade = np.zeros((len(names.zones), len(names.materials)))
    for row in slots.rows:
        if row.use > 0.0 and row.zone == 0 and row.firm < firms.listed:
            trade[0, row.material] += use.bought[row.firm, row.material]
    for refiner, zone in enumerate(refiners.zone.tolist()):
        if zone > 0:
            trade[zone] += refiners.output[refiner]
    return trade


def use_base(names: Names, slots: Slots, open_step: np.ndarray) -> np.ndarray:
    """Use in the base year: (zones, materials), t a year; `open_step`: when each firm opens."""
    total = np.zeros((len(names.zones), len(names.materials)))
    np.add.at(total, (slots.zone, slots.material), np.where(open_step[slots.firm] > 0, 0.0, slots.use))
    return total


def slot_arrays(scenario: Scenario, firms: Firms, slots: Slots) -> dict[str, np.ndarray]:
    """What the bundle N says of slots apart from whom they buy from (see `edges.py`)."""
    value = firms.column(sector.value_added_usd_per_kg for sector in firms.sectors)
    return {
        "s_firm": slots.firm,
        "s_mat": slots.material,
        "s_zone": slots.zone,
        "s_country": slots.country,
        "s_form": slots.form,
        "s_base": slots.use,
        "s_gross": slots.gross,
        "s_trade_share": firms.column(row.trade_share for row in scenario.firms)[slots.firm],
        "s_value": value[slots.firm],
        "s_first": slots.first,
        "reserve_start": slots.first[firms.listed : firms.listed + 1],
    }
