"""What is told of acts: what they withhold, of whom, from when, until when; and what ends it; by hand."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import pytest

from chokepoint.agents.measure import lifting
from chokepoint.sim import Simulation
from chokepoint.sim.market.mechanisms.customs import COUNTER
from chokepoint.sim.market.mechanisms.expectation import ACT, LANE, QUOTA, REPORT, RUMOUR, SUPPLY, TAX, THREAT
from chokepoint.sim.network.structure import NEVER
from chokepoint.sim.politics import told as telling
from chokepoint.sim.politics.history import measure_of
from chokepoint.sim.politics.told import Row, Told, drop, tell, unsay
from tests.builders import event, half_years, news_item, world_scenario

DAY, LATER, END = date(2011, 3, 7), date(2011, 9, 5), date(2011, 12, 25)


def told(items: Sequence[Any], events: Sequence[Any] = (), **build: Any) -> Told:
    scenario = world_scenario(noise=False, news=items, events=events, **build)
    return Simulation(scenario).told


def one(act: Any, kind: str = "act", **build: Any) -> Row:
    (row,) = told([news_item("n", DAY, kind, measure=act.id)], [act], **build).rows
    return row


def test_an_embargo_withholds_all_of_its_targets_between_its_days() -> None:
    row = one(event("e", LATER, "embargo", target="Importia", end=END))
    found = told([])
    assert (row.kind, row.what, row.share.tolist()) == (ACT, LANE, [1.0] * len(found.layout.materials))
    assert row.heard == found.calendar.step_of(DAY)
    assert row.begins == found.calendar.step_of(LATER)
    assert row.ends == found.calendar.step_of(END) + 1
    assert row.targets.tolist() == [1.0 if c == "Importia" else 0.0 for c in found.layout.countries]
    assert one(event("e", LATER, "embargo", target="Importia")).ends == NEVER


def test_acts_at_the_border_withhold_what_their_number_says() -> None:
    normal = world_scenario().choices.normal_inspection
    assert one(event("e", DAY, "licence_refusal", 40.0)).share[0] == pytest.approx(0.4)
    assert one(event("e", DAY, "inspection", 100.0)).share[0] == pytest.approx(1.0 - COUNTER * normal)
    tax = one(event("e", DAY, "export_tax", 25.0, materials="M1"))
    assert (tax.what, tax.share.tolist(), tax.materials.tolist()) == (TAX, [0.25], [1.0])
    office = one(event("e", DAY, "export_licence", 45.0))
    assert (office.share == 1.0).all()
    assert office.begins + 9 < office.ends < office.begins + 26  # nine weeks of nothing, then a rising stream


def test_a_quota_withholds_what_free_exports_need_beyond_it() -> None:
    layout = told([]).layout
    free = float(layout.base_gross[1])
    (first, *_) = told([news_item("n", DAY, "act", measure="quota.2011H1")], half_years(0.3 * free, 2011, 2012)).rows
    assert first.what == QUOTA
    assert first.share[0] == pytest.approx(0.4, abs=1e-6)  # .3 in half a year against half of 1
    assert first.ends == NEVER  # it is renewed
    slack = told([news_item("n", DAY, "act", measure="quota.2011H1")], half_years(free, 2011, 2011)).rows
    assert [row.share.max() for row in slack] == [0.0]


def test_a_quota_without_a_value_ends_what_is_told_of_those_before() -> None:
    quota = event("q", DAY, "export_quota", 100.0)
    free = event("free", END, "export_quota")
    for kind in ("act", "lifting"):
        items = [news_item("n1", DAY, "act", measure="q"), news_item("n2", LATER, kind, measure="free")]
        found = told(items, [quota, free])
        step = found.calendar.step_of
        until_heard, then = found.rows
        assert (until_heard.valid, until_heard.ends) == (step(LATER), NEVER)
        assert (then.heard, then.ends) == (step(LATER), step(END))


def test_stops_of_mines_withhold_their_part_of_the_output() -> None:
    base = world_scenario(mines=2)
    legal = [k for k in base.mines if k.legal == "yes" and k.country == "Exportia"]
    home = sum(k.output_t_per_year for k in base.mines if k.country == "Exportia")
    (illegal,) = [k for k in base.mines if k.legal == "no"]
    hold = one(event("h", DAY, "ore_hold", target=legal[0].mine), mines=2)
    assert (hold.what, hold.share[0]) == (SUPPLY, pytest.approx(legal[0].output_t_per_year / home))
    campaign = one(event("c", DAY, "enforcement", target=illegal.mine), mines=2)
    assert campaign.share[0] == pytest.approx(illegal.output_t_per_year / home)


def test_a_hold_of_ore_is_heard_where_the_ore_is_refined() -> None:
    # Myanmar holds what China refines: the row is of China's output, and prices there are expected to rise
    simulation = Simulation("2019-threat")
    told = Told(simulation.layout)
    rows = [row for row in told.rows if row.act == "hold.myanmar.2019-12"]
    china = simulation.layout.countries.index("China")
    assert rows
    assert {row.actor for row in rows} == {china}
    dysprosium = simulation.layout.materials.index("Dy")
    assert 0.05 < rows[0].share[dysprosium] < 0.9


@pytest.mark.parametrize(("kind", "code"), [("rumour", RUMOUR), ("report", REPORT), ("threat", THREAT)])
def test_words_about_no_act_speak_of_all_exports_to_those_named(kind: str, code: int) -> None:
    (row,) = told([news_item("n", DAY, kind, target="Importia")]).rows
    assert (row.kind, row.what, row.share[0], row.ends) == (code, LANE, 1.0, NEVER)


def test_a_lifting_ends_its_act_and_a_denial_what_words_said() -> None:
    act = event("e", DAY, "embargo", target="Importia")
    lifted = told([news_item("n1", DAY, "act", measure="e"), news_item("n2", LATER, "lifting", measure="e")], [act])
    assert [row.valid for row in lifted.rows] == [lifted.calendar.step_of(LATER)]
    items = [
        news_item("n1", DAY, "act", measure="e"),
        news_item("n2", DAY, "rumour", target="Importia"),
        news_item("n3", LATER, "denial", target="Importia"),
    ]
    denied = told(items, [act])
    by_kind = {row.kind: row.valid for row in denied.rows}
    assert by_kind == {ACT: NEVER, RUMOUR: denied.calendar.step_of(LATER)}


def test_an_act_takes_the_place_of_words_about_it() -> None:
    act = event("e", LATER, "embargo", target="Importia")
    items = [news_item("n1", DAY, "threat", target="Importia"), news_item("n2", LATER, "act", measure="e")]
    found = told(items, [act])
    assert {row.kind: row.valid for row in found.rows} == {THREAT: found.calendar.step_of(LATER), ACT: NEVER}


def test_the_probability_of_a_thing_told_is_that_of_its_kind_and_words_fade() -> None:
    kinds = ("rumour", "report", "threat")
    for kind in kinds:
        world = Simulation(world_scenario(noise=False, news=[news_item("n", DAY, kind)])).world()
        step = world.calendar.step_of(DAY)
        world.advance(step + 1)
        assert world.S.weight[0] == pytest.approx(getattr(world.P, kind))
        world.advance(step + 15)
        weeks = int(world.S.last_look[0]) - step  # people think anew every four weeks
        assert weeks > 10
        assert world.S.weight[0] == pytest.approx(
            getattr(world.P, kind) * np.exp(-weeks * world.dt / world.P.words_years), rel=1e-9
        )


def test_a_world_says_no_more_of_an_act_that_is_lifted_or_of_an_instrument_that_is_given_up() -> None:
    world = Simulation(world_scenario(noise=False, news=[], events=[])).world()
    speaks = world.politics.told
    world.advance(60)
    cut, limit, tax = (
        measure_of(event("e", world.day(), "embargo", target="Importia", end=date(2014, 1, 5))),
        measure_of(event("q", world.day(), "export_quota", 100.0, end=date(2014, 1, 5))),
        measure_of(event("t", date(2014, 1, 6), "export_tax", 40.0)),
    )
    for act in (cut, limit, tax):
        tell(world, speaks, act)
    world.advance(61)
    assert (world.S.weight[:3] > 0.5).all()
    unsay(world, speaks, lifting(cut))
    drop(world, "export_quota", "Exportia")
    drop(world, "export_tax", "Exportia")
    world.advance(62)
    assert (world.S.weight[:3] == 0.0).all()


def test_what_has_long_been_over_makes_room_and_nothing_that_lasts_is_forgotten() -> None:
    world = Simulation(world_scenario(noise=False, events=[], end=date(2019, 12, 29))).world()
    speaks, room = world.politics.told, len(world.I.told_heard)
    for week in range(room + 20):
        world.advance(week)
        tell(world, speaks, measure_of(event(f"e{week}", world.day(), "embargo", target="Importia", end=world.day())))
    assert world.I.told_count[0] == room
    assert (world.I.told_from > 19).all()
    lasting = Simulation(world_scenario(noise=False, events=[])).world()

    def refuse(number: int) -> None:
        act = event(f"e{number}", lasting.day(), "licence_refusal", 1.0 + 0.5 * number, target="Importia")
        tell(lasting, speaks, measure_of(act))

    for number in range(len(lasting.I.told_heard)):
        refuse(number)
    with pytest.raises(ValueError, match="told at once"):
        refuse(0)


def test_every_kind_of_news_has_a_probability() -> None:
    assert set(telling.KIND) == {"rumour", "report", "threat", "act"}
