"""The verb that cites: what the rules and data of a run rest on."""

import json
from typing import Annotated

import typer

from chokepoint.experiments.commands.shared import Json, Set, app, console_of


@app.command()
def cite(
    run: Annotated[
        str,
        typer.Argument(metavar="RUN", help="folder of a result or a study; or an episode, a scenario folder, a recipe"),
    ],
    changes: Set = None,
    as_bibtex: Annotated[bool, typer.Option("--bibtex", help="print BibTeX and nothing else")] = False,
    as_json: Json = False,
) -> None:
    """Say what to cite: software, literature, sources of the data.

    The literature is that behind the rules in use.
    """
    from chokepoint.experiments.telling.citations import as_data, bibtex, citations, print_citations
    from chokepoint.sim.scenario.problems import BadInput

    if as_bibtex and as_json:
        raise BadInput(["--bibtex and --json: ask for one of the two"], "cite")
    found = citations(run, changes or ())
    if as_json:
        print(json.dumps(as_data(found)))
    elif as_bibtex:
        print(bibtex(found), end="")
    else:
        print_citations(found, console_of())
