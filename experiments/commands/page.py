"""The verb that opens the page."""

from pathlib import Path
from typing import Annotated

import typer

from chokepoint.experiments.commands.shared import AllowRules, Name, app, teller


@app.command()
def serve(
    episode: Name = "2010-embargo",
    seed: Annotated[int | None, typer.Option(help="seed of all random draws (default 1)")] = None,
    host: Annotated[str, typer.Option(help="address to listen on; other than 127.0.0.1 lets others in")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="port to listen on")] = 8765,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="do not open a browser")] = False,
    allow_rules: AllowRules = False,
) -> None:
    """Open an episode in the browser: step, pull levers, branch."""
    import importlib.util
    import socket

    from chokepoint.experiments.page.serve import LOCAL, known
    from chokepoint.experiments.page.serve import serve as run_server

    problems = []
    if not known(episode):
        from chokepoint.experiments.history.catalogue import find

        find(episode)
    if importlib.util.find_spec("solara") is None:
        problems.append("the page needs the extra `page`: pip install -e '.[page]'")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            problems.append(f"--port {port}: cannot listen on {host} ({error.strerror}); name another")
    if problems:
        from chokepoint.sim.scenario.problems import BadInput

        raise BadInput(problems, "serve")
    if host != LOCAL:
        teller(False)(f"Warning: {host} can be reached by others; whoever opens the page works on this machine.")
    run_server(episode, seed, host, port, not no_browser, allow_rules)


@app.command()
def report(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="folder of a saved run")],
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="where to write (default RUN/report.html)")] = None,
) -> None:
    """Write a saved run as one HTML page, with its figures."""
    from chokepoint.experiments.telling.gallery import page_of
    from chokepoint.sim.engine.files import write_whole
    from chokepoint.sim.scenario.problems import BadInput

    text = page_of(run)
    path = out or run / "report.html"
    try:
        write_whole(path, text)
    except OSError as error:
        raise BadInput([f"--out {path}: cannot be written ({error.strerror})"], "report") from None
    print(f"{path} ({path.stat().st_size / 1e6:.1f} MB)")
