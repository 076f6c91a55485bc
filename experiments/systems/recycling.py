"""Recycling and growth of use: scrap that answers price with a lag, and users that need more each year.

Old scrap comes back from products that wear out; how much of it is collected follows the smoothed price. Under an
export quota it is supply that no exporter holds. Growth of use (electric cars, networks) pulls the other way: what wears
out is what was sold years ago, so that recycling lags behind use.
"""

from typing import TYPE_CHECKING

import numpy as np

from experiments import case_figures as draw
from experiments.cases import WORLDS, Case, Tally, run_cases, year
from experiments.systems.instruments import without

if TYPE_CHECKING:
    import pandas
    from matplotlib.figure import Figure

ROWS = ("S23",)
REPLICATIONS = 20
SECTORS = ("magnets", "polishing", "ceramics", "other")
OUTSIDE = ("Importia", "Thirdland")


def recycled(share: float) -> tuple[str, ...]:
    """Changes by which so much of what wears out comes back in the base year, after four years in products."""
    old = tuple(f"sectors.{s}.old_scrap_share={share}" for s in SECTORS)
    return (*old, *(f"sectors.{s}.product_life_years=4" for s in SECTORS))


def growing(rate: float) -> tuple[str, ...]:
    """Changes by which the use of magnets grows by so much a year."""
    return (f"sectors.magnets.growth_per_year={rate}",)


QUOTA = without("quota")
CASES = (
    Case("free trade", without()),
    Case("quota", QUOTA),
    Case("quota, 20 % recycled", (*QUOTA, *recycled(0.2))),
    Case("quota, 20 %, strong answer", (*QUOTA, *recycled(0.2)), {"scrap_response": 0.8}),
    Case("magnets grow 10 % a year", (*without(), *growing(0.1))),
    Case("growth, 20 % recycled", (*without(), *growing(0.1), *recycled(0.2))),
)
MEASURES = {
    "price outside, 2011": "USD/kg", "price outside, 2013": "USD/kg", "use outside, 2013": "t",
    "recovered outside, 2010": "t", "recovered outside, 2011": "t", "recovered outside, 2013": "t",
    "recovered over use outside, 2010": "%", "recovered over use outside, 2013": "%",
}  # fmt: skip


def table(replications: int = REPLICATIONS, seed: int = 1) -> "pandas.DataFrame":
    """Prices, use and recovered scrap outside the exporter, by case."""
    tally = Tally(seed)
    found: dict[str, dict[str, np.ndarray]] = {name: {} for name in MEASURES}
    for case, run in run_cases(WORLDS / "growing-use", CASES, replications, seed).items():
        used = {y: run.total("use", list(OUTSIDE), *year(y)) for y in (2010, 2011, 2013)}
        back = {y: run.total("scrap", list(OUTSIDE), *year(y)) for y in (2010, 2011, 2013)}
        numbers = (
            run.mean("price_outside", "M", *year(2011)), run.mean("price_outside", "M", *year(2013)), used[2013],
            back[2010], back[2011], back[2013], 100.0 * back[2010] / used[2010], 100.0 * back[2013] / used[2013],
        )  # fmt: skip
        for name, each in zip(MEASURES, numbers, strict=True):
            found[name][case] = each
        tally.series(case, run, "price_outside", "M")
        tally.path(case, "recovered outside", "t", run, sum(run.column("scrap", c) for c in OUTSIDE), adds=True)  # type: ignore[arg-type]
    for name, unit in MEASURES.items():
        tally.compare(found[name], CASES[0].name, name, unit, change="absolute" if unit == "%" else "relative")
    return tally.frame()


def figure(table: "pandas.DataFrame") -> "Figure":
    """Price outside and recovered tonnes by month, and the recovered share of use."""
    from sim import drawing

    look = draw.colours([c.name for c in CASES])
    titles = ("price outside", "recovered outside", "price outside, 2011", "recovered over use outside, 2013")
    with drawing.theme():
        fig, axes = draw.panels(titles, 2)
        draw.paths(axes[0], table[table["measure"] == "price_outside"], look, "USD/kg", ticks=6)
        drawing.log_axis(axes[0])
        draw.paths(axes[1], table[table["measure"] == titles[1]], look, "t a month", ticks=6)
        axes[1].set_ylim(bottom=0.0)
        for title, label, ax in zip(titles[2:], ("USD/kg", "%"), axes[2:], strict=True):
            draw.dots(ax, table[(table["measure"] == title) & (table["against"] == "")], look, label)
        return draw.finish(fig, 100.0, table, "Three countries, quota of 2011", handles=draw.key(look))
