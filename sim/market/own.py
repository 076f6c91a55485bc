"""A study's own mechanisms: files with `MECHANISM` that a scenario names (`mechanisms = ["royalty.py"]`).

What a file declares is held against what the frame knows before anything is compiled, and refused by name.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from chokepoint.sim.engine.arrays import Array
from chokepoint.sim.engine.compiled import load
from chokepoint.sim.engine.frame import BUNDLES, Frame
from chokepoint.sim.engine.mechanism import Mechanism, Phase
from chokepoint.sim.engine.phase_source import PhaseSource
from chokepoint.sim.engine.series import Series
from chokepoint.sim.market.columns import KINDS
from chokepoint.sim.network.structure import AXES
from chokepoint.sim.scenario.acts import Instrument
from chokepoint.sim.scenario.problems import BadInput, nearest

ARGUMENTS = ["step", "dt", "P", *BUNDLES]
MOST_AXES = 3
TYPES = ("f8", "i8", "u4", "u8")


def mechanisms_in(files: Sequence[str | Path]) -> tuple[Mechanism, ...]:
    """The mechanisms of these files, which are run to read them; `BadInput` tells what is wrong with any of them."""
    problems: list[str] = []
    found = []
    for file in map(Path, files):
        try:
            module = load(file, file.read_text(encoding="utf-8"))
        except Exception as error:  # the study's own file may fail in any way while it is read
            problems.append(f"mechanisms, {file.name}: cannot be read ({type(error).__name__}: {error})")
            continue
        mechanism = getattr(module, "MECHANISM", None)
        if isinstance(mechanism, Mechanism):
            found.append(mechanism)
            problems += [f"mechanisms, {file.name}: {problem}" for problem in problems_of(mechanism)]
        else:
            problems.append(f"mechanisms, {file.name}: has no MECHANISM = Mechanism(...)")
    if problems:
        raise BadInput(problems, "mechanisms")
    return tuple(found)


def framed(shipped: PhaseSource, own: Sequence[Mechanism]) -> PhaseSource:
    """The phases of `shipped` with a study's own mechanisms among them; `BadInput` where they do not fit."""
    frame = shipped.frame
    structure = frame.by_letter["N"][: frame.structure_arrays]
    try:
        source = PhaseSource(Frame(structure, frame.shipped, own), tuple(shipped.parameters))
        for mechanism in own:
            if mechanism.phases:
                source.module(source.files[mechanism.name], (), {})
    except (ValueError, AttributeError) as error:
        raise BadInput([f"mechanisms: {error}"], "mechanisms") from None
    taken = [
        f"mechanisms, {mechanism.name}: the {kind} {name!r} is taken"
        for mechanism in own
        for kind, names, known in (
            ("instrument", [i.name for i in mechanism.instruments], frame.instruments),
            ("series", mechanism.series, frame.series),
        )
        for name in names
        if name in known
    ]
    if taken:
        raise BadInput(taken, "mechanisms")
    return source


def problems_of(mechanism: Mechanism) -> Iterator[str]:
    """What is wrong with a declaration by itself, before it is held against those of others; one line each."""
    wanted: tuple[tuple[str, Any, type | None], ...] = (
        ("phases", mechanism.phases, Phase),
        ("arrays", mechanism.arrays, Array),
        ("instruments", mechanism.instruments, Instrument),
        ("checks", mechanism.checks, None),
    )
    sound = True
    for field, given, kind in wanted:
        fit = callable if kind is None else lambda item, kind=kind: isinstance(item, kind)
        if not isinstance(given, tuple) or not all(map(fit, given)):
            sound = False
            yield f"{field}: must be a tuple of {kind.__name__ if kind else 'functions'}, such as ({field[:-1]},)"
    if not isinstance(mechanism.series, Mapping) or not all(isinstance(s, Series) for s in mechanism.series.values()):
        sound = False
        yield "series: must be a dictionary of Series by name"
    if sound:
        yield from _of_phases(mechanism.phases)
        yield from _of_arrays(mechanism.arrays)
        yield from _of_series(mechanism.series)


def _of_phases(phases: Iterable[Phase]) -> Iterator[str]:
    for phase in phases:
        found = list(inspect.signature(phase.run).parameters)
        if found != ARGUMENTS:
            yield f"phase {phase.name}: takes ({', '.join(found)}), a phase takes ({', '.join(ARGUMENTS)})"
        for word, names in (("after", phase.after), ("before", phase.before)):
            if not isinstance(names, tuple):
                yield f"phase {phase.name}: {word} must be a tuple of names, such as ({names!r},)"


def _of_arrays(arrays: Iterable[Array]) -> Iterator[str]:
    for array in arrays:
        letters = [letter for letter in BUNDLES if letter != "N"]
        if array.letter not in letters or not array.field.isidentifier():
            yield f"array {array.name!r}: must be one of {', '.join(letters)}, a dot and a name, such as S.{array.name}"
        if array.kind not in TYPES:
            yield f"array {array.name}: its type {array.kind!r} is not one of {', '.join(TYPES)}"
        yield from _of_axes(f"array {array.name}", array.axes)


def _of_axes(what: str, axes: str) -> Iterator[str]:
    letters = axes.split()
    if not 1 <= len(letters) <= MOST_AXES:
        yield f"{what}: axes {axes!r}: an array has one to {MOST_AXES} axes, with blanks between them"
    for letter in letters:
        if not letter.isdigit() and (letter not in AXES or letter in "nd"):
            counts = ", ".join(f"{key} {meaning.split(':')[0].split(',')[0]}" for key, meaning in AXES.items())
            yield f"{what}: axis {letter!r} counts nothing that is known ({counts}; or a number)"


def _of_series(series: Mapping[str, Series]) -> Iterator[str]:
    for name, info in series.items():
        if info.columns not in KINDS:
            yield f"series {name}: columns {info.columns!r} ({nearest(info.columns, KINDS)})"
            continue
        if not info.axes:
            continue
        yield from _of_axes(f"series {name}", info.axes)
        if info.axes.split()[0] != "t":
            yield f"series {name}: axes {info.axes!r}: the first must be t, steps of the calendar"
        elif info.take is None and KINDS[info.columns].axes != " ".join(info.axes.split()[1:]):
            fitting = KINDS[info.columns].axes
            declare = f"declare 't {fitting}', or " if fitting else ""
            yield (
                f"series {name}: axes {info.axes!r} do not give its columns, {info.columns!r}: "
                f"{declare}say in `take` how columns are made of the array"
            )


def misfits(series: Mapping[str, Series], record: Any, columns: Callable[[str], Sequence[str]]) -> Iterator[str]:
    """Series whose `take` gives other columns than they declare. record: a world's, before its first week."""
    for name, info in series.items():
        try:
            found = info.values(name, record).shape[1:]
        except Exception as error:  # the study's own function may fail in any way
            yield f"series {name}: take fails ({type(error).__name__}: {error})"
            continue
        if found != (len(columns(info.columns)),):
            yield f"series {name}: take gives columns {found}, {info.columns!r} has {len(columns(info.columns))}"
