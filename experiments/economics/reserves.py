"""A reserve of the importer that is shut out (E27)."""

from datetime import date
from typing import Any

import numpy as np

from chokepoint.experiments.economics import acts
from chokepoint.experiments.economics.asked import Asked, Experiment, Found, Panel
from chokepoint.experiments.economics.economy import WEEKS, Economy
from chokepoint.experiments.economics.worlds import Change, World
from chokepoint.sim.scenario.programmes import Reserve
from chokepoint.sim.scenario.tables import Scenario

ACT, END = 60, 60 + WEEKS
DAYS = (0.0, 30.0, 60.0, 120.0, 180.0)
BOUGHT = 120.0  # days of use that a hidden purchase adds in a year


def holding(country: str, days: float, **keys: Any) -> Change:
    """A reserve of so many days of use that is full at the start."""
    settings = {"days": days, **keys.pop("settings", {})}

    def change(scenario: Scenario) -> Scenario:
        reserve = Reserve(country=country, rule="target_days", held_days=days, settings=settings, **keys)
        return scenario.model_copy(update={"reserves": {country: reserve}})

    return change


def shortfall(economy: Economy, world: World, *changes: Change) -> np.ndarray:
    """Use that the target loses while all are shut out for a year, t a week: (w,).

    All of them: one who is shut out alone is served through the others.
    """
    stop = acts.embargo(world.exporter, ACT, END, heard=ACT)
    course = economy.run(world.over(END + WEEKS, stop, *changes))
    return np.asarray(course.short[0, :, course.at(world.target)])


def worth(economy: Economy, world: World) -> Found:
    """Shortfall with reserves of several sizes, ways of letting go and duties of firms; a purchase that is hidden."""
    holder = world.target
    by_size = {days: shortfall(economy, world, holding(holder, days)) for days in DAYS}
    total = {days: float(path.sum()) for days, path in by_size.items()}
    none = total[0.0] if total[0.0] > 1e-6 else float("nan")
    many = 180.0
    cases = {
        "private": (holding(holder, 0.0, private_days=365.0), holding(holder, 0.0)),
        "delay": (holding(holder, many, release_delay_weeks=26), holding(holder, many, release_delay_weeks=0)),
        "pace": (
            holding(holder, many, settings={"release_share": 2.0}),
            holding(holder, many, settings={"release_share": 0.25}),
        ),
    }
    changed = {
        name: (float(shortfall(economy, world, one).sum()) - float(shortfall(economy, world, other).sum())) / none
        for name, (one, other) in cases.items()
    }
    steps = np.diff([total[days] for days in DAYS]) / none
    hidden, lines = _hidden(economy, world)
    panels = [
        Panel(f"shortfall of {holder}", "t a week", {f"{d:g} days": p[ACT - 4 :] for d, p in by_size.items()}, -4),
        Panel("price outside", "base = 1", lines, axis="weeks from the purchase"),
    ]
    return Found({"more": float(steps.max()), **changed, "hidden": hidden}, panels)


def _hidden(economy: Economy, world: World) -> tuple[float, dict[str, np.ndarray]]:
    """Highest rise by a purchase that nobody learns of, over that by the same tonnes of more use; and the paths."""
    start = world.scenario.start
    year = start.year + 2
    first = (date(year, 1, 1) - start).days // 7
    buys = Reserve(
        country=world.target, rule="target_days", held_days=0.0, start=date(year, 1, 1), disclosed="nothing",
        settings={"days": BOUGHT, "pace_years": 1.0},
    )  # fmt: skip
    weeks = first + WEEKS
    secret = economy.run(
        world.over(weeks, lambda s: s.model_copy(update={"reserves": {world.target: buys}})),
        behaviour={"reserve_inference": 0.0},
    )
    bought = float(secret.reserve[0, -1, secret.at(world.target)])
    used = float(secret.used(world.target)[:first].mean()) * WEEKS
    more = economy.run(world.over(weeks, acts.use_times(1.0 + bought / used, first, [world.target])))
    lines = {
        "hidden purchase": secret.level(world.target, 0)[first:],
        "as much use": more.level(world.target, 0)[first:],
    }
    rise, usual = (float(np.log(path).max()) for path in lines.values())
    return (rise / usual if bought > 1e-6 and usual > 1e-6 else float("nan")), lines


EXPERIMENTS = (
    Experiment(
        "E27", "Reserves of an importer while all are shut out for a year",
        (
            Asked("more", "largest rise of the shortfall from a reserve to a larger one", None, 1e-3, "of it without"),
            Asked("private", "change by a year of stock that firms must hold", None, -1e-3, "of it without"),
            Asked("delay", "change by a release half a year late", 1e-3, None, "of it without"),
            Asked("pace", "change by a release eight times as fast", None, -1e-3, "of it without"),
            Asked("hidden", "rise of price by a hidden purchase over that by as much use", None, 1.0),
        ),
        worth,
    ),
)  # fmt: skip
