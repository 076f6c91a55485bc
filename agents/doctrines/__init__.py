"""How a state decides, one file each.

A file here with a class `Settings` (a pydantic model: the doctrine's own numbers, with ranges) and a class `Doctrine`,
made from settings and the measures that history gave the state, is found by its file name.
"""

import importlib
import pkgutil
from types import ModuleType


def names() -> list[str]:
    """The doctrines that exist."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__))


def named(name: str) -> ModuleType:
    """The module of a doctrine, with `Settings` and `Doctrine`; KeyError when there is no such file."""
    if name not in names():
        raise KeyError(name)
    return importlib.import_module(f"agents.doctrines.{name}")
