"""Taking mechanisms out: the sets are what they say, effects add up, placebos and assumptions move what they should."""

from datetime import date

import numpy as np
import pytest

from chokepoint.agents.behaviour import PARAMETERS
from chokepoint.experiments.attribution import ablation
from chokepoint.experiments.attribution.ablation import ablate, design, point_without
from chokepoint.experiments.attribution.tornado import assumptions
from chokepoint.experiments.history.catalogue import find
from chokepoint.experiments.history.facts import read_facts
from chokepoint.experiments.history.mechanisms import COMMON, Outcome
from chokepoint.sim.market.week import recorded
from chokepoint.sim.results.run import Run
from chokepoint.sim.scenario.problems import BadInput
from chokepoint.sim.simulation import Simulation

EPISODE = find("2010-embargo")
MECHANISMS = design(EPISODE).mechanisms


@pytest.fixture(scope="module")
def small() -> ablation.Ablation:
    return ablate("2010-embargo", 8, 2, without=("quota", "smuggling", "hold"), workers=1)


def test_every_set_can_be_built() -> None:
    scenario = EPISODE.scenario()
    for names in ((), *((n,) for n in MECHANISMS), tuple(MECHANISMS)):
        point = point_without(names, EPISODE)
        Simulation(scenario, changes=point.changes, behaviour=dict(point.behaviour))


def test_shapley_values_add_up_to_the_difference_between_full_and_bare(small: ablation.Ablation) -> None:
    # along every order the effects telescope, so their means do too; both orders run on replication 0
    for outcome in ("height", "exports 2011", "hole"):
        full = small.outcomes[frozenset()][outcome][0]
        bare_point = point_without(("quota", "smuggling", "hold"), EPISODE)
        run = Simulation(
            EPISODE.scenario(), changes=bare_point.changes, behaviour=dict(bare_point.behaviour)
        ).one(0)  # fmt: skip
        bare = ablation.measure(run, EPISODE)[outcome]
        assert sum(v[outcome][0] for v in small.shapley.values()) == pytest.approx(full - bare, abs=1e-9)


def test_the_quota_opens_two_prices(small: ablation.Ablation) -> None:
    # light materials bear an export tax of 15 %; what they part beyond it is the rent
    with_all = small.outcomes[frozenset()]
    without = small.outcomes[frozenset(["quota"])]
    assert np.median(without["ratio La"]) < np.median(with_all["ratio La"])


def test_interaction_is_what_the_pair_does_beyond_both(small: ablation.Ablation) -> None:
    f = {names: small.outcomes[frozenset(names)]["exports 2011"].mean()
         for names in ((), ("quota",), ("smuggling",), ("quota", "smuggling"))}  # fmt: skip
    expected = f[("quota",)] + f[("smuggling",)] - f[()] - f[("quota", "smuggling")]
    assert small.interaction("quota", "smuggling", "exports 2011")[0] == pytest.approx(expected)


def test_an_unknown_mechanism_is_named() -> None:
    with pytest.raises(BadInput, match="quota"):
        ablate("2010-embargo", 2, without=("qota",))


def test_the_common_mechanisms_are_those_of_the_market() -> None:
    """What a parameter can switch off is a mechanism, but for how reserves are seen."""
    named = {n for m in COMMON.values() for n in m.off}
    switches = {n for n, p in PARAMETERS.items() if p.off is not None}
    assert switches - named == {"crowding_out", "reserve_inference"}
    assert all(m.within in ("", *MECHANISMS) for m in MECHANISMS.values())


def test_what_is_taken_out_is_off_or_as_near_as_a_parameter_goes() -> None:
    for name, mechanism in COMMON.items():
        for parameter, value in mechanism.values({}).items():
            p = PARAMETERS[parameter]
            assert value == p.off or p.least <= value <= p.most, name
    belief = COMMON["belief"].values({})
    assert set(belief.values()) == {0.0}
    assert COMMON["part"].values({}) == {"act_in_full": 1.0}  # every act withholds all that it says or nothing
    thrift = COMMON["thrift"]
    assert thrift.values({}) == {"use_elasticity_long": PARAMETERS["use_elasticity"].default}
    assert thrift.values({"use_elasticity": 0.11}) == {"use_elasticity_long": 0.11}


def test_without_traders_nobody_carries_trade_and_without_entry_no_project_pays() -> None:
    traders = EPISODE.simulation(changes=point_without(("traders",), EPISODE).changes).scenario
    assert {f.trade_share for f in traders.firms if f.sector == "trader"} == {0.0}
    entry = EPISODE.simulation(changes=point_without(("entry",), EPISODE).changes).scenario
    assert {m.capex_musd for m in entry.mines if m.stage == "project"} == {1e6}


def test_an_outcome_is_a_statistic_its_ln_or_a_mean_over_columns(run_by_hand) -> None:  # type: ignore[no-untyped-def]
    # monthly means of A: 2 and 8, of B: 1 and 4
    given = {"series": "price_outside"}
    assert Outcome("", "peak", {**given, "column": "A"}).of(run_by_hand) == 8.0
    assert Outcome("", "peak", given, each=("A", "B")).of(run_by_hand) == 6.0
    assert Outcome("", "peak", given, each=("A", "B"), log=True).of(run_by_hand) == pytest.approx(np.log(32.0) / 2.0)


@pytest.fixture
def run_by_hand() -> Run:
    weeks = [2.0] * 4 + [8.0] * 4  # four Mondays of February 2010, four of March
    prices = np.array([[[x, x / 2.0] for x in weeks]])
    return Run("", "", date(2010, 2, 1), 7.0, {"price_outside": ["A", "B"]}, {"price_outside": prices}, {}, recorded())


def test_the_rise_is_counted_from_what_was_observed_before() -> None:
    # ln of 6.8, 5.2, 27.56 and 156.5 USD/kg, facts `before`
    base = np.log([6.8, 5.2, 27.56, 156.5]).mean()
    assert ablation.rise_of({"height": np.array([5.0, 6.0])}, EPISODE) == pytest.approx(5.5 - base)


def test_what_contains_a_mechanism_takes_it_out_alone() -> None:
    assert point_without(("exhaustion", "quota"), EPISODE) == point_without(("quota",), EPISODE)


def test_faults_of_the_table_come_in_one_message(tmp_path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "facts.toml").write_text(
        'ablation.carried_by = ["hold"]\nablation.colour = 1\n'
        '[[ablation.mechanism]]\nname = "tax"\ntitle = "t"\nchange = ["x"]\n'
        '[[ablation.outcome]]\nname = "o"\ntitle = "t"\nstatistic = "peek"\nrise_from = ["before"]\n'
    )
    with pytest.raises(BadInput) as caught:
        read_facts(tmp_path)
    text = "\n".join(caught.value.problems)
    faults = (
        "unknown key 'colour'", "unknown key 'change' (nearest: changes", "changes is missing", "(nearest: peak",
        "rise_from 'before' is no fact", "unknown mechanism 'hold'",
    )  # fmt: skip
    for words in faults:
        assert words in text
    with pytest.raises(BadInput, match=r"facts.toml, \[ablation\]"):
        design(find("two-countries"))


def test_an_act_can_be_heard_and_not_felt_or_felt_and_not_heard() -> None:
    def told(simulation: Simulation) -> list[tuple[object, ...]]:
        return [
            (row.act, row.heard, row.kind, row.begins, row.ends, row.share.tolist()) for row in simulation.told.rows
        ]

    base = EPISODE.simulation()
    unfelt = EPISODE.simulation(changes=["embargo=unfelt"])
    assert told(base) == told(unfelt)
    assert all(e.instrument != "embargo" for e in unfelt.scenario.events if e.admitted == "yes")
    unheard = EPISODE.simulation(changes=["quota.2010H2=unheard:20000"])
    assert told(base) == told(unheard)
    heard = EPISODE.simulation(changes=["quota.2010H2=20000"])
    assert told(base) != told(heard)
    granted = {e.id: e.value for e in unheard.scenario.events}
    assert granted["quota.2010H2"] == 20000.0


def test_shuffled_news_keeps_items_and_days() -> None:
    before = EPISODE.scenario()
    after = EPISODE.simulation(changes=["news=shuffled:3"]).scenario
    dated = [{n.id: n.date for n in s.news if n.admitted == "yes"} for s in (before, after)]
    assert dated[0].keys() == dated[1].keys()
    assert sorted(dated[0].values()) == sorted(dated[1].values())
    assert dated[0] != dated[1]


def test_assumptions_are_numbers_without_a_source_that_can_be_set() -> None:
    scenario = EPISODE.scenario()
    found = list(assumptions(scenario))
    assert len(found) > 200
    assert len({key for key, _ in found}) == len(found)
    for key, value in found[:: len(found) // 20]:
        changed = Simulation(scenario, changes=[f"{key}={value}"]).scenario
        assert changed.resolved() == scenario.resolved(), key
