"""Roll-outs: what a state expects of a course of action, run in the same model on what the state believes.

The imagined world differs from the real one in what a state cannot see. Firms abroad are all alike; what those of a
country hold together is known from statistics of trade and use, who of them holds it is not. Reserves of others hold
what they are believed to hold, are filled up again to that or to the target that is told, and let go as fast as the
firms they serve lose supply while an act of the state cuts it. Industry goes on as it does now, and so do the acts of
other states. What the state itself has in force ends today, and what it takes instead ends with its date. No news comes
but what was said, which fades, and what its own acts say. Nobody has luck.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from chokepoint.agents.measure import Measure, lifting
from chokepoint.agents.observation import Outlook
from chokepoint.sim.network.structure import BUILDING, OPERATING, RESERVE, TRADER, USER
from chokepoint.sim.politics.enactment import enact
from chokepoint.sim.politics.instruments import carry_out, known

if TYPE_CHECKING:
    from chokepoint.sim.market.world import World
    from chokepoint.sim.politics.states import Politics

REFILL_YEARS = 2.0  # over which a reserve whose plans are not told is filled up again (assumption)


@dataclass
class Ending:
    """The day in a roll-out on which acts end and reserves stop letting go; `steps` and `decide` as of a programme."""

    steps: tuple[int, ...]
    measures: tuple[Measure, ...]
    releases: tuple[int, ...]

    def decide(self, politics: Politics) -> None:
        """End the acts, and have reserves stop letting go."""
        for measure in self.measures:
            carry_out(politics, lifting(measure))
        politics.world.I.reserve_release[list(self.releases)] = 0.0


def territory(world: World, country: str) -> np.ndarray:
    """The countries that a state speaks for: its zone if it is an exporting state, itself otherwise; (countries,)."""
    zones, c = world.N.zone_of_country, world.countries.index(country)
    return np.asarray(zones == zones[c]) if zones[c] > 0 else np.arange(len(zones)) == c


def stocks_worth(world: World) -> np.ndarray:
    """What firms, and what reserves, of countries hold and await, thousand USD at base-year prices: (2, countries)."""
    N, S = world.N, world.S
    value = (S.stock + S.pipe_sum) * N.base_price[0][N.s_mat]
    reserves = N.f_kind[N.s_firm] == RESERVE
    return np.array([np.bincount(N.s_country, value * one, len(N.zone_of_country)) for one in (~reserves, reserves)])


def results(politics: Politics, country: str, since: int) -> Outlook:
    """What happened to a state and to others from step `since` to now, in the terms of an outlook."""
    world = politics.world
    N, S, R = world.N, world.S, world.R
    own, zone = territory(world, country), world.zone_of(country)
    base = N.base_price[0]
    t = world.step
    first = politics.cash_at.get(since, np.zeros_like(S.cash))
    change = S.cash - first
    mine = np.concatenate([
        N.f_account[own[N.f_country]], N.r_account[own[N.r_country]], N.k_account[own[N.k_country]], N.c_account[own],
    ])  # fmt: skip
    firms, reserves = stocks_worth(world) - politics.worth_at.get(since, np.zeros((2, len(own))))
    spent = R.bill[since:t].sum(axis=0) - firms
    lost = R.lost_value[since:t].sum(axis=0)
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
    exports = (R.exports[since:t, zone] + R.exports_open[since:t, zone]).sum(axis=1) * worth
    return Outlook(
        income=float(change[mine].sum() + (firms + reserves)[own].sum()),
        lost_value={c: float(lost[i]) for i, c in enumerate(world.countries)},
        paid={c: float(spent[i]) for i, c in enumerate(world.countries)},
        moved_value=moved, mined_value=float(dug), entry_value=entry, exports=exports.tolist(),
    )  # fmt: skip


def expect(politics: Politics, country: str, measures: tuple[Measure, ...], weeks: int) -> Outlook:
    """What `country` expects of the next `weeks` if it takes `measures` today."""
    world, imagined = imagine(politics, country, weeks)
    since = world.step
    instruments = known(world.frame)
    for measure in measures:
        enact(imagined, measure)
        end = since + weeks if measure.end is None else world.calendar.step_of(measure.end) + 1
        cuts = instruments[measure.instrument].cuts and not measure.lifted
        releases = _let_go(world, world.zone_of(country), measure) if cuts else []
        imagined.endings = [*imagined.endings, Ending((end,), (measure,), tuple(releases))]
        imagined.plan((end,))
    imagined.cash_at = {since: world.S.cash.copy()}
    imagined.worth_at = {since: stocks_worth(world)}
    world.advance(since + weeks)
    return results(imagined, country, since)


def imagine(politics: Politics, country: str, weeks: int) -> tuple[World, Politics]:
    """A copy of the world as a state believes it to be, with room for so many more weeks, and the states over it."""
    world = politics.world
    rows = world.step + weeks
    own = territory(world, country)
    copy = object.__new__(type(world))
    copy.__dict__.update(world.__dict__)
    copy.last = rows
    copy.P = world.P._replace(noise_demand=0.0, noise_mood=0.0)
    copy.I = world.I._make(a.copy() for a in world.I)
    copy.S = world.S._make(a.copy() for a in world.S)
    copy.R = _empty_record(world, rows)
    copy.X = _influences_stay(world, rows)
    copy.law = world.law.copy()
    copy.law.holds = [m if m.actor == country else replace(m, end=None) for m in world.law.holds]
    imagined = politics.imagined(copy, country, rows)
    copy.__dict__["politics"] = imagined
    for state in politics.everybody:
        for measure in state.in_force if state.name == country else []:
            copy.law.holds = [m for m in copy.law.holds if m is not measure]
            carry_out(imagined, lifting(measure))
    copy.hold_shares()
    _without_luck(copy, own)
    _believed_stocks(copy, own)
    _believed_reserves(copy, own)
    copy.bind({"N": world.layout.places})
    return copy, imagined


def _empty_record(world: World, rows: int) -> Any:
    """A record with so many steps that holds the exports of the last year, which an act is measured by."""
    step = world.step
    record = world.R._make(np.zeros((rows, *a.shape[1:]), dtype=a.dtype) for a in world.R)
    year = max(0, step - 52)
    record.exports[year:step] = world.R.exports[year:step]
    return record


def _influences_stay(world: World, rows: int) -> Any:
    """What comes from outside goes on as it is now; what was said fades."""
    step, X = world.step, world.X
    now = min(max(step - 1, 0), len(X.activity) - 1)
    news = np.zeros((rows, X.news.shape[1]))
    fading = np.exp(-world.dt / world.P.news_memory_years * np.arange(1, rows - step + 1))
    news[step:] = X.news[now] * fading[:, None]
    stays = {name: np.repeat(a[now : now + 1], rows, axis=0) for name, a in X._asdict().items() if name != "news"}
    return type(X)(**stays, news=news)


def _without_luck(copy: World, own: np.ndarray) -> None:
    """Nobody has luck, and firms abroad are all alike."""
    S = copy.S
    S.noise[:] = 0.0
    S.mood[:] = 0.0
    S.k_delay[:] = 1.0
    for trait in (S.trait_cover, S.trait_risk, S.trait_growth):
        trait[~own[copy.N.f_country]] = 1.0


def _believed_stocks(copy: World, own: np.ndarray) -> None:
    """Spread what the firms of a country hold of a material over them as if they were all alike."""
    N, S, P = copy.N, copy.S, copy.P
    kind, abroad = N.f_kind[N.s_firm], ~own[N.s_country]
    months = np.where(N.s_zone == 0, P.cover_outside_months, P.cover_inside_months)
    normal = np.where(kind == USER, months / 12.0 * S.expected * (1.0 - N.f_old_scrap[N.s_firm]) / copy.dt, 0.0)
    trade = P.trader_cover_months / 12.0 * (S.turnover * N.trade_base)[N.s_zone, N.s_mat] * N.s_trade_share
    normal = np.where(kind == TRADER, trade, normal)
    place = N.s_country * len(copy.materials) + N.s_mat
    firms = abroad & (kind != RESERVE)
    held, usual = (np.bincount(place, np.where(firms, a, 0.0)) for a in (S.stock, normal))
    share = np.divide(held, usual, out=np.zeros_like(held), where=usual > 0.0)[place]
    S.stock[firms] = np.where(usual[place] > 0.0, normal * share, S.stock)[firms]


def _believed_reserves(copy: World, own: np.ndarray) -> None:
    """Give reserves of others what they are believed to hold and to want; nothing of them is hidden any more."""
    N, S, I = copy.N, copy.S, copy.I
    for s in np.flatnonzero((N.f_kind[N.s_firm] == RESERVE) & (I.reserve_watch > 0.0) & ~own[N.s_country]):
        if I.reserve_watch[s] != 1.0:  # not published
            target = max(float(I.claim_target[s]), float(S.seen[s]))
            pace = float(I.claim_pace[s]) if I.claim_pace[s] > 0.0 else target / REFILL_YEARS
            I.reserve_target[s], I.reserve_pace[s], I.reserve_ceiling[s] = target, pace, 1e12
            S.pipe[:, N.s_way[s] : N.s_way[s + 1]] = 0.0
            S.pipe_sum[s] = 0.0
            S.e_queue[N.e_slot == s] = 0.0
        S.stock[s] = S.seen[s]
        I.reserve_watch[s], I.claim_target[s], I.claim_pace[s], I.reserve_release[s] = 1.0, 0.0, 0.0, 0.0


def _let_go(imagined: World, zone: int, measure: Measure) -> list[int]:
    """Reserves that serve the targets of a cut are released as fast as those served lose supply; their slots."""
    N, I, S = imagined.N, imagined.I, imagined.S
    hit = range(len(imagined.countries)) if "all" in measure.targets else map(imagined.countries.index, measure.targets)
    found = []
    for c in hit:
        if N.zone_of_country[c] == zone:
            continue
        for s in range(int(N.reserve_start[0]), len(S.stock)):
            if I.reserve_watch[s] > 0.0 and I.reserve_reach[N.s_country[s], c] > 0.0:
                served = (N.s_mat == N.s_mat[s]) & (N.s_country == c) & (N.f_kind[N.s_firm] == USER)
                I.reserve_release[s] += float(S.expected[served].sum()) / imagined.dt
                found.append(s)
    return found
