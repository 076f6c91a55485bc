"""The week clears: prices and rents at which every country's net demand is met over the passages between them.

For each market the excess, net demand plus what leaves less what comes, is zero; for each kind of licence the rent on a
gross tonne is zero or the licences are used up:

    excess(q) = use - output + fill(W - position) + bought ahead + bought for reserves + sum out - sum in = 0
    0 <= rent  _|_  licences - sum over passages of gross tonnes  >= 0

Spatial equilibrium with stocks, after Samuelson (1952) and Takayama and Judge (1971). Solved by Newton's method on the
logs of all prices and all rents; quotas enter by the function of Fischer (1992). Materials meet in the rents alone, so
that each is settled by itself at the rents there are, and a step of all solves one small system a material and one as
large as there are licences that may bind.

`foreseen` solves the same market over the horizon, with long-run elasticities, what is expected to be let through, and
the stock that people are ready to use: its price is the one that holders expect.

P behaviour, N structure, X influences, I instruments, S state, R record; `dt` is a step in years.
"""

from collections.abc import Iterator
from math import exp, log, sqrt
from typing import Any

import numpy as np

from chokepoint.agents.firm import filled as firm_filled
from chokepoint.agents.firm import released as firm_released
from chokepoint.agents.firm import use as firm_use
from chokepoint.agents.firm import wanted as firm_wanted
from chokepoint.agents.mine import output as mine_output
from chokepoint.sim.engine.arrays import Array
from chokepoint.sim.engine.mechanism import Mechanism, Phase
from chokepoint.sim.market.rules.market import carried as market_carried
from chokepoint.sim.network.markets import WIDTH

ENOUGH = 1e-18  # sum of squared relative residuals at which a week has cleared: each is below 1e-9
GOOD = 1e-13  # what is accepted where rounding lets it get no further: each below 3.2e-7
MOST = 80  # Newton steps
ROUGH = 1e-5  # what is left of a material before all prices and rents take a step together
# No quota; one that may bind; one that lets nothing go and has no rent.
NONE, LIMIT, SHUT = 0.0, 1.0, 2.0
ROUNDS, HALVINGS = 30, 12  # steps of all prices and rents together; of one that does not help
TELLING = 1e-8  # what is left of quotas while prices are rough tells whether a step helps, down to this
SEARCH, SWEEPS = 40, 12  # trials of one rent, and rounds over all of them
EXACT = 1e-9  # of a quota: how near what is shipped must come to it
NOTHING = 1e-5  # licences for less than this part of base-year exports let nothing go
NEVER = 1e9  # wedge of a passage that is shut
HELD_BY = 1e-6  # of the size of a market: least slope by which demand and passages hold its price
LOOKS = 10  # along a direction
WIDEST = 64.0  # how much wider the margins of passages are made, at first, where Newton's method fails
FARTHEST = 7.0  # a price stays within e^7 of its base: beyond, the market has no price
OUTCOMES = 3  # equal parts of what may happen, see `expectation.py`
AHEAD_LOADING, AHEAD_REACH = 3.0, 1.0  # over a horizon, loading over today's, and over the use of who buys (assumption)
AHEAD_SPARE = 0.6  # capacity that can be added in the long run, over that of the base year (assumption)
LOOK_WEEKS = 4  # between two looks ahead (assumption)
STIRRED = 0.004  # change of a belief that makes holders look ahead at once (assumption)
LEAST_YEARS = 0.08  # a month: nobody fills a stock faster (assumption)
TRANSIT_MEMORY_WEEKS = 6.0  # over which shipping on for others becomes usual (assumption)
TRANSIT_WEEKS = 2.0  # of what a country ships on for others, held on its way (assumption)


def foreseen(step: int, dt: float, P: Any, N: Any, X: Any, I: Any, S: Any, R: Any) -> None:
    """The price that holders expect: the mean over outcomes of the log price that clears the horizon."""
    if S.looking[0] == 0 or not changed(step, I, S):
        return
    weeks = min(S.path.shape[1], max(2, int(P.horizon_years / dt + 0.5)))
    S.ahead[0] = 1.0
    keep_week(S)
    S.expected_ln[:] = 0.0
    S.loss[:] = 0.0
    S.use_elasticity[0] = later(P.use_elasticity, P.use_elasticity_long, P.horizon_years / P.use_years)
    S.choke[0] = P.choke
    S.stock_answer[0] = P.stock_elasticity
    for outcome in range(OUTCOMES):
        first = first_alike(outcome, S)
        S.first_alike[outcome] = first
        if first == outcome:
            begin_horizon(outcome, weeks, dt, P, N, I, S)
            clear(N, S)
        for market in range(S.price_ln.shape[0]):
            S.ahead_ln[outcome, market] = S.price_ln[market] if first == outcome else S.ahead_ln[first, market]
        for group in range(S.rent.shape[0]):
            S.ahead_rent[outcome, group] = S.rent[group] if first == outcome else S.ahead_rent[first, group]
    for outcome in range(OUTCOMES):
        count = 0
        for other in range(OUTCOMES):
            count += 1 if S.first_alike[other] == outcome else 0
        for market in range(S.price_ln.shape[0] if count > 0 else 0):
            price = S.ahead_ln[outcome, market]
            S.expected_ln[market] += count / OUTCOMES * price
            S.loss[market] += count / OUTCOMES * given_up(market, price, N, S)
    for market in range(S.price_ln.shape[0]):
        lead = S.lead[market]
        for group in range(S.quota_mean.shape[0]):
            if S.quota_mean[group] > 0.0:
                lead = max(lead, S.quota_lead[group])
        S.loss[market] *= 1.0 - min(1.0, lead / weeks)
        S.until_date[market] = min(lead, weeks) * dt
    S.ahead[0] = 0.0
    back_to_week(S)


def changed(step: int, I: Any, S: Any) -> bool:
    """Whether holders look ahead anew this week: every four weeks, and when what is believed has changed."""
    anew = step % LOOK_WEEKS == 0
    for passage in range(S.flow.shape[0]):
        change = abs(S.withheld_mean[passage] - S.looked_withheld[passage])
        anew = anew or change > STIRRED or abs(I.expected_tax[passage] - S.looked_tax[passage]) > STIRRED
        anew = anew or abs(I.expected_tariff[passage] - S.looked_tariff[passage]) > STIRRED
    for market in range(S.price_ln.shape[0]):
        believed = 0.0
        for outcome in range(OUTCOMES):
            believed += S.output_withheld[outcome, market] / OUTCOMES
        anew = anew or abs(believed - S.looked_output[market]) > STIRRED
    for group in range(S.rent.shape[0]):
        anew = anew or abs(S.quota_mean[group] - S.looked_quota[group]) > STIRRED
    if anew:
        for passage in range(S.flow.shape[0]):
            S.looked_withheld[passage], S.looked_tax[passage] = S.withheld_mean[passage], I.expected_tax[passage]
            S.looked_tariff[passage] = I.expected_tariff[passage]
        for market in range(S.price_ln.shape[0]):
            S.looked_output[market] = 0.0
            for outcome in range(OUTCOMES):
                S.looked_output[market] += S.output_withheld[outcome, market] / OUTCOMES
        for group in range(S.rent.shape[0]):
            S.looked_quota[group] = S.quota_mean[group]
    return anew


def first_alike(outcome: int, S: Any) -> int:
    """The first outcome in which the same is believed to be withheld: what is equal is cleared once."""
    for other in range(outcome):
        if alike(other, outcome, S):
            return other
    return outcome


def alike(one: int, other: int, S: Any) -> bool:
    """Whether the same is believed in two outcomes, of quotas as far as anything is under them."""
    for passage in range(S.flow.shape[0]):
        group = S.group[passage]
        if abs(S.withheld[one, passage] - S.withheld[other, passage]) > 1e-9:
            return False
        if group >= 0 and abs(S.quota_withheld[one, group] - S.quota_withheld[other, group]) > 1e-9:
            return False
    for market in range(S.price_ln.shape[0]):
        if abs(S.output_withheld[one, market] - S.output_withheld[other, market]) > 1e-9:
            return False
    return True


def keep_week(S: Any) -> None:
    """Put the prices, rents and limits of the week aside."""
    for market in range(S.price_ln.shape[0]):
        S.week_ln[market] = S.price_ln[market]
        S.week_use[market] = S.use_level[market]
        S.week_output[market] = S.output_level[market]
    for group in range(S.rent.shape[0]):
        S.week_rent[group] = S.rent[group]
        S.limit[group] = 0.0


def back_to_week(S: Any) -> None:
    """Take them up again."""
    for market in range(S.price_ln.shape[0]):
        S.price_ln[market] = S.week_ln[market]
        S.use_level[market] = S.week_use[market]
        S.output_level[market] = S.week_output[market]
    for group in range(S.rent.shape[0]):
        S.rent[group] = S.week_rent[group]


def later(now: float, in_the_end: float, years_over: float) -> float:
    """An elasticity on the way from the short run to the long run, mean over a horizon of so many times its years."""
    return now + (in_the_end - now) * gone(years_over)


def gone(years_over: float) -> float:
    """How much of a way that is gone exponentially lies behind on average over a horizon: 1 - (1 - e^-x) / x."""
    return 1.0 - (1.0 - exp(-years_over)) / years_over


def given_up(market: int, price_ln: float, N: Any, S: Any) -> float:
    """Share of use that holders expect to give up against the price they think normal."""
    if price_ln <= S.normal_ln[market]:
        return 0.0
    base = N.q_base_ln[market]
    use, _ = firm_use(price_ln - base, 1.0, S.use_elasticity[0], S.choke[0])
    normal, _ = firm_use(S.normal_ln[market] - base, 1.0, S.use_elasticity[0], S.choke[0])
    return 1.0 - use / normal


def begin_horizon(outcome: int, weeks: int, dt: float, P: Any, N: Any, I: Any, S: Any) -> None:
    """The market over the horizon, in one outcome: levels a year, rooms, licences, and the stock that may be used."""
    years = weeks * dt
    kept = 1.0 - gone(P.horizon_years / P.use_years)
    growth = gone(P.horizon_years / P.supply_years)
    elasticity = P.supply_elasticity + (P.supply_elasticity_long - P.supply_elasticity) * growth
    bound = 0.0
    for group in range(S.bound_for.shape[0]):
        bound = max(bound, P.horizon_years if S.quota_told[group] > 0.0 else S.bound_for[group])
    for market in range(S.price_ln.shape[0]):
        S.price_ln[market] = S.ahead_ln[outcome, market]
        S.use_level[market] = S.use_planned[market] * exp(-S.saved[market] * kept)
        S.output_level[market] = S.output_normal[market] * (1.0 - S.output_withheld[outcome, market])
        S.supply_elasticity[market] = elasticity * N.q_share[market]
        S.spare[market] = 0.1 + AHEAD_SPARE * growth
        lasts = S.lasts[market]
        for group in range(S.quota_mean.shape[0]):
            if S.quota_mean[group] > 0.0:
                lasts = max(lasts, S.quota_lasts[group])
        certain = min(1.0, P.lasting * max(bound, S.missed_for[market]) / P.horizon_years)
        spare = S.spare_stock[market]
        working = S.ordinary[market] - spare
        kept_back = (1.0 - P.stock_counted_on) * working
        held = max(0.0, min(S.position[market], S.ordinary[market]))
        usable = max(0.0, held - spare - kept_back) / years
        S.usable_stock[market] = (1.0 - certain * lasts) * usable  # what has lasted is not bridged by working stock
        S.usable_stock[market] += min(spare, max(0.0, held - kept_back)) / years
        S.cover_stock[market] = max(0.0, held / years - S.usable_stock[market])  # who uses half needs half of it
        S.needed_stock[market] = (1.0 - P.stock_counted_on * (1.0 - certain * lasts)) * working / years
        S.usable_stock[market] += S.believed_reserve[market] / years
    for group in range(S.rent.shape[0]):
        S.rent[group] = S.ahead_rent[outcome, group]
        S.limit[group] = -1.0
        if S.quota_withheld[outcome, group] > 0.0 and S.free_gross[group] > 0.0:
            S.limit[group] = (1.0 - S.quota_withheld[outcome, group]) * S.free_gross[group]
    for passage in range(S.flow.shape[0]):
        withheld = S.withheld[outcome, passage]
        usual = S.usual_flow[passage]
        S.tax[passage], S.tariff[passage] = I.expected_tax[passage], I.expected_tariff[passage]
        if S.normal_stock[N.v_there[passage]] <= 0.0 or S.normal_stock[N.v_here[passage]] <= 0.0:
            S.room[passage] = 0.0  # nobody there yet
        elif N.v_legal[passage] == 0:
            S.room[passage] = S.loading[passage]
        elif withheld > 0.0:
            small = 0.0 if withheld > 0.5 else (1.0 - withheld) * S.loading[passage]
            S.room[passage] = (1.0 - withheld) * usual if usual > 1e-9 * N.v_scale[passage] else small
        else:
            S.room[passage] = max(AHEAD_LOADING * S.loading[passage], AHEAD_REACH * S.use_planned[N.v_there[passage]])
        here = N.v_here[passage]
        if I.own_output_only[N.q_country[here], N.q_mat[here]] > 0.0 and N.v_legal[passage] > 0:
            S.room[passage] = min(S.room[passage], S.output_normal[here])


def clearing(step: int, dt: float, P: Any, N: Any, X: Any, I: Any, S: Any, R: Any) -> None:
    """Find the prices of all markets and the rents of licences; `unsolved` is what is left where none are found."""
    S.use_elasticity[0], S.choke[0], S.stock_answer[0] = P.use_elasticity, P.choke, P.stock_elasticity
    for market in range(S.price_ln.shape[0]):
        S.supply_elasticity[market], S.spare[market] = 0.0, 0.1
        left = S.until_date[market]  # before a date what is missing is bought over the time that is left
        S.fill_of[market] = max(LEAST_YEARS, left) if left > 0.0 else P.fill_years
        S.wanted_here[market] = S.normal_stock[market] + S.transit[market] * TRANSIT_WEEKS * dt
        S.held[market] = S.position[market] - S.forward[market]
    for passage in range(S.flow.shape[0]):
        S.room[passage] = I.route_room[passage]
        S.tax[passage], S.tariff[passage] = I.route_tax[passage], I.route_tariff[passage]
    for group in range(S.rent.shape[0]):
        S.limit[group] = I.licences_a_year[group]
    clear(N, S)
    R.unsolved[step] = S.unsolved[0]
    remember_transit(N, S)


def remember_transit(N: Any, S: Any) -> None:
    """What countries without output ship on for others, beyond the base year, as they remember it."""
    for market in range(S.price_ln.shape[0]):
        S.leaves[market] = 0.0
    for passage in range(S.flow.shape[0]):
        if N.v_legal[passage] > 0:
            S.leaves[N.v_here[passage]] += S.flow[passage] - N.v_flow[passage]
    felt = 1.0 - exp(-1.0 / TRANSIT_MEMORY_WEEKS)
    for market in range(S.price_ln.shape[0]):
        beyond = max(0.0, S.leaves[market]) if N.q_output[market] <= 0.0 else 0.0
        S.transit[market] += (beyond - S.transit[market]) * felt


def clear(N: Any, S: Any) -> None:
    """Prices and rents from what lies in the arrays."""
    set_quotas(N, S)
    set_wedges(N, S)
    S.steps[0] = 0.0
    S.width[0] = WIDTH
    total = at_rents(ENOUGH, N, S) if S.columns[0] == 0 else with_rents(N, S)
    S.unsolved[0] = 0.0 if total <= GOOD else total


def set_quotas(N: Any, S: Any) -> None:
    """Which quotas there are for passages to keep, and a number for each rent that is sought."""
    for group in range(S.rent.shape[0]):
        S.quota[group] = NONE
    for passage in range(S.flow.shape[0]):
        group = S.group[passage]
        if group >= 0 and S.limit[group] >= 0.0:
            S.quota[group] = SHUT if S.limit[group] / N.u_size[group] < NOTHING else LIMIT
    S.columns[0] = 0
    for group in range(S.rent.shape[0]):
        if S.quota[group] == LIMIT:
            S.column[group] = S.columns[0]
            S.columns[0] += 1
        else:
            S.rent[group] = 0.0


def set_wedges(N: Any, S: Any) -> None:
    """What the price there must be above the price here, in logs and but for a rent, before a passage carries."""
    for passage in range(S.flow.shape[0]):
        group = S.group[passage]
        if S.room[passage] <= 0.0 or (group >= 0 and S.quota[group] == SHUT):
            S.wedge[passage] = NEVER
        else:
            S.wedge[passage] = N.v_cost[passage] + (log(1.0 + S.tax[passage]) if S.tax[passage] != 0.0 else 0.0)
            if S.tariff[passage] > 0.0:
                S.wedge[passage] += log(1.0 + S.tariff[passage])


def with_rents(N: Any, S: Any) -> float:
    """Prices and rents together; returns the sum of squares that is left.

    Where Newton's method is lost with prices that are settled roughly, it is tried with exact ones, and then one rent
    after another is sought.
    """
    total = newton(ROUGH, N, S)
    if total > GOOD:
        total = newton(ENOUGH, N, S)
    for _ in range(SWEEPS if total > GOOD else 0):
        for group in range(S.rent.shape[0]):
            if S.quota[group] == LIMIT:
                seek_rent(group, N, S)
        total = at_rents(ENOUGH, N, S) + licences_left(N, S)
        if total <= GOOD:
            break
    return total


def newton(settled: float, N: Any, S: Any) -> float:
    """Newton's method on all prices and rents; returns the sum of squares that is left.

    At each step the prices of every material are settled at the rents that are tried. A material that the step has left
    settled well enough costs one look at it, so that near the solution this is Newton's method alone; one that is hard
    is worked on by itself. A step is halved until it helps.
    """
    left, missed = at_rents(settled, N, S), licences_left(N, S)
    for _ in range(ROUNDS):
        if left + missed <= ENOUGH or not direction(N, S):
            break
        before, part = missed, 1.0
        for _ in range(HALVINGS):
            step_together(part, N, S)
            left, missed = at_rents(settled, N, S), licences_left(N, S)
            if missed < before or missed < TELLING:
                break
            part *= 0.5
    return left + missed


def at_rents(enough: float, N: Any, S: Any) -> float:
    """Prices of every material by itself at the rents there are; returns the sum of squares that is left."""
    total = 0.0
    for material in range(N.m_market.shape[0] - 1):
        left = solve(material, enough, N, S)
        if left > max(GOOD, enough):
            left = narrow(material, enough, N, S)
        if left > max(GOOD, enough):
            for market in range(N.m_market[material], N.m_market[material + 1]):
                S.price_ln[market] = N.q_base_ln[market]
            left = narrow(material, enough, N, S)
        total += left
    ship_licensed(N, S)
    return total


def ship_licensed(N: Any, S: Any) -> None:
    """Gross tonnes that need licences of each kind."""
    for group in range(S.rent.shape[0]):
        S.shipped_gross[group] = 0.0
    for material in range(N.m_market.shape[0] - 1):
        first = N.m_passage[material]
        for place in range(first, first + S.opened[material]):
            passage = S.open_passage[place]
            if S.group[passage] >= 0:
                S.shipped_gross[S.group[passage]] += S.flow[passage] * N.v_gross[passage]


def licences_left(N: Any, S: Any) -> float:
    """The sum of squares by which rents and licences that are left miss their condition."""
    total = 0.0
    for group in range(S.rent.shape[0]):
        if S.quota[group] == LIMIT:
            slack = (S.limit[group] - S.shipped_gross[group]) / N.u_size[group]
            relative = S.rent[group] / N.u_value[group]
            total += (relative + slack - sqrt(relative * relative + slack * slack)) ** 2
    return total


def narrow(material: int, enough: float, N: Any, S: Any) -> float:
    """Solve with wide margins of passages and narrow them step by step: passages that open slowly are easy, and what
    clears them is a start for the next."""
    wider = WIDEST
    while wider > 1.0:
        S.width[0] = WIDTH * wider
        solve(material, enough, N, S)
        wider /= 2.0
    S.width[0] = WIDTH
    return solve(material, enough, N, S)


def seek_rent(group: int, N: Any, S: Any) -> None:
    """One rent with the others held, between one that lets too much go and one that lets too little go."""
    rent, less, more, over_less, over_more = S.rent[group], 0.0, -1.0, 0.0, 0.0
    for trial in range(SEARCH):
        S.rent[group] = rent
        at_rents(ENOUGH, N, S)
        over = S.shipped_gross[group] / S.limit[group] - 1.0
        if abs(over) < EXACT or (over <= 0.0 and rent <= 0.0):
            return
        if over > 0.0:
            less, over_less = rent, over
        else:
            more, over_more = rent, over
        if more < 0.0:
            rent = 2.0 * rent + 0.05 * N.u_value[group]
        elif over_less > 0.0 and trial % 3 < 2:  # along the chord, and now and then to the middle
            chord = less + (more - less) * over_less / (over_less - over_more)
            rent = min(max(chord, less + 0.02 * (more - less)), more - 0.02 * (more - less))
        else:
            rent = 0.5 * (less + more)


def step_together(part: float, N: Any, S: Any) -> None:
    """Part of a step of all rents, and of all prices as they follow, from where the step was worked out."""
    rents = S.columns[0]
    for group in range(S.rent.shape[0]):
        if S.quota[group] == LIMIT:
            S.rent[group] = max(0.0, S.from_rent[group] + part * S.rent_step[S.column[group]])
            S.rent_moved[S.column[group]] = S.rent[group] - S.from_rent[group]
    for market in range(S.price_ln.shape[0]):
        change = part * S.answers[market * (rents + 1) + rents]
        for column in range(rents):
            change += S.answers[market * (rents + 1) + column] * S.rent_moved[column]
        S.price_ln[market] = moved(S.from_ln[market], change, N.q_base_ln[market])


def bounded(rent: float, step: float, worth: float) -> float:
    """A step of a rent that is not too long: where licences answer no rent, it would go anywhere."""
    fall = 0.8 * rent if rent > 0.1 * worth else rent
    return min(max(step, -fall), 3.0 * rent + worth)


def moved(price_ln: float, change: float, base_ln: float) -> float:
    """A log price after a change that is taken in levels, price (1 + change): parity is straight there, with a rent and
    without. In place of the log Padé's form of it, which a step can as well take."""
    change = min(3.0, max(-0.75, change))
    there = price_ln + change * (6.0 + change) / (6.0 + 4.0 * change)
    return min(base_ln + FARTHEST, max(base_ln - FARTHEST, there))


def solve(material: int, enough: float, N: Any, S: Any) -> float:
    """Newton's method on the prices of a material, from the present ones; returns the sum of squares that is left."""
    for market in range(N.m_market[material], N.m_market[material + 1]):
        S.trial_ln[market] = S.price_ln[market]
    S.left[0] = evaluate(material, N, S)
    for _ in range(MOST):
        if S.left[0] <= enough or not price_step(material, N, S):
            break
        S.steps[0] += 1.0
        if go_along(material, N, S) < 1e-14:
            break
    return float(S.left[0])


def evaluate(material: int, N: Any, S: Any) -> float:
    """Excess of every market of a material at the prices on trial, with all slopes; the sum of their squares."""
    first, last = N.m_market[material], N.m_market[material + 1]
    for market in range(first, last):
        net_demand(market, N, S)
        if S.columns[0] > 0 and N.zone_of_country[N.q_country[market]] > 0:
            S.trial_price[market] = exp(S.trial_ln[market])
    place = N.m_passage[material]
    for passage in range(place, N.m_passage[material + 1]):
        margin = S.trial_ln[N.v_there[passage]] - S.trial_ln[N.v_here[passage]] - S.wedge[passage]
        if margin > 0.0 and ship(passage, margin, N, S):
            S.open_passage[place] = passage
            place += 1
        else:
            S.flow[passage] = 0.0
    S.opened[material] = place - N.m_passage[material]
    total = 0.0
    for market in range(first, last):
        total += (S.excess[market] / N.q_size[market]) ** 2
    return total


def net_demand(market: int, N: Any, S: Any) -> None:
    """What a country wants of a material on balance of the rest of the world at a price, t a year, and its slope.

    In the week use - output + what fills or empties stocks; ahead of it, over a horizon, use - output - what holders
    let go. Stock covers weeks of what is used now: who uses half wants half, and lets go of the other.
    """
    price_ln = S.trial_ln[market]
    gap, level = price_ln - N.q_base_ln[market], S.use_level[market]
    use, use_slope = firm_use(gap, level, S.use_elasticity[0], S.choke[0])
    output, output_slope = mine_output(gap, S.output_level[market], S.supply_elasticity[market], S.spare[market])
    answer = S.stock_answer[0]
    if S.ahead[0] > 0.0:
        released, released_slope = firm_released(price_ln - S.normal_ln[market], S.usable_stock[market], answer)
        needed = use / level if level > 0.0 else 1.0
        idle = S.cover_stock[market] - S.needed_stock[market] * needed
        if idle > 0.0 and level > 0.0:
            released += idle
            released_slope -= S.needed_stock[market] * use_slope / level
        S.excess[market] = use - output - released + S.seen_buying_of[market]
        S.slope[market] = use_slope - output_slope - released_slope
    else:
        above = S.holders_ln[market] - price_ln
        cover, cover_slope = (use / level, use_slope / level) if level > 0.0 else (1.0, 0.0)
        wanted, wanted_slope = firm_wanted(above, S.wanted_here[market], answer)
        missing = cover * wanted - S.held[market]
        missing_slope = cover * wanted_slope + cover_slope * wanted
        bought, bought_slope = firm_filled(missing, missing_slope, S.fill_of[market], S.release_of[market])
        forward, forward_slope = firm_wanted(above, S.forward_buying[market], answer)
        S.excess[market] = use - output + bought + forward + S.state_buying[market]
        S.slope[market] = use_slope - output_slope + bought_slope + forward_slope


def ship(passage: int, margin: float, N: Any, S: Any) -> bool:
    """What a passage carries at a margin, t a year, and its slopes in ln price there, in ln price here, and in the
    rent; False for nothing.

    Landed cost is price (1 + tax) + rent * gross tonnes per tonne where the passage is legal, and the price alone past
    the border.
    """
    here, group = N.v_here[passage], S.group[passage]
    own, in_rent = 1.0, 0.0
    if group >= 0 and S.quota[group] == LIMIT:
        taxed = S.trial_price[here] * (1.0 + S.tax[passage])
        landed = taxed + S.rent[group] * N.v_gross[passage]
        own = taxed / landed
        in_rent = N.v_gross[passage] / landed
        margin += log(own)
        if margin <= 0.0:
            return False
    flow, slope = market_carried(margin, N.v_scale[passage], S.room[passage], S.width[0])
    S.flow[passage] = flow
    S.by_there[passage] = slope
    S.by_here[passage] = -slope * own
    S.by_rent[passage] = -slope * in_rent
    S.excess[here] += flow
    S.excess[N.v_there[passage]] -= flow
    return True


def price_step(material: int, N: Any, S: Any) -> bool:
    """Changes of the log prices of a material that would clear, were everything straight; False where there are
    none."""
    first = N.m_market[material]
    size = N.m_market[material + 1] - first
    begin_material(material, 0, N, S)
    if not eliminate(S.matrix, S.sides, size, 1):
        return False
    for row in range(size):
        S.price_change[first + row] = S.sides[row]
    return True


def direction(N: Any, S: Any) -> bool:
    """Changes of all rents that would clear, were everything straight, and how prices answer; False where there are
    none."""
    rents = S.columns[0]
    begin_rents(N, S)
    for material in range(N.m_market.shape[0] - 1):
        first = N.m_market[material]
        size = N.m_market[material + 1] - first
        begin_material(material, rents, N, S)
        if not eliminate(S.matrix, S.sides, size, rents + 1):
            return False
        for cell in range(size * (rents + 1)):
            S.answers[first * (rents + 1) + cell] = S.sides[cell]
        gather_rents(material, N, S)
    if not eliminate(S.rent_matrix, S.rent_step, rents, 1):
        return False
    for market in range(S.price_ln.shape[0]):
        S.from_ln[market] = S.price_ln[market]
    for group in range(S.rent.shape[0]):
        S.from_rent[group] = S.rent[group]
        if S.quota[group] == LIMIT:
            S.rent_step[S.column[group]] = bounded(S.rent[group], S.rent_step[S.column[group]], N.u_value[group])
    S.steps[0] += 1.0
    return True


def begin_material(material: int, rents: int, N: Any, S: Any) -> None:
    """How the excesses of a material answer its prices (`matrix`), what each rent does to them, and what is to undo."""
    first, columns = N.m_market[material], rents + 1
    size = N.m_market[material + 1] - first
    for cell in range(size * size):
        S.matrix[cell] = 0.0
    for cell in range(size * columns):
        S.sides[cell] = 0.0
    for row in range(size):
        S.matrix[row * size + row] = S.slope[first + row]
        S.sides[row * columns + rents] = -S.excess[first + row]
    for place in range(N.m_passage[material], N.m_passage[material] + S.opened[material]):
        passage = S.open_passage[place]
        by_there, by_here = S.by_there[passage], S.by_here[passage]
        here, there = N.v_here[passage] - first, N.v_there[passage] - first
        S.matrix[here * size + there] += by_there
        S.matrix[there * size + there] -= by_there
        S.matrix[here * size + here] += by_here
        S.matrix[there * size + here] -= by_here
        group = S.group[passage]
        if rents > 0 and group >= 0 and S.quota[group] == LIMIT:
            S.sides[here * columns + S.column[group]] -= S.by_rent[passage]
            S.sides[there * columns + S.column[group]] += S.by_rent[passage]
    for row in range(size):
        if S.matrix[row * size + row] > -HELD_BY * N.q_size[first + row]:  # no demand and no open passage holds it
            S.matrix[row * size + row] -= N.q_size[first + row]


def begin_rents(N: Any, S: Any) -> None:
    """The system over the rents before any material, by Fischer's function."""
    rents = S.columns[0]
    for cell in range(rents * rents):
        S.rent_matrix[cell] = 0.0
    for group in range(S.rent.shape[0]):
        S.by_slack[group] = 0.0
        if S.quota[group] != LIMIT:
            continue
        row = S.column[group]
        slack = (S.limit[group] - S.shipped_gross[group]) / N.u_size[group]
        relative = S.rent[group] / N.u_value[group]
        length = sqrt(relative * relative + slack * slack)
        by_rent, by_slack = (1.0 - relative / length, 1.0 - slack / length) if length > 0.0 else (0.5, 0.5)
        S.rent_matrix[row * rents + row] = by_rent / N.u_value[group]
        S.by_slack[group] = by_slack / N.u_size[group]
        S.rent_step[row] = length - relative - slack


def gather_rents(material: int, N: Any, S: Any) -> None:
    """What a material adds to the system over the rents: how its gross exports answer each rent, prices following."""
    rents = S.columns[0]
    for place in range(N.m_passage[material], N.m_passage[material] + S.opened[material]):
        passage = S.open_passage[place]
        group = S.group[passage]
        if group < 0 or S.by_slack[group] == 0.0:
            continue
        row = S.column[group]
        weight = S.by_slack[group] * N.v_gross[passage]
        S.rent_matrix[row * rents + row] -= weight * S.by_rent[passage]
        here, there = N.v_here[passage] * (rents + 1), N.v_there[passage] * (rents + 1)
        for column in range(rents + 1):
            answer = S.by_there[passage] * S.answers[there + column] + S.by_here[passage] * S.answers[here + column]
            if column < rents:
                S.rent_matrix[row * rents + column] -= weight * answer
            else:
                S.rent_step[row] += weight * answer


def eliminate(matrix: Any, sides: Any, size: int, columns: int) -> bool:
    """Solve a small dense system in place by elimination; `sides` (size, columns) become the answers.

    No pivots are sought: an excess answers its own price at least as much as all others together do, and exports under
    one rent their own.
    """
    for row in range(size):
        own = row * size
        if matrix[own + row] == 0.0:
            return False
        over = 1.0 / matrix[own + row]
        matrix[own + row] = over
        for below in range(row + 1, size):
            place = below * size
            factor = matrix[place + row] * over
            if factor != 0.0:
                for column in range(row + 1, size):
                    matrix[place + column] -= factor * matrix[own + column]
                for column in range(columns):
                    sides[below * columns + column] -= factor * sides[row * columns + column]
    for row in range(size - 1, -1, -1):
        for column in range(columns):
            value = sides[row * columns + column]
            for right in range(row + 1, size):
                value -= matrix[row * size + right] * sides[right * columns + column]
            sides[row * columns + column] = value * matrix[row * size + row]
    return True


def go_along(material: int, N: Any, S: Any) -> float:
    """Go along the step to where the excesses no longer point on; returns the largest change of a log price.

    Without rents the excesses are the slopes of a concave function of the log prices, whose top clears the markets:
    along a step their product with it falls from above zero to below, so that the top is never lost. `left` becomes
    the sum of squares there.
    """
    first, last = N.m_market[material], N.m_market[material + 1]
    pull = 0.0
    for market in range(first, last):
        pull += S.excess[market] * S.price_change[market]
    part, nearer, pull_nearer, farther = 1.0, 0.0, pull, -1.0
    for _ in range(LOOKS):
        for market in range(first, last):
            S.trial_ln[market] = moved(S.price_ln[market], part * S.price_change[market], N.q_base_ln[market])
        S.left[0] = evaluate(material, N, S)
        here = 0.0
        for market in range(first, last):
            here += S.excess[market] * S.price_change[market] / max(0.25, 1.0 + part * S.price_change[market])
        if abs(here) <= 0.5 * pull or S.left[0] <= ENOUGH or (here > 0.0 and farther < 0.0):
            break
        if here > 0.0:
            nearer, pull_nearer = part, here
        else:
            farther = part
        chord = nearer + (farther - nearer) * pull_nearer / (pull_nearer - min(here, -1e-300)) if here < 0.0 else part
        part = min(max(chord, nearer + 0.1 * (farther - nearer)), farther - 0.1 * (farther - nearer))
        if here > 0.0:
            part = 0.5 * (nearer + farther)
    widest = 0.0
    for market in range(first, last):
        widest = max(widest, abs(S.trial_ln[market] - S.price_ln[market]))
        S.price_ln[market] = S.trial_ln[market]
    return widest


def _cleared(world: Any) -> Iterator[str]:
    """Every market and every kind of licence clears, to 1e-6 of what passes through it."""
    left = float(world.S.unsolved[0])
    if left <= 0.0:
        return
    S, N, layout = world.S, world.N, world.layout
    worst = int(np.argmax(np.abs(S.excess) / N.q_size))
    where = f"{layout.materials[N.q_mat[worst]]} in {layout.countries[N.q_country[worst]]}"
    shut = [
        f"{layout.countries[N.q_country[N.v_here[v]]]} to {layout.countries[N.q_country[N.v_there[v]]]}"
        for v in range(len(S.flow))
        if N.q_mat[N.v_here[v]] == N.q_mat[worst] and S.open_share[v] <= 0.0
    ]
    why = f"; shut: {', '.join(shut)}" if shut else ""
    size = abs(float(S.excess[worst])) / float(N.q_size[worst])
    yield f"{where} does not clear: {size:.1e} of what passes through it is left over{why}"


def _base(start: Any) -> Any:
    return start.N.q_base_ln


def _ordinary(start: Any) -> Any:
    """Stock of the base year in each market, under way and ore at refiners included: (markets,), t."""
    N, S = start.N, start.S
    total = np.bincount(N.s_market, S.usual, len(N.q_mat))
    market = N.q_of[N.r_country]
    held = S.product + S.feed * N.r_yield[:, None]
    np.add.at(total, market[market >= 0], held[market >= 0])
    return total


def _spare(start: Any) -> Any:
    """Stock of the base year that is held to be sold: (markets,), t."""
    N = start.N
    return np.bincount(N.s_market, start.S.stock * N.f_spare[N.s_firm], len(N.q_mat))


def _per_outcome(start: Any) -> Any:
    return np.tile(start.N.q_base_ln, (OUTCOMES, 1))


def _most(start: Any) -> int:
    """Markets of the material that has most."""
    return int(np.diff(start.N.m_market).max())


MECHANISM = Mechanism(
    "clearing",
    source="Samuelson (1952), Takayama and Judge (1971); Fischer (1992)",
    phases=(Phase(foreseen, after=("believed",)), Phase(clearing, after=("rooms",))),
    arrays=(
        Array("S.price_ln", "q", "ln USD/kg", "log of price", _base),
        Array("S.rent", "u", "USD/kg gross", "rent on a licence"),
        Array("S.use_level", "q", "t/year", "use at the base price"),
        Array("S.use_elasticity", "1", "1", "elasticity of use"),
        Array("S.choke", "1", "1", "how fast use gives way once a material is scarce"),
        Array("S.output_level", "q", "t/year", "output at the base price", lambda start: start.N.q_output),
        Array("S.supply_elasticity", "q", "1", "elasticity of output within the week, or the horizon"),
        Array("S.spare", "q", "share", "capacity that stands idle at the base price", 0.1),
        Array("S.normal_stock", "q", "t", "stock wanted at the expected price", _ordinary),
        Array("S.ordinary", "q", "t", "stock wanted in the base year", _ordinary),
        Array("S.spare_stock", "q", "t", "part of it that nobody needs to work with", _spare),
        Array("S.wanted_here", "q", "t", "stock wanted at the expected price, with what is shipped on for others"),
        Array("S.expected_ln", "q", "ln USD/kg", "log of the price that clears the horizon", _base),
        Array("S.normal_ln", "q", "ln USD/kg", "log of the price that holders think normal", _base),
        Array("S.position", "q", "t", "stock held and under way"),
        Array("S.held", "q", "t", "the same without what is held for a date"),
        Array("S.loss", "q", "share", "of use that holders expect to give up"),
        Array("S.stock_answer", "1", "1", "elasticity of wanted stock to the expected rise of price"),
        Array("S.until_date", "q", "years", "until what is told begins"),
        Array("S.fill_of", "q", "years", "over which missing stock is bought"),
        Array("S.forward_buying", "q", "t/year", "bought ahead of a date"),
        Array("S.leaves", "q", "t/year", "legal exports beyond those of the base year"),
        Array("S.transit", "q", "t/year", "shipped on for others"),
        Array("S.looked_withheld", "v", "share", "withheld of a passage at the last look ahead"),
        Array("S.looked_tax", "v", "share", "tax at the last look ahead"),
        Array("S.looked_tariff", "v", "share", "tariff at the last look ahead"),
        Array("S.looked_output", "q", "share", "output withheld at the last look ahead"),
        Array("S.looked_quota", "u", "share", "licences withheld at the last look ahead"),
        Array("S.ahead", "1", "1 or 0", "whether a horizon is cleared instead of a week"),
        Array("S.first_alike", "3", "index", "first outcome in which the same is believed", 0, "i8"),
        Array("S.ahead_ln", "3 q", "ln USD/kg", "log of the price over the horizon, in each outcome", _per_outcome),
        Array("S.ahead_rent", "3 u", "USD/kg gross", "rent over the horizon, in each outcome"),
        Array("S.week_ln", "q", "ln USD/kg", "log of price, put aside"),
        Array("S.week_use", "q", "t/year", "use at the base price, put aside"),
        Array("S.week_output", "q", "t/year", "output, put aside"),
        Array("S.week_rent", "u", "USD/kg gross", "rent, put aside"),
        Array("S.usable_stock", "q", "t/year", "stock that holders are ready to let go over the horizon"),
        Array("S.cover_stock", "q", "t/year", "stock that is kept as long as use goes on"),
        Array("S.needed_stock", "q", "t/year", "stock that the use of the base year needs"),
        Array("S.room", "v", "t/year", "what may pass"),
        Array("S.tax", "v", "share", "export tax"),
        Array("S.tariff", "v", "share", "import tariff"),
        Array("S.wedge", "v", "ln", "least log of the price there over the price here, but for a rent"),
        Array("S.open_passage", "v", "index", "passages that carry, from the first place of each material on", 0, "i8"),
        Array("S.opened", "m", "count", "how many of a material carry", 0, "i8"),
        Array("S.limit", "u", "t gross/year", "licences; below zero for none needed", -1.0),
        Array("S.excess", "q", "t/year", "net demand, plus what leaves, less what comes"),
        Array("S.slope", "q", "t/year", "slope of net demand in the log of price"),
        Array("S.flow", "v", "t/year", "what a passage carries", lambda start: start.N.v_flow),
        Array("S.by_there", "v", "t/year", "slope of a flow in the log of price there"),
        Array("S.by_here", "v", "t/year", "slope of a flow in the log of price here"),
        Array("S.by_rent", "v", "t/year per USD/kg", "slope of a flow in the rent"),
        Array("S.shipped_gross", "u", "t gross/year", "legal exports that need a licence"),
        Array("S.by_slack", "u", "1/(t gross/year)", "slope of a quota's condition in what is left of it"),
        Array("S.matrix", "n", "t/year", "slopes of the excesses of one material",
              lambda start: np.zeros(_most(start) ** 2)),
        Array("S.sides", "n", "t/year", "what each rent, and the excess, ask of the prices of one material",
              lambda start: np.zeros(_most(start) * (start.sizes["u"] + 1))),
        Array("S.answers", "n", "ln", "how prices answer each rent, and the excess",
              lambda start: np.zeros(start.sizes["q"] * (start.sizes["u"] + 1))),
        Array("S.rent_matrix", "n", "1", "slopes of the conditions of quotas",
              lambda start: np.zeros(start.sizes["u"] ** 2 + 1)),
        Array("S.rent_step", "n", "USD/kg gross", "step of the rents that are sought",
              lambda start: np.zeros(start.sizes["u"] + 1)),
        Array("S.price_change", "q", "ln", "step of the prices"),
        Array("S.trial_ln", "q", "ln USD/kg", "prices on trial"),
        Array("S.trial_price", "q", "USD/kg", "the same where licences may be needed to leave"),
        Array("S.quota", "u", "code", "0 none, 1 a limit, 2 nothing may leave"),
        Array("S.columns", "1", "count", "rents that are sought", 0, "i8"),
        Array("S.column", "u", "index", "place of a rent among those that are sought", 0, "i8"),
        Array("S.width", "1", "ln", "margin at which a passage carries its normal flow"),
        Array("S.steps", "1", "1", "steps that it took"),
        Array("S.from_ln", "q", "ln USD/kg", "prices at which a step was worked out"),
        Array("S.from_rent", "u", "USD/kg gross", "rents at which a step was worked out"),
        Array("S.rent_moved", "n", "USD/kg gross", "what is tried of a step of the rents that are sought",
              lambda start: np.zeros(start.sizes["u"] + 1)),
        Array("S.left", "1", "1", "sum of squares that a step leaves"),
        Array("S.unsolved", "1", "1", "what is left of the excesses where no prices were found"),
        Array("R.unsolved", "t", "1", "what is left of the excesses of a week where no prices were found"),
    ),
    checks=(_cleared,),
)  # fmt: skip
