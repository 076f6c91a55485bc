"""Markets and passages of the base year: what is used, made and shipped adds up, and costs let it be shipped."""

import numpy as np
import pytest

from chokepoint.experiments.economics import worlds as economics
from chokepoint.sim import Simulation
from chokepoint.sim.network.layout import Layout
from chokepoint.sim.network.markets import DETOUR, FREIGHT, PAST_BORDER, WIDTH, opens_at
from tests.builders import world_scenario
from tests.fingerprints import worlds

WORLDS = worlds()


def made(name: str) -> Layout:
    """The layout of a small world of `experiments/economics`, or of a shipped one."""
    if name in economics.SMALL:
        return Simulation(economics.world(name).over(60)).layout
    return Simulation(WORLDS[name] if name in WORLDS else world_scenario(noise=False, freight=0.5)).layout


ALL = ("one_exporter", "four_exporters", "no_users", "two countries", *WORLDS)


def margins(layout: Layout) -> np.ndarray:
    """What each passage earns at prices of the base year, ln: (passages,)."""
    N = layout.N
    origin = N.zone_of_country[N.q_country[N.v_here]]
    tax = np.where(N.v_legal > 0, N.price_tax0[origin, N.q_mat[N.v_here]], 0.0)
    return np.asarray(N.q_base_ln[N.v_there] - N.q_base_ln[N.v_here] - np.log1p(tax) - N.v_cost)


@pytest.mark.parametrize("name", ALL)
def test_what_is_used_made_and_shipped_adds_up(name: str) -> None:
    N = made(name).N
    out = np.bincount(N.v_here, N.v_flow, len(N.q_mat))
    come = np.bincount(N.v_there, N.v_flow, len(N.q_mat))
    assert (N.q_output - N.q_use - out + come) / N.q_size == pytest.approx(np.zeros(len(N.q_mat)), abs=1e-9)


@pytest.mark.parametrize("name", ALL)
def test_costs_are_such_that_the_base_year_ships_what_it_ships(name: str) -> None:
    layout = made(name)
    N, margin = layout.N, margins(layout)
    used = N.v_flow > 0.0
    could = ~used & (N.v_legal > 0) & ((N.q_use + N.q_output) > 0.0)[N.v_there]
    assert (margin[could] <= 1e-12).all()  # where nobody ships nobody would
    legal = used & (N.v_legal > 0)
    wanted = [opens_at(f, s) for f, s in zip(N.v_flow[legal], N.v_scale[legal], strict=True)]
    assert margin[legal] == pytest.approx(np.array(wanted), abs=1e-12)
    # smugglers' routes are full in the base year: they carry their flow where their room ends
    full = used & (N.v_legal == 0)
    corner = np.minimum(0.5, 0.5 * N.v_flow[full] / N.v_scale[full])
    assert (margin[full] >= WIDTH * (N.v_flow[full] / N.v_scale[full] + 0.25 + corner) - 1e-12).all()


def test_markets_and_passages_of_two_countries() -> None:
    """Exportia makes 9000 t of ore at a yield of .95 and uses 5500 t of oxide, of which 2 % are scrap."""
    layout = made("two countries")
    N = layout.N
    home, abroad = (int(N.q_of[layout.countries.index(c), 0]) for c in ("Exportia", "Importia"))
    scale = N.q_output[home] / (0.95 * 9000.0)  # the base year is balanced by one factor on all mines
    assert N.q_output[abroad] == pytest.approx(0.95 * 1000.0 * scale)
    assert N.q_use.sum() == pytest.approx(N.q_output.sum())
    ways = {(int(h), int(t), int(g)): v for v, (h, t, g) in enumerate(zip(N.v_here, N.v_there, N.v_legal, strict=True))}
    assert set(ways) == {(home, abroad, 1), (abroad, home, 1), (home, abroad, 0)}
    legal, back, past = ways[home, abroad, 1], ways[abroad, home, 1], ways[home, abroad, 0]
    assert N.v_flow[legal] + N.v_flow[past] == pytest.approx(N.q_use[abroad] - N.q_output[abroad])
    assert N.v_flow[back] == 0.0
    assert N.v_cost[back] >= DETOUR
    assert N.v_cost[past] >= PAST_BORDER
    assert N.v_twin[[legal, back, past]].tolist() == [legal, back, legal]
    assert N.v_zone[[legal, back, past]].tolist() == [1, 0, 0]
    assert N.v_lag[[legal, past]].tolist() == [5, 5]
    assert N.v_gross[legal] == pytest.approx(1.0)
    assert N.u_size == pytest.approx([N.v_flow[legal]] * 2)
    assert N.u_value == pytest.approx([np.exp(N.q_base_ln[home])] * 2)


def test_a_country_that_makes_more_than_it_uses_ships_at_freight_and_others_at_a_detour() -> None:
    layout = made("one_exporter")
    N = layout.N
    unused = np.flatnonzero(N.v_flow == 0.0)
    exports = (N.q_output > N.q_use)[N.v_here]
    assert (N.v_cost[unused] >= np.where(exports, FREIGHT, DETOUR)[unused]).all()
    assert (np.diff(N.q_mat) >= 0).all()
    assert (np.diff(N.q_mat[N.v_here]) >= 0).all()
    assert np.array_equal(N.q_mat[N.v_here], N.q_mat[N.v_there])
