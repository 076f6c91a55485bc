"""Quota, tax, licence and embargo: four instruments of one exporter.

Each is in force alone, for one year, in the same world of three countries; all four together close the list. A quota
makes a rent for those who hold it, a tax brings money to the state and tells everybody its size, a licence lets nothing
go before its first decisions and then refuses, and its gap of prices is nobody's rent in the exporting country; an
embargo hits one buyer, which the others supply by shipping on. What may not leave is cheap at home where nobody there
shares what buyers abroad expect; who does holds on to it, and under a quota, which goes on letting goods out, the price
at home first rises. So the price inside is shown with smuggling, without, and where nobody follows in either. It would
overturn this if a price at home fell in the first weeks of a quota that was told.
"""

from typing import TYPE_CHECKING

import numpy as np

from chokepoint.experiments.systems.frame import case_figures as draw
from chokepoint.experiments.systems.frame.cases import WORLDS, Case, Tally, run_cases, year

if TYPE_CHECKING:
    import pandas
    from matplotlib.figure import Figure

ROWS = ("S2",)
REPLICATIONS = 20
NOBODY_SMUGGLES = {"smuggled_most": 0.0}
NOBODY_FOLLOWS = {**NOBODY_SMUGGLES, "follow": 0.0}
ACTS = {
    "quota": ("quota",), "tax": ("tax.2011", "tax.end"), "licence": ("licence", "refusal"), "embargo": ("embargo",),
}  # fmt: skip


def without(*kept: str) -> tuple[str, ...]:
    """Changes that remove every instrument but those `kept`."""
    return tuple(f"{act}=none" for name, acts in ACTS.items() if name not in kept for act in acts)


CASES = (Case("free trade", without()), *(Case(name, without(name)) for name in ACTS), Case("all four"))
MEASURES = (
    ("exports", "legal exports", "t gross"), ("target", "arrivals in the target", "t gross"),
    ("bystander", "arrivals in the bystander", "t gross"), ("leaked", "smuggled exports", "t gross"),
    ("outside", "price outside", "USD/kg"), ("inside", "price inside", "USD/kg"),
    ("closed", "price inside without smuggling", "USD/kg"),
    ("alone", "price inside where nobody follows", "USD/kg"), ("gap", "price outside over inside", "1"),
    ("rent", "rent of licence holders", "thousand USD"), ("tax", "tax to the state", "thousand USD"),
)  # fmt: skip


def table(replications: int = REPLICATIONS, seed: int = 1) -> "pandas.DataFrame":
    """Volumes, prices, rent and tax of the year in which the instruments are in force, by case."""
    span = year(2011)
    tally = Tally(seed)
    found: dict[str, dict[str, np.ndarray]] = {name: {} for name, _, _ in MEASURES}
    for case, run in run_cases(WORLDS / "three-countries", CASES, replications, seed).items():
        found["exports"][case] = run.total("exports", "all", *span)
        for name, country in (("target", "Importia"), ("bystander", "Thirdland")):
            routes = [c for c in run.columns["imports"] if c.startswith(f"{country} from ")]
            found[name][case] = run.total("imports", routes, *span)
        found["leaked"][case] = run.total("leaked", "all", *span)
        found["outside"][case] = run.mean("price_outside", "M", *span)
        found["inside"][case] = run.mean("price_inside", "M", *span)
        found["rent"][case] = run.total("rent", "all", *span)
        found["tax"][case] = run.total("export_tax", "all", *span)
        found["gap"][case] = run.mean("price_outside", "M", *span) / run.mean("price_inside", "M", *span)
    for name, behaviour in (("closed", NOBODY_SMUGGLES), ("alone", NOBODY_FOLLOWS)):
        cases = [Case(c.name, c.changes, behaviour) for c in CASES]
        for case, run in run_cases(WORLDS / "three-countries", cases, replications, seed).items():
            found[name][case] = run.mean("price_inside", "M", *span)
    for name, measure, unit in MEASURES:
        money = name in ("rent", "tax")
        tally.compare(found[name], CASES[0].name, measure, unit, change="absolute" if money else "relative")
    return tally.frame()


def figure(table: "pandas.DataFrame") -> "Figure":
    """What each instrument changes, beside free trade."""
    from chokepoint.sim.results import drawing

    look = draw.colours([c.name for c in CASES])
    with drawing.theme():
        fig, axes = draw.panels([measure for _, measure, _ in MEASURES], 2)
        for (_, measure, _), ax in zip(MEASURES, axes, strict=True):
            rows = table[(table["measure"] == measure) & (table["against"] != "")]
            unit = rows["unit"].iloc[0]
            draw.dots(ax, rows, look, f"change, {unit}" + (" of free trade" if unit == "%" else ""), zero=True)
        return draw.finish(fig, 220.0, table, "Three countries, instruments in force in 2011")
