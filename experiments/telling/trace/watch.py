"""Looking over an agent's shoulder: weeks run phase by phase, with a look at the world before and after each."""

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass
from math import isclose
from typing import Any

from chokepoint.experiments.telling.trace.entry import Entry
from chokepoint.sim.politics.governed import GovernedWorld

Rules = Mapping[str, Callable[..., Any]]  # the rules of the run as Python functions, by name such as `firm.order`
SAME = 1e-12  # how far, relative or absolute, a rule called again may be from what the kernel made of it


FAULTS = (ArithmeticError, LookupError, ValueError)  # what may go wrong while numbers of a week are gone through


@dataclass(frozen=True)
class Fault:
    """What the trace and the run do not agree on. line: what the entry is about that rests on it, if known."""

    line: str
    what: str
    text: str


class Watch:
    """One agent under watch. `before_orders`, `after_orders` and so on are called around the phase of that name in
    the weeks that are watched; `decided` every week, after states have decided. `entries` are those found so far.

    name: of the agent. material: the only one to tell of; None for all. `strict`: whether a fault ends the trace; else
    it stands in the place of the line that it belongs to, and all others are told.
    """

    weekly = True  # False: it never looks into a week, only at what was decided
    strict = True

    def __init__(self, world: GovernedWorld, rules: Rules, name: str, material: str | None = None):
        self.world, self.rules, self.name = world, rules, name
        self.materials = [i for i, m in enumerate(world.materials) if material in (None, m)]
        self.entries: list[Entry] = []
        self.faults: list[Fault] = []  # that no line has told of

    def decided(self, shown: bool) -> None:
        """What happened when states decided; `shown` when the week lies in the span of the trace."""

    def note(
        self, about: str, observed: Mapping[str, float], options: Mapping[str, float], choice: str, reason: str
    ) -> None:
        """Keep an entry of this week, or say that it cannot be told where there is a fault in it."""
        own = [fault for fault in self.faults if fault.line in ("", about)]
        if own:
            self.faults = [fault for fault in self.faults if fault not in own]
            self._untold(about, "; ".join(fault.text for fault in own))
            return
        seen, could = ({k: float(v) for k, v in numbers.items()} for numbers in (observed, options))
        self.entries.append(Entry(self.world.day(), self.name, about, seen, could, choice, reason))

    def agree(self, what: str, kernel: float, rule: float, line: str = "") -> None:
        """ArithmeticError, or a fault, when the kernel did not do what the rule, called with these terms, gives.

        line: what the entry is about that rests on it; by default the next one of this phase.
        """
        if isclose(kernel, rule, rel_tol=SAME, abs_tol=SAME):
            return
        text = f"{what}: the run has {kernel!r}, its rule gives {rule!r}"
        if self.strict:
            raise ArithmeticError(
                f"{self.world.day()}: {self.name}: {text}; the trace no longer follows the phases of the week"
            )
        self.faults.append(Fault(line, what, text))

    def look(self, moment: str, *given: bool) -> None:
        """Look at the world at a moment of the week: `before_plans`, `decided`."""
        own = getattr(self, moment, None)
        if own is None:
            return
        try:
            own(*given)
        except FAULTS as error:
            if self.strict:
                raise
            about = moment.removeprefix("before_").removeprefix("after_").replace("_", " ")
            self._untold(about, f"{type(error).__name__}: {error}")
        self.tell_faults(of_lines=False)

    def tell_faults(self, of_lines: bool) -> None:
        """Tell of faults that no line has told of; those of lines that are still to come when the week is over."""
        told = [fault for fault in self.faults if of_lines or not fault.line]
        self.faults = [fault for fault in self.faults if fault not in told]
        for fault in told:
            self._untold(fault.line or fault.what, fault.text)

    def _untold(self, about: str, why: str) -> None:
        self.entries.append(
            Entry(self.world.day(), self.name, about, choice="cannot be told", reason=f"the trace is at fault: {why}")
        )


def follow(world: GovernedWorld, watches: Sequence[Watch], stop: int, span: range, weeks: Container[int]) -> None:
    """Run a fresh world to step `stop`: `span` holds the steps to tell of, `weeks` those to go through by phases."""
    names = [phase.name for phase in world.frame.phases]
    looking = [w for w in watches if w.weekly]
    while world.step < stop:
        world.begin_week()
        for watch in watches:
            watch.look("decided", world.step in span)
        if looking and world.step in weeks:
            for name in names:
                for watch in looking:
                    watch.look(f"before_{name}")
                world.kernel.phase(name, world.step, world.dt)
                for watch in looking:
                    watch.look(f"after_{name}")
            for watch in looking:
                watch.tell_faults(of_lines=True)
        else:
            world.kernel.run(world.step, world.step + 1, world.dt)
        world.step += 1
