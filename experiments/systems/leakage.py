"""Leakage: what a quota drives past the border, and what enforcement stops.

A quota is in force for a year while 0, 1, 2 or 4 campaigns against unlicensed mines run. Legal and smuggled flow are
counted apart. A campaign closes mines and no routes: what it stops is missing at home as well, so that the gap between
the prices narrows and smuggling falls a little with it; a border that nobody passes by night widens the gap. An embargo
on one buyer is shown beside them: what reaches it comes through the bystander. Enforcement at the border itself is no
instrument of the model; customs records in which it closed a gap of tonnes would call for one.
"""

from typing import TYPE_CHECKING

from chokepoint.experiments.systems.frame import case_figures as draw
from chokepoint.experiments.systems.frame.cases import WORLDS, Case, Tally, run_cases, year
from chokepoint.experiments.systems.instruments import NOBODY_SMUGGLES, without

if TYPE_CHECKING:
    import pandas
    from matplotlib.figure import Figure

ROWS = ("S4",)
REPLICATIONS = 20
NUMBERS = (0, 1, 2, 4)


def campaigns(number: int) -> tuple[str, ...]:
    """Changes that run so many campaigns at once, from half a year before the quota until it ends."""
    return tuple(f"act.c{i}=Exportia enforcement from 2010-07 until 2011-12" for i in range(number))


def named(number: int) -> str:
    return f"quota, {number} campaign{'' if number == 1 else 's'}"


CASES = (
    Case("free trade", without()),
    *(Case(named(n), (*without("quota"), *campaigns(n))) for n in NUMBERS),
    Case("quota, nobody smuggles", without("quota"), NOBODY_SMUGGLES),
    Case("embargo on the target", without("embargo")),
)
MEASURES = ("legal exports", "smuggled exports", "share smuggled", "price outside over inside", "arrivals by resale")
UNITS = ("t gross", "t gross", "1", "1", "t gross")


def table(replications: int = REPLICATIONS, seed: int = 1) -> "pandas.DataFrame":
    """Legal and smuggled exports and the price gap of the year of the quota; arrivals in the target from the
    bystander and back."""
    span = year(2011)
    tally = Tally(seed)
    for case, run in run_cases(WORLDS / "three-countries", CASES, replications, seed).items():
        legal, smuggled = run.total("exports", "all", *span), run.total("leaked", "all", *span)
        gap = run.mean("price_outside", "M", *span) / run.mean("price_inside", "M", *span)
        resold = run.total("imports", "Importia from Thirdland", *span)
        share = smuggled / (legal + smuggled)
        for name, unit, data in zip(MEASURES, UNITS, (legal, smuggled, share, gap, resold), strict=True):
            tally.add(case, name, unit, data)
        for name in ("exports", "leaked"):
            tally.path(case, name, "t gross", run, run.arrays[name].sum(axis=2), adds=True)
    return tally.frame()


def figure(table: "pandas.DataFrame") -> "Figure":
    """Legal and smuggled flow by month, and the year's totals by case."""
    from chokepoint.sim.results import drawing

    look = draw.colours([c.name for c in CASES])
    shown = {k: v for k, v in look.items() if k in (CASES[0].name, *(named(n) for n in NUMBERS))}
    titles = (
        "legal exports",
        "smuggled exports",
        "smuggled share of exports, 2011",
        "arrivals in the target by resale, 2011",
    )
    with drawing.theme():
        fig, axes = draw.panels(titles, 2)
        for ax, name in zip(axes[:2], ("exports", "leaked"), strict=True):
            draw.paths(ax, table[table["measure"] == name], shown, "t gross a month", ticks=5)
            ax.set_ylim(bottom=0.0)
        for ax, name, label in (
            (axes[2], "share smuggled", "share"),
            (axes[3], "arrivals by resale", "t gross from the bystander"),
        ):
            draw.dots(ax, table[(table["measure"] == name) & (table["time"] == "")], look, label)
        return draw.finish(fig, 105.0, table, "Three countries, quota in force in 2011", handles=draw.key(shown))
