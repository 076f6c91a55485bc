"""Stocks: do they smooth, do people learn a calendar, and is the price that of rational storage (E11, E28)?"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import numpy as np

from chokepoint.agents.reserve_rules.competitive import Settings, solve
from chokepoint.experiments.economics import acts
from chokepoint.experiments.economics.asked import Asked, Experiment, Found, Panel
from chokepoint.experiments.economics.economy import WEEKS, Economy
from chokepoint.experiments.economics.relabel import part, running, sliced, without_traders
from chokepoint.experiments.economics.worlds import Change, World
from chokepoint.sim.scenario.tables import Scenario

NO_STORING = {"stock_elasticity": 0.0, "buying_ahead": 0.0}
BASE, FIRST, SEASONS, STOP = 58, 60, 8, 16
HARVESTS, SHOCK, PARTS = 65, 0.05, 30  # years, sd of a harvest, and parts of a mine of one hundredth of normal output
LEAST = 1e-4  # standard deviation or swing of ln price below which nothing has moved
SERIES = 16  # seed of the harvests
SPIN_UP = 5  # years before prices are compared
OUTPUT = 1.0 + PARTS / 200.0  # of all parts, so that half of them make the normal harvest full
ELASTICITY = 0.2  # of use in the world of harvests
# Use answers as in the rational solution, at once and for good, and output but for the harvest next to nothing.
AS_RATIONAL = {
    "use_elasticity": ELASTICITY, "use_elasticity_long": ELASTICITY, "supply_elasticity": 0.012,
    "supply_elasticity_long": 0.03,
}  # fmt: skip


def seasons(economy: Economy, world: World) -> Found:
    """A fifth of all ore stops for sixteen weeks, eight years running; once more where nobody holds stock for a price.

    Users hold stock for a price as traders do, so that to take traders away would leave most of the storing done.
    """
    with_them, without = _seasonal(economy, world), _seasonal(economy, world, without_traders, behaviour=NO_STORING)
    years = with_them[FIRST : FIRST + SEASONS * WEEKS].reshape(SEASONS, WEEKS)
    swings = years.max(axis=1) - years.min(axis=1)
    span = slice(FIRST, FIRST + SEASONS * WEEKS)
    values = {
        "smooth": float(with_them[span].std() / without[span].std()) if without[span].std() > LEAST else float("nan"),
        "learn": float(swings[-1] / swings[0]) if swings[0] > LEAST else float("nan"),
    }
    lines = {"as it is": np.exp(with_them[FIRST:]), "nobody stores": np.exp(without[FIRST:])}
    return Found(values, [Panel("price outside", "base = 1", lines, axis="weeks from the first stop")])


def _seasonal(
    economy: Economy, world: World, *changes: Change, behaviour: Mapping[str, float] | None = None
) -> np.ndarray:
    """ln price outside over its base, with the stops: (w,)."""
    mines = [(part(mine.mine, 0), mine.country) for mine in running(world.scenario)]
    stops = [
        acts.ore_hold(f"season.{i + 1}", mines, FIRST + WEEKS * i, FIRST + WEEKS * i + STOP) for i in range(SEASONS)
    ]
    course = economy.run(world.over(FIRST + SEASONS * WEEKS, *changes, sliced((0.2, 0.8)), *stops), behaviour=behaviour)
    return np.asarray(np.log(course.level(world.target, BASE)))


def harvests(economy: Economy, world: World) -> Found:
    """A market with a new harvest every year, beside what rational competitive storage makes of the same harvests."""
    made, rational = harvest_prices(economy, world)
    mine, theirs = moments(made), moments(rational)
    values = {name: mine[name] / theirs[name] for name in mine}
    lines = {"here": made, "rational storage": rational}
    return Found(values, [Panel("price of a year", "normal price = 1", lines, SPIN_UP, axis="years")])


def harvest_prices(
    economy: Economy, world: World, seed: int = SERIES, told: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """Yearly prices of the market and of rational storage on the same harvests, normal price 1: (years,) each.

    seed: of the harvests. told: whether everybody hears at its beginning how small a harvest is, and when it ends.
    """
    size = np.random.default_rng(seed).normal(0.0, SHOCK, HARVESTS).clip(-PARTS / 200.0, PARTS / 200.0)
    held = np.rint((PARTS / 200.0 - size) * 100.0).astype(int)  # parts that stand still
    output = OUTPUT - held / 100.0
    land = world.made(output=OUTPUT)
    shares = (0.01 / OUTPUT,) * PARTS
    years = _years(held.tolist(), told)
    course = economy.run(_until(land, HARVESTS, sliced((*shares, 1.0 - sum(shares))), *years), behaviour=AS_RATIONAL)
    days = np.array([course.start + timedelta(days=7 * week) for week in range(course.weeks)])
    of_year = np.array([day.year for day in days]) - course.start.year
    price = np.exp(course.log_prices(land.importers[0])[0])
    made = np.array([price[of_year == year].mean() for year in range(HARVESTS)])[SPIN_UP:] / 10.0
    return made, rational_prices(output, Settings(elasticity=ELASTICITY, shock=SHOCK))[SPIN_UP:]


def rational_prices(output: np.ndarray, settings: Settings) -> np.ndarray:
    """Prices of competitive storage on a sequence of yearly outputs (years of use), from an empty store: (years,)."""
    storage, left, prices = solve(settings), 0.0, []
    for amount in output:
        available = np.array([(1.0 - settings.decay) * left + amount])
        prices.append(float(storage.price_at(available)[0]))
        left = float(storage.stock_at(available)[0])
    return np.array(prices)


def _years(held: Sequence[int], told: bool) -> list[Change]:
    """In each year so many parts of the mine are stopped."""

    def stop(year: int, count: int) -> Change:
        def change(scenario: Scenario) -> Scenario:
            first = max((date(scenario.start.year + year, 1, 1) - scenario.start).days // 7, 0)
            last = (date(scenario.start.year + year + 1, 1, 1) - scenario.start).days // 7
            mines = [(part("L mine", i), "L") for i in range(count)]
            heard = first if told else None
            return acts.ore_hold(f"harvest.{year}", mines, first, last, heard)(scenario) if count else scenario

        return change

    return [stop(year, count) for year, count in enumerate(held)]


def _until(world: World, years: int, *changes: Change) -> Scenario:
    return world.over(int(years * 365.25 / 7.0) + 1, *changes)


def moments(price: np.ndarray) -> dict[str, float]:
    """Mean, standard deviation, skewness and first autocorrelation; a price that never moves answers nothing."""
    gap, sd = price - price.mean(), float(price.std())
    if sd < LEAST:
        return dict.fromkeys(("mean", "sd", "skew", "memory"), float("nan"))
    again = float(np.corrcoef(price[:-1], price[1:])[0, 1])
    return {"mean": float(price.mean()), "sd": sd, "skew": float((gap**3).mean()) / sd**3, "memory": again}


EXPERIMENTS = (
    Experiment(
        "E11", "16-week stop of a fifth of ore every year, eight years",
        (
            Asked("smooth", "sd of ln price over that where nobody stores", None, 0.7),
            Asked("learn", "swing of the eighth year over that of the first", None, 0.6),
        ),
        seasons, ("four_exporters", "two-countries"),
    ),
    Experiment(
        "E28", "Harvest shocks in one market, beside rational storage",
        tuple(
            Asked(part_, f"{word} of yearly prices over that of the rational solution", 0.8, 1.2)
            for part_, word in (
                ("mean", "mean"), ("sd", "standard deviation"), ("skew", "skewness"), ("memory", "autocorrelation"),
            )
        ),
        harvests, ("one_market",),
    ),
)  # fmt: skip
