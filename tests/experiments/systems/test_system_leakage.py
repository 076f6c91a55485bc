"""S4: smuggling rises with the gap; campaigns close mines and no routes; an embargo is partly met by resale."""

ROW = "S4"
CASES = ("quota, 0 campaigns", "quota, 1 campaign", "quota, 2 campaigns", "quota, 4 campaigns")
GAP, SMUGGLED, LEGAL = "price outside over inside", "smuggled exports", "legal exports"


def test_smuggling_follows_the_gap_and_falls_a_little_with_enforcement(shown) -> None:  # type: ignore[no-untyped-def]
    found = shown(ROW)
    smuggled = [found.of(c, SMUGGLED) for c in CASES]
    assert smuggled == sorted(smuggled, reverse=True)
    assert smuggled[0] > found.of("free trade", SMUGGLED)
    # What mines do not make is missing at home as well: the gap narrows, and widens where nobody smuggles.
    gaps = [found.of(c, GAP) for c in CASES]
    assert gaps == sorted(gaps, reverse=True)
    assert found.of("quota, nobody smuggles", GAP) > gaps[0] > found.of("free trade", GAP)
    assert found.of("quota, nobody smuggles", SMUGGLED) == 0.0
    legal = [found.of(c, LEGAL) for c in CASES]
    assert max(legal) < 1.05 * min(legal)  # the quota binds in all of them
    # the share of what leaves lies within the 15 to 55 % that were reported
    assert 0.15 < found.of(CASES[0], "share smuggled") < 0.55


def test_an_embargo_on_one_buyer_is_met_by_resale_in_part(shown) -> None:  # type: ignore[no-untyped-def]
    found = shown(ROW)
    assert found.of("free trade", "arrivals by resale") == 0.0
    assert 0.0 < found.of("embargo on the target", "arrivals by resale") < found.of("free trade", LEGAL)
