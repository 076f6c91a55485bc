"""History held against a run: facts as data, and what the run says of each."""

import csv
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from experiments.statistics import SPANS, STATISTICS, arguments
from sim.problems import BadInput, nearest
from sim.record import Run

KEYS = ("id", "group", "title", "statistic", "with", "observed", "unit", "pass", "strong", "note")


@dataclass(frozen=True)
class Fact:
    """One thing history says: a statistic with its arguments, the observed value and the band that passes."""

    id: str
    group: str
    title: str
    statistic: str
    arguments: dict[str, Any]
    observed: float | None
    unit: str
    band: tuple[float, float] | None
    note: str


@dataclass(frozen=True)
class Finding:
    """What a run says of a fact: median and 10-90 % range over replications, share of them that pass."""

    fact: Fact
    value: float
    low: float
    high: float
    pass_share: float | None
    values: np.ndarray

    @property
    def passes(self) -> bool | None:
        """True when at least 70 % of the replications lie in the band."""
        return None if self.pass_share is None else bool(self.pass_share >= 0.7)


def facts(folder: Path) -> list[Fact]:
    """The facts of an episode, from `facts.toml`; `BadInput` lists what is wrong with the file."""
    path = folder / "facts.toml"
    if not path.is_file():
        return []
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise BadInput([f"facts.toml: {error}"], "facts") from None
    problems, found = [], []
    for entry in raw.get("fact", []):
        name = entry.get("id", "?")
        problems += [f"facts.toml, {name}: unknown key {k!r} ({nearest(k, KEYS)})" for k in entry if k not in KEYS]
        problems += [f"facts.toml, {name}: {k} is missing" for k in ("id", "title", "statistic") if k not in entry]
        if entry.get("statistic") not in STATISTICS:
            problems.append(
                f"facts.toml, {name}: unknown statistic ({nearest(str(entry.get('statistic')), STATISTICS)})"
            )
            continue
        band = entry.get("pass")
        found.append(
            Fact(
                name, entry.get("group", ""), entry.get("title", ""), entry["statistic"], entry.get("with", {}),
                entry.get("observed"), entry.get("unit", ""), (float(band[0]), float(band[1])) if band else None,
                entry.get("note", ""),
            )
        )  # fmt: skip
    if problems:
        raise BadInput(problems, "facts")
    return found


def hold_against(run: Run, found: Sequence[Fact]) -> list[Finding]:
    """Compute every fact whose days lie within the run."""
    findings = []
    for fact in found:
        given = arguments(fact.arguments)
        spans = [given[k] for k in SPANS if k in given]
        if any(run.step_of(last) > run.steps or run.step_of(first) < -1 for first, last in spans):
            continue
        values = STATISTICS[fact.statistic](run, **given)
        share = None
        if fact.band is not None:
            share = float(np.mean((values >= fact.band[0]) & (values <= fact.band[1])))
        low, high = np.quantile(values, [0.1, 0.9])
        findings.append(Finding(fact, float(np.median(values)), float(low), float(high), share, values))
    return findings


def observations(folder: Path) -> list[dict[str, str]]:
    """The rows of `observed.csv`: only scoring and figures read them."""
    path = folder / "observed.csv"
    if not path.is_file():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))
