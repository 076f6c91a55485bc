"""The server of the page: Solara under uvicorn, on this machine only unless asked otherwise."""

import os
import sys
import threading
from pathlib import Path

LOCAL = "127.0.0.1"
LOADED = threading.Event()  # the model and the page are imported
LOADED.set()
EPISODE, SEED = "CHOKEPOINT_PAGE_EPISODE", "CHOKEPOINT_PAGE_SEED"  # what the page is asked for


def serve(episode: str, seed: int | None, host: str, port: int, browser: bool) -> None:
    """Serve the page until interrupted. Settings of Solara must stand before it is imported."""
    os.environ[EPISODE], os.environ[SEED] = episode, "" if seed is None else str(seed)
    os.environ["SOLARA_APP"] = str(Path(__file__).with_name("app.py"))
    settings = {
        "SOLARA_TELEMETRY_MIXPANEL_ENABLE": "False", "SOLARA_THEME_SHOW_BANNER": "False", "SOLARA_MODE": "production",
        "SOLARA_KERNEL_CULL_TIMEOUT": "2m",  # a closed tab's model goes
    }  # fmt: skip
    for key, value in settings.items():
        os.environ.setdefault(key, value)
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
    """Import the page with the model and read what the first tab will ask for."""
    try:
        import experiments.page.desk
        from experiments.catalogue import find

        experiments.page.desk.picture.land()
        find(episode).simulation(allow_rules=False).world()
    finally:
        LOADED.set()
