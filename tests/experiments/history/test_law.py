"""What acts withhold by their letter, worked by hand on a world of round numbers.

In it Exportia refines 6,650 t a year, from ore of Pit 1, and sells 2,250 t of them to Importia, which uses 3,200 t and
makes the other 950 t from ore of Far Creek. Exportia uses 4,400 t. A tonne contained is a tonne gross.
"""

from datetime import date
from math import log
from typing import Any

import numpy as np
import pytest

from chokepoint.experiments.economics import worlds
from chokepoint.experiments.history.catalogue import find
from chokepoint.experiments.history.law import Law
from chokepoint.sim.scenario.tables import BaseYear, Event
from chokepoint.sim.simulation import Simulation
from tests.builders import ASSUMED, event, world_scenario

SOLD = 2250.0 / 3200.0  # of what Importia uses, by Exportia
FIRST, LAST = date(2011, 1, 3), date(2011, 6, 26)  # whole weeks
MIDDLE = (date(2011, 3, 7) - date(2010, 1, 4)).days // 7


def law(*acts: Event, **more: Any) -> Law:
    return Law(Simulation(world_scenario(unlicensed=False, tax=0.0, events=acts, **more)).layout)


def withheld(*acts: Event) -> tuple[float, float]:
    """Outside and inside, in a week in which all acts are in force."""
    outside, inside = law(*acts).force().withheld[:, 0, MIDDLE]
    return float(outside), float(inside)


def act(instrument: str, value: float | None = None, **cells: Any) -> Event:
    told = {"date": FIRST, "end": LAST, **cells}
    return event(instrument, told.pop("date"), instrument, value, **told)


def test_a_quota_and_a_tax_by_hand() -> None:
    # 675 t for a half-year are 1,350 t a year, 60 % of exports: 900 of 3,200 t are withheld; the tax comes later
    quota, tax = act("export_quota", 675.0), act("export_tax", 10.0, date=date(2011, 4, 4))
    force = law(quota, tax).force()
    taxed, over = MIDDLE + 8, MIDDLE + 20
    assert force.withheld[0, 0, [MIDDLE, taxed, over]] == pytest.approx([0.28125, 0.28125, 0.0])
    assert force.tax[0, 0, [MIDDLE, taxed, over]] == pytest.approx([0.0, SOLD * log(1.1), 0.0])
    assert force.logs(0.35)[0, 0, MIDDLE] == pytest.approx(-log(0.71875) / 0.35)
    assert force.logs(0.2)[0, 0, taxed] == pytest.approx(-log(0.71875) / 0.2 + SOLD * log(1.1))
    assert not force.withheld[1].any()  # what may not leave is not thrown on the home market


def test_each_act_withholds_what_it_says() -> None:
    assert withheld(act("embargo", target="Importia")) == pytest.approx((SOLD, 0.0))
    assert withheld(act("embargo", 57.0)) == pytest.approx((0.57 * SOLD, 0.0))
    assert withheld(act("licence_refusal", 80.0)) == pytest.approx((0.8 * SOLD, 0.0))
    assert withheld(act("embargo", 57.0), act("licence_refusal", 80.0)) == pytest.approx((0.8 * SOLD, 0.0))
    assert withheld(act("production_quota", 3500.0, kind="light")) == pytest.approx((0.5 * SOLD, 0.5))
    assert withheld(act("ore_hold", target="Far Creek")) == pytest.approx((950.0 / 3200.0, 0.0))
    # half of 2,250 t is not made; a quota of 2 x 450 t leaves 900 of the 1,125 t
    both = act("production_quota", 3500.0, kind="light"), act("export_quota", 450.0)
    assert withheld(*both) == pytest.approx(((2250.0 - 900.0) / 3200.0, 0.5))
    assert withheld(act("inspection", 100.0)) == (0.0, 0.0)
    assert withheld(act("export_quota", 1200.0)) == (0.0, 0.0)  # slack


def test_a_licence_withholds_until_its_office_must_decide() -> None:
    licence = act("export_licence", 45.0, end=None)
    weeks = law(licence).force().withheld[0, 0, 52:64]  # nine weeks from the first day of week 52
    assert weeks == pytest.approx([SOLD] * 9 + [0.0] * 3)


def test_weeks_count_by_their_days() -> None:
    held = law(act("embargo", date=date(2011, 1, 5), end=date(2011, 1, 13))).force().withheld[0, 0, 51:55]
    assert held == pytest.approx([0.0, 5 / 7 * SOLD, 4 / 7 * SOLD, 0.0])


def test_later_acts_take_the_place_of_open_ones() -> None:
    def quota(name: str, month: int, value: float | None, end: date | None = None) -> Event:
        return event(name, date(2011, month, 1), "export_quota", value, end=end)

    def at(*quotas: Event) -> float:
        return float(law(*quotas).force().withheld[0, 0, MIDDLE])

    half = 450.0 / 3200.0  # what 900 t for a half-year withhold
    assert at(quota("a", 1, 900.0)) == pytest.approx(half)
    assert at(quota("a", 1, 900.0), quota("b", 2, 450.0)) == pytest.approx((2250.0 - 900.0) / 3200.0)
    assert at(quota("a", 1, 900.0), quota("b", 2, None)) == 0.0
    ended = date(2011, 6, 30)  # 181 days, and 150 from the first of February: both are half-years, and add up
    assert at(quota("a", 1, 450.0, ended), quota("b", 2, 450.0, ended)) == pytest.approx(half)
    earlier = event("a", FIRST, "embargo", 80.0), event("b", date(2011, 2, 7), "embargo", 20.0)
    assert at(*earlier) == pytest.approx(0.2 * SOLD)


def test_two_states_add_up() -> None:
    # four exporters sell 2,500 t each to J (5,000 t of use), E and S (5,000 t together), who make nothing
    world = worlds.world("four_exporters").scenario
    acts = tuple(event(f"stop.{name}", FIRST, "embargo", actor=name, target="J") for name in ("A", "B"))
    tax = event("tax", FIRST, "export_tax", 25.0, actor="C")
    found = Law(Simulation(world.model_copy(update={"events": (*acts, tax)})).layout).force()
    layout = Simulation(world).layout
    sold = 2 * float(layout.N.v_flow[layout.N.q_country[layout.N.v_there] == 4].sum()) / 4.0
    week = (FIRST - world.start).days // 7 + 4
    assert found.withheld[0, 0, week] == pytest.approx(sold / 10_000.0)
    assert found.tax[0, 0, week] == pytest.approx(0.25 * log(1.25))


def test_exports_that_are_printed_are_what_a_quota_is_held_against() -> None:
    printed = BaseYear(item="flow", key="exports Exportia->world", value=1800.0, unit="t gross", **ASSUMED)
    quota = act("export_quota", 675.0)  # 1,350 of 1,800 t: a quarter of 2,250 t is withheld
    scenario = world_scenario(unlicensed=False, tax=0.0, events=(quota,))
    scenario = scenario.model_copy(update={"base_year": (*scenario.base_year, printed)})
    found = Law(Simulation(scenario).layout).force().withheld[0, 0, MIDDLE]
    assert found == pytest.approx(0.25 * SOLD)


def test_what_is_known_on_a_day() -> None:
    told = event("told", date(2011, 1, 3), "embargo", date=date(2010, 12, 6), end=LAST)
    short = event("short", date(2010, 6, 7), "embargo", 2.0, end=date(2010, 6, 13))
    found = law(short, told)
    assert found.force(date(2010, 12, 5)).withheld.max() == pytest.approx(0.02 * SOLD)
    assert found.force(date(2010, 12, 6)).withheld.max() == pytest.approx(SOLD)
    first = found.first_that_matters(["M1"])  # 1.4 % of use is less than a fiftieth
    assert first is not None
    assert first.id == "told"
    assert law(short).first_that_matters(["M1"]) is None


def test_the_first_act_of_2010_is_the_quota_that_parted_the_markets() -> None:
    place = find("2010-embargo")
    found = Law(place.simulation().layout)
    first = found.first_that_matters(["La", "Ce", "Nd", "Dy"])
    assert first is not None
    assert place.facts.training is not None
    assert first.id == place.facts.training.cut
    # the tax of the base year is in its prices: ending it is worth what was paid
    end = found.force().tax[0, 0, found.calendar.step_of(date(2015, 6, 1))]
    assert -log(1.15) < end < -0.5 * log(1.15)
    assert np.abs(found.force().tax[0, 0, : found.calendar.step_of(date(2015, 4, 1))]).max() < 1e-12
