"""The command line as a user meets it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from chokepoint.agents.behaviour import PARAMETERS


def call(*words: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "chokepoint.experiments.cli", *words],
        capture_output=True,
        text=True,
        cwd=cwd,
        timeout=300,
    )


@pytest.fixture(scope="module")
def result(tmp_path_factory):  # type: ignore[no-untyped-def]
    folder = tmp_path_factory.mktemp("cli") / "result"
    done = call("run", "2010-embargo", "--replications", "2", "--no-figures", "--json", "--out", str(folder))
    return done, folder


def test_run_prints_one_json_object_and_writes_a_result(result) -> None:  # type: ignore[no-untyped-def]
    done, folder = result
    assert done.returncode == 0, done.stderr
    data = json.loads(done.stdout)
    assert data["episode"] == "2010-embargo"
    assert data["replications"] == 2
    assert {f["id"] for f in data["facts"]} >= {"A5.La", "A8.use", "A13.hole"}
    assert {p.name for p in folder.iterdir()} == {"series.parquet", "manifest.json", "scenario.json", "report.json"}


def test_csv_of_a_run_and_of_a_result(tmp_path: Path) -> None:
    words = ("run", "two-countries", "--replications", "1", "--no-figures", "--set", "end=2010-12-26")
    assert call(*words, "--csv", "--out", "one", cwd=tmp_path).returncode == 0
    assert call(*words, "--out", "two", cwd=tmp_path).returncode == 0
    refused = call("export", "two", cwd=tmp_path)
    assert refused.returncode == 2
    assert "--csv" in refused.stderr
    written = json.loads(call("export", "two", "--csv", "--json", cwd=tmp_path).stdout)["files"]
    assert written == ["two/series.csv", "two/data_dictionary.csv"]
    for name in ("series.csv", "data_dictionary.csv"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_a_run_without_figures_needs_neither_mesa_nor_seaborn(tmp_path: Path) -> None:
    code = (
        "import sys; from chokepoint.experiments import cli\n"
        "sys.argv = ['chokepoint', 'run', 'two-countries', '--replications', '1', '--no-figures',"
        f" '--out', {str(tmp_path / 'r')!r}]\n"
        "try:\n    cli.main()\nexcept SystemExit as e:\n    assert not e.code, e.code\n"
        "heavy = [m for m in ('mesa', 'seaborn', 'matplotlib', 'networkx') if m in sys.modules]\n"
        "assert not heavy, heavy"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("run", "2010-embago"), "2010-embargo"),
        (("run", "2010-embargo", "--set", "quota.2010H3=none"), "quota.2010H2"),
        (("run", "2010-embargo", "--set", "use_elasticity=9"), f"to {PARAMETERS['use_elasticity'].most:g}"),
        (("run", "2010-embargo", "--rule", "firm.usee=x.py:f"), "firm.use"),
        (("run", "2010-embargo", "--out", "/dev/null/x"), "cannot be written"),
        (("export", "nowhere", "--csv"), "no manifest.json"),
        (("describe", "use_elastisity"), "use_elasticity"),
    ],
)
def test_bad_input_ends_with_status_2_and_a_hint(words: tuple[str, ...], says: str, tmp_path: Path) -> None:
    done = call(*words, cwd=tmp_path)
    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.iterdir())


def test_lists_describes_validates() -> None:
    listed = json.loads(call("episodes", "--json").stdout)
    assert {row["name"] for row in listed} >= {"2010-embargo", "two-countries"}
    assert json.loads(call("validate", "2010-embargo", "--json").stdout)["valid"] is True
    assert json.loads(call("describe", "use_elasticity", "--json").stdout)[0]["unit"] == "1"
    shown = json.loads(call("show", "2010-embargo", "--json").stdout)
    assert shown["edges"] >= 600
    assert not any(act["what"] == "observed" for act in shown["acts"])


def test_version() -> None:
    assert call("--version").stdout.startswith("chokepoint ")


HEAVY = ("numba", "numpy", "pandas", "pyarrow", "mesa", "matplotlib", "networkx", "seaborn", "scipy")


def light(words: list[str], **variables: str) -> str:
    """What the command line prints; fails where a heavy package was imported for it."""
    code = (
        "import sys; from chokepoint.experiments import cli\n"
        f"sys.argv = ['chokepoint', *{words!r}]\n"
        "try:\n    cli.main()\nexcept SystemExit as e:\n    assert not e.code, e.code\n"
        f"heavy = [m for m in {HEAVY} if m in sys.modules]\n"
        "assert not heavy, heavy"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "COLUMNS": "80", **variables},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def completed(*words: str) -> list[str]:
    """What a shell is offered behind these words, the last of which is begun."""
    where = {"COMP_WORDS": " ".join(["chokepoint", *words]), "COMP_CWORD": str(len(words))}
    return light([], _CHOKEPOINT_COMPLETE="complete_bash", **where).split()


def test_the_help_shows_every_verb_in_a_group_on_one_line() -> None:
    from typer.main import get_command

    from chokepoint.experiments.cli import app
    from chokepoint.experiments.commands.groups import GROUPS

    grouped = [verb for verbs in GROUPS.values() for verb in verbs]
    verbs: Any = get_command(app)
    assert len(grouped) == len(set(grouped))
    assert set(grouped) == set(verbs.commands)
    lines = light(["--help"]).splitlines()
    assert all(len(line) < 79 for line in lines)
    starts = [line.split()[0] for line in lines if line.startswith("  ") and line.split()[0] in grouped]
    assert starts == grouped
    assert [line[:-1] for line in lines if line.rstrip(":") in GROUPS] == list(GROUPS)
    assert not [line for line in lines[1:] if line.endswith("...")]


def test_a_shell_completes_names_without_the_model() -> None:
    from chokepoint.experiments.history.catalogue import names
    from chokepoint.experiments.sweep.study import names as studies
    from chokepoint.experiments.systems import systems

    assert completed("ru") == ["run"]
    assert completed("run", "") == names()
    assert completed("run", "2010-e") == ["2010-embargo"]
    assert completed("paper", "") == studies()
    assert set(completed("system", "")) == set(systems())
    assert completed("describe", "") == list(PARAMETERS)
    assert "quota.2010H2=none" in completed("run", "2010-embargo", "--set", "quota.")
    assert completed("run", "2010-embargo", "--set", "use_elasticity_") == ["use_elasticity_long="]


@pytest.mark.parametrize("episode", ["2010-embargo", "2020-slump", "nowhere"])
def test_what_is_completed_behind_set_can_be_set(episode: str) -> None:
    from chokepoint.experiments.commands import completion
    from chokepoint.experiments.history.catalogue import find, names
    from chokepoint.sim.simulation import change_scenario

    context: Any = SimpleNamespace(params={"episode": episode}, args=[])
    keys = [key for key, _ in completion.changes(context, "") if not key.endswith("=")]
    if episode not in names():
        assert keys == ["news=none"]
        return
    scenario = find(episode).scenario()
    for key in keys:
        change_scenario(scenario, [key])
    assert {key.removesuffix("=none") for key in keys} >= {e.id for e in scenario.events if e.admitted == "yes"}
