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
import zipfile
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from platform import python_version

from experiments import citations
from experiments.catalogue import find
from experiments.runs import parts
from experiments.runs.batch import FILE
from experiments.sweep.folder import KEPT, POINTS, STUDY, Sweep, study_of
from sim.files import write_whole
from sim.phase_source import ROOT
from sim.problems import BadInput

PACKAGES = ("agents", "sim", "experiments")
BESIDE = ("pyproject.toml", "README.md", "LICENSE", "CITATION.cff", "CHANGELOG.md", "ODD.md")
TOOLS = ("chokepoint", "numpy", "numba", "pandas", "pyarrow", "scipy", "SALib", "mesa", "pydantic", "networkx")
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
    path = Path(target) if target is not None else Path(folder).with_suffix(".zip")
    files = dict(sorted(_files(sweep)))
    sums = "".join(f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in files.items())
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {**files, "SHA256SUMS": sums.encode()}.items():
            info = zipfile.ZipInfo(name, WHEN)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            archive.writestr(info, content)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, packed.getvalue())
    return path


def _files(sweep: Sweep) -> Iterator[tuple[str, bytes]]:
    for package in PACKAGES:
        for file in sorted((ROOT / package).rglob("*")):
            if file.is_file() and "__pycache__" not in file.parts:
                yield f"code/{file.relative_to(ROOT).as_posix()}", file.read_bytes()
    for name in BESIDE:
        if (ROOT / name).is_file():
            yield f"code/{name}", (ROOT / name).read_bytes()
    episode = find(sweep.batch.episode)
    yield "data/scenario.json", episode.simulation().scenario.resolved().encode()
    for file in sorted(episode.folder.rglob("*")):
        if file.is_file() and "__pycache__" not in file.parts:
            yield f"data/{episode.name}/{file.relative_to(episode.folder).as_posix()}", file.read_bytes()
    study = study_of(sweep.folder)
    for file in sorted(study.parent.iterdir()):
        if file.is_file():
            yield f"study/{file.name}", file.read_bytes()
    for name in (FILE, STUDY, KEPT, POINTS, *(f"{t}.parquet" for t in parts.tables(sweep.folder))):
        if (sweep.folder / name).is_file():
            yield f"results/{name}", (sweep.folder / name).read_bytes()
    for file in sorted((sweep.folder / "paper").glob("*")):
        yield f"results/paper/{file.name}", file.read_bytes()
    found = citations.citations(sweep.folder)
    yield "references.bib", citations.bibtex(found).encode()
    yield "citations.txt", citations.as_text(found).encode()
    if (ROOT / "CITATION.cff").is_file():
        yield "CITATION.cff", (ROOT / "CITATION.cff").read_bytes()
    yield "versions.txt", "".join(f"{name} {told}\n" for name, told in _versions()).encode()
    yield "README.md", _readme(sweep).encode()


def _versions() -> Iterator[tuple[str, str]]:
    yield "python", python_version()
    for name in TOOLS:
        try:
            yield name, version(name)
        except PackageNotFoundError:
            continue


def _readme(sweep: Sweep) -> str:
    from experiments.sweep.study import read_study

    study = read_study(study_of(sweep.folder))
    short = " --short" if sweep.short else ""
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

```
cd code
python3 -m venv .venv && .venv/bin/pip install -e ".[study]"
.venv/bin/chokepoint paper ../study/{STUDY} --out ../again{short}
cmp ../again/results.parquet ../results/results.parquet
```

The same versions on the same kind of processor give the same bytes. `citations.txt` and `references.bib` say what to
cite; `SHA256SUMS` holds the checksum of every file.
"""
