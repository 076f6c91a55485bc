"""Agents and spot prices of a session as a table, and one of them with what it did last and why."""

from datetime import timedelta
from typing import Any

import numpy as np

from chokepoint.experiments.page.session import Session
from chokepoint.experiments.telling.trace import PRICE_IN, trace
from chokepoint.experiments.telling.trace.page import in_numbers
from chokepoint.sim.network.structure import BUILDING, DEFAULTED, OPERATING, PLANNED, USER

COLUMNS = {
    "agent": "agent", "kind": "kind", "country": "country", "flow": "makes or uses, t/year", "stock": "stock, t",
    "coming": "under way to it, t", "account": "balance, M USD", "note": "state",
}  # fmt: skip
NUMBERS = ("flow", "stock", "coming", "account")  # columns that hold numbers
# What a view of Mesa holds by material, and how it is told, above and below zero.
AMOUNTS = {
    "orders": {"buys this week, t": 1.0, "sells this week, t": -1.0}, "product": {"product in stock, t": 1.0},
}  # fmt: skip
LEAST_TOLD = 6  # decisions of one agent; all of the last week, where they are more
STAGES = {
    PLANNED: "planned", OPERATING: "runs", BUILDING: "under construction", DEFAULTED: "in default",
}  # fmt: skip


def table(session: Session) -> list[dict[str, Any]]:
    """One row an agent, with the keys of `COLUMNS`; numbers are of the last week or of now."""
    with session.lock:
        world = session.world
        N, I, S, R, t, layout = world.N, world.I, world.S, world.R, world.step, world.layout
        last = max(t - 1, 0)
        rows: list[dict[str, Any]] = []

        def add(agent: str, kind: str, country: int, note: str, account: int | None, **numbers: float) -> None:
            cash = None if account is None else round(float(S.cash[account]) / 1000.0, 2)
            shown = {key: round(float(value), 1 if abs(value) < 100.0 else None) for key, value in numbers.items()}
            rows.append({"agent": agent, "kind": kind, "country": world.countries[country], "flow": None,
                         "stock": None, "coming": None, "account": cash, "note": note, **shown})  # fmt: skip

        for k, name in enumerate(layout.mines):
            stage = STAGES[int(S.k_state[k])] + ("" if N.k_legal[k] else ", unlicensed")
            add(name, "mine", N.k_country[k], stage, int(N.k_account[k]), flow=R.mined[last, k] / world.dt)
        for r, name in enumerate(layout.refiners):
            note = ("licensed", "unlicensed", "")[int(N.r_kind[r])]
            left = float(I.licence[r].sum())
            note += f", licences left {left:,.0f} t gross" if left > 0.5 else ""
            add(name, "refiner", N.r_country[r], note, int(N.r_account[r]), flow=R.refined[last, r] / world.dt,
                stock=S.product[r].sum(), coming=S.r_afloat[r].sum())  # fmt: skip
        for f, name in enumerate(layout.firms):
            slots = slice(int(N.s_first[f]), int(N.s_first[f + 1]))
            coming = S.pipe_sum[slots].sum() + S.spot_sum[slots].sum()
            if N.f_kind[f] > USER + 1:  # the store of a state
                if float(S.stock[slots].sum() + coming) > 0.0:
                    add(name, "reserve", N.f_country[f], "", int(N.f_account[f]), stock=S.stock[slots].sum(),
                        coming=coming)  # fmt: skip
                continue
            kind = "firm" if N.f_kind[f] == USER else "trader"
            note = f"{100.0 * S.unfilled[f]:.0f} % of its use lost lately" if S.unfilled[f] > 0.005 else ""
            uses = {"flow": S.expected[slots].sum() / world.dt} if N.f_kind[f] == USER else {}
            add(
                name, kind, N.f_country[f], note, int(N.f_account[f]), stock=S.stock[slots].sum(), coming=coming, **uses
            )
        for state in world.politics.everybody:
            c = world.countries.index(state.name)
            done = [m for m in state.decisions if not m.lifted]
            note = f"{done[-1].start}: {done[-1].instrument.replace('_', ' ')}" if done else ""
            add(f"State of {state.name}", "state", c, note, int(N.c_account[c]))
        for c, name in enumerate(world.countries):
            if (N.q_of[c] >= 0).any():
                add(PRICE_IN + name, "price", c, "why it is what it is", None)
        return rows


def sheet(session: Session, agent: str, material: str, weeks: int = 4) -> list[tuple[str, str]]:
    """What an agent is now, and what it decided in the last weeks and why, as lines of (head, text); of a spot price,
    how that of the material came about last week."""
    row = next((r for r in table(session) if r["agent"] == agent), None)
    if row is None:
        return [("", f"{agent} is not in this episode")]
    lines = [
        (COLUMNS[key], f"{value:,}" if isinstance(value, int | float) else str(value))
        for key, value in row.items()
        if value not in (None, "") and key != "agent"
    ]
    if row["kind"] == "reserve":
        return lines
    with session.lock:
        view: Any = next((a for a in session.model().agents if a.name == agent), None)
        held = {field: dict(getattr(view, field, {})) for field in AMOUNTS}
    for field, by_material in held.items():  # of those who have them
        for head, sign in AMOUNTS[field].items():
            amounts = {m: sign * t for m, t in by_material.items() if sign * t > 0.0}
            if amounts:
                lines.append((head, ", ".join(f"{m} {t:,.2f}" for m, t in amounts.items())))
    if session.week == 0:
        return lines
    first, last = session.day - timedelta(days=7 * weeks), session.day - timedelta(days=1)
    one = material if row["kind"] == "price" else None
    name = agent.removeprefix("State of ")
    entries = trace(session.simulation, name, material=one, first=first, last=last, every=1, strict=False)
    latest = [e for e in entries if e.day == entries[-1].day]
    for entry in latest if one or len(latest) >= LEAST_TOLD else entries[-LEAST_TOLD:]:
        numbers = in_numbers({name: value for name, value in entry.options.items() if value})
        told = f"{entry.choice}: {entry.reason}" + (f" ({numbers})" if numbers else "")
        lines.append((f"{entry.day}, {entry.about}", told))
    if not entries:
        lines.append((f"last {weeks} weeks", "it decided nothing"))
    return [(head, text) for head, text in lines if np.size(text)]
