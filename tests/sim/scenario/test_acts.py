"""What an instrument declares is what its rows in `events.csv` are held to."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from chokepoint.sim.market.week import phases
from chokepoint.sim.politics.instruments import known
from chokepoint.sim.scenario.acts import Instrument
from chokepoint.sim.scenario.checks import check
from chokepoint.sim.scenario.lookup import Tables
from chokepoint.sim.scenario.tables import Event, Scenario
from chokepoint.sim.simulation import load_scenario
from tests.builders import ASSUMED, TWO_COUNTRIES

INSTRUMENTS = known(phases().frame)

SIZED = [instrument for instrument in INSTRUMENTS.values() if instrument.unit]
AIMED = [instrument for instrument in INSTRUMENTS.values() if instrument.targets]


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return load_scenario(TWO_COUNTRIES)


def act(scenario: Scenario, instrument: Instrument, **cells: Any) -> Event:
    """An act that is all right as far as unit, value and targets go, but for `cells`."""
    tables = [table for table in instrument.targets if table != "all"]
    target = Tables(dict(scenario)).names(tables[0])[-1] if tables else "all"
    right = {"id": "act", "date": scenario.start, "start": scenario.start, "actor": "Exportia", "admitted": "yes"}
    size = {"value": instrument.high, "unit": instrument.unit} if instrument.unit else {"value": 0.5, "unit": "none"}
    return Event(**{**right, **size, "instrument": instrument.name, "target": target, "scope": "", **ASSUMED, **cells})


def problems(scenario: Scenario, event: Event, instruments: dict[str, Instrument] = INSTRUMENTS) -> list[str]:
    return check({**dict(scenario), "events": (event,), "news": ()}, instruments)


@pytest.mark.parametrize("instrument", SIZED, ids=lambda i: i.name)
def test_unit_and_range_of_an_instrument(instrument: Instrument, scenario: Scenario) -> None:
    span = f"must be {instrument.low:g} to {instrument.high:g} {instrument.unit}"
    for value in (instrument.low, instrument.high):
        assert problems(scenario, act(scenario, instrument, value=value)) == []
    for value in (instrument.low - 0.5, instrument.high + 0.5, None):
        found = problems(scenario, act(scenario, instrument, value=value))
        assert found == [f"events.csv, act: {value} {instrument.unit} {span}"]
    found = problems(scenario, act(scenario, instrument, unit="furlongs"))
    assert found == [f"events.csv, act: {instrument.high} furlongs {span}"]
    assert problems(scenario, act(scenario, instrument, unit="furlongs", admitted="no")) == []


@pytest.mark.parametrize("instrument", AIMED, ids=lambda i: i.name)
def test_targets_of_an_instrument(instrument: Instrument, scenario: Scenario) -> None:
    right = act(scenario, instrument)
    assert problems(scenario, right) == []
    wrong = right.model_copy(update={"target": f"{right.target};Nowhere"})
    assert [line for line in problems(scenario, wrong) if "unknown" in line and "'Nowhere'" in line]
    everybody = problems(scenario, right.model_copy(update={"target": "all"}))
    assert bool(everybody) == ("all" not in instrument.targets)


@pytest.mark.parametrize("instrument", [i for i in INSTRUMENTS.values() if not i.negative], ids=lambda i: i.name)
def test_values_that_cannot_be_negative(instrument: Instrument, scenario: Scenario) -> None:
    for admitted in ("yes", "no"):
        event = act(scenario, instrument, value=-1.0, scope="M", unit="t", admitted=admitted)
        assert problems(scenario, event) == ["events.csv, act: value -1.0 t is negative"]


def test_an_act_that_doctrines_alone_take_stands_in_no_table(scenario: Scenario) -> None:
    (line,) = problems(scenario, act(scenario, INSTRUMENTS["concession"], target="Importia"))
    assert "unknown instrument 'concession'" in line


def test_every_instrument_is_named_and_explained() -> None:
    for name, instrument in INSTRUMENTS.items():
        assert instrument.name == name
        assert instrument.meaning.endswith(".")
        assert "\n" not in instrument.meaning
        assert set(instrument.targets) <= {"countries", "mines", "refiners", "all"}
        assert instrument.low <= instrument.high


def test_the_loader_knows_the_acts_that_it_is_told_of(scenario: Scenario) -> None:
    seen: list[tuple[str, list[str]]] = []

    def one_mine(event: Event, tables: Tables) -> Iterator[str]:
        seen.append((event.id, tables.names("mines")))
        if ";" in event.target:
            yield f"events.csv, {event.id}: one mine at a time"

    royalty = Instrument("royalty", "A tax on ore.", unit="%", high=30.0, targets=("mines",), check=one_mine)
    told = {**INSTRUMENTS, "royalty": royalty}
    event = act(scenario, royalty)
    assert "unknown instrument 'royalty'" in problems(scenario, event)[0]
    assert problems(scenario, event, told) == []
    assert seen == [("act", [mine.mine for mine in scenario.mines])]
    two = event.model_copy(update={"target": ";".join(mine.mine for mine in scenario.mines[:2])})
    assert problems(scenario, two, told) == ["events.csv, act: one mine at a time"]
    assert problems(scenario, two, {**told, "royalty": replace(royalty, check=None)}) == []
