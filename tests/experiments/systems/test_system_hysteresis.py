"""S17: use that was saved or moved does not come back with the price, and does where thrift is undone."""

ROW = "S17"
EARLY, LATE = "change of use outside, 2012", "change of use outside, 2017"


def test_use_does_not_return_unless_thrift_is_undone(shown) -> None:  # type: ignore[no-untyped-def]
    found = shown(ROW)
    assert -35.0 < found.of("all answers", EARLY) < -15.0
    assert -20.0 < found.of("all answers", LATE) < -7.0
    assert found.of("all answers", "change of the Nd price outside, 2017") < 25.0  # the price is back
    assert found.of("no thrift", EARLY) > found.of("all answers", EARLY) + 5.0
    for version in ("no thrift", "thrift is undone by 20 % a year"):
        assert abs(found.of(version, LATE)) < 5.0
    same = found.of("thrift is undone by 20 % a year", EARLY)
    assert abs(same - found.of("all answers", EARLY)) < 1.0  # coming back begins after the spike


def test_relocation_moves_use_and_scrap_replaces_purchases(shown) -> None:  # type: ignore[no-untyped-def]
    found = shown(ROW)
    versions = ("no relocation", "all answers", "relocation at most 10 % a year")
    moved = [found.of(v, LATE) for v in versions]
    assert moved == sorted(moved, reverse=True)
    assert moved[-1] < moved[0] - 6.0
    gained = [found.of(v, "change of use inside, 2017") for v in versions]
    assert gained == sorted(gained)
    bought = [
        found.of(v, "change of purchases outside, 2012") for v in ("no answer of scrap", "scrap answers strongly")
    ]
    assert bought[1] < bought[0] - 1.0
