"""Who decides: mines, refiners, firms, exporting states, importing governments.

The rules are plain functions in the modules here; the classes `Mine`, `Refiner`, `Firm`, `ExportingState` and
`ImportingGovernment` are Mesa agents over a running model and are loaded, with Mesa, when first asked for.
"""

from typing import Any

__all__ = ["ExportingState", "Firm", "ImportingGovernment", "Mine", "Refiner"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(name)
    from chokepoint.agents import views

    return getattr(views, name)
