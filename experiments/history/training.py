"""Until when an episode is fitted, the table `[baselines]` of `facts.toml`, and the windows of errors."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from chokepoint.experiments.history.observed import History
from chokepoint.sim.scenario.problems import nearest

KEYS = ("trained", "cut")


@dataclass(frozen=True)
class Training:
    """What an episode says of its tests: last day that a fit may see, act before which prices were undisturbed."""

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


def windows(history: History, trained: date | None) -> dict[str, tuple[date, date] | None]:
    """Spans over which errors are given: all days, and those before and after the end of training where both exist."""
    return spans_of(min(d.first for d in history.data), max(d.last for d in history.data), trained)


def spans_of(first: date, last: date, trained: date | None) -> dict[str, tuple[date, date] | None]:
    """The same for observations between two days."""
    spans: dict[str, tuple[date, date] | None] = {"all": None}
    if trained is not None and first < trained < last:
        after = trained + timedelta(days=1)
        spans |= {f"to {trained:%Y}": (first, trained), f"from {after:%Y}": (after, last)}
    return spans
