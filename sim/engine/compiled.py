"""Native code of the phases of the week for a set of rules: built once, kept in a cache folder, linked and bound.

A phase that calls a rule keeps calling the rule it was compiled with. So the native code of a phase is kept under the
hash of all that it is made of (see `phase_source.py`): a study's own rule costs the phases that call it and no other.
With `NUMBA_DISABLE_JIT=1` the phases run as they stand, under a debugger.
"""

import importlib.util
import inspect
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from textwrap import shorten
from types import FunctionType, ModuleType
from typing import Any

import numpy as np

from chokepoint.sim.engine.arrays import addresses
from chokepoint.sim.engine.files import write_whole
from chokepoint.sim.engine.frame import BUNDLES
from chokepoint.sim.engine.phase_source import PhaseSource, digest, with_rules
from chokepoint.sim.scenario.problems import BadInput


@dataclass(frozen=True)
class Replacement:
    """A study's own rule: where its source stands and under which name."""

    rule: str
    path: Path
    function: str
    source: str

    def load(self) -> Callable[..., Any]:
        """The function itself."""
        found: Callable[..., Any] = getattr(load(self.path, self.source), self.function)
        return found


def load(path: Path, text: str) -> ModuleType:
    """The module of a study's own file, read once for each place and content."""
    return _module(f"chokepoint_rule_{digest(f'{path.resolve()}{chr(0)}{text}')}", path)


def native(module: str, path: str, name: str, others: Mapping[tuple[str, str], tuple[str, str, str]]) -> Any:
    """A function for native code that calls it, out of a copy of its file in which all functions are compiled.

    module, path: where it stands; a study's file, which no name imports, is found by its path alone. others: by module
    and name, functions in whose place it calls another, each with the module, path and name of that one.
    """
    import numba

    text = Path(path).read_text(encoding="utf-8")
    told = repr(sorted(others.items())) if others else ""
    copy = _module(f"chokepoint_native_{digest(module + text + told)}", Path(path))
    compiler: Any = numba.njit
    for local, value in vars(copy).items():
        if isinstance(value, FunctionType):
            home = module if value.__module__ == copy.__name__ else value.__module__
            if (home, value.__name__) in others:
                compiled = native(*others[home, value.__name__], {})
            elif value.__module__ == copy.__name__:
                compiled = compiler(error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True)(value)
            else:
                compiled = native(value.__module__, inspect.getfile(value), value.__name__, others)
            setattr(copy, local, compiled)
    return getattr(copy, name)


def _module(name: str, path: Path) -> ModuleType:
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        try:
            spec.loader.exec_module(module)
        except BaseException:
            del sys.modules[name]
            raise
    return sys.modules[name]


def cache_folder() -> Path:
    """Where native code is kept: `$CHOKEPOINT_CACHE`, else the user's cache folder."""
    named = os.environ.get("CHOKEPOINT_CACHE")
    if named:
        return Path(named)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "chokepoint"


@lru_cache(1)
def _target() -> str:
    """What compiled code depends on beside its sources: the processor and the version of the compiler."""
    from importlib.metadata import version

    import llvmlite.binding as llvm

    features = llvm.get_host_cpu_features().flatten()
    return digest(f"{version('numba')} {llvm.llvm_version_info} {llvm.get_host_cpu_name()} {features}")


def objects(source: PhaseSource, replacements: Sequence[Replacement]) -> dict[str, Path]:
    """Where the native code of each phase is kept, in the order of the week."""
    folder = cache_folder() / _target()
    return {name: folder / f"{name}_{key}.o" for name, key in source.keys(replacements).items()}


def build(source: PhaseSource, missing: Mapping[str, Path], identity: str, replacements: Sequence[Replacement]) -> None:
    """Compile phases into their places; a second process takes half of them, where there is a second processor."""
    folder = cache_folder() / f"kernel_{identity}"
    for needed in {folder, *(place.parent for place in missing.values())}:
        needed.mkdir(parents=True, exist_ok=True)
    copies = {r.rule: folder / f"rule_{digest(r.source)}.py" for r in replacements}
    for r in replacements:
        write_whole(copies[r.rule], r.source)
    modules: dict[str, Path] = {}  # by phase
    for file in source.files.values():
        wanted = [name for name in file.phases if name in missing]
        if wanted:
            text = source.module(file, replacements, copies)
            path = folder / f"kernel_{file.path.stem}_{digest(text)}.py"
            write_whole(path, text)
            modules.update(dict.fromkeys(wanted, path))
    helped = len(missing) > 3 and (os.cpu_count() or 1) > 1 and bool(sys.executable)
    theirs = _halves(source, missing)[1] if helped else []
    jobs = {name: (modules[name], missing[name]) for name in missing}
    other = _compile_elsewhere({name: jobs[name] for name in theirs}) if theirs else None
    _compile({name: job for name, job in jobs.items() if name not in theirs})
    if other is not None and other.wait() != 0:
        _compile({name: jobs[name] for name in theirs})  # it could not: the error, if any, is told here


def _halves(source: PhaseSource, phases: Iterable[str]) -> tuple[list[str], list[str]]:
    """Phases in two parts that take about as long to compile, by the text of each with its helpers.

    Phases of one file stay together: the helpers that they share are then compiled once.
    """
    of_file: dict[str, list[str]] = {}
    size: dict[str, int] = {}
    for name in phases:
        file = source.file_of(name)
        of_file.setdefault(str(file.path), []).append(name)
        text = sum(len(file.blocks[block]) for block in (name, *file.helpers(name)))
        size[str(file.path)] = size.get(str(file.path), 0) + text
    parts: tuple[list[str], list[str]] = ([], [])
    load = [0, 0]
    for path in sorted(of_file, key=lambda path: (-size[path], path)):
        lighter = 0 if load[0] <= load[1] else 1
        parts[lighter].extend(of_file[path])
        load[lighter] += size[path]
    return parts


class Uncompiled(Exception):
    """A phase that cannot be made native code, with the compiler's reason in one line."""

    def __init__(self, phase: str, error: Exception):
        lines = [line.strip() for line in str(error).split("\nFile ")[0].splitlines()]
        told = [line for line in lines if line and not line.startswith(("Failed in", "During", "- "))]
        reason = " ".join(told[:3]).split(': %"')[0]
        code = str(error).splitlines()
        at = next((i for i, line in enumerate(code) if line.strip() == "^"), 0)
        where = f", at `{shorten(code[at - 1].strip(), 100)}`" if at else ""
        super().__init__(f"phase {phase}{where}: {reason or type(error).__name__}")


def _compile_elsewhere(jobs: Mapping[str, tuple[Path, Path]]) -> "subprocess.Popen[bytes]":
    """`_compile` in a process of its own."""
    pairs = {name: (str(path), str(place)) for name, (path, place) in jobs.items()}
    code = (
        "from chokepoint.sim.engine.compiled import _compile, Path; "
        f"_compile({{name: (Path(path), Path(place)) for name, (path, place) in {pairs!r}.items()}})"
    )
    return subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _compile(jobs: Mapping[str, tuple[Path, Path]]) -> None:
    """Compile phases, each out of its module; its place gets the function's symbol, a newline, and native code."""
    import numba

    types: Any = numba.types
    compiler: Any = numba.njit  # its type hints leave out two options
    tables = (types.CPointer(kind) for kind in (types.float64, types.uint64, types.int64))
    signature = (types.int64, types.float64, *tables)
    for name, (path, place) in jobs.items():
        try:
            function = getattr(_module(path.stem, path), name)
            native = compiler(signature, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True)(function)
        except numba.core.errors.NumbaError as error:
            raise Uncompiled(name, error) from error
        (result,) = native.overloads.values()
        write_whole(place, result.fndesc.llvm_func_name.encode() + b"\n" + result.library._get_compiled_object())


_engines: list[Any] = []  # native code lives as long as the process


def _link(places: Mapping[str, Path]) -> dict[str, Callable[..., None]]:
    """Load the phases and a loop over them; each takes the step (the loop: from and to), its length and three tables.

    By numba's convention a function takes two addresses first, for a result and an error, and returns a status, zero
    unless it broke off; the loop returns the number of the phase that did, from one.
    """
    import ctypes

    import llvmlite.binding as llvm

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    symbols, codes = {}, []
    for name, place in places.items():
        symbol, _, code = place.read_bytes().partition(b"\n")
        symbols[name] = symbol.decode()
        codes.append(code)
    takes = "i64, i64, i64, double, i64, i64, i64"
    given = "i64 %r, i64 %e, i64 %t, double %dt, i64 %P, i64 %A, i64 %D"
    week = "\n".join(
        f'  %s{i} = call i32 @"{symbol}"({given})\n  %f{i} = icmp ne i32 %s{i}, 0\n'
        f"  br i1 %f{i}, label %failed, label %after{i}\nafter{i}:"
        for i, symbol in enumerate(symbols.values())
    )
    failed = ", ".join(f"[{i + 1}, %{f'after{i - 1}' if i else 'week'}]" for i in range(len(symbols)))
    loop = f"""
    {chr(10).join(f'declare i32 @"{symbol}"({takes})' for symbol in symbols.values())}
    define i32 @run_steps(i64 %r, i64 %e, i64 %start, i64 %stop, double %dt, i64 %P, i64 %A, i64 %D) {{
    entry:
      br label %test
    test:
      %t = phi i64 [%start, %entry], [%next, %after{len(symbols) - 1}]
      %more = icmp slt i64 %t, %stop
      br i1 %more, label %week, label %done
    week:
      {week}
      %next = add i64 %t, 1
      br label %test
    failed:
      %which = phi i32 {failed}
      ret i32 %which
    done:
      ret i32 0
    }}"""
    engine = llvm.create_mcjit_compiler(
        llvm.parse_assembly(loop), llvm.Target.from_default_triple().create_target_machine()
    )
    for code in codes:
        engine.add_object_file(llvm.ObjectFileRef.from_data(code))
    engine.finalize_object()
    _engines.append(engine)
    result, error = ctypes.c_void_p(), ctypes.c_void_p()
    places_of = ctypes.addressof(result), ctypes.addressof(error)
    _engines.append((result, error))

    def function(symbol: str, *kinds: Any) -> Callable[..., None]:
        tables = [ctypes.c_void_p] * 3
        kind = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.c_void_p, *kinds, ctypes.c_double, *tables)
        native = kind(engine.get_function_address(symbol))

        def call(*given: Any) -> None:
            status = native(*places_of, *given)
            if status:
                name = list(symbols)[status - 1] if symbol == "run_steps" else symbol
                raise ArithmeticError(f"phase {name} broke off; NUMBA_DISABLE_JIT=1 shows where")

        return call

    linked = {name: function(symbol, ctypes.c_int64) for name, symbol in symbols.items()}
    return {**linked, "run_steps": function("run_steps", ctypes.c_int64, ctypes.c_int64)}


class Kernel:
    """The phases of a frame with a set of rules in them, as native code unless numba's JIT is off."""

    def __init__(self, source: PhaseSource, identity: str, replacements: Sequence[Replacement]):
        self.source, self.identity, self.replacements = source, identity, tuple(replacements)
        self.plain = os.environ.get("NUMBA_DISABLE_JIT", "0") not in ("", "0")
        if self.plain:
            self.functions = self._as_they_stand()
        else:
            places = objects(source, self.replacements)
            missing = {name: place for name, place in places.items() if not place.exists()}
            if missing:
                self._build(missing)
            self.functions = _link(places)

    def _build(self, missing: Mapping[str, Path]) -> None:
        """Compile phases; `BadInput` where it is a study's own code that cannot be compiled."""
        own = [f"{r.rule} = {r.path.name}:{r.function}" for r in self.replacements]
        own += [mechanism.path.name for mechanism in self.source.frame.own if mechanism.path]
        try:
            build(self.source, missing, self.identity, self.replacements)
        except Uncompiled as error:
            if not own:
                raise
            raise BadInput([f"{', '.join(own)}: cannot be made native code: {error}"], "own code") from error

    def _as_they_stand(self) -> dict[str, Callable[..., None]]:
        found: dict[str, Callable[..., None]] = {}
        own = {self.source.rules[r.rule]: r.load() for r in self.replacements}
        for file in self.source.files.values():
            module = _module(f"chokepoint_plain_{file.path.stem}_{self.identity}", file.path)
            for called in file.called:
                setattr(module, called.alias, with_rules(called.function, own))
            found.update({name: getattr(module, name) for name in file.phases})
        return found

    def bind(self, behaviour: Any, bundles: dict[str, Any], known: dict[str, Any] | None = None) -> "Bound":
        """The kernel over the arrays of one run; they must stay where they are. `known`: addresses found before."""
        return Bound(self, behaviour, bundles, known or {})


class Bound:
    """A kernel bound to the arrays of one run."""

    def __init__(self, kernel: Kernel, behaviour: Any, bundles: dict[str, Any], known: dict[str, Any]):
        self.kernel, self.names = kernel, kernel.source.names
        self.arrays = tuple(bundles[letter] for letter in BUNDLES)  # kept alive: native code knows addresses only
        self.arguments: tuple[Any, ...] = (behaviour, *self.arrays)
        if not kernel.plain:
            frame = kernel.source.frame
            found = [known.get(letter) or addresses(frame.by_letter[letter], bundles[letter]) for letter in BUNDLES]
            places, lengths = (np.concatenate(part)[frame.order] for part in zip(*found, strict=True))
            self.tables = (np.array(behaviour, dtype=float), places, lengths)
            self.arguments = tuple(table.ctypes.data for table in self.tables)

    def run(self, start: int, stop: int, dt: float) -> None:
        """Run the weeks from step `start` up to, not including, `stop`."""
        if self.kernel.plain:
            for step in range(start, stop):
                for name in self.names:
                    self.phase(name, step, dt)
        else:
            self.kernel.functions["run_steps"](start, stop, dt, *self.arguments)

    def phase(self, name: str, step: int, dt: float) -> None:
        """Run one phase of one week."""
        self.kernel.functions[name](step, dt, *self.arguments)
