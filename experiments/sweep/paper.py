"""What a paper needs of a finished study: tables, figures with captions, and findings as one Markdown page.

What is made follows from the study: sensitivity of every output for sobol and morris designs, and of every series over
time; a box of worlds for every `[[find]]`; paired differences for every `[[compare]]`; the likelihoods of hypotheses;
and what the study's own function (`[paper]`) adds. Nothing is made from a study with a run missing or failed.
"""

import math
from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.analysis import (
    comparison,
    comparison_figures,
    discovery,
    discovery_figures,
    over_time,
    sensitivity,
    sensitivity_figures,
)
from experiments.analysis.complete import values_by_point, values_over_time
from experiments.analysis.figure_file import Caption, save
from experiments.analysis.figure_parts import COLOURS, number
from experiments.sweep.folder import Sweep
from experiments.sweep.outputs import function_named
from experiments.sweep.plan import Plan
from experiments.sweep.study import Comparison, Question
from sim.files import write_whole

if TYPE_CHECKING:
    import pandas
    from matplotlib.figure import Figure

FINDINGS = "findings.md"
MOST_FIGURES = 6  # of one comparison
PRECISIONS = (0.2, 0.1, 0.05, 0.02)  # half-widths of intervals, of the largest difference
INTERVAL = "bars: 95 % intervals"


class Paper:
    """The pages of a study under way: each `figure`, `table` and `say` adds to the findings."""

    def __init__(self, sweep: Sweep, plan: Plan, folder: Path):
        self.sweep, self.plan, self.folder = sweep, plan, folder
        self.lines: list[str] = []
        folder.mkdir(parents=True, exist_ok=True)

    @property
    def sample(self) -> str:
        """How many runs stand behind a number."""
        return f"{len(self.sweep.batch.points)} points, {self.sweep.replications} replications each"

    @property
    def seeds(self) -> str:
        return f"runs {self.sweep.batch.seed}, design {self.plan.study.design.seed}"

    def say(self, *lines: str) -> None:
        """Add paragraphs."""
        for line in lines:
            self.lines += [line, ""]

    def figure(self, stem: str, figure: "Figure", title: str, interval: str = INTERVAL, note: str = "") -> None:
        """Save a figure (PNG, PDF, SVG, caption) and show it in the findings."""
        caption = Caption(title, self.sample, self.seeds, interval, note)
        save(figure, self.folder / stem, caption, self.sweep.identity)
        self.say(f"![{title}]({stem}.png)", f"*{caption}*")

    def table(self, stem: str, frame: "pandas.DataFrame", title: str, rows: int = 12) -> None:
        """Save a table as CSV and show its first rows in the findings, three digits each."""
        write_whole(self.folder / f"{stem}.csv", frame.to_csv(index=False, lineterminator="\n"))
        head = [f"| {' | '.join(map(str, frame.columns))} |", "|" + "---|" * len(frame.columns)]
        body = [f"| {' | '.join(map(_cell, row))} |" for row in frame.head(rows).itertuples(index=False)]
        more = [f"(and {len(frame) - rows} more rows in `{stem}.csv`)"] if len(frame) > rows else []
        self.lines += [f"**{title}**", "", *head, *body, *more, ""]

    def unit(self, output: str) -> str:
        return self.sweep.batch.units.get(f"results.{output}", ("", ""))[0]

    def meaning(self, output: str) -> str:
        return self.sweep.batch.units.get(f"results.{output}", ("", ""))[1] or output

    def values(self, output: str) -> np.ndarray:
        """An output by point and replication; `BadInput` names every run that is missing, failed or not finite."""
        return values_by_point(self.sweep.points, self.sweep.runs, output, self.sweep.replications)

    def places(self, **at: str | float) -> np.ndarray:
        """The points at which factors have these values or levels: (points,) of truth values."""
        factors = {f.name: f for f in self.sweep.factors}
        chosen = np.ones(len(self.sweep.points), dtype=bool)
        for name, told in at.items():
            chosen &= np.isclose(self.sweep.points[name], factors[name].code(told))
        return chosen


def _cell(value: Any) -> str:
    if isinstance(value, float | np.floating):
        return "" if math.isnan(value) else number(float(value))
    return str(value)


def write_paper(sweep: Sweep, plan: Plan, folder: Path | None = None) -> Path:
    """Analyse a finished study into a folder (default: `paper` inside its own) and return the page of findings."""
    paper = Paper(sweep, plan, folder or sweep.folder / "paper")
    study = plan.study
    paper.lines += [f"# {study.title}", ""]
    paper.say(f"Scenario `{study.scenario}`; {paper.sample}; seeds: {paper.seeds}; sweep {sweep.identity}.")
    if study.design.kind in ("sobol", "morris"):
        _sensitivity(paper, study.design.kind)
    for question in study.find:
        _discovery(paper, question)
    for asked in study.compare:
        _comparison(paper, asked)
    if study.paper.function:
        function_named(plan.beside(study.paper.function))(paper)  # type: ignore[arg-type]
    path = paper.folder / FINDINGS
    write_whole(path, "\n".join(paper.lines).rstrip() + "\n")
    return path


def _sensitivity(paper: Paper, kind: str) -> None:
    sweep = paper.sweep
    given = (sweep.factors, sweep.points)
    for output in paper.plan.study.outputs:
        if sensitivity.constant(paper.values(output).mean(axis=1)):
            paper.say(f"{output} is the same at every point: nothing moves it.")
            continue
        analyse = sensitivity.sobol if kind == "sobol" else sensitivity.morris
        found = analyse(*given, sweep.runs, output, sweep.replications)
        paper.lines += [f"## {output}: {paper.meaning(output)}", ""]
        best = "ST" if kind == "sobol" else "mu_star"
        table = found.table.reset_index().sort_values(best, ascending=False)
        paper.table(f"{output}-indices", table, f"Which factors move {output}")
        if kind == "sobol":
            paper.figure(
                f"{output}-indices", sensitivity_figures.sobol_bars(found), f"Shares of the variance of {output}",
                f"bars: {100 * found.confidence:g} % bootstrap intervals",
            )  # fmt: skip
        else:
            paper.figure(
                f"{output}-indices", sensitivity_figures.morris_plane(found, paper.unit(output)),
                f"Elementary effects on {output}", f"bars: {100 * found.confidence:g} % bootstrap intervals",
            )  # fmt: skip
        luck = found.variance.share_of_luck
        told = "" if math.isnan(luck) else f" Luck carries {100 * luck:.0f} % of the variance of one run."
        paper.say(f"Convergence: {found.convergence.verdict}.{told}")
        lines = sensitivity_figures.convergence_lines(found, paper.unit(output))
        paper.figure(f"{output}-convergence", lines, f"Indices of {output} on growing parts of the design")
    if paper.plan.study.series is not None:
        series = sweep.table("series")
        for column in sweep.batch.asked["record"]:
            values, _ = values_over_time(sweep.points, series, column, sweep.replications)
            if all(sensitivity.constant(y) for y in values.mean(axis=1).T):
                paper.say(f"{column} is the same at every point and time: nothing moves it.")
                continue
            paths = over_time.over_time(*given, series, column, sweep.replications, method=kind)
            unit, stem = sweep.batch.units[f"series.{column}"][0], column.replace("|", "-").replace(" ", "-")
            paper.lines += [f"## {column} over time", ""]
            paper.table(f"{stem}-over-time", paths, f"Indices of {column} by time", rows=0)
            index = "ST" if kind == "sobol" else "mu_star"
            fig = sensitivity_figures.over_time_lines(paths, index, unit)
            paper.figure(f"{stem}-over-time", fig, f"What moves {column}, month by month", "bands: 95 % intervals")


def _discovery(paper: Paper, question: Question) -> None:
    sweep = paper.sweep
    values, points, factors = paper.values(question.output), sweep.points, sweep.factors
    if question.factor:
        chosen = paper.places(**{question.factor: question.level})
        values = values[chosen] - values[paper.places(**{question.factor: question.base})]
        factors = tuple(f for f in factors if f.name != question.factor)
        points = points[chosen].reset_index(drop=True)
    holds = discovery.worlds(values, above=question.above, below=question.below)
    paper.lines += [f"## {question.name}: {question.meaning or question.output}", ""]
    share = 100 * holds.mean()
    paper.say(f"It holds in {holds.sum()} of {len(holds)} worlds ({share:.0f} %).")
    scatter = discovery_figures.scatter(factors, points, values, question.output, paper.unit(question.output))
    note = f"{question.level} less {question.base} of {question.factor}, paired." if question.factor else ""
    stem = f"find-{question.name}"
    paper.figure(f"{stem}-scatter", scatter, f"{question.output} by factor", "lines: means in bins, 95 %", note)
    if 0 < holds.sum() < len(holds):
        found = discovery.discover(factors, points, holds)
        paper.say(f"PRIM: {found.verdict}.")
        if len(found.restrictions):
            paper.table(stem, found.restrictions, "The box")
            ranges = discovery_figures.box_ranges(factors, found)
            paper.figure(f"{stem}-box", ranges, "Where it holds", "coloured: inside the box")
        paper.figure(f"{stem}-trajectory", discovery_figures.trajectory(found), "Coverage and density of boxes",
                     "one dot a box")  # fmt: skip


def _comparison(paper: Paper, asked: Comparison) -> None:
    import pandas as pd

    sweep = paper.sweep
    factor = next(f for f in sweep.factors if f.name == asked.factor)
    own = sorted(set(sweep.points[factor.name]))
    names = [factor.told(v) for v in own]
    base = factor.told(factor.code(asked.base))
    paper.lines += [f"## {asked.name}", ""]
    for output in asked.outputs:
        values, rows, drawn = paper.values(output), [], 0
        for where, chosen in _others(paper, factor.name):
            by = [values[chosen & np.isclose(sweep.points[factor.name], v)][0] for v in own]
            found = comparison.compare(pd.DataFrame(by, index=names), base, better=asked.better)
            table = found.table.reset_index()
            table.columns = [asked.factor, *table.columns[1:]]
            rows.append(table.assign(**where))
            if not rows[:-1] and found.differences.abs().to_numpy().max() > 0.0:
                _replications(paper, f"{asked.name}-{output}", pd.DataFrame(by, index=names), base, output, where)
            if drawn < MOST_FIGURES:
                drawn += 1
                told = ", ".join(f"{k} {v}" for k, v in where.items())
                stem = f"{asked.name}-{output}" + "".join(f"-{v}" for v in where.values())
                fig = comparison_figures.differences(found, paper.unit(output))
                title = f"{paper.meaning(output)}: difference to {base}" + (f" ({told})" if told else "")
                paper.figure(stem.replace(" ", "-"), fig, title, "thick: t interval, caps: bootstrap, 95 %")
        paper.table(f"{asked.name}-{output}", pd.concat(rows), f"{output}, paired with {base} ({paper.unit(output)})")


def _replications(
    paper: Paper, stem: str, values: "pandas.DataFrame", base: str, output: str, where: Mapping[str, str]
) -> None:
    """How many replications intervals of several widths take, paired and not, from the runs at hand."""
    largest = float((values - values.loc[base]).mean(axis=1).abs().max())
    wanted = [float(f"{share * largest:.1g}") for share in PRECISIONS]
    table = comparison.replications_table(values, base, wanted)
    told = ", ".join(f"{k} {v}" for k, v in where.items())
    title = f"Replications for an interval of {output}" + (f" ({told})" if told else "")
    paper.table(f"{stem}-replications", table, title)
    if table["policy"].nunique() <= len(COLOURS):
        fig = comparison_figures.replications(table, paper.unit(output))
        paper.figure(f"{stem}-replications", fig, title, "half-widths of 95 % t intervals", "From the runs as a pilot.")


def _others(paper: Paper, name: str) -> Iterator[tuple[Mapping[str, str], np.ndarray]]:
    """Every combination of the values of the other factors that was run: names of values, and its points."""
    factors = [f for f in paper.sweep.factors if f.name != name]
    for values in product(*(sorted(set(paper.sweep.points[f.name])) for f in factors)):
        where = {f.name: f.told(v) for f, v in zip(factors, values, strict=True)}
        chosen = np.ones(len(paper.sweep.points), dtype=bool)
        for f, v in zip(factors, values, strict=True):
            chosen &= np.isclose(paper.sweep.points[f.name], v)
        if chosen.any():
            yield where, chosen
