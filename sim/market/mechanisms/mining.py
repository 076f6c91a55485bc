"""Mining: mines ship what is ordered, allowed and worth it."""

import numpy as np

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

TINY = 1e-12
FIXED_COST = 0.4  # part of a project's cost at capacity that does not fall with output (assumption)


def ore_calls(t, dt, P, N, X, I, S, R):
    """What refiners order from each mine; a mine that is one firm with its plant ships all it can."""
    S.k_called[:] = 0.0
    for i in range(N.l_mine.shape[0]):
        k, r = N.l_mine[i], N.l_ref[i]
        if N.r_kind[r] == FREE:
            S.k_called[k] += 1e30
        else:
            S.k_called[k] += N.l_part[i] * S.calls[r]
        if N.k_project[k] == 0:
            R.orders[t, 2] += N.l_part[i] * S.calls[r]


def mining(t, dt, P, N, X, I, S, R):
    """Mines ship what is ordered, allowed and worth it."""
    n_mats = S.product.shape[1]
    for k in range(S.k_output.shape[0]):
        z = N.k_zone[k]
        zr = N.k_refiner_zone[k]
        value = 0.0
        for m in range(n_mats):
            value += N.k_basket[k, m] * S.price[zr, m]
        S.k_value[k, 0] = value
        if I.subsidy[zr] > 0.0 and N.k_legal[k] > 0:  # refiners hand on what the state pays for their output
            for m in range(n_mats):
                value += N.k_basket[k, m] * I.subsidy[zr] * N.base_price[zr, m]
        ore = N.k_payable[k] * max(0.0, value - N.k_refining[k])
        earns = mine_paid(ore, I.k_floor[k], I.k_subsidy[k])  # what states add is paid in `backing`
        can = 0.0
        if S.k_state[k] == OPERATING:
            capacity = N.k_capacity[k] * dt
            if N.k_project[k] > 0:
                capacity *= mine_ramp(S.k_clock[k], N.k_ramp[k])
            if N.k_legal[k] > 0:
                quota = capacity
                g = N.k_group[k]
                if g > 0 and I.production_quota[z, g] >= 0.0:
                    quota = P.quota_discipline * I.production_quota[z, g] * N.k_quota_share[k] * dt
                elif N.k_project[k] == 0 and z == 0:
                    quota = N.k_base[k] * dt  # small mines abroad run as in the base year
                can = mine_legal_output(capacity, quota, earns, N.k_cost[k])
            else:
                worth = value / S.k_value[k, 2]
                S.k_pits[k] = mine_pits(S.k_pits[k], worth, P.pit_growth, dt)
                can = mine_unlicensed_output(
                    S.k_pits[k] * N.k_base[k] * dt, S.k_pits[k] * capacity, worth, S.k_stopped[k], P.supply_elasticity
                )
        can *= 1.0 - I.held[k]  # days on which a government stops its ore
        ship = min(can, S.k_called[k])
        share = ship / S.k_called[k] if S.k_called[k] > TINY else 0.0
        S.k_output[k] = ship
        R.mined[t, k] = ship
        for i in range(N.k_link[k], N.k_link[k + 1]):
            r = N.l_ref[i]
            if N.r_kind[r] == FREE:
                sent = ship * N.l_share[i]
            else:
                sent = share * N.l_part[i] * S.calls[r]
            for m in range(n_mats):
                mass = sent * N.k_basket[k, m]
                S.feed[r, m] += mass
                S.mined[m] += mass
            pay(S.cash, N.r_account[r], N.k_account[k], sent * ore)
        fixed = FIXED_COST * N.k_capacity[k] * dt if N.k_project[k] > 0 and S.k_state[k] == OPERATING else 0.0
        spent = N.k_cost[k] * ((1.0 - FIXED_COST) * ship + fixed) if N.k_project[k] > 0 else N.k_cost[k] * ship
        pay(S.cash, N.k_account[k], N.row_account[0], spent)


def _production_quota(world, measure):
    """At most `value` tonnes a year from the mines of a group."""
    group = {"light": 1, "heavy": 2}.get(measure.scope[0])
    if group is not None and not measure.lifted:
        limit = -1.0 if measure.value is None else measure.value
        world.I.production_quota[world.zone_of(measure.actor), group] = limit


def _ore_hold(world, measure):
    """Ore of the mines named is stopped, in force by days."""
    if not measure.lifted:
        world.law.holds.append(measure)


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
            lambda w: w.N.k_project == 0,
            "i8",
        ),
        Array("S.k_pits", "k", "1", "unlicensed pits over the base year", 1.0),
        Array("S.k_clock", "k", "years", "since the start of building or the opening"),
        Array("S.k_output", "k", "t a week", "shipped", lambda w: np.where(w.N.k_project == 0, w.N.k_base * w.dt, 0.0)),
        Array("S.k_called", "k", "t a week", "ordered"),
        Array(
            "S.k_value",
            "k 4",
            "USD/kg",
            "value of the ore: now, smoothed, base year, habitual",
            lambda w: np.repeat(w.layout.k_value0[:, None], 4, axis=1),
        ),
    ),
    series={"mined": Series("t", "mine", True, "mine output, contained oxide", "t k")},
    instruments=(
        Instrument("production_quota", "at most so many tonnes a year are mined", _production_quota, negative=False),
        Instrument("ore_hold", "ore of the mines named is stopped", _ore_hold, targets=("mines",)),
        Instrument("production_shortfall", "output fell short: heard of, and no order of a state"),
    ),
)
