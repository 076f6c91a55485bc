"""A reserve of an importing government: what building it does to prices, what it saves and costs.

Japan in the world of 2010 holds 42 days of use or goes to 180: held all along, built before the crisis in one year or
four, or bought in its first year; once with firms bound to hold nine months, and once with firms that do not rely on
it. To the acts of history comes an embargo on Japan of a year from 21 September 2010. Every case is held against no
reserve on the same luck, and the way from 42 to 180 days against 42 days held; money is discounted to January 2009.
Holding lowers the price, since holders count on what is held; buying lifts it, and more the quicker; bought in the
crisis it saves nothing. Firms hold less behind a reserve (`crowding_out`), which takes a part of what it saves.
"""

from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from chokepoint.experiments.systems.frame import case_figures as draw
from chokepoint.experiments.systems.frame.cases import Case, Tally, run_cases
from chokepoint.experiments.systems.frame.reserve_account import account
from chokepoint.experiments.systems.frame.reserve_cases import base_prices, price_level, reserve, weekly_level
from chokepoint.sim.results.figures import days_held
from chokepoint.sim.scenario.programmes import Reserve

if TYPE_CHECKING:
    import pandas
    from matplotlib.figure import Figure

ROWS = ("S5",)
REPLICATIONS = 10
CRISIS = ("end=2014-12-31", "act.long=China embargo against Japan from 2010-09-21 until 2011-09-20 unheard")


def step(years: float, **keys: object) -> tuple[str, ...]:
    """Changes that take Japan from 42 days to 180 in so many years, from July 2009 if nothing else is said."""
    whole = years * 180.0 / (180.0 - 42.0)  # a rule's pace is that of the whole target
    return reserve("Japan", **{"held_days": 42, "days": 180, "start": "2009-07-01", "pace_years": whole, **keys})


SMALL, RELIED_NOT = "42 days held", "180 days held, firms do not rely on it"
CASES = (
    Case("no reserve", CRISIS),
    Case("42 days held", (*CRISIS, *reserve("Japan", held_days=42, days=42))),
    Case("180 days held", (*CRISIS, *reserve("Japan", held_days=180, days=180))),
    Case("42 to 180 in a year, before", (*CRISIS, *step(1))),
    Case("42 to 180 in four years, before", (*CRISIS, *step(4))),
    Case("42 to 180 in a year, in the crisis", (*CRISIS, *step(1, start="2010-10-01", buys_in_crisis="true"))),
    Case("42 days held, firms hold 270", (*CRISIS, *reserve("Japan", held_days=42, days=42, private_days=270))),
    Case(RELIED_NOT, (*CRISIS, *reserve("Japan", held_days=180, days=180)), {"crowding_out": 0.0}),
)  # fmt: skip
BUILDING = (date(2009, 7, 1), date(2010, 6, 30))
LINES = ("lost value avoided", "material bill saved", "purchases", "left in store", "firms' stocks", "carrying", "net")


def table(replications: int = REPLICATIONS, seed: int = 1) -> "pandas.DataFrame":
    """The account of each case; prices while it is built and at their highest; stocks of Japan's firms before the
    crisis; paths of the reserve and of the price level."""
    tally = Tally(seed)
    runs = run_cases("2010-embargo", CASES, replications, seed)
    plain = runs[CASES[0].name]
    prices = base_prices(plain)
    level, top, private = {}, {}, {}
    for case, run in runs.items():
        level[case] = price_level(run, *BUILDING)
        top[case] = weekly_level(run).max(axis=1)
        own = [c for c in run.columns["stock"] if c.startswith("Japan ")]
        private[case] = np.sum([run.mean("stock", c, date(2010, 8, 2), date(2010, 8, 29)) for c in own], axis=0)
        tally.path(case, "reserve of Japan", "days of use", run, days_held(run, "Japan"))
        tally.path(case, "price level outside", "times January 2009", run, weekly_level(run))
        if run is not plain:
            lines = account(run, plain, Reserve(country="Japan"), prices)
            for line in LINES:
                tally.add(case, line, "million USD", lines[line], against=CASES[0].name)
            yearly = -lines["carrying"] / (run.steps * run.step_days / 365.25)
            tally.add(case, "carrying a year", "million USD a year", yearly)
            if "to 180" in case:
                step_lines = account(run, runs[SMALL], Reserve(country="Japan"), prices)
                for line in ("lost value avoided", "net"):
                    tally.add(case, line, "million USD", step_lines[line], against=SMALL)
    tally.compare(level, CASES[0].name, "price level while it is built", "times January 2009", change="relative")
    tally.compare(top, CASES[0].name, "highest price level", "times January 2009", change="relative")
    tally.compare(private, CASES[0].name, "stocks of firms, August 2010", "t", change="relative")
    return tally.frame()


def figure(table: "pandas.DataFrame") -> "Figure":
    """The reserve and the price level by month; what it saves, what is left of it after all costs, and prices."""
    from chokepoint.sim.results import drawing

    look = draw.colours([c.name for c in CASES])
    dots = {
        "lost value avoided": "million USD", "net": "million USD",
        "price level while it is built": "% beside no reserve, July 2009 to June 2010",
        "stocks of firms, August 2010": "Japan, % beside no reserve",
    }  # fmt: skip
    titles = ["reserve of Japan", "price level outside", *dots]
    with drawing.theme():
        fig, axes = draw.panels([t.replace("net", "saved less cost") for t in titles], 2)
        draw.paths(axes[0], table[table["measure"] == "reserve of Japan"], look, "days of use", ticks=6)
        draw.paths(axes[1], table[table["measure"] == "price level outside"], look, "times January 2009", ticks=6)
        axes[1].set_yscale("log")
        for ax, (measure, label) in zip(axes[2:], dots.items(), strict=True):
            rows = table[(table["measure"] == measure) & (table["against"] == CASES[0].name)]
            draw.dots(ax, rows, look, label, zero=True)
        note = "an embargo of a year is added to history"
        return draw.finish(fig, 170.0, table, "Rare earths of 2010", note, handles=draw.key(look))
