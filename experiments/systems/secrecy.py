"""Secrecy of reserves: the same purchase told and untold.

Japan goes from 42 to 180 days in a year from July 2009, while it publishes what it holds and buys, its target alone,
or nothing; what is not told is never inferred, inferred at the default pace, or at once. Secrecy that is never seen
through is cheapest. Next comes what is published in full, about as dear as secrecy at the pace at which it is seen
through: others see how little is left to buy, and count on what is held. Who tells his target alone, or is seen
through at once, looks like a buyer who goes on, and pays more.
"""

from datetime import date
from typing import TYPE_CHECKING

from chokepoint.experiments.systems.frame import case_figures as draw
from chokepoint.experiments.systems.frame.cases import Case, Tally, run_cases
from chokepoint.experiments.systems.frame.reserve_cases import QUIET, price_level, reserve
from chokepoint.sim.results.figures import days_held

if TYPE_CHECKING:
    import pandas
    from matplotlib.figure import Figure

ROWS = ("S6",)
REPLICATIONS = 20


def told(what: str, speed: float | None = None) -> tuple[str, ...]:
    """Changes for a purchase of which `what` is published and the rest inferred at a speed a year."""
    faster = () if speed is None else (f"reserve_inference={speed}",)
    programme = reserve("Japan", held_days=42, days=180, start="2009-07-01", pace_years=1, disclosed=what)
    return (*QUIET, *programme, *faster)


CASES = (
    Case("no purchase", (*QUIET, *reserve("Japan", held_days=42, days=42, disclosed="nothing"))),
    Case("secret, never inferred", told("nothing", 0.0)),
    Case("secret", told("nothing")),
    Case("secret, inferred at once", told("nothing", 12.0)),
    Case("target published", told("target")),
    Case("all published", told("holding")),
)
BUYING = (date(2009, 7, 1), date(2010, 6, 30))


def table(replications: int = REPLICATIONS, seed: int = 1) -> "pandas.DataFrame":
    """Price level while buying, what the government pays for the purchase, what others believe, by case."""
    tally = Tally(seed)
    runs = run_cases("2010-embargo", CASES, replications, seed)
    base = CASES[0].name
    level, paid, believed = {}, {}, {}
    for case, run in runs.items():
        level[case] = price_level(run, *BUYING)
        paid[case] = run.total("reserve_spent", "Japan", *BUYING) / 1000.0
        seen = days_held(run, "Japan", "believed_reserve")
        believed[case] = seen[:, run.step_of(BUYING[1])]
        tally.path(case, "believed reserve", "days of use", run, seen)
        tally.path(case, "reserve", "days of use", run, days_held(run, "Japan"))
    tally.compare(level, base, "price level while buying", "times January 2009", change="relative")
    tally.compare(paid, base, "paid by the government", "million USD")
    tally.compare(believed, base, "believed in June 2010", "days of use")
    return tally.frame()


def figure(table: "pandas.DataFrame") -> "Figure":
    """What others believe by month; price level and expense by case."""
    from chokepoint.sim.results import drawing

    look = draw.colours([c.name for c in CASES])
    titles = ("what others believe", "what Japan holds", "price level while buying", "paid by the government")
    with drawing.theme():
        fig, axes = draw.panels(titles, 2)
        draw.paths(axes[0], table[table["measure"] == "believed reserve"], look, "days of use", ticks=5)
        draw.paths(axes[1], table[table["measure"] == "reserve"], look, "days of use", ticks=5)
        for ax, measure, label in (
            (axes[2], "price level while buying", "% beside no purchase, July 2009 to June 2010"),
            (axes[3], "paid by the government", "million USD, July 2009 to June 2010"),
        ):
            rows = table[(table["measure"] == measure) & (table["against"] != "")]
            draw.dots(ax, rows, look, label, zero=True)
        return draw.finish(fig, 110.0, table, "Rare earths from 2009, no restriction", handles=draw.key(look))
