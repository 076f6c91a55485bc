"""What is built holds all that is in the tree: `pyproject.toml` lists packages by hand, as folders bear other names."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
FACE = "experiments/face"


@pytest.fixture(scope="module")
def setup() -> Any:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]


def folder_of(package: str) -> str:
    """The folder of a package, from the root of the project."""
    return FACE if package == "chokepoint" else package.removeprefix("chokepoint.").replace(".", "/")


def test_every_folder_with_code_is_a_package(setup: Any) -> None:
    listed = [folder_of(package) for package in setup["packages"]]
    assert listed == sorted(listed, key=lambda folder: (folder != FACE, folder))
    found = {
        str(path.parent.relative_to(ROOT))
        for top in ("agents", "sim", "experiments")
        for path in (ROOT / top).rglob("*.py")
        if "studies" not in path.parts  # functions of a study, which it reads by their path
    }
    assert set(listed) == found


def test_every_file_that_is_no_code_belongs_to_a_package(setup: Any) -> None:
    held = {
        path
        for package, patterns in setup["package-data"].items()
        for pattern in patterns
        for path in (ROOT / folder_of(package)).glob(pattern)
    }
    held |= {path for path in held for path in path.rglob("*")}
    left = {
        str(path.relative_to(ROOT))
        for top in ("agents", "sim", "experiments")
        for path in (ROOT / top).rglob("*")
        if path.is_file() and path.suffix != ".py" and "__pycache__" not in path.parts and path not in held
    }
    assert not left
