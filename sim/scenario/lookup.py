"""The tables of a scenario while they are checked: their rows, the names that they bring, and what is doubtful."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from chokepoint.sim.scenario.problems import nearest

# The column by which other tables name a row.
NAMED_BY = {
    "countries": "country",
    "materials": "material",
    "mines": "mine",
    "refiners": "refiner",
    "firms": "firm",
    "sectors": "sector",
    "forms": "form",
    "events": "id",
    "news": "id",
}


class Tables(Mapping[str, Any]):
    """The parts of a scenario by their names in `Scenario`: `tables["mines"]` are the rows of `mines.csv`.

    doubtful: names and files of rows that were faulty themselves. They are told once, where they stand; nobody is
    told again that they are missing elsewhere.
    """

    def __init__(self, values: Mapping[str, Any], doubtful: Iterable[str] = ()):
        self._values = values
        self.doubtful = frozenset(doubtful)
        self._names: dict[str, list[str]] = {}

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def names(self, table: str) -> list[str]:
        """The names that a table brings, each once."""
        if table not in self._names:
            self._names[table] = list(dict.fromkeys(getattr(row, NAMED_BY[table]) for row in self[table]))
        return self._names[table]

    def unknown(self, name: str, valid: Collection[str], where: str, what: str) -> Iterator[str]:
        """A line if `name` is none of the `valid` names of a `what` and nobody was told of it."""
        if name not in valid and name not in self.doubtful:
            yield f"{where}: unknown {what} {name!r} ({nearest(name, valid)})"
