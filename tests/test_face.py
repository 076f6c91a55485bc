"""What `import chokepoint` gives: light, whole, readable at a prompt, the same beside a user's files of any name."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pyarrow.parquet as pq
import pytest

import chokepoint as cp

HEAVY = ("numpy", "pandas", "numba", "mesa", "matplotlib", "pydantic", "networkx", "pyarrow", "rich", "typer")


def python(*words: str, cwd: Path | None = None) -> str:
    """What a fresh interpreter prints; its errors are those of the test."""
    done = subprocess.run([sys.executable, *words], cwd=cwd, capture_output=True, text=True, env=os.environ)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_import_alone_is_light() -> None:
    code = "import sys, chokepoint; dir(chokepoint); chokepoint.__version__; print(*sys.modules)"
    assert sorted({*HEAVY} & set(python("-c", code).split())) == []


def test_every_name_is_listed_and_there() -> None:
    assert {*cp.__all__, "agents", "sim", "experiments"} <= set(dir(cp))
    code = "import chokepoint as cp; print(*[getattr(cp, name).__name__ for name in dir(cp) if name[0] != '_'])"
    told = python("-c", code).split()  # each is found by a process that has imported nothing before
    assert len(told) == len([name for name in dir(cp) if name[0] != "_"])


def test_the_package_runs_as_the_command_line() -> None:
    assert python("-m", "chokepoint", "--version") == f"chokepoint {cp.__version__}\n"


def test_an_unknown_name_is_told_with_those_there_are() -> None:
    with pytest.raises(AttributeError, match=r"no attribute 'Simulator'; it has .*Simulation"):
        cp.Simulator  # noqa: B018


def test_the_lines_of_the_readme() -> None:
    short = ["end=2010-12-31"]
    run = cp.episode("2010-embargo").run(replications=2, changes=short)
    frame = run.series("price_outside", "month")
    assert frame.attrs["unit"] == "USD/kg"
    assert list(frame.columns[:2]) == ["La", "Ce"]
    assert len(frame) == 24
    assert [run.series("price_outside", freq).index.name for freq in ("week", "month", "quarter", "year")] == [
        "week of",
        "month of",
        "quarter of",
        "year of",
    ]
    assert run.plot().axes
    other = cp.episode("2010-embargo").run(2, changes=[*short, "embargo=none", "inspection.japan=none"])
    difference = run.compare(other, "price_outside")
    assert (difference.loc[:"2010-09-12"] == 0.0).all().all()
    assert (difference.loc["2010-10-01":] != 0.0).any().any()


def test_one_change_may_stand_without_a_list() -> None:
    one = cp.episode("2010-embargo").simulation(changes="embargo=none")
    assert one.digest == cp.episode("2010-embargo").simulation(changes=["embargo=none"]).digest
    assert one.digest == cp.Simulation("2010-embargo", changes="embargo=none").digest


def test_an_episode_says_what_it_is(tmp_path: Path) -> None:
    told = repr(cp.episode("2010-embargo"))
    for words in ("2010-embargo", "embargo of 2010", "2009-01-05 to 2018-12-30", "20 mines", "33 refiners", "54 firms"):
        assert words in told
    (tmp_path / "mine.toml").write_text('episode = "two-countries"\nchanges = ["end=2010-12-26"]\n')
    assert "1 change by a recipe" in repr(cp.episode(tmp_path / "mine.toml"))
    (tmp_path / "scenario.toml").write_text("nonsense")
    assert "cannot be read" in repr(cp.episode(tmp_path))


def test_load_reads_a_run_and_says_what_to_call_for_anything_else(tmp_path: Path) -> None:
    run = cp.episode("two-countries").run(1, changes=["end=2010-12-26"])
    assert (cp.load(run.save(tmp_path / "run")).arrays["use"] == run.arrays["use"]).all()
    folder = str(cp.episode("two-countries").folder)
    with pytest.raises(cp.BadInput, match=r"a scenario, not a saved run; use chokepoint\.Simulation") as told:
        cp.load(folder)
    assert folder in str(told.value)
    (tmp_path / "study").mkdir()
    (tmp_path / "study" / "batch.json").write_text("{}")
    with pytest.raises(cp.BadInput, match="use Sweep"):
        cp.load(tmp_path / "study")
    with pytest.raises(cp.BadInput, match=r"no manifest\.json"):
        cp.load(tmp_path)


STUDY = """
title = "Beside files of any name"
scenario = "two-countries"
changes = ["end=2010-12-26"]
replications = 1
[design]
kind = "grid"
[factors.use_elasticity]
values = [0.07, 0.08]
[outputs.used]
statistic = "total"
with = { series = "use", columns = "all", span = [2010-01-04, 2010-12-20] }
"""
POOL = """
from chokepoint.experiments.sweep import sweep

if __name__ == "__main__":
    print(sweep("study.toml", "pool", workers=2).runs["state"].tolist())
"""
CLUSTER = """
from distributed import LocalCluster

from chokepoint.experiments.sweep import sweep

if __name__ == "__main__":
    with LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None) as cluster:
        print(sweep("study.toml", "cluster", dask=cluster.scheduler_address).runs["state"].tolist())
"""


@pytest.fixture(scope="module")
def beside(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A user's folder whose files are named like the floors of the house, as those of a user of Mesa often are."""
    folder = tmp_path_factory.mktemp("beside")
    for name in ("agents", "sim", "experiments"):
        (folder / f"{name}.py").write_text(f'raise RuntimeError("{name}.py of the user was imported")\n')
    (folder / "study.toml").write_text(STUDY)
    (folder / "pool.py").write_text(POOL)
    return folder


def test_files_of_any_name_beside_python(beside: Path) -> None:
    code = "import chokepoint as cp; print(cp.episode('two-countries').run(1).replications)"
    assert python("-c", code, cwd=beside).split() == ["1"]


SCRIPT = (str(Path(sys.executable).with_name("chokepoint")),)
MODULE = (sys.executable, "-m", "chokepoint.experiments.cli")


@pytest.mark.parametrize("command", [SCRIPT, MODULE], ids=["script", "module"])
def test_files_of_any_name_beside_the_command_line(command: Sequence[str], beside: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    words = [*command, "run", "two-countries", "--replications", "1", "--no-figures", "--out", str(out)]
    done = subprocess.run(words, cwd=beside, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert cp.load(out).replications == 1


def test_files_of_any_name_beside_two_processes(beside: Path) -> None:
    """Spawned by a script there, and by the command line: the same runs, to the bit."""
    assert python("pool.py", cwd=beside).strip() == "['done', 'done']"
    words = [*MODULE, "sweep", "study.toml", "--out", "line", "--workers", "2"]
    done = subprocess.run(words, cwd=beside, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    tables = [pq.read_table(beside / name / "results.parquet") for name in ("pool", "line")]
    assert tables[0].equals(tables[1])


def test_a_dask_worker_in_a_folder_of_its_own(tmp_path: Path) -> None:
    """It finds the package by its name, though nothing of it lies there."""
    pytest.importorskip("distributed")
    (tmp_path / "study.toml").write_text(STUDY)
    (tmp_path / "cluster.py").write_text(CLUSTER)
    (tmp_path / "agents.py").write_text("raise RuntimeError('agents.py of the user was imported')")
    assert python("cluster.py", cwd=tmp_path).strip() == "['done', 'done']"
