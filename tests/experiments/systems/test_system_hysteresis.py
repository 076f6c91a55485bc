"""S17: use that was saved comes back with the price, at the pace of redesign."""

ROW = "S17"
EARLY, LATE = "change of use outside, 2012", "change of use outside, 2017"


def test_use_comes_back_as_fast_as_it_went(shown) -> None:  # type: ignore[no-untyped-def]
    found = shown(ROW)
    model = "as the model stands"
    assert found.of(model, EARLY) < found.of(model, LATE)
    for when in (EARLY, LATE):  # the more is redesigned, the more is saved
        lost = [found.of(case, when) for case in ("much redesign", model, "little redesign")]
        assert lost == sorted(lost)
    # quick redesign loses more while prices are high and less once they are back
    assert found.of("quick redesign", EARLY) < found.of("slow redesign", EARLY) < 0.0
    assert found.of("quick redesign", LATE) > found.of("slow redesign", LATE)
