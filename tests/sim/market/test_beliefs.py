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
