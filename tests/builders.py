"""A small world made in Python, with knobs: two countries, a few firms, any number of materials.

Exportia mines and refines; Importia uses and has one small mine of its own. All sizes are round numbers
unless `seed` is given, which scatters them.
"""

import csv
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from chokepoint.agents.behaviour import NOISE_OFF
from chokepoint.sim.market.week import phases
from chokepoint.sim.market.world import World
from chokepoint.sim.politics.instruments import known
from chokepoint.sim.scenario.choices import Choices
from chokepoint.sim.scenario.tables import (
    SHARED,
    BaseYear,
    Basket,
    Country,
    Event,
    Feed,
    Firm,
    Form,
    Lag,
    Material,
    Mine,
    News,
    Refiner,
    Scenario,
    Sector,
    SectorMaterial,
)
from chokepoint.sim.simulation import change_scenario

TWO_COUNTRIES = Path(__file__).parents[1] / "experiments" / "episodes" / "two-countries"
INSTRUMENTS = known(phases().frame)
T = TypeVar("T", Sector, Form)
ASSUMED: dict[str, Any] = {"source": "assumption", "confidence": "assumption"}
SECTORS = ("ceramics", "phosphors", "other")  # all three use oxide: a tonne contained is a tonne gross
ALL_FORMS = ("oxide", "carbonate", "metal")


def event(name: str, start: date, instrument: str, value: float | None = None, **cells: Any) -> Event:
    """An act of Exportia, announced on the day it begins, in the unit of its instrument."""
    units = INSTRUMENTS[instrument].wanted(cells.get("kind", "")) if value is not None else ()
    row = {
        "id": name, "date": start, "start": start, "actor": "Exportia", "instrument": instrument, "target": "all",
        "value": value, "unit": units[0] if units else "none", "admitted": "yes", **ASSUMED, **cells,
    }  # fmt: skip
    return Event(**row)


def news_item(name: str, day: date, kind: str, target: str = "all", measure: str = "") -> News:
    """Something said on a day."""
    return News(id=name, date=day, kind=kind, target=target, measure=measure, admitted="yes", text=name, **ASSUMED)


def half_years(tonnes: float, first: int, last: int) -> tuple[Event, ...]:
    """An export quota of `tonnes` gross for each half of the years first to last, announced when it begins."""
    return tuple(
        event(
            f"quota.{year}H{half}", date(year, 6 * half - 5, 1), "export_quota", tonnes, unit="t gross",
            end=date(year, 6, 30) if half == 1 else date(year, 12, 31),
        )
        for year in range(first, last + 1)
        for half in (1, 2)
    )  # fmt: skip


def world_scenario(
    *,
    materials: int = 1,
    prices: Sequence[float] | None = None,
    firms: int = 3,
    mines: int = 1,
    refiners: int = 2,
    unlicensed: bool = True,
    traders: bool = True,
    project: bool = False,
    tax: float = 0.10,
    freight: float = 0.0,
    quota_t: float | None = None,
    embargo: tuple[date, date] | None = None,
    start: date = date(2010, 1, 4),
    end: date = date(2014, 12, 28),
    seed: int | None = None,
    noise: bool = True,
    events: Sequence[Event] = (),
    news: Sequence[News] = (),
    more_firms: Mapping[int, Firm] | None = None,
    behaviour: Mapping[str, float] | None = None,
    **choices: Any,
) -> Scenario:
    """A world of 10,000 t of ore a year and material, checked like a scenario read from files.

    materials: number of materials, with base-year `prices` (USD/kg; 10, 20, 30, ... by default).
    firms:     users in each country (and one trader in each, if `traders`).
    mines:     legal mines of Exportia; an unlicensed one and one abroad come with them.
    refiners:  licensed refiners of Exportia with equal licences; an unlicensed one if `unlicensed`.
    project:   a mine abroad that may be built when prices rise.
    tax:       export tax as a share, in force before the start.
    freight:   USD/kg from Exportia's border to the outside market.
    quota_t:   export quota of every half-year from the second year on, t gross; None for no quota.
    embargo:   first and last day of an embargo against Importia.
    seed:      scatters sizes by up to a third; None leaves them round.
    noise:     False switches off all random disturbances.
    more_firms: further firms by their position in the table of firms.
    """
    luck = np.random.default_rng(seed)

    def size(value: float) -> float:
        return value if seed is None else float(value * luck.uniform(0.7, 1.3))

    names = [f"M{i + 1}" for i in range(materials)]
    priced = list(prices) if prices is not None else [10.0 * (i + 1) for i in range(materials)]
    legal = [size(7000.0 / mines) for _ in range(mines)]
    shares = np.array([size(1.0) for _ in names])
    # Baskets differ between Exportia and abroad, so that materials are joint products in two proportions.
    baskets = {"ore": shares / shares.sum(), "far ore": (shares[::-1]) / shares.sum()}

    mine_rows = [
        _mine(f"Pit {i + 1}", "Exportia", "yes", "ore", legal[i], 1.3 * legal[i], "light") for i in range(mines)
    ]
    feeds = [
        Feed(mine=m.mine, refiner=f"Works {r + 1}", share=1.0 / refiners, **ASSUMED)
        for m in mine_rows
        for r in range(refiners)
    ]
    refiner_rows = [
        plant(f"Works {r + 1}", "Exportia", "licensed", 1.3 * sum(legal) / refiners, 1.0 / refiners)
        for r in range(refiners)
    ]
    if unlicensed:
        dug = size(2000.0)
        mine_rows.append(_mine("Night Diggings", "Exportia", "no", "ore", dug, 1.5 * dug, "none"))
        refiner_rows.append(plant("Back Yard", "Exportia", "unlicensed", 1.5 * dug, 0.0))
        feeds.append(Feed(mine="Night Diggings", refiner="Back Yard", share=1.0, **ASSUMED))
    far = size(1000.0)
    mine_rows.append(_mine("Far Creek", "Importia", "yes", "far ore", far, far, "none"))
    refiner_rows.append(plant("Far Works", "Importia", "free", 1.2 * far, 0.0))
    feeds.append(Feed(mine="Far Creek", refiner="Far Works", share=1.0, **ASSUMED))

    if project:
        mine_rows.append(
            _mine("New Mine", "Importia", "yes", "far ore", 0.0, size(800.0), "none").model_copy(
                update={"stage": "project", "capex_musd": 8.0, "lead_years": 0.5, "ramp_years": 0.5}
            )
        )
        feeds.append(Feed(mine="New Mine", refiner="Far Works", share=1.0, **ASSUMED))

    firm_rows = []
    for country, total in (("Exportia", 5500.0), ("Importia", 4000.0)):
        for i in range(firms):
            sector = SECTORS[i % len(SECTORS)]
            firm_rows.append(user(f"{country} user {i + 1}", country, sector, size(total / firms)))
        if traders:
            firm_rows.append(user(f"{country} traders", country, "trader", 0.0, 0.1))
    for place, row in sorted((more_firms or {}).items()):
        firm_rows.insert(place, row)

    acts = [event("tax", date(2009, 1, 1), "export_tax", 100.0 * tax, materials=";".join(names), unit="%")]
    if quota_t is not None:
        acts += half_years(quota_t, start.year + 1, end.year)
    if embargo is not None:
        acts.append(event("embargo", embargo[0], "embargo", target="Importia", end=embargo[1]))

    covered = {"quota_forms": ALL_FORMS, "embargo_forms": ALL_FORMS, **choices}
    scenario = Scenario(
        name="small-world", title="A small world", start=start, end=end,
        countries=(
            Country(
                country="Exportia", zone="Exportia", role="exporting_state", longitude=100, latitude=40, **ASSUMED
            ),
            Country(
                country="Importia", zone="world", role="importing_government", longitude=140, latitude=35, **ASSUMED
            ),
        ),
        materials=tuple(Material(material=m, title=m, family="light", **ASSUMED) for m in names),
        base_year=tuple(
            BaseYear(item="price_outside", key=m, value=p, unit="USD/kg", **ASSUMED)
            for m, p in zip(names, priced, strict=True)
        ),
        mines=tuple(mine_rows),
        baskets=tuple(
            Basket(basket=b, material=m, share=float(q), **ASSUMED)
            for b, parts in baskets.items()
            for m, q in zip(names, parts, strict=True)
        ),
        refiners=tuple(refiner_rows), feeds=tuple(feeds), firms=tuple(firm_rows),
        lags=tuple(
            Lag(origin=o, destination=d, lag_weeks=1 if o == d else 5, freight_usd_per_kg=0.1, **ASSUMED)
            for o in ("Exportia", "Importia")
            for d in ("Exportia", "Importia")
        ),
        sectors=_shared("sectors", Sector),
        sector_materials=tuple(
            SectorMaterial(sector=s, material=m, share=1.0 / materials, **ASSUMED)
            for s in (*SECTORS, "trader")
            for m in names
        ),
        forms=_shared("forms", Form),
        events=(*acts, *events), news=tuple(news),
        choices=Choices(freight_usd_per_kg=freight, **covered),
        behaviour={**({} if noise else NOISE_OFF), **(behaviour or {})},
    )  # fmt: skip
    return change_scenario(scenario, ())


def _shared(table: str, row: type[T]) -> tuple[T, ...]:
    """The rows of a table of technology that all scenarios share."""
    with SHARED[table].open(newline="", encoding="utf-8") as file:
        return tuple(row.model_validate({k: v for k, v in cells.items() if v}) for cells in csv.DictReader(file))


def _mine(name: str, country: str, legal: str, basket: str, output: float, capacity: float, group: str) -> Mine:
    return Mine(
        mine=name, country=country, legal=legal, stage="operating", basket=basket, output_t_per_year=output,
        capacity_t_per_year=capacity, quota_group=group, cost_usd_per_kg=2.0, capex_musd=0.0, lead_years=0.0,
        ramp_years=0.0, debt_share=0.2, **ASSUMED,
    )  # fmt: skip


def plant(name: str, country: str, kind: str, capacity: float, licence_share: float) -> Refiner:
    return Refiner(
        refiner=name, country=country, kind=kind, capacity_t_per_year=capacity, licence_share=licence_share,
        cost_usd_per_kg=1.5, **{"yield": 0.95}, **ASSUMED,
    )  # fmt: skip


def user(name: str, country: str, sector: str, use: float, trade_share: float = 0.0, opens: date | None = None) -> Firm:
    """A firm; a trader has a share of the trade instead of a use."""
    return Firm(
        firm=name, country=country, sector=sector, use_t_per_year=use, trade_share=trade_share, opens=opens, **ASSUMED
    )


def differences(one: World, other: World, until: int | None = None) -> list[str]:
    """Names of the recorded arrays that differ in any bit in the steps before `until`."""
    first, second = one.R._asdict(), other.R._asdict()
    return [name for name, data in first.items() if data[:until].tobytes() != second[name][:until].tobytes()]
