"""Rumour of state buying, true or false.

Nothing else is said in 2019 and 2020; on 4 May 2020 talk has it that China will buy for its reserve. It is told at the
strength that the other episodes give a rumour, or louder; denied two weeks later; told again after eight weeks; and
true: China does buy five days of its use. Beside it the same purchase of which nobody speaks."""

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
TALK = (*SILENT, "say.talk=rumour:all:2020-05-04:reserve")
LOUD = {"news_rumour": 0.2}
BUYS = reserve("China", days=5, pace_years=0.2, start="2020-05-04", disclosed="nothing", buys_in_crisis="true")
CASES = (
    Case("nothing said", SILENT),
    Case("rumour of default strength", TALK),
    Case("loud rumour", TALK, LOUD),
    Case("loud, denied", (*TALK, "say.denied=denial:all:2020-05-18:reserve"), {**LOUD, "news_calming": 1.0}),
    Case("loud, told again", (*TALK, "say.again=rumour:all:2020-06-29:reserve"), LOUD),
    Case("loud and true", (*TALK, *BUYS), LOUD),
    Case("purchase, nothing said", (*SILENT, *BUYS)),
)
BEFORE = (date(2020, 4, 20), date(2020, 5, 3))
AFTER = (date(2020, 5, 4), date(2020, 6, 28))
AGAIN = (date(2020, 6, 29), date(2020, 8, 30))
LATER = (date(2020, 11, 2), date(2020, 11, 29))


def table(replications: int = REPLICATIONS, seed: int = 1) -> "pandas.DataFrame":
    """Rise of the price of dysprosium inside within eight weeks of the talk and again eight weeks later, what is left
    of it in November, orders and stocks of China's firms, all beside nothing said."""
    tally = Tally(seed)
    runs = run_cases("2020-slump", CASES, replications, seed)
    base = CASES[0].name
    plain = runs[base].column("price_inside", "Dy")
    rise, again, left, orders, stock = {}, {}, {}, {}, {}
    for case, run in runs.items():
        price = run.column("price_inside", "Dy")
        ahead = 100.0 * (price / plain - 1.0)
        spans = [slice(run.step_of(first), run.step_of(last) + 1) for first, last in (AFTER, AGAIN, LATER)]
        rise[case], again[case] = (ahead[:, span].max(axis=1) for span in spans[:2])
        left[case] = ahead[:, spans[2]].mean(axis=1)
        orders[case] = run.total("orders", "users", *AFTER)
        stock[case] = run.mean("stock", "China Dy", *AFTER)
        tally.path(case, "Dy oxide inside", "% beside nothing said", run, ahead)
        tally.path(case, "fear of China's firms", "1", run, run.column("risk", "China"))
    tally.compare(rise, base, "rise of Dy within eight weeks", "%")
    tally.compare(again, base, "rise of Dy in the eight weeks after", "%")
    tally.compare(left, base, "rise left in November", "%")
    tally.compare(orders, base, "orders of users, May and June", "t", change="relative")
    tally.compare(stock, base, "stocks of Dy in China, May and June", "t", change="relative")
    return tally.frame()


def figure(table: "pandas.DataFrame") -> "Figure":
    """Price and fear by month of 2020; rise and orders beside nothing said."""
    from chokepoint.sim.results import drawing

    look = draw.colours([c.name for c in CASES])
    shown = table[table["time"] >= "2020-03-01"]
    effects = ("rise of Dy within eight weeks", "orders of users, May and June")
    with drawing.theme():
        fig, axes = draw.panels(["Dy oxide inside", "fear of China's firms", *effects], 2)
        draw.paths(axes[0], shown[shown["measure"] == "Dy oxide inside"], look, "% beside nothing said", ticks=5)
        draw.paths(axes[1], shown[shown["measure"] == "fear of China's firms"], look, "perceived risk, 0 to 1", ticks=5)
        for ax, measure in zip(axes[2:], effects, strict=True):
            rows = table[(table["measure"] == measure) & (table["against"] != "")]
            draw.dots(ax, rows, look, f"beside nothing said, {rows['unit'].iloc[0]}", zero=True)
        return draw.finish(fig, 105.0, table, "Rare earths, 2020", handles=draw.key(look))
