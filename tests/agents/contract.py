"""What every doctrine and every reserve rule must keep, whoever wrote it.

A new file in `agents/doctrines/` or `agents/reserve_rules/` is tested by what stands here without an edit anywhere.
"""

import copy
import pickle
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from chokepoint.agents.decision import Decision
from chokepoint.agents.measure import Measure, beyond_limits
from chokepoint.agents.observation import NAMES, Outlook
from chokepoint.agents.reserve import ReserveObservation, ReserveOrder, Stock

DAY = date(2011, 1, 3)


class Known:
    """An observation made of plain numbers: whoever asks for more gets an AttributeError."""

    def __init__(self, **given: Any):
        numbers = {
            "day": DAY, "until": DAY + timedelta(days=181), "country": "Exportia", "others": ("Importia", "Farland"),
            "prices_inside": {"M1": 9.0, "M2": 18.0}, "prices_outside": {"M1": 10.0, "M2": 20.0},
            "habitual_inside": {"M1": 9.0, "M2": 18.0}, "cover_inside": {"M1": 1.0, "M2": 1.0},
            "free_exports_t": 5000.0, "dependence": {"Importia": 0.9, "Farland": 0.5},
            "tension": {"Importia": 0.8, "Farland": 0.0}, "reserve_days": {"Importia": 42.0, "Farland": 0.0},
            "restricted_abroad": 0.0, "income": 1000.0, "harm": {"Importia": 0.0, "Farland": 0.0}, "luck": 0.5,
            "refused": {"Importia": 0.0, "Farland": 0.0}, "conceded": {"Importia": False, "Farland": False},
        }  # fmt: skip
        self.__dict__.update(numbers | given)

    def outlook(self, measures: Any, weeks: int) -> Outlook:
        """Harm that falls with what the target is believed to hold: an analyst's answer, made up."""
        hit = 0.0 if not measures else max(0.0, 100.0 - self.__dict__["reserve_days"]["Importia"])
        lost, paid = {"Importia": hit, "Farland": 0.0}, {"Importia": 0.0, "Farland": 0.0}
        return Outlook(-20.0 * len(measures), lost, paid, 0.0, 0.0, [0.0])


assert set(NAMES) <= set(Known().__dict__) | {"outlook"}

# Situations that a doctrine must live with, in order.
YEARS: tuple[Mapping[str, Any], ...] = tuple(
    {"day": DAY + timedelta(days=182 * i), "until": DAY + timedelta(days=182 * i + 181), **more}
    for i, more in enumerate(
        (
            {}, {"luck": 0.01}, {"luck": 0.99, "cover_inside": {"M1": 0.2, "M2": 1.0}},
            {"prices_inside": {"M1": 90.0, "M2": 18.0}, "restricted_abroad": 0.6},
            {"tension": {"Importia": 0.0, "Farland": 0.0}},
            {"income": -5000.0, "harm": {"Importia": 900.0, "Farland": 0.0}},
            {"reserve_days": {"Importia": 180.0, "Farland": 0.0}},
        )
    )
)  # fmt: skip


def acts_of(doctrine: Any) -> list[list[Measure]]:
    """What a doctrine orders over the years above."""
    return [doctrine.decide(Known(**year)) for year in YEARS]


def check_doctrine(module: Any) -> None:
    """AssertionError or AttributeError when a doctrine breaks the contract."""

    def made() -> Any:
        return module.Doctrine(module.Settings(), [])

    first, twin = made(), copy.deepcopy(made())
    acts = acts_of(first)
    for year, measures in zip(YEARS, acts, strict=True):
        for measure in measures:
            fault = beyond_limits(measure, "Exportia")
            assert not fault, fault
            assert measure.start == year["day"]
        instruments = [(m.instrument, m.targets) for m in measures]
        assert len(set(instruments)) == len(instruments), "orders the same thing twice"
    assert acts == acts_of(made()), "does not repeat itself on the same observations and luck"
    assert acts == acts_of(twin), "a clone decides otherwise"
    assert acts == acts_of(pickle.loads(pickle.dumps(made()))), "a pickled copy decides otherwise"
    if not first.dates() and module.__name__.rsplit(".", 1)[-1] != "replay":
        assert len(first.decisions) == len(YEARS), "decisions are not written down"
        for decision in first.decisions:
            assert isinstance(decision, Decision)
            assert decision.reason
            assert decision.choice in decision.options


STOCK = Stock(
    held_t=100.0, arriving_t=10.0, private_t=400.0, use_t_per_year=1000.0, price_usd_per_kg=10.0,
    habitual_usd_per_kg=10.0, unfilled=0.0, risk=0.0, value_usd_per_kg=200.0,
)  # fmt: skip
STOCKS = (
    STOCK, replace(STOCK, price_usd_per_kg=50.0), replace(STOCK, price_usd_per_kg=5.0), replace(STOCK, unfilled=0.6),
    replace(STOCK, risk=1.0), replace(STOCK, held_t=0.0), replace(STOCK, held_t=5000.0),
    replace(STOCK, use_t_per_year=0.0),
)  # fmt: skip


def orders_of(rule: Any) -> list[list[ReserveOrder]]:
    """What a rule orders for the stocks above."""
    return [
        rule.orders(ReserveObservation(DAY + timedelta(days=28 * i), {"M1": stock})) for i, stock in enumerate(STOCKS)
    ]


def check_reserve_rule(module: Any) -> None:
    """AssertionError when a reserve rule breaks the contract."""

    def made() -> Any:
        return module.Rule(module.Settings())

    first = made()
    twin, stored = copy.deepcopy(first), pickle.loads(pickle.dumps(first))
    orders = orders_of(first)
    assert orders == orders_of(made()), "does not repeat itself"
    assert orders == orders_of(twin), "a clone orders otherwise"
    assert orders == orders_of(stored), "a pickled copy orders otherwise"
    for stock, (order,) in zip(STOCKS, orders, strict=True):
        assert order.material == "M1"
        assert order.reason
        numbers = (order.target_t, order.pace_t_per_year, order.ceiling_usd_per_kg, order.release_t_per_year)
        assert all(0.0 <= x < float("inf") for x in numbers)
        buys = order.pace_t_per_year > 0.0 and order.target_t > stock.held_t + stock.arriving_t
        buys = buys and stock.price_usd_per_kg <= order.ceiling_usd_per_kg
        assert not (buys and order.release_t_per_year > 0.0), "buys and lets go at once"
