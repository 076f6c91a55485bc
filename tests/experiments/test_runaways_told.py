"""A price that runs away is told wherever runs are kept, and nothing is compared with it."""

import json
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from chokepoint.experiments.analysis import runaways as away
from chokepoint.experiments.cli import app
from chokepoint.experiments.runs.runner import ledger
from chokepoint.experiments.sweep.folder import Sweep, sweep
from chokepoint.experiments.sweep.paper import write_paper
from chokepoint.experiments.sweep.plan import Plan
from chokepoint.experiments.systems.frame.cases import worlds_of
from chokepoint.sim import BadInput, Simulation, load_run

STOP = "act.stop=Exportia embargo from 2010-06-01"
INELASTIC = ("choke=0", "use_elasticity=0.03", "smuggled_most=0")
SPAN = "end=2011-12-25"
STUDY = f"""title = "t"
scenario = "two-countries"
changes = ["{SPAN}"]
replications = 2
[design]
kind = "grid"
[factors.border]
levels = {{ open = [], shut = ["{STOP}"] }}
[factors.use]
levels = {{ gives = [], stiff = {json.dumps(INELASTIC)} }}
[outputs.peak]
statistic = "peak"
with = {{ series = "price_outside", column = "M" }}
[[compare]]
name = "border"
factor = "border"
base = "open"
outputs = ["peak"]
"""


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Sweep, Plan]:
    """Four points of two runs; in those of one, where the border is shut and use does not give way, a price runs."""
    folder = tmp_path_factory.mktemp("runaways")
    path = folder / "study.toml"
    path.write_text(STUDY, encoding="utf-8")
    return sweep(path, folder / "run", workers=1), Plan(path)


def test_a_table_of_runs_says_which_ran_away_and_why(kept: tuple[Sweep, Plan]) -> None:
    found, _ = kept
    runs = found.with_factors()
    assert set(runs["state"]) == {"done"}
    flagged = away.ran_away(runs)
    assert set(zip(flagged["border"], flagged["use"], strict=True)) == {("shut", "stiff")}
    assert sorted(flagged["replication"]) == [0, 1]
    for message in flagged["message"]:
        assert message.startswith("M in Importia: beyond 50 times its base from 2010-")
        assert message.endswith("no cargo may leave: Exportia")
    assert (runs["message"] != "").sum() == 2
    assert (ledger(found.folder)["message"] != "").sum() == 2


def test_a_paper_tells_them_first_and_compares_nothing_with_them(kept: tuple[Sweep, Plan], tmp_path: Path) -> None:
    found, plan = kept
    page = write_paper(found, plan, tmp_path).read_text(encoding="utf-8")
    assert page.index("A price ran away in 2 of 8 runs") < page.index("## border")
    assert "No comparison in 1 of 2 worlds" in page
    assert set(pd.read_csv(tmp_path / "border-peak.csv")["use"]) == {"gives"}


def test_a_question_of_pairs_leaves_out_the_worlds_of_them(tmp_path: Path) -> None:
    design = '[design]\nkind = "latin-hypercube"\npoints = 8\ncross = ["border"]\n'
    text = STUDY.replace('[design]\nkind = "grid"\n', design).replace("replications = 2", "replications = 1")
    text = text[: text.index("[[compare]]")]
    text += (
        '[[find]]\nname = "dearer"\noutput = "peak"\nfactor = "border"\nlevel = "shut"\nbase = "open"\nabove = 0.0\n'
    )
    path = tmp_path / "study.toml"
    path.write_text(text, encoding="utf-8")
    found = sweep(path, tmp_path / "run", workers=1)
    stiff = int((found.with_factors()["use"] == "stiff").sum()) // 2
    assert 0 < stiff < 8
    page = write_paper(found, Plan(path), tmp_path / "paper").read_text(encoding="utf-8")
    assert f"{stiff} of 8 worlds are left out: a price ran away in them." in page
    assert f"It holds in {8 - stiff} of {8 - stiff} worlds" in page


def test_the_commands_of_a_study_warn_of_them(kept: tuple[Sweep, Plan]) -> None:
    found, _ = kept
    told = CliRunner().invoke(app, ["status", str(found.folder)])
    assert told.exit_code == 0
    assert "Warning: a price ran away in 2 runs" in told.stderr
    data = json.loads(CliRunner().invoke(app, ["status", str(found.folder), "--json"]).stdout)
    assert [row["replication"] for row in data["runaways"]] == [0, 1]
    assert data["failed"] == 0


def test_many_runs_are_told_briefly() -> None:
    rows = {"point": range(9), "replication": 0, "state": ["failed"] + ["done"] * 8, "message": ["x", None, *"abcdefg"]}
    told = away.told_briefly(pd.DataFrame(rows))
    assert told == [
        *(f"point {i + 2}, replication 0: {word}" for i, word in enumerate("abcde")),
        "2 more runs with one",
    ]
    assert away.points_with_one(pd.DataFrame(rows)).tolist() == [2, 3, 4, 5, 6, 7, 8]


def test_worlds_of_a_system_stop_at_it() -> None:
    stiff = Simulation("two-countries", changes=[SPAN, STOP, *INELASTIC])
    with pytest.raises(BadInput, match="stop: replication 0: M in Importia: beyond 50 times"):
        worlds_of(stiff, 1, "stop")
    assert len(worlds_of(Simulation("two-countries", changes=[SPAN, STOP]), 2, "stop")) == 2


@pytest.mark.parametrize("as_json", [False, True])
def test_a_run_is_saved_before_the_comparison_is_refused(as_json: bool, tmp_path: Path) -> None:
    changes = [word for change in (SPAN, STOP, *INELASTIC) for word in ("--set", change)]
    given = ["run", "two-countries", "--replications", "1", "--no-figures", "--out", str(tmp_path / "out"), *changes]
    told = CliRunner().invoke(app, [*given, "--compare", *(["--json"] if as_json else [])])
    assert told.exit_code == 1
    assert "Not compared: with the changes, replication 0: M in Importia: beyond 50 times" in told.stderr
    assert load_run(tmp_path / "out").runaways[0].startswith("replication 0: M in Importia")
    assert json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))["runaways"]
    if as_json:
        data = json.loads(told.stdout)
        assert "without_changes" not in data
        assert len(data["not_compared"]) == len(data["runaways"]) == 1
    else:
        assert "With the changes beside without" not in told.stdout
        assert "Result: " in told.stdout.replace("\n", "")
    assert CliRunner().invoke(app, given).exit_code == 0  # without a comparison it is told, and no fault
