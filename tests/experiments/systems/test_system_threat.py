"""S9: a threat without an act lifts prices, passes, and holds back no tonne."""

ROW = "S9"
NEITHER = "neither"


def test_talk_alone_lifts_prices_and_fades(shown) -> None:  # type: ignore[no-untyped-def]
    found = shown(ROW)
    rise = "highest rise of NdPr inside"
    assert abs(found.of(NEITHER, rise)) < 15.0
    assert 20.0 < found.change("threat alone", NEITHER, rise) < 90.0  # 39 % within four weeks in history
    left = found.change("threat alone", NEITHER, "rise left, Aug-Nov 2019")
    assert left < 0.6 * found.change("threat alone", NEITHER, rise)
    assert found.change("threat alone", NEITHER, "exports, 20 May-29 Sep 2019") > 0.0  # orders drawn forward
    assert found.change("stop of ore alone", NEITHER, "exports, 20 May-29 Sep 2019") < found.change(
        "threat alone", NEITHER, "exports, 20 May-29 Sep 2019"
    )
    assert found.of(NEITHER, "highest perceived risk, Japan") == 0.0
    assert found.of("threat alone", "highest perceived risk, Japan") > 0.0
