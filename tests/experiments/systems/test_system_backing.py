"""S12, S21: a backed mine lives through what ends the one without; its backer is served first, an exporter as well."""

import pytest

ROW, OTHER = "S12", "S21"
MINED, FAILED, PRICE = "output of Mt Weld", "mine has failed", "price of Nd outside"
JAPAN, CHINA = "Japan's arrivals from the plant", "China's arrivals from the plant"
ALONE, LOAN, TIED = "no backing", "loan 225 m USD", "China's stake, offtake"


def test_backing_decides_whether_the_mine_lives(shown) -> None:  # type: ignore[no-untyped-def]
    found = shown(ROW)
    assert found.of(ALONE, FAILED) > 0.5
    for case in (LOAN, "stake 225 m USD", "floor 22 USD/kg"):
        assert found.of(case, FAILED) == 0.0
        assert found.change(case, ALONE, MINED) > 0.0
        assert found.change(case, ALONE, PRICE) < 0.0
    assert found.of(LOAN, "paid by backers until 2018") == pytest.approx(225.0, rel=1e-3)
    assert 0.0 < found.of(LOAN, "come back until 2018") < 225.0


def test_a_plant_limits_what_the_mine_is_good_for(shown) -> None:  # type: ignore[no-untyped-def]
    found = shown(ROW)
    half, whole = "loan, plant half built", "loan to mine and plant"
    assert found.of(half, "feed of Gebeng LAMP") <= 5500.0 * 1.01  # its capacity
    assert found.of(whole, "feed of Gebeng LAMP") > found.of(half, "feed of Gebeng LAMP")
    assert found.of(whole, PRICE) < found.of(half, PRICE)


def test_offtake_goes_to_who_holds_it(shown) -> None:  # type: ignore[no-untyped-def]
    found = shown(OTHER)
    assert found.of("loan and offtake", JAPAN) > found.of(LOAN, JAPAN)
    assert found.of(TIED, CHINA) > found.of("China's stake", CHINA)
    assert found.of(TIED, JAPAN) < found.of("China's stake", JAPAN)
