"""A scenario from a small table: it runs as written, answers its act and nothing else, and keeps what hands changed."""

import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from chokepoint.agents.behaviour import NOISE_OFF
from chokepoint.experiments.worldmaking.expansion import base_exports, expand
from chokepoint.experiments.worldmaking.scaffold import INVENTED, new
from chokepoint.experiments.worldmaking.small_table import purchases, read
from chokepoint.sim import BadInput, Simulation
from chokepoint.sim.results.run import Run
from chokepoint.sim.simulation import load_scenario


def edited(folder: Path, *edits: tuple[str, str]) -> Path:
    """The table of the invented metal with pieces of text replaced, each of which must be there."""
    text = INVENTED.read_text(encoding="utf-8")
    for old, put in edits:
        assert old in text, old
        text = text.replace(old, put, 1)
    path = folder / "edited.toml"
    path.write_text(text, encoding="utf-8")
    return path


def quiet(folder: Path, *changes: str) -> Run:
    return Simulation(folder, changes=changes, behaviour=NOISE_OFF).run(check=True)


def price(run: Run, side: str, first: date, last: date) -> float:
    return float(run.mean(f"price_{side}", "testium", first, last)[0])


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("new") / "mymetal"
    new(folder)
    return folder


def test_the_invented_metal_is_steady_rises_under_its_quota_and_comes_back(written: Path) -> None:
    run = quiet(written)
    before = run.column("price_outside", "testium")[0, : run.step_of(date(2011, 11, 14))]
    assert before == pytest.approx(20.0, rel=1e-3)
    late = (date(2012, 10, 1), date(2012, 12, 30))
    assert price(run, "inside", *late) < 20.0 < price(run, "outside", *late)
    assert price(run, "outside", date(2014, 6, 1), date(2014, 12, 31)) == pytest.approx(20.0, rel=0.1)


def test_without_its_act_and_news_nothing_happens(written: Path) -> None:
    run = quiet(written, "quota.2012=none", "news=none")
    assert run.column("price_outside", "testium") == pytest.approx(20.0, rel=1e-3)
    mined = run.arrays["mined"].sum(axis=2)[0]
    assert mined == pytest.approx(np.full(len(mined), mined[0]), rel=1e-3)


SHAPES = {
    "nobody can restrict exports": [('market = "own"\n', "")],
    "the exporter uses nothing, one seller": [
        ('country = "Exportia"\nshare = 0.25', 'country = "Importia"\nshare = 0.25'),
        ("licence_holders = 3", "licence_holders = 1"),
    ],
    "four sellers": [("licence_holders = 3", "licence_holders = 4")],
    "ore refined abroad": [("cost_usd_per_kg = 9", 'cost_usd_per_kg = 9\nrefined_in = "Importia"')],
    "no stock of traders": [("tonnes = 1500", "tonnes = 0"), ("tonnes = 1000", "tonnes = 0")],
    "more stock than traders hold as a rule": [("tonnes = 1500", "tonnes = 9000")],
}  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
def test_worlds_of_other_shapes_stand_still(shape: str, tmp_path: Path) -> None:
    text = INVENTED.read_text(encoding="utf-8")
    text = text[: text.index("# Acts of states")]
    for old, put in SHAPES[shape]:
        assert old in text, old
        text = text.replace(old, put)
    path = tmp_path / "shape.toml"
    path.write_text(text, encoding="utf-8")
    new(tmp_path / "world", path)
    assert quiet(tmp_path / "world").column("price_outside", "testium") == pytest.approx(20.0, rel=1e-3)


def test_the_base_year_closes_by_hand() -> None:
    table = read(INVENTED)
    # wants 2500 x .98, 5000 x .9, 2500 x .98 = 9400, scaled to 10,000
    assert purchases(table) == pytest.approx([2450 / 0.94, 4500 / 0.94, 2450 / 0.94])
    assert base_exports(table, "Exportia") == pytest.approx(7000 - 2450 / 0.94)


def test_what_has_a_source_is_no_assumption_and_all_else_is(tmp_path: Path) -> None:
    path = edited(tmp_path, ("price_usd_per_kg = 20 ", 'source = "A yearbook, 2011"\nprice_usd_per_kg = 20 '))
    new(tmp_path / "sourced", path)
    scenario = load_scenario(tmp_path / "sourced")
    assert scenario.counts()["sourced"] == 1
    assert scenario.base_year[0].source == "A yearbook, 2011"


def test_expanding_again_keeps_hand_edits(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    new(folder)
    (folder / "README.md").write_text("mine", encoding="utf-8")
    table = folder / "table.toml"
    table.write_text(table.read_text(encoding="utf-8").replace("percent = 60", "percent = 80"), encoding="utf-8")
    new(folder, table)
    assert load_scenario(folder).events[0].value == pytest.approx(0.8 * (7000 - 2450 / 0.94) * 364 / 365.25, abs=0.01)
    assert (folder / "README.md").read_text(encoding="utf-8") == "mine"

    mines = folder / "mines.csv"
    mines.write_text(mines.read_text(encoding="utf-8").replace("7000", "6000"), encoding="utf-8")
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(BadInput, match=r"mines\.csv: changed by hand"):
        new(folder, table)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    new(folder, table, overwrite=True)
    assert "7000" in mines.read_text(encoding="utf-8")


def test_a_folder_that_exists_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(BadInput, match="exists"):
        new(tmp_path / "there")
    assert [p.name for p in (tmp_path / "there").iterdir()] == ["notes.txt"]


def test_all_problems_of_a_table_are_told_at_once_and_nothing_is_written(tmp_path: Path) -> None:
    path = edited(
        tmp_path, ("share = 0.7", "share = 0.6"), ('sector = "magnets"', 'sector = "magnet"'),
        ("cost_usd_per_kg = 9", "cost_usd_per_kg = 25"), ('by = "Exportia"', 'by = "Exportland"'),
        ('kind = "report"', 'kind = "reprot"'),
    )  # fmt: skip
    with pytest.raises(BadInput) as caught:
        new(tmp_path / "bad", path)
    told = caught.value.problems
    words = [("shares sum to 0.9", "not 1"), ("sector", "magnets"), ("cost_usd_per_kg", "20 USD/kg"), ("Exportia",),
             ("reprot", "report")]  # fmt: skip
    assert all(any(all(w in line for w in group) for line in told) for group in words), told
    assert len(told) == 5
    assert [p.name for p in tmp_path.iterdir()] == ["edited.toml"]


def test_shapes_and_ranges_are_told_with_key_and_limit(tmp_path: Path) -> None:
    path = edited(
        tmp_path, ("share = 0.7", "share = 7"), ("spare_capacity = 0.3", "spare_capcity = 0.3"),
        ("weeks = 5", "weeks = 0"),
    )  # fmt: skip
    with pytest.raises(BadInput) as caught:
        read(path)
    told = "\n".join(caught.value.problems)
    assert len(caught.value.problems) == 3
    assert all(words in told for words in ("at most 1", "spare_capacity", "at least 1 weeks")), told


def test_an_embargo_an_ore_hold_and_a_tax_load(tmp_path: Path) -> None:
    more = """
[[act]]
id = "embargo.2013"
what = "embargo"
by = "Exportia"
first = 2013-03-04
last = 2013-04-14
target = "Importia"

[[act]]
id = "hold.2014"
what = "ore hold"
by = "Farland"
first = 2014-03-03
last = 2014-05-04
target = "Farland mine"

[[act]]
id = "tax.2010"
what = "export tax"
by = "Exportia"
first = 2010-01-04
value = 10
news = false
"""
    path = edited(tmp_path, ('kind = "report"', 'kind = "report" #'))
    path.write_text(path.read_text(encoding="utf-8") + more, encoding="utf-8")
    new(tmp_path / "acts", path)
    run = quiet(tmp_path / "acts", "quota.2012=none", "news=none", "embargo=none", "hold=none", "end=2010-12-26")
    assert price(run, "outside", date(2010, 6, 1), date(2010, 12, 1)) == pytest.approx(20.0, rel=1e-3)
    assert {e.instrument for e in load_scenario(tmp_path / "acts").events} == {
        "export_quota", "embargo", "ore_hold", "export_tax",
    }  # fmt: skip


def test_acts_on_imports_aid_and_an_embargo_in_part_load_and_act(tmp_path: Path) -> None:
    said = {
        "embargo": 'by = "Exportia"\ntarget = "Importia"\nvalue = 40',
        "import ban": 'by = "Importia"\ntarget = "Farland"',
        "import tariff": 'by = "Importia"\ntarget = "Exportia"\nvalue = 0.25\nunit = "share"',
        "re-export ban": 'by = "Importia"', "aid to users": 'by = "Importia"\nvalue = 3',
    }  # fmt: skip
    days = "first = 2013-03-04\nlast = 2013-12-29\n"
    more = "".join(f'\n[[act]]\nid = "act.{i}"\nwhat = "{k}"\n{v}\n{days}' for i, (k, v) in enumerate(said.items()))
    path = edited(tmp_path, ('kind = "report"', 'kind = "report" #'))
    plain = path.read_text(encoding="utf-8")
    path.write_text(plain + more, encoding="utf-8")
    new(tmp_path / "acts", path)
    found = {e.instrument: (e.value, e.unit, e.target) for e in load_scenario(tmp_path / "acts").events[1:]}
    assert found == {
        "embargo": (40.0, "%", "Importia"), "import_ban": (None, "none", "Farland"),
        "import_tariff": (0.25, "share", "Exportia"), "re_export_ban": (None, "none", "all"),
        "aid_to_users": (3.0, "m USD", "all"),
    }  # fmt: skip
    world = Simulation(load_scenario(tmp_path / "acts")).world()
    world.advance(world.calendar.step_of(date(2013, 4, 1)))
    importia, exportia, farland = (world.countries.index(c) for c in ("Importia", "Exportia", "Farland"))
    assert world.I.tariff[importia, exportia, 0] == 0.25
    assert world.I.import_ban[importia, farland, 0] == 1.0
    assert world.I.own_output_only[importia, 0] == 1.0
    assert world.I.embargo[:, importia, 0].max() == pytest.approx(0.4)
    assert world.I.user_aid[importia, 0] > 0.0
    wrong = more.replace('target = "Farland"', 'target = "Mars"').replace("value = 3\n", "")
    wrong = wrong.replace('by = "Importia"\nfirst', 'by = "Importia"\ntarget = "Farland"\nfirst')
    wrong = wrong.replace('what = "import tariff"', 'what = "import duty"')
    path.write_text(plain + wrong, encoding="utf-8")
    with pytest.raises(BadInput) as caught:
        new(tmp_path / "wrong", path)
    text = "\n".join(caught.value.problems)
    assert "unknown country 'Mars'" in text
    assert "value: missing (m USD)" in text
    assert "'re-export ban' hits all" in text
    assert "unknown act 'import duty' (write 'import tariff')" in text
    assert "states act on exports alone" not in text


def test_expansion_depends_on_the_table_alone() -> None:
    table = read(INVENTED)
    assert expand(table, "a") == expand(table, "a")


def test_from_the_command_line(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "chokepoint.experiments.cli", "new"]
    done = subprocess.run([*command, "mymetal", "--json"], capture_output=True, text=True, cwd=tmp_path, check=False)
    data = json.loads(done.stdout)
    assert done.returncode == 0, done.stderr
    assert data["assumptions"] > 40
    assert set(data["files"]) == {p.name for p in (tmp_path / "mymetal").iterdir()} - {"expanded.json"}
    again = subprocess.run([*command, "mymetal"], capture_output=True, text=True, cwd=tmp_path, check=False)
    assert again.returncode == 2
    assert "--from mymetal/table.toml" in again.stderr
    wrong = subprocess.run([*command, "2010-embargo"], capture_output=True, text=True, cwd=tmp_path, check=False)
    assert wrong.returncode == 2
    assert "ships" in wrong.stderr
