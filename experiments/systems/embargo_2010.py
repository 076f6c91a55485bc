"""The embargo of 2010 without the embargo, without the quota, without the panic.

The episode is replayed from its dated acts and news; each part is taken out alone and all are taken out together.
What is left of the peak of 2010 to 2012 says what carried it: prices are means over months outside China. An embargo
on one buyer moves the peak hardly at all, since its cargo comes through others; a quota in tonnes lifts the cheap
elements most, because all pay one rent a kilogram. Panic, which is what holders expect to be withheld, lifts the
elements that the quota lifts; those whose price hangs on ore and not on licences go without it as high or higher,
since nobody has bought ahead. What would overturn the first is a spike in Japan alone in the autumn of 2010.
"""

from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from chokepoint.experiments.systems.frame import case_figures as draw
from chokepoint.experiments.systems.frame.cases import Case, Tally, monthly, run_cases

if TYPE_CHECKING:
    import pandas
    from matplotlib.figure import Figure

ROWS = ("S1",)
REPLICATIONS = 10
MATERIALS = ("La", "Ce", "Nd", "Dy")
HOLD = ("news.threat.2010-09-21=none", "embargo=none", "inspection.japan=none")
# No cut is expected to last, and no loss that is expected raises the stock that holders want.
CALM = {"lasting": 0.0, "precaution": 0.0}
SPIKE = (date(2010, 1, 1), date(2012, 12, 31))
CASES = (
    Case("as in history"),
    Case("no embargo", HOLD),
    Case("no quota", ("quota=none",)),
    Case("no panic", ("news=none",), CALM),
    Case("none of the three", (*HOLD, "quota=none", "news=none"), CALM),
)


def table(replications: int = REPLICATIONS, seed: int = 1) -> "pandas.DataFrame":
    """Peak of each price outside from 2010 to 2012 and the share of its rise that is left, by case."""
    runs = run_cases("2010-embargo", CASES, replications, seed)
    tally = Tally(seed)
    for material in MATERIALS:
        peaks, rises = {}, {}
        for case, run in runs.items():
            months, means = monthly(run, run.column("price_outside", material), adds=False)
            highest = means[:, [SPIKE[0] <= month <= SPIKE[1] for month in months]].max(axis=1)
            peaks[case], rises[case] = highest, np.log(highest / means[:, 0])
            tally.series(case, run, "price_outside", material, material=material)
        tally.compare(peaks, CASES[0].name, "peak outside", "USD/kg", material=material, change="relative")
        for case in runs:
            left = rises[case] / rises[CASES[0].name]
            tally.add(case, "share of the log rise left", "1", left, material=material)
    return tally.frame()


def figure(table: "pandas.DataFrame") -> "Figure":
    """Price outside by month, one panel for each material."""
    from chokepoint.sim.results import drawing

    look = draw.colours([c.name for c in CASES])
    with drawing.theme():
        fig, axes = draw.panels(MATERIALS, 2)
        for material, ax in zip(MATERIALS, axes, strict=True):
            rows = table[(table["material"] == material) & (table["measure"] == "price_outside")]
            draw.paths(ax, rows, look, "price outside, USD/kg", ticks=10)
            drawing.log_axis(ax)
        return draw.finish(fig, 90.0, table, "Rare earths, 2009-2018", handles=draw.key(look))
