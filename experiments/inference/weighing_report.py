"""The weighing of hypotheses (see `weighing.py`) as plain data, as tables, and as a figure of their best paths."""

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from chokepoint.experiments.history.observed import Datum
from chokepoint.experiments.inference.weighing import ERROR_RATE, PASS, STRONG, Weighed, Weighing
from chokepoint.sim.market.week import recorded

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MONTH_DAYS = 365.25 / 12.0
WIDTH_MM = 150.0
COLOURS = ("#0173b2", "#d55e00", "#029e73", "#cc78bc", "#ca9161", "#56b4e9")  # of hypotheses, for the colour-blind too


def as_data(result: Weighing) -> dict[str, Any]:
    """The weighing as one plain object; paths are those of the best points, in the unit of their series."""
    history, weighed = result.history, result.weighed
    hypotheses = {}
    for w in weighed:
        size, first, last = w.hypothesis.values(w.units[w.best])
        hypotheses[w.hypothesis.name] = {
            "title": w.hypothesis.title, "size": size, "unit": w.hypothesis.unit, "first": first, "last": last,
            "log_likelihood": w.fitted, "log_marginal": w.marginal, "log_likelihood_by_group": by_group(result, w),
            "misfit": misfit(result, w),
            "errors": {k: dict(zip(("wrong", f"wrong_above_{PASS:g}"), e, strict=True)) for k, e in w.errors.items()},
        }  # fmt: skip
    observations = [
        {
            "group": d.group, "item": d.item, "first": str(d.first), "last": str(d.last), "unit": recorded()[d.series].unit,
            "observed": float(np.exp(d.log_value)),
            **{w.hypothesis.name: float(np.exp(w.paths[w.best, i])) for w in weighed},
        }
        for i, d in enumerate(history.data)
    ]  # fmt: skip
    return {
        "episode": result.episode, "points": result.points, "replications": result.replications, "seed": result.seed,
        "synthetic": result.synthetic, "failed": result.failed, "log_ratio": result.log_ratio,
        "log_bayes_factor": result.log_bayes, "verdict": result.verdict, "hypotheses": hypotheses,
        "observations": observations,
    }  # fmt: skip


def by_group(result: Weighing, w: Weighed) -> dict[str, float]:
    """Log-likelihood of the best point of a hypothesis, by group of observations."""
    return {g: float(result.history.log_likelihood(w.paths[w.best], group=g)) for g in result.history.groups}


def misfit(result: Weighing, w: Weighed) -> float:
    """Mean squared standard residual at the best point of a hypothesis, about 1 for a good fit."""
    return float(result.history.misfit(w.paths[w.best]))


def print_weighing(result: Weighing, console: Any) -> None:
    """Print hypotheses, ratios and errors to a rich console."""
    from rich.table import Table

    table = Table(header_style="bold")
    groups = [f"of {g}" for g in result.history.groups]
    right = ("size", "ln likelihood", *groups, "misfit", "ln mean of all points")
    for name in ("hypothesis", "size", "unit", "first month", "last month", *right[1:]):
        table.add_column(name, justify="right" if name in right else "left")
    errors = Table(
        header_style="bold", title="Synthetic histories that prefer another hypothesis", title_justify="left"
    )
    for name in ("drawn from", "points drawn", "share", f"share, ratio above {PASS:g}"):
        errors.add_column(name, justify="right" if name.startswith("share") else "left")
    for w in result.weighed:
        size, first, last = w.hypothesis.values(w.units[w.best])
        parts = (f"{v:.2f}" for v in by_group(result, w).values())
        row = (f"{w.hypothesis.name}: {w.hypothesis.title}", f"{size:.3g}", w.hypothesis.unit, first, last)
        table.add_row(*row, f"{w.fitted:.2f}", *parts, f"{misfit(result, w):.2f}", f"{w.marginal:.2f}")
        for kind, rates in w.errors.items():
            words = {"all": "all alike", "likely": "by their likelihood in history"}[kind]
            errors.add_row(w.hypothesis.name, words, *(f"{100 * r:.0f} %" for r in rates))
    first_of, *others = (w.hypothesis.name for w in result.weighed)
    console.print(
        f"\n[bold]{result.episode}[/bold], {len(result.history.data)} observations, {result.points} points of each "
        f"hypothesis, {result.replications} replications, seed {result.seed}"
        + (f", {result.failed} runs failed and their points are left out" if result.failed else "")
    )
    console.print(table)
    console.print(
        "misfit: mean square of the residuals in standard deviations, freed of their correlation; 1 is as expected"
    )
    console.print(errors)
    strong = f"strong: above {STRONG:g}, and at most {100 * ERROR_RATE:.0f} % of errors"
    console.print(
        f"{first_of} to {' or '.join(others)}: ratio of fitted likelihoods {np.exp(result.log_ratio):.3g} "
        f"(ln {result.log_ratio:.2f}), of marginal ones {np.exp(result.log_bayes):.3g} (ln {result.log_bayes:.2f}): "
        f"{result.verdict}\n(pass: above {PASS:g}; {strong})"
    )


def draw(result: Weighing) -> "Figure":
    """Observed points with one standard deviation of the residuals, and the best path of each hypothesis. What adds up
    is shown a month; a path whose level is not at issue is shifted to the first observation."""
    from matplotlib.lines import Line2D

    from chokepoint.sim.results import drawing

    history = result.history
    series = list(dict.fromkeys((d.group, d.item) for d in history.data))
    colours = dict(zip((w.hypothesis.name for w in result.weighed), COLOURS, strict=False))
    with drawing.theme():
        fig, axes = drawing.panels([g for g, _ in series], 1, WIDTH_MM, share_y=False)
        for (group, item), ax in zip(series, axes, strict=True):
            at = [i for i, d in enumerate(history.data) if (d.group, d.item) == (group, item)]
            data = [history.data[i] for i in at]
            days, share = [_middle(d) for d in data], np.array([1.0 / _months(d) for d in data])
            sd = np.sqrt(history.sd[at] ** 2 + history.residuals.model_sd**2)
            value = np.exp(history.observed[at]) * share
            bars = np.abs(value * np.exp(np.outer((-1.0, 1.0), sd)) - value)
            ax.errorbar(days, value, bars, fmt="o", color=drawing.HISTORY, ms=3, lw=0.6, zorder=4)  # type: ignore[arg-type]
            for w in result.weighed:
                shift = history.observed[at[0]] - w.paths[w.best, at[0]] if group in history.relative else 0.0
                line = np.exp(w.paths[w.best, at] + shift) * share
                ax.plot(days, line, color=colours[w.hypothesis.name], marker=".", ms=3, zorder=3)  # type: ignore[arg-type]
            unit = recorded()[data[0].series].unit
            ax.set_ylabel(f"{group}, {unit} a month" if data[0].adds else f"{group}, {unit}")
            ax.set_ylim(bottom=0.0)
            ax.set_title(group + (", all paths from the first observation" if group in history.relative else ""))
        drawing.date_axis(axes[-1], min(d.first for d in history.data), max(d.last for d in history.data), ticks=12)
        handles = [
            Line2D([], [], color=drawing.HISTORY, marker="o", ms=3, lw=0.6, label="observed, one s.d. of residuals")
        ]
        for w in result.weighed:
            size, first, last = w.hypothesis.values(w.units[w.best])
            label = f"{w.hypothesis.name}: {size:.3g} {w.hypothesis.unit}, {first} to {last}; ln L {w.fitted:.1f}"
            handles.append(Line2D([], [], color=colours[w.hypothesis.name], marker=".", ms=3, label=label))
        foot = (
            f"{result.episode}. Best of {result.points} points of each hypothesis, mean of {result.replications} "
            f"replications, seed {result.seed}; ratio of fitted likelihoods {np.exp(result.log_ratio):.3g}. "
            "What was observed over several months is shown as their mean."
        )
        return drawing.finish(fig, 45.0 * len(series), foot, handles)


def _middle(datum: Datum) -> date:
    return datum.first + (datum.last - datum.first) / 2


def _months(datum: Datum) -> float:
    """Months that an amount stands for; a level stands for itself."""
    return max(1.0, round(((datum.last - datum.first) + timedelta(days=1)).days / MONTH_DAYS)) if datum.adds else 1.0
