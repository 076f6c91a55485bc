"""One cut in three words: embargo, quota near zero, hold of ore, by an exporter that uses nothing (E9)."""

import numpy as np

from chokepoint.experiments.economics import acts
from chokepoint.experiments.economics.asked import Asked, Experiment, Found, Panel
from chokepoint.experiments.economics.economy import Economy
from chokepoint.experiments.economics.quotas import free_exports
from chokepoint.experiments.economics.worlds import NotPosed, World

YEARS = 3
LEAST = 0.05  # ln price that half of supply must move, so that there is something to compare


def three_words(economy: Economy, world: World) -> Found:
    """The exporter's half of supply goes for good; told to all as an act."""
    actor, start = world.exporter, acts.first_quota_week(world.over(1))
    mines = [(m.mine, actor) for m in world.scenario.mines if m.country == actor and m.stage == "operating"]
    if any(row.country == actor and row.use_t_per_year > 0.0 for row in world.scenario.firms):
        raise NotPosed("the exporter uses what it makes")
    half = 1e-3 * free_exports(economy, world, actor) / 2.0
    told = {
        "embargo": acts.embargo(actor, start, heard=start),
        "quota": acts.quotas(actor, [half] * 2 * (YEARS + 3), heard=start),
        "ore hold": acts.ore_hold("hold", mines, start, heard=start),
    }
    weeks = start + YEARS * 52
    paths = {name: economy.run(world.over(weeks, cut)).level(world.target, start - 2) for name, cut in told.items()}
    logs = np.log(np.array(list(paths.values())))[:, start + 4 :]
    value = float((logs.max(axis=0) - logs.min(axis=0)).max()) if logs.max() > LEAST else float("nan")
    panel = Panel("price outside", "base = 1", {k: p[start - 2 :] for k, p in paths.items()}, -2)
    return Found({"apart": value}, [panel])


EXPERIMENTS = (
    Experiment(
        "E9", "One cut told as embargo, as quota near zero, as ore hold",
        (Asked("apart", "widest gap between the paths after four weeks, ln", None, 0.0953),),
        three_words, ("no_users",),
    ),
)  # fmt: skip
