"""S1: what is left of the spike of 2011 without the embargo, the quota, the panic."""

import pytest

ROW = "S1"
HISTORY, PEAK = "as in history", "peak outside"


def test_quota_and_panic_carry_the_spike_and_the_short_embargo_little(shown) -> None:  # type: ignore[no-untyped-def]
    found = shown(ROW)
    for material in ("La", "Ce"):  # cheap in the mass that a quota counts
        without_quota = found.change("no quota", HISTORY, PEAK, material)
        assert without_quota < 0.0
        assert found.change("no panic", HISTORY, PEAK, material) < 0.0
        assert found.change("none of the three", HISTORY, PEAK, material) < without_quota
        # a short embargo on one buyer is nothing beside either
        assert abs(found.change("no embargo", HISTORY, PEAK, material)) < 0.2 * abs(without_quota)
        # one rent a gross tonne lifts what is cheap most
        for dear in ("Nd", "Dy"):
            assert without_quota < found.change("no quota", HISTORY, PEAK, dear)
    assert found.of(HISTORY, "share of the log rise left", "La") == pytest.approx(1.0)
