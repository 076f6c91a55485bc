"""The verb of rivals: does the model predict better than simpler rules that are told the same acts?"""

import json
from pathlib import Path
from typing import Annotated

import typer

from chokepoint.experiments.commands import completion
from chokepoint.experiments.commands.shared import AllowRules, Json, Workers, app, console_of, permit, progress


@app.command()
def rivals(
    episodes: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[EPISODE]...", autocompletion=completion.episodes, help="episodes (default: all that have prices)"
        ),
    ] = None,
    replications: Annotated[int, typer.Option(min=1, help="replications of each episode")] = 50,
    seed: Annotated[int, typer.Option(help="seed of all random draws")] = 1,
    workers: Workers = 2,
    out: Annotated[Path | None, typer.Option(help="folder for rivals.csv, prices.csv and rivals.png")] = None,
    allow_rules: AllowRules = False,
    as_json: Json = False,
) -> None:
    """Does the model predict prices better than simpler rules?

    Random walk, constant elasticity by the letter of the law, AR(1) with the
    acts as steps, and competitive storage, told the same acts; at 3, 6 and 12
    months after the first act that matters, and over all scored prices.
    """
    from chokepoint.experiments.runs.rivals import rivals as run_rivals
    from chokepoint.experiments.telling import rivals as telling

    for episode in episodes or ():
        permit(episode, allow_rules)
    found = run_rivals(
        episodes or (), replications, seed=seed, workers=workers, progress=progress(as_json, replications)
    )
    files = [] if out is None else telling.write(found, out)
    if as_json:
        print(json.dumps({**telling.as_data(found), "files": [str(path) for path in files]}))
        return
    console = console_of(150)
    telling.print_contest(found, console)
    if files:
        console.print("Written: " + ", ".join(str(path) for path in files))
