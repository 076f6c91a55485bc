"""What holders believe of what is told and what is seen, worked by hand on small worlds."""

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from chokepoint.sim.market.mechanisms.expectation import together
from chokepoint.sim.market.mechanisms.memories import FEARED_YEARS
from chokepoint.sim.politics.told import ACT, REPORT
from chokepoint.sim.simulation import Simulation
from tests.builders import event, news_item, world_scenario

DAY = date(2010, 3, 1)
YEAR = timedelta(days=364)


def world_of(*acts: Any) -> Any:
    """A quiet world in which acts are told on their day."""
    items = [news_item(f"n{i}", act.date, "act", measure=act.id) for i, act in enumerate(acts)]
    return Simulation(world_scenario(noise=False, mines=2, events=acts, news=items)).world()


def test_acts_withhold_of_what_others_leave_and_words_no_more_than_the_largest() -> None:
    assert together(0.5, 0.4, ACT) == pytest.approx(0.7)
    assert together(0.5, 0.4, REPORT) == 0.5
    assert together(0.3, 0.4, REPORT) == 0.4


def test_a_campaign_is_believed_to_stop_all_until_mines_are_seen_to_go_on() -> None:
    world = world_of(event("c", DAY, "enforcement", target="all", end=DAY + 2 * YEAR))
    market = int(world.N.q_of[world.countries.index("Exportia"), 0])
    first = world.calendar.step_of(DAY)
    world.advance(first + 1)
    (row,) = world.politics.told.rows
    assert row.share[0] > 0.0
    worst = [float(world.S.output_withheld[:, market].max())]
    for weeks in (13, 26, 52):
        world.advance(first + 1 + weeks)
        worst.append(float(world.S.output_withheld[:, market].max()))
    assert worst[0] == pytest.approx(row.share[0], rel=0.01)  # one outcome is that all of it stops
    seen = float(world.S.supply_cut[market])
    assert 0.0 < seen < 0.5 * row.share[0]
    assert worst[1] < 0.7 * worst[0]
    assert worst[3] == pytest.approx(seen, abs=0.1 * row.share[0])  # a year on, what is seen is believed


def test_an_act_that_withholds_nothing_explains_no_cut_that_is_seen() -> None:
    stop = event("h", DAY, "ore_hold", target="Pit 1", end=DAY + YEAR)
    found = []
    for acts in ((stop,), (stop, event("q", DAY, "production_quota", 1e6, kind="light"))):
        items = [news_item(f"n{i}", a.date, "act", measure=a.id) for i, a in enumerate(acts[1:])]
        scenario = world_scenario(noise=False, mines=2, events=acts, news=items)
        target = next(k.mine for k in scenario.mines if k.legal == "yes" and k.country == "Exportia")
        scenario = scenario.model_copy(
            update={"events": tuple(a.model_copy(update={"target": target}) if a.id == "h" else a for a in acts)}
        )
        world = Simulation(scenario).world()
        world.advance(world.calendar.step_of(DAY) + 14)
        found.append(world.S.output_withheld.copy())
    assert found[0].max() > 0.1
    assert np.allclose(found[0], found[1])


def test_an_act_that_lets_some_pass_is_no_riddle() -> None:
    # a hold of one mine of two is told as the end of both: the half that is seen is that act's, it ends when that does,
    # and is not a cut that nobody explained, which would be expected to last for as long again and more
    found = {}
    for name, told in (("eased", True), ("unexplained", False)):
        acts = [event("h", DAY, "ore_hold", target="Pit 1", end=DAY + timedelta(days=250))]
        scenario = world_scenario(noise=False, mines=2, events=acts, news=[])
        pits = [k.mine for k in scenario.mines if k.legal == "yes" and k.country == "Exportia"]
        real = acts[0].model_copy(update={"target": pits[0]})
        heard = acts[0].model_copy(update={"id": "both", "target": ";".join(pits), "admitted": "heard"})
        items = (news_item("n", DAY, "act", measure="both"),) if told else ()
        scenario = scenario.model_copy(update={"events": (real, heard), "news": items})
        world = Simulation(scenario).world()
        market = int(world.N.q_of[world.countries.index("Exportia"), 0])
        world.advance(world.calendar.step_of(DAY) + 32)
        found[name] = world.S.output_withheld[:, market].copy(), float(world.S.supply_cut[market])
    eased, cut = found["eased"]
    assert 0.2 < cut < 0.9
    assert (found["unexplained"][0] >= cut - 1e-9).all()  # expected to last beyond the horizon
    assert eased.mean() < 0.6 * cut  # what is left of it in the horizon: four weeks of its thirty-six


def test_who_feared_to_lose_use_remembers_it_for_years() -> None:
    world = world_of(event("e", DAY, "embargo", target="all", end=DAY + timedelta(days=90)))
    importer = int(world.N.q_of[world.countries.index("Importia"), 0])
    last = world.calendar.step_of(DAY + timedelta(days=91))
    world.advance(last + 1)
    feared = float(world.S.feared[importer])
    assert feared > 0.02
    world.advance(last + 53)
    years = 52 * world.dt
    assert world.S.feared[importer] == pytest.approx(feared * np.exp(-years / FEARED_YEARS), rel=0.05)


def mining_quota(share: float) -> Any:
    """A world in which the exporting state says in March 2010 that a share of what its mines make is allowed from
    September on: the world, its market, and the weeks of both days."""
    mines = world_scenario(noise=False, mines=2).mines
    legal = [mine for mine in mines if mine.country == "Exportia" and mine.legal == "yes"]
    made = sum(mine.output_t_per_year for mine in legal)
    quota = event("q", DAY + YEAR / 2, "production_quota", share * made, kind="light", unit="t/year")
    items = [news_item("n", DAY, "act", measure="q")]
    world = Simulation(world_scenario(noise=False, mines=2, events=(quota,), news=items)).world()
    market = int(world.N.q_of[world.countries.index("Exportia"), 0])
    return world, market, world.calendar.step_of(DAY), world.calendar.step_of(DAY + YEAR / 2)


def test_a_mining_quota_that_cuts_moves_what_is_expected_before_its_first_day() -> None:
    world, market, told, first = mining_quota(0.4)
    world.advance(told)
    before = np.exp(world.S.expected_ln)
    assert world.S.output_withheld.max() == 0.0
    world.advance(told + 1)
    (row,) = world.politics.told.rows
    assert (row.heard, row.begins) == (told, first)
    legal = world.N.k_base[(world.N.k_legal > 0) & (world.N.k_country == world.N.q_country[market])].sum()
    every = world.N.k_base[world.N.k_country == world.N.q_country[market]].sum()
    assert row.share[0] == pytest.approx(0.6 * legal / every)  # unlicensed mines go on
    assert 0.0 < world.S.output_withheld[:, market].max() < row.share[0] + 1e-9
    assert np.exp(world.S.expected_ln).max() > 1.05 * before.max()
    assert world.R.price_of[told].max() > 1.02 * world.R.price_of[told - 1].max()  # and so today's price
    mined = world.R.mined[: told + 1].sum(axis=1)
    assert mined[-1] == pytest.approx(mined[0], rel=0.05)  # while nothing is cut yet


def test_a_mining_quota_above_what_is_mined_moves_nothing() -> None:
    world, _, _, first = mining_quota(1.5)
    world.advance(first + 8)
    assert world.S.output_withheld.max() == 0.0
    assert world.R.price_of[:, :, 0].max() == pytest.approx(world.R.price_of[0, :, 0].max(), rel=1e-3)
