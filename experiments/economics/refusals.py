"""Acts with unknown or impossible parts are refused, with the row, the part and the nearest valid word (E29)."""

from collections.abc import Sequence
from typing import Any

from chokepoint.experiments.economics import acts
from chokepoint.experiments.economics.asked import Asked, Experiment, Found
from chokepoint.experiments.economics.economy import Economy
from chokepoint.experiments.economics.worlds import Change, World

WEEK = 60
Case = tuple[str, Change, str]  # the row, the act, and the word that must be named


def cases(world: World) -> dict[str, list[Case]]:
    """Acts by the part that is wrong in them."""
    actor, good = world.exporter, world.scenario.materials[0].material
    buyer = world.target
    wrong = f"{good}x"
    quota: dict[str, Any] = {"value": 100.0, "unit": "t gross"}
    mine = world.scenario.mines[0].mine
    return {
        "target": [
            ("bad.1", acts.act("bad.1", actor, "embargo", WEEK, targets=["Mars"]), buyer),
            ("bad.2", acts.act("bad.2", actor, "export_quota", WEEK, WEEK + 26, targets=["Mars"], **quota), "all"),
            (
                "bad.3",
                acts.act("bad.3", actor, "export_tax", WEEK, targets=["Mars"], value=5.0, unit="%", materials=good),
                "all",
            ),
            ("bad.4", acts.act("bad.4", actor, "ore_hold", WEEK, targets=[f"{mine}x"]), mine),
        ],
        "material": [
            ("bad.5", acts.act("bad.5", actor, "export_tax", WEEK, value=5.0, unit="%", materials=wrong), good),
            ("bad.6", acts.act("bad.6", actor, "embargo", WEEK, materials=wrong), good),
            ("bad.7", acts.act("bad.7", actor, "export_quota", WEEK, WEEK + 26, materials=wrong, **quota), good),
        ],
        "unit": [
            ("bad.8", acts.act("bad.8", actor, "export_quota", WEEK, WEEK + 26, value=1.0, unit="lb"), "t gross"),
            ("bad.9", acts.act("bad.9", actor, "export_quota", WEEK, WEEK + 26, value=50.0, unit="%"), "t gross"),
            ("bad.10", acts.act("bad.10", actor, "export_tax", WEEK, value=5.0, unit="USD", materials=good), "%"),
            ("bad.11", acts.act("bad.11", actor, "export_licence", WEEK, value=45.0, unit="kt"), "working days"),
        ],
        "actor": [
            ("bad.12", acts.act("bad.12", "Atlantis", "embargo", WEEK), actor),
            ("bad.13", acts.act("bad.13", buyer, "embargo", WEEK), actor),
            ("bad.14", acts.act("bad.14", buyer, "export_tax", WEEK, value=5.0, unit="%", materials=good), actor),
        ],
    }  # fmt: skip


def refusals(economy: Economy, world: World) -> Found:
    """The share of bad acts that are refused as they should, by what is wrong in them."""
    return Found({part: _share(economy, world, bad) for part, bad in cases(world).items()})


def _share(economy: Economy, world: World, bad: Sequence[Case]) -> float:
    told = 0
    for row, change, word in bad:
        lines = economy.problems(world.over(2 * WEEK, change))
        told += any(row in line and word in line.partition(row)[2] for line in lines)
    return told / len(bad)


EXPERIMENTS = (
    Experiment(
        "E29", "Acts with unknown or impossible parts",
        tuple(
            Asked(part, f"bad acts that are refused with row, part and a valid word: wrong {part}", 1.0, None, "share")
            for part in ("target", "material", "unit", "actor")
        ),
        refusals,
    ),
)  # fmt: skip
