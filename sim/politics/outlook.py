"""Roll-outs: what a state expects of a course of action, run in the same model on what the state believes.

The imagined world differs from the real one in what a state cannot see. Firms abroad are all alike; what those of a
country hold together is known from statistics of trade and use, who of them holds it is not. Reserves of others hold
what they are believed to hold, are filled up again to that or to the target that is told, and let go what the firms
they serve lack while an act of the state cuts supply, and until cargo comes again. Industry goes on as it does now, and
so do the acts of other states. What the state itself has in force ends today, and nobody expects more of it; what it
takes instead ends with its date. No news comes but what was said, which fades, and what its own acts say. Nobody has
luck.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from chokepoint.agents.exporting_state import ending
from chokepoint.agents.measure import Measure, lifting
from chokepoint.agents.observation import Outlook
from chokepoint.sim.network.structure import BUILDING, NEVER, OPERATING, RESERVE, TRADER, USER
from chokepoint.sim.politics.enactment import enact
from chokepoint.sim.politics.instruments import carry_out, known
from chokepoint.sim.politics.told import unsay

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
    """What firms, reserves and refiners of countries hold and await, ore counted by the product that it makes; thousand
    USD at base-year prices: (3, countries)."""
    N, S = world.N, world.S
    price, countries = N.base_price[0], len(N.zone_of_country)
    bought = (S.stock + S.pipe_sum + S.spot_sum) * price[N.s_mat]
    made = (S.product + S.r_afloat + S.feed * N.r_yield[:, None]) @ price
    reserves = N.f_kind[N.s_firm] == RESERVE
    held = [np.bincount(N.s_country, bought * one, countries) for one in (~reserves, reserves)]
    return np.array([*held, np.bincount(N.r_country, made, countries)])


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
    stocks = stocks_worth(world) - politics.worth_at.get(since, np.zeros((3, len(own))))
    spent = R.bill[since:t].sum(axis=0) - stocks[0]
    lost = R.lost_value[since:t].sum(axis=0)
    dug = R.mined[since:t, N.k_zone == zone].sum(axis=0) @ (N.k_basket[N.k_zone == zone] @ base)
    entrants = (N.k_project > 0) & (N.k_zone != zone) & np.isin(S.k_state, (BUILDING, OPERATING))
    entry = float(N.k_capacity[entrants] @ (N.k_basket[entrants] @ base)) if entrants.any() else 0.0
    worth = float(base @ N.trade_base[0]) / max(float(N.trade_base[0].sum()), 1e-12)
    exports = (R.exports[since:t, zone] + R.exports_open[since:t, zone]).sum(axis=1) * worth
    return Outlook(
        income=float(change[mine].sum() + stocks[:, own].sum()),
        lost_value={c: float(lost[i]) for i, c in enumerate(world.countries)},
        paid={c: float(spent[i]) for i, c in enumerate(world.countries)},
        mined_value=float(dug), entry_value=entry, exports=exports.tolist(),
    )  # fmt: skip


def expect(politics: Politics, country: str, measures: tuple[Measure, ...], weeks: int) -> Outlook:
    """What `country` expects of the next `weeks` if it takes `measures` today."""
    world, imagined = imagine(politics, country, weeks, measures)
    since = world.step
    instruments = known(world.frame)
    for measure in measures:
        enact(imagined, measure)
        end = since + weeks if measure.end is None else world.calendar.step_of(measure.end) + 1
        cuts = instruments[measure.instrument].cuts and not measure.lifted
        releases = _let_go(world, world.zone_of(country), measure) if cuts else []
        landed = end + len(world.S.pipe)  # by then what sails when the act ends has come
        imagined.endings = [*imagined.endings, Ending((end,), (measure,), ()), Ending((landed,), (), tuple(releases))]
        imagined.plan((end, landed))
    imagined.cash_at = {since: world.S.cash.copy()}
    imagined.worth_at = {since: stocks_worth(world)}
    world.advance(since + weeks)
    return results(imagined, country, since)


def imagine(politics: Politics, country: str, weeks: int, measures: Sequence[Measure] = ()) -> tuple[World, Politics]:
    """A copy of the world as a state believes it to be, with room for so many more weeks, and the states over it.

    What the state has in force is lifted, but for what `measures`, which it would take now, go on with.
    """
    world = politics.world
    rows = world.step + weeks
    own = territory(world, country)
    copy = object.__new__(type(world))
    copy.__dict__.update(world.__dict__)
    copy.last = rows
    copy.P = world.P._replace(noise_demand=0.0)
    copy.I = world.I._make(a.copy() for a in world.I)
    copy.S = world.S._make(a.copy() for a in world.S)
    copy.R = _empty_record(world, rows)
    copy.X = _influences_stay(world, rows)
    copy.law = world.law.copy()
    copy.law.holds = [m if m.actor == country else replace(m, end=None) for m in world.law.holds]
    imagined = politics.imagined(copy, country, rows)
    copy.__dict__["politics"] = imagined
    _no_news(copy)
    for state in politics.everybody:
        for lifted in ending(state.in_force, measures) if state.name == country else []:
            copy.law.holds = [m for m in copy.law.holds if lifting(m) != lifted]
            carry_out(imagined, lifted)
            unsay(copy, imagined.told, lifted)
    copy.hold_shares()
    _all_alike(copy, own)
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
    """What comes from outside goes on as it is now."""
    X = world.X
    now = min(max(world.step - 1, 0), len(X.activity) - 1)
    by_step = {array.field for array in world.frame.by_letter["X"] if array.letters[0] == "t"}
    return type(X)(**{
        name: np.repeat(values[now : now + 1], rows, axis=0) if name in by_step else values
        for name, values in X._asdict().items()
    })  # fmt: skip


def _no_news(copy: World) -> None:
    """What was said goes on; what will be said later, and takes the place of it, nobody knows."""
    I, step = copy.I, copy.step
    unheard = I.told_heard > step
    I.told_valid[unheard] = 0
    I.told_valid[~unheard & (I.told_valid > step)] = NEVER


def _all_alike(copy: World, own: np.ndarray) -> None:
    """Nobody has luck; users abroad, and traders, share what those of their market hold as if they were all alike."""
    N, S, X = copy.N, copy.S, copy.X
    S.noise[:] = 0.0
    S.k_delay[:] = 1.0
    S.trait_cover[~own[N.f_country]] = 1.0
    activity = X.activity[copy.step][N.s_firm] if copy.step < len(X.activity) else 1.0
    open_now = (N.f_open <= copy.step)[N.s_firm]
    sizes = {USER: N.s_base * (1.0 - N.f_scrap[N.s_firm]), TRADER: N.s_trade_share}
    for kind, size in sizes.items():
        alike = ~own[N.s_country] & (N.f_kind[N.s_firm] == kind) & open_now & (size > 0.0)
        _spread(S.usual, alike, size, N.s_market)
        _spread(S.stock, alike, S.usual * (activity if kind == USER else 1.0), N.s_market)


def _spread(amount: np.ndarray, chosen: np.ndarray, size: np.ndarray, market: np.ndarray) -> None:
    """Share what the chosen slots of each market have among them by their sizes, in place."""
    places, weight = market[chosen], size[chosen]
    count = int(market.max(initial=-1)) + 1
    whole, total = np.bincount(places, amount[chosen], count), np.bincount(places, weight, count)
    share = np.divide(weight, total[places], out=np.zeros(len(weight)), where=total[places] > 0.0)
    amount[chosen] = np.where(total[places] > 0.0, whole[places] * share, amount[chosen])


def _believed_reserves(copy: World, own: np.ndarray) -> None:
    """Give reserves of others what they are believed to hold and to want; nothing of them is hidden any more."""
    N, S, I = copy.N, copy.S, copy.I
    for s in np.flatnonzero((N.f_kind[N.s_firm] == RESERVE) & (I.reserve_watch > 0.0) & ~own[N.s_country]):
        if I.reserve_watch[s] != 1.0:  # not published
            target = max(float(I.claim_target[s]), float(S.seen[s]))
            pace = float(I.claim_pace[s]) if I.claim_pace[s] > 0.0 else target / REFILL_YEARS
            I.reserve_target[s], I.reserve_pace[s], I.reserve_ceiling[s] = target, pace, 1e12
            _nothing_under_way(copy, int(s))
        S.stock[s] = S.seen[s]
        I.reserve_watch[s], I.claim_target[s], I.claim_pace[s], I.reserve_release[s] = 1.0, 0.0, 0.0, 0.0


def _nothing_under_way(copy: World, slot: int) -> None:
    """Take what is under way to a slot out of the world."""
    N, S = copy.N, copy.S
    S.pipe[:, N.s_way[slot] : N.s_way[slot + 1]] = 0.0
    S.pipe_sum[slot] = 0.0
    there = N.v_there == N.s_market[slot]
    afloat = float(S.spot_pipe[:, there].sum())
    if afloat > 0.0:
        S.spot_pipe[:, there] *= max(0.0, 1.0 - float(S.spot_sum[slot]) / afloat)
    S.spot_sum[slot] = 0.0


def _let_go(imagined: World, zone: int, measure: Measure) -> list[int]:
    """Reserves that serve the targets of a cut let go whatever those served lack; their slots."""
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
