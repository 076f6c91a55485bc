"""Pictures: links have the colour of what cargo goes through, and lines the numbers of the run."""

import json
from typing import Any

import pytest

from chokepoint.experiments.page import agents, network, picture
from chokepoint.experiments.page.places import bounds, places, unknown
from chokepoint.experiments.page.session import Session
from chokepoint.experiments.telling.trace import firms


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
    assert set(link(story, "China", "Japan")) >= {"permits or inspection"}


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
    assert {"spot price in China", "spot price in Japan"} <= set(rows)
    sheet = dict(agents.sheet(session, "Bayan Obo", "Nd"))
    assert sheet["country"] == "China"
    assert any("2010" in head for head in sheet)
    firm = next(a for a in layout.firms if a.startswith("Japan magnets"))
    sheet = agents.sheet(session, firm, "Nd")
    assert any(head in ("buys this week, t", "sells this week, t") and "Nd" in text for head, text in sheet)
    assert any("trade in Nd" in head and "on the spot" in text for head, text in sheet)


def test_a_fault_of_the_trace_hides_one_line_of_a_sheet(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    firm = next(a for a in session.world.layout.firms if a.startswith("Japan magnets"))
    true = agents.sheet(session, firm, "Nd")
    ours, nd = firms.plan_terms, session.world.materials.index("Nd")

    def off(world: Any, rules: Any, slot: int) -> dict[str, float]:
        terms = ours(world, rules, slot)
        return {**terms, "order_t": terms["order_t"] + 1.0} if world.N.s_mat[slot] == nd else terms

    monkeypatch.setattr(firms, "plan_terms", off)
    found = agents.sheet(session, firm, "Nd")
    assert [head for head, _ in found] == [head for head, _ in true]
    changed = {head: text for (head, text), (_, before) in zip(found, true, strict=True) if text != before}
    assert changed
    assert all(head.endswith("trade in Nd") for head in changed)
    assert all(text.startswith("cannot be told: the trace is at fault") for text in changed.values())


def test_a_sheet_says_why_a_spot_price_is_what_it_is(session: Session) -> None:
    sheet = agents.sheet(session, "spot price in Japan", "Nd")
    told = {head.partition(", ")[2]: text for head, text in sheet if head.startswith("2010-10-25")}
    assert set(told) == {"spot price of Nd", "who wants Nd", "passages of Nd", "expected price of Nd"}
    assert "from China" in told["passages of Nd"]
    m, japan = session.world.materials.index("Nd"), session.world.countries.index("Japan")
    price = float(told["spot price of Nd"].split(" ")[0].replace(",", ""))
    assert price == pytest.approx(session.world.R.price_of[94, japan, m], rel=1e-3)


def test_what_holders_expect_and_what_a_licence_costs_are_drawn(session: Session) -> None:
    R, m, japan = session.world.R, session.world.materials.index("Nd"), session.world.countries.index("Japan")
    spot = {s["name"]: s["data"] for s in picture.by_country(session, "Nd")["series"]}["Japan"]
    assert spot[-1][1] == pytest.approx(R.price_of[94, japan, m], rel=1e-3)
    above = {s["name"]: s["data"] for s in picture.expected(session, "Nd")["series"]}["Japan"]
    ratio = R.expected[94, japan, m] / R.price_of[94, japan, m]
    assert above[-1][1] == pytest.approx(100.0 * (ratio - 1.0), rel=1e-3, abs=1e-3)
    rents = picture.rents(session)
    assert rents is not None
    assert rents["unit"] == "USD/kg gross"
    assert picture.rents(Session("two-countries")) is None


def test_countries_of_small_worlds_stand_where_they_are_and_ore_is_held() -> None:
    nickel = Session("2014-nickel")
    scenario = nickel.simulation.scenario
    at = places(scenario)
    assert at["Japan"] == pytest.approx([139.7, 35.7])
    assert at["Canada"][0] < -90.0
    assert unknown(scenario) == []
    nickel.to(60)
    assert set(link(nickel, "Indonesia", "China")) == {"held"}
    assert set(link(nickel, "Russia", "China")) == {"free"}
    west, east = (corner[0] for corner in bounds(at))
    assert all(west < lon < east for lon, _ in at.values())


def test_the_map_begins_with_the_base_year() -> None:
    begun = Session("2010-embargo")
    world = begun.world
    found = link(begun, "China", "Japan")
    china, japan = world.countries.index("China"), world.countries.index("Japan")
    assert found["taxed"]["t"] == pytest.approx(world.N.base_export[world.N.zone_of_country[china], japan])
    assert network.marks(world)["mines"]["China"][0] == pytest.approx(world.N.k_base[world.N.k_country == china].sum())


def test_what_a_link_is_told_has_units_and_all_that_it_goes_through(session: Session) -> None:
    tips = [d["tip"] for s in network.world_map(session)["series"][:2] for d in s["data"]]
    (tip,) = (t for t in tips if "China to Japan" in t and "now" in t)
    assert "t/year gross, now permits or inspection, under quota, taxed" in tip


def test_the_compared_run_is_drawn_for_every_country() -> None:
    branched = Session("2010-embargo")
    branched.to(88)
    branched.pull("embargo", {"actor": "China", "target": "Japan", "heard": True})
    branched.to(120)
    for option in (picture.stocks(branched), picture.by_country(branched, "Dy"), picture.prices(branched, "Dy")):
        names = [s["name"] for s in option["series"]]
        assert {n + picture.COMPARED for n in names if n + picture.COMPARED in names}
    lines = {s["name"]: s["data"] for s in picture.by_country(branched, "Dy")["series"]}
    assert lines["Japan"][80] == lines["Japan, compared"][80]
    assert lines["Japan"][-1][1] > lines["Japan, compared"][-1][1]
