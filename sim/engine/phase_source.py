"""The source of the phases of the week as numba gets it, and what each of them depends on.

`S.stock[s]` becomes an access through a bare pointer, and the rules that a phase calls stand in its module by name, so
that a set of rules with a study's own in it gets a module of its own. A phase's key changes with whatever its native
code is made of: its source, its rules, the tables of arrays and parameters.
"""

import ast
import hashlib
import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from chokepoint.agents.behaviour import PARAMETERS
from chokepoint.sim.market import phases
from chokepoint.sim.market.state import FORMS

ROOT = Path(__file__).parents[2]
NAMES = tuple(phase.__name__ for phase in phases.PHASES)
BUNDLES = ("N", "X", "I", "S", "R")
_RULE = re.compile(
    r"^from chokepoint\.(agents|sim\.engine|sim\.market\.rules)\.(\w+) import (\w+) as (\w+)$", re.MULTILINE
)
_FUNCTION = re.compile(r"^def (\w+)\(", re.MULTILINE)
SHARED = (
    "sim/engine/pointers.py",
    "sim/market/state.py",
    "sim/network/structure.py",
    "sim/engine/phase_source.py",
    "sim/engine/compiled.py",
    "sim/market/phases/accounts.py",
)


class Own(Protocol):
    """A study's own rule: which it replaces, the function's name, and the file's path and text."""

    @property
    def rule(self) -> str: ...
    @property
    def function(self) -> str: ...
    @property
    def source(self) -> str: ...


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@lru_cache(64)
def _read(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def _source(file: str) -> str:
    return _read(f"sim/market/phases/{file}.py")


def rules() -> dict[tuple[str, str, str], str]:
    """The rules that phases call: (package, module, function) -> the name phases know it by."""
    return {(p, m, f): alias for file in phases.FILES for p, m, f, alias in _RULE.findall(_source(file))}


def keys(replacements: Sequence[Own]) -> dict[str, str]:
    """For each phase, in the order of the week, a hash of all that its native code is made of."""
    own = {r.rule: f"{r.function}\n{r.source}" for r in replacements}
    texts = {
        alias: own.get(f"{m}.{f}") or _read(f"{p.replace('.', '/')}/{m}.py") for (p, m, f), alias in rules().items()
    }
    common = digest("\n".join([*map(_read, SHARED), *PARAMETERS]))
    found = {}
    for file in phases.FILES:
        text = _source(file)
        starts = [*_FUNCTION.finditer(text)]
        blocks = {
            m[1]: text[m.start() : after.start() if after else None]
            for m, after in zip(starts, [*starts[1:], None], strict=True)
        }
        constants = "\n".join(line for line in text[: starts[0].start()].splitlines() if " = " in line)
        helpers = "\n".join(block for name, block in blocks.items() if name not in NAMES)
        for name in blocks.keys() & set(NAMES):
            body = blocks[name] + helpers
            used = sorted(alias for alias in texts if f"{alias}(" in body)
            found[name] = digest("\0".join([common, constants, body, *(texts[alias] for alias in used)]))
    return {name: found[name] for name in NAMES}


def module(replacements: Sequence[Own], copies: dict[str, Path]) -> str:
    """Source of a module that holds every phase with a set of rules; `copies`: where each own rule's file lies."""
    own = {r.rule: r for r in replacements}
    lines = [
        "from math import exp, log, sqrt",
        "from pathlib import Path",
        "import numba",
        "from chokepoint.sim.engine.compiled import load",
        "from chokepoint.sim.engine.pointers import to_f8, to_i8, to_u4, to_u8",
    ]
    for (package, file, function), alias in rules().items():
        replacement = own.get(f"{file}.{function}")
        if replacement is None:
            lines.append(f"from chokepoint.{package}.{file} import {function} as _{alias}")
        else:
            place = str(copies[replacement.rule])
            lines.append(f"_{alias} = load(Path({place!r}), {digest(replacement.source)!r}).{replacement.function}")
    lines.append("_rule = numba.njit(error_model='numpy', no_cpython_wrapper=True, no_cfunc_wrapper=True)")
    lines += [f"{alias} = _rule(_{alias})" for alias in rules().values()]
    lines += [_flatten(_source(file)) for file in phases.FILES]
    return "\n".join(lines) + "\n"


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
        if isinstance(node, ast.ImportFrom) and (node.module or "") == "chokepoint.sim.market.state":
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
            else:
                node.decorator_list = [ast.Name("_rule", ast.Load())]
            body.append(node)
    return ast.unparse(ast.fix_missing_locations(ast.Module(body, [])))
