"""A case against an export restriction: when it ends, what goes, and that nothing moves before."""

from datetime import date
from functools import cache

import numpy as np
import pytest

from chokepoint.agents.measure import Measure
from chokepoint.sim import BadInput, Simulation
from chokepoint.sim.politics.enactment import enact
from chokepoint.sim.politics.governed import GovernedWorld
from chokepoint.sim.politics.history import measure_of
from chokepoint.sim.politics.outlook import imagine
from tests.builders import differences, world_scenario

LAG, HAZARD, COMPLIANCE = 1.0, 0.8, 0.5
CASE = "act.case=Importia complaint hazard against Exportia at 0.8 1/year from 2010-06-01 until 2090-01 unheard"


def simulation(*changes: str, end: date = date(2018, 12, 30), **choices: float) -> Simulation:
    terms = {"ruling_years": LAG, "compliance_years": COMPLIANCE, **choices}
    return Simulation(world_scenario(quota_t=700.0, end=end, noise=False, **terms), changes=changes)


@cache
def finished(*changes: str) -> GovernedWorld:
    return simulation(*changes).world(0).run()


def test_cases_end_after_lag_and_hazard_on_average() -> None:
    """Over 400 replications: 1 year, then a hazard of 0.8 a year, half a year to obey: 2.75 years, sd 1.25."""
    world = simulation(CASE, end=date(2040, 1, 1)).world(0)
    (complaint,) = [measure_of(e) for e in world.layout.scenario.events if e.actor == "Importia"]
    for i in range(400):
        world.replication = i
        world.politics.file(complaint)
    years = [(case.obeyed - date(2010, 6, 1)).days / 365.25 for case in world.politics.court.cases]
    assert len(years) == 400
    assert min(years) >= LAG + COMPLIANCE - 0.01
    assert np.mean(years) == pytest.approx(LAG + 1.0 / HAZARD + COMPLIANCE, abs=3.0 * 1.25 / 20.0)
    assert np.std(years) == pytest.approx(1.25, rel=0.2)


def test_prices_outside_fall_after_compliance_and_nothing_moves_before() -> None:
    without, sued = finished(), finished(CASE)
    (case,) = sued.politics.court.cases
    assert 0 < case.step < sued.calendar.steps - 110
    assert differences(without, sued, until=case.step) == []
    assert "price" in differences(without, sued, until=case.step + 1)
    ratio = (sued.R.price[:, 0, 0] / without.R.price[:, 0, 0])[case.step :]
    assert ratio[52:104].mean() < 0.9  # quota and tax are gone: outside falls
    gap = sued.R.price[:, 0, 0] / sued.R.price[:, 1, 0]
    assert gap[case.step - 1] > 1.5
    assert gap[case.step + 52 : case.step + 104].max() < 1.1
    assert sued.I.quota_on[1] == 0.0  # later quotas of history stay away
    assert (sued.I.tax[1] == 0.0).all()
    assert without.I.tax[1, 0] == pytest.approx(0.1)
    exportia = sued.politics.state("Exportia")
    assert [m.instrument for m in exportia.decisions if m.id == "case"] == ["export_quota", "export_tax"]
    assert not sued.check()


def test_a_case_ends_only_what_it_names() -> None:
    tax = CASE.replace("hazard", "hazard;export_tax")
    world = finished(tax)
    assert world.I.tax[1, 0] == 0.0
    assert world.I.quota_on[1] == 1.0


@pytest.mark.parametrize(
    "changes",
    [
        ("act.case=Importia complaint against Exportia from 2010-06-01 until 2090-01 unheard",),
        (CASE.replace("0.8 1/year", "0 1/year"),),
        (CASE, "choices.compliance_probability=0"),
        (CASE.replace("2090-01", "2011-05-30"),),
    ],
    ids=["no hazard word", "hazard zero", "never obeyed", "withdrawn before the first day of a ruling"],
)
def test_cases_that_change_nothing(changes: tuple[str, ...]) -> None:
    assert differences(finished(), simulation(*changes).world(0).run()) == []


def test_luck_belongs_to_the_case() -> None:
    other = "act.second=Importia complaint hazard against Exportia at 0.01 1/year from 2010-03 until 2090-01 unheard"
    (alone,) = finished(CASE).politics.court.cases
    assert alone in simulation(other, CASE).world(0).run().politics.court.cases


def test_nobody_foresees_a_ruling_and_a_doctrine_cannot_take_back_what_it_lost() -> None:
    world = simulation(CASE).world(0)
    world.advance(80)
    (case,) = world.politics.court.cases
    assert world.step < case.step
    assert imagine(world.politics, "Exportia", 104)[1].court.cases == []
    again = Measure("again", "export_quota", "Exportia", ("all",), 500.0, "t gross", case.obeyed, None, "x")
    enact(world.politics, again)
    assert world.I.quota_on[1] == 1.0
    world.advance(case.step + 10)
    enact(world.politics, again)
    assert world.I.quota_on[1] == 0.0
    assert [c.id for c in imagine(world.politics, "Exportia", 104)[1].court.cases] == ["case"]


@pytest.mark.parametrize(
    ("act", "words"),
    [
        ("Importia complaint hazard against Exporta at 0.5 1/year", ("'Exporta'", "Exportia")),
        ("Importia complaint hazard against Importia at 0.5 1/year", ("'Importia'", "Exportia")),
        ("Importia complaint hazard against Exportia", ("hazard", "None")),
        ("Importia complaint hazard against Exportia at 50 %", ("1/year", "'%'")),
        ("Importia complaint hazard;export_qota against Exportia at 1 1/year", ("export_qota", "export_quota")),
    ],
)
def test_faulty_cases_are_told(act: str, words: tuple[str, ...]) -> None:
    with pytest.raises(BadInput) as caught:
        simulation(f"act.x={act}")
    assert any(all(word in line for word in (*words, "x")) for line in caught.value.problems), caught.value.problems
