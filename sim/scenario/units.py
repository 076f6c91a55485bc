"""Amounts with units: converted exactly, or refused with the nearest unit that would do.

A unit measures one quantity, and may say of what: `t gross` are tonnes of goods, `% of cargos` a share of cargos. What
is given without such a word takes the one that is wanted (`kt` for a quota in `t gross`); what is given with another
one is refused. A month is a twelfth of a year of 365.25 days, five working days are a week, and a half-year is half
a year.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import isfinite

from chokepoint.sim.scenario.problems import nearest

MASS, PACE, SHARE, PRICE = "mass", "mass a year", "share", "money for a mass"
MONEY, TIME, RATE = "money", "time", "times a year"


@dataclass(frozen=True)
class Unit:
    """What a unit measures, how many of the quantity's own unit it is, and of what (empty: of nothing in particular).

    The quantities' own units: t, t a year, share, USD/kg, USD, days, 1/year.
    """

    quantity: str
    size: Fraction
    of: str = ""


class UnitProblem(ValueError):
    """An amount whose unit is unknown or measures something else; its text says which unit would do."""


def _known() -> Iterator[tuple[str, Unit]]:
    """Every unit that is understood, by its name; the first name of a quantity is its own unit."""
    masses = {"t": Fraction(1), "kg": Fraction(1, 1000), "kt": Fraction(1000), "Mt": Fraction(10**6)}
    paces = {"year": Fraction(1), "half-year": Fraction(2)}
    for basis in ("", "gross", "REO"):
        for name, size in masses.items():
            mass = f"{name} {basis}".rstrip()
            yield mass, Unit(MASS, size, basis)
            for span, times in paces.items():
                yield f"{mass}/{span}", Unit(PACE, size * times, basis)
    for basis in ("", "of cargos", "of base", "of capex"):
        yield f"share {basis}".rstrip(), Unit(SHARE, Fraction(1), basis)
        yield f"% {basis}".rstrip(), Unit(SHARE, Fraction(1, 100), basis)
    yield "strength", Unit(SHARE, Fraction(1), "strength")
    yield "USD/kg", Unit(PRICE, Fraction(1))
    yield "USD/t", Unit(PRICE, Fraction(1, 1000))
    for name, dollars in (("USD", 1), ("k USD", 10**3), ("m USD", 10**6), ("bn USD", 10**9)):
        yield name, Unit(MONEY, Fraction(dollars))
    days = {"day": Fraction(1), "working day": Fraction(7, 5), "week": Fraction(7), "month": Fraction(1461, 48)}
    for name, size in {**days, "year": Fraction(1461, 4)}.items():
        yield f"{name}s", Unit(TIME, size)
    yield "1/year", Unit(RATE, Fraction(1))


UNITS: dict[str, Unit] = dict(_known())
# Other spellings, as they stand in tables and laws.
SPELT = {
    "percent": "%", "per cent": "%", "M USD": "m USD", "million USD": "m USD", "thousand USD": "k USD",
    "billion USD": "bn USD", "tonnes": "t", "day": "days", "working day": "working days", "week": "weeks",
    "month": "months", "year": "years",
}  # fmt: skip


def spelling(unit: str) -> str:
    """The name of a unit in `UNITS` for the ways in which people write it; as given where it is none of them."""
    text = " ".join(unit.split())
    for word in (" per ", " a ", " / ", "/ ", " /"):
        text = text.replace(word, "/")
    if text.startswith("per "):  # per year; but per cent
        text = SPELT.get(text, f"1/{text.removeprefix('per ')}")
    text = SPELT.get(text, text)
    mass, slash, basis_or_span = text.partition("/")
    if slash and " " in basis_or_span:  # t/year gross
        span, _, basis = basis_or_span.partition(" ")
        text = f"{mass} {basis}/{span}" if f"{mass} {basis}/{span}" in UNITS else text
    return text


def accepted(wanted: str) -> list[str]:
    """The units from which an amount in `wanted` can be converted, that one first."""
    goal = UNITS[spelling(wanted)]
    return [wanted, *(name for name, unit in UNITS.items() if name != wanted and _leads_to(unit, goal))]


def _leads_to(unit: Unit, goal: Unit) -> bool:
    """Whether an amount in one unit says the same in another; oxide (REO) is what a material weighs by itself."""
    return unit.quantity == goal.quantity and unit.of in ("", goal.of, *(["REO"] if not goal.of else []))


def convert(amount: float, unit: str, wanted: str) -> float:
    """An amount of one unit in another one, rounded once: decimal factors lead back to the same number.

    Raises `UnitProblem` where the unit is unknown or measures something else, with the nearest one that would do.
    """
    given, goal = UNITS.get(spelling(unit)), UNITS.get(spelling(wanted))
    if goal is None:
        raise UnitProblem(f"unknown unit {wanted!r} ({nearest(wanted, UNITS)})")
    if given is None:
        raise UnitProblem(f"unknown unit {unit!r} ({nearest(unit, accepted(wanted))})")
    if not _leads_to(given, goal):
        what = f"measures {given.quantity}, not {goal.quantity}" if given.quantity != goal.quantity else "is another"
        raise UnitProblem(f"unit {unit!r} {what} ({_hint(wanted)})")
    if given.size == goal.size or not isfinite(amount):
        return amount
    return float(Fraction(repr(float(amount))) * given.size / goal.size)


def _hint(wanted: str) -> str:
    """A few units that would do."""
    names = accepted(wanted)
    return "valid: " + ", ".join(names[:6]) + (", ..." if len(names) > 6 else "")
