"""Two prices: inside the exporter and outside, and the rent between them.

A quota that binds opens the gap by itself, and most for elements that are cheap in the mass it counts; a tax alone
keeps it at its rate, less freight. Ratios are shown beside those that the trade press printed in autumn 2011 and at
the end of 2013.
"""

from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from chokepoint.experiments.systems.frame import case_figures as draw
from chokepoint.experiments.systems.frame.cases import Case, Tally, run_cases
from chokepoint.sim.results.run import Run

if TYPE_CHECKING:
    import pandas
    from matplotlib.figure import Figure

ROWS = ("S3",)
REPLICATIONS = 10
MATERIALS = ("La", "Sm", "Nd", "Dy")
TAX = {"La": 0.15, "Sm": 0.15, "Nd": 0.15, "Dy": 0.25}  # export duty until May 2015, from the events of the episode
TAXES = "tax.light.2008=none", "tax.heavy.2008=none", "tax.Nd-metal.2011=none", "tax.end=none"
CASES = (
    Case("as in history"),
    Case("no quota", ("quota=none",)),
    Case("no quota, no tax", ("quota=none", *TAXES)),
)
SPANS = {
    "autumn 2011": (date(2011, 9, 1), date(2011, 11, 30)),
    "end of 2013": (date(2013, 11, 1), date(2013, 12, 31)),
    "October 2014": (date(2014, 10, 1), date(2014, 10, 31)),
}
# Outside over inside price as printed: https://www.mining.com/price-of-abundant-rare-earths-could-halve (grade B) for
# 2011; trade press for the later ones (grade B to D).
OBSERVED = {
    ("La", "autumn 2011"): 3.9, ("Sm", "autumn 2011"): 7.0, ("Nd", "autumn 2011"): 1.5, ("Dy", "autumn 2011"): 1.5,
    ("Nd", "end of 2013"): 1.29, ("Dy", "end of 2013"): 1.55, ("La", "October 2014"): 1.9,
}  # fmt: skip


def ratio(run: Run, material: str) -> np.ndarray:
    """Price outside over price inside by week: (replications, steps)."""
    return np.asarray(run.column("price_outside", material) / run.column("price_inside", material))


def rent(run: Run, material: str, tax: float) -> np.ndarray:
    """What a kilogram pays abroad beyond its price at home and the tax, USD/kg: (replications, steps)."""
    return np.asarray(run.column("price_outside", material) - (1.0 + tax) * run.column("price_inside", material))


def table(replications: int = REPLICATIONS, seed: int = 1) -> "pandas.DataFrame":
    """Ratio and rent by material: by month, and over the spans for which the press printed both prices."""
    tally = Tally(seed)
    for case, run in run_cases("2010-embargo", CASES, replications, seed).items():
        for material in MATERIALS:
            tax = 0.0 if case.endswith("no tax") else TAX[material]
            both = ratio(run, material)
            tally.path(case, "outside over inside", "1", run, both, material=material)
            tally.path(case, "rent", "USD/kg", run, rent(run, material, tax), material=material)
            for name, span in SPANS.items():
                weeks = slice(run.step_of(span[0]), run.step_of(span[1]) + 1)
                means = both[:, weeks].mean(axis=1)
                tally.add(case, f"outside over inside, {name}", "1", means, material=material)
                between = rent(run, material, tax)[:, weeks].mean(axis=1)
                tally.add(case, f"rent, {name}", "USD/kg", between, material=material)
    for (material, name), seen in OBSERVED.items():
        tally.add("printed", f"outside over inside, {name}", "1", np.array([seen]), material=material)
    return tally.frame()


def figure(table: "pandas.DataFrame") -> "Figure":
    """The ratio by month, with what the press printed, and the rent, one column for each material."""
    from matplotlib.lines import Line2D

    from chokepoint.sim.results import drawing

    look = draw.colours([c.name for c in CASES])
    look_of: dict[str, Any] = {"markerfacecolor": "white", "markeredgecolor": "black", "markersize": 4}
    with drawing.theme():
        fig, axes = draw.panels([*MATERIALS, *(f"{m}, rent" for m in MATERIALS)], 4)
        for i, material in enumerate(MATERIALS):
            own = table[table["material"] == material]
            draw.paths(axes[i], own[own["measure"] == "outside over inside"], look, "outside / inside", ticks=5)
            drawing.log_axis(axes[i])
            draw.paths(axes[i + 4], own[own["measure"] == "rent"], look, "rent, USD/kg", ticks=5)
            for (name, seen), value in OBSERVED.items():
                if name == material:
                    day = SPANS[seen][0] + (SPANS[seen][1] - SPANS[seen][0]) / 2
                    axes[i].plot([day], [value], "o", **look_of, zorder=5)  # type: ignore[list-item]
            for ax in axes[i :: len(MATERIALS)][1:]:
                ax.axhline(0.0, color=drawing.GREY, linewidth=0.6)
        printed = Line2D([], [], linestyle="none", marker="o", label="printed in the trade press", **look_of)
        return draw.finish(
            fig, 84.0, table, "Rare earths, 2009-2018", "rent: outside less inside and export duty",
            [*draw.key(look), printed],
        )  # fmt: skip
