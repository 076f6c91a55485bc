"""What a study asks of its finished runs, held against its factors and outputs: boxes, comparisons, the paper.

Each function tells the problems of one part of the file.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np

from chokepoint.experiments.runs.outputs import function_named
from chokepoint.experiments.runs.points import Factor
from chokepoint.experiments.sweep import designs
from chokepoint.experiments.sweep.study import Study
from chokepoint.sim.scenario.problems import BadInput, nearest

Factors = Mapping[str, Factor]
Values = Callable[[Factor], list[float]]  # those of a factor that are run, none where a design draws them


def analysis_problems(
    study: Study, factors: Sequence[Factor], values: Values, beside: Callable[[str], str]
) -> list[str]:
    """Everything that is wrong with what is made of the runs. beside: as `Plan.beside`."""
    known = {f.name: f for f in factors}
    return [
        *_outputs(study),
        *_boxes(study, known),
        *_crossed(study, known),
        *_names(study),
        *_levels(study, known, values),
        *_pairs(study, known),
        *_short(study),
        *_paper(study, beside),
    ]


def _outputs(study: Study) -> Iterator[str]:
    """Boxes and comparisons look at outputs of the study."""
    asked = [(f"find.{q.name}", q.output) for q in study.find]
    asked += [(f"compare.{c.name}", output) for c in study.compare for output in c.outputs]
    for where, output in asked:
        if output not in study.outputs:
            yield f"{where}: no output {output!r} ({nearest(output, study.outputs)})"


def _boxes(study: Study, factors: Factors) -> Iterator[str]:
    """Boxes need an even spread over some factor."""
    if study.find and study.design.kind in ("sobol", "morris"):
        yield f"find: rows of {study.design.kind} repeat each other's values; use a latin-hypercube"
    if study.find and not set(factors) - set(study.design.cross):
        yield "find: every factor is crossed, none is left to look for"


def _crossed(study: Study, factors: Factors) -> Iterator[str]:
    """Factors that are crossed have values to be combined."""
    for name in study.design.cross:
        if name not in factors:
            yield f"design, cross: no factor {name!r} ({nearest(name, factors)})"
        elif not factors[name].levels and not factors[name].values:
            yield f"design, cross: {name} needs levels or values"
    if study.design.cross and study.design.kind != "latin-hypercube":
        yield "design, cross: only a latin-hypercube is crossed"


def _names(study: Study) -> Iterator[str]:
    """A name is that of one box, or of one comparison: files are called after it."""
    for kind, given in (("find", [q.name for q in study.find]), ("compare", [c.name for c in study.compare])):
        for name in sorted({n for n in given if given.count(n) > 1}):
            yield f"{kind}.{name}: the name stands there twice"


def _levels(study: Study, factors: Factors, values: Values) -> Iterator[str]:
    """What is held against what are levels or values of a factor that are run."""
    named = [(f"compare.{c.name}", c.factor, c.base) for c in study.compare]
    named += [(f"find.{q.name}", q.factor, told) for q in study.find if q.factor for told in (q.level, q.base)]
    for where, name, told in named:
        if name not in factors:
            yield f"{where}: no factor {name!r} ({nearest(name, factors)})"
            continue
        run = values(factors[name])
        try:
            code = factors[name].code(told)
            if run and not np.isclose(run, code, rtol=1e-9, atol=0.0).any():
                some = ", ".join(f"{v:g}" for v in run[:12])
                yield f"{where}: {code:g} is not among the values that are run ({some})"
        except KeyError:
            yield f"{where}: no level {told!r} ({nearest(str(told), factors[name].levels)})"
        except ValueError:
            yield f"{where}: {told!r} is not a number"


def _pairs(study: Study, factors: Factors) -> Iterator[str]:
    """Pairs differ in one factor alone, which takes a design that runs every combination with it."""
    cross = study.design.cross
    for question in study.find:
        if question.factor in factors and question.factor not in cross:
            yield f"find.{question.name}: {question.factor} is not crossed (design, cross)"
    for asked in study.compare:
        if asked.factor in factors and study.design.kind in designs.RANDOM and asked.factor not in cross:
            told = "must be one of a grid or a list, or crossed (design, cross)"
            yield f"compare.{asked.name}: {asked.factor} {told}"


def _short(study: Study) -> Iterator[str]:
    """The short version takes fewer values of a factor that has values."""
    for name, fewer in study.short.values.items():
        if name not in study.factors:
            yield f"short.values.{name}: no factor of that name ({nearest(name, study.factors)})"
        elif not fewer:
            yield f"short.values.{name}: empty"
        elif study.factors[name].levels:
            yield f"short.values.{name}: it has levels, not values"


def _paper(study: Study, beside: Callable[[str], str]) -> Iterator[str]:
    """The study's own function can be had."""
    if study.paper.function:
        try:
            function_named(beside(study.paper.function))
        except BadInput as error:
            yield from (f"paper: {p}" for p in error.problems)
