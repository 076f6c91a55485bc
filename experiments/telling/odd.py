"""The tables of ODD.md that are made from the code: `python -m chokepoint.experiments.telling.odd ODD.md` renews them.

Arrays and series as mechanisms declare them, phases in their order, the phases that call each rule, parameters, and the
references that the page names. A table begins behind its mark, `<!-- odd: state -->`; everything else on the page is
written by hand.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from chokepoint.agents.behaviour import PARAMETERS
from chokepoint.experiments.telling.citations import bibliography, named_in
from chokepoint.sim.engine.phase_source import PhaseSource
from chokepoint.sim.market.week import phases
from chokepoint.sim.network.structure import AXES

BUNDLES = {"structure": "N", "influences": "X", "instruments": "I", "state": "S"}


def table(head: str, rows: Iterator[str]) -> str:
    """A Markdown table: its head and rows, cells already joined by bars."""
    columns = head.count("|") + 1
    return "\n".join([f"| {head} |", "|" + "---|" * columns, *(f"| {row} |" for row in rows)]) + "\n"


def arrays(source: PhaseSource, letter: str) -> str:
    """The arrays of a bundle: name, axes, unit, meaning."""
    declared = source.frame.by_letter[letter]
    return table(
        "variable | index | unit | meaning", (f"`{a.field}` | {a.axes} | {a.unit} | {a.meaning}" for a in declared)
    )


def axes() -> str:
    """What the index letters count."""
    return table("index | counts", (f"{letter} | {meaning}" for letter, meaning in AXES.items()))


def series(source: PhaseSource) -> str:
    """What a run records."""
    found = source.frame.series.items()
    rows = (f"`{name}` | {s.unit} | {s.columns} | {'sum' if s.adds else 'mean'} | {s.meaning}" for name, s in found)
    return table("series | unit | by | months | meaning", rows)


def order(source: PhaseSource) -> str:
    """The phases of the week, with the mechanism they belong to, what they do, and the rules they call."""
    rows = []
    for number, phase in enumerate(source.frame.phases, start=1):
        called = ", ".join(f"`{rule}`" for rule in source.rules_of(phase.name))
        file = source.file_of(phase.name).path.name
        rows.append(f"{number} | `{phase.name}` | `{file}` | {phase.line} | {called}")
    return table("| phase | file in `sim/market/mechanisms/` | what happens | rules called", iter(rows))


def rules(source: PhaseSource, known: dict[str, str]) -> str:
    """Every rule that a study can replace: what it gives, as the page says already or else its docstring begins, and
    the phases that call it."""
    rows = []
    for name in sorted(source.rules):
        callers = [p.name for p in source.frame.phases if name in source.rules_of(p.name)]
        gives = known.get(name) or beginning(source.rules[name])
        rows.append(f"`{name}` | {gives} | {', '.join(f'`{p}`' for p in callers)}")
    return table("rule | gives | called in", iter(rows))


def parameters() -> str:
    """The behavioural parameters, in the order of their table."""
    rows = (
        f"`{p.name}` | {p.unit} | {p.default:g} | {p.low:g} to {p.high:g} | {'' if p.off is None else f'{p.off:g}'} | "
        f"{p.meaning} | {p.prior:g}"
        for p in PARAMETERS.values()
    )
    return table("parameter | unit | default | range | off | meaning | prior", rows)


def references(body: str) -> str:
    """The entries of the bibliography that a text names."""
    return table("key | reference", (f"`{key}` | {bibliography()[key].text}" for key in named_in(body)))


def beginning(rule: Callable[..., Any]) -> str:
    """The first sentence of a rule's docstring, as a cell of a table: without its full stop."""
    text = " ".join((inspect.getdoc(rule) or "").split("\n\n")[0].split())
    return re.split(r"(?<=[^.])\.(?: |$)", text)[0].rstrip(".").replace("|", "\\|")


def renewed(text: str) -> str:
    """The page with its tables made anew."""
    source = phases()
    given = re.search(r"<!-- odd: rules -->\n((?:\|.*\n)+)", text)
    cells = [line.strip().strip("|").split("|") for line in given[1].splitlines()[2:]] if given else []
    known = {row[0].strip().strip("`"): row[1].strip() for row in cells}
    made = {name: arrays(source, letter) for name, letter in BUNDLES.items()}
    made |= {"axes": axes(), "series": series(source), "phases": order(source), "rules": rules(source, known)}
    made |= {"parameters": parameters(), "references": references(text.split("<!-- odd: references -->")[0])}
    for name, new in made.items():
        text = re.sub(rf"(<!-- odd: {name} -->\n)(?:\|.*\n)*", lambda mark, new=new: mark[1] + new, text)  # type: ignore[misc]
    return text


if __name__ == "__main__":
    page = Path(sys.argv[1])
    page.write_text(renewed(page.read_text(encoding="utf-8")), encoding="utf-8")
