"""How a government runs a reserve, one file each.

A file here with a class `Settings` (a pydantic model: the rule's own numbers, with ranges) and a class `Rule` that is
made from one is found by its file name.
"""

import importlib
import pkgutil
from types import ModuleType


def names() -> list[str]:
    """The rules that exist."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__))


def named(name: str) -> ModuleType:
    """The module of a rule, with `Settings` and `Rule`; KeyError when there is no such file."""
    if name not in names():
        raise KeyError(name)
    return importlib.import_module(f"agents.reserve_rules.{name}")
