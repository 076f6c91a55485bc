"""The supply network of a session on a world map, for ECharts: plain data. No browser is known here."""

from collections.abc import Sequence
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Any

import numpy as np

from chokepoint.experiments.page.places import bounds, places
from chokepoint.experiments.page.session import Session
from chokepoint.sim.network.structure import OPERATING, RESERVE
from chokepoint.sim.politics.governed import GovernedWorld
from chokepoint.sim.results.drawing import OUTSIDE, SMUGGLED

Option = dict[str, Any]

RECENT_WEEKS = 4  # over which flows on the map are averaged
SMALL_FLOW = 0.01  # of the widest: thinner links are left out
# What a link between an exporting state and a buyer goes through, the worst last, and its colour.
STATES = {
    "free": "#8a8f94", "taxed": "#029e73", "under quota": OUTSIDE, "licence queue": "#de8f05", "held": "#c0392b",
    "leaking": SMUGGLED,
}  # fmt: skip
MARKS = {"mines": "triangle", "refiners": "rect", "firms": "circle", "reserve": "diamond"}
LARGEST_MARK = {"mines": 13.0, "refiners": 13.0, "firms": 13.0, "reserve": 5.0}  # pixels above the smallest
MARK_COLOUR = {"mines": "#6d4c41", "refiners": "#37474f", "firms": "#3f6fb5", "reserve": "#b8860b"}


@lru_cache(1)
def land() -> str:
    """Outline of land as GeoJSON text. Source: Natural Earth 1:110m (public domain) by way of world-atlas 2.0.2."""
    return Path(__file__).with_name("land.json").read_text(encoding="utf-8")


def tonnes(value: float) -> str:
    """Tonnes a year as a reader wants them."""
    return f"{value:,.0f} t/year" if value >= 10.0 else f"{value:,.1f} t/year"


def border_states(world: GovernedWorld, zone: int, destination: int) -> list[str]:
    """What legal cargo from an exporting state to a destination goes through now, keys of `STATES`, the worst first."""
    I = world.I
    waits = world.step > 0 and world.R.queue[world.step - 1, zone, destination] > 0.0
    inspected = I.inspection[zone, destination] > I.normal_inspection[zone]
    found = {
        "held": I.embargo[zone, destination] > 0.0 or I.closure[zone, destination] > 0.0,
        "licence queue": waits or I.permit_weeks[zone, destination] > 0.0 or inspected,
        "under quota": I.quota_on[zone] > 0.0,
        "taxed": (I.tax[zone] > 0.0).any(),
    }
    return [state for state, holds in found.items() if holds] or ["free"]


def flows(world: GovernedWorld) -> list[dict[str, Any]]:
    """Trade between countries, t gross a year over the last weeks, of the base year before the first: origin,
    destination, t, the states it goes through (`STATES`, the worst first)."""
    N, R, t = world.N, world.R, world.step
    first = max(0, t - RECENT_WEEKS)
    years = max(t - first, 1) * world.dt
    found: list[dict[str, Any]] = []

    def add(origin: str, to: str, tonnes_a_year: float, states: list[str]) -> None:
        found.append({"from": origin, "to": to, "t": float(tonnes_a_year), "states": states})

    zones = N.zone_of_country
    legal = (R.exports[first:t] + R.exports_open[first:t]).sum(axis=0) / years if t else N.base_export
    leaked = R.leaked[first:t].sum(axis=0) / years
    arrivals = R.arrivals[first:t].sum(axis=0) / years
    before = R.arrivals[:t].sum(axis=0)
    stopped = {int(c) for c in N.k_country[world.I.held > 0.0]}  # whose ore is held
    for z in range(1, len(N.state_of_zone)):
        home = world.countries[N.state_of_zone[z]]
        for c, name in enumerate(world.countries):
            if zones[c] == z:
                continue
            states = border_states(world, z, c)
            if legal[z, c] > 0.0 or (states[0] == "held" and N.base_export[z, c] > 0.0):
                add(home, name, legal[z, c], states)
            if leaked[z, c] > 0.0:
                add(home, name, leaked[z, c], ["leaking"])
    for d, to in enumerate(world.countries):
        for o, origin in enumerate(world.countries):
            if o == d or zones[o] != 0:
                continue
            if o in stopped and before[d, o] > 0.0:
                add(origin, to, arrivals[d, o], ["held"])
            elif arrivals[d, o] > 0.0:
                add(origin, to, arrivals[d, o], ["free"])
    return found


def marks(world: GovernedWorld) -> dict[str, dict[str, tuple[float, str]]]:
    """What stands in each country: kind of mark -> country -> (its size in t a year or t, what a reader is told)."""
    N, S, R, t = world.N, world.S, world.R, world.step
    first = max(0, t - RECENT_WEEKS)
    years = max(t - first, 1) * world.dt
    countries = world.countries
    found: dict[str, dict[str, tuple[float, str]]] = {kind: {} for kind in MARKS}

    def best(names: Sequence[str], values: np.ndarray, unit: str) -> str:
        order = np.argsort(-values)[:4]
        rows = [f"{escape(names[i])}: {values[i]:,.0f} {unit}" for i in order if values[i] > 0.0]
        return "<br>".join(rows)

    def counted(n: int, what: str) -> str:
        return f"{n} {what if n > 1 else what.removesuffix('s')}"

    mined, refined = R.mined[first:t].sum(axis=0) / years, R.refined[first:t].sum(axis=0) / years
    used = R.use[first:t].sum(axis=0) / years
    if t == 0:  # the base year
        mined, refined, used = N.k_base, N.r_base, np.bincount(N.s_country, N.s_base, len(countries))
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
                head = f"<b>{escape(name)}: {counted(len(chosen), kind)}</b>, {tonnes(total)} contained"
                found[kind][name] = total, f"{head}<br>{best([names[i] for i in chosen], values[chosen], 't/year')}"
        slots = np.flatnonzero((N.s_country == c) & (N.f_kind[N.s_firm] != RESERVE))
        if len(slots):
            use = float(used[c])
            held = float(S.stock[slots].sum())
            short = float(R.shortfall[first:t, c].sum() / years)
            text = f"<b>{escape(name)}: {counted(len(set(N.s_firm[slots])), 'firms')}</b>, use {tonnes(use)}"
            text += f"<br>stock {held:,.0f} t"
            text += f"<br>perceived risk {100.0 * float(S.country_risk[c]):.0f} %"
            text += f"<br><b>short of {tonnes(short)}</b>" if short > 1.0 else ""
            found["firms"][name] = use, text
        slots = np.flatnonzero((N.s_country == c) & (N.f_kind[N.s_firm] == RESERVE))
        held = float(S.stock[slots].sum())
        programme = next((p for p in world.politics.programmes if p.reserve.country == name), None)
        if len(slots) and (held > 0.0 or programme is not None):
            text = f"<b>{escape(name)}: state reserve</b>, {held:,.0f} t"
            if programme is not None:
                text += f"<br>others believe {programme.believed_days(world):,.0f} days of use"
            found["reserve"][name] = held, text
    return found


def _link(flow: dict[str, Any], widest: float, at: dict[str, list[float]]) -> Option:
    """A link of the map; one that is held keeps a width of its own, as little flows."""
    state = flow["states"][0]
    held, leaking = state == "held", state == "leaking"
    size = f"{tonnes(flow['t'])} gross, " + ("smuggled" if leaking else f"now {', '.join(flow['states'])}")
    return {
        "coords": [at[flow["from"]], at[flow["to"]]],
        "tip": f"<div class='cp-tip'><b>{escape(flow['from'])} to {escape(flow['to'])}</b><br>{size}</div>",
        "lineStyle": {
            "color": STATES[state], "width": 2.4 if held else round(0.6 + 8.0 * (flow["t"] / widest) ** 0.5, 2),
            "opacity": 1.0 if held else 0.62, "type": "dashed" if held or leaking else "solid",
            "curveness": 0.32 if leaking else 0.18,
        },
    }  # fmt: skip


def world_map(session: Session) -> Option:
    """The supply network on a world map."""
    world = session.world
    at = places(session.simulation.scenario)
    found = flows(world)
    widest = max([f["t"] for f in found if f["t"] > 0.0], default=1.0)
    found = [f for f in found if f["t"] >= SMALL_FLOW * widest or f["states"][0] == "held"]
    links = [(_link(f, widest, at), f["states"][0] == "held") for f in found]
    series: list[Option] = [
        {
            "type": "lines",
            "coordinateSystem": "geo",
            "zlevel": level,
            "data": [link for link, held in links if held == over],
        }
        for level, over in ((1, False), (3, True))  # what is held lies above the marks
    ]
    standing = marks(world)
    sizes: dict[tuple[str, str], float] = {}
    for kind, by_country in standing.items():
        largest = max([size for size, _ in by_country.values()], default=1.0) or 1.0
        for c, (size, _) in by_country.items():
            sizes[kind, c] = round(7.0 + LARGEST_MARK[kind] * (size / largest) ** 0.5, 1)

    def offset(kind: str, c: str) -> list[float]:
        """Mines to the left of firms, refiners to the right, reserves below, without overlap."""
        middle = sizes.get(("firms", c), 0.0) / 2.0
        aside = middle + sizes[kind, c] / 2.0
        return {"mines": [-aside, 0.0], "refiners": [aside, 0.0], "reserve": [0.0, aside]}.get(kind, [0.0, 0.0])

    for kind, by_country in standing.items():
        series.append({
            "type": "scatter", "coordinateSystem": "geo", "zlevel": 2, "name": kind, "symbol": MARKS[kind],
            "itemStyle": {"color": MARK_COLOUR[kind], "borderColor": "#fff", "borderWidth": 1},
            "data": [
                {"value": at[c], "symbolSize": sizes[kind, c], "symbolOffset": offset(kind, c),
                 "tip": f"<div class='cp-tip'>{text}</div>"}
                for c, (_, text) in by_country.items()
            ],
        })  # fmt: skip
    below = {
        c: 3.0
        + max([(2.0 if kind == "reserve" else 0.5) * size for (kind, k), size in sizes.items() if k == c] or [0.0])
        for c in at
    }
    series.append({
        "type": "scatter", "coordinateSystem": "geo", "zlevel": 4, "silent": True, "symbolSize": 1,
        "itemStyle": {"color": "transparent"},
        "label": {"show": True, "formatter": "{b}", "position": "bottom", "fontSize": 11, "color": "#222",
                  "textBorderColor": "#fff", "textBorderWidth": 2},
        "data": [{"name": c, "value": p, "label": {"offset": [0, below[c]]}} for c, p in at.items()],
    })  # fmt: skip
    return {
        "subject": session.name, "animation": False,
        "tooltip": {"trigger": "item", "confine": True, "textStyle": {"fontSize": 12}},
        "geo": {
            "map": "world", "roam": True, "boundingCoords": bounds(at), "silent": True,
            "itemStyle": {"areaColor": "#eef0ec", "borderColor": "#c9cdc6", "borderWidth": 0.6},
            "left": 4, "right": 4, "top": 4, "bottom": 4,
        },
        "series": series,
    }  # fmt: skip
