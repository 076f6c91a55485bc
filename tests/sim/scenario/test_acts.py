"""What an instrument declares is what its acts are held to: each part is honoured or refused by name."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chokepoint.sim import BadInput, Simulation
from chokepoint.sim.scenario.acts import BY, FORCE, Instrument, in_official_units
from chokepoint.sim.scenario.checks import check
from chokepoint.sim.scenario.lookup import Tables
from chokepoint.sim.scenario.tables import Event, Scenario
from chokepoint.sim.scenario.units import UNITS
from chokepoint.sim.simulation import change_scenario, load_scenario
from tests.builders import ASSUMED, INSTRUMENTS, TWO_COUNTRIES

DATED = [instrument for instrument in INSTRUMENTS.values() if instrument.dated and instrument.name != "observed"]
SIZED = [instrument for instrument in DATED if instrument.unit and instrument.name != "complaint"]
AIMED = [instrument for instrument in DATED if instrument.targets != ("all",)]
WHOLE = [instrument for instrument in DATED if not instrument.unit and not instrument.units]


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return load_scenario(TWO_COUNTRIES)


def act(scenario: Scenario, instrument: Instrument, **cells: Any) -> Event:
    """An act that says what its instrument takes, but for `cells`."""
    kind = "light" if instrument.needs_kind else ""
    value = min(instrument.high, 1.0) if instrument.unit and instrument.name != "complaint" else None
    target = {"countries": "Importia", "mines": "Great Pit"}.get((*instrument.targets, "all")[0], "all")
    right = {
        "id": "act", "date": scenario.start, "start": scenario.start, "actor": "Exportia", "admitted": "yes",
        "kind": kind, "target": "Night Diggings" if instrument.name == "enforcement" else target, "value": value,
        "unit": instrument.unit or "none",
    }  # fmt: skip
    if instrument.units:
        unit = instrument.wanted("")[0]
        right |= {"value": 1.0, "unit": unit}
    return Event(**{**right, "instrument": instrument.name, **ASSUMED, **cells})


def problems(scenario: Scenario, event: Event, instruments: dict[str, Instrument] = INSTRUMENTS) -> list[str]:
    return check({**dict(scenario), "events": (event,), "news": ()}, instruments)


@pytest.mark.parametrize("instrument", DATED, ids=lambda i: i.name)
def test_an_act_that_says_what_its_instrument_takes_is_valid(instrument: Instrument, scenario: Scenario) -> None:
    assert problems(scenario, act(scenario, instrument)) == []


@pytest.mark.parametrize("instrument", SIZED, ids=lambda i: i.name)
def test_unit_and_range_of_an_instrument(instrument: Instrument, scenario: Scenario) -> None:
    high = min(instrument.high, 1000.0)
    for value in (instrument.low, high):
        assert problems(scenario, act(scenario, instrument, value=value)) == []
    above = [] if instrument.high == float("inf") else [instrument.high + 1.0]
    for value in (instrument.low - 1.0, *above):
        found = problems(scenario, act(scenario, instrument, value=value))
        assert found == [f"events.csv, act: {value} {instrument.unit} must be {instrument.span(instrument.unit)}"]
    none = problems(scenario, act(scenario, instrument, value=None))
    assert bool(none) is not bool(instrument.valueless)
    (line,) = problems(scenario, act(scenario, instrument, unit="furlongs"))
    assert "events.csv, act, unit: unknown unit 'furlongs'" in line
    assert problems(scenario, act(scenario, instrument, unit="furlongs", admitted="no")) == []


@pytest.mark.parametrize("instrument", WHOLE, ids=lambda i: i.name)
def test_an_act_that_is_whole_takes_no_amount(instrument: Instrument, scenario: Scenario) -> None:
    (line,) = problems(scenario, act(scenario, instrument, value=50.0, unit="%"))
    assert line.startswith("events.csv, act, value:")
    assert "takes no amount, so 50 % would be without effect" in line


@pytest.mark.parametrize("instrument", AIMED, ids=lambda i: i.name)
def test_targets_of_an_instrument(instrument: Instrument, scenario: Scenario) -> None:
    right = act(scenario, instrument)
    wrong = right.model_copy(update={"target": f"{right.target};Nowhere"})
    assert [line for line in problems(scenario, wrong) if "unknown" in line and "'Nowhere'" in line]
    everybody = problems(scenario, right.model_copy(update={"target": "all"}))
    assert bool(everybody) == ("all" not in instrument.targets)


@pytest.mark.parametrize("instrument", [i for i in DATED if i.targets == ("all",)], ids=lambda i: i.name)
def test_an_act_that_hits_all_takes_no_target(instrument: Instrument, scenario: Scenario) -> None:
    for target in ("Importia", "Mars"):
        (line,) = problems(scenario, act(scenario, instrument, target=target))
        assert f"{instrument.name} is not against '{target}' alone; it takes no target but all" in line


@pytest.mark.parametrize("instrument", DATED, ids=lambda i: i.name)
def test_kinds_materials_and_forms_that_an_instrument_cannot_be_for(instrument: Instrument, scenario: Scenario) -> None:
    (kind,) = problems(scenario, act(scenario, instrument, kind="lihgt"))
    assert "events.csv, act, kind:" in kind
    (form,) = problems(scenario, act(scenario, instrument, forms="oxide"))
    assert "events.csv, act, forms:" in form
    assert "cannot be for oxide alone" in form
    (unknown, *_) = problems(scenario, act(scenario, instrument, forms="oxid"))
    assert "unknown form 'oxid' (nearest: oxide)" in unknown
    (line,) = problems(scenario, act(scenario, instrument, materials="Nd"))
    assert "unknown material 'Nd'" in line
    assert problems(scenario, act(scenario, instrument, materials="M")) == []  # all that there is


def test_all_that_is_covered_may_be_named(scenario: Scenario) -> None:
    covered = ";".join(scenario.choices.embargo_forms)
    assert problems(scenario, act(scenario, INSTRUMENTS["embargo"], forms=covered)) == []
    (line,) = problems(scenario, act(scenario, INSTRUMENTS["closure"], forms=covered))
    assert "is for every form" in line


def test_a_quota_of_one_element_is_refused_and_what_its_border_can_tell_apart_is_not() -> None:
    world = load_scenario("2010-embargo")
    with pytest.raises(BadInput, match=r"events.csv, x, materials: .* is for all materials"):
        change_scenario(world, ["act.x=China export_quota of La; Ce at 10 kt"])
    held = Simulation(world, changes=["act.x=China embargo of Nd from 2009-01-05 unheard"]).world()
    held.advance(1)
    share = dict(zip(held.materials, held.I.embargo[1, held.countries.index("Japan")].tolist(), strict=True))
    assert share["Nd"] == 1.0
    assert share["Pr"] == 0.0
    taxed = Simulation(world, changes=["act.x=China export_tax of Nd at 0.5 share from 2009-01-05"]).world()
    taxed.advance(1)
    tax = dict(zip(taxed.materials, taxed.I.tax[1].tolist(), strict=True))
    assert tax["Nd"] == 0.5
    assert tax["Pr"] == 0.15  # history's


@pytest.mark.parametrize("instrument", [i for i in DATED if not i.negative], ids=lambda i: i.name)
def test_values_that_cannot_be_negative(instrument: Instrument, scenario: Scenario) -> None:
    event = act(scenario, instrument, value=-1.0, admitted="no")
    assert problems(scenario, event) == [f"events.csv, act: value -1.0 {instrument.unit} is negative"]


def test_an_act_that_doctrines_alone_take_stands_in_no_table(scenario: Scenario) -> None:
    (line,) = problems(scenario, act(scenario, INSTRUMENTS["concession"], target="Importia"))
    assert "unknown instrument 'concession'" in line


# Acts whose words would reach nothing: refused for the actor, with who could act instead.
WITHOUT_BORDER = (
    "embargo against Importia", "closure", "export_quota at 10 t", "inspection against Importia at 100 %",
    "export_licence against Importia at 45 working days", "licence_refusal at 40 %", "production_quota light at 10 t",
    "export_tax at 25 %", "enforcement", "production_subsidy at 10 %", "quota_carry_over",
)  # fmt: skip


@pytest.mark.parametrize("text", WITHOUT_BORDER)
def test_a_country_without_a_border_of_its_own_restricts_nothing(text: str, scenario: Scenario) -> None:
    target = text.replace("Importia", "Exportia")
    with pytest.raises(BadInput) as caught:
        change_scenario(scenario, [f"act.x=Importia {target} from 2012-01-02 until 2012-12-31"])
    (line,) = [line for line in caught.value.problems if "actor" in line]
    assert "Importia (role 'importing_government') cannot take" in line
    assert "let one of these act: Exportia" in line


def test_a_country_without_a_government_orders_nothing() -> None:
    with pytest.raises(BadInput, match=r"Australia .role 'none'. cannot take a backing"):
        change_scenario(load_scenario("2010-embargo"), ["act.x=Australia backing loan against Mt Weld at 5 m USD"])
    with pytest.raises(BadInput, match="unknown actor 'Atlantis'"):
        change_scenario(load_scenario("2010-embargo"), ["act.x=Atlantis embargo against Japan"])


EMPTY = {
    "act.x=Exportia embargo against Exportia": "acts against itself",
    "act.x=Exportia embargo against Importia; all": "'all' stands alone",
    "act.x=Exportia enforcement against Great Pit": "'Great Pit' is no unlicensed mine of Exportia",
    "act.x=Exportia production_quota heavy at 5 kt/year": "no legal mine whose quota_group is 'heavy'",
    "act.x=Exportia production_quota at 5 kt/year": "must say its kind: light or heavy",
    "act.x=Exportia export_quota light at 5 kt": "is for all materials unless Exportia has one of the kind 'heavy'",
    "act.x=Exportia export_tax at 5 % from 2012-01-03 until 2012-01-05": "lies within one; let it run into the next",
    "act.x=Exportia transit_delay at 10 days": "counts whole weeks",
    "act.x=Importia complaint against Exportia at 0.5 1/year": "it starts no case",
    "choices.embargo_forms=": "write key=value",
}


@pytest.mark.parametrize("change", EMPTY)
def test_what_would_be_without_effect_is_refused(change: str, scenario: Scenario) -> None:
    with pytest.raises(BadInput) as caught:
        change_scenario(scenario, [change])
    assert any(EMPTY[change] in line for line in caught.value.problems), caught.value.problems


def test_an_embargo_that_covers_no_form_is_refused(scenario: Scenario) -> None:
    bare = scenario.model_copy(update={"choices": scenario.choices.model_copy(update={"embargo_forms": ()})})
    (line,) = problems(bare, act(scenario, INSTRUMENTS["embargo"]))
    assert "covers no form here; say which in choices.embargo_forms" in line


# Units


def test_a_run_is_in_official_units_and_the_scenario_as_written(scenario: Scenario) -> None:
    texts = {
        "a": "Exportia export_quota at 1.2 kt gross from 2011-07-01 until 2011-12-31",
        "b": "Exportia export_tax at 0.25 share from 2012-01-02",
        "c": "Exportia production_quota light at 4 kt from 2011-01-01",
        "d": "Importia backing offtake against Far Creek at 0.4 kt/year",
        "e": "Importia backing floor_price against Far Creek at 2000 USD/t",
        "f": "Importia backing floor_price against Far Creek at 80 %",
        "g": "Exportia inspection at 0.5 share from 2012-03-05",
    }
    written = change_scenario(scenario, [f"act.{name}={text}" for name, text in texts.items()])
    official = in_official_units(written, INSTRUMENTS)
    found = {event.id: (event.value, event.unit) for event in official.events if event.id in texts}
    assert found == {
        "a": (1200.0, "t gross"), "b": (25.0, "%"), "c": (4000.0, "t/year"), "d": (400.0, "t/year"),
        "e": (2.0, "USD/kg"), "f": (80.0, "% of base"), "g": (50.0, "% of cargos"),
    }  # fmt: skip
    assert {e.id: e.unit for e in written.events}["a"] == "kt gross"
    assert in_official_units(official, INSTRUMENTS) is official
    same = change_scenario(scenario, ["quota.2011H1=1 kt"])
    assert in_official_units(same, INSTRUMENTS).events[1].value == 1000.0
    assert in_official_units(scenario, INSTRUMENTS) is scenario


def test_every_problem_of_an_act_is_told_with_its_part(scenario: Scenario) -> None:
    text = "act.x=Exportia export_tax hevy of Nd in oxide against Importia at 5 lb from 2012-01-02 until 2011-01-01"
    with pytest.raises(BadInput) as caught:
        change_scenario(scenario, [text])
    for part in ("kind", "materials", "forms", "target", "unit", "ends 2011-01-01"):
        assert any(f"events.csv, x, {part}:" in line or part in line for line in caught.value.problems), part


# Declarations


@pytest.mark.parametrize("instrument", INSTRUMENTS.values(), ids=lambda i: i.name)
def test_every_instrument_is_named_and_explained(instrument: Instrument) -> None:
    assert INSTRUMENTS[instrument.name] is instrument
    assert instrument.meaning.endswith(".")
    assert "\n" not in instrument.meaning
    assert set(instrument.targets) <= {"countries", "mines", "refiners", "all"}
    assert instrument.low <= instrument.high
    assert instrument.by in BY
    assert instrument.force in FORCE
    units = {unit for kind in (*instrument.units, "") for unit in instrument.wanted(kind)}
    assert units <= set(UNITS)
    assert instrument.covers in ("", "quota_forms", "embargo_forms")
    assert bool(instrument.example) == (instrument in DATED)


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


def test_the_earlier_column_is_refused_with_what_to_write(tmp_path: Any) -> None:
    folder = tmp_path / "world"
    folder.mkdir()
    (folder / "scenario.toml").write_text(f'extends = "{TWO_COUNTRIES}"\n', encoding="utf-8")
    rows = "id,date,start,end,actor,instrument,target,scope,value,unit,admitted,source,confidence,note\n"
    rows += "tax.2009,2009-01-01,2009-01-01,,Exportia,export_tax,all,M,10,%,yes,assumption,assumption,\n" * 2
    (folder / "events.csv").write_text(rows, encoding="utf-8")
    with pytest.raises(BadInput) as caught:
        load_scenario(folder)
    (line,) = [line for line in caught.value.problems if "scope" in line]
    assert "'materials'" in line
    assert "`chokepoint acts`" in line


# Told and untold


def test_an_act_is_heard_of_by_those_it_is_against_unless_it_says_not(scenario: Scenario) -> None:
    text = "act.x=Exportia embargo against Importia announced 2012-01-02 from 2012-03-05 until 2012-04-01"
    told, untold = (change_scenario(scenario, [text + end]) for end in ("", " unheard"))
    (item,) = set(told.news) - set(scenario.news)
    assert (item.id, item.kind, item.target, item.measure) == ("news.x", "act", "Importia", "x")
    assert item.date == told.events[-1].date == told.events[-1].start - timedelta(days=63)
    assert untold.news == scenario.news
    assert untold.events == told.events
    assert change_scenario(told, ["news.x=none"]).news == scenario.news
    help_ = change_scenario(scenario, ["act.x=Importia backing loan against Far Creek at 5 m USD"])
    assert help_.news == scenario.news  # threatens nobody


def test_the_earlier_form_says_the_same_unheard(scenario: Scenario) -> None:
    pairs = {
        "Exportia:embargo:Importia:2012-01..2012-02": "Exportia embargo against Importia from 2012-01 until 2012-02",
        "Exportia:export_tax M:all:2012-01-02..2012-12-30:20 %": (
            "Exportia export_tax of M at 20 % from 2012-01-02 until 2012-12-30"
        ),
        "Importia:backing loan:Far Creek:2012-01..2013-02:5 m USD": (
            "Importia backing loan against Far Creek at 5 m USD from 2012-01 until 2013-02"
        ),
        "Importia:complaint hazard|export_tax:Exportia:2012-01..2014-02:0.5 1/year": (
            "Importia complaint hazard;export_tax against Exportia at 0.5 1/year from 2012-01 until 2014-02"
        ),
    }
    for old, new in pairs.items():
        assert change_scenario(scenario, [f"act.x={old}"]) == change_scenario(scenario, [f"act.x={new} unheard"])
