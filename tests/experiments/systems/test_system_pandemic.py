"""S19: a slump of activity and late ships, alone and at once."""

ROW = "S19"
NEITHER = "neither"


def test_late_ships_and_slump_act_on_different_things(shown) -> None:  # type: ignore[no-untyped-def]
    found = shown(ROW)

    def change(case: str, measure: str) -> float:
        return found.change(case, NEITHER, measure)

    arrivals, use, price = "arrivals in Japan, Feb-May", "use in Japan, Feb-May", "Nd outside, Feb-Jul"
    # Four weeks of cargo from China, four fifths of all, are late within seventeen weeks, and are partly caught up.
    assert -25.0 < change("late ships alone", arrivals) < -7.0
    assert -1.0 < change("late ships alone", use) <= 0.0  # stocks of months carry them over
    assert 0.0 < change("late ships alone", price) < 5.0
    assert change("late ships alone", "lowest stock in Japan, Feb-Jul") < -1.0
    assert change("late ships alone", "legal exports, Feb-Jul") > 0.0  # a longer way is filled
    assert change("slump alone", use) < -10.0
    assert change("slump alone", price) < -10.0
    assert change("both", arrivals) < min(change("late ships alone", arrivals), change("slump alone", arrivals)) - 1.0
