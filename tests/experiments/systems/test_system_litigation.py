"""S15: a case takes its lag and one over its hazard; prices outside fall when it is won and not before."""

import pytest

ROW = "S15"
TIME = "years to the removal"


def test_a_case_takes_its_time(shown) -> None:  # type: ignore[no-untyped-def]
    found = shown(ROW)
    times = [found.of(f"hazard {h} a year", TIME) for h in (0.25, 0.5, 1, 2)]
    assert times == sorted(times, reverse=True)  # on the same luck
    assert all(t > 1.8 for t in times)  # lag and time to obey
    assert found.of("hazard 1 a year", "lag and 1 / hazard") == pytest.approx(2.8)
    assert found.of("1 a year, tax alone", TIME) == found.of("hazard 1 a year", TIME)


def test_prices_outside_fall_when_it_is_won(shown) -> None:  # type: ignore[no-untyped-def]
    found = shown(ROW)
    against = "no complaint"
    for case in ("hazard 1 a year", "hazard 2 a year"):
        assert found.change(case, against, "price outside, half a year before") == 0.0
        assert found.change(case, against, "price outside, one year after") < 0.0
    # Under a quota that binds a tax comes out of the rent: without it the price outside stays where it was.
    tax = found.change("1 a year, tax alone", against, "price outside, one year after")
    assert tax == pytest.approx(0.0, abs=0.1)
