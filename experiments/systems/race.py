"""A race for stock: several governments build reserves at once.

Japan, the United States and Europe go from nothing to 90 days of use in two years from July 2009, alone or all in the
same years, each as announced. What the price does to all of them, and what each pays for its own: together they lift
it by about the sum of what each does alone, a little more, and each pays for the others' haste. Far below the price
at which lines stop, demand is nearly straight; in a crisis the sum would be exceeded by more.
"""

from datetime import date
from typing import TYPE_CHECKING

from chokepoint.experiments.systems.frame import case_figures as draw
from chokepoint.experiments.systems.frame.cases import Case, Tally, run_cases
from chokepoint.experiments.systems.frame.reserve_cases import QUIET, price_level, reserve, weekly_level

if TYPE_CHECKING:
    import pandas
    from matplotlib.figure import Figure

ROWS = ("S24",)
REPLICATIONS = 10
URGENT = {"buys_in_crisis": "true", "release_on": "never", "start": "2009-07-01"}
WHO = ("Japan", "United States", "Europe")


def builds(*countries: str) -> tuple[str, ...]:
    """Changes with which each of the countries builds 90 days in two years."""
    return (*QUIET, *(c for who in countries for c in reserve(who, days=90, pace_years=2, **URGENT)))


CASES = (
    Case("nobody", QUIET),
    *(Case(f"{who} alone", builds(who)) for who in WHO),
    Case("all three", builds(*WHO)),
)
BUILDING = (date(2009, 7, 1), date(2011, 6, 30))


def table(replications: int = REPLICATIONS, seed: int = 1) -> "pandas.DataFrame":
    """Price level while the reserves are built, and what each government pays a day of use, by case."""
    tally = Tally(seed)
    runs = run_cases("2010-embargo", CASES, replications, seed)
    level = {case: price_level(run, *BUILDING) for case, run in runs.items()}
    tally.compare(level, CASES[0].name, "price level while building", "times January 2009", change="relative")
    alone = sum(level[f"{who} alone"] - level[CASES[0].name] for who in WHO)
    together = level["all three"] - level[CASES[0].name]
    tally.add("all three", "rise over the sum of the three alone", "1", together / alone)
    for case, run in runs.items():
        tally.path(case, "price level outside", "times January 2009", run, weekly_level(run))
        for who in WHO:
            if who in case or case == "all three":
                own = [c for c in run.columns["reserve"] if c.startswith(who + " ")]
                bought = sum(run.column("reserve", c)[:, run.step_of(BUILDING[1])] for c in own)
                paid = run.total("reserve_spent", who, *BUILDING)
                tally.add(case, f"paid by {who}", "USD/kg", paid / bought)
    return tally.frame()


def figure(table: "pandas.DataFrame") -> "Figure":
    """The price level by month, and what each pays alone and in the race."""
    from chokepoint.sim.results import drawing

    look = draw.colours([c.name for c in CASES])
    with drawing.theme():
        fig, axes = draw.panels(
            ["price level outside", "price level while building", "paid by Japan", "paid by Europe"], 2
        )
        draw.paths(axes[0], table[table["measure"] == "price level outside"], look, "times January 2009", ticks=5)
        rows = table[(table["measure"] == "price level while building") & (table["against"] != "")]
        draw.dots(axes[1], rows, look, "% beside nobody, July 2009 to June 2011", zero=True)
        for ax, who in zip(axes[2:], ("Japan", "Europe"), strict=True):
            draw.dots(ax, table[table["measure"] == f"paid by {who}"], look, "USD/kg, mean of what it bought")
        return draw.finish(fig, 105.0, table, "Rare earths from 2009, no restriction", handles=draw.key(look))
