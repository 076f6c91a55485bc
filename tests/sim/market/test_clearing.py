"""A week of countries clears: incidence by hand, tax and quota, closed routes, symmetry, and weeks that are hard."""

import subprocess
import sys

import numpy as np
import pytest

from chokepoint.sim.market.clearing import GOOD
from tests.sim.market.clearing_world import ClearingWorld, four_exporters, one_exporter

FAR = 1e9  # years: who fills and empties stocks over so long does not


def two_countries(without_stocks: bool = True, **options: float) -> ClearingWorld:
    """X makes all and J uses all."""
    world = ClearingWorld("XJ", [{"J": 100.0}], [{"X": 100.0}], [10.0])
    if without_stocks:
        world.S.fill_years[0] = world.S.release_years[0] = FAR
    return world


def test_the_base_year_needs_no_step() -> None:
    for world in (two_countries(), one_exporter(), one_exporter(8), four_exporters()):
        before = world.S.price_ln.copy()
        world.clear()
        assert world.S.steps[0] == 0.0
        assert np.array_equal(world.S.price_ln, before)


def test_who_bears_a_tax_is_told_by_the_elasticities() -> None:
    """Supply .2, use .08: of ln 1.1 the exporter bears .08 / .28, the importer the rest, but for a route's width."""
    world = two_countries()
    world.I.route_tax[world.passages("X")] = 0.1
    world.clear()
    inside, outside = np.log(world.price("X") / 10.0), np.log(world.price("J") / 10.2)
    assert outside - inside == pytest.approx(np.log(1.1), abs=2e-4)
    assert inside == pytest.approx(-0.08 / 0.28 * np.log(1.1), rel=0.01)
    assert outside == pytest.approx(0.2 / 0.28 * np.log(1.1), rel=0.01)
    assert world.exports("X") == pytest.approx(100.0 * np.exp(0.2 * inside), rel=1e-6)


def test_a_quota_of_what_a_tax_lets_go_has_its_prices_and_its_revenue_as_rent() -> None:
    taxed, limited = one_exporter(gross=[1.5]), one_exporter(gross=[1.5])
    taxed.I.route_tax[taxed.passages("X")] = 0.3
    taxed.clear()
    limited.I.licences_a_year[0] = 1.5 * taxed.exports("X")
    limited.clear()
    assert [limited.price(c) for c in "XJES"] == pytest.approx([taxed.price(c) for c in "XJES"], rel=1e-6)
    assert limited.S.rent[0] * 1.5 == pytest.approx(0.3 * taxed.price("X"), rel=1e-6)


def test_a_slack_quota_moves_nothing_and_one_rent_weighs_on_all_materials_by_gross_tonnes() -> None:
    slack = one_exporter(2)
    slack.I.licences_a_year[0] = 1.1 * slack.N.export_size[0]
    slack.clear()
    assert slack.S.rent[0] == pytest.approx(0.0, abs=1e-9)
    assert np.exp(slack.S.price_ln - slack.S.base_ln) == pytest.approx(np.ones(8), abs=1e-9)
    binding = one_exporter(2)
    binding.S.fill_years[0] = binding.S.release_years[0] = FAR
    binding.I.licences_a_year[0] = 0.9 * binding.N.export_size[0]
    binding.clear()
    assert binding.S.shipped_gross[0] == pytest.approx(0.9 * binding.N.export_size[0], rel=1e-9)
    # the cheap material (10 USD/kg) beside the dear one (40): the same rent a tonne is four times its price
    over = [binding.price("J", m) / binding.price("X", m) for m in (0, 1)]
    assert (over[0] / 1.02 - 1.0) / (over[1] / 1.02 - 1.0) == pytest.approx(
        binding.price("X", 1) / binding.price("X", 0), rel=0.02
    )


def test_a_shut_border_frees_goods_for_others_and_a_shut_out_buyer_pays_more() -> None:
    world = one_exporter()
    world.I.route_room[world.passages("X", "J")] = 0.0
    world.clear()
    assert world.price("E") < 10.2
    assert world.price("S") < 10.2
    assert world.price("J") > world.price("E")
    for origin in "XES":
        world.I.route_room[world.passages(origin, "J")] = 0.0
    world.clear()
    assert world.price("J") > 1.2 * world.price("E")


def test_a_tax_of_one_of_four_costs_it_sales_and_the_world_little() -> None:
    world = four_exporters()
    world.S.fill_years[0] = world.S.release_years[0] = FAR
    world.I.route_tax[world.passages("A")] = 0.25
    world.clear()
    assert world.exports("A") < 0.95 * 25.0
    assert world.price("A") < 0.9 * 10.0
    assert 10.2 < world.price("J") < 1.08 * 10.2
    assert world.exports("B") > 25.0


def test_units_and_order_do_not_matter() -> None:
    def cleared(scale: float, money: float, names: str) -> dict[str, float]:
        use = {"X": 70.0, "J": 30.0, "E": 22.0, "S": 8.0}
        output = {"X": 124.0, "E": 6.0}
        world = ClearingWorld(
            names, [{c: scale * v for c, v in use.items()}], [{c: scale * v for c, v in output.items()}], [10.0 * money]
        )
        world.I.route_tax[world.passages("X")] = 0.2
        world.I.licences_a_year[names.index("X")] = 0.8 * world.N.export_size[names.index("X")]
        world.clear()
        return {c: world.price(c) / money for c in names}

    base = cleared(1.0, 1.0, "XJES")
    for other in (cleared(1000.0, 1.0, "XJES"), cleared(1.0, 1000.0, "XJES"), cleared(1.0, 1.0, "SEJX")):
        assert other == pytest.approx(base, rel=1e-7)


def test_hard_weeks_are_cleared_one_after_the_other() -> None:
    """Use, output, stocks, expectations far off; a fifth of the routes shut; quotas from nothing to plenty."""
    world = ClearingWorld(
        "XJESUK",
        [{"X": 70.0, "J": 30.0, "E": 22.0, "S": 8.0, "U": 15.0, "K": 5.0}] * 2,
        [{"X": 140.0, "E": 6.0, "U": 4.0}] * 2,
        [5.0, 60.0],
        gross=[1.0, 1.7],
        smuggled=[("X", "J"), ("X", "E")],
    )
    S, draws = world.S, np.random.default_rng(3)
    use, output, stock = S.use_level.copy(), S.output_level.copy(), S.normal_stock.copy()
    most = 0.0
    for _ in range(1500):
        S.use_level[:] = use * np.exp(0.5 * draws.standard_normal(len(use)))
        S.output_level[:] = output * np.exp(0.5 * draws.standard_normal(len(use)))
        S.position[:] = stock * draws.uniform(0.0, 2.0, len(use))
        S.expected_ln[:] = S.base_ln + draws.normal(0.0, 1.0, len(use))
        licences = draws.choice([-1.0, 0.0, 1e-3, 0.1, 0.3, 0.7, 1.2])
        world.I.licences_a_year[0] = licences * world.N.export_size[0]
        world.I.route_room[:] = np.where(draws.uniform(size=len(world.I.route_room)) < 0.2, 0.0, 1e12)
        world.I.route_tax[:] = draws.uniform(0.0, 0.5, len(world.I.route_tax))
        world.clear()
        relative = np.abs(S.excess / world.N.market_size).max()
        assert relative**2 <= GOOD
        most = max(most, relative)
    assert most < 1e-6


def test_plain_python_gives_the_same_as_native_code() -> None:
    code = (
        "from tests.sim.market.clearing_world import one_exporter\n"
        "w = one_exporter(2)\n"
        "w.I.licences_a_year[0] = 0.6 * w.N.export_size[0]\n"
        "w.clear()\n"
        "print([round(w.price(c, m), 9) for c in 'XJES' for m in (0, 1)], round(w.S.rent[0], 9))\n"
    )
    import os

    told = [
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, env={**os.environ, "NUMBA_DISABLE_JIT": jit}
        )
        for jit in ("0", "1")
    ]
    assert told[0].stdout, told[0].stderr
    assert told[0].stdout == told[1].stdout, told[1].stderr
