"""Acts begin and end on their days: shares of weeks worked by hand, on `two-countries` (weeks begin on Mondays)."""

from datetime import date
from typing import Any

import pytest

from chokepoint.sim import Simulation
from chokepoint.sim.politics.governed import GovernedWorld
from chokepoint.sim.simulation import load_scenario
from tests.builders import TWO_COUNTRIES

MONDAY = date(2012, 1, 2)  # of step 104
QUIET = ("quota=none", "embargo=none", "end=2012-12-30")


def weeks(number: int, *acts: str) -> list[GovernedWorld]:
    """A world without history's quota and embargo, after each of so many weeks from MONDAY on."""
    changes = (*QUIET, *(f"act.{chr(97 + i)}=Exportia {act}" for i, act in enumerate(acts)))
    world = Simulation(load_scenario(TWO_COUNTRIES), changes=changes).world()
    world.advance(104)
    assert world.day() == MONDAY
    found = []
    for _ in range(number):
        world.advance(world.step + 1)
        found.append(read(world))
    return found


def read(world: GovernedWorld) -> Any:
    """What is in force in the week that was run, for Importia, the material and the first mine."""
    I, c = world.I, world.countries.index("Importia")
    return {
        "embargo": I.embargo[1, c, 0], "closure": I.closure[1, c, 0],
        "ore_hold": I.held[world.mines.index("Great Pit")],
        "inspection": I.inspection[1, c, 0], "licence_refusal": I.refused[1, c, 0], "export_tax": I.tax[1, 0],
        "export_licence": I.permit_weeks[1, c, 0], "production_quota": I.production_quota[1, 1],
        "export_quota": I.quota_on[1], "production_subsidy": I.subsidy[1],
    }  # fmt: skip


AIM = {"embargo": "against Importia", "closure": "against Importia", "ore_hold": "against Great Pit"}


@pytest.mark.parametrize("hold", AIM)
def test_a_hold_counts_the_days_of_its_first_and_last_week(hold: str) -> None:
    act = f"{hold} {AIM[hold]} from 2012-01-05 until 2012-01-17"  # Thursday to Tuesday: 4 + 7 + 2 days
    shares = [week[hold] for week in weeks(4, act)]
    assert shares == [4 / 7, 1.0, 2 / 7, 0.0]


@pytest.mark.parametrize("hold", AIM)
def test_holds_that_follow_each_other_leave_no_gap_and_count_no_day_twice(hold: str) -> None:
    first = f"{hold} {AIM[hold]} from 2012-01-03 until 2012-01-12"  # Tuesday to Thursday of the next week
    second = f"{hold} {AIM[hold]} from 2012-01-13 until 2012-01-19"
    overlapping = f"{hold} {AIM[hold]} from 2012-01-05 until 2012-01-19"
    one = f"{hold} {AIM[hold]} from 2012-01-03 until 2012-01-19"
    whole = [week[hold] for week in weeks(4, one)]
    assert whole == [6 / 7, 1.0, 4 / 7, 0.0]
    assert [week[hold] for week in weeks(4, first, second)] == whole
    assert [week[hold] for week in weeks(4, first, overlapping)] == whole
    apart = f"{hold} {AIM[hold]} from 2012-01-14 until 2012-01-19"  # a Friday in between is free
    assert [week[hold] for week in weeks(4, first, apart)] == [6 / 7, 6 / 7, 4 / 7, 0.0]


SETTINGS = {  # the words of an act, one that is stronger, what they set, and what rules without them
    "inspection": ("inspection at 50 %", "inspection at 80 %", 0.5, 0.8, 0.1),
    "licence_refusal": ("licence_refusal at 30 %", "licence_refusal at 0.6 share", 0.3, 0.6, 0.0),
    "export_licence": ("export_licence at 10 working days", "export_licence at 4 weeks", 2.0, 4.0, 0.0),
    "export_tax": ("export_tax at 20 %", "export_tax of M at 0.3 share", 0.2, 0.3, 0.1),
    "production_quota": ("production_quota light at 5 kt/year", "production_quota light at 4000 t", 5e3, 4e3, -1.0),
    "production_subsidy": ("production_subsidy at 10 %", "production_subsidy at 20 %", 0.1, 0.2, 0.0),
}


@pytest.mark.parametrize("name", SETTINGS)
def test_a_setting_is_in_force_from_the_week_of_its_first_day_to_that_of_the_day_after_its_last(name: str) -> None:
    act, _, set_to, _, without = SETTINGS[name]
    found = [week[name] for week in weeks(4, f"{act} from 2012-01-12 until 2012-01-17")]
    assert found == pytest.approx([without, set_to, without, without])
    sunday = [week[name] for week in weeks(4, f"{act} from 2012-01-12 until 2012-01-22")]
    assert sunday == pytest.approx([without, set_to, set_to, without])


@pytest.mark.parametrize("name", SETTINGS)
def test_settings_that_follow_each_other_leave_no_gap(name: str) -> None:
    act, other, first, second, without = SETTINGS[name]
    acts = (f"{act} from 2012-01-02 until 2012-01-11", f"{other} from 2012-01-12 until 2012-01-22")
    for order in (acts, acts[::-1]):
        assert [week[name] for week in weeks(4, *order)] == pytest.approx([first, second, second, without])


@pytest.mark.parametrize("name", SETTINGS)
def test_a_prolonged_act_is_no_lifting_and_what_it_replaced_rules_again(name: str) -> None:
    act, other, first, second, without = SETTINGS[name]
    prolonged = (f"{act} from 2012-01-02 until 2012-01-15", f"{act} from 2012-01-09 until 2012-01-22")
    assert [week[name] for week in weeks(4, *prolonged)] == pytest.approx([first, first, first, without])
    within = (f"{act} from 2012-01-02 until 2012-01-22", f"{other} from 2012-01-09 until 2012-01-15")
    assert [week[name] for week in weeks(4, *within)] == pytest.approx([first, second, first, without])
    open_ = (f"{act} from 2012-01-02", f"{other} from 2012-01-09 until 2012-01-15")
    assert [week[name] for week in weeks(4, *open_)] == pytest.approx([first, second, first, first])


def test_quotas_that_follow_each_other_leave_no_gap_and_the_last_one_ends() -> None:
    first = "export_quota at 100 t from 2012-01-03 until 2012-01-12"
    second = "export_quota at 0.1 kt from 2012-01-13 until 2012-01-19"
    assert [week["export_quota"] for week in weeks(4, first, second)] == [1.0, 1.0, 0.0, 0.0]
    assert [week["export_quota"] for week in weeks(4, first)] == [1.0, 0.0, 0.0, 0.0]


def test_an_act_of_one_destination_leaves_that_of_all_in_force() -> None:
    acts = (
        "inspection at 50 % from 2012-01-02",
        "inspection against Importia at 80 % from 2012-01-09 until 2012-01-15",
    )
    assert [week["inspection"] for week in weeks(4, *acts)] == pytest.approx([0.5, 0.8, 0.5, 0.5])
