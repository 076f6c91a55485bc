"""Statistics of a run that history can be held against: one number per replication.

`facts.toml` of an episode names them with their arguments; the functions know nothing of any episode.
"""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import numpy as np

from sim.record import Run

Span = tuple[date, date]
SPANS = ("span", "base", "outside", "inside", "last", "again", "again_base")  # arguments that are a first and last day


def level(run: Run, series: str, column: str, span: Span) -> np.ndarray:
    """Mean of a series between two days, in its unit."""
    return run.mean(series, column, *span)


def level_ratio(run: Run, series: str, column: str, span: Span, base: Span) -> np.ndarray:
    """Mean of one span over the mean of another."""
    return run.mean(series, column, *span) / run.mean(series, column, *base)


def monthly(run: Run, series: str, column: str) -> tuple[list[date], np.ndarray]:
    """Months and the mean of each: (replications, months)."""
    data = run.column(series, column)
    days = [run.start + timedelta(days=int(t * run.step_days)) for t in range(run.steps)]
    months = sorted({day.replace(day=1) for day in days})
    index = {month: i for i, month in enumerate(months)}
    sums = np.zeros((len(data), len(months)))
    counts = np.zeros(len(months))
    for t, day in enumerate(days):
        i = index[day.replace(day=1)]
        sums[:, i] += data[:, t]
        counts[i] += 1
    return months, sums / counts


def peak(run: Run, series: str, column: str) -> np.ndarray:
    """Highest monthly mean, in the unit of the series."""
    return monthly(run, series, column)[1].max(axis=1)


def peak_month(run: Run, series: str, column: str) -> np.ndarray:
    """Months from the start of the peak year count: year + (month - 1)/12 of the highest monthly mean."""
    months, means = monthly(run, series, column)
    return np.array([months[i].year + (months[i].month - 1) / 12.0 for i in means.argmax(axis=1)])


def share_of_peak(run: Run, series: str, column: str, span: Span) -> np.ndarray:
    """Mean of a span over the highest monthly mean."""
    return run.mean(series, column, *span) / peak(run, series, column)


def price_ratio(run: Run, column: str, outside: Span, inside: Span) -> np.ndarray:
    """Outside price over inside price (home market taxes included), each over its own span."""
    return run.mean("price_outside", column, *outside) / run.mean("price_inside", column, *inside)


def basket_ratio(run: Run, weights: dict[str, float], span: Span, base: Span) -> np.ndarray:
    """Value of a basket of materials in one span over another, at outside prices."""

    def value(between: Span) -> np.ndarray:
        return np.sum([w * run.mean("price_outside", m, *between) for m, w in weights.items()], axis=0)

    return value(span) / value(base)


def total(run: Run, series: str, columns: list[str] | str, span: Span) -> np.ndarray:
    """Sum between two days, in the unit of the series; `columns` may be "all"."""
    return run.total(series, _columns(run, series, columns), *span)


def total_ratio(
    run: Run, series: str, columns: list[str] | str, span: Span, base: Span, scale: float = 1.0
) -> np.ndarray:
    """Sum of one span over the sum of another, times `scale`."""
    chosen = _columns(run, series, columns)
    return scale * run.total(series, chosen, *span) / run.total(series, chosen, *base)


def share_of(run: Run, series: str, columns: list[str] | str, span: Span, amount: float) -> np.ndarray:
    """Sum between two days over a given amount (such as a quota)."""
    return run.total(series, _columns(run, series, columns), *span) / amount


def part_of(run: Run, series: str, others: list[str], columns: list[str] | str, span: Span) -> np.ndarray:
    """Sum of one series over the sum of it and the others."""
    own = run.total(series, _columns(run, series, columns), *span)
    rest = np.sum([run.total(o, _columns(run, o, columns), *span) for o in others], axis=0)
    return own / (own + rest)


def largest_year(run: Run, series: str, columns: list[str], years: list[int]) -> np.ndarray:
    """Largest yearly sum over some years."""
    return np.max([run.total(series, columns, date(y, 1, 1), date(y, 12, 31)) for y in years], axis=0)


def growth(run: Run, series: str, columns: list[str] | str, span: Span, base: Span) -> np.ndarray:
    """Sum of one span over the sum of another, less one."""
    return total_ratio(run, series, columns, span, base) - 1.0


def mix(run: Run, series: str, weights: dict[str, float]) -> np.ndarray:
    """Mean of columns weighted by mass, week by week: (replications, steps)."""
    whole = sum(weights.values())
    return np.sum([w / whole * run.column(series, c) for c, w in weights.items()], axis=0)


def _week_steps(run: Run, span: Span) -> slice:
    return slice(max(run.step_of(span[0]), 0), min(run.step_of(span[1]), run.steps - 1) + 1)


def mix_change(run: Run, series: str, weights: dict[str, float], base: Span, span: Span) -> np.ndarray:
    """Mean of a mix in one span over its mean in another, less one."""
    data = mix(run, series, weights)
    return data[:, _week_steps(run, span)].mean(axis=1) / data[:, _week_steps(run, base)].mean(axis=1) - 1.0


def mix_rise(run: Run, series: str, weights: dict[str, float], base: Span, span: Span) -> np.ndarray:
    """Highest week of a mix in one span over its mean in another, less one."""
    data = mix(run, series, weights)
    return data[:, _week_steps(run, span)].max(axis=1) / data[:, _week_steps(run, base)].mean(axis=1) - 1.0


def mix_rise_weeks(run: Run, series: str, weights: dict[str, float], base: Span, span: Span) -> np.ndarray:
    """Weeks from the last day of `base` to the highest week of a mix in `span`."""
    chosen = _week_steps(run, span)
    highest = mix(run, series, weights)[:, chosen].argmax(axis=1) + chosen.start
    return (highest - run.step_of(base[1])) * run.step_days / 7.0


def mix_gain_lost(run: Run, series: str, weights: dict[str, float], base: Span, span: Span, last: Span) -> np.ndarray:
    """Share of the rise from `base` to the highest week of `span` that is gone in `last`; 0 where nothing rose."""
    rise = mix_rise(run, series, weights, base, span)
    left = mix_change(run, series, weights, base, last)
    return np.divide(rise - left, rise, out=np.zeros_like(rise), where=rise > 0.0)


def mix_second_rise(
    run: Run, series: str, weights: dict[str, float], base: Span, span: Span, again_base: Span, again: Span
) -> np.ndarray:
    """A second rise over the first, each the highest week over its own base, less one.

    A second fall counts as no rise, a first rise as at least 0.1 %.
    """
    first = np.maximum(0.001, mix_rise(run, series, weights, base, span))
    second = np.maximum(0.0, mix_rise(run, series, weights, again_base, again))
    return second / first


def _columns(run: Run, series: str, columns: list[str] | str) -> list[str]:
    if columns == "all":
        return run.columns[series]
    return [columns] if isinstance(columns, str) else columns


STATISTICS: dict[str, Callable[..., np.ndarray]] = {
    f.__name__: f
    for f in (
        level, level_ratio, peak, peak_month, share_of_peak, price_ratio, basket_ratio, total, total_ratio,
        share_of, part_of, largest_year, growth, mix_change, mix_rise, mix_rise_weeks, mix_gain_lost, mix_second_rise,
    )
}  # fmt: skip


def arguments(given: dict[str, Any]) -> dict[str, Any]:
    """Arguments of a fact as the functions want them: spans become pairs of dates."""
    out = dict(given)
    for key in SPANS:
        if key in out:
            first, last = out[key]
            out[key] = (first, last)
    return out
