"""What an experiment may ask of a market: to run a scenario, and what came of it week by week.

Experiments read nothing else, so that the market behind them can be replaced by writing `Economy` once more.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol

import numpy as np

from chokepoint.sim.scenario.tables import Scenario

WEEKS = 52  # a year of an experiment


@dataclass(frozen=True)
class Course:
    """What came of a scenario. Axes: n replications, w weeks, c countries (o origins, d destinations), m materials.

    price: (n, w, c, m), USD/kg, the quote. paid: (n, w, c, m), USD/kg, average of quote and contract.
    landed: (n, w, o, d, m), USD/kg, price at the origin with export tax, rent and freight.
    passable: (n, w, o, d), whether goods may pass from o to d and there is a way for them.
    exports: (n, w, o, d), t gross a week. covered: (n, w, o), the part of all exports that a quota would count.
    use, stock: (n, w, c, m), t a week and t. output: (n, w, c), t a week from mines.
    short: (n, w, c), t a week wanted and not there. rent, tax: (n, w, o), thousand USD a week.
    reserve: (n, w, c), t held by the state.
    """

    start: date
    countries: tuple[str, ...]
    materials: tuple[str, ...]
    price: np.ndarray
    paid: np.ndarray
    landed: np.ndarray
    passable: np.ndarray
    exports: np.ndarray
    covered: np.ndarray
    use: np.ndarray
    stock: np.ndarray
    output: np.ndarray
    short: np.ndarray
    rent: np.ndarray
    tax: np.ndarray
    reserve: np.ndarray

    @property
    def weeks(self) -> int:
        return int(self.price.shape[1])

    def at(self, country: str) -> int:
        """The row of a country."""
        return self.countries.index(country)

    def log_prices(self, country: str) -> np.ndarray:
        """Mean over materials of ln price in a country, by replication: (n, w)."""
        return np.asarray(np.log(self.price[:, :, self.at(country)]).mean(axis=2))

    def level(self, country: str, base: int) -> np.ndarray:
        """Price in a country over that of week `base`, geometric mean over materials and replications: (w,)."""
        logs = self.log_prices(country)
        return np.asarray(np.exp((logs - logs[:, base : base + 1]).mean(axis=0)))

    def paid_over_quote(self, country: str) -> np.ndarray:
        """What users pay on average in a country over the quote, mean over materials and replications: (w,)."""
        c = self.at(country)
        return np.asarray((self.paid[:, :, c] / self.price[:, :, c]).mean(axis=(0, 2)))

    def sent(self, origin: str, destination: str | None = None) -> np.ndarray:
        """Exports of a country, to one destination or to all, mean over replications, t gross a week: (w,)."""
        rows = self.exports[:, :, self.at(origin)].mean(axis=0)
        return np.asarray(rows.sum(axis=1) if destination is None else rows[:, self.at(destination)])

    def used(self, country: str) -> np.ndarray:
        """Use of all materials in a country, mean over replications, t a week: (w,)."""
        return np.asarray(self.use[:, :, self.at(country)].sum(axis=2).mean(axis=0))

    def mined(self, country: str | None = None) -> np.ndarray:
        """Output of mines, of a country or of all, mean over replications, t a week: (w,)."""
        mean = self.output.mean(axis=0)
        return np.asarray(mean.sum(axis=1) if country is None else mean[:, self.at(country)])


class Economy(Protocol):
    """A market that experiments can be made on."""

    use_elasticity: float  # of use to price in the short run, in a sector with multiplier 1

    def run(
        self, scenario: Scenario, *, behaviour: Mapping[str, float] | None = None, replications: int = 1, seed: int = 1
    ) -> Course:
        """Run a scenario; `BadInput` lists what is wrong with it."""
        ...

    def problems(self, scenario: Scenario) -> list[str]:
        """What is wrong with a scenario, a line each; empty where it can be run."""
        ...


def widest(one: np.ndarray, other: np.ndarray) -> float:
    """The largest difference of two paths of prices, in ln."""
    return float(np.abs(np.log(one) - np.log(other)).max())
