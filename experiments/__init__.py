"""What researchers do: episodes with their history, reports, figures, the command line."""

from typing import Any

__all__ = ["Episode", "episode", "episode_names"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(name)
    import importlib

    catalogue = importlib.import_module("chokepoint.experiments.history.catalogue")
    return {"Episode": catalogue.Episode, "episode": catalogue.find, "episode_names": catalogue.names}[name]
