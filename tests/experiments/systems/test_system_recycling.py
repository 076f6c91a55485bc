"""S23: old scrap cushions a quota, after the price; growth of use outruns it."""

ROW = "S23"


def test_old_scrap_cushions_a_quota(shown) -> None:  # type: ignore[no-untyped-def]
    found = shown(ROW)
    ways = ("no old scrap", "20 % of old scrap", "20 %, strong answer")
    price = [found.of(w, "quota: price outside, 2011") for w in ways]
    assert price == sorted(price, reverse=True)
    assert price[2] < price[0] - 15.0
    back = [found.of(w, "quota: recovered, 2011") for w in ways[1:]]
    assert 10.0 < back[0] < 30.0
    assert back[1] > 1.5 * back[0]
    # The answer lags: in the year after the quota old scrap still comes while new scrap has fallen back.
    assert found.of(ways[1], "quota: recovered, 2012") > 8.0
    assert found.of(ways[0], "quota: recovered, 2012") < 0.0
    assert 25.0 < found.of(ways[1], "free trade: recovered share of use, 2010") < 30.0


def test_growth_of_use_lifts_price_and_outruns_old_scrap(shown) -> None:  # type: ignore[no-untyped-def]
    found = shown(ROW)
    for way in ("no old scrap", "20 % of old scrap"):
        assert found.of(way, "growth: price outside, 2013") > 10.0
        assert 8.0 < found.of(way, "growth: use outside, 2013") < 25.0
    assert found.of("20 % of old scrap", "growth: recovered, 2013") < found.of(
        "no old scrap", "growth: recovered, 2013"
    )
