"""D6: the loss from a cut explodes only where nothing can be substituted, after Bachmann, Moll and others."""

from collections.abc import Sequence

import numpy as np

from chokepoint.experiments.docking.demand import lost_value
from chokepoint.experiments.docking.docked import Docking, Question, Reply
from chokepoint.experiments.docking.draws import Behaviour, over, ratio
from chokepoint.experiments.economics import acts
from chokepoint.experiments.economics.asked import Panel
from chokepoint.experiments.economics.economy import WEEKS
from chokepoint.experiments.economics.spatial_market import SpatialMarket
from chokepoint.experiments.economics.worlds import World, world

ROW = ("D6", "substitution")
CUTS = (0.0, 0.02, 0.04, 0.06, 0.08, 0.1)  # of what is imported, to the paper's shock of a tenth
ELASTICITIES = (0.02, 0.04, 0.1, 0.3, 1.0)
INPUT_SHARE = 0.04  # of energy in what Germany uses, from the paper
OWN = 0.01  # output of the importers, units of 100 t: as good as none
STANDS, MEASURED = 3, slice(60, 80)  # years for which the quota stands; weeks of it that are measured
CHOKE = 0.2  # steepness with which lines stop, as shipped: told beside, since the paper has no such thing


def published(elasticity: float, left: float) -> float:
    """Loss of output over the bill for the input where `left` of it is left.

    1 - (a left^((s-1)/s) + 1 - a)^(s/(s-1)), over a, with the elasticity of substitution s and the input's share a.
    Source: the simplified model of Bachmann and others (2022).
    """
    power = (elasticity - 1.0) / elasticity
    output = left**INPUT_SHARE if power == 0.0 else (INPUT_SHARE * left**power + 1.0 - INPUT_SHARE) ** (1.0 / power)
    return (1.0 - output) / INPUT_SHARE


def settings(elasticity: float, choke: float) -> dict[str, float]:
    """What the paper sets: use answers at once and for good; no stock, fear, smuggling or supply that answers."""
    return {
        "use_elasticity": elasticity, "use_elasticity_long": elasticity, "choke": choke, "stock_elasticity": 0.0,
        "precaution": 0.0, "lasting": 0.0, "buying_ahead": 0.0, "smuggled_most": 0.0, "supply_elasticity": 0.012,
        "supply_elasticity_long": 0.03,
    }  # fmt: skip


def cut(market: SpatialMarket, land: World, share: float, behaviour: Behaviour) -> tuple[float, float]:
    """Use of the target and its price, over those before, under a quota that withholds a share of all exports."""
    first = acts.first_quota_week(land.scenario)
    free = sum(firm.use_t_per_year for firm in land.scenario.firms if firm.country in land.importers)
    limits = [acts.quotas(land.exporter, [(1.0 - share) * free / 2.0] * 2 * STANDS)] if share > 0.0 else []
    course = market.run(land.over(first + 2 * WEEKS, *limits), behaviour=behaviour)
    span = slice(first + MEASURED.start, first + MEASURED.stop)
    used = course.used(land.target)
    return float(used[span].mean() / used[first - 4]), float(course.level(land.target, first - 4)[span].mean())


def loss(market: SpatialMarket, elasticity: float, behaviour: Behaviour, choke: float = 0.0) -> tuple[float, float]:
    """Value of the use that a tenth less takes away, in base bills; and the share of use that is left."""
    land = world("one_exporter").made(own=OWN)
    path = [cut(market, land, share, {**behaviour, **settings(elasticity, choke)}) for share in CUTS]
    used, price = (np.array(each) for each in zip(*path, strict=True))
    return lost_value(used, price), float(used[-1])


def make(given: Sequence[Behaviour]) -> Reply:
    """Losses by elasticity beside the paper's formula at the same shock, and with lines that stop."""
    market = SpatialMarket()

    def measured(behaviour: Behaviour) -> dict[str, float]:
        found = {e: loss(market, e, behaviour) for e in (0.02, 0.04, 0.1, 1.0)}
        return {
            "size": ratio(found[0.04][0], published(0.04, found[0.04][1])),
            "far": ratio(found[0.1][0], found[1.0][0]), "near": ratio(found[0.02][0], found[0.1][0]),
        }  # fmt: skip

    here = [loss(market, e, given[0]) for e in ELASTICITIES]
    stopping = [loss(market, e, given[0], CHOKE)[0] for e in ELASTICITIES]
    theirs = [published(e, left) for e, (_, left) in zip(ELASTICITIES, here, strict=True)]
    lines = {
        "here": np.array([each for each, _ in here]), "paper's formula": np.array(theirs),
        "here, lines stop": np.array(stopping),
    }  # fmt: skip
    panel = Panel(
        "loss from a tenth less of an input", "base bills", lines, axis="elasticity of substitution",
        at=np.array(ELASTICITIES), logs=True,
    )  # fmt: skip
    told = ", ".join(f"{e:g}: {a:.2f} ({b:.2f})" for e, (a, _), b in zip(ELASTICITIES, here, theirs, strict=True))
    notes = [
        f"loss in base bills by elasticity, and the formula's: {told}",
        f"with lines that stop above twice the base price, as shipped, the loss at 0.02 is {stopping[0]:.2f}:"
        " no elasticity, however small, makes it explode",
    ]
    return Reply(over(given, measured), [panel], notes)


DOCKINGS = (
    Docking(
        *ROW, "Loss explodes only as substitution ends",
        "Bachmann, Baqaee, Bayer, Kuhn, Löschel, Moll, Peichl, Pittel and Schularick (2022), ECONtribute Policy Brief"
        " 28",
        "An importer without mines loses a tenth of what it buys to a quota. Its use has the paper's elasticity for"
        " good; stocks, fear, smuggling and the stop of lines are off. The loss is the area under the demand that the"
        " market goes through as the cut grows from nothing; the formula is taken at the use that is left.",
        "draws of the parameters that the paper does not set",
        "Users who answer a price with one elasticity are the paper's but for output, which falls with the input there"
        " and does not here: losses agree from 0.1 on, and are higher here where they are a large part of output.",
        (
            Question("size", "loss at an elasticity of 0.04 over the paper's", 0.75, 1.25, "", "1: 1.5 % of output"),
            Question("far", "loss at 0.1 over that at 1", None, 2.0, "", "1.5 by its formula"),
            Question("near", "loss at 0.02 over that at 0.1", 4.0, None, "", "5.7 by its formula"),
        ),
        make,
    ),
)  # fmt: skip
