"""Why agents did what they did: rules called again in Python give what the run did, and states say their reasons."""

import csv
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from chokepoint.experiments.history.catalogue import find
from chokepoint.experiments.telling.trace import everybody, trace
from chokepoint.experiments.telling.trace.firms import TERMS, FirmWatch
from chokepoint.experiments.telling.trace.watch import follow
from chokepoint.sim import BadInput, Simulation
from chokepoint.sim.scenario.programmes import Reserve, Stance
from tests.builders import differences, event, world_scenario
from tests.experiments.test_cli import call

HELD_UP = (date(2011, 3, 7), date(2011, 9, 25))


def small(**build: Any) -> Simulation:
    """A small world in which much is on: a quota, an embargo, acts against mines and cargo, pledges, a reserve of
    Importia, a law on private stocks, a doctrine of Exportia."""
    events = [
        event("incident.1", date(2010, 12, 1), "incident", 0.8, target="Importia", unit="strength"),
        event("late", date(2011, 2, 7), "transit_delay", 3.0, target="Importia", unit="weeks", end=date(2011, 6, 26)),
        event("mining", date(2010, 9, 6), "production_quota", 3000.0, kind="light", unit="t"),
        event("ore", date(2011, 5, 2), "ore_hold", target="Far Creek;Pit 1", end=date(2011, 5, 12)),
        event("campaign", date(2010, 10, 4), "enforcement", end=date(2011, 3, 6)),
        event("help", date(2010, 10, 4), "production_subsidy", 10.0, unit="%"),
    ]
    scenario = world_scenario(
        materials=2, firms=2, quota_t=900.0, embargo=HELD_UP, project=True, events=events, end=date(2012, 12, 30),
        refinery_years=0.5, **build,
    )  # fmt: skip
    reserve = Reserve(country="Importia", held_days=20, private_days=200, settings={"days": 90, "release_share": 0.5})
    stance = Stance(
        country="Exportia", rule="threshold", settings={"cover": 1.2}, keeps_history=True, start=date(2011, 1, 3)
    )
    pledges = (
        "act.works=Importia backing loan against Far Works at 5 m USD from 2010-02 until 2060-01",
        "act.floor=Importia backing floor_price against New Mine at 9 USD/kg from 2010-02 until 2060-01",
    )
    found = scenario.model_copy(update={"reserves": {"store": reserve}, "stances": {"hard": stance}})
    return Simulation(found, changes=pledges)


def test_terms_of_all_firms_are_what_the_kernel_orders() -> None:
    seen = dict.fromkeys(TERMS, 0)

    class Exact(FirmWatch):
        def after_orders(self) -> None:
            S = self.world.S
            for s, terms in self.terms.items():
                assert terms["order_t"] == pytest.approx(S.order[s], rel=1e-12, abs=1e-12)
                seen[self.kind] += terms["order_t"] > 0.0

    for simulation, weeks in ((small(), range(40, 110)), (find("2010-embargo").simulation(), range(84, 104))):
        world, rules = simulation.world(), simulation.rules.functions()
        watches = [Exact(world, rules, f) for f in range(len(world.layout.firms))]
        follow(world, watches, weeks.stop, weeks, weeks)
        assert sum(len(w.entries) for w in watches) > 0
    assert all(seen.values())


def test_everybody_can_be_followed_and_nobody_is_disturbed() -> None:
    simulation = small()
    world, rules = simulation.world(), simulation.rules.functions()
    watches = [make(world, rules) for makers in everybody(world).values() for make in makers]
    follow(world, watches, world.last, range(world.last), range(world.last))
    assert not differences(world, simulation.world().run())
    assert all(w.entries for w in watches)
    assert all(entry.reason and entry.choice for w in watches for entry in w.entries)


@pytest.mark.parametrize("rule", ["firm.cover", "firm.alarm", "firm.order", "refiner.run_rate", "mine.legal_output"])
def test_a_rule_that_is_not_the_one_of_the_run_is_found_out(rule: str) -> None:
    simulation = small()
    world, rules = simulation.world(), simulation.rules.functions()
    ours = rules[rule]
    rules[rule] = lambda *given: ours(*given) * (1.0 + 1e-9)
    watches = [make(world, rules) for makers in everybody(world).values() for make in makers]
    with pytest.raises(ArithmeticError, match="its rule gives"):
        follow(world, watches, world.last, range(world.last), range(60, 100))


def test_a_firm_in_an_embargo_says_which_voice_and_which_limit() -> None:
    simulation = find("2010-embargo").simulation()
    span = {"first": date(2010, 9, 6), "last": date(2010, 11, 21), "every": 1}
    found = trace(simulation, "japan magnets 1", material="Nd", **span)
    assert {e.about for e in found} == {"perceived risk", "order of Nd"}
    assert found[0].day == date(2010, 9, 6)
    fear = [e for e in found if e.about == "perceived risk"][-1]
    assert max(fear.options, key=lambda name: fear.options[name]) == "unfilled_orders"
    assert "its own unfilled orders" in fear.reason
    order = next(e for e in reversed(found) if e.about == "order of Nd")
    v = order.observed
    assert v["limited_months"] < v["unlimited_months"]
    assert "the highest cover" in order.reason
    # the parts add up to the whole, of cover and of the order
    parts = v["normal_months"] + v["fear_adds_months"] + v["growth_adds_months"]
    assert parts == pytest.approx(v["unlimited_months"])
    pieces = v["use_to_buy_t"] + v["gap_adds_t"] + v["pipeline_adds_t"]
    assert pieces == pytest.approx(order.options["rule_without_least_t"])


def test_a_mine_says_from_which_value_on_it_opens() -> None:
    found = trace(find("2010-embargo").simulation(), "Mt Weld", every=1, last=date(2011, 3, 6))
    opening = [e for e in found if e.about == "opening"]
    assert [e.choice for e in opening[:-1]] == ["wait"] * (len(opening) - 1)
    assert opening[-1].choice == "begin to build"
    for e in opening:
        pays = e.options["counts_on_usd_per_kg"] > e.options["opens_from_usd_per_kg"]
        assert pays == (e.choice == "begin to build")


def test_states_say_what_history_a_doctrine_and_a_reserve_made_them_do() -> None:
    china = trace(find("2010-embargo").simulation(), "China")
    embargo = next(e for e in china if e.about == "embargo.japan.2010")
    assert embargo.day == date(2010, 9, 21)
    assert "for Japan" in embargo.choice
    assert embargo.reason.startswith("history: unannounced and denied")
    quota = next(e for e in china if e.about == "quota.2010H2")
    assert quota.options == {"export_quota, t gross": 7976.0}

    exportia = trace(small(), "Exportia", first=date(2011, 1, 3))
    choices = [e for e in exportia if e.about == "exports"]
    assert choices
    assert all({"cover", "dear"} <= set(e.observed) and "home cover" in e.reason for e in choices)
    assert any(e.choice.startswith("quota (export_quota") for e in choices)
    store = trace(small(), "Importia", material="M1")
    assert {e.about for e in store} == {"reserve store: M1", "works", "floor"}
    store = [e for e in store if e.about.startswith("reserve")]
    assert {"buy", "release"} <= {e.choice for e in store}
    assert all(e.reason and "target_t" in e.options for e in store)


def test_bad_input_is_told_at_once() -> None:
    with pytest.raises(BadInput) as caught:
        trace(small(), "Importia trader", material="M3", first=date(2012, 1, 1), last=date(2011, 1, 1), every=0)
    assert len(caught.value.problems) == 4
    assert "Importia traders" in caught.value.problems[0]


def test_trace_on_the_command_line(tmp_path: Path) -> None:
    wrong = call("trace", "two-countries", "--agent", "Exprtia")
    assert wrong.returncode == 2
    assert "nearest: Exportia" in wrong.stderr
    words = ("trace", "two-countries", "--agent", "Exportia", "--from", "2013-01-07")
    data = json.loads(call(*words, "--json").stdout)
    assert [e["about"] for e in data["entries"]] == ["embargo.2013", "embargo.2013"]
    assert data["entries"][0]["choice"].startswith("embargo for Importia")
    shown = call(*words)
    assert "why: history" in shown.stdout
    file = tmp_path / "deep" / "trace.csv"
    firm = find("two-countries").scenario().firms[0].firm
    assert call("trace", "two-countries", "--agent", firm, "--every", "26", "--out", str(file)).returncode == 0
    with file.open(newline="", encoding="utf-8") as opened:
        rows = list(csv.DictReader(opened))
    assert {row["part"] for row in rows} == {"observed", "option", "choice", "reason"}
    assert {row["unit"] for row in rows if row["name"] == "wanted_months"} == {"months"}
