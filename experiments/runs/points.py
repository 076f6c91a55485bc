"""Versions of a scenario: a point is a set of changes; a sampled design is a matrix whose rows are points."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, overload

import numpy as np


@dataclass(frozen=True)
class Point:
    """One version of the scenario: `key=value` changes, values of behavioural parameters, and rules of its own.

    luck: number of the first replication that it is run on, where it is not to share the luck of other points.
    """

    changes: tuple[str, ...] = ()
    behaviour: Mapping[str, float] = field(default_factory=dict)
    rules: Mapping[str, str] = field(default_factory=dict)
    luck: int = 0


def point_from(data: Mapping[str, Any]) -> Point:
    """A point from plain data."""
    return Point(tuple(data["changes"]), data["behaviour"], data.get("rules", {}), data.get("luck", 0))


@dataclass(frozen=True)
class Factor:
    """What a study varies.

    kind: `parameter` (a behavioural one), `set` (a number behind keys of `--set`) or `choice` (one of some levels).
    keys: the name of the parameter, or keys of `--set` that all take the number. low, high: range, in `unit`; of a
    choice 0 and the last code. values: those that a grid takes. levels, points: names of the levels and what each of
    them changes.
    scale: whether the number or its logarithm is spread evenly. whole: whether it is rounded to a whole number.
    """

    name: str
    kind: str
    keys: tuple[str, ...] = ()
    low: float = 0.0
    high: float = 1.0
    values: tuple[float, ...] = ()
    unit: str = "1"
    meaning: str = ""
    levels: tuple[str, ...] = ()
    points: tuple[Point, ...] = ()
    scale: str = "linear"
    whole: bool = False

    def at(self, unit: np.ndarray) -> np.ndarray:
        """Values at places of the unit interval, same shape; of a choice the code of a level."""
        if self.levels:
            return np.minimum(np.floor(np.asarray(unit) * len(self.levels)), len(self.levels) - 1.0)
        if self.scale == "log":
            value = np.exp(math.log(self.low) + np.asarray(unit) * math.log(self.high / self.low))
            value = np.clip(value, self.low, self.high)
        else:
            value = self.low + np.asarray(unit) * (self.high - self.low)
        return np.round(value) if self.whole else value

    def code(self, told: str | float) -> float:
        """The number in a design of a value or of the name of a level; KeyError where there is no such level."""
        if not self.levels:
            return float(told)
        if told not in self.levels:
            raise KeyError(told)
        return float(self.levels.index(str(told)))

    def told(self, value: float) -> str:
        """A value as one reads it: with its unit, or the name of a level."""
        if self.levels:
            return self.levels[int(value)]
        return f"{value:g}" if self.unit == "1" else f"{value:g} {self.unit}"

    def point(self, value: float) -> Point:
        """What a value of this factor changes."""
        if self.levels:
            return self.points[int(value)]
        if self.kind == "parameter":
            return Point(behaviour={self.keys[0]: float(value)})
        return Point(tuple(f"{key}={float(value)!r}" for key in self.keys))


class Sampled(Sequence[Point]):
    """The points of a design: a matrix (points, factors) of values, each row a `Point` made when it is asked for."""

    def __init__(self, factors: Sequence[Factor], matrix: np.ndarray, base: Point | None = None):
        self.factors, self.base = tuple(factors), base or Point()
        self.matrix = np.asarray(matrix, dtype=float).reshape(len(matrix), len(self.factors))

    def __len__(self) -> int:
        return len(self.matrix)

    def __iter__(self) -> Iterator[Point]:
        return (self[i] for i in range(len(self)))

    @overload
    def __getitem__(self, at: int) -> Point: ...
    @overload
    def __getitem__(self, at: slice) -> "Sampled": ...
    def __getitem__(self, at: int | slice) -> "Point | Sampled":
        if isinstance(at, slice):
            return Sampled(self.factors, self.matrix[at], self.base)
        made = self.base
        for factor, value in zip(self.factors, self.matrix[at], strict=True):
            made = joined(made, factor.point(value))
        return made

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sampled):
            return NotImplemented
        return (self.factors, self.base) == (other.factors, other.base) and np.array_equal(self.matrix, other.matrix)

    __hash__ = None  # type: ignore[assignment]

    def described(self) -> dict[str, Any]:
        """The design as plain data."""
        factors = [asdict(f) for f in self.factors]
        return {"factors": factors, "base": asdict(self.base), "matrix": self.matrix.tolist()}


def joined(one: Point, other: Point) -> Point:
    """Both versions in one; the changes of the second come after."""
    return Point(
        (*one.changes, *other.changes), {**one.behaviour, **other.behaviour}, {**one.rules, **other.rules}, one.luck
    )


def described(points: Sequence[Point]) -> Any:
    """Points as plain data that `points_from` reads."""
    return points.described() if isinstance(points, Sampled) else [asdict(p) for p in points]


def points_from(data: Any) -> Sequence[Point]:
    """Points from plain data."""
    if isinstance(data, list):
        return tuple(point_from(p) for p in data)
    factors = [
        Factor(**{
            **f, "keys": tuple(f["keys"]), "values": tuple(f["values"]), "levels": tuple(f["levels"]),
            "points": tuple(point_from(p) for p in f["points"]),
        })
        for f in data["factors"]
    ]  # fmt: skip
    return Sampled(factors, np.array(data["matrix"], dtype=float), point_from(data["base"]))
