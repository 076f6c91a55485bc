"""D7: the best size of a reserve, by the rule `optimal` and by Oren and Wan."""

from collections.abc import Sequence

import numpy as np

from chokepoint.agents.reserve_rules.optimal import STEP_DAYS, Settings, solve
from chokepoint.experiments.docking.docked import Docking, Question, Reply
from chokepoint.experiments.docking.draws import SEED, Behaviour
from chokepoint.experiments.docking.steady_reserve import best
from chokepoint.experiments.economics.asked import Panel

ROW = ("D7", "reserve-size")
VALUE = 10.0  # value added over price of a day's use
VALUES = (3.0, 5.0, 10.0, 20.0, 40.0)
HIGHEST = 1000.0  # days: no reserve that is looked for here comes near
# Ranges from which other supplies are drawn (assumptions around the rule's own numbers).
RANGES = {
    "begins_per_year": (0.05, 0.25), "lasts_years": (0.25, 1.0), "lost_share": (0.25, 0.75), "impact": (0.25, 2.0),
    "rate": (0.02, 0.06), "value": (5.0, 25.0),
}  # fmt: skip
FINE = tuple(float(fill) for fill in np.arange(0.02, 1.01, 0.02))  # rates of filling beyond those of the rule


def by_rule(settings: Settings, value: float) -> float:
    """Days of use from which on the rule buys no more."""
    bought, _, _ = solve(settings, value)
    idle = np.flatnonzero(bought == 0)
    return float(STEP_DAYS * (idle[0] if len(idle) else len(bought) - 1))


def supplies(count: int) -> list[tuple[Settings, float]]:
    """Settings and values: the rule's own, and so many drawn, uniform in ln."""
    random = np.random.default_rng(SEED)
    found = [(Settings(highest_days=HIGHEST), VALUE)]
    for _ in range(count):
        drawn = {name: float(np.exp(random.uniform(*np.log(ends)))) for name, ends in RANGES.items()}
        value = drawn.pop("value")
        found.append((Settings(highest_days=HIGHEST, **drawn), value))
    return found


def make(given: Sequence[Behaviour]) -> Reply:
    """Sizes over each other for several supplies; and by the value that hangs on a day's use."""
    own, *drawn = supplies(len(given) - 1)
    ratios = [by_rule(*own) / best(*own)[0], *(by_rule(*each) / best(*each)[0] for each in drawn)]
    rule = [by_rule(own[0], value) for value in VALUES]
    theirs = [best(own[0], value)[0] for value in VALUES]
    panel = Panel(
        "best size of a reserve", "days of use", {"rule optimal": np.array(rule), "Oren and Wan": np.array(theirs)},
        axis="value of a day's use over its price", at=np.array(VALUES), logs=True,
    )  # fmt: skip
    size, fill = best(*own)
    free, slow = best(*own, FINE)
    notes = [
        f"rule {by_rule(*own):.0f} days, Oren and Wan {size:.0f} days filled at {fill:.2g} years of use a year",
        f"were any rate of filling allowed, they would hold {free:.0f} days, filled at {slow:.2g}; the rule buys a week"
        " of use in four weeks at least, or nothing",
    ]
    return Reply({"size": np.array(ratios)}, [panel], notes)


DOCKINGS = (
    Docking(
        *ROW, "Best size of a strategic reserve",
        "Oren and Wan (1986), Management Science 32, 14-29",
        "Supply that is normal or short by turns, a continuous Markov process: a shortage begins once in ten years,"
        " lasts half a year and takes half of use away, as in the rule `optimal`. Its dynamic programme is held"
        " against the paper's steady state in closed form, with the rule's costs and rates of filling. The paper's"
        " own table of oil is not at hand.",
        "other supplies: begin, length, depth, impact of buying, interest and value drawn from ranges",
        "Both weigh the same costs and their plans have the same form. Where they part among the drawn supplies, at"
        " reserves of a few months and where buying moves the price much, it is the grid of the rule, whose steps of"
        " seven days of use are coarse; on a finer grid it comes as near as a few per cent everywhere.",
        (Question("size", "size by the rule over that of the paper's model", 0.9, 1.1, "", "1"),),
        make,
    ),
)  # fmt: skip
