"""Doctrines in a running world: what they believe is what they act on; acts are heard, end, and give way."""

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from chokepoint.agents import acts
from chokepoint.agents.exporting_state import ending
from chokepoint.agents.measure import lifting
from chokepoint.agents.observation import NAMES, Outlook
from chokepoint.sim import Simulation
from chokepoint.sim.network.structure import USER
from chokepoint.sim.politics.enactment import enact
from chokepoint.sim.politics.governed import GovernedWorld
from chokepoint.sim.politics.observation import Sealed, Seen
from chokepoint.sim.politics.outlook import imagine, stocks_worth
from chokepoint.sim.scenario.programmes import Reserve, Stance
from tests.builders import event, half_years, news_item, world_scenario

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


def reserve_slot(run: GovernedWorld) -> int:
    return int(next(iter(run.reserve_slots["Importia"].values())))


def test_a_reserve_that_displaces_no_stock_of_firms_softens_a_long_embargo_as_expected_and_as_it_comes() -> None:
    def year(days: float) -> tuple[float, float]:
        """Value added that Exportia expects a year of embargo to cost Importia, and what it costs, thousand USD."""
        cut = event("cut", date(2012, 1, 9), "embargo", target="Importia", end=date(2013, 1, 6))
        run = world(Stance(country="Exportia", start=date(2014, 12, 1)), held(days), ("crowding_out=0",))
        run.advance(run.calendar.step_of(cut.start))
        seen = Seen(run.politics, run.politics.exporting[0], cut.end)
        embargo = acts.embargo(seen, "Importia", "test")  # type: ignore[arg-type]
        expected = seen.outlook((embargo,), 78).lost_value["Importia"] - seen.outlook((), 78).lost_value["Importia"]
        enact(run.politics, embargo)
        before = run.R.lost_value[:, 1].sum()
        run.advance(run.step + 78)
        return expected, float(run.R.lost_value[:, 1].sum() - before)

    (told, came), (told_less, came_less) = year(0.0), year(90.0)
    assert told > 0.0
    assert came > 0.0
    assert told_less < told
    assert came_less < came


def test_a_hidden_reserve_deters_nobody_while_nobody_finds_it_out() -> None:
    small, large = (
        world(STRICT, held(days, disclosed="nothing"), ("reserve_inference=0",)).run() for days in (42, 180)
    )
    assert attempts(large) == attempts(small)
    assert first_payoff(large) == pytest.approx(first_payoff(small), rel=1e-6)


def test_a_bluff_is_believed_until_it_is_seen_through() -> None:
    def believed(speed: float) -> tuple[float, float]:
        """What Exportia believes in a roll-out, and what the reserve holds, t."""
        reserve = held(42, disclosed="nothing", claimed_days=180)
        run = world(STRICT, reserve, (f"reserve_inference={speed}",))
        run.advance(100)
        s = reserve_slot(run)
        return float(imagine(run.politics, "Exportia", 26)[0].S.stock[s]), float(run.S.stock[s])

    (bluff, holds), (seen, _) = believed(0.0), believed(12.0)
    assert bluff > 3.0 * holds
    assert seen < 1.5 * holds


def outlooks(run: GovernedWorld, weeks: int) -> tuple[Outlook, Outlook]:
    """What Exportia expects of nothing, and of half a year of embargo on Importia."""
    seen = Seen(run.politics, run.politics.exporting[0], run.day() + timedelta(days=181))
    return seen.outlook((), weeks), seen.outlook((acts.embargo(seen, "Importia", "test"),), weeks)  # type: ignore[arg-type]


def test_a_state_expects_more_lost_production_the_longer_it_has_cut_supply() -> None:
    def expected_loss(months_cut: int) -> float:
        cut = (date(2011, 12, 5), date(2011, 12, 5) + timedelta(days=30 * months_cut))
        run = world(
            Stance(country="Exportia", start=date(2014, 12, 1), keeps_history=True), embargo=cut, events=[INCIDENT]
        )
        run.advance(run.calendar.step_of(cut[1]) + 1)
        nothing, embargo = outlooks(run, 78)
        return embargo.lost_value["Importia"] - nothing.lost_value["Importia"]

    assert 0.0 <= expected_loss(0) < 0.5 * expected_loss(6)


def test_what_is_expected_of_an_act_hangs_little_on_the_horizon() -> None:
    def gain(weeks: int) -> float:
        run = world(Stance(country="Exportia", start=date(2014, 12, 1)), held(42))
        run.advance(104)
        nothing, embargo = outlooks(run, weeks)
        return embargo.income - nothing.income

    assert gain(104) == pytest.approx(gain(156), rel=0.35)


def test_users_abroad_are_alike_in_a_roll_out_and_hold_together_what_they_hold() -> None:
    run = world(STRICT, changes=("noise_trait=0.4",))
    run.advance(60)
    N = run.N
    users = (N.f_kind[N.s_firm] == USER) & (N.s_country == run.countries.index("Importia"))
    believed = imagine(run.politics, "Exportia", 10)[0]
    months, as_believed = (world.S.stock[users] / N.s_base[users] for world in (run, believed))
    assert np.ptp(months) > 0.0
    assert as_believed == pytest.approx(np.full(users.sum(), as_believed.mean()), rel=1e-9)
    assert believed.S.stock[users].sum() == pytest.approx(run.S.stock[users].sum(), rel=1e-12)
    home = ~users & (N.s_country == run.countries.index("Exportia"))
    assert np.array_equal(believed.S.stock[home], run.S.stock[home])  # of its own it knows each


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
    told = int(run.I.told_count[0])
    before = run.I._make(a.copy() for a in run.I)
    enact(run.politics, measure)
    run.advance(61)
    orders = {f for f in before._fields if not f.startswith(("told_", "route_", "expected_"))}
    changed = {f for f in orders if not np.array_equal(getattr(before, f), getattr(run.I, f))}
    assert changed - {"licence", "licence_end"} != set()
    assert run.I.told_count[0] == told + 1
    assert run.I.told_valid[told] > run.last
    run.advance(80)
    enact(run.politics, lifting(measure))
    run.advance(81)
    after = {f for f in orders if not np.array_equal(getattr(before, f), getattr(run.I, f))}
    assert after <= {"licence_end", "quota_from", "granted_end"}
    assert run.I.told_valid[told] == 80
    assert run.S.weight[told] == 0.0


@pytest.mark.parametrize("act", ["embargo", "quota"])
def test_an_act_that_is_prolonged_is_no_lifting_and_no_news(act: str) -> None:
    run = world(Stance(country="Exportia", start=date(2014, 12, 1)))
    run.advance(60)
    exportia = run.politics.exporting[0]

    def ordered(weeks: int) -> Any:
        seen = Seen(run.politics, exportia, run.day() + timedelta(days=7 * weeks + 5))
        if act == "embargo":
            return acts.embargo(seen, "Importia", "test")  # type: ignore[arg-type]
        return acts.quota(seen, 500.0, "test")  # type: ignore[arg-type]

    def choose(measure: Any) -> None:
        for order in [*ending(exportia.in_force, [measure]), measure]:
            enact(run.politics, order)
        exportia.in_force = [measure]

    choose(first := ordered(26))
    told = int(run.I.told_count[0])
    run.advance(86)
    assert first.end == run.last_day() - timedelta(days=1)
    assert run.I.told_until[told - 1] == 86
    choose(second := ordered(26))
    assert run.I.told_count[0] == told
    assert run.I.told_until[told - 1] == run.calendar.step_of(second.end + timedelta(days=1)) > 86
    run.advance(100)
    if act == "embargo":
        assert run.R.exports[66:100].sum() == 0.0
    else:
        used = run.R.exports[62:100].sum(axis=(1, 2))
        assert used.max() < 1.2 * used.mean()  # no week without a quota in between


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


def test_an_act_of_a_doctrine_is_heard_and_expected_from_the_week_in_which_it_is_decided() -> None:
    stance = Stance(country="Exportia", rule="bargaining", start=date(2012, 1, 2))
    run = world(stance)
    step = run.calendar.step_of(date(2012, 1, 2))
    run.advance(step)
    assert run.S.withheld_mean.max() == 0.0
    quiet = run.S.holders_ln.copy()
    run.advance(step + 1)
    legal = run.N.v_zone > 0
    assert run.S.withheld_mean[legal].max() > 0.1
    importia = run.N.q_country == run.countries.index("Importia")
    assert (run.S.holders_ln[importia] > quiet[importia]).all()


def test_states_that_do_as_they_choose_do_not_do_what_news_of_history_say() -> None:
    quota = half_years(300.0, 2011, 2012)
    item = news_item("n", date(2011, 1, 3), "act", measure=quota[0].id)
    kept, replaced = (
        world(Stance(country="Exportia", start=date(2014, 12, 1), keeps_history=keeps), events=[*quota], news=[item])
        for keeps in (True, False)
    )
    assert [run.I.told_count[0] for run in (kept, replaced)] == [1, 0]


def test_what_was_said_goes_on_in_a_roll_out_and_nothing_later_is_known() -> None:
    day, later = date(2011, 3, 7), date(2011, 9, 5)
    said = [news_item("n1", day, "threat"), news_item("n2", later, "denial"), news_item("n3", later, "threat")]
    run = world(STRICT, news=said, events=[])
    run.advance(run.calendar.step_of(day) + 1)
    assert run.S.weight[0] == pytest.approx(run.P.threat)
    believed = imagine(run.politics, "Exportia", 60)[0]
    believed.advance(run.calendar.step_of(later) + 1)
    weeks = run.calendar.step_of(later) - run.calendar.step_of(day)
    assert believed.S.weight[0] == pytest.approx(run.P.threat * np.exp(-weeks * run.dt / run.P.words_years))
    assert (believed.S.weight[1:] == 0.0).all()
    run.advance(run.calendar.step_of(later) + 1)
    assert run.S.weight[0] == 0.0
    assert run.S.weight[1] == pytest.approx(run.P.threat)


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


def test_a_state_that_always_limits_its_exports_has_them_dear_abroad_and_cheap_at_home() -> None:
    free = world().run()
    limits = world(Stance(country="Exportia", rule="threshold", settings={"cover": 2.0, "share": 0.5})).run()
    span = slice(60, 180)
    assert limits.R.price[span, 0, 0].mean() > 1.1 * free.R.price[span, 0, 0].mean()
    assert limits.R.price[span, 1, 0].mean() < free.R.price[span, 1, 0].mean()
    assert limits.R.exports[span].sum() < 0.9 * free.R.exports[span].sum()
    assert limits.R.rent[span, 1].sum() > 0.0 == free.R.rent[span, 1].sum()


def test_a_state_that_gives_in_is_free_at_once_of_what_was_withheld_and_nobody_expects_more_of_it() -> None:
    refuses, yields = (
        Stance(country="Exportia", rule="bargaining", start=date(2012, 1, 2)),
        Stance(country="Importia", rule="yielding", start=date(2012, 1, 30), settings={"cost_musd": 0.0}),
    )
    scenario = world_scenario(noise=False, events=[INCIDENT])
    run = Simulation(scenario.model_copy(update={"stances": {"Exportia": refuses, "Importia": yields}})).world()
    step = run.calendar.step_of(date(2012, 1, 30))
    run.advance(step)
    assert run.I.refused.max() > 0.0
    assert run.S.weight.max() > 0.0
    run.advance(step + 1)
    assert run.politics.state("Importia").decisions[-1].instrument == "concession"
    assert run.I.refused.max() == 0.0
    assert run.S.weight.max() == 0.0
