"""From what states decide to standing orders that the kernel carries out.

Each instrument has one function that writes its setting into the arrays. Licences are granted to holders by
their shares and lapse with the year of their quota, unless carried over.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from chokepoint.agents.doctrines import replay
from chokepoint.agents.exporting_state import ExportingState, Measure
from chokepoint.agents.importing_government import ImportingGovernment
from chokepoint.sim.politics import litigation, pledges
from chokepoint.sim.scenario.tables import Event, Scenario

if TYPE_CHECKING:
    from chokepoint.sim.market.world import World


def measure_of(event: Event) -> Measure:
    """The measure of an admitted event; a quota is in force from the day it is announced, not before."""
    start = max(event.start, event.date) if event.instrument == "export_quota" else event.start
    return Measure(
        event.id, event.instrument, event.actor, tuple(event.target.split(";")), tuple(event.scope.split("|")),
        event.value, event.unit, start, event.end, event.note,
    )  # fmt: skip


def measures(scenario: Scenario) -> dict[str, list[Measure]]:
    """The admitted measures of each actor."""
    found: dict[str, list[Measure]] = {}
    for event in scenario.events:
        if event.admitted == "yes":
            found.setdefault(event.actor, []).append(measure_of(event))
    return found


def states(
    scenario: Scenario, history: dict[str, list[Measure]]
) -> tuple[list[ExportingState], list[ImportingGovernment]]:
    """The states of a scenario, each with its doctrine and the measures that history gave it."""
    stances = {stance.country: stance for stance in scenario.stances.values()}
    exporting, importing = [], []
    for c in scenario.countries:
        stance = stances.get(c.country)
        keeps = stance is None or stance.keeps_history
        own = replay.Doctrine(replay.Settings(), history.get(c.country, []) if keeps else [])
        if c.role == "exporting_state":
            exporting.append(ExportingState(c.country, own, stance.made() if stance else None, zone=c.zone))
        elif c.role == "importing_government":
            importing.append(ImportingGovernment(c.country, own, stance.made() if stance else None))
    return exporting, importing


def apply(world: World, measure: Measure) -> None:
    """Write one measure into the instruments."""
    HANDLERS[measure.instrument](world, measure)


def hold_shares(world: World) -> None:
    """Set the share of this week's days on which cargo to each destination, or the ore of a mine, is held."""
    I = world.I
    first = world.calendar.day_of(world.step)
    length = world.calendar.day_of(world.step + 1) - first
    I.embargo[:] = 0.0
    I.closure[:] = 0.0
    I.held[:] = 0.0
    world.holds = [m for m in world.holds if m.end is None or m.end >= first]
    for m in world.holds:
        begin = max(m.start, first)
        end = first + length if m.end is None else min(m.end + timedelta(days=1), first + length)
        share = max(0.0, (end - begin) / length)
        if m.instrument == "ore_hold":
            for k in (world.mines.index(name) for name in m.targets):
                I.held[k] = max(I.held[k], share)
            continue
        setting = I.embargo if m.instrument == "embargo" else I.closure
        zone = world.zone_of(m.actor)
        for c in _targets(world, m):
            setting[zone, c] = max(setting[zone, c], share)


def _targets(world: World, measure: Measure) -> list[int]:
    if "all" in measure.targets:
        return list(range(len(world.countries)))
    return [world.countries.index(t) for t in measure.targets if t in world.countries]


def _export_quota(world: World, m: Measure) -> None:
    I, N, zone = world.I, world.N, world.zone_of(m.actor)
    holders = world.layout.licensed[zone]
    world.quotas[zone] = None if m.value is None or m.lifted else m.value
    if m.value is None or m.lifted:
        I.quota_on[zone] = 0.0
        I.licence[holders] = 0.0
        return
    part = 1 if m.scope[-1] == "heavy" else 0
    world.licence_years.setdefault(zone, m.start.year)
    if m.start.year != world.licence_years[zone]:
        if world.carry_over.get(zone) != m.start.year:
            I.licence[holders] = 0.0
        world.licence_years[zone] = m.start.year
    if part == 1:
        I.quota_part[zone] = N.m_family
    I.quota_on[zone] = 1.0
    I.licence[holders, part] += m.value * N.r_licence_share[holders]
    if m.end is not None:
        I.licence_end[zone] = world.calendar.step_of(m.end) + 1


def _quota_carry_over(world: World, m: Measure) -> None:
    zone = world.zone_of(m.actor)
    if m.lifted:
        world.carry_over.pop(zone, None)
    else:
        world.carry_over[zone] = m.start.year


def _export_tax(world: World, m: Measure) -> None:
    """History's taxes follow each other; the end of a doctrine's own brings back what it replaced."""
    if "metal" in m.scope[1:]:
        return  # a duty on one form of a material is recorded, not priced: prices are those of oxides
    zone = world.zone_of(m.actor)
    for name in m.scope[0].split(";"):
        if name not in world.materials:
            continue
        place = zone, world.materials.index(name)
        if m.lifted:
            world.I.tax[place] = world.taxes.pop(place, world.I.tax[place])
        else:
            world.I.tax[place] = (m.value or 0.0) / 100.0


def _hold(world: World, m: Measure) -> None:
    """An embargo, closure or ore hold: in force by days, so that a hold of ten days holds ten days of cargo or ore."""
    if not m.lifted:
        world.holds.append(m)


def _inspection(world: World, m: Measure) -> None:
    zone = world.zone_of(m.actor)
    normal = world.I.normal_inspection[zone]
    for c in _targets(world, m):
        world.I.inspection[zone, c] = normal if m.lifted or m.value is None else m.value / 100.0


def _export_licence(world: World, m: Measure) -> None:
    """Cargo waits for a licence, `value` working days on average, five to a week."""
    zone = world.zone_of(m.actor)
    for c in _targets(world, m):
        world.I.permit_weeks[zone, c] = 0.0 if m.lifted else (m.value or 0.0) / 5.0


def _licence_refusal(world: World, m: Measure) -> None:
    """A share of the applications to a destination is refused."""
    zone = world.zone_of(m.actor)
    for c in _targets(world, m):
        world.I.refused[zone, c] = 0.0 if m.lifted else (m.value or 0.0) / 100.0


def _production_subsidy(world: World, m: Measure) -> None:
    """The state pays a share of the base-year price of what its refiners make."""
    world.I.subsidy[world.zone_of(m.actor)] = 0.0 if m.lifted else (m.value or 0.0) / 100.0


def _production_quota(world: World, m: Measure) -> None:
    group = {"light": 1, "heavy": 2}.get(m.scope[0])
    if group is not None and not m.lifted:
        world.I.production_quota[world.zone_of(m.actor), group] = -1.0 if m.value is None else m.value


def _enforcement(world: World, m: Measure) -> None:
    """A campaign against the mines it names, or against all unlicensed ones of the state."""
    unlicensed = world.layout.unlicensed[world.zone_of(m.actor)]
    every = not set(m.targets) & set(world.mines)
    hit = [k for name, k in unlicensed.items() if every or name in m.targets]
    world.I.campaigns[hit] += -1.0 if m.lifted else 1.0


def _reserve_purchase(world: World, m: Measure) -> None:
    """Buy `value` tonnes of what the home refiners make, in their proportions, over the stated weeks."""
    if m.value is None or m.unit != "t":
        return
    reserve = world.reserve_slots.get(m.actor, {})
    zone = world.zone_of(m.actor)
    output = world.N.trade_base[zone]
    days = max(7.0, float((m.end - m.start).days + 1)) if m.end else 7.0
    for material, slot in reserve.items():
        world.I.reserve_target[slot] += m.value * output[material] / output.sum()
        world.I.reserve_pace[slot] = m.value * output[material] / output.sum() * 365.25 / days
        world.I.reserve_ceiling[slot] = 1e12


def _backing(world: World, m: Measure) -> None:
    """Backing by the word of its scope (see `pledges.py`); without one it counts against the investor's hurdle, and
    for banks, by its share of the outlay, and nobody pays."""
    if m.scope[0]:
        pledges.HANDLERS[m.scope[0]](world, m)
        return
    for target in m.targets:
        if target in world.mines and m.value is not None:
            k = world.mines.index(target)
            capex = float(world.N.k_capex[k])
            if capex > 0.0:
                world.I.support[k] = min(1.0, m.value * 1000.0 / capex)


def _complaint(world: World, m: Measure) -> None:
    """A complaint is heard; one with the word `hazard` starts a case that runs its own course."""
    if m.scope[0] == "hazard" and not m.lifted:
        litigation.file(world, m)


def _concession(world: World, m: Measure) -> None:
    """A state gives in: those to whom it does free what they withhold from it."""
    c = world.countries.index(m.actor)
    for target in m.targets:
        if target in world.countries and not m.lifted:
            zone = world.zone_of(target)
            world.I.refused[zone, c] = 0.0
            world.holds = [h for h in world.holds if not (h.actor == target and h.targets == (m.actor,))]
            world.I.embargo[zone, c] = 0.0
            world.conceded[m.actor, target] = world.tension.between(m.actor, [target], m.start)[target]


def _noted(world: World, m: Measure) -> None:
    """What is heard (see `news.py`) but is no order of a state; delays of transport stand in the layout."""


HANDLERS = {
    "export_quota": _export_quota, "quota_carry_over": _quota_carry_over, "export_tax": _export_tax,
    "embargo": _hold, "inspection": _inspection, "closure": _hold, "ore_hold": _hold,
    "production_quota": _production_quota, "enforcement": _enforcement, "production_shortfall": _noted,
    "reserve_purchase": _reserve_purchase, "complaint": _complaint, "ruling": _noted, "backing": _backing,
    "export_licence": _export_licence, "licence_refusal": _licence_refusal,
    "production_subsidy": _production_subsidy, "transit_delay": _noted, "incident": _noted,
    "subsidy": pledges.HANDLERS["subsidy"], "concession": _concession,
}  # fmt: skip
