"""What states pledge to mines and refineries: loans, stakes, guarantees, offtake, floor prices, subsidies.

An act with the instrument `backing` says in its scope which of them it is; any state may back any mine or refinery.
A `subsidy` goes to mines at home. Payments are made in `sim/market/phases/backing.py`, rules are in `agents/mine.py`.

| act | value and unit | what it does |
|---|---|---|
| backing, loan | m USD | pays that part of the outlay in the place of banks; repaid from cash, stretched if short |
| backing, stake | m USD | pays that part of the outlay for as large a share of profit; asks no premium |
| backing, guarantee | m USD | pays the debt that is due where cash is negative, and is owed it |
| backing, offtake | t/year | product goes first to the firms of the backer's country |
| backing, floor_price | USD/kg, or % of the base-year ore price | tops the price of ore up to the floor |
| subsidy | USD/kg, or % of capex | adds to what every kg of ore earns, or pays a share of the outlay of a project |

A loan or stake in a refinery buys capacity at `choices.refinery_usd_per_kg`, open after `choices.refinery_years`: it
runs if ore is there, so back a plant that is short of capacity, or one that a project feeds. A mine that runs takes a
loan or stake as cash. An act that ends takes back what is not yet begun: a project under way keeps its loan.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from chokepoint.agents.exporting_state import Measure
from chokepoint.agents.mine import grant_element, support
from chokepoint.sim.market.phases.accounts import pay
from chokepoint.sim.market.state import BUILDING, DEFAULTED, MOTHBALLED, OPERATING, PLANNED

if TYPE_CHECKING:
    from chokepoint.sim.market.world import World
    from chokepoint.sim.scenario.choices import Choices

EVER = 1e12  # a week that never comes


def instruments(choices: Choices, mines: int, refiners: int, countries: int) -> dict[str, np.ndarray]:
    """The arrays of pledges before any is made."""
    per_mine = ("loan", "stake", "grant", "guarantee", "floor_price", "ore_subsidy")
    of_mine = ("k_backed", "k_public", "k_comfort", "k_floor", "k_floor_end", "k_subsidy", "k_subsidy_end")
    per_refiner = ("works_lent", "works_held", "held_part", "offtake")
    terms = [choices.loan_rate, choices.loan_years, choices.refinery_usd_per_kg, choices.refinery_years]
    terms.append(choices.loan_cushion_years)
    return {
        "loan_terms": np.array(terms), "offtakes": np.zeros(1), "r_backed": np.zeros(refiners),
        "r_added": np.zeros(refiners), **{name: np.zeros((mines, countries)) for name in per_mine},
        **{name: np.zeros(mines) for name in of_mine},
        **{name: np.zeros((refiners, countries)) for name in per_refiner},
    }  # fmt: skip


def _mines(world: World, m: Measure) -> list[int]:
    """The mines that a measure names; `all` are the legal ones of the state itself."""
    if "all" in m.targets:
        own = world.countries.index(m.actor)
        return [k for k in range(len(world.mines)) if world.N.k_country[k] == own and world.N.k_legal[k] > 0]
    return [world.mines.index(name) for name in m.targets if name in world.mines]


def _refiners(world: World, m: Measure) -> list[int]:
    return [world.layout.refiners.index(name) for name in m.targets if name in world.layout.refiners]


def _end(world: World, m: Measure) -> float:
    return EVER if m.end is None else float(world.calendar.step_of(m.end) + 1)


def _settle(world: World, k: int) -> None:
    """Work out what the pledges to a mine are worth to its investor."""
    N, I, P = world.N, world.I, world.P
    I.k_backed[k] = 1.0
    lent, held, given = I.loan[k].sum(), I.stake[k].sum(), I.grant[k].sum()
    capex = float(N.k_capex[k])
    safe = min(float(N.k_debt_share[k]), I.guarantee[k].sum() / capex) if capex > 0.0 else 0.0
    gift = grant_element(float(I.loan_terms[0]), P.invest_rate, float(I.loan_terms[1]))
    I.k_public[k] = lent + held + given
    I.k_comfort[k] = support(P.invest_hurdle, min(1.0, held + safe), lent, gift, given)
    I.k_floor[k] = I.floor_price[k].max()
    I.k_subsidy[k] = I.ore_subsidy[k].sum()


def _part(world: World, k: int, kusd: float) -> float:
    """What an amount (thousand USD) is of the outlay of a mine that is still to come, within what nobody pledged."""
    N, S = world.N, world.S
    left = float(N.k_capex[k])
    if S.k_state[k] == BUILDING:
        years = max(float(N.k_lead[k] * S.k_delay[k]), world.dt)
        left *= max(0.0, 1.0 - float(S.k_clock[k]) / years)
    return max(0.0, min(1.0 - float(world.I.k_public[k]), kusd / left)) if left > 0.0 else 0.0


def _works(world: World, m: Measure, kind: np.ndarray) -> None:
    """New capacity of refineries that a state pays for, t a year."""
    if m.lifted:
        return
    c = world.countries.index(m.actor)
    for r in _refiners(world, m):
        kind[r, c] += (m.value or 0.0) * 1000.0 / world.I.loan_terms[2]
        world.I.r_backed[r] = 1.0
        world.S.r_book[r] = world.S.cash[world.N.r_account[r]]


def _money(world: World, m: Measure, kind: np.ndarray) -> None:
    """A loan or stake: a share of the outlay of a project, cash for a mine that stands."""
    N, S, c = world.N, world.S, world.countries.index(m.actor)
    for k in _mines(world, m):
        state, amount = int(S.k_state[k]), (m.value or 0.0) * 1000.0
        if m.lifted:
            if state == PLANNED:
                kind[k, c] = 0.0
        elif state in (PLANNED, BUILDING):
            kind[k, c] += _part(world, k, amount)
        elif state in (OPERATING, MOTHBALLED):
            pay(S.cash, N.c_account[c], N.k_account[k], amount)
            world.R.aid[world.step, c] += amount
            S.k_book[k] = S.cash[N.k_account[k]]
            if kind is world.I.loan:
                S.k_owed[k, c] += amount
                S.k_term[k, c] = world.step + world.I.loan_terms[1] / world.dt
            elif N.k_capex[k] > 0.0:
                kind[k, c] += min(1.0 - kind[k].sum(), amount / N.k_capex[k])
        _settle(world, k)


def _loan(world: World, m: Measure) -> None:
    _money(world, m, world.I.loan)
    _works(world, m, world.I.works_lent)


def _stake(world: World, m: Measure) -> None:
    _money(world, m, world.I.stake)
    _works(world, m, world.I.works_held)


def _guarantee(world: World, m: Measure) -> None:
    c = world.countries.index(m.actor)
    for k in _mines(world, m):
        if m.lifted:
            world.I.guarantee[k, c] = 0.0
        elif world.S.k_state[k] != DEFAULTED:
            world.I.guarantee[k, c] += (m.value or 0.0) * 1000.0
        _settle(world, k)


def _offtake(world: World, m: Measure) -> None:
    """Tonnes a year of a refinery's product, or of that of the plant to which most of a mine's ore goes."""
    N, I, c = world.N, world.I, world.countries.index(m.actor)
    plants = _refiners(world, m)
    for k in _mines(world, m):
        links = slice(int(N.k_link[k]), int(N.k_link[k + 1]))
        plants.append(int(N.l_ref[links][N.l_share[links].argmax()]))
    for r in plants:
        I.offtake[r, c] = max(0.0, I.offtake[r, c] + (m.value or 0.0) * (-1.0 if m.lifted else 1.0))
    I.offtakes[0] = 1.0 if I.offtake.any() else 0.0


def _floor_price(world: World, m: Measure) -> None:
    N, I, c = world.N, world.I, world.countries.index(m.actor)
    for k in _mines(world, m):
        value = m.value or 0.0
        if m.unit == "% of base":
            product = float(N.k_basket[k] @ N.base_price[N.k_refiner_zone[k]])
            value *= float(N.k_payable[k]) * max(0.0, product - float(N.k_refining[k])) / 100.0
        I.floor_price[k, c] = 0.0 if m.lifted else value
        _settle(world, k)
        if not m.lifted and I.floor_price[k, c] >= I.k_floor[k]:  # investors count on the highest floor
            I.k_floor_end[k] = _end(world, m)


def _subsidy(world: World, m: Measure) -> None:
    I, c = world.I, world.countries.index(m.actor)
    for k in _mines(world, m):
        value = m.value or 0.0
        if m.unit == "% of capex":
            if m.lifted and world.S.k_state[k] == PLANNED:
                I.grant[k, c] = 0.0
            elif not m.lifted and world.S.k_state[k] in (PLANNED, BUILDING):
                I.grant[k, c] += max(0.0, min(value / 100.0, 1.0 - float(I.k_public[k])))
        else:
            I.ore_subsidy[k, c] = max(0.0, I.ore_subsidy[k, c] + (-value if m.lifted else value))
            I.k_subsidy_end[k] = _end(world, m)
        _settle(world, k)


HANDLERS: dict[str, Callable[[World, Measure], None]] = {
    "loan": _loan, "stake": _stake, "guarantee": _guarantee, "offtake": _offtake, "floor_price": _floor_price,
    "subsidy": _subsidy,
}  # fmt: skip
