"""Numbers as a reader wants them."""

import pytest

from chokepoint.experiments.telling.numbers import show_number


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (2010.5, "month", "Jul 2010"), (9999.0, "month", "never"), (float("nan"), "share", "-"), (None, "t", "-"),
        (0.25, "share", "0.25"), (0.0255, "share", "0.025"), (12345.6, "t", "12,346"), (45.67, "USD/kg", "45.7"),
    ],
)  # fmt: skip
def test_months_shares_tonnes_and_what_is_no_number(value: float | None, unit: str, shown: str) -> None:
    assert show_number(value, unit) == shown
