"""Spans of `--set`: activity of some months, and one more act. What else it does is tested in `test_bad_input.py`."""

from datetime import date

import numpy as np
import pytest

from chokepoint.sim import BadInput, Simulation
from chokepoint.sim.scenario.tables import Scenario
from chokepoint.sim.simulation import change_scenario, load_scenario
from tests.builders import TWO_COUNTRIES

MONTHS = ("2010-01", "2010-02", "2010-03", "2010-04", "2010-05", "2010-06")


@pytest.fixture
def scenario() -> Scenario:
    series = {
        "Exportia": (1.0, 1.1, 1.2, 1.3, 1.4, 1.5), "Importia": (1.0, 1.0, 0.9, 0.8, 1.0, 1.0),
        "Importia magnets": (0.5,) * 6,
    }  # fmt: skip
    return load_scenario(TWO_COUNTRIES).model_copy(update={"activity": series, "activity_months": MONTHS})


def test_activity_is_multiplied_in_the_months_of_a_span(scenario: Scenario) -> None:
    changed = change_scenario(scenario, ["activity.Importia.2010-03..2010-04=x0.5"]).activity
    assert changed["Exportia"] == scenario.activity["Exportia"]
    assert changed["Importia"] == pytest.approx((1.0, 1.0, 0.45, 0.4, 1.0, 1.0))
    assert changed["Importia magnets"] == pytest.approx((0.5, 0.5, 0.25, 0.25, 0.5, 0.5))
    sector = change_scenario(scenario, ["activity.Importia magnets;Exportia.2010-06..2012-01=x2"]).activity
    assert [s[5] for s in sector.values()] == pytest.approx([3.0, 1.0, 1.0])
    assert sector["Importia"] == scenario.activity["Importia"]


def test_activity_stays_as_in_the_three_months_before(scenario: Scenario) -> None:
    changed = change_scenario(scenario, ["activity.all.2010-05..2010-06=before"]).activity
    assert changed["Exportia"] == pytest.approx((1.0, 1.1, 1.2, 1.3, 1.2, 1.2))  # mean of 1.1, 1.2 and 1.3
    assert changed["Importia"] == pytest.approx((1.0, 1.0, 0.9, 0.8, 0.9, 0.9))
    both = ["activity.all.2010-05..2010-06=before", "activity.Importia.2010-06..2010-06=x0.5"]
    assert change_scenario(scenario, both).activity["Importia"][4:] == pytest.approx((0.9, 0.45))


def test_one_more_act_is_carried_out_and_not_heard_of(scenario: Scenario) -> None:
    slow = "act.slow=Exportia inspection against Importia at 80 % from 2012-02 until 2012-03 unheard"
    changed = change_scenario(scenario, [slow])
    event = changed.events[-1]
    assert (event.id, event.instrument, event.value, event.unit) == ("slow", "inspection", 80.0, "%")
    assert (event.start, event.end) == (date(2012, 2, 1), date(2012, 3, 31))  # 2012-02 has 29 days
    assert changed.news == scenario.news
    assert change_scenario(changed, ["slow=none"]) == scenario
    days = change_scenario(
        scenario, ["act.stop=Exportia embargo against Importia from 2012-02-06 until 2012-02-19"]
    ).events[-1]
    assert (days.start, days.end, days.value) == (date(2012, 2, 6), date(2012, 2, 19), None)

    free, slowed = (Simulation(TWO_COUNTRIES, changes=c).run() for c in ([], [slow]))
    begin, end = free.step_of(date(2012, 2, 1)), free.step_of(date(2012, 4, 2))
    exports = [np.asarray(r.arrays["exports"][0].sum(axis=1)) for r in (free, slowed)]
    assert (exports[0][:begin] == exports[1][:begin]).all()
    # eight in ten are opened instead of one: the counter clears three eighths of what passes usually
    assert exports[1][begin : end - 1].sum() < 0.5 * exports[0][begin : end - 1].sum()
    assert exports[1][end : end + 8].sum() > exports[0][end : end + 8].sum()  # what was held back passes


WRONG = {
    "activity.Importa.2010-01..2010-02=x2": ("Importa", "nearest", "Importia"),
    "activity.all.2010-01..2010-13=x2": ("2010-13", "is not a span such as 2020-05..2020-08"),
    "activity.all.2010-03..2010-02=x2": ("ends before it starts",),
    "activity.all.2011-01..2011-02=x2": ("no month of 2011-01..2011-02",),
    "activity.all.2010-01..2010-02=before": ("no month before 2010-01",),
    "activity.all.2010-02..2010-03=0.7": ("neither 'before' nor a factor such as x0.7",),
    "activity.all.2010-02..2010-03=x-1": ("above 0",),
    "act.a=Exportia:inspection:all": ("is no instrument", "write ACTOR INSTRUMENT"),
    "act.b=Exportia inspction at 50 %": ("events.csv, b", "inspction", "inspection"),
    "act.c=Exportia inspection against Importa at 50 %": ("events.csv, c", "Importa", "Importia"),
    "act.d=Exportia inspection at half": ("act.d", "'half' is no amount"),
    "act.e=Exportia inspection at -5 %": ("-5.0 %", "0 to 100 % of cargos"),
    "act.f=Exportia:inspection:all:2012-01..2012-02:half": ("half",),
    "act.embargo.2013=Exportia embargo from 2012-01 until 2012-02": ("embargo.2013", "twice"),
}


def test_every_change_that_cannot_be_made_is_told(scenario: Scenario) -> None:
    with pytest.raises(BadInput) as caught:
        change_scenario(scenario, list(WRONG))
    for change, words in WRONG.items():
        assert any(all(w in problem for w in words) for problem in caught.value.problems), (
            change,
            caught.value.problems,
        )
