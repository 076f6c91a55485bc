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
    "free": "#8a8f94", "taxed": "#029e73", "under quota": OUTSIDE, "permits or inspection": "#de8f05",
    "held": "#c0392b", "leaking": SMUGGLED,
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
    inspected = (I.inspection[zone, destination] > I.normal_inspection[zone]).any()
    permits = (I.permit_weeks[zone, destination] > 0.0).any() or (I.refused[zone, destination] > 0.0).any()
    found = {
        "held": (I.embargo[zone, destination] > 0.0).any() or (I.closure[zone, destination] > 0.0).any(),
        "permits or inspection": permits or inspected,
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
    N, R, t = world.N, world.R, world.step
    first = max(0, t - RECENT_WEEKS)
    years = max(t - first, 1) * world.dt
    mined, refined = R.mined[first:t].sum(axis=0) / years, R.refined[first:t].sum(axis=0) / years
    used, short = R.use[first:t].sum(axis=0) / years, R.shortfall[first:t].sum(axis=0) / years
    if t == 0:  # the base year
        mined, refined, used = N.k_base, N.r_base, np.bincount(N.s_country, N.s_base, len(world.countries))
    found: dict[str, dict[str, tuple[float, str]]] = {kind: {} for kind in MARKS}
    for c, name in enumerate(world.countries):
        for kind, names, values, where in (
            ("mines", world.layout.mines, mined, N.k_country == c),
            ("refiners", world.layout.refiners, refined, N.r_country == c),
        ):
            chosen = np.flatnonzero(where)
            if len(chosen):
                idle = kind == "mines" and not (world.S.k_state[chosen] == OPERATING).any()
                made = 0.0 if idle else float(values[chosen].sum())
                text = f"<b>{escape(name)}: {_counted(len(chosen), kind)}</b>, {tonnes(made)} contained<br>"
                found[kind][name] = made, text + _largest([names[i] for i in chosen], values[chosen])
        slots = np.flatnonzero((N.s_country == c) & (N.f_kind[N.s_firm] != RESERVE))
        if len(slots):
            found["firms"][name] = float(used[c]), _firms(world, c, slots, float(used[c]), float(short[c]))
        reserve = _reserve(world, name, np.flatnonzero((N.s_country == c) & (N.f_kind[N.s_firm] == RESERVE)))
        if reserve is not None:
            found["reserve"][name] = reserve
    return found


def _counted(number: int, what: str) -> str:
    return f"{number} {what if number > 1 else what.removesuffix('s')}"


def _largest(names: Sequence[str], values: np.ndarray) -> str:
    """Those that make most, a line each. values: t a year."""
    order = np.argsort(-values)[:4]
    return "<br>".join(f"{escape(names[i])}: {values[i]:,.0f} t/year" for i in order if values[i] > 0.0)


def _firms(world: GovernedWorld, country: int, slots: np.ndarray, use: float, short: float) -> str:
    """What is told of the firms of a country: their slots, use and what they lack, t a year."""
    name, number = world.countries[country], len(set(world.N.s_firm[slots]))
    text = f"<b>{escape(name)}: {_counted(number, 'firms')}</b>, use {tonnes(use)}"
    text += f"<br>stock {float(world.S.stock[slots].sum()):,.0f} t"
    text += f"<br>expects to give up {100.0 * loss_expected(world, country):.0f} % of it"
    return text + (f"<br><b>lines stop for want of {tonnes(short)}</b>" if short > 1.0 else "")


def loss_expected(world: GovernedWorld, country: int) -> float:
    """Share of its use that a country expects to give up over the horizon, mean over materials by tonnes."""
    N, S = world.N, world.S
    here = np.flatnonzero(N.q_country == country)
    use = S.use_planned[here]
    return float((S.loss[here] * use).sum() / use.sum()) if use.sum() > 0.0 else 0.0


def _reserve(world: GovernedWorld, name: str, slots: np.ndarray) -> tuple[float, str] | None:
    """What a state's reserve holds, t, and what is told of it; None where there is neither stock nor programme."""
    held = float(world.S.stock[slots].sum())
    programme = next((p for p in world.politics.programmes if p.reserve.country == name), None)
    if not len(slots) or (held <= 0.0 and programme is None):
        return None
    text = f"<b>{escape(name)}: state reserve</b>, {held:,.0f} t"
    if programme is not None:
        text += f"<br>others believe {programme.believed_days(world):,.0f} days of use"
    return held, text


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
    lines: list[Option] = [
        {
            "type": "lines",
            "coordinateSystem": "geo",
            "zlevel": level,
            "data": [link for link, held in links if held == over],
        }
        for level, over in ((1, False), (3, True))  # what is held lies above the marks
    ]
    standing = marks(world)
    sizes = _sizes(standing)
    return {
        "subject": session.name, "animation": False,
        "tooltip": {"trigger": "item", "confine": True, "textStyle": {"fontSize": 12}},
        "geo": {
            "map": "world", "roam": True, "boundingCoords": bounds(at), "silent": True,
            "itemStyle": {"areaColor": "#eef0ec", "borderColor": "#c9cdc6", "borderWidth": 0.6},
            "left": 4, "right": 4, "top": 4, "bottom": 4,
        },
        "series": [*lines, *_scatter(standing, sizes, at), _country_names(sizes, at)],
    }  # fmt: skip


def _sizes(standing: dict[str, dict[str, tuple[float, str]]]) -> dict[tuple[str, str], float]:
    """Pixels across of each mark, by kind and country: the area grows with what it stands for."""
    sizes = {}
    for kind, by_country in standing.items():
        largest = max([size for size, _ in by_country.values()], default=1.0) or 1.0
        for country, (size, _) in by_country.items():
            sizes[kind, country] = round(7.0 + LARGEST_MARK[kind] * (size / largest) ** 0.5, 1)
    return sizes


def _scatter(
    standing: dict[str, dict[str, tuple[float, str]]], sizes: dict[tuple[str, str], float], at: dict[str, list[float]]
) -> list[Option]:
    """The marks, a series each kind: mines to the left of firms, refiners to the right, reserves below, no overlap."""

    def offset(kind: str, country: str) -> list[float]:
        middle = sizes.get(("firms", country), 0.0) / 2.0
        aside = middle + sizes[kind, country] / 2.0
        return {"mines": [-aside, 0.0], "refiners": [aside, 0.0], "reserve": [0.0, aside]}.get(kind, [0.0, 0.0])

    return [
        {
            "type": "scatter", "coordinateSystem": "geo", "zlevel": 2, "name": kind, "symbol": MARKS[kind],
            "itemStyle": {"color": MARK_COLOUR[kind], "borderColor": "#fff", "borderWidth": 1},
            "data": [
                {"value": at[c], "symbolSize": sizes[kind, c], "symbolOffset": offset(kind, c),
                 "tip": f"<div class='cp-tip'>{text}</div>"}
                for c, (_, text) in by_country.items()
            ],
        }
        for kind, by_country in standing.items()
    ]  # fmt: skip


def _country_names(sizes: dict[tuple[str, str], float], at: dict[str, list[float]]) -> Option:
    """The names of the countries, each below its marks."""
    below = {
        c: 3.0
        + max([(2.0 if kind == "reserve" else 0.5) * size for (kind, k), size in sizes.items() if k == c] or [0.0])
        for c in at
    }
    return {
        "type": "scatter", "coordinateSystem": "geo", "zlevel": 4, "silent": True, "symbolSize": 1,
        "itemStyle": {"color": "transparent"},
        "label": {"show": True, "formatter": "{b}", "position": "bottom", "fontSize": 11, "color": "#222",
                  "textBorderColor": "#fff", "textBorderWidth": 2},
        "data": [{"name": c, "value": p, "label": {"offset": [0, below[c]]}} for c, p in at.items()],
    }  # fmt: skip
