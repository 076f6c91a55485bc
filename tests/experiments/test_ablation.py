"""Taking mechanisms out: the sets are what they say, effects add up, placebos and assumptions move what they should."""

import numpy as np
import pytest

from experiments import ablation
from experiments.ablation import MECHANISMS, ablate, point_without
from experiments.catalogue import find
from experiments.tornado import assumptions
from sim.problems import BadInput
from sim.simulation import Simulation

EPISODE = find("2010-embargo")


@pytest.fixture(scope="module")
def small() -> ablation.Ablation:
    return ablate("2010-embargo", 2, 2, without=("quota", "leakage", "hold"), workers=1)


def test_every_set_can_be_built() -> None:
    scenario = EPISODE.scenario()
    for names in ((), *((n,) for n in MECHANISMS), tuple(MECHANISMS)):
        point = point_without(names, EPISODE)
        Simulation(scenario, changes=point.changes, behaviour=dict(point.behaviour))


def test_shapley_values_add_up_to_the_difference_between_full_and_bare(small: ablation.Ablation) -> None:
    # along every order the effects telescope, so their means do too; both orders run on replication 0
    for outcome in ("height", "exports 2011", "hole"):
        full = small.outcomes[frozenset()][outcome][0]
        bare_point = point_without(("quota", "leakage", "hold"), EPISODE)
        run = Simulation(
            EPISODE.scenario(), changes=bare_point.changes, behaviour=dict(bare_point.behaviour)
        ).one(0)  # fmt: skip
        bare = ablation.measure(run, EPISODE)[outcome]
        assert sum(v[outcome][0] for v in small.shapley.values()) == pytest.approx(full - bare, abs=1e-9)


def test_quota_opens_two_prices_and_its_absence_worsens_the_loss(small: ablation.Ablation) -> None:
    with_all = small.outcomes[frozenset()]
    without = small.outcomes[frozenset(["quota"])]
    assert np.median(without["ratio La"]) <= 1.3 * 1.15 < np.median(with_all["ratio La"])
    assert without["loss"].mean() >= 2.0 * with_all["loss"].mean()


def test_interaction_is_what_the_pair_does_beyond_both(small: ablation.Ablation) -> None:
    f = {names: small.outcomes[frozenset(names)]["exports 2011"].mean()
         for names in ((), ("quota",), ("leakage",), ("quota", "leakage"))}  # fmt: skip
    expected = f[("quota",)] + f[("leakage",)] - f[()] - f[("quota", "leakage")]
    assert small.interaction("quota", "leakage", "exports 2011")[0] == pytest.approx(expected)


def test_an_unknown_mechanism_is_named() -> None:
    with pytest.raises(BadInput, match="quota"):
        ablate("2010-embargo", 2, without=("qota",))


def test_an_act_can_be_heard_and_not_felt_or_felt_and_not_heard() -> None:
    base = EPISODE.simulation()
    unfelt = EPISODE.simulation(changes=["embargo=unfelt"])
    assert np.array_equal(base.layout.heard.heard, unfelt.layout.heard.heard)
    assert all(m.instrument != "embargo" for acts in unfelt.layout.measures.values() for m in acts)
    unheard = EPISODE.simulation(changes=["quota.2010H2=unheard:20000"])
    assert np.array_equal(base.layout.heard.heard, unheard.layout.heard.heard)
    heard = EPISODE.simulation(changes=["quota.2010H2=20000"])
    assert not np.array_equal(base.layout.heard.heard, heard.layout.heard.heard)
    granted = {m.id: m.value for acts in unheard.layout.measures.values() for m in acts}
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
