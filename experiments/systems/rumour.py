"""Talk of state buying, true or false.

Nothing else is said in 2020. On 4 May 2020 China announces that it will buy five days of its use for its reserve, and
does so, or never does, for it would pay no price; it takes the announcement back after four weeks; it buys and
publishes what it holds; or it buys in silence. A market can count only with tonnes: an announcement has them, and moves
the price before and without a purchase, while a rumour of buying has none, and a scenario cannot tell one. What would
overturn that is a record of a rumour of state buying, without a figure, after which prices rose.
"""

from datetime import date
from typing import TYPE_CHECKING

from chokepoint.experiments.systems.frame import case_figures as draw
from chokepoint.experiments.systems.frame.cases import Case, Tally, run_cases
from chokepoint.experiments.systems.frame.reserve_cases import reserve

if TYPE_CHECKING:
    import pandas
    from matplotlib.figure import Figure

ROWS = ("S7",)
REPLICATIONS = 20
SILENT = ("news=none",)


def buys(disclosed: str, **keys: object) -> tuple[str, ...]:
    """Changes by which China buys five days of its use from May 2020, and what it tells of it."""
    own = {"days": 5, "pace_years": 0.2, "start": "2020-05-04", "buys_in_crisis": "true", **keys}
    return (*SILENT, *reserve("China", disclosed=disclosed, **own))


PAYS_NOTHING = {"ceiling": 0.001}  # times the habitual price
CASES = (
    Case("nothing said", SILENT),
    Case("announced, never bought", buys("target", **PAYS_NOTHING)),
    Case("announced, taken back", buys("target", turns="2020-06-01:nothing", **PAYS_NOTHING)),
    Case("announced and bought", buys("target")),
    Case("bought and published", buys("holding")),
    Case("bought in silence", buys("nothing")),
)
AFTER = (date(2020, 5, 4), date(2020, 6, 28))
LATER = (date(2020, 11, 2), date(2020, 11, 29))
RISE, LEFT, STOCK, EXPECTED = (
    "rise of Dy within eight weeks",
    "rise left in November",
    "stocks of Dy in China, May and June",
    "Dy as expected in China",
)


def table(replications: int = REPLICATIONS, seed: int = 1) -> "pandas.DataFrame":
    """Rise of the price of dysprosium inside within eight weeks of the talk, what is left of it in November, and stocks
    of China's firms, all beside nothing said."""
    tally = Tally(seed)
    runs = run_cases("2020-slump", CASES, replications, seed)
    base = CASES[0].name
    plain, usual = runs[base].column("price_inside", "Dy"), runs[base].column("expected_price", "China Dy")
    rise, left, stock = {}, {}, {}
    for case, run in runs.items():
        ahead = 100.0 * (run.column("price_inside", "Dy") / plain - 1.0)
        first, last = (slice(run.step_of(a), run.step_of(b) + 1) for a, b in (AFTER, LATER))
        rise[case], left[case] = ahead[:, first].max(axis=1), ahead[:, last].mean(axis=1)
        stock[case] = run.mean("stock", "China Dy", *AFTER)
        tally.path(case, "Dy oxide inside", "% beside nothing said", run, ahead)
        believed = 100.0 * (run.column("expected_price", "China Dy") / usual - 1.0)
        tally.path(case, EXPECTED, "% beside nothing said", run, believed)
    tally.compare(rise, base, RISE, "%")
    tally.compare(left, base, LEFT, "%")
    tally.compare(stock, base, STOCK, "t", change="relative")
    return tally.frame()


def figure(table: "pandas.DataFrame") -> "Figure":
    """Price and expected price by month of 2020; rise and stocks beside nothing said."""
    from chokepoint.sim.results import drawing

    look = draw.colours([c.name for c in CASES])
    shown = table[table["time"] >= "2020-03-01"]
    effects = (RISE, STOCK)
    with drawing.theme():
        fig, axes = draw.panels(["Dy oxide inside", EXPECTED, *effects], 2)
        for ax, measure in zip(axes, ("Dy oxide inside", EXPECTED), strict=False):
            draw.paths(ax, shown[shown["measure"] == measure], look, "% beside nothing said", ticks=5)
        for ax, measure in zip(axes[2:], effects, strict=True):
            rows = table[(table["measure"] == measure) & (table["against"] != "")]
            draw.dots(ax, rows, look, f"beside nothing said, {rows['unit'].iloc[0]}", zero=True)
        return draw.finish(fig, 105.0, table, "Rare earths, 2020", handles=draw.key(look))
