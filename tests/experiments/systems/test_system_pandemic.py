"""S19: a slump of activity and late ships, alone and at once."""

import pytest

ROW = "S19"
NEITHER, LATE, SLUMP, BOTH = "neither", "late ships alone", "slump alone", "both"


def test_late_ships_and_slump_act_on_different_things(shown) -> None:  # type: ignore[no-untyped-def]
    found = shown(ROW)

    def change(case: str, measure: str) -> float:
        return found.change(case, NEITHER, measure)

    arrivals, use, price = "arrivals in Japan, Feb-May", "use in Japan, Feb-May", "Nd outside, Feb-Jul"
    stock, sent = "lowest stock in Japan, Feb-Jul", "legal exports, Feb-Jul"
    # What is under way is owned and counted: late ships move neither price nor orders while stocks last.
    assert change(LATE, arrivals) < 0.0
    assert change(LATE, stock) < 0.0
    for measure in (use, price, sent):
        assert change(LATE, measure) == pytest.approx(0.0, abs=0.5)
    # A slump lowers all, and arrivals most, for stocks are let go.
    assert change(SLUMP, arrivals) < change(SLUMP, use) < 0.0
    assert change(SLUMP, price) < 0.0
    assert change(BOTH, arrivals) < min(change(LATE, arrivals), change(SLUMP, arrivals))
