"""The frame that mechanisms are set in: it collects their arrays, orders their phases, and makes the world of a run."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Any

import numpy as np

from chokepoint.sim.engine.arrays import Array
from chokepoint.sim.engine.mechanism import Mechanism, Phase
from chokepoint.sim.engine.series import Series
from chokepoint.sim.scenario.acts import Instrument
from chokepoint.sim.scenario.problems import nearest

# Bundles of arrays by the letter that phases use, in the order in which native code gets them.
BUNDLES = {"N": "Structure", "X": "Influences", "I": "Instruments", "S": "State", "R": "Record"}


class Frame:
    """The week of a set of mechanisms.

    structure: the arrays of bundle N, which the layout of a scenario brings. mechanisms: those that ship first, then a
    study's own, whose arrays come last, so that the places of the others stay where they are.

    Raises `ValueError` with the name where an array or phase is declared twice, or a phase cannot be placed.
    """

    def __init__(self, structure: Sequence[Array], shipped: Sequence[Mechanism], own: Sequence[Mechanism] = ()):
        self.shipped, self.own = tuple(shipped), tuple(own)
        self.mechanisms = (*self.shipped, *self.own)
        self.structure_arrays = len(structure)
        self.arrays = {array.name: array for array in (*structure, *map_arrays(self.shipped))}
        self.shipped_arrays = len(self.arrays)
        for array in map_arrays(self.own):
            if array.name in self.arrays:
                raise ValueError(f"array {array.name} is declared twice")
            self.arrays[array.name] = array
        self.phases = in_order_of(self.mechanisms)
        if self.own:
            self._keep_order()
        self._shapes: tuple[tuple[tuple[str, int], ...], dict[str, tuple[int, ...]]] = ((), {})
        self.home = {phase.name: mechanism for mechanism in self.mechanisms for phase in mechanism.phases}
        self.instruments: dict[str, Instrument] = {
            instrument.name: instrument for mechanism in self.mechanisms for instrument in mechanism.instruments
        }
        self.series: dict[str, Series] = {
            name: series for mechanism in self.mechanisms for name, series in mechanism.series.items()
        }

    def _keep_order(self) -> None:
        """`ValueError` where a study's own phases make phases that ship change places."""
        as_shipped = [phase.name for phase in in_order_of(self.shipped)]
        now = [phase.name for phase in self.phases if phase.name in as_shipped]
        if now != as_shipped:
            moved = next(name for name, before in zip(now, as_shipped, strict=True) if name != before)
            raise ValueError(f"phases of {', '.join(m.name for m in self.own)} would make {moved} change its place")

    @cached_property
    def by_letter(self) -> dict[str, list[Array]]:
        """The arrays of each bundle, in its order."""
        found: dict[str, list[Array]] = {letter: [] for letter in BUNDLES}
        for array in self.arrays.values():
            found[array.letter].append(array)
        return found

    @cached_property
    def places(self) -> dict[str, int]:
        """The place of each array in the table of addresses that native code gets: a study's own come last."""
        shipped = set(list(self.arrays)[: self.shipped_arrays])
        names = [array.name for arrays in self.by_letter.values() for array in arrays]
        return {name: i for i, name in enumerate(sorted(names, key=lambda name: name not in shipped))}

    @cached_property
    def order(self) -> np.ndarray:
        """For each place of that table, the number of its array bundle by bundle: (arrays,)."""
        names = [array.name for arrays in self.by_letter.values() for array in arrays]
        return np.argsort([self.places[name] for name in names])

    @cached_property
    def bundles(self) -> dict[str, Any]:
        """The tuples that hold the arrays of each letter."""
        return {
            letter: namedtuple(name, [array.field for array in self.by_letter[letter]])
            for letter, name in BUNDLES.items()
        }

    def shapes(self, sizes: tuple[tuple[str, int], ...]) -> dict[str, tuple[int, ...]]:
        """The lengths of the axes of every array that has all of them in `sizes`: letters of axes with their length."""
        if self._shapes[0] != sizes:
            known = dict(sizes)
            self._shapes = (
                sizes,
                {
                    name: tuple(int(axis) if axis.isdigit() else known[axis] for axis in array.letters)
                    for name, array in self.arrays.items()
                    if all(axis.isdigit() or axis in known for axis in array.letters)
                },
            )
        return self._shapes[1]

    def make(self, making: Making) -> dict[str, Any]:
        """The bundles of a run with their first values; the structure is that of `making`."""
        made: dict[str, Any] = {"N": making.N}
        for letter, bundle in self.bundles.items():
            if letter != "N":
                made[letter] = bundle._make([making.array(array.name) for array in self.by_letter[letter]])
        making.end()
        return made


def map_arrays(mechanisms: Iterable[Mechanism]) -> list[Array]:
    """All arrays that mechanisms declare, those of their series included; `ValueError` names one that stands twice."""
    found: dict[str, Array] = {}
    for mechanism in mechanisms:
        recorded = (series.array_of(name) for name, series in mechanism.series.items())
        for array in (*mechanism.arrays, *(a for a in recorded if a is not None)):
            if array.name in found:
                raise ValueError(f"array {array.name} is declared twice")
            found[array.name] = array
    return list(found.values())


@lru_cache(8)
def in_order_of(mechanisms: tuple[Mechanism, ...]) -> tuple[Phase, ...]:
    """The phases of mechanisms in the order of the week."""
    return in_order([phase for mechanism in mechanisms for phase in mechanism.phases])


def in_order(phases: Sequence[Phase]) -> tuple[Phase, ...]:
    """Phases in the order of the week: each directly behind the last of those that it comes after."""
    names = [phase.name for phase in phases]
    for phase in phases:
        if names.count(phase.name) > 1:
            raise ValueError(f"phase {phase.name} is declared twice")
        for other in (*phase.after, *phase.before):
            if other not in names:
                raise ValueError(f"phase {phase.name} names {other!r}, which is no phase ({nearest(other, names)})")
    after = {phase.name: set(phase.after) for phase in phases}
    for phase in phases:
        for other in phase.before:
            after[other].add(phase.name)
    placed: list[Phase] = []
    waiting = list(phases)
    while waiting:
        done = [phase.name for phase in placed]
        ready = next((phase for phase in waiting if after[phase.name] <= set(done)), None)
        if ready is None:
            raise ValueError(f"phases wait for each other: {' after '.join(_circle(after))}")
        last = max((done.index(name) for name in after[ready.name]), default=-1)
        placed.insert(last + 1, ready)
        waiting.remove(ready)
    return tuple(placed)


def _circle(after: Mapping[str, Iterable[str]]) -> list[str]:
    """Phases that wait for each other in a circle, the first named again at the end."""
    import networkx as nx

    links = nx.find_cycle(nx.DiGraph((name, other) for name, others in after.items() for other in others))
    return [links[0][0], *(other for _, other in links)]


class Making:
    """The world of a run in the making: what first values are worked out from.

    Attributes `X`, `I`, `S` and `R` give arrays by name, made when they are first asked for; `known` are further things
    that first values read, among them `N`, the structure. sizes: the length of each axis by its letter.
    """

    def __init__(self, frame: Frame, sizes: Mapping[str, int], **known: Any):
        self.frame, self.sizes, self.shapes = frame, sizes, frame.shapes(tuple(sizes.items()))
        self.X, self.I, self.S, self.R = (_Bundle(self, letter) for letter in "XISR")
        self.__dict__.update(known)
        self._made: dict[str, np.ndarray] = {}
        self._asked: list[str] = []

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"the world in the making has no {name!r}")

    def end(self) -> None:
        """Let go of all it holds, so that nothing waits for the garbage collector."""
        self.__dict__.clear()

    def array(self, name: str) -> np.ndarray:
        """The first values of an array; `TypeError` where its function gives another shape than it declares."""
        found = self._made.get(name)
        if found is None:
            array = self.frame.arrays[name]
            if callable(array.initial):
                found = self._worked_out(array, array.initial)
            elif array.initial:
                found = np.full(self.shapes[name], array.initial, dtype=array.dtype)
            else:
                found = np.zeros(self.shapes[name], dtype=array.dtype)
            self._made[name] = found
        return found

    def _worked_out(self, array: Array, initial: Callable[[Making], Any]) -> np.ndarray:
        if array.name in self._asked:
            raise TypeError(f"first values wait for each other: {' -> '.join((*self._asked, array.name))}")
        self._asked.append(array.name)
        given = initial(self)
        # no phase writes what comes from outside: worlds may share it
        shared = array.letter == "X" and getattr(given, "dtype", None) == array.dtype
        values = given if shared else np.array(given, dtype=array.dtype, order="C")
        self._asked.remove(array.name)
        declared = self.shapes.get(array.name, values.shape)  # how deep a pipeline is, its maker tells
        if values.shape != declared:
            raise TypeError(f"{array.name}: made as {values.shape}, declared as {array.axes} {declared}")
        return values


class _Bundle:
    """Arrays of one letter, each made when it is first read."""

    def __init__(self, making: Making, letter: str):
        self._making, self._letter = making, letter

    def __getattr__(self, field: str) -> np.ndarray:
        return self._making.array(f"{self._letter}.{field}")
