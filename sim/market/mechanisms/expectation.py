"""Expectation: what holders believe will be withheld, from when and for how long, and what they do about it.

Whoever hears of an act knows its arithmetic: what it withholds of the flows of these countries in this material, from
when and until when. Words give it a probability. An act of a size s ends in one of three ways: nothing, part, which is
s (1 - s/2), or all; these outcomes are ranked and cut into three equal parts, for each of which `clearing.py` finds the
price over the horizon. A cut that nobody explained is expected to last `lasting` times as long as it has lasted.

P behaviour, N structure, X influences, I instruments, S state, R record; `dt` is a step in years.
"""

from math import exp
from typing import Any

from chokepoint.sim.engine.arrays import Array
from chokepoint.sim.engine.mechanism import Mechanism, Phase

OUTCOMES = 3  # equal parts of what may happen, from best to worst
LANE, QUOTA, SUPPLY, TAX, TARIFF = 0, 1, 2, 3, 4  # what an act withholds, or asks
RUMOUR, REPORT, THREAT, ACT = 0, 1, 2, 3  # how it is told
LOOK_WEEKS = 4  # between two looks at what may be withheld (assumption)
STIRRED = 0.01  # change of a cut that makes people look at once (assumption)
LATER = 10**5  # a week beyond all that is dated
CARRY = 0.12  # interest and storage, a year (assumption)
NOTICED = 0.004  # of supply: a cut that is smaller is not noticed (assumption)
PASSING_YEARS = 0.5  # a cut that has lasted longer is no calendar (assumption)
LEARNED = 0.5  # a year: how fast a stop that comes again in the same weeks is taken for a calendar (assumption)
NEWS_YEARS = 1.0  # over which insiders go on thinking of news (assumption)


def believed(step: int, dt: float, P: Any, N: Any, X: Any, I: Any, S: Any, R: Any) -> None:
    """The share of every flow that is expected to be withheld over the horizon, in each outcome.

    Looked at every four weeks, and whenever something is told, begins or ends, or a cut is seen to change.
    """
    if not news(step, I, S):
        for market in range(S.lead.shape[0]):
            S.lead[market] = max(0.0, S.lead[market] - 1.0)
            S.until_date[market] = max(0.0, S.until_date[market] - dt)
        for group in range(S.quota_lead.shape[0]):
            S.quota_lead[group] = max(0.0, S.quota_lead[group] - 1.0)
        for passage in range(N.v_here.shape[0]):
            I.expected_tax[passage] = max(I.expected_tax[passage], I.route_tax[passage])
            I.expected_tariff[passage] = max(I.expected_tariff[passage], I.route_tariff[passage])
        return
    span = span_of(dt, P, S)
    told = view(step, dt, P, I, S)
    S.withheld[:, :] = 0.0
    S.withheld_mean[:] = 0.0
    S.output_withheld[:, :] = 0.0
    for market in range(S.missing.shape[0]):
        for week in range(span):
            S.missing[market, week] = 0.0
    S.missed_for[:] = 0.0
    for passage in range(N.v_here.shape[0]):
        I.expected_tax[passage], I.expected_tariff[passage] = I.route_tax[passage], I.route_tariff[passage]
    for material in range(N.m_market.shape[0] - 1):
        if stirring(step, material, told, N, I, S):
            for passage in range(N.m_passage[material], N.m_passage[material + 1]):
                abroad = S.open_share[passage] < 1.0 or S.closed_for[passage] > 0.0 or I.told_abroad[0] > 0
                if N.v_zone[passage] > 0 or (abroad and N.v_legal[passage] > 0):
                    of_passage(step, dt, passage, span, P, N, I, S)
            for market in range(N.m_market[material], N.m_market[material + 1]):
                if S.output_normal[market] > 0.0:
                    of_output(step, dt, market, span, P, N, I, S)
        for market in range(N.m_market[material], N.m_market[material + 1]):
            ahead(step, dt, market, span, P, N, S)
    for group in range(S.free_gross.shape[0]):
        of_quota(step, dt, group, span, P, N, I, S)


def news(step: int, I: Any, S: Any) -> bool:
    """Whether holders think anew this week of what may be withheld."""
    anew = step % LOOK_WEEKS == 0
    for row in range(I.told_count[0]):
        if I.told_heard[row] == step or I.told_from[row] == step:
            anew = True
        if I.told_until[row] == step or I.told_valid[row] == step:
            anew = True
    for passage in range(S.open_share.shape[0]):
        if abs(S.open_share[passage] - S.seen_open[passage]) > STIRRED:
            anew = True
    for market in range(S.supply_cut.shape[0]):
        if abs(S.supply_cut[market] - S.seen_cut[market]) > STIRRED:
            anew = True
    for group in range(S.bound_for.shape[0]):
        if (I.licences_a_year[group] >= 0.0) != (S.seen_quota[group] > 0.0):
            anew = True
    S.looking[0] = 1 if anew else 0
    if anew:
        S.since[0] = step - S.last_look[0]
        S.last_look[0] = step
        for passage in range(S.open_share.shape[0]):
            S.seen_open[passage] = S.open_share[passage]
        for market in range(S.supply_cut.shape[0]):
            S.seen_cut[market] = S.supply_cut[market]
        for group in range(S.bound_for.shape[0]):
            S.seen_quota[group] = 1.0 if I.licences_a_year[group] >= 0.0 else 0.0
    return anew


def longer(lasted: float, dt: float, S: Any) -> float:
    """Years that something has lasted by now; what is seen for the first time began this week."""
    return lasted + (S.since[0] if lasted > 0.0 else 1) * dt


def span_of(dt: float, P: Any, S: Any) -> int:
    """Weeks of the horizon."""
    return int(min(S.path.shape[1], max(2, int(P.horizon_years / dt + 0.5))))


def view(step: int, dt: float, P: Any, I: Any, S: Any) -> int:
    """How probable each thing told is held to be now; returns how many are in view."""
    seen = 0
    for row in range(I.told_count[0]):
        S.weight[row] = 0.0
        if I.told_heard[row] > step or I.told_until[row] <= step or I.told_valid[row] <= step:
            continue
        kind = I.told_kind[row]
        if kind == RUMOUR:
            weight = P.rumour
        elif kind == REPORT:
            weight = P.report
        elif kind == THREAT:
            weight = P.threat
        else:
            weight = P.act
        if kind < ACT:
            weight *= exp(-(step - I.told_heard[row]) * dt / P.words_years)
        if weight > 1e-4:
            S.weight[row] = weight
            seen += 1
    return seen


def stirring(step: int, material: int, told: int, N: Any, I: Any, S: Any) -> bool:
    """Whether anything is believed of a material, or seen to be cut."""
    for row in range(I.told_count[0] if told > 0 else 0):
        if S.weight[row] > 0.0 and I.told_material[row, material] > 0.0:
            return True
    week = step % S.calendar.shape[0]
    for market in range(N.m_market[material], N.m_market[material + 1]):
        if S.supply_cut[market] > NOTICED or S.cut_for[market] > 0.0 or S.seen_twice[market] > 0.0:
            return True
        if S.calendar[week, market] > NOTICED:
            return True
    for passage in range(N.m_passage[material], N.m_passage[material + 1]):
        if S.open_share[passage] < 1.0 or S.closed_for[passage] > 0.0:
            return True
    return False


def part(probability: float, full: float, size: float, outcome: int) -> float:
    """Share withheld in one of the equal parts of the outcomes nothing, part (size (1 - size/2)) and all (size)."""
    low, high = outcome / OUTCOMES, (outcome + 1.0) / OUTCOMES
    none, some = 1.0 - probability, 1.0 - probability * full
    half = max(0.0, min(high, some) - max(low, none))
    whole = max(0.0, high - max(low, some))
    return OUTCOMES * (size * (1.0 - 0.5 * size) * half + size * whole)


def share_in_full(row: int, P: Any, I: Any) -> float:
    """Of what a told thing may come to, the part that withholds all it says: words speak of all or nothing."""
    return float(P.act_in_full) if I.told_kind[row] == ACT else 1.0


def together(before: float, share: float, kind: int) -> float:
    """What two things told withhold together: acts of what the others leave, words no more than the largest."""
    return before + share * (1.0 - before) if kind == ACT else max(before, share)


def concerned(actor: int, target: int, material: int, I: Any, S: Any) -> bool:
    """Whether anything in view is about the flow of a material from one country to another."""
    for row in range(I.told_count[0]):
        if S.weight[row] > 0.0 and I.told_actor[row] == actor:
            if I.told_target[row, target] > 0.0 and I.told_material[row, material] > 0.0:
                return True
    return False


def begun(step: int, row: int, material: int, seen: float, I: Any) -> bool:
    """Whether an act has begun as it was told: from then on it is believed as told, neither doubted nor judged by how
    long it has lasted."""
    told = I.told_share[row, material]
    enough = told > NOTICED and seen > NOTICED and seen >= told - 0.05
    return enough and I.told_kind[row] >= ACT and I.told_from[row] <= step


def eased(step: int, row: int, material: int, seen: float, I: Any) -> bool:
    """Whether an act has begun and withholds less than was told: what is seen of it is no riddle, and the rest is
    doubted as before."""
    some = I.told_share[row, material] > NOTICED and seen > NOTICED
    return some and I.told_kind[row] >= ACT and I.told_from[row] <= step


def of_passage(step: int, dt: float, passage: int, span: int, P: Any, N: Any, I: Any, S: Any) -> None:
    """What is believed of a passage: what is told of it, and a cut that is seen and that nobody explained."""
    here, there = N.v_here[passage], N.v_there[passage]
    actor, target, material = N.q_country[here], N.q_country[there], N.q_mat[here]
    if not concerned(actor, target, material, I, S) and S.open_share[passage] >= 1.0:
        S.closed_for[passage] = 0.0
        return
    for outcome in range(OUTCOMES):
        for week in range(span):
            S.path[outcome, week] = 0.0
    any_told, explained = False, False
    for row in range(I.told_count[0]):
        if S.weight[row] <= 0.0 or I.told_actor[row] != actor:
            continue
        if I.told_target[row, target] <= 0.0 or I.told_material[row, material] <= 0.0:
            continue
        first = max(0, I.told_from[row] - step)
        last = min(span, I.told_until[row] - step)
        if I.told_what[row] == LANE:
            any_told = True
            full = share_in_full(row, P, I)
            seen = 1.0 - S.open_share[passage]
            as_told = begun(step, row, material, seen, I)
            under_way = as_told or eased(step, row, material, seen, I)
            explained = explained or under_way
            size = I.told_share[row, material]
            for outcome in range(OUTCOMES):
                share = size if as_told else part(S.weight[row], full, size, outcome)
                if under_way:
                    share = max(share, min(size, seen))
                for week in range(first, last):
                    S.path[outcome, week] = together(S.path[outcome, week], share, I.told_kind[row])
        elif I.told_what[row] == TAX and I.told_from[row] > step:
            weight = S.weight[row] * max(0, last - first) / span
            I.expected_tax[passage] = (1.0 - weight) * I.expected_tax[passage] + weight * I.told_share[row, material]
        elif I.told_what[row] == TARIFF and I.told_from[row] > step:
            weight = S.weight[row] * max(0, last - first) / span
            I.expected_tariff[passage] += weight * (I.told_share[row, material] - I.expected_tariff[passage])
    cut = S.open_share[passage] < 1.0 and N.v_flow[passage] > 0.0
    S.closed_for[passage] = longer(S.closed_for[passage], dt, S) if cut else 0.0
    if explained:
        S.missed_for[there] = P.horizon_years
    if cut and not explained:
        S.missed_for[there] = max(S.missed_for[there], S.closed_for[passage])
        weeks = min(span, int(P.lasting * S.closed_for[passage] / dt) + 1)
        any_told = True
        for outcome in range(OUTCOMES):
            for week in range(weeks):
                S.path[outcome, week] = max(S.path[outcome, week], 1.0 - S.open_share[passage])
    if not any_told:
        return
    flow = S.usual_flow[passage] / max(S.use_planned[there], 1e-12) / OUTCOMES
    for outcome in range(OUTCOMES):
        S.withheld[outcome, passage] = felt(outcome, span, dt, P, S)
        S.withheld_mean[passage] += S.withheld[outcome, passage] / OUTCOMES
        for week in range(span):
            S.missing[there, week] += S.path[outcome, week] * flow


def felt(outcome: int, span: int, dt: float, P: Any, S: Any) -> float:
    """What a path of cuts comes to over the horizon: its mean, or that of its second half less carry if that is more,
    since stock carries a late cut forward."""
    early, late = 0.0, 0.0
    for week in range(span // 2):
        early += S.path[outcome, week]
    for week in range(span // 2, span):
        late += S.path[outcome, week]
    return float(max((early + late) / span, exp(-0.5 * CARRY * span * dt) * late / (span - span // 2)))


def of_output(step: int, dt: float, market: int, span: int, P: Any, N: Any, I: Any, S: Any) -> None:
    """What is believed of a country's output: the calendar, what is told, and a stop that is seen and not explained."""
    actor, material = N.q_country[market], N.q_mat[market]
    weeks = S.calendar.shape[0]
    usual = S.calendar[step % weeks, market]
    cut = S.supply_cut[market]
    known = False
    for outcome in range(OUTCOMES):
        for week in range(span):
            S.path[outcome, week] = 0.0
    explained = False
    for row in range(I.told_count[0]):
        if S.weight[row] <= 0.0 or I.told_what[row] != SUPPLY or I.told_actor[row] != actor:
            continue
        if I.told_material[row, material] <= 0.0:
            continue
        known = True
        first, last = max(0, I.told_from[row] - step), min(span, I.told_until[row] - step)
        as_told = begun(step, row, material, cut, I)
        under_way = as_told or eased(step, row, material, cut, I)
        explained = explained or under_way
        full = share_in_full(row, P, I)
        size = I.told_share[row, material]
        if not as_told and I.told_kind[row] >= ACT:  # mines that go on although they were told to stop
            since = step - max(I.told_from[row], I.told_heard[row])
            size *= exp(-max(0, since) * dt / P.words_years)
        for outcome in range(OUTCOMES):
            share = size if as_told else part(S.weight[row], full, size, outcome)
            if under_way:
                share = max(share, min(I.told_share[row, material], cut))
            for week in range(first, last):
                S.path[outcome, week] = together(S.path[outcome, week], share, I.told_kind[row])
    slot = step % weeks
    for week in range(span):
        if S.calendar[slot, market] > 0.0:
            known = True
            for outcome in range(OUTCOMES):
                S.path[outcome, week] = max(S.path[outcome, week], S.calendar[slot, market])
        slot = slot + 1 if slot + 1 < weeks else 0
    seen = cut > usual + NOTICED
    S.cut_for[market] = longer(S.cut_for[market], dt, S) if seen else 0.0
    if not (known or seen):
        return  # nothing is believed of it
    if seen and not explained:
        for outcome in range(OUTCOMES):
            for week in range(min(span, int(P.lasting * S.cut_for[market] / dt) + 1)):
                S.path[outcome, week] = max(S.path[outcome, week], cut)
    elif cut < usual - NOTICED:
        for outcome in range(OUTCOMES):
            S.path[outcome, 0] = cut
    world = 0.0
    for other in range(N.m_market[material], N.m_market[material + 1]):
        world += S.output_normal[other]
        lasted = P.horizon_years if explained else S.cut_for[market]
        S.missed_for[other] = max(S.missed_for[other], lasted)
    of_world = S.output_normal[market] / world / OUTCOMES
    for outcome in range(OUTCOMES):
        S.output_withheld[outcome, market] = felt(outcome, span, dt, P, S)
        for other in range(N.m_market[material], N.m_market[material + 1]):
            for week in range(span):
                S.missing[other, week] += S.path[outcome, week] * of_world


def ahead(step: int, dt: float, market: int, span: int, P: Any, N: Any, S: Any) -> None:
    """Buying ahead of a date: what use will miss beyond the mean of the horizon, bought in the weeks that are left.

    The largest cumulative excess of missing supply over its mean (sequent peak) is bought; a loss for good gives none.
    """
    early, late = 0.0, 0.0
    for week in range(span):
        S.missing[market, week] = min(1.0, S.missing[market, week])
    for week in range(span // 2):
        early += S.missing[market, week]
    for week in range(span // 2, span):
        late += S.missing[market, week]
    mean, late = (early + late) / span, late / (span - span // 2)
    S.lasts[market] = min(1.0, late / mean) if mean > 1e-6 else 0.0
    S.lead[market] = 0.0
    S.forward_buying[market] = 0.0
    if mean <= 1e-9:
        S.forward[market] = 0.0
        return
    peak, total, first = 0.0, 0.0, span
    for week in range(span):
        total += S.missing[market, week] - mean
        peak = max(peak, total)
        if first == span and S.missing[market, week] > 0.5 * mean + 0.01:
            first = week
    S.lead[market] = first if first < span else 0.0
    goal = P.buying_ahead * peak * S.use_planned[market] * dt
    if goal > S.forward[market] and first < span:
        if first > 0:
            S.forward_buying[market] = (goal - S.forward[market]) / (max(first, 2) * dt)
    else:
        S.forward[market] = min(S.forward[market], goal)


def of_quota(step: int, dt: float, group: int, span: int, P: Any, N: Any, I: Any, S: Any) -> None:
    """What is believed of a quota: what it leaves less than free exports need, now and as it is told."""
    actor = N.state_of_zone[group // 2 + 1]
    free = S.free_gross[group]
    S.quota_lead[group], S.quota_lasts[group] = span, 0.0
    S.quota_mean[group] = 0.0
    for outcome in range(OUTCOMES):
        S.quota_withheld[outcome, group] = 0.0
    binds = 0.0
    if I.licences_a_year[group] >= 0.0 and free > 0.0:
        binds = max(0.0, 1.0 - I.licences_a_year[group] / free)
    S.bound_for[group] = longer(S.bound_for[group], dt, S) if binds > NOTICED else 0.0
    weeks = min(span, int(P.lasting * S.bound_for[group] / dt) + 1) if binds > NOTICED else 0
    as_told = False
    for row in range(I.told_count[0]):
        if S.weight[row] > 0.0 and I.told_what[row] == QUOTA and I.told_actor[row] == actor:
            as_told = as_told or begun(step, row, 0, binds, I)
    S.quota_told[group] = known_weeks(step, actor, span, I, S) / span if as_told else 0.0
    if as_told:
        weeks = 0
    mean, late = 0.0, 0.0
    for outcome in range(OUTCOMES):
        for week in range(span):
            S.path[outcome, week] = binds if week < weeks else 0.0
        for row in range(I.told_count[0]):
            if S.weight[row] <= 0.0 or I.told_what[row] != QUOTA or I.told_actor[row] != actor:
                continue
            if I.told_part[row] >= 0 and I.told_part[row] != group % 2:
                continue
            share = part(S.weight[row], share_in_full(row, P, I), I.told_share[row, 0], outcome)
            if as_told and I.told_kind[row] >= ACT:
                share = I.told_share[row, 0]
            for week in range(max(0, I.told_from[row] - step), min(span, I.told_until[row] - step)):
                S.path[outcome, week] = max(S.path[outcome, week], share)
        if as_told:
            S.path[outcome, 0] = binds
        for week in range(span):
            if S.path[outcome, week] > 0.02 and week < S.quota_lead[group]:
                S.quota_lead[group] = week
            mean += S.path[outcome, week] / span / OUTCOMES
            if week >= span // 2:
                late += S.path[outcome, week] / (span - span // 2) / OUTCOMES
        S.quota_withheld[outcome, group] = felt(outcome, span, dt, P, S)
        S.quota_mean[group] += S.quota_withheld[outcome, group] / OUTCOMES
    S.quota_lasts[group] = min(1.0, late / mean) if mean > 1e-6 else 0.0


def known_weeks(step: int, actor: int, span: int, I: Any, S: Any) -> float:
    """Weeks of the horizon for which quotas are told with their ends; what comes after is a guess."""
    until = step
    for _ in range(I.told_count[0]):
        before = until
        for row in range(I.told_count[0]):
            if S.weight[row] > 0.0 and I.told_what[row] == QUOTA and I.told_actor[row] == actor:
                if I.told_from[row] <= until + 1 and I.told_until[row] < LATER and I.told_until[row] > until:
                    until = I.told_until[row]
        if until == before or until >= step + span:
            break
    return min(float(span), until - step)


def insiders(step: int, dt: float, P: Any, N: Any, X: Any, I: Any, S: Any, R: Any) -> None:
    """What holders in a country that restricts its exports expect: while goods can still leave, part of what outsiders
    do; nobody waits for what is certain.

    ln E / N = own + (1 - certain) max(0, follow * openness^elasticity * e^(-age of the news) * outsiders' - own).
    Before the date of an act all count carry up to it, and insiders sell what they will not need over the weeks that
    are left.
    """
    for market in range(N.q_mat.shape[0]):
        S.holders_ln[market] = S.expected_ln[market]
        if S.expected_ln[market] > S.normal_ln[market]:  # what is dear from a date on is worth less until then
            S.holders_ln[market] -= min(CARRY * S.until_date[market], S.expected_ln[market] - S.normal_ln[market])
        S.release_of[market] = P.release_years
        zone = N.zone_of_country[N.q_country[market]]
        if zone <= 0:
            continue
        material, actor = N.q_mat[market], N.q_country[market]
        weight, above, leaves, hidden, lead = 0.0, 0.0, 0.0, 0.0, 0.0
        for passage in range(N.m_passage[material], N.m_passage[material + 1]):
            if N.v_here[passage] != market or N.v_zone[passage] == 0 or S.usual_flow[passage] <= 0.0:
                continue
            there = N.v_there[passage]
            weight += S.usual_flow[passage]
            above += S.usual_flow[passage] * (S.expected_ln[there] - S.normal_ln[there])
            leaves += S.usual_flow[passage] * min(1.0, S.open_share[passage])
            hidden = max(hidden, S.withheld_mean[passage])
            lead += S.usual_flow[passage] * S.lead[there]
        if weight <= 0.0:
            continue
        group = 2 * (zone - 1) + I.quota_part[zone, material]
        hidden = max(hidden, S.quota_mean[group])
        if hidden <= 0.0:
            continue
        own = S.expected_ln[market] - S.normal_ln[market]
        begun_already, age = news_of(step, dt, actor, I, S)
        if begun_already or S.bound_for[group] > 0.0:
            openness = leaves / weight
            if I.licences_a_year[group] >= 0.0 and S.free_gross[group] > 0.0:
                openness = min(openness, I.licences_a_year[group] / S.free_gross[group])
            shared = P.follow * openness**P.follow_openness * exp(-age / NEWS_YEARS) * above / weight
            S.holders_ln[market] += (1.0 - S.quota_told[group]) * max(0.0, shared - own)
        elif own < 0.0 and S.output_normal[market] > 0.0:  # use at home stays, and what it needs is kept
            exported = max(0.0, 1.0 - S.use_planned[market] / S.output_normal[market])
            S.holders_ln[market] = S.normal_ln[market] + own * exported
            left = S.quota_lead[group] if S.quota_mean[group] > 0.0 else lead / weight
            S.release_of[market] = max(P.release_years, left * dt)


def felt_at_all(row: int, I: Any) -> bool:
    """Whether a thing told withholds anything to speak of, of any material."""
    for material in range(I.told_share.shape[1]):
        if I.told_share[row, material] > 0.02:
            return True
    return False


def news_of(step: int, dt: float, actor: int, I: Any, S: Any) -> tuple[bool, float]:
    """Whether anything told of a state's exports has begun, and the years since the latest did."""
    begun, age = False, 1e9
    for row in range(I.told_count[0]):
        if I.told_actor[row] != actor or I.told_heard[row] > step:
            continue
        what = I.told_what[row]
        if (what != LANE and what != QUOTA) or not felt_at_all(row, I):
            continue
        since = min(max(I.told_from[row], I.told_heard[row]), step)
        age = min(age, (step - since) * dt)
        if S.weight[row] > 0.0 and I.told_from[row] <= step:
            begun = True
    return begun, age


def calendars(step: int, dt: float, P: Any, N: Any, X: Any, I: Any, S: Any, R: Any) -> None:
    """A stop that was seen in the same weeks of two years is taken for a calendar."""
    week = step % S.calendar.shape[0]
    for market in range(S.supply_cut.shape[0]):
        cut = S.supply_cut[market]
        passing = S.cut_for[market] < PASSING_YEARS
        again = min(S.last_year[week, market], cut) if passing else 0.0
        S.calendar[week, market] += LEARNED * (again - S.calendar[week, market])
        if S.calendar[week, market] > NOTICED:
            S.seen_twice[market] = 1.0
        S.last_year[week, market] = cut
        if S.forward_buying[market] > 0.0:
            bought = S.forward_buying[market] * exp(P.stock_elasticity * (S.holders_ln[market] - S.price_ln[market]))
            S.forward[market] += bought * dt


MECHANISM = Mechanism(
    "expectation",
    source="rational expectations over outcomes of an act; the time that a cut has lasted: Lindy",
    phases=(
        Phase(believed, after=("quotas",)),
        Phase(insiders, after=("foreseen",)),
        Phase(calendars, after=("routes",)),
    ),
    arrays=(
        Array("I.told_count", "1", "count", "things that are or will be told", 0, "i8"),
        Array("I.told_abroad", "1", "1 or 0", "whether a country without a border is told of", 0, "i8"),
        Array("I.told_heard", "g", "week", "when it is heard", 0, "i8"),
        Array("I.told_kind", "g", "code", "rumour, report, threat, act", 0, "i8"),
        Array("I.told_what", "g", "code", "what it withholds: flows, licences, output; or a tax or tariff", 0, "i8"),
        Array("I.told_actor", "g", "index", "country that would do it, or whose exports another bars", 0, "i8"),
        Array("I.told_share", "g m", "share", "withheld of a material, or asked as a tax; of licences alike for all"),
        Array("I.told_material", "g m", "1 or 0", "materials it is about"),
        Array("I.told_from", "g", "week", "from which it is in force", 0, "i8"),
        Array("I.told_until", "g", "week", "at which it ends", 0, "i8"),
        Array("I.told_valid", "g", "week", "at which something later takes its place", 0, "i8"),
        Array("I.told_part", "g", "code", "kind of licence it is about; -1 for both", 0, "i8"),
        Array("I.told_target", "g c", "1 or 0", "countries whose flows it withholds"),
        Array("S.looking", "1", "1 or 0", "whether holders think anew this week", 0, "i8"),
        Array("S.last_look", "1", "week", "when they did last", 0, "i8"),
        Array("S.since", "1", "weeks", "between the last two looks", 0, "i8"),
        Array("S.seen_open", "v", "share", "of the base year's flow that the law let pass at the last look", 1.0),
        Array("S.seen_cut", "q", "share", "of output that was stopped at the last look"),
        Array("S.seen_quota", "u", "1 or 0", "whether licences were needed at the last look"),
        Array("I.expected_tax", "v", "share", "tax that is expected over the horizon"),
        Array("I.expected_tariff", "v", "share", "tariff that is expected over the horizon"),
        Array("S.weight", "g", "share", "probability that is given to a thing told"),
        Array("S.path", "3 h", "share", "withheld week by week, in each outcome"),
        Array("S.withheld", "3 v", "share", "of a passage's flow over the horizon, in each outcome"),
        Array("S.withheld_mean", "v", "share", "mean over outcomes"),
        Array("S.output_withheld", "3 q", "share", "of a country's output over the horizon, in each outcome"),
        Array("S.quota_withheld", "3 u", "share", "of what free exports need in licences, in each outcome"),
        Array("S.quota_mean", "u", "share", "mean over outcomes"),
        Array("S.quota_lead", "u", "weeks", "until a quota is expected to bind"),
        Array("S.quota_lasts", "u", "share", "how far it is expected to stay"),
        Array("S.quota_told", "u", "share", "of the horizon, for which it is in force as it was told"),
        Array("S.bound_for", "u", "years", "a quota has bound"),
        Array("S.closed_for", "v", "years", "a passage has been cut without a told end"),
        Array("S.cut_for", "q", "years", "output has been cut beyond the calendar"),
        Array("S.calendar", "52 q", "share", "output that is expected to be stopped in a week of the year"),
        Array("S.last_year", "52 q", "share", "output that was stopped in that week last year"),
        Array("S.seen_twice", "q", "1 or 0", "whether anything stands in the calendar"),
        Array("S.missing", "q h", "share", "of use that is expected to be missing, week by week"),
        Array("S.missed_for", "q", "years", "something has been missing"),
        Array("S.lasts", "q", "share", "how far what is missing is expected to stay"),
        Array("S.lead", "q", "weeks", "until it begins"),
        Array("S.forward", "q", "t", "stock held for a date"),
        Array("S.release_of", "q", "years", "over which holders let go of stock that they do not want"),
        Array("S.holders_ln", "q", "ln USD/kg", "log of the price that holders of a market expect",
              lambda start: start.N.q_base_ln),
    ),
)  # fmt: skip
