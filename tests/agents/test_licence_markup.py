"""One holder of licences, customers with the elasticity that it believes in: the mark-up of Lerner is in the quota."""

import pytest

from chokepoint.agents.refiner import licence_ask, licence_value


@pytest.mark.parametrize("elasticity", [1.1, 1.3, 2.0, 5.0, 40.0])
@pytest.mark.parametrize("cost", [0.7, 10.0])
def test_licences_for_the_monopoly_quantity_are_worth_the_monopoly_mark_up(elasticity: float, cost: float) -> None:
    def demand(price: float) -> float:
        return 1000.0 * price**-elasticity

    markup = elasticity / (elasticity - 1.0)
    worth = licence_value(cost, demand(cost), demand(cost * markup), elasticity, 1e9)
    assert cost + worth == pytest.approx(cost * markup, rel=1e-12)
    assert worth / (cost + worth) == pytest.approx(1.0 / elasticity, rel=1e-9)  # Lerner's index

    # and no other quantity earns more at the price that clears it
    def profit(factor: float) -> float:
        sold = factor * demand(cost * markup)
        return sold * licence_value(cost, demand(cost), sold, elasticity, 1e9)

    assert profit(1.0) > max(profit(0.99), profit(1.01))


def test_a_holder_with_enough_licences_takes_no_mark_up() -> None:
    assert licence_value(10.0, 100.0, 100.0, 1.3, 9.0) == 0.0
    assert licence_value(10.0, 100.0, 1e6, 1.3, 9.0) == 0.0


@pytest.mark.parametrize(("believed", "true"), [(1.5, 1.5), (1.3, 0.25), (2.5, 1.0), (0.8, 1.5)])
def test_what_holders_ask_alone_clears_a_part_of_the_gap(believed: float, true: float) -> None:
    """The book holds orders at today's price, the value counts from the price at home: p^(1 + e/e') = c p*^(e/e').

    With elasticities believed and true alike, the ask comes to rest at the geometric mean of cost and the price that
    clears; the rest is left to the scarcity of stocks, which the outside price adds.
    """
    cost, allowed, ask = 10.0, 400.0, 0.0
    for _ in range(4000):
        book = 1000.0 * ((cost + ask) / cost) ** -true
        ask = licence_ask(ask, licence_value(cost, book, allowed, believed, 50.0), 2.0, 2.0, 0.02)
    clears = cost * (1000.0 / allowed) ** (1.0 / true)
    part = true / believed
    assert cost + ask == pytest.approx((cost * clears**part) ** (1.0 / (1.0 + part)), rel=1e-6)
    assert cost < cost + ask < clears
