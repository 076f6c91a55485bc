"""S18: measures inside the exporter lift both prices together."""

ROW = "S18"
NO = "no measure"


def test_both_prices_rise_and_hardly_a_gap_opens(shown) -> None:  # type: ignore[no-untyped-def]
    found = shown(ROW)
    for case in ("2 campaigns", "production quota", "halt of the largest mine"):
        assert found.change(case, NO, "price inside, year") > 8.0
        assert found.change(case, NO, "price outside, year") > 8.0
        assert abs(found.change(case, NO, "price outside over inside, year")) < 0.25
    assert found.change("export quota", NO, "price outside over inside, year") > 1.0


def test_each_stops_its_own_tonnes(shown) -> None:  # type: ignore[no-untyped-def]
    found = shown(ROW)
    assert -55.0 < found.change("2 campaigns", NO, "mined without licence") < -25.0
    assert found.change("2 campaigns", NO, "mined by law") > 0.0  # legal mines fill in
    assert found.change("2 campaigns", NO, "smuggled exports") < -10.0
    assert 5600.0 <= round(found.of("production quota", "mined by law")) < 5700.0  # the cap, and a part of two weeks
    assert -20.0 < found.change("halt of the largest mine", NO, "mined by law") < -5.0
    assert found.change("halt of the largest mine", NO, "mined without licence") > 5.0  # ore is dear
