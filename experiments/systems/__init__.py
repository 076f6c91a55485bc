"""The systems that the simulator covers, one experiment a file. A file here with `ROWS` is found by itself.

Each module holds a docstring whose first line is its title, `ROWS` (the systems it shows, such as "S16"),
`table(replications, seed)` (see `experiments/systems/frame/cases.py`), `figure(table)`, and `REPLICATIONS`, as
many as it takes.
Worlds made for them lie in `worlds/<name>/`.
"""

import importlib
import pkgutil
from dataclasses import dataclass
from types import ModuleType

from chokepoint.sim.scenario.problems import BadInput, nearest


@dataclass(frozen=True)
class System:
    """One row: its name, the title of the experiment, and the module that shows it."""

    row: str
    title: str
    module: ModuleType

    @property
    def command(self) -> str:
        return f"chokepoint system {self.row}"


def modules() -> dict[str, ModuleType]:
    """The experiments by the name of their file."""
    names = sorted(m.name for m in pkgutil.iter_modules(__path__) if not m.ispkg)
    return {name: importlib.import_module(f"chokepoint.experiments.systems.{name}") for name in names}


def systems() -> dict[str, System]:
    """The rows that have an experiment, in the order of their numbers."""
    found = [
        System(row, (module.__doc__ or "").strip().splitlines()[0].rstrip("."), module)
        for module in modules().values()
        for row in module.ROWS
    ]
    return {s.row: s for s in sorted(found, key=_place)}


def _place(system: System) -> tuple[int, str]:
    """Rows by their number, questions that are no row behind them."""
    number = system.row.removeprefix("S")
    return (int(number), "") if number.isdigit() else (1000, system.row)


def find(row: str) -> System:
    """The experiment of a row; `BadInput` names the nearest."""
    known = systems()
    by_letters = {name.lower(): name for name in known}
    if row.lower() not in by_letters:
        near = nearest(row.upper() if any(letter.isdigit() for letter in row) else row.lower(), known)
        raise BadInput([f"system {row}: not found ({near})"], "system")
    return known[by_letters[row.lower()]]
