"""What differs: exactly the cells that were changed, and series from the week in which they part."""

import copy
import json
import shutil
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from chokepoint.experiments.worldmaking.difference import ROW_KEYS, Change, as_data, difference, gaps
from chokepoint.sim import BadInput, Run, Simulation
from chokepoint.sim.market.week import recorded
from chokepoint.sim.scenario.tables import TABLES
from tests.builders import TWO_COUNTRIES
from tests.experiments.test_cli import call

SHORT = ["end=2011-06-26"]
QUOTA = date(2011, 1, 3)  # a Monday, as all weeks begin


@pytest.fixture
def edited(tmp_path: Path) -> Path:
    """A copy of the teaching world to edit."""
    return Path(shutil.copytree(TWO_COUNTRIES, tmp_path / "edited"))


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture(scope="module")
def runs() -> tuple[Run, Run]:
    """Three replications with the quota of 2011 and two without it."""
    return Simulation(TWO_COUNTRIES, changes=SHORT).run(3), Simulation(
        TWO_COUNTRIES, changes=[*SHORT, "quota.2011H1=none"]
    ).run(2)


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The two runs as the command line leaves them."""
    folder = tmp_path_factory.mktemp("results")
    short = ("--no-figures", "--json", "--set", SHORT[0])
    for name, words in (("with", ("3",)), ("without", ("2", "--set", "quota.2011H1=none"))):
        done = call("run", "two-countries", *short, "--out", str(folder / name), "--replications", *words)
        assert done.returncode == 0, done.stderr
    return folder / "with", folder / "without"


def test_every_table_has_its_key_columns() -> None:
    assert set(ROW_KEYS) == set(TABLES)
    assert all(set(columns) <= set(TABLES[table].model_fields) for table, columns in ROW_KEYS.items())


def test_a_scenario_and_itself(edited: Path) -> None:
    assert difference("two-countries", edited).changes == ()


def test_cells_rows_and_keys_that_differ(edited: Path) -> None:
    replace(edited / "scenario.toml", "end = 2014-12-28", "end = 2013-12-29")
    replace(edited / "scenario.toml", "links_per_buyer = 2", "links_per_buyer = 3")
    replace(edited / "events.csv", "all,1000,t gross", "all,1200,t gross")
    replace(edited / "feeds.csv", "Great Pit,First Works,0.6", "Great Pit,First Works,0.5")
    replace(edited / "feeds.csv", "Great Pit,Second Works,0.4", "Great Pit,Third Works,0.5")
    with (edited / "scenario.toml").open("a", encoding="utf-8") as file:
        file.write("\n[behaviour]\nuse_elasticity = 0.2\n")
    found = difference("two-countries", edited)
    whole = {(c.table, c.row): c for c in found.changes if not c.column}
    cells = {c for c in found.changes if c.column}
    default = next(c.old for c in cells if c.table == "behaviour")
    assert cells == {
        Change("scenario", "", "end", "2014-12-28", "2013-12-29"),
        Change("choices", "", "links_per_buyer", 2, 3),
        Change("behaviour", "", "use_elasticity", default, 0.2),
        Change("events", "quota.2011H1", "value", 1000.0, 1200.0),
        Change("feeds", "Great Pit|First Works", "share", 0.6, 0.5),
    }
    assert set(whole) == {("feeds", "Great Pit|Second Works"), ("feeds", "Great Pit|Third Works")}
    assert whole["feeds", "Great Pit|Second Works"].new is None
    assert whole["feeds", "Great Pit|Third Works"].old is None
    assert whole["feeds", "Great Pit|Third Works"].new["share"] == 0.5


def test_a_default_written_down_is_no_difference(edited: Path) -> None:
    from chokepoint.agents.behaviour import PARAMETERS

    default = PARAMETERS["use_elasticity"].default
    with (edited / "scenario.toml").open("a", encoding="utf-8") as file:
        file.write(f"\n[behaviour]\nuse_elasticity = {default}\n")
    assert difference("two-countries", edited).changes == ()


def test_rows_of_the_same_key_are_told_apart(edited: Path) -> None:
    replace(edited / "baskets.csv", "ore,M,1,assumption", "ore,M,0.5,assumption,assumption\nore,M,0.5,assumption")
    changes = difference("two-countries", edited).changes
    assert [(c.row, c.column) for c in changes] == [("ore|M", "share"), ("ore|M (2)", "")]


def test_rows_in_another_order(edited: Path) -> None:
    head, first, second, *rest = (edited / "mines.csv").read_text(encoding="utf-8").splitlines()
    (edited / "mines.csv").write_text("\n".join([head, second, first, *rest]), encoding="utf-8")
    assert difference("two-countries", edited).changes == (
        Change("mines", "", "order of rows", "Great Pit", "Old Hill"),
    )


def test_a_scenario_that_extends_another_has_what_it_takes_over() -> None:
    found = difference("2019-threat", "2020-slump")
    assert [(c.table, c.column) for c in found.changes] == [("scenario", "name"), ("scenario", "title")]


def test_series_part_in_the_week_of_the_act_and_not_before(runs: tuple[Run, Run]) -> None:
    found = {g.series: g for g in gaps(*runs)}
    assert list(found) == list(recorded())
    assert min(g.first for g in found.values() if g.first) == QUOTA
    assert found["reserve"].first is None, "no state buys a reserve in the teaching world"
    for name, gap in found.items():
        paired = runs[0].compare(runs[1], name)
        if gap.first is None:
            assert not paired.to_numpy().any()
            continue
        assert gap.week is not None
        assert abs(gap.new - gap.old) == pytest.approx(np.abs(paired.to_numpy()).max())
        assert gap.new - gap.old == pytest.approx(paired.loc[str(gap.week), gap.column])
        assert gap.low <= gap.new - gap.old <= gap.high
        assert gap.unit == recorded()[name].unit


def shifted(run: Run, steps: int) -> Run:
    """A run that begins some steps later, a copy of the rest."""
    start = run.start + timedelta(days=int(steps * run.step_days))
    arrays = {name: values[:, steps:].copy() for name, values in run.arrays.items()}
    return Run(run.name, run.title, start, run.step_days, copy.deepcopy(run.columns), arrays, run.manifest, run.about)


def test_weeks_are_matched_by_their_days(runs: tuple[Run, Run]) -> None:
    later = shifted(runs[0], 3)
    assert all(g.first is None for g in [*gaps(runs[0], later), *gaps(later, runs[0])])
    later.arrays["stock"][1, 10, 0] += 6.0
    for gap in (g for g in gaps(runs[0], later) if g.first is not None):
        assert gap.series == "stock"
        assert gap.first == gap.week == date(2010, 1, 4) + timedelta(weeks=13)
        assert gap.column == runs[0].columns["stock"][0]
        assert gap.new - gap.old == pytest.approx(2.0), "a mean over three replications"
    gone = later.columns["use"].index("Importia")
    later.columns["use"][gone] = "Elsewhere"
    assert next(g for g in gaps(runs[0], later) if g.series == "use").missing == ("Importia", "Elsewhere")


def test_what_cannot_be_paired_is_refused(runs: tuple[Run, Run]) -> None:
    tuesday = shifted(runs[0], 1)
    tuesday.start += timedelta(days=1)
    broken = shifted(runs[0], 0)
    broken.arrays["use"][0, 0, 0] = np.nan
    far = shifted(runs[0], 0)
    far.start += timedelta(weeks=1000)
    for run, words in ((tuesday, "no weeks in common"), (far, "no weeks in common"), (broken, "use: .* not finite")):
        with pytest.raises(BadInput, match=words):
            gaps(runs[0], run)


def test_two_results(results: tuple[Path, Path]) -> None:
    found = difference(*results)
    assert found.kind == "results"
    assert found.replications == 2
    assert found.first == QUOTA
    manifest = {c.column: (c.old, c.new) for c in found.manifest}
    assert set(manifest) == {"identity", "scenario_digest", "replications", "changes"}
    assert manifest["changes"] == (SHORT, [*SHORT, "quota.2011H1=none"])
    assert Change("events", "quota.2011H1", "value", 1000.0, None) in found.changes
    assert found.note == ""
    data = as_data(found)
    assert data["first"] == QUOTA.isoformat()
    assert {g["series"] for g in data["series"]} == set(recorded())


def test_a_result_and_itself(results: tuple[Path, Path]) -> None:
    found = difference(results[0], results[0])
    assert (found.manifest, found.changes, found.first) == ((), (), None)


def test_seeds_that_differ_are_said(runs: tuple[Run, Run], tmp_path: Path) -> None:
    other = Simulation(TWO_COUNTRIES, changes=SHORT, seed=2, behaviour={"use_elasticity": 0.2}).run(1)
    found = difference(runs[0].save(tmp_path / "a"), other.save(tmp_path / "b"))
    columns = {c.column: c.new for c in found.manifest}
    assert columns["seed"] == 2
    assert columns["behaviour.use_elasticity"] == 0.2
    assert "not by luck" in found.note
    assert "no scenario.json" in found.note
    assert found.changes == ()


def test_the_command_line(results: tuple[Path, Path], tmp_path: Path) -> None:
    done = call("diff", *map(str, results))
    assert done.returncode == 0, done.stderr
    assert f"equal to the bit until the week of {QUOTA}" in done.stdout
    assert "quota.2011H1, value: 1000.0 -> none" in done.stdout
    data = json.loads(call("diff", "two-countries", "2010-embargo", "--json").stdout)
    assert {"table": "scenario", "row": "", "column": "end", "old": "2014-12-28", "new": "2018-12-30"} in data[
        "changes"
    ]
    mixed = call("diff", str(results[0]), "two-countries")
    assert mixed.returncode == 2
    assert "two of a kind" in mixed.stderr
    missing = call("diff", "two-countrys", str(tmp_path))
    assert missing.returncode == 2
    assert "two-countries" in missing.stderr
    assert "2 problems" in missing.stderr
