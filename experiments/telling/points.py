"""Observed values as points of figures. A row is one of `observed.csv` of an episode."""

from collections.abc import Sequence
from datetime import date

from chokepoint.experiments.history.stories import Row
from chokepoint.sim.results.drawing import Point

WEEKS_PER_MONTH = 365.25 / 12 / 7


def span(row: Row) -> tuple[date, date]:
    """First and last day that an observed value stands for."""
    return date.fromisoformat(row["start"]), date.fromisoformat(row["end"])


def middle(row: Row) -> date:
    """The day in the middle of the span of an observed value."""
    first, last = span(row)
    return first + (last - first) // 2


def mark_of(row: Row) -> str:
    """Filled: scored, grade A or B; hollow: scored, grade C or D; cross: not scored."""
    if row["scored"] != "yes":
        return "cross"
    return "filled" if row["grade"] in ("A", "B") else "hollow"


def price_points(observed: Sequence[Row], materials: Sequence[str]) -> list[Point]:
    """Observed prices of oxide. Rows at the level of metal, though printed as oxide, carry "metal" in their id."""
    return [
        Point(r["material"], r["market"], middle(r), float(r["value"]), *span(r), mark_of(r))
        for r in observed
        if r["quantity"] == "price" and r["material"] in materials and not r["id"].endswith("-metal")
    ]


def select(observed: Sequence[Row], quantity: str, days: tuple[int, int], **where: str) -> list[Row]:
    """Rows of a quantity whose span lasts between two numbers of days and whose columns have the given values."""
    return [
        r
        for r in observed
        if r["quantity"] == quantity
        and days[0] <= (span(r)[1] - span(r)[0]).days + 1 <= days[1]
        and all(r[k] == v for k, v in where.items())
    ]


def stock_points(observed: Sequence[Row]) -> list[Point]:
    """Observed stocks in weeks of use."""
    rows = [r for r in observed if r["quantity"] == "stock_cover" and r["unit"] == "months"]
    return [Point(r["destination"], "", middle(r), float(r["value"]) * WEEKS_PER_MONTH, mark="hollow") for r in rows]
