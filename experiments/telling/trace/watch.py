"""Looking over an agent's shoulder: weeks run phase by phase, with a look at the world before and after each."""

from collections.abc import Callable, Container, Mapping, Sequence
from math import isclose
from typing import Any

from chokepoint.experiments.telling.trace.entry import Entry
from chokepoint.sim.politics.governed import GovernedWorld

Rules = Mapping[str, Callable[..., Any]]  # the rules of the run as Python functions, by name such as `firm.order`
SAME = 1e-12  # how far, relative or absolute, a rule called again may be from what the kernel made of it


class Watch:
    """One agent under watch. `before_orders`, `after_orders` and so on are called around the phase of that name in
    the weeks that are watched; `decided` every week, after states have decided. `entries` are those found so far.

    name: of the agent. material: the only one to tell of; None for all.
    """

    weekly = True  # False: it never looks into a week, only at what was decided

    def __init__(self, world: GovernedWorld, rules: Rules, name: str, material: str | None = None):
        self.world, self.rules, self.name = world, rules, name
        self.materials = [i for i, m in enumerate(world.materials) if material in (None, m)]
        self.entries: list[Entry] = []

    def decided(self, shown: bool) -> None:
        """What happened when states decided; `shown` when the week lies in the span of the trace."""

    def note(
        self, about: str, observed: Mapping[str, float], options: Mapping[str, float], choice: str, reason: str
    ) -> None:
        """Keep an entry of this week."""
        seen, could = ({k: float(v) for k, v in numbers.items()} for numbers in (observed, options))
        self.entries.append(Entry(self.world.day(), self.name, about, seen, could, choice, reason))

    def agree(self, what: str, kernel: float, rule: float) -> None:
        """ArithmeticError when the kernel did not do what the rule, called with these terms, gives."""
        if not isclose(kernel, rule, rel_tol=SAME, abs_tol=SAME):
            raise ArithmeticError(
                f"{self.world.day()}: {self.name}: {what}: the run has {kernel!r}, its rule gives {rule!r}; "
                "the trace no longer follows the phases of the week"
            )


def follow(world: GovernedWorld, watches: Sequence[Watch], stop: int, span: range, weeks: Container[int]) -> None:
    """Run a fresh world to step `stop`: `span` holds the steps to tell of, `weeks` those to go through by phases."""
    names = [phase.name for phase in world.frame.phases]
    looking = [w for w in watches if w.weekly]
    while world.step < stop:
        world.begin_week()
        for watch in watches:
            watch.decided(world.step in span)
        if looking and world.step in weeks:
            for name in names:
                _look(looking, f"before_{name}")
                world.kernel.phase(name, world.step, world.dt)
                _look(looking, f"after_{name}")
        else:
            world.kernel.run(world.step, world.step + 1, world.dt)
        world.step += 1


def _look(watches: Sequence[Watch], moment: str) -> None:
    for watch in watches:
        look = getattr(watch, moment, None)
        if look is not None:
            look()
