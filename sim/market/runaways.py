"""Runaways: prices beyond what anybody has seen, told with the place, the week and what binds there.

A price fifty times its base says that a model has left what it knows. It is told with every run, and stops a comparison
of policies, which would compare numbers that mean nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from chokepoint.sim.market.world import World

TOO_DEAR = 50.0  # times the price of the base year
FULL = 0.97  # of its room: a passage that carries so much is full
GONE = 0.1  # of its first week: a stock below that is gone
STOPPED = 0.7  # of its first week: mines that ship less stand still in part


def runaways(world: World) -> list[str]:
    """A line for each country and material whose price went beyond `TOO_DEAR` times its base, the highest first."""
    N, R = world.N, world.R
    found = []
    for market in np.flatnonzero(N.q_use > 0.0).tolist():
        country, material = int(N.q_country[market]), int(N.q_mat[market])
        level = R.price_of[: world.step, country, material] / np.exp(N.q_base_ln[market])
        beyond = np.flatnonzero(level > TOO_DEAR)
        if len(beyond) == 0:
            continue
        week, top = int(beyond[0]), float(level.max())
        where = f"{world.materials[material]} in {world.countries[country]}"
        day = world.calendar.day_of(week)
        height = f"beyond {TOO_DEAR:g} times its base from {day} on, at most {top:,.0f} times"
        found.append((top, f"{where}: {height}; {_binds(world, market, week)}"))
    return [line for _, line in sorted(found, reverse=True)]


def _binds(world: World, market: int, week: int) -> str:
    """What keeps goods from a market in a week: borders, licences, output, or a stock that is gone."""
    N, R = world.N, world.R
    country, material = int(N.q_country[market]), int(N.q_mat[market])
    shut, full, licensed = [], [], []
    for passage in np.flatnonzero((N.v_there == market) & (N.v_legal > 0) & (N.v_flow > 0.0)):
        origin = world.countries[N.q_country[N.v_here[passage]]]
        flow, room = R.flow[week, passage], R.room[week, passage]
        if room <= 1e-9 * N.v_flow[passage]:
            shut.append(origin)
        elif flow >= FULL * room:
            full.append(origin)
        if R.rented[week, passage] > 0.0:
            licensed.append(f"{origin}, a rent of {R.rented[week, passage]:,.0f} USD/kg")
    mined, stock = R.mined.sum(axis=1), R.stock[:, country, material]
    told = [
        ("no cargo may leave", shut), ("no more can be loaded or may leave", full), ("licences are short", licensed),
        ("mines ship", _left(mined, week, STOPPED)), ("stock there", _left(stock, week, GONE)),
    ]  # fmt: skip
    words = "; ".join(f"{what}: {', '.join(dict.fromkeys(which))}" for what, which in told if which)
    return words or "nothing is shut: use alone is beyond what there is"


def _left(path: np.ndarray, week: int, least: float) -> list[str]:
    """What is left of a quantity of the first week, where that is less than a part of it."""
    return [f"{path[week] / path[0]:.0%} of the first week"] if path[week] < least * path[0] else []
