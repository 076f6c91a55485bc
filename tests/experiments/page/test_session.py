"""A session: going back, levers and branches are the same model on the same luck, and a recipe repeats them."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from chokepoint.experiments.history import catalogue
from chokepoint.experiments.page.levers import LEVERS
from chokepoint.experiments.page.session import Session
from chokepoint.sim import BadInput

EMBARGO = {"actor": "Exportia", "target": "Importia", "heard": True}


@pytest.fixture
def session() -> Session:
    return Session("two-countries")


def state(session: Session) -> list[bytes]:
    """Every array of the state, as bytes."""
    return [a.tobytes() for a in session.world.S]


def test_back_ten_and_forward_ten_is_the_same_state_to_the_bit(session: Session) -> None:
    session.to(60)
    session.pull("embargo", EMBARGO)
    session.step(20)
    before = state(session)
    session.to(70)
    assert state(session) != before
    session.step(10)
    assert state(session) == before


def test_a_lever_leaves_the_past_and_moves_the_future(session: Session) -> None:
    session.to(60)
    past = session.world.R.price[:60].copy()
    session.pull("embargo", EMBARGO)
    assert np.array_equal(session.world.R.price[:60], past)
    assert session.base == ()  # the run without levers is drawn beside it
    session.step(40)
    assert session.base_world is not None
    assert session.base_world.step == session.week == 100
    ours, other = (w.R.price[60:100, 0].mean() for w in (session.world, session.base_world))
    assert ours > 1.05 * other
    assert np.array_equal(session.base_world.R.price[:60], past)
    assert session.world.R.exports[70:100].sum() < 0.05 * session.base_world.R.exports[70:100].sum()


def test_lifting_frees_trade_and_undoing_brings_the_old_run_back(session: Session) -> None:
    session.to(80)
    plain = state(session)
    session.to(60)
    session.pull("embargo", EMBARGO)
    session.step(10)
    session.lift(1)
    session.step(10)
    assert session.world.R.exports[72:80].sum() > 0.0
    assert state(session) != plain
    session.drop(1)
    assert state(session) == plain


@pytest.mark.parametrize(
    ("kind", "values", "touched"),
    [
        ("quota", {"actor": "Exportia", "value": 50.0, "heard": True}, "licence_used"),
        ("tax", {"actor": "Exportia", "value": 60.0, "heard": True}, "price"),
        ("licence", {"actor": "Exportia", "target": "all", "value": 100.0, "heard": True}, "exports"),
        ("inspection", {"actor": "Exportia", "target": "Importia", "value": 100.0, "heard": False}, "exports"),
        ("reserve", {"country": "Importia", "days": 90.0, "years": 1.0, "disclosed": "nothing"}, "held"),
        ("rumour", {"kind": "threat", "target": "Importia", "topic": "exports"}, "expected"),
    ],
)
def test_every_lever_works_from_its_day_on(
    session: Session, kind: str, values: dict[str, object], touched: str
) -> None:
    session.to(30)
    session.pull(kind, values)
    session.step(45)
    assert session.base_world is not None
    ours, other = (getattr(w.R, touched) for w in (session.world, session.base_world))
    assert np.array_equal(ours[:30], other[:30])
    assert not np.array_equal(ours[30:75], other[30:75])
    assert session.world.check() == []


def yearly_exports(session: Session, first: date, last: date) -> float:
    """Legal exports of what a quota covers, t gross a year, between two days."""
    world = session.world
    weeks = slice(world.calendar.step_of(first), world.calendar.step_of(last))
    exports = world.R.exports[weeks].sum(axis=(1, 2))
    return float(exports.mean() / world.dt)


def test_a_quota_takes_the_place_of_those_that_history_had_later() -> None:
    session = Session("2010-embargo")
    session.to(103)
    session.pull("quota", {"actor": "China", "value": "4000", "heard": True})
    session.to(235)
    assert session.world.I.quota_on[1] == 1.0
    assert 6_500.0 < yearly_exports(session, date(2011, 8, 1), date(2013, 7, 1)) < 8_500.0
    assert not any("allots" in text for day, _, text in session.events() if day > date(2011, 1, 31))
    session.pull("quota", {"actor": "China", "value": 12_000.0, "heard": True})  # a second one in place of the first
    assert "lever.1.6a=unfelt" in session.changes()
    session.to(280)
    assert 13_000.0 < yearly_exports(session, date(2014, 2, 1), date(2014, 5, 1)) < 28_000.0
    session.lift(2)
    assert "next" in session.changes()[-1]  # what is left of the first one's half-year
    assert session.world.I.quota_on[1] == 1.0
    session.to(250)
    session.lift(2)  # before it came into force
    assert not any("lever.2" in change for change in session.changes())


def test_every_lever_can_be_pulled_in_every_episode_that_has_it() -> None:
    for episode in catalogue.names():
        session = Session(episode)
        session.to(60)
        for kind, lever in LEVERS.items():
            scenario = session.simulation.scenario
            if lever.needs(scenario):
                session.pull(kind, {f.name: f.choices(scenario)[0] if f.choices else f.default for f in lever.fields})
        session.to(100)
        assert session.world.check() == []
        for pulled in session.levers:
            session.lift(pulled.number)
        assert len(session.levers) >= 3


def test_a_quota_after_history_split_its_own_has_licences_for_heavy_ones() -> None:
    session = Session("2010-embargo")
    session.to(380)  # spring of 2016, when history has no quota
    session.pull("quota", {"actor": "China", "value": 8000.0, "heard": True})
    session.to(400)
    assert (session.world.I.licence.sum(axis=0) > 50.0).all()
    session.lift(1)
    session.to(405)
    assert session.world.I.quota_on[1] == 0.0


def test_a_reserve_is_shown_and_then_hidden(session: Session) -> None:
    session.to(10)
    session.pull("reserve", {"country": "Importia", "days": 90.0, "years": 2.0, "disclosed": "holding"})
    session.step(30)
    (programme,) = session.world.politics.programmes
    slot = next(iter(programme.slots.values()))
    world, place = session.world, (session.world.countries.index("Importia"), 0)
    assert 0.0 < world.R.held[38, *place] <= world.S.seen[slot] <= world.S.stock[slot]  # seen before the week's trade
    past = session.world.R.seen[:40].copy()
    session.pull("disclose", {"country": "Importia", "disclosed": "nothing"})
    session.step(30)
    assert np.array_equal(session.world.R.seen[:40], past)
    assert session.world.S.seen[slot] < 0.9 * session.world.S.stock[slot]


def test_a_recipe_repeats_the_session_exactly(session: Session, tmp_path: Path) -> None:
    session.reset(seed=7, behaviour={"use_elasticity": 0.12})
    session.to(40)
    session.pull("quota", {"actor": "Exportia", "value": 60.0, "heard": True})
    session.step(20)
    session.pull("rumour", {"kind": "rumour", "target": "all", "topic": "exports"})
    file = tmp_path / "mine.toml"
    file.write_text(session.recipe(), encoding="utf-8")
    ours, again = session.whole_run(), catalogue.find(file).simulation().run(1)
    assert all(np.array_equal(ours.arrays[name], again.arrays[name]) for name in ours.arrays)
    assert catalogue.find(file).simulation().seed == 7


def test_a_recipe_with_faults_names_them_all(tmp_path: Path) -> None:
    file = tmp_path / "bad.toml"
    file.write_text("episod = 'two-countries'\nchanges = 3\n", encoding="utf-8")
    with pytest.raises(BadInput) as caught:
        catalogue.find(file)
    assert len(caught.value.problems) == 3
    assert any("episod" in p and "episode" in p for p in caught.value.problems)


def test_what_cannot_be_pulled_changes_nothing(session: Session) -> None:
    session.to(20)
    before = state(session)
    for kind, values in (
        ("tax", {"actor": "Exportia", "value": 300.0}),
        ("tax", {"actor": "Exportia", "value": None}),
        ("tax", {"actor": "Exportia", "value": "nan"}),
        ("demand", {"country": "all", "value": -10.0, "months": 2.5}),
        ("embargo", {"actor": "Nowhere", "target": "Importia"}),
        ("disclose", {"country": "Importia", "disclosed": "nothing"}),
    ):
        with pytest.raises(BadInput):
            session.pull(kind, values)
    with pytest.raises(BadInput):
        session.load("no-such-episode")
    assert state(session) == before
    assert session.levers == ()
    session.to(10**6)
    with pytest.raises(BadInput, match="over"):
        session.pull("embargo", EMBARGO)


def test_next_event_stops_after_the_next_thing_that_happens() -> None:
    session = Session("2010-embargo")
    session.to(84)
    happened = [day for day, _, _ in session.events()]
    coming = min(day for day in happened if day >= session.day)
    session.next_event()
    assert coming < session.day
    assert sum(coming <= day < session.day for day in happened) >= 1
    assert (session.day - coming).days <= 7
    session.month()
    assert session.day.day <= 7


def test_sessions_know_nothing_of_each_other() -> None:
    one, two = Session("two-countries"), Session("two-countries")
    one.to(30)
    one.pull("embargo", EMBARGO)
    assert two.week == 0
    assert two.levers == ()
    two.to(30)
    assert two.day == one.day > date(2009, 1, 1)
