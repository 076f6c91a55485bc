"""Amounts with units are converted exactly, or refused with the nearest unit that would do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chokepoint.sim.scenario.units import UNITS, UnitProblem, accepted, convert

BY_HAND = [
    (10.0, "kt", "t gross", 10_000.0),
    (1.5, "Mt gross", "t gross", 1_500_000.0),
    (2_500.0, "kg", "t", 2.5),
    (8.0, "kt/year", "t gross/half-year", 4_000.0),
    (100.0, "t REO a year", "t/year", 100.0),
    (0.25, "share", "%", 25.0),
    (33.0, "per cent", "% of cargos", 33.0),
    (40.0, "%", "strength", 0.4),
    (2_000.0, "USD/t", "USD/kg", 2.0),
    (0.25, "bn USD", "m USD", 250.0),
    (5.0, "M USD", "m USD", 5.0),
    (9.0, "weeks", "working days", 45.0),
    (14.0, "days", "weeks", 2.0),
    (1.0, "month", "days", 30.4375),
    (0.5, "per year", "1/year", 0.5),
]


@pytest.mark.parametrize(("amount", "unit", "wanted", "right"), BY_HAND)
def test_conversions_worked_by_hand(amount: float, unit: str, wanted: str, right: float) -> None:
    assert convert(amount, unit, wanted) == right


@given(st.decimals(0, 10**8, allow_nan=False, places=4), st.sampled_from(sorted(UNITS)))
def test_there_and_back_is_the_same_number(amount: object, unit: str) -> None:
    value = float(str(amount))
    for other in accepted(unit):
        there = convert(value, other, unit)
        if UNITS[other].of == UNITS[unit].of:
            ratio = UNITS[other].size / UNITS[unit].size
            decimal = not any((ratio.numerator * ratio.denominator) % prime == 0 for prime in (3, 7, 487))
            back = convert(there, unit, other)
            assert back == value if decimal else back == pytest.approx(value, rel=1e-15)


REFUSED = [
    ("lb", "t gross", "unknown unit 'lb'"),
    ("USD/t", "%", "measures money for a mass, not share"),
    ("t gross", "t", "unit 't gross' is another"),  # goods are no contained tonnes
    ("t REO", "t gross", "unit 't REO' is another"),
    ("% of cargos", "%", "is another"),
    ("t", "t/year", "measures mass, not mass a year"),
    ("m JPY", "m USD", "valid: m USD"),
    ("workng days", "working days", "nearest: working days"),
]


@pytest.mark.parametrize(("unit", "wanted", "says"), REFUSED)
def test_another_quantity_is_refused(unit: str, wanted: str, says: str) -> None:
    with pytest.raises(UnitProblem, match=says):
        convert(1.0, unit, wanted)
