"""What a layout makes of a scenario: every declared array with its axes, and small worlds worked by hand."""

from datetime import date
from typing import Any

import numpy as np
import pytest

from chokepoint.agents.behaviour import behaviour
from chokepoint.experiments.history.catalogue import find
from chokepoint.sim.network.base_year import export_tax
from chokepoint.sim.network.layout import Layout
from chokepoint.sim.network.structure import (
    ARRAYS,
    AXES,
    GREY,
    LEGAL,
    LICENSED,
    LONG_AGO,
    RESERVE,
    TRADER,
    USER,
    WITHIN,
    Structure,
)
from chokepoint.sim.scenario.problems import BadInput
from chokepoint.sim.scenario.tables import Scenario
from tests.builders import event, plant, user, world_scenario

START, LATER = date(2010, 1, 4), date(2012, 1, 2)
STATE_BUYS = event("stock", LATER, "reserve_purchase", 50.0, actor="Importia", unit="t")
LATECOMERS = {
    0: user("Late abroad", "Importia", "other", 80.0, opens=LATER),
    4: user("Late", "Exportia", "other", 80.0, opens=LATER),
}


def made(scenario: Scenario) -> Layout:
    return Layout(scenario, behaviour(**scenario.behaviour))


def small(**knobs: Any) -> Layout:
    return made(world_scenario(**knobs))


def everything() -> Layout:
    """A small world with all kinds of firms, refiners, mines and edges, a reserve, and a project."""
    return small(materials=2, mines=2, project=True, more_firms=LATECOMERS, events=[STATE_BUYS], links_per_buyer=2)


@pytest.fixture(scope="module")
def whole() -> Layout:
    return everything()


LAYOUTS = {
    "all kinds": everything,
    "one of each": lambda: small(unlicensed=False, traders=False),
    "two-countries": lambda: made(find("two-countries").scenario()),
    "2010-embargo": lambda: made(find("2010-embargo").scenario()),
    "2020-slump": lambda: made(find("2020-slump").scenario()),
}


# Declarations


def test_an_array_is_declared_once_and_with_known_axes() -> None:
    names = [array.field for array in ARRAYS]
    assert len(set(names)) == len(names)
    assert tuple(names) == Structure._fields
    for array in ARRAYS:
        assert array.letter == "N"
        assert array.axes
        assert set(array.axes.split()) <= AXES.keys()
        assert array.unit
        assert array.meaning
        assert array.initial is None


@pytest.mark.parametrize("name", LAYOUTS)
def test_every_array_is_made_with_its_axes_and_kind(name: str) -> None:
    layout = LAYOUTS[name]()
    for array in ARRAYS:
        value = getattr(layout.N, array.field)
        assert value.dtype == np.dtype(array.kind), array.name
        assert value.flags.c_contiguous, array.name
        for letter, length in zip(array.axes.split(), value.shape, strict=True):
            assert layout.sizes.get(letter, length) == length, array.name
        assert np.isfinite(value).all(), array.name
    sizes = layout.sizes
    assert layout.activity.shape == (sizes["t"], sizes["f"])
    assert layout.delayed.shape == (sizes["t"],)
    assert layout.transit.shape == (sizes["t"], sizes["c"], sizes["c"])
    assert layout.late.shape == (sizes["t"], sizes["s"])
    assert layout.first_leak.shape == (sizes["r"], sizes["m"])
    assert layout.k_value0.shape == (sizes["k"],)
    assert sizes.keys() == AXES.keys() - {"n", "d"}


@pytest.mark.parametrize("name", LAYOUTS)
def test_where_rows_begin_covers_all_rows(name: str) -> None:
    layout = LAYOUTS[name]()
    N, sizes = layout.N, layout.sizes
    for first, owners, owner in (
        (N.s_first, sizes["f"], N.s_firm),
        (N.s_way, sizes["s"], None),
        (N.s_lane, sizes["s"], N.e_slot[N.b_edge[:-1]]),
        (N.b_edge, sizes["b"], None),
        (N.k_link, sizes["k"], N.l_mine),
    ):
        assert len(first) == owners + 1
        assert first[0] == 0
        assert (np.diff(first.astype(int)) >= 0).all()
        if owner is not None:
            assert np.array_equal(np.repeat(np.arange(owners), np.diff(first)), owner)
    assert N.b_edge[-1] == sizes["e"]
    assert N.s_way[-1] == sizes["w"]


# The base year


def test_price_inside_leaves_nothing_to_earn_by_exporting() -> None:
    N = small(prices=[10.0], tax=0.25, freight=0.5).N
    assert N.base_price[:, 0] == pytest.approx([10.0, 9.5 / 1.25])
    assert N.price_tax0[:, 0] == pytest.approx([0.0, 0.25])
    assert N.freight == pytest.approx([0.0, 0.5])


def test_freight_above_a_price_is_refused() -> None:
    with pytest.raises(BadInput, match="freight_usd_per_kg"):
        small(prices=[10.0, 2.0], materials=2, freight=2.0)


def test_export_tax_is_that_of_the_day() -> None:
    raised = event("more", LATER, "export_tax", 30.0, materials="M1", unit="%")
    on_metal = event("metal", START, "export_tax", 90.0, materials="M2", forms="metal", admitted="no")
    scenario = world_scenario(materials=2, tax=0.1, events=[raised, on_metal])
    assert export_tax(scenario, "Exportia", ["M1", "M2"], START) == pytest.approx([0.1, 0.1])
    assert export_tax(scenario, "Exportia", ["M1", "M2"], LATER) == pytest.approx([0.3, 0.1])
    assert export_tax(scenario, "world", ["M1", "M2"], LATER) == pytest.approx([0.0, 0.0])


def test_flows_of_the_base_year_by_kind() -> None:
    """7000 t of legal ore, 2000 t unlicensed and 1000 t abroad, with a yield of 0.95, feed 9500 t of use: 5500 t inside
    and 4000 t outside. Outside buys all of 950 t made there, what leaks of 1900 t, and the rest legally."""
    layout = small()
    N = layout.N
    assert [N.r_output[layout.refiners.index(name), 0] for name in ("Works 1", "Back Yard", "Far Works")] == (
        pytest.approx([3325.0, 1900.0, 950.0])
    )
    assert N.trade_base[:, 0] == pytest.approx([4000.0, 8550.0])
    bought = N.s_base * (1.0 - N.f_scrap[N.s_firm])
    flow = N.e_share * bought[N.e_slot]
    grey = 1900.0 * layout.first_leak[layout.refiners.index("Back Yard"), 0]
    assert grey > 0.0
    outside = N.s_zone[N.e_slot] == 0
    assert flow[outside & (N.e_kind == WITHIN)].sum() == pytest.approx(950.0)
    assert flow[N.e_kind == GREY].sum() == pytest.approx(grey)
    assert flow[N.e_kind == LEGAL].sum() == pytest.approx(4000.0 - 950.0 - grey)
    assert flow[~outside].sum() == pytest.approx(5500.0)
    assert N.base_export == pytest.approx(np.array([[0.0, 0.0], [0.0, 4000.0 - 950.0 - grey]]))
    assert layout.base_gross == pytest.approx([0.0, 4000.0 - 950.0 - grey])  # all use oxide: contained is gross


def test_use_covers_what_is_bought_and_scrap(whole: Layout) -> None:
    N = whole.N
    now = (N.f_kind[N.s_firm] == USER) & (N.f_open[N.s_firm] <= 0)
    bought = np.bincount(N.s_mat[now], (N.s_base * (1.0 - N.f_scrap[N.s_firm]))[now])
    assert bought == pytest.approx(N.r_output.sum(axis=0))
    assert N.use_base.sum() == pytest.approx(N.s_base[now].sum())
    assert (N.s_base[N.f_kind[N.s_firm] != USER] == 0.0).all()


# Who deals with whom


@pytest.mark.parametrize("name", LAYOUTS)
def test_links_reach_all_and_their_shares_are_whole(name: str) -> None:
    N = LAYOUTS[name]().N
    assert np.array_equal(np.unique(N.e_slot), np.arange(len(N.s_firm)))
    selling = (N.r_output > 0.0)[N.e_ref, N.e_mat]  # a planned plant stands beside the suppliers of the base year
    assert np.bincount(N.e_slot, N.e_share * selling) == pytest.approx(np.ones(len(N.s_firm)))
    assert (N.e_share > 0.0).all()


@pytest.mark.parametrize("name", LAYOUTS)
def test_product_never_enters_an_exporting_state_and_no_state_buys_from_smugglers(name: str) -> None:
    N = LAYOUTS[name]().N
    there = N.s_zone[N.e_slot]
    assert np.array_equal(N.e_kind == WITHIN, N.e_home == there)
    assert (there[N.e_kind != WITHIN] == 0).all()
    assert (N.r_kind[N.e_ref[N.e_kind == LEGAL]] == LICENSED).all()
    assert (N.f_kind[N.s_firm[N.e_slot[N.e_kind == GREY]]] != RESERVE).all()
    assert np.array_equal(N.x_legal, np.flatnonzero(N.e_kind == LEGAL))


def test_who_buys_nothing_yet_is_linked_to_all_within_reach_but_a_state_to_no_smuggler() -> None:
    layout = small(events=[STATE_BUYS], more_firms=LATECOMERS, links_per_buyer=6)
    N = layout.N
    kinds = {name: set(N.e_kind[N.s_firm[N.e_slot] == f].tolist()) for f, name in enumerate(layout.firms)}
    assert kinds["Importia reserve"] == {WITHIN, LEGAL}
    assert kinds["Importia traders"] == kinds["Late abroad"] == {WITHIN, LEGAL, GREY}
    assert kinds["Exportia traders"] == kinds["Late"] == {WITHIN}


def test_a_firm_added_to_the_table_moves_nobody() -> None:
    """A trader takes nothing, so all others deal with the same refiners for the same shares."""

    def deals(layout: Layout) -> dict[tuple[str, str, int], float]:
        N = layout.N
        rows = zip(N.s_firm[N.e_slot], N.e_ref, N.e_kind, N.e_share, strict=True)
        return {(layout.firms[f], layout.refiners[r], int(kind)): share for f, r, kind, share in rows}

    before = deals(small())
    after = deals(small(more_firms={0: user("Another trader", "Importia", "trader", 0.0, 0.1)}))
    assert {link: share for link, share in after.items() if link[0] != "Another trader"} == before


@pytest.mark.parametrize("name", LAYOUTS)
def test_lanes_and_ways_group_edges(name: str) -> None:
    N = LAYOUTS[name]().N
    places = list(zip(N.e_slot, N.e_kind, N.r_country[N.e_ref], N.e_ref, strict=True))
    assert places == sorted(places)
    assert len({place[:3] for place in places}) == len(N.b_kind)
    assert len({(slot, country) for slot, _, country, _ in places}) == len(N.w_origin)
    lane = np.repeat(np.arange(len(N.b_kind)), np.diff(N.b_edge))
    assert np.array_equal(N.b_kind[lane], N.e_kind)
    assert np.array_equal(N.b_way[lane], N.e_way)
    assert np.array_equal(N.b_home[lane], N.e_home)
    assert np.array_equal(N.b_lag[lane], N.e_lag)
    assert np.array_equal(N.w_origin[N.e_way], N.r_country[N.e_ref])
    way = np.repeat(np.arange(len(N.s_firm)), np.diff(N.s_way))  # slot of each way
    assert np.array_equal(way[N.e_way], N.e_slot)


def test_time_on_the_way() -> None:
    """Lags are 1 week at home and 5 abroad."""
    layout = small(prices=[10.0], tax=0.25)
    N = layout.N
    abroad = N.s_zone[N.e_slot] == 0
    home = N.e_home > 0
    assert set(N.e_lag[abroad & home].tolist()) == {5}
    assert set(N.e_lag[abroad & ~home].tolist()) == {1}
    for slot in range(len(N.s_firm)):
        at_slot = N.e_slot == slot
        assert N.s_pipe_steps[slot] == pytest.approx((N.e_share[at_slot] * (N.e_lag[at_slot] - 1.0)).sum())


def test_a_plant_that_nobody_feeds_yet_waits_beside_the_suppliers() -> None:
    """New Works gets 800 t of ore from a project: its product of 760 t is laid on the larger buyers outside."""
    scenario = world_scenario(project=True, unlicensed=False)
    feeds = [
        row if row.mine != "New Mine" else row.model_copy(update={"refiner": "New Works"}) for row in scenario.feeds
    ]
    refiners = (*scenario.refiners, plant("New Works", "Importia", "free", 1000.0, 0.0))
    before, layout = made(scenario), made(scenario.model_copy(update={"refiners": refiners, "feeds": tuple(feeds)}))
    N, works = layout.N, layout.refiners.index("New Works")
    assert N.r_output[works] == pytest.approx([0.0])
    assert N.r_reference[works] == pytest.approx([760.0])
    waiting = N.e_ref == works
    assert (N.e_kind[waiting] == WITHIN).all()
    bought = (N.s_base * (1.0 - N.f_scrap[N.s_firm]))[N.e_slot]
    assert (N.e_share * bought)[waiting].sum() == pytest.approx(760.0)
    assert np.array_equal(N.e_share[~waiting], before.N.e_share)
    assert (N.l_part[N.l_ref == works] == 0.0).all()


# Firms, slots, mines, accounts


def test_reserves_come_last_and_may_hold_all_materials(whole: Layout) -> None:
    N = whole.N
    assert whole.firms[-1] == "Importia reserve"
    assert N.f_kind[-1] == RESERVE
    assert N.reserve_start[0] == N.s_first[-2]
    assert whole.reserve_slots == {"Importia": {0: int(N.reserve_start[0]), 1: int(N.reserve_start[0]) + 1}}
    assert [whole.firms[f] for f in np.flatnonzero(N.f_kind == TRADER)] == ["Exportia traders", "Importia traders"]


def test_firms_that_open_later_have_a_day(whole: Layout) -> None:
    N = whole.N
    late = np.array([name.startswith("Late") for name in whole.firms])
    assert (N.f_open[late] == whole.calendar.step_of(LATER)).all()
    assert (N.f_open[~late] == LONG_AGO).all()


def test_quota_shares_are_those_of_the_group_in_its_zone() -> None:
    scenario = world_scenario(mines=2, project=True)
    abroad = [
        row.model_copy(update={"quota_group": "light"}) if row.mine == "Far Creek" else row for row in scenario.mines
    ]
    layout = made(scenario.model_copy(update={"mines": tuple(abroad)}))
    shares = dict(zip(layout.mines, layout.N.k_quota_share.tolist(), strict=True))
    assert shares == {"Pit 1": 0.5, "Pit 2": 0.5, "Night Diggings": 0.0, "Far Creek": 1.0, "New Mine": 0.0}


def test_licences_by_zone(whole: Layout) -> None:
    assert whole.unlicensed == [{}, {"Night Diggings": 2}]
    assert [rows.tolist() for rows in whole.licensed] == [[], [0, 1]]


def test_a_mine_that_runs_covers_its_cost() -> None:
    """Ore of 2.2 USD per kg, less 1.5 to refine it, earns a mine in the exporting state its part of 0.5."""
    layout = small(prices=[2.2], tax=0.1, project=True)
    N = layout.N
    payable = 0.6
    pit, far, new = (layout.mines.index(name) for name in ("Pit 1", "Far Creek", "New Mine"))
    assert layout.k_value0[[pit, far]] == pytest.approx([2.0, 2.2])
    assert N.k_refining[[pit, far]] == pytest.approx([1.5, 1.5])
    assert N.k_payable[[pit, far]] == pytest.approx([payable, 1.0])
    assert N.k_cost[[pit, far, new]] == pytest.approx([0.95 * payable * 0.5, 0.95 * 0.7, 2.0])


def test_everybody_has_one_account(whole: Layout) -> None:
    N, sizes = whole.N, whole.sizes
    rows = [N.f_account, N.r_account, N.k_account, N.c_account, N.lender_account, N.row_account]
    assert np.concatenate(rows).tolist() == list(range(sizes["a"]))
    assert whole.accounts[N.f_account[0]] == whole.firms[0]
    assert whole.accounts[N.c_account[1]] == whole.countries[1]
    assert [whole.accounts[i] for i in (N.lender_account[0], *N.row_account)] == [
        "lenders", "rest of the world", "spot clearing",
    ]  # fmt: skip


# Influences


def test_late_cargo_by_slot_is_the_mean_over_its_suppliers() -> None:
    delay = event("late", LATER, "transit_delay", 3.0, unit="weeks", target="Importia", end=date(2012, 1, 15))
    layout = small(events=[delay])
    N, step = layout.N, layout.calendar.step_of(LATER)
    assert np.flatnonzero(layout.delayed).tolist() == [step, step + 1]
    assert layout.transit[step].tolist() == [[0, 3], [0, 0]]
    far = np.bincount(N.e_slot, N.e_share * (N.r_country[N.e_ref] == 0) * (N.s_country[N.e_slot] == 1))
    assert layout.late[step] == pytest.approx(3.0 * far)
    assert not layout.late[step - 1].any()


def test_activity_follows_the_index_of_the_month() -> None:
    index = {"activity_months": ("2010-01", "2010-02"), "activity": {"Importia": (1.0, 4.0)}}
    scenario = world_scenario(behaviour={}).model_copy(update=index)
    growth = {row.sector: row.growth_per_year for row in scenario.sectors}
    layout = made(scenario)
    abroad, home = layout.firms.index("Importia user 1"), layout.firms.index("Exportia user 1")
    for step, level in ((0, 1.0), (4, 4.0), (100, 4.0)):  # weeks that begin on 4 January, 1 February, and much later
        grown = np.exp(growth["ceramics"] * 7.0 * step / 365.25)
        assert layout.activity[step, abroad] == pytest.approx(level * grown)
        assert layout.activity[step, home] == pytest.approx(grown)
