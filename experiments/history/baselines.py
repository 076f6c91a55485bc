"""Simple predictors that a model must beat, on the same observations.

All but the random walk learn from observations up to the last day of training, which `facts.toml` names in its table
[baselines] together with the act that parted the markets. Tax and quotas are those of the acts of the scenario.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from chokepoint.experiments.history.observed import Datum, History
from chokepoint.sim.network.base_year import export_tax
from chokepoint.sim.scenario.problems import BadInput, nearest
from chokepoint.sim.scenario.tables import Scenario

KEYS = ("trained", "cut")


@dataclass(frozen=True)
class Training:
    """What an episode says of its predictors: last day they learn from, act before which prices were undisturbed."""

    last: date
    cut: str


def training_of(raw: Mapping[str, Any], problems: list[str]) -> Training | None:
    """The table [baselines] of `facts.toml`, None where there is none; what is wrong with it goes to `problems`."""
    if "baselines" not in raw:
        return None
    given = raw["baselines"]
    problems += [f"facts.toml, baselines: unknown key {k!r} ({nearest(k, KEYS)})" for k in given if k not in KEYS]
    problems += [f"facts.toml, baselines: {k} is missing" for k in KEYS if k not in given]
    last, cut = given.get("trained", date.max), given.get("cut", "")
    if type(last) is not date:
        problems.append(f"facts.toml, baselines: trained = {last!r} is not a date such as 2011-12-31")
    return Training(last, str(cut))


@dataclass(frozen=True)
class Known:
    """What predictors know beside prices: last day of training, day of the cut, export tax of that day by material
    (share of the price), quota by year (t gross, all firms)."""

    trained: date
    cut: date
    tax: Mapping[str, float]
    quota: Mapping[int, float]


def known_of(training: Training, scenario: Scenario) -> Known:
    """Read tax and quotas of the first exporting state from the acts; `BadInput` when the act of the cut is not one."""
    acts = {e.id: e for e in scenario.events if e.admitted == "yes"}
    if training.cut not in acts:
        raise BadInput([f"facts.toml, baselines: cut = {training.cut!r} is no act ({nearest(training.cut, acts)})"])
    cut = acts[training.cut].date
    state = next(c for c in scenario.countries if c.role == "exporting_state")
    materials = [m.material for m in scenario.materials]
    quota: dict[int, float] = {}
    for act in acts.values():
        if act.instrument == "export_quota" and act.actor == state.country and act.value is not None:
            quota[act.start.year] = quota.get(act.start.year, 0.0) + act.value
    tax = export_tax(scenario, state.zone, materials, cut)
    return Known(training.last, cut, dict(zip(materials, tax.tolist(), strict=True)), quota)


def windows(history: History, trained: date | None) -> dict[str, tuple[date, date] | None]:
    """Spans over which errors are given: all days, and those before and after the end of training where both exist."""
    first, last = min(d.first for d in history.data), max(d.last for d in history.data)
    spans: dict[str, tuple[date, date] | None] = {"all": None}
    if trained is not None and first < trained < last:
        after = trained + timedelta(days=1)
        spans |= {f"to {trained:%Y}": (first, trained), f"from {after:%Y}": (after, last)}
    return spans


def baselines(history: History, known: Known) -> list[dict[str, Any]]:
    """Error of each predictor by group of prices (rms of ln) over all points and on both sides of the last day."""
    spans = windows(history, known.trained)
    if len(spans) == 1:
        return []
    prices = [i for i, d in enumerate(history.data) if d.series.startswith("price")]
    rows = []
    for name, predict in PREDICTORS.items():
        predicted = predict(history, known)
        row: dict[str, Any] = {"baseline": name}
        for group in dict.fromkeys(history.data[i].group for i in prices):
            for window, span in spans.items():
                at = [i for i in prices if history.data[i].group == group and history.chosen(span=span)[i]]
                at = [i for i in at if np.isfinite(predicted[i])]
                error = predicted[at] - history.observed[at]
                row[f"{group}, {window}"] = float(np.sqrt(np.mean(error**2))) if at else None
        rows.append(row)
    return rows


def _by_item(history: History, value: Any) -> np.ndarray:
    found = np.full(len(history.data), np.nan)
    for group, item in {(d.group, d.item) for d in history.data}:
        at = [i for i, d in enumerate(history.data) if (d.group, d.item) == (group, item)]
        found[at] = value([history.data[i] for i in at])
    return found


def _training_mean(history: History, known: Known) -> np.ndarray:
    def mean(points: Sequence[Datum]) -> float:
        seen = [d.log_value for d in points if d.last <= known.trained]
        return float(np.mean(seen)) if seen else float("nan")

    return _by_item(history, mean)


def _last_price(history: History, known: Known) -> np.ndarray:
    def last(points: Sequence[Datum]) -> float:
        seen = sorted((d.last, d.log_value) for d in points if d.last <= known.trained)
        return seen[-1][1] if seen else float("nan")

    return _by_item(history, last)


def _before_the_cut(history: History, known: Known) -> np.ndarray:
    """The last outside price before the cut; inside, that less the tax. A mix counts as its main material."""
    before = {
        d.item: d.log_value
        for d in sorted(history.data, key=lambda d: d.last)
        if d.series == "price_outside" and d.last < known.cut
    }
    found = np.full(len(history.data), np.nan)
    for i, d in enumerate(history.data):
        main = max(d.weights, key=lambda pair: pair[1])[0]
        if main in before:
            found[i] = before[main] - (np.log(1.0 + known.tax[main]) if d.series == "price_inside" else 0.0)
    return found


def _random_walk(history: History, known: Known) -> np.ndarray:
    found = np.full(len(history.data), np.nan)
    for i, d in enumerate(history.data):
        earlier = [(e.last, e.log_value) for e in history.data
                   if (e.group, e.item) == (d.group, d.item) and e.last < d.first]  # fmt: skip
        if earlier:
            found[i] = max(earlier)[1]
    return found


def _constant_elasticity(history: History, known: Known) -> np.ndarray:
    """ln price = a by item + b ln(quota of the year), b and a fitted on the training window."""
    quota = np.array([np.log(known.quota.get(d.first.year, np.nan)) for d in history.data])
    train = np.array([d.last <= known.trained for d in history.data])
    found = np.full(len(history.data), np.nan)
    for series in ("price_outside", "price_inside"):
        at = np.array([d.series == series for d in history.data])
        items = sorted({d.item for d, use in zip(history.data, at, strict=True) if use})
        columns = np.array([[float(d.item == item) for item in items] for d in history.data])
        design = np.column_stack([columns, quota])
        rows = at & train & np.isfinite(quota)
        if not rows.any():
            continue
        fitted = np.linalg.lstsq(design[rows], history.observed[rows], rcond=None)[0]
        found[at] = design[at] @ fitted
    return found


PREDICTORS = {
    "mean of the training window": _training_mean,
    "back to the price before the quota": _before_the_cut,
    "last price frozen": _last_price,
    "random walk (sees the test data)": _random_walk,
    "constant elasticity with quota": _constant_elasticity,
}
