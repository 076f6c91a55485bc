"""The page in a real browser: it is quick, stays up, asks nothing of the network, and nothing overlaps."""

import itertools
import statistics
import time
from typing import Any

from tests.experiments.page.conftest import Server, Tab, slowed


def test_the_first_picture_comes_soon(server: Server, browser: Any) -> None:
    """Five seconds from the command to the first picture on two quiet cores, when the tab is opened as soon as the
    server answers; a machine that is busy with other things is given as much more as it needs to import Solara. The
    best of three."""
    took: list[float] = []
    while len(took) < 3 and min(took, default=9.0) >= 5.0:
        factor = slowed()
        begun = time.monotonic()
        again = Server(server.log.with_name("again.log"))
        try:
            again.wait()
            first = Tab(browser, again).open()
            took.append((time.monotonic() - begun) / factor)
            first.page.close()
        finally:
            again.process.terminate()
            again.process.wait(timeout=20)
        assert first.faults == []
    print("first picture after", ", ".join(f"{seconds:.1f} s" for seconds in took), "on a quiet machine")
    assert min(took) < 5.0


def test_a_step_is_seen_at_once(tab: Tab) -> None:
    """0.4 s in the median on two quiet cores; a busy machine is given more, as above."""
    factor = slowed()
    tab.open()
    tab.click("On 20")
    tab.at(20)
    seconds = []
    for week in range(21, 32):
        time.sleep(0.2)
        begun = time.monotonic()
        tab.click("Step")
        tab.at(week)
        seconds.append(time.monotonic() - begun)
    print(f"a step is seen after {statistics.median(seconds):.2f} s (median), {factor:.1f} times slowed down")
    assert statistics.median(seconds) / factor <= 0.4


def test_levers_work_rewind_keeps_the_past_and_branches_are_drawn(tab: Tab) -> None:
    tab.open()
    for week in (20, 40, 60, 80):
        tab.click("On 20")
        tab.at(week)
    tab.page.get_by_role("button", name="Pull from").click()
    tab.page.get_by_text("Embargo: by China, on Japan (").wait_for()
    tab.page.get_by_text("the run without levers").first.wait_for()
    tab.click("On 20")
    tab.at(100)
    tab.click("Back 20")
    tab.at(80)
    tab.click("Lift now")
    tab.page.get_by_text("Embargo: by China, on Japan (").wait_for(state="detached")  # it had not worked yet
    tab.click("Branch here")
    tab.click("Next event")
    assert tab.week() > 80 or tab.page.get_by_text("Week: 80 of").wait_for(state="detached") is None


def test_play_runs_three_hundred_weeks_without_growing(server: Server, tab: Tab) -> None:
    tab.open()
    tab.page.get_by_label("Speed of Play").first.click(force=True)
    tab.page.get_by_role("option", name="four weeks a picture, no pause").click()
    tab.click("Play")
    tab.page.wait_for_function("() => /Week: (1[0-9]|2[0-9]) of/.test(document.body.innerText)", timeout=30_000)
    before = server.megabytes()
    tab.page.wait_for_function(
        "() => {const m = document.body.innerText.match(/Week: (\\d+) of/); return m && +m[1] >= 310}", timeout=150_000
    )
    grown = server.megabytes() - before
    tab.click("Pause")
    print(f"three hundred weeks of play: {grown:+.0f} MB")
    assert grown < 50.0


def test_what_goes_wrong_is_told_and_the_page_lives(tab: Tab) -> None:
    tab.open()
    page = tab.page
    page.get_by_label("Lever").first.click(force=True)
    page.get_by_role("option", name="Export tax").click()
    page.get_by_label("%", exact=True).fill("900")
    page.get_by_label("%", exact=True).press("Enter")
    page.get_by_role("button", name="Pull from").click()
    page.get_by_text("lies outside 0 to 100").wait_for()
    page.get_by_label("or your own folder or recipe").fill("no/such/place")
    page.get_by_label("or your own folder or recipe").press("Enter")
    page.get_by_text("no/such/place: not found").wait_for()
    tab.click("Step")
    tab.at(1)


def painted(tab: Tab) -> int:
    """Charts with something drawn on them."""
    return int(
        tab.page.evaluate(
            """() => [...document.querySelectorAll(".cp-box canvas")].filter((c) =>
                c.getContext("2d").getImageData(0, 0, c.width, c.height).data.some((v) => v > 0)).length"""
        )
    )


def test_a_message_leaves_the_pictures_as_they_were(tab: Tab) -> None:
    tab.open()
    tab.click("On 20")
    tab.at(20)
    time.sleep(0.5)
    before = painted(tab)
    assert before >= 6
    seed = tab.page.get_by_label("Seed (applied at Reset)")
    seed.fill("abc")
    tab.click("Reset")
    tab.page.get_by_text("'abc' is not a whole number").wait_for()
    time.sleep(0.5)
    assert painted(tab) == before
    assert tab.week() == 20


def test_the_pointer_is_told_values_units_and_events(tab: Tab) -> None:
    tab.open()
    for week in (20, 40, 60, 80, 100):
        tab.click("On 20")
        tab.at(week)
    time.sleep(0.5)
    boxes = [c.bounding_box() for c in tab.page.locator(".cp-box canvas:visible").all()]
    the_map, price = boxes[0], next(b for b in boxes if b["x"] > boxes[0]["x"])
    for share in range(20, 90):  # along the price chart until events of September 2010 are near
        tab.page.mouse.move(price["x"] + price["width"] * share / 100.0, price["y"] + 150)
        tip = tab.page.locator(".cp-tip:visible")
        if tip.count() and "captain" in tip.first.inner_text():
            break
    told = tip.first.inner_text()
    assert "La, USD/kg" in told
    assert "outside" in told
    assert "2010-09-21" in told
    for share in range(20, 90):  # down the middle of the map until a link is met
        tab.page.mouse.move(the_map["x"] + the_map["width"] * 0.4, the_map["y"] + the_map["height"] * share / 100.0)
        tip = tab.page.locator(".cp-tip:visible")
        if tip.count() and "t/year gross" in tip.first.inner_text():
            break
    told = tip.first.inner_text()
    assert " to " in told
    assert "<" not in told
    box = tip.first.bounding_box()
    assert box["x"] + box["width"] <= the_map["x"] + the_map["width"]


def test_the_map_stays_where_the_reader_put_it(tab: Tab) -> None:
    tab.open()
    tab.click("On 20")
    tab.at(20)
    box = tab.page.locator(".cp-box canvas").first.bounding_box()
    tab.page.mouse.move(box["x"] + 0.8 * box["width"], box["y"] + 0.3 * box["height"])

    def zoom() -> float:
        chart = "document.querySelector('.cp-box [_echarts_instance_]').__vue__.chart"
        return float(tab.page.evaluate(f"{chart}.getOption().geo[0].zoom || 1"))

    for _ in range(3):
        tab.page.mouse.wheel(0, -200)
        time.sleep(0.2)
    zoomed = zoom()
    assert zoomed > 1.1
    tab.click("Step")
    tab.at(21)
    time.sleep(0.5)
    assert zoom() == zoomed


def test_two_tabs_are_two_models(browser: Any, server: Server, tab: Tab) -> None:
    tab.open()
    other = Tab(browser, server).open()
    tab.click("On 20")
    tab.at(20)
    assert other.week() == 0
    other.page.close()
    assert other.faults == []


def test_agents_parameters_and_export_can_be_looked_at(tab: Tab) -> None:
    tab.open()
    tab.click("On 20")
    tab.at(20)
    page = tab.page
    page.get_by_role("tab", name="Agents").click()
    page.get_by_label("Filter by name, kind, country or state").fill("Mt Weld")
    page.get_by_role("cell", name="Mt Weld", exact=True).wait_for()
    assert page.get_by_role("cell", name="Bayan Obo", exact=True).count() == 0
    page.get_by_role("cell", name="Mt Weld", exact=True).click()  # a row opens its agent
    page.get_by_text("country: Australia").wait_for()
    page.get_by_label("One agent or price").fill("Japan magnets 1")
    page.get_by_role("option", name="Japan magnets 1").click()
    page.get_by_text(" this week, t").first.wait_for()
    page.get_by_label("One agent or price").fill("spot price in Japan")
    page.get_by_role("option", name="spot price in Japan").click()
    page.get_by_text("who wants La").wait_for()
    page.get_by_role("tab", name="Parameters").click()
    page.get_by_text("Nothing is changed.").wait_for()
    page.get_by_role("tab", name="Export").click()
    page.get_by_text('episode = "2010-embargo"').wait_for()
    with page.expect_download() as download:
        page.get_by_text("Recipe (.toml)").click()
    assert "changes = [" in download.value.path().read_text(encoding="utf-8")


def test_nothing_overlaps_or_is_cut_off(tab: Tab) -> None:
    tab.open()
    tab.click("On 20")
    tab.at(20)
    for width in (1280, 1366, 1920):
        tab.page.set_viewport_size({"width": width, "height": 768})
        time.sleep(0.5)
        boxes = [b.bounding_box() for b in tab.page.locator(".cp-box:visible").all()]
        assert len(boxes) >= 8
        for a, b in itertools.combinations(boxes, 2):
            apart = a["x"] + a["width"] <= b["x"] + 1 or b["x"] + b["width"] <= a["x"] + 1
            assert apart or a["y"] + a["height"] <= b["y"] + 1 or b["y"] + b["height"] <= a["y"] + 1
        assert tab.page.evaluate("document.documentElement.scrollWidth") <= width
        assert max(b["x"] + b["width"] for b in boxes) <= width
