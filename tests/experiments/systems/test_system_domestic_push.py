"""S13: a subsidised mine at home starts earlier, lives as long as it is paid for, and costs."""

import pytest

ROW = "S13"
FIRST, LATE, FAILED, COST = (
    "first ore after January 2010",
    "output of 2015-2018",
    "mine has failed by 2018",
    "paid by the state",
)


def test_a_push_starts_the_mine_earlier_and_keeps_it_while_it_lasts(shown) -> None:  # type: ignore[no-untyped-def]
    found = shown(ROW)
    assert found.of("no push", FAILED) == 1.0
    for case in ("5 USD/kg to 2014", "10 USD/kg to 2014", "10 USD/kg to 2018", "floor 22 USD/kg"):
        assert found.change(case, "no push", FIRST) < 0.0
        assert found.change(case, "no push", "output of 2013-2014") > 2000.0
    assert found.of("10 USD/kg to 2014", FAILED) == 1.0  # it fails when the state stops paying
    assert found.of("10 USD/kg to 2018", FAILED) == 0.0
    assert found.of("10 USD/kg to 2018", LATE) > 15_000.0
    assert found.change("10 USD/kg to 2018", "no push", "price of Nd outside, 2015-2018") < 0.0


def test_what_a_push_costs(shown) -> None:  # type: ignore[no-untyped-def]
    found = shown(ROW)
    assert found.of("no push", COST) == 0.0
    assert found.of("half of the outlay", COST) == pytest.approx(447.5, rel=1e-3)  # of 895 m USD
    assert 0.0 < found.of("5 USD/kg to 2014", COST) < found.of("10 USD/kg to 2014", COST)
    assert found.of("10 USD/kg to 2018", COST) > 3.0 * found.of("10 USD/kg to 2014", COST)
    assert 5.0 < found.of("10 USD/kg to 2018", "paid for a kg more from the mine") < 15.0
