"""The rules a run uses, and the compiled kernel that contains them.

A kernel that calls a rule keeps calling the rule it was compiled with. So each set of rules gets a kernel
module of its own: a copy of `kernel.py` that imports each rule by name, in a cache folder keyed by the hash
of every source it contains. Two sets run side by side in one process, and the set is part of a run's
identity. A study replaces a rule with `rules={"firm.order": function}` or `firm.order = "file.py:name"`.
"""

import ast
import hashlib
import importlib
import importlib.util
import inspect
import os
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from sim.problems import BadInput, nearest

ROOT = Path(__file__).parents[1]
SOURCES = (
    "agents/firm.py", "agents/refiner.py", "agents/mine.py", "sim/border.py", "sim/market.py", "sim/draws.py",
    "sim/kernel.py", "sim/state.py", "sim/rules.py", "agents/behaviour.csv",
)  # fmt: skip
_IMPORT = re.compile(r"^from (agents|sim)\.(\w+) import (\w+) as (\w+)$", re.MULTILINE)


def _kernel_text() -> str:
    return (ROOT / "sim" / "kernel.py").read_text(encoding="utf-8")


def available() -> dict[str, Callable[..., Any]]:
    """Every rule that a study can replace, by name such as `firm.order`."""
    rules = {}
    for package, module, name, _ in _IMPORT.findall(_kernel_text()):
        if module != "draws":
            rules[f"{module}.{name}"] = getattr(importlib.import_module(f"{package}.{module}"), name)
    return rules


@dataclass(frozen=True)
class Replacement:
    """A study's own rule: where its source stands and under which name."""

    rule: str
    path: Path
    function: str
    source: str


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
    source = path.read_text(encoding="utf-8")
    try:
        function = getattr(_load(path, _digest(source)), name)
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
    return Replacement(rule, path.resolve(), name, source)


def _load(path: Path, digest: str) -> ModuleType:
    name = f"chokepoint_rule_{digest}"
    if name in sys.modules:
        return sys.modules[name]
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
    return module


def cache_folder() -> Path:
    """Where compiled kernels are kept: `$CHOKEPOINT_CACHE`, else the user's cache folder."""
    named = os.environ.get("CHOKEPOINT_CACHE")
    if named:
        return Path(named)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "chokepoint"


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
            digest.update((ROOT / source).read_bytes())
        for r in self.replacements:
            digest.update(f"{r.rule}\0{r.function}\0{r.source}\0".encode())
        self.identity = digest.hexdigest()[:16]

    def names(self) -> dict[str, str]:
        """The replaced rules: name -> file:function."""
        return {r.rule: f"{r.path.name}:{r.function}" for r in self.replacements}

    def kernel(self, phases: bool = False) -> ModuleType:
        """The kernel module, written and compiled on first use; with `phases`, each phase can be called by itself.

        With `NUMBA_DISABLE_JIT=1` it is `sim/kernel.py` itself with this set's rules in it, so that a
        debugger steps through the source one reads.
        """
        import numba

        plain = bool(getattr(numba.config, "DISABLE_JIT", 0))
        name = f"chokepoint_{'plain' if plain else 'phases' if phases else 'kernel'}_{self.identity}"
        if name not in sys.modules:
            path = ROOT / "sim" / "kernel.py" if plain else self._write(phases)
            spec = importlib.util.spec_from_file_location(name, path)
            assert spec is not None
            assert spec.loader is not None
            module = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(module)
            if plain:
                for r in self.replacements:
                    function = getattr(_load(r.path, _digest(r.source)), r.function)
                    setattr(module, r.rule.replace(".", "_"), function)
            sys.modules[name] = module
        return sys.modules[name]

    def is_compiled(self) -> bool:
        """Whether an earlier process has compiled this kernel."""
        return any(cache_folder().glob(f"kernel_{self.identity}/__pycache__/*run_steps*.nbc"))

    def _write(self, phases: bool) -> Path:
        folder = cache_folder() / f"kernel_{self.identity}"
        path = folder / f"{'phases' if phases else 'kernel'}_{self.identity}.py"
        if path.exists():
            return path
        folder.mkdir(parents=True, exist_ok=True)
        own = {r.rule: r for r in self.replacements}
        lines = [
            "from math import exp, log, sqrt",
            "from pathlib import Path",
            "import numba",
            "from sim.rules import _load",
        ]
        aliases = []
        for package, module, rule, alias in _IMPORT.findall(_kernel_text()):
            aliases.append(alias)
            replacement = own.get(f"{module}.{rule}")
            if replacement is None:
                lines.append(f"from {package}.{module} import {rule} as _{alias}")
            else:
                digest = _digest(replacement.source)
                copy = folder / f"rule_{digest}.py"
                copy.write_text(replacement.source, encoding="utf-8")
                lines.append(f"_{alias} = _load(Path({str(copy)!r}), {digest!r}).{replacement.function}")
        lines.append("_rule = numba.njit(error_model='numpy')")
        lines += [f"{alias} = _rule(_{alias})" for alias in aliases]
        lines.append("_entry = numba.njit(error_model='numpy', cache=True)")
        bare = "" if phases else ", no_cpython_wrapper=True, no_cfunc_wrapper=True"
        lines.append(f"_phase = numba.njit(error_model='numpy'{bare})")
        draft = path.with_suffix(f".{os.getpid()}.tmp")
        draft.write_text("\n".join([*lines, _flatten(_kernel_text())]) + "\n", encoding="utf-8")
        draft.replace(path)
        return path


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


TUPLES = ("P", "N", "X", "I", "S", "R")


class _Hoist(ast.NodeTransformer):
    """Replaces `S.stock` by a local `S_stock` and remembers which were used."""

    def __init__(self) -> None:
        self.used: set[str] = set()

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        if isinstance(node.value, ast.Name) and node.value.id in TUPLES:
            name = f"{node.value.id}_{node.attr}"
            self.used.add(name)
            return ast.copy_location(ast.Name(name, node.ctx), node)
        return self.generic_visit(node)


def _flatten(text: str) -> str:
    """The kernel's source with each phase taking the arrays it reads, not the tuples that hold them.

    A tuple of a hundred arrays costs numba minutes to compile and a reference count at every access; local
    arrays cost neither. `run_steps` takes the tuples and unpacks them once.
    """
    tree = ast.parse(text.split("# rules end\n", 1)[1])
    needs: dict[str, list[str]] = {}
    body: list[ast.stmt] = []
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == "PHASES":
            continue
        if isinstance(node, ast.FunctionDef):
            hoist = _Hoist()
            node = hoist.visit(node)
            names = [a.arg for a in node.args.args]
            if names[-6:] == list(TUPLES) and node.name != "run_steps":
                needs[node.name] = sorted(hoist.used)
                node.args.args = [ast.arg(a) for a in [*names[:-6], *needs[node.name]]]
            elif node.name == "run_steps":
                for call in (n for n in ast.walk(node) if isinstance(n, ast.Call)):
                    if isinstance(call.func, ast.Name) and call.func.id in needs:
                        call.args = call.args[:2] + [ast.Name(a, ast.Load()) for a in needs[call.func.id]]
                unpack = ast.parse(
                    "\n".join(f"{a} = {a[0]}.{a[2:]}" for a in sorted(set().union(*needs.values())))
                ).body
                node.body = [node.body[0], *unpack, *node.body[1:]]
            node.decorator_list = [ast.Name("_entry" if node.name == "run_steps" else "_phase", ast.Load())]
        body.append(node)
    tree.body = body
    phases = f"NEEDS = {needs!r}"
    return ast.unparse(ast.fix_missing_locations(tree)) + "\n" + phases
