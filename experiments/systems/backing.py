"""A state backs a mine and a refinery abroad: who survives the fall of prices, who is served, who pays.

The episode of 2010 without the loan of Japan's state agency to Mt Weld, which was 225 m USD with 25 m of equity for at
least 8,500 t a year to Japan; then each way of backing alone. The plant of the mine is half built in two cases, and a
loan finishes it. In the last two the exporting state buys itself in instead: it takes as large a stake, and the output.
"""

from typing import TYPE_CHECKING

import numpy as np

from chokepoint.experiments.systems.frame import case_figures as draw
from chokepoint.experiments.systems.frame.cases import Case, Tally, run_cases, year

if TYPE_CHECKING:
    import pandas
    from matplotlib.figure import Figure

ROWS = ("S12", "S21")
REPLICATIONS = 10
MINE, PLANT, MATERIAL = "Mt Weld", "Gebeng LAMP", "Nd"
ALONE = ("backing.lynas=none",)
HALF = f"refiners.{PLANT}.capacity_t_per_year=5500"


def act(name: str, actor: str, kind: str, size: str, target: str = MINE) -> str:
    """One more act of backing, from the day of Japan's loan on."""
    return f"act.{name}={actor} backing {kind} against {target} at {size} from 2011-03-30 until 2030-12-31"


LOAN = act("loan", "Japan", "loan", "225 m USD")
CASES = (
    Case("no backing", ALONE),
    Case("loan 225 m USD", (*ALONE, LOAN)),
    Case("stake 225 m USD", (*ALONE, act("stake", "Japan", "stake", "225 m USD"))),
    Case("guarantee 300 m USD", (*ALONE, act("guarantee", "Japan", "guarantee", "300 m USD"))),
    Case("floor 22 USD/kg", (*ALONE, act("floor", "Japan", "floor_price", "22 USD/kg"))),
    Case("loan and offtake", (*ALONE, LOAN, act("offtake", "Japan", "offtake", "8500 t/year"))),
    Case("loan, plant half built", (*ALONE, LOAN, HALF)),
    Case("loan to mine and plant", (*ALONE, LOAN, HALF, act("plant", "Japan", "loan", "110 m USD", PLANT))),
    Case("China's stake", (*ALONE, act("stake", "China", "stake", "225 m USD"))),
    Case(
        "China's stake, offtake",
        (*ALONE, act("stake", "China", "stake", "225 m USD"), act("offtake", "China", "offtake", "8500 t/year")),
    ),
)  # fmt: skip
LATE = year(2015, 2018)
MEASURES = (
    ("mined", f"output of {MINE}", "t a year"), ("refined", f"feed of {PLANT}", "t a year"),
    ("failed", "mine has failed", "share of runs"), ("price", f"price of {MATERIAL} outside", "USD/kg"),
    ("japan", "Japan's arrivals from the plant", "t gross a year"),
    ("china", "China's arrivals from the plant", "t gross a year"),
    ("paid", "paid by backers until 2018", "m USD"), ("back", "come back until 2018", "m USD"),
)  # fmt: skip


def table(replications: int = REPLICATIONS, seed: int = 1) -> "pandas.DataFrame":
    """Output, survival, price and arrivals of 2015 to 2018, and what backing cost, by case."""
    tally = Tally(seed)
    found: dict[str, dict[str, np.ndarray]] = {name: {} for name, _, _ in MEASURES}
    for case, run in run_cases("2010-embargo", CASES, replications, seed).items():
        found["mined"][case] = run.total("mined", MINE, *LATE) / 4.0
        found["refined"][case] = run.total("refined", PLANT, *LATE) / 4.0
        found["failed"][case] = run.column("defaulted", MINE)[:, -1]
        found["price"][case] = run.mean("price_outside", MATERIAL, *LATE)
        for country in ("Japan", "China"):
            found[country.lower()][case] = run.total("imports", f"{country} from Malaysia", *LATE) / 4.0
        aid = run.arrays["aid"].sum(axis=2) / 1000.0
        found["paid"][case] = np.maximum(aid, 0.0).sum(axis=1)
        found["back"][case] = np.maximum(-aid, 0.0).sum(axis=1)
    for name, measure, unit in MEASURES:
        tally.compare(found[name], CASES[0].name, measure, unit)
    return tally.frame()


def figure(table: "pandas.DataFrame") -> "Figure":
    """Every measure by case."""
    from chokepoint.sim.results import drawing

    look = {c.name: draw.COLOURS[0 if i == 0 else 2 if c.name.startswith("China") else 1] for i, c in enumerate(CASES)}
    with drawing.theme():
        fig, axes = draw.panels([measure for _, measure, _ in MEASURES], 2)
        for (_, measure, unit), ax in zip(MEASURES, axes, strict=True):
            rows = table[(table["measure"] == measure) & (table["against"] == "")]
            draw.dots(ax, rows, look, unit)
        note = "means of 2015-2018 unless said; blue: Japan backs, red: China"
        return draw.finish(fig, 220.0, table, "Rare earths, 2009-2018", note)
