"""History as points that a run can be held against: dated prices and volumes, in logs, with their error.

`observed.csv` of an episode holds the observations, `facts.toml` says which of them are scored, in which group,
and with which residual model. Nothing here is read by a simulation.
"""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import numpy as np

from chokepoint.sim.results.run import Run
from chokepoint.sim.scenario.problems import BadInput


@dataclass(frozen=True)
class Residuals:
    """Log-normal residuals: standard deviation of the model's own error, of measurement by grade (in ln), and
    correlation of the model's error in one series half a year apart (that of measurement is independent)."""

    model_sd: float
    grades: Mapping[str, float]
    correlation: float


@dataclass(frozen=True)
class Datum:
    """One scored observation: mean (or sum) of weighted columns of a series between two days, and its logarithm."""

    group: str
    item: str
    series: str
    weights: tuple[tuple[str, float], ...]
    adds: bool
    first: date
    last: date
    log_value: float
    sd: float

    def of(self, run: Run) -> np.ndarray:
        """The same quantity of a run: (replications,)."""
        read = run.total if self.adds else run.mean
        return np.asarray(np.sum([w * read(self.series, c, self.first, self.last) for c, w in self.weights], axis=0))

    def before(self, run: Run) -> np.ndarray:
        """The same in the first year of a run, over as many days: (replications,)."""
        first, last = run.start, run.start + timedelta(days=YEAR_DAYS - 1)
        read = run.total if self.adds else run.mean
        days = ((self.last - self.first).days + 1) / YEAR_DAYS if self.adds else 1.0
        return np.asarray(np.sum([w * days * read(self.series, c, first, last) for c, w in self.weights], axis=0))


def observations(folder: Path) -> list[dict[str, str]]:
    """The rows of `observed.csv`: only scoring and figures read them."""
    path = folder / "observed.csv"
    if not path.is_file():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


HALF_YEAR_DAYS = 182.625
YEAR_DAYS = 364
LEAST = 1e-9  # of a quantity whose ln is taken
FLOOR = 0.01  # of what passed in the base year: a volume below it counts as that much, since nothing has no ln


class History:
    """The scored observations of an episode, in groups; `logs` reads a run, `loss` and `log_likelihood` compare.

    Of the groups named in `relative` the level is not at issue: their likelihood is that of changes since the first
    point of each series. Which point that is makes no difference, since the errors of changes share that point's.
    """

    def __init__(self, data: Sequence[Datum], residuals: Residuals, relative: Sequence[str] = ()):
        self.data = tuple(data)
        self.residuals = residuals
        self.relative = tuple(relative)
        self.observed = np.array([d.log_value for d in data])
        self.sd = np.array([d.sd for d in data])
        self.groups = {g: np.array([d.group == g for d in data]) for g in dict.fromkeys(d.group for d in data)}

    def chosen(self, group: str | None = None, items: Sequence[str] = (), span: tuple[date, date] | None = None) -> Any:
        """Which points belong to a group, to some items, and lie within a span: (points,) of bool."""
        return np.array(
            [
                (group is None or d.group == group)
                and (not items or d.item in items)
                and (span is None or (span[0] <= d.first and d.last <= span[1]))
                for d in self.data
            ]
        )

    def logs(self, run: Run) -> np.ndarray:
        """ln of every point in a run, nan where the run does not reach: (replications, points). A volume counts as a
        hundredth of that of the first year at least."""
        last = run.start.toordinal() + run.steps * run.step_days
        values = np.full((run.replications, len(self.data)), np.nan)
        for i, datum in enumerate(self.data):
            if datum.last.toordinal() <= last:
                least = FLOOR * datum.before(run) if datum.adds else 0.0
                values[:, i] = np.log(np.maximum(datum.of(run), np.maximum(least, LEAST)))
        return values

    def bases(self, run: Run) -> np.ndarray:
        """ln of every point in the first year of a run: (replications, points)."""
        return np.log(np.maximum([datum.before(run) for datum in self.data], LEAST)).T

    def loss(self, logs: np.ndarray, span: tuple[date, date] | None = None) -> float:
        """Mean over groups of the mean squared ln error over its variance, on the mean of ln over replications."""
        mean = np.atleast_2d(logs).mean(axis=0)
        weight = self.sd**2 + self.residuals.model_sd**2
        terms = (mean - self.observed) ** 2 / weight
        within = self.chosen(span=span)
        return float(np.mean([terms[mask & within].mean() for mask in self.groups.values() if (mask & within).any()]))

    def covariance(self) -> np.ndarray:
        """Covariance of the residuals of ln, (points, points): measurement, and the model's error, whose correlation
        within a series fades with the days between the middles of two points, as an AR(1) process in time."""
        middle = np.array([(d.first.toordinal() + d.last.toordinal()) / 2.0 for d in self.data])
        series = [(d.group, d.item) for d in self.data]
        same = np.array([[a == b for b in series] for a in series])
        apart = np.abs(middle[:, None] - middle) / HALF_YEAR_DAYS
        shared = np.where(same, self.residuals.correlation**apart, 0.0)
        return np.asarray(self.residuals.model_sd**2 * shared + np.diag(self.sd**2))

    def contrasts(self) -> np.ndarray:
        """What the likelihood looks at: (contrasts, points). Points themselves, or changes since the first of a series
        where only changes are at issue."""
        rows = np.eye(len(self.data))
        firsts: dict[tuple[str, str], int] = {}
        for i, d in enumerate(self.data):
            if d.group in self.relative and firsts.setdefault((d.group, d.item), i) != i:
                rows[i, firsts[d.group, d.item]] = -1.0
        return np.delete(rows, list(firsts.values()), axis=0)

    def log_likelihood(self, logs: np.ndarray, observed: np.ndarray | None = None, group: str | None = None) -> Any:
        """Log density of observations (ln; default: history's) around a path of ln, or around each of many.

        `logs` and `observed` are (..., points) and broadcast; with `group`, only its points count. Series are
        independent of each other, so groups add up. `ValueError` where a path is not finite.
        """
        white, log_scale = self._white(logs, observed, group)
        count = white.shape[-1]
        return -0.5 * (white**2).sum(axis=-1) - log_scale - 0.5 * count * np.log(2.0 * np.pi)

    def misfit(self, logs: np.ndarray) -> Any:
        """Mean square of the residuals freed of their scale and correlation: about 1 where the residual model holds."""
        return (self._white(logs, None, None)[0] ** 2).mean(axis=-1)

    def _white(self, logs: np.ndarray, observed: np.ndarray | None, group: str | None) -> tuple[np.ndarray, float]:
        """Independent standard residuals (..., contrasts), and ln of the scale that made them so."""
        here = self.chosen(group)
        residual = np.where(here, (self.observed if observed is None else observed) - logs, 0.0)
        if not np.isfinite(residual).all():
            raise ValueError("a path or an observation is not finite: does the run reach the last observation?")
        contrasts = self.contrasts()
        contrasts = contrasts[(contrasts[:, here] != 0.0).any(axis=1)]
        factor = np.linalg.cholesky(contrasts @ self.covariance() @ contrasts.T)
        return residual @ np.linalg.solve(factor, contrasts).T, float(np.log(np.diag(factor)).sum())

    def errors(self, logs: np.ndarray, chosen: np.ndarray) -> np.ndarray:
        """Root mean squared ln error over chosen points, by replication: (replications,)."""
        difference = np.atleast_2d(logs)[:, chosen] - self.observed[chosen]
        return np.asarray(np.sqrt((difference**2).mean(axis=1)))


def rms(run: Run, history: History, group: str, items: list[str], span: tuple[date, date]) -> np.ndarray:
    """Root mean squared ln error of a group of observations, by replication."""
    return history.errors(history.logs(run), history.chosen(group, items, span))


def worst_rms(run: Run, history: History, group: str, items: list[str], span: tuple[date, date]) -> np.ndarray:
    """The same of the worst item."""
    logs = history.logs(run)
    return np.max([history.errors(logs, history.chosen(group, [item], span)) for item in items], axis=0)


# What scored observations are worth, in every episode: the model's own error, that of measurement by grade of the
# source, both in ln, and correlation of the first in one series half a year apart (assumptions).
RESIDUALS = Residuals(0.15, {"A": 0.05, "B": 0.10, "C": 0.25, "D": 0.20}, 0.5)
EVER = {"first": date.min, "last": date.max}
GROUPS: tuple[dict[str, Any], ...] = (
    {"name": "outside", "quantities": ["price"], "market": "outside", **EVER},
    {"name": "inside", "quantities": ["price"], "market": "inside", **EVER},
    {"name": "volumes", "quantities": ["exports", "imports"], **EVER},
)
AGAINST_HISTORY = {"rms": rms, "worst_rms": worst_rms}
SERIES_OF = {"exports": "exports", "imports": "imports", "use": "use", "production": "mined", "smuggled": "leaked"}


def history_of(folder: Path, raw: Mapping[str, Any]) -> History | None:
    """The scored points of an episode, in the groups named in `facts.toml` or, without any, in those of `GROUPS` that
    it has observations of; None where no observation is scored."""
    rows = [r for r in observations(folder) if r["scored"] == "yes"]
    if not rows:
        return None
    groups = raw.get("group", []) or [g for g in GROUPS if any(_belongs(r, g) for r in rows)]
    return _history(rows, groups, RESIDUALS, "scored row")


def prices_outside(folder: Path, materials: Sequence[str]) -> History | None:
    """All scored prices outside of these materials, whichever groups the episode scores; None without any."""
    rows = [r for r in observations(folder) if r["scored"] == "yes" and r["material"] in materials]
    chosen = [r for r in rows if _belongs(r, GROUPS[0])]
    return _history(chosen, GROUPS[:1], RESIDUALS, "scored row") if chosen else None


def evidence_of(folder: Path, raw: Mapping[str, Any]) -> History | None:
    """The points that hypotheses of an episode are weighed by, scored or not, from the section `evidence`."""
    if "evidence" not in raw:
        return None
    section = raw["evidence"]
    return _history(observations(folder), section["group"], RESIDUALS, "row", section.get("relative", ()))


def _history(
    rows: Sequence[Mapping[str, str]], groups: Sequence[Mapping[str, Any]], residuals: Residuals, what: str,
    relative: Sequence[str] = (),
) -> History:  # fmt: skip
    data: list[Datum] = []
    problems: list[str] = []
    for group in groups:
        chosen = [r for r in rows if _belongs(r, group)]
        if not chosen:
            problems.append(f"facts.toml, group {group['name']}: no {what} of observed.csv belongs to it")
        data += (
            _prices(chosen, group, residuals) if group["quantities"] == ["price"] else _flows(chosen, group, residuals)
        )
    problems += [f"facts.toml, relative: no group {n!r}" for n in relative if n not in [g["name"] for g in groups]]
    if problems:
        raise BadInput(problems, "facts")
    return History(data, residuals, relative)


def _belongs(row: Mapping[str, str], group: Mapping[str, Any]) -> bool:
    span = group["first"], group["last"]
    return (
        row["quantity"] in group["quantities"]
        and row["market"] == group.get("market", row["market"])
        and row["material"] in group.get("materials", [row["material"]])
        and span[0] <= date.fromisoformat(row["start"])
        and date.fromisoformat(row["end"]) <= span[1]
        and not any(fnmatch(row["id"], pattern) for pattern in group.get("without", []))
    )


def _prices(rows: Sequence[Mapping[str, str]], group: Mapping[str, Any], residuals: Residuals) -> list[Datum]:
    """Quotes of one material and month are one point: the mean of the quotes against the mean of their days."""
    found: dict[tuple[str, str], list[Mapping[str, str]]] = {}
    for row in rows:
        first, last = date.fromisoformat(row["start"]), date.fromisoformat(row["end"])
        month = f"{first:%Y-%m}" if (last - first).days < 32 else f"{first}/{last}"
        found.setdefault((row["material"], month), []).append(row)
    mixes = group.get("mixes", {})
    data = []
    for (material, _), quotes in found.items():
        weights = tuple(mixes[material].items()) if material in mixes else ((material, 1.0),)
        value = float(np.mean([float(q["value"]) for q in quotes]))
        sd = min(residuals.grades[q["grade"]] for q in quotes)
        first = min(date.fromisoformat(q["start"]) for q in quotes)
        last = max(date.fromisoformat(q["end"]) for q in quotes)
        series = f"price_{group['market']}"
        data.append(Datum(group["name"], material, series, weights, False, first, last, float(np.log(value)), sd))
    return data


def _flows(rows: Sequence[Mapping[str, str]], group: Mapping[str, Any], residuals: Residuals) -> list[Datum]:
    data = []
    for row in rows:
        quantity, origin, destination = row["quantity"], row["origin"], row["destination"]
        if quantity == "production":
            columns = group["mines"][origin]
        elif quantity == "imports":
            columns = [f"{destination} from {origin}"]
        else:
            columns = ["all" if destination == "world" else destination]
        data.append(
            Datum(
                group["name"], f"{quantity} {destination or origin}", SERIES_OF[quantity],
                tuple((c, 1.0) for c in columns), True, date.fromisoformat(row["start"]),
                date.fromisoformat(row["end"]), float(np.log(float(row["value"]))), residuals.grades[row["grade"]],
            )
        )  # fmt: skip
    return data


def read_toml(path: Path) -> dict[str, Any]:
    """A TOML file; `BadInput` says where it is broken."""
    import tomllib

    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise BadInput([f"{path.name}: {error}"], path.name) from None
