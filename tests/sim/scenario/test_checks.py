"""Checks of a scenario: all are listed and say what for. What each finds is tested in `test_bad_input.py`."""

import inspect

from chokepoint.sim.market.week import phases
from chokepoint.sim.politics.instruments import known
from chokepoint.sim.scenario import checks, checks_of_acts
from chokepoint.sim.scenario.lookup import NAMED_BY, Tables
from chokepoint.sim.scenario.tables import TABLES
from chokepoint.sim.simulation import load_scenario
from tests.builders import TWO_COUNTRIES

INSTRUMENTS = known(phases().frame)

DOORS = {"check", "check_behaviour", "unknown_instruments"}


def test_every_check_is_listed_and_says_its_purpose() -> None:
    for file, listed in ((checks, checks.CHECKS), (checks_of_acts, checks_of_acts.CHECKS_OF_ACTS)):
        own = inspect.getmembers(file, inspect.isfunction)
        public = {name for name, f in own if f.__module__ == file.__name__ and not name.startswith("_")}
        assert {one.__name__ for one in listed} == public - DOORS
        assert all(one.__doc__ for one in listed)


def test_rows_are_named_by_their_columns() -> None:
    assert all(column in TABLES[table].model_fields for table, column in NAMED_BY.items())


def test_what_was_faulty_itself_is_not_called_unknown() -> None:
    tables = Tables({"mines": ()}, doubtful=["Old Hill"])
    assert list(tables.unknown("Old Hill", ["Great Pit"], "feeds.csv", "mine")) == []
    (line,) = tables.unknown("Grate Pit", ["Great Pit"], "feeds.csv", "mine")
    assert line == "feeds.csv: unknown mine 'Grate Pit' (nearest: Great Pit)"


def test_a_shipped_world_passes_again_as_a_whole() -> None:
    assert checks.check(dict(load_scenario(TWO_COUNTRIES)), INSTRUMENTS) == []
