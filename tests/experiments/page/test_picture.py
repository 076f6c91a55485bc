"""Pictures: links have the colour of what cargo goes through, and lines the numbers of the run."""

import json

import pytest

from experiments.page import agents, network, picture
from experiments.page.session import Session


@pytest.fixture(scope="module")
def session() -> Session:
    made = Session("2010-embargo")
    made.to(95)
    return made


def link(session: Session, origin: str, destination: str) -> dict[str, dict[str, object]]:
    """Links between two countries by state."""
    return {f["states"][0]: f for f in network.flows(session.world) if (f["from"], f["to"]) == (origin, destination)}


def test_links_have_the_state_of_the_border() -> None:
    story = Session("2010-embargo")
    story.to(80)
    assert set(link(story, "China", "Japan")) == {"under quota", "leaking"}
    story.to(90)  # late September 2010
    assert set(link(story, "China", "Japan")) >= {"held"}
    assert set(link(story, "China", "United States")) == {"under quota", "leaking"}
    assert set(link(story, "Australia", "Europe")) <= {"free"}
    story.to(93)  # customs open every crate for Japan
    assert set(link(story, "China", "Japan")) >= {"licence queue"}


def test_links_are_what_left_in_the_last_weeks(session: Session) -> None:
    world = session.world
    china, us = world.countries.index("China"), world.countries.index("United States")
    zone = int(world.N.zone_of_country[china])
    gone = (world.R.exports + world.R.exports_open)[91:95, zone, us].sum() / (4 * world.dt)
    assert link(session, "China", "United States")["held"]["t"] == pytest.approx(gone)


def test_the_map_has_every_country_and_a_mark_for_what_stands_there(session: Session) -> None:
    option = network.world_map(session)
    names = [d["name"] for d in option["series"][-1]["data"]]
    assert names == session.world.countries
    kinds = {s["name"]: len(s["data"]) for s in option["series"] if s.get("name")}
    assert kinds["firms"] >= 5
    assert kinds["mines"] >= 5
    assert len(json.dumps(option)) < 100_000


def test_lines_hold_the_numbers_of_the_run(session: Session) -> None:
    option = picture.prices(session, "Nd", observed=True)
    lines = {s["name"]: s["data"] for s in option["series"]}
    m = session.world.materials.index("Nd")
    assert lines["outside"][-1][1] == pytest.approx(session.world.R.price[94, 0, m], rel=1e-3)
    assert lines["outside"][-1][0] == "2010-10-25"
    assert all(point[0] <= "2010-11-01" for point in lines["outside, observed"])
    cover = {s["name"]: s["data"] for s in picture.stocks(session)["series"]}
    assert 5.0 < cover["Japan"][0][1] < 100.0


def test_the_quota_in_force_is_drawn_without_overlap(session: Session) -> None:
    line = next(s for s in picture.exports(session)["series"] if s["name"] == "quota")
    by_day = dict(line["data"])
    assert by_day["2009-03-02"] == pytest.approx(21_728 / (181 / 365.25) / 1000.0, rel=1e-3)
    assert max(v for v in by_day.values() if v) < 60.0


def test_the_table_has_every_agent_and_a_sheet_says_why(session: Session) -> None:
    rows = {row["agent"]: row for row in agents.table(session)}
    layout = session.world.layout
    assert {*layout.mines, *layout.refiners, "State of China", "State of Japan"} <= set(rows)
    assert rows["Bayan Obo"]["flow"] == pytest.approx(session.world.R.mined[94, 0] / session.world.dt, rel=0.01)
    sheet = dict(agents.sheet(session, "Bayan Obo"))
    assert sheet["country"] == "China"
    assert any("2010" in head for head in sheet)
    firm = next(a for a in layout.firms if a.startswith("Japan magnets"))
    assert "Nd" in dict(agents.sheet(session, firm))["orders, t"]
