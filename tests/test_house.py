"""The plan of the house: who leans on whom, how long a function is, what an argument is called, what is packed.

The source is read and not imported. Imports inside functions and under TYPE_CHECKING are arrows like any other, and so
is a text that names a file of the package (`"chokepoint.sim.model:MarketModel"`).
"""

import ast
import re
import subprocess
import tomllib
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FLOORS = ("agents", "sim", "experiments")  # each leans on those before it
BELOW = {floor: FLOORS[: i + 1] for i, floor in enumerate(FLOORS)}
# What each wing of `sim` may lean on, beside itself; a file stands for itself alone.
WINGS_OF_SIM: Mapping[str, tuple[str, ...]] = {
    "scenario": (),
    "engine": ("scenario.problems", "scenario.acts"),
    "results": ("scenario.problems", "engine.files", "engine.series"),
    "network": ("scenario", "results", "engine"),
    "market": ("scenario", "results", "engine", "network"),
    "politics": ("scenario", "results", "engine", "network", "market"),
    "simulation": ("scenario", "results", "engine", "network", "market", "politics"),
    "model": ("scenario", "results", "engine", "network", "market", "politics", "simulation"),
}
LONGEST, PARAGRAPH, OFTEN = 80, 50, 0.05  # lines of a function; those above a paragraph are rare
BUNDLES = frozenset("NXISRP_")  # arrays of a phase; an underscore is an argument that nobody reads
OF_OURS = re.compile(r"chokepoint(\.\w+)+(:\w+)?")  # a file, or what it defines, told as a text
FACE = "experiments/face"  # the folder of `chokepoint` itself
NO_PACKAGE = "experiments/studies"  # files of users, run by their path


class House:
    """The files below a root, by the name they are imported by, and the arrows between them."""

    def __init__(self, root: Path):
        self.root = root
        self.paths = {self._name(p): p for floor in FLOORS for p in sorted((root / floor).rglob("*.py"))}

    def _name(self, path: Path) -> str:
        parts = path.relative_to(self.root).with_suffix("").parts
        if "/".join(parts[:-1]) == FACE:
            return "chokepoint"
        return ".".join(("chokepoint", *(parts[:-1] if parts[-1] == "__init__" else parts)))

    def told(self, name: str) -> str:
        """A file as one looks for it."""
        return self.paths[name].relative_to(self.root).as_posix()

    def floor(self, name: str) -> str:
        return self.told(name).split("/")[0]

    def wing(self, name: str) -> str:
        """The folder or the file below the floor that a file belongs to."""
        return self.told(name).split("/")[1].removesuffix(".py")

    @cached_property
    def trees(self) -> dict[str, ast.Module]:
        return {name: ast.parse(path.read_text(encoding="utf-8")) for name, path in self.paths.items()}

    @cached_property
    def arrows(self) -> dict[str, set[str]]:
        """What each file leans on."""
        found = {name: {self._file(text) for text in _named(tree)} for name, tree in self.trees.items()}
        return {name: {other for other in others if other not in ("", name)} for name, others in found.items()}

    def _file(self, text: str) -> str:
        """The file that holds what a dotted name names; nothing where it is not one of ours."""
        while text and text not in self.paths:
            text = text.rpartition(".")[0]
        return text

    def functions(self, floor: str) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
        """Functions of a floor with the file that each stands in."""
        for name, tree in self.trees.items():
            if self.floor(name) == floor:
                for node in ast.walk(tree):
                    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                        yield self.told(name), node


def _named(tree: ast.Module) -> Iterator[str]:
    """Dotted names that a file imports, or tells as a text."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Constant) and OF_OURS.fullmatch(str(node.value)):
            yield str(node.value).replace(":", ".")


def circle(arrows: Mapping[str, set[str]]) -> list[str]:
    """The shortest way along arrows that comes back to where it began, its first and last the same; [] if none."""
    best: list[str] = []
    for start in sorted(arrows):
        ways = [[start]]
        seen: set[str] = set()
        while ways and (not best or len(ways[0]) < len(best) - 1):
            way = ways.pop(0)
            following = sorted(arrows.get(way[-1], ()))
            if start in following:
                best = [*way, start]
                break
            ways += [[*way, other] for other in following if other not in seen]
            seen.update(following)
    return best


def no_circle_of_files(house: House, floor: str) -> list[str]:
    arrows = {a: others for a, others in house.arrows.items() if house.floor(a) == floor}
    found = [house.told(name) for name in circle(arrows)]
    return [f"{' -> '.join(found)}: move what they share to a file that they lean on"] if found else []


def no_circle_of_wings(house: House, floor: str) -> list[str]:
    arrows: dict[str, set[str]] = {}
    files: dict[tuple[str, str], str] = {}
    for name, others in house.arrows.items():
        for other in others:
            one, two = house.wing(name), house.wing(other)
            if house.floor(name) == house.floor(other) == floor and one != two:
                arrows.setdefault(one, set()).add(two)
                files.setdefault((one, two), f"{house.told(name)} -> {house.told(other)}")
    found = circle(arrows)
    steps = [files[pair] for pair in pairwise(found)]
    return [f"{' -> '.join(found)} ({'; '.join(steps)}): move what is shared below both"] if found else []


def arrows_run_down(house: House, floor: str) -> list[str]:
    return [
        f"{house.told(name)} -> {house.told(other)}: {floor} may lean on {' and '.join(BELOW[floor])} only"
        for name, others in house.arrows.items()
        for other in sorted(others)
        if house.floor(name) == floor and house.floor(other) not in BELOW[floor]
    ]


def wings_lean_down(house: House, floor: str) -> list[str]:
    """Between the wings of `sim` arrows run as `WINGS_OF_SIM` says; the file of `sim` itself may name any of them."""
    faults = []
    for name, others in house.arrows.items():
        wing = house.wing(name)
        if house.floor(name) != floor or wing == "__init__":
            continue
        for other in sorted(o for o in others if house.floor(o) == floor):
            part = other.removeprefix(f"chokepoint.{floor}.")
            allowed = (wing, *WINGS_OF_SIM.get(wing, ()))
            if not any(part == a or part.startswith(f"{a}.") for a in allowed):
                told = ", ".join(allowed[1:]) or "nothing else of it"
                faults.append(f"{house.told(name)} -> {house.told(other)}: {floor}/{wing} may lean on {told}")
    return faults


def functions_are_short(house: House, floor: str) -> list[str]:
    lengths = [
        ((node.end_lineno or 0) - node.lineno + 1, f"{file}:{node.lineno} {node.name}")
        for file, node in house.functions(floor)
    ]
    long = sorted((pair for pair in lengths if pair[0] > PARAGRAPH), reverse=True)
    share = len(long) / max(1, len(lengths))
    if share <= OFTEN:
        long = [pair for pair in long if pair[0] > LONGEST]
    why = f"at most {LONGEST}, and {100 * OFTEN:.0f} % above {PARAGRAPH} (now {100 * share:.1f} %)"
    return [f"{where}: {length} lines, {why}; split it where a part can be named" for length, where in long]


def arguments_are_named(house: House, floor: str) -> list[str]:
    """A lambda's are not asked for: they are read where they stand."""
    faults = []
    for file, node in house.functions(floor):
        given = node.args
        every = [*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg]
        short = [a.arg for a in every if a is not None and len(a.arg) == 1 and a.arg not in BUNDLES]
        if short:
            faults.append(f"{file}:{node.lineno} {node.name}({', '.join(short)}): spell it out")
    return faults


def packages_are_listed(house: House, floor: str) -> list[str]:
    told = tomllib.loads((house.root / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]
    listed = {p for p in told["packages"] if p == f"chokepoint.{floor}" or p.startswith(f"chokepoint.{floor}.")}
    folders = {path.parent for path in house.paths.values() if house.floor(house._name(path)) == floor}
    packages = {"chokepoint." + ".".join(f.relative_to(house.root).parts): f for f in folders}
    kept = {
        n: f for n, f in packages.items() if not f.relative_to(house.root).as_posix().startswith((FACE, NO_PACKAGE))
    }
    faults = [f"{name}: listed in pyproject.toml and not there; take it out" for name in sorted(listed - set(kept))]
    faults += [f"{name}: not in the packages of pyproject.toml; add it" for name in sorted(set(kept) - listed)]
    return faults + [
        f"{name}: a folder of code without __init__.py; make one that says what the wing holds"
        for name, folder in sorted(kept.items())
        if not (folder / "__init__.py").is_file()
    ]


def imports_have_one_name(house: House, floor: str) -> list[str]:
    faults = []
    for name, tree in house.trees.items():
        for node in ast.walk(tree) if house.floor(name) == floor else ():
            if isinstance(node, ast.ImportFrom):
                found = ["." * node.level + (node.module or "")]
            else:
                found = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            for text in found:
                if text.split(".")[0] in ("", *FLOORS):
                    faults.append(
                        f"{house.told(name)}:{node.lineno} {text}: import it by its name, chokepoint.<floor>..."
                    )
    return faults


Rule = Callable[[House, str], list[str]]
EVERYWHERE: tuple[Rule, ...] = (
    no_circle_of_files,
    arrows_run_down,
    functions_are_short,
    arguments_are_named,
    packages_are_listed,
    imports_have_one_name,
)
CASES = [
    *((rule, floor) for rule in EVERYWHERE for floor in FLOORS),
    (wings_lean_down, "sim"),
    (no_circle_of_wings, "experiments"),
]


def test_git_knows_every_file(house: House) -> None:
    """A pattern of `.gitignore` that is not anchored hides files of the house as well (`results/`: `sim/results/`)."""
    if not (ROOT / ".git").exists():
        pytest.skip("not in a repository")
    names = "\n".join(house.told(name) for name in house.paths)
    command = ["git", "check-ignore", "--no-index", "--stdin"]
    hidden = subprocess.run(command, input=names, cwd=ROOT, capture_output=True, text=True).stdout.split()
    assert hidden == [], "anchor the pattern in .gitignore (/name/)"


@pytest.fixture(scope="module")
def house() -> House:
    return House(ROOT)


@pytest.mark.parametrize(("rule", "floor"), CASES, ids=[f"{rule.__name__}-{floor}" for rule, floor in CASES])
def test_the_house_is_as_planned(rule: Rule, floor: str, house: House) -> None:
    faults = rule(house, floor)
    assert not faults, "\n" + "\n".join(faults)


SOUND = {
    "agents/__init__.py": "",
    "agents/mine.py": "def output(capacity):\n    return capacity\n",
    "sim/__init__.py": "",
    "sim/scenario/__init__.py": "",
    "sim/scenario/tables.py": "import csv\n",
    "sim/market/__init__.py": "",
    "sim/market/world.py": "from chokepoint.agents.mine import output\nfrom chokepoint.sim.scenario import tables\n",
    "experiments/__init__.py": "",
    "experiments/face/__init__.py": "",
    "experiments/runs/__init__.py": "",
    "experiments/runs/batch.py": "from chokepoint.sim.market import world\n",
    "experiments/page/__init__.py": "",
    "experiments/page/desk.py": "def desk():\n    from chokepoint.experiments.runs.batch import world\n",
    "experiments/studies/a-study/findings.py": "from chokepoint.experiments.runs import batch\n",
}
PACKAGES = sorted(
    "chokepoint." + path.removesuffix("/__init__.py").replace("/", ".")
    for path in SOUND
    if path.endswith("__init__.py") and not path.startswith(FACE)
)
LATER = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    "
# What is put in, where, which rule that breaks on which floor, and words of what it says.
BROKEN: list[tuple[dict[str, str], Rule, str, str]] = [
    (
        {"agents/mine.py": LATER + "from chokepoint.agents.firm import order\n",
         "agents/firm.py": "def order():\n    import chokepoint.agents.mine\n"},
        no_circle_of_files, "agents", "agents/firm.py -> agents/mine.py -> agents/firm.py",
    ),
    (
        {"experiments/runs/points.py": 'MEASURE = "chokepoint.experiments.runs.parts:path"\n',
         "experiments/runs/parts.py": "from chokepoint.experiments.runs import points\n"},
        no_circle_of_files, "experiments", "experiments/runs/parts.py -> experiments/runs/points.py",
    ),
    ({"agents/mine.py": "from chokepoint.sim.market import world\n"}, arrows_run_down, "agents", "agents only"),
    ({"sim/model.py": LATER + "import chokepoint.experiments.runs\n"}, arrows_run_down, "sim", "experiments/runs"),
    (
        {"sim/scenario/tables.py": "def read():\n    from chokepoint.sim.market.world import World\n"},
        wings_lean_down, "sim", "sim/scenario may lean on nothing else",
    ),
    (
        {"sim/results/files.py": "from chokepoint.sim.scenario.tables import csv\n"},
        wings_lean_down, "sim", "sim/results may lean on scenario.problems",
    ),
    (
        {"experiments/runs/parts.py": "from chokepoint.experiments.page import desk\n"},
        no_circle_of_wings, "experiments", "page -> runs -> page",
    ),
    ({"agents/firm.py": "def order():\n" + "    pass\n" * 80}, functions_are_short, "agents", "order: 81 lines"),
    ({"agents/firm.py": "def order():\n" + "    pass\n" * 50}, functions_are_short, "agents", "now 50.0 %"),
    ({"sim/model.py": "class Model:\n    def at(self, *, t=0): ...\n"}, arguments_are_named, "sim", "at(t)"),
    ({"experiments/tables/rows.py": ""}, packages_are_listed, "experiments", "without __init__.py"),
    ({"experiments/tables/__init__.py": ""}, packages_are_listed, "experiments", "experiments.tables: not in"),
    ({"agents/mine.py": "from sim.scenario import tables\n"}, imports_have_one_name, "agents", "sim.scenario: import"),
    ({"sim/model.py": "def f():\n    import agents.mine\n"}, imports_have_one_name, "sim", "agents.mine: import"),
    ({"sim/model.py": "from . import scenario\n"}, imports_have_one_name, "sim", "sim/model.py:1"),
]  # fmt: skip


def built(root: Path, files: Mapping[str, str], packages: list[str]) -> House:
    """A house of these files."""
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    (root / "pyproject.toml").write_text(f"[tool.setuptools]\npackages = {packages}\n", encoding="utf-8")
    return House(root)


def test_a_sound_house_has_no_fault(tmp_path: Path) -> None:
    house = built(tmp_path, SOUND, PACKAGES)
    assert [fault for rule, floor in CASES for fault in rule(house, floor)] == []


@pytest.mark.parametrize(("files", "rule", "floor", "words"), BROKEN)
def test_what_breaks_a_rule_is_told(files: dict[str, str], rule: Rule, floor: str, words: str, tmp_path: Path) -> None:
    faults = rule(built(tmp_path, {**SOUND, **files}, PACKAGES), floor)
    assert words in "\n".join(faults)


def test_a_package_that_is_gone_is_told(tmp_path: Path) -> None:
    house = built(tmp_path, SOUND, [*PACKAGES, "chokepoint.agents.states"])
    assert packages_are_listed(house, "agents") == [
        "chokepoint.agents.states: listed in pyproject.toml and not there; take it out"
    ]


def test_nothing_lies_at_the_root_of_a_wing_without_a_reason() -> None:
    """The roots hold what stands on all below them, and the command line."""
    allowed = {"sim": {"__init__", "model", "simulation"}, "experiments": {"__init__", "cli"}}
    for package, names in allowed.items():
        assert {path.stem for path in (ROOT / package).glob("*.py")} == names
