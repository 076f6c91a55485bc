"""The verb of elementary economics: experiments whose answers have a known sign and size."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from chokepoint.experiments.commands.answers import Drawing, write_answers
from chokepoint.experiments.commands.shared import Json, app, console_of, teller


@app.command()
def economics(
    rows: Annotated[list[str] | None, typer.Argument(metavar="[ROW]...", help="experiments, e.g. E1 E4")] = None,
    world: Annotated[
        str, typer.Option(metavar="NAME", help="on this world alone: one of the small ones, or an episode made quiet")
    ] = "",
    out: Annotated[Path | None, typer.Option(help="folder for README.md, answers.csv and a figure a row")] = None,
    readme: Annotated[
        Path | None, typer.Option(metavar="FILE", help="also write the page of --out to this file")
    ] = None,
    no_figures: Annotated[bool, typer.Option("--no-figures", help="write no figure")] = False,
    as_json: Json = False,
) -> None:
    """Elementary economics: does the market obey it?

    Embargoes, taxes, quotas, stops, storage, symmetry on small quiet worlds; status 1 if any answer fails.
    """
    from chokepoint.experiments.economics import suite, table, worlds
    from chokepoint.experiments.economics.spatial_market import SpatialMarket
    from chokepoint.sim.results.storage import writable

    asked = suite.chosen(rows or [])
    if world:
        worlds.world(world)
    if out is not None and not (out / "answers.csv").is_file():  # else an earlier result, which is replaced
        writable(out)
    answers = list(suite.answers(asked, SpatialMarket(), world, teller(False)))
    files = [] if out is None else _write(answers, out, no_figures)
    if readme is not None:
        readme.write_text(table.as_page(answers), encoding="utf-8")
        files.append(readme)
    if as_json:
        counted = table.counted(answers)
        print(json.dumps({"rows": table.as_data(answers), "counted": counted, "files": [str(f) for f in files]}))
    else:
        console = console_of(170)
        table.print_answers(answers, console)
        if files:
            console.print("Written: " + ", ".join(str(f) for f in files))
    if not all(row.passed for row in table.rows_of(answers)):
        raise typer.Exit(1)


def _write(answers: Any, folder: Path, no_figures: bool) -> list[Path]:
    """The page, the table and the figures of some answers."""
    from functools import partial

    from chokepoint.experiments.economics import table
    from chokepoint.experiments.economics.figures import figure

    drawings: dict[str, Drawing] = {}
    for row in () if no_figures else dict.fromkeys(answer.experiment.row for answer in answers):
        shown = [answer for answer in answers if answer.experiment.row == row]
        drawings[row] = (shown[0].experiment.title, partial(figure, shown))
    return write_answers(folder, table.as_page(answers), table.as_csv(answers), drawings)
