"""The frame: rows are found by their files, listed in the README, run from the command line, and drawn."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chokepoint.experiments import systems
from chokepoint.experiments.systems.frame.cases import COLUMNS
from chokepoint.sim.scenario.problems import BadInput
from chokepoint.sim.simulation import load_scenario

ROOT = Path(__file__).parents[3]
ROWS = list(systems.systems())


def call(*words: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "chokepoint.experiments.cli", *words],
        capture_output=True,
        text=True,
        cwd=cwd,
        timeout=300,
    )


def test_the_readme_lists_exactly_what_is_found() -> None:
    text = (ROOT / "experiments" / "systems" / "README.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| (\S+) \|.*`(chokepoint system \S+)`.*`(tests/\S+\.py)` \|$", text, re.MULTILINE)
    assert [row for row, _, _ in listed] == ROWS
    for row, command, test in listed:
        assert command == systems.find(row).command
        assert f'"{row}"' in (ROOT / test).read_text(encoding="utf-8")


def test_every_row_belongs_to_one_file() -> None:
    rows = [row for module in systems.modules().values() for row in module.ROWS]
    assert sorted(rows) == sorted(set(rows))
    assert {row for row in rows if row.startswith("S")} == {f"S{i}" for i in range(1, 25)}


@pytest.mark.parametrize("row", ROWS)
def test_a_table_is_tidy_and_its_figure_labelled(row: str, shown: Callable[[str], Any]) -> None:
    table = shown(row).table
    assert tuple(table.columns) == COLUMNS
    assert table[["mean", "low", "high"]].notna().all(axis=None)
    assert (table["low"] <= table["mean"] + 1e-9).mean() > 0.9  # a mean may lie outside the quantiles, seldom
    assert not table.duplicated(["case", "against", "material", "measure", "time"]).any()
    assert (table["unit"] != "").all()
    figure = systems.find(row).module.figure(table)
    text = " ".join(t.get_text() for t in figure.texts)
    assert "n = " in text
    assert "seed 1" in text
    for ax in figure.axes:
        assert ax.get_title("left") or ax.get_title()
        assert ax.get_xlabel() or ax.get_ylabel(), ax.get_title("left")


@pytest.mark.parametrize(
    "folder", sorted((ROOT / "experiments" / "systems" / "worlds").iterdir()), ids=lambda p: p.name
)
def test_the_worlds_are_valid(folder: Path) -> None:
    assert load_scenario(folder).name == folder.name


def test_an_unknown_row_names_the_nearest() -> None:
    with pytest.raises(BadInput, match="S16"):
        systems.find("S166")
    with pytest.raises(BadInput, match="nearest: deterrence"):
        systems.find("detterence")
    assert systems.find("s16") == systems.find("S16")
    assert systems.find("Deterrence") == systems.find("deterrence")
    done = call("system", "S99")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) <= 2


def test_a_row_from_the_command_line(tmp_path: Path) -> None:
    done = call("system", "s18", "--replications", "1", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    data = json.loads(done.stdout)
    assert data["row"] == "S18"
    assert {Path(f).name for f in data["files"]} == {"table.csv", "figure.png"}
    assert all((tmp_path / f).is_file() for f in data["files"])
    again = call("system", "S18", "--replications", "1", "--no-figures", cwd=tmp_path)
    assert again.returncode == 0, again.stderr
    assert "results/systems/S18/table.csv" in again.stdout
    listed = json.loads(call("systems", "--json").stdout)
    assert [row["row"] for row in listed] == ROWS
