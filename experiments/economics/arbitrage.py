"""No margin is left on an open lane, and nobody goes on selling at a loss (E15)."""

import numpy as np

from chokepoint.experiments.economics import acts
from chokepoint.experiments.economics.asked import Asked, Experiment, Found, Panel
from chokepoint.experiments.economics.economy import WEEKS, Course, Economy
from chokepoint.experiments.economics.worlds import NotPosed, World

ACT = 60
LOSS = 1e-3  # ln by which a price must lie below the landed cost to count as a loss


def lanes(economy: Economy, world: World) -> Found:
    """Every lane in every week, with one importer shut out, with a tax of one exporter, with an embargo of one."""
    goods = [row.material for row in world.scenario.materials]
    cases = {
        "one importer shut out": acts.embargo(world.exporter, ACT, ACT + 3 * WEEKS, targets=[world.target]),
        "a tax of 25 %": acts.tax(world.exporter, ACT, 25.0, goods),
        "an embargo of one": acts.embargo(world.exporter, ACT),
    }
    widest, losses, lines = 0.0, 0, {}
    for name, change in cases.items():
        course = economy.run(world.over(ACT + 3 * WEEKS, change))
        margins = _margins(course)
        open_lanes = np.where(course.passable[0], margins, -np.inf)
        best = open_lanes.max(axis=(1, 2))
        widest = max(widest, float(best.max()))
        losses = max(losses, int(((course.exports[0] > 1e-9) & (margins < -LOSS)).sum(axis=0).max()))
        passed = course.sent(world.exporter)[ACT + 1 :].sum()  # cargo of the last case, in which none may pass
        lines[name] = np.where(np.isfinite(best), best, np.nan)[ACT - 8 :]
    if passed > 0.0:
        raise NotPosed("an embargo does not stop exports")
    panel = Panel("widest margin left", "ln", lines, -8, high=0.01)
    return Found({"margin": widest, "losses": float(losses)}, [panel])


def _margins(course: Course) -> np.ndarray:
    """ln price at the destination over landed cost, mean over materials: (w, o, d)."""
    arrives = course.price[0][:, None, :, :]
    return np.asarray(np.log(arrives / course.landed[0]).mean(axis=3))


EXPERIMENTS = (
    Experiment(
        "E15", "Every lane, every week",
        (
            Asked("margin", "widest margin left on an open lane, ln", None, 0.01),
            Asked("losses", "weeks in which a seller sends goods below its price at home, most of a lane", None, 8.0),
        ),
        lanes, ("four_exporters",),
    ),
)  # fmt: skip
