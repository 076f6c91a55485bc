"""What is said: by whom it is believed, how far it moves prices, and when (E8, E30)."""

import numpy as np

from chokepoint.experiments.economics import acts
from chokepoint.experiments.economics.asked import Asked, Experiment, Found, Panel
from chokepoint.experiments.economics.economy import Economy, widest
from chokepoint.experiments.economics.quotas import free_exports
from chokepoint.experiments.economics.worlds import World

KINDS = ("rumour", "report", "threat", "act")
SIZES = (0.0, 0.1, 0.25, 0.5, 0.75, 1.0)  # shares of free exports that an act withholds
FIRST = 8  # weeks over which an answer to words is looked for


def sizes(economy: Economy, world: World) -> Found:
    """A quota that lies half a year ahead is told, in words of four kinds and in six sizes."""
    actor, start = world.exporter, acts.first_quota_week(world.over(1))
    told = start - 20
    half = free_exports(economy, world, actor) / 2.0

    def answer(kind: str, size: float) -> np.ndarray:
        quota = acts.quotas(actor, [max((1.0 - size) * half, 1e-6)] * 2, heard=told, kind=kind)
        return economy.run(world.over(start, quota)).level(world.target, told - 2)

    words = {kind: answer(kind, 0.5) for kind in KINDS}
    acted = {size: answer("act", size) for size in SIZES}
    span = slice(told, told + FIRST)
    loud = [float(np.log(path[span]).max()) for path in words.values()]
    large = [float(np.log(path[span]).max()) for path in acted.values()]
    values = {
        "credibility": float(np.diff(loud).min()), "size": float(np.diff(large).min()),
        "nothing": float(np.abs(np.log(acted[0.0][told:])).max()), "all": float(np.exp(large[-1])),
    }  # fmt: skip
    panels = [
        Panel(
            "price, half withheld",
            "base = 1",
            {k: p[told - 2 :] for k, p in words.items()},
            -2,
            axis="weeks from the word",
        ),
        Panel(
            "price, told as an act",
            "base = 1",
            {f"{100 * s:g} %": p[told - 2 :] for s, p in acted.items()},
            -2,
            high=6.0,
            axis="weeks from the word",
        ),
    ]
    return Found(values, panels)


def hearing(economy: Economy, world: World) -> Found:
    """Two quotas of the same year, the second announced later; and the same act told twice."""
    actor, start = world.exporter, acts.first_quota_week(world.over(1))
    half = 0.7 * free_exports(economy, world, actor) / 2.0
    first = acts.quotas(actor, [half], heard=start - 26)
    second = acts.quotas(actor, [half / 2.0], heard=start - 4, years=2, name="more")
    weeks = start - 1
    plain = economy.run(world.over(weeks)).level(world.target, 0)
    one = economy.run(world.over(weeks, first)).level(world.target, 0)
    both = economy.run(world.over(weeks, first, second)).level(world.target, 0)
    again = acts.said("again", start - 18, "act", [f"quota.{actor}.1"])
    twice = economy.run(world.over(weeks, first, again)).level(world.target, 0)
    values = {
        "before": widest(plain[: start - 26], one[: start - 26]),
        "second": widest(one[: start - 4], both[: start - 4]),
        "twice": widest(one, twice),
    }
    lines = {
        "no act": plain[-40:],
        "one quota": one[-40:],
        "a second is told later": both[-40:],
        "told twice": twice[-40:],
    }
    panel = Panel("price outside", "start = 1", lines, -40, axis="weeks from the date of the quota")
    return Found(values, [panel])


EXPERIMENTS = (
    Experiment(
        "E8", "One size told as rumour, report, threat, act; six sizes of act",
        (
            Asked("credibility", "least step of ln price from a word to the next more credible one", 0.002),
            Asked("size", "least step of ln price from a size to the next", 0.002),
            Asked("nothing", "move by an act that withholds nothing, ln", None, 1e-6),
            Asked("all", "highest price of the first weeks, all of nine tenths withheld", None, 6.0, "of base"),
        ),
        sizes,
    ),
    Experiment(
        "E30", "Hearing",
        (
            Asked("before", "move before an act is announced, ln", None, 1e-12),
            Asked("second", "move by a second act before it is announced, ln", None, 1e-12),
            Asked("twice", "move by telling again what is known, ln", None, 1e-3),
        ),
        hearing,
    ),
)  # fmt: skip
