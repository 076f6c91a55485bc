"""Export quotas: announced ahead, slack, and ended (E5, E14, E23)."""

import numpy as np

from chokepoint.experiments.economics import acts
from chokepoint.experiments.economics.asked import Asked, Experiment, Found, Panel
from chokepoint.experiments.economics.economy import WEEKS, Economy
from chokepoint.experiments.economics.worlds import NotPosed, World
from chokepoint.sim.scenario.reading import shipped

SHARES = (0.995, 0.99, 0.98, 0.97, 0.96, 0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.6, 0.5, 0.4)


def free_exports(economy: Economy, world: World, actor: str) -> float:
    """What a state exports of covered goods without a quota, t gross a year, over the first two years."""
    course = economy.run(world.over(2 * WEEKS))
    return float(course.covered[0, :, course.at(actor)].mean() * 365.25 / 7.0)


def announced(economy: Economy, world: World) -> Found:
    """A quota of .66 of free exports, six years long, is announced half a year ahead."""
    actor = world.exporter
    half = 0.66 * free_exports(economy, world, actor) / 2.0
    start = acts.first_quota_week(world.over(1))
    told = start - 26
    course = economy.run(world.over(start + 60, acts.quotas(actor, [half] * 12, heard=told)))
    path = course.level(world.target, told - 2)
    before, top = path[told : start + 1], np.log(path[told : start + 60].max())
    sent = course.sent(actor) / course.sent(actor)[told - 2]
    values = {
        "fall": float((before / np.maximum.accumulate(before)).min()),
        "jump": float(np.log(before[1]) / top) if top > 1e-6 else float("nan"),
        "rush": float(sent[told:start].mean()),
    }
    panels = [
        Panel("price outside", "base = 1", {"price": path[told - 4 :]}, -4, axis="weeks from the announcement"),
        Panel(f"exports of {actor}", "base = 1", {"exports": sent[told - 4 :]}, -4, axis="weeks from the announcement"),
    ]
    return Found(values, panels)


def slack(economy: Economy, world: World) -> Found:
    """Every exporter limits its exports to 1.1 times what it exports anyway."""
    weeks = acts.first_quota_week(world.over(1)) + 3 * WEEKS
    free = economy.run(world.over(weeks))
    base = free.covered[0, : 2 * WEEKS].mean(axis=0) * 365.25 / 7.0
    limits = [
        acts.quotas(state, [1.1 * float(base[free.at(state)]) / 2.0] * 6)
        for state in world.states
        if base[free.at(state)] > 0.0
    ]
    if not limits:
        raise NotPosed("no exporting state sells what a quota covers")
    course = economy.run(world.over(weeks, *limits))
    moved = np.abs(np.log(course.price[0] / free.price[0])).max(axis=(1, 2))
    panel = Panel("largest move of a price", "ln", {"move": moved}, 0, high=0.01, axis="weeks from the start")
    return Found({"move": float(moved.max())}, [panel])


def ended(economy: Economy, world: World) -> Found:
    """A quota of two years ends; once one that had raised the price up to x2, once one up to x4.

    The quotas tried are `SHARES` of free exports; of those in a range the one that raises most is taken.
    """
    actor = world.exporter
    free = free_exports(economy, world, actor)
    start = acts.first_quota_week(world.over(1))
    end = start + 2 * WEEKS + 1
    paths = []
    for share in SHARES:
        half = share * free / 2.0
        course = economy.run(
            world.over(end + 2 * WEEKS, acts.quotas(actor, [half] * 4), acts.free_half_year(actor, years=4))
        )
        paths.append(course.level(world.target, start - 2))
    values: dict[str, float | str] = {}
    lines = {}
    for word, low, high in (("x2", 1.2, 2.0), ("x4", 2.0, 4.0)):
        tops = [float(path[start:end].max()) for path in paths]
        chosen = [i for i, top in enumerate(tops) if low < top <= high]
        if not chosen:
            told = ", ".join(f"x{top:.2f}" for top in tops)
            values |= dict.fromkeys((f"{word} back", f"{word} lowest"), f"no quota raised so far (tried: {told})")
            continue
        best = max(chosen, key=lambda i: tops[i])
        path = paths[best]
        values[f"{word} back"], values[f"{word} lowest"] = float(path[end + WEEKS]), float(path[end:].min())
        lines[f"quota of {SHARES[best]:g}"] = path[start:]
    panel = Panel("price outside", "base = 1", lines, start - end, 0.8, 1.1, axis="weeks from the end of the quota")
    return Found(values, [panel] if lines else [])


EXPERIMENTS = (
    Experiment(
        "E5", "Quota announced 26 weeks ahead",
        (
            Asked("fall", "price before the date over its highest since the announcement, lowest", 0.98),
            Asked("jump", "rise in the first week", 0.4, None, "of the whole rise in ln"),
            Asked("rush", "exports between announcement and date", 1.01, None, "of base"),
        ),
        announced,
    ),
    Experiment(
        "E14", "Quota of 1.1 times free exports",
        (Asked("move", "largest move of any price in three years, ln", None, 0.01),),
        slack,
        ("one_exporter", "four_exporters", "no_users", *sorted(shipped())),
    ),
    Experiment(
        "E23", "End of a quota",
        (
            Asked("x2 back", "price a year after one that had raised it up to x2", 0.9, 1.1, "of base"),
            Asked("x2 lowest", "lowest price after it", 0.88, None, "of base"),
            Asked("x4 back", "price a year after one that had raised it up to x4", 0.9, 1.1, "of base"),
            Asked("x4 lowest", "lowest price after it", 0.80, None, "of base"),
        ),
        ended,
    ),
)  # fmt: skip
