"""Who predicts best: the model and its rivals (`rivals.py`) on the same dated prices, from the eve of the first act on.

An error is |ln predicted - ln observed|. At a horizon it is that of the quote nearest to the day so many months after
the eve, series by series, if its middle is within six weeks and it stands for no more than a quarter; the mean over
series is the episode's. What is not observed there is left blank. Distributions are compared by their ranked
probability score (`crps.py`): a rival's is a normal in ln around what it predicts, the model's its replications, each
widened; both widths are root mean squared errors on the other episodes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

import numpy as np

from chokepoint.experiments.history import crps
from chokepoint.experiments.history.quotes import nearest_to
from chokepoint.experiments.history.rivals import (
    CONSTANT,
    MIDDLE,
    RANDOM_WALK,
    RIVALS,
    Case,
    constant,
    half_life,
    others,
)
from chokepoint.experiments.history.training import spans_of

HORIZONS = {"3 months": 3, "6 months": 6, "12 months": 12}
WITHIN = timedelta(days=42)
ALL = "all"
MODEL, MOVED = "this model", "this model, from the last price"
MODELS = (MODEL, MOVED)
LEAST_SPREAD = 0.05  # of a predicted ln price (assumption)


def windows(case: Case) -> dict[str, list[int]]:
    """Places of quotes by horizon, all of them, and those of each market where there are several."""
    found = {name: nearest_to(months_after(case.eve, n), case.quotes, WITHIN) for name, n in HORIZONS.items()}
    found[ALL] = list(range(len(case.quotes)))
    markets = list(dict.fromkeys(q.market for q in case.quotes))
    if len(markets) > 1:
        found |= {market: [i for i, q in enumerate(case.quotes) if q.market == market] for market in markets}
    return found


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or the last one of that month."""
    years, month = divmod(day.month - 1 + months, 12)
    first = date(day.year + years, month + 1, 1)
    following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return min(first + timedelta(days=day.day - 1), following - timedelta(days=1))


def answers_of_model(case: Case, now: np.ndarray, then: np.ndarray) -> dict[str, np.ndarray]:
    """The model as it is, and moved as a whole to the price that was last seen where there is one, as its rivals are;
    (replications, quotes). now, then: ln of quotes, and of what was last seen, in its runs."""
    seen = np.array([np.nan if a is None else a.log_value for a in case.anchors])
    return {MODEL: now, MOVED: np.where(np.isfinite(seen - then), now - then + seen, now)}


@dataclass(frozen=True)
class Held:
    """An episode with what each predictor says and how it does.

    answers: ln of quotes, (samples, quotes); one sample of a rival. spreads: width of each predictor's distribution.
    half_life: of the autoregression, in weeks, as other episodes have it.
    """

    case: Case
    answers: Mapping[str, np.ndarray]
    spreads: Mapping[str, float]
    half_life: float

    def errors(self, predictor: str) -> np.ndarray:
        """|ln error| of the median: (quotes,)."""
        return np.asarray(np.abs(off(self.case, self.answers[predictor])))

    def scores(self, predictor: str) -> np.ndarray:
        """Ranked probability score of every quote: (quotes,)."""
        spread, samples = self.spreads[predictor], self.answers[predictor]
        if predictor in RIVALS:
            return crps.of_normal(samples[0] - self.case.observed, spread)
        return crps.of_samples(samples, self.case.observed, spread)

    @cached_property
    def windows(self) -> dict[str, list[int]]:
        """Places of quotes by window."""
        return windows(self.case)

    @cached_property
    def _scores(self) -> dict[str, np.ndarray]:
        return {predictor: self.scores(predictor) for predictor in self.answers}

    def means(self, predictor: str, scores: bool = False) -> dict[str, float | None]:
        """Mean error, or score, by window; None where nothing was observed."""
        values = self._scores[predictor] if scores else self.errors(predictor)
        return {name: float(values[at].mean()) if at else None for name, at in self.windows.items()}

    def at_horizons(self, predictor: str) -> float | None:
        """Mean error over the horizons at which something was observed."""
        means = self.means(predictor)
        found = [value for name in HORIZONS if (value := means[name]) is not None]
        return float(np.mean(found)) if found else None


def off(case: Case, samples: np.ndarray) -> np.ndarray:
    """ln error of the median of samples."""
    return np.asarray(np.median(samples, axis=0) - case.observed)


def spread_of(errors: Sequence[np.ndarray]) -> float:
    """Root mean squared error, each episode counting alike; the least spread where there is nothing to learn from."""
    squares = [float(np.mean(e**2)) for e in errors if len(e)]
    return max(LEAST_SPREAD, float(np.sqrt(np.mean(squares)))) if squares else LEAST_SPREAD


def held(case: Case, cases: Sequence[Case], model: Mapping[str, Mapping[str, np.ndarray]]) -> Held:
    """An episode with what is predicted of it; what has to be learned is learned from the other `cases`.

    model: answers of the model by name of episode, this one's and those of the others.
    """
    aside = others(case, cases)
    weeks = half_life(aside)
    answers = {name: said[None] for name, said in case.rivals(weeks).items()} | dict(model.get(case.name, {}))
    elsewhere = [{n: s[None] for n, s in c.rivals(weeks).items()} | dict(model.get(c.name, {})) for c in aside]
    spreads = {
        name: spread_of([off(c, said[name]) for c, said in zip(aside, elsewhere, strict=True) if name in said])
        for name in answers
    }
    return Held(case, answers, spreads, weeks)


@dataclass(frozen=True)
class Verdict:
    """In how many episodes a predictor lies below the better of the random walk and a constant elasticity, and below
    half of it; counted are those with an observation at a horizon. Names of episodes."""

    counted: tuple[str, ...]
    below: tuple[str, ...]
    half: tuple[str, ...]


def verdict(every: Sequence[Held], predictor: str = MODEL, hindsight: bool = False) -> Verdict:
    """The verdict on a predictor: against the elasticity .35, or in hindsight against the best one of each episode."""
    counted, below, half = [], [], []
    for one in every:
        error, best = one.at_horizons(predictor), bar(one, hindsight)
        if error is not None and best is not None:
            counted.append(one.case.name)
            below += [one.case.name] if error < best else []
            half += [one.case.name] if error < best / 2.0 else []
    return Verdict(tuple(counted), tuple(below), tuple(half))


def bar(one: Held, hindsight: bool = False) -> float | None:
    """The error at horizons of the better of random walk and constant elasticity."""
    named = (RANDOM_WALK, *(CONSTANT if hindsight else (constant(MIDDLE),)))
    found = [value for name in named if (value := one.at_horizons(name)) is not None]
    return min(found, default=None)


def best_elasticity(one: Held) -> str | None:
    """The constant elasticity that is closest at horizons, as one knows afterwards."""
    found = {name: value for name in CONSTANT if (value := one.at_horizons(name)) is not None}
    return min(found, key=lambda name: found[name]) if found else None


def closest(every: Sequence[Held]) -> dict[str, list[tuple[str, str]]]:
    """Where each predictor is closest of all, the model as it is among them: episode and window by predictor. Where
    the law changes nothing several rivals are the random walk, and it is told alone."""
    found: dict[str, list[tuple[str, str]]] = {name: [] for name in (*RIVALS, MODEL)}
    for one in every:
        means = {name: one.means(name) for name in found if name in one.answers}
        for window in (*HORIZONS, ALL):
            errors = {name: round(value, 9) for name, row in means.items() if (value := row[window]) is not None}
            if errors:
                found[min(errors, key=lambda name: errors[name])].append((one.case.name, window))
    return found


def beside(case: Case, cases: Sequence[Case], model: np.ndarray, trained: date | None) -> list[dict[str, Any]]:
    """Mean |ln error| by market, and on both sides of the end of training, a row for each rival and last the model;
    model: ln of quotes, (replications, quotes)."""
    if not case.quotes:
        return []
    spans = spans_of(min(q.first for q in case.quotes), max(q.last for q in case.quotes), trained)
    rows = []
    for name, said in {**case.rivals(half_life(others(case, cases))), MODEL: np.median(model, axis=0)}.items():
        row: dict[str, Any] = {"baseline": name}
        for market in dict.fromkeys(q.market for q in case.quotes):
            for window, span in spans.items():
                at = [
                    i for i, q in enumerate(case.quotes)
                    if q.market == market and (span is None or (span[0] <= q.first and q.last <= span[1]))
                ]  # fmt: skip
                errors = np.abs(said[at] - case.observed[at])
                errors = errors[np.isfinite(errors)]
                row[f"{market}, {window}"] = float(errors.mean()) if len(errors) else None
        rows.append(row)
    return rows
