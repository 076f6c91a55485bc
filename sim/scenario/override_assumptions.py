"""`assumptions=drawn:7`: all that a scenario only assumes, drawn anew by a seed.

What is arbitrary of a world must not decide what is said of it. A draw takes every number and every date of a row that
is an assumption (`confidence`), the doubted words of an act that has a source otherwise (its column `assumed`), and in
how many rounds flows are laid. Each draw hangs on the name of its cell and the seed alone, so that a row more changes
no other.
"""

from collections.abc import Iterator
from datetime import timedelta
from math import exp, log
from typing import Any
from zlib import crc32

import numpy as np

from chokepoint.sim.scenario.choices import Choices
from chokepoint.sim.scenario.override_words import number
from chokepoint.sim.scenario.problems import BadInput
from chokepoint.sim.scenario.tables import TABLES, Event, Mine, Scenario, Sourced, assumed

FACTOR = 4.0 / 3.0  # a number without a range of its own lies within this factor of what is assumed (assumption)
DAYS = 91  # a date lies within three months of what is assumed
NO_SIZE = ("longitude", "latitude")  # where a mark stands on a map
WHOLES = {"baskets": "basket", "feeds": "mine", "sector_materials": "sector", "refiners": "country"}
SHARES = {"refiners": "licence_share"}  # the column whose sums stay, where it is not `share`


def drawn(scenario: Scenario, key: str, value: str) -> Scenario:
    """The scenario with its assumptions drawn by the seed in `value`, such as `drawn:7`; `BadInput` for other words."""
    if not value.startswith("drawn:"):
        raise BadInput([f"--set {key}: {value!r}; write {key}=drawn:SEED, such as {key}=drawn:7"])
    seed = int(number(key, value.removeprefix("drawn:")))
    tables = {}
    for table, model in TABLES.items():
        rows = getattr(scenario, table)
        if table == "events":
            tables[table] = tuple(_event(row, seed) for row in rows)
        elif model is not TABLES["news"]:
            tables[table] = _kept_wholes(table, rows, tuple(_row(table, row, i, seed) for i, row in enumerate(rows)))
    low, high = rounds()
    laid = low + int(_unit(seed, "choices", "links_per_buyer") * (high + 1 - low))
    return scenario.model_copy(
        update={**tables, "choices": scenario.choices.model_copy(update={"links_per_buyer": laid})}
    )


def rounds() -> tuple[int, int]:
    """Fewest and most rounds in which flows may be laid."""
    limits = {type(m).__name__: m for m in Choices.model_fields["links_per_buyer"].metadata}
    return int(limits["Ge"].ge), int(limits["Le"].le)


def doubts(event: Event) -> dict[str, tuple[float, float] | None]:
    """What of an act with a source is assumed: names of columns, `value` with its range where one is told.

    Raises `BadInput` for other words than `date`, `start`, `end`, `value` and `value 40 to 70`.
    """
    found: dict[str, tuple[float, float] | None] = {}
    for words in filter(None, (part.strip() for part in event.assumed.split(";"))):
        name, *rest = words.split()
        span = None
        if name == "value" and len(rest) == 3 and rest[1] == "to":
            try:
                span = float(rest[0]), float(rest[2])
            except ValueError:
                span = (1.0, 0.0)
        if name not in ("date", "start", "end", "value") or (rest and (span is None or span[0] > span[1])):
            raise BadInput(
                [f"events.csv, {event.id}, assumed: {words!r}; write date, start, end, value or value 40 to 70"]
            )
        if getattr(event, name) is None:
            raise BadInput([f"events.csv, {event.id}, assumed: {name} is empty"])
        found[name] = span
    return found


def _unit(seed: int, *names: object) -> float:
    """A number between 0 and 1 that hangs on the seed and these names."""
    return float(np.random.default_rng([abs(seed), crc32("|".join(map(str, names)).encode())]).random())


def _row(table: str, row: Sourced, place: int, seed: int) -> Sourced:
    """A row of structure: where it is an assumption, each of its numbers within `FACTOR` of what it was."""
    if not assumed(row):
        return row
    changed: dict[str, Any] = {}
    for field, value in _numbers(row):
        size = exp((2.0 * _unit(seed, table, *_names(row), field) - 1.0) * log(FACTOR))
        changed[field] = _within(type(row), field, value * size if isinstance(value, float) else round(value * size))
    if isinstance(row, Mine) and row.output_t_per_year:  # what it has to spare is drawn, on top of what it digs
        size = changed["capacity_t_per_year"] / row.capacity_t_per_year
        spare = row.capacity_t_per_year - row.output_t_per_year
        changed["capacity_t_per_year"] = changed["output_t_per_year"] + spare * size
    return row.model_copy(update=changed)


def _numbers(row: Sourced) -> Iterator[tuple[str, float]]:
    for field in type(row).model_fields:
        value = getattr(row, field)
        if isinstance(value, int | float) and not isinstance(value, bool) and value and field not in NO_SIZE:
            yield field, value


def _names(row: Sourced) -> list[str]:
    """The words of a row: what it is of."""
    skipped = ("source", "confidence", "note")
    return [v for f in type(row).model_fields if f not in skipped and isinstance(v := getattr(row, f), str)]


def _within(model: type[Sourced], field: str, value: float) -> float:
    """A number in the range of its column."""
    for limit in model.model_fields[field].metadata:
        value = max(value, limit.ge) if hasattr(limit, "ge") else value
        value = min(value, limit.le) if hasattr(limit, "le") else value
    return value


def _kept_wholes(table: str, before: tuple[Any, ...], after: tuple[Any, ...]) -> tuple[Any, ...]:
    """Shares that sum to a whole do so still: of a basket, of a mine's ore, of a sector, of a country's licences."""
    if table not in WHOLES:
        return after
    of, share = WHOLES[table], SHARES.get(table, "share")
    sums: dict[str, list[float]] = {}
    for old, new in zip(before, after, strict=True):
        pair = sums.setdefault(getattr(old, of), [0.0, 0.0])
        pair[0] += getattr(old, share)
        pair[1] += getattr(new, share)
    return tuple(
        row.model_copy(update={share: getattr(row, share) * sums[getattr(row, of)][0] / sums[getattr(row, of)][1]})
        if sums[getattr(row, of)][1]
        else row
        for row in after
    )


def _event(event: Event, seed: int) -> Event:
    """An act with the dates and the value that are assumed drawn; all its assumed dates move together, and none beyond
    another that is known."""
    told = doubts(event)
    whole = assumed(event)
    changed: dict[str, Any] = {}
    if event.value and (whole or "value" in told):
        u = _unit(seed, "events", event.id, "value")
        span = told.get("value")
        size = exp((2.0 * u - 1.0) * log(FACTOR))
        changed["value"] = span[0] + u * (span[1] - span[0]) if span else _capped(event, event.value * size)
    dated = [n for n in ("date", "start", "end") if getattr(event, n) is not None and (whole or n in told)]
    shift = timedelta(days=round((2.0 * _unit(seed, "events", event.id, "days") - 1.0) * DAYS))
    changed |= {name: getattr(event, name) + shift for name in dated}
    days = {name: changed.get(name, getattr(event, name)) for name in ("date", "start", "end")}
    if "end" in dated and days["end"] is not None and days["end"] < days["start"]:
        changed["end"] = days["start"]
    if "start" in dated and "end" not in dated and days["end"] is not None and days["start"] > days["end"]:
        changed["start"] = days["end"]
    return event.model_copy(update=changed)


def _capped(event: Event, value: float) -> float:
    """A share stays one: no more than all of it."""
    most = 100.0 if event.unit.startswith("%") else 1.0 if event.unit in ("share", "strength") else value
    return min(value, most) if (event.value or 0.0) <= most else value
