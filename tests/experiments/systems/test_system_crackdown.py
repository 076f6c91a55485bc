"""S18: measures inside the exporter lift both prices together."""

import pytest

ROW = "S18"
NO = "no measure"
MEASURES = ("2 campaigns", "production quota", "halt of the largest mine")


def test_both_prices_rise_and_no_gap_opens(shown) -> None:  # type: ignore[no-untyped-def]
    found = shown(ROW)
    gap = found.change("export quota", NO, "price outside over inside, year")
    assert gap > 0.0
    for case in MEASURES:
        inside, outside = (found.change(case, NO, f"price {side}, year") for side in ("inside", "outside"))
        assert inside > 0.0
        assert outside == pytest.approx(inside, rel=0.05)
        assert abs(found.change(case, NO, "price outside over inside, year")) < 0.05 * gap


def test_each_stops_its_own_tonnes(shown) -> None:  # type: ignore[no-untyped-def]
    found = shown(ROW)
    campaigns, cap, halt = MEASURES
    assert found.change(campaigns, NO, "mined without licence") < 0.0 < found.change(campaigns, NO, "mined by law")
    a_week = found.of(NO, "mined by law") / 52.0
    assert 5600.0 * 0.99 < found.of(cap, "mined by law") < 5600.0 + a_week  # the cap, and a part of a week before it
    assert found.change(halt, NO, "mined by law") < 0.0
    for case in (cap, halt):  # ore is dear
        assert found.change(case, NO, "mined without licence") > 0.0
    for case in MEASURES:  # metal is dear at home as well: there is less to smuggle for
        assert found.change(case, NO, "smuggled exports") < 0.0
