"""`chokepoint acts`: every example works as it stands, and the page is made of the same words."""

import json
from pathlib import Path

import pytest

from chokepoint.experiments.telling.acts import instruments, page
from chokepoint.sim import BadInput, Simulation
from chokepoint.sim.politics.governed import GovernedWorld
from chokepoint.sim.scenario.act_sentence import parse, sentence
from tests.experiments.test_cli import call

ROOT = Path(__file__).parents[2]
WEEKS = 30


def begun(simulation: Simulation, weeks: int) -> GovernedWorld:
    world = simulation.world()
    world.advance(weeks)
    return world


@pytest.mark.parametrize("name", instruments())
def test_the_example_of_an_instrument_changes_a_series_or_is_heard_of(name: str) -> None:
    one = instruments()[name]
    plain, with_it = Simulation(one.world), Simulation(one.world, changes=[f"act.try={one.example}"])
    event = with_it.scenario.events[-1]
    stop = with_it.layout.calendar.step_of(event.start) + WEEKS
    before, after = begun(plain, stop), begun(with_it, stop)
    changed = [n for n in before.R._fields if getattr(before.R, n).tobytes() != getattr(after.R, n).tobytes()]
    told = [n for n in before.I._fields if n.startswith("told_")]
    heard = any(getattr(before.I, n).tobytes() != getattr(after.I, n).tobytes() for n in told)
    tense = [w.politics.tension.between(event.actor, [event.target], w.day()) for w in (before, after)]
    assert changed or heard or tense[0] != tense[1]
    assert bool(changed) or one.force in ("heard", "once")
    countries = [country.country for country in with_it.scenario.countries]
    act = parse(one.example, instruments(), countries, with_it.scenario.start)
    assert parse(sentence(act), instruments(), countries, with_it.scenario.start) == act


def test_the_page_is_made_of_what_instruments_declare() -> None:
    told = (ROOT / "docs" / "acts.md").read_text(encoding="utf-8")
    assert told == page(), "write it again: experiments.telling.acts.page()"


def test_the_verb_lists_all_or_one() -> None:
    said = call("acts").stdout
    assert all(f"\n{name}\n" in said for name in instruments())
    (tax,) = json.loads(call("acts", "export_tax", "--json").stdout)
    assert (tax["instrument"], tax["units"], tax["low"], tax["high"]) == ("export_tax", {"": ["%"]}, 0.0, None)
    assert tax["parts"]["of"].startswith("materials")
    wrong = call("acts", "export_tex")
    assert wrong.returncode == 2
    assert "nearest: export_tax" in wrong.stderr


# What a country without a border of its own says it does must not run as if it had not been said.
NOBODY = {
    "Australia:embargo:Japan:2012-01-02..2012-12-31": "embargo",
    "Australia:export_quota:all:2012-01-02..2012-12-31:10 t": "export_quota",
    "Russia inspection against Japan at 100 % from 2012-01-02 until 2012-12-31": "inspection",
    "India export_licence against Japan at 45 working days from 2012-01-02": "export_licence",
    "Australia:production_quota:all:2012-01-02..2012-12-31:10 t": "production_quota",
    "Malaysia ore_hold against Mt Weld from 2012-01-02": "ore_hold",
}


@pytest.mark.parametrize("act", NOBODY)
def test_an_act_that_reaches_nothing_is_refused_with_who_could_act(act: str) -> None:
    with pytest.raises(BadInput) as caught:
        Simulation("2010-embargo", changes=[f"act.e={act}"])
    (line,) = [line for line in caught.value.problems if "actor" in line]
    assert line.startswith(f"events.csv, e, actor: {act.replace(':', ' ').split()[0]} (role 'none') cannot take")
    assert NOBODY[act] in line
    assert "let one of these act: China" in line


def test_it_ends_the_command_with_status_2() -> None:
    said = call("run", "2010-embargo", "--set", "act.e=Australia embargo against Japan from 2012-01-02", "--no-figures")
    assert said.returncode == 2
    assert "Australia (role 'none') cannot take an embargo" in said.stderr
