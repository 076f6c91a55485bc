"""S3: a binding quota opens two prices by itself; a tax alone keeps the gap at its rate."""

ROW = "S3"


def test_the_gap_of_autumn_2011_and_what_makes_it(shown) -> None:  # type: ignore[no-untyped-def]
    found = shown(ROW)
    autumn = "outside over inside, autumn 2011"
    for material in ("La", "Sm"):  # light in value, heavy in quota
        assert 2.0 < found.of("as in history", autumn, material) < 7.5
        assert found.of("no quota", autumn, material) < 1.4
    for material in ("Nd", "Dy"):
        assert 1.25 < found.of("as in history", autumn, material) < 2.0
    # By October 2014 the quota is slack: what is left is the duty and no rent of note.
    for material, tax in (("La", 0.15), ("Nd", 0.15), ("Dy", 0.25)):
        ratio = found.of("as in history", "outside over inside, October 2014", material)
        assert abs(ratio - (1.0 + tax)) < 0.12
        free = found.of("no quota, no tax", "outside over inside, October 2014", material)
        assert abs(free - 1.0) < 0.12
        assert ratio > free + 0.5 * tax
    # The rent of the quota for lanthanum is tens of dollars where the oxide costs ten at home.
    assert found.of("as in history", "rent, autumn 2011", "La") > 20.0
    assert found.of("no quota", "rent, autumn 2011", "La") < 5.0
