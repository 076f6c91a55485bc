"""Old scrap: what wears out comes back in part, more of it when prices have been high."""

from datetime import date

import numpy as np
import pytest

from chokepoint.agents.behaviour import NOISE_OFF
from chokepoint.agents.firm import old_scrap
from chokepoint.sim import Simulation
from tests.builders import half_years, world_scenario


def run_with(share: float, *acts):  # type: ignore[no-untyped-def]
    scenario = world_scenario(events=acts, end=date(2014, 12, 28), noise=False)
    sectors = tuple(
        s.model_copy(update={"old_scrap_share": share, "product_life_years": 4.0}) if s.sector != "trader" else s
        for s in scenario.sectors
    )
    return Simulation(scenario.model_copy(update={"sectors": sectors}), behaviour=NOISE_OFF).world(0).run()


def test_the_rule_on_numbers_worked_by_hand() -> None:
    assert old_scrap(10.0, 0.2, 0.0, 0.3) == pytest.approx(2.0)
    assert old_scrap(10.0, 0.2, 1.0, 0.3) == pytest.approx(2.6)
    assert old_scrap(10.0, 0.2, 30.0, 0.3) == pytest.approx(6.0)  # at most three times as much
    assert old_scrap(10.0, 0.4, 30.0, 0.3) == pytest.approx(9.0)  # and at most nine tenths of what wears out
    assert old_scrap(10.0, 0.2, -30.0, 0.3) == pytest.approx(0.4)


def test_a_steady_world_stays_steady_with_old_scrap() -> None:
    world = run_with(0.2)
    price = world.R.price[:, 0, 0]
    assert np.abs(np.log(price / price[0])).max() < 0.02
    # 2 % of new scrap and 20 % of old scrap of use come back.
    assert world.R.scrap.sum() == pytest.approx(0.22 * world.R.use.sum(), rel=0.01)
    assert not world.check()


def test_old_scrap_answers_the_price_late_and_stays_in_the_ledger() -> None:
    plain, recycling = run_with(0.2), run_with(0.2, *half_years(700.0, 2011, 2011))
    first, last = plain.calendar.step_of(date(2011, 1, 3)), plain.calendar.step_of(date(2011, 12, 31))
    c = plain.countries.index("Importia")
    more = recycling.R.scrap[:, c] / plain.R.scrap[:, c]
    price = recycling.R.price[:, 0, 0]
    assert more[first:last].max() > 1.05
    assert more.argmax() > price.argmax()
    assert not recycling.check()
