"""All dockings: which there are, and what they answer."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from chokepoint.experiments.docking import (
    cartel,
    cascade,
    contagion,
    cooperation,
    crowding,
    dependence,
    duration,
    monopoly,
    reserve_size,
    storage,
    substitution,
    transitory,
)
from chokepoint.experiments.docking.docked import Docking, Part, Reply, part
from chokepoint.experiments.docking.draws import Behaviour
from chokepoint.experiments.economics.worlds import NotPosed
from chokepoint.sim.scenario.problems import BadInput, nearest

FILES = (
    cartel, cascade, contagion, cooperation, crowding, dependence, duration, monopoly, reserve_size, storage,
    substitution, transitory,
)  # fmt: skip


@dataclass(frozen=True)
class Answer:
    """One docking: its parts held against what is published, and what else came out."""

    docking: Docking
    parts: tuple[Part, ...]
    reply: Reply

    @property
    def met(self) -> bool:
        """Whether all of its parts are."""
        return all(part.passed for part in self.parts)

    @property
    def verdict(self) -> str:
        return "met" if self.met else "not met"


def dockings() -> list[Docking]:
    """All dockings in the order of their rows."""
    found = [docking for file in FILES for docking in file.DOCKINGS]
    return sorted(found, key=lambda docking: int(docking.row[1:]))


def chosen(names: Sequence[str]) -> list[Docking]:
    """Dockings by their rows or names, all if none is named; `BadInput` lists those that there are not."""
    found = dockings()
    known = [word for docking in found for word in (docking.row, docking.name)]
    asked = {name: name.upper() if name.upper() in known else name.lower() for name in names}
    problems = [
        f"{name}: no such docking ({nearest(name, known)})" for name, word in asked.items() if word not in known
    ]
    if problems:
        raise BadInput(problems, "dock")
    words = set(asked.values())
    return [docking for docking in found if not words or words & {docking.row, docking.name}]


def answer(docking: Docking, given: Sequence[Behaviour]) -> Answer:
    """Make a docking; what cannot be posed counts as not met and says why."""
    try:
        reply = docking.make(given)
    except NotPosed as reason:
        reply = Reply({question.part: str(reason) for question in docking.asked})
    parts = tuple(part(docking, question, reply.values.get(question.part)) for question in docking.asked)
    return Answer(docking, parts, reply)


def answers(
    asked: Sequence[Docking], given: Sequence[Behaviour], tell: Callable[[str], None] = lambda text: None
) -> Iterator[Answer]:
    """Make dockings one after another."""
    for docking in asked:
        tell(f"{docking.row} {docking.name}: {docking.title} ...")
        yield answer(docking, given)
