"""Firms of the table, and after them the reserves of states, which are kept like the stock of a firm without use."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from chokepoint.sim.engine import draws
from chokepoint.sim.engine.calendar import Calendar
from chokepoint.sim.network.names import Names
from chokepoint.sim.network.structure import LONG_AGO, RESERVE, TRADER, USER
from chokepoint.sim.scenario.tables import Scenario, Sector

USER_MONTHS = 3.0  # stock of a user, months of use (Japan Times 26 January 2011: about three months)
TRADER_MONTHS = 6.0  # stock of traders who carry all trade of a market, months of that trade (assumption)


@dataclass(frozen=True)
class Firms:
    """Firms of the table, then reserves. What reserves lack has rows for the firms of the table only, as said."""

    names: list[str]
    keys: list[str]  # what the luck of each hangs on
    listed: int  # firms of the table; reserves come after them
    reserve_states: list[str]
    sectors: list[Sector]  # of the firms of the table
    country: np.ndarray  # (firms and reserves,)
    kind: np.ndarray  # (firms and reserves,)
    trader: np.ndarray  # (firms of the table,), like all that follow
    late: np.ndarray  # whether a firm opens after the start of the scenario
    shares: np.ndarray  # (firms of the table, materials): what a tonne that the sector uses is made of
    scrap: np.ndarray  # share of use, old scrap included

    def column(self, values: Iterable[float], of_reserves: float = 0.0) -> np.ndarray:
        """One number for each firm of the table, and the same one for all reserves: (firms and reserves,)."""
        return np.array([*values, *([of_reserves] * len(self.reserve_states))])


def firms_of(scenario: Scenario, names: Names) -> Firms:
    """The firms of a scenario, and the reserves that its states keep."""
    table = scenario.firms
    keepers = reserve_states(scenario)
    by_name = {row.sector: row for row in scenario.sectors}
    sectors = [by_name[row.sector] for row in table]
    trader = np.array([row.sector == "trader" for row in table])
    countries = [*(row.country for row in table), *keepers]
    kinds = [TRADER if trades else USER for trades in trader.tolist()] + [RESERVE] * len(keepers)
    return Firms(
        names=[row.firm for row in table] + [f"{state} reserve" for state in keepers],
        keys=[*names.firm_keys, *(f"{state} reserve" for state in keepers)],
        listed=len(table),
        reserve_states=keepers,
        sectors=sectors,
        country=np.array([names.country[country] for country in countries], dtype=np.int64),
        kind=np.array(kinds, dtype=np.int64),
        trader=trader,
        late=np.array([row.opens is not None for row in table]),
        shares=_shares(scenario, names),
        scrap=np.array([sector.scrap_share + sector.old_scrap_share for sector in sectors]),
    )


def reserve_states(scenario: Scenario) -> list[str]:
    """States that keep a reserve: by history's purchases of so many tonnes, or by a rule of their own."""
    bought = {
        act.actor
        for act in scenario.events
        if act.instrument == "reserve_purchase" and act.admitted == "yes" and act.unit == "t"
    }
    return sorted(bought | {reserve.country for reserve in scenario.reserves.values()})


def _shares(scenario: Scenario, names: Names) -> np.ndarray:
    """Materials in a tonne that each firm of the table uses, as its sector has them: (firms, materials)."""
    shares = np.zeros((len(scenario.firms), len(names.materials)))
    for firm, row in enumerate(scenario.firms):
        for part in scenario.sector_materials:
            if part.sector == row.sector and part.material in names.material:
                shares[firm, names.material[part.material]] = part.share
    return shares


def trait_keys(firms: Firms) -> np.ndarray:
    """Keys of the draws that make firms differ for good, in the stock that they want: (firms and reserves,)."""
    return np.array([draws.key_of("cover", key) for key in firms.keys], dtype=np.uint64)


def firm_arrays(scenario: Scenario, firms: Firms, calendar: Calendar) -> dict[str, np.ndarray]:
    """What the bundle N says of firms apart from what they use (see `slots.py`)."""
    months = [
        (TRADER_MONTHS if trades else USER_MONTHS) if row.stock_months is None else row.stock_months
        for row, trades in zip(scenario.firms, firms.trader.tolist(), strict=True)
    ]
    opens = [LONG_AGO if row.opens is None else calendar.step_of(row.opens) for row in scenario.firms]
    return {
        "f_country": firms.country,
        "f_kind": firms.kind,
        "f_key": np.array([draws.key_of("firm", key) for key in firms.keys], dtype=np.uint64),
        "f_open": np.array(firms.column(opens, LONG_AGO), dtype=np.int64),
        "f_months": firms.column(months),
        "f_spare": firms.column(row.spare_stock_share for row in scenario.firms),
        "f_contract": firms.column(row.contract_share for row in scenario.firms),
        "f_scrap": firms.column(firms.scrap),
    }
