"""Cargo: what was shipped lands a lag later. What one slot buys from one country shares a pipeline.

P behaviour, N structure, X influences, I instruments, S state, R record; `dt` is a step in years.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np

from chokepoint.sim.engine.arrays import Array
from chokepoint.sim.engine.frame import Making
from chokepoint.sim.engine.mechanism import Mechanism, Phase
from chokepoint.sim.engine.series import Series
from chokepoint.sim.scenario.acts import ANYWHERE, Instrument
from chokepoint.sim.scenario.lookup import Tables
from chokepoint.sim.scenario.tables import Event


def arrivals(step: int, dt: float, P: Any, N: Any, X: Any, I: Any, S: Any, R: Any) -> None:
    """Cargo lands: what was shipped a lag ago joins the buyer's stock."""
    now = step % S.pipe.shape[0]
    for slot in range(S.stock.shape[0]):
        landed = 0.0
        for way in range(N.s_way[slot], N.s_way[slot + 1]):
            cargo = S.pipe[now, way]
            if cargo > 0.0:
                S.pipe[now, way] = 0.0
                landed += cargo
                R.arrivals[step, N.s_country[slot], N.w_origin[way]] += cargo * N.s_gross[slot]
        S.pipe_sum[slot] = max(0.0, S.pipe_sum[slot] - landed)
        S.stock[slot] += landed


def under_way(N: Any, pipe: np.ndarray) -> np.ndarray:
    """Tonnes under way to each slot: (slots,). pipe: (weeks ahead, ways)."""
    slots = len(N.s_firm)
    return np.bincount(np.repeat(np.arange(slots), np.diff(N.s_way)), pipe.sum(axis=0), slots)


def _empty_pipelines(start: Making) -> Any:
    """Pipelines of links before any link has shipped: (weeks ahead, ways). What is under way at the start was bought on
    the spot (see `trade.py`)."""
    N = start.N
    return np.zeros((int(N.e_lag.max()) + int(start.X.transit.max()) + 1, len(N.w_origin)))


def _whole_weeks(event: Event, tables: Tables) -> Iterator[str]:
    """Cargo lands in weeks: a part of one would be lost."""
    if event.value is not None and event.value != round(event.value):
        yield f"events.csv, {event.id}, value: a delay counts whole weeks, not {event.value:.3g}"


MECHANISM = Mechanism(
    "cargo",
    source="accounting",
    phases=(Phase(arrivals, after=("refining",)),),
    arrays=(
        Array("S.pipe", "d w", "t", "cargo that arrives so many weeks ahead", _empty_pipelines),
        Array("S.pipe_sum", "s", "t", "cargo under way", lambda start: under_way(start.N, start.S.pipe)),
        Array("X.delayed", "t", "1 or 0", "whether any cargo is late", lambda start: start.layout.delayed, "i8"),
        Array(
            "X.transit",
            "t c c",
            "weeks",
            "by which cargo is late, by origin and destination",
            lambda start: start.layout.transit,
            "i8",
        ),
        Array(
            "X.late",
            "t s",
            "weeks",
            "by which cargo is late, mean over the suppliers of a slot",
            lambda start: start.layout.late,
        ),
    ),
    series={
        "imports": Series("t gross", "route", True, "arrivals by destination and origin", "t c c", "arrivals"),
    },
    instruments=(
        Instrument(
            "transit_delay",
            "Cargo from the actor takes so many whole weeks longer to a destination.",
            by="country",
            targets=ANYWHERE,
            unit="weeks",
            high=26.0,
            example="Exportia transit_delay against Importia at 3 weeks from 2010-03-01 until 2010-05-30",
            check=_whole_weeks,
        ),
    ),
)
