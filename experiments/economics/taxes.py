"""Export taxes: who bears them, and the quota that does the same (E4, E12, E13)."""

from math import log

import numpy as np

from chokepoint.experiments.economics import acts
from chokepoint.experiments.economics.asked import Asked, Experiment, Found, Panel
from chokepoint.experiments.economics.economy import WEEKS, Course, Economy, widest
from chokepoint.experiments.economics.priors import incidence_range
from chokepoint.experiments.economics.worlds import NotPosed, World

ACT, BASE = 60, 58
RISE = incidence_range(0.25, made=40.0, used=15.0, exporters=4, abroad=100.0)  # ln
ELASTIC = {"supply_elasticity": 2.0, "supply_elasticity_long": 2.0}


def goods(world: World) -> list[str]:
    """The names of all materials."""
    return [row.material for row in world.scenario.materials]


def one_of_four(economy: Economy, world: World) -> Found:
    """One of four equal exporters taxes 25 %."""
    actor = world.exporter
    if len(world.exporters) != 4:
        raise NotPosed("the world has not four exporting states of equal size")
    course_of = world.over(ACT + 2 * WEEKS, acts.tax(actor, ACT, 25.0, goods(world)))
    course = economy.run(course_of)
    elastic = economy.run(course_of, behaviour=ELASTIC)
    sent = course.sent(actor) / course.sent(actor)[BASE]
    home, abroad = course.level(actor, BASE), course.level(world.target, BASE)
    year = ACT + WEEKS
    values: dict[str, float | str] = {
        "home": float(np.log(home[year])), "world": float(np.log(abroad[year])),
        "highest": float(abroad[ACT:].max()), "exports": float(sent[year - 4 : year + 1].mean()),
        "elastic": float((elastic.sent(actor) / elastic.sent(actor)[BASE])[year - 4 : year + 1].mean()),
    }  # fmt: skip
    panels = [
        Panel("price", "base = 1", {actor: home[BASE:], "world": abroad[BASE:]}, BASE - ACT, high=1.08),
        Panel(f"exports of {actor}", "base = 1", {actor: sent[BASE:]}, BASE - ACT, high=0.95),
    ]
    return Found(values, panels)


def split(economy: Economy, world: World) -> Found:
    """The largest exporter taxes 30 %."""
    course = economy.run(world.over(ACT + 4 * WEEKS, acts.tax(world.exporter, ACT, 30.0, goods(world))))
    outside = np.log(course.level(world.target, BASE))
    inside = np.log(course.level(world.exporter, BASE))
    when = [ACT + 4, ACT + WEEKS, ACT + 200]
    gaps = [outside[week] - inside[week] - log(1.3) for week in when]
    values = {
        "sum": float(np.abs(gaps).max()),
        "outside": 100.0 * float(np.expm1(outside[ACT + WEEKS])),
        "inside": 100.0 * float(np.expm1(inside[ACT + WEEKS])),
    }
    lines = {"outside": np.exp(outside[BASE:]), "inside": np.exp(inside[BASE:])}
    return Found(values, [Panel("price", "base = 1", lines, BASE - ACT)])


def the_same_quota(economy: Economy, world: World) -> Found:
    """A tax of 30 %, and the quota of the tonnes that pass under it, half-year by half-year; both told as acts."""
    scenario = world.over(1)
    first = acts.first_quota_week(scenario)
    halves = 8
    weeks = first + halves * 26
    taxed = economy.run(world.over(weeks, acts.tax(world.exporter, first, 30.0, goods(world), heard=first)))
    tonnes = _by_half_year(taxed, world.exporter, first, halves)
    goes_on = [*tonnes, *([tonnes[-1]] * 4)]  # the tax has no end, nor has the quota within anybody's sight
    limited = economy.run(world.over(weeks, acts.quotas(world.exporter, goes_on, heard=first)))
    span = slice(first + 26, weeks)
    base = first - 2
    values: dict[str, float] = {}
    lines: dict[str, np.ndarray] = {}
    for word, country in (("outside", world.target), ("inside", world.exporter)):
        one, other = taxed.level(country, base), limited.level(country, base)
        values[word] = widest(one[span], other[span])
        lines |= {f"{word}, tax": one[base:], f"{word}, quota": other[base:]}
    revenue = taxed.tax[0, span, taxed.at(world.exporter)].sum()
    rent = limited.rent[0, span, limited.at(world.exporter)].sum()
    values["rent"] = float(rent / revenue) if revenue > 0.0 else float("nan")
    return Found(values, [Panel("price", "base = 1", lines, base - first)])


def _by_half_year(course: Course, actor: str, first: int, halves: int) -> list[float]:
    """Covered exports of half-years that begin at a week, t gross; the last ones as the last whole one where cut."""
    weekly = course.covered[0, :, course.at(actor)]
    return [float(weekly[first + 26 * i : first + 26 * (i + 1)].mean() * 365.25 / 14.0) for i in range(halves)]


EXPERIMENTS = (
    Experiment(
        "E4", "One of four equal exporters taxes 25 %",
        (
            Asked("home", "price at home after a year, ln", RISE[0] - log(1.25), RISE[1] - log(1.25)),
            Asked("world", "price of the world after a year, ln", *RISE),
            Asked("highest", "highest price of the world in two years", None, 1.08, "of base"),
            Asked("exports", "its exports after a year", None, 0.95, "of base"),
            Asked("elastic", "its exports after a year with elasticity of supply 1.5-2", None, 0.6, "of base"),
        ),
        one_of_four, ("four_exporters",),
    ),
    Experiment(
        "E12", "Tax of 30 %",
        (
            Asked("sum", "rise outside and fall inside less the tax, widest of 4, 52, 200 weeks, ln", None, 0.02),
            Asked("outside", "rise outside after a year", 1.0, None, "%"),
            Asked("inside", "move inside after a year", None, -1.0, "%"),
        ),
        split,
    ),
    Experiment(
        "E13", "Tax against the quota of its tonnage, one holder",
        (
            Asked("outside", "widest gap of prices outside, ln", None, 0.03),
            Asked("inside", "widest gap of prices inside, ln", None, 0.03),
            Asked("rent", "rent over revenue of the tax", 0.97, 1.03),
        ),
        the_same_quota,
    ),
)  # fmt: skip
