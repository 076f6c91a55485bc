"""The published page holds every fact of every episode, failures included; batches answer on the command line."""

import json
import subprocess
import sys
from pathlib import Path

from chokepoint.experiments.history.catalogue import find, names
from chokepoint.experiments.runs.runner import run_batch
from chokepoint.experiments.runs.score import score
from chokepoint.experiments.telling.misfit import FILE, page, shortcomings
from tests.experiments.runs.test_runner import batch


def test_the_page_in_the_repository_lists_every_fact() -> None:
    text = FILE.read_text(encoding="utf-8")
    for name in names():
        place = find(name)
        if place.facts.facts:
            own = text.split(f"(`{name}`)")[1].split("\n## ")[0]
            missing = [f.id for f in place.facts.facts if f"| {f.id} |" not in own]
            assert missing == [], name
            assert shortcomings(place) in own, f"{name}: write the page again (chokepoint misfit)"


def test_a_failure_is_printed_as_one() -> None:
    place = find("2020-slump")
    result = score("2020-slump", 2, workers=1)
    lines = "\n".join(page(place, result))
    for found in result.findings:
        if found.verdict:
            row = next(line for line in lines.split("\n") if line.startswith(f"| {found.fact.id} |"))
            assert ("**fail**" in row) == (found.verdict == "fail")
    assert "Not described" not in lines


def test_status_and_resume(tmp_path: Path) -> None:
    folder = tmp_path / "batch"
    run_batch(batch(points=2, replications=1), folder, workers=1)

    def ask(*words: str) -> dict[str, object]:
        command = [sys.executable, "-m", "chokepoint.experiments.cli", *words, str(folder), "--json"]
        return dict(json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout))

    told = ask("status")
    assert (told["done"], told["pending"], told["failed"]) == (2, 0, 0)
    before = (folder / "results.parquet").read_bytes()
    assert ask("resume")["results"] == str(folder / "results.parquet")
    assert (folder / "results.parquet").read_bytes() == before
