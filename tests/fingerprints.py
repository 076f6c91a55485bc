"""Short numbers by which results of the shipped worlds are known again.

A fingerprint is a sum over weeks and columns of recorded series with fixed weights, so that it moves when any number
does and agrees between machines to rounding. `python -m tests.fingerprints "LINE"` renews those that moved: LINE stands
in CHANGELOG.md with the mark **Results move** and names every world that moves; it is kept beside the new number.

The worlds of `FRAGILE` hang on the last digits of their base year, which decide between links of the network and differ
between versions of numpy: by a ten-thousandth of a fingerprint. They have a row for each version that was tried; other
versions are held to `NEAR`.
"""

import csv
import re
import sys
from pathlib import Path

import numpy as np

from chokepoint.experiments.systems.frame.cases import WORLDS
from chokepoint.sim import Simulation
from chokepoint.sim.results.record import Recorded
from chokepoint.sim.scenario.reading import SHIPPED

FILE = Path(__file__).with_name("fingerprints.csv")
CHANGELOG = Path(__file__).parents[1] / "CHANGELOG.md"
MARK = "**Results move**"
FIRST = "as in 0.1.0"  # the line of a fingerprint that never moved
AGREE = 1e-8  # relative; machines differ by rounding, which the years of a run carry on
FRAGILE = ("2010-embargo", "2019-threat", "2020-slump")
NEAR = 1e-3
NUMPY = ".".join(np.__version__.split(".")[:2])

# What a fingerprint is taken of: series by kind.
KINDS = {
    "prices": ("price", "expected_price", "price_outside", "price_inside", "licence_price"),
    "flows": ("exports", "exports_open", "leaked", "imports", "mined", "refined", "use", "scrap", "shortfall"),
    "stocks": ("stock", "product", "reserve", "believed_reserve"),
    "money": ("bill", "rent", "export_tax", "aid", "lost_value", "reserve_spent"),
}


def worlds() -> dict[str, Path]:
    """The shipped worlds by name: episodes, and those made for experiments."""
    folders = (place.parent for root in (SHIPPED, WORLDS) for place in root.glob("*/scenario.toml"))
    return {folder.name: folder for folder in sorted(folders)}


def fingerprint(run: Recorded, kind: str) -> float:
    """One number for the series of a kind: the sum of all values, each with a weight between 1 and 2 of its own, times
    the place of its series: what leaves one flow goes into another, and with one weight for both would move nothing."""
    total = 0.0
    for place, name in enumerate(KINDS[kind], 1):
        values = run.arrays[name]
        weights = 1.0 + np.modf(0.6180339887498949 * np.arange(1, values.size + 1))[0]
        total += place * float(np.dot(values.ravel(), weights))
    return total


def taken(folder: Path) -> dict[str, float]:
    """The fingerprints of a world: two replications of seed 1, by kind."""
    run = Simulation(folder, seed=1).run(2)
    return {kind: fingerprint(run, kind) for kind in KINDS}


Rows = dict[tuple[str, str], dict[str, str]]  # by world and version of numpy, `any` for one that hangs on none


def kept() -> Rows:
    """What the file holds."""
    if not FILE.exists():
        return {}
    with FILE.open(newline="", encoding="utf-8") as file:
        return {(row["world"], row["numpy"]): row for row in csv.DictReader(file)}


def version_of(world: str) -> str:
    """The version of numpy that fingerprints of a world hang on."""
    return NUMPY if world in FRAGILE else "any"


def moved(rows: Rows, world: str, now: dict[str, float]) -> list[str]:
    """The kinds of series whose fingerprint is another one now."""
    row, within = rows.get((world, version_of(world))), AGREE
    if row is None:
        row, within = next((r for (name, _), r in rows.items() if name == world), None), NEAR
    if row is None:
        return list(now)
    return [kind for kind, v in now.items() if not abs(v - float(row[kind])) <= within * max(abs(v), 1e-12)]


def names(text: str, world: str) -> bool:
    """Whether a text names a world by its whole name: `cobalt` is not named by `1978-cobalt`."""
    return re.search(rf"(?<![\w-]){re.escape(world)}(?![\w-])", text) is not None


def told_of() -> list[str]:
    """The entries of the changelog that say what moves results, each as one line."""
    entries = re.split(r"\n(?=- |#|\n)", CHANGELOG.read_text(encoding="utf-8"))
    return [" ".join(entry.split()) for entry in entries if MARK in entry]


def renew(line: str) -> list[str]:
    """Write the file anew with `line` beside each fingerprint that moved; the worlds that did."""
    rows = kept()
    now = {name: taken(folder) for name, folder in worlds().items()}
    changed = [name for name, values in now.items() if moved(rows, name, values)]
    told = [text for text in told_of() if line in text]
    if line == FIRST and changed:
        raise SystemExit(f"results move in {', '.join(changed)}: {FIRST!r} is no line that says why")
    if line != FIRST and not told:
        raise SystemExit(f"CHANGELOG.md has no line with {MARK} that says {line!r}")
    silent = [name for name in changed if not any(names(text, name) for text in told)]
    if silent:
        raise SystemExit(f"results move in {', '.join(silent)}, which the line does not name")
    rows = {key: row for key, row in rows.items() if key[0] in now and key[0] not in changed}
    for name, values in now.items():
        key = (name, version_of(name))
        if key not in rows:
            of_others = next((row["line"] for (world, _), row in rows.items() if world == name), line)
            numbers = {kind: f"{value:.12g}" for kind, value in values.items()}
            rows[key] = {"world": name, "numpy": key[1], **numbers, "line": of_others}
    with FILE.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, ["world", "numpy", *KINDS, "line"], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows[key] for key in sorted(rows))
    return changed


if __name__ == "__main__":
    print("\n".join(f"{name}: renewed" for name in renew(sys.argv[1])) or "nothing moved")
