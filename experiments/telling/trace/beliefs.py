"""Why holders of a market expect what they expect: what is told and in view, what is seen to be cut, and what they
therefore count on to be withheld."""

from chokepoint.sim.market.mechanisms.expectation import (
    ACT,
    LANE,
    NOTICED,
    QUOTA,
    REPORT,
    RUMOUR,
    SUPPLY,
    TARIFF,
    TAX,
    THREAT,
    begun,
)
from chokepoint.sim.politics.governed import GovernedWorld

KINDS = {RUMOUR: "rumour", REPORT: "report", THREAT: "threat", ACT: "act"}
MOST_TOLD, LEAST = 6, 0.001
WEEKS_A_YEAR = 52.18


def percent(share: float) -> str:
    """A share in per cent."""
    return f"{100.0 * share:.3g} %"


def beliefs(world: GovernedWorld, market: int) -> list[str]:
    """What holders of a market believe and why, a line each, right after the phase `clearing`."""
    return [*withheld(world, market), *seen_cuts(world, market), *told_in_view(world, market)]


def withheld(world: GovernedWorld, market: int) -> list[str]:
    """What is counted on to be withheld over the horizon: of flows from and to here, of licences, of output."""
    N, S = world.N, world.S
    found = []
    for v in range(len(N.v_here)):
        if market in (N.v_here[v], N.v_there[v]) and S.withheld_mean[v] > LEAST and S.usual_flow[v] > 0.0:
            comes = N.v_there[v] == market
            other = world.countries[N.q_country[N.v_here[v] if comes else N.v_there[v]]]
            share = percent(float(S.withheld_mean[v]))
            found.append(f"{share} of the usual flow {'from' if comes else 'to'} {other} counted on to be withheld")
    material = N.q_mat[market]
    groups = {int(g) for v, g in enumerate(S.group) if g >= 0 and N.q_mat[N.v_here[v]] == material}
    for group in sorted(groups):
        if S.quota_mean[group] > LEAST:
            state = world.countries[N.state_of_zone[group // 2 + 1]]
            share = percent(float(S.quota_mean[group]))
            found.append(f"licences of {state} counted on to fall {share} short of what free exports need")
    for q in range(int(N.m_market[material]), int(N.m_market[material + 1])):
        lost = float(S.output_withheld[:, q].mean())
        if lost > LEAST:
            where = world.countries[N.q_country[q]]
            found.append(f"{percent(lost)} of the output of {where} counted on to stand still")
    return found


def seen_cuts(world: GovernedWorld, market: int) -> list[str]:
    """Cuts that are seen: whether they are as told, or else how long they are taken to last."""
    N, S, step, material = world.N, world.S, world.step, world.N.q_mat[market]
    found = []
    for v in range(len(N.v_here)):
        if N.v_there[v] == market and S.closed_for[v] > 0.0 and N.v_flow[v] > 0.0:
            origin, cut = int(N.q_country[N.v_here[v]]), 1.0 - float(S.open_share[v])
            rows = told_rows(world, market, LANE, origin, int(N.q_country[market]))
            what = f"{percent(cut)} of the flow from {world.countries[origin]} cut"
            as_told = any(begun(step, row, material, cut, world.I) for row in rows)
            found.append(_lasts(world, what, float(S.closed_for[v]), as_told))
    for q in range(int(N.m_market[N.q_mat[market]]), int(N.m_market[N.q_mat[market] + 1])):
        place, cut = int(N.q_country[q]), float(S.supply_cut[q])
        if S.cut_for[q] > 0.0 and cut > NOTICED:
            rows = told_rows(world, market, SUPPLY, place)
            what = f"{percent(cut)} of the output of {world.countries[place]} stopped"
            as_told = any(begun(step, row, material, cut, world.I) for row in rows)
            found.append(_lasts(world, what, float(S.cut_for[q]), as_told))
        if S.calendar[step % len(S.calendar), q] > NOTICED:
            found.append(f"a stop in {world.countries[place]} in these weeks of the year is expected every year")
    return found


def _lasts(world: GovernedWorld, what: str, years: float, as_told: bool) -> str:
    """A cut that is seen, and how long it is taken to last."""
    weeks = round(years * WEEKS_A_YEAR)
    seen = f"{what} for {weeks} week{'' if weeks == 1 else 's'}"
    if as_told:
        return f"{seen}, as told"
    return f"{seen}, which nobody explained: taken to last {world.P.lasting:g} times as long again"


def told_rows(world: GovernedWorld, market: int, what: int, actor: int, target: int | None = None) -> list[int]:
    """Things told of the material of a market that are held possible: of one kind, by an actor, to a target."""
    I, S, material = world.I, world.S, world.N.q_mat[market]
    return [
        row
        for row in range(int(I.told_count[0]))
        if S.weight[row] > 0.0 and I.told_what[row] == what and I.told_actor[row] == actor
        and I.told_material[row, material] > 0.0 and (target is None or I.told_target[row, target] > 0.0)
    ]  # fmt: skip


def told_in_view(world: GovernedWorld, market: int) -> list[str]:
    """What is told of the material of a market and held possible, the loudest first."""
    N, I, S = world.N, world.I, world.S
    material = N.q_mat[market]
    rows = [
        row
        for row in range(int(I.told_count[0]))
        if S.weight[row] > 0.0 and I.told_material[row, material] > 0.0 and I.told_share[row, material] > 0.0
    ]
    rows.sort(key=lambda row: -float(S.weight[row] * I.told_share[row, material]))
    lines = [_told(world, row, int(material)) for row in rows[:MOST_TOLD]]
    more = len(rows) - MOST_TOLD
    if more > 0:
        lines.append(f"{more} more thing{'' if more == 1 else 's'} told")
    return lines


def _told(world: GovernedWorld, row: int, material: int) -> str:
    """One thing told: who, what, how much, from when, until when; and how probable it is held to be, or that it has
    begun as told."""
    I, S, day_of = world.I, world.S, world.calendar.day_of
    actor, share = world.countries[I.told_actor[row]], percent(float(I.told_share[row, material]))
    targets = [name for name, about in zip(world.countries, I.told_target[row], strict=True) if about > 0.0]
    whom = "all" if len(targets) >= len(world.countries) else ", ".join(targets)
    what = {
        LANE: f"{actor} withholds {share} of its flow to {whom}",
        QUOTA: f"licences of {actor} fall {share} short of free exports",
        SUPPLY: f"{share} of the output of {actor} stands still",
        TAX: f"{actor} taxes exports to {whom} at {share}",
        TARIFF: f"a tariff of {share} on what {whom} imports from {actor}",
    }[int(I.told_what[row])]
    first, last = int(I.told_from[row]), int(I.told_until[row])
    until = f" to {day_of(last)}" if last < world.calendar.steps else ""
    known = world.politics.told.rows
    act = f" ({known[row].act})" if row < len(known) and known[row].act else ""
    in_force = begun(world.step, row, material, seen_of(world, row, material), I)
    belief = "in force as told" if in_force else f"held {percent(float(S.weight[row]))} probable"
    kind, heard = KINDS[int(I.told_kind[row])], day_of(int(I.told_heard[row]))
    return f"{kind} told {heard}{act}: {what}, from {day_of(first)}{until}, {belief}"


def seen_of(world: GovernedWorld, row: int, material: int) -> float:
    """How much of what is told is seen to be withheld now: of flows, licences or output of its actor, as a share."""
    N, I, S = world.N, world.I, world.S
    actor, what = int(I.told_actor[row]), int(I.told_what[row])
    if what == LANE:
        shut = [
            1.0 - float(S.open_share[v])
            for v in range(int(N.m_passage[material]), int(N.m_passage[material + 1]))
            if N.q_country[N.v_here[v]] == actor
            and N.v_legal[v] > 0
            and I.told_target[row, N.q_country[N.v_there[v]]] > 0.0
        ]
        return max(shut, default=0.0)
    if what == SUPPLY and N.q_of[actor, material] >= 0:
        return float(S.supply_cut[N.q_of[actor, material]])
    if what == QUOTA:
        zone = int(N.zone_of_country[actor])
        group = 2 * (zone - 1) + int(I.quota_part[zone, material])
        if I.licences_a_year[group] >= 0.0 and S.free_gross[group] > 0.0:
            return 1.0 - float(I.licences_a_year[group]) / float(S.free_gross[group])
    return 0.0
