"""A cascade of trade cuts: the market beside the network algorithm of Marchand and others.

One of four equal exporters cuts what it sends by four fifths for a year. In the cascade (`frame/cascade.py`), which
has neither prices nor new partners, who bought there goes short when its stock is gone, and who did not notices
nothing; where importers may ask their other suppliers for more, product stocks and spare capacity of exporters serve
them. In the market one price rises for all, everybody uses a little less and the loss is spread evenly, in proportion
to use; goods come to those who were cut off from those who were not. What each country gives up is counted beside the
same world without the cut: use that its price makes it save, and lines that stop. What would overturn the market's
answer is a record of a cut after which some importers went short and others, who pay as much, used what they used
before.
"""

from typing import TYPE_CHECKING

import numpy as np

from chokepoint.experiments.systems.frame import case_figures as draw
from chokepoint.experiments.systems.frame.cascade import Cascade, cascade
from chokepoint.experiments.systems.frame.cases import WORLDS, Case, Tally, run_cases
from chokepoint.sim.network.structure import USER
from chokepoint.sim.politics.governed import GovernedWorld
from chokepoint.sim.simulation import Simulation, load_scenario

if TYPE_CHECKING:
    import pandas
    from matplotlib.figure import Figure

ROWS = ("cascade",)
REPLICATIONS = 20
CUT, WEEKS, LAG = 0.8, 51, 4  # share of exports withheld; weeks of the quota; weeks under way
IMPORTERS = ("Importia", "Thirdland", "Farland", "Isleland")
WHO, OTHER_THREE = "Northland", ("Eastland", "Southland", "Westland")
EXPORTS = 1600.0  # of each exporter, t a year
ALONE, RAISED = "cascade, exports cut", "cascade, imports raised"
MARKET, UNFORESEEN, STANDING = "market", "market, nothing expected", "market, stocks stand still"
BEHAVIOUR: dict[str, dict[str, float]] = {
    MARKET: {}, UNFORESEEN: {"lasting": 0.0, "precaution": 0.0}, STANDING: {"stock_elasticity": 0.0},
}  # fmt: skip
CASES = (ALONE, RAISED, *BEHAVIOUR)
ALL, STOPPED, OTHERS, PRICE = (
    "use given up in all four",
    "lines stopped in all four",
    "exports of the other three",
    "price",
)


def given_up(country: str) -> str:
    """The measure of what a country does not use."""
    return f"use given up in {country}"


def act() -> str:
    """The change that lets the exporter send a fifth of what it sent."""
    tonnes = (1.0 - CUT) * EXPORTS * WEEKS * 7.0 / 365.25
    return f"act.cut={WHO} export_quota at {tonnes!r} t gross from 2010-01-04 until 2010-12-26 unheard"


def free_world() -> GovernedWorld:
    """The world in its first week."""
    return Simulation(load_scenario(WORLDS / "four-exporters")).world()


def by_country(world: GovernedWorld, tonnes: np.ndarray) -> np.ndarray:
    """Sums over the slots of users of each country: (countries,)."""
    users = np.flatnonzero(world.N.f_kind[world.N.s_firm] == USER)
    return np.bincount(world.N.s_country[users], tonnes[users], len(world.countries))


def trade_of(world: GovernedWorld) -> np.ndarray:
    """Base-year trade, t a year, from row to column: (countries, countries)."""
    found = np.zeros((len(world.countries),) * 2)
    for z in range(1, len(world.N.state_of_zone)):
        found[world.N.state_of_zone[z]] = world.layout.base_export[z]
    return found


def algorithm(raises: bool) -> Cascade:
    """The cascade of the cut over its weeks; stocks are those of users, and where imports rise, those of works and what
    they could make more."""
    world = free_world()
    N, span = world.N, WEEKS * world.dt
    trade = trade_of(world)
    made = by_country(world, N.s_base) + trade.sum(axis=1) - trade.sum(axis=0)
    made = np.where(made > 1e-9 * trade.sum(), made, 0.0)
    stocks = by_country(world, world.S.stock)
    stocks[N.r_country] = 0.0  # firms of exporters are not served by this trade
    if raises:
        stocks[N.r_country] += world.S.product.sum(axis=1) + (N.r_capacity - N.r_base) * N.r_yield * span
    who = world.countries.index(WHO)
    stocks[who] = 0.0  # what it has it keeps
    loss = np.zeros(len(trade))
    loss[who] = CUT * trade[who].sum() * span
    return cascade(made * span, stocks, trade * span, loss, raises=raises)


def table(replications: int = REPLICATIONS, seed: int = 1) -> "pandas.DataFrame":
    """Use given up by country, lines stopped, price, and what the other exporters send, over the weeks of the cut, by
    case."""
    tally, world = Tally(seed), free_world()
    span, same = WEEKS * world.dt, np.ones(replications)
    use, trade = by_country(world, world.N.s_base) * span, trade_of(world) * span
    at = [world.countries.index(c) for c in IMPORTERS]
    others = [world.countries.index(c) for c in OTHER_THREE]
    for case in (ALONE, RAISED):
        end = algorithm(raises=case == RAISED)
        for i, name in zip(at, IMPORTERS, strict=True):
            tally.add(case, given_up(name), "% of use", same * 100.0 * end.lost[i] / use[i])
        tally.add(case, ALL, "% of use", same * 100.0 * end.lost[at].sum() / use[at].sum())
        sent = end.trade[np.ix_(others, at)].sum() / trade[np.ix_(others, at)].sum()
        tally.add(case, OTHERS, "% of before", same * 100.0 * sent)
    for case, behaviour in BEHAVIOUR.items():
        both = (Case("free", (), behaviour), Case("cut", (act(),), behaviour))
        runs = run_cases(WORLDS / "four-exporters", both, replications, seed)
        weeks, landed = slice(0, WEEKS), slice(LAG, WEEKS + LAG)
        used = {k: {c: run.column("use", c)[:, weeks].sum(axis=1) for c in IMPORTERS} for k, run in runs.items()}
        for name in IMPORTERS:
            tally.add(case, given_up(name), "% of use", 100.0 * (1.0 - used["cut"][name] / used["free"][name]))
        whole = {k: np.sum(list(each.values()), axis=0) for k, each in used.items()}
        tally.add(case, ALL, "% of use", 100.0 * (1.0 - whole["cut"] / whole["free"]))
        lost = np.sum([runs["cut"].column("shortfall", c)[:, weeks].sum(axis=1) for c in IMPORTERS], axis=0)
        tally.add(case, STOPPED, "% of use", 100.0 * lost / whole["free"])
        came = {
            k: np.sum([run.column("imports", f"{c} from {o}")[:, landed].sum(axis=1)
                       for c in IMPORTERS for o in OTHER_THREE], axis=0)
            for k, run in runs.items()
        }  # fmt: skip
        tally.add(case, OTHERS, "% of before", 100.0 * came["cut"] / came["free"])
        prices = {k: run.column("price_outside", "M")[:, weeks].mean(axis=1) for k, run in runs.items()}
        tally.add(case, PRICE, "free trade = 1", prices["cut"] / prices["free"])
    return tally.frame()


def figure(table: "pandas.DataFrame") -> "Figure":
    """Use given up where the cascade hits most, where it does not hit and in all four, and what others send."""
    from chokepoint.sim.results import drawing

    look = draw.colours(CASES)
    measures = (given_up("Farland"), given_up("Isleland"), ALL, OTHERS)
    with drawing.theme():
        fig, axes = draw.panels(measures, 2)
        for measure, ax in zip(measures, axes, strict=True):
            rows = table[table["measure"] == measure]
            draw.dots(
                ax, rows, look, "% of what was sent before" if measure == OTHERS else "% of use", zero=measure != OTHERS
            )
        note = "the cascade has no luck in it"
        return draw.finish(fig, 92.0, table, "Four exporters; one sends a fifth for 51 weeks of 2010", note)
