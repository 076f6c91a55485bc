"""D3: the mark-up of a monopolist, alone and with a fringe."""

from collections.abc import Sequence

import numpy as np

from chokepoint.experiments.docking.docked import Docking, Question, Reply
from chokepoint.experiments.docking.draws import Behaviour, over
from chokepoint.experiments.docking.optimum import best
from chokepoint.experiments.economics import acts
from chokepoint.experiments.economics.asked import Panel
from chokepoint.experiments.economics.economy import WEEKS
from chokepoint.experiments.economics.spatial_market import SpatialMarket
from chokepoint.experiments.economics.worlds import world
from chokepoint.experiments.systems.monopoly import FREE, SHARES, price_of, realised

ROW = ("D3", "monopoly")
ELASTICITY = 1.25  # of demand, so that the best quota lies near half of free trade
COST = 3.5  # USD/kg, of a mine and a works in the small worlds
QUOTAS = tuple(float(share) for share in np.round(np.arange(0.30, 0.76, 0.05), 2))  # of free exports
STANDS, MEASURED = 6, 4  # years for which a quota stands, and the year that is measured
SELLS = 5000.0  # of each of the two sellers in free trade, t a year
# As the paper has it: demand answers at once and for good, and nothing leaks.
AS_PUBLISHED = {"use_elasticity": ELASTICITY, "use_elasticity_long": ELASTICITY, "smuggled_most": 0.0}


def lerner(elasticity: float) -> float:
    """Price over cost of a monopolist: 1 / (1 - 1 / elasticity). Source: Lerner (1934)."""
    return 1.0 / (1.0 - 1.0 / elasticity)


def income(market: SpatialMarket, share: float, behaviour: Behaviour) -> tuple[float, float]:
    """Tonnes sold in the measured year, and what a tonne brings with its rent, USD/kg, where two sellers act as one."""
    land = world("no_users")
    first = acts.first_quota_week(land.scenario)
    limits = [acts.quotas(seller, [share * SELLS / 2.0] * 2 * STANDS) for seller in land.states]
    course = market.run(land.over(first + WEEKS * STANDS, *limits), behaviour={**behaviour, **AS_PUBLISHED})
    year = slice(first + WEEKS * MEASURED, first + WEEKS * (MEASURED + 1))
    sold = sum(course.sent(seller)[year].sum() for seller in land.states)
    at = [course.at(seller) for seller in land.states]
    brought = sum(
        course.rent[0, year, c].sum() + (course.exports[0, year, c].sum(axis=1) * course.price[0, year, c, 0]).sum()
        for c in at
    )
    return float(sold), float(brought / sold)


def mark_up(market: SpatialMarket, behaviour: Behaviour) -> tuple[float, np.ndarray]:
    """Price over cost at the quota that earns most; and profit by quota, million USD a year."""
    found = [income(market, share, behaviour) for share in QUOTAS]
    profit = np.array([sold * (price - COST) / 1000.0 for sold, price in found])
    price = np.interp(best(QUOTAS, profit.tolist()), QUOTAS, [price for _, price in found])
    return float(price / COST), profit


def beside_fringe(runs: int) -> np.ndarray:
    """Price over that of theory at the quota where they are farthest apart, with a fringe, by replication: (runs,)."""
    ratios = np.array([[realised(share, i, 1)[0] / price_of(share * FREE) for share in SHARES] for i in range(runs)])
    return ratios[np.arange(runs), np.abs(np.log(ratios)).argmax(axis=1)]


def make(given: Sequence[Behaviour]) -> Reply:
    """Both sellers: one alone, by draws of all that the paper does not set; one with a fringe, by luck."""
    market = SpatialMarket()
    found = over(given, lambda behaviour: {"alone": mark_up(market, behaviour)[0] / lerner(ELASTICITY)})
    shares = np.array(QUOTAS)
    here = mark_up(market, given[0])[1]
    theory = shares * 2.0 * SELLS * (10.0 * shares ** (-1.0 / ELASTICITY) - COST) / 1000.0
    panel = Panel(
        "profit of the seller by its quota", "million USD a year", {"here": here, "textbook": theory},
        axis="quota, share of free exports", at=shares,
    )  # fmt: skip
    fringe = beside_fringe(len(given))
    note = f"mark-up {found['alone'][0] * lerner(ELASTICITY):.2f} here, {lerner(ELASTICITY):.2f} in the textbook"
    return Reply({**found, "fringe": fringe}, [panel], [note])


DOCKINGS = (
    Docking(
        *ROW, "Mark-up of a monopolist",
        "Lerner (1934), Review of Economic Studies 1, 157-175; with a fringe, the textbook's dominant firm",
        f"Alone: the two sellers of `no_users` act as one by equal quotas; demand has an elasticity of {ELASTICITY:g},"
        f" a tonne costs {COST:g} USD/kg, and the quota that earns most is looked for. With a fringe: `chokepoint"
        " system monopoly`, whose theory takes elasticities, fringe and years from the parameters.",
        "alone: draws of the other parameters; fringe: luck",
        "A holder of licences asks what clears them, so that the price at a quota is demand's and the mark-up is the"
        " state's choice of quota. At shipped elasticities, use of 0.38 and output of 0.5 in the long run, such a"
        " seller with three tenths of the world had best not restrict at all.",
        (
            Question("alone", "price over cost at the best quota, over 1 / (1 - 1 / elasticity)", 0.9, 1.1, "", "1"),
            Question("fringe", "price over theory's, at the quota where they part most", 0.9, 1.1, "", "1"),
        ),
        make,
    ),
)  # fmt: skip
