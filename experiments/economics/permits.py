"""Export licences: the wait for a decision, and refusals (E6, E7)."""

import numpy as np

from chokepoint.experiments.economics import acts
from chokepoint.experiments.economics.asked import Asked, Experiment, Found, Panel
from chokepoint.experiments.economics.economy import Economy
from chokepoint.experiments.economics.worlds import World

ACT, BASE = 60, 52
QUARTERS = 6


def wait(economy: Economy, world: World) -> Found:
    """Every export waits 45 working days for a licence, known four weeks ahead; nothing is refused."""
    course = economy.run(world.over(ACT + 60, acts.permit(world.exporter, ACT, 45.0, heard=ACT - 4)))
    sent = course.sent(world.exporter) / course.sent(world.exporter)[BASE]
    values = {"first": sent[ACT : ACT + 8].max(), "half": sent[ACT + 26], "rush": sent[ACT - 4 : ACT].mean()}
    panel = Panel("exports", "base = 1", {"exports": sent[BASE:]}, BASE - ACT, 0.05, 0.8)
    return Found({k: float(v) for k, v in values.items()}, [panel])


def refused(economy: Economy, world: World) -> Found:
    """Four of five applications are refused, a quarter of a year after another."""
    course = economy.run(world.over(ACT + 13 * QUARTERS + 2, acts.refusal(world.exporter, ACT, 80.0)))
    sent = course.sent(world.exporter) / course.sent(world.exporter)[BASE]
    quarters = sent[ACT : ACT + 13 * QUARTERS].reshape(QUARTERS, 13).mean(axis=1)
    panel = Panel(
        "exports",
        "base = 1",
        {"by week": sent[BASE:], "by quarter": np.r_[np.full(8, np.nan), np.repeat(quarters, 13)]},
        BASE - ACT,
        0.15,
        0.25,
    )
    return Found({"least": float(quarters.min()), "most": float(quarters.max())}, [panel])


EXPERIMENTS = (
    Experiment(
        "E6", "Permit of 45 working days, nothing refused",
        (
            Asked("first", "most that leaves in one of the first 8 weeks", None, 0.05, "of base"),
            Asked("half", "exports in week 26", 0.8, None, "of base"),
            Asked("rush", "exports in the four weeks between hearing and date", 1.3, 3.0, "of base"),
        ),
        wait,
    ),
    Experiment(
        "E7", "Refusal of 80 %",
        (
            Asked("least", "tonnes of the quarter with least", 0.15, 0.25, "of base"),
            Asked("most", "tonnes of the quarter with most", 0.15, 0.25, "of base"),
        ),
        refused,
    ),
)  # fmt: skip
