"""What a browser tab shows: Solara components around a session of its own."""

import asyncio
import os
import sys
from collections.abc import Callable
from html import escape
from typing import Any

import reacton.core
import solara
import solara.lab

from chokepoint.agents.behaviour import PARAMETERS
from chokepoint.experiments.history import catalogue
from chokepoint.experiments.page import network, picture
from chokepoint.experiments.page.levers import LEVERS
from chokepoint.experiments.page.panels import (
    Agents,
    Export,
    Parameters,
    World,
    changed_parameters,
    compared,
    grid,
    html,
)
from chokepoint.experiments.page.serve import EPISODE, SEED
from chokepoint.experiments.page.session import Session
from chokepoint.sim.market.week import rule_set
from chokepoint.sim.scenario.problems import BadInput

# What Play does: weeks to a picture, and milliseconds between two.
SPEEDS = {
    "four weeks a picture, no pause": (4, 20), "a week a picture, no pause": (1, 20), "2 weeks a second": (1, 500),
    "1 week a second": (1, 1000),
}  # fmt: skip


_ready: list[Session] = []  # made while the browser was fetching its part


def prepare(episode: str) -> None:
    """Make the session of the first tab, and draw it once for what is read on first use."""
    if not rule_set().is_compiled():
        print("Compiling the model for this machine; this happens once ...", file=sys.stderr, flush=True)
    session = Session(episode, _seed(os.environ.get(SEED, "")))
    network.land()
    network.world_map(session)
    picture.prices(session, session.world.materials[0])
    _ready.append(session)


class Desk:
    """What the components of one tab share: the session, the state of the page, and a way to act that cannot fail."""

    def __init__(self) -> None:
        self.page = reacton.core.get_render_context()  # `with` it changes are drawn together, and not one by one
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
        self.seed = solara.reactive(str(self.session.plain.seed))

    def materials(self) -> list[str]:
        """Materials with a price, those that history watched most first."""
        names = list(self.session.world.materials)
        return sorted(names, key=lambda m: (m not in ("La", "Dy"), names.index(m)))

    def act(self, action: Callable[..., Any], *given: Any) -> None:
        """Do something to the session and draw; what goes wrong is told on the page."""
        with self.page:
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
        self.seed.set(str(self.session.plain.seed))

    def reset(self) -> None:
        self.playing.set(False)
        text = self.seed.value.strip()
        if not (text.isascii() and text.isdigit()):
            raise BadInput([f"seed: {text!r} is not a whole number, 0 or more"], "seed")
        self.session.reset(int(text), self.parameters.value)


def _seed(text: str) -> int | None:
    return int(text) if text else None


@solara.component
def Bar(desk: Desk):  # type: ignore[no-untyped-def]
    """The name of the episode across the top."""
    desk.version.get()
    title = escape(desk.session.simulation.scenario.title)
    solara.HTML(tag="div", unsafe_innerHTML=f"<b>Chokepoint</b><span>{title}</span>", classes=["cp-bar"])


@solara.component
def Message(desk: Desk):  # type: ignore[no-untyped-def]
    """What went wrong last."""
    with solara.Div(classes=["cp-message"]):
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
            with desk.page:
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
    html(
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
            value = values.get(key, f"{f.default:g}")
            solara.InputText(f.label, value=value, on_value=put, dense=True)
        given[f.name] = value
    solara.Button(
        f"Pull from {session.day:%d %b %Y}", on_click=lambda: desk.act(session.pull, kind, given), color="primary",
        small=True, block=True, disabled=session.at_end, style={"margin-top": "4px"},
    )  # fmt: skip
    for pulled in session.levers:
        with solara.Div(classes=["cp-lever"]):
            solara.Text(pulled.title())
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
        solara.Text(f"Dotted lines: {compared(session)}, on the same random numbers.", classes=["cp-sub"])


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
        "or your own folder or recipe", value="",
        on_value=lambda path: desk.act(desk.load, path.strip()) if path.strip() else None,
    )  # fmt: skip
    solara.InputText("Seed (applied at Reset)", value=desk.seed, dense=True)
    solara.Button("Reset", on_click=lambda: desk.act(desk.reset), small=True, outlined=True)
    solara.Text("Reset: the first week, without levers.", classes=["cp-sub"])
    told = changed_parameters(desk)
    if told:
        solara.Text(told, classes=["cp-sub"])


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
