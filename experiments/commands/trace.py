"""The verb that explains: why a price is what it is, and why an agent did what it did, week by week."""

import json
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from chokepoint.experiments.commands.shared import AllowRules, Json, Name, Rule, Set, app, console_of, rules_of, teller


@app.command()
def trace(
    episode: Name,
    agent: Annotated[
        str | None, typer.Option(metavar="NAME", help="a state, firm, refiner, mine, or store of a reserve")
    ] = None,
    price: Annotated[
        str | None, typer.Option(metavar="COUNTRY", help="instead of an agent: the spot prices in a country")
    ] = None,
    material: Annotated[str | None, typer.Option(help="tell of this material only")] = None,
    first: Annotated[str | None, typer.Option("--from", metavar="DATE", help="first day, such as 2010-09-01")] = None,
    last: Annotated[str | None, typer.Option("--to", metavar="DATE", help="last day")] = None,
    every: Annotated[int, typer.Option(min=1, help="weeks between two looks; states: at all they decide")] = 4,
    replication: Annotated[int, typer.Option(min=0, help="number of the replication")] = 0,
    seed: Annotated[int | None, typer.Option(help="seed of all random draws (default 1)")] = None,
    changes: Set = None,
    rule: Rule = None,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="write CSV to this file instead of printing")] = None,
    allow_rules: AllowRules = False,
    as_json: Json = False,
) -> None:
    """Say why a price is so, or why an agent did what it did.

    Of a spot price: who wanted what and what there was, what came and left by which passage, which of them set the
    price, and what holders expected and why. Of an agent: what it observed, its options, its choice and the reason.
    """
    from chokepoint.experiments.history.catalogue import find
    from chokepoint.experiments.telling.trace import PRICE_IN
    from chokepoint.experiments.telling.trace import trace as traced
    from chokepoint.experiments.telling.trace.page import as_data, print_trace, write_csv

    agent = told_of(agent, None if price is None else PRICE_IN + price)
    span = days({"--from": first, "--to": last})
    place = find(episode)
    simulation = place.simulation(changes=changes or [], rules=rules_of(rule), seed=seed, allow_rules=allow_rules)
    if not simulation.rules.is_compiled():
        teller(as_json)("Compiling the model for this machine; this happens once ...")
    entries = traced(
        simulation, agent, material=material, first=span["--from"], last=span["--to"], every=every,
        replication=replication,
    )  # fmt: skip
    name = entries[0].agent if entries else agent
    data = {
        "episode": place.name,
        "agent": name,
        "seed": simulation.seed,
        "replication": replication,
        "changes": changes or [],
    }
    if out is not None:
        write_csv(entries, out)
    if as_json:
        print(json.dumps({**data, "file": str(out)} if out is not None else {**data, **as_data(entries)}))
    elif out is not None:
        print(f"{len(entries)} entries on {name}: {out}")
    elif not entries:
        print(f"{name}: nothing to tell of in this span.")
    else:
        print(f"{name} in {place.name}, replication {replication} of seed {simulation.seed}")
        print_trace(entries, console_of())


def told_of(agent: str | None, price: str | None) -> str:
    """The one of the two that is given; `BadInput` for none or both."""
    from chokepoint.sim.scenario.problems import BadInput

    given = agent or price
    if given is None or (agent and price):
        raise BadInput(["say of whom: --agent NAME, or --price COUNTRY"], "trace")
    return given


def days(given: dict[str, str | None]) -> dict[str, date | None]:
    """Options that hold days, as days; `BadInput` for what is none."""
    from chokepoint.sim.scenario.problems import BadInput

    found: dict[str, date | None] = {}
    problems = []
    for option, text in given.items():
        try:
            found[option] = date.fromisoformat(text) if text else None
        except ValueError:
            problems.append(f"{option} {text}: write a day as YEAR-MONTH-DAY, such as 2010-09-01")
    if problems:
        raise BadInput(problems, "trace")
    return found
