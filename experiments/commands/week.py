"""The verb `week`: the order of the week, phase by phase, with its equations and its share of time."""

import json
import textwrap
from typing import Any

from chokepoint.experiments.commands.shared import AllowRules, Json, Name, app

WIDTH = 118
LEGEND = """\
P behaviour, N structure, X influences, I instruments of states, S state, R record; dt: a step in years. Tonnes are
contained unless gross, money is thousand USD; what a line sets has its unit behind it. `chokepoint describe NAME` tells
a parameter of P."""


@app.command()
def week(episode: Name = "2010-embargo", allow_rules: AllowRules = False, as_json: Json = False) -> None:
    """Print the week in order: phases, equations, units, time."""
    from chokepoint.experiments.history.catalogue import find
    from chokepoint.sim.engine.equations import week as told_week
    from chokepoint.sim.politics.governed import phase_times

    simulation = find(episode).simulation(allow_rules=allow_rules)
    phase_times(simulation.world())  # the first run touches memory for the first time
    seconds = phase_times(simulation.world())
    total = sum(seconds.values())
    phases: list[dict[str, Any]] = [
        {
            "phase": told.phase,
            "mechanism": told.mechanism,
            "file": told.file,
            "says": told.says,
            "lines": [{"kind": e.kind, "name": e.name, "unit": e.unit, "text": e.text} for e in told.equations],
            "rules": [{"rule": name, "says": says} for name, says in told.rules],
            "share_of_time": round(seconds[told.phase] / total, 4),
        }
        for told in told_week(simulation.rules.source)
    ]
    policy = round(seconds["policy"] / total, 4)
    if as_json:
        print(json.dumps({"episode": episode, "share_of_policy": policy, "phases": phases}))
        return
    print(LEGEND)
    print(f"Before the week, states decide ({100 * policy:.1f} % of the time on {episode}). Then:")
    known: set[str] = set()
    for number, phase in enumerate(phases, start=1):
        _tell(number, phase, known)


def _tell(number: int, phase: dict[str, Any], known: set[str]) -> None:
    """Print one phase; a rule says its equation where it comes first."""
    share = f"{100 * phase['share_of_time']:.1f} %"
    print(f"\n{number:2d}  {phase['phase']}  (mechanism {phase['mechanism']}, {share})")
    _wrapped(phase["says"], "    ", "    ")
    for line in phase["lines"]:
        where = "where " if line["kind"] == "where" else ""
        unit = f"   [{line['unit']}]" if line["unit"] else ""
        _wrapped(f"{where}{line['text']}{unit}", "      ", "          ")
    for rule in phase["rules"]:
        says = "as above" if rule["rule"] in known else rule["says"]
        _wrapped(f"{rule['rule']}: {says}", "      rule ", "          ")
        known.add(rule["rule"])


def _wrapped(text: str, first: str, later: str) -> None:
    print(textwrap.fill(text, WIDTH, initial_indent=first, subsequent_indent=later, break_long_words=False))
