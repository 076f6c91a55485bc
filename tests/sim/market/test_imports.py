"""Acts on some materials, in part, and at the border of who buys: each does what its words say, by hand."""

from datetime import date
from typing import Any

import numpy as np
import pytest

from chokepoint.experiments.economics.worlds import four_exporters, one_exporter
from chokepoint.sim.scenario.tables import Scenario
from chokepoint.sim.simulation import Simulation

END = date(2012, 12, 30)
FIRST = 60  # week of 28 February 2011
SPAN = "from 2011-02-28 until 2012-02-26"
QUIET = {"noise_demand": 0.0, "noise_trait": 0.0}


def run(scenario: Scenario, *sentences: str) -> Any:
    """A quiet world in which acts happen that nobody is told of; a fault of mass, money or signs fails."""
    changes = [f"act.a{i}={sentence} unheard" for i, sentence in enumerate(sentences)]
    world = Simulation(scenario.model_copy(update={"end": END}), changes=changes, behaviour=QUIET).world().run()
    assert world.check() == []
    return world


def sent(world: Any, origin: str, there: str, material: int = 0) -> np.ndarray:
    """What goes from one country to another past customs, t a week: (weeks,)."""
    N, names = world.N, world.countries
    of = (N.q_country[N.v_here] == names.index(origin)) & (N.q_country[N.v_there] == names.index(there))
    return np.asarray(world.R.flow[:, of & (N.q_mat[N.v_here] == material) & (N.v_legal > 0)].sum(axis=1))


def test_an_embargo_in_part_leaves_the_rest_of_the_base_years_flow() -> None:
    world = run(one_exporter(), f"X embargo against J at 40 % {SPAN}")
    flow = sent(world, "X", "J") / sent(world, "X", "J")[FIRST - 2]
    assert flow[FIRST + 8] == pytest.approx(0.6, abs=0.01)
    assert flow[: FIRST - 1].min() > 0.999
    whole = run(one_exporter(), f"X embargo against J {SPAN}")
    assert sent(whole, "X", "J")[FIRST + 8] == 0.0


@pytest.mark.parametrize(
    "act",
    ["X embargo of M1", "X closure of M1", "X inspection of M1 at 100 %", "X export_licence of M1 at 45 working days",
     "X licence_refusal of M1 at 50 %"],
)  # fmt: skip
def test_an_act_on_one_material_leaves_the_other_open(act: str) -> None:
    scenario = one_exporter(materials=2).model_copy(update={"end": END})
    world = Simulation(scenario, changes=[f"act.a={act} {SPAN} unheard"], behaviour=QUIET).world()
    world.advance(FIRST + 6)
    N = world.N
    lanes = (N.v_zone > 0) & (N.v_flow > 0.0)
    open_share = [world.S.open_share[lanes & (N.q_mat[N.v_here] == material)] for material in (0, 1)]
    assert open_share[0].max() < 0.9
    assert (open_share[1] == 1.0).all()


def test_an_import_ban_is_the_embargo_of_the_same_lane() -> None:
    banned, held = (
        run(one_exporter(), f"J import_ban against X {SPAN}"),
        run(one_exporter(), f"X embargo against J {SPAN}"),
    )
    assert sent(banned, "X", "J")[FIRST + 1 : FIRST + 50].max() == 0.0
    assert np.allclose(banned.R.price_of, held.R.price_of, rtol=1e-9)


def test_a_tariff_lies_between_the_price_at_home_and_the_price_there_and_is_paid_to_the_importer() -> None:
    every = [f"{c} import_tariff against X at 30 % {SPAN}" for c in ("J", "E", "S")]
    plain, taxed = run(one_exporter()), run(one_exporter(), *every)
    moved = np.log(taxed.R.price_of[FIRST + 26, :, 0] / plain.R.price_of[FIRST + 26, :, 0])
    x, j = (taxed.countries.index(c) for c in ("X", "J"))
    assert moved[j] - moved[x] == pytest.approx(np.log(1.3), abs=0.02)
    assert moved[x] < -0.02 < 0.02 < moved[j]
    week = FIRST + 26
    owed = 0.3 * sent(taxed, "X", "J")[week] * taxed.R.price_of[week, x, 0] * (1.0 + taxed.R.taxed[week].max())
    assert taxed.R.duty[week, j] == pytest.approx(owed, rel=1e-6)
    assert taxed.R.duty[: FIRST - 1].sum() == 0.0
    assert taxed.R.duty[FIRST + 54 :].sum() == 0.0


def test_a_ban_on_shipping_on_stops_a_detour() -> None:
    acts = [f"{c} embargo against S {SPAN}" for c in "ABCD"]
    detour = run(four_exporters(), *acts)
    closed = run(four_exporters(), *acts, f"J re_export_ban {SPAN}", f"E re_export_ban {SPAN}")
    late = slice(FIRST + 30, FIRST + 45)
    through = sum(sent(detour, c, "S")[late].mean() for c in ("J", "E"))
    assert through > 0.1
    assert sum(sent(closed, c, "S")[late].mean() for c in ("J", "E")) == 0.0


def test_aid_makes_use_follow_a_high_price_as_much_faster_as_it_is_of_the_bill() -> None:
    bill = 30.0 * 100.0 * 10.0 * 1000.0  # of J: 30 units of 100 t at 10 USD/kg
    quota = f"X export_tax at 100 % {SPAN}"
    plain, aided = run(one_exporter(), quota), run(one_exporter(), quota, f"J aid_to_users at {bill:.0f} USD {SPAN}")
    market = int(plain.N.q_of[plain.countries.index("J"), 0])
    assert plain.S.hastened[market] == 1.0
    saved = [float(world.S.saved[market]) for world in (plain, aided)]
    assert saved[1] > 1.3 * saved[0] > 0.0
    paid = aided.R.user_aid.sum(axis=0)
    assert paid[aided.countries.index("J")] == pytest.approx(bill / 1000.0, rel=0.01)
    assert paid.sum() == paid[aided.countries.index("J")]


def test_an_import_ban_that_is_told_is_expected_from_its_day() -> None:
    scenario = one_exporter().model_copy(update={"end": END})
    told = "act.a=J import_ban against X announced 2010-11-01 from 2011-02-28 until 2012-02-26"
    world = Simulation(scenario, changes=[told], behaviour=QUIET).world().run()
    j = world.countries.index("J")
    day = world.calendar.step_of(date(2010, 11, 1))
    path = world.R.price_of[:, j, 0] / world.R.price_of[0, j, 0]
    assert path[day - 1] == pytest.approx(1.0, abs=0.005)
    assert path[FIRST - 1] > 1.02


@pytest.mark.parametrize("act", ["import_tariff against China at 30 %", "import_ban against China", "re_export_ban"])
def test_a_country_without_a_role_acts_at_its_border_too(act: str) -> None:
    world = Simulation("2010-embargo", changes=[f"act.a=Elsewhere {act} from 2010-01-04"], behaviour=QUIET).world()
    world.advance(40)
    in_force = [world.I.tariff, world.I.import_ban, world.I.own_output_only]
    assert not any(array.any() for array in in_force)
    world.advance(70)
    assert sum(array.any() for array in in_force) == 1


def heard(scenario: Scenario, *sentences: str) -> Any:
    """A quiet world in which acts are told on the day on which they are announced."""
    changes = [f"act.a{i}={sentence}" for i, sentence in enumerate(sentences)]
    world = Simulation(scenario.model_copy(update={"end": END}), changes=changes, behaviour=QUIET).world().run()
    assert world.check() == []
    return world


AHEAD = "announced 2010-11-01 from 2011-02-28 until 2012-02-26"
TOLD = 43  # week of 1 November 2010


def test_a_tariff_that_is_announced_is_expected_like_an_export_tax() -> None:
    free = run(one_exporter())
    tariff = heard(one_exporter(), *(f"{c} import_tariff against X at 30 % {AHEAD}" for c in ("J", "E", "S")))
    tax = heard(one_exporter(), f"X export_tax at 30 % {AHEAD}")
    j = free.countries.index("J")
    assert np.allclose(tariff.R.price_of[:FIRST], tax.R.price_of[:FIRST], rtol=1e-9)
    assert np.allclose(tariff.R.price_of[:TOLD], free.R.price_of[:TOLD], rtol=1e-9)
    assert (tariff.R.expected[TOLD:FIRST, j, 0] > 1.01 * free.R.expected[TOLD:FIRST, j, 0]).all()
    assert (sent(tariff, "X", "J") > sent(free, "X", "J"))[TOLD]  # stocks are filled before the day
    assert tariff.R.duty[:FIRST].sum() == 0.0
    unheard = run(one_exporter(), *(f"{c} import_tariff against X at 30 % {SPAN}" for c in ("J", "E", "S")))
    assert np.allclose(unheard.R.price_of[:FIRST], free.R.price_of[:FIRST], rtol=1e-9)


def test_a_tariff_on_a_country_without_a_border_of_its_own_is_expected_too() -> None:
    act = f"J import_tariff against S at 300 % {AHEAD}"
    world = Simulation(
        one_exporter().model_copy(update={"end": END}), changes=[f"act.a={act}"], behaviour=QUIET
    ).world()
    s, j = (world.countries.index(c) for c in ("S", "J"))
    N = world.N
    lane = (N.q_country[N.v_here] == s) & (N.q_country[N.v_there] == j) & (N.v_legal > 0)
    assert N.zone_of_country[s] == 0
    world.advance(TOLD)
    assert world.I.expected_tariff.max() == 0.0
    world.advance(TOLD + 1)
    assert (world.I.expected_tariff[lane] > 0.1).all()
    assert world.I.expected_tariff[~lane].max() == 0.0
    world.advance(FIRST + 1)
    assert world.I.expected_tariff[lane] == pytest.approx(3.0)


def test_a_ban_on_shipping_on_that_is_announced_makes_the_detour_dear_before_its_day() -> None:
    cut = [f"{c} embargo against S {SPAN}" for c in "ABCD"]
    ahead = "announced 2011-05-02 from 2011-08-01 until 2012-02-26"
    bans = [f"{c} re_export_ban {ahead}" for c in ("J", "E")]
    told, begins = 69, 82
    leaky, shut = heard(four_exporters(), *cut), heard(four_exporters(), *cut, *bans)
    kept = heard(four_exporters(), *cut, *(f"{ban} unheard" for ban in bans))
    s = leaky.countries.index("S")
    dearer = shut.R.price_of[:, s, 0] / leaky.R.price_of[:, s, 0]
    assert np.allclose(dearer[:told], 1.0, rtol=1e-9)
    assert dearer[told:begins].min() > 1.005
    assert np.allclose(kept.R.price_of[:begins], leaky.R.price_of[:begins], rtol=1e-9)


def test_a_ban_on_shipping_on_is_told_as_the_part_that_is_not_made_at_home() -> None:
    simulation = Simulation("2010-embargo", changes=["act.a=Japan re_export_ban from 2010-03-01"])
    (row,) = [row for row in simulation.told.rows if row.act == "a"]
    N = simulation.layout.N
    japan = simulation.layout.countries.index("Japan")
    made = {m: float(N.q_output[q]) for m, q in enumerate(N.q_of[japan].tolist()) if q >= 0}
    assert all((row.share[m] == 1.0) == (output == 0.0) for m, output in made.items())
    assert row.share.max() == 1.0


def test_a_ban_on_imports_leaves_words_about_the_exporter_and_lanes_of_others() -> None:
    words = "say.w=threat:all:2010-06-07"
    scenario = one_exporter().model_copy(update={"end": END})
    act = "act.a=J import_ban against S from 2010-09-06 until 2011-03-06"
    both = Simulation(scenario, changes=[words, act], behaviour=QUIET)
    (said,) = [row for row in both.told.rows if not row.act]
    assert said.valid > both.world().calendar.steps
    world = both.world().run()
    week = world.calendar.step_of(date(2010, 10, 4))
    assert sent(world, "S", "J")[week] == 0.0 < sent(world, "X", "J")[week]
