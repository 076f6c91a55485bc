"""Verbs of studies: many runs by one file, left and taken up again, extended, brought together, made a paper of."""

import json
import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from chokepoint.experiments.commands import completion
from chokepoint.experiments.commands.shared import Folder, Json, Workers, app, progress, teller

StudyName = Annotated[
    str,
    typer.Argument(
        metavar="STUDY", autocompletion=completion.studies, help="name of a study that ships, or its study.toml"
    ),
]
Out = Annotated[Path | None, typer.Option(help="folder of the runs (default: results/studies/NAME)")]
Shortly = Annotated[bool, typer.Option("--short", help="the small version of the study")]
Dask = Annotated[str, typer.Option(metavar="ADDRESS", help="run on the workers of a Dask scheduler instead")]


@app.command()
def studies(as_json: Json = False) -> None:
    """List the studies that ship."""
    from chokepoint.experiments.sweep.study import names, read_study

    rows = [{"name": n, "title": read_study(n).title} for n in names()]
    if as_json:
        print(json.dumps(rows))
        return
    for row in rows:
        print(f"{row['name']:<20} {row['title']}")
    print("\nchokepoint paper NAME runs one, with its analysis, figures and findings (--short: in minutes).")


@app.command()
def sweep(
    study: StudyName,
    out: Out = None,
    short: Shortly = False,
    workers: Workers = 2,
    dask: Dask = "",
    shard: Annotated[
        str, typer.Option(metavar="I/N", help="only the I-th of N parts; `merge` brings them together")
    ] = "1/1",
    as_json: Json = False,
) -> None:
    """Run a study, point by point. What is done already is not done again."""
    from chokepoint.experiments.sweep import folder as sweeps

    folder, part = out or _folder(study, short), _shard(shard)
    plan = sweeps.prepared(study, folder, short)
    teller(as_json)(f"{len(plan.batch.points)} points, {plan.batch.replications} replications: {len(plan.batch)} runs")
    options = {"workers": workers, "dask": dask, "shard": part, "progress": progress(as_json, len(plan.batch))}
    with _told_how_to_go_on(folder):
        found = sweeps.run_plan(plan, folder, short=short, **options)
    _say(found.folder, as_json)


@app.command()
def status(folder: Folder, as_json: Json = False) -> None:
    """Say how far a study is: runs pending, done, failed."""
    from chokepoint.experiments.analysis.runaways import ran_away
    from chokepoint.experiments.runs.runner import ledger

    table = ledger(folder)
    counts = _counts(table)
    failed = table[table["state"] == "failed"][["run", "point", "replication", "stage", "message"]]
    away = ran_away(table)[["run", "point", "replication", "message"]].to_dict("records")
    if as_json:
        told = {"failures": failed.to_dict("records"), "runaways": away}
        print(json.dumps({"folder": str(folder), **counts, **told}))
        return
    print(f"{folder}: " + ", ".join(f"{n} {state}" for state, n in counts.items()))
    _say_runaways(table)
    for row in failed.head(20).itertuples():
        print(
            f"  run {row.run} (point {row.point}, replication {row.replication}) failed to {row.stage}: {row.message}"
        )
    if len(failed) > 20:
        print(f"  and {len(failed) - 20} more")


def _say_runaways(table: Any) -> None:
    """Warn of finished runs in which a price ran away."""
    from chokepoint.experiments.analysis.runaways import ran_away, told_briefly

    if count := len(ran_away(table)):
        print(f"Warning: a price ran away in {count} run{'s' if count > 1 else ''}", file=sys.stderr)
        for line in told_briefly(table):
            print(f"  {line}", file=sys.stderr)


def _counts(table: Any) -> dict[str, int]:
    return {state: int((table["state"] == state).sum()) for state in ("pending", "running", "done", "failed")}


@app.command()
def resume(folder: Folder, workers: Workers = 2, dask: Dask = "", as_json: Json = False) -> None:
    """Run what a study or batch has not finished."""
    _go_on(folder, workers, dask, as_json)


@app.command()
def extend(
    folder: Folder,
    points: Annotated[
        int | None, typer.Option(min=1, help="points of the design, those that are done included")
    ] = None,
    replications: Annotated[int | None, typer.Option(min=1, help="replications, those that are done included")] = None,
    workers: Workers = 2,
    dask: Dask = "",
    as_json: Json = False,
) -> None:
    """Run more points or replications. What is done stays as it is."""
    from chokepoint.experiments.sweep import folder as sweeps
    from chokepoint.sim.scenario.problems import BadInput

    if points is None and replications is None:
        raise BadInput(["say how far: --points, --replications"], "extend")
    sweeps.extend(folder, points, replications)
    _go_on(folder, workers, dask, as_json)


@app.command("retry-failed")
def retry_failed(folder: Folder, workers: Workers = 2, dask: Dask = "", as_json: Json = False) -> None:
    """Run again the runs of a study that failed."""
    from chokepoint.experiments.sweep import folder as sweeps

    teller(as_json)(f"{sweeps.retry_failed(folder)} runs had failed")
    _go_on(folder, workers, dask, as_json)


@app.command()
def merge(
    folders: Annotated[list[Path], typer.Argument(metavar="FOLDER...", help="folders of the shards of one study")],
    out: Annotated[Path, typer.Option(help="folder to bring them together in")],
    as_json: Json = False,
) -> None:
    """Bring the shards of a study together, in any order."""
    from chokepoint.experiments.sweep import folder as sweeps

    sweeps.gather(folders, out)
    _say(out, as_json)


@app.command()
def paper(
    study: StudyName,
    out: Out = None,
    short: Shortly = False,
    workers: Workers = 2,
    dask: Dask = "",
    as_json: Json = False,
) -> None:
    """Run a study and write its tables, figures and findings. They lie in its folder `paper`."""
    from importlib.util import find_spec

    from chokepoint.sim.scenario.problems import BadInput

    if missing := [package for package in ("scipy", "SALib") if find_spec(package) is None]:
        raise BadInput([f"a paper needs {' and '.join(missing)}: pip install -e '.[study]'"], "paper")
    from chokepoint.experiments.sweep import folder as sweeps
    from chokepoint.experiments.sweep.paper import write_paper

    folder, tell = out or _folder(study, short), teller(as_json)
    plan = sweeps.prepared(study, folder, short)
    tell(f"{len(plan.batch.points)} points, {plan.batch.replications} replications: {len(plan.batch)} runs")
    options = {"workers": workers, "dask": dask, "progress": progress(as_json, len(plan.batch))}
    with _told_how_to_go_on(folder):
        found = sweeps.run_plan(plan, folder, short=short, **options)
    tell("Analysing, drawing ...")
    page = write_paper(found, plan)
    print(json.dumps({"findings": str(page), "folder": str(folder)}) if as_json else f"Findings: {page}")


@app.command()
def bundle(
    folder: Folder,
    out: Annotated[Path | None, typer.Option(help="archive to write (default: FOLDER.zip)")] = None,
    as_json: Json = False,
) -> None:
    """Pack a finished study for deposit.

    One archive holds code, data, study, results, paper, citations and checksums.
    """
    from chokepoint.experiments.sweep.bundle import bundle as pack

    path = pack(folder, out)
    print(json.dumps({"archive": str(path)}) if as_json else f"{path}: {path.stat().st_size / 1e6:.1f} MB")


@contextmanager
def _told_how_to_go_on(folder: Path) -> Iterator[None]:
    """Where runs are stopped, by Ctrl-C or a full disk, say that none is lost."""
    try:
        yield
    except (KeyboardInterrupt, OSError):
        print(f"\nWhat is done is kept; go on with: chokepoint resume {shlex.quote(str(folder))}", file=sys.stderr)
        raise


def _go_on(folder: Path, workers: int, dask: str, as_json: bool) -> None:
    """Run what the batch of a folder has not finished, and tell what it holds then."""
    from chokepoint.experiments.runs.batch import read_batch
    from chokepoint.experiments.runs.runner import run_batch

    batch = read_batch(folder)
    with _told_how_to_go_on(folder):
        run_batch(batch, folder, workers, progress(as_json, len(batch)), dask=dask)
    _say(folder, as_json)


def _folder(study: str, short: bool) -> Path:
    from chokepoint.experiments.sweep.study import FILE, path_of

    path = path_of(study).resolve()
    name = path.parent.name if path.name == FILE else path.stem
    return Path("results") / "studies" / (name + ("-short" if short else ""))


def _shard(text: str) -> tuple[int, int]:
    from chokepoint.sim.scenario.problems import BadInput

    first, _, last = text.partition("/")
    if not (first.isdecimal() and last.isdecimal() and 1 <= int(first) <= int(last)):
        raise BadInput([f"--shard {text}: write I/N, such as 1/4"], "sweep")
    return int(first), int(last)


def _say(folder: Path, as_json: bool) -> None:
    """Tell what a folder holds now; exit status 1 when runs failed."""
    from chokepoint.experiments.runs import parts
    from chokepoint.experiments.runs.runner import ledger

    table = ledger(folder)
    counts = _counts(table)
    tables = [str(folder / f"{name}.parquet") for name in parts.tables(folder)]
    if as_json:
        print(json.dumps({"folder": str(folder), **counts, "tables": tables, "results": tables[0]}))
    else:
        print(f"{folder}: {counts['done']} of {sum(counts.values())} runs done, {counts['failed']} failed")
        print("Tables: " + ", ".join(tables))
    _say_runaways(table)
    if counts["failed"]:
        raise typer.Exit(1)
