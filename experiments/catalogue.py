"""Episodes: scenarios with a history. Found by name among those that ship, or by the path of a folder."""

from functools import cached_property
from pathlib import Path
from typing import Any

from experiments.facts import Facts, read_facts
from sim.problems import BadInput, nearest
from sim.record import Run
from sim.scenario import Scenario, load
from sim.simulation import Simulation

FOLDER = Path(__file__).with_name("episodes")


def names() -> list[str]:
    """The episodes that ship."""
    return sorted(p.parent.name for p in FOLDER.glob("*/scenario.toml"))


class Episode:
    """A folder with `scenario.toml`, its tables and, for scoring and figures only, its history."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.name = folder.name

    @cached_property
    def facts(self) -> Facts:
        """What history says of the episode; read by scores, reports and figures only."""
        return read_facts(self.folder)

    def scenario(self) -> Scenario:
        return load(self.folder)

    def simulation(self, **options: Any) -> Simulation:
        """A `Simulation` of the episode; options as there (changes, behaviour, rules, seed)."""
        return Simulation(self.folder, **options)

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
    raise BadInput(
        [f"episode {name}: not found ({nearest(str(name), names())}; or give a folder with scenario.toml)"], "episode"
    )


def overview() -> list[dict[str, Any]]:
    """Name, title and span of the episodes that ship."""
    rows = []
    for name in names():
        scenario = find(name).scenario()
        rows.append({"name": name, "title": scenario.title, "start": scenario.start, "end": scenario.end})
    return rows
