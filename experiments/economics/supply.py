"""Shocks to supply and to use: how price answers, and what supply and use answer to price (E3, E10, E25, E26)."""

from functools import partial

import numpy as np

from chokepoint.experiments.economics import acts, priors
from chokepoint.experiments.economics.asked import Asked, Experiment, Found, Panel
from chokepoint.experiments.economics.economy import WEEKS, Course, Economy
from chokepoint.experiments.economics.relabel import part, running, sliced
from chokepoint.experiments.economics.worlds import Change, World

ACT, BASE = 60, 58
LEAST = 2e-3  # ln price below which nothing has answered, so that no ratio of answers is told
CUTS = (0.01, 0.04, 0.05)  # parts of every mine: the first is a cut of 1 %, the first two 5 %, all three 10 %


def less_output(world: World, parts: int, first: int, last: int | None = None) -> tuple[Change, ...]:
    """The first parts of every running mine are stopped, told to nobody."""
    mines = [(part(mine.mine, i), mine.country) for mine in running(world.scenario) for i in range(parts)]
    return (sliced((*CUTS, 1.0 - sum(CUTS))), acts.ore_hold("less", mines, first, last))


def for_good(economy: Economy, world: World) -> Found:
    """World output falls by 1, 5, 10 % for good."""
    rise = {}
    for parts, cut in ((1, 1), (2, 5), (3, 10)):
        course = economy.run(world.over(ACT + 5 * WEEKS + 4, *less_output(world, parts, ACT)))
        rise[cut] = np.log(course.level(world.target, BASE)[ACT:])
    year, five = WEEKS, 5 * WEEKS
    answer, least = (rise[cut][year] if rise[cut][year] > LEAST else np.nan for cut in (5, 1))
    values = {
        "fast": rise[5][13] / answer, "ratio": rise[10][year] / least,
        "size": 100.0 * np.expm1(rise[5][year]), "later": rise[5][five] / answer,
    }  # fmt: skip
    lines = {f"-{cut} %": np.exp(path) for cut, path in rise.items()}
    return Found({k: float(v) for k, v in values.items()}, [Panel("price outside", "base = 1", lines, 0, 1.05, 1.4)])


def short_stop(economy: Economy, world: World) -> Found:
    """Three eighths of world mines stop for eight weeks."""
    eighths = sliced((0.125,) * 8)
    mines = sorted(
        (m for m in running(world.scenario) if m.country in world.exporters), key=lambda m: -m.output_t_per_year
    )
    whole = sum(m.output_t_per_year for m in running(world.scenario))
    stopped, names = 0.0, []
    for mine in mines:
        for i in range(6):
            if stopped + mine.output_t_per_year / 8.0 <= 0.375 * whole * (1.0 + 1e-9):
                stopped += mine.output_t_per_year / 8.0
                names.append((part(mine.mine, i), mine.country))
    course = economy.run(world.over(ACT + 2 * WEEKS, eighths, acts.ore_hold("stop", names, ACT, ACT + 8)))
    paths = {c: course.level(c, BASE)[ACT:] for c in (world.target, world.exporter)}
    every = np.array(list(paths.values()))
    later = every[:, WEEKS]
    values = {"peak": every[:, :40].max(), "after": later[np.abs(np.log(later)).argmax()]}
    return Found({k: float(v) for k, v in values.items()}, [Panel("price", "base = 1", paths, 0, 1.1, 2.5)])


def more_use(economy: Economy, world: World) -> Found:
    """Use at given prices rises by a tenth everywhere, for good."""
    course = economy.run(world.over(ACT + 5 * WEEKS + 4, acts.use_times(1.1, ACT)))
    paths = {c: course.level(c, BASE)[ACT:] for c in (world.target, world.exporter)}
    rise = np.log(paths[world.target])
    top = rise[:200].max()
    values = {
        "outside": 100.0 * np.expm1(rise[WEEKS]),
        "inside": 100.0 * (paths[world.exporter][WEEKS] - 1.0),
        "left": rise[5 * WEEKS] / top if top > 1e-6 else np.nan,
    }
    return Found({k: float(v) for k, v in values.items()}, [Panel("price", "base = 1", paths)])


def elasticities(economy: Economy, world: World) -> Found:
    """What a tax of 30 % tells: use abroad answers the price that it raises, output at home the one that it lowers.

    Both prices stay where the tax puts them, so that the long run has something to answer.
    """
    goods = [m.material for m in world.scenario.materials]
    taxed = economy.run(world.over(ACT + 5 * WEEKS + 4, acts.tax(world.exporter, ACT, 30.0, goods)))
    answers = partial(_elasticity, ACT, BASE)
    values, lines = {}, {}
    for part_, course, size, place in (
        ("use", taxed, taxed.used(world.target), world.target),
        ("supply", taxed, taxed.mined(world.exporter), world.exporter),
    ):
        for word, week in (("now", 13), ("year", WEEKS), ("long", 5 * WEEKS)):
            values[f"{part_} {word}"] = answers(course, size, place, week)
        lines[part_] = np.log(size[ACT:] / size[BASE])
    values = {k: -v if k.startswith("use") else v for k, v in values.items()}
    kept = {k: v for k, v in values.items() if k in {a.part for a in MEASURED}}
    return Found(kept, [Panel("answer", "ln over base", lines)])


def _elasticity(act: int, base: int, course: Course, size: np.ndarray, place: str, week: int) -> float:
    """ln size over ln price, each the mean of thirteen weeks up to a week after the act, over the base week."""
    span = slice(act + week - 12, act + week + 1)
    moved = np.log(course.level(place, base)[span]).mean()
    return float(np.log(size[span] / size[base]).mean() / moved) if abs(moved) > 1e-4 else float("nan")


MEASURED = (
    Asked("use year", "elasticity of use to price after a year", *priors.USE_SHORT),
    Asked("use long", "elasticity of use to price after five years", *priors.USE_LONG),
    Asked("supply now", "elasticity of output to price after a quarter", *priors.SUPPLY_NOW),
    Asked("supply long", "elasticity of output to price after five years", *priors.SUPPLY_LONG),
)
EXPERIMENTS = (
    Experiment(
        "E3", "World output -1, -5, -10 % for good",
        (
            Asked("fast", "answer to -5 % within 13 weeks", 0.5, None, "of that of one year"),
            Asked("ratio", "answer to -10 % over that to -1 %, a year on", 7.0, 15.0),
            Asked("size", "answer to -5 % after a year", 5.0, 40.0, "%"),
            Asked("later", "answer to -5 % after five years", None, 0.999, "of that of one year"),
        ),
        for_good, ("one_exporter", "two-countries", "2010-embargo"),
    ),
    Experiment(
        "E10", "Eight-week stop of 3/8 of world mines",
        (
            Asked("peak", "highest price, at home or outside", 1.1, 2.5, "of base"),
            Asked("after", "price after a year, at home or outside, the farther", 0.9, 1.1, "of base"),
        ),
        short_stop, ("four_exporters", "no_users", "two-countries"),
    ),
    Experiment(
        "E25", "Use +10 %",
        (
            Asked("outside", "price outside after a year", 2.0, None, "% above base"),
            Asked("inside", "price inside after a year", 2.0, None, "% above base"),
            Asked("left", "what is left of the highest answer after five years", None, 0.5, "share"),
        ),
        more_use,
    ),
    Experiment("E26", "The model's own elasticities", MEASURED, elasticities),
)  # fmt: skip
