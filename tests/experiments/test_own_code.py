"""Code that comes with a scenario runs for no verb unless it was allowed, and for each of them once it was."""

import json
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from chokepoint.experiments.cli import app
from chokepoint.experiments.page.session import Session
from chokepoint.sim import BadInput
from tests.sim.engine.test_own_mechanism import ROW, world_with

SIMULATING = {
    "run": ("--replications", "1", "--no-figures", "--out", "result"),
    "show": (),
    "week": ("--short",),
    "trace": ("--agent", "Exportia"),
    "serve": ("--no-browser",),
    # These look for a history, which the world has not, once its code is allowed.
    "score": (),
    "ablate": (),
    "placebo": (),
    "tornado": (),
    "draws": (),
    "weigh": (),
    "calibrate": ("--out", "search"),
}
LACKS_HISTORY = ("score", "ablate", "placebo", "tornado", "draws", "weigh", "calibrate")


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    return str(world_with(tmp_path, ROW))


def call(*words: str) -> Result:
    return CliRunner().invoke(app, words)


def problems(result: Result) -> list[str]:
    """What was wrong with the input; a verb called in this process leaves the telling to `main`."""
    return result.exception.problems if isinstance(result.exception, BadInput) else []


@pytest.mark.parametrize("verb", [verb for verb in SIMULATING if verb != "serve"])
def test_a_verb_runs_no_code_of_a_scenario_that_was_not_allowed(verb: str, world: str) -> None:
    (Path(world) / "royalty.py").write_text("raise SystemExit('ran')", encoding="utf-8")
    refused = call(verb, world, *SIMULATING[verb])
    assert problems(refused) == ["scenario.toml: names code (royalty.py); add --allow-rules to run it"]


def test_the_page_is_not_opened_for_code_that_was_not_allowed(world: str) -> None:
    command = [sys.executable, "-m", "chokepoint", "serve", world, "--no-browser", "--port", str(_free_port())]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 2
    assert "names code (royalty.py); add --allow-rules" in done.stderr


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize("verb", SIMULATING)
def test_a_verb_runs_the_code_that_was_allowed(verb: str, world: str, monkeypatch: pytest.MonkeyPatch) -> None:
    served: list[tuple[Any, ...]] = []
    monkeypatch.setattr("chokepoint.experiments.page.serve.serve", lambda *given: served.append(given))
    monkeypatch.setattr("chokepoint.experiments.inference.calibration.aims_until", _no_history)
    monkeypatch.setattr("chokepoint.experiments.attribution.placebo.placebos", _no_history)
    done = call(verb, world, *SIMULATING[verb], "--allow-rules")
    if verb in LACKS_HISTORY:
        assert problems(done), done.output
        assert "--allow-rules" not in str(done.exception)
    else:
        assert done.exit_code == 0, (done.output, done.exception)
    assert [given[-1] for given in served] == ([True] if verb == "serve" else [])


def _no_history(*_: Any) -> None:
    raise BadInput(["has no history to be held against"])


def test_a_difference_needs_no_code(world: str) -> None:
    found = call("diff", world, "two-countries", "--json")
    assert found.exit_code == 0
    assert "royalty.2010" in found.output


def test_validate_says_what_it_did_not_look_at(world: str) -> None:
    seen = call("validate", world)
    assert seen.exit_code == 0
    assert "valid as far as it can be told without running its code" in seen.output
    assert "Not looked at: royalty.py, act royalty.2010 (ore_royalty); add --allow-rules" in seen.output
    whole = call("validate", world, "--allow-rules", "--json")
    assert json.loads(whole.output)["not_looked_at"] == []
    text = call("validate", world, "--allow-rules").output
    assert ": valid. " in text
    assert "Not looked at" not in text
    plain = call("validate", "two-countries", "--json")
    assert json.loads(plain.output)["not_looked_at"] == []


def test_validate_still_tells_what_is_wrong_beside_the_code(world: str) -> None:
    events = Path(world) / "events.csv"
    events.write_text(events.read_text(encoding="utf-8").replace("Exportia,ore_royalty", "Exporta,ore_royalty"))
    assert any("Exporta" in problem for problem in problems(call("validate", world)))
    assert any("Exporta" in problem for problem in problems(call("validate", world, "--allow-rules")))
    assert problems(call("validate", "two-countries", "--set", "enb=2011-01-01"))


def test_the_page_runs_the_code_of_the_world_it_was_opened_for_alone(world: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="names code"):
        Session(world)
    other = str(world_with(tmp_path / "other", ROW))
    session = Session(world, allow_rules=True)
    session.step(3)
    assert session.world.R.royalty.shape[1] == len(session.world.countries)
    with pytest.raises(BadInput, match="names code"):
        session.load(other)
    session.reset(seed=2)
    assert session.plain.seed == 2
