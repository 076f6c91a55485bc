"""S2: quota, tax, licence and embargo act differently on volume, both prices and rent."""

ROW = "S2"
FREE = "free trade"
RENT, TAX = "rent of licence holders", "tax to the state"


def test_each_instrument_has_its_own_marks(shown) -> None:  # type: ignore[no-untyped-def]
    found = shown(ROW)

    def change(case: str, measure: str) -> float:
        return found.change(case, FREE, measure)

    # A quota of 2000 t a year is used up and no more leaves, but for the days before its first.
    a_week = found.of(FREE, "legal exports") / 52.0
    assert 2000.0 * 0.99 < found.of("quota", "legal exports") < 2000.0 + 2.0 * a_week
    # A tax of 40 instead of 10 % opens the gap by 1.4 / 1.1; buyers and the exporter share it, buyers the larger part.
    step = 100.0 * (1.4 / 1.1 - 1.0)
    assert 0.9 * step < change("tax", "price outside over inside") < step
    assert change("tax", "price outside") > -change("tax", "price inside") > 0.0
    assert change("quota", "legal exports") < change("tax", "legal exports") < 0.0
    # The target of an embargo loses; the bystander takes more, for it ships on.
    assert change("embargo", "arrivals in the target") < 0.0
    assert change("embargo", "arrivals in the bystander") > 0.0
    assert change("quota", "arrivals in the bystander") < 0.0
    # An embargo on one moves the price of all less than any cut for all.
    assert 0.0 < change("embargo", "price outside") < change("licence", "price outside")
    # Who gets the money: licence holders under a quota, the state under a tax, nobody there under an office of permits.
    assert change("quota", RENT) > 0.0
    assert change("tax", RENT) == change("licence", RENT) == change("embargo", RENT) == 0.0
    assert change("tax", TAX) > 0.0
    assert change("quota", TAX) < 0.0
    # Nothing leaves before the first decisions, and then 40 % are refused: more is withheld than is refused.
    assert change("licence", "legal exports") < -40.0


def test_what_may_not_leave_is_cheap_at_home_unless_people_there_expect_what_others_do(shown) -> None:  # type: ignore[no-untyped-def]
    found = shown(ROW)

    def inside(case: str, how: str = "") -> float:
        return found.change(case, FREE, f"price inside{how}")

    for case in ("quota", "tax", "licence", "embargo"):
        assert inside(case, " where nobody follows") < 0.0
    assert inside("quota", " where nobody follows") < inside("quota", " without smuggling")
    assert inside("licence") < 0.0
    for case in ("quota", "tax", "licence"):  # smugglers follow the gap
        assert found.change(case, FREE, "smuggled exports") > found.change("embargo", FREE, "smuggled exports") > 0.0
