"""What happens to the agents: scenario, supply network, borders, market, news, and the world of a run."""

from typing import Any

__all__ = ["BadInput", "Run", "Simulation", "load_run"]

_PLACES = {
    "BadInput": "sim.problems", "Run": "sim.record", "Simulation": "sim.simulation", "load_run": "sim.storage",
    "MarketModel": "sim.model",
}  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(name)
    import importlib

    return getattr(importlib.import_module(_PLACES[name]), name)
