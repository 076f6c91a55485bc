"""Time series of a session for ECharts: plain data, made from the run up to its week. No browser is known here."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from chokepoint.experiments.history.observed import observations
from chokepoint.experiments.page.session import Session
from chokepoint.experiments.telling.points import price_points
from chokepoint.sim.politics.governed import GovernedWorld
from chokepoint.sim.results.drawing import HISTORY, INSIDE, OUTSIDE, SMUGGLED, Point

Option = dict[str, Any]

COVER_WEEKS = 13  # stocks are held against use of a quarter
MOST_POINTS = 280  # of a line
MOST_COUNTRIES = 6  # in one chart, by use
COMPARED = ", compared"  # ends the name of a line of the run that this one is held against
LEAST_YEARS = 2.5  # of the time axis
LOG_PRICES, LOG_STOCKS = 3.0, 12.0  # highest over lowest, from which the axis is logarithmic
LINES = ("#0173b2", "#de8f05", "#029e73", "#d55e00", "#cc78bc", "#8d6e53", "#56b4e9", "#5a5a5a", "#b59a00")
LEVER = "#c0392b"  # of the line where a lever was pulled


@lru_cache(4)
def _observed_prices(folder: Path, material: str) -> list[Point]:
    return price_points(observations(folder), [material])


@lru_cache(8)
def _days(start: date, step_days: float, steps: int) -> list[str]:
    """The first day of each week."""
    return [(start + timedelta(days=int(t * step_days))).isoformat() for t in range(steps)]


def _thin(weeks: int) -> np.ndarray:
    """Weeks to draw a point at, the last among them."""
    every = max(1, -(-weeks // MOST_POINTS))
    return np.unique(np.append(np.arange(0, weeks, every), weeks - 1)) if weeks else np.arange(0)


def _line(session: Session, values: np.ndarray, name: str, colour: str, **style: Any) -> Option:
    """A series by week up to now."""
    weeks = min(len(values), session.week)
    calendar = session.world.calendar
    days = _days(calendar.start, calendar.step_days, calendar.steps)
    points = [[days[t], float(f"{values[t]:.4g}") if np.isfinite(values[t]) else None] for t in _thin(weeks)]
    return {
        "type": "line", "name": name, "data": points, "showSymbol": False, "lineStyle": {"width": 1.8, **style},
        "itemStyle": {"color": colour}, "emphasis": {"disabled": True}, "z": 3,
    }  # fmt: skip


def _against(session: Session, values: np.ndarray, name: str, colour: str) -> Option:
    """The same quantity of the run that this one is held against."""
    line = _line(session, values, name + COMPARED, colour, type="dotted", width=1.4)
    return {**line, "z": 2, "lineStyle": {**line["lineStyle"], "opacity": 0.75}}


def _events(session: Session) -> tuple[list[tuple[str, str, str]], Option]:
    """The events up to now (day, kind, text), and the lines that stand at their days."""
    past = [(day.isoformat(), kind, text) for day, kind, text in session.events() if day <= session.day]
    lever = {"lineStyle": {"color": LEVER, "width": 1.6}}
    return past, {
        "type": "line", "data": [], "name": "events",
        "markLine": {
            "symbol": "none", "silent": True, "animation": False, "label": {"show": False},
            "lineStyle": {"color": "#dadde1", "width": 0.8, "type": "solid"},
            "data": [{"xAxis": day, **(lever if kind == "lever" else {})} for day, kind, _ in past],
        },
    }  # fmt: skip


def _spread(series: list[Option]) -> float:
    """Highest over lowest value of lines; 0 where one is not above zero."""
    values = [value for s in series for _, value in s["data"] if value is not None]
    return max(values) / min(values) if values and min(values) > 0.0 else 0.0


def _chart(session: Session, series: list[Option], unit: str, *, log: bool = False, low: float | None = None) -> Option:
    """Lines over time. `unit` is what the vertical axis measures."""
    calendar = session.world.calendar
    shown = session.day - calendar.start
    end = min(calendar.end, calendar.start + max(timedelta(days=365.25 * LEAST_YEARS), 1.12 * shown))
    axis: Option = {
        "type": "log" if log else "value", "logBase": 2, "name": unit, "nameLocation": "end", "nameGap": 13,
        "nameTextStyle": {"align": "left", "color": "#555", "fontSize": 11, "padding": [0, 0, 0, -44]},
        "axisLabel": {"fontSize": 11}, "splitLine": {"lineStyle": {"color": "#eee"}}, "scale": low is None,
    }  # fmt: skip
    if low is not None and not log:
        axis["min"] = low
    events, lines = _events(session)
    named = [
        {"name": s["name"], "icon": "circle" if s["type"] == "scatter" else "rect"}
        for s in series
        if not s["name"].endswith(COMPARED)
    ]
    return {
        "subject": session.name, "unit": unit, "events": events, "compared": COMPARED, "animation": False,
        "grid": {"left": 52, "right": 14, "top": 48 if len(named) < 5 else 66, "bottom": 24},
        "legend": {"top": 0, "left": 4, "itemWidth": 14, "itemHeight": 4, "itemGap": 8, "textStyle": {"fontSize": 11},
                   "data": named},
        "tooltip": {"trigger": "axis", "confine": True, "textStyle": {"fontSize": 11}},
        "xAxis": {"type": "time", "min": calendar.start.isoformat(), "max": end.isoformat(), "splitNumber": 4,
                  "axisLabel": {"fontSize": 11, "hideOverlap": True,
                                "formatter": {"year": "{yyyy}", "month": "{MMM}", "day": ""}}},
        "yAxis": axis,
        "series": [*series, lines],
    }  # fmt: skip


def prices(session: Session, material: str, observed: bool = False) -> Option:
    """Spot price of a material, mean of the countries outside and price inside, USD/kg, and the run it is held against;
    observed points on request."""
    world, base = session.world, session.base_world
    m = world.materials.index(material)
    markets = [("outside", 0, OUTSIDE)]
    if len(world.N.state_of_zone) > 1:
        markets.append(("inside", 1, INSIDE))
    series = [_line(session, world.R.price[:, z, m], name, colour) for name, z, colour in markets]
    if base is not None:
        series += [_against(session, base.R.price[:, z, m], name, colour) for name, z, colour in markets]
    if observed:
        points = [
            p for p in _observed_prices(session.place.folder, material) if world.calendar.start <= p.day <= session.day
        ]
        for name, _, colour in markets:
            data = [[p.day.isoformat(), float(f"{p.value:.4g}")] for p in points if p.market == name]
            if data:
                series.append({
                    "type": "scatter", "name": f"{name}, observed", "data": data, "symbolSize": 5, "z": 4,
                    "itemStyle": {"color": "#fff", "borderColor": colour, "borderWidth": 1.4},
                })  # fmt: skip
    return _chart(session, series, f"spot price of {material}, USD/kg", log=_spread(series) > LOG_PRICES)


def _rolling(values: np.ndarray, weeks: int) -> np.ndarray:
    """Mean over the last `weeks` weeks, fewer at the beginning: (steps,)."""
    total = np.cumsum(values)
    before = np.concatenate([np.zeros(min(weeks, len(total))), total[:-weeks]]) if len(total) > weeks else 0.0 * total
    return np.asarray((total - before) / np.minimum(np.arange(1, len(total) + 1), weeks))


def exports(session: Session) -> Option | None:
    """Legal and smuggled exports of the exporting states, kt gross a year over a quarter, and the quota in force;
    None where no state has a market of its own."""
    world = session.world
    if len(world.N.state_of_zone) < 2:
        return None
    week = session.week

    def yearly(values: np.ndarray) -> np.ndarray:
        return _rolling(values[:week], COVER_WEEKS) / world.dt / 1000.0

    def legal(world: GovernedWorld) -> np.ndarray:
        return (world.R.exports + world.R.exports_open)[:week].sum(axis=(1, 2))

    series = [
        _line(session, yearly(legal(world)), "legal exports", OUTSIDE),
        _line(session, yearly(world.R.leaked[:week].sum(axis=(1, 2))), "smuggled", SMUGGLED),
    ]
    if session.base_world is not None:
        base = session.base_world
        series.append(_against(session, yearly(legal(base)), "legal exports", OUTSIDE))
    quota, days = np.full(week, np.nan), world.calendar.days()
    for e in session.simulation.layout.scenario.events:  # in official units
        if e.instrument == "export_quota" and e.admitted == "yes" and e.value is not None and e.end is not None:
            years = ((e.end - e.start).days + 1) / 365.25
            span = [t for t in range(week) if e.start <= days[t] <= e.end]
            quota[span] = np.nan_to_num(quota[span]) + e.value / years / 1000.0
    if np.isfinite(quota).any():
        line = _line(session, np.nan_to_num(quota, nan=-1.0), "quota", HISTORY)
        line["data"] = [[day, None if value < 0.0 else value] for day, value in line["data"]]
        series.append({**line, "step": "start", "lineStyle": {"width": 1.2, "type": "dashed"}})
    return _chart(session, series, "kt gross a year", low=0.0)


def largest_users(world: GovernedWorld) -> list[int]:
    """The countries that use most, by number, in the order of the scenario."""
    use = np.bincount(world.N.s_country, world.N.s_base, len(world.countries))
    return sorted(int(c) for c in np.argsort(-use)[:MOST_COUNTRIES] if use[c] > 0.0)


def stocks(session: Session) -> Option:
    """Stocks of firms by country in weeks of their use of the last quarter."""
    week = session.week

    def cover(world: GovernedWorld, country: int) -> np.ndarray:
        use = _rolling(world.R.use[:week, country], COVER_WEEKS)
        return np.asarray(world.R.stock[:week, country].sum(axis=1) / np.maximum(use, 1e-9))

    series = _by_country(session, cover)
    return _chart(session, series, "weeks of use", low=0.0, log=_spread(series) > LOG_STOCKS)


def by_country(session: Session, material: str) -> Option:
    """Spot price of a material in each of the largest users, USD/kg."""
    m = session.world.materials.index(material)
    series = _by_country(session, lambda w, c: w.R.price_of[: session.week, c, m])
    return _chart(session, series, f"spot price of {material}, USD/kg", log=_spread(series) > LOG_PRICES)


def expected(session: Session, material: str) -> Option:
    """Price of a material that holders in each of the largest users expect, over the spot price there, per cent."""
    m, week = session.world.materials.index(material), session.week

    def above(world: GovernedWorld, country: int) -> np.ndarray:
        spot = world.R.price_of[:week, country, m]
        return np.asarray(100.0 * (world.R.expected[:week, country, m] / spot - 1.0))

    return _chart(session, _by_country(session, above), f"expected above spot price of {material}, %")


def rents(session: Session) -> Option | None:
    """Rent on a licence of each exporting state, USD/kg gross; None before any quota had a rent."""
    world, base, week = session.world, session.base_world, session.week
    zones = [z for z in range(1, len(world.N.state_of_zone)) if world.R.ask[:week, z].any()]
    series = []
    for z, colour in zip(zones, LINES, strict=False):
        name = world.countries[world.N.state_of_zone[z]]
        series.append(_line(session, world.R.ask[:week, z], name, colour))
        if base is not None:
            series.append(_against(session, base.R.ask[:week, z], name, colour))
    return _chart(session, series, "USD/kg gross", low=0.0) if series else None


def _by_country(session: Session, values: Callable[[GovernedWorld, int], np.ndarray]) -> list[Option]:
    """A line for each of the largest users, and those of the run that this one is held against."""
    world, base = session.world, session.base_world
    users = list(zip(largest_users(world), LINES, strict=False))
    series = [_line(session, values(world, c), world.countries[c], colour) for c, colour in users]
    if base is not None:
        series += [_against(session, values(base, c), world.countries[c], colour) for c, colour in users]
    return series


def reserves(session: Session) -> Option | None:
    """State reserves in days of their own firms' use: held, and what others believe; None where there is none."""
    world, week = session.world, session.week
    series = []
    for i, programme in enumerate(world.politics.programmes):
        c = world.countries.index(programme.reserve.country)
        use = _rolling(world.R.use[:week, c], COVER_WEEKS) / world.calendar.step_days
        held = world.R.held[:week, c].sum(axis=1) / np.maximum(use, 1e-9)
        seen = world.R.seen[:week, c].sum(axis=1) / np.maximum(use, 1e-9)
        name, colour = programme.reserve.country, LINES[i % len(LINES)]
        series.append(_line(session, held, f"{name} holds", colour))
        series.append(_line(session, seen, f"{name}, believed", colour, type="dashed", width=1.2))
    return _chart(session, series, "days of use", low=0.0) if series else None
