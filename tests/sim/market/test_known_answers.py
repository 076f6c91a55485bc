"""Worlds whose answer is known before they run: steady state, parity, cuts, words, steps, luck."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from chokepoint.agents.behaviour import NOISE_OFF
from chokepoint.experiments.economics.worlds import quiet
from chokepoint.experiments.economics.worlds import world as small_world
from chokepoint.sim import Simulation
from chokepoint.sim.market.world import World
from chokepoint.sim.network.markets import WIDTH
from chokepoint.sim.simulation import change_scenario, load_scenario
from tests.builders import TWO_COUNTRIES, differences, event, news_item, user, world_scenario
from tests.fingerprints import worlds

WORLDS = worlds()
SMALL = ("one_exporter", "four_exporters", "no_users")
YEAR = 52  # weeks
STILL = 1e-9  # relative: no more than rounding


def run(*, sim_seed: int = 1, **knobs: Any) -> World:
    """The finished world of a small scenario; mass and money have been checked."""
    world = Simulation(world_scenario(**knobs), seed=sim_seed).world().run()
    assert world.check() == []
    return world


def step_of(world: World, *day: int) -> int:
    return world.calendar.step_of(date(*day))


def yearly(series: np.ndarray, steps_per_year: int = YEAR) -> np.ndarray:
    """Sums of whole years over all columns."""
    flat = series.reshape(len(series), -1).sum(axis=1)
    years = len(flat) // steps_per_year
    return flat[: years * steps_per_year].reshape(years, steps_per_year).sum(axis=1)


# Without a shock nothing moves: the base year is an exact equilibrium.


def moved(world: World) -> dict[str, float]:
    """How far anything strays from the base year in a run, relative."""
    N, R = world.N, world.R
    price = R.price_of[:, N.q_country, N.q_mat] / np.exp(N.q_base_ln)
    found = {"price": np.abs(price - 1.0).max(), "flow": (np.abs(R.flow / world.dt - N.v_flow) / N.v_scale).max()}
    for name in ("stock", "refined", "mined", "use"):
        series = getattr(R, name)
        found[name] = float((np.abs(series - series[0]) / np.maximum(np.abs(series[0]), 1e-3)).max())
    return {name: float(value) for name, value in found.items() if value > STILL}


def without_projects(scenario: Any) -> Any:
    """The scenario without mines that are still to be built: some would be at the prices of the base year."""
    mines = tuple(m for m in scenario.mines if m.stage == "operating")
    names = {m.mine for m in mines}
    return scenario.model_copy(update={"mines": mines, "feeds": tuple(f for f in scenario.feeds if f.mine in names)})


@pytest.mark.parametrize("name", WORLDS)
def test_the_base_year_of_a_shipped_world_is_an_exact_equilibrium(name: str) -> None:
    scenario = load_scenario(WORLDS[name])
    taxes = tuple(e for e in scenario.events if e.instrument == "export_tax" and e.start <= scenario.start)
    calm = quiet(without_projects(scenario)).model_copy(
        update={"events": tuple(e.model_copy(update={"end": None}) for e in taxes)}
    )
    flat = {
        "sectors": tuple(row.model_copy(update={"growth_per_year": 0.0}) for row in calm.sectors),
        "firms": tuple(row.model_copy(update={"growth_per_year": 0.0}) for row in calm.firms),
    }
    assert moved(Simulation(change_scenario(calm.model_copy(update=flat), ())).world().run()) == {}


@pytest.mark.parametrize("name", SMALL)
def test_the_base_year_of_a_small_world_is_an_exact_equilibrium(name: str) -> None:
    assert moved(Simulation(small_world(name).over(300)).world().run()) == {}


@pytest.mark.parametrize(
    "knobs", [{}, {"materials": 2, "firms": 4, "seed": 3}, {"traders": False, "unlicensed": False}]
)
def test_steady_state_for_ten_years(knobs: Mapping[str, Any]) -> None:
    assert moved(run(noise=False, freight=0.5, end=date(2019, 12, 29), **knobs)) == {}


# Without a quota two prices differ by tax and freight.


@pytest.mark.parametrize("percent", [0.0, 5.0, 25.0])
def test_free_trade_parity_after_a_new_tax(percent: float) -> None:
    """The tax goes from 10 % to another in 2012; ever after price abroad is price at home with tax and costs on top."""
    changed = event("tax.2012", date(2012, 1, 2), "export_tax", percent, materials="M1;M2", unit="%")
    world = run(materials=2, noise=False, freight=0.5, end=date(2019, 12, 29), events=[changed])
    N, R = world.N, world.R
    legal = np.flatnonzero((N.v_zone > 0) & (N.v_flow > 0.0))
    after = slice(step_of(world, 2012, 1, 2), None)
    price = np.log(R.price_of[after, N.q_country, N.q_mat])
    margin = price[:, N.v_there[legal]] - price[:, N.v_here[legal]] - np.log1p(percent / 100.0) - N.v_cost[legal]
    flows = R.flow[after, legal] / (N.v_scale[legal] * world.dt)
    assert R.flow[after, legal].min() > 0.0
    assert (R.taxed[after, legal] == percent / 100.0).all()
    free = flows < 2.0  # beyond, ports load no more for some weeks
    assert free[13:].all()
    assert np.abs(margin - WIDTH * (flows + 0.25))[free].max() < 1e-6


# An embargo on one importer.

BEGINS, WEEKS = 52, 156


def embargoed(name: str, **cells: Any) -> tuple[World, World]:
    """A small world, and the same with an embargo of its first state on its largest importer."""
    world = small_world(name)
    first = world.scenario.start + timedelta(days=7 * BEGINS)
    cells = {"actor": world.exporter, "target": world.target, "end": first + timedelta(days=7 * WEEKS - 1), **cells}
    act = event("embargo", first, "embargo", **cells)
    scenario = world.over(BEGINS + WEEKS + YEAR)
    shut = change_scenario(scenario.model_copy(update={"events": (act,)}), ())
    return Simulation(scenario).world().run(), Simulation(shut).world().run()


def test_an_embargo_on_one_importer_is_not_paid_for_by_others() -> None:
    free, shut = embargoed("one_exporter")
    price = shut.R.price_of[:, :, 0] / free.R.price_of[:, :, 0]
    world = small_world("one_exporter")
    there = {name: price[BEGINS : BEGINS + WEEKS, shut.countries.index(name)] for name in shut.countries}
    for other in (world.exporter, *world.others):
        assert there[other][:YEAR].mean() < 1.0
        assert there[other].mean() < 1.005
        assert there[other].max() < 1.02
        assert (there[world.target] > there[other]).all()
    assert there[world.target].mean() > 1.02


def test_what_an_embargo_holds_back_reaches_its_target_by_others() -> None:
    free, shut = embargoed("one_exporter")
    N, world = shut.N, small_world("one_exporter")
    target = shut.countries.index(world.target)
    enters = N.q_country[N.v_there] == target
    barred = enters & (N.q_country[N.v_here] == shut.countries.index(world.exporter))
    during = slice(BEGINS, BEGINS + WEEKS)
    assert shut.R.flow[during, barred].sum() == 0.0
    assert shut.R.flow[during, enters & ~barred].sum() > 2.0 * free.R.flow[during, enters & ~barred].sum()
    assert shut.R.use[during, target].sum() > 0.9 * free.R.use[during, target].sum()


def test_an_embargo_of_one_of_four_exporters_hardly_moves_a_price() -> None:
    free, shut = embargoed("four_exporters")
    assert np.abs(np.log(shut.R.price_of / free.R.price_of)).max() < 0.2
    assert np.abs(np.log(shut.R.price_of / free.R.price_of))[BEGINS + YEAR :].max() < 0.05


# Words: a threat with flows untouched by law.


def rise_after(kind: str, day: date) -> tuple[World, World, np.ndarray]:
    """A calm world, the same with something said on a day, and how far the outside price of the second lies above."""
    calm = run(noise=False, freight=0.5)
    tense = run(noise=False, freight=0.5, news=[news_item("news", day, kind)])
    return calm, tense, tense.R.price[:, 0, 0] / calm.R.price[:, 0, 0] - 1.0


@pytest.mark.parametrize("kind", ["threat", "report", "rumour"])
def test_words_move_the_price_at_once_and_are_forgotten(kind: str) -> None:
    day = date(2012, 1, 2)
    calm, tense, rise = rise_after(kind, day)
    t, memory = calm.calendar.step_of(day), int(tense.P.words_years * YEAR)
    assert not rise[:t].any()
    assert rise[t] > 0.8 * rise.max() > 0.0
    assert rise.argmax() <= t + 4
    assert 0.2 * rise[t] < rise[t + memory // 2] < 0.9 * rise.max()
    assert abs(rise[t + 4 * memory]) < 0.1 * rise[t]
    for series in ("use", "mined", "refined"):
        change = yearly(getattr(tense.R, series)[t:]) / yearly(getattr(calm.R, series)[t:]) - 1.0
        assert np.abs(change).max() < 0.03, series


def test_the_louder_the_word_the_more_it_moves() -> None:
    day = date(2012, 1, 2)
    rumour, report, threat = (rise_after(kind, day)[2].max() for kind in ("rumour", "report", "threat"))
    assert rumour < report < threat
    P = run(noise=False).P
    assert P.rumour < P.report < P.threat
    assert rumour < 1.5 * P.rumour / P.threat * threat


# Half the step, the same story.


HOLD_AND_THREAT: dict[str, Any] = {
    "noise": False, "freight": 0.5, "embargo": (date(2012, 3, 5), date(2012, 4, 15)),
    "news": [news_item("news", date(2012, 1, 2), "threat")],
}  # fmt: skip


@pytest.mark.parametrize("knobs", [{}, {"quota_t": 1200.0}], ids=["embargo and threat", "with a quota"])
def test_half_the_step(knobs: Mapping[str, Any]) -> None:
    whole, half = run(**HOLD_AND_THREAT, **knobs), run(**HOLD_AND_THREAT, **knobs, step_days=3.5)
    assert half.calendar.steps == 2 * whole.calendar.steps
    assert half.R.price[-1] / whole.R.price[-1] == pytest.approx(np.ones((2, 1)), abs=0.05)
    for name in ("exports", "use", "mined", "refined"):
        ratio = yearly(getattr(half.R, name), 2 * YEAR) / yearly(getattr(whole.R, name))
        assert ratio == pytest.approx(np.ones(5), abs=0.05), name


def test_half_the_step_without_a_shock() -> None:
    whole, half = run(noise=False, freight=0.5), run(noise=False, freight=0.5, step_days=3.5)
    assert half.R.price[-1] / whole.R.price[-1] == pytest.approx(np.ones((2, 1)), abs=1e-6)


# Noise is real.


def test_noise_is_real() -> None:
    quiet_run, stirred = (
        Simulation(world_scenario(freight=0.5)),
        Simulation(world_scenario(freight=0.5, quota_t=1000.0, news=[news_item("news", date(2012, 1, 2), "threat")])),
    )
    inside = np.log(quiet_run.run(12).arrays["price_inside"][:, 2 * YEAR : 3 * YEAR, 0])
    peaks = np.log(stirred.run(12).arrays["price_outside"][:, :, 0].max(axis=1))
    assert 0.002 < np.diff(inside, axis=1).std(axis=1).mean() < 0.1
    assert peaks.std(ddof=1) > 0.01


# A shock of size zero is no shock, and a shock has no past.

SAME_TAX = event("tax.again", date(2012, 1, 2), "export_tax", 10.0, materials="M1", unit="%")
CLEAR = event("inspection", date(2012, 1, 2), "inspection", 10.0, target="Importia", unit="% of cargos")
NOBODY = event("refusal", date(2012, 1, 2), "licence_refusal", 0.0, target="Importia", unit="%")
HOLD = event("embargo", date(2012, 3, 5), "embargo", target="Importia", end=date(2012, 4, 15))
PLENTY = event("quota", date(2012, 1, 2), "production_quota", 1e6, kind="light", unit="t/year")


@pytest.mark.parametrize(
    "knobs",
    [
        {"events": [SAME_TAX]},
        {"events": [CLEAR]},
        {"events": [NOBODY]},
        {"events": [PLENTY]},
        {"news": [news_item("news", date(2012, 1, 2), "rumour")], "behaviour": {"rumour": 0.0}},
    ],
    ids=["same tax", "usual inspection", "nobody refused", "a quota beyond all output", "a word that nobody believes"],
)
def test_a_shock_of_size_zero_is_no_shock(knobs: Mapping[str, Any]) -> None:
    plain = {name: value for name, value in knobs.items() if name not in ("events", "news")}
    assert differences(run(**plain), run(**knobs)) == []


def test_an_embargo_on_nothing_is_no_shock() -> None:
    """Nobody buys magnets: an embargo on them holds nothing."""
    free, held = (run(embargo_forms=("magnet",), events=acts) for acts in ([], [HOLD]))
    assert differences(free, held) == []


@pytest.mark.parametrize(
    ("act", "day"),
    [
        ("embargo.2013", date(2013, 3, 4)),
        ("quota.2011H1", date(2011, 1, 3)),
        ("news.plan.2010", date(2010, 11, 15)),
    ],
)
def test_a_shock_changes_nothing_before_its_date(act: str, day: date) -> None:
    with_it = Simulation(TWO_COUNTRIES, seed=5).world().run()
    without = Simulation(TWO_COUNTRIES, seed=5, changes=[f"{act}=none"]).world().run()
    step = with_it.calendar.step_of(day)
    assert differences(with_it, without, until=step) == []
    changed = differences(with_it, without, until=step + 10)
    assert {"price", "stock", "arrivals"} <= set(changed)


@pytest.mark.parametrize("step_days", [7.0, 3.5, 1.75])
@pytest.mark.parametrize("weekday", range(7))
def test_an_act_is_in_force_in_the_step_of_its_day(weekday: int, step_days: float) -> None:
    day = date(2010, 3, 1 + weekday)
    raised = event("tax.2010", day, "export_tax", 25.0, materials="M1", unit="%")
    world = Simulation(world_scenario(events=[raised], end=date(2010, 6, 27), step_days=step_days)).world()
    step = world.calendar.step_of(day)
    world.advance(step)
    assert world.I.tax[1, 0] == pytest.approx(0.10)
    world.advance(step + 1)
    assert world.I.tax[1, 0] == pytest.approx(0.25)


@pytest.mark.parametrize("weekday", [5, 7])  # Monday 5 March 2012, Wednesday 7 March 2012
def test_an_embargo_acts_on_its_day(weekday: int) -> None:
    free = run()
    held = run(embargo=(date(2012, 3, weekday), date(2012, 4, 15)))
    step = step_of(held, 2012, 3, 5)
    assert held.R.exports[step - 1].sum() == free.R.exports[step - 1].sum() > 0.0
    assert held.R.exports[step].sum() < 0.5 * free.R.exports[step].sum()
    assert held.R.exports[step + (weekday > 5) : step + 6].sum() == 0.0
    assert held.R.exports[step + 6].sum() > free.R.exports[step + 6].sum()


# Common random numbers: who is not there yet moves nobody's luck.


@pytest.mark.parametrize("country", ["Exportia", "Importia"])
@pytest.mark.parametrize("place", [0, 3, 7])
def test_a_firm_that_opens_later_changes_nothing_before(place: int, country: str) -> None:
    opens = date(2013, 7, 1)
    knobs: dict[str, Any] = {
        "materials": 2, "firms": 5, "seed": 11, "quota_t": 1200.0, "embargo": (date(2012, 3, 5), date(2012, 4, 15)),
        "news": [news_item("news", date(2011, 6, 1), "threat")], "sim_seed": 4,
        "events": [event("inspection", date(2012, 9, 3), "inspection", 100.0, end=date(2012, 12, 30))],
    }  # fmt: skip
    late = user("Newcomer", country, "ceramics", 700.0, opens=opens)
    without, with_it = run(**knobs), run(**knobs, more_firms={place: late})
    step = without.calendar.step_of(opens)
    assert differences(without, with_it, until=step) == []
    assert "use" in differences(without, with_it)


def test_a_replication_does_not_depend_on_how_many_there_are() -> None:
    scenario = world_scenario(quota_t=1200.0)
    three, one = Simulation(scenario, seed=2).run(3), Simulation(scenario, seed=2).world(2).run()
    assert three.arrays["price_outside"][2].tobytes() == np.ascontiguousarray(one.R.price[:, 0]).tobytes()
    assert three.arrays["price_outside"][0].tobytes() != three.arrays["price_outside"][1].tobytes()


def test_the_last_quota_ends_with_its_period() -> None:
    world = Simulation(TWO_COUNTRIES, changes=["quota.end=none"], behaviour=NOISE_OFF).world()
    world.advance(step_of(world, 2011, 6, 20))
    assert world.I.quota_on[1] == 1.0
    world.advance(step_of(world, 2011, 7, 11))
    assert world.I.quota_on[1] == 0.0
