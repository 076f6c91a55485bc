"""A study's own rule takes the place of ours, in that study and nowhere else."""

import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from chokepoint.agents import firm
from chokepoint.sim import BadInput, Simulation
from chokepoint.sim.engine import compiled
from chokepoint.sim.market.week import phases, rule_set
from tests.builders import TWO_COUNTRIES, differences, world_scenario

ROOT = Path(__file__).parents[3]
ARGUMENTS = "gap, level, elasticity, steepness"
STUDY = f'''"""The rules of a study."""

from math import exp


def stubborn({ARGUMENTS}):
    """Use hardly answers the price, and nothing chokes it."""
    used = level * exp(-0.1 * elasticity * gap)
    return used, -0.1 * elasticity * used


def eager({ARGUMENTS}):
    """Use answers twice as much."""
    used = level * exp(-2.0 * elasticity * gap)
    return used, -2.0 * elasticity * used
'''
WITHOUT_JIT = {**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"}
ONE_YEAR = ["start=2010-09-06", "end=2011-09-04"]


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """A file of rules outside the repository."""
    file = tmp_path / "mystudy.py"
    file.write_text(STUDY, encoding="utf-8")
    return file


def test_every_rule_has_a_name() -> None:
    rules = phases().rules
    assert rules["firm.use"] is firm.use
    assert {"market.carried", "refiner.tempted", "mine.opens", "mine.output", "reserve.inferred"} <= set(rules)


def test_a_rule_from_a_file_takes_effect(study: Path) -> None:
    scenario = world_scenario(noise=False, traders=False, quota_t=900.0)
    ours = Simulation(scenario).world().run()
    own = Simulation(scenario, rules={"firm.use": f"{study}:stubborn"}).world().run()
    assert {"price", "stock", "use"} <= set(differences(ours, own))
    gap = own.S.price_ln - own.N.q_base_ln
    assert gap.max() > 0.1
    assert own.S.used_factor == pytest.approx(np.exp(-0.1 * own.P.use_elasticity * gap), rel=1e-12)
    # in the first half-year of the quota they use more and run down their stocks further; later use is what comes in
    abroad, first = own.countries.index("Importia"), own.calendar.step_of(date(2011, 1, 3))
    assert own.R.use[first : first + 26, abroad].sum() > ours.R.use[first : first + 26, abroad].sum()
    assert own.R.stock[first + 25, abroad].sum() < ours.R.stock[first + 25, abroad].sum()
    assert own.R.price[first : first + 26, 0, 0].mean() > ours.R.price[first : first + 26, 0, 0].mean()


def test_the_default_is_the_same_before_and_after(study: Path) -> None:
    scenario = world_scenario(quota_t=900.0)
    before = Simulation(scenario).world().run()
    Simulation(scenario, rules={"firm.use": f"{study}:stubborn"}).world().run()
    after = Simulation(scenario).world().run()
    assert differences(before, after) == []


def test_two_sets_of_rules_side_by_side(study: Path) -> None:
    scenario = world_scenario(quota_t=900.0)
    sets = [{}, {"firm.use": f"{study}:stubborn"}, {"firm.use": f"{study}:eager"}]
    alone = [Simulation(scenario, rules=rules).world().run() for rules in sets]
    together = [Simulation(scenario, rules=rules).world() for rules in sets]
    for step in range(1, alone[0].calendar.steps + 1):
        for world in together:
            world.advance(step)
    assert all(differences(a, b) == [] for a, b in zip(alone, together, strict=True))
    prices = {world.R.price.tobytes() for world in alone}
    assert len(prices) == 3


def test_a_rule_costs_the_phases_that_call_it_and_no_other(study: Path) -> None:
    ours = compiled.objects(phases(), rule_set().replacements)
    own = compiled.objects(phases(), rule_set({"firm.use": f"{study}:eager"}).replacements)
    assert {name for name in ours if ours[name] != own[name]} == {"foreseen", "clearing", "factors", "consumption"}
    study.write_text("def other(gap, steepness):\n    return 0.0, 0.0\n", encoding="utf-8")
    own = compiled.objects(phases(), rule_set({"firm.choke": f"{study}:other"}).replacements)
    assert {name for name in ours if ours[name] != own[name]} == {"foreseen", "clearing", "factors", "consumption"}
    study.write_text("def at_once(previous, value, kept_share):\n    return value\n", encoding="utf-8")
    own = compiled.objects(phases(), rule_set({"market.smoothed": f"{study}:at_once"}).replacements)
    assert {name for name in ours if ours[name] != own[name]} == {"investment"}


def test_a_function_is_as_good_as_its_file(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(study.parent))
    import mystudy

    try:
        by_name = rule_set({"firm.use": f"{study}:stubborn"})
        by_function = rule_set({"firm.use": mystudy.stubborn})
    finally:
        del sys.modules["mystudy"]
    assert by_function.identity == by_name.identity
    assert by_function.kernel() is by_name.kernel()
    assert by_function.names() == {"firm.use": "mystudy.py:stubborn"}


def test_rules_are_part_of_the_identity(study: Path) -> None:
    scenario = world_scenario()
    plain = Simulation(scenario)
    own = Simulation(scenario, rules={"firm.use": f"{study}:stubborn"})
    other = Simulation(scenario, rules={"firm.use": f"{study}:eager"})
    assert len({plain.identity(), own.identity(), other.identity()}) == 3
    assert plain.identity() == Simulation(scenario).identity()
    study.write_text(STUDY.replace("2.0 *", "3.0 *"), encoding="utf-8")
    assert rule_set({"firm.use": f"{study}:eager"}).identity != other.rules.identity


def test_a_scenario_that_names_code_needs_leave(study: Path) -> None:
    scenario = world_scenario().model_copy(update={"rules": {"firm.use": f"{study}:stubborn"}})
    with pytest.raises(BadInput, match="--allow-rules"):
        Simulation(scenario, allow_rules=False)
    assert Simulation(scenario, allow_rules=True).rules.names() == {"firm.use": "mystudy.py:stubborn"}


def test_all_that_is_wrong_with_rules_is_told_at_once(study: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.py"
    broken.write_text("import no_such_module_at_all\n", encoding="utf-8")
    short = tmp_path / "short.py"
    short.write_text("def relied(wanted_months):\n    return wanted_months\n", encoding="utf-8")
    with pytest.raises(BadInput) as caught:
        rule_set(
            {
                "firm.wnated": f"{study}:stubborn",
                "firm.use": f"{tmp_path / 'absent.py'}:use",
                "firm.relied": f"{short}:relied",
                "firm.choke": f"{study}:no_such_rule",
                "firm.wanted": f"{broken}:wanted",
                "firm.filled": abs,
            }
        )
    problems = caught.value.problems
    assert len(problems) == 6

    def told(rule: str, *words: str) -> bool:
        return any(p.startswith(f"rules, {rule}:") and all(w in p for w in words) for p in problems)

    assert told("firm.wnated", "unknown rule", "firm.wanted")
    assert told("firm.use", "absent.py", "path/file.py:function")
    assert told("firm.relied", "takes (wanted_months)", "backed_months")
    assert told("firm.choke", "mystudy.py", "no_such_rule")
    assert told("firm.wanted", "broken.py", "no_such_module_at_all")
    assert told("firm.filled", "a file of its own")


PHASES = """
import sys
from chokepoint.sim import Simulation
from chokepoint.sim.politics.governed import phase_times
whole, parts = (Simulation(sys.argv[1], changes=sys.argv[2:]).world() for _ in range(2))
whole.run()
assert min(phase_times(parts).values()) >= 0.0
assert all(a.tobytes() == b.tobytes() for a, b in zip(whole.R, parts.R))
"""


def test_phase_by_phase_is_the_same_run() -> None:
    subprocess.run([sys.executable, "-c", PHASES, str(TWO_COUNTRIES), *ONE_YEAR], env=WITHOUT_JIT, check=True)


PLAIN = """
import sys
import numpy as np
from chokepoint.sim import Simulation
folder, study, target, *changes = sys.argv[1:]
for name, rules in (("ours", {}), ("own", {"firm.use": study + ":stubborn"})):
    run = Simulation(folder, changes=changes, rules=rules).run()
    np.savez(target + "/" + name + ".npz", **run.arrays)
import numba
assert numba.config.DISABLE_JIT
"""


def test_without_compiling_the_numbers_are_the_same(study: Path, tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-c", PLAIN, str(TWO_COUNTRIES), str(study), str(tmp_path), *ONE_YEAR],
        env=WITHOUT_JIT, check=True, cwd=tmp_path,
    )  # fmt: skip
    for name, rules in (("ours", {}), ("own", {"firm.use": f"{study}:stubborn"})):
        compiled = Simulation(TWO_COUNTRIES, changes=ONE_YEAR, rules=rules).run().arrays
        with np.load(tmp_path / f"{name}.npz") as plain:
            assert set(plain.files) == set(compiled)
            for series, values in compiled.items():
                scale = max(1.0, float(np.abs(values).max()))
                assert np.abs(plain[series] - values).max() <= 1e-9 * scale, series
