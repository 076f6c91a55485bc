"""Smuggling: what gets past the border without a licence, and campaigns against those who mine for it.

P behaviour, N structure, X influences, I instruments, S state, R record; `dt` is a step in years.
"""

from collections.abc import Iterator
from math import exp, log
from typing import Any

from chokepoint.agents.measure import Measure
from chokepoint.agents.refiner import leakage as refiner_leakage
from chokepoint.sim.engine.arrays import Array
from chokepoint.sim.engine.mechanism import Mechanism, Phase
from chokepoint.sim.engine.series import Series
from chokepoint.sim.market.columns import over_zones
from chokepoint.sim.market.rules.market import kept as market_kept
from chokepoint.sim.market.rules.market import smoothed as market_smoothed
from chokepoint.sim.network.structure import UNLICENSED
from chokepoint.sim.scenario.acts import Instrument, words
from chokepoint.sim.scenario.lookup import Tables
from chokepoint.sim.scenario.problems import nearest
from chokepoint.sim.scenario.tables import Event


def smuggling(step: int, dt: float, P: Any, N: Any, X: Any, I: Any, S: Any, R: Any) -> None:
    """What routes can carry of what buyers ask for."""
    kept = market_kept(P.leak_build_years, dt)
    for refiner in range(S.smuggled.shape[0]):
        zone = N.r_zone[refiner]
        for material in range(S.smuggled.shape[1]):
            S.smuggled[refiner, material] = 0.0
            if N.r_kind[refiner] == UNLICENSED:
                gap = log(S.price[0, material] / S.price[zone, material])
                share = refiner_leakage(
                    gap, S.suppressed[zone], P.leak_share, P.leak_gap, P.leak_threshold, P.leak_enforcement
                )
                S.leak[refiner, material] = market_smoothed(S.leak[refiner, material], share, kept)  # routes take time
                can = min(S.product[refiner, material], S.leak[refiner, material] * S.output[refiner, material] * dt)
                S.smuggled[refiner, material] = min(S.grey[refiner, material], can)
            if S.grey[refiner, material] > 0.0:
                S.grey[refiner, material] = S.smuggled[refiner, material] / S.grey[refiner, material]


def campaigns(step: int, dt: float, P: Any, N: Any, X: Any, I: Any, S: Any, R: Any) -> None:
    """Campaigns stop a part of what unlicensed mines ship; the mean of a zone weighs on its smugglers."""
    for zone in range(S.suppressed.shape[0]):
        stopped = 0.0
        whole = 0.0
        for mine in range(S.k_stopped.shape[0]):
            if N.k_zone[mine] != zone or N.k_legal[mine] > 0:
                continue
            going = 1.0
            for _ in range(int(I.campaigns[mine])):
                going *= 1.0 - P.campaign_strength
            goal = 1.0 - going
            rate = P.campaign_rise if goal > S.k_stopped[mine] else P.campaign_decay
            S.k_stopped[mine] = goal + (S.k_stopped[mine] - goal) * exp(-rate * dt)
            stopped += N.k_base[mine] * S.k_stopped[mine]
            whole += N.k_base[mine]
        S.suppressed[zone] = stopped / whole if whole > 0.0 else 0.0


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
    "smuggling",
    source="assumption; form in agents/refiner.py",
    phases=(
        Phase(smuggling, after=("allowances",), before=("rationing",)),
        Phase(campaigns, after=("memories",)),
    ),
    arrays=(
        Array("I.campaigns", "k", "count", "campaigns against an unlicensed mine"),
        Array("S.k_stopped", "k", "share", "output of a mine that campaigns stop"),
        Array("S.suppressed", "z", "share", "unlicensed mining that campaigns stop"),
        Array("S.grey", "r m", "t, then share", "smuggled orders to a seller; after rationing the part served"),
        Array("S.smuggled", "r m", "t a week", "what leaves past the border"),
        Array(
            "S.leak",
            "r m",
            "share",
            "part of output that smuggling routes can carry",
            lambda start: start.layout.first_leak,
        ),
    ),
    series={
        "leaked": Series("t gross", "country", True, "smuggled exports, by destination", "t z c", "", over_zones),
    },
    instruments=(
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
