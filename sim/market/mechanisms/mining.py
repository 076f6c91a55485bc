"""Mining: mines ship what is ordered, allowed and worth it.

P behaviour, N structure, X influences, I instruments, S state, R record; `dt` is a step in years.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np

from chokepoint.agents.measure import Measure
from chokepoint.agents.mine import legal_output as mine_legal_output
from chokepoint.agents.mine import paid as mine_paid
from chokepoint.agents.mine import pits as mine_pits
from chokepoint.agents.mine import ramp as mine_ramp
from chokepoint.agents.mine import unlicensed_output as mine_unlicensed_output
from chokepoint.sim.engine.arrays import Array
from chokepoint.sim.engine.mechanism import Mechanism, Phase
from chokepoint.sim.engine.series import Series
from chokepoint.sim.market.accounts import pay
from chokepoint.sim.network.structure import FREE, OPERATING
from chokepoint.sim.scenario.acts import Instrument
from chokepoint.sim.scenario.lookup import Tables
from chokepoint.sim.scenario.problems import nearest
from chokepoint.sim.scenario.tables import Event

TINY = 1e-12
GROUPS = {"light": 1, "heavy": 2}  # of mines that a production quota is for, and their place in the array
FIXED_COST = 0.4  # part of a project's cost at capacity that does not fall with output (assumption)


def ore_calls(step: int, dt: float, P: Any, N: Any, X: Any, I: Any, S: Any, R: Any) -> None:
    """What refiners order from each mine; a mine that is one firm with its plant ships all it can."""
    S.k_called[:] = 0.0
    for feed in range(N.l_mine.shape[0]):
        mine, refiner = N.l_mine[feed], N.l_ref[feed]
        if N.r_kind[refiner] == FREE:
            S.k_called[mine] += 1e30
        else:
            S.k_called[mine] += N.l_part[feed] * S.calls[refiner]
        if N.k_project[mine] == 0:
            R.orders[step, 2] += N.l_part[feed] * S.calls[refiner]


def mining(step: int, dt: float, P: Any, N: Any, X: Any, I: Any, S: Any, R: Any) -> None:
    """Mines ship what is ordered, allowed and worth it."""
    n_mats = S.product.shape[1]
    for mine in range(S.k_output.shape[0]):
        zone = N.k_zone[mine]
        refinery_zone = N.k_refiner_zone[mine]
        value = 0.0
        for material in range(n_mats):
            value += N.k_basket[mine, material] * S.price[refinery_zone, material]
        S.k_value[mine, 0] = value
        if (
            I.subsidy[refinery_zone] > 0.0 and N.k_legal[mine] > 0
        ):  # refiners hand on what the state pays for their output
            for material in range(n_mats):
                value += N.k_basket[mine, material] * I.subsidy[refinery_zone] * N.base_price[refinery_zone, material]
        ore = N.k_payable[mine] * max(0.0, value - N.k_refining[mine])
        earns = mine_paid(ore, I.k_floor[mine], I.k_subsidy[mine])  # what states add is paid in `backing`
        can = 0.0
        if S.k_state[mine] == OPERATING:
            capacity = N.k_capacity[mine] * dt
            if N.k_project[mine] > 0:
                capacity *= mine_ramp(S.k_clock[mine], N.k_ramp[mine])
            if N.k_legal[mine] > 0:
                quota = capacity
                group = N.k_group[mine]
                if group > 0 and I.production_quota[zone, group] >= 0.0:
                    quota = P.quota_discipline * I.production_quota[zone, group] * N.k_quota_share[mine] * dt
                elif N.k_project[mine] == 0 and zone == 0:
                    quota = N.k_base[mine] * dt  # small mines abroad run as in the base year
                can = mine_legal_output(capacity, quota, earns, N.k_cost[mine])
            else:
                worth = value / S.k_value[mine, 2]
                S.k_pits[mine] = mine_pits(S.k_pits[mine], worth, P.pit_growth, dt)
                can = mine_unlicensed_output(
                    S.k_pits[mine] * N.k_base[mine] * dt,
                    S.k_pits[mine] * capacity,
                    worth,
                    S.k_stopped[mine],
                    P.supply_elasticity,
                )
        can *= 1.0 - I.held[mine]  # days on which a government stops its ore
        ship = min(can, S.k_called[mine])
        share = ship / S.k_called[mine] if S.k_called[mine] > TINY else 0.0
        S.k_output[mine] = ship
        R.mined[step, mine] = ship
        for feed in range(N.k_link[mine], N.k_link[mine + 1]):
            refiner = N.l_ref[feed]
            called = share * N.l_part[feed] * S.calls[refiner]
            sent = ship * N.l_share[feed] if N.r_kind[refiner] == FREE else called
            for material in range(n_mats):
                mass = sent * N.k_basket[mine, material]
                S.feed[refiner, material] += mass
                S.mined[material] += mass
            pay(S.cash, N.r_account[refiner], N.k_account[mine], sent * ore)
        fixed = FIXED_COST * N.k_capacity[mine] * dt if N.k_project[mine] > 0 and S.k_state[mine] == OPERATING else 0.0
        spent = N.k_cost[mine] * ((1.0 - FIXED_COST) * ship + fixed) if N.k_project[mine] > 0 else N.k_cost[mine] * ship
        pay(S.cash, N.k_account[mine], N.row_account[0], spent)


def _production_quota(world: Any, measure: Measure) -> None:
    """At most `value` tonnes a year from the mines of a group."""
    world.law.enter(measure)
    act = world.law.ruling(measure)
    limit = -1.0 if act is None or act.value is None else act.value
    for word in measure.kind:
        world.I.production_quota[world.zone_of(measure.actor), GROUPS[word]] = limit


def _ore_hold(world: Any, measure: Measure) -> None:
    """Ore of the mines named is stopped, in force by days."""
    if not measure.lifted:
        world.law.holds.append(measure)


def _mines_of_group(event: Event, tables: Tables) -> Iterator[str]:
    """A production quota is for legal mines of the state, of its group."""
    groups = {mine.quota_group for mine in tables["mines"] if mine.country == event.actor and mine.legal == "yes"}
    if event.kind in GROUPS and event.kind not in groups:
        there = [group for group in GROUPS if group in groups]
        yield (
            f"events.csv, {event.id}, kind: {event.actor} has no legal mine whose quota_group is {event.kind!r} "
            f"({nearest(event.kind, there) if there else 'mines.csv gives none of its mines a group'})"
        )


MECHANISM = Mechanism(
    "mining",
    source="assumption; forms in agents/mine.py",
    phases=(Phase(ore_calls, after=("refining",)), Phase(mining, after=("ore_calls",))),
    arrays=(
        Array("I.production_quota", "z 3", "t/year", "mining quota by group; below zero for none", -1.0),
        Array("I.held", "k", "share", "of the week's days on which ore is stopped"),
        Array(
            "S.k_state",
            "k",
            "code",
            "planned, operating, building, mothballed, defaulted",
            lambda start: start.N.k_project == 0,
            "i8",
        ),
        Array("S.k_pits", "k", "1", "unlicensed pits over the base year", 1.0),
        Array("S.k_clock", "k", "years", "since the start of building or the opening"),
        Array(
            "S.k_output",
            "k",
            "t a week",
            "shipped",
            lambda start: np.where(start.N.k_project == 0, start.N.k_base * start.dt, 0.0),
        ),
        Array("S.k_called", "k", "t a week", "ordered"),
        Array(
            "S.k_value",
            "k 4",
            "USD/kg",
            "value of the ore: now, smoothed, base year, habitual",
            lambda start: np.repeat(start.layout.k_value0[:, None], 4, axis=1),
        ),
    ),
    series={"mined": Series("t", "mine", True, "mine output, contained oxide", "t k")},
    instruments=(
        Instrument(
            "production_quota",
            "Legal mines of a group make at most so many tonnes a year, shared out by size.",
            _production_quota,
            by="exporting_state",
            kinds=tuple(GROUPS),
            needs_kind=True,
            unit="t/year",
            also=("t",),
            valueless="mines are free of a quota",
            negative=False,
            told="act",
            example="Exportia production_quota light at 3.5 kt/year from 2010-03-01 until 2010-12-31",
            check=_mines_of_group,
        ),
        Instrument(
            "ore_hold",
            "The ore of named mines, of any country, is held, by days.",
            _ore_hold,
            targets=("mines",),
            force="days",
            told="act",
            example="Exportia ore_hold against Great Pit from 2010-03-03 until 2010-05-30",
        ),
        Instrument(
            "production_shortfall",
            "What mines made less than their quota is heard of; it moves nothing itself.",
            by="country",
            force="heard",
            kinds=tuple(GROUPS),
            told="report",
            example="Exportia production_shortfall light from 2010-03-01",
        ),
    ),
)
