"""D12: power is convex in the share of supply, after Clayton, Maggiori and Schreger."""

from collections.abc import Sequence
from math import log

import numpy as np

from chokepoint.experiments.docking.demand import lost_surplus
from chokepoint.experiments.docking.docked import Docking, Question, Reply
from chokepoint.experiments.docking.draws import Behaviour, over, ratio
from chokepoint.experiments.economics import acts
from chokepoint.experiments.economics.asked import Panel
from chokepoint.experiments.economics.economy import WEEKS
from chokepoint.experiments.economics.spatial_market import SpatialMarket
from chokepoint.experiments.economics.worlds import world

ROW = ("D12", "dependence")
SHARES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)  # of what is used abroad that comes from the exporter
LOW, HIGH = 0.6, 0.95
ABROAD = 60.0  # use abroad, units of 100 t
ACT, YEARS = 60, 5  # week of the cut, and the year of it that is measured
CES = {"choke": 0.0}  # users of the paper substitute with one elasticity, and no line stops


def after(market: SpatialMarket, share: float, behaviour: Behaviour) -> tuple[float, float]:
    """Use abroad and price there, over those before, in the fifth year after all exports were cut off for good."""
    land = world("one_exporter").made(own=ABROAD * (1.0 - share))
    stop = acts.embargo(land.exporter, ACT, heard=ACT)
    found = market.run(land.over(ACT + YEARS * WEEKS, stop), behaviour=behaviour)
    year = slice(ACT + (YEARS - 1) * WEEKS, ACT + YEARS * WEEKS)
    used = np.sum([found.used(c) for c in land.importers], axis=0)
    return float(used[year].mean() / used[ACT - 2]), float(found.level(land.target, ACT - 2)[year].mean())


def harm(market: SpatialMarket, behaviour: Behaviour) -> np.ndarray:
    """Surplus that users lose by share, in base bills: the area left of the demand that they go through: (shares,)."""
    path = [(1.0, 1.0), *(after(market, share, behaviour) for share in SHARES)]
    used, price = (np.array(each) for each in zip(*path, strict=True))
    return np.array([lost_surplus(used[: i + 1], price[: i + 1]) for i in range(1, len(path))])


def make(given: Sequence[Behaviour]) -> Reply:
    """Harm at a share of .95 over that at .6, by draws; by share, with lines that stop too."""
    market = SpatialMarket()
    low, high = SHARES.index(LOW), SHARES.index(HIGH)

    def measured(behaviour: Behaviour) -> dict[str, float]:
        each = harm(market, {**behaviour, **CES})
        below, above = each[low] / LOW, (each[high] - each[low]) / (HIGH - LOW)
        return {"ratio": ratio(each[high], each[low]), "convex": ratio(above, below)}

    ces, stopping = harm(market, {**given[0], **CES}), harm(market, given[0])
    formula = np.array([log(1.0 / (1.0 - share)) for share in SHARES])
    lines = {"here": ces, "here, lines stop": stopping, "ln(1 / (1 - share))": formula}
    panel = Panel(
        "harm of a cut-off", "at a share of .6 = 1", {name: each / each[low] for name, each in lines.items()},
        axis="share of supply", at=np.array(SHARES), straight=True,
    )  # fmt: skip
    ratios = {name: each[high] / each[low] for name, each in lines.items()}
    notes = [
        f"with lines that stop above twice the base price, as shipped, the ratio is {ratios['here, lines stop']:.2g}:"
        " who has lost most of its use loses little more",
        f"suppliers that are imperfect substitutes for each other, as in the paper's sectors, have"
        f" {ratios['ln(1 / (1 - share))']:.2g}, whatever their elasticity",
    ]
    return Reply(over(given, measured), [panel], notes)


DOCKINGS = (
    Docking(
        *ROW, "Power is convex in the share of supply",
        "Clayton, Maggiori and Schreger (2024), NBER Working Paper 33309",
        "An exporter with a given share of what is used abroad cuts all of it off for good. Harm is the surplus that"
        " users abroad lose in the fifth year, when stocks have gone and others have grown: the area left of the"
        " demand that they go through as the share grows from nothing. Users substitute with one elasticity, as in"
        " the paper: the stop of lines is off.",
        "draws of all other parameters",
        "A metal is the same from every mine: once the last supplier is cut off, nothing takes its place, and use of"
        " little elasticity is worth ever more. Five is how we read the paper, which gives no such number and says"
        " that power increases disproportionately as control of a supply comes near to all.",
        (
            Question("ratio", "harm at a share of .95 over that at .6", 5.0, None, "", "more than in proportion"),
            Question("convex", "harm by point of share above .6, over below", 2.0, None, "", "above 1"),
        ),
        make,
    ),
)  # fmt: skip
