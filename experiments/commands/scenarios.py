"""Verbs that look: episodes, scenarios, parameters, and what differs."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from chokepoint.experiments.commands import completion
from chokepoint.experiments.commands.shared import AllowRules, Json, Name, Set, app, console_of


@app.command()
def episodes(as_json: Json = False) -> None:
    """List the episodes that ship."""
    from chokepoint.experiments.history.catalogue import overview

    rows = overview()
    if as_json:
        print(json.dumps([{k: str(v) for k, v in row.items()} for row in rows]))
        return
    for row in rows:
        print(f"{row['name']:<23} {row['start']} to {row['end']}  {row['title']}")


@app.command()
def show(
    episode: Name,
    changes: Set = None,
    phases: Annotated[bool, typer.Option("--phases", help="time the phases of a week")] = False,
    allow_rules: AllowRules = False,
    as_json: Json = False,
) -> None:
    """Show what an episode is made of: agents, acts, assumptions."""
    from chokepoint.experiments.history.catalogue import find

    simulation = find(episode).simulation(changes=changes or [], allow_rules=allow_rules)
    scenario = simulation.scenario
    data: dict[str, Any] = {
        "name": scenario.name, "title": scenario.title, "start": str(scenario.start), "end": str(scenario.end),
        **simulation.layout.summary(), **scenario.counts(), "digest": scenario.digest(),
        "acts": [{"id": e.id, "start": str(e.start), "end": str(e.end or ""), "what": e.instrument, "kind": e.kind,
                  "materials": e.materials, "forms": e.forms, "target": e.target,
                  "value": e.value, "unit": e.unit} for e in scenario.events if e.admitted == "yes"],
        "reserves": {name: r.model_dump(mode="json", exclude_defaults=True) for name, r in scenario.reserves.items()},
        "doctrines": {name: s.model_dump(mode="json") for name, s in scenario.stances.items()},
    }  # fmt: skip
    if phases:
        from chokepoint.sim.politics.governed import phase_times

        world = simulation.world()
        phase_times(world)
        data["phases_ms"] = {k: round(1000 * v, 2) for k, v in phase_times(simulation.world()).items()}
    if as_json:
        print(json.dumps(data))
        return
    from rich.table import Table

    console = console_of()
    console.print(f"[bold]{data['title']}[/bold]\n{data['start']} to {data['end']}, by weeks")
    keys = ("countries", "materials", "mines", "refiners", "firms", "slots", "edges")
    kept = data["state_reserves"]
    reserve = f" and {kept} reserve{'s' if kept > 1 else ''}" if kept else ""
    console.print("  ".join(f"{data[k]} {k}{reserve if k == 'firms' else ''}" for k in keys))
    console.print(f"{data['rows']} rows of data: {data['sourced']} with a source, {data['assumptions']} assumptions")
    table = Table(title="Acts that reach the simulation", title_justify="left")
    for name in ("act", "from", "to", "instrument", "target", "value", "unit"):
        table.add_column(name, justify="right" if name == "value" else "left")
    for act in data["acts"]:
        value = "" if act["value"] is None else f"{act['value']:,.0f}"
        what = f"{act['what']} {act['kind']}".rstrip()
        table.add_row(act["id"], act["start"], act["end"], what, act["target"], value, act["unit"])
    console.print(table)
    for kind in ("reserves", "doctrines"):
        for name, keys_of in data[kind].items():
            console.print(f"{kind[:-1]} {name}: " + ", ".join(f"{k} {v}" for k, v in keys_of.items()))
    if phases:
        console.print("A run phase by phase, ms: " + ", ".join(f"{k} {v}" for k, v in data["phases_ms"].items()))


@app.command()
def validate(episode: Name, changes: Set = None, allow_rules: AllowRules = False, as_json: Json = False) -> None:
    """Check a scenario and list every problem at once.

    Code that it names is run, and checked against the model, with --allow-rules only.
    """
    from chokepoint.experiments.history.catalogue import find
    from chokepoint.experiments.history.validation import validate as check

    place = find(episode)
    found = check(place, changes or [], allow_rules)
    if as_json:
        print(json.dumps({"valid": True, **found.sizes, "not_looked_at": found.not_looked_at}))
        return
    sizes = ", ".join(
        f"{number} {name.replace('_', ' ')}"
        for name, number in found.sizes.items()
        if number or name != "state_reserves"
    )
    if not found.not_looked_at:
        print(f"{place.name}: valid. {sizes}")
        return
    print(f"{place.name}: valid as far as it can be told without running its code. {sizes}")
    print(f"Not looked at: {', '.join(found.not_looked_at)}; add --allow-rules to run the code and check these, too.")


@app.command()
def new(
    folder: Annotated[Path, typer.Argument(metavar="NAME", help="folder to write; its name names the scenario")],
    source: Annotated[
        Path | None,
        typer.Option("--from", metavar="TABLE", help="small table to expand (default: that of an invented metal)"),
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="write also over files that were changed by hand")
    ] = False,
    as_json: Json = False,
) -> None:
    """Write a scenario of your own from one small table.

    Without --from it is the table of an invented metal, to be edited.
    """
    from chokepoint.experiments.history.catalogue import Episode
    from chokepoint.experiments.worldmaking.scaffold import TABLE
    from chokepoint.experiments.worldmaking.scaffold import new as write

    files = write(folder, source, overwrite)
    counts = Episode(folder).scenario().counts()
    if as_json:
        print(json.dumps({"folder": str(folder), "files": files, **counts}))
        return
    print(f"{folder}: {len(files)} files, {counts['rows']} rows of data, {counts['assumptions']} of them assumptions.")
    print(f"Run it:           chokepoint run {folder}")
    print(f"Make it yours:    edit {folder / TABLE}, then chokepoint new {folder} --from {folder / TABLE}")


@app.command()
def diff(
    one: Annotated[str, typer.Argument(metavar="A", help="an episode, a scenario folder, or the folder of a result")],
    other: Annotated[str, typer.Argument(metavar="B", help="another one of the same kind")],
    as_json: Json = False,
) -> None:
    """Say what differs between two scenarios or two results.

    Of scenarios rows and cells, of results series and from which week on.
    """
    from chokepoint.experiments.worldmaking.difference import as_data, difference, print_difference

    found = difference(one, other)
    if as_json:
        print(json.dumps(as_data(found)))
        return
    print_difference(found, console_of(150))


@app.command()
def describe(
    parameter: Annotated[
        str,
        typer.Argument(autocompletion=completion.parameters, help="name of a behavioural parameter, or 'all'"),
    ],
    as_json: Json = False,
) -> None:
    """Say what a parameter means: unit, default, range, source."""
    from chokepoint.agents.behaviour import PARAMETERS
    from chokepoint.sim.scenario.problems import BadInput, nearest

    if parameter != "all" and parameter not in PARAMETERS:
        raise BadInput([f"{parameter}: unknown parameter ({nearest(parameter, PARAMETERS)})"], "describe")
    chosen = list(PARAMETERS.values()) if parameter == "all" else [PARAMETERS[parameter]]
    if as_json:
        print(json.dumps([vars(p) for p in chosen]))
        return
    for p in chosen:
        print(f"{p.name} = {p.default} {p.unit}  (range {p.low} to {p.high})\n    {p.meaning}\n    source: {p.source}")
