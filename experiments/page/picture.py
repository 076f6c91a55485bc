"""Pictures of a session for ECharts: plain data, made from the run up to its week. No browser is known here."""

import json
from collections.abc import Sequence
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from experiments.figures import price_points
from experiments.observed import observations
from experiments.page.session import Session
from sim.drawing import GREY, HISTORY, INSIDE, OUTSIDE, SMUGGLED
from sim.state import OPERATING, RESERVE
from sim.world import World

Option = dict[str, Any]

RECENT_WEEKS = 4  # over which flows on the map are averaged
COVER_WEEKS = 13  # stocks are held against use of a quarter
MOST_POINTS = 280  # of a line
SMALL_FLOW = 0.01  # of the widest: thinner links are left out
MOST_COUNTRIES = 6  # in one chart, by use
COMPARED = ", compared"  # ends the name of a line of the run that this one is held against
LEAST_YEARS = 2.5  # of the time axis
# What a link between an exporting state and a buyer goes through, and its colour.
STATES = {
    "free": "#8a8f94", "taxed": "#029e73", "under quota": OUTSIDE, "licence queue": "#de8f05", "held": "#c0392b",
    "leaking": SMUGGLED,
}  # fmt: skip
LINES = ("#0173b2", "#de8f05", "#029e73", "#d55e00", "#cc78bc", "#8d6e53", "#56b4e9", "#5a5a5a", "#b59a00")
MARKS = {"mines": "triangle", "refiners": "rect", "firms": "circle", "reserve": "diamond"}
LARGEST_MARK = {"mines": 13.0, "refiners": 13.0, "firms": 13.0, "reserve": 5.0}  # pixels above the smallest
MARK_COLOUR = {"mines": "#6d4c41", "refiners": "#37474f", "firms": "#3f6fb5", "reserve": "#b8860b"}
EVENT_COLOUR = {"lever": "#c0392b"}


@lru_cache(1)
def land() -> Any:
    """Outline of land as GeoJSON. Source: Natural Earth 1:110m (public domain) by way of world-atlas 2.0.2."""
    return json.loads(Path(__file__).with_name("land.json").read_text(encoding="utf-8"))


def tonnes(value: float) -> str:
    """Tonnes a year as a reader wants them."""
    return f"{value:,.0f} t/year" if value >= 10.0 else f"{value:,.1f} t/year"


def border_state(world: World, zone: int, destination: int) -> str:
    """What legal cargo from an exporting state to a destination goes through now, a key of `STATES`."""
    I = world.I
    if I.embargo[zone, destination] > 0.0 or I.closure[zone, destination] > 0.0:
        return "held"
    waits = world.step > 0 and world.R.queue[world.step - 1, zone, destination] > 0.0
    if waits or I.permit_weeks[zone, destination] > 0.0 or I.inspection[zone, destination] > I.normal_inspection[zone]:
        return "licence queue"
    if I.quota_on[zone] > 0.0:
        return "under quota"
    return "taxed" if (I.tax[zone] > 0.0).any() else "free"


def flows(world: World) -> list[dict[str, Any]]:
    """Trade between countries, t gross a year over the last weeks: origin, destination, t, state."""
    N, R, t = world.N, world.R, world.step
    first = max(0, t - RECENT_WEEKS)
    years = max(t - first, 1) * world.dt
    found = []
    zones = N.zone_of_country
    legal = (R.exports[first:t] + R.exports_open[first:t]).sum(axis=0) / years
    leaked = R.leaked[first:t].sum(axis=0) / years
    arrivals = R.arrivals[first:t].sum(axis=0) / years
    for z in range(1, len(N.state_of_zone)):
        home = world.countries[N.state_of_zone[z]]
        for c, name in enumerate(world.countries):
            if zones[c] == z:
                continue
            state = border_state(world, z, c)
            if legal[z, c] > 0.0 or (state == "held" and N.base_export[z, c] > 0.0):
                found.append({"from": home, "to": name, "t": float(legal[z, c]), "state": state})
            if leaked[z, c] > 0.0:
                found.append({"from": home, "to": name, "t": float(leaked[z, c]), "state": "leaking"})
    for d, to in enumerate(world.countries):
        for o, origin in enumerate(world.countries):
            if o != d and zones[o] == 0 and arrivals[d, o] > 0.0:
                found.append({"from": origin, "to": to, "t": float(arrivals[d, o]), "state": "free"})
    return found


def marks(world: World) -> dict[str, dict[str, tuple[float, str]]]:
    """What stands in each country: kind of mark -> country -> (its size in t a year or t, what a reader is told)."""
    N, S, R, t = world.N, world.S, world.R, world.step
    first = max(0, t - RECENT_WEEKS)
    years = max(t - first, 1) * world.dt
    countries = world.countries
    found: dict[str, dict[str, tuple[float, str]]] = {kind: {} for kind in MARKS}

    def best(names: Sequence[str], values: np.ndarray, unit: str) -> str:
        order = np.argsort(-values)[:4]
        rows = [f"{names[i]}: {values[i]:,.0f} {unit}" for i in order if values[i] > 0.0]
        return "<br>".join(rows)

    mined, refined = R.mined[first:t].sum(axis=0) / years, R.refined[first:t].sum(axis=0) / years
    layout = world.layout
    for c, name in enumerate(countries):
        for kind, names, values, where in (
            ("mines", layout.mines, mined, N.k_country == c), ("refiners", layout.refiners, refined, N.r_country == c),
        ):  # fmt: skip
            chosen = np.flatnonzero(where)
            if len(chosen):
                total = float(values[chosen].sum())
                if kind == "mines" and not (world.S.k_state[chosen] == OPERATING).any():
                    total = 0.0
                head = f"<b>{name}: {len(chosen)} {kind}</b>, {tonnes(total)} contained"
                found[kind][name] = total, f"{head}<br>{best([names[i] for i in chosen], values[chosen], 't/year')}"
        slots = np.flatnonzero((N.s_country == c) & (N.f_kind[N.s_firm] != RESERVE))
        if len(slots):
            use = float(R.use[first:t, c].sum() / years)
            held = float(S.stock[slots].sum())
            short = float(R.shortfall[first:t, c].sum() / years)
            text = f"<b>{name}: {len(set(N.s_firm[slots]))} firms</b>, use {tonnes(use)}<br>stock {held:,.0f} t"
            text += f"<br>perceived risk {100.0 * float(S.country_risk[c]):.0f} %"
            text += f"<br><b>short of {tonnes(short)}</b>" if short > 1.0 else ""
            found["firms"][name] = use, text
        slots = np.flatnonzero((N.s_country == c) & (N.f_kind[N.s_firm] == RESERVE))
        held = float(S.stock[slots].sum())
        programme = next((p for p in world.programmes if p.reserve.country == name), None)
        if len(slots) and (held > 0.0 or programme is not None):
            text = f"<b>{name}: state reserve</b>, {held:,.0f} t"
            if programme is not None:
                text += f"<br>others believe {programme.believed_days(world):,.0f} days of use"
            found["reserve"][name] = held, text
    return found


def world_map(session: Session) -> Option:
    """The supply network on a world map."""
    world = session.world
    at = {c.country: [c.longitude, c.latitude] for c in session.simulation.scenario.countries}
    found = flows(world)
    widest = max([f["t"] for f in found if f["t"] > 0.0], default=1.0)
    found = [f for f in found if f["t"] >= SMALL_FLOW * widest or f["state"] == "held"]
    lines = []
    for f in found:
        held = f["state"] == "held"
        width = 1.6 if held else 0.6 + 8.0 * (f["t"] / widest) ** 0.5
        lines.append({
            "coords": [at[f["from"]], at[f["to"]]],
            "name": f"{f['from']} to {f['to']}<br>{tonnes(f['t'])} gross, {f['state']}",
            "lineStyle": {
                "color": STATES[f["state"]], "width": round(width, 2), "opacity": 0.9 if held else 0.62,
                "type": "dashed" if held or f["state"] == "leaking" else "solid",
                "curveness": 0.32 if f["state"] == "leaking" else 0.18,
            },
        })  # fmt: skip
    series: list[Option] = [{
        "type": "lines", "coordinateSystem": "geo", "zlevel": 1, "silent": False, "data": lines,
        "effect": {"show": False}, "tooltip": {"formatter": "{b}"},
    }]  # fmt: skip
    offsets = {"mines": [-11, -2], "refiners": [11, -2], "firms": [0, 0], "reserve": [0, 13]}
    for kind, by_country in marks(world).items():
        more = LARGEST_MARK[kind]
        largest = max([size for size, _ in by_country.values()], default=1.0) or 1.0
        series.append({
            "type": "scatter", "coordinateSystem": "geo", "zlevel": 2, "name": kind, "symbol": MARKS[kind],
            "itemStyle": {"color": MARK_COLOUR[kind], "borderColor": "#fff", "borderWidth": 1},
            "symbolOffset": offsets[kind],
            "data": [
                {"name": text, "value": at[c], "symbolSize": round(7.0 + more * (size / largest) ** 0.5, 1)}
                for c, (size, text) in by_country.items()
            ],
            "tooltip": {"formatter": "{b}"},
        })  # fmt: skip
    series.append({
        "type": "scatter", "coordinateSystem": "geo", "zlevel": 3, "silent": True, "symbolSize": 1,
        "itemStyle": {"color": "transparent"},
        "label": {"show": True, "formatter": "{b}", "position": "bottom", "fontSize": 11, "color": "#222",
                  "textBorderColor": "#fff", "textBorderWidth": 2},
        "data": [{"name": c, "value": p, "label": {"offset": [0, 12]}} for c, p in at.items()],
    })  # fmt: skip
    return {
        "animation": False, "tooltip": {"trigger": "item", "confine": True, "textStyle": {"fontSize": 12}},
        "geo": {
            "map": "world", "roam": True, "boundingCoords": [[-135, 72], [160, -46]], "silent": True,
            "itemStyle": {"areaColor": "#eef0ec", "borderColor": "#c9cdc6", "borderWidth": 0.6},
            "left": 4, "right": 4, "top": 4, "bottom": 4,
        },
        "series": series,
    }  # fmt: skip


def _thin(session: Session, weeks: int) -> np.ndarray:
    """Weeks to draw a point at, the last among them."""
    every = max(1, -(-weeks // MOST_POINTS))
    return np.unique(np.append(np.arange(0, weeks, every), weeks - 1)) if weeks else np.arange(0)


def _line(session: Session, values: np.ndarray, name: str, colour: str, **style: Any) -> Option:
    """A series by week up to now."""
    weeks = min(len(values), session.week)
    points = [
        [session.world.calendar.day_of(int(t)).isoformat(), float(f"{values[t]:.4g}")] for t in _thin(session, weeks)
    ]
    return {
        "type": "line", "name": name, "data": points, "showSymbol": False, "lineStyle": {"width": 1.8, **style},
        "itemStyle": {"color": colour}, "emphasis": {"disabled": True}, "z": 3,
    }  # fmt: skip


def _against(session: Session, values: np.ndarray, name: str, colour: str) -> Option:
    """The same quantity of the run that this one is held against."""
    line = _line(session, values, name, colour, type="dotted", width=1.4)
    return {**line, "z": 2, "lineStyle": {**line["lineStyle"], "opacity": 0.75}}


def _events(session: Session) -> Option:
    """Lines at the events up to now; their text shows on hover."""
    data = []
    for day, kind, text in session.events():
        if day <= session.day:
            colour = EVENT_COLOUR.get(kind, "#dadde1")
            label = {"formatter": f"{day}\n{_wrapped(text)}", "lineHeight": 14, "verticalAlign": "top"}
            data.append({
                "xAxis": day.isoformat(), "name": text,
                "lineStyle": {"color": colour, "width": 1.6 if kind == "lever" else 0.8, "type": "solid"},
                "label": label, "emphasis": {"label": label},
            })  # fmt: skip
    return {
        "type": "line", "data": [], "name": "events",
        "markLine": {
            "symbol": "none", "data": data, "animation": False,
            "label": {"show": False, "position": "end", "distance": -4},
            "emphasis": {
                "lineStyle": {"width": 2.4},
                "label": {"show": True, "color": "#222", "fontSize": 11, "backgroundColor": "rgba(255,255,255,.95)",
                          "borderColor": "#888", "borderWidth": 1, "padding": 5, "rotate": 0, "align": "left",
                          "lineHeight": 14, "verticalAlign": "top"},
            },
        },
    }  # fmt: skip


def _wrapped(text: str, width: int = 34) -> str:
    import textwrap

    return "\n".join(textwrap.wrap(text, width)[:6])


def _chart(session: Session, series: list[Option], unit: str, *, log: bool = False, low: float | None = None) -> Option:
    calendar = session.world.calendar
    shown = session.day - calendar.start
    end = min(calendar.end, calendar.start + max(timedelta(days=365.25 * LEAST_YEARS), 1.12 * shown))
    axis: Option = {
        "type": "log" if log else "value", "logBase": 2, "name": unit, "nameLocation": "end", "nameGap": 8,
        "nameTextStyle": {"align": "left", "color": "#555", "fontSize": 11, "padding": [0, 0, 0, -30]},
        "axisLabel": {"fontSize": 11}, "splitLine": {"lineStyle": {"color": "#eee"}}, "scale": log,
    }  # fmt: skip
    if low is not None:
        axis["min"] = low
    named = [s["name"] for s in series if not s["name"].endswith(COMPARED)]
    return {
        "animation": False,
        "grid": {"left": 52, "right": 14, "top": 44 if len(named) < 4 else 62, "bottom": 24},
        "legend": {"top": 0, "left": 4, "itemWidth": 14, "itemHeight": 3, "itemGap": 8, "icon": "rect",
                   "textStyle": {"fontSize": 11}, "data": named},
        "tooltip": {"trigger": "axis", "confine": True, "textStyle": {"fontSize": 11}, "order": "valueDesc",
                    "valueFormatter": None},
        "xAxis": {"type": "time", "min": calendar.start.isoformat(), "max": end.isoformat(),
                  "axisLabel": {"fontSize": 11, "hideOverlap": True}},
        "yAxis": axis,
        "series": [*series, _events(session)],
    }  # fmt: skip


def prices(session: Session, material: str, observed: bool = False) -> Option:
    """Price of a material outside and inside, USD/kg, and the run it is held against; observed points on request."""
    world, base = session.world, session.base_world
    m = world.materials.index(material)
    markets = [("outside", 0, OUTSIDE)]
    if len(world.N.state_of_zone) > 1:
        markets.append(("inside", 1, INSIDE))
    series = [_line(session, world.R.price[:, z, m], name, colour) for name, z, colour in markets]
    if base is not None:
        series += [_against(session, base.R.price[:, z, m], name + COMPARED, colour) for name, z, colour in markets]
    if observed:
        points = [
            p
            for p in price_points(observations(session.place.folder), [material])
            if world.calendar.start <= p.day <= session.day
        ]
        for name, _, colour in markets:
            data = [[p.day.isoformat(), float(f"{p.value:.4g}")] for p in points if p.market == name]
            if data:
                series.append({
                    "type": "scatter", "name": f"{name}, observed", "data": data, "symbolSize": 5, "z": 4,
                    "itemStyle": {"color": "#fff", "borderColor": colour, "borderWidth": 1.4},
                })  # fmt: skip
    return _chart(session, series, f"{material}, USD/kg", log=True)


def _rolling(values: np.ndarray, weeks: int) -> np.ndarray:
    """Mean over the last `weeks` weeks, fewer at the beginning: (steps,)."""
    total = np.cumsum(values)
    before = np.concatenate([np.zeros(min(weeks, len(total))), total[:-weeks]]) if len(total) > weeks else 0.0 * total
    return np.asarray((total - before) / np.minimum(np.arange(1, len(total) + 1), weeks))


def exports(session: Session) -> Option:
    """Legal and smuggled exports of the exporting states, kt gross a year over a quarter, and the quota in force."""
    world = session.world
    week = session.week

    def yearly(values: np.ndarray) -> np.ndarray:
        return _rolling(values[:week], COVER_WEEKS) / world.dt / 1000.0

    def legal(w: World) -> np.ndarray:
        return (w.R.exports + w.R.exports_open)[:week].sum(axis=(1, 2))

    series = [
        _line(session, yearly(legal(world)), "legal exports", OUTSIDE),
        _line(session, yearly(world.R.leaked[:week].sum(axis=(1, 2))), "smuggled", SMUGGLED),
    ]
    if session.base_world is not None:
        base = session.base_world
        series.append(_against(session, yearly(legal(base)), "legal" + COMPARED, OUTSIDE))
    quota, days = np.full(week, np.nan), world.calendar.days()
    for e in session.simulation.scenario.events:
        if e.instrument == "export_quota" and e.admitted == "yes" and e.value is not None and e.end is not None:
            years = ((e.end - e.start).days + 1) / 365.25
            span = [t for t in range(week) if e.start <= days[t] <= e.end]
            quota[span] = np.nan_to_num(quota[span]) + e.value / years / 1000.0
    if np.isfinite(quota).any():
        line = _line(session, np.nan_to_num(quota, nan=-1.0), "quota", HISTORY)
        line["data"] = [[day, None if value < 0.0 else value] for day, value in line["data"]]
        series.append({**line, "step": "start", "lineStyle": {"width": 1.2, "type": "dashed"}})
    return _chart(session, series, "kt gross a year", low=0.0)


def largest_users(world: World) -> list[int]:
    """The countries that use most, by number, in the order of the scenario."""
    use = np.bincount(world.N.s_country, world.N.s_base, len(world.countries))
    return sorted(int(c) for c in np.argsort(-use)[:MOST_COUNTRIES] if use[c] > 0.0)


def stocks(session: Session) -> Option:
    """Stocks of firms by country in weeks of their use of the last quarter."""
    world, week = session.world, session.week
    users = largest_users(world)
    series = []
    for i, c in enumerate(users):
        use = _rolling(world.R.use[:week, c], COVER_WEEKS)
        cover = world.R.stock[:week, c].sum(axis=1) / np.maximum(use, 1e-9)
        series.append(_line(session, cover, world.countries[c], LINES[i % len(LINES)]))
    return _chart(session, series, "weeks of use", low=0.0)


def risk(session: Session) -> Option:
    """Perceived risk by country, and the news in view where it is loudest, per cent."""
    world, week = session.world, session.week
    users = largest_users(world)
    series = [
        _line(session, 100.0 * world.R.risk[:week, c], world.countries[c], LINES[i % len(LINES)])
        for i, c in enumerate(users)
    ]
    news = _line(session, 100.0 * world.X.news[:week].max(axis=1, initial=0.0), "news in view", GREY, width=0.8)
    series.append({**news, "areaStyle": {"color": "#dcdfe2", "opacity": 0.6}, "z": 1})
    return _chart(session, series, "%", low=0.0)


def reserves(session: Session) -> Option | None:
    """State reserves in days of their own firms' use: held, and what others believe; None where there is none."""
    world, week = session.world, session.week
    series = []
    for i, programme in enumerate(world.programmes):
        c = world.countries.index(programme.reserve.country)
        use = _rolling(world.R.use[:week, c], COVER_WEEKS) / world.calendar.step_days
        held = world.R.held[:week, c].sum(axis=1) / np.maximum(use, 1e-9)
        seen = world.R.seen[:week, c].sum(axis=1) / np.maximum(use, 1e-9)
        name, colour = programme.reserve.country, LINES[i % len(LINES)]
        series.append(_line(session, held, f"{name} holds", colour))
        series.append(_line(session, seen, f"{name}, believed", colour, type="dashed", width=1.2))
    return _chart(session, series, "days of use", low=0.0) if series else None
