"""The low-price offensive: an exporter that pays for output, and what becomes of those who entered.

From 2012 to 2016 the exporter lifts its mining quota, or pays a share of the base-year price of what its refiners
make, or both. Paying alone does little: under a mining quota output may not rise, and where it may, mines answer within
their capacity. Lifting the quota lowers prices on both sides of the border and raises the share of the exporter in mine
output; both together do it most. Entrants opened on the prices of the crisis, whose debts and cost decide whether they
live: at prices that stay above those of 2009 an offensive of this size stops few of them. The table counts them.
"""

from typing import TYPE_CHECKING

import numpy as np

from chokepoint.experiments.systems.frame import case_figures as draw
from chokepoint.experiments.systems.frame.cases import Case, Tally, run_cases, year
from chokepoint.sim.results.run import Run

if TYPE_CHECKING:
    import pandas
    from matplotlib.figure import Figure

ROWS = ("S16",)
REPLICATIONS = 10
EXPORTER_MINES = (
    "Bayan Obo", "Sichuan Mianning", "Shandong Weishan", "Jiangxi Longnan clays", "Jiangxi Xunwu clays",
    "Guangdong and Fujian clays", "Over-quota north", "Over-quota Sichuan", "Unlicensed clays light-type",
    "Unlicensed clays mid-yttrium", "Unlicensed clays heavy-type",
)  # fmt: skip
ENTRANTS = ("Mountain Pass", "Mt Weld", "Mt Weld phase 2")


def subsidy(per_cent: float) -> tuple[str, ...]:
    """Changes that subsidise output from 2012 to 2016."""
    return (f"act.offensive=China production_subsidy at {per_cent:g} % from 2012-01 until 2016-12",)


# Mining quotas from 2012 to 2016 as large as the mines, in t; those of 2017 and 2018 are as in history.
LIFTED = tuple(
    f"production.{y}.{group}={tonnes}"
    for y in range(2012, 2017)
    for group, tonnes in (("light", 97605), ("heavy", 13527))
)
CASES = (
    Case("no offensive"), Case("15 % paid", subsidy(15)), Case("30 % paid", subsidy(30)),
    Case("45 % paid", subsidy(45)), Case("quota lifted", LIFTED), Case("both, 45 %", (*LIFTED, *subsidy(45))),
)  # fmt: skip
MEASURES = {
    "Nd outside, 2012-2013": "USD/kg", "Nd inside, 2012-2013": "USD/kg", "Nd outside, 2018": "USD/kg",
    "output of entrants, 2014-2016": "t",
    "entrants failed by 2018": "of 3", "exporter's share of mine output, 2016": "%",
    "exporter's share of mine output, 2018": "%",
}  # fmt: skip


def share(run: Run) -> np.ndarray:
    """Share of the exporter in the world's mine output, per cent: (replications, steps)."""
    own = np.sum([run.column("mined", m) for m in EXPORTER_MINES], axis=0)
    return np.asarray(100.0 * own / run.arrays["mined"].sum(axis=2))


def table(replications: int = REPLICATIONS, seed: int = 1) -> "pandas.DataFrame":
    """Prices, output and failures of entrants, and the exporter's share of mine output, by case."""
    tally = Tally(seed)
    found: dict[str, dict[str, np.ndarray]] = {name: {} for name in MEASURES}
    for case, run in run_cases("2010-embargo", CASES, replications, seed).items():
        of_exporter = share(run)
        numbers = (
            run.mean("price_outside", "Nd", *year(2012, 2013)),
            run.mean("price_inside", "Nd", *year(2012, 2013)),
            run.mean("price_outside", "Nd", *year(2018)),
            run.total("mined", list(ENTRANTS), *year(2014, 2016)),
            np.sum([run.column("defaulted", m)[:, -1] for m in ENTRANTS], axis=0),
            of_exporter[:, run.step_of(year(2016)[0]) : run.step_of(year(2016)[1])].mean(axis=1),
            of_exporter[:, run.step_of(year(2018)[0]) :].mean(axis=1),
        )
        for name, each in zip(MEASURES, numbers, strict=True):
            found[name][case] = each
        tally.path(case, "exporter's share of mine output", "%", run, of_exporter)
        entrants = np.sum([run.column("mined", m) for m in ENTRANTS], axis=0)
        tally.path(case, "output of entrants", "t", run, entrants, adds=True)
        tally.series(case, run, "price_outside", "Nd", material="Nd")
        failed = np.sum([run.column("defaulted", m) for m in ENTRANTS], axis=0)
        tally.path(case, "entrants that have failed", "of 3", run, failed)
    for name, unit in MEASURES.items():
        tally.compare(found[name], CASES[0].name, name, unit, change="relative" if "USD" in unit else "absolute")
    return tally.frame()


def figure(table: "pandas.DataFrame") -> "Figure":
    """Price, output of entrants, their failures and the exporter's share, by month."""
    from chokepoint.sim.results import drawing

    look = draw.colours([c.name for c in CASES])
    panels = {
        "price_outside": ("Nd oxide outside", "USD/kg"), "output of entrants": ("output of entrants", "t a month"),
        "entrants that have failed": ("entrants that have failed", "mean number, of 3"),
        "exporter's share of mine output": ("exporter's share of mine output", "%"),
    }  # fmt: skip
    with drawing.theme():
        fig, axes = draw.panels([title for title, _ in panels.values()], 2)
        for (measure, (_, label)), ax in zip(panels.items(), axes, strict=True):
            rows = table[(table["measure"] == measure) & (table["time"] >= "2011-01-01")]
            draw.paths(ax, rows, look, label, ticks=10)
            first, last = year(2012, 2016)
            ax.axvspan(first, last, color=drawing.GREY, alpha=0.12, linewidth=0)  # type: ignore[arg-type]
        drawing.log_axis(axes[0])
        note = "grey: years of the subsidy"
        return draw.finish(fig, 95.0, table, "Rare earths, 2011-2018", note, draw.key(look))
