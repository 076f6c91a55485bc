"""The verb of docking: the model in the set-ups of published answers."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from chokepoint.experiments.commands import completion
from chokepoint.experiments.commands.answers import Drawing, write_answers
from chokepoint.experiments.commands.shared import Json, app, console_of, teller

if TYPE_CHECKING:
    from chokepoint.experiments.docking.suite import Answer


@app.command()
def dock(
    rows: Annotated[
        list[str] | None,
        typer.Argument(metavar="[ROW]...", autocompletion=completion.dockings, help="dockings, e.g. D5 or monopoly"),
    ] = None,
    draws: Annotated[int, typer.Option(min=0, max=1000, help="draws behind each interval")] = 20,
    out: Annotated[Path | None, typer.Option(help="folder for README.md, answers.csv and a figure a row")] = None,
    readme: Annotated[
        Path | None, typer.Option(metavar="FILE", help="also write the page of --out to this file, without figures")
    ] = None,
    no_figures: Annotated[bool, typer.Option("--no-figures", help="write no figure")] = False,
    as_json: Json = False,
) -> None:
    """Published answers: does the model give them?

    In the papers' own set-ups: cascades, storage, monopoly, contagion, reserves, cartels, power; status 1 if any answer
    is not met.
    """
    from chokepoint.experiments.docking import suite, table
    from chokepoint.experiments.docking.draws import behaviours
    from chokepoint.sim.results.storage import writable

    asked = suite.chosen(rows or [])
    if out is not None and not (out / "answers.csv").is_file():  # else an earlier result, which is replaced
        writable(out)
    answers = list(suite.answers(asked, behaviours(draws), teller(as_json)))
    files = [] if out is None else _write(answers, draws, out, no_figures)
    if readme is not None:
        readme.write_text(table.as_page(answers, draws), encoding="utf-8")
        files.append(readme)
    if as_json:
        told = {"rows": table.as_objects(answers), "counted": table.counted(answers), "draws": draws}
        print(json.dumps({**told, "files": [str(file) for file in files]}))
    else:
        console = console_of(170)
        table.print_answers(answers, console)
        if files:
            console.print("Written: " + ", ".join(str(file) for file in files))
    if not all(answer.met for answer in answers):
        raise typer.Exit(1)


def _write(answers: "list[Answer]", draws: int, folder: Path, no_figures: bool) -> list[Path]:
    """The page, the table and the figures of some answers."""
    from functools import partial

    from chokepoint.experiments.docking import table
    from chokepoint.experiments.economics.figures import drawn

    drawings: dict[str, Drawing] = {}
    for answer in () if no_figures else answers:
        docking, panels = answer.docking, [("", panel) for panel in answer.reply.panels]
        title = f"{docking.row}  {docking.title}"
        drawings[docking.row] = (docking.title, partial(drawn, title, panels, answer.parts))
    page = table.as_page(answers, draws, figures=not no_figures)
    return write_answers(folder, page, table.as_csv(answers), drawings)
