"""Refining: refiners run what ore they get; ore in their yards is stock that is counted.

P behaviour, N structure, X influences, I instruments, S state, R record; `dt` is a step in years.
"""

from typing import Any

from chokepoint.agents.measure import Measure
from chokepoint.sim.engine.arrays import Array
from chokepoint.sim.engine.frame import Making
from chokepoint.sim.engine.mechanism import Mechanism, Phase
from chokepoint.sim.engine.series import Series
from chokepoint.sim.market.accounts import pay
from chokepoint.sim.network.structure import LICENSED
from chokepoint.sim.scenario.acts import Instrument

FEED_MONTHS = 1.0  # ore at a refiner, months of runs (assumption)
PRODUCT_MONTHS = 1.0  # product at a refiner, months of output (assumption)


def product_wanted(base: float, remembered: float, dt: float) -> float:
    """Product that a refiner wants to hold, in t, from the larger of base and remembered output, in t/year:
    months of it, and another month less the week at work."""
    usual = max(base, remembered)
    return PRODUCT_MONTHS / 12.0 * usual + (1.0 / 12.0 - dt) * usual


def refining(step: int, dt: float, P: Any, N: Any, X: Any, I: Any, S: Any, R: Any) -> None:
    """Refiners run a month's part of their ore each week, within capacity; what they make joins their product."""
    S.output_level[:] = 0.0
    S.made[:, :] = 0.0
    for refiner in range(S.product.shape[0]):
        feed = 0.0
        for material in range(S.product.shape[1]):
            feed += S.feed[refiner, material]
        capacity = (N.r_capacity[refiner] + I.r_added[refiner]) * dt
        run = min(capacity, feed * dt * 12.0 / FEED_MONTHS)
        S.workable[refiner] = min(1.0, capacity / dt * FEED_MONTHS / 12.0 / feed) if feed > 0.0 else 1.0
        part = run / feed if feed > 0.0 else 0.0
        S.run[refiner] = run
        R.refined[step, refiner] = run
        for material in range(S.product.shape[1]):
            taken = part * S.feed[refiner, material]
            if taken > 0.0:
                made = taken * N.r_yield[refiner]
                S.feed[refiner, material] -= taken
                S.product[refiner, material] += made
                S.made[refiner, material] = made
                if I.subsidy[N.r_zone[refiner]] > 0.0 and N.r_kind[refiner] == LICENSED:
                    zone = N.r_zone[refiner]
                    paid = made * I.subsidy[zone] * N.base_price[zone, material]
                    pay(S.cash, N.c_account[N.state_of_zone[zone]], N.r_account[refiner], paid)
                if N.r_output[refiner, material] <= 0.0:  # a plant that was planned builds up a stock of its product
                    S.usual_output[refiner, material] += (made / dt - S.usual_output[refiner, material]) * 2.0 * dt
                S.lost[material] += taken - made
                S.output_level[N.q_of[N.r_country[refiner], material]] += made / dt
        pay(S.cash, N.r_account[refiner], N.row_account[0], run * N.r_cost[refiner])


def _feed(start: Making) -> Any:
    """Ore at refiners that lets them run as in the base year: (refiners, materials)."""
    N = start.N
    recovered = N.r_output / N.r_yield[:, None]
    return recovered * FEED_MONTHS / 12.0 - recovered * start.dt


def _subsidy(world: Any, measure: Measure) -> None:
    """The state pays a share of the base-year price of what its refiners make."""
    world.law.enter(measure)
    act = world.law.ruling(measure)
    world.I.subsidy[world.zone_of(measure.actor)] = 0.0 if act is None else (act.value or 0.0) / 100.0


MECHANISM = Mechanism(
    "refining",
    source="assumption",
    phases=(Phase(refining, after=("mining",)),),
    arrays=(
        Array("I.subsidy", "z", "share", "of the base-year price, paid for refiners' output"),
        Array("S.run", "r", "t a week", "feed run", lambda start: start.N.r_base * start.dt),
        Array("S.product", "r m", "t", "stock of product", lambda start: start.N.r_output * PRODUCT_MONTHS / 12.0),
        Array("S.workable", "r", "share", "of its ore that it can run in the months that ore is for", 1.0),
        Array("S.made", "r m", "t a week", "made this week"),
        Array("S.feed", "r m", "t", "stock of ore, by what is in it", _feed),
        Array("S.usual_output", "r m", "t/year", "remembered output", lambda start: start.N.r_output),
    ),
    series={"refined": Series("t", "refiner", True, "feed run by refiners", "t r")},
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
