"""The week as equations: what each phase sets, with units, and the rules it follows, read from the code itself."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from types import FunctionType

from chokepoint.sim.engine.frame import BUNDLES
from chokepoint.sim.engine.phase_source import Called, MechanismFile, PhaseSource


@dataclass(frozen=True)
class Equation:
    """One line of a phase as it stands: what it makes of an array, whom it pays, or what a name in other lines is.

    kind: `sets`, `pays` or `where`. name: of the array or name. unit: that of the array; empty for a name.
    """

    kind: str
    name: str
    unit: str
    text: str


@dataclass(frozen=True)
class Told:
    """A phase as it can be read: its mechanism and file, what it does, what it sets, the rules and what they say."""

    phase: str
    mechanism: str
    file: str
    says: str
    equations: tuple[Equation, ...]
    rules: tuple[tuple[str, str], ...]


def week(source: PhaseSource) -> list[Told]:
    """All phases in the order of the week."""
    found = []
    for phase in source.frame.phases:
        file = source.file_of(phase.name)
        called = source.calls_of(phase.name)
        rules = tuple((call.rule, equation_of(call.function)) for call in called if call.rule)
        equations = tuple(_equations(source, file, phase.name, called))
        mechanism = source.frame.home[phase.name].name
        found.append(Told(phase.name, mechanism, file.path.name, phase.line, equations, rules))
    return found


def equation_of(rule: FunctionType) -> str:
    """What a rule says of itself: the second paragraph of its docstring, which holds the equation, or the first."""
    paragraphs = [" ".join(text.split()) for text in (inspect.getdoc(rule) or "").split("\n\n")]
    return next((text for text in paragraphs[1:2] if not text.startswith("Source")), paragraphs[0])


def _equations(source: PhaseSource, file: MechanismFile, phase: str, called: list[Called]) -> Iterator[Equation]:
    """The lines of a phase that set an array, pay, or define what such lines read; each once, in their order."""
    node = next(n for n in file.tree.body if isinstance(n, ast.FunctionDef) and n.name == phase)
    by_name = _ByName({call.alias: call.rule for call in called if call.rule})
    lines = [(line, _target(line)) for line in _lines(node)]
    read = {
        n.id for line, _ in lines for n in ast.walk(line) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)
    }
    seen = set()
    for line, target in lines:
        text = ast.unparse(by_name.visit(ast.parse(ast.unparse(line))))
        value = getattr(line, "value", None)
        if text in seen or (isinstance(value, ast.Constant) and value.value == 0.0):
            continue
        seen.add(text)
        array = _array(target)
        if array is not None:
            yield Equation("sets", array.partition(".")[2], source.frame.arrays[array].unit, text)
        elif target is None:
            yield Equation("pays", "cash", source.frame.arrays["S.cash"].unit, text)
        elif isinstance(target, ast.Name) and target.id in read and not _looked_up(value):
            yield Equation("where", target.id, "", text)


def _lines(node: ast.AST) -> Iterator[ast.Assign | ast.AugAssign | ast.Expr]:
    """Assignments and payments below a node, in the order in which they stand."""
    for child in ast.iter_child_nodes(node):
        call = child.value if isinstance(child, ast.Expr) else None
        pays = isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "pay"
        if isinstance(child, ast.Assign | ast.AugAssign) or (isinstance(child, ast.Expr) and pays):
            yield child
        else:
            yield from _lines(child)


def _target(line: ast.Assign | ast.AugAssign | ast.Expr) -> ast.expr | None:
    """What a line assigns to; None for a payment."""
    if isinstance(line, ast.Expr):
        return None
    return line.targets[0] if isinstance(line, ast.Assign) else line.target


def _looked_up(value: ast.expr | None) -> bool:
    """Whether a value is a constant, an index or another cell of the structure, and no quantity."""
    return isinstance(value, ast.Constant) or (_array(value) or "").startswith("N.")


def _array(target: ast.expr | None) -> str | None:
    """The array that a target is a cell of, such as `S.stock`."""
    value = target.value if isinstance(target, ast.Subscript) else None
    if isinstance(value, ast.Attribute) and isinstance(value.value, ast.Name) and value.value.id in BUNDLES:
        return f"{value.value.id}.{value.attr}"
    return None


class _ByName(ast.NodeTransformer):
    """Calls rules by the names under which a study can replace them."""

    def __init__(self, rules: dict[str, str]):
        self.rules = rules

    def visit_Call(self, node: ast.Call) -> ast.AST:
        if isinstance(node.func, ast.Name) and node.func.id in self.rules:
            node.func = ast.Name(self.rules[node.func.id], ast.Load())
        return self.generic_visit(node)
