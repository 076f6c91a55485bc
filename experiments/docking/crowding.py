"""D8: does a public stock crowd private ones out? In mild crises, not in severe ones, without a rule that says so."""

from collections.abc import Sequence

import numpy as np

from chokepoint.experiments.docking.docked import Docking, Question, Reply
from chokepoint.experiments.docking.draws import Behaviour, over
from chokepoint.experiments.economics import acts
from chokepoint.experiments.economics.asked import Panel
from chokepoint.experiments.economics.economy import WEEKS, Course
from chokepoint.experiments.economics.spatial_market import SpatialMarket
from chokepoint.experiments.economics.worlds import Change, World, world
from chokepoint.sim.scenario.programmes import Reserve
from chokepoint.sim.scenario.tables import Scenario

ROW = ("D8", "crowding-out")
DAYS = 60.0  # of use, held by each importing state from the start
TOLD, LEAD = 60, 26  # week in which a crisis is announced, and weeks until it begins; it lasts a year
SIZES = (5.0, 10.0, 20.0, 30.0, 50.0, 70.0, 90.0)  # % of exports that the crisis takes away
MILD, SEVERE = 10.0, 90.0
LEAST = 1.0  # t of stock beyond the usual below which nobody has speculated
NO_RULE = {"crowding_out": 0.0}  # firms give up no stock for the mere reason that a reserve stands behind them


def public(countries: Sequence[str], days: float) -> Change:
    """A reserve of so many days of use in each of these countries, full and published."""

    def change(scenario: Scenario) -> Scenario:
        held = {
            c: Reserve(country=c, rule="target_days", held_days=days, settings={"days": days}) for c in countries
        }  # fmt: skip
        return scenario.model_copy(update={"reserves": held})

    return change


def speculation(course: Course, land: World) -> float:
    """Private stock abroad on the day on which the crisis begins, beyond that before it was told of; t."""
    at = [course.at(c) for c in land.importers]
    held = course.stock[0][:, at, 0].sum(axis=1)
    return float(held[TOLD + LEAD] - held[TOLD - 2])


def crowded_out(market: SpatialMarket, per_cent: float, behaviour: Behaviour) -> float:
    """Share of private speculation that a public stock displaces, in a crisis of this size.

    No number where nobody speculates without it.
    """
    land = world("one_exporter")
    begins = TOLD + LEAD
    crisis = acts.embargo(land.exporter, begins, begins + WEEKS, heard=TOLD, value=per_cent, unit="%")
    alone, beside = (
        speculation(market.run(land.over(begins + 2, crisis, *public_), behaviour={**behaviour, **NO_RULE}), land)
        for public_ in ((), (public(land.importers, DAYS),))
    )
    return 1.0 - beside / alone if alone > LEAST else float("nan")


def make(given: Sequence[Behaviour]) -> Reply:
    """What is crowded out in a mild and in a severe crisis, by draws; by size of the crisis."""
    market = SpatialMarket()
    found = over(given, lambda each: {f"{size:g}": 100.0 * crowded_out(market, size, each) for size in SIZES})
    mild, severe = found[f"{MILD:g}"], found[f"{SEVERE:g}"]
    path = np.array([found[f"{size:g}"] for size in SIZES])
    line = "private stock displaced"
    bands = {line: tuple(np.quantile(path[:, 1:], [0.1, 0.9], axis=1))} if path.shape[1] > 1 else {}
    panel = Panel(
        "crowding out by a public stock of 60 days", "% of private speculation", {line: path[:, 0]},
        axis="exports that the crisis takes away, %", at=np.array(SIZES),
        bands={name: (ends[0], ends[1]) for name, ends in bands.items()},
    )  # fmt: skip
    return Reply({"mild": mild, "severe": severe, "apart": mild / severe}, [panel])


DOCKINGS = (
    Docking(
        *ROW, "A public stock and private ones",
        "Toman, Resources for the Future, report DOE/PE/70267-T4 (OSTI 6525114)",
        "An embargo of a tenth, or of nine tenths, of exports for a year is decreed half a year ahead. Private"
        " speculation is what firms abroad hold beyond the usual when it begins, without public stocks and with"
        f" {DAYS:g} days of use in each importing state, published. The rule by which firms lean on a reserve"
        " (`crowding_out`) is off: what is left is what the reserve does to the price that holders expect.",
        "draws of all parameters",
        "A reserve is stock that may be used over the horizon, so that it lowers the price expected there. A mild"
        " crisis it bridges in good part, and with the price goes the reason to hold; a severe one leaves the price"
        " nearly as high, and firms fill their stores all the same.",
        (
            Question("mild", "private speculation displaced, a tenth cut", 25.0, None, "%", "crowded out"),
            Question("severe", "private speculation displaced, nine tenths cut", None, 20.0, "%", "not crowded out"),
            Question("apart", "the one over the other", 2.0, None, "", "above 1"),
        ),
        make,
    ),
)  # fmt: skip
