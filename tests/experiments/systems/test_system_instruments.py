"""S2: quota, tax, licence and embargo act differently on volume, both prices and rent."""

ROW = "S2"
FREE = "free trade"


def test_each_instrument_has_its_own_marks(shown) -> None:  # type: ignore[no-untyped-def]
    found = shown(ROW)

    def change(case: str, measure: str) -> float:
        return found.change(case, FREE, measure)

    # A quota is exhausted, at 2000 t a year: a little under half of what left legally is withheld.
    assert 1500.0 < found.of("quota", "legal exports") <= 2000.0
    # A tax of 40 instead of 10 % is passed on: (1.4 / 1.1 - 1) = 27 % on the price outside, and little volume.
    assert 20.0 < change("tax", "price outside") < 28.0
    assert -10.0 < change("tax", "legal exports") < -2.0
    # The target of an embargo loses far more than the bystander, who loses nothing of note.
    assert change("embargo", "arrivals in the target") < -35.0
    assert change("embargo", "arrivals in the bystander") > -5.0
    assert change("quota", "arrivals in the bystander") < -8.0
    # Who gets the money: licence holders under a quota, the state under a tax.
    assert change("quota", "rent of licence holders") > 20_000.0
    assert change("tax", "rent of licence holders") < 0.0
    assert change("tax", "tax to the state") > 5_000.0
    assert change("quota", "tax to the state") < 0.0
    # A licence refused for 40 % withholds less than 40 %: the rest is asked for again. Nine weeks wait before it.
    assert -35.0 < change("licence", "legal exports") < -10.0
    assert change("licence", "rent of licence holders") > 5_000.0


def test_what_may_not_leave_is_cheap_at_home_unless_it_is_smuggled_out(shown) -> None:  # type: ignore[no-untyped-def]
    found = shown(ROW)
    for case in ("quota", "embargo"):
        assert -8.0 < found.change(case, FREE, "price inside without smuggling") < -0.3
    # A wait is no cut: buyers order ahead of it, and plants run more for a while.
    assert abs(found.change("licence", FREE, "price inside without smuggling")) < 1.0
    assert found.change("quota", FREE, "price inside") > 3.0
    assert found.change("quota", FREE, "smuggled exports") > 100.0
    assert found.change("embargo", FREE, "smuggled exports") < 0.0  # held for the target under every name
