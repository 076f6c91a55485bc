"""Cases before a court of trade that run their own course: a complaint with the word `hazard` among its kinds.

    Importia complaint hazard;export_quota;export_tax against Exportia at 0.5 1/year from 2012-03-13

From `choices.ruling_years` after the complaint on, it succeeds with that hazard a year (`agents/court.py`), unless
withdrawn on the last day of the act; `choices.compliance_years` later the exporting state, with
`choices.compliance_probability`, removes what was complained of - both, if no kind names one - and stays without.
Luck belongs to the case: it depends on its name, seed and replication only. Nobody hears of a case before its effect.
A complaint without the word is heard and decides nothing: history's rulings are dated acts.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

from chokepoint.agents.court import complies, years_to_ruling
from chokepoint.agents.measure import Measure
from chokepoint.sim.engine import draws
from chokepoint.sim.engine.calendar import DAYS_PER_YEAR

if TYPE_CHECKING:
    from chokepoint.sim.market.world import World

COMPLAINED_OF = ("export_quota", "export_tax")


@dataclass(frozen=True)
class Case:
    """A case that will be won: who must remove what, on which days it is ruled and obeyed (`step` holds the latter)."""

    id: str
    respondent: str
    instruments: tuple[str, ...]
    ruled: date
    obeyed: date
    step: int

    def remedies(self) -> list[Measure]:
        """What the respondent must order once it obeys."""
        orders: dict[str, tuple[float | None, str]] = {"export_quota": (None, "none"), "export_tax": (0.0, "%")}
        reason = f"ruled against on {self.ruled}"
        return [
            Measure(self.id, name, self.respondent, ("all",), *orders[name], self.obeyed, None, reason)
            for name in self.instruments
        ]


@dataclass
class Court:
    """The cases of a run."""

    cases: list[Case] = field(default_factory=list)

    def file(self, world: World, complaint: Measure) -> list[Case]:
        """Start a case against each exporting state that a complaint names; those that will be obeyed in the run."""
        choices, calendar = world.layout.scenario.choices, world.calendar
        named = tuple(name for name in COMPLAINED_OF if name in complaint.kind) or COMPLAINED_OF
        stream = draws.stream(world.seed, world.replication, draws.RULING)
        filed = []
        for respondent in complaint.targets:
            key = np.array([draws.key_of("case", complaint.id, respondent)])
            wins, obeys = (float(draws.normals(stream, key, i)[0]) for i in (0, 1))
            years = years_to_ruling(choices.ruling_years, complaint.value or 0.0, wins)
            if not complies(choices.compliance_probability, obeys) or years > 1000.0:
                continue
            ruled = complaint.start + timedelta(days=round(years * DAYS_PER_YEAR))
            obeyed = ruled + timedelta(days=round(choices.compliance_years * DAYS_PER_YEAR))
            if complaint.end is not None and ruled > complaint.end:
                continue
            step = max(world.step, calendar.step_of(obeyed))
            if step < calendar.steps:
                filed.append(Case(complaint.id, respondent, named, ruled, obeyed, step))
        self.cases += filed
        return filed

    def due(self, step: int) -> list[Case]:
        """The cases that must be obeyed in a week."""
        return [case for case in self.cases if case.step == step]

    def bars(self, step: int, measure: Measure) -> bool:
        """Whether a measure would take again what a ruling made its state remove."""
        return (
            not measure.lifted
            and measure.value is not None
            and any(
                case.step <= step and measure.actor == case.respondent and measure.instrument in case.instruments
                for case in self.cases
            )
        )
