"""A browser and a page server for tests. Where no Chromium is found they are skipped; CI sets CHOKEPOINT_NEEDS_BROWSER,
and then its absence fails them."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
             "--disable-component-update", "--disable-sync"]  # fmt: skip
QUIET = 1.7  # seconds in which two quiet cores import Solara's server, and nothing of ours, twice at once


def slowed() -> float:
    """How many times slower than when it is quiet the machine is now; at least 1. Two processes at once tell, as a
    server and its browser are two."""
    begun = time.monotonic()
    command = [sys.executable, "-c", "import solara.server.starlette"]
    both = [subprocess.Popen(command) for _ in range(2)]
    assert [process.wait() for process in both] == [0, 0]
    return max(1.0, (time.monotonic() - begun) / QUIET)


class Server:
    """`chokepoint serve` in a process of its own."""

    def __init__(self, log: Path):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.log, self.begun = log, time.monotonic()
        port = str(self.port)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "chokepoint.experiments.cli", "serve", "2010-embargo", "--port", port,
             "--no-browser"],
            stdout=log.open("w"), stderr=subprocess.STDOUT, env=os.environ,
        )  # fmt: skip

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def wait(self) -> None:
        """Until the server answers."""
        for _ in range(600):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(self.address + "readyz", timeout=5)
                return
            assert self.process.poll() is None, self.log.read_text()
            time.sleep(0.05)
        raise AssertionError(self.log.read_text())

    def megabytes(self) -> float:
        """Resident memory of the server."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return float(status.split("VmRSS:")[1].split()[0]) / 1024.0


@pytest.fixture(scope="session")
def chromium() -> str:
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None and os.environ.get("CHOKEPOINT_NEEDS_BROWSER"):
        pytest.fail("no Chromium on this machine")
    if found is None:
        pytest.skip("no Chromium on this machine")
    return found


@pytest.fixture(scope="session")
def server(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    from chokepoint.sim import Simulation
    from tests.builders import TWO_COUNTRIES

    Simulation(TWO_COUNTRIES).world()  # compiled before the clock starts
    made = Server(tmp_path_factory.mktemp("page") / "server.log")
    yield made
    made.process.terminate()
    made.process.wait(timeout=20)


@pytest.fixture(scope="session")
def browser(server: Server, chromium: str) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        found = play.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield found
        found.close()


class Tab:
    """A tab of the browser that keeps what went wrong in it."""

    def __init__(self, browser: Any, server: Server, width: int = 1366, height: int = 768):
        self.page = browser.new_page(viewport={"width": width, "height": height})
        self.server = server
        self.faults: list[str] = []
        self.page.on("console", lambda m: self.faults.append(m.text) if m.type == "error" else None)
        self.page.on("pageerror", lambda e: self.faults.append(str(e)))
        self.page.on("requestfailed", lambda r: self.faults.append(f"failed: {r.url}"))
        self.page.on("response", lambda r: self.faults.append(f"{r.status}: {r.url}") if r.status >= 400 else None)
        self.page.on("request", self._leaves)

    def _leaves(self, request: Any) -> None:
        if not request.url.startswith(
            (self.server.address, "data:", "blob:", self.server.address.replace("http", "ws"))
        ):
            self.faults.append(f"leaves the machine: {request.url}")

    def open(self) -> "Tab":
        self.page.goto(self.server.address)
        self.at(0)
        self.page.wait_for_selector("canvas")
        return self

    def click(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).first.click()

    def at(self, week: int, seconds: float = 20.0) -> None:
        """Wait until the page stands at a week."""
        self.page.get_by_text(f"Week: {week} of").wait_for(timeout=1000.0 * seconds)

    def week(self) -> int:
        return int(self.page.locator("text=/Week: \\d+ of/").first.inner_text().split()[1])


@pytest.fixture
def tab(browser: Any, server: Server) -> Iterator[Tab]:
    server.wait()
    made = Tab(browser, server)
    yield made
    made.page.close()
    log = server.log.read_text()
    assert made.faults == []
    assert "Traceback" not in log
    assert "Could not load" not in log
