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


def test_a_push_starts_the_mine_earlier_and_a_floor_alone_keeps_it(shown) -> None:  # type: ignore[no-untyped-def]
    found = shown(ROW)
    for case in ("5 USD/kg to 2014", SHORT, LONG, "half of the outlay", "floor 22 USD/kg"):
        assert found.change(case, NONE, FIRST) < 0.0
        assert found.change(case, NONE, "output of 2013-2014") > 0.0
    for case in (NONE, SHORT, LONG):
        assert found.of(case, FAILED) == 1.0  # so much a kg does not make up for what ore is worth after the boom
        assert found.of(case, LATE) <= found.of(NONE, LATE)  # what started earlier has failed earlier
    assert found.of("floor 22 USD/kg", FAILED) == 0.0  # a floor does
    assert found.of("floor 22 USD/kg", LATE) > found.of("half of the outlay", LATE) > 5.0 * found.of(NONE, LATE)
    assert found.change("floor 22 USD/kg", NONE, "price of Nd outside, 2015-2018") < 0.0


def test_what_a_push_costs(shown) -> None:  # type: ignore[no-untyped-def]
    found = shown(ROW)
    assert found.of(NONE, COST) == 0.0
    assert found.of("half of the outlay", COST) == pytest.approx(447.5, rel=1e-3)  # of 895 m USD
    assert 0.0 < found.of("5 USD/kg to 2014", COST) < found.of(SHORT, COST) < found.of(LONG, COST)
