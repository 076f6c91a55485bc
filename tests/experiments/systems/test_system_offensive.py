"""S16: paid for and unbound output lowers prices on both sides; entrants do not gain by it."""

ROW = "S16"
NO = "no offensive"
PAID = ("15 % paid", "30 % paid", "45 % paid")


def test_output_that_is_paid_for_and_unbound_lowers_both_prices(shown) -> None:  # type: ignore[no-untyped-def]
    found = shown(ROW)
    for price in ("Nd outside, 2012-2013", "Nd inside, 2012-2013"):
        falls = [found.change(c, NO, price) for c in PAID]
        assert falls == sorted(falls, reverse=True)
        assert falls[0] < 0.0
        lifted = found.change("quota lifted", NO, price)
        assert lifted < falls[-1]  # what binds is the quota of the mines
        assert found.change("both, 45 %", NO, price) < lifted


def test_the_share_comes_back_and_entrants_do_not_gain(shown) -> None:  # type: ignore[no-untyped-def]
    found = shown(ROW)
    share, sold, failed = (
        "exporter's share of mine output, 2016",
        "output of entrants, 2014-2016",
        "entrants failed by 2018",
    )
    back = [found.change(c, NO, share) for c in (*PAID, "both, 45 %")]
    assert back == sorted(back)
    assert back[0] > 0.0
    for case in (*PAID, "quota lifted", "both, 45 %"):
        assert found.change(case, NO, sold) <= 0.0
        assert found.change(case, NO, failed) >= 0.0
