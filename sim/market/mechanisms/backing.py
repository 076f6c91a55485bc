"""Backing: a backer's firms come first; states pay, and are paid back by, mines and plants that they back.

An act with the instrument `backing` says by its kind what it is; any state may back any mine or refinery. A `subsidy`
goes to mines at home.

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

P behaviour, N structure, X influences, I instruments, S state, R record; `dt` is a step in years.
"""

from math import exp, log
from typing import Any

import numpy as np

from chokepoint.agents.measure import Measure
from chokepoint.agents.mine import DEBT_RATE, DEBT_YEARS, INVEST_HURDLE, INVEST_RATE, grant_element, support
from chokepoint.agents.mine import called as mine_called
from chokepoint.agents.mine import debt_due as mine_debt_due
from chokepoint.agents.mine import dividend as mine_dividend
from chokepoint.agents.mine import loan_due as mine_loan_due
from chokepoint.sim.engine.arrays import Array
from chokepoint.sim.engine.frame import Making
from chokepoint.sim.engine.mechanism import Mechanism, Phase
from chokepoint.sim.engine.series import Series
from chokepoint.sim.market.accounts import pay
from chokepoint.sim.market.pledges import BACKING_UNITS, SUBSIDY_UNITS, check_backing, check_subsidy
from chokepoint.sim.network.structure import BUILDING, DEFAULTED, OPERATING, PLANNED, RESERVE
from chokepoint.sim.scenario.acts import Instrument

TINY = 1e-12
EVER = 1e12  # a week that never comes


def offtakes(step: int, dt: float, P: Any, N: Any, X: Any, I: Any, S: Any, R: Any) -> None:
    """Contracted product goes to the firms of the backer's country before anybody else is served, in the proportions
    of what lies ready, pro rata of what they use, at the price where it is made, and at once as on the spot."""
    if I.offtakes[0] <= 0.0:
        return
    for refiner in range(I.offtake.shape[0]):
        ready = 0.0
        for material in range(S.product.shape[1]):
            ready += S.product[refiner, material]
        if ready <= TINY:
            continue
        part = 0.0
        for country in range(I.offtake.shape[1]):
            part += min(1.0, I.offtake[refiner, country] * dt / ready)
        for country in range(I.offtake.shape[1]):
            if I.offtake[refiner, country] <= 0.0:
                continue
            share = min(1.0, I.offtake[refiner, country] * dt / ready) / max(1.0, part)
            for material in range(S.product.shape[1]):
                wants = 0.0
                for slot in range(S.stock.shape[0]):
                    if (
                        N.s_country[slot] == country
                        and N.s_mat[slot] == material
                        and N.f_kind[N.s_firm[slot]] != RESERVE
                    ):
                        wants += S.expected[slot]
                if wants <= TINY:
                    continue
                goes = min(1.0, share * S.product[refiner, material] / wants)
                for slot in range(S.stock.shape[0]):
                    if (
                        N.s_country[slot] == country
                        and N.s_mat[slot] == material
                        and N.f_kind[N.s_firm[slot]] != RESERVE
                    ):
                        got = goes * S.expected[slot]
                        S.stock[slot] += got
                        R.arrivals[step, country, N.r_country[refiner]] += got * N.s_gross[slot]
                        worth = got * S.price[N.r_zone[refiner], material]
                        pay(S.cash, N.f_account[N.s_firm[slot]], N.r_account[refiner], worth)
                        R.bill[step, country] += worth
                S.product[refiner, material] = max(0.0, S.product[refiner, material] - goes * wants)


def backing(step: int, dt: float, P: Any, N: Any, X: Any, I: Any, S: Any, R: Any) -> None:
    """States top up ore, subsidise mines, pay what they guaranteed, and are paid back."""
    rate = I.loan_terms[0]
    term = I.loan_terms[1] / dt  # weeks
    interest = exp(dt * log(1.0 + rate))
    for mine in range(I.k_backed.shape[0]):
        if I.k_backed[mine] <= 0.0:
            continue
        account = N.k_account[mine]
        runs = S.k_state[mine] == OPERATING
        ore = N.k_payable[mine] * max(0.0, S.k_value[mine, 0] - N.k_refining[mine])
        top_up = max(0.0, I.k_floor[mine] - ore)
        due = 0.0
        if runs and N.k_project[mine] > 0:
            due = mine_debt_due(S.k_debt[mine], DEBT_RATE, DEBT_YEARS, S.k_clock[mine], dt)
        if runs:
            for country in range(N.c_account.shape[0]):
                # The highest floor is paid, by the first state that guarantees it; subsidies add up.
                each = I.ore_subsidy[mine, country]
                if I.floor_price[mine, country] > 0.0 and I.floor_price[mine, country] >= I.k_floor[mine]:
                    each += top_up
                    top_up = 0.0
                pay(S.cash, N.c_account[country], account, each * R.mined[step, mine])
                R.aid[step, country] += each * R.mined[step, mine]
        opened = N.k_project[mine] == 0 or S.k_clock[mine] > 0.0  # equity for the running-in is no profit
        profit = S.cash[account] - S.k_book[mine] if runs and opened else 0.0
        for country in range(N.c_account.shape[0]):
            S.k_owed[mine, country] *= interest
            if not runs:
                continue
            pays = mine_called(due, S.cash[account], I.guarantee[mine, country])
            pay(S.cash, N.c_account[country], account, pays)
            I.guarantee[mine, country] -= pays
            S.k_owed[mine, country] += pays
            if S.k_owed[mine, country] > TINY:
                if S.k_term[mine, country] <= 0.0:
                    S.k_term[mine, country] = step + term
                spare = S.cash[account] - due - I.loan_terms[4] * N.k_cost[mine] * N.k_capacity[mine]
                back = mine_loan_due(S.k_owed[mine, country], rate, (S.k_term[mine, country] - step) * dt, spare, dt)
                pay(S.cash, account, N.c_account[country], back)
                S.k_owed[mine, country] -= back
                pays -= back
            if S.cash[account] - due > 0.0:
                back = mine_dividend(I.stake[mine, country], profit, S.cash[account] - due)
                pay(S.cash, account, N.c_account[country], back)
                pays -= back
            R.aid[step, country] += pays
        S.k_book[mine] = S.cash[account]


def works(step: int, dt: float, P: Any, N: Any, X: Any, I: Any, S: Any, R: Any) -> None:
    """Plants that states pay for are built; they pay back, and share their profit."""
    rate = I.loan_terms[0]
    term = I.loan_terms[1] / dt  # weeks
    interest = exp(dt * log(1.0 + rate))
    each = I.loan_terms[2]  # outlay of a plant, thousand USD for a tonne a year
    years = I.loan_terms[3]
    for refiner in range(I.r_backed.shape[0]):
        if I.r_backed[refiner] <= 0.0:
            continue
        account = N.r_account[refiner]
        profit = S.cash[account] - S.r_book[refiner]
        for country in range(N.c_account.shape[0]):
            S.r_owed[refiner, country] *= interest
            new = I.works_lent[refiner, country] + I.works_held[refiner, country]
            if new > 0.0:
                part = min(dt, years - S.works_clock[refiner, country]) / years * each
                pay(S.cash, N.c_account[country], account, part * new)
                pay(S.cash, account, N.row_account[0], part * new)
                R.aid[step, country] += part * new
                S.r_owed[refiner, country] += part * I.works_lent[refiner, country]
                S.works_clock[refiner, country] += dt
                if S.works_clock[refiner, country] >= years:
                    I.r_added[refiner] += new
                    I.held_part[refiner, country] += I.works_held[refiner, country]
                    I.works_lent[refiner, country] = 0.0
                    I.works_held[refiner, country] = 0.0
                    S.works_clock[refiner, country] = 0.0
                    S.r_term[refiner, country] = step + term
            if (
                S.r_term[refiner, country] > 0.0 and S.r_owed[refiner, country] > TINY
            ):  # a plant has no default: it pays what is due
                back = mine_loan_due(
                    S.r_owed[refiner, country],
                    rate,
                    (S.r_term[refiner, country] - step) * dt,
                    S.r_owed[refiner, country],
                    dt,
                )
                pay(S.cash, account, N.c_account[country], back)
                S.r_owed[refiner, country] -= back
                R.aid[step, country] -= back
            if I.held_part[refiner, country] > 0.0:
                share = I.held_part[refiner, country] / (N.r_capacity[refiner] + I.r_added[refiner])
                back = mine_dividend(share, profit, S.cash[account])
                pay(S.cash, account, N.c_account[country], back)
                R.aid[step, country] -= back
        S.r_book[refiner] = S.cash[account]


def _mines(world: Any, measure: Measure) -> list[int]:
    """The mines that a measure names; `all` are the legal ones of the state itself."""
    if "all" in measure.targets:
        own = world.countries.index(measure.actor)
        return [k for k in range(len(world.mines)) if world.N.k_country[k] == own and world.N.k_legal[k] > 0]
    return [world.mines.index(name) for name in measure.targets if name in world.mines]


def _refiners(world: Any, measure: Measure) -> list[int]:
    return [world.layout.refiners.index(name) for name in measure.targets if name in world.layout.refiners]


def _end(world: Any, measure: Measure) -> float:
    return EVER if measure.end is None else float(world.calendar.step_of(measure.end) + 1)


def _settle(world: Any, mine: int) -> None:
    """Work out what the pledges to a mine are worth to its investor."""
    N, I = world.N, world.I
    I.k_backed[mine] = 1.0
    lent, held, given = I.loan[mine].sum(), I.stake[mine].sum(), I.grant[mine].sum()
    capex = float(N.k_capex[mine])
    safe = min(float(N.k_debt_share[mine]), I.guarantee[mine].sum() / capex) if capex > 0.0 else 0.0
    gift = grant_element(float(I.loan_terms[0]), INVEST_RATE, float(I.loan_terms[1]))
    I.k_public[mine] = lent + held + given
    I.k_comfort[mine] = support(INVEST_HURDLE, min(1.0, held + safe), lent, gift, given)
    I.k_floor[mine] = I.floor_price[mine].max()
    I.k_subsidy[mine] = I.ore_subsidy[mine].sum()


def _part(world: Any, mine: int, kusd: float) -> float:
    """What an amount (thousand USD) is of the outlay of a mine that is still to come, within what nobody pledged."""
    N, S = world.N, world.S
    left = float(N.k_capex[mine])
    if S.k_state[mine] == BUILDING:
        years = max(float(N.k_lead[mine] * S.k_delay[mine]), world.dt)
        left *= max(0.0, 1.0 - float(S.k_clock[mine]) / years)
    return max(0.0, min(1.0 - float(world.I.k_public[mine]), kusd / left)) if left > 0.0 else 0.0


def _works(world: Any, measure: Measure, kind: np.ndarray) -> None:
    """New capacity of refineries that a state pays for, t a year."""
    if measure.lifted:
        return
    c = world.countries.index(measure.actor)
    for r in _refiners(world, measure):
        kind[r, c] += (measure.value or 0.0) * 1000.0 / world.I.loan_terms[2]
        world.I.r_backed[r] = 1.0
        world.S.r_book[r] = world.S.cash[world.N.r_account[r]]


def _money(world: Any, measure: Measure, kind: np.ndarray) -> None:
    """A loan or stake: a share of the outlay of a project, cash for a mine that stands."""
    N, S, c = world.N, world.S, world.countries.index(measure.actor)
    for k in _mines(world, measure):
        state, amount = int(S.k_state[k]), (measure.value or 0.0) * 1000.0
        if measure.lifted:
            if state == PLANNED:
                kind[k, c] = 0.0
        elif state in (PLANNED, BUILDING):
            kind[k, c] += _part(world, k, amount)
        elif state == OPERATING:
            pay(S.cash, N.c_account[c], N.k_account[k], amount)
            world.R.aid[world.step, c] += amount
            S.k_book[k] = S.cash[N.k_account[k]]
            if kind is world.I.loan:
                S.k_owed[k, c] += amount
                S.k_term[k, c] = world.step + world.I.loan_terms[1] / world.dt
            elif N.k_capex[k] > 0.0:
                kind[k, c] += min(1.0 - kind[k].sum(), amount / N.k_capex[k])
        _settle(world, k)


def _loan(world: Any, measure: Measure) -> None:
    _money(world, measure, world.I.loan)
    _works(world, measure, world.I.works_lent)


def _stake(world: Any, measure: Measure) -> None:
    _money(world, measure, world.I.stake)
    _works(world, measure, world.I.works_held)


def _guarantee(world: Any, measure: Measure) -> None:
    c = world.countries.index(measure.actor)
    for k in _mines(world, measure):
        if measure.lifted:
            world.I.guarantee[k, c] = 0.0
        elif world.S.k_state[k] != DEFAULTED:
            world.I.guarantee[k, c] += (measure.value or 0.0) * 1000.0
        _settle(world, k)


def _offtake(world: Any, measure: Measure) -> None:
    """Tonnes a year of a refinery's product, or of that of the plant to which most of a mine's ore goes."""
    N, I, c = world.N, world.I, world.countries.index(measure.actor)
    plants = _refiners(world, measure)
    for k in _mines(world, measure):
        links = slice(int(N.k_link[k]), int(N.k_link[k + 1]))
        plants.append(int(N.l_ref[links][N.l_share[links].argmax()]))
    for r in plants:
        I.offtake[r, c] = max(0.0, I.offtake[r, c] + (measure.value or 0.0) * (-1.0 if measure.lifted else 1.0))
    I.offtakes[0] = 1.0 if I.offtake.any() else 0.0


def _floor_price(world: Any, measure: Measure) -> None:
    N, I, c = world.N, world.I, world.countries.index(measure.actor)
    world.law.enter(measure)
    for k in _mines(world, measure):
        act = world.law.ruling(measure, world.mines[k])
        value = 0.0 if act is None else act.value or 0.0
        if act is not None and act.unit == "% of base":
            product = float(N.k_basket[k] @ N.base_price[N.k_refiner_zone[k]])
            value *= float(N.k_payable[k]) * max(0.0, product - float(N.k_refining[k])) / 100.0
        I.floor_price[k, c] = value
        _settle(world, k)
        if not measure.lifted and I.floor_price[k, c] >= I.k_floor[k]:  # investors count on the highest floor
            I.k_floor_end[k] = _end(world, measure)


def _subsidy(world: Any, measure: Measure) -> None:
    I, c = world.I, world.countries.index(measure.actor)
    for k in _mines(world, measure):
        value = measure.value or 0.0
        if measure.unit == "% of capex":
            if measure.lifted and world.S.k_state[k] == PLANNED:
                I.grant[k, c] = 0.0
            elif not measure.lifted and world.S.k_state[k] in (PLANNED, BUILDING):
                I.grant[k, c] += max(0.0, min(value / 100.0, 1.0 - float(I.k_public[k])))
        else:
            I.ore_subsidy[k, c] = max(0.0, I.ore_subsidy[k, c] + (-value if measure.lifted else value))
            I.k_subsidy_end[k] = _end(world, measure)
        _settle(world, k)


def _backing(world: Any, measure: Measure) -> None:
    """Backing by its kind; without one it counts against the investor's hurdle, and for banks, by its
    share of the outlay, and nobody pays."""
    if measure.kind:
        KINDS[measure.kind[0]](world, measure)
        return
    world.law.enter(measure)
    for mine in _mines(world, measure):
        act, capex = world.law.ruling(measure, world.mines[mine]), float(world.N.k_capex[mine])
        if capex > 0.0:
            world.I.support[mine] = 0.0 if act is None else min(1.0, (act.value or 0.0) * 1000.0 / capex)


KINDS = {"loan": _loan, "stake": _stake, "guarantee": _guarantee, "offtake": _offtake, "floor_price": _floor_price}


def _terms(start: Making) -> list[float]:
    """Interest and years of loans, outlay and years of a plant, cushion: (5,)."""
    choices = start.layout.scenario.choices
    return [
        choices.loan_rate,
        choices.loan_years,
        choices.refinery_usd_per_kg,
        choices.refinery_years,
        choices.loan_cushion_years,
    ]


MECHANISM = Mechanism(
    "backing",
    source="grant element of a loan (OECD DAC); forms in agents/mine.py",
    phases=(
        Phase(offtakes, after=("land",), before=("disturbances",)),
        Phase(backing, after=("calendars",)),
        Phase(works, after=("backing",)),
    ),
    arrays=(
        Array("I.support", "k", "share", "of the outlay, by backing without a payer"),
        Array(
            "I.loan_terms",
            "5",
            "1/year, years, USD/kg, years, years",
            "interest and years of loans, outlay and years of a plant, cushion",
            _terms,
        ),
        Array("I.offtakes", "1", "1 or 0", "whether any offtake is pledged"),
        Array("I.loan", "k c", "share", "of the outlay of a mine, lent by a state"),
        Array("I.stake", "k c", "share", "of the outlay of a mine, paid by a state for a share of profit"),
        Array("I.grant", "k c", "share", "of the outlay of a mine, given by a state"),
        Array("I.guarantee", "k c", "thousand USD", "debt of a mine that a state still guarantees"),
        Array("I.floor_price", "k c", "USD/kg", "floor pledged for ore"),
        Array("I.ore_subsidy", "k c", "USD/kg", "subsidy pledged for ore"),
        Array("I.k_backed", "k", "1 or 0", "whether any state backs a mine"),
        Array("I.k_public", "k", "share", "outlay that states pay"),
        Array("I.k_comfort", "k", "share", "what pledges are worth to the investor"),
        Array("I.k_floor", "k", "USD/kg", "highest floor"),
        Array("I.k_floor_end", "k", "week", "when the highest floor ends"),
        Array("I.k_subsidy", "k", "USD/kg", "sum of subsidies"),
        Array("I.k_subsidy_end", "k", "week", "when the subsidy ends"),
        Array("I.works_lent", "r c", "t/year", "capacity that a state pays for by loan"),
        Array("I.works_held", "r c", "t/year", "capacity that a state pays for by stake"),
        Array("I.held_part", "r c", "t/year", "capacity that a state owns"),
        Array("I.offtake", "r c", "t/year", "product that goes first to a country's firms"),
        Array("I.r_backed", "r", "1 or 0", "whether any state backs a refiner"),
        Array("I.r_added", "r", "t/year", "capacity added"),
        Array("S.k_owed", "k c", "thousand USD", "owed by a mine to a state that backs it"),
        Array("S.k_term", "k c", "week", "by which it is owed"),
        Array("S.r_owed", "r c", "thousand USD", "owed by a refiner to a state that backs it"),
        Array("S.r_term", "r c", "week", "by which it is owed by the refiner"),
        Array("S.works_clock", "r c", "years", "since a state began to pay for new capacity"),
        Array("S.k_book", "k", "thousand USD", "cash of a mine a week ago"),
        Array("S.r_book", "r", "thousand USD", "cash of a refiner a week ago"),
    ),
    series={
        "aid": Series(
            "thousand USD", "country", True, "paid by a state to mines and refiners, less what came back", "t c"
        ),
    },
    instruments=(
        Instrument(
            "backing",
            "Loan, stake, guarantee, offtake or floor price (the kinds) for a mine or plant of any country; without a "
            "kind nobody pays, and it eases the investor's hurdle.",
            _backing,
            kinds=tuple(kind for kind in BACKING_UNITS if kind),
            targets=("mines", "refiners"),
            units=BACKING_UNITS,
            example="Importia backing offtake against Far Creek at 400 t/year from 2010-03-01 until 2014-12-28",
            check=check_backing,
        ),
        Instrument(
            "subsidy",
            "A state pays mines at home for every kg of ore, or so many per cent of the outlay of new ones.",
            _subsidy,
            targets=("mines", "all"),
            units={"": SUBSIDY_UNITS},
            example="Importia subsidy against Far Creek at 2000 USD/t from 2010-03-01 until 2014-12-28",
            check=check_subsidy,
        ),
    ),
)
