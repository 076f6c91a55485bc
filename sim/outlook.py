"""Roll-outs: what a state expects of a course of action, run in the same model on what the state believes.

The imagined world differs from the real one in what a state cannot see. Reserves of others hold what they are believed
to hold. Firms abroad hold the stock that is normal for their use, are all alike, and industry goes on as it does now.
No news comes but what was said, which fades, and what its own act says. States whose supply an act cuts let go of their
reserve as fast as their firms lose supply. Nobody has luck.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from agents.exporting_state import Measure
from agents.observation import Outlook
from sim.enactment import enact
from sim.state import BUILDING, OPERATING, RESERVE, TRADER, USER, Influences, Instruments, Record, State

if TYPE_CHECKING:
    from sim.world import World

CUTS = ("embargo", "export_quota", "inspection", "licence_refusal")


def territory(world: World, country: str) -> np.ndarray:
    """The countries that a state speaks for: its zone if it is an exporting state, itself otherwise; (countries,)."""
    zones, c = world.N.zone_of_country, world.countries.index(country)
    return np.asarray(zones == zones[c]) if zones[c] > 0 else np.arange(len(zones)) == c


def results(world: World, country: str, since: int) -> Outlook:
    """What happened to a state and to others from step `since` to now, in the terms of an outlook."""
    N, S, R = world.N, world.S, world.R
    own, zone = territory(world, country), world.zone_of(country)
    base = N.base_price[0]
    t = world.step
    first = world.cash_at.get(since, np.zeros_like(S.cash))
    change = S.cash - first
    mine = np.concatenate([
        N.f_account[own[N.f_country]], N.r_account[own[N.r_country]], N.k_account[own[N.k_country]], N.c_account[own],
    ])  # fmt: skip
    lost = (R.lost_value[since:t] + R.bill[since:t]).sum(axis=0)
    moved = 0.0
    twins = np.flatnonzero(N.s_twin >= 0)
    if len(twins):
        to = N.s_zone[N.s_twin[twins]] == zone
        gone = (1.0 - S.scale[twins[to]]) * N.s_base[twins[to]] * N.s_value[twins[to]]
        moved = float(gone.sum())
    dug = R.mined[since:t, N.k_zone == zone].sum(axis=0) @ (N.k_basket[N.k_zone == zone] @ base)
    entrants = (N.k_project > 0) & (N.k_zone != zone) & np.isin(S.k_state, (BUILDING, OPERATING))
    entry = float(N.k_capacity[entrants] @ (N.k_basket[entrants] @ base)) if entrants.any() else 0.0
    worth = float(base @ N.trade_base[0]) / max(float(N.trade_base[0].sum()), 1e-12)
    withheld = -float((R.exports[since:t, zone] + R.exports_open[since:t, zone]).sum()) * worth
    return Outlook(
        income=float(change[mine].sum()), harm={c: float(lost[i]) for i, c in enumerate(world.countries)},
        moved_value=moved, mined_value=float(dug), entry_value=entry, withheld_value=withheld,
    )  # fmt: skip


def expect(world: World, country: str, measures: tuple[Measure, ...], weeks: int) -> Outlook:
    """What `country` expects of the next `weeks` if it takes `measures` today."""
    imagined = imagine(world, country, weeks)
    for measure in measures:
        enact(imagined, measure)
        if measure.instrument in CUTS and not measure.lifted:
            _let_go(imagined, world.zone_of(country), measure)
    imagined.cash_at = {imagined.step: imagined.S.cash.copy()}
    since = imagined.step
    imagined.advance(since + weeks)
    return results(imagined, country, since)


def imagine(world: World, country: str, weeks: int) -> World:
    """A copy of the world as a state believes it to be, with room for so many more weeks."""
    N, t, own = world.N, world.step, territory(world, country)
    copy = object.__new__(type(world))
    copy.__dict__.update(world.__dict__)
    rows = t + weeks
    copy.P = world.P._replace(noise_demand=0.0, noise_mood=0.0)
    copy.I = Instruments(*(a.copy() for a in world.I))
    copy.S = State(*(a.copy() for a in world.S))
    copy.R = Record(*(np.zeros((rows, *a.shape[1:]), dtype=a.dtype) for a in world.R))
    now = min(max(t - 1, 0), len(world.X.activity) - 1)
    news = np.zeros((rows, world.X.news.shape[1]))
    fading = np.exp(-world.dt / world.P.news_memory_years * np.arange(1, weeks + 1))
    news[t:] = world.X.news[now] * fading[:, None]
    stays = {name: np.repeat(a[now : now + 1], rows, axis=0) for name, a in world.X._asdict().items() if name != "news"}
    copy.X = Influences(**stays, news=news)
    copy.holds = list(world.holds)
    copy.cases = [case for case in world.cases if case.step < t]  # no ruling is foreseen
    copy.heard = world.heard.copy()
    copy.programmes = [p.imagined(rows) for p in world.programmes if p.reserve.country == country]
    copy.rhythms, copy.due, copy.conceded = [], {}, dict(world.conceded)
    copy.policy_steps = sorted({step for p in copy.programmes for step in p.steps})
    copy.quotas, copy.licence_years = dict(world.quotas), dict(world.licence_years)
    S = copy.S
    S.noise[:] = 0.0
    S.mood[:] = 0.0
    S.k_delay[:] = 1.0
    kind, abroad = N.f_kind[N.s_firm], ~own[N.s_country]
    users = abroad & (kind == USER)
    months = np.where(N.s_zone == 0, world.P.cover_outside_months, world.P.cover_inside_months)
    S.stock[users] = (months / 12.0 * S.expected / world.dt)[users]
    traders = abroad & (kind == TRADER)
    normal = world.P.trader_cover_months / 12.0 * (S.turnover * N.trade_base)[N.s_zone, N.s_mat] * N.s_trade_share
    S.stock[traders] = normal[traders]
    followed = (kind == RESERVE) & (copy.I.reserve_watch > 0.0) & abroad
    S.stock[followed] = S.seen[followed]
    copy.I.reserve_target[followed] = 0.0
    copy.I.reserve_release[followed] = 0.0
    for trait in (S.trait_cover, S.trait_risk, S.trait_growth):
        trait[~own[N.f_country]] = 1.0
    bundles = {"N": N, "X": copy.X, "I": copy.I, "S": S, "R": copy.R}
    copy.kernel = world.rules.kernel().bind(copy.P, bundles, {"N": world.layout.places})
    copy.last = rows
    return copy


def _let_go(imagined: World, zone: int, measure: Measure) -> None:
    """Reserves that serve the targets of a cut are released as fast as those served lose supply."""
    N, I, S = imagined.N, imagined.I, imagined.S
    hit = range(len(imagined.countries)) if "all" in measure.targets else map(imagined.countries.index, measure.targets)
    for c in hit:
        if N.zone_of_country[c] == zone:
            continue
        for s in range(int(N.reserve_start[0]), len(S.stock)):
            if I.reserve_watch[s] > 0.0 and I.reserve_reach[N.s_country[s], c] > 0.0:
                served = (N.s_mat == N.s_mat[s]) & (N.s_country == c) & (N.f_kind[N.s_firm] == USER)
                I.reserve_release[s] += float(S.expected[served].sum()) / imagined.dt
