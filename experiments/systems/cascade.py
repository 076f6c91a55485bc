"""A cascade of trade cuts: the model beside the network algorithm of Marchand and others.

One of four equal exporters cuts what it sends by four fifths for a year; importers hold six weeks of use. Without
prices, fear and restocking the model is the cascade (`experiments/systems/frame/cascade.py`), to rounding. Then what
the cascade has not is added, one thing after the other: buyers who fill up their stocks week by week, so that unhit
exporters are asked for more and start up spare plants; trust; prices. Beside these stands the cascade in which
importers raise imports at once, with product stocks and spare capacity of exporters as their reserves; and a world in
which the stocks lie with states, who make up for what their firms do not get: that is the cascade again. Use lost is
what firms wanted to use, at the price of the day, and had not.
"""

from typing import TYPE_CHECKING, Any

import numpy as np

from chokepoint.experiments.systems.frame import case_figures as draw
from chokepoint.experiments.systems.frame.cascade import STILL, Cascade, Docked, cascade
from chokepoint.experiments.systems.frame.cases import WORLDS, Tally
from chokepoint.sim.politics.governed import GovernedWorld
from chokepoint.sim.simulation import Simulation, load_scenario

if TYPE_CHECKING:
    import pandas
    from matplotlib.figure import Figure

ROWS = ("cascade",)
REPLICATIONS = 20
CUT, WEEKS, LAG = 0.8, 51, 4  # share of exports withheld; weeks of the quota; weeks under way
IMPORTERS = ("Importia", "Thirdland", "Farland", "Isleland")
STOCK_MONTHS = 1.5
FROZEN = "choices.freeze_prices_from=2010-01-04"
HELD = {"cover_outside_months": STOCK_MONTHS}
ALONE, SAME, RAISED = "cascade, exports cut", "model, same problem", "cascade, imports raised"
STATE, RESTOCK, TRUST, PRICES = (
    "model, stocks of states",
    "model, buyers restock",
    "model, and trust",
    "model, and prices",
)
CASES = (ALONE, SAME, STATE, RAISED, RESTOCK, TRUST, PRICES)
ALL, OTHERS = "use lost in all four", "exports of the other three"


def act(world: GovernedWorld) -> str:
    """The change that lets Northland send a fifth of what it sent."""
    tonnes = (1.0 - CUT) * float(world.layout.base_export[1].sum()) * WEEKS * world.dt
    return f"act.cut=Northland export_quota at {tonnes!r} t gross from 2010-01-04 until 2010-12-26 unheard"


def docked(*changes: str) -> Docked:
    """The world with still behaviour, six weeks of use in the hands of firms, and these changes."""
    behaviour = {**STILL, **HELD}
    return Docked.of(
        Simulation(load_scenario(WORLDS / "four-exporters"), changes=(FROZEN, *changes), behaviour=behaviour)
    )


def algorithm(raises: bool) -> Cascade:
    """The cascade of the cut over its weeks."""
    free = docked()
    span, N = WEEKS * free.world.dt, free.world.N
    trade, made = free.trade() * span, free.production() * span
    stocks = free.by_country(free.world.S.stock)
    stocks[N.r_country] = 0.0  # firms of exporters are not served by this trade
    if raises:
        idle = (N.r_capacity - N.r_base) * N.r_yield * span
        stocks[N.r_country] += free.world.S.product.sum(axis=1) + idle
    stocks[0] = 0.0  # what Northland has it keeps
    loss = np.zeros(len(trade))
    loss[0] = CUT * trade[0].sum()
    return cascade(made, stocks, trade, loss, raises=raises)


def same_problem() -> GovernedWorld:
    """The model with orders as planned."""
    model = docked(act(docked().world))
    model.run(WEEKS + LAG)
    return model.world


def with_states() -> GovernedWorld:
    """The same with all stocks in the hands of states, which release them at the pace of what is lost."""
    end = algorithm(raises=False)
    before = docked()
    days = STOCK_MONTHS / 12.0 * 365.25
    offices = [
        f"reserve.{c}{key}"
        for c in IMPORTERS
        for key in ("=target_days", f".held_days={days!r}", ".start=2014-01-06")  # no office decides before
    ]
    model = docked(act(before.world), *offices)
    world, N = model.world, model.world.N
    stocks = model.by_country(world.S.stock)
    stocks[[world.countries.index(c) for c in IMPORTERS]] = 0.0
    model.hold(stocks)
    slots = np.arange(N.reserve_start[0], len(N.s_firm))
    pace = (before.trade() * WEEKS * world.dt - end.trade).sum(axis=0) / (WEEKS * world.dt)
    world.I.reserve_release[slots] = pace[N.s_country[slots]]
    model.run(WEEKS + LAG)
    return world


def variant(case: str, replication: int, seed: int) -> GovernedWorld:
    """A run of the model with what the cascade has not."""
    still = {name: value for name, value in STILL.items() if case == RESTOCK or name in ("licence_burst",)}
    if case == TRUST:
        still |= {name: value for name, value in STILL.items() if name.startswith(("noise_", "licence_"))}
    given: dict[str, Any] = {"behaviour": {**still, **HELD}, "seed": seed}
    changes = () if case == PRICES else (FROZEN,)
    first = Simulation(load_scenario(WORLDS / "four-exporters"), **given).world(replication)
    simulation = Simulation(load_scenario(WORLDS / "four-exporters"), changes=(act(first), *changes), **given)
    world = simulation.world(replication)
    world.advance(WEEKS + LAG)
    return world


def table(replications: int = REPLICATIONS, seed: int = 1) -> "pandas.DataFrame":
    """Use lost by country, and what the other exporters send, over the weeks of the cut; by case."""
    tally, free = Tally(seed), docked()
    span, countries = WEEKS * free.world.dt, free.world.countries
    use, trade = free.by_country(free.world.N.s_base) * span, free.trade() * span
    at = [countries.index(c) for c in IMPORTERS]
    for case in CASES:
        if case in (ALONE, RAISED):
            end = algorithm(raises=case == RAISED)
            ends = [(end.lost, end.trade)]
        else:
            made = {SAME: same_problem, STATE: with_states}
            still = case in (*made, RESTOCK, TRUST)  # no luck in it
            runs = range(1 if still else replications)
            worlds = [made[case]() if case in made else variant(case, i, seed) for i in runs]
            ends = [
                (w.R.shortfall[: WEEKS + LAG].sum(axis=0), w.R.arrivals[LAG : WEEKS + LAG].sum(axis=0).T)
                for w in worlds
            ]
        ends = [ends[i % len(ends)] for i in range(replications)]
        lost = np.array([each for each, _ in ends])
        for i, name in zip(at, IMPORTERS, strict=True):
            tally.add(case, f"use lost in {name}", "% of use", 100.0 * lost[:, i] / use[i])
        tally.add(case, ALL, "% of use", 100.0 * lost[:, at].sum(axis=1) / use[at].sum())
        sent = np.array([flows[1:4][:, at].sum() for _, flows in ends])
        tally.add(case, OTHERS, "% of before", 100.0 * sent / trade[1:4].sum())
    return tally.frame()


def figure(table: "pandas.DataFrame") -> "Figure":
    """Use lost where the cut hits most and in all four importers, and what others send, by case."""
    from chokepoint.sim.results import drawing

    look = draw.colours(CASES)
    measures = ("use lost in Importia", "use lost in Farland", ALL, OTHERS)
    with drawing.theme():
        fig, axes = draw.panels(measures, 2)
        for measure, ax in zip(measures, axes, strict=True):
            rows = table[table["measure"] == measure]
            draw.dots(
                ax, rows, look, "% of what was sent before" if measure == OTHERS else "% of use", zero=measure != OTHERS
            )
        note = "only the last case has luck in it"
        return draw.finish(fig, 92.0, table, "Four exporters; one sends a fifth for 51 weeks of 2010", note)
