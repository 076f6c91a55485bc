"""The model as Mesa sees it: a `mesa.Model` around a world, one step a week."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import mesa

from chokepoint.agents.views import ExportingState, Firm, ImportingGovernment, Mine, Refiner
from chokepoint.sim.politics.governed import GovernedWorld
from chokepoint.sim.simulation import Simulation


class MarketModel(mesa.Model):
    """A running scenario for those who come from Mesa.

    scenario: a folder with `scenario.toml`, a shipped episode by its name, or a `GovernedWorld` that may have begun,
    which brings its own seed and changes; run_seed: integer seed; changes: `key=value` overrides separated by `;`; rng:
    a seed in Mesa's own words, which takes the place of `run_seed` where it is given.
    `model.agents` are views into the world; `tick` counts weeks; `datacollector` holds prices by week, under names such
    as `price_outside Nd`, and takes further reporters of your own (`mesa.batch_run` and Mesa's page read it).
    """

    def __init__(
        self, scenario: str | Path | GovernedWorld = "", run_seed: int = 1, changes: str = "", rng: int | None = None
    ):
        seed = int(run_seed if rng is None else rng)
        super().__init__(rng=seed)
        if not isinstance(scenario, GovernedWorld):
            given = [c for c in changes.split(";") if c]
            scenario = Simulation(scenario, changes=given, seed=seed).world()
        self.world = world = scenario
        self.running = world.step < world.calendar.steps
        layout = world.layout
        countries = layout.countries
        for i, name in enumerate(layout.mines):
            Mine(self, i, name, countries[world.N.k_country[i]])
        for i, name in enumerate(layout.refiners):
            Refiner(self, i, name, countries[world.N.r_country[i]])
        for i, name in enumerate(layout.firms):
            Firm(self, i, name, countries[world.N.f_country[i]])
        for state in world.politics.exporting:
            ExportingState(self, countries.index(state.name), state.name, state.name)
        for government in world.politics.importing:
            ImportingGovernment(self, countries.index(government.name), government.name, government.name)
        self.datacollector = mesa.DataCollector(model_reporters=_prices(world))

    def __repr__(self) -> str:
        layout, tables = self.world.layout, ("mines", "refiners", "firms")
        sizes = ", ".join(f"{len(getattr(layout.scenario, table))} {table}" for table in tables)
        week = f"week {self.tick} of {self.world.last} ({self.world.day()})"
        return f"<MarketModel {layout.scenario.name}: {layout.scenario.title}, {week}; {sizes}>"

    @property
    def tick(self) -> int:
        """Weeks run so far."""
        return self.world.step

    def step(self) -> None:
        """Run one week; `running` turns false at the end of the scenario, after which nothing happens any more."""
        if self.world.step >= self.world.calendar.steps:
            return
        self.world.advance(self.world.step + 1)
        self.datacollector.collect(self)
        self.running = self.world.step < self.world.calendar.steps

    def price(self, material: str, inside: bool = False) -> float:
        """Price of a material now, USD per kg."""
        return float(self.world.S.price[1 if inside else 0, self.world.materials.index(material)])

    def discard(self) -> None:
        """Let Mesa forget this model (Mesa 3.3 otherwise keeps every model ever built)."""
        registry: Any = getattr(mesa.Agent, "_ids", {})
        registry.pop(self, None)


def _prices(world: GovernedWorld) -> dict[str, Callable[[MarketModel], float]]:
    """Reporters of each material's price outside, and inside where there is an exporting state, USD per kg."""

    def of(material: str, inside: bool) -> Callable[[MarketModel], float]:
        return lambda model: model.price(material, inside)

    sides = {"price_outside": False, "price_inside": True} if world.politics.exporting else {"price_outside": False}
    return {
        f"{name} {material}": of(material, inside) for name, inside in sides.items() for material in world.materials
    }
