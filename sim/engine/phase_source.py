"""The source of the phases of the week as numba gets it, and what each of them depends on.

`S.stock[s]` becomes an access through a bare pointer. The functions that a phase calls are compiled beside it: rules by
name, in whose place a study's own may stand, and the helpers of its file. Each file of a mechanism makes a module of
its own, so that names of one do not meet those of another. A phase's key changes with whatever its native code is made
of: its source, its rules, the tables of arrays and parameters.
"""

import ast
import hashlib
import inspect
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any, Protocol

from chokepoint.sim.engine.frame import Frame
from chokepoint.sim.engine.mechanism import Mechanism
from chokepoint.sim.engine.pointer_source import flattened, takes_bundles

HERE = Path(__file__).parent
SHARED = tuple(
    HERE / f"{name}.py" for name in ("arrays", "frame", "pointers", "pointer_source", "phase_source", "compiled")
)
_FUNCTION = re.compile(r"^def (\w+)\(", re.MULTILINE)


class Own(Protocol):
    """A study's own rule: which it replaces, the function's name, and the file's path and text."""

    @property
    def rule(self) -> str: ...
    @property
    def function(self) -> str: ...
    @property
    def source(self) -> str: ...


def digest(text: str) -> str:
    """The first sixteen letters of a hash of a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _read(path: Path) -> str:
    """The text of a file as it is now: a study changes its own in the midst of a session."""
    kept = path.stat()
    return _text(path, kept.st_mtime_ns, kept.st_size)


@lru_cache(256)
def _text(path: Path, changed: int, size: int) -> str:
    return path.read_text(encoding="utf-8")


@dataclass(frozen=True)
class Called:
    """A function that phases of a file call: the name they know it by, and where it comes from."""

    alias: str
    function: FunctionType

    @property
    def module(self) -> str:
        """The module that it comes from."""
        return self.function.__module__

    @property
    def rule(self) -> str | None:
        """The name of a rule that a study can replace, such as `firm.use`: it was imported as `firm_use`."""
        name = f"{self.module.rsplit('.', 1)[-1]}.{self.function.__name__}"
        return name if self.alias == name.replace(".", "_") and not name.startswith("draws.") else None

    @property
    def source(self) -> str:
        """The text of the file that it comes from, and of those whose functions stand in it."""
        return "\n".join(_read(Path(file)) for file in files_behind(self.function))


@lru_cache(1024)
def files_behind(function: FunctionType) -> tuple[str, ...]:
    """The file of a function, and those of functions that its file imports, and theirs."""
    found: dict[str, FunctionType] = {}
    waiting = [function]
    while waiting:
        one = waiting.pop()
        file = inspect.getfile(one)
        if file not in found:
            found[file] = one
            named = (value for value in one.__globals__.values() if isinstance(value, FunctionType))
            waiting += [other for other in named if not other.__module__.startswith(("functools", "collections"))]
    return tuple(sorted(found))


@lru_cache(1024)
def reached(function: FunctionType) -> frozenset[FunctionType]:
    """The functions that a function calls, itself or through others."""
    found: set[FunctionType] = set()
    waiting = [function]
    while waiting:
        one = waiting.pop()
        values = [one.__globals__.get(name) for name in _names_in(one.__code__)]
        fresh = {value for value in values if isinstance(value, FunctionType)} - found
        waiting += fresh
        found |= fresh
    return frozenset(found)


def with_rules(function: FunctionType, own: Mapping[FunctionType, Callable[..., Any]]) -> Callable[..., Any]:
    """A function that calls a study's own rules where it, or what it calls, would call ours; as it is where none do."""
    if function in own:
        return own[function]
    if not reached(function) & own.keys():
        return function
    called = {name: function.__globals__.get(name) for name in _names_in(function.__code__)}
    changed = {name: with_rules(value, own) for name, value in called.items() if isinstance(value, FunctionType)}
    return FunctionType(function.__code__, function.__globals__ | changed, function.__name__, function.__defaults__)


class MechanismFile:
    """The file of a mechanism: its text, its phases and helpers, and the functions that they call."""

    def __init__(self, mechanism: Mechanism):
        path = mechanism.path
        assert path is not None
        self.path, self.text = path, _read(path)
        self.phases = tuple(phase.name for phase in mechanism.phases)
        self.names: dict[str, Any] = mechanism.phases[0].run.__globals__
        self.called = [
            Called(name, function)
            for name in sorted(self.read_by(*self.phases))
            if isinstance(function := self.names.get(name), FunctionType) and inspect.getfile(function) != str(path)
        ]

    @cached_property
    def tree(self) -> ast.Module:
        """The file, parsed."""
        return ast.parse(self.text)

    @cached_property
    def blocks(self) -> dict[str, str]:
        """The text of each function of the file."""
        starts = [*_FUNCTION.finditer(self.text)]
        ends = [*(m.start() for m in starts[1:]), len(self.text)]
        return {m[1]: self.text[m.start() : end] for m, end in zip(starts, ends, strict=True)}

    def helpers(self, *phases: str) -> list[str]:
        """Functions of the file that some of its phases call, themselves or through others."""
        read = self.read_by(*phases)
        return [name for name in self.blocks if name not in self.phases and name in read]

    def read_by(self, *phases: str) -> set[str]:
        """Names outside themselves that some phases of the file read, and those that helpers among them read."""
        found: set[str] = set()
        waiting = [*phases]
        while waiting:
            function = self.names.get(waiting.pop())
            if isinstance(function, FunctionType):
                names = _names_in(function.__code__) - found
                waiting += [name for name in names if name in self.blocks and name not in self.phases]
                found |= names
        return found

    def constants(self, *phases: str) -> Iterator[tuple[str, float]]:
        """Numbers that some phases read from the file's own names."""
        for name in sorted(self.read_by(*phases)):
            value = self.names.get(name)
            if isinstance(value, int | float):
                yield name, int(value) if isinstance(value, int) else float(value)


def _names_in(code: CodeType) -> set[str]:
    """Names outside itself that the code of a function reads, and that of functions within it."""
    inner = (_names_in(const) for const in code.co_consts if isinstance(const, CodeType))
    return set(code.co_names).union(*inner)


class PhaseSource:
    """The phases of a frame as source for numba. parameters: the names of behaviour, in the order of its table."""

    def __init__(self, frame: Frame, parameters: Sequence[str]):
        self.frame = frame
        self.parameters = {name: i for i, name in enumerate(parameters)}
        self.files = {mechanism.name: MechanismFile(mechanism) for mechanism in frame.mechanisms if mechanism.phases}
        self.names = tuple(phase.name for phase in frame.phases)
        self._keys: dict[tuple[tuple[str, str], ...], dict[str, str]] = {}

    def file_of(self, phase: str) -> MechanismFile:
        """The file in which a phase stands."""
        return self.files[self.frame.home[phase].name]

    @cached_property
    def rules(self) -> dict[str, FunctionType]:
        """The rules that phases call and a study can replace, by name such as `firm.use`."""
        return {called.rule: called.function for file in self.files.values() for called in file.called if called.rule}

    def calls_of(self, phase: str) -> list[Called]:
        """The functions of other files that a phase calls, itself or through the helpers of its file."""
        file = self.file_of(phase)
        read = file.read_by(phase)
        return [called for called in file.called if called.alias in read]

    def rules_of(self, phase: str) -> list[str]:
        """The rules that a phase calls, itself or through what it calls."""
        calls = self.calls_of(phase)
        inner = {rule for called in calls for rule in self.rules_in(called, self.rules)}
        return sorted(inner | {called.rule for called in calls if called.rule})

    def rules_in(self, called: Called, rules: Iterable[str]) -> list[str]:
        """Those of some rules that a function calls, itself or through others: `firm.use` calls `firm.choke`."""
        return [rule for rule in rules if self.rules[rule] in reached(called.function)]

    def _table(self, mechanism: Mechanism) -> str:
        """What native code of a mechanism takes for granted of the arrays: their places, axes and types."""
        arrays = list(self.frame.arrays.values())
        known = arrays if mechanism in self.frame.own else arrays[: self.frame.shipped_arrays]
        return "\n".join(f"{a.name} {a.dimensions} {a.kind}" for a in known)

    def keys(self, replacements: Sequence[Own]) -> dict[str, str]:
        """For each phase, in the order of the week, a hash of all that its native code is made of."""
        named = tuple((r.rule, f"{r.function}\n{r.source}") for r in replacements)
        if named not in self._keys:
            self._keys[named] = self._worked_out(dict(named))
        return self._keys[named]

    def _worked_out(self, own: dict[str, str]) -> dict[str, str]:
        common = "\n".join([*map(_read, SHARED), *self.parameters])
        tables = {mechanism.name: digest(self._table(mechanism)) for mechanism in self.frame.mechanisms}
        found = {}
        for name in self.names:
            mechanism, file = self.frame.home[name], self.file_of(name)
            calls = self.calls_of(name)
            texts = [own.get(called.rule or "") or called.source for called in calls]
            texts += [own[rule] for called in calls if called.rule not in own for rule in self.rules_in(called, own)]
            helpers = [file.blocks[helper] for helper in file.helpers(name)]
            numbers = [f"{constant} = {value!r}" for constant, value in file.constants(name)]
            parts = [common, tables[mechanism.name], *numbers, file.blocks[name], *helpers, *texts]
            found[name] = digest("\0".join(parts))
        return found

    def module(self, file: MechanismFile, replacements: Sequence[Own], copies: dict[str, Path]) -> str:
        """Source of a module that holds the phases of a file with a set of rules; `copies`: where own rules lie."""
        own = {r.rule: r for r in replacements}
        places = {r.rule: (digest(r.source), str(copies[r.rule]), r.function) for r in replacements}
        lines = [
            "from math import *",
            "from pathlib import Path",
            "import numba",
            "from chokepoint.sim.engine.compiled import native",
            "from chokepoint.sim.engine.pointers import to_f8, to_i8, to_u4, to_u8",
            "_rule = numba.njit(error_model='numpy', no_cpython_wrapper=True, no_cfunc_wrapper=True)",
        ]
        for called in file.called:
            replacement = own.get(called.rule or "")
            if replacement is not None:
                place, others = places[replacement.rule], {}
            else:
                place = called.module, inspect.getfile(called.function), called.function.__name__
                inner = self.rules_in(called, own)
                others = {(self.rules[r].__module__, self.rules[r].__name__): places[r] for r in inner}
            lines.append(f"{called.alias} = native(*{place!r}, {others!r})")
        lines += [f"{name} = {value!r}" for name, value in file.constants(*file.phases)]
        lines.append(self._flatten(file))
        return "\n".join(lines) + "\n"

    def _flatten(self, file: MechanismFile) -> str:
        """The phases of a file over pointers, and the helpers that they call."""
        helpers = file.helpers(*file.phases)
        functions = [node for node in ast.parse(file.text).body if isinstance(node, ast.FunctionDef)]
        bundled = {node.name for node in functions if node.name in helpers and takes_bundles(node)}
        body: list[ast.stmt] = []
        for node in functions:
            if node.name in (*file.phases, *bundled):
                node = flattened(node, self.frame, self.parameters, bundled)
            if node.name in helpers:
                node.decorator_list = [ast.Name("_rule", ast.Load())]
                node.returns = None
                for argument in node.args.args:
                    argument.annotation = None  # its names mean nothing in the module
            if node.name in (*file.phases, *helpers):
                body.append(node)
        return ast.unparse(ast.fix_missing_locations(ast.Module(body, [])))
