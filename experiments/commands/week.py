"""The verb `week`: the order of the week, phase by phase, with its equations and its share of time."""

import inspect
import json
import textwrap
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Annotated, Any

import typer

from chokepoint.experiments.commands.shared import AllowRules, Json, Name, app

WIDTH = 118
TIMINGS = 5
ROOT = Path(__file__).resolve().parents[2]
LEGEND = """\
P behaviour, N structure, X influences, I instruments of states, S state, R record; dt: a step in years. Tonnes are
contained unless gross, money is thousand USD; what a line sets has its unit behind it. A rule stands with the arguments
that a function in its place takes, and its file. `chokepoint describe NAME` tells a parameter of P."""


@app.command()
def week(
    episode: Name = "2010-embargo",
    short: Annotated[bool, typer.Option("--short", help="one line a phase")] = False,
    allow_rules: AllowRules = False,
    as_json: Json = False,
) -> None:
    """Print the week in order: phases, equations, units, time."""
    from chokepoint.experiments.history.catalogue import find
    from chokepoint.sim.engine.equations import week as told_week

    simulation = find(episode).simulation(allow_rules=allow_rules)
    seconds = _seconds(simulation)
    total = sum(seconds.values())
    source = simulation.rules.source
    phases: list[dict[str, Any]] = [
        {
            "phase": told.phase,
            "mechanism": told.mechanism,
            "file": _place(source.file_of(told.phase).path),
            "says": told.says,
            "lines": [{"kind": e.kind, "name": e.name, "unit": e.unit, "text": e.text} for e in told.equations],
            "rules": [{"rule": name, "says": says, **_signature(source.rules[name])} for name, says in told.rules],
            "share_of_time": round(seconds[told.phase] / total, 4),
        }
        for told in told_week(source)
    ]
    policy = round(seconds["policy"] / total, 4)
    if as_json:
        print(json.dumps({"episode": episode, "share_of_policy": policy, "phases": phases}))
        return
    if not short:
        print(LEGEND)
    print(f"Before the week, states decide ({100 * policy:.1f} % of the time on {episode}). Then:")
    known: set[str] = set()
    for number, phase in enumerate(phases, start=1):
        if short:
            _line(number, phase)
        else:
            _tell(number, phase, known)


def _seconds(simulation: Any) -> dict[str, float]:
    """Seconds that each phase takes in a run, the median of some: one run alone is disturbed by whatever else runs."""
    from chokepoint.sim.politics.governed import phase_times

    phase_times(simulation.world())  # the first run touches memory for the first time
    runs = [phase_times(simulation.world()) for _ in range(TIMINGS)]
    return {name: median(run[name] for run in runs) for name in runs[0]}


def _place(path: Path) -> str:
    """A file as it lies in the repository, or the name alone of one that came with a scenario."""
    path = path.resolve()
    ours = any(path.is_relative_to(ROOT / floor) for floor in ("agents", "sim"))
    return path.relative_to(ROOT).as_posix() if ours else path.name


def _signature(rule: Callable[..., Any]) -> dict[str, Any]:
    """What a function in the place of a rule takes, and where the rule stands."""
    return {"arguments": list(inspect.signature(rule).parameters), "file": _place(Path(inspect.getfile(rule)))}


def _line(number: int, phase: dict[str, Any]) -> None:
    """Print one phase in one line."""
    share = f"{100 * phase['share_of_time']:.1f} %"
    print(f"{number:2d}  {phase['phase']:<18} {share:>6}  {phase['file']}")


def _tell(number: int, phase: dict[str, Any], known: set[str]) -> None:
    """Print one phase; a rule says its arguments, file and equation where it comes first."""
    share = f"{100 * phase['share_of_time']:.1f} %"
    print(f"\n{number:2d}  {phase['phase']}  ({phase['file']}, mechanism {phase['mechanism']}, {share})")
    _wrapped(phase["says"], "    ", "    ")
    for line in phase["lines"]:
        where = "where " if line["kind"] == "where" else ""
        unit = f"   [{line['unit']}]" if line["unit"] else ""
        _wrapped(f"{where}{line['text']}{unit}", "      ", "          ")
    for rule in phase["rules"]:
        name = rule["rule"]
        if name in known:
            _wrapped(f"{name}: as above", "      rule ", "          ")
        else:
            _wrapped(f"{name}: {rule['says']}", "      rule ", "          ")
            _wrapped(f"takes ({', '.join(rule['arguments'])}), in {rule['file']}", "          ", "          ")
        known.add(name)


def _wrapped(text: str, first: str, later: str) -> None:
    print(textwrap.fill(text, WIDTH, initial_indent=first, subsequent_indent=later, break_long_words=False))
