"""Who decides: mines, refiners, firms, exporting states, importing governments.

The rules are plain functions in the modules here; the classes `Mine`, `Refiner`, `Firm`, `ExportingState` and
`ImportingGovernment` are Mesa agents over a running model and are loaded, with Mesa, when first asked for.
"""

from pathlib import Path
from typing import Any

__all__ = ["ExportingState", "Firm", "ImportingGovernment", "Mine", "Refiner"]

if not Path(__file__).with_name("behaviour.csv").is_file():
    raise ImportError("another package named 'agents' is installed here; give Chokepoint an environment of its own")


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(name)
    from chokepoint.agents import views

    return getattr(views, name)
