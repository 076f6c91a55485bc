"""A mechanism of the week as a unit: all that one file declares.

A file of a mechanism holds its phases as plain functions, and `MECHANISM`, which declares the arrays they need, the
instruments that states work it with, the series it leaves behind, and its checks. The frame (`frame.py`) collects,
orders, allocates, compiles and documents; nothing else has to know of the file.

A phase is called with the step, the length of a step in years `dt`, and six bundles: behaviour P, structure N,
influences X, instruments I, state S, record R. A rule comes in by name, `from chokepoint.agents.firm import use as
firm_use`, so that a study can put its own in its place.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chokepoint.sim.engine.arrays import Array
from chokepoint.sim.engine.series import Series
from chokepoint.sim.scenario.acts import Instrument


@dataclass(frozen=True)
class Phase:
    """A step of the week.

    run: the function. after, before: names of phases that must have run, and that must not have run yet; the phase
    comes directly behind the last of those that it comes after, or first in the week where it comes after none. Of two
    that come after the same one the later declared stands before the other, so phases that must not change places say
    so.
    """

    run: Callable[..., None]
    after: tuple[str, ...] = ()
    before: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The name of the function."""
        return self.run.__name__

    @property
    def line(self) -> str:
        """What it does, in one line: the first sentence of its docstring."""
        text = inspect.getdoc(self.run) or ""
        return " ".join(text.split("\n\n")[0].split())


@dataclass(frozen=True, eq=False)
class Mechanism:
    """What one file declares.

    name: of the mechanism, for people. source: the literature, or the word `assumption`.
    arrays: state, instruments, influences and record beyond the series below (see `arrays.py`).
    series: what a run tells afterwards, by name; each declares its array of the record as well.
    phases: in the order of the file. instruments: acts of states that set its arrays.
    checks: functions of the world that yield a line for each fault.
    """

    name: str
    source: str
    phases: tuple[Phase, ...] = ()
    arrays: tuple[Array, ...] = ()
    instruments: tuple[Instrument, ...] = ()
    series: Mapping[str, Series] = field(default_factory=dict)
    checks: tuple[Callable[[Any], Iterable[str]], ...] = ()

    @property
    def path(self) -> Path | None:
        """The file that holds the phases; None for a mechanism without any."""
        return Path(inspect.getfile(self.phases[0].run)) if self.phases else None
