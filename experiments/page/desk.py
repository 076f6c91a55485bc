"""What a browser tab shows: Solara components around a session of its own."""

import asyncio
import os
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from html import escape
from pathlib import Path
from typing import Any

import reacton.ipyvuetify as v
import solara
import solara.lab

from agents.behaviour import PARAMETERS
from experiments import catalogue
from experiments.page import agents, picture
from experiments.page.levers import LEVERS
from experiments.page.serve import EPISODE, SEED
from experiments.page.session import Session
from sim.problems import BadInput
from sim.rules import RuleSet

# What Play does: weeks to a picture, and milliseconds between two.
SPEEDS = {
    "four weeks a picture, no pause": (4, 20), "a week a picture, no pause": (1, 20), "2 weeks a second": (1, 500),
    "1 week a second": (1, 1000),
}  # fmt: skip


def _html(text: str) -> None:
    solara.HTML(tag="div", unsafe_innerHTML=text)


_ready: list[Session] = []  # made while the browser was fetching its part


def prepare(episode: str) -> None:
    """Make the session of the first tab, and draw it once for what is read on first use."""
    if not RuleSet().is_compiled():
        print("Compiling the model for this machine; this happens once ...", file=sys.stderr, flush=True)
    session = Session(episode, _seed(os.environ.get(SEED, "")))
    picture.land()
    picture.world_map(session)
    picture.prices(session, session.world.materials[0])
    _ready.append(session)


class Desk:
    """What the components of one tab share: the session, the state of the page, and a way to act that cannot fail."""

    def __init__(self) -> None:
        episode = os.environ.get(EPISODE, "2010-embargo")
        self.session = _ready.pop() if _ready else Session(episode, _seed(os.environ.get(SEED, "")))
        self.version = solara.reactive(0)
        self.message = solara.reactive("")
        self.playing = solara.reactive(False)
        self.speed = solara.reactive("a week a picture, no pause")
        self.material = solara.reactive(self.materials()[0])
        self.second = solara.reactive(self.materials()[1 % len(self.materials())])
        self.observed = solara.reactive(False)
        self.parameters: solara.Reactive[dict[str, float]] = solara.reactive({})
        self.seed = solara.reactive(self.session.plain.seed)

    def materials(self) -> list[str]:
        """Materials with a price, those that history watched most first."""
        names = list(self.session.world.materials)
        return sorted(names, key=lambda m: (m not in ("La", "Dy"), names.index(m)))

    def act(self, action: Callable[..., Any], *given: Any) -> None:
        """Do something to the session and draw; what goes wrong is told on the page."""
        try:
            self.message.set("")
            action(*given)
        except BadInput as error:
            self.message.set("; ".join(error.problems))
        except Exception as error:
            self.message.set(f"That failed: {type(error).__name__}: {error}")
            self.playing.set(False)
        self.version.set(self.session.version)

    def choose(self, name: str, value: float) -> None:
        """Set a parameter for the next reset; a slider that only snaps to its grid sets nothing."""
        if abs(value - self.parameter(name)) > 0.6 * grid(name):
            self.parameters.set({**self.parameters.value, name: float(value)})

    def parameter(self, name: str) -> float:
        """The value of a parameter at the next reset."""
        now = self.session.plain.scenario.behaviour
        return self.parameters.value.get(name, now.get(name, PARAMETERS[name].default))

    def load(self, episode: str) -> None:
        self.playing.set(False)
        self.session.load(episode)
        self.parameters.set({})
        self.material.set(self.materials()[0])
        self.second.set(self.materials()[1 % len(self.materials())])
        self.seed.set(self.session.plain.seed)

    def reset(self) -> None:
        self.playing.set(False)
        self.session.reset(self.seed.value, self.parameters.value)


def grid(name: str) -> float:
    """The step of a parameter's slider."""
    return (PARAMETERS[name].high - PARAMETERS[name].low) / 200.0


def with_unit(name: str, value: float) -> str:
    """A value of a parameter with its unit; shares and pure numbers have none."""
    unit = PARAMETERS[name].unit
    return f"{value:g}" if unit == "1" else f"{value:g} {unit}"


def _seed(text: str) -> int | None:
    return int(text) if text else None


class Drawn:
    """A picture that Solara need not look into: it would visit every point of it at each change."""

    def __init__(self, option: dict[str, Any]):
        self.option = option


@solara.component
def Chart(drawn: Drawn, height: int, land: bool = False):  # type: ignore[no-untyped-def]
    """An ECharts picture, handed to the browser as it is."""
    figure = solara.FigureEcharts(responsive=True, attributes={"style": f"height:{height}px;width:100%"})

    def outline() -> None:
        if land:
            solara.get_widget(figure).maps = {"world": {"geoJSON": picture.land()}}

    def draw() -> None:
        solara.get_widget(figure).option = drawn.option

    solara.use_effect(outline, [land])
    solara.use_effect(draw, [drawn])


@solara.component
def Bar(desk: Desk):  # type: ignore[no-untyped-def]
    """The name of the episode across the top."""
    desk.version.get()
    title = escape(desk.session.simulation.scenario.title)
    solara.HTML(tag="div", unsafe_innerHTML=f"<b>Chokepoint</b><span>{title}</span>", classes=["cp-bar"])


@solara.component
def Message(desk: Desk):  # type: ignore[no-untyped-def]
    """What went wrong last."""
    if desk.message.value:
        solara.Error(desk.message.value, dense=True)


@solara.component
def Clock(desk: Desk):  # type: ignore[no-untyped-def]
    """Where the run stands, and the buttons that move it."""
    desk.version.get()
    session = desk.session

    async def play() -> None:
        while desk.playing.value and not session.at_end:
            weeks, pause = SPEEDS[desk.speed.value]
            await asyncio.to_thread(session.step, weeks)
            desk.version.set(session.version)
            await asyncio.sleep(pause / 1000.0)
        if session.at_end:
            desk.playing.set(False)

    async def guarded() -> None:
        try:
            await play()
        except asyncio.CancelledError:
            raise
        except Exception as error:
            desk.message.set(f"The run stopped: {type(error).__name__}: {error}")
            desk.playing.set(False)

    solara.lab.use_task(guarded, dependencies=[desk.playing.value], prefer_threaded=False)  # type: ignore[no-untyped-call]
    _html(
        f"<div class='cp-now'>{session.day:%d %b %Y}</div>"
        f"<div class='cp-sub'>Week: {session.week} of {session.weeks}, seed {session.plain.seed}</div>"
    )
    over, stopped = session.at_end, not desk.playing.value
    with solara.Row(gap="4px", style={"flex-wrap": "wrap", "margin-top": "4px"}):
        solara.Button("Step", on_click=lambda: desk.act(session.step), disabled=over, color="primary", small=True)
        solara.Button("Month", on_click=lambda: desk.act(session.month), disabled=over, small=True)
        solara.Button("Next event", on_click=lambda: desk.act(session.next_event), disabled=over, small=True)
    with solara.Row(gap="4px", style={"flex-wrap": "wrap", "margin-top": "4px"}):
        solara.Button(
            "Play" if stopped else "Pause", on_click=lambda: desk.playing.set(not desk.playing.value),
            disabled=over and stopped, color="primary", outlined=True, small=True,
        )  # fmt: skip
        for weeks in (-20, -1, 20):
            solara.Button(
                f"{'Back' if weeks < 0 else 'On'} {abs(weeks)}", small=True,
                on_click=lambda weeks=weeks: desk.act(session.to, session.week + weeks),
                disabled=session.week == 0 if weeks < 0 else over,
            )  # fmt: skip
    solara.Select("Speed of Play", values=list(SPEEDS), value=desk.speed, dense=True)
    solara.SliderInt(
        f"Go to week {session.week}", value=session.week, min=0, max=session.weeks, thumb_label=False,
        on_value=lambda week: desk.act(session.to, week) if week != session.week else None,
    )  # fmt: skip


@solara.component
def Levers(desk: Desk):  # type: ignore[no-untyped-def]
    """Choose a lever, set it, pull it; those that were pulled, to lift or undo."""
    desk.version.get()
    session = desk.session
    scenario = session.simulation.scenario
    open_to = {lever.title: kind for kind, lever in LEVERS.items() if lever.needs(scenario)}
    title, set_title = solara.use_state(next(iter(open_to)))
    values, set_values = solara.use_state({})  # type: ignore[var-annotated]
    kind = open_to.get(title) or next(iter(open_to.values()))
    lever = LEVERS[kind]
    given = {}
    solara.Select("Lever", values=list(open_to), value=lever.title, on_value=set_title, dense=True)
    solara.Text(lever.meaning, classes=["cp-sub"])
    for f in lever.fields:
        key = f"{session.name}.{kind}.{f.name}"

        def put(value: Any, key: str = key) -> None:
            set_values({**values, key: value})

        if f.choices is not None:
            choices = list(f.choices(scenario))
            value = values.get(key, f.default or choices[0])
            value = value if value in choices else choices[0]
            solara.Select(f.label, values=choices, value=value, on_value=put, dense=True)
        elif isinstance(f.default, bool):
            value = values.get(key, f.default)
            solara.Checkbox(label=f.label, value=value, on_value=put)
        else:
            value = values.get(key, f.default)
            solara.InputFloat(f.label, value=value, on_value=put, dense=True)
        given[f.name] = value
    solara.Button(
        f"Pull from {session.day:%d %b %Y}", on_click=lambda: desk.act(session.pull, kind, given), color="primary",
        small=True, block=True, disabled=session.at_end, style={"margin-top": "4px"},
    )  # fmt: skip
    for pulled in session.levers:
        _html(f"<div class='cp-lever'>{escape(pulled.title())}</div>")
        with solara.Row(gap="4px"):
            if LEVERS[pulled.kind].ends and pulled.lifted is None:
                solara.Button(
                    "Lift now", on_click=lambda n=pulled.number: desk.act(session.lift, n), text=True, x_small=True
                )
            solara.Button("Undo", on_click=lambda n=pulled.number: desk.act(session.drop, n), text=True, x_small=True)
    with solara.Row(gap="4px", style={"flex-wrap": "wrap", "margin-top": "6px"}):
        solara.Button("Branch here", on_click=lambda: desk.act(session.branch), small=True, outlined=True)
        if session.base is not None:
            solara.Button("Compare no more", on_click=lambda: desk.act(session.unbranch), small=True, text=True)
    if session.base is not None:
        against = f"the run with {len(session.base)} of its levers" if session.base else "the run without levers"
        solara.Text(f"Dotted lines: {against}, on the same random numbers.", classes=["cp-sub"])


@solara.component
def Setup(desk: Desk):  # type: ignore[no-untyped-def]
    """Episode, seed, and the way back to the first week."""
    desk.version.get()
    session = desk.session
    known = catalogue.names()
    values = known if session.name in known else [session.name, *known]
    solara.Select(
        "Episode", values=values, value=session.name, on_value=lambda name: desk.act(desk.load, name), dense=True
    )
    solara.InputText(
        "or a folder, or a recipe, of your own", value="",
        on_value=lambda path: desk.act(desk.load, path.strip()) if path.strip() else None,
    )  # fmt: skip
    solara.InputInt("Seed (applied at Reset)", value=desk.seed, dense=True)
    solara.Button("Reset", on_click=lambda: desk.act(desk.reset), small=True, outlined=True)
    changed = desk.parameters.value
    if changed:
        solara.Text(f"{len(changed)} parameters changed; applied at Reset.", classes=["cp-sub"])


def _legend() -> str:
    keys = "".join(
        f"<span><span class='cp-key' style='border-color:{colour};"
        f"border-top-style:{'dashed' if name in ('held', 'leaking') else 'solid'}'></span>{name}</span>"
        for name, colour in picture.STATES.items()
    )
    shapes = {"mines": "&#9650;", "refiners": "&#9632;", "firms": "&#9679;", "reserve": "&#9670;"}
    marks = "".join(
        f"<span><span style='color:{picture.MARK_COLOUR[k]}'>{shape}</span> {k}</span>" for k, shape in shapes.items()
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
        the_map = picture.world_map(session)
        past = [e for e in session.events() if e[0] < session.day][-12:]
    rows = "".join(f"<div><b>{day:%d %b %Y}</b> {escape(text)}</div>" for day, _, text in reversed(past))
    with solara.Div(classes=["cp-box"]):
        _html(f"<div class='cp-head'>Who supplies whom, {session.day:%B %Y}</div>")
        Chart(Drawn(the_map), 400, land=True)
        _html(_legend())
        _html(f"<div class='cp-head' style='margin-top:6px'>What happened</div><div class='cp-events'>{rows}</div>")


@solara.component
def Prices(desk: Desk):  # type: ignore[no-untyped-def]
    """Two materials, outside and inside, with what was observed on request."""
    desk.version.get()
    session = desk.session
    materials = list(session.world.materials)
    with session.lock:
        drawn = [
            Drawn(picture.prices(session, m.value, desk.observed.value)) for m in (desk.material, desk.second)
        ]  # fmt: skip
    with solara.Div(classes=["cp-box"]):
        with solara.Row(gap="8px"):
            solara.Select("Material", values=materials, value=desk.material, dense=True)
            solara.Select("and", values=materials, value=desk.second, dense=True)
            solara.Checkbox(label="observed", value=desk.observed)
        for each in drawn:
            Chart(each, 254)


@solara.component
def Series(desk: Desk):  # type: ignore[no-untyped-def]
    """Exports, stocks, fear, and reserves where there are any."""
    desk.version.get()
    session = desk.session
    with session.lock:
        charts = {
            "Exports and quota": picture.exports(session), "Stocks of firms": picture.stocks(session),
            "Perceived risk": picture.risk(session), "State reserves": picture.reserves(session),
        }  # fmt: skip
    with solara.Div(classes=["cp-three"]):
        for title, option in charts.items():
            if option is not None:
                with solara.Div(classes=["cp-box"]):
                    _html(f"<div class='cp-head'>{title}</div>")
                    Chart(Drawn(option), 230)


@solara.component
def Agents(desk: Desk):  # type: ignore[no-untyped-def]
    """A table of all agents to sort and filter, and one of them with its last decisions."""
    desk.version.get()
    session = desk.session
    search, set_search = solara.use_state("")
    chosen, set_chosen = solara.use_state("")
    rows = agents.table(session)
    names = [row["agent"] for row in rows]
    with solara.Div(classes=["cp-wide"]):
        with solara.Div(classes=["cp-box"]):
            solara.InputText("Filter by name, kind, country or state", value=search, on_value=set_search,
                             continuous_update=True, dense=True)  # fmt: skip
            v.DataTable(
                headers=[
                    {"text": label, "value": key, "align": "end" if key in ("flow", "stock", "risk", "account") else ""}
                    for key, label in agents.COLUMNS.items()
                ],
                items=rows, search=search, item_key="agent", dense=True, items_per_page=15,
            )  # fmt: skip
        with solara.Div(classes=["cp-box"]):
            v.Autocomplete(
                label="One agent", items=names, v_model=chosen if chosen in names else None,
                on_v_model=lambda name: set_chosen(name or ""), dense=True, clearable=True,
            )  # fmt: skip
            if chosen in names:
                try:
                    lines = agents.sheet(session, chosen)
                except Exception as error:
                    lines = [("", f"{type(error).__name__}: {error}")]
                _html(
                    "".join(
                        f"<div class='cp-lever'><b>{escape(head)}</b>: {escape(text)}</div>" for head, text in lines
                    )
                )
            else:
                solara.Text("Choose an agent to see its state, its last decisions and the reasons.", classes=["cp-sub"])


@solara.component
def Parameters(desk: Desk):  # type: ignore[no-untyped-def]
    """Every behavioural parameter with unit, range and meaning; sliders for those chosen, applied at Reset."""
    desk.version.get()
    shown, set_shown = solara.use_state(["cover_risk", "news_act", "thrift_elasticity"])
    changed = desk.parameters.value
    with solara.Div(classes=["cp-grid"]):
        with solara.Div(classes=["cp-box"]):
            _html("<div class='cp-head'>Behavioural parameters (applied at Reset)</div>")
            solara.SelectMultiple("Show", values=shown, all_values=list(PARAMETERS), on_value=set_shown, dense=True)
            for name in shown:
                p = PARAMETERS[name]
                value = desk.parameter(name)
                solara.SliderFloat(
                    f"{name}: {with_unit(name, value)} ({p.low:g} to {p.high:g})", value=value,
                    min=p.low, max=p.high, step=grid(name), thumb_label=False,
                    on_value=partial(desk.choose, name),
                )  # fmt: skip
                solara.Text(f"{p.meaning}. Source: {p.source}", classes=["cp-sub"])
        with solara.Div(classes=["cp-box"]):
            _html("<div class='cp-head'>Changed</div>")
            for name, value in changed.items():
                default = PARAMETERS[name].default
                _html(f"<div class='cp-lever'><b>{name}</b>: {with_unit(name, value)} (default {default:g})</div>")
            if not changed:
                solara.Text("Nothing is changed.", classes=["cp-sub"])
            with solara.Row(gap="4px"):
                solara.Button("Reset with these", on_click=lambda: desk.act(desk.reset), small=True, color="primary")
                solara.Button("Back to defaults", on_click=lambda: desk.parameters.set({}), small=True, text=True)


def _saved(session: Session, file: str) -> bytes:
    """A file of a saved whole run."""
    from sim.storage import save

    with tempfile.TemporaryDirectory() as folder:
        return (save(session.whole_run(), Path(folder) / "run", csv=file.endswith(".csv")) / file).read_bytes()


def _drawn(session: Session, kind: str) -> bytes:
    """The price figure of the run up to now."""
    import io

    from sim import figures

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
            _html("<div class='cp-head'>This session as a recipe</div>")
            _html(f"<pre style='font-size:12px;max-height:420px;overflow:auto'>{escape(recipe)}</pre>")
            _html("<div class='cp-sub'><code>chokepoint run FILE --replications 1</code> repeats it exactly.</div>")
            solara.FileDownload(recipe, filename=f"{name}-levers.toml", label="Recipe (.toml)")
        with solara.Div(classes=["cp-box"]):
            _html("<div class='cp-head'>The whole run under these levers</div>")
            for file in ("series.parquet", "series.csv"):
                solara.FileDownload(lambda file=file: _saved(session, file), filename=f"{name}-{file}", label=file)
            _html("<div class='cp-head' style='margin-top:10px'>Prices up to this week</div>")
            for kind in ("png", "svg"):
                solara.FileDownload(
                    lambda kind=kind: _drawn(session, kind), filename=f"{name}.{kind}", label=kind.upper()
                )


@solara.component
def Desktop():  # type: ignore[no-untyped-def]
    desk = solara.use_memo(Desk, [])
    solara.use_effect(lambda: desk.session.close, [])
    solara.Title(f"Chokepoint: {desk.session.name}")
    with solara.Div(classes=["cp-page"]):
        Bar(desk)
        with solara.Div(classes=["cp-side"]):
            for part in (Clock, Levers, Setup):
                with solara.Div(classes=["cp-box"]):
                    part(desk)
        with solara.Div(classes=["cp-main"]):
            Message(desk)
            with solara.lab.Tabs(lazy=True):
                with solara.lab.Tab("World"):
                    World(desk)
                with solara.lab.Tab("Agents"):
                    Agents(desk)
                with solara.lab.Tab("Parameters"):
                    Parameters(desk)
                with solara.lab.Tab("Export"):
                    Export(desk)
