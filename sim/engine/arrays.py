"""Arrays of the world: declared once, with their axes, unit, meaning and first value."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Array:
    """An array that phases read and write.

    name: the letter of its bundle and its own name, such as `S.price`.
    axes: one letter for each axis, or a number where the length is fixed: `z m`, `2 c`.
    unit, meaning: for people.
    initial: a number that fills it at the start of a run, or a function of the world in the making that returns the
    array (shape as the axes say); None where another part of the program brings it.
    kind: `f8`, `i8`, `u4` or `u8`, a numpy type.
    """

    name: str
    axes: str
    unit: str
    meaning: str
    initial: float | Callable[[Any], Any] | None = 0.0
    kind: str = "f8"

    @cached_property
    def letter(self) -> str:
        """The bundle it belongs to."""
        return self.name.partition(".")[0]

    @cached_property
    def field(self) -> str:
        """Its name within the bundle."""
        return self.name.partition(".")[2]

    @cached_property
    def letters(self) -> tuple[str, ...]:
        """Its axes one by one."""
        return tuple(self.axes.split())

    @cached_property
    def dtype(self) -> np.dtype[Any]:
        """Its type as numpy has it."""
        return np.dtype(self.kind)

    @cached_property
    def dimensions(self) -> int:
        """How many axes it has."""
        return len(self.letters)


def addresses(declared: Sequence[Array], bundle: Any) -> tuple[np.ndarray, np.ndarray]:
    """Where the arrays of a bundle lie and how long their axes are, as native code wants them.

    declared: what the arrays of the bundle should be, in its order. Returns addresses (arrays,) uint64 and lengths
    (arrays, 3) int64; `TypeError` names an array of another form than it declares.
    """
    places, lengths = [], []
    for array, wanted in zip(bundle, declared, strict=True):
        if array.ndim != wanted.dimensions or array.dtype != wanted.dtype or not array.flags.c_contiguous:
            raise TypeError(
                f"{wanted.name}: {array.ndim} axes of {array.dtype}, declared as {wanted.dimensions} of {wanted.kind}"
            )
        places.append(array.__array_interface__["data"][0])
        lengths.append((*array.shape, 1, 1, 1)[:3])
    return np.array(places, dtype=np.uint64), np.array(lengths, dtype=np.int64).reshape(-1, 3)
