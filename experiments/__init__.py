"""What researchers do: episodes with their history, reports, figures, the command line."""

from typing import Any

__all__ = ["Episode", "episode", "episodes"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(name)
    from experiments import episode as module

    return {"Episode": module.Episode, "episode": module.find, "episodes": module.names}[name]
