"""Small worlds with round numbers, and the shipped worlds made quiet: no acts, no news, no noise.

Sizes are t a year. Every number is an assumption that makes an answer easy to work out by hand.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from inspect import signature
from typing import Any

from chokepoint.agents.behaviour import NOISE_OFF
from chokepoint.sim.scenario.choices import Choices
from chokepoint.sim.scenario.problems import BadInput, nearest
from chokepoint.sim.scenario.reading import shipped
from chokepoint.sim.scenario.tables import (
    BaseYear,
    Basket,
    Country,
    Feed,
    Firm,
    Form,
    Lag,
    Material,
    Mine,
    Refiner,
    Scenario,
    Sector,
    SectorMaterial,
)
from chokepoint.sim.simulation import load_scenario

Change = Callable[[Scenario], Scenario]
ASSUMED: dict[str, Any] = {"source": "assumption", "confidence": "assumption"}
START = date(2010, 1, 4)
PRICE, FREIGHT = 10.0, 0.2  # USD/kg
UNIT = 100.0  # t a year of one unit of use or output
SPARE = 1.1  # capacity of a mine over its output


class NotPosed(Exception):
    """An experiment that cannot be made on a world, or with the words that acts have today; its text says why."""


@dataclass(frozen=True)
class World:
    """A quiet world and who plays which part in it.

    exporters, importers: by what they export, or use, in falling order. maker: makes it again with other knobs.
    """

    name: str
    scenario: Scenario
    exporters: tuple[str, ...]
    importers: tuple[str, ...]
    maker: Callable[..., Scenario] | None = None

    @property
    def states(self) -> tuple[str, ...]:
        """Its exporting states; `NotPosed` where there is none."""
        if not self.exporters:
            raise NotPosed("the world has no exporting state")
        return self.exporters

    @property
    def exporter(self) -> str:
        """The largest exporting state; `NotPosed` where there is none."""
        return self.states[0]

    @property
    def target(self) -> str:
        """The importer that uses most."""
        return self.importers[0]

    @property
    def others(self) -> tuple[str, ...]:
        """Importers beside the target; `NotPosed` where there is none."""
        if len(self.importers) < 2:
            raise NotPosed("the world has one importer only")
        return self.importers[1:]

    def over(self, weeks: int, *changes: Change) -> Scenario:
        """The scenario over so many weeks with changes made in their order."""
        end = self.scenario.start + timedelta(days=7 * weeks - 1)
        scenario = self.scenario.model_copy(update={"end": end})
        for change in changes:
            scenario = change(scenario)
        return scenario

    @property
    def knobs(self) -> frozenset[str]:
        """What can be set of a small world; a shipped one has no knobs."""
        return frozenset() if self.maker is None else frozenset(signature(self.maker).parameters)

    def made(self, **knobs: Any) -> "World":
        """The same world with other knobs; `NotPosed` where it has none of these names."""
        missing = sorted(set(knobs) - self.knobs)
        if missing or self.maker is None:
            raise NotPosed(f"{self.name} has no knob {', '.join(missing)}")
        return _world(self.name, self.maker(**knobs), self.maker)


def one_exporter(*, own: float = 6.0, materials: int = 1, traders: bool = True, on_contract: float = 0.0) -> Scenario:
    """X uses 70 and sells 60 - own abroad; J, E, S use 30, 22, 8; a mine in E makes `own` (6: dependence 9/10).

    on_contract: part of their use that all buy at a contract price.
    """
    return _small(
        "one_exporter", uses={"X": 70.0, "J": 30.0, "E": 22.0, "S": 8.0}, mines={"X": 130.0 - own, "E": own},
        exporters=("X",), materials=materials, traders=("X", "J") if traders else (), on_contract=on_contract,
    )  # fmt: skip


def four_exporters(*, materials: int = 1, traders: bool = True) -> Scenario:
    """A, B, C, D make 40 each and use 15; J, E, S use 50, 48, 2 and make nothing."""
    states = ("A", "B", "C", "D")
    return _small(
        "four_exporters", uses={**dict.fromkeys(states, 15.0), "J": 50.0, "E": 48.0, "S": 2.0},
        mines=dict.fromkeys(states, 40.0), exporters=states, materials=materials,
        traders=(*states, "J") if traders else (),
    )  # fmt: skip


def no_users(*, materials: int = 1, traders: bool = True) -> Scenario:
    """X and Y make 50 each and use nothing; J and E use 60 and 40."""
    return _small(
        "no_users", uses={"J": 60.0, "E": 40.0}, mines={"X": 50.0, "Y": 50.0}, exporters=("X", "Y"),
        materials=materials, traders=("J",) if traders else (),
    )  # fmt: skip


def one_market(*, output: float = 1.15) -> Scenario:
    """One country that uses 100, mines `output` times that, and has traders; nobody exports."""
    scenario = _small(
        "one_market", uses={"L": 100.0}, mines={"L": 100.0 * output}, exporters=(), materials=1, traders=("L",)
    )  # fmt: skip
    return scenario.model_copy(update={"choices": scenario.choices.model_copy(update={"balance": "none"})})


SMALL: Mapping[str, Callable[..., Scenario]] = {
    "one_exporter": one_exporter, "four_exporters": four_exporters, "no_users": no_users, "one_market": one_market,
}  # fmt: skip


@lru_cache(32)
def world(name: str) -> World:
    """A world by its name: a small one, or a shipped one without its history; `BadInput` names the nearest."""
    if name in SMALL:
        return _world(name, SMALL[name](), SMALL[name])
    if name not in shipped():
        raise BadInput([f"world {name}: not found ({nearest(name, [*SMALL, *shipped()])})"], "economics")
    return _world(name, quiet(load_scenario(name)), None)


def quiet(scenario: Scenario) -> Scenario:
    """A scenario without acts, news, swings of activity, doctrines, reserves and noise."""
    empty: dict[str, Any] = {
        "events": (),
        "news": (),
        "activity": {},
        "activity_months": (),
        "reserves": {},
        "stances": {},
    }
    return scenario.model_copy(update={**empty, "behaviour": {**scenario.behaviour, **NOISE_OFF}})


def _world(name: str, scenario: Scenario, maker: Callable[..., Scenario] | None) -> World:
    mined: dict[str, float] = {}
    for mine in scenario.mines:
        mined[mine.country] = mined.get(mine.country, 0.0) + mine.output_t_per_year
    used: dict[str, float] = {}
    for firm in scenario.firms:
        used[firm.country] = used.get(firm.country, 0.0) + firm.use_t_per_year
    states = [c.country for c in scenario.countries if c.role == "exporting_state"]
    outside = [c.country for c in scenario.countries if c.zone == "world" and used.get(c.country, 0.0) > 0.0]
    exporters = sorted(states, key=lambda c: used.get(c, 0.0) - mined.get(c, 0.0))
    return World(name, scenario, tuple(exporters), tuple(sorted(outside, key=lambda c: -used[c])), maker)


def _small(
    name: str, *, uses: Mapping[str, float], mines: Mapping[str, float], exporters: Sequence[str], materials: int,
    traders: Sequence[str], on_contract: float = 0.0,
) -> Scenario:  # fmt: skip
    """A world of these sizes in units; the second material costs twice the first, and so on."""
    countries = list(dict.fromkeys([*exporters, *mines, *uses]))
    goods = [f"M{i + 1}" for i in range(materials)]
    return Scenario(
        name=name, title="A small world of elementary economics", start=START, end=START + timedelta(days=7 * 300 - 1),
        countries=tuple(_country(c, c in exporters) for c in countries),
        materials=tuple(Material(material=m, title=m, family="light", **ASSUMED) for m in goods),
        base_year=tuple(
            BaseYear(item="price_outside", key=m, value=PRICE * 2.0**i, unit="USD/kg", **ASSUMED)
            for i, m in enumerate(goods)
        ),
        mines=tuple(_mine(c, UNIT * size) for c, size in mines.items()),
        baskets=tuple(Basket(basket="ore", material=m, share=1.0 / materials, **ASSUMED) for m in goods),
        refiners=tuple(_refiner(c, UNIT * size, c in exporters) for c, size in mines.items()),
        feeds=tuple(Feed(mine=f"{c} mine", refiner=f"{c} works", share=1.0, **ASSUMED) for c in mines),
        firms=(
            *(_firm(f"{c} industry", c, "industry", UNIT * size, 0.0, on_contract) for c, size in uses.items()),
            *(_firm(f"{c} traders", c, "trader", 0.0, 0.1) for c in traders),
        ),
        lags=tuple(
            Lag(origin=o, destination=d, lag_weeks=1 if o == d else 6, freight_usd_per_kg=0.0, **ASSUMED)
            for o in countries
            for d in countries
        ),
        sectors=(_sector("industry", 1.0), _sector("trader", 0.0)),
        sector_materials=tuple(
            SectorMaterial(sector=s, material=m, share=1.0 / materials, **ASSUMED)
            for s in ("industry", "trader")
            for m in goods
        ),
        forms=(Form(form="oxide", gross_per_contained=1.0, meaning="a tonne contained is a tonne gross", **ASSUMED),),
        choices=Choices(
            freight_usd_per_kg=FREIGHT if exporters else 0.0, quota_forms=("oxide",), embargo_forms=("oxide",)
        ),
        behaviour=dict(NOISE_OFF),
    )  # fmt: skip


def _country(name: str, exports: bool) -> Country:
    role = "exporting_state" if exports else "importing_government"
    zone = name if exports else "world"
    return Country(country=name, zone=zone, role=role, longitude=0, latitude=0, **ASSUMED)


def _mine(country: str, output: float) -> Mine:
    return Mine(
        mine=f"{country} mine", country=country, legal="yes", stage="operating", basket="ore", quota_group="light",
        output_t_per_year=output, capacity_t_per_year=SPARE * output, cost_usd_per_kg=2.0, capex_musd=0.0,
        lead_years=0.0, ramp_years=0.0, debt_share=0.2, **ASSUMED,
    )  # fmt: skip


def _refiner(country: str, output: float, exports: bool) -> Refiner:
    return Refiner(
        refiner=f"{country} works", country=country, kind="licensed" if exports else "free",
        capacity_t_per_year=1.3 * output, licence_share=1.0 if exports else 0.0, cost_usd_per_kg=1.5,
        **{"yield": 1.0}, **ASSUMED,
    )  # fmt: skip


def _firm(name: str, country: str, sector: str, use: float, trade_share: float, on_contract: float = 0.0) -> Firm:
    return Firm(
        firm=name, country=country, sector=sector, use_t_per_year=use, trade_share=trade_share,
        contract_share=on_contract, **ASSUMED,
    )  # fmt: skip


def _sector(name: str, multiplier: float) -> Sector:
    return Sector(
        sector=name, form="oxide", scrap_share=0.0, value_added_usd_per_kg=500.0 * multiplier,
        meaning="all use" if multiplier else "holds and resells", **ASSUMED,
    )  # fmt: skip
