"""A study's own mechanisms: files with `MECHANISM` that a scenario names (`mechanisms = ["royalty.py"]`)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from chokepoint.sim.engine.compiled import load
from chokepoint.sim.engine.frame import Frame
from chokepoint.sim.engine.mechanism import Mechanism
from chokepoint.sim.engine.phase_source import PhaseSource, digest
from chokepoint.sim.scenario.problems import BadInput


def mechanisms_in(files: Sequence[str | Path]) -> tuple[Mechanism, ...]:
    """The mechanisms of these files, which are run to read them; `BadInput` tells what is wrong with any of them."""
    problems: list[str] = []
    found = []
    for file in map(Path, files):
        try:
            module = load(file, digest(file.read_text(encoding="utf-8")))
        except Exception as error:  # the study's own file may fail in any way while it is read
            problems.append(f"mechanisms, {file.name}: cannot be read ({type(error).__name__}: {error})")
            continue
        mechanism = getattr(module, "MECHANISM", None)
        if isinstance(mechanism, Mechanism):
            found.append(mechanism)
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
