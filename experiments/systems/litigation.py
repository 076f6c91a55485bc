"""A complaint against quota and tax: how long it takes, and what prices do when it is won.

An invented exporter keeps a quota of 1,000 t each half-year and a tax of 10 % for good; the importer complains on 13
March 2012. Nothing can be ruled for 1.4 years, then the case is won with a hazard a year, and 0.4 years later quota and
tax are gone. The case on rare earths took 2.8 years from consultations to the end of the quota: a hazard of one a year.
Won against quota and tax it lowers the price outside at once; won against the tax alone it moves nothing outside, for
under a quota that binds a tax comes out of the rent of those who hold licences.
"""

from typing import TYPE_CHECKING

import numpy as np

from chokepoint.experiments.systems.frame import case_figures as draw
from chokepoint.experiments.systems.frame.cases import Case, Tally, run_cases

if TYPE_CHECKING:
    import pandas
    from matplotlib.figure import Figure

ROWS = ("S15",)
REPLICATIONS = 40
COMPLAINT = "2012-03-13"
LAG, COMPLIANCE = 1.4, 0.4  # years
QUOTAS = tuple(
    f"act.quota.{year}H{half}=Exportia export_quota at 1 kt gross from {year}-{first} until {year}-{last} unheard"
    for year in range(2011, 2021)
    for half, first, last in ((1, "01", "06"), (2, "07", "12"))
    if (year, half) != (2011, 1)  # which the world has
)
WORLD = (
    "embargo=none", "quota.end=none", *QUOTAS, "end=2020-12-27", f"choices.ruling_years={LAG}",
    f"choices.compliance_years={COMPLIANCE}",
)  # fmt: skip
HAZARDS = {"hazard 0.25 a year": 0.25, "hazard 0.5 a year": 0.5, "hazard 1 a year": 1.0, "hazard 2 a year": 2.0}


def complaint(hazard: float, ends: str = "") -> str:
    """The complaint, pursued for good."""
    return f"act.case=Importia complaint hazard{ends} against Exportia at {hazard} 1/year from {COMPLAINT} unheard"


CASES = (
    Case("no complaint", WORLD),
    *(Case(name, (*WORLD, complaint(h))) for name, h in HAZARDS.items()),
    Case("1 a year, tax alone", (*WORLD, complaint(1.0, ";export_tax"))),
    Case("1 a year, half obey", (*WORLD, complaint(1.0), "choices.compliance_probability=0.5")),
)
SHIFTS = {"half a year before": -0.5, "half a year after": 0.5, "one year after": 1.0, "two years after": 2.0}
TIME, EXPECTED = "years to the removal", "lag and 1 / hazard"
MEASURES = (
    (TIME, "years", ""), ("removed by 2020", "share of runs", ""),
    *((f"price outside, {when}", "%", "no complaint") for when in SHIFTS),
)  # fmt: skip


def table(replications: int = REPLICATIONS, seed: int = 1) -> "pandas.DataFrame":
    """Time to the removal in the runs that see it, beside what is expected, and prices around it, by case."""
    from datetime import date

    tally = Tally(seed)
    base: np.ndarray = np.zeros(0)
    for case, run in run_cases("two-countries", CASES, replications, seed).items():
        price = run.column("price_outside", "M")
        tally.path(case, "price_outside", "USD/kg", run, price)
        if case == CASES[0].name:
            base = price
            continue
        taxed = run.column("export_tax", "Exportia") > 0.0
        last = np.where(taxed.all(axis=1), run.steps, run.steps - taxed[:, ::-1].argmax(axis=1))
        won = last < run.steps
        tally.add(case, "removed by 2020", "share of runs", won.astype(float))
        if won.any():
            weeks = last[won] - run.step_of(date.fromisoformat(COMPLAINT))
            tally.add(case, TIME, "years", weeks * run.step_days / 365.25)
        if case in HAZARDS:
            tally.add(case, EXPECTED, "years", np.array([LAG + 1.0 / HAZARDS[case] + COMPLIANCE]))
        for shift, (measure, unit, against) in zip(SHIFTS.values(), MEASURES[2:], strict=True):
            at = last + round(shift * 365.25 / run.step_days)
            seen = np.flatnonzero(won & (at < run.steps))
            if len(seen):
                change = 100.0 * (price[seen, at[seen]] / base[seen, at[seen]] - 1.0)
                tally.add(case, measure, unit, change, against=against)
    return tally.frame()


def figure(table: "pandas.DataFrame") -> "Figure":
    """Price outside by month, time to the removal, and prices around it."""
    from chokepoint.sim.results import drawing

    look = draw.colours([c.name for c in CASES])
    with drawing.theme():
        fig, axes = draw.panels(["price outside", *(measure for measure, *_ in MEASURES)], 2)
        rows = table[table["measure"] == "price_outside"]
        draw.paths(axes[0], rows, look, "USD/kg", ticks=6)
        for (measure, unit, against), ax in zip(MEASURES, axes[1:], strict=False):
            draw.dots(ax, table[table["measure"] == measure], look, f"change, % of {against}" if against else unit)
            if measure == TIME:
                names = [tick.get_text() for tick in ax.get_yticklabels()]
                for _, row in table[table["measure"] == EXPECTED].iterrows():
                    ax.plot([row["mean"]], [names.index(row["case"])], "x", color=drawing.GREY, markersize=5, zorder=5)
        note = "before, after: of the removal, in runs that see it; cross: lag + 1 / hazard, in all runs"
        return draw.finish(fig, 170.0, table, "An exporter and an importer, 2010-2020", note, draw.key(look))
