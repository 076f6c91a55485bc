"""What is built holds all data of the tree: `pyproject.toml` says which files go with which package."""

import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]


def folder_of(package: str) -> Path:
    """The folder of a package; that of `chokepoint` itself bears another name."""
    return ROOT / (
        "experiments/face" if package == "chokepoint" else package.removeprefix("chokepoint.").replace(".", "/")
    )


def test_every_file_that_is_no_code_belongs_to_a_package() -> None:
    told = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]["package-data"]
    held = {path for package, patterns in told.items() for p in patterns for path in folder_of(package).glob(p)}
    held |= {path for folder in held for path in folder.rglob("*")}
    left = {
        str(path.relative_to(ROOT))
        for top in ("agents", "sim", "experiments")
        for path in (ROOT / top).rglob("*")
        if path.is_file() and path.suffix != ".py" and "__pycache__" not in path.parts and path not in held
    }
    assert not left
