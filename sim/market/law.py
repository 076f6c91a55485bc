"""What is in force beside the arrays of instruments: holds by their days, standing acts, the year of licences."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from chokepoint.agents.measure import Measure, lifting


@dataclass
class Law:
    """What has been ordered and cannot be read from the instruments.

    holds: embargoes, closures and ore holds, which are in force by days.
    standing: acts that set an instrument for whole weeks and have not ended, in the order in which they began; of those
    that concern the same place the latest rules, and when it ends the one before it rules again.
    quotas: the latest half-year's quota of each zone, t gross; None for none.
    licence_years, carry_over: by zone, the year that licences are for, and the year whose licences those of the year
    before may add to.
    taxes: by zone and material, the export tax where no act of a run stands.
    """

    holds: list[Measure] = field(default_factory=list)
    standing: list[Measure] = field(default_factory=list)
    quotas: dict[int, float | None] = field(default_factory=dict)
    licence_years: dict[int, int] = field(default_factory=dict)
    carry_over: dict[int, int] = field(default_factory=dict)
    taxes: dict[tuple[int, int], float] = field(default_factory=dict)

    def enter(self, measure: Measure) -> None:
        """Note that an act begins to stand, or no longer stands where it is lifted."""
        if not measure.lifted:
            self.standing.append(measure)
            return
        same = (i for i, act in enumerate(self.standing) if act.id == measure.id and lifting(act) == measure)
        if (place := next(same, None)) is not None:
            del self.standing[place]

    def ruling(self, measure: Measure, target: str = "", material: str = "") -> Measure | None:
        """The act that rules now where `measure` begins or ends: the latest of its instrument, actor and kind.

        target, material: a name that it concerns, where it names its targets or materials.
        """
        for act in reversed(self.standing):
            same = (act.instrument, act.actor, act.kind) == (measure.instrument, measure.actor, measure.kind)
            aimed = not target or "all" in act.targets or target in act.targets
            if same and aimed and (not material or not act.materials or material in act.materials):
                return act
        return None

    def copy(self) -> Law:
        """The same law, to be changed without changing this one."""
        parts = {name: type(value)(value) for name, value in vars(self).items()}
        return replace(self, **parts)


def hold(world: Any, measure: Measure) -> None:
    """Carry out an act that is in force by days: `World.hold_shares` reads it until it has ended."""
    if not measure.lifted:
        world.law.holds.append(measure)


def rulings(world: Any, measure: Measure) -> list[tuple[int, int, Measure | None]]:
    """The countries and materials that an act concerns, each with the act that rules there once this one has begun or
    ended."""
    law = world.law
    law.enter(measure)
    concerned = [(c, m) for c in world.targets(measure) for m in world.about(measure)]
    return [(c, m, law.ruling(measure, world.countries[c], world.materials[m])) for c, m in concerned]
