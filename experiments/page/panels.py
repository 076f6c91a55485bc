"""The pictures and tables of the page: what its tabs hold."""

import json
import tempfile
from functools import partial
from html import escape
from pathlib import Path
from typing import Any

import ipyvuetify
import reacton.ipyvuetify as v
import solara
import traitlets

from chokepoint.agents.behaviour import PARAMETERS
from chokepoint.experiments.page import agents, network, picture
from chokepoint.experiments.page.desk import Desk, grid
from chokepoint.experiments.page.places import unknown
from chokepoint.experiments.page.session import Session


def html(text: str) -> None:
    solara.HTML(tag="div", unsafe_innerHTML=text)


def with_unit(name: str, value: float) -> str:
    """A value of a parameter with its unit; shares and pure numbers have none."""
    unit = PARAMETERS[name].unit
    return f"{value:g}" if unit == "1" else f"{value:g} {unit}"


def changed_parameters(desk: Desk) -> str:
    """How the parameters differ from those of the episode, and whether they wait for a reset."""
    chosen, used = desk.parameters.value, desk.session.behaviour
    if chosen != used:
        return "Parameters wait for Reset."
    return f"{len(used)} parameter{'s' if len(used) > 1 else ''} changed." if used else ""


class Canvas(ipyvuetify.VuetifyTemplate):
    """An ECharts picture. It is passed as JSON text: Solara would visit every point of a structure at each change."""

    template_file = (__file__, "chart.vue")
    picture = traitlets.Unicode().tag(sync=True)
    height = traitlets.Int().tag(sync=True)
    land = traitlets.Unicode().tag(sync=True)


def _chart(option: dict[str, Any], height: int, land: str = "") -> None:
    Canvas.element(picture=json.dumps(option, separators=(",", ":")), height=height, land=land)


def compared(session: Session) -> str:
    """What the dotted lines are."""
    n = len(session.base or ())
    return (
        f"the run with {'its first lever' if n == 1 else f'its first {n} levers'} alone"
        if n
        else "the run without levers"
    )


def _legend() -> str:
    keys = "".join(
        f"<span><span class='cp-key' style='border-color:{colour};"
        f"border-top-style:{'dashed' if name in ('held', 'leaking') else 'solid'}'></span>{name}</span>"
        for name, colour in network.STATES.items()
    )
    shapes = {"mines": "&#9650;", "refiners": "&#9632;", "firms": "&#9679;", "reserve": "&#9670;"}
    marks = "".join(
        f"<span><span style='color:{network.MARK_COLOUR[k]}'>{shape}</span> {k}</span>" for k, shape in shapes.items()
    )
    return f"<div class='cp-legend'>{keys}{marks}<span>width: t gross a year, last four weeks</span></div>"


@solara.component
def World(desk: Desk):  # type: ignore[no-untyped-def]
    """The map and what happened last, prices beside it, the other time series below."""
    with solara.Div(classes=["cp-grid"]):
        Map(desk)
        Prices(desk)
    Series(desk)


@solara.component
def Map(desk: Desk):  # type: ignore[no-untyped-def]
    """The supply network with its legend, and the latest events."""
    desk.version.get()
    session = desk.session
    with session.lock:
        drawn = network.world_map(session)
        past = [e for e in session.events() if e[0] < session.day][-12:]
    rows = "".join(f"<div><b>{day:%d %b %Y}</b> {escape(text)}</div>" for day, _, text in reversed(past))
    with solara.Div(classes=["cp-box"]):
        when = f"{session.day:%B %Y}" if session.week else "base year"
        hint = "<span class='cp-sub'>scroll to zoom, drag to move, double click to see all</span>"
        html(f"<div class='cp-head'>Who supplies whom, {when} {hint}</div>")
        _chart(drawn, 400, network.land())
        html(_legend())
        nowhere = unknown(session.simulation.scenario)
        if nowhere:
            solara.Text(f"In a row at sea, as their places are not given: {', '.join(nowhere)}", classes=["cp-sub"])
        html(f"<div class='cp-head' style='margin-top:6px'>What happened</div><div class='cp-events'>{rows}</div>")


@solara.component
def Prices(desk: Desk):  # type: ignore[no-untyped-def]
    """Spot prices of two materials, outside and inside, with what was observed on request."""
    desk.version.get()
    session = desk.session
    materials = list(session.world.materials)
    shown_ones = (desk.material, desk.second) if len(materials) > 1 else (desk.material,)
    with session.lock:
        drawn = [picture.prices(session, m.value, desk.observed.value) for m in shown_ones]
    with solara.Div(classes=["cp-box"]):
        with solara.Row(gap="8px"):
            for label, m in zip(("Spot price of", "and"), shown_ones, strict=False):
                solara.Select(label, values=materials, value=m, dense=True)
            solara.Checkbox(label="observed", value=desk.observed)
        for option in drawn:
            _chart(option, 508 // len(drawn))
        if session.base_world is not None:
            solara.Text(f"Dotted, and in brackets by the pointer: {compared(session)}", classes=["cp-sub"])


@solara.component
def Series(desk: Desk):  # type: ignore[no-untyped-def]
    """Prices by country, what holders expect, exports, rents, stocks, and reserves where there are any."""
    desk.version.get()
    session = desk.session
    material = desk.material.value
    with session.lock:
        charts = {
            f"{material} by country": picture.by_country(session, material),
            "What holders expect": picture.expected(session, material),
            "Exports and quota": picture.exports(session), "Rent on licences": picture.rents(session),
            "Stocks of firms": picture.stocks(session), "State reserves": picture.reserves(session),
        }  # fmt: skip
    with solara.Div(classes=["cp-three"]):
        for title, option in charts.items():
            if option is not None:
                with solara.Div(classes=["cp-box"]):
                    html(f"<div class='cp-head'>{title}</div>")
                    _chart(option, 230)


@solara.component
def Agents(desk: Desk):  # type: ignore[no-untyped-def]
    """A table of all agents and prices to sort and filter, and one of them with its last decisions."""
    desk.version.get()
    session = desk.session
    search, set_search = solara.use_state("")
    chosen, set_chosen = solara.use_state("")
    rows = agents.table(session)

    def choose(*event: Any) -> None:  # widget, name, row
        set_chosen(event[-1]["agent"])

    names = [row["agent"] for row in rows]
    with solara.Div(classes=["cp-wide"]):
        with solara.Div(classes=["cp-box"]):
            solara.InputText("Filter by name, kind, country or state", value=search, on_value=set_search,
                             continuous_update=True, dense=True)  # fmt: skip
            rows_of = v.DataTable(
                headers=[
                    {"text": label, "value": key, "align": "end" if key in agents.NUMBERS else ""}
                    for key, label in agents.COLUMNS.items()
                ],
                items=rows, search=search, item_key="agent", dense=True, items_per_page=15,
            )  # fmt: skip
            v.use_event(rows_of, "click:row", choose)
        with solara.Div(classes=["cp-box"]):
            v.Autocomplete(
                label="One agent or price", items=names, v_model=chosen if chosen in names else None,
                on_v_model=lambda name: set_chosen(name or ""), dense=True, clearable=True,
            )  # fmt: skip
            if chosen in names:
                try:
                    lines = agents.sheet(session, chosen, desk.material.value)
                except Exception as error:
                    lines = [("", f"{type(error).__name__}: {error}")]
                html(
                    "".join(
                        f"<div class='cp-lever'><b>{escape(head)}</b>: {escape(text)}</div>" for head, text in lines
                    )
                )
            else:
                solara.Text(
                    "Choose an agent or a price, here or in the table, to see what it is, what it did last and why.",
                    classes=["cp-sub"],
                )


@solara.component
def Parameters(desk: Desk):  # type: ignore[no-untyped-def]
    """Every behavioural parameter with unit, range and meaning; sliders for those chosen, applied at Reset."""
    desk.version.get()
    chosen, set_chosen = solara.use_state(["use_elasticity", "stock_elasticity", "act"])
    changed = desk.parameters.value
    with solara.Div(classes=["cp-grid"]):
        with solara.Div(classes=["cp-box"]):
            html("<div class='cp-head'>Behavioural parameters (applied at Reset)</div>")
            solara.SelectMultiple("Show", values=chosen, all_values=list(PARAMETERS), on_value=set_chosen, dense=True)
            for name in chosen:
                p = PARAMETERS[name]
                value = desk.parameter(name)
                solara.SliderFloat(
                    f"{name}: {with_unit(name, value)} ({p.low:g} to {p.high:g})", value=value,
                    min=p.low, max=p.high, step=grid(name), thumb_label=False,
                    on_value=partial(desk.choose, name),
                )  # fmt: skip
                solara.Text(f"{p.meaning}. Source: {p.source}", classes=["cp-sub"])
        with solara.Div(classes=["cp-box"]):
            html("<div class='cp-head'>Changed</div>")
            for name, value in changed.items():
                default = PARAMETERS[name].default
                html(f"<div class='cp-lever'><b>{name}</b>: {with_unit(name, value)} (default {default:g})</div>")
            if not changed:
                solara.Text("Nothing is changed.", classes=["cp-sub"])
            told = changed_parameters(desk)
            if told:
                solara.Text(told, classes=["cp-sub"])
            with solara.Row(gap="4px"):
                solara.Button("Reset with these", on_click=lambda: desk.act(desk.reset), small=True, color="primary")
                solara.Button("Back to defaults", on_click=lambda: desk.parameters.set({}), small=True, text=True)


def _saved(session: Session, file: str) -> bytes:
    """A file of a saved whole run."""
    from chokepoint.sim.results.storage import save

    with tempfile.TemporaryDirectory() as folder:
        return (save(session.whole_run(), Path(folder) / "run", csv=file.endswith(".csv")) / file).read_bytes()


def _drawn(session: Session, kind: str) -> bytes:
    """The price figure of the run up to now."""
    import io

    from chokepoint.sim.results import figures

    buffer = io.BytesIO()
    figures.prices(session.record()).savefig(buffer, format=kind, dpi=220)
    return buffer.getvalue()


@solara.component
def Export(desk: Desk):  # type: ignore[no-untyped-def]
    """The levers as a recipe, the run as Parquet or CSV, the figure as PNG or SVG."""
    desk.version.get()
    session = desk.session
    recipe = session.recipe()
    name = session.place.name
    with solara.Div(classes=["cp-grid"]):
        with solara.Div(classes=["cp-box"]):
            html("<div class='cp-head'>This session as a recipe</div>")
            html(f"<pre style='font-size:12px;max-height:420px;overflow:auto'>{escape(recipe)}</pre>")
            html("<div class='cp-sub'><code>chokepoint run FILE --replications 1</code> repeats it exactly.</div>")
            solara.FileDownload(recipe, filename=f"{name}-levers.toml", label="Recipe (.toml)")
        with solara.Div(classes=["cp-box"]):
            html("<div class='cp-head'>The whole run under these levers</div>")
            for file in ("series.parquet", "series.csv"):
                solara.FileDownload(lambda file=file: _saved(session, file), filename=f"{name}-{file}", label=file)
            html("<div class='cp-head' style='margin-top:10px'>Spot prices up to this week</div>")
            for kind in ("png", "svg"):
                solara.FileDownload(
                    lambda kind=kind: _drawn(session, kind), filename=f"{name}.{kind}", label=kind.upper()
                )
