"""What states pledge to mines and refineries: who opens, survives and is served first, and who pays."""

from datetime import date
from functools import cache

import numpy as np
import pytest

from chokepoint.sim import BadInput, Simulation
from chokepoint.sim.market.world import World
from chokepoint.sim.network.structure import DEFAULTED, OPERATING, PLANNED
from chokepoint.sim.scenario.tables import Scenario
from chokepoint.sim.simulation import change_scenario
from tests.builders import differences, world_scenario
from tests.sim.market.test_entry import with_entrant

FOR_GOOD = "2010-01..2060-01"
CASE = "act.case=Importia complaint hazard against Exportia at 0.8 1/year from 2010-06-01 until 2090-01 unheard"
TIGHT = 600.0  # t of licences a half-year: about a quarter of what is exported freely
KINDS = {
    "backing loan": "m USD", "backing stake": "m USD", "backing guarantee": "m USD", "backing floor_price": "USD/kg",
    "subsidy": "USD/kg", "subsidy capex": "% of capex", "backing offtake": "t/year",
}  # fmt: skip


def project(capex: float, cost: float, quota: float, **choices: float) -> Scenario:
    """A project of 800 t a year, half of it on debt, built in a year, with a plant of its own. Ore earns 10 - 1.5
    USD/kg at base-year prices, near which prices stay under a loose quota."""
    scenario = with_entrant(quota, **choices)
    own = {"capex_musd": capex, "cost_usd_per_kg": cost, "lead_years": 1.0, "debt_share": 0.5}
    mines = tuple(k.model_copy(update=own) if k.mine == "New Mine" else k for k in scenario.mines)
    return scenario.model_copy(update={"mines": mines})


def act(kind: str, value: float, actor: str = "Importia", target: str = "New Mine", span: str = FOR_GOOD) -> str:
    first, last = span.split("..")
    size, days = f"{value} {KINDS[kind]}", f"from {first} until {last}"
    return f"act.x={actor} {kind.replace(' capex', '')} against {target} at {size} {days}"


def run(scenario: Scenario, *changes: str) -> World:
    world = Simulation(scenario, changes=changes).world(0).run()
    assert not world.check()
    return world


@cache
def calm(*changes: str) -> World:
    return run(project(24.0, 4.0, 1e6), *changes)


@cache
def crisis(*changes: str) -> World:
    return run(project(40.0, 8.0, TIGHT), *changes)


def first_week(world: World) -> int:
    """The week in which the project first ships."""
    return int(np.flatnonzero(world.R.mined[:, world.mines.index("New Mine")])[0])


def state_of(world: World, mine: str = "New Mine") -> int:
    return int(world.S.k_state[world.mines.index(mine)])


# Margins of (8.5 - 4) * 800 t are worth 3,600 * A(10 %, 15) = 3,600 * 7.60608 = 27.38 m; 1.2 * 24 = 28.8 m are asked.
# A loan at 2 % for ten years is a gift of 1 - 6.14457 / 8.98259 = 0.31595 of it, so 1.41811 / 0.31595 = 4.49 m do; a
# stake, or a guarantee of the debt, 1.41811 / 0.2 = 7.09 m; a floor or subsidy 1,418.11 / (7.60608 * 800) = 0.23306
# USD/kg more; a gift 1.41811 / 24 = 5.91 %.
THRESHOLDS = {
    "backing loan": 4.488, "backing stake": 7.091, "backing guarantee": 7.091, "backing floor_price": 8.73306,
    "subsidy": 0.23306, "subsidy capex": 5.909,
}  # fmt: skip


@pytest.mark.parametrize(("kind", "enough"), THRESHOLDS.items())
def test_a_project_opens_from_the_backing_that_its_sum_asks_for(kind: str, enough: float) -> None:
    assert state_of(calm()) == PLANNED
    assert state_of(calm(act(kind, 0.998 * enough))) == PLANNED
    assert state_of(calm(act(kind, 1.002 * enough))) != PLANNED


def test_aid_that_ends_before_the_mine_opens_counts_for_nothing() -> None:
    assert state_of(calm(act("subsidy", 5.0, span="2010-01..2010-12"))) == PLANNED
    assert state_of(calm(act("subsidy", 5.0, span="2010-01..2013-12"))) == OPERATING


@pytest.mark.parametrize("kind", KINDS)
def test_an_act_of_size_zero_is_no_act(kind: str) -> None:
    assert differences(crisis(), crisis(act(kind, 0.0))) == []


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_moves_before_the_day(kind: str) -> None:
    """The day lies in the year in which the mine is built: an outlay is still to come that a state can share."""
    span = "2012-01-02..2016-12-31"
    value = {"backing offtake": 500.0, "subsidy capex": 40.0, "backing floor_price": 14.0}.get(kind, 5.0)
    moved = crisis(act(kind, value, span=span))
    week = moved.calendar.step_of(date(2012, 1, 2))
    assert week < first_week(crisis())
    assert differences(crisis(), moved, until=week) == []
    assert differences(crisis(), moved) != []


def test_a_share_of_the_outlay_comes_too_late_for_a_mine_that_stands() -> None:
    late = crisis(act("subsidy capex", 40.0, span="2013-01-07..2016-12-31"))
    assert first_week(late) < late.calendar.step_of(date(2013, 1, 7))
    assert differences(crisis(), late) == []


def test_backing_brings_the_start_forward_and_carries_the_mine_through_low_prices() -> None:
    alone = crisis()
    assert state_of(alone) == DEFAULTED
    loan = crisis(act("backing loan", 20.0))
    grant = crisis(act("subsidy capex", 40.0))
    assert first_week(grant) < first_week(loan) < first_week(alone)
    for world in (loan, grant):
        assert state_of(world) == OPERATING
        years = slice(300, 400)
        assert world.R.price[years, 0].mean() < 0.9 * alone.R.price[years, 0].mean()  # it keeps prices down


def test_a_loan_takes_the_place_of_banks_and_is_paid_back() -> None:
    scenario = project(24.0, 4.0, 1e6, loan_rate=0.0, loan_years=6.0, loan_cushion_years=0.0)
    world = run(scenario, act("backing loan", 9.6))
    k, c = world.mines.index("New Mine"), world.countries.index("Importia")
    assert world.S.k_debt[k] == pytest.approx(0.1 * 24_000.0)  # two fifths of the outlay by the state, a tenth by banks
    opened = first_week(world) - 1
    aid = world.R.aid[:, c]
    assert aid[:opened].sum() == pytest.approx(9600.0)
    assert aid[opened : opened + 3] == pytest.approx(np.full(3, -9600.0 * 7.0 / 365.25 / 6.0))  # six level years
    later = aid[opened + 60 : opened + 313]  # cash was short while it ramped up; what was missed is spread evenly
    assert later == pytest.approx(np.full(253, later[0]))
    assert aid[: opened + 314].sum() == pytest.approx(0.0, abs=1e-6)
    assert world.S.cash[world.N.c_account[c]] == pytest.approx(0.0, abs=1e-6)


def test_a_state_stretches_where_a_bank_does_not() -> None:
    world = crisis(act("backing loan", 20.0))
    k, c = world.mines.index("New Mine"), world.countries.index("Importia")
    assert world.S.k_owed[k, c] > 0.25 * 20_000.0  # years later a good part is still owed
    assert state_of(world) == OPERATING


def test_a_stake_brings_its_share_of_profit() -> None:
    held = 0.4
    world = calm(act("backing stake", held * 24.0))
    k, c = world.mines.index("New Mine"), world.countries.index("Importia")
    aid, opened = world.R.aid[:, c], first_week(world)
    assert aid[:opened].sum() == pytest.approx(held * 24_000.0)
    back = -aid[opened:].sum()
    margins = (world.S.k_value[k, 0] - 1.5 - 4.0) * world.R.mined[opened:, k].sum()
    assert 0.25 * margins < back < held * margins  # of profit after the debt service of the tenth that banks lent


def test_a_guarantor_pays_the_debt_that_cash_does_not() -> None:
    world = crisis(act("backing guarantee", 20.0))
    k, c = world.mines.index("New Mine"), world.countries.index("Importia")
    assert state_of(world) == OPERATING
    assert world.S.k_debt[k] == pytest.approx(20_000.0)
    paid = world.R.aid[:, c].sum()
    assert 1000.0 < paid <= 20_000.0 - world.I.guarantee[k, c] + 1e-6
    assert world.S.k_owed[k, c] >= paid
    small = crisis(act("backing guarantee", 0.5))
    assert small.R.aid[:, c].sum() <= 500.0 + 1e-6
    assert state_of(small) == DEFAULTED


def cheap(*changes: str) -> World:
    """Far Creek where ore is paid at a price of 2.7 USD/kg, whatever the market says: it earns 1.2 USD/kg."""
    world = Simulation(world_scenario(noise=False), changes=changes).world(0)
    while world.step < world.calendar.steps:
        world.S.price_of[:] = 2.7
        world.advance(world.step + 1)
    return world


@pytest.mark.parametrize(("kind", "value", "each"), [("backing floor_price", 2.0, 0.8), ("subsidy", 1.0, 1.0)])
def test_a_state_pays_what_it_pledged_to_a_mine_at_low_prices(kind: str, value: float, each: float) -> None:
    world = cheap(act(kind, value, target="Far Creek", span="2010-01..2012-12"))
    k, c = world.mines.index("Far Creek"), world.countries.index("Importia")
    stop = world.calendar.step_of(date(2013, 1, 1))
    aid, mined = world.R.aid[:, c], world.R.mined[:, k]
    assert aid[: stop - 1] == pytest.approx(each * mined[: stop - 1], rel=1e-6)
    assert not aid[stop + 1 :].any()
    assert world.S.cash[world.N.c_account[c]] == pytest.approx(-aid.sum())


def test_a_floor_may_be_a_share_of_the_base_year() -> None:
    share = cheap("act.x=Importia backing floor_price against Far Creek at 40 % of base from 2010-01 until 2012-12")
    price = cheap(act("backing floor_price", 0.4 * 8.5, target="Far Creek", span="2010-01..2012-12"))
    assert differences(share, price) == []


def test_backing_a_refinery_adds_capacity_after_its_time() -> None:
    """Far Works can run 1,200 t and is fed 1,800: 12 m USD at 20 USD/kg a year add 600 t after three years."""
    scenario = world_scenario(
        project=True, quota_t=1100.0, end=date(2019, 12, 31), noise=False, loan_rate=0.0, loan_years=5.0
    )
    loan = act("backing loan", 12.0, target="Far Works", span="2010-01-04..2010-12-31")
    alone, backed = run(scenario), run(scenario, loan)
    r, c = backed.layout.refiners.index("Far Works"), backed.countries.index("Importia")
    opened = backed.calendar.step_of(date(2013, 1, 4))
    assert differences(alone, backed, until=opened - 1) == ["aid"]
    run_a_year = backed.R.refined[:, r] / backed.dt
    assert run_a_year[opened - 2] == pytest.approx(1200.0)
    assert run_a_year[opened + 8 :] == pytest.approx(np.full(len(run_a_year) - opened - 8, 1800.0))
    assert backed.R.price[-104:, 0].mean() < 0.8 * alone.R.price[-104:, 0].mean()
    assert backed.R.aid[:opened, c].sum() == pytest.approx(12_000.0, rel=2e-2)
    assert backed.R.aid[:, c].sum() == pytest.approx(0.0, abs=1e-6)


def third_country() -> Scenario:
    """A tight quota, an entrant with a plant of its own, and half of Importia's users in a third country, Otheria."""
    scenario = project(8.0, 4.0, 900.0)
    otheria = scenario.countries[1].model_copy(update={"country": "Otheria", "latitude": 10.0})
    firms = []
    for f in scenario.firms:
        if f.country == "Importia" and f.use_t_per_year > 0.0:
            half = {"use_t_per_year": f.use_t_per_year / 2.0}
            firms += [f.model_copy(update=half)]
            firms += [f.model_copy(update={**half, "firm": f"Otheria {f.firm}", "country": "Otheria"})]
        else:
            firms.append(f)
    lags = [lag.model_copy(update={"destination": "Otheria"}) for lag in scenario.lags if lag.destination == "Importia"]
    changed = {"countries": (*scenario.countries, otheria), "firms": tuple(firms), "lags": (*scenario.lags, *lags)}
    return change_scenario(scenario.model_copy(update=changed), ())


@cache
def three(*changes: str) -> World:
    return run(third_country(), *changes)


def test_offtake_serves_the_firms_of_the_backer_first() -> None:
    span, years = "2011-06..2017-12", slice(156, 312)
    alone = three()
    i, o = alone.countries.index("Importia"), alone.countries.index("Otheria")
    for target in ("New Mine", "New Works"):
        tied = three(act("backing offtake", 700.0, actor="Otheria", target=target, span=span))
        gained = tied.R.arrivals[years, o, i].sum() - alone.R.arrivals[years, o, i].sum()
        assert gained > 0.25 * 3.0 * 700.0
        assert tied.R.stock[years, o].mean() > 1.02 * alone.R.stock[years, o].mean()


def test_an_exporter_that_ties_up_output_abroad_makes_it_dear_there() -> None:
    years = slice(156, 312)
    alone = three()
    tied = three(act("backing offtake", 300.0, actor="Exportia", span="2011-06..2017-12"))
    i, e = alone.countries.index("Importia"), alone.countries.index("Exportia")
    assert alone.R.arrivals[:, e, i].sum() == 0.0
    assert tied.R.arrivals[years, e, i].sum() == pytest.approx(300.0 * 156.0 * tied.dt, rel=1e-6)
    assert tied.R.price[years, 0].mean() > 1.05 * alone.R.price[years, 0].mean()


def test_two_states_share_an_outlay() -> None:
    both = ("act.y=Exportia backing stake against New Mine at 20 m USD from 2010-01 until 2060-01",)
    world = calm(act("backing stake", 12.0), *both)  # 32 m USD pledged of 24
    shares = world.I.stake[world.mines.index("New Mine")]
    assert sorted(shares.tolist()) == pytest.approx([1.0 - 20.0 / 24.0, 20.0 / 24.0]) or shares.sum() == pytest.approx(
        1
    )
    assert world.S.k_debt[world.mines.index("New Mine")] == 0.0


def test_all_pledges_at_once_balance_every_week() -> None:
    acts = [
        act(kind, value).replace("act.x", f"act.x{i}")
        for i, (kind, value) in enumerate(
            {
                "backing loan": 6.0, "backing stake": 6.0, "backing guarantee": 10.0, "backing floor_price": 12.0,
                "subsidy": 1.0, "subsidy capex": 10.0, "backing offtake": 300.0,
            }.items()
        )
    ]  # fmt: skip
    acts += ["act.e=Exportia backing offtake against Far Works at 400 t/year from 2011-01 until 2015-12"]
    acts += ["act.w=Exportia backing stake against Far Works at 6 m USD from 2011-01 until 2015-12", CASE]
    scenario = project(40.0, 8.0, 1100.0).model_copy(update={"behaviour": {}})
    world = Simulation(scenario, changes=acts).world(0)
    while world.step < world.calendar.steps:
        world.advance(world.step + 1)
        assert world.check() == []
    assert (world.S.k_owed >= 0.0).all()
    assert (world.S.r_owed >= 0.0).all()
    assert (world.I.guarantee >= 0.0).all()


FAULTS = {
    "Importia backing loan against New Mne at 5 m USD": ("mine or refinery", "'New Mne'", "New Mine"),
    "Importia backing floor_price against Far Works at 5 USD/kg": ("mine", "'Far Works'"),
    "Importia backing lone against New Mine at 5 m USD": ("'lone'", "loan"),
    "Importia backing against Far Works at 5 m USD": ("unknown mine", "'Far Works'"),
    "Importia backing loan against New Mine at 5 m JPY": ("m USD", "'m JPY'"),
    "Importia backing loan against New Mine": ("needs an amount", "at least 0 m USD"),
    "Importia backing loan against New Mine at -5 m USD": ("-5.0 m USD", "at least 0 m USD"),
    "Importia backing stake against Far Creek at 5 m USD": ("project", "Far Creek"),
    "Importia backing offtake against Works 1 at 5 t/year": ("behind a border", "Works 1"),
    "WTO backing loan against New Mine at 5 m USD": ("actor", "'WTO'"),
    "Exportia subsidy against New Mine at 1 USD/kg": ("at home", "New Mine", "Importia"),
    "Importia subsidy against New Mine at 120 % of capex": ("120", "above 100"),
    "Importia subsidy against New Mine at 1 USD": ("USD/kg, USD/t", "'USD'"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_faulty_acts_are_told(fault: str) -> None:
    with pytest.raises(BadInput) as caught:
        Simulation(project(24.0, 4.0, 1e6), changes=(f"act.x={fault}",))
    assert any(all(word in line for word in FAULTS[fault]) for line in caught.value.problems), caught.value.problems
