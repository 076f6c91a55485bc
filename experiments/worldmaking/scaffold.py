"""Write the files of a scenario from a small table, and never over what somebody changed by hand.

What was written is remembered by its hash in `expanded.json`; a file that differs from that is the user's own. All is
written beside the folder and tried there first, so that nothing stands half-written.
"""

import hashlib
import json
import tempfile
from pathlib import Path

from chokepoint.experiments.history.catalogue import names
from chokepoint.experiments.worldmaking.expansion import expand
from chokepoint.experiments.worldmaking.small_table import read
from chokepoint.sim.scenario.problems import BadInput
from chokepoint.sim.simulation import Simulation, load_scenario

INVENTED = Path(__file__).with_name("invented_metal.toml")
TABLE, RECORD = "table.toml", "expanded.json"

README = """# {title}

Made by `chokepoint new` from `table.toml`.

```
chokepoint validate {folder}                # every problem at once
chokepoint run {folder}                     # prices, flows and figures
chokepoint run {folder} --set ACT=none --compare   # had an act of `table.toml` not been: ACT is its id
```

Change `table.toml` and expand it again with `chokepoint new {folder} --from {folder}/table.toml`; a file that was
changed by hand stops it. Other tables of a scenario, such as `activity.csv` (use by month and country), may be added
beside these and stay. This page is written once and is yours.
"""


def new(folder: Path, source: Path | None = None, overwrite: bool = False) -> list[str]:
    """Expand a small table (default: that of the invented metal) into `folder`; returns the files written.

    Raises `BadInput` with every problem: in the table, or files there that were changed by hand, unless `overwrite`.
    """
    problems = []
    if folder.parent == Path() and folder.name in names():
        problems.append(f"{folder}: an episode of that name ships; choose another name")
    if source is None and folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        problems.append(f"{folder}: exists; to expand its table again: --from {folder / TABLE}")
    if problems:
        raise BadInput(problems, "new")
    source = source or INVENTED
    table = read(source)
    files = expand(table, folder.resolve().name)
    text = source.read_text(encoding="utf-8")
    kept = folder / TABLE
    if not (kept.exists() and kept.samefile(source)):
        files[TABLE] = text
    if not overwrite:
        refuse_edits(folder, files)
    if not (folder / "README.md").exists():
        files["README.md"] = README.format(title=table.title, folder=folder)
    try:
        _write(folder, files, {**files, TABLE: text})
    except OSError as error:
        raise BadInput([f"{folder}: cannot be written ({error.strerror})"], "new") from None
    return sorted(files)


def refuse_edits(folder: Path, files: dict[str, str]) -> None:
    """`BadInput` that lists the files there which are neither what would be written nor what was written last."""
    record = folder / RECORD
    last = json.loads(record.read_text(encoding="utf-8")) if record.is_file() else {}
    problems = []
    for name, text in files.items():
        path = folder / name
        if path.exists():
            there = path.read_bytes()
            if there != text.encode() and _hash(there) != last.get(name):
                problems.append(f"{path}: changed by hand since it was written; move it away, or add --overwrite")
    if problems:
        raise BadInput(problems, "new")


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _write(folder: Path, files: dict[str, str], written: dict[str, str]) -> None:
    """Write into a folder beside the target, load that, then move file by file."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    record = {name: _hash(text.encode()) for name, text in sorted(written.items()) if name != "README.md"}
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".new-") as place:
        trial = Path(place) / folder.resolve().name
        trial.mkdir()
        for name, text in {**files, RECORD: json.dumps(record, indent=1) + "\n"}.items():
            (trial / name).write_bytes(text.encode())
        _ = Simulation(load_scenario(trial)).layout
        folder.mkdir(exist_ok=True)
        for path in trial.iterdir():
            path.replace(folder / path.name)
