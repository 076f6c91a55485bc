"""Five rules for a reserve in the same crisis: days of use, panic, price band, competition, optimum.

Japan in the world of 2010 starts with nothing, builds from July 2009 on and lives through history's acts and an embargo
of a year from 21 September 2010. What competition would hold is the benchmark of a store that serves price alone; the
optimum weighs the value that hangs on a day's use against cost, by dynamic programming over the stock and the state of
disruption."""

from datetime import date
from typing import TYPE_CHECKING

from chokepoint.experiments.systems.frame import case_figures as draw
from chokepoint.experiments.systems.frame.cases import Case, Tally, run_cases
from chokepoint.experiments.systems.frame.reserve_account import account
from chokepoint.experiments.systems.frame.reserve_cases import base_prices
from chokepoint.sim.results.figures import days_held
from chokepoint.sim.scenario.programmes import Reserve

if TYPE_CHECKING:
    import pandas
    from matplotlib.figure import Figure

ROWS = ("rules",)
REPLICATIONS = 10
CRISIS = ("end=2014-12-31", "act.long=China embargo against Japan from 2010-09-21 until 2011-09-20 unheard")


def by(rule: str, **keys: object) -> tuple[str, ...]:
    """Changes that give Japan a reserve by a rule."""
    own = (f"reserve.Japan.{key}={value}" for key, value in {"start": "2009-07-01", **keys}.items())
    return (*CRISIS, f"reserve.Japan={rule}", *own)


CASES = (
    Case("no reserve", CRISIS),
    Case("42 days of use", by("target_days", days=42, pace_years=1)),
    Case("180 days of use", by("target_days", days=180, pace_years=1)),
    Case("42 days, more in a panic", by("panic_scaled", days=42, pace_years=1, panic=3, highest_days=180)),
    Case("price band", by("price_band", floor=1.1, ceiling=2.0, highest_days=180)),
    Case("what competition holds", by("competitive")),
    Case("optimum", by("optimal")),
)
LINES = ("lost value avoided", "purchases", "carrying", "net")


def table(replications: int = REPLICATIONS, seed: int = 1) -> "pandas.DataFrame":
    """Account of each rule, its largest stock before the crisis, and its stock by month."""
    tally = Tally(seed)
    runs = run_cases("2010-embargo", CASES, replications, seed)
    plain = runs[CASES[0].name]
    for case, run in runs.items():
        held = days_held(run, "Japan")
        tally.path(case, "reserve of Japan", "days of use", run, held)
        tally.add(case, "held when the crisis begins", "days of use", held[:, run.step_of(date(2010, 9, 13))])
        if run is not plain:
            lines = account(run, plain, Reserve(country="Japan"), base_prices(plain))
            for line in LINES:
                tally.add(case, line, "million USD", lines[line], against=CASES[0].name)
    return tally.frame()


def figure(table: "pandas.DataFrame") -> "Figure":
    """Stock by month; stock before the crisis, loss avoided and what is left after all costs, by rule."""
    from chokepoint.sim.results import drawing

    look = draw.colours([c.name for c in CASES])
    titles = ("reserve of Japan", "held when the crisis begins", "lost value avoided", "saved less cost")
    with drawing.theme():
        fig, axes = draw.panels(titles, 2)
        draw.paths(axes[0], table[table["measure"] == "reserve of Japan"], look, "days of use", ticks=6)
        draw.dots(axes[1], table[table["measure"] == titles[1]], look, "days of use, September 2010", zero=True)
        for ax, measure in zip(axes[2:], ("lost value avoided", "net"), strict=True):
            draw.dots(ax, table[table["measure"] == measure], look, "million USD beside no reserve", zero=True)
        note = "an embargo of a year is added to history"
        return draw.finish(fig, 110.0, table, "Rare earths of 2010", note, handles=draw.key(look))
