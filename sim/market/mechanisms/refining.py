"""Refining: refiners run their feed, keep or discard what they make, and order ore.

P behaviour, N structure, X influences, I instruments, S state, R record; `dt` is a step in years.
"""

from math import exp
from typing import Any

import numpy as np

from chokepoint.agents.measure import Measure
from chokepoint.agents.refiner import run_rate as refiner_run_rate
from chokepoint.sim.engine.arrays import Array
from chokepoint.sim.engine.frame import Making
from chokepoint.sim.engine.mechanism import Mechanism, Phase
from chokepoint.sim.engine.series import Series
from chokepoint.sim.market.accounts import pay
from chokepoint.sim.network.structure import FREE, LICENSED
from chokepoint.sim.scenario.acts import Instrument

TINY = 1e-12


def refining(step: int, dt: float, P: Any, N: Any, X: Any, I: Any, S: Any, R: Any) -> None:
    """Refiners run their feed, keep or discard what they make, and order more."""
    n_refiners, n_mats = S.product.shape
    slow = exp(-dt / 0.5)
    for refiner in range(n_refiners):
        zone = N.r_zone[refiner]
        held = 0.0
        target = 0.0
        feed = 0.0
        for material in range(n_mats):
            feed += S.feed[refiner, material]
            goal = P.refiner_cover_months / 12.0 * max(N.r_output[refiner, material], S.output[refiner, material])
            held += S.price[zone, material] * (S.product[refiner, material] + S.output[refiner, material] * dt)
            target += S.price[zone, material] * goal
        capacity = (N.r_capacity[refiner] + I.r_added[refiner]) * dt
        if N.r_kind[refiner] == FREE:
            run = min(capacity, feed * 12.0 / P.feed_cover_months * dt)
            wish = N.r_base[refiner] * dt
        else:
            fullness = held / target if target > 0.0 else 1.0
            wish = refiner_run_rate(N.r_base[refiner] * dt, capacity, fullness, P.run_response, P.run_low)
            run = min(wish, feed)
        S.run[refiner] = run
        part = run / feed if feed > TINY else 0.0
        for material in range(n_mats):
            taken = part * S.feed[refiner, material]
            made = taken * N.r_yield[refiner]
            S.feed[refiner, material] -= taken
            S.product[refiner, material] += made
            S.lost[material] += taken - made
            if I.subsidy[zone] > 0.0 and N.r_kind[refiner] == LICENSED:
                paid = made * I.subsidy[zone] * N.base_price[zone, material]
                pay(S.cash, N.c_account[N.state_of_zone[zone]], N.r_account[refiner], paid)
            S.output[refiner, material] = made / dt + (S.output[refiner, material] - made / dt) * slow
            limit = (
                P.discard_cover
                * P.refiner_cover_months
                / 12.0
                * max(N.r_output[refiner, material], S.output[refiner, material])
            )
            surplus = S.product[refiner, material] - limit
            if surplus > 0.0 and limit > 0.0:
                S.product[refiner, material] -= surplus
                S.discarded[material] += surplus
                R.discarded[step, material] += surplus
        pay(S.cash, N.r_account[refiner], N.row_account[0], run * N.r_cost[refiner])
        R.refined[step, refiner] = run
        wanted = P.feed_cover_months / 12.0 * wish / dt
        S.calls[refiner] = max(0.0, wish + (wanted - (feed - run + wish)) * dt / P.stocking_years)


def _feed(start: Making) -> Any:
    """Ore at refiners in the base year, in the proportions of what they make: (refiners, materials)."""
    N = start.N
    total = N.r_output.sum(axis=1, keepdims=True)
    shares = np.divide(N.r_output, total, out=np.zeros_like(N.r_output), where=total > 0)
    return start.P.feed_cover_months / 12.0 * N.r_base[:, None] * shares


def _subsidy(world: Any, measure: Measure) -> None:
    """The state pays a share of the base-year price of what its refiners make."""
    world.law.enter(measure)
    act = world.law.ruling(measure)
    world.I.subsidy[world.zone_of(measure.actor)] = 0.0 if act is None else (act.value or 0.0) / 100.0


MECHANISM = Mechanism(
    "refining",
    source="assumption; form in agents/refiner.py",
    phases=(Phase(refining, after=("licences",)),),
    arrays=(
        Array("I.subsidy", "z", "share", "of the base-year price, paid for refiners' output"),
        Array("S.run", "r", "t a week", "feed run", lambda start: start.N.r_base * start.dt),
        Array(
            "S.product",
            "r m",
            "t",
            "stock of product",
            lambda start: start.P.refiner_cover_months / 12.0 * start.N.r_output,
        ),
        Array("S.feed", "r m", "t", "stock of feed", _feed),
        Array("S.output", "r m", "t/year", "remembered output", lambda start: start.N.r_output),
        Array("S.calls", "r", "t", "ore ordered"),
    ),
    series={
        "refined": Series("t", "refiner", True, "feed run by refiners", "t r"),
        "discarded": Series("t", "material", True, "surplus joint product discarded", "t m"),
    },
    instruments=(
        Instrument(
            "production_subsidy",
            "The state pays so many per cent of the base-year price for what its licensed refiners make.",
            _subsidy,
            by="exporting_state",
            unit="%",
            high=90.0,
            example="Exportia production_subsidy at 20 % from 2010-03-01 until 2012-12-31",
        ),
    ),
)
