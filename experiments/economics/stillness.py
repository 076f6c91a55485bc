"""No act: prices stay where they are (E20)."""

import numpy as np

from chokepoint.agents.behaviour import PARAMETERS
from chokepoint.experiments.economics.asked import Asked, Experiment, Found, Panel
from chokepoint.experiments.economics.economy import WEEKS, Economy
from chokepoint.experiments.economics.worlds import NOISE_OFF, World

YEARS, REPLICATIONS = 10, 40
NOISE_ON = {name: PARAMETERS[name].default for name in NOISE_OFF}


def nothing(economy: Economy, world: World) -> Found:
    """Ten years without an act, without noise and with it."""
    scenario = world.over(YEARS * WEEKS)
    still = economy.run(scenario).price[0]
    moved = np.abs(still / still[0] - 1.0).max(axis=(1, 2))
    noisy = economy.run(scenario, behaviour=NOISE_ON, replications=REPLICATIONS)
    mean = (noisy.price / still[0]).mean(axis=(0, 1))  # over replications and weeks: (c, m)
    worst = mean.flat[np.abs(mean - 1.0).argmax()]
    outside = (noisy.price[:, :, noisy.at(world.importers[0])] / still[0, noisy.at(world.importers[0])]).mean(axis=2)
    values = {"still": 100.0 * float(moved.max()), "mean": float(worst)}
    lines = {"without noise": 1.0 + moved, "with noise, mean": outside.mean(axis=0)}
    panel = Panel("price", "start = 1", lines, 0, 0.99, 1.01, axis="weeks from the start")
    return Found(values, [panel])


EXPERIMENTS = (
    Experiment(
        "E20", "No act, ten years",
        (
            Asked("still", "largest move of a price without noise", None, 0.2, "%"),
            Asked("mean", f"mean price with noise, the worst, n = {REPLICATIONS}", 0.99, 1.01, "of base"),
        ),
        nothing, ("one_exporter", "four_exporters", "two-countries", "2010-embargo"),
    ),
)  # fmt: skip
