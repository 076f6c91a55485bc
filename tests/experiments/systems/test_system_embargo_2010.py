"""S1: what is left of the spike of 2011 without the embargo, the quota, the panic."""

ROW = "S1"
HISTORY = "as in history"


def test_quota_and_panic_carry_the_spike_and_the_short_embargo_little(shown) -> None:  # type: ignore[no-untyped-def]
    found = shown(ROW)
    for material in ("La", "Ce"):  # cheap in the mass that a quota counts
        assert -85.0 < found.change("no quota", HISTORY, "peak outside", material) < -50.0
        assert found.change("none of the three", HISTORY, "peak outside", material) < -80.0
    for material in ("La", "Ce", "Nd", "Dy"):
        assert -85.0 < found.change("no panic", HISTORY, "peak outside", material) < -50.0
        assert -15.0 < found.change("no embargo", HISTORY, "peak outside", material) < 0.0
    # A quota in tonnes bites the cheap elements most: it takes a share of the log rise that falls with the price.
    left = [found.of("no quota", "share of the log rise left", m) for m in ("La", "Nd", "Dy")]
    assert left == sorted(left)
