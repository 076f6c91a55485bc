"""Reserves: what building, hiding, racing, pooling and showing them does, in sign and order."""

import pytest

from chokepoint.experiments.systems import alliance, bargaining, deterrence, race
from chokepoint.experiments.systems.frame.cases import value


@pytest.fixture
def built(shown):  # type: ignore[no-untyped-def]
    return shown("S5").table


def test_building_fast_moves_the_price_more_than_building_slowly_and_holding_lowers_it(built) -> None:  # type: ignore[no-untyped-def]
    def rise(case: str) -> float:
        return value(built, case, "price level while it is built", against="no reserve")

    assert rise("42 to 180 in a year, before") > rise("42 to 180 in four years, before") > 0.0
    assert rise("180 days held") < rise("42 days held") < 0.0  # holders count on what is held


def test_a_reserve_saves_and_one_bought_in_the_crisis_costs(built) -> None:  # type: ignore[no-untyped-def]
    def line(case: str, name: str, against: str = "no reserve") -> float:
        return value(built, case, name, against=against)

    for name in ("lost value avoided", "net"):
        assert line("180 days held", name) > line("42 days held", name) > 0.0
        assert line("42 to 180 in a year, in the crisis", name, "42 days held") < 0.0
        assert line("42 to 180 in a year, before", name, "42 days held") > 0.0
        assert line("180 days held, firms do not rely on it", name) > line("180 days held", name)
    assert line("180 days held", "carrying") < line("42 days held", "carrying") < 0.0


def test_firms_hold_less_behind_a_reserve_and_more_when_bound_to(built) -> None:  # type: ignore[no-untyped-def]
    def private(case: str) -> float:
        return value(built, case, "stocks of firms, August 2010", against="no reserve")

    assert private("180 days held") < private("42 days held") < 0.0
    assert private("180 days held") < private("180 days held, firms do not rely on it")
    assert private("42 days held, firms hold 270") > 0.0


def test_secrecy_is_cheaper_until_it_is_seen_through(shown) -> None:  # type: ignore[no-untyped-def]
    table = shown("S6").table

    def rise(case: str) -> float:
        return value(table, case, "price level while buying", against="no purchase")

    assert 0.0 < rise("secret, never inferred") < rise("secret") < rise("secret, inferred at once")
    # who is seen to have little left to buy pays less than who tells a target
    assert rise("secret, never inferred") < rise("all published") < rise("target published")
    paid = [value(table, f"secret, {how}", "paid by the government") for how in ("never inferred", "inferred at once")]
    assert paid[0] < paid[1]


def test_a_race_for_stock_costs_each_more(shown) -> None:  # type: ignore[no-untyped-def]
    table = shown("S24").table
    assert value(table, "all three", "rise over the sum of the three alone") > 1.0
    for who in race.WHO:
        assert value(table, "all three", f"paid by {who}") > value(table, f"{who} alone", f"paid by {who}")


def test_a_market_counts_tonnes_and_not_words(shown) -> None:  # type: ignore[no-untyped-def]
    table = shown("S7").table

    def ahead(case: str, measure: str = "rise of Dy within eight weeks") -> float:
        return value(table, case, measure, against="nothing said")

    assert 0.0 < ahead("announced, never bought") < ahead("announced and bought")
    assert ahead("bought in silence") < ahead("announced and bought")
    left = "rise left in November"
    assert ahead("announced, never bought", left) < ahead("announced and bought", left)


def test_a_floor_moves_the_price_less_per_dollar_than_a_purchase_of_fixed_size(shown) -> None:  # type: ignore[no-untyped-def]
    table = shown("S8").table

    def price(case: str) -> float:
        return value(table, case, "mean price inside, Jul 2012-2016", material="Nd", against="no reserve")

    history = "10,000 t in 2014, as in history"

    def spent(case: str) -> float:
        return value(table, case, "spent on the reserve")

    floors = [f"floor at {f} %" for f in (70, 90, 110)]
    assert 0.0 < spent(floors[0]) < spent(floors[1]) < spent(floors[2])
    assert price(history) > 0.0
    for case in (*floors, "floor at 110 %, in secret"):
        assert price(case) / spent(case) < price(history) / spent(history)


def test_reserves_help_all_who_buy_at_one_price(shown) -> None:  # type: ignore[no-untyped-def]
    table = shown("S14").table

    def saved(case: str, who: str) -> float:
        return -value(table, case, f"value added lost, {who}", against="no reserve")

    for who in alliance.WHO:
        assert saved("each for itself, 42 days", who) > saved("Japan alone, 42 days", who) > 0.0
    each, pooled, office = "each for itself, 42 days", "pooled, 42 days each", "one office for all, 42 days"
    for case in (pooled, office):  # who may draw on which reserve decides little
        assert saved(case, "Japan") == pytest.approx(saved(each, "Japan"), rel=0.5)
    assert value(table, each, "received by Japan") == pytest.approx(value(table, each, "let go by Japan"), rel=1e-9)
    for case in (pooled, office):
        let_go = sum(value(table, case, f"let go by {who}") for who in alliance.WHO)
        assert sum(value(table, case, f"received by {who}") for who in alliance.WHO) == pytest.approx(let_go, rel=1e-9)


def test_a_target_gives_in_when_holding_out_costs_more(shown) -> None:  # type: ignore[no-untyped-def]
    table = shown("S22").table
    names = [f"no reserve, concession {cost:,.0f}" for cost in bargaining.COSTS]
    assert value(table, names[0], "gives in") == 1.0
    weeks = [value(table, name, "weeks held out") for name in names]
    assert weeks == sorted(weeks)
    assert weeks[-1] > weeks[0]
    some = [names[1], *(f"{days} days, concession {bargaining.COSTS[1]:,.0f}" for days in (42, 180))]
    cost = [value(table, name, "expected cost of a year") for name in some]
    assert cost == sorted(cost, reverse=True)
    held = [value(table, name, "weeks held out") for name in some]
    assert held == sorted(held)
    assert held[-1] > held[0]


def test_an_embargo_on_one_buyer_is_not_worth_trying(shown) -> None:  # type: ignore[no-untyped-def]
    table = shown("deterrence").table
    for case in deterrence.CASES:
        assert value(table, case.name, "expected gain") < 0.0
        assert value(table, case.name, "attempts") == 0.0
        # others ship on: the target hardly loses use by it
        harm, loss = (value(table, case.name, m) for m in ("expected political", "value added lost"))
        assert abs(harm) < 0.05 * loss
    for weeks in deterrence.HORIZONS:
        for name in deterrence.FAR:
            assert value(table, f"{name}, {weeks} weeks ahead", "gain by horizon") < 0.0
    paid = {how: value(table, f"42 to 180 days, {how}", "price while bought") for how in deterrence.STEPS}
    assert 0.0 < paid["published"] < paid["target published"]


def test_experience_teaches_quotas(shown) -> None:  # type: ignore[no-untyped-def]
    table = shown("experience").table
    for case in ("money, no reserve", "money, 180 days", "harm, no reserve", "harm, 180 days"):
        quota, embargo = (value(table, case, f"{act}, last twelve years") for act in ("quota", "embargo"))
        assert quota > 0.5 > embargo


def test_a_rule_that_counts_what_hangs_on_supply_saves_more_than_one_that_counts_prices(shown) -> None:  # type: ignore[no-untyped-def]
    table = shown("rules").table

    def net(case: str) -> float:
        return value(table, case, "net", against="no reserve")

    assert net("optimum") > net("42 days of use") > 0.0
    assert net("180 days of use") > net("42 days of use")
    assert max(net("what competition holds"), net("price band")) < net("42 days of use")
