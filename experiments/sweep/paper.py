"""What a paper needs of a finished study: tables, figures with captions, and findings as one Markdown page.

What is made follows from the study: sensitivity of every output for sobol and morris designs, and of every series over
time; a box of worlds for every `[[find]]`; paired differences for every `[[compare]]`; the likelihoods of hypotheses;
and what the study's own function (`[paper]`) adds. Nothing is made from a study with a run missing or failed. Runs in
which a price ran away are told before anything else, and no paired difference is taken with them.
"""

import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from chokepoint.experiments.analysis import (
    comparison,
    comparison_figures,
    discovery,
    discovery_figures,
    over_time,
    sensitivity,
    sensitivity_figures,
)
from chokepoint.experiments.analysis import runaways as away
from chokepoint.experiments.analysis.complete import values_by_point, values_over_time
from chokepoint.experiments.runs.outputs import function_named
from chokepoint.experiments.sweep.folder import Sweep
from chokepoint.experiments.sweep.plan import Plan
from chokepoint.experiments.sweep.study import Comparison, Question
from chokepoint.experiments.telling.figure_file import Caption, save
from chokepoint.experiments.telling.figure_parts import COLOURS
from chokepoint.experiments.telling.numbers import short_number
from chokepoint.sim.engine.files import write_whole

if TYPE_CHECKING:
    import pandas
    from matplotlib.figure import Figure

FINDINGS = "findings.md"
MOST_FIGURES = 6  # of one comparison
LONGEST = 100  # name of a file, its ending left out
PRECISIONS = (0.2, 0.1, 0.05, 0.02)  # half-widths of intervals, of the largest difference
INTERVAL = "bars: 95 % intervals"


class Paper:
    """The pages of a study under way: each `figure`, `table` and `say` adds to the findings."""

    def __init__(self, sweep: Sweep, plan: Plan, folder: Path):
        self.sweep, self.plan, self.folder = sweep, plan, folder
        self.lines: list[str] = []
        self.stems: dict[str, str] = {}
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

    def file(self, stem: str) -> str:
        """A name for files that any disk and any link takes, one for each stem."""
        if stem not in self.stems:
            plain = "".join(c if c.isalnum() or c in "._-" else "-" for c in stem)[:LONGEST].lstrip(".") or "figure"
            taken = {name.casefold() for name in self.stems.values()}
            tries = (plain, *(f"{plain}-{i}" for i in range(2, len(taken) + 3)))
            self.stems[stem] = next(name for name in tries if name.casefold() not in taken)
        return self.stems[stem]

    def figure(self, stem: str, figure: "Figure", title: str, interval: str = INTERVAL, note: str = "") -> None:
        """Save a figure (PNG, PDF, SVG, caption) and show it in the findings."""
        caption, stem = Caption(title, self.sample, self.seeds, interval, note), self.file(stem)
        save(figure, self.folder / stem, caption, self.sweep.identity)
        self.say(f"![{title}]({stem}.png)", f"*{caption}*")

    def table(self, stem: str, frame: "pandas.DataFrame", title: str, rows: int = 12) -> None:
        """Save a table as CSV and show its first rows in the findings, three digits each."""
        stem = self.file(stem)
        write_whole(self.folder / f"{stem}.csv", frame.to_csv(index=False, lineterminator="\n"))
        head = [f"| {' | '.join(map(_cell, frame.columns))} |", "|" + "---|" * len(frame.columns)]
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

    @property
    def ran_away(self) -> np.ndarray:
        """Whether a price ran away at a point, in any replication: (points,)."""
        return np.isin(np.arange(len(self.sweep.points)), away.points_with_one(self.sweep.runs))

    def places(self, **at: str | float) -> np.ndarray:
        """The points at which factors have these values or levels: (points,) of truth values."""
        factors = {f.name: f for f in self.sweep.factors}
        chosen = np.ones(len(self.sweep.points), dtype=bool)
        for name, told in at.items():
            chosen &= np.isclose(self.sweep.points[name], factors[name].code(told), rtol=1e-9, atol=0.0)
        return chosen


def _cell(value: Any) -> str:
    if isinstance(value, float | np.floating):
        return "" if math.isnan(value) else short_number(float(value))
    return str(value).replace("|", "\\|")


def write_paper(sweep: Sweep, plan: Plan, folder: Path | None = None) -> Path:
    """Analyse a finished study into a folder (default: `paper` inside its own) and return the page of findings.

    `BadInput` names every run that is missing or failed, before anything is written.
    """
    ended = np.where(sweep.runs["state"] == "done", 1.0, np.nan)
    values_by_point(sweep.points, sweep.runs.assign(runs=ended), "runs", sweep.replications)
    paper = Paper(sweep, plan, folder or sweep.folder / "paper")
    study = plan.study
    paper.lines += [f"# {study.title}", ""]
    paper.say(f"Scenario `{study.scenario}`; {paper.sample}; seeds: {paper.seeds}; sweep {sweep.identity}.")
    _runaways(paper)
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


def _runaways(paper: Paper) -> None:
    """Say which runs left what the model knows: whatever averages over all runs rests on them, too."""
    runs = paper.sweep.runs
    lines = away.told_briefly(runs)
    if lines:
        told = f"**A price ran away in {len(away.ran_away(runs))} of {len(runs)} runs.** Numbers of them mean nothing, "
        paper.say(told + "and what is averaged over all runs below rests on them:", *(f"- {line}" for line in lines))


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
            unit, stem = sweep.batch.units[f"series.{column}"][0], column.replace("|", "-")
            every = paper.plan.study.series.every
            paper.lines += [f"## {column} over time", ""]
            paper.table(f"{stem}-over-time", paths, f"Indices of {column} by time", rows=0)
            index = "ST" if kind == "sobol" else "mu_star"
            fig = sensitivity_figures.over_time_lines(paths, index, unit)
            paper.figure(f"{stem}-over-time", fig, f"What moves {column}, {every} by {every}", "bands: 95 % intervals")


def _discovery(paper: Paper, question: Question) -> None:
    sweep = paper.sweep
    values, points, factors = paper.values(question.output), sweep.points, sweep.factors
    paper.lines += [f"## {question.name}: {question.meaning or question.output}", ""]
    if question.factor:
        chosen = paper.places(**{question.factor: question.level})
        base = paper.places(**{question.factor: question.base})
        calm = ~(paper.ran_away[chosen] | paper.ran_away[base])
        values = (values[chosen] - values[base])[calm]
        factors = tuple(f for f in factors if f.name != question.factor)
        points = points[chosen][calm].reset_index(drop=True)
        if not calm.all():
            paper.say(f"{(~calm).sum()} of {len(calm)} worlds are left out: a price ran away in them.")
        if not calm.any():
            return
    holds = discovery.worlds(values, above=question.above, below=question.below)
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

    factor = next(f for f in paper.sweep.factors if f.name == asked.factor)
    column = paper.sweep.points[factor.name].to_numpy()
    base = factor.told(factor.code(asked.base))
    paper.lines += [f"## {asked.name}", ""]
    found = []
    for where, points in _others(paper, factor.name):
        places = {factor.told(v): int(points[column[points] == v][0]) for v in sorted(set(column[points]))}
        if base in places and len(places) > 1:
            found.append((where, places))
    beside = [(where, places) for where, places in found if not paper.ran_away[list(places.values())].any()]
    if len(beside) < len(found):
        paper.say(f"No comparison in {len(found) - len(beside)} of {len(found)} worlds: a price ran away in them.")
    if not beside:
        paper.say(*([] if found else [f"Nowhere was {base} run beside something else."]))
    elif paper.sweep.replications < 2:
        paper.say("Intervals of differences take two replications or more.")
        beside = []
    for output in asked.outputs if beside else ():
        values, rows = paper.values(output), list[pd.DataFrame]()
        for where, places in beside:
            by = pd.DataFrame(values[list(places.values())], index=pd.Index(places))
            compared = comparison.compare(by, base, better=asked.better)
            table = compared.table.reset_index()
            table.columns = [asked.factor, *table.columns[1:]]
            for name, told in where.items():
                table[name if name not in table else f"{name} (factor)"] = told
            if not rows:
                _replications(paper, f"{asked.name}-{output}", by, base, output, where)
            if len(rows) < MOST_FIGURES:
                fig = comparison_figures.differences(compared, paper.unit(output))
                title = f"{paper.meaning(output)}: difference to {base}" + _beside(where)
                stem = "-".join((asked.name, output, *where.values()))
                paper.figure(stem, fig, title, "thick: t interval, caps: bootstrap, 95 %")
            rows.append(table)
        paper.table(f"{asked.name}-{output}", pd.concat(rows), f"{output}, paired with {base} ({paper.unit(output)})")


def _beside(where: Mapping[str, str]) -> str:
    return f" ({', '.join(f'{name} {told}' for name, told in where.items())})" if where else ""


def _replications(
    paper: Paper, stem: str, values: "pandas.DataFrame", base: str, output: str, where: Mapping[str, str]
) -> None:
    """How many replications intervals of several widths take, paired and not, from the runs at hand."""
    largest = float((values - values.loc[base]).mean(axis=1).abs().max())
    wanted = [float(f"{share * largest:.1g}") for share in PRECISIONS]
    if largest == 0.0:
        return
    table = comparison.replications_table(values, base, wanted)
    title = f"Replications for an interval of {output}" + _beside(where)
    paper.table(f"{stem}-replications", table, title)
    if table["policy"].nunique() <= len(COLOURS):
        fig = comparison_figures.replications(table, paper.unit(output))
        paper.figure(f"{stem}-replications", fig, title, "half-widths of 95 % t intervals", "From the runs as a pilot.")


def _others(paper: Paper, name: str) -> Iterator[tuple[Mapping[str, str], np.ndarray]]:
    """Every combination of the values of the other factors that was run: names of values, and numbers of its points."""
    factors = [f for f in paper.sweep.factors if f.name != name]
    matrix = paper.sweep.points[[f.name for f in factors]].to_numpy()
    every = np.column_stack([np.zeros(len(matrix)), matrix])  # one column at least, for the only factor of a study
    found, which, counts = np.unique(every, axis=0, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)[:-1]
    for row, points in zip(found, np.split(np.argsort(which.reshape(-1), kind="stable"), ends), strict=True):
        yield {f.name: f.told(v) for f, v in zip(factors, row[1:], strict=True)}, points
