"""Refining as the choke point: cobalt restricted at the mine's border, and at the refinery's border.

The same tonnes are withheld twice. Held at the mine they are missing everywhere: both prices rise together. Held at the
refinery they are missing abroad alone: the price outside rises over the price inside, and the refiners' rent with it.
Then China stops refined cobalt for half a year while a Japanese firm owns a mine in the DR Congo: that helps only where
its ore is not refined in China, and then helps all who buy abroad, for its metal has the price of all metal there.
"""

from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from chokepoint.experiments.systems.frame import case_figures as draw
from chokepoint.experiments.systems.frame.cases import WORLDS, Case, Tally, run_cases, year

if TYPE_CHECKING:
    import pandas
    from matplotlib.figure import Figure

ROWS = ("S11",)
REPLICATIONS = 20
ACTS = ("mine", "refinery", "embargo")


def without(*kept: str) -> tuple[str, ...]:
    """Changes that remove every act but those `kept`."""
    return tuple(f"{act}=none" for act in ACTS if act not in kept)


HOME = ("feeds.Katanga of Japan|Works of Gansu.share=0", "feeds.Katanga of Japan|Works of Japan.share=1")
FREE = Case("no restriction", without())
BORDERS = (FREE, Case("at the mine's border", without("mine")), Case("at the refinery's border", without("refinery")))
# Ways of Japan's ore: changes that lead it there. No ore of one's own is ore of the same size that others own.
WAYS = {
    "no ore of its own": ("mines.Katanga to China.output_t_per_year=60000",
                          "mines.Katanga to China.capacity_t_per_year=70000",
                          "mines.Katanga of Japan.output_t_per_year=0",
                          "mines.Katanga of Japan.capacity_t_per_year=0"),
    "own ore, refined in China": (),
    "own ore, refined at home": HOME,
}  # fmt: skip
MEASURES = {
    "price inside China": "USD/kg", "price outside": "USD/kg", "price outside over inside": "1",
    "rent of refiners": "million USD", "use in China": "t", "use outside": "t", "ore mined in the DR Congo": "t",
}  # fmt: skip
SPAN, HELD = year(2019), (date(2019, 1, 21), date(2019, 7, 14))  # a year of quotas; the embargo


def table(replications: int = REPLICATIONS, seed: int = 1) -> "pandas.DataFrame":
    """Prices, rent and use in the year of a restriction, by border; use, price and stock under an embargo, by way
    of Japan's ore, beside the same world without the embargo."""
    tally = Tally(seed)
    found: dict[str, dict[str, np.ndarray]] = {name: {} for name in MEASURES}
    for case, run in run_cases(WORLDS / "cobalt", BORDERS, replications, seed).items():
        outside = [c for c in run.columns["use"] if c != "China"]
        inside_price, price = run.mean("price_inside", "Co", *SPAN), run.mean("price_outside", "Co", *SPAN)
        numbers = (
            inside_price, price, price / inside_price, run.total("rent", "China", *SPAN) / 1000.0,
            run.total("use", "China", *SPAN), run.total("use", outside, *SPAN),
            run.total("mined", [m for m in run.columns["mined"] if m.startswith("Katanga")], *SPAN),
        )  # fmt: skip
        for name, each in zip(MEASURES, numbers, strict=True):
            found[name][case] = each
        for name in ("price_inside", "price_outside"):
            tally.series(case, run, name, "Co")
    for name, unit in MEASURES.items():
        change = "absolute" if unit in ("1", "million USD") else "relative"
        tally.compare(found[name], FREE.name, name, unit, change=change)
    for way, changes in WAYS.items():
        cases = (Case("free", (*without(), *changes)), Case("embargo", (*without("embargo"), *changes)))
        runs = run_cases(WORLDS / "cobalt", cases, replications, seed)
        for measure, both in (
            ("use in Japan", {c: run.total("use", "Japan", *HELD) for c, run in runs.items()}),
            ("price outside", {c: run.mean("price_outside", "Co", *HELD) for c, run in runs.items()}),
        ):
            change = 100.0 * (both["embargo"] / both["free"] - 1.0)
            tally.add(way, f"{measure} under the embargo", "%", change)
        stock = {c: run.column("stock", "Japan Co") for c, run in runs.items()}
        left = stock["embargo"] / stock["free"]
        tally.path(way, "stock in Japan under the embargo", "no embargo = 1", runs["free"], left)
        tally.add(way, "lowest stock in Japan under the embargo", "no embargo = 1", left.min(axis=1))
    return tally.frame()


def figure(table: "pandas.DataFrame") -> "Figure":
    """Both prices by month and border; what the embargo takes from Japan, by way of its ore."""
    from chokepoint.sim.results import drawing

    borders, ways = draw.colours([c.name for c in BORDERS]), dict(zip(WAYS, draw.COLOURS[3:], strict=False))
    titles = (
        "price inside China",
        "price outside",
        "stock in Japan under the embargo",
        "use in Japan under the embargo",
    )
    with drawing.theme():
        fig, axes = draw.panels(titles, 2)
        for name, ax in zip(("price_inside", "price_outside"), axes, strict=False):
            draw.paths(ax, table[table["measure"] == name], borders, "USD/kg", ticks=6)
            ax.set_ylim(bottom=0.0)
        draw.paths(axes[2], table[table["measure"] == titles[2]], ways, "no embargo = 1", ticks=6)
        draw.dots(axes[3], table[table["measure"] == titles[3]], ways, "% of no embargo", zero=True)
        key = [*draw.key(borders), *draw.key(ways)]
        return draw.finish(fig, 95.0, table, "Cobalt, an invented world; restrictions of 2019", handles=key)
