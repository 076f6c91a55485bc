"""What `import chokepoint` gives.

>>> import chokepoint as cp
>>> run = cp.episode("2010-embargo").run(20)
>>> run.series("price_outside", "month")

Nothing heavy is imported before it is used.
"""

import importlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from chokepoint.experiments.history.catalogue import Episode
    from chokepoint.experiments.history.catalogue import find as episode
    from chokepoint.experiments.history.catalogue import names as episode_names
    from chokepoint.sim.model import MarketModel
    from chokepoint.sim.results.run import Run
    from chokepoint.sim.scenario.problems import BadInput
    from chokepoint.sim.simulation import Simulation

__all__ = ["BadInput", "Episode", "MarketModel", "Run", "Simulation", "episode", "episode_names", "load"]

_PLACES = {
    "BadInput": "sim.scenario.problems:BadInput",
    "Episode": "experiments.history.catalogue:Episode",
    "MarketModel": "sim.model:MarketModel",
    "Run": "sim.results.run:Run",
    "Simulation": "sim.simulation:Simulation",
    "episode": "experiments.history.catalogue:find",
    "episode_names": "experiments.history.catalogue:names",
}
_FLOORS = ("agents", "experiments", "sim")


def load(folder: str | Path) -> "Run":
    """A saved run, read back. `BadInput` says what is missing or damaged, and what to call for anything but a run."""
    from chokepoint.sim.results.run import load_run
    from chokepoint.sim.results.storage import MANIFEST
    from chokepoint.sim.scenario.problems import BadInput

    place = Path(folder)
    if not (place / MANIFEST).is_file():
        others = {
            "scenario.toml": f"a scenario, not a saved run; use chokepoint.Simulation({str(folder)!r})",
            "batch.json": "runs of a study, not a saved run; use Sweep of chokepoint.experiments.sweep",
        }
        if told := [f"{folder}: {what}" for file, what in others.items() if (place / file).is_file()]:
            raise BadInput(told, "load")
    return load_run(place)


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("chokepoint")
    if name in _FLOORS:
        return importlib.import_module(f"chokepoint.{name}")
    if name not in _PLACES:
        raise AttributeError(f"module 'chokepoint' has no attribute {name!r}; it has {', '.join(__all__)}")
    module, _, attribute = _PLACES[name].partition(":")
    found = getattr(importlib.import_module(f"chokepoint.{module}"), attribute)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__", *_FLOORS])
