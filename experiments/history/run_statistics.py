"""Statistics of a run that history can be held against: one number per replication.

`facts.toml` of an episode names them with their arguments; the functions know nothing of any episode.
"""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

import numpy as np

from chokepoint.sim.results.run import Run

Span = tuple[date, date]
SPANS = ("span", "base", "outside", "inside", "last", "again", "again_base")  # arguments that are a first and last day
NEVER_WEEKS = 999.0  # weeks to what never comes
BEYOND = 999.0  # a ratio that is not told any larger


def spans(given: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments as TOML gives them, as the functions want them: spans become pairs of dates."""
    return {key: (_day(value[0]), _day(value[1])) if key in SPANS else value for key, value in given.items()}


def _day(value: date | str) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value


def level(run: Run, series: str, column: str, span: Span) -> np.ndarray:
    """Mean of a series between two days, in its unit."""
    return run.mean(series, column, *span)


def level_ratio(run: Run, series: str, column: str, span: Span, base: Span) -> np.ndarray:
    """Mean of one span over the mean of another."""
    return run.mean(series, column, *span) / run.mean(series, column, *base)


def monthly(run: Run, series: str, column: str) -> tuple[list[date], np.ndarray]:
    """Months and the mean of each over the weeks that begin in it: (replications, months)."""
    data = run.column(series, column)
    days = [run.start + timedelta(days=int(t * run.step_days)) for t in range(run.steps)]
    first = [t for t, day in enumerate(days) if t == 0 or day.month != days[t - 1].month]
    lengths = np.diff([*first, run.steps])
    return [days[t].replace(day=1) for t in first], np.add.reduceat(data, first, axis=1) / lengths


def swing(run: Run, series: str, column: str, span: Span) -> np.ndarray:
    """Highest over lowest monthly mean between two days."""
    months, means = monthly(run, series, column)
    inside = np.array([span[0] <= month <= span[1] for month in months])
    return np.asarray(means[:, inside].max(axis=1) / means[:, inside].min(axis=1))


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


def largest_price_ratio(run: Run, column: str) -> np.ndarray:
    """Largest outside price over inside price of one week."""
    return np.asarray((run.column("price_outside", column) / run.column("price_inside", column)).max(axis=1))


def basket_ratio(run: Run, weights: dict[str, float], span: Span, base: Span) -> np.ndarray:
    """Value of a basket of materials in one span over another, at outside prices."""

    def value(between: Span) -> np.ndarray:
        return np.sum([w * run.mean("price_outside", m, *between) for m, w in weights.items()], axis=0)

    return value(span) / value(base)


def total(run: Run, series: str, columns: list[str] | str, span: Span) -> np.ndarray:
    """Sum between two days, in the unit of the series; `columns` may be "all"."""
    return run.total(series, columns, *span)


def _over(value: np.ndarray, base: np.ndarray) -> np.ndarray:
    """One over the other, `BEYOND` at most, which stands for something over nothing too: (replications,)."""
    return np.minimum(value / np.maximum(base, 1e-12), BEYOND)


def total_ratio(
    run: Run, series: str, columns: list[str] | str, span: Span, base: Span, scale: float = 1.0
) -> np.ndarray:
    """Sum of one span over the sum of another, times `scale`; `BEYOND` where the other is nothing."""
    return _over(scale * run.total(series, columns, *span), run.total(series, columns, *base))


def share_of(run: Run, series: str, columns: list[str] | str, span: Span, amount: float) -> np.ndarray:
    """Sum between two days over a given amount (such as a quota)."""
    return run.total(series, columns, *span) / amount


def part_of(run: Run, series: str, others: list[str], columns: list[str] | str, span: Span) -> np.ndarray:
    """Sum of one series over the sum of it and the others."""
    own = run.total(series, columns, *span)
    rest = np.sum([run.total(o, columns, *span) for o in others], axis=0)
    return own / (own + rest)


def largest_year(run: Run, series: str, columns: list[str], years: list[int]) -> np.ndarray:
    """Largest yearly sum over some years."""
    return np.max([run.total(series, columns, date(y, 1, 1), date(y, 12, 31)) for y in years], axis=0)


def first_month(run: Run, series: str, column: str, amount: float = 1e-9) -> np.ndarray:
    """First month in which a flow is above `amount` a week, as a year with its part; 9999 when it never is."""
    months, means = monthly(run, series, column)
    above = means > amount
    found = np.array([months[i].year + (months[i].month - 1) / 12.0 for i in above.argmax(axis=1)])
    return np.where(above.any(axis=1), found, 9999.0)


def months_back(run: Run, series: str, column: str, base: Span, span: Span, within: float) -> np.ndarray:
    """Months until a price that rose is back where it began, as months from the first one of `span`.

    The first month of `span` whose mean is at most 1 + `within` times the mean of `base`: 0 where the first already is,
    9999 where none is.
    """
    months, means = monthly(run, series, column)
    inside = np.array([span[0].replace(day=1) <= month <= span[1] for month in months])
    back = means[:, inside] <= (1.0 + within) * run.mean(series, column, *base)[:, None]
    return np.where(back.any(axis=1), back.argmax(axis=1), 9999.0)


def share_from(run: Run, destination: str, origin: str, span: Span) -> np.ndarray:
    """Share of a country's imports that comes from one origin."""
    routes = [c for c in run.columns["imports"] if c.startswith(f"{destination} from ")]
    return run.total("imports", f"{destination} from {origin}", *span) / run.total("imports", routes, *span)


def rent_miss(run: Run, rank: int, items: list[dict[str, Any]], tax: float) -> np.ndarray:
    """How far off rents are, as a factor of at least one: the `rank`-th smallest of several comparisons.

    An item with `licence` compares the licence price over its span; one with materials compares
    outside - (1 + tax) inside of each, and counts the worst of them (USD/kg).
    """
    misses = []
    for item in items:
        span = (item["span"][0], item["span"][1])
        if "licence" in item:
            pairs = [(run.mean("licence_price", run.columns["licence_price"][0], *span), item["licence"])]
        else:
            pairs = [
                (run.mean("price_outside", m, *span) - (1.0 + tax) * run.mean("price_inside", m, *span), seen)
                for m, seen in item["rents"].items()
            ]
        misses.append(np.max([np.exp(np.abs(np.log(np.maximum(x, 1e-6) / seen))) for x, seen in pairs], axis=0))
    return np.asarray(np.sort(misses, axis=0)[rank - 1])


def fails_within(run: Run, mines: list[str], months: int) -> np.ndarray:
    """1 where one of the mines defaults within some months of the peak of the first material outside, else 0."""
    material = run.columns["price_outside"][0]
    top = peak_month(run, "price_outside", material)
    failed = np.full(len(top), 9999.0)
    for mine in mines:
        failed = np.minimum(failed, first_month(run, "defaulted", mine))
    return np.where(failed <= top + months / 12.0, 1.0, 0.0)


def amplification(run: Run, buyer: str, seller: str, span: Span, weeks: int = 13) -> np.ndarray:
    """Variance over mean of sums over some weeks: of what a seller's stage makes over what a buyer's makes or uses.

    The bullwhip as production shows it; both are series that add up.
    """
    first, last = run.step_of(span[0]), run.step_of(span[1])
    whole = (last - first) // weeks * weeks

    def relative(series: str) -> np.ndarray:
        data = run.arrays[series].sum(axis=2)[:, first : first + whole]
        sums = data.reshape(len(data), -1, weeks).sum(axis=2)
        return np.asarray(sums.var(axis=1) / sums.mean(axis=1))

    return relative(seller) / relative(buyer)


def weekly_noise(run: Run, series: str, column: str, span: Span) -> np.ndarray:
    """Standard deviation of weekly changes of the log of a series."""
    data = run.column(series, column)[:, run.step_of(span[0]) : run.step_of(span[1])]
    return np.asarray(np.diff(np.log(data), axis=1).std(axis=1))


def peak_spread(run: Run, series: str, column: str) -> np.ndarray:
    """The peak; `ACROSS` makes of it the standard deviation of its log over replications."""
    return peak(run, series, column)


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


def gap_change(run: Run, column: str, base: Span, span: Span) -> np.ndarray:
    """Outside over inside price in one span, over the same in another: above one where the two prices parted."""
    return price_ratio(run, column, span, span) / price_ratio(run, column, base, base)


def difference(run: Run, series: list[str], column: str, base: Span, span: Span) -> np.ndarray:
    """Mean of one span less that of another, such as a change of stocks or of a price.

    Parameters
    ----------
    series, column : series of one unit that are added up, such as the stocks of firms and of refiners.

    Returns
    -------
    In the unit of the series, by replication: (replications,).
    """
    return np.asarray(np.sum([run.mean(s, column, *span) - run.mean(s, column, *base) for s in series], axis=0))


def weeks_to(run: Run, series: str, column: str, span: Span, amount: float) -> np.ndarray:
    """Weeks from the first week of a span to the first one in which a flow is at least `amount` a week.

    Parameters
    ----------
    series, column : a flow that adds up, in its unit a step (a week).
    amount : in that unit; above zero.

    Returns
    -------
    Weeks by replication: (replications,). 0 where the first week has it, 999 where no week of the span has.
    """
    reached = run.column(series, column)[:, _week_steps(run, span)] >= amount
    return np.where(reached.any(axis=1), reached.argmax(axis=1) * run.step_days / 7.0, NEVER_WEEKS)


def weeks_to_end(run: Run, series: str, column: str, span: Span, amount: float) -> np.ndarray:
    """Weeks from the first week of a span to the first one in which a flow, once it reached `amount`, is below it.

    The parameters are those of `weeks_to`. 999 where the flow never reaches the amount, or never falls below it again
    within the span: (replications,).
    """
    reached = run.column(series, column)[:, _week_steps(run, span)] >= amount
    over = np.logical_or.accumulate(reached, axis=1) & ~reached
    return np.where(over.any(axis=1), over.argmax(axis=1) * run.step_days / 7.0, NEVER_WEEKS)


STATISTICS: dict[str, Callable[..., np.ndarray]] = {
    f.__name__: f
    for f in (
        level, level_ratio, swing, peak, peak_month, share_of_peak, price_ratio, largest_price_ratio, basket_ratio,
        total, total_ratio, share_of, part_of, largest_year, first_month, months_back, share_from, rent_miss,
        fails_within, amplification, weekly_noise, peak_spread, growth, mix_change, mix_rise, mix_rise_weeks,
        mix_gain_lost, mix_second_rise, gap_change, weeks_to, weeks_to_end, difference,
    )
}  # fmt: skip

# Statistics that are one number for all replications, from the values of each.
ACROSS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "peak_spread": lambda values: np.full(len(values), np.log(values).std())
}
