"""D2: competitive storage, the market beside the rational solution on the same harvests."""

from collections.abc import Sequence

import numpy as np

from chokepoint.experiments.docking.docked import Docking, Question, Reply
from chokepoint.experiments.docking.draws import Behaviour
from chokepoint.experiments.economics.asked import Panel
from chokepoint.experiments.economics.spatial_market import SpatialMarket
from chokepoint.experiments.economics.storage import HARVESTS, SERIES, SPIN_UP, harvest_prices, moments
from chokepoint.experiments.economics.worlds import world

ROW = ("D2", "storage")
WORDS = {"mean": "mean", "sd": "standard deviation", "skew": "skewness", "memory": "autocorrelation"}
KEPT = 3  # runs that a market remembers; each is 65 years long


def pooled(pairs: Sequence[tuple[np.ndarray, np.ndarray]]) -> dict[str, float]:
    """Moments over those of the rational solution, means over all series of harvests."""
    ours, theirs = ([moments(pair[i]) for pair in pairs] for i in (0, 1))
    return {name: float(np.mean([m[name] for m in ours]) / np.mean([m[name] for m in theirs])) for name in WORDS}


def told(ratios: dict[str, float]) -> str:
    return ", ".join(f"{WORDS[name]} {ratio:.2f}" for name, ratio in ratios.items())


def make(given: Sequence[Behaviour]) -> Reply:
    """Moments on the harvests of E28 and on as many others as there are draws; parameters stay those of the paper."""
    market, land = SpatialMarket(), world("one_market")
    market.KEPT = KEPT
    series = [SERIES, *range(len(given) - 1)]
    unheard = [harvest_prices(market, land, seed) for seed in series]
    heard = [harvest_prices(market, land, seed, told=True) for seed in series]
    ratios = [pooled([pair]) for pair in unheard]
    made, rational = unheard[0]
    panel = Panel(
        "price of a year", "normal price = 1",
        {"here": made, "rational storage": rational}, SPIN_UP, axis="years",
    )  # fmt: skip
    notes = [
        f"moments of all {len(series)} series pooled: {told(pooled(unheard))}",
        f"every harvest told with its end when it begins, pooled: {told(pooled(heard))}",
    ]
    return Reply({name: np.array([ratio[name] for ratio in ratios]) for name in WORDS}, [panel], notes)


DOCKINGS = (
    Docking(
        *ROW, "Competitive storage of harvests",
        "Wright and Williams (1982), Economic Journal 92, 596-614; Deaton and Laroque (1992), Review of Economic"
        " Studies 59, 1-23; numbers as in the RECS toolbox (Gouel)",
        f"Row E28 of `chokepoint economics`: one country, {HARVESTS} harvests with a standard deviation of 5 %,"
        " elasticity of use 0.2 for good and next to none of output; the rational solution by"
        " `agents/reserve_rules/competitive.py` on the same harvests.",
        "other series of harvests",
        "Stocks answer expected over present price by a smooth curve: they never run out, which is what makes rational"
        " prices skewed, and a harvest that nobody explained is expected to last, where the paper's are known to be"
        " drawn anew each year. Told harvests take the second away, and the standard deviation with it; the first"
        " stays.",
        tuple(
            Question(name, f"{word} of yearly prices over the rational one", 0.8, 1.2, "", "1")
            for name, word in WORDS.items()
        ),
        make,
    ),
)  # fmt: skip
