"""Verbs of the systems: list them, and run the experiment that shows one."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from chokepoint.experiments.commands import completion
from chokepoint.experiments.commands.shared import Json, app, console_of, teller


@app.command()
def systems(as_json: Json = False) -> None:
    """List the systems of mineral power, each with its command."""
    from chokepoint.experiments import systems as rows

    found = rows.systems().values()
    if as_json:
        print(json.dumps([{"row": s.row, "title": s.title, "command": s.command} for s in found]))
        return
    for s in found:
        print(f"{s.row:<10} {s.command:<30} {s.title}")


@app.command()
def system(
    row: Annotated[
        str,
        typer.Argument(
            metavar="ROW", autocompletion=completion.systems, help="a system, e.g. S16 (see `chokepoint systems`)"
        ),
    ],
    replications: Annotated[int | None, typer.Option(min=1, help="replications of each case")] = None,
    seed: Annotated[int, typer.Option(help="seed of all random draws")] = 1,
    out: Annotated[Path | None, typer.Option(help="folder for the result (default results/systems/ROW)")] = None,
    no_figures: Annotated[bool, typer.Option("--no-figures", help="write no figure")] = False,
    as_json: Json = False,
) -> None:
    """Run the experiment of one system: a table and a figure."""
    from chokepoint.experiments.systems import find
    from chokepoint.sim.results.storage import writable

    found = find(row)
    folder = out or Path("results") / "systems" / found.row
    if not (folder / "table.csv").is_file():  # else an earlier result of an experiment, which is replaced
        writable(folder)
    folder.mkdir(parents=True, exist_ok=True)
    teller(as_json)(f"{found.row}: {found.title} ...")
    table = found.module.table(replications or found.module.REPLICATIONS, seed)
    table.to_csv(folder / "table.csv", index=False, float_format="%.6g")
    files = [folder / "table.csv"]
    if not no_figures:
        from chokepoint.sim.results.drawing import DPI

        files.append(folder / "figure.png")
        text = f"{found.title}; n {int(table['n'].max())}, seed {seed}"
        found.module.figure(table).savefig(
            files[-1], dpi=DPI, metadata={"Title": found.row, "Description": text, "Software": "Chokepoint"}
        )
    if as_json:
        rows = json.loads(table.to_json(orient="records"))
        print(json.dumps({"row": found.row, "title": found.title, "table": rows, "files": [str(f) for f in files]}))
        return
    console = console_of(130)
    _print(table, f"{found.row}: {found.title}", console)
    console.print("Written: " + ", ".join(str(f) for f in files))


def _print(table: Any, title: str, console: Any) -> None:
    """Print what is not a point of a path."""
    from rich.table import Table

    from chokepoint.experiments.telling.numbers import show_number

    shown = Table(title=title, title_justify="left", header_style="bold")
    names = ["case", "material", "measure", "mean", "10 %", "90 %", "unit"]
    for name in names:
        shown.add_column(name, justify="right" if name in ("mean", "10 %", "90 %") else "left")
    for r in table[table["time"] == ""].itertuples():
        case = f"{r.case} - {r.against}" if r.against else r.case
        numbers = (show_number(x, "") for x in (r.mean, r.low, r.high))
        shown.add_row(case, r.material, r.measure, *numbers, r.unit)
    console.print(shown)
    n, seed = int(table["n"].max()), int(table["seed"].iloc[0])
    console.print(
        f"n = {n} replications on common random numbers, seed {seed}; a - b is the paired difference of two cases, in "
        "% of b where its unit is %"
    )
