"""Verbs that run: one episode, or a batch of runs that was begun."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from chokepoint.experiments.commands.shared import (
    AllowRules,
    Json,
    Name,
    Rule,
    Set,
    app,
    console_of,
    progress,
    rules_of,
    teller,
)

MOST_TOLD = 5  # prices that ran away, told one by one


@app.command()
def run(
    episode: Name,
    seed: Annotated[int | None, typer.Option(help="seed of all random draws (default 1)")] = None,
    replications: Annotated[int, typer.Option(min=1, help="number of replications; bands are drawn over them")] = 20,
    changes: Set = None,
    rule: Rule = None,
    out: Annotated[Path | None, typer.Option(help="folder for the result (default results/NAME-IDENTITY)")] = None,
    csv: Annotated[bool, typer.Option("--csv", help="also write series.csv and data_dictionary.csv (large)")] = False,
    no_figures: Annotated[bool, typer.Option("--no-figures", help="write no figures")] = False,
    compare: Annotated[bool, typer.Option("--compare", help="also run without --set and print the difference")] = False,
    check: Annotated[bool, typer.Option("--check", help="test mass, money and signs every week")] = False,
    posterior: Annotated[
        bool, typer.Option("--posterior", help="draw the parameters of each replication from the posterior sample")
    ] = False,
    allow_rules: AllowRules = False,
    as_json: Json = False,
) -> None:
    """Simulate an episode; print a report, write result and figures.

    Where the episode has a history, the report holds the run against it.
    """
    from chokepoint.experiments.history.catalogue import find
    from chokepoint.experiments.telling import report
    from chokepoint.sim.results.storage import save, writable

    place = find(episode)
    simulation = place.simulation(changes=changes or [], rules=rules_of(rule), seed=seed, allow_rules=allow_rules)
    folder = writable(out or Path("results") / f"{place.name}-{simulation.identity(replications)[:8]}")
    say = teller(as_json)
    if not simulation.rules.is_compiled():
        say("Compiling the model for this machine; this happens once ...")
    sample = _posterior() if posterior else None
    result = simulation.run(replications, check=check, progress=progress(as_json, replications), sample=sample)
    for line in _briefly(result.runaways):
        print(f"Warning: {line}", file=sys.stderr)
    found = report.findings(result, place)
    data = report.as_data(result, found)
    told = json.dumps(data, indent=1).encode()
    extra = {"scenario.json": simulation.scenario.resolved().encode(), "report.json": told}
    save(result, folder, extra, csv=csv)
    away: list[str] = []
    if compare and changes:
        plain = place.simulation(rules=rules_of(rule), seed=seed, allow_rules=allow_rules)
        other = plain.run(replications, progress=progress(as_json, replications))
        apart = {"with the changes": result, "without": other}
        away = [f"{name}, {line}" for name, one in apart.items() for line in one.runaways]
        if away:
            data["not_compared"] = away
        else:
            data["without_changes"] = report.as_data(other, report.findings(other, place))["facts"]
    if not no_figures:
        from chokepoint.experiments.telling import figures

        say("Drawing figures ...")
        figures.draw_all(result, place.folder, folder / "figures")
    if as_json:
        print(json.dumps({**data, "folder": str(folder)}))
    else:
        console = console_of()
        report.print_report(result, found, console)
        if "without_changes" in data:
            _print_comparison(data, console)
        _print_places(folder, csv, not no_figures, console)
    for line in _briefly(away):
        print(f"Not compared: {line}", file=sys.stderr)
    if away:
        raise typer.Exit(1)


def _briefly(lines: list[str]) -> list[str]:
    """The first lines, and how many more there are."""
    more = len(lines) - MOST_TOLD
    return lines[:MOST_TOLD] + ([f"{more} more price{'s' if more > 1 else ''} ran away"] if more > 0 else [])


def _posterior() -> list[dict[str, float]]:
    from chokepoint.experiments.runs.sample import read

    return read()


def _print_places(folder: Path, csv: bool, figures: bool, console: Any) -> None:
    console.print(f"\nResult: {folder}/series.parquet (weekly series), manifest.json, scenario.json, report.json")
    if csv:
        console.print(f"For other programs: {folder}/series.csv, data_dictionary.csv")
    if figures:
        console.print(f"Figures: {folder}/figures/")


def _print_comparison(data: dict[str, Any], console: Any) -> None:
    from rich.table import Table

    from chokepoint.experiments.telling.numbers import show_number

    table = Table(title="With the changes beside without (medians, same luck)", title_justify="left")
    for name in ("", "without", "with", "unit"):
        table.add_column(name, justify="left" if name in ("", "unit") else "right")
    before = {f["id"]: f for f in data["without_changes"]}
    for f in data["facts"]:
        if f["id"] in before:
            old, unit = before[f["id"]]["value"], f["unit"]
            table.add_row(
                f["title"], show_number(old, unit), show_number(f["value"], unit), "" if unit == "month" else unit
            )
    console.print(table)


@app.command()
def export(
    folder: Annotated[Path, typer.Argument(metavar="RESULT", help="folder of a result or of a study")],
    csv: Annotated[bool, typer.Option("--csv", help="write its tables and data_dictionary.csv (large)")] = False,
    as_json: Json = False,
) -> None:
    """Write a result or a study for other programs (CSV).

    The files go into its own folder.
    """
    from chokepoint.experiments.runs.batch import FILE
    from chokepoint.experiments.sweep.folder import Sweep
    from chokepoint.sim.results.storage import export_csv
    from chokepoint.sim.scenario.problems import BadInput

    if not csv:
        raise BadInput(["say as what: --csv"], "export")
    written = Sweep(folder).write_csv() if (folder / FILE).is_file() else export_csv(folder)
    paths = [str(path) for path in written]
    print(json.dumps({"files": paths}) if as_json else "\n".join(paths))
