"""The server of the page: Solara under uvicorn, on this machine only unless asked otherwise."""

import gc
import os
import sys
import threading
from pathlib import Path

from chokepoint.experiments.page.loading import CODE, EPISODE, LOADED, SEED

LOCAL = "127.0.0.1"


def known(episode: str) -> bool:
    """Whether an episode ships or a scenario or recipe stands there; cheap, as nothing is read."""
    shipped = Path(__file__).parents[1] / "episodes" / episode / "scenario.toml"
    path = Path(episode)
    return shipped.is_file() or (path / "scenario.toml").is_file() or (path.suffix == ".toml" and path.is_file())


def serve(episode: str, seed: int | None, host: str, port: int, browser: bool, allow_rules: bool = False) -> None:
    """Serve the page until interrupted. Settings of Solara must stand before it is imported."""
    os.environ[EPISODE], os.environ[SEED] = episode, "" if seed is None else str(seed)
    os.environ[CODE] = "yes" if allow_rules else ""
    os.environ["SOLARA_APP"] = str(Path(__file__).with_name("app.py"))
    os.environ["SOLARA_ASSETS_EXTRA_LOCATIONS"] = str(Path(__file__).with_name("assets"))
    settings = {
        "SOLARA_TELEMETRY_MIXPANEL_ENABLE": "False", "SOLARA_THEME_SHOW_BANNER": "False", "SOLARA_MODE": "production",
        "SOLARA_KERNEL_CULL_TIMEOUT": "2m",  # a closed tab's model goes
        "SOLARA_SERVER_HTTP_GZIP": "False",  # nothing travels far
    }  # fmt: skip
    for key, value in settings.items():
        os.environ.setdefault(key, value)
    gc.disable()  # until all is loaded
    import uvicorn
    from solara.server.starlette import app

    LOADED.clear()
    threading.Thread(target=_load, args=(episode,), daemon=True).start()  # while the browser fetches its own part

    address = f"http://{host}:{port}/"
    print(f"Chokepoint: {episode} at {address} (Ctrl+C ends it)", file=sys.stderr, flush=True)
    if browser:
        import webbrowser

        threading.Timer(1.5, webbrowser.open, (address,)).start()
    uvicorn.run(app, host=host, port=port, log_level="warning", timeout_graceful_shutdown=1)


def _load(episode: str) -> None:
    """Import the page with the model, and make the session that the first tab will ask for. What is wrong with the
    episode ends the server with the message."""
    try:
        from chokepoint.experiments.page import desk, desktop  # noqa: F401 (the first tab needs both)
        from chokepoint.sim.scenario.problems import BadInput

        try:
            desk.prepare(episode)
        except BadInput as error:
            print(error, file=sys.stderr, flush=True)
            os._exit(2)
    finally:
        gc.freeze()
        gc.enable()
        LOADED.set()
