"""What all verbs of the command line share: the application, options, consoles and progress."""

import atexit
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from chokepoint.experiments.commands import completion
from chokepoint.experiments.commands.groups import Verbs

app = typer.Typer(
    cls=Verbs,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Agent-based simulator of critical-mineral markets in which states use supply as a weapon.",
)

Name = Annotated[
    str,
    typer.Argument(
        metavar="EPISODE",
        autocompletion=completion.episodes,
        help="name of an episode, a folder with scenario.toml, or a recipe (.toml)",
    ),
]
Set = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        autocompletion=completion.changes,
        help="change one thing, e.g. quota.2010H2=none (may be repeated)",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="print one JSON object and nothing else")]
Rule = Annotated[
    list[str] | None,
    typer.Option(
        "--rule", metavar="RULE=FILE:NAME", help="replace a rule, e.g. firm.use=mystudy.py:use; runs that file"
    ),
]
AllowRules = Annotated[
    bool, typer.Option("--allow-rules", help="let code that the scenario names run: its rules and mechanisms")
]
Workers = Annotated[int, typer.Option(min=1, help="processes to run on")]
Folder = Annotated[Path, typer.Argument(help="folder of a batch of runs")]


def permit(episode: str, allow_rules: bool) -> None:
    """Refuse an episode whose scenario names code, unless that was allowed: `BadInput` names the files.

    For verbs that leave the runs to other processes, which do not ask again.
    """
    from chokepoint.experiments.history.catalogue import find

    find(episode).simulation(allow_rules=allow_rules)


def rules_of(given: list[str] | None) -> dict[str, str]:
    from chokepoint.sim.scenario.problems import BadInput

    rules = {}
    problems = []
    for item in given or []:
        name, sign, place = item.partition("=")
        if not sign or ":" not in place:
            problems.append(f"--rule {item}: write RULE=FILE:NAME, e.g. firm.use=mystudy.py:use")
        rules[name] = place
    if problems:
        raise BadInput(problems, "--rule")
    return rules


def console_of(width: int = 118) -> Any:
    from rich.console import Console

    return Console(width=None if sys.stdout.isatty() else width, highlight=False)


def teller(quiet: bool) -> Any:
    """Print a line on standard error, or nothing."""
    return (lambda text: None) if quiet else (lambda text: print(text, file=sys.stderr, flush=True))


def progress(quiet: bool, total: int) -> Any:
    """A counter of runs with rate and time left: a bar on a terminal, a line now and then elsewhere."""
    if quiet or total < 2:
        return None
    return _bar() if sys.stderr.isatty() else _lines()


def _bar() -> Any:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    rate = TextColumn("{task.speed:.1f} a second,")
    bar = Progress(
        TextColumn("Runs"), BarColumn(), MofNCompleteColumn(), rate, TimeRemainingColumn(), TextColumn("left"),
        console=Console(stderr=True),
    )  # fmt: skip
    task = bar.add_task("runs", total=None, start=False)
    atexit.register(bar.stop)  # it hides the cursor

    def tell(done: int, of: int) -> None:
        if not bar.live.is_started and done < of:
            bar.start()
            bar.start_task(task)
        bar.update(task, completed=done, total=of)
        if done >= of:
            bar.stop()

    return tell


def _lines() -> Any:
    from time import monotonic

    begun, told, before = monotonic(), [0.0, 0], list[int]()

    def tell(done: int, of: int) -> None:
        seconds = monotonic() - begun
        before.append(done - 1) if not before else None  # done by earlier processes
        rate = (done - before[0]) / max(seconds, 1e-6)
        if done == of or done >= told[1] + max(1, of // 4) or seconds > told[0] + 30.0:
            told[:] = [seconds, done]
            left = max(0.0, (of - done) / max(rate, 1e-6))
            print(f"Run {done} of {of}, {rate:.1f} a second, {left:.0f} s left", file=sys.stderr, flush=True)

    return tell


def write_table(path: Path, rows: list[dict[str, Any]]) -> None:
    """Write rows of equal keys as CSV, numbers with six significant digits."""
    import csv

    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        table.writeheader()
        table.writerows({k: f"{v:.6g}" if isinstance(v, float) else v for k, v in row.items()} for row in rows)
