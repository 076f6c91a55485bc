"""What the components of a browser tab share: a session of its own and the state of the page."""

import os
import sys
from collections.abc import Callable
from typing import Any

import reacton.core
import solara

from chokepoint.agents.behaviour import PARAMETERS
from chokepoint.experiments.page import network, picture
from chokepoint.experiments.page.loading import CODE, EPISODE, SEED
from chokepoint.experiments.page.session import Session
from chokepoint.sim.market.week import rule_set
from chokepoint.sim.scenario.problems import BadInput

_ready: list[Session] = []  # made while the browser was fetching its part


def prepare(episode: str) -> None:
    """Make the session of the first tab, and draw it once for what is read on first use."""
    if not rule_set().is_compiled():
        print("Compiling the model for this machine; this happens once ...", file=sys.stderr, flush=True)
    session = _session(episode)
    network.land()
    network.world_map(session)
    picture.prices(session, session.world.materials[0])
    _ready.append(session)


class Desk:
    """What the components of one tab share: the session, the state of the page, and a way to act that cannot fail."""

    def __init__(self) -> None:
        self.page = reacton.core.get_render_context()  # `with` it changes are drawn together, and not one by one
        episode = os.environ.get(EPISODE, "2010-embargo")
        self.session = _ready.pop() if _ready else _session(episode)
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


def grid(name: str) -> float:
    """The step of a parameter's slider."""
    return (PARAMETERS[name].high - PARAMETERS[name].low) / 200.0


def _session(episode: str) -> Session:
    """A session of the episode as the server was asked for it."""
    seed = os.environ.get(SEED, "")
    return Session(episode, int(seed) if seed else None, allow_rules=bool(os.environ.get(CODE)))
