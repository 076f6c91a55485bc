"""Every rule of the cleared week that a study replaces moves prices in it, in native code and as it stands."""

import os
import subprocess
import sys
from math import exp
from pathlib import Path

import numpy as np
import pytest

from chokepoint.experiments.economics import acts
from chokepoint.experiments.economics.worlds import world
from chokepoint.sim import Simulation
from chokepoint.sim.market.mechanisms.use import stopped
from chokepoint.sim.market.week import rule_set

ROOT = Path(__file__).parents[3]
WEEK, WEEKS = 20, 60
OTHERS = '''"""Other rules than ours, one of each."""

from math import exp


def use(gap, level, elasticity, steepness):
    """Use answers half as much, and nothing chokes it."""
    used = level * exp(-0.5 * elasticity * gap)
    return used, -0.5 * elasticity * used


def choke(gap, steepness):
    """Use gives way from the base price on."""
    return (0.3 * gap, 0.3) if gap > 0.0 else (0.0, 0.0)


def wanted(above, normal, answer):
    """Who expects a higher price holds far more."""
    held = normal * exp(2.0 * answer * above)
    return held, -2.0 * answer * held


def filled(missing, slope, fill_years, release_years):
    """A gap is closed in a twentieth of a year, whatever its sign."""
    return 20.0 * missing, 20.0 * slope


def released(above, usable, answer):
    """Nothing is let go."""
    return 0.0, 0.0


def output(gap, level, elasticity, spare):
    """Mines make a tenth less."""
    return 0.9 * level, 0.0
'''
RULES = ("firm.use", "firm.choke", "firm.wanted", "firm.filled", "firm.released", "mine.output")


@pytest.fixture
def others(tmp_path: Path) -> Path:
    file = tmp_path / "others.py"
    file.write_text(OTHERS, encoding="utf-8")
    return file


def simulation(rules: dict[str, str]) -> Simulation:
    """An embargo that is heard of before it begins."""
    embargo = acts.embargo("X", WEEK, WEEK + 30, heard=WEEK - 8)
    return Simulation(world("one_exporter").over(WEEKS, embargo), rules=rules, seed=1)


def replaced(rule: str, file: Path) -> dict[str, str]:
    return {rule: f"{file}:{rule.split('.')[1]}"}


@pytest.mark.parametrize("rule", RULES)
def test_a_replaced_rule_moves_prices(rule: str, others: Path) -> None:
    ours, own = simulation({}).run(1, check=True), simulation(replaced(rule, others)).run(1, check=True)
    gap = np.abs(np.log(own.arrays["price"] / ours.arrays["price"]))
    assert gap.max() > 0.01, rule
    assert own.arrays["price"].min() > 0.0


def test_a_replaced_choke_reaches_use_and_its_phases(others: Path) -> None:
    rules = rule_set(replaced("firm.choke", others)).functions()
    used, slope = rules["firm.use"](1.0, 10.0, 0.1, 0.16)
    assert used == pytest.approx(10.0 * exp(-0.1 - 0.3))
    assert slope == pytest.approx(-0.4 * used)
    ours = rule_set().functions()
    assert ours["firm.use"](0.5, 10.0, 0.1, 0.16)[0] == pytest.approx(10.0 * exp(-0.05))
    assert rules["firm.wanted"] is ours["firm.wanted"]
    own = simulation(replaced("firm.choke", others)).world().run()
    gap = own.S.price_ln - own.N.q_base_ln
    assert own.S.used_factor == pytest.approx(np.exp(-own.P.use_elasticity * gap - 0.3 * np.maximum(gap, 0.0)))


@pytest.mark.parametrize("rule", ["firm.choke", "firm.filled"])
def test_rules_reach_as_they_stand_what_they_reach_in_native_code(rule: str, others: Path) -> None:
    given = replaced(rule, others)
    code = (
        f"from tests.sim.engine.test_rules_reach_prices import simulation; world = simulation({given!r}).world(); "
        "world.advance(24); print(repr(world.R.price_of[:24].sum()))"
    )
    plain = {**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"}
    found = subprocess.run([sys.executable, "-c", code], env=plain, capture_output=True, text=True, cwd=ROOT)
    native = simulation(given).world()
    native.advance(24)
    told = float(found.stdout.strip().removeprefix("np.float64(").removesuffix(")"))
    assert told == pytest.approx(native.R.price_of[:24].sum(), rel=1e-9), found.stderr


def test_what_stands_still_is_what_use_gives_up_for_the_choke(others: Path) -> None:
    ours, own = rule_set().functions()["firm.use"], rule_set(replaced("firm.use", others)).functions()["firm.use"]
    used, free = ours(2.0, 1.0, 0.08, 0.16)[0], ours(2.0, 1.0, 0.08, 0.0)[0]
    lost = free / used - 1.0
    assert stopped(used, 0.16, 0.16 * 1.3**2, free) == pytest.approx(lost)
    assert stopped(0.9 * used, 0.16, 0.16 * 1.3**2, free) == pytest.approx((1.0 + lost) / 0.9 - 1.0)
    world_of_own = simulation(replaced("firm.use", others)).world()
    world_of_own.advance(WEEK + 2)
    gap = world_of_own.S.price_ln - world_of_own.N.q_base_ln
    assert gap.max() > 1.0  # where ours would stop lines
    assert own(2.0, 1.0, 0.08, 0.16) == own(2.0, 1.0, 0.08, 0.0)
    assert world_of_own.S.stopped.max() == 0.0
