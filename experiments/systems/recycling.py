"""Recycling and growth of use: scrap that is a fixed part of what is used, and users that need more each year.

A part of what is used comes out of old products. It falls and rises with use at once and does not answer the price:
under an export quota it cushions nothing beyond the tonnes it replaces every year, and less is recovered, since less
is used. Growth of use (electric cars, networks) lifts the price. The quota is not announced. Each world is held
against its own free trade without growth. Collection that followed the price of 2011 by more than use would overturn
the first.
"""

from typing import TYPE_CHECKING

import numpy as np

from chokepoint.experiments.systems.frame import case_figures as draw
from chokepoint.experiments.systems.frame.cases import WORLDS, Case, Tally, run_cases, year
from chokepoint.experiments.systems.instruments import without
from chokepoint.sim.results.run import Run

if TYPE_CHECKING:
    import pandas
    from matplotlib.figure import Figure

ROWS = ("S23",)
REPLICATIONS = 20
SECTORS = ("magnets", "polishing", "ceramics", "other")
OUTSIDE = ("Importia", "Thirdland")


STILL = tuple(f"sectors.{s}.growth_per_year=0" for s in SECTORS)


def recycled(share: float) -> tuple[str, ...]:
    """Changes by which so much of what is used comes out of old products."""
    return tuple(f"sectors.{s}.old_scrap_share={share}" for s in SECTORS)


def growing(rate: float) -> tuple[str, ...]:
    """Changes by which the use of magnets grows by so much a year."""
    return (f"sectors.magnets.growth_per_year={rate}",)


# Ways of recycling. Each is run in free trade, under the quota, and with growth.
WAYS: dict[str, tuple[str, ...]] = {
    "no old scrap": (), "10 % of old scrap": recycled(0.1), "20 % of old scrap": recycled(0.2),
}  # fmt: skip
WORLDS_RUN = {"free": without(), "quota": (*without("quota"), "news=none"), "growth": (*without(), *growing(0.1))}


def table(replications: int = REPLICATIONS, seed: int = 1) -> "pandas.DataFrame":
    """What the quota and the growth of use do to price, use and recovered scrap, by way of recycling."""
    tally = Tally(seed)
    for way, changes in WAYS.items():
        cases = [Case(name, (*STILL, *given, *changes)) for name, given in WORLDS_RUN.items()]
        runs = run_cases(WORLDS / "growing-use", cases, replications, seed)

        def total(case: str, name: str, of_year: int, runs: dict[str, Run] = runs) -> np.ndarray:
            return runs[case].total(name, list(OUTSIDE), *year(of_year))

        def price(case: str, of_year: int, runs: dict[str, Run] = runs) -> np.ndarray:
            return runs[case].mean("price_outside", "M", *year(of_year))

        def add(measure: str, values: np.ndarray, way: str = way) -> None:
            tally.add(way, measure, "%", values)

        add("quota: price outside, 2011", 100.0 * (price("quota", 2011) / price("free", 2011) - 1.0))
        use = {c: total(c, "use", 2011) + total(c, "use", 2012) for c in ("quota", "free")}
        add("quota: use outside, 2011-2012", 100.0 * (use["quota"] / use["free"] - 1.0))
        for y in (2011, 2012):
            add(f"quota: recovered, {y}", 100.0 * (total("quota", "scrap", y) / total("free", "scrap", y) - 1.0))
        add("growth: price outside, 2013", 100.0 * (price("growth", 2013) / price("free", 2013) - 1.0))
        add("growth: use outside, 2013", 100.0 * (total("growth", "use", 2013) / total("free", "use", 2013) - 1.0))
        add("growth: recovered, 2013", 100.0 * (total("growth", "scrap", 2013) / total("free", "scrap", 2013) - 1.0))
        add(
            "free trade: recovered share of use, 2010",
            100.0 * total("free", "scrap", 2010) / total("free", "use", 2010),
        )
        ratio = runs["quota"].column("price_outside", "M") / runs["free"].column("price_outside", "M")
        tally.path(way, "price under the quota", "free trade = 1", runs["quota"], ratio)
        back = {c: np.sum([runs[c].column("scrap", o) for o in OUTSIDE], axis=0) for c in ("quota", "free")}
        tally.path(way, "recovered under the quota", "free trade = 1", runs["quota"], back["quota"] / back["free"])
    return tally.frame()


def figure(table: "pandas.DataFrame") -> "Figure":
    """Price and recovered tonnes under the quota by month; what growth of use does."""
    from chokepoint.sim.results import drawing

    look = draw.colours(list(WAYS))
    titles = (
        "price under the quota",
        "recovered under the quota",
        "growth: use outside, 2013",
        "growth: recovered, 2013",
    )
    with drawing.theme():
        fig, axes = draw.panels(titles, 2)
        for title, ax in zip(titles[:2], axes[:2], strict=True):
            draw.paths(ax, table[table["measure"] == title], look, "free trade = 1", ticks=6)
            ax.axhline(1.0, color=drawing.GREY, linewidth=0.7)
        for title, ax in zip(titles[2:], axes[2:], strict=True):
            draw.dots(ax, table[table["measure"] == title], look, "change, % of no growth", zero=True)
        note = "growth: magnets 10 % a year"
        return draw.finish(fig, 95.0, table, "Three countries, quota of 2011", note, draw.key(look))
