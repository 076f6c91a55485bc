"""What happens to the agents: scenario, supply network, borders, market, news, and the world of a run."""

from typing import Any

__all__ = ["BadInput", "MarketModel", "Run", "Simulation", "load_run"]

_PLACES = {
    "BadInput": "chokepoint.sim.scenario.problems",
    "MarketModel": "chokepoint.sim.model",
    "Run": "chokepoint.sim.results.run",
    "Simulation": "chokepoint.sim.simulation",
    "load_run": "chokepoint.sim.results.run",
}


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(name)
    import importlib

    return getattr(importlib.import_module(_PLACES[name]), name)
