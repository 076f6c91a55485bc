"""The verb `acts`: what a state can do, and how it is written."""

import json
import textwrap
from typing import Annotated

import typer

from chokepoint.experiments.commands import completion
from chokepoint.experiments.commands.shared import Json, app

WIDTH = 118


@app.command()
def acts(
    instrument: Annotated[
        str, typer.Argument(autocompletion=completion.instruments, help="name of an instrument, or 'all'")
    ] = "all",
    as_json: Json = False,
) -> None:
    """Say what a state can do: parts, units, an example each."""
    from chokepoint.experiments.telling.acts import as_data, command, instruments, parts
    from chokepoint.sim.scenario.act_sentence import FORM
    from chokepoint.sim.scenario.problems import BadInput, nearest

    known = instruments()
    if instrument != "all" and instrument not in known:
        raise BadInput([f"{instrument}: unknown instrument ({nearest(instrument, known)})"], "acts")
    chosen = list(known.values()) if instrument == "all" else [known[instrument]]
    if as_json:
        print(json.dumps(as_data(chosen)))
        return
    print(f"--set 'act.NAME={FORM}'")
    for one in chosen:
        print(f"\n{one.name}")
        _wrapped(one.meaning, "    ")
        for part, words in parts(one).items():
            _wrapped(f"{part:<9} {words}", "      ")
        print(f"    {command(one)}")


def _wrapped(text: str, margin: str) -> None:
    print(textwrap.fill(text, WIDTH, initial_indent=margin, subsequent_indent=margin + " " * 10))
