"""D5: market power over rare earths passes, after Pothen."""

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np

from chokepoint.experiments.docking.docked import Docking, Question, Reply
from chokepoint.experiments.docking.draws import Behaviour, over
from chokepoint.experiments.economics.asked import Panel
from chokepoint.experiments.economics.worlds import ASSUMED
from chokepoint.sim.results.run import Run
from chokepoint.sim.scenario.tables import Event, News, Scenario
from chokepoint.sim.simulation import Simulation, load_scenario

ROW = ("D5", "transitory")
LIGHT, HEAVY = ("La", "Ce", "Pr", "Nd"), ("Sm", "Eu", "Tb", "Dy", "Y")
YEARS = range(2010, 2019)
# Neither fear nor smuggling, which the paper knows nothing of.
OFF = {
    "rumour": 0.0, "report": 0.0, "threat": 0.0, "precaution": 0.0, "smuggled_most": 0.0, "noise_demand": 0.0,
    "noise_trait": 0.0,
}  # fmt: skip
HELD = ("embargo", "inspection.japan", "campaign", "closure")  # acts that are no lasting barrier to trade
BARRIERS = ("quota", "tax")
LAST = 2014  # the last year whose quotas history has; they stand from then on
TOTAL, SPLIT = 30_000.0, {"light": 27_006.0, "heavy": 3_605.0}  # t gross a year: of 2010-14, and of 2014 by kind


def halves(first: int) -> list[tuple[date, date]]:
    """Half-years from one year to the end."""
    return [
        half
        for year in range(first, YEARS[-1] + 1)
        for half in ((date(year, 1, 1), date(year, 6, 30)), (date(year, 7, 1), date(year, 12, 31)))
    ]


def quotas(first: int, tonnes: dict[str, float]) -> tuple[Event, ...]:
    """The same quotas in every half-year from a year on. tonnes: a year, by kind; no kind is a quota on all."""
    return tuple(
        Event(
            id=f"standing{kind}.{start}", date=start, start=start, end=end, actor="China", instrument="export_quota",
            kind=kind, target="all", value=amount / 2.0, unit="t gross", admitted="yes", **ASSUMED,
        )
        for start, end in halves(first)
        for kind, amount in tonnes.items()
    )  # fmt: skip


def without(scenario: Scenario, *families: str) -> Scenario:
    """A scenario without acts whose names begin so, nor news of acts that there are not."""
    events = tuple(event for event in scenario.events if not event.id.startswith(families))
    there = {event.id for event in events}
    news = tuple(
        item for item in scenario.news if item.measure and all(m in there for m in item.measure.split(";"))
    )  # fmt: skip
    return scenario.model_copy(update={"events": events, "news": news})


def standing(scenario: Scenario, first: int, tonnes: dict[str, float]) -> Scenario:
    """A scenario with quotas that stand from a year on, told as one act in the month before."""
    rows = quotas(first, tonnes)
    item = News(
        id="standing", date=date(first - 1, 12, 1), kind="act", target="all", admitted="yes", text="quotas stand",
        measure=";".join(row.id for row in rows), **ASSUMED,
    )  # fmt: skip
    return scenario.model_copy(update={"events": (*scenario.events, *rows), "news": (*scenario.news, item)})


def ways() -> dict[str, Scenario]:
    """Barriers as in history, and then as they were at its end; and two in which they never changed."""
    base = load_scenario("2010-embargo")
    history = standing(without(base, *HELD, "quota.end", "tax.end"), LAST + 1, SPLIT)
    unchanged = without(base, *HELD, "quota", "tax.end")
    return {
        "free trade": without(base, *HELD, *BARRIERS),
        "history, then unchanged": history,
        "one quota, never changed": standing(unchanged, YEARS[0], {"": TOTAL}),
        "quotas of 2014 from 2010 on": standing(unchanged, YEARS[0], SPLIT),
    }


def prices(scenario: Scenario, behaviour: Behaviour) -> Run:
    return Simulation(scenario, behaviour={**behaviour, **OFF}).run(1)


def premium(run: Run, free: Run, materials: Sequence[str]) -> np.ndarray:
    """Price outside over that of free trade by year, mean over materials: (years,)."""
    of_year = np.array([(run.start + timedelta(days=7 * week)).year for week in range(run.steps)])
    ratios = [run.column("price_outside", m)[0] / free.column("price_outside", m)[0] for m in materials]
    mean = np.mean(ratios, axis=0)
    return np.array([mean[of_year == year].mean() for year in YEARS])


def premia(run: Run, free: Run) -> dict[str, float]:
    light, heavy = (dict(zip(YEARS, premium(run, free, kind), strict=True)) for kind in (LIGHT, HEAVY))
    return {
        "light": 100.0 * (0.5 * (light[2014] + light[2015]) - 1.0), "heavy": 0.5 * (heavy[2014] + heavy[2015]),
        "light gone": 100.0 * (light[2017] - 1.0), "heavy gone": 100.0 * (heavy[2018] - 1.0),
    }  # fmt: skip


def make(given: Sequence[Behaviour]) -> Reply:
    """Premia over free trade, by draws; two other ways to tell what does not change, at shipped parameters."""
    scenarios = ways()
    free, main, *others = scenarios

    def measured(behaviour: Behaviour) -> dict[str, float]:
        return premia(prices(scenarios[main], behaviour), prices(scenarios[free], behaviour))

    found = over(given, measured)
    none = prices(scenarios[free], given[0])
    runs = {way: prices(scenarios[way], given[0]) for way in (main, *others)}
    at = np.array(list(YEARS), dtype=float)
    panels = [
        Panel(
            f"{word} rare earths", "price over free trade",
            {way: premium(run, none, kind) for way, run in runs.items()}, axis="", at=at, low=1.0,
        )
        for word, kind in (("light", LIGHT), ("heavy", HEAVY))
    ]  # fmt: skip
    notes = []
    for way in others:
        light, heavy = premium(runs[way], none, LIGHT), premium(runs[way], none, HEAVY)
        each = premia(runs[way], none)
        notes.append(
            f"{way}: light {each['light']:+.0f} % and heavy {each['heavy']:.2g} times in 2014-15; highest before,"
            f" {light.max():.2g} and {heavy.max():.2g} times, in {YEARS[int(light.argmax())]} and"
            f" {YEARS[int(heavy.argmax())]}"
        )
    return Reply(found, panels, notes)


DOCKINGS = (
    Docking(
        *ROW, "Power over rare earths passes",
        "Pothen (2014), ZEW Discussion Paper 14-005",
        "The world of `2010-embargo` with its quotas and duties, those of 2014 standing to the end, beside the same"
        " world without either; no embargo, inspection or campaign; fear and smuggling off. Its years are the paper's;"
        " the heavy ones are held to the last year of the world, 2018.",
        "draws of all parameters but those switched off",
        "Power passes here as well, but by 2013: the quota of 2010 is worth a factor of two to three at once, two"
        " mines with short lead times open on that price, users abroad learn to use a quarter less, and both outlast"
        " it. Heavy ones: a licence costs the same per kilogram whatever it carries, little beside their price, and"
        " by 2014 use abroad wants no more than their own quota. The paper's mines and growth of use are not at hand.",
        (
            Question("light", "light ones over free trade, 2014-15", 11.0, 31.0, "%", "+21 %"),
            Question("heavy", "heavy ones over free trade, 2014-15", 2.0, None, "times", "more than double"),
            Question("light gone", "light ones over free trade, 2017", -10.0, 10.0, "%", "gone by 2017"),
            Question("heavy gone", "heavy ones over free trade, 2018", -10.0, 10.0, "%", "gone by 2019"),
        ),
        make,
    ),
)  # fmt: skip
