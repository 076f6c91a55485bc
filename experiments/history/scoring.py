"""The score of an episode: every fact with its interval over replications, the loss, and simple baselines.

Made of the rows of finished runs; `experiments/runs/score.py` runs them, `experiments/telling/score.py` prints it.
"""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np

from chokepoint.experiments.history.baselines import baselines, known_of, windows
from chokepoint.experiments.history.catalogue import Episode
from chokepoint.experiments.history.facts import HOLDOUT, Finding, findings_of
from chokepoint.experiments.history.observed import History
from chokepoint.experiments.history.run_statistics import ACROSS
from chokepoint.sim.results.run import Run

NO_SEARCH = "no search has seen early data alone yet (chokepoint calibrate EPISODE --to DAY writes holdout.csv)"


@dataclass(frozen=True)
class Score:
    """What replications say of an episode: findings, loss by window, errors of prices, failed runs."""

    episode: str
    replications: int
    seed: int
    findings: list[Finding]
    losses: dict[str, float]
    logs: np.ndarray
    failed: int


def measure(run: Run, episode: Episode) -> dict[str, float]:
    """Every fact of one run (those of a variant only where the run was made under its changes), and ln of every
    scored observation."""
    facts = episode.facts
    variant = next((n for n, c in facts.variants.items() if run.manifest.get("changes") == list(c)), "")
    values = {f.id: float(facts.value(f, run)[0]) for f in facts.facts if f.variant == variant and facts.within(f, run)}
    if facts.history is not None and not variant:
        values |= {f"ln {i}": float(x) for i, x in enumerate(facts.history.logs(run)[0])}
    return values


def gather(place: Episode, rows: Sequence[Mapping[str, Any]], replications: int, seed: int, failed: int) -> Score:
    """The score that finished rows of `measure` add up to."""
    facts = place.facts
    values = {}
    for fact in facts.facts:
        found = np.array([row[fact.id] for row in rows if fact.id in row])
        if len(found):
            values[fact.id] = ACROSS[fact.statistic](found) if fact.statistic in ACROSS else found
    values |= held_out(place)
    logs, losses = np.zeros((0, 0)), {}
    if facts.history is not None:
        plain = [row for row in rows if row["point"] == 0]
        logs = np.array([[row[f"ln {i}"] for i in range(len(facts.history.data))] for row in plain])
        losses = {name: facts.history.loss(logs, span) for name, span in windows(facts.history, facts.trained).items()}
    open_facts = tuple(
        replace(f, unanswered=NO_SEARCH) if f.statistic == HOLDOUT and f.id not in values else f for f in facts.facts
    )
    findings = findings_of(replace(facts, facts=open_facts), values)
    return Score(place.name, replications, seed, findings, losses, logs, failed)


def held_out(place: Episode) -> dict[str, np.ndarray]:
    """Facts of a search that saw only early data: errors on later data by start, from `holdout.csv` of the episode."""
    path = place.folder / "holdout.csv"
    if not path.is_file():
        return {}
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    chosen = [f for f in place.facts.facts if f.statistic == HOLDOUT]
    return {f.id: np.array([float(row[f.arguments["group"]]) for row in rows]) for f in chosen}


def errors_beside_baselines(score: Score, place: Episode) -> list[dict[str, Any]]:
    """Errors of prices by predictor, and last those of the model; empty for an episode that names no baselines."""
    history, training = place.facts.history, place.facts.training
    if history is None or training is None:
        return []
    return [*baselines(history, known_of(training, place.scenario())), errors(score, history, training.last)]


def errors(score: Score, history: History, trained: date) -> dict[str, Any]:
    """The model's own row of that table: median over replications."""
    row: dict[str, Any] = {"baseline": "this model"}
    for group in dict.fromkeys(d.group for d in history.data if d.series.startswith("price")):
        for window, span in windows(history, trained).items():
            chosen = history.chosen(group=group, span=span)
            row[f"{group}, {window}"] = float(np.median(history.errors(score.logs, chosen))) if chosen.any() else None
    return row


def as_data(result: Score, place: Episode) -> dict[str, Any]:
    """The score as one plain object."""
    facts = [
        {
            "id": f.fact.id, "title": f.fact.title, "unit": f.fact.unit, "value": _plain(f.value), "low": _plain(f.low),
            "high": _plain(f.high), "observed": f.fact.observed, "pass_share": f.pass_share,
            "strong_share": f.strong_share, "verdict": f.verdict, "unanswered": f.fact.unanswered,
        }
        for f in result.findings
    ]  # fmt: skip
    return {
        "episode": result.episode, "replications": result.replications, "seed": result.seed, "failed": result.failed,
        "facts": facts, "loss": result.losses, "baselines": errors_beside_baselines(result, place),
    }  # fmt: skip


def _plain(value: float) -> float | None:
    return None if value != value else value
