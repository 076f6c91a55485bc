"""What `import chokepoint` gives.

>>> import chokepoint as cp
>>> run = cp.episode("2010-embargo").run(20)
>>> run.series("price_outside", "month")

Nothing heavy is imported before it is used.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from chokepoint.experiments.history.catalogue import Episode
    from chokepoint.experiments.history.catalogue import find as episode
    from chokepoint.experiments.history.catalogue import names as episode_names
    from chokepoint.sim.model import MarketModel
    from chokepoint.sim.results.run import Run
    from chokepoint.sim.results.run import load_run as load
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
    "load": "sim.results.run:load_run",
}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("chokepoint")
    if name not in _PLACES:
        raise AttributeError(f"module 'chokepoint' has no attribute {name!r}; it has {', '.join(__all__)}")
    module, _, attribute = _PLACES[name].partition(":")
    found = getattr(importlib.import_module(f"chokepoint.{module}"), attribute)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return [*__all__, "__version__", "agents", "experiments", "sim"]
