"""An alliance of importers: one pooled reserve against each for itself.

An embargo of a year hits Japan alone. Japan, the United States and Europe hold the same tonnes: nothing; 42 days
each, for their own firms only; 42 days each, open to the firms of all three; or one office that holds 42 days of the
use of all three and buys for all. Goods come to Japan through the others at one price for all, so that all three lose
use alike, the reserve of any one lowers what all lose, and who may draw on which reserve decides little. It would be
otherwise in a year in which nobody ships on.
"""

from typing import TYPE_CHECKING

from chokepoint.experiments.systems.frame import case_figures as draw
from chokepoint.experiments.systems.frame.cases import Case, Tally, run_cases
from chokepoint.experiments.systems.frame.reserve_account import lost_value
from chokepoint.experiments.systems.frame.reserve_cases import reserve
from chokepoint.sim.results.figures import days_held

if TYPE_CHECKING:
    import pandas
    from matplotlib.figure import Figure

ROWS = ("S14",)
REPLICATIONS = 10
CRISIS = ("end=2014-12-31", "act.long=China embargo against Japan from 2010-09-21 until 2011-09-20 unheard")
WHO = ("Japan", "United States", "Europe")


def holds(country: str, pooled: bool, days: int = 42) -> tuple[str, ...]:
    """Changes that give a country a reserve, open to the firms of its allies if it is pooled."""
    if not pooled:
        return reserve(country, held_days=days, days=days)
    allies = ";".join(who for who in WHO if who != country)
    return reserve(country, held_days=days, days=days, members=allies)


def together(pooled: bool) -> tuple[str, ...]:
    """Changes that give all three a reserve."""
    return (*CRISIS, *(change for who in WHO for change in holds(who, pooled)))


CASES = (
    Case("no reserve", CRISIS),
    Case("Japan alone, 42 days", (*CRISIS, *holds("Japan", False))),
    Case("each for itself, 42 days", together(False)),
    Case("pooled, 42 days each", together(True)),
    Case("one office for all, 42 days", (*CRISIS, *holds("Japan", True), "reserve.Japan.pools=true")),
)


def table(replications: int = REPLICATIONS, seed: int = 1) -> "pandas.DataFrame":
    """Value added lost by country, what each reserve let go and who received it, by case."""
    tally = Tally(seed)
    runs = run_cases("2010-embargo", CASES, replications, seed)
    for who in WHO:
        lost = {case: lost_value(run, [who]) for case, run in runs.items()}
        tally.compare(lost, CASES[0].name, f"value added lost, {who}", "million USD")
    for case, run in runs.items():
        for who in WHO:
            own = [c for c in run.columns["released"] if c.startswith(who + " ")]
            gone = sum(run.column("released", c).sum(axis=1) for c in own)
            tally.add(case, f"let go by {who}", "t", gone)
            tally.add(case, f"received by {who}", "t", run.column("relief", who).sum(axis=1))
            tally.path(case, f"reserve of {who}", "days of use", run, days_held(run, who))
    return tally.frame()


def figure(table: "pandas.DataFrame") -> "Figure":
    """Reserves of Japan and the United States by month; Japan's loss and what its firms received, by case."""
    from chokepoint.sim.results import drawing

    look = draw.colours([c.name for c in CASES])
    with drawing.theme():
        fig, axes = draw.panels(["reserve of Japan", "reserve of the US", "Japan's loss", "received by Japan"], 2)
        for ax, who in zip(axes, ("Japan", "United States"), strict=False):
            draw.paths(ax, table[table["measure"] == f"reserve of {who}"], look, "days of own use", ticks=5)
        loss = table[(table["measure"] == "value added lost, Japan") & (table["against"] == "")]
        draw.dots(axes[2], loss, look, "value added lost, million USD, 2009 to 2014", zero=True)
        draw.dots(axes[3], table[table["measure"] == "received by Japan"], look, "t, 2009 to 2014", zero=True)
        note = "an embargo on Japan of a year is added to history"
        return draw.finish(fig, 105.0, table, "Rare earths of 2010", note, handles=draw.key(look))
