"""Numbers as a reader wants them: the formats of all tables, figures and pages that tell of results."""

from math import isnan

NEVER = 9000.0  # a year: months from here on stand for what never happens
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def show_number(value: float | None, unit: str) -> str:
    """A number as a reader wants it: months as dates, shares and ratios with two digits, tonnes rounded.

    What is no number is a dash, a month that never comes says so.
    """
    if value is None or isnan(value):
        return "-"
    if unit == "month":
        if value >= NEVER:
            return "never"
        month = round((value - int(value)) * 12.0)
        year = int(value) + month // 12
        return f"{MONTHS[month % 12]} {year}"
    if abs(value) >= 1000.0:
        return f"{value:,.0f}"
    if 0.0 < abs(value) < 0.1:
        return f"{value:.3f}"
    return f"{value:.2f}" if abs(value) < 10.0 else f"{value:.1f}" if abs(value) < 100.0 else f"{value:.0f}"


def short_number(value: float) -> str:
    """A number as short as it can be read: three digits, thousands with commas."""
    if value != 0.0 and (abs(value) >= 1e6 or abs(value) < 1e-3):
        return f"{value:.2e}"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
