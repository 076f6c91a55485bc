"""A study packed for deposit: one archive with all that it takes to check it, cite it and run it again.

README.md        what this is and how to run it again      SHA256SUMS   of every file
code/            the packages, tests left out              versions.txt what it was run with
data/            the scenario as it was read, and the folder of the episode
study/           study.toml and the files beside it
results/         batch.json, points, merged tables, and the paper
CITATION.cff, references.bib, citations.txt
"""

import hashlib
import io
import os
import zipfile
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from platform import python_version

from chokepoint.experiments.history.catalogue import find, names
from chokepoint.experiments.runs import parts
from chokepoint.experiments.runs.batch import FILE
from chokepoint.experiments.sweep.folder import KEPT, POINTS, STUDY, Sweep, study_of
from chokepoint.experiments.sweep.study import Level, read_study, shortened
from chokepoint.experiments.telling import citations
from chokepoint.sim.engine.rules import ROOT
from chokepoint.sim.scenario.problems import BadInput

PACKAGES = ("agents", "sim", "experiments")
BESIDE = ("pyproject.toml", "README.md", "LICENSE", "CITATION.cff", "CHANGELOG.md", "ODD.md")
TOOLS = ("chokepoint", "numpy", "numba", "pandas", "pyarrow", "scipy", "SALib", "mesa", "pydantic", "networkx")
OF_A_STUDY = (".toml", ".py", ".csv", ".md", ".txt", ".png")  # what may belong to a study of what lies beside it
PIECE = 1 << 20  # bytes
WHEN = (1980, 1, 1, 0, 0, 0)  # of every file in the archive, so that equal bundles are equal files


def bundle(folder: str | Path, target: str | Path | None = None) -> Path:
    """Pack the study of a folder into a zip archive (default: beside the folder) and return its path.

    `BadInput` when runs are missing or failed: what is deposited is whole.
    """
    sweep = Sweep(Path(folder))
    done, failed = parts.finished(folder, len(sweep.batch.points), sweep.batch.replications)
    if not done.all() or failed.any():
        raise BadInput(
            [f"{folder}: {int((~done).sum())} runs are not done and {int(failed.sum())} failed; see chokepoint status"],
            "bundle",
        )
    if any(Path(folder).glob("parts/*/*.parquet")):
        raise BadInput([f"{folder}: its tables are not joined yet; see chokepoint resume"], "bundle")
    whole = Path(folder).resolve()
    path = Path(target) if target is not None else whole.with_name(f"{whole.name}.zip")
    if path.is_dir():
        raise BadInput([f"--out {path}: is a folder; name a file"], "bundle")
    files = dict(sorted(_files(sweep)))
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as archive:
            sums = [f"{_add(archive, name, content)}  {name}\n" for name, content in files.items()]
            _add(archive, "SHA256SUMS", "".join(sums).encode())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return path


def _add(archive: zipfile.ZipFile, name: str, content: Path | bytes) -> str:
    """Pack a file or what one is to hold, a piece at a time; returns its checksum."""
    info = zipfile.ZipInfo(name, WHEN)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o644 << 16
    told = hashlib.sha256()
    source = content.open("rb") if isinstance(content, Path) else io.BytesIO(content)
    with source, archive.open(info, "w", force_zip64=True) as packed:
        while piece := source.read(PIECE):
            told.update(piece)
            packed.write(piece)
    return told.hexdigest()


def _files(sweep: Sweep) -> Iterator[tuple[str, Path | bytes]]:
    for package in PACKAGES:
        for file in sorted((ROOT / package).rglob("*")):
            if file.is_file() and "__pycache__" not in file.parts:
                yield f"code/{file.relative_to(ROOT).as_posix()}", file
    for name in BESIDE:
        if (ROOT / name).is_file():
            yield f"code/{name}", ROOT / name
    episode = find(sweep.batch.episode)
    yield "data/scenario.json", episode.simulation().scenario.resolved().encode()
    for file in sorted(episode.folder.rglob("*")):
        if file.is_file() and "__pycache__" not in file.parts:
            yield f"data/{episode.name}/{file.relative_to(episode.folder).as_posix()}", file
    place = study_of(sweep.folder).parent
    for file in sorted({*place.glob("[!.]*"), *_named(sweep)}):
        if file.is_file() and file.suffix in OF_A_STUDY and file.is_relative_to(place):
            yield f"study/{file.relative_to(place).as_posix()}", file
    for name in (FILE, STUDY, KEPT, POINTS, *(f"{t}.parquet" for t in parts.tables(sweep.folder))):
        if (sweep.folder / name).is_file():
            yield f"results/{name}", sweep.folder / name
    for file in sorted((sweep.folder / "paper").rglob("*")):
        if file.is_file():
            yield f"results/{file.relative_to(sweep.folder).as_posix()}", file
    found = citations.citations(sweep.folder)
    yield "references.bib", citations.bibtex(found).encode()
    yield "citations.txt", citations.as_text(found).encode()
    if (ROOT / "CITATION.cff").is_file():
        yield "CITATION.cff", ROOT / "CITATION.cff"
    yield "versions.txt", "".join(f"{name} {told}\n" for name, told in _versions()).encode()
    yield "README.md", _readme(sweep).encode()


def _named(sweep: Sweep) -> Iterator[Path]:
    """Files in folders beside a study that it names: its scenario, the rows of a list, functions and rules."""
    path = study_of(sweep.folder)
    study = read_study(path)
    levels = [v for f in study.factors.values() for v in f.levels.values() if isinstance(v, Level)]
    functions = [o.function for o in study.outputs.values()] + [study.paper.function]
    functions += [place for rules in (study.rules, *(v.rules for v in levels)) for place in rules.values()]
    for name in (study.design.file, *(f.rpartition(":")[0] for f in functions)):
        yield path.parent / name
    if study.scenario not in names():
        yield from (path.parent / study.scenario).rglob("*")


def _versions() -> Iterator[tuple[str, str]]:
    yield "python", python_version()
    for name in TOOLS:
        try:
            yield name, version(name)
        except PackageNotFoundError:
            continue


def _readme(sweep: Sweep) -> str:
    path = study_of(sweep.folder)
    study = read_study(path)
    options = " --short" if sweep.short else ""
    asked = shortened(study) if sweep.short else study
    more = [f"--points {n}" for n in sweep.sizes[1:]]
    more += [f"--replications {sweep.replications}"] if sweep.replications != asked.replications else []
    grown = "".join(f".venv/bin/chokepoint extend ../again {option}\n" for option in more)
    outside = study.scenario not in names() and not (path.parent / study.scenario).resolve().is_relative_to(path.parent)
    moved = f"First write `../data/{find(sweep.batch.episode).name}` for its scenario in `study/{path.name}`.\n"
    return f"""# {study.title}

Runs, analysis, data and code of a study made with Chokepoint. Sweep {sweep.identity}: {len(sweep.batch.points)} points,
{sweep.replications} replications each, seed {sweep.batch.seed}.

| folder | holds |
|---|---|
| `results/` | `results.parquet` (one row a run), other tables, `points.csv`; `paper/` with findings and figures |
| `study/` | `study.toml`, which says what was varied and kept, and the functions beside it |
| `data/` | the scenario as it was read (`scenario.json`) and its tables, each row with its source |
| `code/` | the simulator; `versions.txt` says what it ran on |

To run it again:
{moved if outside else ""}
```
cd code
python3 -m venv .venv && .venv/bin/pip install -e ".[study]"
.venv/bin/chokepoint paper ../study/{path.name} --out ../again{options}
{grown}cmp ../again/results.parquet ../results/results.parquet
```

The same versions on the same kind of processor give the same bytes. `citations.txt` and `references.bib` say what to
cite; `SHA256SUMS` holds the checksum of every file.
"""
