"""The episodes of 2019 and 2020: one scenario, scored apart; what is put in, and what its base year says."""

from datetime import date

import numpy as np
import pytest

from chokepoint.experiments.history.catalogue import find
from chokepoint.experiments.history.facts import hold_against
from chokepoint.experiments.history.observed import observations
from chokepoint.sim.results.run import Run

THREAT, SLUMP = find("2019-threat"), find("2020-slump")


@pytest.fixture(scope="module")
def run() -> Run:
    return SLUMP.run(2)


def test_both_are_one_scenario():
    one, other = THREAT.scenario(), SLUMP.scenario()
    assert one.title != other.title
    assert one == other.model_copy(update={"name": one.name, "title": one.title})
    assert {f.id for f in THREAT.facts.facts}.isdisjoint(f.id for f in SLUMP.facts.facts)


def test_nothing_observed_enters():
    scenario = THREAT.scenario()
    assert {b.item for b in scenario.base_year} == {"price_outside", "flow"}
    assert scenario.behaviour == {}
    assert {e.instrument for e in scenario.events if e.admitted == "yes"} == {"production_quota", "ore_hold"}
    assert all(e.admitted == "no" for e in scenario.events if e.instrument == "observed")


def test_every_fact_lies_within_the_run(run):
    for episode in (THREAT, SLUMP):
        found = hold_against(run, episode.facts)
        assert [f.fact.id for f in found if f.fact.statistic] == [f.id for f in episode.facts.facts]
        assert all(np.isfinite(f.value) for f in found if f.fact.statistic)


def test_base_year_has_the_level_of_history(run):
    # 53,009 t gross left China in 2018; Japan used 18,550 t and took 58 % of its imports from China
    year = date(2018, 1, 1), date(2018, 12, 31)
    assert run.total("exports", run.columns["exports"], *year) == pytest.approx(53009.0, rel=0.06)
    assert run.total("use", "Japan", *year) == pytest.approx(18550.0, rel=0.04)
    origins = [c for c in run.columns["imports"] if c.startswith("Japan from ")]
    share = run.total("imports", "Japan from China", *year) / run.total("imports", origins, *year)
    assert share == pytest.approx(0.58, abs=0.08)


def test_held_ore_stays_away(run):
    ore = run.column("mined", "Myanmar clays")
    assert (ore[:, run.step_of(date(2019, 5, 20)) : run.step_of(date(2019, 9, 29)) + 1] == 0.0).all()
    assert (ore[:, run.step_of(date(2019, 10, 7)) : run.step_of(date(2019, 12, 15))] > 0.0).all()
    assert (ore[:, run.step_of(date(2019, 12, 23)) : run.step_of(date(2020, 3, 9))] == 0.0).all()


def test_history_is_in_the_unit_of_the_model():
    for episode in (THREAT, SLUMP):
        rows = observations(episode.folder)
        mixed = {r["start"]: float(r["value"]) for r in rows if r["material"] == "NdPr"}
        assert all(30.0 < value < 80.0 for value in mixed.values())  # USD/kg with VAT
    # 290,000 CNY/t on 3 July 2020 at 7.0041 CNY/USD
    assert mixed["2020-07-03"] == pytest.approx(290.0 / 7.0041, abs=1e-3)
