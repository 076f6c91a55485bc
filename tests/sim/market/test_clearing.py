"""A week clears: incidence by hand, tax and quota, shut borders, units, and weeks that are hard."""

import os
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from chokepoint.experiments.economics.worlds import quiet, world
from chokepoint.sim.market.mechanisms.clearing import _cleared
from chokepoint.sim.network.markets import WIDTH
from chokepoint.sim.politics.governed import GovernedWorld
from chokepoint.sim.simulation import load_scenario
from tests.sim.market.clearing_world import (
    FREE,
    base,
    clear,
    exports,
    left_over,
    market,
    misrouted,
    of,
    over_licences,
    passages,
    price,
    scaled,
    small,
)

MOST = 1e-6  # of what passes through a market or is licensed, that may be left over
SMALL = ("one_exporter", "four_exporters", "no_users", "one_market")


def cleared(name: str = "one_exporter", tax: float = 0.0, licences: float = FREE, **knobs: Any) -> GovernedWorld:
    """A small world after its first week was cleared, all passages of its first state under a tax or a quota."""
    found = small(name, **knobs)
    state = world(name).exporter
    found.I.route_tax[passages(found, state)] = tax
    found.I.licences_a_year[0] = licences
    clear(found)
    return found


def well(found: GovernedWorld) -> None:
    """Every market and licence clears, and no passage leaves a profit or carries a loss."""
    assert np.abs(left_over(found)).max() < MOST
    assert over_licences(found).max(initial=0.0) < MOST
    assert misrouted(found, WIDTH) == []


@pytest.mark.parametrize("name", SMALL)
def test_the_base_year_needs_no_step(name: str) -> None:
    for knobs in [{"output": 1.0}] if name == "one_market" else [{"materials": 1}, {"materials": 8}]:
        found = small(name, **knobs)
        clear(found)
        assert found.S.steps[0] == 0.0
        assert np.array_equal(found.S.price_ln, found.N.q_base_ln)
        well(found)


def test_who_bears_a_tax_is_told_by_the_slopes_of_demand() -> None:
    """Exporters without users fill their stocks, importers use less and let go: by how much is worked out by hand.

    Abroad a per cent of price takes e use + (e + s) W / release years, at home it gives s W / fill years, with e the
    elasticity of use, s that of stocks and W the stock that is wanted.
    """
    found = small("no_users", traders=False)
    P, S, N = found.P, found.S, found.N
    home, abroad = ([market(found, c) for c in names] for names in ("XY", "JE"))
    gives = P.stock_elasticity * S.normal_stock[home].sum() / P.fill_years
    takes = P.use_elasticity * S.use_level[abroad].sum()
    takes += (P.use_elasticity + P.stock_elasticity) * S.normal_stock[abroad].sum() / P.release_years
    before, sold = S.price_ln.copy(), N.v_flow.sum()
    rate = 1e-3
    found.I.route_tax[[*passages(found, "X"), *passages(found, "Y")]] = rate
    clear(found)
    inside, outside = (np.average((S.price_ln - before)[place]) for place in (home, abroad))
    assert outside - inside == pytest.approx(np.log1p(rate), abs=1.5 * WIDTH * (1.0 - S.flow.sum() / sold))
    assert outside / (outside - inside) == pytest.approx(gives / (gives + takes), rel=0.02)
    assert S.flow.sum() < sold


@pytest.mark.parametrize("rate", [0.02, 0.1, 0.3])
def test_a_quota_of_what_a_tax_lets_go_has_its_prices_and_its_revenue_as_rent(rate: float) -> None:
    taxed = cleared(tax=rate)
    gross = taxed.N.v_gross[passages(taxed, "X")]
    limited = cleared(licences=float((taxed.S.flow[passages(taxed, "X")] * gross).sum()))
    for country in "XJES":
        assert price(limited, country) == pytest.approx(price(taxed, country), rel=1e-6)
    assert limited.S.rent[0] * gross[0] == pytest.approx(rate * price(taxed, "X"), rel=1e-6)
    assert exports(limited, "X") > 0.0
    well(taxed)
    well(limited)


def test_a_slack_quota_moves_nothing() -> None:
    free = cleared()
    slack = cleared(licences=1.1 * exports(free, "X"))
    assert slack.S.rent[0] == pytest.approx(0.0, abs=1e-9)
    assert slack.S.price_ln == pytest.approx(free.S.price_ln, abs=1e-9)


def test_one_rent_weighs_on_all_materials_by_gross_tonnes() -> None:
    free = cleared(materials=2)
    bound = cleared(materials=2, licences=0.8 * exports(free, "X"))
    assert exports(bound, "X") == pytest.approx(0.8 * exports(free, "X"), rel=1e-6)
    margins = [price(bound, "J", m) / base(bound, "J", m) * base(bound, "X", m) - price(bound, "X", m) for m in (0, 1)]
    assert min(margins) > 0.0
    assert margins[0] == pytest.approx(margins[1], rel=0.03)  # USD per gross tonne; freight grows with the price
    assert bound.S.flow[passages(bound, "X")].min() >= 0.0
    cut = 1.0 - (bound.S.flow / np.maximum(free.S.flow, 1e-9))[passages(bound, "X", "J")]
    assert cut[0] > 1.5 * cut[1]  # the cheap material gives way


def test_no_licences_at_all_shut_the_border() -> None:
    found = cleared(licences=0.0)
    assert exports(found, "X") == 0.0
    assert found.S.rent[0] == 0.0
    well(found)


def test_shut_borders_part_prices() -> None:
    found = small("one_exporter")
    found.I.route_room[passages(found, "X", "J")] = 0.0
    clear(found)
    shut_out = price(found, "J")
    assert shut_out > price(found, "E") * 1.01
    assert price(found, "X") < base(found, "X")
    for origin in "ES":  # and those who could ship on
        found.I.route_room[passages(found, origin, "J")] = 0.0
    clear(found)
    well(found)
    assert found.S.flow[[v for o in "XES" for v in passages(found, o, "J")]].sum() == 0.0
    assert price(found, "J") > shut_out
    for country in "XES":
        assert price(found, country) < base(found, country)
    assert price(found, "E") / price(found, "X") == pytest.approx(base(found, "E") / base(found, "X"), abs=WIDTH)


def test_a_tax_of_one_of_four_costs_it_sales_and_the_world_little() -> None:
    free, taxed = cleared("four_exporters"), cleared("four_exporters", tax=0.25)
    own = world("four_exporters").exporter
    others = [c for c in "ABCD" if c != own]
    assert exports(taxed, own) < 0.95 * exports(free, own)
    assert all(exports(taxed, c) > exports(free, c) for c in others)
    assert price(taxed, own) < price(free, own)
    assert 0.0 < np.log(price(taxed, "J") / price(free, "J")) < 0.25 * np.log(1.25)


@pytest.mark.parametrize("name", SMALL[:3])
def test_tonnes_do_not_matter(name: str) -> None:
    scenario = world(name).made(materials=2).over(60)
    one, ten = (of(s) for s in (scenario, scaled(scenario, 10.0)))
    for found in (one, ten):
        found.I.route_room[: len(found.I.route_room) // 3] = 0.0
        found.I.licences_a_year[0] = 0.6 * found.N.u_size[0]
        clear(found)
    assert ten.S.price_ln == pytest.approx(one.S.price_ln, abs=1e-9)
    assert ten.S.flow == pytest.approx(10.0 * one.S.flow, rel=1e-6, abs=1e-6)
    assert ten.S.rent == pytest.approx(one.S.rent, rel=1e-6, abs=1e-9)


class Brutal:
    """Weeks of a world with inputs at random: use, output, stocks, hopes, rooms, taxes and licences far off."""

    def __init__(self, found: GovernedWorld, seed: int, reach: float = 1.0):
        self.found, self.draws, self.reach = found, np.random.default_rng(seed), reach
        self.first = {name: getattr(found.S, name).copy() for name in ("use_level", "output_level", "normal_stock")}
        self.room = found.I.route_room.copy()

    def set(self) -> None:
        """Draw the inputs of a week."""
        found, draws, reach = self.found, self.draws, self.reach
        S, I, N = found.S, found.I, found.N
        markets, passages = len(N.q_mat), len(N.v_here)
        for name, value in self.first.items():
            getattr(S, name)[:] = value * np.exp(0.5 * reach * draws.standard_normal(markets))
        S.position[:] = self.first["normal_stock"] * draws.uniform(0.0, 2.0, markets)
        S.holders_ln[:] = N.q_base_ln + reach * draws.standard_normal(markets)
        S.forward_buying[:] = S.use_level * draws.choice([0.0, 0.0, 0.3], markets)
        S.state_buying[:] = S.use_level * draws.choice([0.0, 0.0, 0.2, -0.2], markets)
        S.transit[:] = 0.0
        kind = draws.uniform(size=passages)
        wide = np.where(self.room > 0.0, 1e12, 0.0)  # nothing goes where nobody could hold it
        I.route_room[:] = np.where(kind < 0.2, 0.0, np.where(kind < 0.5, self.room, wide))
        I.route_tax[:] = np.where(N.v_legal > 0, draws.uniform(0.0, 0.5, passages), 0.0)
        few = draws.choice([FREE, FREE, 0.0, 1e-3, 0.1, 0.3, 0.7, 1.2], len(N.u_size))
        I.licences_a_year[:] = np.where(few < 0.0, FREE, few * N.u_size)


def brutal(name: str, seed: int) -> Brutal:
    """A small world, or a shipped one without its history."""
    if name in SMALL:
        return Brutal(small(name, **({"materials": 2} if name != "one_market" else {})), seed)
    return Brutal(of(quiet(load_scenario(name))), seed)


@pytest.mark.parametrize(
    ("name", "weeks"), [*((name, 1000) for name in SMALL), ("two-countries", 1000), ("2010-embargo", 1000)]
)
def test_brutal_weeks_clear_or_say_that_they_do_not(name: str, weeks: int) -> None:
    """Whatever a week is given, a millionth is left over, or more is told in `unsolved`: in one week of fifty."""
    hard = brutal(name, 3)
    found, untold, unsolved = hard.found, 0, 0
    for _ in range(weeks):
        hard.set()
        found.kernel.phase("clearing", found.step, found.dt)
        assert np.isfinite(found.S.price_ln).all()
        if found.S.unsolved[0] > 0.0:
            unsolved += 1
            assert list(_cleared(found))
            continue
        worst = max(np.abs(left_over(found)).max(), over_licences(found).max(initial=0.0))
        untold += worst > MOST
        assert misrouted(found, WIDTH) == []
    assert untold == 0
    assert unsolved <= weeks // 50


def test_the_same_week_gives_the_same_bits() -> None:
    def weeks() -> list[bytes]:
        hard = brutal("one_exporter", 5)
        bits = []
        for _ in range(30):
            hard.set()
            clear(hard.found)
            S = hard.found.S
            bits += [S.price_ln.tobytes(), S.flow.tobytes(), S.rent.tobytes()]
        return bits

    assert weeks() == weeks()


def test_what_does_not_clear_is_told_with_its_market_and_its_borders() -> None:
    """A market that nothing reaches and that has nothing: no price within a factor of a thousand clears it."""
    found = small("one_exporter")
    q = market(found, "J")
    found.S.position[q], found.S.state_buying[q] = 0.0, 1e3 * found.S.use_level[q]
    entering = [v for v in range(len(found.N.v_here)) if found.N.v_there[v] == q]
    found.I.route_room[entering] = 0.0
    found.S.open_share[entering] = 0.0
    found.kernel.phase("clearing", found.step, found.dt)
    assert found.S.unsolved[0] > 0.0
    (told,) = _cleared(found)
    assert "in J does not clear" in told
    assert "X to J" in told


def test_plain_python_gives_the_same_as_native_code() -> None:
    code = (
        "from tests.sim.market.test_clearing import cleared, price\n"
        "w = cleared(materials=2, licences=2000.0)\n"
        "print([round(price(w, c, m), 9) for c in 'XJES' for m in (0, 1)], round(float(w.S.rent[0]), 9))\n"
    )
    told = [
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, env={**os.environ, "NUMBA_DISABLE_JIT": jit},
            check=True,
        ).stdout
        for jit in ("0", "1")
    ]  # fmt: skip
    assert told[0] == told[1] != ""
