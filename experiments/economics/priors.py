"""What the literature expects of elasticities, as 80 % ranges, and what follows from them by hand.

Source of the ranges: short-run elasticities of use and supply of mineral commodities in the studies that
`agents/behaviour.csv` names; ranges written down before any fit.
"""

from itertools import product
from math import log

Range = tuple[float, float]
USE_SHORT: Range = (0.04, 0.15)  # within a year
USE_LONG: Range = (0.2, 0.6)  # in three to five years
SUPPLY_NOW: Range = (0.15, 0.25)  # within months
SUPPLY_LONG: Range = (0.3, 0.9)


def incidence(tax: float, made: float, used: float, exporters: int, abroad: float, supply: float, use: float) -> float:
    """Rise of the world price, in ln, when one of several equal exporters taxes its exports.

    Each makes `made` and uses `used`; importers use `abroad`. An exporter's exports answer its price at home with
    `e = made supply + used use` tonnes per unit of ln price; the taxer's price falls by what the tax does not add to
    the world price w:

        (exporters - 1) e w + abroad use w + e (w - ln(1 + tax)) = 0
    """
    answer = made * supply + used * use
    return log(1.0 + tax) * answer / (exporters * answer + abroad * use)


def incidence_range(tax: float, made: float, used: float, exporters: int, abroad: float) -> Range:
    """The least and the greatest rise that elasticities in the ranges imply, those of the short and of the long run."""
    corners = [*product(SUPPLY_NOW, USE_SHORT), *product(SUPPLY_LONG, USE_LONG)]
    rises = [incidence(tax, made, used, exporters, abroad, supply, use) for supply, use in corners]
    return min(rises), max(rises)
