"""Agents of a session as a table, and one of them with what it did last and why."""

from datetime import timedelta
from typing import Any

import numpy as np

from chokepoint.experiments.page.session import Session
from chokepoint.experiments.telling.trace import trace
from chokepoint.sim.network.structure import BUILDING, DEFAULTED, MOTHBALLED, OPERATING, PLANNED, USER

COLUMNS = {
    "agent": "agent", "kind": "kind", "country": "country", "flow": "makes or uses, t/year", "stock": "stock, t",
    "risk": "risk, %", "account": "cash, M USD", "note": "state",
}  # fmt: skip
LEAST_TOLD = 6  # decisions of one agent; all of the last week, where they are more
STAGES = {
    PLANNED: "planned", OPERATING: "runs", BUILDING: "under construction", MOTHBALLED: "mothballed",
    DEFAULTED: "in default",
}  # fmt: skip


def table(session: Session) -> list[dict[str, Any]]:
    """One row an agent, with the keys of `COLUMNS`; numbers are of the last week or of now."""
    with session.lock:
        world = session.world
        N, S, R, t, layout = world.N, world.S, world.R, world.step, world.layout
        last = max(t - 1, 0)
        rows: list[dict[str, Any]] = []

        def add(agent: str, kind: str, country: int, note: str, account: int | None, **numbers: float) -> None:
            cash = None if account is None else round(float(S.cash[account]) / 1000.0, 2)
            shown = {key: round(float(value), 1 if abs(value) < 100.0 else None) for key, value in numbers.items()}
            rows.append({"agent": agent, "kind": kind, "country": world.countries[country], "flow": None,
                         "stock": None, "risk": None, "account": cash, "note": note, **shown})  # fmt: skip

        for k, name in enumerate(layout.mines):
            stage = STAGES[int(S.k_state[k])] + ("" if N.k_legal[k] else ", unlicensed")
            add(name, "mine", N.k_country[k], stage, int(N.k_account[k]), flow=R.mined[last, k] / world.dt)
        for r, name in enumerate(layout.refiners):
            note = ("licensed", "unlicensed", "")[int(N.r_kind[r])]
            note += f", asks {S.ask[r]:.2f} USD/kg" if S.ask[r] > 0.005 else ""
            add(name, "refiner", N.r_country[r], note, int(N.r_account[r]), flow=R.refined[last, r] / world.dt,
                stock=S.product[r].sum())  # fmt: skip
        for f, name in enumerate(layout.firms):
            slots = slice(int(N.s_first[f]), int(N.s_first[f + 1]))
            if N.f_kind[f] > USER + 1:  # the store of a state
                if float(S.stock[slots].sum()) > 0.0:
                    add(name, "reserve", N.f_country[f], "", int(N.f_account[f]), stock=S.stock[slots].sum())
                continue
            kind = "firm" if N.f_kind[f] == USER else "trader"
            note = f"{100.0 * S.unfilled[f]:.0f} % unfilled" if S.unfilled[f] > 0.005 else ""
            add(name, kind, N.f_country[f], note, int(N.f_account[f]), flow=S.want[slots].sum() / world.dt,
                stock=S.stock[slots].sum(), risk=100.0 * S.risk[f])  # fmt: skip
        for state in world.politics.everybody:
            c = world.countries.index(state.name)
            done = [m for m in state.decisions if not m.lifted]
            note = f"{done[-1].start}: {done[-1].instrument.replace('_', ' ')}" if done else ""
            add(f"State of {state.name}", "state", c, note, int(N.c_account[c]))
        return rows


def sheet(session: Session, agent: str, weeks: int = 4) -> list[tuple[str, str]]:
    """What an agent is now, and what it decided in the last weeks and why, as lines of (head, text)."""
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
        held = {field: dict(getattr(view, field, {})) for field in ("orders", "product")}
    for field, by_material in held.items():  # of those who have them
        amounts = {m: t for m, t in by_material.items() if t > 0.0}
        if amounts:
            lines.append((f"{field}, t", ", ".join(f"{m} {t:,.2f}" for m, t in amounts.items())))
    if session.week == 0:
        return lines
    first, last = session.day - timedelta(days=7 * weeks), session.day - timedelta(days=1)
    entries = trace(session.simulation, agent.removeprefix("State of "), first=first, last=last, every=1)
    latest = [e for e in entries if e.day == entries[-1].day]
    for entry in latest if len(latest) >= LEAST_TOLD else entries[-LEAST_TOLD:]:
        lines.append((f"{entry.day}, {entry.about}", f"{entry.choice}: {entry.reason}"))
    if not entries:
        lines.append((f"last {weeks} weeks", "it decided nothing"))
    return [(head, text) for head, text in lines if np.size(text)]
