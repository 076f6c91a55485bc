"""Doctrines: the contract that all keep, and what each does on numbers worked by hand."""

import types
from dataclasses import replace
from math import exp

import pytest

from chokepoint.agents import acts, doctrines, reserve_rules
from chokepoint.agents.doctrines import contagion, learning, leverage, threshold
from chokepoint.agents.observation import Outlook
from chokepoint.agents.reserve import ReserveObservation
from chokepoint.agents.reserve_rules import competitive, optimal, panic_scaled, price_band, target_days
from tests.agents.contract import DAY, STOCK, Known, check_doctrine, check_reserve_rule


@pytest.mark.parametrize("name", doctrines.names())
def test_every_doctrine_keeps_the_contract(name: str) -> None:
    check_doctrine(doctrines.named(name))


@pytest.mark.parametrize("name", reserve_rules.names())
def test_every_reserve_rule_keeps_the_contract(name: str) -> None:
    check_reserve_rule(reserve_rules.named(name))


class Peeks(threshold.Doctrine):
    """Looks behind what it is told."""

    def decide(self, observation):  # type: ignore[no-untyped-def]
        return super().decide(observation) if observation._world.S.stock.sum() > 0.0 else []


class Annexes(threshold.Doctrine):
    """Reaches for what is no instrument of trade."""

    def decide(self, observation):  # type: ignore[no-untyped-def]
        return [replace(acts.embargo(observation, "Importia", "because"), instrument="blockade")]


class Forgets(threshold.Doctrine):
    """Restricts and does not say why."""

    def decide(self, observation):  # type: ignore[no-untyped-def]
        return [replace(acts.embargo(observation, "Importia", "because"), reason="")]


@pytest.mark.parametrize(("doctrine", "words"), [(Peeks, "_world"), (Annexes, "blockade"), (Forgets, "no reason")])
def test_a_doctrine_that_breaks_the_contract_is_found_out(doctrine: type, words: str) -> None:
    module = types.SimpleNamespace(Settings=threshold.Settings, Doctrine=doctrine, __name__="broken")
    with pytest.raises((AssertionError, AttributeError), match=words):
        check_doctrine(module)


def test_threshold_restricts_when_home_is_short_or_dear_and_only_then() -> None:
    doctrine = threshold.Doctrine(threshold.Settings(cover=0.8, dear=1.5, share=0.6), [])
    assert doctrine.decide(Known()) == []  # type: ignore[arg-type]
    (quota,) = doctrine.decide(Known(cover_inside={"M1": 0.7, "M2": 1.0}))  # type: ignore[arg-type]
    assert quota.instrument == "export_quota"
    assert quota.value == pytest.approx(0.5 * 0.6 * 5000.0)
    (quota,) = doctrine.decide(Known(prices_inside={"M1": 9.0, "M2": 28.0}))  # type: ignore[arg-type]
    assert "1.56 times" in quota.reason


def test_contagion_is_a_logit_of_price_and_coverage() -> None:
    # base -2, price 1.5 at twice the price, coverage 4 at a quarter of trade: -2 + 1.5 ln 2 + 1 = .0397
    assert contagion.chance(2.0, 0.25, -2.0, 1.5, 4.0) == pytest.approx(1.0 / (1.0 + exp(-0.0397)), abs=1e-4)
    assert contagion.chance(0.5, 0.0, -2.0, 1.5, 4.0) == pytest.approx(1.0 / (1.0 + exp(2.0)))  # a low price frees


def test_leverage_counts_each_motive_once_with_its_sign() -> None:
    nothing = Outlook(100.0, {"k": 5.0}, {"k": 12.0}, 50.0, 0.0, [40.0, 40.0])
    act = Outlook(90.0, {"k": 45.0}, {"k": 18.0}, 44.0, 7.0, [20.0, 60.0])
    assert act.harm == {"k": 63.0}
    gained = leverage.gains(act, nothing, {"k": 0.5})
    assert gained == {
        "rent": -10.0, "depletion": 6.0, "political": 20.0, "dearness": 3.0, "future": -7.0,
        "retaliation": -20.0,  # 20 withheld in the first week; what is made up in the second does not count
    }  # fmt: skip
    weights = dict.fromkeys(leverage.MOTIVES, 1.0) | {"political": 3.0, "retaliation": 0.5}
    assert leverage.payoff(gained, weights) == pytest.approx(-10 + 6 + 60 + 3 - 7 - 10)


def test_leverage_is_deterred_by_what_it_believes() -> None:
    def choice(days: float) -> str:
        doctrine = leverage.Doctrine(leverage.Settings(instruments=("embargo",)), [])
        doctrine.decide(Known(reserve_days={"Importia": days, "Farland": 0.0}))  # type: ignore[arg-type]
        return doctrine.decisions[-1].choice

    # .8 * (100 - 42) - 20 > 0, .8 * (100 - 180)+ - 20 < 0
    assert choice(42.0) == "embargo on Importia"
    assert choice(180.0) == "nothing"


def test_learning_weighs_experience() -> None:
    # (0.9 * 2 * 0.5 + 1) / (0.9 * 2 + 1)
    assert learning.attraction(0.5, 2.0, 0.9, 1.0) == pytest.approx(1.9 / 2.8)


def test_learning_repeats_what_has_paid() -> None:
    doctrine = learning.Doctrine(learning.Settings(sharpness=5.0), [])
    for i in range(40):
        last = doctrine.decisions[-1].choice if doctrine.decisions else "nothing"
        income = {"nothing": 0.0, "quota": 500.0, "embargo": -500.0}[last]
        doctrine.decide(Known(income=income, luck=(0.37 * (i + 1)) % 1.0))  # type: ignore[arg-type]
    late = [decision.choice for decision in doctrine.decisions[20:]]
    assert late.count("quota") > 0.8 * len(late)


def order(rule, **stock):  # type: ignore[no-untyped-def]
    (found,) = rule.orders(ReserveObservation(DAY, {"M1": replace(STOCK, **stock)}))
    return found


def test_target_days_in_tonnes() -> None:
    rule = target_days.Rule(target_days.Settings(days=73.05, pace_years=2.0, release_share=0.5))
    assert order(rule).target_t == pytest.approx(200.0)  # a fifth of a year of 1000 t
    assert order(rule).pace_t_per_year == pytest.approx(100.0)
    assert order(rule, unfilled=0.3).release_t_per_year == pytest.approx(500.0)
    both = target_days.Rule(target_days.Settings(days=182.625, counts="both"))
    assert order(both).target_t == pytest.approx(500.0 - 400.0)


def test_panic_scales_the_target_up_to_its_limit() -> None:
    rule = panic_scaled.Rule(panic_scaled.Settings(days=36.525, panic=1.0, highest_days=60.0))
    assert order(rule, risk=0.5).target_t == pytest.approx(150.0)
    assert order(rule, risk=1.0).target_t == pytest.approx(60.0 / 365.25 * 1000.0)


def test_a_price_band_buys_below_and_sells_above() -> None:
    rule = price_band.Rule(price_band.Settings(floor=0.9, ceiling=2.0))
    assert order(rule).ceiling_usd_per_kg == pytest.approx(9.0)
    assert order(rule, price_usd_per_kg=19.0).release_t_per_year == 0.0
    assert order(rule, price_usd_per_kg=21.0).release_t_per_year > 0.0


def test_the_optimal_reserve_grows_with_what_hangs_on_it_and_with_the_hazard() -> None:
    def goal(value: float, **settings: float) -> float:
        return order(optimal.Rule(optimal.Settings(**settings)), value_usd_per_kg=10.0 * value).target_t

    assert goal(0.5) == 0.0  # a day of use that is worth less than its price is not stored
    assert 0.0 < goal(3.0, begins_per_year=0.05) < goal(3.0, begins_per_year=0.2) <= 1000.0
    assert goal(2.0) < goal(8.0)


def test_competition_stores_more_the_cheaper_it_is() -> None:
    storage = competitive.solve(competitive.Settings())
    assert storage.stock_for(1.2) == 0.0
    assert 0.0 < storage.stock_for(0.95) < storage.stock_for(0.8)
