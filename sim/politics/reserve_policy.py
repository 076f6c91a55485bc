"""From what the office of a reserve orders to standing orders of the kernel, and from the world to what it knows."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from chokepoint.agents.reserve import ReserveObservation, ReserveOffice, Stock
from chokepoint.sim.network.structure import USER
from chokepoint.sim.scenario.programmes import Reserve

if TYPE_CHECKING:
    from chokepoint.sim.market.world import World

RHYTHM_WEEKS = 4
PUBLISHED, CLOSED = 1.0, 2.0  # what others can know of a reserve: what it holds, or what is claimed and inferred


class Programme:
    """A reserve in a running world: its office, its slots and whom it serves."""

    def __init__(self, world: World, name: str, reserve: Reserve):
        self.reserve = reserve
        self.office = ReserveOffice(name, reserve.country, reserve.made(), 7 * reserve.release_delay_weeks)
        N, materials = world.N, world.materials
        self.country = world.countries.index(reserve.country)
        served = [self.country, *(world.countries.index(c) for c in reserve.members)]
        chosen = reserve.materials or materials
        self.slots = {
            materials[m]: s for m, s in world.reserve_slots[reserve.country].items() if materials[m] in chosen
        }
        users = (N.f_kind[N.s_firm] == USER) & np.isin(N.s_country, served)
        self.served = {name: np.flatnonzero(users & (N.s_mat == N.s_mat[s])) for name, s in self.slots.items()}
        counted = served if reserve.pools else [self.country]
        self.own = {name: q[np.isin(N.s_country[q], counted)] for name, q in self.served.items()}
        self.weights = {name: N.s_base[q] for name, q in self.served.items()}
        start = max(reserve.start or world.calendar.start, world.calendar.start)
        first = max(world.calendar.step_of(start), 0)
        every = max(1, round(RHYTHM_WEEKS * 7.0 / world.calendar.step_days))
        self.steps = range(first, world.calendar.steps, every)
        S, I = world.S, world.I
        I.reserve_reach[self.country, served] = 1.0
        for material, s in self.slots.items():
            use = float(N.s_base[self.own[material]].sum())
            S.stock[s] = reserve.held_days / 365.25 * use
            I.reserve_watch[s] = (
                PUBLISHED if reserve.disclosed == "holding" and reserve.claimed_days is None else CLOSED
            )
            S.seen[s] = S.stock[s] if reserve.disclosed == "holding" else 0.0
            if reserve.claimed_days is not None:
                S.seen[s] = reserve.claimed_days / 365.25 * use
            S.opening[N.s_mat[s]] += S.stock[s]
            I.private_floor[self.country, N.s_mat[s]] = reserve.private_days / 365.25 * 12.0

    def observe(self, world: World) -> ReserveObservation:
        """What its office may know now: its own books, its own firms, its own market."""
        N, S, dt = world.N, world.S, world.dt
        stocks = {}
        for material, s in self.slots.items():
            q = self.served[material]
            share = self.weights[material] / max(float(self.weights[material].sum()), 1e-12)
            price, normal = np.exp(S.price_ln[N.s_market[s]]), np.exp(S.normal_ln[N.s_market[s]])
            stocks[material] = Stock(
                held_t=float(S.stock[s]), arriving_t=float(S.pipe_sum[s] + S.spot_sum[s]),
                private_t=float(S.stock[q].sum()),
                use_t_per_year=float(S.expected[self.own[material]].sum()) / dt, price_usd_per_kg=float(price),
                habitual_usd_per_kg=float(normal), unfilled=float(share @ S.unfilled[N.s_firm[q]]),
                risk=float(share @ S.loss[N.s_market[q]]), value_usd_per_kg=float(share @ N.s_value[q]),
            )  # fmt: skip
        return ReserveObservation(world.last_day(), stocks)

    def imagined(self, rows: int) -> Programme:
        """The same reserve in a roll-out of its own government, deciding on until step `rows`."""
        other = copy.copy(self)
        other.office = replace(self.office, wanted_since=dict(self.office.wanted_since), decisions=[])
        other.steps = range(self.steps.start, rows, self.steps.step)
        return other

    def believed_days(self, world: World) -> float:
        """Days of use that others believe the reserve to hold, weighted by use in the base year."""
        S, total, days = world.S, 0.0, 0.0
        for material, s in self.slots.items():
            use = float(S.expected[self.own[material]].sum()) / world.dt
            weight = float(world.N.s_base[self.own[material]].sum())
            total += weight
            days += weight * 365.25 * float(S.seen[s]) / max(use, 1e-12)
        return days / total if total > 0.0 else 0.0

    def decide(self, world: World) -> None:
        """Let the office decide and carry its orders into the instruments."""
        S, I = world.S, world.I
        told = self.reserve.told(world.last_day())
        for order in self.office.decide(self.observe(world)):
            s = self.slots[order.material]
            if self.reserve.turns:
                I.reserve_watch[s] = PUBLISHED if told == "holding" else CLOSED
                if told != "target":
                    I.claim_target[s] = I.claim_pace[s] = 0.0
            I.reserve_target[s] = order.target_t
            I.reserve_pace[s] = order.pace_t_per_year
            I.reserve_ceiling[s] = order.ceiling_usd_per_kg
            I.reserve_release[s] = order.release_t_per_year
            if told == "target" and self.reserve.claimed_days is None:
                I.claim_target[s], I.claim_pace[s] = order.target_t, order.pace_t_per_year
                if world.step == self.steps.start:  # who says what he wants is taken to hold no more
                    S.seen[s] = max(S.seen[s], min(S.stock[s], order.target_t))
