"""The door of the page for Solara. It is light, so that the server answers while the model is still being loaded."""

from typing import Any

import solara

from experiments.page.serve import LOADED


@solara.component
def Layout(children: list[Any]):  # type: ignore[no-untyped-def]
    """Nothing around the page: it brings its own bar and columns."""
    solara.Div(children=children)


@solara.component
def Page():  # type: ignore[no-untyped-def]
    LOADED.wait()  # two threads must not import the same modules at once
    from experiments.page.desk import Desktop

    Desktop()
