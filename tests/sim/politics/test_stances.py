"""Doctrines in a running world: what they believe is what they act on; acts are heard, end, and give way."""

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from chokepoint.agents import acts
from chokepoint.agents.measure import lifting
from chokepoint.agents.observation import NAMES, Outlook
from chokepoint.sim import Simulation
from chokepoint.sim.politics.enactment import enact
from chokepoint.sim.politics.governed import GovernedWorld
from chokepoint.sim.politics.instruments import carry_out
from chokepoint.sim.politics.observation import Sealed, Seen
from chokepoint.sim.politics.outlook import imagine, stocks_worth
from chokepoint.sim.scenario.programmes import Reserve, Stance
from tests.builders import event, world_scenario

INCIDENT = event("incident.1", date(2011, 12, 1), "incident", 0.8, target="Importia", unit="strength")
ONLY = {"instruments": ("embargo",)}


def world(
    stance: Stance | None = None, reserve: Reserve | None = None, changes: tuple[str, ...] = (), **build: Any
) -> GovernedWorld:
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


def attempts(run: GovernedWorld) -> int:
    """Half-years in which Exportia embargoes Importia."""
    doctrine = run.politics.exporting[0].doctrine
    assert doctrine is not None
    return sum(d.choice == "embargo on Importia" for d in doctrine.decisions)


STRICT = Stance(country="Exportia", settings=ONLY)


def first_payoff(run: GovernedWorld) -> float:
    """What Exportia expects of the first embargo on Importia that it thinks of, thousand USD at the weights it has."""
    doctrine = run.politics.exporting[0].doctrine
    assert doctrine is not None
    return next(d.options["embargo on Importia"] for d in doctrine.decisions if len(d.options) > 1)


def test_a_published_reserve_of_180_days_ends_what_42_days_do_not() -> None:
    small, large = world(STRICT, held(42)).run(), world(STRICT, held(180)).run()
    assert attempts(small) >= 4
    assert attempts(large) <= 1
    assert 0.0 < first_payoff(large) < 0.1 * first_payoff(small)


def test_a_hidden_reserve_deters_nobody_while_nobody_finds_it_out() -> None:
    small, large = (
        world(STRICT, held(days, disclosed="nothing"), ("reserve_inference=0",)).run() for days in (42, 180)
    )
    assert attempts(large) >= 4
    assert first_payoff(large) == pytest.approx(first_payoff(small), rel=1e-9)


def test_a_bluff_deters_until_it_is_seen_through() -> None:
    def payoff(speed: float) -> float:
        reserve = held(42, disclosed="nothing", claimed_days=180)
        return first_payoff(world(STRICT, reserve, (f"reserve_inference={speed}",)).run())

    assert 0.0 < payoff(0.0) < 0.1 * payoff(12.0)


def outlooks(run: GovernedWorld, weeks: int) -> tuple[Outlook, Outlook]:
    """What Exportia expects of nothing, and of half a year of embargo on Importia."""
    seen = Seen(run.politics, run.politics.exporting[0], run.day() + timedelta(days=181))
    return seen.outlook((), weeks), seen.outlook((acts.embargo(seen, "Importia", "test"),), weeks)  # type: ignore[arg-type]


def test_a_state_expects_lost_production_once_it_has_cut_supply_for_long() -> None:
    def expected_loss(months_cut: int) -> float:
        cut = (date(2011, 12, 5), date(2011, 12, 5) + timedelta(days=30 * months_cut))
        run = world(
            Stance(country="Exportia", start=date(2014, 12, 1), keeps_history=True), embargo=cut, events=[INCIDENT]
        )
        run.advance(run.calendar.step_of(cut[1]) + 1)
        nothing, embargo = outlooks(run, 78)
        return embargo.lost_value["Importia"] - nothing.lost_value["Importia"]

    assert expected_loss(0) == pytest.approx(0.0, abs=1.0)  # firms have six months of stock
    assert expected_loss(12) > 50_000.0  # thousand USD


def test_what_is_expected_of_an_act_hangs_little_on_the_horizon() -> None:
    def gain(days: float, weeks: int) -> float:
        run = world(Stance(country="Exportia", start=date(2014, 12, 1)), held(days))
        run.advance(104)
        nothing, embargo = outlooks(run, weeks)
        return embargo.income - nothing.income

    for days in (42, 180):
        assert gain(days, 78) == pytest.approx(gain(days, 156), rel=0.35)
    assert gain(180, 78) < 0.2 * gain(42, 78)


def test_reserves_of_others_are_filled_again_in_a_roll_out_and_nothing_hidden_is_under_way() -> None:
    told = world(STRICT, Reserve(country="Importia", held_days=0, settings={"days": 60, "pace_years": 1}))
    hidden = world(
        STRICT, Reserve(country="Importia", held_days=0, disclosed="nothing", settings={"days": 60, "pace_years": 1})
    )
    for run in (told, hidden):
        run.advance(40)
    s = next(iter(told.reserve_slots["Importia"].values()))
    assert hidden.S.pipe_sum[s] > 0.0
    believed = imagine(hidden.politics, "Exportia", 52)[0]
    assert believed.S.pipe_sum[s] == 0.0
    assert believed.S.stock[s] == hidden.S.seen[s]
    assert believed.I.reserve_target[s] == hidden.S.seen[s]
    assert imagine(told.politics, "Exportia", 52)[0].I.reserve_target[s] == told.I.reserve_target[s] > 0.0


@pytest.mark.parametrize("act", ["embargo", "quota", "tax", "inspection", "refusal"])
def test_every_act_of_a_doctrine_ends_where_it_began(act: str) -> None:
    run = world(STRICT)
    run.advance(60)
    seen = Seen(run.politics, run.politics.exporting[0], run.day() + timedelta(days=100))
    measure = {
        "embargo": lambda: acts.embargo(seen, "Importia", "test"),
        "quota": lambda: acts.quota(seen, 100.0, "test"),
        "tax": lambda: acts.tax(seen, tuple(run.materials), 40.0, "test"),
        "inspection": lambda: acts.inspection(seen, "Importia", 100.0, "test"),
        "refusal": lambda: acts.refusal(seen, "Importia", 80.0, "test"),
    }[act]()
    before = run.I._make(a.copy() for a in run.I)
    enact(run.politics, measure)
    run.advance(61)
    changed = {f for f in before._fields if not np.array_equal(getattr(before, f), getattr(run.I, f))}
    assert changed - {"licence", "licence_end"} != set()
    run.advance(80)
    carry_out(run.politics, lifting(measure))
    after = {f for f in before._fields if not np.array_equal(getattr(before, f), getattr(run.I, f))}
    assert after <= {"licence_end"}


def test_doing_nothing_means_to_end_what_is_in_force() -> None:
    run = world(Stance(country="Exportia", start=date(2014, 12, 1)))
    run.advance(52)
    free = Seen(run.politics, run.politics.exporting[0]).outlook((), 26)
    seen = Seen(run.politics, run.politics.exporting[0], run.day() + timedelta(days=181))
    quota = acts.quota(seen, 0.1 * run.politics.exporting[0].free_exports_t + 1.0, "test")
    enact(run.politics, quota)
    run.politics.exporting[0].in_force = [quota]
    assert sum(Seen(run.politics, run.politics.exporting[0]).outlook((), 26).exports) > 0.9 * sum(free.exports)


def test_a_state_sees_nothing_of_a_hidden_reserve() -> None:
    def seen(days: float) -> dict[str, Any]:
        run = world(STRICT, held(days, disclosed="nothing"), ("reserve_inference=0",))
        run.advance(20)
        observation = Seen(run.politics, run.politics.exporting[0])
        return {name: getattr(observation, name) for name in NAMES if name != "outlook"}

    much, little = seen(180), seen(42)
    assert {name for name in NAMES if name != "outlook" and much[name] != pytest.approx(little[name])} == set()


def test_what_lies_behind_an_observation_is_sealed() -> None:
    run = world(STRICT)
    sealed = Sealed(Seen(run.politics, run.politics.exporting[0]))
    assert sealed.country == "Exportia"
    with pytest.raises(AttributeError, match="cannot know"):
        sealed._world  # noqa: B018


def test_a_roll_out_leaves_the_world_as_it_was() -> None:
    run = world(STRICT, held(42))
    run.advance(100)
    before = {name: array.copy() for bundle in (run.S, run.I, run.X, run.R) for name, array in bundle._asdict().items()}
    Seen(run.politics, run.politics.exporting[0]).outlook((), 60)
    after = {name: array for bundle in (run.S, run.I, run.X, run.R) for name, array in bundle._asdict().items()}
    assert [name for name, array in before.items() if not np.array_equal(array, after[name])] == []


def test_a_roll_out_of_what_happens_is_close_to_what_happens() -> None:
    run = world(Stance(country="Exportia", start=date(2014, 12, 1)), embargo=None, events=[])
    run.advance(52)
    expected = Seen(run.politics, run.politics.exporting[0]).outlook((), 52)
    run.politics.cash_at[52], run.politics.worth_at[52] = run.S.cash.copy(), stocks_worth(run)
    run.politics.exporting[0].since = 52
    run.advance(104)
    assert Seen(run.politics, run.politics.exporting[0]).income == pytest.approx(expected.income, rel=0.02)


def test_an_act_of_a_doctrine_is_heard_and_ends_when_it_is_not_renewed() -> None:
    run = world(STRICT, held(42)).run()
    doctrine = run.politics.exporting[0].doctrine
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
    between = run.politics.tension.between
    assert between("Exportia", ["Importia"], date(2011, 11, 30)) == {"Importia": 0.0}
    assert between("Importia", ["Exportia"], date(2011, 12, 1)) == {"Exportia": 0.8}
    assert between("Exportia", ["Importia"], date(2012, 11, 30))["Importia"] == pytest.approx(
        0.5 + 0.8 * np.exp(-1), 0.01
    )


def test_random_incidents_come_at_their_rate() -> None:
    scenario = world_scenario(noise=False, incidents_per_year=2.0)
    simulation = Simulation(scenario)
    number = [sum(map(len, simulation.world(i).politics.tension.incidents.values())) for i in range(60)]
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
