"""Bad input: every problem found, told at once."""

import difflib
from collections.abc import Iterable
from typing import Any


class BadInput(Exception):
    """Input that cannot be used. `problems` holds one line each; the message lists them all, or the first `shown`."""

    def __init__(self, problems: Iterable[str], title: str = "bad input", shown: int | None = None):
        self.problems = list(dict.fromkeys(problems))
        count = len(self.problems)
        head = f"{title}: {count} problem{'s' if count != 1 else ''}"
        lines = [f"  - {p}" for p in self.problems[:shown]]
        more = [f"  and {count - len(lines)} more"] if count > len(lines) else []
        super().__init__("\n".join([head, *lines, *more]))
        self._given = (self.problems, title, shown)

    def __reduce__(self) -> tuple[Any, ...]:
        """Made again from what it was made of, where it is sent to another process."""
        return type(self), self._given


def nearest(name: str, valid: Iterable[str]) -> str:
    """A hint for a mistyped name: the nearest valid ones, or the whole short list."""
    names = [str(v) for v in valid]
    best = difflib.get_close_matches(str(name), names, n=3, cutoff=0.5)
    best = best or [one for one in names if len(name) > 2 and name.lower() in one.lower()][:3]
    if best:
        return "nearest: " + ", ".join(best)
    if len(names) <= 12:
        return "valid: " + ", ".join(names)
    return f"{len(names)} valid names, such as " + ", ".join(names[:5])


def explain(error: Any, unit: str, fields: Iterable[str]) -> str:
    """One pydantic error in the words of a user."""
    kind, given = error["type"], error.get("input")
    if kind == "extra_forbidden":
        return f"unknown column ({nearest(str(error['loc'][-1]), fields)})"
    if kind == "missing":
        return "missing"
    bounds = error.get("ctx", {})
    limits = " and ".join(
        f"{word} {bounds[key]}"
        for key, word in (("ge", "at least"), ("gt", "above"), ("le", "at most"), ("lt", "below"))
        if key in bounds
    )
    if limits:
        return f"{given!r} must be {limits}{' ' + unit if unit else ''}"
    if kind == "literal_error":
        return f"{given!r} is not one of {bounds['expected']}"
    return f"{given!r}: {error['msg'].lower()}"


def unit_of(column: str) -> str:
    """The unit of a column of a table, told by the end of its name."""
    for ending, unit in (
        ("_t_per_year", "t a year"), ("_usd_per_kg", "USD/kg"), ("_musd", "million USD"), ("_years", "years"),
        ("_weeks", "weeks"), ("share", "(a share between 0 and 1)"),
    ):  # fmt: skip
        if column.endswith(ending):
            return unit
    return ""
