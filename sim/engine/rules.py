"""The rules a run uses. A study replaces one with `rules={"firm.order": function}` or `"file.py:name"`.

Two sets of rules run side by side in one process (see `sim/engine/compiled.py`), and the set is part of a run's identity.
"""

import hashlib
import importlib
import inspect
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from chokepoint.sim.engine import compiled, phase_source
from chokepoint.sim.engine.compiled import Kernel, Replacement
from chokepoint.sim.market import phases
from chokepoint.sim.scenario.problems import BadInput, nearest

SOURCES = (
    "agents/firm.py", "agents/refiner.py", "agents/mine.py", "agents/reserve.py", "sim/market/rules/border.py", "sim/market/rules/market.py",
    "sim/engine/draws.py", "sim/market/phases/__init__.py", *(f"sim/market/phases/{file}.py" for file in phases.FILES),
    "sim/market/state.py", "sim/network/structure.py", "sim/engine/compiled.py", "sim/engine/phase_source.py", "sim/engine/pointers.py", "agents/behaviour.csv",
)  # fmt: skip


@lru_cache(1)
def code_version() -> str:
    """Hash of all code and tables that a run depends on: part of its identity."""
    total = hashlib.sha256()
    for folder in ("agents", "sim"):
        for path in sorted((phase_source.ROOT / folder).rglob("*")):
            if path.suffix in (".py", ".csv"):
                total.update(path.read_bytes())
    return total.hexdigest()[:16]


_kernels: dict[str, Kernel] = {}


def available() -> dict[str, Callable[..., Any]]:
    """Every rule that a study can replace, by name such as `firm.order`."""
    return {
        f"{module}.{name}": getattr(importlib.import_module(f"chokepoint.{package}.{module}"), name)
        for package, module, name in phase_source.rules()
        if module != "draws"
    }


def _resolve(rule: str, given: str | Callable[..., Any], problems: list[str]) -> Replacement | None:
    valid = available()
    if rule not in valid:
        problems.append(f"rules, {rule}: unknown rule ({nearest(rule, valid)})")
        return None
    if callable(given):
        try:
            path = Path(inspect.getsourcefile(given) or "")
        except TypeError:
            path = Path()
        name = getattr(given, "__name__", "")
        if not path.is_file() or not name.isidentifier():
            problems.append(f"rules, {rule}: {given!r} must be a function with a name in a file of its own")
            return None
    else:
        file, _, name = str(given).rpartition(":")
        path = Path(file).expanduser()
        if not path.is_file():
            problems.append(f"rules, {rule}: no file {file!r} (write 'path/file.py:function')")
            return None
    replacement = Replacement(rule, path.resolve(), name, path.read_text(encoding="utf-8"))
    try:
        function = replacement.load()
    except AttributeError:
        problems.append(f"rules, {rule}: {path.name} has no function {name!r}")
        return None
    except Exception as error:  # the study's own file may fail in any way while it is read
        problems.append(f"rules, {rule}: {path.name} cannot be read ({type(error).__name__}: {error})")
        return None
    wanted = list(inspect.signature(valid[rule]).parameters)
    found = list(inspect.signature(function).parameters)
    if wanted != found:
        problems.append(f"rules, {rule}: {name} takes ({', '.join(found)}), the rule takes ({', '.join(wanted)})")
        return None
    return replacement


class RuleSet:
    """A set of rules and its kernel. Two sets with the same sources share one kernel."""

    def __init__(self, replacements: Mapping[str, str | Callable[..., Any]] | None = None):
        problems: list[str] = []
        found = [_resolve(rule, given, problems) for rule, given in sorted((replacements or {}).items())]
        if problems:
            raise BadInput(problems, "rules")
        self.replacements = tuple(r for r in found if r is not None)
        digest = hashlib.sha256()
        for source in SOURCES:
            digest.update((phase_source.ROOT / source).read_bytes())
        for r in self.replacements:
            digest.update(f"{r.rule}\0{r.function}\0{r.source}\0".encode())
        self.identity = digest.hexdigest()[:16]

    def names(self) -> dict[str, str]:
        """The replaced rules: name -> file:function."""
        return {r.rule: f"{r.path.name}:{r.function}" for r in self.replacements}

    def functions(self) -> dict[str, Callable[..., Any]]:
        """Every rule of the set as a Python function, by name such as `firm.order`."""
        return available() | {r.rule: r.load() for r in self.replacements}

    def kernel(self) -> Kernel:
        """The kernel with these rules in it, written and compiled on first use."""
        if self.identity not in _kernels:
            _kernels[self.identity] = Kernel(self.identity, self.replacements)
        return _kernels[self.identity]

    def is_compiled(self) -> bool:
        """Whether earlier processes have compiled every phase with these rules."""
        return all(place.exists() for place in compiled.objects(self.replacements).values())
