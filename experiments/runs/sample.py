"""Draws of the parameters that runs may take, from a sample of their posterior: `agents/posterior.csv`, once a fit has
written one by randomised maximum likelihood (Oliver, He and Reynolds 1996)."""

import csv
from pathlib import Path

from chokepoint.agents.behaviour import PARAMETERS
from chokepoint.sim.scenario.problems import BadInput

FILE = Path(__file__).parents[2] / "agents" / "posterior.csv"
NONE = (
    "no fit has written a sample of the posterior yet (chokepoint calibrate --out FOLDER --draws 50 writes "
    "FOLDER/posterior.csv, which goes into agents/)"
)


def read(path: Path = FILE) -> list[dict[str, float]]:
    """The draws of the sample; `BadInput` when there is none or a name is not in the table of parameters."""
    if not path.is_file():
        raise BadInput([f"{path.name}: {NONE}"], "posterior")
    with path.open(newline="", encoding="utf-8") as file:
        draws = [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]
    unknown = sorted(set(draws[0]) - set(PARAMETERS)) if draws else ["(no draw)"]
    if unknown:
        raise BadInput([f"{path.name}: unknown parameter {name}" for name in unknown], "posterior")
    return draws


def write(draws: list[dict[str, float]], path: Path = FILE) -> None:
    """Write the draws, six significant digits each."""
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(draws[0])
        out.writerows([f"{value:.6g}" for value in draw.values()] for draw in draws)
