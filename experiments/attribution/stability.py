"""Does the model stay sane anywhere in the ranges of its parameter table, not only at the fitted values?

Parameters are drawn from their ranges (Latin hypercube, uniform in ln where a range begins above nothing); each draw is
run once, on luck of its own. A draw is healthy unless its run shows one of `REASONS`; prices are those outside of
materials whose peak history knows.
"""

from datetime import date
from math import sqrt
from typing import Any

import numpy as np

from chokepoint.agents.behaviour import PARAMETERS
from chokepoint.experiments.history.catalogue import Episode, find
from chokepoint.experiments.history.intervals import TWENTIETHS, share_interval
from chokepoint.experiments.inference.objective import value_at
from chokepoint.experiments.runs.batch import Batch
from chokepoint.experiments.runs.points import Point
from chokepoint.experiments.runs.runner import evaluate
from chokepoint.sim.results.run import Run
from chokepoint.sim.scenario.problems import BadInput

EXPLOSION, COLLAPSE, LEAST_USE, MOST_TURNS = 20.0, 0.02, 0.1, 1.5
SMOOTH_WEEKS, SWING = 13, 0.05  # of ln price
REASONS = {
    "explosion": f"a week's price above {EXPLOSION:g} times the historical peak",
    "collapse": f"a price below {COLLAPSE:g} of the first week's, or last year's use below {LEAST_USE:g} of the first",
    "oscillation": f"more than {MOST_TURNS} turning points a year after the last observation, worst material",
    "failed": "the run could not be made or broke off (its message says why)",
}
NARROW = tuple(n for n, p in PARAMETERS.items() if p.low > 0.0 and p.high < 2.0 * p.low)  # less than a factor two


def turning_points(log_price: np.ndarray, swing: float = SWING) -> int:
    """Tops and bottoms of a series: an extreme counts once the series has come back from it by more than `swing`.

    The way to the first extreme has to be as long; the ends of the series are no turning points.
    """
    count, direction = 0, 0
    high = low = log_price[0]
    for x in log_price:
        if direction >= 0 and x < high - swing:
            count, direction, low = count + direction, -1, x
        elif direction <= 0 and x > low + swing:
            count, direction, high = count - direction, 1, x
        high, low = max(high, x), min(low, x)
    return count


def turns_a_year(price: np.ndarray, first: int, step_days: float) -> float:
    """Turning points a year from step `first` on, of the log of a price smoothed by a centred mean of 13 weeks."""
    width = max(1, round(SMOOTH_WEEKS * 7.0 / step_days))
    smooth = np.convolve(np.log(price), np.full(width, 1.0 / width), mode="valid")[max(0, first - width // 2) :]
    return turning_points(smooth) / (len(smooth) * step_days / 365.25) if len(smooth) else 0.0


def history_of(episode: Episode) -> tuple[dict[str, float], date]:
    """Observed peaks outside by material (facts of the statistic `peak`), and the day of the last observation."""
    given = [f for f in episode.facts.facts if f.statistic == "peak" and f.arguments["series"] == "price_outside"]
    peaks = {f.arguments["column"]: float(f.observed) for f in given if f.observed is not None}
    if not peaks or episode.facts.history is None:
        raise BadInput([f"{episode.name}: has no observed peak of a price outside (facts.toml)"], "draws")
    return peaks, max(d.last for d in episode.facts.history.data)


def measure(run: Run, episode: Episode) -> dict[str, float]:
    """Highest price over the historical peak, lowest over the first, last year's use over the first, turns a year."""
    peaks, last = history_of(episode)
    prices = {m: run.column("price_outside", m)[0] for m in peaks}
    use, year = run.arrays["use"][0].sum(axis=1), round(365.25 / run.step_days)
    return {
        "highest": max(float(prices[m].max()) / peak for m, peak in peaks.items()),
        "lowest": min(float(p.min() / p[0]) for p in prices.values()),
        "use": float(use[-year:].sum() / use[:year].sum()),
        "turns": max(turns_a_year(p, run.step_of(last) + 1, run.step_days) for p in prices.values()),
    }


def reasons_of(row: dict[str, Any]) -> list[str]:
    """Why a draw is not healthy: names of `REASONS`, none for a healthy one."""
    if row["state"] == "failed":
        return ["failed"]
    fallen = row["lowest"] < COLLAPSE or row["use"] < LEAST_USE
    held = (row["highest"] > EXPLOSION, fallen, row["turns"] > MOST_TURNS)
    return [name for name, so in zip(REASONS, held, strict=False) if so]


def contrast(values: np.ndarray, healthy: np.ndarray) -> tuple[float, float]:
    """Chance that a healthy draw has the larger value than one that is not (Mann and Whitney 1947; .5: no difference),
    and how many standard deviations that lies from .5."""
    well, ill = values[healthy], values[~healthy]
    chance = float(np.mean(well[:, None] > ill) + 0.5 * np.mean(well[:, None] == ill))
    return chance, (chance - 0.5) / sqrt((len(values) + 1) / (12.0 * len(well) * len(ill)))


def drawn(draws: int, seed: int) -> dict[str, np.ndarray]:
    """Values of all parameters, (draws,) each: every one of `draws` equal parts of a range holds one."""
    generator = np.random.default_rng(seed)
    places = {n: (generator.permutation(draws) + generator.random(draws)) / draws for n in PARAMETERS}
    return {n: np.array([value_at(float(u), p.low, p.high) for u in places[n]]) for n, p in PARAMETERS.items()}


def stability(episode: str, draws: int = 200, seed: int = 1, workers: int = 2, progress: Any = None) -> dict[str, Any]:
    """Draw, run and judge: share of healthy draws with its interval, reasons of others, parameters that part both."""
    history_of(find(episode))
    values = drawn(draws, seed)
    points = tuple(Point((), {n: float(v[i]) for n, v in values.items()}, luck=i) for i in range(draws))
    rows = evaluate(
        Batch(episode, points, 1, "chokepoint.experiments.attribution.stability:measure", {}, seed), workers, progress
    )
    reasons = [reasons_of(row) for row in rows]
    healthy = np.array([not r for r in reasons])
    low, high = share_interval(int(healthy.sum()), draws, TWENTIETHS)
    parted = []
    if healthy.any() and not healthy.all():
        for n, v in values.items():
            chance, z = contrast(v, healthy)
            medians = {"healthy": float(np.median(v[healthy])), "other": float(np.median(v[~healthy]))}
            parted.append({"name": n, "chance": chance, "z": z, **medians})
    return {
        "episode": episode, "draws": draws, "seed": seed, "share": float(healthy.mean()), "low": low, "high": high,
        "reasons": {name: sum(name in r for r in reasons) for name in REASONS},
        "narrow": list(NARROW), "parameters": sorted(parted, key=lambda p: -abs(p["z"])),
        "runs": [{**row, "reasons": r} for row, r in zip(rows, reasons, strict=True)],
    }  # fmt: skip
