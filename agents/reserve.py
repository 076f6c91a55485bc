"""A reserve: what the office that runs it knows and orders, and how others come to know of it.

How much to hold, when to buy and when to let go is a rule (`reserve_rules/`, one file each). Tonnes are contained,
prices USD per kg, rates per year.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from math import exp
from typing import Protocol

from chokepoint.agents.decision import Decision


@dataclass(frozen=True)
class Stock:
    """What a government knows of one material.

    held_t, arriving_t: its own stock and what is under way to it; private_t: stocks of the firms that it serves,
    allies' included; use_t_per_year: planned use of the firms whose days are counted; price_usd_per_kg and
    habitual_usd_per_kg: in its market, now and as people are used to; unfilled: the share of use that those firms lost
    of late because lines stopped; risk: the share of use that they expect to have to give up; value_usd_per_kg: value
    added that hangs on a kilogram, mean over use."""

    held_t: float
    arriving_t: float
    private_t: float
    use_t_per_year: float
    price_usd_per_kg: float
    habitual_usd_per_kg: float
    unfilled: float
    risk: float
    value_usd_per_kg: float

    def days(self, tonnes: float) -> float:
        """Tonnes as days of planned use."""
        return 365.25 * tonnes / self.use_t_per_year if self.use_t_per_year > 0.0 else 0.0

    def tonnes(self, days: float) -> float:
        """Days of planned use as tonnes."""
        return days / 365.25 * self.use_t_per_year


@dataclass(frozen=True)
class ReserveObservation:
    """What the office of a reserve may know on a day."""

    day: date
    stocks: Mapping[str, Stock]


@dataclass(frozen=True)
class ReserveOrder:
    """Standing order for one material until the next decision.

    Fill to `target_t` at `pace_t_per_year` while the price is at most `ceiling_usd_per_kg`; let go at most
    `release_t_per_year` to the firms it is meant for.
    """

    material: str
    target_t: float
    pace_t_per_year: float
    ceiling_usd_per_kg: float
    release_t_per_year: float
    reason: str


class ReserveRule(Protocol):
    """How a reserve is run: one order for each material that it observes."""

    def orders(self, observation: ReserveObservation) -> list[ReserveOrder]: ...


@dataclass
class ReserveOffice:
    """The office that runs a reserve by a rule; what it lets go arrives `delay_days` after it was first wanted."""

    name: str
    country: str
    rule: ReserveRule
    delay_days: int = 0
    wanted_since: dict[str, date] = field(default_factory=dict)
    decisions: list[Decision] = field(default_factory=list)

    def decide(self, observation: ReserveObservation) -> list[ReserveOrder]:
        """Today's orders, releases held back by the delay."""
        orders = []
        for order in self.rule.orders(observation):
            stock = observation.stocks[order.material]
            if order.release_t_per_year <= 0.0:
                self.wanted_since.pop(order.material, None)
            else:
                since = self.wanted_since.setdefault(order.material, observation.day)
                if observation.day < since + timedelta(days=self.delay_days):
                    order = replace(order, release_t_per_year=0.0, reason=f"{order.reason}; not yet released")
            orders.append(order)
            self.decisions.append(
                Decision(
                    observation.day, order.material, vars(stock),
                    {"target_t": order.target_t, "pace_t_per_year": order.pace_t_per_year,
                     "ceiling_usd_per_kg": order.ceiling_usd_per_kg, "release_t_per_year": order.release_t_per_year},
                    "release" if order.release_t_per_year > 0.0 else
                    "buy" if order.target_t > stock.held_t + stock.arriving_t and order.pace_t_per_year > 0.0
                    and stock.price_usd_per_kg <= order.ceiling_usd_per_kg else "hold",
                    order.reason,
                )
            )  # fmt: skip
        return orders


def inferred(believed: float, true: float, speed: float, dt: float) -> float:
    """What others believe of a reserve that is not published, its holding or its buying, after one step.

    d believed = speed * (true - believed) dt: imports that no firm received point to it, and those who look at them
    find it out at a pace. At a speed of zero what is hidden stays hidden.
    """
    return true + (believed - true) * exp(-speed * dt)
