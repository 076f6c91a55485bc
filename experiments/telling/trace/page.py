"""A trace for a reader, for a machine and for a spreadsheet."""

import csv
from collections.abc import Mapping, Sequence
from itertools import groupby
from math import isfinite
from pathlib import Path
from typing import Any

from chokepoint.experiments.telling.trace.entry import Entry, label_of, number, unit_of
from chokepoint.sim.scenario.problems import BadInput


def as_data(entries: Sequence[Entry]) -> dict[str, Any]:
    """Plain data for JSON: `entries`, and the `units` of all numbers by name. What has no limit is null."""
    names = sorted({name for e in entries for name in (*e.observed, *e.options)})
    return {
        "entries": [
            {
                "day": e.day.isoformat(), "agent": e.agent, "about": e.about, "observed": _finite(e.observed),
                "options": _finite(e.options), "choice": e.choice, "reason": e.reason,
            }
            for e in entries
        ],
        "units": {name: unit_of(name) for name in names},
    }  # fmt: skip


def _finite(numbers: Mapping[str, float]) -> dict[str, float | None]:
    return {name: float(value) if isfinite(value) else None for name, value in numbers.items()}


def write_csv(entries: Sequence[Entry], path: Path) -> None:
    """One line for every number, choice and reason: day, agent, about, part, name, value, unit.

    part is `observed`, `option`, `choice` or `reason`. `BadInput` when the file cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", newline="", encoding="utf-8") as file:
            rows = csv.writer(file, lineterminator="\n")
            rows.writerow(("day", "agent", "about", "part", "name", "value", "unit"))
            for e in entries:
                head = (e.day.isoformat(), e.agent, e.about)
                for part, numbers in (("observed", e.observed), ("option", e.options)):
                    rows.writerows((*head, part, k, float(v), unit_of(k)) for k, v in numbers.items())
                rows.writerow((*head, "choice", "", e.choice, ""))
                rows.writerow((*head, "reason", "", e.reason, ""))
    except OSError as error:
        raise BadInput([f"--out {path}: cannot be written ({error.strerror})"], "trace") from error


def print_trace(entries: Sequence[Entry], console: Any) -> None:
    """Blocks by day: what was decided and the choice, then reason, options and what was observed, with units."""
    from rich.padding import Padding
    from rich.text import Text

    for day, group in groupby(entries, key=lambda e: e.day):
        console.print(Text(str(day), "bold"))
        for e in group:
            console.print(Padding(Text.assemble((e.about, "bold"), ": ", e.choice), (0, 0, 0, 2), expand=False))
            lines = [("why", e.reason), ("options", in_numbers(e.options)), ("observed", in_numbers(e.observed))]
            for word, text in lines:
                if text:
                    console.print(Padding(Text.assemble((f"{word}: ", "dim"), text), (0, 0, 0, 6), expand=False))


def in_numbers(numbers: Mapping[str, float]) -> str:
    """Numbers by name as one line of words, with their units."""
    found = []
    for name, value in numbers.items():
        unit = unit_of(name)
        shown = number(value)
        found.append(
            f"{label_of(name)} {shown}" + (f" {unit}" if unit not in ("", "1") and "limit" not in shown else "")
        )
    return "; ".join(found)
