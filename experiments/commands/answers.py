"""What verbs that hold the model against known answers leave in a folder: a page, a table, and a figure a row."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Drawing = tuple[str, Callable[[], "Figure"]]  # what a figure shows in words, and how it is made


def write_answers(folder: Path, page: str, csv: str, drawings: Mapping[str, Drawing]) -> list[Path]:
    """Write README.md, answers.csv and a figure for each of `drawings` by the name of its row; the files written."""
    folder.mkdir(parents=True, exist_ok=True)
    files = [folder / "README.md", folder / "answers.csv"]
    for path, text in zip(files, (page, csv), strict=True):
        path.write_text(text, encoding="utf-8")
    for row, (words, make) in drawings.items():
        from chokepoint.sim.results.drawing import DPI

        files.append(folder / f"{row}.png")
        told = {"Title": row, "Description": words, "Software": "Chokepoint"}
        make().savefig(files[-1], dpi=DPI, metadata=told)
    return files
