"""What is run: points of an episode, each so many times on common random numbers, and what is kept of every run."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from chokepoint.experiments.history.catalogue import find
from chokepoint.experiments.runs.points import Point, described, points_from
from chokepoint.sim.engine.files import write_whole
from chokepoint.sim.engine.rules import code_version
from chokepoint.sim.market.week import rule_set
from chokepoint.sim.results.storage import MANIFEST, writable
from chokepoint.sim.scenario.problems import BadInput

FILE = "batch.json"
SIZES = ("points", "replications")  # what `extend` may change
MEASURING = (
    "history/facts.py",
    "history/observed.py",
    "history/run_statistics.py",
    "sweep/outputs.py",
)  # what makes numbers of a run


@dataclass(frozen=True)
class Batch:
    """What is run.

    episode: name, folder or recipe; points: versions of it; replications: runs of each, numbered from 0, on the same
    luck at every point that does not ask for its own; measure: `module:name` of a function of (run, episode), or of a
    class that is made with `asked`, whose objects are such functions and may `look(world)` before every week. It
    returns named numbers, or those and tables of columns by name, as `experiments/sweep/outputs.py` does. rules: as in
    `Simulation`, each `file.py:name`; units: unit and meaning of columns, `table.column`, where known.
    """

    episode: str
    points: Sequence[Point]
    replications: int
    measure: str
    rules: Mapping[str, str] = field(default_factory=dict)
    seed: int = 1
    asked: Mapping[str, Any] = field(default_factory=dict)
    units: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.points) * self.replications

    def data(self) -> dict[str, Any]:
        """The batch as plain data, with the digests of what it rests on: scenario, rules, code."""
        episode = find(self.episode)
        return {
            "episode": self.episode, "scenario": episode.simulation().digest, "measure": self.measure,
            "asked": dict(self.asked), "units": {k: list(v) for k, v in self.units.items()},
            "rules": dict(self.rules), "rules_identity": rule_set(self.rules).identity, "seed": self.seed,
            "code": code_version(), "measuring": measuring(), "points": described(self.points),
            "replications": self.replications,
        }  # fmt: skip


def measuring() -> str:
    """Hash of the files that make numbers of a run: with the code of the model, part of the identity of a batch."""
    place = Path(__file__).parents[1]
    return hashlib.sha256(b"".join((place / name).read_bytes() for name in MEASURING)).hexdigest()[:16]


def identity(data: Mapping[str, Any]) -> str:
    """Hash of a batch: the same on every machine; where its files lie does not count."""
    told = _portable({k: v for k, v in data.items() if k not in ("episode", "rules", "identity")})
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]


def _portable(value: Any) -> Any:
    """Plain data in which a function of a file (`file.py:name`) stands with what the file says, not where it lies."""
    if isinstance(value, Mapping):
        return {k: _portable(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_portable(v) for v in value]
    file, sign, name = str(value).rpartition(":") if isinstance(value, str) else ("", "", "")
    if sign and file.endswith(".py") and Path(file).is_file():
        return f"{hashlib.sha256(Path(file).read_bytes()).hexdigest()[:16]}:{name}"
    return value


def read_batch(folder: str | Path) -> Batch:
    """The batch of a folder; `BadInput` when there is none."""
    data = _data(Path(folder))
    return Batch(
        data["episode"], points_from(data["points"]), data["replications"], data["measure"], data["rules"],
        data["seed"], data["asked"], {k: (v[0], v[1]) for k, v in data["units"].items()},
    )  # fmt: skip


def identity_of(folder: str | Path) -> str:
    """The identity of the batch in a folder; `BadInput` when there is none."""
    return str(_data(Path(folder))["identity"])


def _data(folder: Path) -> dict[str, Any]:
    path = folder / FILE
    if not path.is_file():
        raise BadInput([f"{folder}: holds no batch (no {FILE})"], "batch")
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if missing := [k for k in ("identity", "points", "asked", "units", *SIZES) if k not in found]:
            raise ValueError(f"no {missing[0]}")
    except (ValueError, UnicodeDecodeError) as error:
        raise BadInput([f"{path}: cannot be read ({error})"], "batch") from None
    return found


def open_batch(batch: Batch, folder: str | Path) -> Path:
    """Make the folder of a batch, or come back to it; `BadInput` when it holds another one."""
    folder, data = Path(folder), batch.data()
    if (folder / FILE).is_file():
        there = _data(folder)
        if there["identity"] != identity(data):
            skipped = ("episode", "rules")
            differing = [k for k in data if k not in skipped and _portable(data[k]) != _portable(there.get(k))]
            told = f"holds another batch, or this one before it was changed ({', '.join(differing)} not the same)"
            raise BadInput([f"{folder}: {told}"], "batch")
    else:
        make_folder(folder)
        write_whole(folder / FILE, json.dumps({**data, "identity": identity(data)}, indent=1))
    return folder


def make_folder(folder: Path) -> None:
    """The folder of a batch that is not written yet; `BadInput` where it holds anything else."""
    there = [path.name for path in folder.iterdir()] if folder.is_dir() else []
    if MANIFEST in there:
        raise BadInput([f"--out {folder}: holds the result of a run; name another folder"], "batch")
    if not there or not all(name.startswith(f".{FILE}.") for name in there):  # drafts: another process begins here
        writable(folder)
    folder.mkdir(parents=True, exist_ok=True)


def extend_batch(folder: str | Path, points: Sequence[Point], replications: int) -> Batch:
    """Make the batch of a folder larger: its points must be the first of `points`; what is done stays done.

    `BadInput` when anything would be lost, or the code or the scenario is no longer the same.
    """
    folder, batch = Path(folder), read_batch(folder)
    problems = []
    if replications < batch.replications:
        problems.append(f"replications: {replications} are fewer than the {batch.replications} of the batch")
    if len(points) < len(batch.points) or any(a != b for a, b in zip(batch.points, points, strict=False)):
        problems.append("points: those of the batch must come first, unchanged")
    before, now = _data(folder), batch.data()
    problems += [
        f"{folder}: the {k} is no longer the same; start anew in another folder"
        for k in ("scenario", "code", "measuring", "rules_identity")
        if before[k] != now[k]
    ]
    if problems:
        raise BadInput(problems, "extend")
    larger = replace(batch, points=points, replications=replications)
    data = larger.data()
    write_whole(folder / FILE, json.dumps({**data, "identity": identity(data)}, indent=1))
    return larger
