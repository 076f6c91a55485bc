"""How a state decides, one file each. A file here with a class `Doctrine` is found by its file name."""

import importlib
import pkgutil


def names() -> list[str]:
    """The doctrines that exist."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__))


def named(name: str) -> type:
    """The class of a doctrine; KeyError when there is no such file."""
    if name not in names():
        raise KeyError(name)
    return importlib.import_module(f"agents.doctrines.{name}").Doctrine
