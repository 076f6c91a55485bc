"""Why agents did what they did: rules called again in Python give what the run did, and states say their reasons."""

import csv
import json
import math
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chokepoint.experiments.history.catalogue import find
from chokepoint.experiments.telling.trace import Entry, everybody, firms, prices, trace
from chokepoint.experiments.telling.trace.entry import number
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


def test_orders_of_all_holders_are_what_the_kernel_makes_them() -> None:
    """The watches hold every order, run, output, use and balance against the kernel; here all are looked at."""
    simulation = find("2010-embargo").simulation()
    world, rules = simulation.world(), simulation.rules.functions()
    watches = [make(world, rules) for makers in everybody(world).values() for make in makers]
    follow(world, watches, 104, range(84, 104), range(84, 104))
    told = {e.about.split(" ")[0] for w in watches for e in w.entries}
    assert {
        "trade",
        "use",
        "sale",
        "run",
        "licences",
        "output",
        "opening",
        "spot",
        "who",
        "passages",
        "expected",
    } <= told


def test_everybody_can_be_followed_and_nobody_is_disturbed() -> None:
    simulation = small()
    world, rules = simulation.world(), simulation.rules.functions()
    watches = [make(world, rules) for makers in everybody(world).values() for make in makers]
    follow(world, watches, world.last, range(world.last), range(world.last))
    assert not differences(world, simulation.world().run())
    assert all(w.entries for w in watches)
    assert all(entry.reason and entry.choice for w in watches for entry in w.entries)


RULES = ("firm.use", "firm.wanted", "firm.filled", "firm.choke", "mine.output", "mine.ramp", "market.smoothed")


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_that_is_not_the_one_of_the_run_is_found_out(rule: str) -> None:
    simulation = small()
    world, rules = simulation.world(), simulation.rules.functions()
    ours = rules[rule]

    def other(*given: float) -> Any:
        found = ours(*given)
        return (found[0] + 1e-6, *found[1:]) if isinstance(found, tuple) else found * (1.0 + 1e-6)

    rules[rule] = other
    watches = [make(world, rules) for makers in everybody(world).values() for make in makers]
    with pytest.raises(ArithmeticError, match="its rule gives"):
        follow(world, watches, world.last, range(world.last), range(60, world.last))


def test_one_fault_hides_its_own_line_and_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    simulation = small()
    span = {"first": date(2011, 3, 7), "last": date(2011, 3, 27), "every": 1}
    true = trace(simulation, "Importia user 1", **span)
    ours = firms.plan_terms

    def off(world: Any, rules: Any, slot: int) -> dict[str, float]:
        terms = ours(world, rules, slot)
        return {**terms, "order_t": terms["order_t"] + 1.0} if world.N.s_mat[slot] == 0 else terms

    monkeypatch.setattr(firms, "plan_terms", off)
    with pytest.raises(ArithmeticError, match="order of M1"):
        trace(simulation, "Importia user 1", **span)
    found = trace(simulation, "Importia user 1", **span, strict=False)
    assert [(e.day, e.about) for e in found] == [(e.day, e.about) for e in true]
    hidden = entries_of(found, "trade in M1")
    assert hidden
    assert {e.choice for e in hidden} == {"cannot be told"}
    assert all("the trace is at fault: order of M1: the run has" in e.reason for e in hidden)
    assert [e for e in found if e.about != "trade in M1"] == [e for e in true if e.about != "trade in M1"]


def test_a_phase_that_cannot_be_gone_through_hides_what_it_tells_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    simulation = small()
    span = {"first": date(2011, 3, 7), "last": date(2011, 3, 13), "every": 1}
    monkeypatch.setattr(firms.FirmWatch, "_use", lambda self, slot: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        trace(simulation, "Importia user 1", **span)
    found = trace(simulation, "Importia user 1", **span, strict=False)
    assert {e.about for e in found} == {"trade in M1", "trade in M2", "consumption"}
    assert "ZeroDivisionError" in entries_of(found, "consumption")[0].reason


def test_the_price_there_is_made_of_what_a_tariff_asks_too() -> None:
    tariff = "act.a=Importia import_tariff against Exportia at 25 % from 2010-03-01 unheard"
    world = Simulation("two-countries", changes=["quota=none", "embargo=none", "news=none", tariff]).world()
    world.advance(40)
    market = int(world.N.q_of[world.countries.index("Importia"), 0])
    lane = next(p for p in prices.passages_of(world, market) if p.name == "from Exportia")
    assert lane.state == "open"
    there = float(np.exp(world.S.price_ln[market]))
    assert lane.price + lane.tax + lane.rent + lane.cost == pytest.approx(there, rel=0.01)
    assert lane.tax > 0.25 * lane.price


def entries_of(found: list[Entry], about: str) -> list[Entry]:
    return [e for e in found if e.about == about]


def test_a_price_says_who_wanted_what_and_what_there_was() -> None:
    simulation = small()
    world = simulation.world()
    found = trace(simulation, "spot price in importia", material="M1", first=date(2011, 2, 7), every=2)
    for e in entries_of(found, "who wants M1"):
        wanted, there = (sum(e.options[name] for name in names) for names in (prices.WANTED, prices.THERE))
        assert wanted == pytest.approx(there, rel=1e-6)
    world.advance(world.calendar.step_of(found[0].day) + 1)
    market = int(world.N.q_of[world.countries.index("Importia"), 0])
    price = float(np.exp(world.S.price_ln[market]))
    told = entries_of(found, "spot price of M1")[0]
    assert told.choice == f"{number(price)} USD/kg"
    come = entries_of(found, "passages of M1")[0]
    flows = {name: tonnes for name, tonnes in come.options.items() if name.startswith("from ")}
    assert sum(flows.values()) == pytest.approx(world.S.flow[world.N.v_there == market].sum() * world.dt)


def test_what_sets_a_price_is_the_passage_with_room_whose_sum_it_is() -> None:
    found = trace(small(), "spot price in Importia", material="M1", every=1)
    free = [e for e in entries_of(found, "spot price of M1") if "which has room left" in e.reason]
    assert free
    for e in free:
        v = e.observed
        parts = v["begins_at_usd_per_kg"] + v["tax_usd_per_kg"] + v["rent_usd_per_kg"] + v["cost_of_the_way_usd_per_kg"]
        assert v["landed_usd_per_kg"] == pytest.approx(parts)
        assert v["margin_share"] >= 0.0
        if e.reason.startswith("set by the passage from"):
            assert float(e.choice.split()[0].replace(",", "")) == pytest.approx(
                v["landed_usd_per_kg"] * math.exp(v["margin_share"]), rel=1e-3
            )


def test_a_price_behind_a_shut_border_names_the_embargo_and_what_is_told_of_it() -> None:
    span = {"first": HELD_UP[0], "last": HELD_UP[1], "every": 4}
    found = trace(small(), "spot price in Importia", material="M1", **span)
    week = entries_of(found, "passages of M1")[1]
    assert "from Exportia shut: embargo" in week.reason
    assert week.options.get("from Exportia_t", 0.0) == 0.0
    expected = entries_of(found, "expected price of M1")[1]
    assert "of the usual flow from Exportia counted on to be withheld" in expected.reason
    assert "flow from Exportia cut" in expected.reason
    assert all(name.endswith("_usd_per_kg") for name in expected.options)


def test_a_quota_that_binds_is_in_the_price_as_a_rent() -> None:
    simulation = find("two-countries").simulation()
    span = {"first": date(2011, 1, 3), "last": date(2011, 6, 26)}
    found = trace(simulation, "spot price in Importia", material="M", every=1, **span)
    binding = [e for e in entries_of(found, "spot price of M") if e.observed.get("rent_usd_per_kg", 0.0) > 0.0]
    assert binding
    assert "rent on licences" in binding[0].reason
    passages = [e for e in entries_of(found, "passages of M") if e.day == binding[0].day]
    assert "licences are used up" in passages[0].reason


def test_a_firm_says_what_it_wanted_and_from_whom_it_got_it() -> None:
    simulation = find("2010-embargo").simulation()
    span = {"first": date(2010, 9, 6), "last": date(2010, 11, 21), "every": 1}
    found = trace(simulation, "japan magnets 1", material="Nd", **span)
    assert {e.about for e in found} == {"trade in Nd", "use of Nd"}
    assert found[0].day == date(2010, 9, 6)
    for e in entries_of(found, "trade in Nd"):
        v, got = e.observed, sum(t for name, t in e.options.items() if name.startswith("from "))
        held = v["stock_t"] + v["under_way_t"] - v["for_a_date_t"]
        assert v["missing_t"] == pytest.approx(v["wanted_t"] - held)
        if v["order_t"] > 0.0:
            assert v["order_t"] == pytest.approx(v["use_t"] + v["fills_t"] + v["ahead_t"])
            assert got + e.options["on_the_spot_t"] <= v["order_t"] * (1.0 + 1e-9)
            assert e.choice.startswith("buys")
    uses = entries_of(found, "use of Nd")
    assert all("% of what it would use" in e.reason for e in uses)


def test_what_a_refiner_sells_is_what_its_buyers_got_from_it() -> None:
    simulation = small()
    world, rules = simulation.world(), simulation.rules.functions()
    watches = [make(world, rules) for makers in everybody(world).values() for make in makers]
    follow(world, watches, 60, range(50, 60), range(50, 60))
    entries = [e for w in watches for e in w.entries]
    sold = sum(t for e in entries if e.about == "sale of M1" for n, t in e.options.items() if n.startswith("to "))
    got = sum(t for e in entries if e.about == "trade in M1" for n, t in e.options.items() if n.startswith("from "))
    assert sold == pytest.approx(got)
    assert sold > 0.0
    licensed = [e for e in entries if e.about.startswith("licences")]
    assert licensed
    assert all(e.options["used_t_gross"] <= e.observed["left_before_t_gross"] for e in licensed)


def test_a_mine_says_from_which_value_on_it_opens() -> None:
    found = trace(small(), "New Mine", every=1)
    opening = [e for e in found if e.about == "opening"]
    assert opening
    assert [e.choice for e in opening[:-1]] == ["wait"] * (len(opening) - 1)
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
    priced = ("trace", "two-countries", "--price", "Importia", "--from", "2013-03-04", "--to", "2013-03-10")
    told = json.loads(call(*priced, "--json").stdout)
    assert told["agent"] == "spot price in Importia"
    assert told["entries"][0]["about"] == "spot price of M"
    assert call("trace", "two-countries", "--price", "Importia", "--agent", "Exportia").returncode == 2
    assert "why: history" in shown.stdout
    file = tmp_path / "deep" / "trace.csv"
    firm = find("two-countries").scenario().firms[0].firm
    assert call("trace", "two-countries", "--agent", firm, "--every", "26", "--out", str(file)).returncode == 0
    with file.open(newline="", encoding="utf-8") as opened:
        rows = list(csv.DictReader(opened))
    assert {row["part"] for row in rows} == {"observed", "option", "choice", "reason"}
    assert {row["unit"] for row in rows if row["name"] == "spot_price_usd_per_kg"} == {"USD/kg"}
