"""A study: one TOML file that says what is varied, how often it is run and what is kept.

title, scenario (episode, folder or recipe), changes, behaviour, rules, replications, seed
parameters = ["use_*"]            behavioural parameters, each over the range of the table
[design]      kind, points, levels, file, second_order, seed (`experiments/sweep/designs.py`)
[factors.x]   a parameter with a range or values of its own; a number behind a key of `--set`; or levels
[outputs.y]   a statistic with its arguments, a fact of the episode, or a function of a run
[series]      every, record       [agents]  names or sample, fields, every
[short]       replications, points, values: a small version
[[find]], [[compare]], [paper]    what is made of the runs (`experiments/sweep/paper.py`)
"""

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError, model_validator

from chokepoint.sim.scenario.problems import BadInput, explain, nearest
from chokepoint.sim.scenario.tables import Row

FOLDER = Path(__file__).parents[1] / "studies"
FILE = "study.toml"
Every = Literal["week", "month", "quarter", "year"]
Count = Annotated[int, Field(ge=1)]
Seed = Annotated[int, Field(ge=0, lt=2**32)]
Range = tuple[float, float]


class Design(Row):
    """Which values are run. points: of a hypercube, base samples of sobol, trajectories of morris, points of each
    hypothesis; levels: of a number in a grid; file: CSV of a list; cross: factors of which every combination is run at
    every point of a latin-hypercube over the others; seed: of the design alone."""

    kind: Literal["grid", "latin-hypercube", "sobol", "morris", "list", "hypotheses"]
    points: Count | None = None
    levels: Annotated[int, Field(ge=2, le=10_000)] = 5
    file: str = ""
    cross: tuple[str, ...] = ()
    second_order: bool = False
    seed: Seed = 1


class Level(Row):
    """One level of a factor: what it changes."""

    changes: tuple[str, ...] = ()
    behaviour: dict[str, float] = Field(default_factory=dict)
    rules: dict[str, str] = Field(default_factory=dict)


class Varied(Row):
    """A factor: of the parameter of its name, of a number behind the key or keys `set`, or of `levels`."""

    set: str | tuple[str, ...] = ""
    levels: dict[str, Level | tuple[str, ...]] = Field(default_factory=dict)
    range: Range | None = None
    values: tuple[float, ...] = ()
    unit: str = ""
    meaning: str = ""
    scale: Literal["linear", "log"] = "linear"
    whole: bool = False

    @model_validator(mode="after")
    def _one_kind(self) -> "Varied":
        if self.set and self.levels:
            raise ValueError("both set and levels: a factor is of one kind")
        if self.levels and (self.range or self.values):
            raise ValueError("levels have no range and no values")
        if self.levels and len(self.levels) < 2:
            raise ValueError("one level is no choice")
        if self.set and not (self.range or self.values):
            raise ValueError("a number behind a key needs a range or values")
        if self.range and not self.range[0] < self.range[1]:
            raise ValueError("the range must rise")
        if len(set(self.values)) < len(self.values):
            raise ValueError("a value stands there twice")
        if self.range and self.values and not self.range[0] <= min(self.values) <= max(self.values) <= self.range[1]:
            raise ValueError("values lie outside the range")
        if self.whole and any(value % 1.0 for value in (*(self.range or ()), *self.values)):
            raise ValueError("whole numbers are asked for, and a range or values that are none")
        if self.scale == "log" and min((*(self.range or (1.0,)), *self.values), default=1.0) <= 0.0:
            raise ValueError("a logarithmic scale must lie above zero")
        return self


class Asked(Row):
    """A number to keep of every run."""

    statistic: str = ""
    arguments: dict[str, Any] = Field(default={}, alias="with")
    fact: str = ""
    function: str = ""
    unit: str = ""
    meaning: str = ""

    @model_validator(mode="after")
    def _one_kind(self) -> "Asked":
        if sum(map(bool, (self.statistic, self.fact, self.function))) != 1:
            raise ValueError("give one of statistic, fact and function")
        return self


class Recorded(Row):
    """Paths to keep of every run."""

    every: Every = "month"
    record: Annotated[tuple[str, ...], Field(min_length=1)]


class Agents(Row):
    """Agents to keep the states of: by name, or so many drawn by the seed of the design."""

    names: tuple[str, ...] = ()
    sample: int = 0
    fields: Annotated[tuple[str, ...], Field(min_length=1)]
    every: Every = "month"


class Short(Row):
    """A small version of the study: what differs from it."""

    replications: Count | None = None
    points: Count | None = None
    values: dict[str, tuple[float, ...]] = Field(default_factory=dict)


class Question(Row):
    """Scenario discovery: in which points does an output lie above or below a value, in most replications? With
    `factor`, one that is crossed, it is the difference of its `level` to its `base`, paired."""

    name: str
    output: str
    factor: str = ""
    level: str | float = ""
    base: str | float = ""
    above: float | None = None
    below: float | None = None
    meaning: str = ""

    @model_validator(mode="after")
    def _one_side(self) -> "Question":
        if (self.above is None) == (self.below is None):
            raise ValueError("give one of above and below")
        return self


class Comparison(Row):
    """Paired comparison of the points of a factor with those at its value `base`, all else equal; `better` says whether
    higher or lower outputs win."""

    name: str
    factor: str
    base: str | float
    outputs: Annotated[tuple[str, ...], Field(min_length=1)]
    better: Literal["higher", "lower"] = "higher"


class Paper(Row):
    """What else is made of the runs: `function` (`module:function` or `file.py:function`) takes the sweep and a
    folder, writes figures there and returns lines of findings."""

    function: str = ""


class Study(Row):
    """The file, checked in its form."""

    title: Annotated[str, Field(min_length=1)]
    scenario: str
    changes: tuple[str, ...] = ()
    behaviour: dict[str, float] = Field(default_factory=dict)
    rules: dict[str, str] = Field(default_factory=dict)
    replications: Count = 10
    seed: Seed = 1
    parameters: tuple[str, ...] = ()
    design: Design
    factors: dict[str, Varied] = Field(default_factory=dict)
    outputs: dict[str, Asked] = Field(default_factory=dict)
    series: Recorded | None = None
    agents: Agents | None = None
    short: Short = Short()
    find: tuple[Question, ...] = ()
    compare: tuple[Comparison, ...] = ()
    paper: Paper = Paper()


def names() -> list[str]:
    """The studies that ship."""
    return sorted(p.parent.name for p in FOLDER.glob(f"*/{FILE}"))


def path_of(study: str | Path) -> Path:
    """The file of a study: one that ships, by name; a file, or a folder with `study.toml`. `BadInput` names the
    nearest."""
    path = Path(study)
    if str(study) in names():
        return FOLDER / str(study) / FILE
    if path.is_dir():
        path = path / FILE
    if path.is_file():
        return path
    raise BadInput([f"study {study}: not found ({nearest(str(study), names())}; or give a file)"], "study")


def read_study(study: str | Path) -> Study:
    """The study of that name or file; `BadInput` lists everything that is wrong with its form."""
    path = path_of(study)
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput([f"{path.name}: {error}"], "study") from None
    try:
        return Study.model_validate(raw)
    except ValidationError as error:
        raise BadInput([_told(path.name, e) for e in error.errors()], "study") from None


def _told(file: str, error: Any) -> str:
    """One error of the form in the words of a user. Of a key that takes one of two kinds both are tried."""
    place = error["loc"]
    if error["type"] == "value_error":
        told = str(error["ctx"]["error"])
    else:
        told = explain(error, "", _valid(place) if error["type"] == "extra_forbidden" else ())
    where = ".".join(str(p) for p in place if p not in ("Level", "tuple[str, ...]", "str", "float"))
    return f"{file}, {where}: {told.replace('unknown column', 'unknown key')}"


def _valid(place: Sequence[Any]) -> list[str]:
    """The keys that are valid where a key is not."""
    inner: dict[str, type[Row]] = {
        "design": Design, "factors": Varied, "outputs": Asked, "series": Recorded, "agents": Agents, "short": Short,
        "find": Question, "compare": Comparison, "paper": Paper,
    }  # fmt: skip
    model: type[Row] = Study if len(place) == 1 else Level if "Level" in place else inner[str(place[0])]
    return [f.alias or n for n, f in model.model_fields.items()]


def shortened(study: Study) -> Study:
    """The small version of a study."""
    short = study.short
    factors = {n: f.model_copy(update={"values": short.values[n]}) if n in short.values else f
               for n, f in study.factors.items()}  # fmt: skip
    design = study.design.model_copy(update={"points": short.points} if short.points else {})
    return study.model_copy(
        update={"replications": short.replications or study.replications, "design": design, "factors": factors}
    )
