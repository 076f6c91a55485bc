"""Embargoes: who pays when a buyer, or everybody, is shut out (E1, E2, E21, E22)."""

import numpy as np

from chokepoint.experiments.economics import acts
from chokepoint.experiments.economics.asked import Asked, Experiment, Found, Panel
from chokepoint.experiments.economics.economy import WEEKS, Economy, widest
from chokepoint.experiments.economics.worlds import World

ACT, BASE = 60, 58  # week of the act, and the week before it that prices are held against
YEARS = 3
SERVED = 0.1  # share of base use below which a country buys nothing, so that it has no price
ON_CONTRACT = 0.5  # of what users buy, where it is asked what they pay on average


def one_importer(economy: Economy, world: World) -> Found:
    """The largest importer is shut out by the largest exporter for three years; nobody is told."""
    end = ACT + YEARS * WEEKS
    course = economy.run(world.over(end + 4, acts.embargo(world.exporter, ACT, end, targets=[world.target])))
    span = slice(ACT + 1, end)
    paid = {c: course.level(c, BASE)[span] for c in (*world.others, world.target)}
    others = np.array([paid[c] for c in world.others])
    use = np.array([course.used(c)[span] / course.used(c)[BASE] for c in world.others])
    dearer = (paid[world.target] > others.max(axis=0) * (1.0 + 1e-9)).mean()
    values = {"lowest": others.min(), "highest": others.max(), "use": use.min(), "target": dearer}
    panel = Panel("price", "base = 1", {c: course.level(c, BASE)[ACT - 8 : end] for c in paid}, -8, 0.8, 1.02)
    return Found({k: float(v) for k, v in values.items()}, [panel])


def total(economy: Economy, world: World) -> Found:
    """Everybody is shut out for good; once more with less use at home, and once with dependence of nine tenths, where
    half of trade stands on contract."""
    stop = acts.embargo(world.exporter, ACT, heard=ACT)
    weeks = ACT + 3 * WEEKS
    small = world.made(own=20.0) if "own" in world.knobs else world
    course = economy.run(small.over(weeks, stop))
    less = economy.run(small.over(weeks, stop, acts.use_times(0.7, ACT + 8, [world.exporter])))
    outside, inside = course.level(world.target, BASE), course.level(world.exporter, BASE)
    year = slice(ACT + 1, ACT + WEEKS)
    fall = (outside[year] / np.maximum.accumulate(outside[year])).min()
    apart = widest(outside[ACT:], less.level(world.target, BASE)[ACT:])
    made = course.mined(world.exporter)
    deep = economy.run(world.made(on_contract=ON_CONTRACT).over(weeks, stop))
    quote, part = deep.level(world.target, BASE), deep.paid_over_quote(world.target)
    paid = quote * part
    values = {
        "fall": float(fall), "apart": apart, "inside": float(inside[ACT + WEEKS]),
        "output": float(made[ACT + WEEKS] / made[BASE]), "quarter": float(quote[ACT + 13]),
        "year": float(quote[ACT + WEEKS]), "paid": float(part[ACT + 13]),
    }  # fmt: skip
    panels = [
        Panel("price, a third abroad", "base = 1", {"outside": outside[BASE:], "inside": inside[BASE:]}, BASE - ACT),
        Panel("a tenth abroad", "base = 1", {"quote": quote[BASE:], "paid": paid[BASE:]}, BASE - ACT, 1.5, 20.0),
    ]
    return Found(values, panels)


def small_importer(economy: Economy, world: World) -> Found:
    """All exporters shut out the smallest importer."""
    target = world.others[-1]
    shut = [acts.embargo(state, ACT, targets=[target]) for state in world.states]
    course = economy.run(world.over(ACT + 3 * WEEKS, *shut))
    others = np.array([course.level(c, BASE)[ACT:] for c in world.importers[:-1]])
    use = course.used(target) / course.used(target)[BASE]
    paid = course.level(target, BASE)[ACT:]
    over = paid[WEEKS] / others.max(axis=0)[WEEKS] if use[ACT + WEEKS] > SERVED else float("nan")
    direct = np.sum([course.sent(state, target) for state in world.states], axis=0)
    values = {
        "direct": direct[ACT + 1 :].max() / direct[BASE], "others": np.abs(others - 1.0).max(),
        "use": use[ACT + WEEKS], "price": over,
    }  # fmt: skip
    lines = {c: course.level(c, BASE)[ACT - 8 :] for c in world.importers}
    panels = [
        Panel("price", "base = 1", lines, -8, 0.99, 1.01),
        Panel(f"use of {target}", "base = 1", {target: use[ACT - 8 :]}, -8),
    ]
    return Found({k: float(v) for k, v in values.items()}, panels)


def large_importer(economy: Economy, world: World) -> Found:
    """All exporters shut out the largest importer."""
    shut = [acts.embargo(state, ACT, targets=[world.target]) for state in world.states]
    course = economy.run(world.over(ACT + 3 * WEEKS, *shut))
    others = np.array([course.level(c, BASE) for c in world.others])
    values = {"quarter": others[:, ACT : ACT + 13].min(axis=1).max(), "highest": others[:, ACT:].max()}
    lines = {c: course.level(c, BASE)[ACT - 8 :] for c in world.others}
    return Found({k: float(v) for k, v in values.items()}, [Panel("price", "base = 1", lines, -8, high=1.02)])


EXPERIMENTS = (
    Experiment(
        "E1", "Embargo on the importer with half of foreign demand, three years, unheard",
        (
            Asked("lowest", "lowest price that others pay", 0.80, 1.02, "of base"),
            Asked("highest", "highest price that others pay", 0.80, 1.02, "of base"),
            Asked("use", "least use of others", 0.999, None, "of base"),
            Asked("target", "weeks in which the target pays more than others", 0.98, None, "share"),
        ),
        one_importer,
    ),
    Experiment(
        "E2", "Total embargo for good",
        (
            Asked("fall", "price outside in year one over its highest before, lowest", 0.999),
            Asked("apart", "move of the price outside by a fall of use inside, ln", None, 1e-3),
            Asked("inside", "price inside after a year", None, 0.99, "of base"),
            Asked("output", "output inside after a year, where it pays", 0.5, None, "of base"),
            Asked("quarter", "quote outside after a quarter, dependence 9/10", 1.5, 8.0, "of base"),
            Asked("year", "quote outside after a year, dependence 9/10", None, 20.0, "of base"),
            Asked("paid", "average price paid over the quote after that quarter", None, 0.8),
        ),
        total,
    ),
    Experiment(
        "E21", "All exporters embargo a small importer",
        (
            Asked("direct", "most that still goes straight to the target in a week", None, 1e-6, "of base"),
            Asked("others", "largest move of others' price", None, 0.01, "of base"),
            Asked("use", "use of the target after a year", 0.9, None, "of base"),
            Asked("price", "price of the target after a year over others'", 1.0, 1.12),
        ),
        small_importer, ("four_exporters",),
    ),
    Experiment(
        "E22", "All exporters embargo the largest importer",
        (
            Asked("quarter", "lowest price of others in the first quarter", None, 0.95, "of base"),
            Asked("highest", "highest price of others in three years", None, 1.02, "of base"),
        ),
        large_importer, ("four_exporters",),
    ),
)  # fmt: skip
