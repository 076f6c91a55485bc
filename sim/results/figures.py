"""Figures of one run, without history: spot prices, what holders expect, stocks in weeks of use, the network of
supply."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from chokepoint.sim.results import drawing as draw
from chokepoint.sim.results.drawing import (
    COLUMN_MM,
    GREY,
    HISTORY,
    INSIDE,
    MARKET_COLOUR,
    MARKET_MARKER,
    OUTSIDE,
    PAGE_MM,
    SMUGGLED,
    Event,
    Point,
    days_of,
    last_day,
)
from chokepoint.sim.results.record import Recorded

if TYPE_CHECKING:
    import networkx
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COVER_DAYS = 91.0  # stocks are compared with use of a quarter, so that one slow week makes no spike
MAX_EDGE_PT, MAX_NODE_PT = 6.0, 24.0  # width of the widest flow, diameter of the largest user
SMALL_FLOW = 0.02  # share of the widest flow below which an edge is left out
NAME_PT = 6.5
EXPECTED = (0, (2.5, 1.2))  # dashes of what is expected
LEAST_MM = 30.0  # height and width of a network
FEW = 3  # countries: a network of no more is drawn lower
MARGIN_MM = np.array([10.0, 6.5])  # of the network, for names at the edge
DAYS_PER_YEAR = 365.25

Places = Mapping[str, tuple[float, float]]


def prices(
    run: Recorded, materials: Sequence[str] | None = None, points: Sequence[Point] = (), events: Sequence[Event] = (),
    *, titles: Mapping[str, str] | None = None, columns: int = 2, note: str = "",
) -> Figure:  # fmt: skip
    """Spot price of each material outside (mean of countries by use) and inside, USD/kg on a log axis, with observed
    points if given."""
    chosen = list(materials or run.columns["price_outside"])
    columns = min(columns, len(chosen))
    width = PAGE_MM if columns > 1 else COLUMN_MM
    days, last, shown = days_of(run), last_day(run), draw.during(run, events)
    within = [p for p in points if run.start <= p.day <= last]
    with draw.theme():
        fig, axes = draw.panels(chosen, columns, width, share_y=False)
        for name, ax in zip(chosen, axes, strict=True):
            for market, colour in MARKET_COLOUR.items():
                draw.band(ax, days, run.column(f"price_{market}", name), colour)
                observed = [p for p in within if p.column == name and p.market == market]
                draw.observed(ax, observed, colour, MARKET_MARKER[market], f"observed {market}")
            draw.log_axis(ax)
            draw.date_axis(ax, run.start, last, ticks=12 if columns < 3 else 6)
            ax.set_title((titles or {}).get(name, name))
            draw.event_lines(ax, shown, 0.86 * width / columns)
            ax.set_ylabel(f"spot price, {run.about['price_outside'].unit}")
        rows = -(-len(chosen) // columns)
        handles = _price_handles(run, within)
        key = draw.event_key(shown)
        return draw.finish(fig, rows * 36.0 + 4, draw.caption(run, note), handles, key)


def _price_handles(run: Recorded, points: Sequence[Point]) -> list[Any]:
    """Legend of the price figure: the two markets and the kinds of observed points that occur."""
    from matplotlib.lines import Line2D

    handles = [Line2D([], [], color=c, label=f"spot price {m}") for m, c in MARKET_COLOUR.items()]
    words = {"filled": "grade A or B", "hollow": "", "cross": "not scored"}
    if any(p.mark == "filled" for p in points):
        words["hollow"] = "grade C or D"
    for mark, word in words.items():
        for market, colour in MARKET_COLOUR.items():
            if any(p.mark == mark and p.market == market for p in points):
                label = f"observed, {market}" + (f", {word}" if word else "")
                handles.append(Line2D([], [], label=label, **draw.point_look(colour, MARKET_MARKER[market], mark)))
    return handles


def dearest(run: Recorded) -> str:
    """The material on whose use most is spent over a run, at spot prices."""
    spent = {
        m: sum(
            float((run.column("use_by_material", f"{c} {m}") * run.column("price", f"{c} {m}")).mean())
            for c in run.columns["use"]
        )
        for m in run.columns["price_outside"]
    }
    return max(spent, key=lambda m: spent[m])


def expectations(run: Recorded, material: str | None = None, events: Sequence[Event] = ()) -> Figure | None:
    """Spot price of a material in each country that uses it, and the price that holders there expect, USD/kg.

    material: by default that on which most is spent. None for results without prices by country.
    """
    from matplotlib.lines import Line2D

    if "expected_price" not in run.columns:
        return None
    material = material or dearest(run)
    chosen = [c for c in run.columns["use"] if run.column("use_by_material", f"{c} {material}").any()]
    if not chosen:
        return None
    columns = min(3, len(chosen))
    width = PAGE_MM if columns > 1 else COLUMN_MM
    days, last, shown = days_of(run), last_day(run), draw.during(run, events)
    note = "expected: price that clears the market over the horizon of holders, mean of the outcomes that they think "
    note += f"possible; {draw.band_text(run)}"
    with draw.theme():
        fig, axes = draw.panels(chosen, columns, width, share_y=True)
        for i, (name, ax) in enumerate(zip(chosen, axes, strict=True)):
            draw.band(ax, days, run.column("price", f"{name} {material}"), OUTSIDE)
            expected = np.median(run.column("expected_price", f"{name} {material}"), axis=0)
            ax.plot(days, expected, color=HISTORY, linewidth=0.9, linestyle=EXPECTED, zorder=4)  # type: ignore[arg-type]
            draw.log_axis(ax)
            draw.date_axis(ax, run.start, last, ticks=6)
            draw.event_lines(ax, shown, 0.86 * width / columns)
            if i % columns == 0:
                ax.set_ylabel(f"price of {material}, {run.about['price'].unit}")
        handles = [
            Line2D([], [], color=OUTSIDE, label=f"spot price of {material}"),
            Line2D([], [], color=HISTORY, linewidth=0.9, linestyle=EXPECTED, label="expected by holders, median"),
        ]
        rows = -(-len(chosen) // columns)
        return draw.finish(fig, rows * 40.0 + 3, draw.caption(run, note), handles, draw.event_key(shown))


def weeks_of_use(run: Recorded, country: str) -> np.ndarray:
    """Stock over all materials divided by the mean weekly use of the last quarter: (replications, steps)."""
    stock = np.sum([run.column("stock", f"{country} {m}") for m in run.columns["price_outside"]], axis=0)
    use = run.column("use", country) * 7.0 / run.step_days
    window = max(1, round(COVER_DAYS / run.step_days))
    sums = np.cumsum(np.pad(use, ((0, 0), (1, 0))), axis=1)
    ends = np.arange(1, run.steps + 1)
    starts = np.maximum(ends - window, 0)
    mean = (sums[:, ends] - sums[:, starts]) / (ends - starts)
    return np.where(mean > 1e-9, stock / np.maximum(mean, 1e-9), np.nan)


def users(run: Recorded) -> list[str]:
    """Countries that use material."""
    return [c for c in run.columns["use"] if run.column("use", c).any()]


def stocks(
    run: Recorded, countries: Sequence[str] | None = None, points: Sequence[Point] = (), events: Sequence[Event] = (),
) -> Figure:  # fmt: skip
    """Stocks of firms and traders in weeks of use, one panel for each country on one scale."""
    from matplotlib.lines import Line2D

    chosen = list(countries or users(run))
    columns = min(3, len(chosen))
    width = PAGE_MM if columns > 1 else COLUMN_MM
    days, last, shown = days_of(run), last_day(run), draw.during(run, events)
    within = [p for p in points if p.column in chosen and run.start <= p.day <= last]
    note = f"stock of firms and traders, t, over their mean weekly use of the last 13 weeks, t; {draw.band_text(run)}"
    with draw.theme():
        fig, axes = draw.panels(chosen, columns, width, share_y=True)
        for i, (name, ax) in enumerate(zip(chosen, axes, strict=True)):
            draw.band(ax, days, weeks_of_use(run, name), OUTSIDE)
            draw.observed(ax, [p for p in within if p.column == name], HISTORY, "o", "observed")
            draw.date_axis(ax, run.start, last, ticks=6)
            draw.event_lines(ax, shown, 0.86 * width / columns)
            if i % columns == 0:
                ax.set_ylabel("stock, weeks of use")
        axes[0].set_ylim(bottom=0.0)
        handles = [Line2D([], [], color=OUTSIDE, label="simulated")] if within else []
        if within:
            handles.append(Line2D([], [], label="observed", **draw.point_look(HISTORY, "o", "hollow")))
        rows = -(-len(chosen) // columns)
        key = draw.event_key(shown)
        return draw.finish(fig, rows * 40.0 + 3, draw.caption(run, note), handles, key)


def days_held(run: Recorded, country: str, series: str = "reserve") -> np.ndarray:
    """A state reserve in days of the country's use in the first year, all materials together: (replications, steps).

    series: `reserve` for what is held, `believed_reserve` for what others believe.
    """
    held = np.sum([run.column(series, f"{country} {m}") for m in run.columns["price_outside"]], axis=0)
    use = run.column("use", country)[:, : max(1, round(365.25 / run.step_days))].sum(axis=1)
    return np.asarray(365.25 * held / np.maximum(use, 1e-9)[:, None])


def reserves(run: Recorded, events: Sequence[Event] = ()) -> Figure | None:
    """State reserves in days of use, held and as others believe, one panel for each country that holds any."""
    from matplotlib.lines import Line2D

    chosen = [c for c in users(run) if days_held(run, c).max() > 0.05]
    if not chosen:
        return None
    columns = min(3, len(chosen))
    width = PAGE_MM if columns > 1 else COLUMN_MM
    days, last, shown = days_of(run), last_day(run), draw.during(run, events)
    note = f"state reserve, t, over the use of the country in the first year; {draw.band_text(run)}"
    kinds = {"held": OUTSIDE}
    with draw.theme():
        fig, axes = draw.panels(chosen, columns, width, share_y=True)
        for i, (name, ax) in enumerate(zip(chosen, axes, strict=True)):
            draw.band(ax, days, days_held(run, name), OUTSIDE)
            believed = days_held(run, name, "believed_reserve")
            if believed.any():
                draw.band(ax, days, believed, INSIDE)
                kinds["as others believe"] = INSIDE
            draw.date_axis(ax, run.start, last, ticks=6)
            draw.event_lines(ax, shown, 0.86 * width / columns)
            if i % columns == 0:
                ax.set_ylabel("state reserve, days of use")
        axes[0].set_ylim(bottom=0.0)
        handles = [Line2D([], [], color=colour, label=label) for label, colour in kinds.items()]
        return draw.finish(
            fig, -(-len(chosen) // columns) * 40.0 + 3, draw.caption(run, note), handles, draw.event_key(shown)
        )


def exporter_of(run: Recorded) -> str | None:
    """The first exporting state, if it stands as a country of its own."""
    return next((zone for zone in run.columns["rent"] if zone in run.columns["use"]), None)


def supply_graph(run: Recorded, first: date, last: date, exporter: str | None = None) -> networkx.DiGraph:
    """Supply between two days, medians in t a year: nodes carry `use`, edges `legal` and `smuggled` gross.

    Smuggled goods are among the arrivals; what smugglers ship is taken off those of the exporting state.
    """
    import networkx as nx

    per_year = DAYS_PER_YEAR / ((last - first).days + 1)
    exporter = exporter or exporter_of(run)
    graph = nx.DiGraph(exporter=exporter)
    for country in run.columns["use"]:
        use = float(np.median(run.total("use", country, first, last))) * per_year
        if run.column("use", country).any() or any(
            run.column("imports", f"{c} from {country}").any() for c in run.columns["use"]
        ):
            graph.add_node(country, use=use)
    for origin in graph:
        for destination in graph:
            if origin == destination:
                continue
            flow = run.total("imports", f"{destination} from {origin}", first, last)
            leak = run.total("leaked", destination, first, last) if origin == exporter else np.zeros_like(flow)
            legal, smuggled = float(np.median(np.maximum(flow - leak, 0.0))), float(np.median(leak))
            if legal or smuggled:
                graph.add_edge(origin, destination, legal=legal * per_year, smuggled=smuggled * per_year)
    return graph


def layout(
    names: Sequence[str], places: Places | None, centre: str | None, box: tuple[float, float]
) -> dict[str, np.ndarray]:
    """Fixed positions in mm that fill a box (width, height), around the exporting state in the order of the compass.

    Bearings are spread and distances drawn by their fourth root, so that neighbours stand apart on a small
    panel. Without places of all names, or without an exporting state: a circle.
    """
    import networkx as nx

    if not places or centre is None or any(name not in places for name in (*names, centre)):
        raw = {name: np.array(at) for name, at in nx.circular_layout(list(names)).items()}
    else:
        polar = {}
        for name in (n for n in names if n != centre):
            east = (places[name][0] - places[centre][0] + 180.0) % 360.0 - 180.0  # the short way round the globe
            north = places[name][1] - places[centre][1]
            polar[name] = (float(np.degrees(np.arctan2(north, east))), float(np.hypot(east, north)) ** 0.25)
        around = sorted(polar, key=lambda n: polar[n])
        gap = min(40.0, 300.0 / max(len(around), 1))
        angles = np.radians(draw.apart([polar[n][0] for n in around], gap))
        raw = {n: polar[n][1] * np.array([np.cos(a), np.sin(a)]) for n, a in zip(around, angles, strict=True)}
        raw[centre] = np.zeros(2)
    if len(raw) == 2:  # on one line
        (left, _), (right, _) = sorted(raw.items(), key=lambda pair: float(pair[1][0]))
        return {left: np.array([0.0, box[1] / 2.0]), right: np.array([box[0], box[1] / 2.0])}
    points = np.array(list(raw.values()))
    low, span = points.min(axis=0), np.maximum(np.ptp(points, axis=0), 1e-9)
    return {name: (at - low) / span * np.array(box) for name, at in raw.items()}


def _curve(start: np.ndarray, end: np.ndarray, bend: float) -> np.ndarray:
    """Points of the arc that matplotlib's arc3 draws with `rad=bend`: (points, 2)."""
    across = end - start
    control = (start + end) / 2 + bend * np.array([across[1], -across[0]])
    t = np.linspace(0.03, 0.97, 21)[:, None]
    return np.asarray((1 - t) ** 2 * start + 2 * t * (1 - t) * control + t**2 * end)


def _frame(at: Mapping[str, np.ndarray], margin: Any) -> tuple[np.ndarray, np.ndarray]:
    """Lower left and upper right corner, mm, of what nodes and a margin around them take up, or the least there is."""
    corners = np.array(list(at.values()))
    low, high = corners.min(axis=0) - margin, corners.max(axis=0) + margin
    lacks = np.maximum(LEAST_MM - (high - low), 0.0) / 2.0
    return low - lacks, high + lacks


Edge = tuple[str, str, str]  # origin, destination, legal or smuggled


def _bends(at: Mapping[str, np.ndarray], edges: Sequence[Edge]) -> dict[Edge, float]:
    """For each edge the smallest bend that keeps clear of other countries, the frame and the edge back or beside it."""
    low, high = _frame(at, 5.0)
    chosen: dict[Edge, float] = {}

    def cost(edge: Edge, bend: float) -> float:
        origin, destination, _ = edge
        arc = _curve(at[origin], at[destination], bend)
        near = [float(np.hypot(*(arc - p).T).min()) for name, p in at.items() if name not in (origin, destination)]
        outside = bool(((arc < low) | (arc > high)).any())
        return abs(bend) + 2.0 * sum(d < 5.5 for d in near) + 1.0 * outside

    for edge in edges:
        # The way back with the same sign bends to the other side, a twin with the same sign to the same side.
        twins = {b for (o, d, _), b in chosen.items() if (o, d) == edge[:2]}
        backs = {-b for (o, d, _), b in chosen.items() if (d, o) == edge[:2]}
        free = [b for b in (0.12, -0.12, 0.22, -0.22, 0.32, -0.32, 0.42, -0.42) if b not in twins | backs]
        chosen[edge] = min(free, key=lambda bend, edge=edge: cost(edge, bend))  # type: ignore[misc]
    return chosen


def _names_beside(
    at: Mapping[str, np.ndarray], radius: Mapping[str, float], arcs: np.ndarray, size_pt: float
) -> dict[str, np.ndarray]:
    """Where each name stands, mm: beside its node, off other nodes and names, off edges where there is room.

    radius: of nodes in mm; arcs: points of the edges (points, 2) in mm.
    """
    low, high = _frame(at, MARGIN_MM)
    letter, line = 0.58 * size_pt * draw.MM_PER_POINT, 1.2 * size_pt * draw.MM_PER_POINT
    placed: dict[str, np.ndarray] = {}
    boxes: list[tuple[np.ndarray, np.ndarray]] = []  # middle and half size

    def cost(name: str, middle: np.ndarray, half: np.ndarray) -> float:
        names = sum(bool((np.abs(middle - m) < half + h).all()) for m, h in boxes)
        nodes = sum(bool((np.abs(middle - at[n]) < half + radius[n]).all()) for n in at if n != name)
        beyond = bool(((middle - half < low) | (middle + half > high)).any())
        return 1000.0 * (names + nodes + beyond) + float((np.abs(arcs - middle) < half + 0.4).all(axis=1).sum())

    for name in sorted(at, key=lambda n: -radius[n]):
        half = np.array([0.5 * len(name) * letter, 0.5 * line])
        if half[0] < radius[name]:
            placed[name] = at[name]  # the name fits into the node
            continue
        sides = ((0, -1), (0, 1), (1, 0), (-1, 0), (1, -1), (-1, -1), (1, 1), (-1, 1))
        reach = [radius[name] * (1.0 if 0 in side else 0.7) + 0.4 for side in sides]
        options = [at[name] + np.array(side) * (half + r) for side, r in zip(sides, reach, strict=True)]
        placed[name] = options[int(np.argmin([cost(name, middle, half) for middle in options]))]
        boxes.append((placed[name], half))
    return placed


@dataclass(frozen=True)
class _Scale:
    """The flow drawn at the widest and the use drawn at the largest, t a year."""

    flow: float
    use: float

    def width(self, flow: float) -> float:
        return MAX_EDGE_PT * flow / self.flow

    def diameter(self, use: float) -> float:
        return float(max(MAX_NODE_PT * (use / self.use) ** 0.5, 4.0))


def _draw_edge(
    ax: Axes, graph: networkx.DiGraph, at: Mapping[str, np.ndarray], edge: Edge, bend: float, scale: _Scale
) -> None:
    """Legal supply as a solid arrow, smuggled supply as a dashed one, as wide as the flow."""
    import networkx as nx

    origin, destination, kind = edge
    width = max(scale.width(graph.edges[origin, destination][kind]), 0.3)
    sizes = [scale.diameter(graph.nodes[n]["use"]) ** 2 for n in graph]

    def arrow(**look: Any) -> None:
        nx.draw_networkx_edges(
            graph, at, ax=ax, edgelist=[(origin, destination)], nodelist=list(graph), node_size=sizes,
            connectionstyle=f"arc3,rad={bend}", **look,
        )  # fmt: skip

    if kind == "legal":
        colour = OUTSIDE if origin == graph.graph["exporter"] else GREY
        head = f"head_width={1.4 * width + 3:.2f},head_length={0.8 * width + 3.5:.2f}"
        arrow(arrowstyle=f"simple,tail_width={width:.2f},{head}", arrowsize=1, width=0.0, edge_color=colour)
    else:
        # Shaft and head apart: a head drawn in dashes is no head.
        dashes = (0, (3.0, 1.2)) if width < 1.5 else (0, (2.0, 1.0))
        arrow(arrowstyle="-", width=width, edge_color=SMUGGLED, style=dashes)
        head = f"head_length={0.8 * width + 3.5:.2f},head_width={0.7 * width + 1.5:.2f}"
        arrow(arrowstyle=f"-|>,{head}", arrowsize=1, width=0.01, edge_color=SMUGGLED)


def _shown(graph: networkx.DiGraph, widest: float) -> list[Edge]:
    """The edges wide enough to draw."""
    flows = [(o, d, k, v) for k in ("legal", "smuggled") for o, d, v in graph.edges(data=k)]
    return [(o, d, k) for o, d, k, v in flows if v >= SMALL_FLOW * widest]


def _draw_network(ax: Axes, graph: networkx.DiGraph, at: Mapping[str, np.ndarray], scale: _Scale) -> None:
    """One panel: edges under nodes under names."""
    import networkx as nx
    from matplotlib.patheffects import withStroke

    bends = _bends(at, _shown(graph, scale.flow))
    for edge, bend in bends.items():
        _draw_edge(ax, graph, at, edge, bend, scale)
    diameters = {n: scale.diameter(graph.nodes[n]["use"]) for n in graph}
    colours = [INSIDE if n == graph.graph["exporter"] else "#bbbbbb" for n in graph]
    nx.draw_networkx_nodes(
        graph, at, ax=ax, node_size=[d**2 for d in diameters.values()], node_color=colours, edgecolors="#444444",
        linewidths=0.6,
    )  # fmt: skip
    arcs = [_curve(at[o], at[d], b) for (o, d, _), b in bends.items()]
    radius = {n: d / 2 * draw.MM_PER_POINT for n, d in diameters.items()}
    names = _names_beside(at, radius, np.concatenate(arcs) if arcs else np.zeros((0, 2)), NAME_PT)
    for name, (x, y) in names.items():
        halo = [] if (x, y) == tuple(at[name]) else [withStroke(linewidth=1.5, foreground="white")]
        ax.text(x, y, name, fontsize=NAME_PT, ha="center", va="center", gid="name", path_effects=halo)


def networks(run: Recorded, windows: Sequence[tuple[str, date, date]], places: Places | None = None) -> Figure:
    """The supply network in one or more windows (title, first day, last day) on one layout and one scale."""
    graphs = [supply_graph(run, first, last) for _, first, last in windows]
    flows = [v for g in graphs for kind in ("legal", "smuggled") for *_, v in g.edges(data=kind)]
    scale = _Scale(max([*flows, 1.0]), max([*(u for g in graphs for _, u in g.nodes(data="use")), 1.0]))
    ends = {n for g in graphs for o, d, _ in _shown(g, scale.flow) for n in (o, d)}
    names = [n for n in graphs[0] if n in ends or any(g.nodes[n]["use"] > 0.0 for g in graphs)]
    width, height = 0.97 * PAGE_MM / len(windows), (54.0 if len(windows) > 1 else 80.0)
    height = height / 2.0 if len(names) <= FEW else height
    box = tuple(np.array([width, height]) - 2 * MARGIN_MM)
    at = layout(names, places, graphs[0].graph["exporter"], (box[0], box[1]))
    with draw.theme():
        fig, axes = draw.panels([title for title, *_ in windows], len(windows), PAGE_MM, share_y=True)
        for ax, graph in zip(axes, graphs, strict=True):
            _draw_network(ax, graph.subgraph(names), at, scale)
            ax.set_xlim(-MARGIN_MM[0], width - MARGIN_MM[0])
            ax.set_ylim(-MARGIN_MM[1], height - MARGIN_MM[1])
            ax.set_axis_off()
        how = "placed by compass bearing from the exporting state, not to scale" if places else "places on a circle"
        note = f"medians, gross, at yearly rates; legal: arrivals less what smugglers shipped; {how}; "
        note += f"flows under {SMALL_FLOW:.0%} of the widest left out"
        return draw.finish(fig, height + 5.0, draw.caption(run, note), _network_handles(graphs[0], scale))


def _round_below(value: float) -> float:
    """The largest of 1, 2, 5 times a power of ten that is not above `value`."""
    power = 10.0 ** np.floor(np.log10(value))
    return float(max(f for f in (1, 2, 5) if f * power <= value) * power)


def _network_handles(graph: networkx.DiGraph, scale: _Scale) -> list[Any]:
    """Legend of the network: what a width and an area mean."""
    from matplotlib.lines import Line2D

    exporter = graph.graph["exporter"]
    flow, use = _round_below(scale.flow / 2), _round_below(scale.use / 4)
    width = scale.width(flow)

    def line(colour: str, style: Any, what: str) -> Line2D:
        return Line2D([], [], color=colour, linewidth=width, linestyle=style, label=f"{what}: {flow:,.0f} t/yr")

    handles = [line(GREY, "-", "other origins")] if any(o != exporter for o, _ in graph.edges) else []
    if exporter:
        handles = [line(OUTSIDE, "-", f"legal, from {exporter}"), line(SMUGGLED, (0, (2.0, 1.0)), "smuggled"), *handles]
    look: dict[str, Any] = {"linestyle": "none", "marker": "o", "markerfacecolor": "#bbbbbb"}
    look |= {"markeredgecolor": "#444444", "markeredgewidth": 0.6, "markersize": scale.diameter(use)}
    handles.append(Line2D([], [], label=f"use: {use:,.0f} t/yr", **look))
    return handles


def network(run: Recorded, first: date, last: date, places: Places | None = None, title: str = "") -> Figure:
    """Who supplied whom between two days. places: country -> (longitude, latitude) in degrees."""
    return networks(run, [(title or f"{first} to {last}", first, last)], places)


def save_all(run: Recorded, folder: str | Path, places: Places | None = None) -> list[Path]:
    """Write `prices.png`, `expectations.png`, `stocks.png`, `network.png` and, if there are any, `reserves.png` into
    `folder`."""
    folder = Path(folder)
    drawn = {
        "prices": prices(run), "expectations": expectations(run), "stocks": stocks(run), "reserves": reserves(run),
        "network": network(run, run.start, last_day(run), places),
    }  # fmt: skip
    return [draw.write(fig, folder / f"{name}.png", run) for name, fig in drawn.items() if fig is not None]
