"""D10: a stock of the buyers against a cartel, after Nichols and Zeckhauser."""

from collections.abc import Sequence
from datetime import date

import numpy as np

from chokepoint.experiments.docking.docked import Docking, Question, Reply
from chokepoint.experiments.docking.draws import Behaviour, over
from chokepoint.experiments.docking.optimum import best
from chokepoint.experiments.economics import acts
from chokepoint.experiments.economics.asked import Panel
from chokepoint.experiments.economics.economy import WEEKS
from chokepoint.experiments.economics.spatial_market import SpatialMarket
from chokepoint.experiments.economics.worlds import Change, World, world
from chokepoint.sim.scenario.programmes import Reserve

ROW = ("D10", "cartel")
FREE, COST, INTEREST = 5400.0, 3.5, 0.05  # t a year of the cartel in free trade, USD/kg, a year
FIRST = tuple(float(share) for share in np.round(np.arange(0.3, 1.01, 0.1), 2))  # quotas of the first year
SECOND = tuple(float(share) for share in np.round(np.arange(0.2, 1.01, 0.05), 2))  # of the second, as shares of FREE
DAYS = 60.0  # of use that each importing state buys in the first year and lets go in the second
STOCKS = (0.0, 30.0, 60.0, 90.0, 120.0)
GAMES = 6  # draws that are played at most: each is some hundred runs


def stockpile(countries: Sequence[str], days: float, year: int) -> Change:
    """States that buy so many days of use in a year and let go of them in the next."""
    settings = {
        "days": days, "pace_years": 1.0, "release_on": "request", "requested_from": date(year + 1, 1, 1),
        "requested_to": date(year + 1, 12, 31), "release_share": 1.0, "buys_in_crisis": True,
    }  # fmt: skip
    held = {
        c: Reserve(country=c, start=date(year, 1, 1), settings=settings, release_delay_weeks=0) for c in countries
    }  # fmt: skip
    return lambda scenario: scenario.model_copy(update={"reserves": held if days > 0.0 else {}})


def outcome(
    market: SpatialMarket, land: World, shares: tuple[float, float], days: float, behaviour: Behaviour
) -> tuple[np.ndarray, np.ndarray]:
    """Profit of the cartel, million USD, and price abroad over base, of both years: (years,) each.

    The quota of a year is heard of as it begins: nobody knows the second while the first stands.
    """
    first = acts.first_quota_week(land.scenario)
    year = land.scenario.start.year + 2
    limits = [
        acts.quotas(land.exporter, [share * FREE / 2.0] * 2, years=2 + i, heard=first - 1 + WEEKS * i, name=f"year{i}")
        for i, share in enumerate(shares)
    ]
    course = market.run(
        land.over(first + 2 * WEEKS + 2, *limits, stockpile(land.importers, days, year)), behaviour=behaviour
    )
    at, level = course.at(land.exporter), course.level(land.target, first - 4)
    spans = [slice(first + WEEKS * i, first + WEEKS * (i + 1)) for i in (0, 1)]
    sent, price = course.sent(land.exporter), course.price[0, :, at, 0]
    profit = [(course.rent[0, s, at] + sent[s] * (price[s] - COST)).sum() / 1000.0 for s in spans]
    return np.array(profit), np.array([level[s].mean() for s in spans])


def later(market: SpatialMarket, days: float, behaviour: Behaviour) -> tuple[float, float, float]:
    """Price of the second year, over base, and the cartel's quotas of both, when it does what earns it most.

    Its second quota is the best once the first year is past; the first looks ahead to that.
    """
    land = world("one_exporter")
    most = (-np.inf, 0.0, 0.0, 0.0)
    for one in FIRST:
        found = [outcome(market, land, (one, two), days, behaviour) for two in SECOND]
        profit = [float(gained[1]) for gained, _ in found]
        two = best(SECOND, profit)
        price = float(np.interp(two, SECOND, [level[1] for _, level in found]))
        total = float(found[0][0][0]) + float(np.interp(two, SECOND, profit)) / (1.0 + INTEREST)
        most = max(most, (total, price, one, two))
    return most[1], most[2], most[3]


def unmoved(market: SpatialMarket, days: float, shares: tuple[float, float], behaviour: Behaviour) -> float:
    """Price of the second year with a stock where the cartel keeps to the quotas that are best without it."""
    return float(outcome(market, world("one_exporter"), shares, days, behaviour)[1][1])


def make(given: Sequence[Behaviour]) -> Reply:
    """Later price with the stock over that without, by draws; by size of the stock."""
    market = SpatialMarket()

    def measured(behaviour: Behaviour) -> dict[str, float]:
        return {"later": later(market, DAYS, behaviour)[0] / later(market, 0.0, behaviour)[0]}

    found = over(given[: GAMES + 1], measured)
    games = [later(market, days, given[0]) for days in STOCKS]
    kept = games[0][1:]
    panels = [
        Panel(
            "price of the second year", "base = 1",
            {
                "cartel answers the stock": np.array([price for price, _, _ in games]),
                "cartel does not": np.array([unmoved(market, days, kept, given[0]) for days in STOCKS]),
            },
            axis="stock of the buyers, days of use", at=np.array(STOCKS),
        ),
    ]  # fmt: skip
    chosen = games[STOCKS.index(DAYS)]
    notes = [
        f"quotas of the two years: {kept[0]:.0%} and {kept[1]:.0%} of free exports without a stock, {chosen[1]:.0%} and"
        f" {chosen[2]:.0%} with one",
        f"price of the second year {games[0][0]:.2f} and {chosen[0]:.2f} times the base",
    ]
    return Reply(found, panels, notes)


DOCKINGS = (
    Docking(
        *ROW, "A stock against a cartel",
        "Nichols and Zeckhauser (1977), Bell Journal of Economics 8, 66-96",
        "Two years. An exporter with nine tenths of what is used abroad sets a quota for each as it begins, the"
        f" second one best once the first year is past; importing states buy {DAYS:g} days of use in the first and let"
        " go of them in the second. The cartel's profit is looked for over all pairs of quotas, without the stock and"
        " with it.",
        f"draws of all parameters, {GAMES} at most",
        "What the buyers let go, and what is believed to lie in store, lowers the price of the second year at any"
        " quota. With two months in store the cartel sells a little less and earns less; with three a tight quota"
        " brings it less than a loose one, and it lets go. A reserve here lets go only what users would lose, so that"
        " it works where the cartel's price stops lines.",
        (Question("later", "price of the second year with the stock over that without", None, 0.99, "", "below 1"),),
        make,
    ),
)  # fmt: skip
