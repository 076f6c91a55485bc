"""Who exists, and how big in the base year: everybody that a scenario's tables name, put in balance."""

from __future__ import annotations

from dataclasses import dataclass

from chokepoint.sim.network.base_year import Prices, Use, prices_of, use_of
from chokepoint.sim.network.feeds import Feeds, Ore, feeds_of, ore_of
from chokepoint.sim.network.firms import Firms, firms_of
from chokepoint.sim.network.mines import Mines, mines_of
from chokepoint.sim.network.names import Names, names_of
from chokepoint.sim.network.refiners import Refiners, refiners_of
from chokepoint.sim.network.slots import Slots, slots_of
from chokepoint.sim.scenario.tables import Scenario


@dataclass(frozen=True)
class Population:
    """Everybody in the base year, before anybody deals with anybody but for mines and the refiners they feed."""

    names: Names
    prices: Prices
    mines: Mines
    refiners: Refiners
    feeds: Feeds
    ore: Ore
    firms: Firms
    use: Use
    slots: Slots


def population_of(scenario: Scenario) -> Population:
    """The population of a scenario."""
    names = names_of(scenario)
    prices = prices_of(scenario, names)
    mines = mines_of(scenario, names)
    refiners = refiners_of(scenario, names, mines)
    feeds = feeds_of(scenario, names, mines, refiners)
    firms = firms_of(scenario, names)
    use = use_of(scenario, firms, refiners.supply)
    return Population(
        names=names,
        prices=prices,
        mines=mines,
        refiners=refiners,
        feeds=feeds,
        ore=ore_of(scenario, mines, refiners, feeds, prices),
        firms=firms,
        use=use,
        slots=slots_of(scenario, names, firms, use, refiners),
    )
