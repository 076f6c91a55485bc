"""The rules a run uses. A study replaces one with `rules={"firm.use": function}` or `"file.py:name"`.

Two sets of rules run side by side in one process (see `compiled.py`), and the set is part of a run's identity.
"""

import hashlib
import inspect
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from chokepoint.sim.engine import compiled
from chokepoint.sim.engine.compiled import Kernel, Replacement
from chokepoint.sim.engine.phase_source import PhaseSource, with_rules
from chokepoint.sim.scenario.problems import BadInput, nearest

ROOT = Path(__file__).parents[2]


@lru_cache(1)
def code_version() -> str:
    """Hash of all code and tables that a run depends on: part of its identity."""
    total = hashlib.sha256()
    for folder in ("agents", "sim"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in (".py", ".csv"):
                total.update(path.read_bytes())
    return total.hexdigest()[:16]


_kernels: dict[str, Kernel] = {}


class RuleSet:
    """The phases of `source` with a set of rules in them, and their kernel. Two sets of the same sources share one.

    replacements: rules of a study by the name of the rule, each a function or `file.py:function`. Raises `BadInput` for
    a rule that does not exist, a file or function that cannot be read, and other arguments than the rule takes.
    """

    def __init__(self, source: PhaseSource, replacements: Mapping[str, str | Callable[..., Any]] | None = None):
        self.source = source
        problems: list[str] = []
        given = sorted((replacements or {}).items())
        found = [_resolve(source.rules, rule, function, problems) for rule, function in given]
        if problems:
            raise BadInput(problems, "rules")
        self.replacements = tuple(r for r in found if r is not None)
        digest = hashlib.sha256("".join(source.keys(self.replacements).values()).encode())
        for r in self.replacements:
            digest.update(f"{r.rule}\0{r.function}\0{r.source}\0".encode())
        for mechanism in source.frame.own:
            if mechanism.name in source.files:
                digest.update(source.files[mechanism.name].text.encode())
        self.identity = digest.hexdigest()[:16]

    @property
    def own(self) -> list[str]:
        """The files of a study's own rules and mechanisms, by name."""
        files = [self.source.files[mechanism.name].path for mechanism in self.source.frame.own if mechanism.phases]
        return list(dict.fromkeys([*(r.path.name for r in self.replacements), *(file.name for file in files)]))

    def names(self) -> dict[str, str]:
        """The replaced rules: name -> file:function."""
        return {r.rule: f"{r.path.name}:{r.function}" for r in self.replacements}

    def functions(self) -> dict[str, Callable[..., Any]]:
        """Every rule of the set as a Python function, by name such as `firm.use`."""
        own = {self.source.rules[r.rule]: r.load() for r in self.replacements}
        return {name: with_rules(function, own) for name, function in self.source.rules.items()}

    def kernel(self) -> Kernel:
        """The kernel with these rules in it, written and compiled on first use."""
        if self.identity not in _kernels:
            _kernels[self.identity] = Kernel(self.source, self.identity, self.replacements)
        return _kernels[self.identity]

    def is_compiled(self) -> bool:
        """Whether earlier processes have compiled every phase with these rules."""
        return all(place.exists() for place in compiled.objects(self.source, self.replacements).values())


def _resolve(
    valid: Mapping[str, Callable[..., Any]], rule: str, given: str | Callable[..., Any], problems: list[str]
) -> Replacement | None:
    """A study's own rule; what is wrong with it goes into `problems`."""
    if rule not in valid:
        problems.append(f"rules, {rule}: unknown rule ({nearest(rule, valid)})")
        return None
    place = _place(rule, given, problems)
    if place is None:
        return None
    path, name = place
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


def _place(rule: str, given: str | Callable[..., Any], problems: list[str]) -> tuple[Path, str] | None:
    """The file and the name of a rule that is given as a function or as `file.py:function`."""
    if callable(given):
        try:
            path = Path(inspect.getsourcefile(given) or "")
        except TypeError:
            path = Path()
        name = getattr(given, "__name__", "")
        if not path.is_file() or not name.isidentifier():
            problems.append(f"rules, {rule}: {given!r} must be a function with a name in a file of its own")
            return None
        return path, name
    file, _, name = str(given).rpartition(":")
    path = Path(file).expanduser()
    if not path.is_file():
        problems.append(f"rules, {rule}: no file {file!r} (write 'path/file.py:function')")
        return None
    return path, name
