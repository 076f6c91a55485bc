"""The exporter's own state reserve: buying to hold prices up, and letting go.

After the crisis China's reserve buys at prices below 70, 90 or 110 % of what people are used to and sells above twice
that, in the world of 2012 to 2018, beside what history had it buy in 2014 and beside nothing. What people are used to
follows the price, and the store is full after 60 days of use: a higher floor costs more and lifts the mean price of
neodymium by at most half of what the purchase of ten thousand tonnes in 2014 does, for as much money; that of cheap
lanthanum it lifts more. A floor that moved neodymium as far per dollar as the purchase would overturn this.
"""

from datetime import date
from typing import TYPE_CHECKING

from chokepoint.experiments.systems.frame import case_figures as draw
from chokepoint.experiments.systems.frame.cases import Case, Tally, run_cases
from chokepoint.sim.results.figures import days_held

if TYPE_CHECKING:
    import pandas
    from matplotlib.figure import Figure

ROWS = ("S8",)
REPLICATIONS = 10
NONE = ("reserve.2014=none",)


SECRET = ("reserve.China.disclosed=nothing", "reserve_inference=0")


def band(floor: float) -> tuple[str, ...]:
    """Changes with which China buys below a floor from 2012 on, up to 60 days of its use."""
    keys = {"floor": floor, "ceiling": 2.0, "highest_days": 60, "pace_years": 1.0, "start": "2012-07-02"}
    return (*NONE, "reserve.China=price_band", *(f"reserve.China.{k}={v}" for k, v in keys.items()))


CASES = (
    Case("no reserve", NONE),
    Case("10,000 t in 2014, as in history"),
    *(Case(f"floor at {100 * f:.0f} %", band(f)) for f in (0.7, 0.9, 1.1)),
    Case("floor at 110 %, in secret", (*band(1.1), *SECRET)),
)
SPAN = (date(2012, 7, 2), date(2016, 12, 31))
MATERIALS = ("La", "Nd", "Dy")


def table(replications: int = REPLICATIONS, seed: int = 1) -> "pandas.DataFrame":
    """Price inside while it buys, what it holds at the end, what it cost, by case."""
    tally = Tally(seed)
    runs = run_cases("2010-embargo", CASES, replications, seed)
    base = CASES[0].name
    for m in MATERIALS:
        mean = {case: run.mean("price_inside", m, *SPAN) for case, run in runs.items()}
        tally.compare(mean, base, "mean price inside, Jul 2012-2016", "USD/kg", material=m, change="relative")
    spent = {case: run.total("reserve_spent", "China", *SPAN) / 1000.0 for case, run in runs.items()}
    tally.compare(spent, base, "spent on the reserve", "million USD")
    for case, run in runs.items():
        tally.path(case, "reserve of China", "days of use", run, days_held(run, "China"))
        tally.series(case, run, "price_inside", "Nd", material="Nd")
    return tally.frame()


def figure(table: "pandas.DataFrame") -> "Figure":
    """Reserve and price of neodymium inside by month; prices and expense beside no reserve."""
    from chokepoint.sim.results import drawing

    look = draw.colours([c.name for c in CASES])
    shown = table[table["time"] >= "2012-01-01"]
    with drawing.theme():
        fig, axes = draw.panels(["reserve of China", "Nd inside", "mean price of Nd inside", "spent on the reserve"], 2)
        draw.paths(axes[0], shown[shown["measure"] == "reserve of China"], look, "days of use", ticks=5)
        draw.paths(axes[1], shown[shown["measure"] == "price_inside"], look, "USD/kg", ticks=5)
        price = table[(table["measure"].str.startswith("mean price")) & (table["material"] == "Nd")]
        draw.dots(axes[2], price[price["against"] != ""], look, "% beside no reserve, July 2012 to 2016", zero=True)
        spent = table[(table["measure"] == "spent on the reserve") & (table["against"] != "")]
        draw.dots(axes[3], spent, look, "million USD, July 2012 to 2016", zero=True)
        return draw.finish(fig, 105.0, table, "Rare earths, 2012 to 2018", handles=draw.key(look))
