"""What is in force beside the arrays of instruments: holds by their days, the year of licences, taxes to bring back."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from chokepoint.agents.measure import Measure


@dataclass
class Law:
    """What has been ordered and cannot be read from the instruments.

    holds: embargoes, closures and ore holds, which are in force by days.
    quotas: the latest half-year's quota of each zone, t gross; None for none.
    licence_years, carry_over: by zone, the year that licences are for, and the year whose licences those of the year
    before may add to.
    taxes: by zone and material, the export tax that a doctrine's own replaced.
    """

    holds: list[Measure] = field(default_factory=list)
    quotas: dict[int, float | None] = field(default_factory=dict)
    licence_years: dict[int, int] = field(default_factory=dict)
    carry_over: dict[int, int] = field(default_factory=dict)
    taxes: dict[tuple[int, int], float] = field(default_factory=dict)

    def copy(self) -> Law:
        """The same law, to be changed without changing this one."""
        parts = {name: type(value)(value) for name, value in vars(self).items()}
        return replace(self, **parts)
