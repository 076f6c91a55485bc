"""Cases before a court of trade that run their own course: a complaint with the word `hazard` in its scope.

    complaint of Importia against Exportia, scope `hazard|export_quota;export_tax`, value 0.5, unit `1/year`

From `choices.ruling_years` after the complaint on, it succeeds with that hazard a year (`agents/court.py`), unless
withdrawn on the last day of the act; `choices.compliance_years` later the exporting state, with
`choices.compliance_probability`, removes what was complained of - both, if the scope names none - and stays without.
Luck belongs to the case: it depends on its name, seed and replication only. Nobody hears of a case before its effect.
A complaint without the word is heard and decides nothing: history's rulings are dated acts.
"""

from __future__ import annotations

import bisect
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

from chokepoint.agents.court import complies, years_to_ruling
from chokepoint.agents.exporting_state import Measure
from chokepoint.sim.engine import draws
from chokepoint.sim.engine.calendar import DAYS_PER_YEAR
from chokepoint.sim.instruments import ENDED_BY_A_RULING

if TYPE_CHECKING:
    from chokepoint.sim.market.world import World


@dataclass(frozen=True)
class Case:
    """A case that will be won: who must remove what, on which days it is ruled and obeyed (`step` holds the latter)."""

    id: str
    respondent: str
    instruments: tuple[str, ...]
    ruled: date
    obeyed: date
    step: int


def file(world: World, m: Measure) -> None:
    """Start a case against each exporting state that a complaint names; keep those that will be obeyed in the run."""
    choices = world.layout.scenario.choices
    named = tuple(filter(None, ";".join(m.scope[1:]).split(";"))) or ENDED_BY_A_RULING
    stream = draws.stream(world.seed, world.replication, draws.RULING)
    for respondent in m.targets:
        key = np.array([draws.key_of("case", m.id, respondent)])
        wins, obeys = (float(draws.normals(stream, key, i)[0]) for i in (0, 1))
        years = years_to_ruling(choices.ruling_years, m.value or 0.0, wins)
        if not complies(choices.compliance_probability, obeys) or years > 1000.0:
            continue
        ruled = m.start + timedelta(days=round(years * DAYS_PER_YEAR))
        obeyed = ruled + timedelta(days=round(choices.compliance_years * DAYS_PER_YEAR))
        if m.end is not None and ruled > m.end:
            continue
        step = max(world.step, world.calendar.step_of(obeyed))
        if step < world.calendar.steps:
            world.cases.append(Case(m.id, respondent, named, ruled, obeyed, step))
            bisect.insort(world.policy_steps, step)


def compliance(world: World) -> list[Measure]:
    """What states must do this week because a case was lost, as measures that they take."""
    measures = []
    for case in world.cases:
        if case.step != world.step:
            continue
        state = next(s for s in world.exporting if s.name == case.respondent)
        scopes = {"export_quota": ("",), "export_tax": (";".join(world.materials),)}
        done = [
            Measure(
                case.id, name, case.respondent, ("all",), scopes[name], None if name == "export_quota" else 0.0,
                "none" if name == "export_quota" else "%", case.obeyed, None, f"ruled against on {case.ruled}",
            )
            for name in case.instruments
        ]  # fmt: skip
        state.decisions += done
        measures += done
    return measures


def barred(world: World, m: Measure) -> bool:
    """Whether a measure would take again what a ruling made its state remove."""
    return any(
        case.step <= world.step and m.actor == case.respondent and m.instrument in case.instruments
        and not m.lifted and m.value is not None
        for case in world.cases
    )  # fmt: skip
