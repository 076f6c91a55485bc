"""What a step costs the server: from the click until the page is made again, with no browser in between."""

import asyncio
import os
import statistics
import time
from concurrent.futures import ThreadPoolExecutor

import ipyvuetify
import pytest
import solara

from chokepoint.experiments.page.desktop import Desktop
from chokepoint.experiments.page.loading import EPISODE
from tests.experiments.page.conftest import slowed

ALLOWED = 0.1  # seconds on two quiet cores


@pytest.mark.parametrize(("twenties", "lever"), [(1, False), (12, True), (24, True)])
def test_a_step_is_drawn_in_a_tenth_of_a_second(twenties: int, lever: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the median of 15 steps, late in a run and beside the run without levers too; a busy machine is given more."""
    monkeypatch.setitem(os.environ, EPISODE, "2010-embargo")

    async def measure() -> list[float]:
        _, page = solara.render(Desktop(), handle_error=False)  # type: ignore[call-arg]

        def click(text: str) -> None:
            buttons = page.find(ipyvuetify.Btn).widgets
            next(b for b in buttons if any(str(c).startswith(text) for c in b.children)).click()

        click("On 20")
        if lever:
            click("Pull from")
        for _ in range(twenties - 1):
            click("On 20")
        seconds = []
        for _ in range(15):
            begun = time.perf_counter()
            click("Step")
            seconds.append(time.perf_counter() - begun)
        assert page.find(ipyvuetify.Slider).widget.v_model == 20 * twenties + len(seconds)
        page.close()
        return seconds

    factor = slowed()
    with ThreadPoolExecutor(1) as pool:  # the browser of other tests keeps a loop in this thread
        seconds = pool.submit(asyncio.run, measure()).result()
    print(
        f"a step is drawn in {1000.0 * statistics.median(seconds):.0f} ms (median of {len(seconds)}), "
        f"{factor:.1f} times slowed down"
    )
    assert statistics.median(seconds) / factor <= ALLOWED
