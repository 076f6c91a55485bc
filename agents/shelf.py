"""Folders in which every file is a choice that is found by its name: doctrines, rules of reserves."""

import importlib
import pkgutil
from collections.abc import Callable, Iterable
from types import ModuleType


def shelf(package: str, path: Iterable[str]) -> tuple[Callable[[], list[str]], Callable[[str], ModuleType]]:
    """What a package offers: `names()`, sorted, and `named(name)`, its module; KeyError when there is no such file."""

    def names() -> list[str]:
        return sorted(module.name for module in pkgutil.iter_modules(path))

    def named(name: str) -> ModuleType:
        if name not in names():
            raise KeyError(name)
        return importlib.import_module(f"{package}.{name}")

    return names, named
