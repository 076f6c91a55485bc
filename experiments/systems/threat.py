"""The threat of 2019: a threat without an act.

The episode holds two things at once: talk of restricting exports, and stops of ore at the border with Myanmar. Each
is taken out alone. No restriction of exports was ever issued: talk lifts what holders abroad expect, and through what
they buy ahead the price, without a tonne missing; more is shipped, not less, and the rise is gone by autumn, while
that of the ore stays. Inside, where the price was printed, it is smaller than abroad: who expects a border to shut
expects goods to stay at home. The table says how far it is from the rise that was printed.
"""

from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from chokepoint.experiments.systems.frame import case_figures as draw
from chokepoint.experiments.systems.frame.cases import Case, Tally, run_cases
from chokepoint.sim.results.run import Run

if TYPE_CHECKING:
    import pandas
    from matplotlib.figure import Figure

ROWS = ("S9",)
REPLICATIONS = 20
NDPR = {"Nd": 0.75, "Pr": 0.25}
TALK = tuple(
    f"news.{n}=none"
    for n in ("visit.2019", "hint.2019-05-28", "tariff.2019", "seminar.2019", "reserve.2019", "tension.2019-08")
)
HOLDS = ("hold.myanmar=none",)
CASES = (
    Case("neither", (*TALK, *HOLDS)),
    Case("threat alone", HOLDS),
    Case("stop of ore alone", TALK),
    Case("both, as in history"),
)
BEFORE = (date(2019, 4, 8), date(2019, 5, 12))
AFTER = (date(2019, 5, 20), date(2019, 7, 28))
LATER = (date(2019, 8, 1), date(2019, 11, 30))


def ndpr(run: Run) -> np.ndarray:
    """Price of the oxide of neodymium and praseodymium inside, USD/kg: (replications, steps)."""
    return np.sum([w * run.column("price_inside", m) for m, w in NDPR.items()], axis=0)


def table(replications: int = REPLICATIONS, seed: int = 1) -> "pandas.DataFrame":
    """Rise of the price inside, what is left of it in autumn, and exports of summer 2019, by case."""
    tally = Tally(seed)
    runs = run_cases("2019-threat", CASES, replications, seed)
    rise, left, out, expected = {}, {}, {}, {}
    for case, run in runs.items():
        price = ndpr(run)
        base = price[:, run.step_of(BEFORE[0]) : run.step_of(BEFORE[1]) + 1].mean(axis=1)
        top = price[:, run.step_of(AFTER[0]) : run.step_of(AFTER[1]) + 1].max(axis=1)
        last = price[:, run.step_of(LATER[0]) : run.step_of(LATER[1]) + 1].mean(axis=1)
        rise[case], left[case] = 100.0 * (top / base - 1.0), 100.0 * (last / base - 1.0)
        out[case] = run.total("exports", "all", date(2019, 5, 20), date(2019, 9, 29))
        ahead = np.sum([w * run.column("expected_price", f"Japan {m}") for m, w in NDPR.items()], axis=0)
        usual = ahead[:, run.step_of(BEFORE[0]) : run.step_of(BEFORE[1]) + 1].mean(axis=1)
        highest = ahead[:, run.step_of(AFTER[0]) : run.step_of(AFTER[1]) + 1].max(axis=1)
        expected[case] = 100.0 * (highest / usual - 1.0)
        tally.path(case, "NdPr oxide inside", "USD/kg", run, price)
        tally.path(case, "exports", "t gross", run, run.arrays["exports"].sum(axis=2), adds=True)
    base_case = CASES[0].name
    tally.compare(rise, base_case, "highest rise of NdPr inside", "% of April 2019")
    tally.compare(left, base_case, "rise left, Aug-Nov 2019", "% of April 2019")
    tally.compare(out, base_case, "exports, 20 May-29 Sep 2019", "t gross", change="relative")
    tally.compare(expected, base_case, "highest rise of NdPr expected in Japan", "% of April 2019")
    return tally.frame()


def figure(table: "pandas.DataFrame") -> "Figure":
    """Price inside and exports by month, 2019 to 2020, and the effects of talk and ore beside neither."""
    from chokepoint.sim.results import drawing

    look = draw.colours([c.name for c in CASES])
    shown = table[(table["time"] >= "2019-01-01") & (table["time"] < "2020-07-01")]
    effects = ("highest rise of NdPr inside", "exports, 20 May-29 Sep 2019")
    with drawing.theme():
        fig, axes = draw.panels(["NdPr oxide inside", "exports", *effects], 2)
        draw.paths(axes[0], shown[shown["measure"] == "NdPr oxide inside"], look, "USD/kg", ticks=6)
        draw.paths(axes[1], shown[shown["measure"] == "exports"], look, "t gross a month", ticks=6)
        axes[1].set_ylim(bottom=0.0)
        for ax, measure in zip(axes[2:], effects, strict=True):
            rows = table[(table["measure"] == measure) & (table["against"] != "")]
            unit = rows["unit"].iloc[0]
            draw.dots(ax, rows, look, f"beside neither, {unit}", zero=True)
        return draw.finish(fig, 95.0, table, "Rare earths, threat of 2019", handles=draw.key(look))
