"""Reserves: what building, hiding, racing, pooling and showing them does, in sign and size."""

import pytest

from chokepoint.experiments.systems import alliance, deterrence, race
from chokepoint.experiments.systems.frame.cases import value


@pytest.fixture
def built(shown):  # type: ignore[no-untyped-def]
    return shown("S5").table


def test_building_fast_moves_the_price_more_than_building_slowly(built) -> None:  # type: ignore[no-untyped-def]
    def rise(case: str) -> float:
        return value(built, case, "price level while it is built", against="no reserve")

    assert 4.0 < rise("42 to 180 in a year, before") < 20.0
    assert 0.5 < rise("42 to 180 in four years, before") < 0.4 * rise("42 to 180 in a year, before")
    assert abs(rise("42 days held")) < 1.0


def test_a_reserve_saves_and_one_bought_in_the_crisis_costs(built) -> None:  # type: ignore[no-untyped-def]
    def line(case: str, name: str, against: str = "no reserve") -> float:
        return value(built, case, name, against=against)

    assert line("42 days held", "lost value avoided") > 100.0
    assert line("180 days held", "lost value avoided") > 1.3 * line("42 days held", "lost value avoided")
    assert line("180 days held", "net") > line("42 days held", "net") > 0.0
    for name in ("lost value avoided", "net"):
        assert line("42 to 180 in a year, in the crisis", name, "42 days held") < 0.0
        assert line("42 to 180 in a year, before", name, "42 days held") > 100.0
    assert line("180 days held", "carrying") < line("42 days held", "carrying") < 0.0


def test_firms_hold_less_behind_a_reserve_and_more_when_bound_to(built) -> None:  # type: ignore[no-untyped-def]
    def private(case: str) -> float:
        return value(built, case, "stocks of firms, August 2010", against="no reserve")

    assert private("180 days held") < private("42 days held") < 0.0
    assert private("42 days held, firms hold 270") > 5.0


def test_secrecy_is_cheaper_until_it_is_seen_through(shown) -> None:  # type: ignore[no-untyped-def]
    table = shown("S6").table

    def rise(case: str) -> float:
        return value(table, case, "price level while buying", against="no purchase")

    assert 0.0 < rise("secret, never inferred") < rise("secret") < 0.4 * rise("all published")
    assert rise("secret, inferred at once") == pytest.approx(rise("all published"), rel=0.35)
    assert value(table, "secret", "paid by the government") < value(table, "all published", "paid by the government")


def test_a_race_for_stock_costs_each_more(shown) -> None:  # type: ignore[no-untyped-def]
    table = shown("S24").table
    assert value(table, "all three", "rise over the sum of the three alone") > 1.1
    for who in race.WHO:
        assert value(table, "all three", f"paid by {who}") > 1.005 * value(table, f"{who} alone", f"paid by {who}")


def test_a_rumour_moves_prices_and_fades_while_a_purchase_stays(shown) -> None:  # type: ignore[no-untyped-def]
    table = shown("S7").table

    def ahead(case: str, measure: str) -> float:
        return value(table, case, measure, against="nothing said")

    quiet = ahead("rumour of default strength", "rise of Dy within eight weeks")
    assert 3.0 < quiet < 60.0
    assert ahead("loud rumour", "rise of Dy within eight weeks") > 3.0 * quiet
    assert ahead("loud, denied", "rise of Dy within eight weeks") < 0.95 * ahead(
        "loud rumour", "rise of Dy within eight weeks"
    )
    assert abs(ahead("rumour of default strength", "rise left in November")) < 3.0
    assert ahead("loud, told again", "rise of Dy in the eight weeks after") < 1.3 * ahead(
        "loud rumour", "rise of Dy in the eight weeks after"
    )
    assert ahead("loud and true", "rise left in November") > 1.5
    assert ahead("purchase, nothing said", "rise of Dy within eight weeks") < 0.3 * quiet


def test_an_exporter_can_hold_its_price_up(shown) -> None:  # type: ignore[no-untyped-def]
    table = shown("S8").table
    price = [
        value(table, f"floor at {f} %", "mean price inside, Jul 2012-2016", material="Nd", against="no reserve")
        for f in (70, 90)
    ]
    assert price[0] > 1.0
    assert price[1] > 1.0
    spent = [value(table, f"floor at {f} %", "spent on the reserve") for f in (70, 90, 110)]
    assert spent == sorted(spent)
    assert value(table, "10,000 t in 2014, as in history", "spent on the reserve") > 50.0


def test_pooled_reserves_help_the_one_that_is_hit(shown) -> None:  # type: ignore[no-untyped-def]
    table = shown("S14").table

    def lost(case: str) -> float:
        return value(table, case, "value added lost, Japan")

    assert lost("pooled, 42 days each") < lost("each for itself, 42 days") < lost("no reserve")
    assert value(table, "pooled, 42 days each", "let go by United States") > 500.0
    assert value(table, "each for itself, 42 days", "received by Japan") == pytest.approx(
        value(table, "each for itself, 42 days", "let go by Japan"), rel=1e-9
    )
    for case in ("pooled, 42 days each", "one office for all, 42 days"):
        received = [value(table, case, f"received by {who}") for who in alliance.WHO]
        assert received[0] > 0.6 * sum(received)  # the one that is hit
    pooled = "pooled, 42 days each"
    assert value(table, pooled, "received by Japan") > 1.2 * value(table, pooled, "let go by Japan")
    assert lost("one office for all, 42 days") == pytest.approx(lost("pooled, 42 days each"), rel=0.25)


def test_a_target_gives_in_when_holding_out_costs_more(shown) -> None:  # type: ignore[no-untyped-def]
    table = shown("S22").table
    assert value(table, "no reserve, concession 100", "gives in") == 1.0
    weeks = [value(table, f"no reserve, concession {cost}", "weeks held out") for cost in (100, 200, 400)]
    assert weeks == sorted(weeks)
    assert weeks[2] > 1.5 * weeks[1]
    assert value(table, "180 days, concession 200", "weeks held out") > 2.0 * weeks[1]
    assert value(table, "180 days, concession 200", "weeks held out") > 1.3 * value(
        table, "42 days, concession 200", "weeks held out"
    )


def test_showing_deters_and_hiding_saves(shown) -> None:  # type: ignore[no-untyped-def]
    table = shown("deterrence").table

    def tries(case: str) -> float:
        return value(table, case, "attempts")

    assert tries("180 days, published") <= 1.0
    assert min(tries("42 days, published"), tries("180 days, hidden, never inferred")) >= 4.0
    assert 0.0 < tries("180 days, hidden") < tries("42 days, published")
    hidden = [value(table, f"{d} days, hidden, never inferred", "expected gain") for d in (42, 180)]
    assert hidden[0] == pytest.approx(hidden[1], rel=0.02)
    gain = [value(table, f"{d} days, published", "expected gain") for d in (42, 180)]
    assert gain[1] < 0.2 * gain[0]
    assert value(table, "180 days, published", "not deterred") < 0.95
    assert value(table, "180 days, hidden, never inferred", "not deterred") > 0.98
    share = [value(table, case, "weights with an attempt") for case in ("42 days, published", "180 days, published")]
    assert share[1] < share[0] - 0.02
    for weeks in (52, 156):  # not at 26: what is sold to fill the reserve again counts before what is forgone
        ahead = [value(table, f"{d} days, published, {weeks} weeks ahead", "gain by horizon") for d in (42, 180)]
        assert ahead[1] < 0.5 * ahead[0]
    paid = {how: value(table, f"42 to 180 days, {how}", "price while bought") for how in deterrence.STEPS}
    assert 0.0 < paid["hidden"] < 0.75 * paid["published"]


def test_experience_teaches_what_pays_in_money(shown) -> None:  # type: ignore[no-untyped-def]
    table = shown("experience").table
    for case in ("money, no reserve", "money, 180 days"):
        quota, embargo = (value(table, case, f"{act}, last twelve years") for act in ("quota", "embargo"))
        assert quota > 0.5
        assert embargo < 0.35
        assert quota > value(table, "harm, no reserve", "quota, last twelve years") - 0.1


def test_a_rule_that_counts_what_hangs_on_supply_saves_more_than_one_that_counts_prices(shown) -> None:  # type: ignore[no-untyped-def]
    table = shown("rules").table

    def net(case: str) -> float:
        return value(table, case, "net", against="no reserve")

    assert net("optimum") > net("42 days of use") > 0.0
    assert net("180 days of use") > net("42 days of use")
    assert net("what competition holds") < 0.3 * net("42 days of use")
