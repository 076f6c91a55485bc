"""What a shell completes: names of episodes, acts, parameters, systems, dockings and studies, read from the files that
hold them.

A shell waits for the answer at every press of a key: nothing of the model is imported here, and faulty or missing files
complete to nothing, since whoever runs the command is told of them.
"""

import ast
import csv
import re
import textwrap
import tomllib
from collections.abc import Iterable
from pathlib import Path

import typer

ROOT = Path(__file__).parents[2]
EPISODES = ROOT / "experiments" / "episodes"
STUDIES = ROOT / "experiments" / "studies"
SYSTEMS = ROOT / "experiments" / "systems"
DOCKING = ROOT / "experiments" / "docking"
PARAMETERS = ROOT / "agents" / "behaviour.csv"

INSTRUMENT = re.compile(r'Instrument\(\s*"(\w+)",\s*"([^"]*)')

Found = list[tuple[str, str]]  # what is completed, and what is told of it


def episodes(incomplete: str) -> Found:
    """Episodes that ship, with their titles."""
    return _titles(EPISODES, "scenario.toml", incomplete)


def studies(incomplete: str) -> Found:
    """Studies that ship, with their titles."""
    return _titles(STUDIES, "study.toml", incomplete)


def parameters(incomplete: str) -> Found:
    """Behavioural parameters, with what they mean."""
    return _beginning(incomplete, ((row["name"], row["meaning"]) for row in _rows(PARAMETERS)))


def systems(incomplete: str) -> Found:
    """Rows of `chokepoint system`, with their titles; read from the source, since the modules import the model."""
    found: Found = []
    for path in sorted(SYSTEMS.glob("*.py")):
        source = ast.parse(path.read_text(encoding="utf-8"))
        title = (ast.get_docstring(source) or "").partition("\n")[0].rstrip(".")
        found += [(row, title) for row in _constant(source, "ROWS")]
    return _beginning(incomplete, sorted(found, key=lambda pair: (len(pair[0]), pair[0])))


def dockings(incomplete: str) -> Found:
    """Rows of `chokepoint dock` and their names, with their titles; read from the source, as systems are."""
    found: Found = []
    for path in sorted(DOCKING.glob("*.py")):
        source = ast.parse(path.read_text(encoding="utf-8"))
        title = (ast.get_docstring(source) or "").partition("\n")[0].partition(": ")[2].rstrip(".")
        found += [(word, title) for word in _constant(source, "ROW")]
    return _beginning(incomplete, sorted(found, key=lambda pair: (len(pair[0]), pair[0])))


def instruments(incomplete: str) -> Found:
    """Instruments of states, with the beginning of what they do; read from the source, as systems are."""
    files = [
        *sorted((ROOT / "sim" / "market" / "mechanisms").glob("*.py")),
        ROOT / "sim" / "politics" / "instruments.py",
    ]
    found = [pair for path in files for pair in INSTRUMENT.findall(path.read_text(encoding="utf-8"))]
    return _beginning(incomplete, found)


def changes(ctx: typer.Context, incomplete: str) -> Found:
    """Keys of `--set`: acts of the episode named before, families of acts, and parameters once a letter is typed."""
    # Behind an option that still waits for its value, words that came before are left over in `args`.
    folder = _folder(str(ctx.params.get("episode") or next(iter(ctx.args), "")))
    acts = [(row["id"], row["instrument"]) for row in _acts(folder)] if folder else []
    families = dict.fromkeys(name.partition(".")[0] for name, _ in acts if "." in name)
    found: Found = [(f"{name}=none", f"no act of the name {name}.") for name in families]
    found += [(f"{name}=none", f"without this {instrument}") for name, instrument in acts]
    found += [("news=none", "nobody hears anything"), ("end=", "last day of the run")]
    if incomplete:  # all of them at once would hide the acts
        found += [(f"{name}=", meaning) for name, meaning in parameters("")]
    return _beginning(incomplete, found)


def _beginning(incomplete: str, pairs: Iterable[tuple[str, str]]) -> Found:
    return [(name, _short(told)) for name, told in pairs if name.startswith(incomplete)]


def _short(text: str) -> str:
    """Some words of a line: a shell shows one line a name, and zsh breaks on more."""
    return textwrap.shorten(text, 60, placeholder=" ...")


def _titles(folder: Path, file: str, incomplete: str) -> Found:
    """The folders in `folder` that hold `file`, each with the title in it."""
    paths = sorted(folder.glob(f"*/{file}"))
    return _beginning(incomplete, ((path.parent.name, str(_toml(path).get("title", ""))) for path in paths))


def _toml(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def _rows(path: Path) -> list[dict[str, str]]:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))
    except (OSError, ValueError):
        return []


def _folder(episode: str) -> Path | None:
    """The folder of an episode by name, path or recipe."""
    path = Path(episode)
    if path.suffix == ".toml" and path.is_file():
        path = Path(str(_toml(path).get("episode", "")))
    for folder in (EPISODES / path, path):
        if path.name and (folder / "scenario.toml").is_file():
            return folder
    return None


def _acts(folder: Path) -> list[dict[str, str]]:
    """The acts that reach the simulation; of the scenario that this one extends where it gives none itself."""
    seen: set[Path] = set()
    while not (folder / "events.csv").is_file() and folder.resolve() not in seen:
        seen.add(folder.resolve())
        folder = folder / str(_toml(folder / "scenario.toml").get("extends", ""))
    return [row for row in _rows(folder / "events.csv") if row.get("admitted") == "yes" and row.get("id")]


def _constant(source: ast.Module, name: str) -> tuple[str, ...]:
    """The value of a constant of a module, which is a tuple of texts; () where it has none."""
    for line in source.body:
        if isinstance(line, ast.Assign) and any(isinstance(t, ast.Name) and t.id == name for t in line.targets):
            return tuple(str(value) for value in ast.literal_eval(line.value))
    return ()
