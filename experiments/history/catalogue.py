"""Episodes: scenarios with a history. Found by name among those that ship, by the path of a folder, or by a recipe.

A recipe is a file such as the page writes: `episode`, and what is done to it (`changes` as with `--set`, a table
`behaviour`, a `seed` that takes the place of the usual 1).
"""

import tomllib
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from chokepoint.experiments.history.facts import Facts, read_facts
from chokepoint.sim.results.run import Run
from chokepoint.sim.scenario.problems import BadInput, nearest
from chokepoint.sim.scenario.reading import SHIPPED, shipped
from chokepoint.sim.scenario.tables import Scenario
from chokepoint.sim.simulation import Simulation, load_scenario

FOLDER = SHIPPED
names = shipped


class Episode:
    """A folder with `scenario.toml`, its tables and, for scoring and figures only, its history; and what a recipe adds.

    changes, behaviour: made before those that a study asks for. seed: of runs for which no other is named.
    """

    def __init__(
        self, folder: Path, changes: Sequence[str] = (), behaviour: Mapping[str, float] | None = None, seed: int = 1
    ):
        self.folder = folder
        self.name = folder.name
        self.changes, self.behaviour, self.seed = tuple(changes), dict(behaviour or {}), seed

    def __repr__(self) -> str:
        """Name, title, span, sizes of the tables, and what a recipe adds."""
        try:
            told = self._scenario
        except BadInput:
            return f"<Episode {self.name}: its scenario cannot be read; find out why with .scenario()>"
        changed = len(self.changes) + len(self.behaviour)
        added = f"; {changed} change{'s' if changed > 1 else ''} by a recipe" if changed else ""
        return f"<Episode {told.in_words}{added}>"

    @cached_property
    def facts(self) -> Facts:
        """What history says of the episode; read by scores, reports and figures only."""
        return read_facts(self.folder)

    @cached_property
    def _scenario(self) -> Scenario:
        return load_scenario(self.folder)

    def scenario(self) -> Scenario:
        """The scenario of the folder, as it is."""
        return self._scenario

    def simulation(self, **options: Any) -> Simulation:
        """A `Simulation` of the episode; options as there (changes, behaviour, rules, seed)."""
        given = options.pop("changes", ())
        changes = (*self.changes, *((given,) if isinstance(given, str) else given))
        behaviour = {**self.behaviour, **(options.pop("behaviour", None) or {})}
        seed = options.pop("seed", None)
        return Simulation(
            self._scenario, changes=changes, behaviour=behaviour, seed=self.seed if seed is None else seed, **options
        )

    def run(self, replications: int = 1, **options: Any) -> Run:
        """Simulate and return the run."""
        return self.simulation(**options).run(replications)

    @property
    def has_history(self) -> bool:
        return (self.folder / "facts.toml").is_file()


def find(name: str | Path) -> Episode:
    """The episode of that name, or in that folder; `BadInput` names the nearest."""
    path = Path(name)
    if str(name) in names():
        return Episode(FOLDER / str(name))
    if (path / "scenario.toml").is_file():
        return Episode(path)
    if path.suffix == ".toml" and path.is_file():
        return _recipe(path)
    near = nearest(str(name), names())
    raise BadInput([f"episode {name}: not found ({near}; or give a folder with scenario.toml, or a recipe)"], "episode")


def _recipe(path: Path) -> Episode:
    """The episode of a recipe with what is done to it; `BadInput` names every key that is wrong."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput([f"{path.name}: {error}"], "recipe") from None
    kinds = {"episode": str, "changes": list, "behaviour": dict, "seed": int}
    problems = [f"{path.name}, {key}: unknown key ({nearest(key, kinds)})" for key in raw if key not in kinds]
    problems += [
        f"{path.name}, {key}: {raw[key]!r} is not a {kind.__name__}"
        for key, kind in kinds.items()
        if key in raw and not isinstance(raw[key], kind)
    ]
    if "episode" not in raw:
        problems.append(f"{path.name}, episode: missing")
    if problems:
        raise BadInput(problems, "recipe")
    base = find(raw["episode"])
    return Episode(base.folder, raw.get("changes", []), raw.get("behaviour", {}), raw.get("seed", 1))


def overview() -> list[dict[str, Any]]:
    """Name, title and span of the episodes that ship."""
    rows = []
    for name in names():
        scenario = find(name).scenario()
        rows.append({"name": name, "title": scenario.title, "start": scenario.start, "end": scenario.end})
    return rows
