"""The score of an episode: every fact with its interval over replications, the loss, and prices beside rivals.

Made of the rows of finished runs; `experiments/runs/score.py` runs them, `experiments/telling/score.py` prints it.
"""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from chokepoint.experiments.history.bands import Bands, bands_of
from chokepoint.experiments.history.catalogue import Episode
from chokepoint.experiments.history.contest import beside
from chokepoint.experiments.history.counts import Count, count
from chokepoint.experiments.history.discrepancy import Discrepancy, declared
from chokepoint.experiments.history.facts import HOLDOUT, Finding, findings_of
from chokepoint.experiments.history.rivals import case_of, shipped
from chokepoint.experiments.history.run_statistics import ACROSS
from chokepoint.experiments.history.training import windows
from chokepoint.sim.results.run import Run

NO_SEARCH = "no search has seen early data alone yet (chokepoint calibrate EPISODE --to DAY writes holdout.csv)"


@dataclass(frozen=True)
class Score:
    """What replications say of an episode: findings, loss by window, ln of every scored point and of its base year
    (replications, points), failed runs; prices: ln of those that rivals are held against, (replications, quotes)."""

    episode: str
    replications: int
    seed: int
    findings: list[Finding]
    losses: dict[str, float]
    logs: np.ndarray
    bases: np.ndarray
    failed: int
    prices: np.ndarray

    @property
    def count(self) -> Count:
        """How many of the facts hold."""
        return count(self.findings)


def measure(run: Run, episode: Episode) -> dict[str, float]:
    """Every fact of one run (those of a variant only where the run was made under its changes), and ln of every
    scored point and of its base year."""
    facts = episode.facts
    given: list[str] = list(run.manifest.get("changes") or ())  # type: ignore[call-overload]
    made = [change for change in given if not change.startswith("assumptions=")]
    variant = next((n for n, c in facts.variants.items() if made == list(c)), "")
    values = {f.id: float(facts.value(f, run)[0]) for f in facts.facts if f.variant == variant and facts.within(f, run)}
    if facts.history is not None and not variant:
        values |= {f"ln {i}": float(x) for i, x in enumerate(facts.history.logs(run)[0])}
        values |= {f"base {i}": float(x) for i, x in enumerate(facts.history.bases(run)[0])}
    if not variant:
        values |= {f"price {i}": float(x) for i, x in enumerate(case_of(episode).read(run)[0][0])}
    return values


def gather(place: Episode, rows: Sequence[Mapping[str, Any]], replications: int, seed: int, failed: int) -> Score:
    """The score that finished rows of `measure` add up to; `version` of a row is 0 for the episode as it was."""
    facts = place.facts
    values = {}
    for fact in facts.facts:
        found = np.array([row[fact.id] for row in rows if fact.id in row])
        if len(found):
            values[fact.id] = ACROSS[fact.statistic](found) if fact.statistic in ACROSS else found
    values |= held_out(place)
    logs, bases, losses = np.zeros((0, 0)), np.zeros((0, 0)), {}
    plain = [row for row in rows if row["version"] == 0]
    prices = np.array([[row[f"price {i}"] for i in range(len(case_of(place).quotes))] for row in plain])
    if facts.history is not None:
        points = range(len(facts.history.data))
        logs, bases = (np.array([[row[f"{word} {i}"] for i in points] for row in plain]) for word in ("ln", "base"))
        losses = {name: facts.history.loss(logs, span) for name, span in windows(facts.history, facts.trained).items()}
    open_facts = tuple(
        replace(f, unanswered=NO_SEARCH) if f.statistic == HOLDOUT and f.id not in values else f for f in facts.facts
    )
    findings = findings_of(replace(facts, facts=open_facts), values)
    return Score(place.name, replications, seed, findings, losses, logs, bases, failed, prices)


def held_out(place: Episode) -> dict[str, np.ndarray]:
    """Facts of a search that saw only early data, from `holdout.csv` of the episode: error on later data of the start
    that fits the early ones best. The other starts stand in the file."""
    path = place.folder / "holdout.csv"
    if not path.is_file():
        return {}
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    best = min(rows, key=lambda row: float(row["objective"]))
    chosen = [f for f in place.facts.facts if f.statistic == HOLDOUT]
    return {f.id: np.array([float(best[f.arguments["group"]])]) for f in chosen}


def errors_beside_rivals(score: Score, place: Episode) -> list[dict[str, Any]]:
    """Mean |ln error| of prices by predictor, the model's last; empty where no price is scored after the first act."""
    return beside(case_of(place), shipped(), score.prices, place.facts.trained) if len(score.prices) else []


def as_data(result: Score, place: Episode) -> dict[str, Any]:
    """The score as one plain object."""
    facts = [
        {
            "id": f.fact.id, "title": f.fact.title, "unit": f.fact.unit, "value": _plain(f.value), "low": _plain(f.low),
            "high": _plain(f.high), "observed": f.fact.observed, "band": f.fact.band, "strong_band": f.fact.strong,
            "pass_share": f.pass_share, "share_low": (f.pass_interval or (None, None))[0],
            "share_high": (f.pass_interval or (None, None))[1], "strong_share": f.strong_share, "verdict": f.verdict,
            "unsure": f.unsure, "observation": f.fact.observation, "implied": f.fact.implied,
            "unanswered": f.fact.unanswered,
        }
        for f in result.findings
    ]  # fmt: skip
    bands = bands_under(result, place, declared())
    return {
        "episode": result.episode, "replications": result.replications, "seed": result.seed, "failed": result.failed,
        "facts": facts, "count": {**vars(result.count), "share": _plain(result.count.share)}, "loss": result.losses,
        "bands": {} if bands is None else bands.by_group(), "baselines": errors_beside_rivals(result, place),
    }  # fmt: skip


def bands_under(score: Score, place: Episode, pairs: Mapping[str, Discrepancy]) -> Bands | None:
    """Predictive bands at the scored points under an error of the model's own; None where no point is scored."""
    history = place.facts.history
    return None if history is None else bands_of(history, score.logs, score.bases, pairs, score.seed)


def _plain(value: float) -> float | None:
    return None if value != value else value
