"""What a market clears is what its holders buy and sell, by links and on the spot; all of it is booked."""

from datetime import date

import numpy as np
import pytest

from chokepoint.sim import Simulation
from chokepoint.sim.market.mechanisms.cargo import under_way
from chokepoint.sim.market.mechanisms.ledger import mass
from chokepoint.sim.politics.governed import GovernedWorld
from tests.builders import event, world_scenario
from tests.fingerprints import worlds
from tests.sim.market.clearing_world import between

CLOSE = 1e-9
WORLDS = worlds()
YEARS = 4 * 52  # weeks


@pytest.fixture(scope="module")
def stirred() -> GovernedWorld:
    """Two materials, noise, an embargo, a quota, smugglers, a reserve that buys; after the embargo has ended."""
    buys = event("buys", date(2010, 6, 7), "reserve_purchase", 300.0, unit="t", end=date(2011, 6, 5), actor="Importia")
    embargo = (date(2010, 9, 6), date(2011, 1, 30))
    return Simulation(
        world_scenario(materials=2, firms=4, seed=3, freight=0.5, quota_t=1000.0, embargo=embargo, events=[buys]),
        seed=2,
    ).world()


class Week:
    """What was traded in one week of a world, which is then over."""

    def __init__(self, world: GovernedWorld):
        N, S = world.N, world.S
        self.N, self.S = N, S
        world.begin_week()
        between(world, "", "factors")
        self.held = self.holdings()
        between(world, "factors", "spot_shares")
        self.on_the_spot, self.filled = S.linked.copy(), S.fill.copy()
        self.along, self.at_home = self.by_links()
        slots = np.bincount(N.s_market, (S.order < 0.0) & (S.stock + S.order <= 1e-9), len(N.q_mat))
        plants = self.in_markets(np.zeros(len(N.s_market)), (S.r_order < 0.0) & (S.product + S.r_order <= 1e-9))
        self.sold_out = slots + plants > 0  # holders who would have sold more than they had
        between(world, "spot_shares", "used_licences")
        self.gained = self.holdings() - self.held
        self.received, self.ordered = S.received.copy(), S.order.copy()
        between(world, "used_licences", "")
        world.step += 1

    def in_markets(self, of_slots: np.ndarray, of_refiners: np.ndarray) -> np.ndarray:
        """Sums over the slots and refiners of each market: (markets,)."""
        total = np.bincount(self.N.s_market, of_slots, len(self.N.q_mat))
        at = self.N.q_of[self.N.r_country]
        np.add.at(total, at[at >= 0], np.asarray(of_refiners, dtype=float)[at >= 0])
        return total

    def holdings(self) -> np.ndarray:
        """What is held in each market and under way to it, t: (markets,)."""
        S = self.S
        return self.in_markets(S.stock + under_way(self.N, S.pipe) + S.spot_sum, S.product + S.r_afloat)

    def by_links(self) -> tuple[np.ndarray, np.ndarray]:
        """What links carry, t: along each passage, and within each market."""
        N = self.N
        lane = np.repeat(np.arange(len(N.b_passage)), np.diff(N.b_edge))
        on_lane = np.bincount(lane, self.S.e_ship, len(N.b_passage))
        slot = np.repeat(np.arange(len(N.s_market)), np.diff(N.s_lane))
        abroad = N.b_passage >= 0
        return (
            np.bincount(N.b_passage[abroad], on_lane[abroad], len(N.v_here)),
            np.bincount(N.s_market[slot[~abroad]], on_lane[~abroad], len(N.q_mat)),
        )


def test_links_and_spot_add_up_to_what_the_market_clears(stirred: GovernedWorld) -> None:
    sent, missed, by_links, embargoed = 0.0, 0.0, 0.0, 0
    while stirred.step < 2 * 52:
        week = Week(stirred)
        N, S = stirred.N, stirred.S
        small = CLOSE * N.q_size * stirred.dt
        # passages: links carry what buyers asked of their suppliers, the spot the rest
        assert (week.along <= S.sent + small[N.v_here]).all()
        whole = week.filled[N.v_here] == 1.0
        assert np.abs(week.along + week.on_the_spot - S.sent)[whole].max(initial=0.0) < small.max()
        sent, missed = sent + S.sent.sum(), missed + (S.sent - week.along - week.on_the_spot).sum()
        by_links += week.along.sum()
        # holders: what they buy on balance is what comes on balance, or they have not what they would sell
        net = S.bought - S.sold - (S.come - S.out)
        assert (np.abs(net) < 1e3 * small)[~week.sold_out].all()
        assert (net > -1e3 * small).all()
        # and every buyer gets it
        served = (week.filled == 1.0)[N.s_market] & (week.ordered > 0.0) & ~week.sold_out[N.s_market]
        assert week.received[served] == pytest.approx(week.ordered[served], rel=1e-6)
        # every market gains what came on links and on the spot, less what left
        carried = week.along + week.on_the_spot
        came = np.bincount(N.v_there, carried, len(small)) - np.bincount(N.v_here, carried, len(small))
        assert week.gained == pytest.approx(came, abs=1e3 * small.max())
        embargoed += int((stirred.I.embargo > 0.0).any())
    assert missed < 1e-6 * sent
    assert 0.2 * sent < by_links < 0.99 * sent
    assert embargoed > 15


def test_goods_under_way_are_claimed(stirred: GovernedWorld) -> None:
    """Cargo on each passage belongs to somebody at its end, and nobody waits for what was not sent."""
    for _ in range(26):
        Week(stirred)
        N, S = stirred.N, stirred.S
        assert S.pipe_sum == pytest.approx(under_way(N, S.pipe), rel=CLOSE, abs=1e-9)
        afloat = np.bincount(N.v_there, S.spot_pipe.sum(axis=0), len(N.q_mat))
        claims = np.bincount(N.s_market, S.spot_sum, len(N.q_mat))
        at = N.q_of[N.r_country]
        np.add.at(claims, at[at >= 0], S.r_afloat[at >= 0])
        assert claims == pytest.approx(afloat, rel=CLOSE, abs=1e-9)
        assert afloat.max() > 0.0


@pytest.mark.parametrize("name", WORLDS)
def test_mass_and_money_balance_each_week_of_a_shipped_world(name: str) -> None:
    world = Simulation(WORLDS[name], seed=3).world()
    while world.step < min(YEARS, world.calendar.steps):
        world.advance(world.step + 1)
        S = world.S
        assert world.check() == []
        held, booked = mass(world)
        assert held == pytest.approx(booked, rel=CLOSE)
        assert abs(S.cash.sum()) <= CLOSE * max(1.0, np.abs(S.cash).sum())
        assert S.mined.sum() == pytest.approx(world.R.mined.sum(), rel=CLOSE)
        assert S.used.sum() == pytest.approx(world.R.use.sum(), rel=CLOSE)
        for array in (S.stock, S.product, S.feed, S.pipe, S.spot_pipe, S.spot_sum, S.r_afloat, world.I.licence):
            assert array.min(initial=0.0) > -1e-9
    assert world.P.noise_demand > 0.0


def test_a_purchase_beside_an_earlier_one_is_bought_at_both_paces_and_after_it_at_its_own() -> None:
    def buy(name: str, first: date, last: date, tonnes: float):  # type: ignore[no-untyped-def]
        return event(name, first, "reserve_purchase", tonnes, unit="t", end=last, actor="Importia")

    year = date(2010, 6, 7), date(2011, 6, 6)  # 365 days: 300 t at 300.2 t a year
    together = [buy("one", *year, 300.0), buy("two", date(2010, 9, 6), date(2011, 9, 5), 60.0)]
    apart = [buy("one", date(2010, 2, 1), date(2010, 7, 31), 1.0), buy("two", date(2011, 3, 7), date(2012, 3, 5), 60.0)]
    paces = []
    for acts, day in ((together, date(2010, 9, 13)), (apart, date(2011, 3, 14))):
        world = Simulation(world_scenario(events=acts, firms=4), seed=2).world()
        world.advance(world.calendar.step_of(day) + 1)
        paces.append(float(world.I.reserve_pace.max()))
    assert paces == pytest.approx([300.0 * 365.25 / 365.0 + 60.0 * 365.25 / 365.0, 60.0 * 365.25 / 365.0])
