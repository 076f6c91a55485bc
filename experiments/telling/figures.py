"""Figures of a run against the history of its episode: `draw_all` writes them as PNG files.

Observed values come from `observed.csv`, acts of states from `events.csv` of the episode. What an episode does
not have (a quota, a country, a span of time) is left out of its figures, and a figure left empty is not written.
"""

from __future__ import annotations

import csv
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from chokepoint.experiments.history.observed import observations
from chokepoint.experiments.history.stories import Row, Story, key_events, story_of
from chokepoint.experiments.telling.points import middle, price_points, select, stock_points
from chokepoint.sim.results import drawing as draw
from chokepoint.sim.results import figures
from chokepoint.sim.results.drawing import HISTORY, OUTSIDE, PAGE_MM, SMUGGLED, Event, last_day
from chokepoint.sim.results.run import Run
from chokepoint.sim.scenario.reading import table_paths

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MATERIALS = ("La", "Ce", "Pr", "Nd", "Sm", "Eu", "Tb", "Dy")
ARRIVALS, QUOTA, SHADE = "#029e73", "#d55e00", {"color": "#000000", "alpha": 0.09, "linewidth": 0}
ORIGIN_COLOURS = ("#029e73", "#ece133", "#949494", "#56b4e9", "#ca9161", "#d55e00", "#56534d")
SMALL_SHARE = 0.005
EDGE_DAYS = 10  # a year or window counts as simulated when no more than this is missing at its ends


def rows_of(path: Path) -> list[Row]:
    """The rows of a CSV file, none where it does not exist."""
    if not path.is_file():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def places_of(countries: Sequence[Row]) -> dict[str, tuple[float, float]]:
    """Longitude and latitude of the countries of an episode, degrees."""
    return {r["country"]: (float(r["longitude"]), float(r["latitude"])) for r in countries}


def quota_by_year(acts: Sequence[Row]) -> dict[int, float]:
    """Export quota granted for each year, t gross."""
    total: dict[int, float] = {}
    for r in acts:
        if r["instrument"] == "export_quota" and r["admitted"] == "yes" and r["value"]:
            year = date.fromisoformat(r["start"]).year
            total[year] = total.get(year, 0.0) + float(r["value"])
    return total


def days_under_quota(acts: Sequence[Row]) -> dict[int, float]:
    """The part of each year for which an export quota is granted, from the first to the last day of its quotas."""
    spans: dict[int, tuple[date, date]] = {}
    for r in acts:
        if r["instrument"] == "export_quota" and r["admitted"] == "yes" and r["value"]:
            first = date.fromisoformat(r["start"])
            last = date.fromisoformat(r["end"]) if r["end"] else date(first.year, 12, 31)
            begun, ended = spans.get(first.year, (first, last))
            spans[first.year] = min(begun, first), max(ended, last)
    return {year: min(1.0, round(((last - first).days + 1) / 365.0, 2)) for year, (first, last) in spans.items()}


def simulated(run: Run, first: date, last: date) -> bool:
    """Whether the run covers the days between, but for a few at either end."""
    slack = timedelta(days=EDGE_DAYS)
    return run.start - slack <= first and last <= last_day(run) + slack


def years_of(run: Run) -> list[int]:
    """Calendar years that the run covers."""
    years = range(run.start.year, last_day(run).year + 1)
    return [y for y in years if simulated(run, date(y, 1, 1), date(y, 12, 31))]


def months_of(first: date, last: date) -> list[tuple[date, date]]:
    """First and last day of each month between two days."""
    starts = [date(y, m, 1) for y in range(first.year, last.year + 1) for m in range(1, 13)]
    ends = [(s + timedelta(days=32)).replace(day=1) - timedelta(days=1) for s in starts]
    return [(s, e) for s, e in zip(starts, ends, strict=True) if first <= s and e <= last]


def totals(run: Run, series: str, columns: Sequence[str], spans: Sequence[tuple[date, date]]) -> np.ndarray:
    """Sums of a series over spans of days: (replications, spans)."""
    return np.stack([run.total(series, list(columns), *s) for s in spans], axis=1)


@dataclass(frozen=True)
class _Flow:
    """A flow by month: its series and columns, the destination of observed rows, colour and title."""

    series: str
    columns: Sequence[str]
    destination: str
    colour: str
    title: str


def _bars(ax: Axes, at: Sequence[Any], data: np.ndarray, width: Any, colour: str, alpha: float = 1.0) -> None:
    """Bars of the median with whiskers from 10 to 90 %; data: (replications, bars)."""
    low, mid, high = draw.spread(data)
    error = [mid - low, high - mid] if len(data) > 1 else None
    whisker = {"elinewidth": 0.7, "capsize": 1.5, "capthick": 0.7, "ecolor": "#333333"}
    ax.bar(at, mid, width, color=colour, alpha=alpha, linewidth=0, yerr=error, error_kw=whisker, zorder=2)


def _dots(ax: Axes, at: Sequence[Any], rows: Sequence[Row], marker: str, gid: str, colour: str = HISTORY) -> None:
    """Observed values: filled where scored, hollow where not."""
    for scored in (True, False):
        chosen = [(x, float(r["value"])) for x, r in zip(at, rows, strict=True) if (r["scored"] == "yes") == scored]
        if chosen:
            look = draw.point_look(colour, marker, "filled" if scored else "hollow")
            ax.plot(*zip(*chosen, strict=True), zorder=6, gid=f"{gid} {'scored' if scored else 'not scored'}", **look)


def _thousands(ax: Axes) -> None:
    from matplotlib.ticker import FuncFormatter

    ax.yaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:,.0f}"))
    ax.set_ylim(bottom=0.0)


def _yearly(ax: Axes, run: Run, observed: Sequence[Row], acts: Sequence[Row], exporter: str) -> None:
    """Exports of each year, legal and smuggled, with the quota of the year."""
    years = years_of(run)
    spans = [(date(y, 1, 1), date(y, 12, 31)) for y in years]
    abroad = run.columns["exports"]
    _bars(ax, [y - 0.2 for y in years], totals(run, "exports", abroad, spans), 0.36, OUTSIDE)
    _bars(ax, [y + 0.2 for y in years], totals(run, "leaked", abroad, spans), 0.36, SMUGGLED, alpha=0.55)
    for quantity, shift, marker in (("exports", -0.2, "o"), ("smuggled", 0.2, "D")):
        rows = select(observed, quantity, (360, 366), origin=exporter, destination="world")
        rows = [r for r in rows if middle(r).year in years]
        _dots(ax, [middle(r).year + shift for r in rows], rows, marker, f"observed {quantity}")
    quota = [(y, q) for y, q in sorted(quota_by_year(acts).items()) if y in years]
    if quota:
        covered = days_under_quota(acts)
        ax.step(*_steps(quota, covered), where="post", color=QUOTA, linewidth=1.2, zorder=4, gid="quota")
    ax.set_xlim(years[0] - 0.6, years[-1] + 0.6)
    ax.set_xticks(years, [str(y) for y in years])
    ax.grid(axis="x", visible=False)
    ax.set_title(f"Exports of {exporter} by year")
    ax.set_ylabel(f"exports, {run.about['exports'].unit} a year")
    _thousands(ax)


def _steps(by_year: Sequence[tuple[int, float]], covered: Mapping[int, float]) -> tuple[list[float], list[float]]:
    """Edges and heights of a step line; each step spans the part of its year that is covered, with gaps between."""
    edges: list[float] = []
    heights: list[float] = []
    for year, value in by_year:
        edges += [year - 0.5, year - 0.5 + covered[year]]
        heights += [value, value]
        if covered[year] < 1.0:
            edges.append(edges[-1])
            heights.append(float("nan"))
    return edges, heights


def _monthly(
    ax: Axes, run: Run, flow: _Flow, rows: Sequence[Row], shown: tuple[date, date], hold: Sequence[date]
) -> None:
    """A flow by month with observed months; `shown` and `hold`: first and last day, of a stop shaded."""
    import matplotlib.dates as mdates

    months = months_of(*shown)
    middles = [s + (e - s) / 2 for s, e in months]
    _bars(ax, middles, totals(run, flow.series, flow.columns, months), timedelta(days=20), flow.colour)
    rows = [r for r in rows if shown[0] <= middle(r) <= shown[1]]
    _dots(ax, [middle(r) for r in rows], rows, "o", f"observed {flow.series}")
    if len(hold) == 2:
        ax.axvspan(hold[0], hold[1], zorder=0, **SHADE)  # type: ignore[arg-type]
    ax.set_xlim(*shown)  # type: ignore[arg-type]
    ax.xaxis.set_major_locator(mdates.MonthLocator(bymonthday=16))
    ax.xaxis.set_major_formatter(mdates.DateFormatter("%b"))
    ax.grid(axis="x", visible=False)
    ax.set_title(flow.title)
    ax.set_ylabel(f"{flow.title.split()[0].lower()},\n{run.about[flow.series].unit} a month")
    _thousands(ax)


def _hold(story: Story, acts: Sequence[Row]) -> list[date]:
    """First and last day of the stop of an episode, or nothing."""
    by_id = {r["id"]: r for r in acts}
    if story.hold is None or any(i not in by_id for i in story.hold):
        return []
    return [date.fromisoformat(by_id[i][k]) for i, k in zip(story.hold, ("start", "end"), strict=True)]


def exports_and_quota(run: Run, story: Story, observed: Sequence[Row], acts: Sequence[Row]) -> Figure | None:
    """Exports and quota by year; beside them the months around the stop."""
    from matplotlib.figure import Figure

    exporter, months, buyer = figures.exporter_of(run), story.months, story.buyer
    if exporter is None or not years_of(run):
        return None
    by_month = months is not None and simulated(run, *months) and buyer in run.columns["use"]
    with draw.theme():
        fig = Figure(figsize=(PAGE_MM / draw.MM_PER_INCH, 1.0))
        grid = fig.add_gridspec(2, 2 if by_month else 1, width_ratios=(1.25, 1.0) if by_month else None)
        _yearly(fig.add_subplot(grid[:, 0]), run, observed, acts, exporter)
        if months and by_month:
            between = f"{months[0]:%b %Y} to {months[1]:%b %Y}"
            flows = (
                _Flow("exports", run.columns["exports"], "world", OUTSIDE, f"Exports by month, {between}"),
                _Flow("imports", [f"{buyer} from {exporter}"], buyer, ARRIVALS, f"Arrivals in {buyer}, {between}"),
            )
            for i, flow in enumerate(flows):
                rows = select(observed, flow.series, (28, 31), origin=exporter, destination=flow.destination)
                _monthly(fig.add_subplot(grid[i, 1]), run, flow, rows, months, _hold(story, acts))
        note = "bars: median, whiskers: 10-90 % of replications" if run.replications > 1 else "bars: one replication"
        note += "; arrivals count smuggled goods" if by_month else ""
        note += "; observed estimates of smuggling in t of oxide" if observed else ""
        handles = _trade_handles(fig, f"arrivals in {buyer} from {exporter}")
        return draw.finish(fig, 86.0, draw.caption(run, note), handles)


def _trade_handles(fig: Figure, arrivals: str) -> list[Any]:
    """Legend of the figure of exports: what its axes hold."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    shown = {str(line.get_gid()) for ax in fig.axes for line in ax.lines}
    handles: list[Any] = [
        Patch(color=OUTSIDE, linewidth=0, label="legal exports"),
        Patch(color=SMUGGLED, alpha=0.55, linewidth=0, label="smuggled exports"),
    ]
    for gid, word, marker, mark in (
        ("observed exports scored", "observed, scored", "o", "filled"),
        ("observed exports not scored", "observed, not scored", "o", "hollow"),
        ("observed smuggled not scored", "smuggled, estimates", "D", "hollow"),
    ):
        if gid in shown:
            handles.append(Line2D([], [], label=word, **draw.point_look(HISTORY, marker, mark)))
    if "quota" in shown:
        handles.append(Line2D([], [], color=QUOTA, linewidth=1.2, label="export quota, as long as it is in force"))
    if len(fig.axes) > 1:
        handles.append(Patch(color=ARRIVALS, linewidth=0, label=arrivals))
        handles.append(Patch(label="hold on cargo", **SHADE))  # type: ignore[arg-type]
    return handles


def origin_shares(run: Run, buyer: str, exporter: str | None) -> tuple[list[int], dict[str, np.ndarray]]:
    """Years, and the share of each origin in the arrivals of `buyer`: origin -> (replications, years).

    Origins stand in the order of the countries, the exporting state first; what was smuggled out of it stands
    as an origin of its own, and those that never have much are others together.
    """
    years = years_of(run)
    spans = [(date(y, 1, 1), date(y, 12, 31)) for y in years]
    flows = {o: totals(run, "imports", [f"{buyer} from {o}"], spans) for o in run.columns["use"] if o != buyer}
    total = np.maximum(sum(flows.values()), 1e-9)
    shares = {o: flow / total for o, flow in flows.items() if (flow / total).max() > SMALL_SHARE}
    if exporter in shares:
        smuggled = np.minimum(totals(run, "leaked", [buyer], spans) / total, shares[exporter])
        legal = {f"{exporter}, legal": shares.pop(exporter) - smuggled, f"{exporter}, smuggled": smuggled}
        shares = {**legal, **shares}
    others = (total > 1e-9) - np.sum(list(shares.values()), axis=0)
    return years, {**shares, "others": others} if others.max() > 1e-9 else shares


def buyer_origin(run: Run, observed: Sequence[Row], buyer: str) -> Figure | None:
    """Stacked shares of origin in the arrivals of a country, by year, with observed shares of the exporting state."""
    from matplotlib.figure import Figure
    from matplotlib.patches import Patch

    exporter = figures.exporter_of(run)
    if buyer not in run.columns["use"] or not years_of(run):
        return None
    years, shares = origin_shares(run, buyer, exporter)
    if not any(share.any() for share in shares.values()):
        return None
    others = [c for c in run.columns["use"] if c not in (buyer, exporter)]
    colours = dict(zip(others, itertools.cycle(ORIGIN_COLOURS), strict=False))
    colours |= {f"{exporter}, legal": OUTSIDE, f"{exporter}, smuggled": SMUGGLED, "others": "#d0d0d0"}
    with draw.theme():
        fig = Figure(figsize=(PAGE_MM / draw.MM_PER_INCH, 1.0))
        ax = fig.add_subplot()
        base = np.zeros(len(years))
        handles: list[Any] = []
        for name, share in shares.items():
            height = 100.0 * share.mean(axis=0)
            ax.bar(years, height, 0.72, bottom=base, color=colours[name], linewidth=0.4, edgecolor="white", zorder=2)
            handles.append(Patch(color=colours[name], linewidth=0, label=name))
            base = base + height
        if f"{exporter}, legal" in shares and run.replications > 1:
            low, _, high = draw.spread(100.0 * (shares[f"{exporter}, legal"] + shares[f"{exporter}, smuggled"]))
            ax.vlines([y + 0.28 for y in years], low, high, color=HISTORY, linewidth=1.0, zorder=4, gid="interval")
        rows = select(observed, "imports_share", (360, 366), origin=exporter or "", destination=buyer)
        handles += _observed_shares(ax, [r for r in rows if middle(r).year in years])
        ax.set_xticks(years, [str(y) for y in years])
        ax.set_ylim(0.0, 104.0)
        ax.grid(axis="x", visible=False)
        ax.set_title(f"Where the arrivals of {buyer} come from")
        ax.set_ylabel(f"share of arrivals in {buyer}, % of t gross")
        note = f"bars: mean of replications; origins that never reach {SMALL_SHARE:.1%} left out"
        note += f"; points: observed share of {exporter}; black lines: 10-90 % of all from {exporter}" if rows else ""
        return draw.finish(fig, 66.0, draw.caption(run, note), handles)


def _observed_shares(ax: Axes, rows: Sequence[Row]) -> list[Any]:
    """Observed shares as points, bounds as triangles; returns legend handles for the kinds that occur."""
    from matplotlib.lines import Line2D

    kinds = {"o": "observed", "^": "observed, at least", "v": "observed, at most"}
    handles = []
    for marker, word in kinds.items():
        chosen = [r for r in rows if _bound(r) == marker]
        for scored in (True, False):
            some = [r for r in chosen if (r["scored"] == "yes") == scored]
            look: dict[str, Any] = {"linestyle": "none", "marker": marker, "markersize": 4.5, "markeredgewidth": 0.8}
            look |= {"markerfacecolor": HISTORY, "markeredgecolor": "white"} if scored else {
                "markerfacecolor": "white", "markeredgecolor": HISTORY
            }  # fmt: skip
            if some:
                at = [middle(r).year for r in some]
                ax.plot(at, [100.0 * float(r["value"]) for r in some], zorder=6, gid="observed share", **look)
                handles.append(Line2D([], [], label=word + ("" if scored else ", not scored"), **look))
    return handles


def _bound(row: Row) -> str:
    """Marker of an observed share: printed as a lower bound, an upper bound or a value."""
    return "^" if row["low"] and not row["high"] else "v" if row["high"] and not row["low"] else "o"


def _prices(run: Run, observed: Sequence[Row], events: Sequence[Event], titles: Mapping[str, str]) -> Figure:
    materials = [m for m in MATERIALS if m in run.columns["price_outside"]] or run.columns["price_outside"]
    points = price_points(observed, materials)
    form = " of oxide" if materials[0] in MATERIALS else ""
    note = draw.band_text(run) + (f"; observed prices{form}, hairlines: span of an average" if points else "")
    return figures.prices(run, materials, points, events, titles=titles, note=note)


def draw_all(run: Run, episode_folder: Path, folder: Path) -> list[Path]:
    """Write all figures of a run of an episode into `folder`; returns the paths."""
    tables = {name: rows_of(path) for name, path in table_paths(episode_folder).items()}
    observed, acts, countries = observations(episode_folder), tables.get("events", []), tables["countries"]
    story = story_of(run, countries, acts)
    events = key_events(story, acts)
    names = {
        r["material"]: r["material"] if r["title"] == r["material"] else f"{r['material']}  {r['title'].lower()}"
        for r in tables["materials"]
    }
    windows = [w for w in story.windows if simulated(run, *w[1:])] or [("whole run", run.start, last_day(run))]
    drawn = {
        "prices": _prices(run, observed, events, names),
        "expectations": figures.expectations(run, events=events),
        "exports_and_quota": exports_and_quota(run, story, observed, acts),
        "stocks": figures.stocks(run, points=stock_points(observed), events=events),
        "reserves": figures.reserves(run, events),
        f"{story.buyer.lower().replace(' ', '_')}_origin": buyer_origin(run, observed, story.buyer),
        "network": figures.networks(run, windows, places_of(countries)),
    }
    return [draw.write(fig, folder / f"{name}.png", run) for name, fig in drawn.items() if fig is not None]
