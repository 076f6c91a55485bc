"""What the agents of the reduced world of `mesa_world.py` share: accounts, markets, positions, links.

Masses are tonnes, prices USD/kg, money thousand USD, rates per year; `dt` is the week in years.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import exp, log
from typing import TYPE_CHECKING

import mesa

if TYPE_CHECKING:
    from tests.reference.mesa_agents import Firm, Refiner
    from tests.reference.mesa_world import ReducedWorld


class Party(mesa.Agent):
    """Who has an account; every payment has a payer and a payee."""

    def __init__(self, model: ReducedWorld):
        super().__init__(model)
        self.cash = 0.0

    def pay(self, payee: Party, kusd: float) -> None:
        self.cash -= kusd
        payee.cash += kusd


class Market(mesa.Agent):
    """The market of one material in one zone; prices in USD/kg."""

    def __init__(self, model: ReducedWorld, material: int, price: float, home: Market | None = None):
        super().__init__(model)
        self.material, self.home = material, home
        self.base = self.price = self.habitual = self.slow = price
        self.gap = self.slow_gap = self.growth = 0.0
        self.wanted = self.stock = 0.0

    def expect(self) -> None:
        """Expected log growth a year: part of the way back to the habitual price."""
        self.growth = -self.model.P.reversion * log(self.price / self.habitual)

    def open_books(self) -> None:
        self.wanted = self.stock = 0.0

    def form_price(self) -> None:
        """The log price moves to its goal: inside by cover around an anchor, outside above parity."""
        P, state = self.model.P, self.model.state
        shortage = log(self.wanted / self.stock)
        if self.home is None:
            anchor = P.anchor_weight * log(self.habitual) + (1.0 - P.anchor_weight) * log(self.base)
            goal, speed = anchor + P.inside_cover_gain * shortage, P.inside_speed
        else:
            parity = self.home.price * (1.0 + state.tax[self.material]) + state.rent_asked + state.freight
            goal, speed = log(parity) + P.outside_cover_gain * max(0.0, shortage), P.outside_speed
        self.price = exp(goal + (log(self.price) - goal) * exp(-speed * self.model.dt))

    def remember(self) -> None:
        P, dt = self.model.P, self.model.dt
        self.habitual = self.price + (self.habitual - self.price) * exp(-dt / P.anchor_years)
        self.slow = self.price + (self.slow - self.price) * exp(-dt / P.thrift_memory_years)
        self.gap, self.slow_gap = log(self.price / self.base), log(self.slow / self.base)


@dataclass
class Position:
    """A firm's stock and orders of one material, t; `under_way` holds (week due, t, country of origin)."""

    market: Market
    base: float
    stock: float = 0.0
    wanted: float = 0.0
    expected: float = 0.0
    order: float = 0.0
    received: float = 0.0
    intensity: float = 1.0
    links: list[Link] = field(default_factory=list)
    under_way: list[tuple[int, float, int]] = field(default_factory=list)


@dataclass
class Link:
    """A firm's tie to one refiner that sells it a material; `bonded` tonnes wait at the border, if it `crosses` it."""

    position: Position
    buyer: Firm
    seller: Refiner
    share: float
    lag: int
    freight: float = 0.0
    crosses: bool = False
    appeal: float = 1.0
    trust: float = 1.0
    ordered: float = 0.0
    asked: float = 0.0
    shipped: float = 0.0
    bonded: float = 0.0

    def deliver(self, tonnes: float) -> None:
        """Put cargo on its way: it lands a lag later."""
        week = self.buyer.model.week
        self.position.under_way.append((week + self.lag, tonnes, self.seller.country))
        self.position.received += tonnes
