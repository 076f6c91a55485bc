"""A government pays for a mine at home: cost, delay, and survival when prices fall.

In 2020 the United States ordered a push for minerals mined at home. Here they had done so ten years earlier, for
Mountain Pass, in the episode of 2010: a subsidy to every kg for five years or for nine, half of the outlay, or a floor
below which the price of ore does not fall. Without any the mine is built in the boom and fails. A subsidy of so much a
kg starts it earlier and does not keep it, whether it is paid until 2014 or until 2018: what is started earlier fails
earlier. Half of the outlay lets it run for some years; the floor alone keeps it, at more than ten times the cost of the
longest subsidy.
"""

from typing import TYPE_CHECKING

import numpy as np

from chokepoint.experiments.systems.frame import case_figures as draw
from chokepoint.experiments.systems.frame.cases import Case, Tally, run_cases, year

if TYPE_CHECKING:
    import pandas
    from matplotlib.figure import Figure

ROWS = ("S13",)
REPLICATIONS = 10
MINE, MATERIAL = "Mountain Pass", "Nd"


def act(kind: str, size: str, last: int) -> tuple[str, ...]:
    """An act of the United States for the mine from 2010 to the end of a year."""
    return (f"act.push=United States {kind} against {MINE} at {size} from 2010-01-04 until {last}-12-31",)


CASES = (
    Case("no push"),
    Case("5 USD/kg to 2014", act("subsidy", "5 USD/kg", 2014)),
    Case("10 USD/kg to 2014", act("subsidy", "10 USD/kg", 2014)),
    Case("10 USD/kg to 2018", act("subsidy", "10 USD/kg", 2018)),
    Case("half of the outlay", act("subsidy", "50 % of capex", 2018)),
    Case("floor 22 USD/kg", act("backing floor_price", "22 USD/kg", 2018)),
)
MEASURES = (
    ("first", "first ore after January 2010", "years", None),
    ("before", "output of 2013-2014", "t a year", (2013, 2014)),
    ("late", "output of 2015-2018", "t a year", (2015, 2018)),
    ("failed", "mine has failed by 2018", "share of runs", None),
    ("boom", f"price of {MATERIAL} outside, 2012", "USD/kg", (2012, 2012)),
    ("after", f"price of {MATERIAL} outside, 2015-2018", "USD/kg", (2015, 2018)),
    ("cost", "paid by the state", "m USD", None), ("each", "paid for a kg more from the mine", "USD/kg", None),
)  # fmt: skip


def table(replications: int = REPLICATIONS, seed: int = 1) -> "pandas.DataFrame":
    """Start, output, survival and cost of the mine, and the price outside, by case."""
    tally = Tally(seed)
    found: dict[str, dict[str, np.ndarray]] = {name: {} for name, *_ in MEASURES}
    mined: dict[str, np.ndarray] = {}
    for case, run in run_cases("2010-embargo", CASES, replications, seed).items():
        output = run.column("mined", MINE)
        mined[case] = output.sum(axis=1)
        start = run.step_of(year(2010)[0])
        found["first"][case] = ((output > 0.0).argmax(axis=1) - start) * run.step_days / 365.25
        for name, _, _, years in MEASURES:
            if years is not None:
                length = years[1] - years[0] + 1
                dug = run.total("mined", MINE, *year(*years)) / length
                found[name][case] = (
                    dug if name in ("before", "late") else run.mean("price_outside", MATERIAL, *year(*years))
                )
        found["failed"][case] = run.column("defaulted", MINE)[:, -1]
        found["cost"][case] = run.column("aid", "United States").sum(axis=1) / 1000.0
        if case != CASES[0].name:
            found["each"][case] = 1000.0 * found["cost"][case] / (mined[case] - mined[CASES[0].name])
        tally.series(case, run, "mined", MINE)
    for name, measure, unit, _ in MEASURES:
        if name == "each":
            for case, values in found[name].items():
                tally.add(case, measure, unit, values)
        else:
            tally.compare(found[name], CASES[0].name, measure, unit)
    return tally.frame()


def figure(table: "pandas.DataFrame") -> "Figure":
    """Output of the mine by month, and every measure by case."""
    from chokepoint.sim.results import drawing

    look = draw.colours([c.name for c in CASES])
    with drawing.theme():
        fig, axes = draw.panels(["output of the mine", *(measure for _, measure, *_ in MEASURES)], 2)
        draw.paths(axes[0], table[table["measure"] == "mined"], look, "t a month", ticks=5)
        for (_, measure, unit, _), ax in zip(MEASURES, axes[1:], strict=True):
            paired = measure.startswith("price")  # prices differ more between replications than between cases
            rows = table[(table["measure"] == measure) & ((table["against"] != "") == paired)]
            draw.dots(ax, rows, look, f"change from {CASES[0].name}, {unit}" if paired else unit, zero=paired)
        return draw.finish(fig, 220.0, table, f"{MINE}, 2009-2018")
