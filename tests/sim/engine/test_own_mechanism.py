"""A mechanism of a study's own: one file, named in a scenario, with its column in the result; and what is refused."""

import json
import random
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from chokepoint.sim import BadInput, Simulation
from chokepoint.sim.engine.compiled import objects
from chokepoint.sim.engine.frame import in_order
from chokepoint.sim.market.week import phases, rule_set
from tests.builders import TWO_COUNTRIES

ROYALTY = Path(__file__).with_name("royalty.py")
RATE = 0.5  # USD/kg
ROW = (
    f"royalty.2010,2010-01-04,2010-06-07,2011-06-05,Exportia,ore_royalty,,,,all,{RATE},USD/kg,yes,invented,assumption,"
)


def world_with(folder: Path, row: str = "", mechanism: str = "royalty.py") -> Path:
    """`two-countries` with the mechanism in its folder, named in its scenario, and one more act."""
    place = folder / "world"
    shutil.copytree(TWO_COUNTRIES, place)
    shutil.copy(ROYALTY, place / "royalty.py")
    scenario = place / "scenario.toml"
    scenario.write_text(f'mechanisms = ["{mechanism}"]\n' + scenario.read_text(encoding="utf-8"), encoding="utf-8")
    if row:
        events = place / "events.csv"
        events.write_text(events.read_text(encoding="utf-8").rstrip() + f"\n{row}\n", encoding="utf-8")
    return place


def test_a_royalty_is_paid_recorded_and_checked(tmp_path: Path) -> None:
    simulation = Simulation(world_with(tmp_path, ROW))
    world = simulation.world()
    first, last = (world.calendar.step_of(simulation.scenario.events[-1].start), 0)
    world.run()
    run = simulation.run(2, check=True)
    frame = run.series("royalty", replication=0)
    assert frame.attrs["unit"] == "thousand USD"
    # by hand: the tonnes that mines of Exportia ship in the weeks of the act, times half a dollar a kilogram
    home = world.N.k_country == world.countries.index("Exportia")
    last = world.calendar.step_of(simulation.scenario.events[-1].end)
    shipped = world.R.mined[first : last + 1, home].sum()
    assert shipped > 0.0
    assert frame["Exportia"].sum() == pytest.approx(RATE * shipped, rel=1e-12)
    assert frame["Importia"].sum() == 0.0
    assert frame["Exportia"].to_numpy()[:first].sum() == 0.0
    back = run.save(tmp_path / "saved")
    import chokepoint

    assert np.array_equal(chokepoint.load(back).series("royalty"), run.series("royalty"))


def test_without_the_act_not_a_bit_changes(tmp_path: Path) -> None:
    plain = Simulation(TWO_COUNTRIES).world().run()
    own = Simulation(world_with(tmp_path)).world().run()
    for letter in "NXISR":
        for name, array in getattr(plain, letter)._asdict().items():
            assert np.array_equal(array, getattr(getattr(own, letter), name)), f"{letter}.{name}"
    paying = Simulation(world_with(tmp_path / "paying", ROW)).world().run()
    assert np.array_equal(plain.R.price, paying.R.price)  # mines of the base year do not look at what they pay
    assert not np.array_equal(plain.S.cash, paying.S.cash)


def test_it_costs_no_other_phase_a_compilation() -> None:
    ours, own = phases(), rule_set(files=[ROYALTY])
    before, after = objects(ours, ()), objects(own.source, ())
    assert [name for name in after if name not in before] == ["royalties"]
    assert {name: after[name] for name in before} == before
    assert list(after)[list(after).index("mining") + 1] == "royalties"
    assert own.identity != rule_set().identity


def test_from_the_command_line(tmp_path: Path) -> None:
    place = world_with(tmp_path, ROW)

    def call(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "chokepoint.experiments.cli", *words]
        return subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=300)

    refused = call("run", str(place), "--replications", "1", "--out", "refused")
    assert refused.returncode == 2
    assert "royalty.py" in refused.stderr
    assert "--allow-rules" in refused.stderr
    assert not (tmp_path / "refused").exists()
    done = call("run", str(place), "--allow-rules", "--replications", "1", "--out", "result", "--csv")
    assert done.returncode == 0, done.stderr
    assert "royalty" in (tmp_path / "result" / "data_dictionary.csv").read_text(encoding="utf-8")
    week = json.loads(call("week", str(place), "--allow-rules", "--json").stdout)
    (royalties,) = [phase for phase in week["phases"] if phase["phase"] == "royalties"]
    assert {line["text"] for line in royalties["lines"] if line["kind"] == "sets"} == {
        "S.royalties_paid[mine] += due",
        "R.royalty[step, country] += due",
    }


PAID = "S.royalties_paid[mine] += due"
WRONG = {
    "unknown array": (PAID, "S.royalties_piad[mine] += due", "no mechanism declares an array S.royalties_piad"),
    "unknown parameter": ("I.royalty[country])", "P.royalty_rate)", "no parameter royalty_rate"),
    "array of another": ('Array("S.royalties_paid"', 'Array("S.stock"', "array S.stock is declared twice"),
    "no such phase": ('after=("mining",)', 'after=("minning",)', "'minning', which is no phase"),
    "phase of another": ("def royalties(", "def mining(", "phase mining is declared twice"),
    "series of another": ('"royalty": Series(', '"mined": Series(', "R.mined is declared twice"),
    "instrument of another": ('"ore_royalty",', '"export_tax",', "the instrument 'export_tax' is taken"),
    "nothing declared": ("MECHANISM = Mechanism(", "MECHANISMS = Mechanism(", "has no MECHANISM"),
    "one index too few": ("R.royalty[step, country] += due", "R.royalty[country] += due", "has the axes t c, not 1"),
    "no such axis": ("N.k_country.shape[0]", "N.k_country.shape[1]", "N.k_country has no axis 1"),
    "unknown axis": ('"I.royalty", "c"', '"I.royalty", "p"', "array I.royalty: axis 'p' counts nothing"),
    "unknown bundle": ('"I.royalty", "c"', '"N.royalty", "c"', "array 'N.royalty': must be one of X, I, S, R"),
    "unknown columns": ('"country", True', '"countrys", True', "series royalty: columns 'countrys' (nearest: country"),
    "other columns": ('"country", True', '"mine", True', "do not give its columns, 'mine': declare 't k'"),
    "no tuple": ("checks=(_recorded_once,)", "checks=_recorded_once", "checks: must be a tuple of functions"),
    "a bare name": ('after=("mining",)', 'after="mining"', "phase royalties: after must be a tuple of names"),
    "other arguments": ("def royalties(step, dt,", "def royalties(step,", "phase royalties: takes (step, P,"),
    "a circle": ('after=("mining",)', 'after=("memories",), before=("mining",)', "wait for each other: "),
    "no Python": ("def owed(", "def owed((", "cannot be read (SyntaxError"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_does_not_fit_is_told(tmp_path: Path, case: str) -> None:
    old, new, words = WRONG[case]
    text = ROYALTY.read_text(encoding="utf-8")
    assert old in text
    text = text.replace(old, new)
    if case == "phase of another":
        text = text.replace("Phase(royalties", "Phase(mining").replace('after=("mining",)', 'after=("refining",)')
    file = tmp_path / "wrong.py"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(BadInput) as caught:
        rule_set(files=[file])
    assert words in str(caught.value)


def test_a_bad_act_of_it_is_refused_with_its_row(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"royalty\.2010: .* 0 to 1000 USD/kg"):
        Simulation(world_with(tmp_path, ROW.replace(f"{RATE},USD/kg", "1001,USD/kg")))
    with pytest.raises(BadInput, match=r"royalty\.2010, unit: unit '%' measures share, not money for a mass"):
        Simulation(world_with(tmp_path / "unit", ROW.replace("USD/kg", "%")))
    with pytest.raises(BadInput, match="ore_royalti"):
        Simulation(world_with(tmp_path / "other", ROW.replace("ore_royalty", "ore_royalti")))


HELPED = '''
from chokepoint.sim.engine.arrays import Array
from chokepoint.sim.engine.mechanism import Mechanism, Phase
from fees import fee

SCALE = 10.0 / 4.0


def tolls(step, dt, P, N, X, I, S, R):
    for mine in range(N.k_country.shape[0]):
        S.toll[mine] += taken(mine, step, N, R) + P.use_elasticity * 0.0


def taken(mine, step, N, R):
    """Nested: it reads arrays itself, and calls another helper of this file and one of another."""
    return scaled(R.mined[step, mine]) + fee(N.k_cost[mine]) * 0.0


def scaled(tonnes):
    return SCALE * tonnes


MECHANISM = Mechanism("toll", "assumption", phases=(Phase(tolls, after=("mining",)),),
                      arrays=(Array("S.toll", "k", "t", "scaled output so far"),))
'''
FEES = "def fee(cost):\n    return half(cost)\n\n\ndef half(x):\n    return 0.5 * x\n"


@pytest.mark.parametrize("jit", ["0", "1"], ids=["native", "plain"])
def test_helpers_take_bundles_and_call_each_other_and_those_of_other_files(tmp_path: Path, jit: str) -> None:
    (tmp_path / "toll.py").write_text(HELPED, encoding="utf-8")
    (tmp_path / "fees.py").write_text(FEES, encoding="utf-8")
    code = (
        "import sys; sys.path.insert(0, '.')\n"
        "from chokepoint.sim import Simulation\n"
        "from chokepoint.sim.market.week import rule_set\n"
        "s = Simulation('two-countries'); s.rules = rule_set(files=['toll.py'])\n"
        "w = s.world(); w.advance(20)\n"
        "assert abs(w.S.toll.sum() - 2.5 * w.R.mined.sum()) < 1e-9 * w.R.mined.sum(), (w.S.toll, w.R.mined.sum())\n"
        "print('done')\n"
    )
    import os

    env = {**os.environ, "NUMBA_DISABLE_JIT": jit}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, env=env, timeout=300
    )
    assert done.stdout == "done\n", done.stderr


def test_an_edited_file_is_read_again(tmp_path: Path) -> None:
    file = tmp_path / "royalty.py"
    text = ROYALTY.read_text(encoding="utf-8")
    place = world_with(tmp_path, ROW)
    file = place / "royalty.py"
    first = Simulation(place).run(1).series("royalty").to_numpy().sum()
    file.write_text(text.replace("return shipped * rate", "return 3.0 * shipped * rate"), encoding="utf-8")
    assert Simulation(place).run(1).series("royalty").to_numpy().sum() == pytest.approx(3.0 * first, rel=1e-12)
    assert first > 0.0


def test_what_the_compiler_refuses_is_told(tmp_path: Path) -> None:
    file = tmp_path / "royalty.py"
    text = ROYALTY.read_text(encoding="utf-8")
    file.write_text(text.replace("return shipped * rate", "return shipped * ratio"), encoding="utf-8")
    with pytest.raises(BadInput, match=r"royalty\.py: cannot be made native code: phase royalties.*ratio"):
        rule_set(files=[file]).kernel()


def test_the_same_file_in_two_places_is_two_files(tmp_path: Path) -> None:
    places = [tmp_path / name for name in "ab"]
    for place in places:
        place.mkdir()
        shutil.copy(ROYALTY, place / "royalty.py")
    sets = [rule_set(files=[place / "royalty.py"]) for place in places]
    assert sets[0].identity == sets[1].identity
    shutil.rmtree(places[0])
    assert rule_set(files=[places[1] / "royalty.py"]).kernel() is not None


def test_the_order_of_the_week_does_not_hang_on_the_names_of_files() -> None:
    """Phases that come after the same one say which of them is first: any order of the files gives one week."""
    shipped = [phase for mechanism in phases().frame.shipped for phase in mechanism.phases]
    luck = random.Random(1)
    for _ in range(50):
        shuffled = luck.sample(shipped, len(shipped))
        assert [phase.name for phase in in_order(shuffled)] == list(phases().names)


def test_a_phase_that_breaks_off_stops_the_run(tmp_path: Path) -> None:
    place = world_with(tmp_path, ROW)
    text = (place / "royalty.py").read_text(encoding="utf-8")
    broken = text.replace(
        "    return shipped * rate", "    if rate > 0.0:\n        raise ValueError\n    return shipped * rate"
    )
    (place / "royalty.py").write_text(broken, encoding="utf-8")
    with pytest.raises(ArithmeticError, match="royalties broke off"):
        Simulation(place).run(1)


def test_phases_of_ones_own_leave_those_that_ship_in_their_places(tmp_path: Path) -> None:
    file = tmp_path / "royalty.py"
    text = ROYALTY.read_text(encoding="utf-8")
    file.write_text(text.replace('after=("mining",)', 'after=("clearing",), before=("memories",)'), encoding="utf-8")
    assert rule_set(files=[file]).source.names != phases().names
    file.write_text(
        text.replace('after=("mining",)', 'after=("consumption",), before=("investment",)'), encoding="utf-8"
    )
    ours = [name for name in rule_set(files=[file]).source.names if name != "royalties"]
    assert ours == list(phases().names)
