"""D11: short restrictions pay, long ones breed rivals, after Nguemgaing and others of Resources for the Future."""

from collections.abc import Sequence

import numpy as np

from chokepoint.experiments.docking.docked import Docking, Question, Reply
from chokepoint.experiments.docking.draws import Behaviour, over, ratio
from chokepoint.experiments.economics import acts
from chokepoint.experiments.economics.asked import Panel
from chokepoint.experiments.economics.economy import WEEKS
from chokepoint.experiments.economics.spatial_market import SpatialMarket
from chokepoint.experiments.economics.worlds import ASSUMED, Change, world
from chokepoint.sim.scenario.tables import Feed, Mine, Refiner, Scenario
from chokepoint.sim.simulation import load_scenario

ROW = ("D11", "duration")
PROJECTS = ("Mountain Pass", "Mt Weld")  # of `2010-embargo`, with their outlay, cost, lead time and ramp
EXPORTED = 45_500.0  # t a year that users outside China used in 2009, which the projects are measured by
FREE, COST, INTEREST = 5400.0, 3.5, 0.05  # t a year of the exporter, USD/kg, a year
SHARE = 0.4  # of free exports that a restriction lets go
YEARS = (1, 2, 3, 4, 6, 8, 12)  # for which it stands
SHORT, LONG = 2, 8
HORIZON = 16  # years over which income is counted
WANING = slice(4, 6)  # years of a long restriction that are held against its first two


def rivals(scenario: Scenario) -> Scenario:
    """Two projects abroad, as large beside exports as those of 2010, each with a works; one opens where prices pay."""
    told = {mine.mine: mine for mine in load_scenario("2010-embargo").mines}
    mines, works, feeds = [], [], []
    for name in PROJECTS:
        mine = told[name]
        size = mine.capacity_t_per_year * FREE / EXPORTED
        mines.append(
            Mine(
                mine=name, country="E", legal="yes", stage="project", basket="ore", quota_group="none",
                output_t_per_year=0.0, capacity_t_per_year=size, cost_usd_per_kg=mine.cost_usd_per_kg,
                capex_musd=mine.capex_musd * FREE / EXPORTED, lead_years=mine.lead_years, ramp_years=mine.ramp_years,
                debt_share=mine.debt_share, **ASSUMED,
            )
        )  # fmt: skip
        works.append(
            Refiner(
                refiner=f"{name} works", country="E", kind="free", capacity_t_per_year=1.3 * size, licence_share=0.0,
                cost_usd_per_kg=1.5, **{"yield": 1.0}, **ASSUMED,
            )
        )  # fmt: skip
        feeds.append(Feed(mine=name, refiner=f"{name} works", share=1.0, **ASSUMED))
    return scenario.model_copy(
        update={
            "mines": (*scenario.mines, *mines), "refiners": (*scenario.refiners, *works),
            "feeds": (*scenario.feeds, *feeds),
        }
    )  # fmt: skip


def course(
    market: SpatialMarket, years: int, behaviour: Behaviour, challenged: bool = True
) -> tuple[np.ndarray, np.ndarray]:
    """Income of the exporter, million USD, and output abroad, t, by year, where it restricts for so many years."""
    land = world("one_exporter")
    first = acts.first_quota_week(land.scenario)
    changes: list[Change] = [rivals] if challenged else []
    if years:
        limits = acts.quotas(land.exporter, [SHARE * FREE / 2.0] * 2 * years, heard=first - 2)
        changes += [limits, acts.free_half_year(land.exporter, 2 + years)]
    found = market.run(land.over(first + WEEKS * HORIZON, *changes), behaviour=behaviour)
    at = found.at(land.exporter)
    weekly = (found.rent[0, :, at] + found.sent(land.exporter) * (found.price[0, :, at, 0] - COST)) / 1000.0
    weeks = slice(first, first + WEEKS * HORIZON)
    income = weekly[weeks].reshape(HORIZON, WEEKS).sum(axis=1)
    return np.asarray(income), np.asarray(found.mined("E")[weeks].reshape(HORIZON, WEEKS).sum(axis=1))


def discounted(income: np.ndarray) -> float:
    return float((income * (1.0 + INTEREST) ** -np.arange(len(income))).sum())


def _gained(restricted: tuple[np.ndarray, np.ndarray], free: tuple[np.ndarray, np.ndarray]) -> float:
    return discounted(restricted[0]) - discounted(free[0])


def make(given: Sequence[Behaviour]) -> Reply:
    """What a short and a long restriction bring and breed, by draws; by length, with and without rivals."""
    market = SpatialMarket()

    def measured(behaviour: Behaviour) -> dict[str, float]:
        free, short, long_ = (course(market, years, behaviour) for years in (0, SHORT, LONG))
        gain = long_[0] - free[0]
        return {
            "short": 100.0 * (discounted(short[0]) / discounted(free[0]) - 1.0),
            "a year": ratio(_gained(long_, free) / LONG, _gained(short, free) / SHORT),
            "waning": ratio(gain[WANING].mean(), gain[:2].mean()),
            "rivals": float(long_[1][:LONG].max() / free[1].max()),
            "stalled": float(short[1][-1] / free[1][-1]),
        }  # fmt: skip

    free = {way: discounted(course(market, 0, given[0], way)[0]) for way in (True, False)}
    gains = {
        words: np.array([discounted(course(market, y, given[0], way)[0]) - free[way] for y in YEARS])
        for words, way in (("with rivals", True), ("without", False))
    }  # fmt: skip
    output = {f"restricted for {y} years": course(market, y, given[0])[1] / 1000.0 for y in (SHORT, LONG)}
    panels = [
        Panel(
            "gain of the exporter over free trade", "million USD", gains, axis="years of restriction",
            at=np.array(YEARS, dtype=float), straight=True,
        ),
        Panel("output abroad", "thousand t a year", output, axis="year", at=np.arange(1.0, HORIZON + 1.0)),
    ]  # fmt: skip
    lost = 100.0 * (1.0 - gains["with rivals"] / gains["without"])
    notes = [
        f"of the gain of a restriction of {y} years rivals take {lost[YEARS.index(y)]:.0f} %" for y in (SHORT, LONG)
    ]
    grown = output[f"restricted for {LONG} years"]
    notes.append(
        f"under a restriction of {LONG} years output abroad goes from {grown[0]:.2g} to {grown.max():.2g} thousand t"
        f" in year {int(grown.argmax()) + 1}, and stands at {grown[LONG - 1]:.2g} in its last year: the mines bring"
        " the price down that fed them, fail, and power comes back; the longest restriction gains"
        f" {gains['with rivals'][-1]:.0f} million USD, the short one {gains['with rivals'][YEARS.index(SHORT)]:.0f}"
    )
    return Reply(over(given, measured), panels, notes)


DOCKINGS = (
    Docking(
        *ROW, "Short restrictions pay, long ones breed rivals",
        "Nguemgaing, Kannan, Spiller and Toman (2025), RFF Issue Brief 25-12",
        f"An exporter lets {SHARE:.0%} of its exports go for {SHORT} or for {LONG} years, told as it begins. Abroad"
        " two mines wait with the outlay, cost, lead time and ramp of Mountain Pass and Mt Weld, as large beside its"
        " exports as those were in 2009. Its income is what exports bring over cost, with the rent of licences.",
        "draws of all parameters",
        "Use and output abroad answer only a little within the lead time of a mine, and that is when a restriction"
        " pays. Then mines open on its price and take a part of the gain. Those that open after a short one find no"
        " price that feeds them, as the brief expects of investments that stall once exports are free again; here"
        " those bred by a long one fail in the end, too, since two of them are too much for the market that is left."
        " The brief has no numbers: limits are ours.",
        (
            Question("short", f"gain from {SHORT} years, of income in free trade", 1.0, None, "%", "pays"),
            Question("a year", "gain a year of a long one, over a short one", None, 1.0, "", "short ones pay more"),
            Question("waning", "gain in years 5-6 of a long one, over its first two", None, 0.5, "", "power erodes"),
            Question("rivals", "most output abroad under a long one, over free", 1.5, None, "", "capacity is built"),
            Question("stalled", "output abroad long after a short one, over free", None, 1.1, "", "stalls"),
        ),
        make,
    ),
)  # fmt: skip
