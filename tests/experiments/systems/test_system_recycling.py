"""S23: scrap is a part of use: it does not answer a quota; growth of use lifts price and scrap together."""

ROW = "S23"
WAYS = ("no old scrap", "10 % of old scrap", "20 % of old scrap")


def test_scrap_follows_use_and_not_the_price(shown) -> None:  # type: ignore[no-untyped-def]
    found = shown(ROW)
    for way in WAYS:
        assert found.of(way, "quota: price outside, 2011") > 0.0
        assert found.of(way, "quota: use outside, 2011-2012") < 0.0
        for year in (2011, 2012):
            assert found.of(way, f"quota: recovered, {year}") < 0.0
    shares = [found.of(way, "free trade: recovered share of use, 2010") for way in WAYS]
    for share, old in zip(shares, (0.0, 10.0, 20.0), strict=True):
        assert abs(share - shares[0] - old) < 0.5


def test_growth_of_use_lifts_price_and_what_is_recovered(shown) -> None:  # type: ignore[no-untyped-def]
    found = shown(ROW)
    for way in WAYS:
        for measure in ("price outside", "use outside", "recovered"):
            assert found.of(way, f"growth: {measure}, 2013") > 0.0
