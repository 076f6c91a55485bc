"""What the pages show exists: verbs and options of the command line, links, and paths of the tree."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
PAGES = sorted(
    [
        ROOT / "README.md",
        ROOT / "CONTRIBUTING.md",
        *(ROOT / "docs").glob("*.md"),
        *ROOT.glob("experiments/s*/README.md"),
    ]
)
BLOCK = re.compile(r"^```\w*\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)#:]+)\)")
PLACE = re.compile(r"`((?:agents|sim|experiments|tests|docs|\.ci)/[\w./*-]*)`")


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def commands(text: str) -> list[list[str]]:
    """The words of each call of `chokepoint` in the blocks of a page, comments left out."""
    lines = [line for block in BLOCK.findall(text) for line in block.splitlines()]
    calls = [part for line in lines for part in line.split("&&")]
    words = [shlex.split(call, comments=True) for call in calls if re.match(r"\s*(\.venv/bin/)?chokepoint\s", call)]
    return [w[1:] for w in words]


@pytest.fixture(scope="module")
def verbs() -> Any:
    from typer.main import get_command

    from chokepoint.experiments.cli import app

    return get_command(app)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_commands_that_are_shown_exist(page: Path, verbs: Any) -> None:
    for words in commands(page.read_text(encoding="utf-8")):
        verb = None if words[0].startswith("-") else verbs.commands.get(words[0])
        assert verb is not None or words[0].startswith("-"), words
        known = {name for parameter in (verb or verbs).params for name in parameter.opts} | {"--help"}
        assert {word for word in words if word.startswith("--")} <= known, words


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_and_places_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    links = [page.parent / link for link in LINK.findall(text)]
    gone = [str(link.relative_to(ROOT)) for link in links if not link.exists()]
    gone += [place for place in PLACE.findall(text) if not list(ROOT.glob(place.rstrip("/")))]
    assert not gone


def test_the_readme_is_short_and_says_how_to_run_and_test() -> None:
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 110
    new = "python3 -m venv .venv && .venv/bin/pip install -e"
    assert f"{new} . && .venv/bin/chokepoint run 2010-embargo" in lines
    assert f'{new} ".[test]" && .venv/bin/python -m pytest' in lines
    pages = {page.name for page in (ROOT / "docs").glob("*.md")} - {"index.md"}
    index = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    assert {page for page in pages if f"({page})" not in index} == set()


def test_the_mechanism_that_is_shown_is_the_one_that_is_tested() -> None:
    shown = BLOCK.findall((ROOT / "docs" / "own-mechanism.md").read_text(encoding="utf-8"))
    assert (ROOT / "tests" / "sim" / "engine" / "royalty.py").read_text(encoding="utf-8") in shown
