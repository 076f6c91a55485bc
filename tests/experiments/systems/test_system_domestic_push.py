"""S13: a subsidised mine at home starts earlier, lives as long as it is paid for, and costs."""

import pytest

ROW = "S13"
FIRST, LATE, FAILED, COST = (
    "first ore after January 2010",
    "output of 2015-2018",
    "mine has failed by 2018",
    "paid by the state",
)
NONE, SHORT, LONG = "no push", "10 USD/kg to 2014", "10 USD/kg to 2018"


def test_a_push_starts_the_mine_earlier_and_keeps_it_while_it_lasts(shown) -> None:  # type: ignore[no-untyped-def]
    found = shown(ROW)
    for case in ("5 USD/kg to 2014", SHORT, LONG, "half of the outlay", "floor 22 USD/kg"):
        assert found.change(case, NONE, FIRST) < 0.0
        assert found.change(case, NONE, "output of 2013-2014") > 0.0
    assert found.of(NONE, FAILED) == found.of(SHORT, FAILED) == 1.0  # it fails when the state stops paying
    assert found.of(LONG, FAILED) < 1.0  # while it pays, the mine may live
    assert (
        found.of(SHORT, LATE) < found.of(NONE, LATE) < found.of(LONG, LATE)
    )  # a push that stops leaves less than none
    assert found.change(LONG, NONE, "price of Nd outside, 2015-2018") < 0.0


def test_what_a_push_costs(shown) -> None:  # type: ignore[no-untyped-def]
    found = shown(ROW)
    assert found.of(NONE, COST) == 0.0
    assert found.of("half of the outlay", COST) == pytest.approx(447.5, rel=1e-3)  # of 895 m USD
    assert 0.0 < found.of("5 USD/kg to 2014", COST) < found.of(SHORT, COST) < found.of(LONG, COST)
