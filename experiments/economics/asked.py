"""What an experiment is asked, and what it answers: limits, values, series for a figure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from chokepoint.experiments.economics.economy import Economy
from chokepoint.experiments.economics.worlds import World
from chokepoint.experiments.telling.numbers import short_number


@dataclass(frozen=True)
class Asked:
    """One number that an experiment must give: its part of the row, what it is, its unit, and its limits."""

    part: str
    what: str
    low: float | None = None
    high: float | None = None
    unit: str = ""

    @property
    def must(self) -> str:
        """The limits in words."""
        unit = f" {self.unit}" if self.unit else ""
        if self.low is None:
            return f"at most {self.high:.3g}{unit}"
        if self.high is None:
            return f"at least {self.low:.3g}{unit}"
        return f"{self.low:.3g} to {self.high:.3g}{unit}"

    def kept(self, value: float | None) -> bool:
        """Whether a value keeps the limits; one that is missing or no number keeps none."""
        if value is None or not np.isfinite(value):
            return False
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)


@dataclass(frozen=True)
class Panel:
    """A drawing of lines, weekly paths unless said: what and unit of the y axis, lines by name, limits to draw on it.

    first: week of the first value, counted from the act. low, high: limits that the lines must keep somewhere. at:
    places of the values where they are no weeks; their points are marked. bands: ends of an interval, by line.
    logs: whether the x axis is logarithmic. straight: whether the y axis is never.
    """

    what: str
    unit: str
    lines: Mapping[str, np.ndarray]
    first: int = 0
    low: float | None = None
    high: float | None = None
    axis: str = "weeks from the act"
    at: np.ndarray | None = None
    bands: Mapping[str, tuple[np.ndarray, np.ndarray]] = field(default_factory=dict)
    logs: bool = False
    straight: bool = False


@dataclass(frozen=True)
class Found:
    """Answers by part, a number or the reason why it is not posed; and what to draw."""

    values: Mapping[str, float | str]
    panels: Sequence[Panel] = ()


@dataclass(frozen=True)
class Experiment:
    """One experiment: its row, title, what it is asked, the worlds it is made on, and the function that makes it.

    slow: takes seconds, so that tests of it stand behind the marker of that name.
    """

    row: str
    title: str
    asked: Sequence[Asked]
    make: Callable[[Economy, World], Found]
    worlds: Sequence[str] = ("one_exporter",)
    slow: bool = False


@dataclass(frozen=True)
class Row:
    """One answer held against its limits. value: None where the experiment is not posed, and `why` says why.

    interval: 10 % and 90 % quantile over luck or over draws of the parameters, where it was asked for.
    """

    row: str
    world: str
    asked: Asked
    value: float | None
    why: str = ""
    interval: tuple[float, float] | None = None

    @property
    def name(self) -> str:
        """`E1 highest`, with the world behind it."""
        return f"{self.row} {self.asked.part} {self.world}"

    @property
    def told(self) -> str:
        """The value in words; one that is no number answers nothing."""
        if self.value is None:
            return "-"
        if not np.isfinite(self.value):
            return "no answer"
        ends = "" if self.interval is None else " ({} to {})".format(*(short_number(end) for end in self.interval))
        return short_number(self.value) + ends

    @property
    def passed(self) -> bool:
        return self.asked.kept(self.value)

    @property
    def verdict(self) -> str:
        return "pass" if self.passed else "not posed" if self.value is None else "fail"
