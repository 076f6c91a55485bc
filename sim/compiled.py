"""The phases of the week as one compiled module for a set of rules.

A kernel that calls a rule keeps calling the rule it was compiled with. So each set of rules gets a module of
its own: the phases of `sim/phases/` with each rule imported by name, in a cache folder keyed by the hash of
every source it contains. `S.stock[s]` becomes an access through a bare pointer. With `NUMBA_DISABLE_JIT=1`
the phases run as they stand, under a debugger.
"""

import ast
import hashlib
import importlib.util
import os
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from agents.behaviour import PARAMETERS
from sim import phases
from sim.state import FORMS, addresses

ROOT = Path(__file__).parents[1]
NAMES = tuple(phase.__name__ for phase in phases.PHASES)
_RULE = re.compile(r"^from (agents|sim)\.(\w+) import (\w+) as (\w+)$", re.MULTILINE)
BUNDLES = ("N", "X", "I", "S", "R")


@dataclass(frozen=True)
class Replacement:
    """A study's own rule: where its source stands and under which name."""

    rule: str
    path: Path
    function: str
    source: str

    def load(self) -> Callable[..., Any]:
        """The function itself."""
        found: Callable[..., Any] = getattr(load(self.path, digest(self.source)), self.function)
        return found


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def load(path: Path, key: str) -> ModuleType:
    """The module of a file of rules, read once for each content."""
    return _module(f"chokepoint_rule_{key}", path)


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


def _source(file: str) -> str:
    return (ROOT / "sim" / "phases" / f"{file}.py").read_text(encoding="utf-8")


def rules() -> dict[tuple[str, str, str], str]:
    """The rules that phases call: (package, module, function) -> the name phases know it by."""
    return {(p, m, f): alias for file in phases.FILES for p, m, f, alias in _RULE.findall(_source(file))}


def cache_folder() -> Path:
    """Where compiled kernels are kept: `$CHOKEPOINT_CACHE`, else the user's cache folder."""
    named = os.environ.get("CHOKEPOINT_CACHE")
    if named:
        return Path(named)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "chokepoint"


def _target() -> str:
    """What compiled code depends on beside its sources: the processor and the version of the compiler."""
    from importlib.metadata import version

    import llvmlite.binding as llvm

    features = llvm.get_host_cpu_features().flatten()
    return digest(f"{version('numba')} {llvm.llvm_version_info} {llvm.get_host_cpu_name()} {features}")


def _compile(function: Callable[..., None], *kinds: str) -> tuple[bytes, str]:
    """Native code of a function of numbers and pointers, and the name it has there.

    kinds: `i` int64, `f` float64, `F` pointer to float64, `U` to uint64, `I` to int64.
    """
    import numba

    t = numba.types
    known = {"i": t.int64, "f": t.float64, "F": t.CPointer(t.float64), "U": t.CPointer(t.uint64),
             "I": t.CPointer(t.int64)}  # fmt: skip
    signature = tuple(known[kind] for kind in kinds)
    compiler: Any = numba.njit  # its type hints leave out two options
    native = compiler(signature, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True)(function)
    (result,) = native.overloads.values()
    return result.library._get_compiled_object(), result.fndesc.llvm_func_name


_engines: list[Any] = []  # native code lives as long as the process


def _callable(code: bytes, name: str, *kinds: str) -> Callable[..., None]:
    """Load native code; the function takes numbers and arrays by their kinds, as in `_compile`."""
    import ctypes

    import llvmlite.binding as llvm

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    engine = llvm.create_mcjit_compiler(
        llvm.parse_assembly(""), llvm.Target.from_default_triple().create_target_machine()
    )
    engine.add_object_file(llvm.ObjectFileRef.from_data(code))
    engine.finalize_object()
    _engines.append(engine)
    known = {"i": ctypes.c_int64, "f": ctypes.c_double}
    arguments: list[Any] = [known.get(kind, ctypes.c_void_p) for kind in kinds]
    # numba's own convention: two addresses for a result and an error come first; these functions use neither.
    native = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.c_void_p, *arguments)(
        engine.get_function_address(name)
    )
    result, error = ctypes.c_void_p(), ctypes.c_void_p()
    places = ctypes.byref(result), ctypes.byref(error)

    def call(*given: Any) -> None:
        native(*places, *given)

    return call


STEPS, PHASE = "iifFUI", "ifFUI"  # arguments of run_steps and of a phase


class Kernel:
    """The phases with a set of rules in them, as native code unless numba's JIT is off."""

    def __init__(self, identity: str, replacements: Sequence[Replacement]):
        self.identity, self.replacements = identity, tuple(replacements)
        self.plain = os.environ.get("NUMBA_DISABLE_JIT", "0") not in ("", "0")
        self.phases: dict[str, Callable[..., None]] = {}
        if self.plain:
            self._as_they_stand()
        else:
            self.run_steps = _callable(*self._native("run_steps", STEPS), *STEPS)

    def _native(self, function: str, kinds: str) -> tuple[bytes, str]:
        """Native code of `run_steps` or of a phase from the cache folder, compiled and put there on first use."""
        path = object_path(self.identity, function)
        if path.exists():
            head, _, body = path.read_bytes().partition(b"\n")
            return body, head.decode()
        source = getattr(self._module(), function)
        code, name = _compile(getattr(source, "py_func", source), *kinds)
        draft = path.with_suffix(f".{os.getpid()}.tmp")
        draft.write_bytes(name.encode() + b"\n" + code)
        draft.replace(path)
        return code, name

    def _module(self) -> ModuleType:
        return _module(f"chokepoint_kernel_{self.identity}", write(self.identity, self.replacements))

    def _as_they_stand(self) -> None:
        for file in phases.FILES:
            module = _module(f"chokepoint_plain_{file}_{self.identity}", ROOT / "sim" / "phases" / f"{file}.py")
            for r in self.replacements:
                alias = r.rule.replace(".", "_")
                if hasattr(module, alias):
                    setattr(module, alias, r.load())
            self.phases.update({name: getattr(module, name) for name in NAMES if hasattr(module, name)})

    def phase(self, name: str) -> Callable[..., None]:
        """One phase by itself, compiled on first use."""
        if name not in self.phases:
            self.phases[name] = _callable(*self._native(name, PHASE), *PHASE)
        return self.phases[name]

    def bind(self, P: Any, bundles: dict[str, Any], known: dict[str, Any] | None = None) -> "Bound":
        """The kernel over the arrays of one run; they must stay where they are. `known`: addresses found before."""
        return Bound(self, P, bundles, known or {})


class Bound:
    """A kernel bound to the arrays of one run."""

    def __init__(self, kernel: Kernel, P: Any, bundles: dict[str, Any], known: dict[str, Any]):
        self.kernel = kernel
        self.arrays = tuple(bundles[letter] for letter in BUNDLES)  # kept alive: native code knows addresses only
        self.arguments: tuple[Any, ...] = (P, *self.arrays)
        if not kernel.plain:
            found = [known[letter] if letter in known else addresses(letter, bundles[letter]) for letter in BUNDLES]
            places, lengths = (np.concatenate(part) for part in zip(*found, strict=True))
            self.tables = (np.array(P, dtype=float), places, lengths)
            self.arguments = tuple(table.ctypes.data for table in self.tables)

    def run(self, start: int, stop: int, dt: float) -> None:
        """Run the weeks from step `start` up to, not including, `stop`."""
        if self.kernel.plain:
            for t in range(start, stop):
                for name in NAMES:
                    self.phase(name, t, dt)
        else:
            self.kernel.run_steps(start, stop, dt, *self.arguments)

    def phase(self, name: str, step: int, dt: float) -> None:
        """Run one phase of one week."""
        self.kernel.phase(name)(step, dt, *self.arguments)


def object_path(identity: str, function: str = "run_steps") -> Path:
    """Where the native code of a set of rules, or of one of its phases, is kept."""
    return cache_folder() / f"kernel_{identity}" / f"{function}_{_target()}.o"


def write(identity: str, replacements: Sequence[Replacement]) -> Path:
    """Write the module of a set of rules, unless it is there; return its path."""
    folder = cache_folder() / f"kernel_{identity}"
    path = folder / f"kernel_{identity}.py"
    if path.exists():
        return path
    folder.mkdir(parents=True, exist_ok=True)
    own = {r.rule: r for r in replacements}
    lines = [
        "from math import exp, log, sqrt",
        "from pathlib import Path",
        "import numba",
        "from sim.compiled import load",
        "from sim.pointers import to_f8, to_i8, to_u4, to_u8",
    ]
    for (package, module, function), alias in rules().items():
        replacement = own.get(f"{module}.{function}")
        if replacement is None:
            lines.append(f"from {package}.{module} import {function} as _{alias}")
        else:
            key = digest(replacement.source)
            copy = folder / f"rule_{key}.py"
            copy.write_text(replacement.source, encoding="utf-8")
            lines.append(f"_{alias} = load(Path({str(copy)!r}), {key!r}).{replacement.function}")
    lines.append("_rule = numba.njit(error_model='numpy', no_cpython_wrapper=True, no_cfunc_wrapper=True)")
    lines += [f"{alias} = _rule(_{alias})" for alias in rules().values()]
    lines.append("_phase = _rule")
    lines += [_flatten(_source(file)) for file in phases.FILES]
    lines += ["def run_steps(start, stop, dt, P, A, D):", "    for t in range(start, stop):"]
    lines += [f"        {name}(t, dt, P, A, D)" for name in NAMES]
    draft = path.with_suffix(f".{os.getpid()}.tmp")
    draft.write_text("\n".join(lines) + "\n", encoding="utf-8")
    draft.replace(path)
    return path


ORDER = {(letter, field): i for i, (letter, field) in enumerate((b, f) for b in FORMS for f in FORMS[b])}
PARAMETER = {name: i for i, name in enumerate(PARAMETERS)}


class _Pointers(ast.NodeTransformer):
    """Writes accesses to arrays as accesses through pointers, and remembers which names a phase needs."""

    def __init__(self) -> None:
        self.needs: dict[str, str] = {}  # local name -> how to get it

    def _array(self, node: ast.AST) -> tuple[str, str] | None:
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in BUNDLES:
            return node.value.id, node.attr
        return None

    def _pointer(self, letter: str, field: str) -> ast.Name:
        kind = FORMS[letter][field][1]
        self.needs[f"{letter}_{field}"] = f"to_{kind}(A[{ORDER[letter, field]}])"
        return ast.Name(f"{letter}_{field}", ast.Load())

    def _length(self, letter: str, field: str, axis: int) -> ast.expr:
        self.needs[f"{letter}_{field}_{axis}"] = f"D[{3 * ORDER[letter, field] + axis}]"
        return ast.Name(f"{letter}_{field}_{axis}", ast.Load())

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        if isinstance(node.value, ast.Name) and node.value.id == "P":
            self.needs[f"P_{node.attr}"] = f"P[{PARAMETER[node.attr]}]"
            return ast.Name(f"P_{node.attr}", ast.Load())
        array = self._array(node)
        if array is not None:
            return self._pointer(*array)
        if node.attr == "shape" and (array := self._array(node.value)) is not None:
            axes = FORMS[array[0]][array[1]][0]
            return ast.Tuple([self._length(*array, i) for i in range(axes)], ast.Load())
        return self.generic_visit(node)

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        if isinstance(node.value, ast.Attribute) and node.value.attr == "shape":
            array = self._array(node.value.value)
            if array is not None and isinstance(node.slice, ast.Constant):
                return self._length(*array, int(str(node.slice.value)))
        array = self._array(node.value)
        if array is None:
            return self.generic_visit(node)
        indices = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        flat: ast.expr = self.visit(indices[0])
        for axis, index in enumerate(indices[1:], start=1):
            flat = ast.BinOp(ast.BinOp(flat, ast.Mult(), self._length(*array, axis)), ast.Add(), self.visit(index))
        return ast.Subscript(self._pointer(*array), flat, node.ctx)

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        target = node.targets[0]
        array = self._array(target.value) if isinstance(target, ast.Subscript) else None
        if array is None or not isinstance(target, ast.Subscript):
            return self.generic_visit(node)
        indices = target.slice.elts if isinstance(target.slice, ast.Tuple) else [target.slice]
        if not all(isinstance(i, ast.Slice) for i in indices):
            return self.generic_visit(node)
        size: ast.expr = self._length(*array, 0)
        for axis in range(1, len(indices)):
            size = ast.BinOp(size, ast.Mult(), self._length(*array, axis))
        cell = ast.Subscript(self._pointer(*array), ast.Name("_i", ast.Load()), ast.Store())
        loop = ast.Call(ast.Name("range", ast.Load()), [size], [])
        return ast.For(ast.Name("_i", ast.Store()), loop, [ast.Assign([cell], self.visit(node.value))], [])


def _flatten(text: str) -> str:
    """The source of a file of phases with each phase taking addresses, not the tuples that hold the arrays."""
    body: list[ast.stmt] = []
    for node in ast.parse(text).body:
        if isinstance(node, ast.ImportFrom) and (node.module or "") == "sim.state":
            body.append(node)  # names of kinds
        elif isinstance(node, ast.Assign):
            body.append(node)
        elif isinstance(node, ast.FunctionDef):
            if node.name in NAMES:
                pointers = _Pointers()
                node = pointers.visit(node)
                docstring, *rest = node.body
                unpack = ast.parse("\n".join(f"{name} = {how}" for name, how in sorted(pointers.needs.items()))).body
                node.body = [docstring, *unpack, *rest]
                node.args.args = [ast.arg(a) for a in ("t", "dt", "P", "A", "D")]
                node.decorator_list = [ast.Name("_phase", ast.Load())]
            else:
                node.decorator_list = [ast.Name("_rule", ast.Load())]
            body.append(node)
    return ast.unparse(ast.fix_missing_locations(ast.Module(body, [])))
