"""What is said and heard: what was expected moves nobody, topics are apart, sizes come from acts; by hand."""

from datetime import date
from math import exp

import numpy as np
import pytest

from chokepoint.agents.behaviour import behaviour
from chokepoint.sim import Simulation
from chokepoint.sim.engine.calendar import Calendar
from chokepoint.sim.market.week import phases
from chokepoint.sim.politics.hearing import Hearing, newly_withheld, topic
from chokepoint.sim.politics.instruments import known
from tests.builders import event, half_years, news_item, world_scenario

START = date(2010, 1, 4)
BORDER = [name for name, instrument in known(phases().frame).items() if instrument.border]


def alarm(items, **values):  # type: ignore[no-untyped-def]
    """News in view in Importia, by step; one item is .4 loud, in view for a tenth of a year, without luck."""
    given = {"news_threat": 0.4, "news_memory_years": 0.1, "noise_news": 0.0, **values}
    scenario = world_scenario(news=items)
    calendar = Calendar(scenario.start, scenario.end)
    level = Hearing(scenario, calendar, behaviour(**given), {}, BORDER).alarm(1, 0)
    column = [c.country for c in scenario.countries].index("Importia")
    return level[:, column], calendar


def threats(*days: date, **cells):  # type: ignore[no-untyped-def]
    return [news_item(f"n{i}", day, "threat", **cells) for i, day in enumerate(days)]


def test_the_second_of_two_equal_items_counts_by_what_was_not_expected() -> None:
    first, second = date(2010, 3, 1), date(2011, 3, 7)
    level, calendar = alarm(threats(first, second), news_learning=0.6, news_expectation_years=2.0)
    one, two = calendar.step_of(first), calendar.step_of(second)
    assert level[one - 1] == 0.0
    assert level[one] == pytest.approx(0.4)
    # expected: .6 * .4 = .24, faded over the weeks between; new is the rest, on what is left in view of the first
    weeks = two - one
    expected = 0.24 * exp(-weeks * 7 / 365.25 / 2.0)
    left = 0.4 * exp(-weeks * 7 / 365.25 / 0.1)
    assert level[two] == pytest.approx(left + (0.4 - expected) * (1.0 - left))


def test_who_learns_all_is_not_alarmed_twice_and_who_learns_nothing_is() -> None:
    first, second = date(2010, 3, 1), date(2010, 3, 8)
    for learning, rise in ((1.0, 0.05), (0.0, 0.2)):
        level, calendar = alarm(threats(first, second), news_learning=learning, news_expectation_years=6.0)
        t = calendar.step_of(second)
        faded = level[t - 1] * exp(-7 / 365.25 / 0.1)
        assert (level[t] - faded < rise) == (learning == 1.0)


def test_what_is_expected_of_exports_says_nothing_of_supply() -> None:
    first, second = date(2010, 3, 1), date(2011, 3, 7)
    campaign = event("campaign.x", second, "enforcement")
    heard = [news_item("n0", first, "threat"), news_item("n1", second, "threat", measure="campaign.x")]
    scenario = world_scenario(news=heard, events=[campaign])
    assert [topic(n, scenario.events, BORDER) for n in scenario.news] == [0, 1]
    reserve = news_item("n2", second, "rumour").model_copy(update={"topic": "reserve"})
    assert topic(reserve, scenario.events, BORDER) == 2


def test_a_hold_of_ore_is_as_large_as_its_mines() -> None:
    scenario = world_scenario(mines=2)
    mines = scenario.mines
    hold = event("hold.x", START, "ore_hold", target=mines[0].mine)
    whole = sum(k.output_t_per_year for k in mines)
    assert newly_withheld(hold, [hold], mines) == pytest.approx(mines[0].output_t_per_year / whole)


def test_a_quota_is_heard_by_what_it_takes_away() -> None:
    quotas = [
        event("q1", date(2010, 1, 4), "export_quota", 500.0), event("q2", date(2010, 7, 1), "export_quota", 500.0),
        event("q3", date(2011, 1, 3), "export_quota", 400.0), event("q4", date(2011, 7, 1), "export_quota", 200.0),
    ]  # fmt: skip
    assert newly_withheld(quotas[2], quotas) == pytest.approx(0.2)  # 400 against half of 1,000
    assert newly_withheld(quotas[3], quotas) == pytest.approx(0.4)  # 600 against 1,000
    unheard = quotas[3].model_copy(update={"value": 600.0, "heard": 200.0})
    assert newly_withheld(unheard, [*quotas[:3], unheard]) == pytest.approx(0.4)


def test_a_campaign_stops_the_mines_it_names() -> None:
    base = world_scenario(noise=False)
    unlicensed = [k.mine for k in base.mines if k.legal == "no"]
    day = date(2012, 1, 2)
    named = Simulation(
        world_scenario(noise=False, events=[event("c", day, "enforcement", target=unlicensed[0])])
    ).world()
    every = Simulation(world_scenario(noise=False, events=[event("c", day, "enforcement")])).world()
    quiet = Simulation(base).world()
    for world in (named, every, quiet):
        world.run()
    k = quiet.mines.index(unlicensed[0])
    t = quiet.calendar.step_of(date(2012, 7, 2))
    strength = quiet.P.campaign_strength
    assert named.R.mined[t, k] / quiet.R.mined[t, k] == pytest.approx(1.0 - strength, abs=0.25 * strength)
    assert np.array_equal(named.R.price, every.R.price) == (len(unlicensed) == 1)


def test_an_act_with_a_size_stays_in_view_longer_than_words() -> None:
    day, later = date(2010, 3, 1), date(2010, 4, 5)
    ban = event("ban.x", day, "embargo", target="Importia")
    act = news_item("n0", day, "act", measure="ban.x")
    weeks = exp(-5 * 7 / 365.25 / 0.3)
    for item, left in ((act, 0.5 * weeks), (news_item("n0", day, "threat"), 0.4 * exp(-5 * 7 / 365.25 / 0.1))):
        given = {"news_act": 0.5, "act_memory_years": 0.3, "news_threat": 0.4, "news_memory_years": 0.1}
        scenario = world_scenario(news=[item], events=[ban])
        calendar = Calendar(scenario.start, scenario.end)
        level = Hearing(scenario, calendar, behaviour(noise_news=0.0, **given), {}, BORDER).alarm(1, 0)
        column = [c.country for c in scenario.countries].index("Importia")
        assert level[calendar.step_of(later), column] == pytest.approx(left)


def test_the_first_quota_is_held_against_what_was_exported_freely() -> None:
    quotas = half_years(300.0, 2011, 2012)
    freely = {"Exportia": 1000.0}
    assert newly_withheld(quotas[0], quotas, (), freely) == pytest.approx(0.4)  # 300 against half of 1,000
    assert newly_withheld(quotas[1], quotas, (), freely) == pytest.approx(0.4)  # 600 against 1,000
    assert newly_withheld(quotas[2], quotas, (), freely) == pytest.approx(0.0)  # as much as last year
    assert newly_withheld(quotas[0], quotas) == 0.0


def test_a_first_quota_alarms_and_one_of_the_base_year_does_not() -> None:
    def heard(first: int) -> float:
        acts = half_years(500.0, first, 2012)
        day = date(first, 1, 11)
        item = news_item("cut", day, "act", measure=f"quota.{first}H1")
        world = Simulation(world_scenario(events=acts, news=[item], noise=False)).world()
        return float(world.X.news[world.calendar.step_of(day), 1])

    assert heard(2011) > 0.1
    assert heard(2010) == 0.0
