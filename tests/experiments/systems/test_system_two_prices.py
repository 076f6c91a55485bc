"""S3: a binding quota opens two prices by itself; a tax alone keeps the gap at its rate."""

ROW = "S3"
TAX = {"La": 0.15, "Sm": 0.15, "Nd": 0.15, "Dy": 0.25}


def test_the_gap_of_autumn_2011_and_what_makes_it(shown) -> None:  # type: ignore[no-untyped-def]
    found = shown(ROW)
    autumn, later = (f"outside over inside, {when}" for when in ("autumn 2011", "October 2014"))
    for material, tax in TAX.items():
        bound, taxed, free = (
            found.of(case, autumn, material) for case in ("as in history", "no quota", "no quota, no tax")
        )
        assert bound > taxed > free
        # parity: outside is inside, the duty on it, and freight
        assert abs(taxed / (1.0 + tax) - 1.0) < 0.05
        assert abs(free - 1.0) < 0.05
        # by October 2014 the quota is slack: no more than the duty is left, and less of what is mined outside
        assert found.of("as in history", later, material) < 1.05 * (1.0 + tax)
        assert found.of("as in history", "rent, autumn 2011", material) > found.of(
            "no quota", "rent, autumn 2011", material
        )
    # One rent a gross tonne: the cheaper the element, the wider the gap.
    gaps = [found.of("as in history", autumn, m) / (1.0 + TAX[m]) for m in ("La", "Sm", "Nd", "Dy")]
    assert gaps == sorted(gaps, reverse=True)
