"""From functions over bundles of arrays to functions over bare pointers, as text that numba compiles.

`S.stock[slot]` becomes an access through an address: three tables take the place of the bundles, of behaviour P, of
addresses A and of lengths of axes D.
"""

import ast
from collections.abc import Collection, Mapping

from chokepoint.sim.engine.arrays import Array
from chokepoint.sim.engine.frame import BUNDLES, Frame
from chokepoint.sim.scenario.problems import nearest

TABLES = ("P", "A", "D")
LETTERS = ("P", *BUNDLES)


def takes_bundles(function: ast.FunctionDef) -> bool:
    """Whether a function has a bundle among its arguments."""
    return any(argument.arg in LETTERS for argument in function.args.args)


def flattened(
    function: ast.FunctionDef, frame: Frame, parameters: Mapping[str, int], bundled: Collection[str]
) -> ast.FunctionDef:
    """The function over pointers: its other arguments, then the tables; what it reads of them stands at its head."""
    pointers = Pointers(frame, parameters, bundled)
    function = pointers.visit(function)
    unpack = "\n".join(f"{name} = {how}" for name, how in sorted(pointers.needs.items()))
    documented = int(ast.get_docstring(function) is not None)
    function.body[documented:documented] = ast.parse(unpack).body
    others = [argument.arg for argument in function.args.args if argument.arg not in LETTERS]
    function.args.args = [ast.arg(name) for name in (*others, *TABLES)]
    function.returns = None
    return function


class Pointers(ast.NodeTransformer):
    """Writes accesses to arrays as accesses through pointers, and remembers which names a function needs.

    parameters: place of each name of behaviour. bundled: functions of the same file that take bundles themselves; they
    are called with the three tables instead.
    """

    def __init__(self, frame: Frame, parameters: Mapping[str, int], bundled: Collection[str]) -> None:
        self.frame, self.parameters, self.bundled = frame, parameters, bundled
        self.needs: dict[str, str] = {}  # local name -> how to get it

    def visit_Call(self, node: ast.Call) -> ast.AST:
        if isinstance(node.func, ast.Name) and node.func.id in self.bundled:
            node.args = [arg for arg in node.args if not (isinstance(arg, ast.Name) and arg.id in LETTERS)]
            node.args += [ast.Name(table, ast.Load()) for table in TABLES]
        return self.generic_visit(node)

    def _array(self, node: ast.AST) -> Array | None:
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in BUNDLES:
            name = f"{node.value.id}.{node.attr}"
            if name not in self.frame.arrays:
                raise AttributeError(
                    f"line {node.lineno}: no mechanism declares an array {name} ({nearest(name, self.frame.arrays)})"
                )
            return self.frame.arrays[name]
        return None

    def _pointer(self, array: Array) -> ast.Name:
        local = f"{array.letter}_{array.field}"
        self.needs[local] = f"to_{array.kind}(A[{self.frame.places[array.name]}])"
        return ast.Name(local, ast.Load())

    def _length(self, array: Array, axis: int) -> ast.expr:
        local = f"{array.letter}_{array.field}_{axis}"
        self.needs[local] = f"D[{3 * self.frame.places[array.name] + axis}]"
        return ast.Name(local, ast.Load())

    @staticmethod
    def _indices(node: ast.Subscript, array: Array) -> list[ast.expr]:
        """The indices of an access, as many as the array has axes; `ValueError` tells of another number."""
        indices = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        if len(indices) != array.dimensions:
            raise ValueError(
                f"line {node.lineno}: {ast.unparse(node)}: {array.name} has the axes {array.axes}, not {len(indices)}"
            )
        return indices

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        if isinstance(node.value, ast.Name) and node.value.id == "P":
            if node.attr not in self.parameters:
                raise AttributeError(
                    f"line {node.lineno}: no parameter {node.attr} in the behavioural table "
                    f"({nearest(node.attr, self.parameters)})"
                )
            self.needs[f"P_{node.attr}"] = f"P[{self.parameters[node.attr]}]"
            return ast.Name(f"P_{node.attr}", ast.Load())
        array = self._array(node)
        if array is not None:
            return self._pointer(array)
        if node.attr == "shape" and (array := self._array(node.value)) is not None:
            return ast.Tuple([self._length(array, i) for i in range(array.dimensions)], ast.Load())
        return self.generic_visit(node)

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        if isinstance(node.value, ast.Attribute) and node.value.attr == "shape":
            array = self._array(node.value.value)
            if array is not None and isinstance(node.slice, ast.Constant):
                axis = int(str(node.slice.value))
                if not 0 <= axis < array.dimensions:
                    raise ValueError(f"line {node.lineno}: {array.name} has no axis {axis}: its axes are {array.axes}")
                return self._length(array, axis)
        array = self._array(node.value)
        if array is None:
            return self.generic_visit(node)
        indices = self._indices(node, array)
        flat: ast.expr = self.visit(indices[0])
        for axis, index in enumerate(indices[1:], start=1):
            flat = ast.BinOp(ast.BinOp(flat, ast.Mult(), self._length(array, axis)), ast.Add(), self.visit(index))
        return ast.Subscript(self._pointer(array), flat, node.ctx)

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        target = node.targets[0]
        array = self._array(target.value) if isinstance(target, ast.Subscript) else None
        if array is None or not isinstance(target, ast.Subscript):
            return self.generic_visit(node)
        indices = self._indices(target, array)
        if not all(isinstance(i, ast.Slice) for i in indices):
            return self.generic_visit(node)
        size: ast.expr = self._length(array, 0)
        for axis in range(1, len(indices)):
            size = ast.BinOp(size, ast.Mult(), self._length(array, axis))
        cell = ast.Subscript(self._pointer(array), ast.Name("_i", ast.Load()), ast.Store())
        loop = ast.Call(ast.Name("range", ast.Load()), [size], [])
        return ast.For(ast.Name("_i", ast.Store()), loop, [ast.Assign([cell], self.visit(node.value))], [])
