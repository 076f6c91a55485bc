"""S16: paid for and unbound output abroad drives entrants out; concentration and prices come back."""

ROW = "S16"
NO = "no offensive"


def test_an_offensive_is_cheap_first_and_dear_later(shown) -> None:  # type: ignore[no-untyped-def]
    found = shown(ROW)
    for price in ("Nd outside, 2012-2013", "Nd inside, 2012-2013"):
        falls = [found.change(c, NO, price) for c in ("15 % paid", "30 % paid", "45 % paid")]
        assert falls == sorted(falls, reverse=True)
        assert -20.0 < falls[0] < -3.0
        assert found.change("quota lifted", NO, price) < -8.0
        assert found.change("both, 45 %", NO, price) < falls[-1]
    for case in ("45 % paid", "both, 45 %"):
        assert found.change(case, NO, "Nd outside, 2018") > 10.0


def test_entrants_sell_less_and_the_share_comes_back(shown) -> None:  # type: ignore[no-untyped-def]
    found = shown(ROW)
    less = [found.change(c, NO, "output of entrants, 2014-2016") for c in ("15 % paid", "45 % paid", "both, 45 %")]
    assert less == sorted(less, reverse=True)
    assert less[-1] < -6_000.0  # t in three years, of some 38,000
    back = [
        found.change(c, NO, "exporter's share of mine output, 2016") for c in ("15 % paid", "45 % paid", "both, 45 %")
    ]
    assert back == sorted(back)
    assert 2.0 < back[-1] < 10.0
    assert found.of("45 % paid", "entrants failed by 2018") >= found.of(NO, "entrants failed by 2018")
