"""One decision as a trace tells it, and the units that the names of its numbers carry."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

# Endings of names, longest first, and the unit each stands for; a name without one has no unit.
ENDINGS = {
    "_t_gross_per_year": "t gross a year", "_t_per_year": "t a year", "_usd_per_gross_kg": "USD/kg gross",
    "_usd_per_kg": "USD/kg", "_t_gross": "t gross", "_kusd": "thousand USD",
    "_per_year": "1/year",
    "_months": "months", "_years": "years", "_days": "days", "_weeks": "weeks", "_share": "1", "_t": "t",
}  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """One decision of one agent.

    day: the first day of the week for what is decided every week, else the day of the decision. about: what was
    decided. observed: the numbers it rests on, options: what each alternative was worth or would have been, both by
    name; units stand at the end of a name (`stock_t`, see `ENDINGS`), and `_t` of an order or a run is tonnes a week.
    choice and reason: what was done and why.
    """

    day: date
    agent: str
    about: str
    observed: Mapping[str, float] = field(default_factory=dict)
    options: Mapping[str, float] = field(default_factory=dict)
    choice: str = ""
    reason: str = ""


def unit_of(name: str) -> str:
    """The unit of a number by the end of its name; empty when it carries none."""
    return next((unit for ending, unit in ENDINGS.items() if name.endswith(ending)), "")


def label_of(name: str) -> str:
    """A name as words, without its unit (`_share` stays a word)."""
    ending = next((e for e in ENDINGS if name.endswith(e)), "")
    return (name if ending == "_share" else name.removesuffix(ending)).replace("_", " ")


def number(value: float) -> str:
    """A number as a reader wants it: four digits, thousands apart, no limit where it is beyond all bounds."""
    if abs(value) >= 1e11:
        return "no limit" if value > 0.0 else "no lower limit"
    if abs(value) < 1e-9:
        return "0"
    return f"{value:,.0f}" if abs(value) >= 1000.0 else f"{value:.4g}"
