"""S9: a threat without an act lifts expected prices and prices, passes, and holds back no tonne."""

ROW = "S9"
NEITHER, THREAT, ORE = "neither", "threat alone", "stop of ore alone"


def test_talk_alone_lifts_prices_and_fades(shown) -> None:  # type: ignore[no-untyped-def]
    found = shown(ROW)
    rise, left = "highest rise of NdPr inside", "rise left, Aug-Nov 2019"
    for case in (THREAT, ORE):
        assert found.change(case, NEITHER, rise) > 0.0
    assert found.change("both, as in history", NEITHER, rise) > found.change(THREAT, NEITHER, rise)
    # talk fades and a stop of ore does not
    kept = {case: found.change(case, NEITHER, left) / found.change(case, NEITHER, rise) for case in (THREAT, ORE)}
    assert kept[THREAT] < 0.5 < kept[ORE]
    # what is expected abroad is bought ahead: more is shipped
    sent = "exports, 20 May-29 Sep 2019"
    assert found.change(THREAT, NEITHER, sent) > 0.0 > found.change(ORE, NEITHER, sent)
    abroad = found.change(THREAT, NEITHER, "highest rise of NdPr expected in Japan")
    assert abroad > found.change(THREAT, NEITHER, rise)
