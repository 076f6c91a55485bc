"""The command line: `chokepoint run 2010-embargo` and its companions.

Heavy packages are imported inside the commands, so that `--help` answers at once. Exit status: 0 done, 1 the
model or a run fell short, 2 bad input.
"""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

app = typer.Typer(
    add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None,
    help="Agent-based simulator of critical-mineral markets in which states use supply as a weapon.",
)  # fmt: skip

Name = Annotated[str, typer.Argument(metavar="EPISODE", help="name of an episode, or a folder with scenario.toml")]
Set = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="change one thing, e.g. quota.2010H2=none (may be repeated)"),
]
Json = Annotated[bool, typer.Option("--json", help="print one JSON object and nothing else")]
Rule = Annotated[
    list[str] | None,
    typer.Option(
        "--rule", metavar="RULE=FILE:NAME", help="replace a rule, e.g. firm.order=mystudy.py:order; runs that file"
    ),
]
AllowRules = Annotated[bool, typer.Option("--allow-rules", help="let the scenario's own rule files run")]


def _version(value: bool) -> None:
    if value:
        from importlib.metadata import version

        print(f"chokepoint {version('chokepoint')}")
        raise typer.Exit


@app.callback()
def _main(
    debug: Annotated[bool, typer.Option("--debug", help="show the traceback of an error")] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="show the version")
    ] = False,
) -> None:
    global _debug
    _debug = debug


_debug = False


def _rules(given: list[str] | None) -> dict[str, str]:
    from sim.problems import BadInput

    rules = {}
    problems = []
    for item in given or []:
        name, sign, place = item.partition("=")
        if not sign or ":" not in place:
            problems.append(f"--rule {item}: write RULE=FILE:NAME, e.g. firm.order=mystudy.py:order")
        rules[name] = place
    if problems:
        raise BadInput(problems, "--rule")
    return rules


@app.command()
def run(
    episode: Name,
    seed: Annotated[int, typer.Option(help="seed of all random draws")] = 1,
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
    """Simulate an episode, hold it against history, write the result and figures."""
    from experiments import report
    from experiments.catalogue import find
    from sim.storage import save, writable

    place = find(episode)
    simulation = place.simulation(changes=changes or [], rules=_rules(rule), seed=seed, allow_rules=allow_rules)
    folder = writable(out or Path("results") / f"{place.name}-{simulation.identity(replications)[:8]}")
    say = _teller(as_json)
    if not simulation.rules.is_compiled():
        say("Compiling the model for this machine; this happens once ...")
    sample: list[dict[str, float]] | None = None
    if posterior:
        from experiments.posterior import read

        sample = read()
    result = simulation.run(replications, check=check, progress=_progress(as_json, replications), sample=sample)
    found = report.findings(result, place)
    data = report.as_data(result, found)
    extra = {
        "scenario.json": simulation.scenario.resolved().encode(),
        "report.json": json.dumps(data, indent=1).encode(),
    }
    if compare and changes:
        plain = place.simulation(rules=_rules(rule), seed=seed, allow_rules=allow_rules)
        other = plain.run(replications, progress=_progress(as_json, replications))
        data["without_changes"] = report.as_data(other, report.findings(other, place))["facts"]
    save(result, folder, extra, csv=csv)
    if not no_figures:
        from experiments import figures

        say("Drawing figures ...")
        figures.draw_all(result, place.folder, folder / "figures")
    if as_json:
        print(json.dumps({**data, "folder": str(folder)}))
        return
    console = _console()
    report.print_report(result, found, console)
    if "without_changes" in data:
        _print_comparison(data, console)
    console.print(f"\nResult: {folder}/series.parquet (weekly series), manifest.json, scenario.json, report.json")
    if csv:
        console.print(f"For other programs: {folder}/series.csv, data_dictionary.csv")
    if not no_figures:
        console.print(f"Figures: {folder}/figures/")


def _print_comparison(data: dict[str, Any], console: Any) -> None:
    from rich.table import Table

    from experiments.report import show_number

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
    folder: Annotated[Path, typer.Argument(metavar="RESULT", help="folder of a result")],
    csv: Annotated[bool, typer.Option("--csv", help="write series.csv and data_dictionary.csv (large)")] = False,
    as_json: Json = False,
) -> None:
    """Write a result for other programs, into its own folder."""
    from sim.problems import BadInput
    from sim.storage import export_csv

    if not csv:
        raise BadInput(["say as what: --csv"], "export")
    paths = [str(path) for path in export_csv(folder)]
    print(json.dumps({"files": paths}) if as_json else "\n".join(paths))


Workers = Annotated[int, typer.Option(min=1, help="processes to run on")]


@app.command()
def score(
    episode: Name,
    replications: Annotated[int, typer.Option(min=1, help="number of replications")] = 50,
    seed: Annotated[int, typer.Option(help="seed of all random draws")] = 1,
    changes: Set = None,
    rule: Rule = None,
    workers: Workers = 2,
    as_json: Json = False,
) -> None:
    """Hold an episode against history, fact by fact, with intervals, loss and simple baselines."""
    from experiments import scoring
    from experiments.catalogue import find

    place = find(episode)
    result = scoring.score(
        episode, replications, seed=seed, workers=workers, changes=changes or [], rules=_rules(rule),
        progress=_progress(as_json, 2),
    )  # fmt: skip
    if as_json:
        print(json.dumps(scoring.as_data(result, place)))
        return
    scoring.print_score(result, place, _console(150))


@app.command()
def ablate(
    episode: Name = "2010-embargo",
    replications: Annotated[int, typer.Option(min=2, help="replications of each set")] = 10,
    orders: Annotated[int, typer.Option(min=0, help="random orders for Shapley values (0: none)")] = 40,
    no_pairs: Annotated[bool, typer.Option("--no-pairs", help="leave out the interactions of pairs")] = False,
    without: Annotated[list[str] | None, typer.Option(metavar="MECHANISM", help="only these mechanisms")] = None,
    seed: Annotated[int, typer.Option(help="seed of all random draws")] = 1,
    workers: Workers = 2,
    out: Annotated[Path | None, typer.Option(help="also write ablation.json to this folder")] = None,
    as_json: Json = False,
) -> None:
    """Take mechanisms out, one at a time, in pairs and in random orders: what does each of them do?"""
    from experiments import ablation

    result = ablation.ablate(
        episode, replications, orders, pairs=not no_pairs, without=without or (), seed=seed, workers=workers,
        progress=_progress(as_json, 2),
    )  # fmt: skip
    data = ablation.as_data(result)
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        (out / "ablation.json").write_text(json.dumps(data, indent=1), encoding="utf-8")
    if as_json:
        print(json.dumps(data))
        return
    ablation.print_ablation(result, _console(150))


@app.command()
def placebo(
    episode: Name = "2010-embargo",
    replications: Annotated[int, typer.Option(min=1, help="replications of each version")] = 8,
    shuffles: Annotated[int, typer.Option(min=1, help="versions with the dates of news shuffled")] = 20,
    seed: Annotated[int, typer.Option(help="seed of all random draws")] = 1,
    workers: Workers = 2,
    as_json: Json = False,
) -> None:
    """Shuffle the dates of news, and leave each item out once: is it the news of history that carries the rise?"""
    from experiments.placebo import placebos, print_placebos

    result = placebos(episode, replications, shuffles, seed, workers, _progress(as_json, 2))
    if as_json:
        print(json.dumps({**vars(result), "ratio": result.ratio}))
        return
    print_placebos(result, _console())


@app.command()
def tornado(
    episode: Name = "2010-embargo",
    replications: Annotated[int, typer.Option(min=1, help="replications of each version")] = 2,
    seed: Annotated[int, typer.Option(help="seed of all random draws")] = 1,
    workers: Workers = 2,
    out: Annotated[Path | None, typer.Option(help="folder for tornado.png and tornado.csv")] = None,
    as_json: Json = False,
) -> None:
    """Halve and add half to each assumed number: which of them does the score hang on?"""
    from experiments import tornado as bars

    loss, found = bars.tornado(episode, replications, seed, workers, _progress(as_json, 2))
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        bars.draw(loss, found).savefig(out / "tornado.png", dpi=200)
        lines = [
            "key,value,loss_at_half,loss_at_one_and_a_half",
            *(f'"{b.key}",{b.value},{b.low},{b.high}' for b in found),
        ]
        (out / "tornado.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    if as_json:
        print(json.dumps({"loss": loss, "bars": [vars(b) for b in found]}))
        return
    print(f"loss {loss:.3f}; {len(found)} assumptions varied by half, those that move it most:")
    for bar in found[:20]:
        print(f"  {bar.low:7.3f} {bar.high:7.3f}  {bar.key} = {bar.value:g}")


@app.command()
def calibrate(
    episodes: Annotated[list[str], typer.Argument(metavar="EPISODE...", help="episodes fitted jointly")],
    out: Annotated[Path, typer.Option(help="folder of the search; a search that stopped goes on there")],
    starts: Annotated[int, typer.Option(min=1, help="starts, all reported")] = 10,
    evaluations: Annotated[int, typer.Option(min=20, help="evaluations of each start")] = 1500,
    to: Annotated[str | None, typer.Option(metavar="DAY", help="fit only what is observed up to this day")] = None,
    replications: Annotated[int, typer.Option(min=1, help="replications of each evaluation")] = 2,
    screen: Annotated[int, typer.Option(min=0, help="Morris trajectories afterwards (identification.csv)")] = 0,
    draws: Annotated[int, typer.Option(min=0, help="draws of the posterior afterwards (posterior.csv)")] = 0,
    seed: Annotated[int, typer.Option(help="seed of all random draws")] = 1,
    workers: Workers = 2,
    as_json: Json = False,
) -> None:
    """Search the table of behavioural parameters for values that agree with history, from many starts."""
    import csv
    from datetime import date, timedelta

    from experiments import calibration, identification, posterior
    from sim.problems import BadInput

    try:
        last = None if to is None else date.fromisoformat(to)
    except ValueError:
        raise BadInput([f"--to {to}: is not a date such as 2011-12-31"], "calibrate") from None
    aims = calibration.aims_until(episodes, last)
    problem = calibration.Problem(calibration.searched(), aims, replications, seed)
    found = calibration.calibrate(problem, starts, evaluations, out, workers, _teller(as_json))
    data: dict[str, Any] = {"starts": [vars(s) for s in found]}
    if last is not None:
        data["holdout"] = identification.holdout(found, episodes[0], last + timedelta(days=1))
        (out / "holdout.json").write_text(json.dumps(data["holdout"], indent=1), encoding="utf-8")
    if screen:
        data["identification"] = identification.screening(problem, found[0].values, screen, workers)
        with (out / "identification.csv").open("w", newline="", encoding="utf-8") as file:
            table = csv.DictWriter(file, list(data["identification"][0]), lineterminator="\n")
            table.writeheader()
            table.writerows(data["identification"])
    if draws:
        tolerance, sample = posterior.posterior(problem, found[0].values, draws, 10 * draws, workers)
        posterior.write(sample, out / "posterior.csv")
        data["tolerance"] = tolerance
    if as_json:
        print(json.dumps(data))
        return
    print("start  first   best  evaluations")
    for s in found:
        print(f"{s.number:>5} {s.first:6.2f} {s.objective:6.3f} {s.evaluations:>12}")
    for row in data.get("holdout", []):
        print("  ".join(f"{k} {v:.2f}" for k, v in row.items()))
    print(f"Values: {out}/starts.json")


@app.command()
def misfit(
    replications: Annotated[int, typer.Option(min=1, help="replications of each episode")] = 50,
    seed: Annotated[int, typer.Option(help="seed of all random draws")] = 1,
    workers: Workers = 2,
    out: Annotated[Path | None, typer.Option(help="file to write (default: README.md beside the episodes)")] = None,
) -> None:
    """Score all episodes and publish every fact, right or wrong, as a page."""
    from experiments.misfit import FILE, publish

    print(publish(replications, seed, workers, _teller(False), out or FILE))


@app.command()
def status(folder: Annotated[Path, typer.Argument(help="folder of a batch of runs")], as_json: Json = False) -> None:
    """Say how far a batch of runs is: pending, running, done, failed."""
    from experiments.runner import ledger

    table = ledger(folder)
    counts = {state: int((table["state"] == state).sum()) for state in ("pending", "running", "done", "failed")}
    failed = table[table["state"] == "failed"][["run", "point", "replication", "stage", "message"]]
    if as_json:
        print(json.dumps({"folder": str(folder), **counts, "failures": failed.to_dict("records")}))
        return
    print(f"{folder}: " + ", ".join(f"{n} {state}" for state, n in counts.items()))
    for row in failed.head(20).itertuples():
        print(
            f"  run {row.run} (point {row.point}, replication {row.replication}) failed to {row.stage}: {row.message}"
        )


@app.command()
def resume(
    folder: Annotated[Path, typer.Argument(help="folder of a batch of runs")],
    workers: Workers = 2,
    as_json: Json = False,
) -> None:
    """Run what a batch has not finished; a finished batch runs nothing."""
    from experiments.runner import read_batch, run_batch

    batch = read_batch(folder)
    path = run_batch(batch, folder, workers, _progress(as_json, len(batch)))
    print(json.dumps({"results": str(path)}) if as_json else f"Results: {path}")


@app.command()
def episodes(as_json: Json = False) -> None:
    """List the episodes that ship."""
    from experiments.catalogue import overview

    rows = overview()
    if as_json:
        print(json.dumps([{k: str(v) for k, v in row.items()} for row in rows]))
        return
    for row in rows:
        print(f"{row['name']:<20} {row['start']} to {row['end']}  {row['title']}")


@app.command()
def show(
    episode: Name,
    changes: Set = None,
    phases: Annotated[bool, typer.Option("--phases", help="time the phases of a week")] = False,
    as_json: Json = False,
) -> None:
    """Describe an episode: agents, events, news, choices, assumptions."""
    from experiments.catalogue import find

    simulation = find(episode).simulation(changes=changes or [], allow_rules=False)
    scenario = simulation.scenario
    data: dict[str, Any] = {
        "name": scenario.name, "title": scenario.title, "start": str(scenario.start), "end": str(scenario.end),
        **simulation.layout.summary(), **scenario.counts(), "digest": scenario.digest(),
        "acts": [{"id": e.id, "start": str(e.start), "end": str(e.end or ""), "what": e.instrument, "target": e.target,
                  "value": e.value, "unit": e.unit} for e in scenario.events if e.admitted == "yes"],
    }  # fmt: skip
    if phases:
        from sim.world import phase_times

        world = simulation.world()
        phase_times(world)
        data["phases_ms"] = {k: round(1000 * v, 2) for k, v in phase_times(simulation.world()).items()}
    if as_json:
        print(json.dumps(data))
        return
    from rich.table import Table

    console = _console()
    console.print(f"[bold]{data['title']}[/bold]\n{data['start']} to {data['end']}, by weeks")
    keys = ("countries", "materials", "mines", "refiners", "firms", "slots", "edges")
    console.print("  ".join(f"{data[k]} {k}" for k in keys))
    console.print(f"{data['rows']} rows of data: {data['sourced']} with a source, {data['assumptions']} assumptions")
    table = Table(title="Acts that reach the simulation", title_justify="left")
    for name in ("act", "from", "to", "instrument", "target", "value", "unit"):
        table.add_column(name, justify="right" if name == "value" else "left")
    for act in data["acts"]:
        value = "" if act["value"] is None else f"{act['value']:,.0f}"
        table.add_row(act["id"], act["start"], act["end"], act["what"], act["target"], value, act["unit"])
    console.print(table)
    if phases:
        console.print("A run phase by phase, ms: " + ", ".join(f"{k} {v}" for k, v in data["phases_ms"].items()))


@app.command()
def validate(episode: Name, changes: Set = None, as_json: Json = False) -> None:
    """Check an episode or scenario folder; list every problem."""
    from experiments.catalogue import find

    place = find(episode)
    simulation = place.simulation(changes=changes or [], allow_rules=False)
    summary = {**simulation.layout.summary(), **simulation.scenario.counts(), "facts": len(place.facts.facts)}
    if as_json:
        print(json.dumps({"valid": True, **summary}))
        return
    print(f"{place.name}: valid. " + ", ".join(f"{v} {k}" for k, v in summary.items()))


@app.command()
def diff(
    a: Annotated[str, typer.Argument(metavar="A", help="an episode, a scenario folder, or the folder of a result")],
    b: Annotated[str, typer.Argument(metavar="B", help="another one of the same kind")],
    as_json: Json = False,
) -> None:
    """Say what differs from A to B: rows and cells of scenarios, or series of results and from which week on."""
    from experiments.difference import as_data, difference, print_difference

    found = difference(a, b)
    if as_json:
        print(json.dumps(as_data(found)))
        return
    print_difference(found, _console(150))


@app.command()
def describe(
    parameter: Annotated[str, typer.Argument(help="name of a behavioural parameter, or 'all'")], as_json: Json = False
) -> None:
    """Say what a behavioural parameter means: unit, default, range, source."""
    from agents.behaviour import PARAMETERS
    from sim.problems import BadInput, nearest

    if parameter != "all" and parameter not in PARAMETERS:
        raise BadInput([f"{parameter}: unknown parameter ({nearest(parameter, PARAMETERS)})"], "describe")
    chosen = list(PARAMETERS.values()) if parameter == "all" else [PARAMETERS[parameter]]
    if as_json:
        print(json.dumps([vars(p) for p in chosen]))
        return
    for p in chosen:
        print(f"{p.name} = {p.default} {p.unit}  (range {p.low} to {p.high})\n    {p.meaning}\n    source: {p.source}")


def _console(width: int = 118) -> Any:
    from rich.console import Console

    return Console(width=None if sys.stdout.isatty() else width, highlight=False)


def _teller(quiet: bool) -> Any:
    """Print a line on standard error, or nothing."""
    return (lambda text: None) if quiet else (lambda text: print(text, file=sys.stderr, flush=True))


def _progress(quiet: bool, total: int) -> Any:
    """A counter with rate and time left: one line on a terminal, a line now and then elsewhere."""
    from time import monotonic

    if quiet or total < 2:
        return None
    begun = monotonic()
    told = [0.0, 0]

    def tell(done: int, of: int) -> None:
        seconds = monotonic() - begun
        rate = done / max(seconds, 1e-6)
        text = f"Run {done} of {of}, {rate:.1f} a second, {max(0.0, (of - done) / max(rate, 1e-6)):.0f} s left"
        if sys.stderr.isatty():
            print(f"\r{text}   ", end="\n" if done == of else "", file=sys.stderr, flush=True)
        elif done == of or done >= told[1] + max(1, of // 4) or seconds > told[0] + 30.0:
            told[:] = [seconds, done]
            print(text, file=sys.stderr, flush=True)

    return tell


def main() -> None:
    """Entry point: errors in the user's input end with one message and status 2."""
    from sim.problems import BadInput

    try:
        app(standalone_mode=True)
    except BadInput as error:
        if _debug:
            raise
        if "--json" in sys.argv:
            print(json.dumps({"error": "bad input", "problems": error.problems}))
        print(error, file=sys.stderr)
        sys.exit(2)
    except ArithmeticError as error:
        if _debug:
            raise
        print(f"the run failed: {error}", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
