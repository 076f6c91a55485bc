"""A reserve in a small world: it fills, moves the price, is inferred, serves its own firms, and is booked."""

from datetime import date
from typing import Any

import numpy as np
import pytest

from chokepoint.agents.firm import relied
from chokepoint.sim import Simulation
from chokepoint.sim.market.world import World
from chokepoint.sim.network.firms import USER_MONTHS
from chokepoint.sim.network.structure import USER
from chokepoint.sim.scenario.problems import BadInput
from chokepoint.sim.scenario.programmes import Reserve
from tests.builders import world_scenario

BUYS = date(2011, 1, 3)
HELD_UP = (date(2012, 1, 2), date(2012, 12, 30))


def world(changes: tuple[str, ...] = (), build: dict[str, Any] | None = None, **reserve: Any) -> World:
    """A run of the small world, with a reserve of Importia if any of its keys is given."""
    scenario = world_scenario(noise=False, **(build or {}))
    if reserve:
        scenario = scenario.model_copy(update={"reserves": {"importia": Reserve(country="Importia", **reserve)}})
    return Simulation(scenario, changes=changes).world().run()


def price(world: World, first: int = 52, last: int = 156) -> float:
    """Mean price outside over the two years in which reserves are built, USD/kg."""
    return float(world.R.price[first:last, 0, 0].mean())


def held(world: World, step: int = -1) -> float:
    return float(world.R.held[step, world.countries.index("Importia"), 0])


def test_a_reserve_fills_to_its_target_in_days_of_use() -> None:
    run = world(start=BUYS, disclosed="nothing", settings={"days": 60, "pace_years": 1})
    use = float(run.R.use[:52, run.countries.index("Importia")].sum())
    assert held(run, 51) == 0.0
    assert held(run) == pytest.approx(60 / 365.25 * use, rel=0.05)


def test_nothing_moves_before_the_first_day_of_a_reserve() -> None:
    plain, run = world(), world(start=BUYS, settings={"days": 180})
    step = run.calendar.step_of(BUYS)
    for before, after in zip(plain.R[:1], run.R[:1], strict=True):
        assert np.array_equal(before[:step], after[:step])
    assert not np.array_equal(plain.R.price[step:], run.R.price[step:])


def test_secret_buying_costs_less_than_published_and_as_much_once_seen_through() -> None:
    plain = price(world())
    secret = price(world(("reserve_inference=0",), start=BUYS, disclosed="nothing", settings={"days": 180}))
    seen = price(world(("reserve_inference=12",), start=BUYS, disclosed="nothing", settings={"days": 180}))
    published = price(world(start=BUYS, disclosed="holding", settings={"days": 180}))
    assert 0.01 < secret / plain - 1.0 < 0.9 * (published / plain - 1.0)
    assert seen - plain == pytest.approx(published - plain, rel=0.3)


def test_what_others_believe_follows_what_is_told() -> None:
    def seen(step: int, **reserve: Any) -> float:
        run = world(held_days=42, settings={"days": 42}, **reserve)
        return float(run.R.seen[step, run.countries.index("Importia"), 0]) / held(run, step)

    assert seen(0, disclosed="holding") == pytest.approx(1.0)
    assert seen(0, disclosed="nothing") < 0.02
    assert seen(104, disclosed="nothing") == pytest.approx(1.0 - np.exp(-0.5 * 105 * 7 / 365.25), rel=0.02)
    assert seen(0, disclosed="nothing", claimed_days=180) == pytest.approx(180 / 42, rel=0.05)
    assert 1.0 < seen(104, disclosed="nothing", claimed_days=180) < 3.0


def test_a_reserve_saves_production_in_an_embargo_and_more_of_it_saves_more() -> None:
    lost = {
        days: world(build={"embargo": HELD_UP}, held_days=days, settings={"days": days}).R.lost_value[:, 1].sum()
        for days in (0, 42, 180)
    }
    assert lost[0] > 100_000.0  # thousand USD
    assert lost[42] < 0.9 * lost[0]
    assert lost[180] < 0.9 * lost[42]


def test_a_release_waits_for_its_delay() -> None:
    def first(delay: int) -> int:
        run = world(
            build={"embargo": HELD_UP}, held_days=42, settings={"days": 42}, release_delay_weeks=delay
        )  # fmt: skip
        return int(np.flatnonzero(run.R.released[:, 1, 0])[0])

    assert first(12) - first(0) == pytest.approx(12, abs=4)


def test_firms_lean_on_a_reserve_that_they_know_of() -> None:
    def leaning(crowding: float) -> World:
        return world((f"crowding_out={crowding}",), held_days=180, disclosed="holding", settings={"days": 180})

    alone, relying = leaning(0.0), leaning(0.3)
    N, there = alone.N, alone.countries.index("Importia")
    users = np.flatnonzero((N.f_kind[N.s_firm] == USER) & (N.s_country == there))
    months = 180 / 365.25 * 12
    assert relying.S.backed[there, 0] == pytest.approx(months, rel=0.05)
    wanted = relied(USER_MONTHS, float(relying.S.backed[there, 0]), 0.3) / USER_MONTHS
    assert relying.S.holding[users] == pytest.approx(wanted * alone.S.holding[users], rel=0.01)
    assert relying.R.stock[-1, there, 0] < 0.97 * alone.R.stock[-1, there, 0]


def test_an_obligation_makes_firms_hold_more() -> None:
    free = world(held_days=1, settings={"days": 1}).R.stock[150, 1, 0]
    bound = world(held_days=1, settings={"days": 1}, private_days=270).R.stock[150, 1, 0]
    assert bound > 1.3 * free


def test_an_alliance_shares_its_stock_and_one_state_alone_does_not() -> None:
    def lost(members: tuple[str, ...]) -> float:
        scenario = world_scenario(noise=False, embargo=HELD_UP)
        reserve = Reserve(country="Exportia", held_days=180, members=members, settings={"days": 180})
        scenario = scenario.model_copy(update={"reserves": {"r": reserve}})
        return float(Simulation(scenario).world().run().R.lost_value[:, 1].sum())

    assert lost(("Importia",)) < 0.8 * lost(())


@pytest.mark.parametrize("rule", ["target_days", "price_band", "panic_scaled", "competitive", "optimal"])
def test_every_rule_keeps_mass_and_money(rule: str) -> None:
    run = world(build={"embargo": HELD_UP, "materials": 2}, rule=rule, start=BUYS)
    assert run.check() == []


def test_bad_reserves_give_the_whole_list_of_problems() -> None:
    with pytest.raises(BadInput) as caught:
        Simulation(
            world_scenario(),
            changes=[
                "reserve.Importia=target_days", "reserve.Importia.days=-4", "reserve.Importia.materials=Unobtainium",
                "reserve.Importia.members=Importia", "reserve.Atlantis=target_days", "reserve.Importia.dayz=3",
            ],
        )  # fmt: skip
    text = "\n".join(caught.value.problems)
    for words in ("at least 0", "'Unobtainium'", "shares with itself", "Atlantis", "'dayz'"):
        assert words in text
