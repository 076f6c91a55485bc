"""Doctrines in a running world: what they believe is what they act on; acts are heard, end, and give way."""

from datetime import date
from typing import Any

import numpy as np
import pytest

from agents.observation import NAMES
from sim import Simulation
from sim.observation import Sealed, Seen
from sim.programmes import Reserve, Stance
from sim.world import World
from tests.builders import event, world_scenario

INCIDENT = event("incident.1", date(2011, 12, 1), "incident", 0.8, target="Importia", unit="strength")
ONLY = {"instruments": ("embargo",)}


def world(
    stance: Stance | None = None, reserve: Reserve | None = None, changes: tuple[str, ...] = (), **build: Any
) -> World:
    """The small world with a doctrine of Exportia and a reserve of Importia, at its first week."""
    scenario = world_scenario(noise=False, **{"events": [INCIDENT], **build})
    found: dict[str, Any] = {}
    if stance is not None:
        found["stances"] = {"Exportia": stance}
    if reserve is not None:
        found["reserves"] = {"Importia": reserve}
    return Simulation(scenario.model_copy(update=found), changes=changes).world()


def held(days: float, **more: Any) -> Reserve:
    return Reserve(country="Importia", held_days=days, settings={"days": days}, **more)


def attempts(run: World) -> int:
    """Half-years in which Exportia embargoes Importia."""
    doctrine = run.exporting[0].doctrine
    assert doctrine is not None
    return sum(d.choice == "embargo on Importia" for d in doctrine.decisions)


STRICT = Stance(country="Exportia", settings=ONLY)


def test_a_published_reserve_of_180_days_deters_what_42_days_do_not() -> None:
    assert attempts(world(STRICT, held(42)).run()) >= 1
    assert attempts(world(STRICT, held(180)).run()) == 0


def test_a_hidden_reserve_deters_nobody_while_nobody_finds_it_out() -> None:
    def tries(days: float) -> int:
        return attempts(world(STRICT, held(days, disclosed="nothing"), ("reserve_inference=0",)).run())

    def first_payoff(days: float) -> float:
        run = world(STRICT, held(days, disclosed="nothing"), ("reserve_inference=0",)).run()
        assert run.exporting[0].doctrine is not None
        return next(d.options["embargo on Importia"] for d in run.exporting[0].doctrine.decisions if len(d.options) > 1)

    assert tries(180) >= 1
    assert first_payoff(180) == pytest.approx(first_payoff(42), rel=1e-9)


def test_a_bluff_deters_until_it_is_seen_through() -> None:
    def payoff(speed: float) -> float:
        reserve = held(42, disclosed="nothing", claimed_days=180)
        run = world(STRICT, reserve, (f"reserve_inference={speed}",)).run()
        assert run.exporting[0].doctrine is not None
        return next(d.options["embargo on Importia"] for d in run.exporting[0].doctrine.decisions if len(d.options) > 1)

    assert payoff(0.0) < 0.0 < payoff(12.0)


def test_a_state_sees_nothing_of_a_hidden_reserve() -> None:
    def seen(days: float) -> dict[str, Any]:
        run = world(STRICT, held(days, disclosed="nothing"), ("reserve_inference=0",))
        run.advance(20)
        observation = Seen(run, run.exporting[0])
        return {name: getattr(observation, name) for name in NAMES if name != "outlook"}

    much, little = seen(180), seen(42)
    assert {name for name in NAMES if name != "outlook" and much[name] != pytest.approx(little[name])} == set()


def test_what_lies_behind_an_observation_is_sealed() -> None:
    run = world(STRICT)
    sealed = Sealed(Seen(run, run.exporting[0]))
    assert sealed.country == "Exportia"
    with pytest.raises(AttributeError, match="cannot know"):
        sealed._world  # noqa: B018


def test_a_roll_out_leaves_the_world_as_it_was() -> None:
    run = world(STRICT, held(42))
    run.advance(100)
    before = {name: array.copy() for bundle in (run.S, run.I, run.X, run.R) for name, array in bundle._asdict().items()}
    Seen(run, run.exporting[0]).outlook((), 60)
    after = {name: array for bundle in (run.S, run.I, run.X, run.R) for name, array in bundle._asdict().items()}
    assert [name for name, array in before.items() if not np.array_equal(array, after[name])] == []


def test_a_roll_out_of_what_happens_is_close_to_what_happens() -> None:
    run = world(Stance(country="Exportia", start=date(2014, 12, 1)), embargo=None, events=[])
    run.advance(52)
    expected = Seen(run, run.exporting[0]).outlook((), 52)
    first = run.S.cash.copy()
    run.cash_at[52] = first
    run.exporting[0].since = 52
    run.advance(104)
    assert Seen(run, run.exporting[0]).income == pytest.approx(expected.income, rel=0.02)


def test_an_act_of_a_doctrine_is_heard_and_ends_when_it_is_not_renewed() -> None:
    run = world(STRICT, held(42)).run()
    doctrine = run.exporting[0].doctrine
    assert doctrine is not None
    begun = next(i for i, d in enumerate(doctrine.decisions) if d.choice != "nothing")
    step = 52 + 26 * begun
    assert run.X.news[step - 1, 1] == 0.0
    assert run.X.news[step, 1] > 0.1
    if attempts(run) < len(doctrine.decisions) - begun:
        assert run.I.embargo.sum() == 0.0


def test_tension_adds_up_fades_and_belongs_to_the_pair() -> None:
    later = event("incident.2", date(2012, 11, 30), "incident", 0.5, target="Importia", unit="strength")
    run = world(STRICT, events=[INCIDENT, later], tension_memory_years=1.0)
    between = run.tension.between
    assert between("Exportia", ["Importia"], date(2011, 11, 30)) == {"Importia": 0.0}
    assert between("Importia", ["Exportia"], date(2011, 12, 1)) == {"Exportia": 0.8}
    assert between("Exportia", ["Importia"], date(2012, 11, 30))["Importia"] == pytest.approx(
        0.5 + 0.8 * np.exp(-1), 0.01
    )


def test_random_incidents_come_at_their_rate() -> None:
    scenario = world_scenario(noise=False, incidents_per_year=2.0)
    simulation = Simulation(scenario)
    number = [sum(map(len, simulation.world(i).tension.incidents.values())) for i in range(60)]
    assert np.mean(number) == pytest.approx(2.0 * 5.0, abs=3.0 * np.sqrt(10.0 / 60.0))


def test_without_a_doctrine_of_its_own_nothing_changes() -> None:
    plain, other = world().run(), world(Stance(country="Exportia", start=date(2014, 12, 22))).run()
    step = plain.calendar.step_of(date(2014, 12, 22))
    assert np.array_equal(plain.R.price[:step], other.R.price[:step])


@pytest.mark.parametrize("rule", ["threshold", "contagion", "leverage", "learning"])
def test_every_doctrine_runs_with_clean_books_and_repeats_itself(rule: str) -> None:
    one, two = (world(Stance(country="Exportia", rule=rule), held(42)).run() for _ in range(2))
    assert one.check() == []
    assert np.array_equal(one.R.price, two.R.price)
