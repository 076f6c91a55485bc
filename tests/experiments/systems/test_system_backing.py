"""S12, S21: a backed mine lives through low prices, its backer is served first; an exporter may be the backer."""

import pytest

ROW, OTHER = "S12", "S21"
MINED, FAILED, PRICE = "output of Mt Weld", "mine has failed", "price of Nd outside"
JAPAN, CHINA = "Japan's arrivals from the plant", "China's arrivals from the plant"
ALONE, LOAN, TIED = "no backing", "loan 225 m USD", "China's stake, offtake"


def test_backing_decides_whether_the_mine_lives(shown) -> None:  # type: ignore[no-untyped-def]
    found = shown(ROW)
    assert found.of(ALONE, FAILED) > 0.6
    for case in (LOAN, "stake 225 m USD", "floor 22 USD/kg"):
        assert found.of(case, FAILED) == 0.0
        assert found.of(case, MINED) > 9000.0
        assert found.change(case, ALONE, PRICE) < -5.0
    assert found.of(LOAN, "paid by backers until 2018") == pytest.approx(225.0, rel=1e-3)
    assert 20.0 < found.of(LOAN, "come back until 2018") < 225.0
    assert found.of("floor 22 USD/kg", "paid by backers until 2018") > 225.0


def test_a_plant_limits_what_the_mine_is_good_for(shown) -> None:  # type: ignore[no-untyped-def]
    found = shown(ROW)
    assert found.of("loan, plant half built", "feed of Gebeng LAMP") < 5600.0
    assert found.of("loan to mine and plant", "feed of Gebeng LAMP") > 9000.0
    assert found.of("loan to mine and plant", PRICE) < found.of("loan, plant half built", PRICE) - 2.0


def test_offtake_goes_to_who_holds_it(shown) -> None:  # type: ignore[no-untyped-def]
    found = shown(OTHER)
    assert found.of("loan and offtake", JAPAN) > 1.3 * found.of(LOAN, JAPAN)
    assert found.of("China's stake", CHINA) == 0.0
    assert found.of(TIED, CHINA) > 7000.0
    assert found.of(TIED, JAPAN) < 0.5 * found.of("China's stake", JAPAN)
    assert found.of(TIED, PRICE) > found.of("China's stake", PRICE)
