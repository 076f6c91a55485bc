"""The door of the page for Solara. It is light, so that the server answers while the model is still being loaded."""

import asyncio
from typing import Any

import solara
import solara.lab

from chokepoint.experiments.page.loading import LOADED


@solara.component
def Layout(children: list[Any]):  # type: ignore[no-untyped-def]
    """Nothing around the page: it brings its own bar and columns."""
    solara.Div(children=children)


@solara.component
def Page():  # type: ignore[no-untyped-def]
    ready, set_ready = solara.use_state(LOADED.is_set())

    async def wait() -> None:
        while not LOADED.is_set():  # two threads must not import the same modules at once
            await asyncio.sleep(0.02)
        set_ready(True)

    solara.lab.use_task(wait, dependencies=[], prefer_threaded=False)  # type: ignore[no-untyped-call]
    if ready:
        from chokepoint.experiments.page.desktop import Desktop

        Desktop()
    else:
        solara.Text("Loading the model ...", style={"padding": "20px"})
