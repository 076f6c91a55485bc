"""Who is there: the names along the axes that tables of a scenario give, and the market zones of countries."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chokepoint.sim.scenario.tables import Scenario


@dataclass(frozen=True)
class Names:
    """Names in the order of their tables: row i of an axis belongs to name i; the dicts lead from a name to its row.

    `zones` begins with the world outside; the zone of each of the `exporters`, the exporting states, follows.
    """

    countries: list[str]
    exporters: list[str]
    zones: list[str]
    materials: list[str]
    mines: list[str]
    refiners: list[str]
    forms: list[str]
    country: dict[str, int]
    material: dict[str, int]
    mine: dict[str, int]
    refiner: dict[str, int]
    zone_of_country: np.ndarray  # (countries,)
    mine_keys: list[str]  # what the luck of each hangs on: its key, or its name
    refiner_keys: list[str]
    firm_keys: list[str]  # of firms of the table

    def arrays(self) -> dict[str, np.ndarray]:
        """What the bundle N says of countries and zones alone."""
        ruled_by = np.array([-1, *(self.country[name] for name in self.exporters)], dtype=np.int64)
        return {"zone_of_country": self.zone_of_country, "state_of_zone": ruled_by}


def names_of(scenario: Scenario) -> Names:
    """The names of a scenario."""
    exporting = [row for row in scenario.countries if row.role == "exporting_state"]
    zones = ["world", *(row.zone for row in exporting)]
    countries = [row.country for row in scenario.countries]
    materials = [row.material for row in scenario.materials]
    mines = [row.mine for row in scenario.mines]
    refiners = [row.refiner for row in scenario.refiners]
    return Names(
        countries=countries,
        exporters=[row.country for row in exporting],
        zones=zones,
        materials=materials,
        mines=mines,
        refiners=refiners,
        forms=[row.form for row in scenario.forms],
        country=_rows(countries),
        material=_rows(materials),
        mine=_rows(mines),
        refiner=_rows(refiners),
        zone_of_country=np.array([zones.index(row.zone) for row in scenario.countries], dtype=np.int64),
        mine_keys=[row.key or row.mine for row in scenario.mines],
        refiner_keys=[row.key or row.refiner for row in scenario.refiners],
        firm_keys=[row.key or row.firm for row in scenario.firms],
    )


def _rows(names: list[str]) -> dict[str, int]:
    return {name: row for row, name in enumerate(names)}
