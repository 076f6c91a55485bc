"""Mining: mines answer the value of their ore at once within spare capacity, and over years by growth or decline.

The ore of a mine is a fixed basket of materials, so that a by-product follows the worth of the whole and goes on when
its own price falls.

P behaviour, N structure, X influences, I instruments, S state, R record; `dt` is a step in years.
"""

from collections.abc import Iterator
from math import exp, log
from typing import Any

import numpy as np

from chokepoint.agents.measure import Measure
from chokepoint.agents.mine import output as mine_output
from chokepoint.agents.mine import ramp as mine_ramp
from chokepoint.sim.engine.arrays import Array
from chokepoint.sim.engine.frame import Making
from chokepoint.sim.engine.mechanism import Mechanism, Phase
from chokepoint.sim.engine.series import Series
from chokepoint.sim.market.accounts import pay
from chokepoint.sim.market.law import hold
from chokepoint.sim.network.structure import OPERATING
from chokepoint.sim.scenario.acts import Instrument, words
from chokepoint.sim.scenario.lookup import Tables
from chokepoint.sim.scenario.problems import nearest
from chokepoint.sim.scenario.tables import Event

GROUPS = {"light": 1, "heavy": 2}  # of mines that a production quota is for, and their place in the array
SPARE = 0.02  # least capacity that stands idle in a mine that a table says to be full (assumption)
FIXED_COST = 0.4  # part of a project's cost at capacity that does not fall with output (assumption)
LOOKED_AT_YEARS = 0.5  # smoothing of the value that long-run answers look at (assumption)
CAMPAIGN_UP, CAMPAIGN_DOWN = 6.0, 1.2  # a year: how fast a campaign takes hold, and how fast it fades (assumption)
CAMPAIGN = 0.35  # of unlicensed output, stopped by one campaign (assumption)


def campaigns(step: int, dt: float, P: Any, N: Any, X: Any, I: Any, S: Any, R: Any) -> None:
    """Campaigns stop a part of what unlicensed mines ship."""
    for mine in range(S.k_stopped.shape[0]):
        goal = 1.0 - (1.0 - CAMPAIGN) ** I.campaigns[mine]
        rate = CAMPAIGN_UP if goal > S.k_stopped[mine] else CAMPAIGN_DOWN
        S.k_stopped[mine] = goal + (S.k_stopped[mine] - goal) * exp(-rate * dt)


def mining(step: int, dt: float, P: Any, N: Any, X: Any, I: Any, S: Any, R: Any) -> None:
    """Mines ship what their ore's worth calls for: at once within spare capacity, over years by growth or decline.

    `output_normal` is what markets would get at the price of the base year if nothing were stopped; `supply_cut` the
    part of it that is.
    """
    materials = N.k_basket.shape[1]
    seen = 1.0 - exp(-dt / LOOKED_AT_YEARS)
    answered = 1.0 - exp(-dt / P.supply_years)
    S.output_normal[:] = 0.0
    S.supply_cut[:] = 0.0
    for mine in range(S.k_output.shape[0]):
        value = 0.0
        for material in range(materials):
            if N.k_basket[mine, material] > 0.0:
                place = N.q_of[N.k_place[mine], material]
                if place >= 0 and S.normal_stock[place] > 0.0:
                    value += N.k_basket[mine, material] * S.price_of[N.k_place[mine], material]
                else:
                    value += N.k_basket[mine, material] * S.price[N.zone_of_country[N.k_place[mine]], material]
        S.k_value[mine, 0] = value
        subsidised = value * (1.0 + I.subsidy[N.k_zone[mine]]) if N.k_legal[mine] > 0 else value
        gap = log(N.k_host[mine] + (1.0 - N.k_host[mine]) * subsidised / S.k_value[mine, 2])
        S.k_seen[mine] += (gap - S.k_seen[mine]) * seen
        goal = (P.supply_elasticity_long - P.supply_elasticity) * S.k_seen[mine]
        S.k_answer[mine] += (goal - S.k_answer[mine]) * answered
        plain, can = 0.0, 0.0
        if S.k_state[mine] == OPERATING:
            if N.k_project[mine] > 0:
                plain = N.k_capacity[mine] * mine_ramp(S.k_clock[mine], N.k_ramp[mine])
                can = plain
            else:
                plain = N.k_base[mine] * exp(S.k_answer[mine])
                spare = max(SPARE, N.k_capacity[mine] / max(N.k_base[mine], 1e-12) - 1.0)
                can, _ = mine_output(gap, plain, P.supply_elasticity, spare)
        group = N.k_group[mine]
        if group > 0 and N.k_legal[mine] > 0 and I.production_quota[N.k_zone[mine], group] >= 0.0:
            can = min(can, I.production_quota[N.k_zone[mine], group] * N.k_quota_share[mine])
        stopped = 1.0 - (1.0 - I.held[mine]) * (1.0 - S.k_stopped[mine])
        ship = can * (1.0 - stopped) * dt
        S.k_output[mine] = ship
        R.mined[step, mine] = ship
        for feed in range(N.k_link[mine], N.k_link[mine + 1]):
            refiner = N.l_ref[feed]
            for material in range(materials):
                part = N.l_share[feed] * N.k_basket[mine, material]
                if part > 0.0:
                    S.feed[refiner, material] += ship * part
                    S.mined[material] += ship * part
                    market = N.q_of[N.r_country[refiner], material]
                    S.output_normal[market] += plain * part * N.r_yield[refiner]
                    S.supply_cut[market] += plain * stopped * part * N.r_yield[refiner]
        ore = N.k_payable[mine] * max(0.0, value - N.k_refining[mine])
        for feed in range(N.k_link[mine], N.k_link[mine + 1]):
            pay(S.cash, N.r_account[N.l_ref[feed]], N.k_account[mine], ship * N.l_share[feed] * ore)
        fixed = FIXED_COST * N.k_capacity[mine] * dt if N.k_project[mine] > 0 and S.k_state[mine] == OPERATING else 0.0
        spent = N.k_cost[mine] * ((1.0 - FIXED_COST) * ship + fixed) if N.k_project[mine] > 0 else N.k_cost[mine] * ship
        pay(S.cash, N.k_account[mine], N.row_account[0], spent)
    for market in range(S.supply_cut.shape[0]):
        if S.output_normal[market] > 0.0:
            S.supply_cut[market] /= S.output_normal[market]


def _value(start: Making) -> Any:
    """Worth of a mine's ore in the base year where most of it is refined: (mines,), USD/kg."""
    N = start.N
    place = N.q_of[N.k_place]
    return (N.k_basket * np.where(place >= 0, np.exp(N.q_base_ln[place]), 0.0)).sum(axis=1)


def _production_quota(world: Any, measure: Measure) -> None:
    """At most `value` tonnes a year from the mines of a group."""
    world.law.enter(measure)
    act = world.law.ruling(measure)
    limit = -1.0 if act is None or act.value is None else act.value
    for word in measure.kind:
        world.I.production_quota[world.zone_of(measure.actor), GROUPS[word]] = limit


def _mines_of_group(event: Event, tables: Tables) -> Iterator[str]:
    """A production quota is for legal mines of the state, of its group."""
    groups = {mine.quota_group for mine in tables["mines"] if mine.country == event.actor and mine.legal == "yes"}
    if event.kind in GROUPS and event.kind not in groups:
        there = [group for group in GROUPS if group in groups]
        yield (
            f"events.csv, {event.id}, kind: {event.actor} has no legal mine whose quota_group is {event.kind!r} "
            f"({nearest(event.kind, there) if there else 'mines.csv gives none of its mines a group'})"
        )


def _campaign(world: Any, measure: Measure) -> None:
    """A campaign against the mines it names, or against all unlicensed ones of the state."""
    unlicensed = world.layout.unlicensed[world.zone_of(measure.actor)]
    every = not any(name in world.mines for name in measure.targets)
    hit = [k for name, k in unlicensed.items() if every or name in measure.targets]
    world.I.campaigns[hit] += -1.0 if measure.lifted else 1.0


def _unlicensed(event: Event, tables: Tables) -> Iterator[str]:
    """A campaign is against mines that the state did not license."""
    mines = [mine.mine for mine in tables["mines"] if mine.country == event.actor and mine.legal == "no"]
    where = f"events.csv, {event.id}, target"
    for name in words(event.target):
        if name == "all" and not mines:
            yield f"{where}: {event.actor} has no unlicensed mine to act against"
        elif name != "all" and name in tables.names("mines") and name not in mines:
            yield f"{where}: {name!r} is no unlicensed mine of {event.actor} ({nearest(name, mines)})"


MECHANISM = Mechanism(
    "mining",
    source="elasticities at once and in the long run: Boer et al. (2021); joint products: Binnemans et al. (2013)",
    phases=(Phase(campaigns), Phase(mining, after=("campaigns",))),
    arrays=(
        Array("I.production_quota", "z 3", "t/year", "mining quota by group; below zero for none", -1.0),
        Array("I.held", "k", "share", "of the week's days on which ore is stopped"),
        Array("I.campaigns", "k", "count", "campaigns against an unlicensed mine"),
        Array(
            "S.k_state",
            "k",
            "code",
            "planned, operating, building, defaulted",
            lambda start: start.N.k_project == 0,
            "i8",
        ),
        Array("S.k_clock", "k", "years", "since the start of building or the opening"),
        Array("S.k_output", "k", "t a week", "shipped", lambda start: start.N.k_base * start.dt),
        Array(
            "S.k_value",
            "k 4",
            "USD/kg",
            "value of the ore: now, smoothed, base year, habitual",
            lambda start: np.repeat(_value(start)[:, None], 4, axis=1),
        ),
        Array("S.k_stopped", "k", "share", "output of a mine that campaigns stop"),
        Array("S.k_seen", "k", "ln", "value of the ore over the base year, as those look at it who plan for years"),
        Array("S.k_answer", "k", "ln", "long-run answer of output"),
        Array(
            "S.output_normal",
            "q",
            "t/year",
            "output at base-year prices if nothing were stopped",
            lambda start: start.N.q_output,
        ),
        Array("S.supply_cut", "q", "share", "of that which is stopped"),
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
            hold,
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
        Instrument(
            "enforcement",
            "A campaign against unlicensed mines at home, all or those named.",
            _campaign,
            by="exporting_state",
            targets=("mines", "all"),
            example="Exportia enforcement against Night Diggings from 2010-03-01 until 2010-12-31",
            check=_unlicensed,
        ),
    ),
)
